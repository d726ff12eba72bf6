/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_ADDRESS_H
#define RELANCED_API_ADDRESS_H

/* Whether what a person typed can be an address at all. Strict on what could break out of a header
 * or a command line, lenient on the rest: only the channel knows whether it exists. */

#include "base/macros.h"

/* One @ with something around it, no space or control character, at most 254 bytes. */
bool address_is_email(const char *text);
/* An optional +, then 4 to 15 digits in groups by spaces, dots, dashes or brackets. */
bool address_is_phone(const char *text);

#endif
