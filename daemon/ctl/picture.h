/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_PICTURE_H
#define RELANCED_CTL_PICTURE_H

/* A page of HTML as a picture, drawn by a browser of this machine that sees nothing but the page:
 * no network, no profile of anybody's. */

#include "base/strbuf.h"

/* Adds a PNG. 0, or -errno, and a sentence on stderr says what was wrong. */
int picture_draw(const char *html, StrBuf *png);

#endif
