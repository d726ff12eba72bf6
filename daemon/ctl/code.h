/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_CODE_H
#define RELANCED_CTL_CODE_H

/* The page of an e-mail outside of its mail: the picture of its code to pay by, which a mail has as
 * a part of its own, is put into the page. */

#include "base/strbuf.h"

/* Adds the page; payment_code NULL: as it is. */
void code_add_page(StrBuf *out, const char *html, const char *payment_code);

#endif
