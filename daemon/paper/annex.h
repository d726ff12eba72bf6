/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_ANNEX_H
#define RELANCED_PAPER_ANNEX_H

/*
 * What cairo cannot write into a PDF, appended to it as an incremental update: the language, that
 * the window shows the title, XMP metadata, what the colours mean, an ID, and files that come
 * along.
 */

#include "base/strbuf.h"

typedef struct AnnexFile {
        const char *name; /* UTF-8 */
        const char *bytes;
        size_t length;
} AnnexFile;

typedef struct Annex {
        const char *language, *title, *author, *subject;
        const char *made; /* RFC 3339 */
        const AnnexFile *files;
        size_t n_files;
} Annex;

/* -EBADMSG: the PDF is not built as cairo does it. -ENOMEM, -E2BIG. */
int annex_append(StrBuf *pdf, const Annex *annex);

#endif
