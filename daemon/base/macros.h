/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_BASE_MACROS_H
#define RELANCED_BASE_MACROS_H

/* What every file may use: cleanup on scope exit, moves of ownership, sizes. */

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _printf_(text, first) __attribute__((format(printf, text, first)))
#define _unused_ __attribute__((unused))
#define _sentinel_ __attribute__((sentinel))

#define ELEMENTSOF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MIN(a, b) ((a) < (b) ? (a) : (b))

/* Gives the pointer away: the variable is NULL afterwards. */
#define TAKE_PTR(pointer)                                                                          \
        ({                                                                                         \
                typeof(pointer) *_from = &(pointer);                                               \
                typeof(pointer) _taken = *_from;                                                   \
                *_from = NULL;                                                                     \
                _taken;                                                                            \
        })

/* Gives the descriptor away: the variable is -1 afterwards. */
#define TAKE_FD(fd)                                                                                \
        ({                                                                                         \
                int *_from = &(fd);                                                                \
                int _taken = *_from;                                                               \
                *_from = -1;                                                                       \
                _taken;                                                                            \
        })

/* Defines x_freep() for _cleanup_(x_freep) from x_free(), which accepts NULL. */
#define DEFINE_CLEANUP(type, free_function)                                                        \
        static inline void free_function##p(type **_pointer)                                       \
        {                                                                                          \
                free_function(*_pointer);                                                          \
        }

static inline void freep(void *pointer)
{
        free(*(void **)pointer);
}

static inline void closep(int *fd)
{
        if (*fd >= 0)
                (void)close(*fd);
}

static inline bool streq(const char *a, const char *b)
{
        return strcmp(a, b) == 0;
}

/* Two absent strings are equal; an absent and a present one are not. */
static inline bool streq_or_null(const char *a, const char *b)
{
        return a && b ? streq(a, b) : a == b;
}

static inline bool is_empty(const char *text)
{
        return !text || !*text;
}

#endif
