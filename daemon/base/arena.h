/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_BASE_ARENA_H
#define RELANCED_BASE_ARENA_H

/* Memory that is given out piece by piece and taken back all at once: a page of accounts lives in
 * one. Everything from an arena is valid until arena_reset() or arena_release(). */

#include <stddef.h>

#include "base/macros.h"

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
        ArenaBlock *blocks;
} Arena;

#define ARENA_INIT ((Arena){ 0 })

/* Aligned for any type, zeroed; NULL only when memory is out. size 0 gives a valid pointer. */
void *arena_alloc(Arena *arena, size_t size);
/* n elements; NULL also when n × size overflows. */
void *arena_alloc_array(Arena *arena, size_t n, size_t size);
/* A copy of text; a NULL text gives NULL (which is then not an error). */
char *arena_strdup(Arena *arena, const char *text);
char *arena_strndup(Arena *arena, const char *text, size_t length);

/* Forgets everything given out, keeps one block of memory for the next round. */
void arena_reset(Arena *arena);
/* Frees everything. NULL is fine. */
void arena_release(Arena *arena);

#endif
