/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_RENDERING_H
#define RELANCED_ENGINE_RENDERING_H

/* The file by which a worker gives what its module renders: too large for a packet, and from a
 * process that is not believed. */

#include "base/arena.h"
#include "channels/channel.h"

#define RENDERED_MAX ((size_t)64 * 1024 * 1024)

/* An empty file in memory. */
int rendering_open(int *ret_fd);

/* Asks a worker that has opened with such a file to render the message, with its documents. */
int rendering_ask(int socket_fd, const struct relanced_message *message);

/* What the worker has put into it, in the arena, with a NUL behind. -EFBIG: more than RENDERED_MAX;
 * -EIO: it changed meanwhile. */
int rendering_read(int fd, Arena *arena, const char **ret_bytes, size_t *ret_length);

#endif
