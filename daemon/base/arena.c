/* SPDX-License-Identifier: MIT */
/* Owns blocks of at least 64 KiB in a list, the newest first. Never logs. */

#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct ArenaBlock {
        ArenaBlock *next;
        size_t used, size;
        alignas(max_align_t) char memory[];
};

static ArenaBlock *arena_add_block(Arena *arena, size_t size)
{
        if (size > SIZE_MAX - sizeof(ArenaBlock))
                return NULL;
        ArenaBlock *block = malloc(sizeof(ArenaBlock) + size);
        if (!block)
                return NULL;
        block->used = 0;
        block->size = size;
        block->next = arena->blocks;
        arena->blocks = block;
        return block;
}

void *arena_alloc(Arena *arena, size_t size)
{
        ArenaBlock *block = arena->blocks;

        if (size > SIZE_MAX - alignof(max_align_t))
                return NULL;
        size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
        if (!block || block->size - block->used < size)
                block = arena_add_block(arena, MAX(size, BLOCK_SIZE));
        if (!block)
                return NULL;
        void *piece = block->memory + block->used;
        block->used += size;
        return memset(piece, 0, size);
}

void *arena_alloc_array(Arena *arena, size_t n, size_t size)
{
        size_t total;

        if (__builtin_mul_overflow(n, size, &total))
                return NULL;
        return arena_alloc(arena, total);
}

char *arena_strndup(Arena *arena, const char *text, size_t length)
{
        if (!text)
                return NULL;
        char *copy = arena_alloc(arena, length + 1);
        if (copy)
                memcpy(copy, text, length);
        return copy;
}

char *arena_strdup(Arena *arena, const char *text)
{
        return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

void arena_reset(Arena *arena)
{
        if (!arena->blocks)
                return;
        ArenaBlock *kept = arena->blocks;
        while (kept->next) {
                ArenaBlock *next = kept->next;
                free(kept);
                kept = next;
        }
        kept->used = 0;
        arena->blocks = kept;
}

void arena_release(Arena *arena)
{
        if (!arena)
                return;
        for (ArenaBlock *block = arena->blocks, *next; block; block = next) {
                next = block->next;
                free(block);
        }
        arena->blocks = NULL;
}
