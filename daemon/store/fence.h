/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_FENCE_H
#define RELANCED_STORE_FENCE_H

/*
 * Private to store/: the fence, a small file in the cache folder (which backups skip) with the
 * store's uuid and the generation of what was last sent. It is written after a commit, so it is
 * never ahead of the store; a store behind it is a restored backup (R20, DESIGN 5.7).
 */

#include <stdint.h>

#include "base/macros.h"

/* Opens the fence, made with its folder if missing. */
int fence_open(const char *cache_folder, int *ret_fd);
/* The generation it keeps of a store of this uuid; -1: unreadable text, or another store's. */
int64_t fence_read(int fd, const char *uuid);
/* Without a sync: after a power cut an older fence is merely a weaker one. */
int fence_write(int fd, const char *uuid, int64_t generation);

#endif
