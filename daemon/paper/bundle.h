/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_BUNDLE_H
#define RELANCED_PAPER_BUNDLE_H

/*
 * A ZIP that ends with MANIFEST: a line "SHA-256  NAME" for each file before it, as sha256sum
 * writes and checks. Same files in the same order, same bytes. Its last bytes, in the ZIP's
 * comment, are its seal: the SHA-256 of all bytes before them.
 */

#include "base/strbuf.h"
#include "core/date.h"

#define BUNDLE_SEAL_LENGTH 64

typedef struct Bundle Bundle;

/* made: the date of every entry. Appends to ret_zip, which must outlive the bundle. -ENOMEM,
 * -EIO. */
int bundle_new(Instant made, StrBuf *ret_zip, Bundle **ret_bundle);
/* -ENOMEM, -EIO, -E2BIG. */
int bundle_add(Bundle *bundle, const char *name, const void *bytes, size_t length);
/* MANIFEST, the end of the archive and the seal; after it only bundle_free(). */
int bundle_finish(Bundle *bundle);
void bundle_free(Bundle *bundle);
DEFINE_CLEANUP(Bundle, bundle_free)

#endif
