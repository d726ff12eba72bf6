/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_QR_H
#define RELANCED_EMAIL_QR_H

/* A text as the picture of a QR code: black on white, error correction M, with its quiet zone. */

#include "base/strbuf.h"

/* Adds a PNG, the same bytes for the same text. 0; -E2BIG: more than a code holds; -ENOMEM. */
int qr_draw(const char *text, StrBuf *out);

#endif
