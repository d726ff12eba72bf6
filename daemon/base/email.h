/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_BASE_EMAIL_H
#define RELANCED_BASE_EMAIL_H

/*
 * Which e-mail addresses are taken, from a file, a person or the configuration: local@domain, where
 * one mail can go to, that can stand in a header as it is. The local part is ASCII, a dot-atom of
 * RFC 5322 (quoted ones are refused: nobody has them, and they break other programs); the domain
 * has labels of letters, digits and hyphens, in UTF-8 if it is an internationalised one, and a dot
 * in it unless it is "localhost".
 */

#include "base/macros.h"

/* NULL, or why the address is not taken, to stand within a sentence (static). */
const char *email_fault(const char *text);

#endif
