/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_QUOTE_H
#define RELANCED_INTAKE_QUOTE_H

/* A stranger's value as it may stand in a message: in double quotes, cut after QUOTE_MAX bytes,
 * anything a terminal could act upon spelled out (\x1B). Any bytes will do; the result is UTF-8. */

#include "base/strbuf.h"

#define QUOTE_MAX 60

void quote_add(StrBuf *buffer, const char *text, size_t length);

/* Whether valid UTF-8 text holds a control character (C0, DEL, C1). */
bool has_control(const char *text);

#endif
