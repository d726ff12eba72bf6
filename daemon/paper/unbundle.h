/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_UNBUNDLE_H
#define RELANCED_PAPER_UNBUNDLE_H

/* The files of a ZIP: their digests, and the bytes of those that are read. */

#include "base/arena.h"
#include "sys/file.h"

typedef struct BundledFile {
        const char *name;
        const char *bytes; /* and a NUL behind them; NULL: it was not wanted */
        size_t length;     /* of bytes */
        char sha256[SHA256_TEXT_SIZE];
} BundledFile;

typedef struct BundledFiles {
        BundledFile *files;
        size_t n;
} BundledFiles;

/* The arena has all of it; is_wanted: whose bytes. -EBADMSG: it is no ZIP, one that is damaged, or
 * larger than a dossier can be, and *ret_problem says so (static, or in the arena); other
 * -errno. */
int unbundle(int fd, bool (*is_wanted)(const char *name), Arena *arena, BundledFiles *ret_files,
        const char **ret_problem);
const BundledFile *bundled_find(const BundledFiles *files, const char *name); /* or NULL */
/* 1: the file is, byte for byte, the one that bundle_finish() sealed. 0: it has no comment, so that
 * its files were packed anew. -EBADMSG: its bytes are others than those that were sealed; other
 * -errno. */
int bundle_check_seal(int fd);

#endif
