/* SPDX-License-Identifier: MIT */
/* Owns the file of a rendering. The worker may do with it what it likes: it is read once, up to its
 * length at that moment, and never mapped. */

#include "engine/rendering.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/protocol.h"
#include "sys/file.h"

int rendering_open(int *ret_fd)
{
        int fd = memfd_create("relanced-rendering", MFD_CLOEXEC);

        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

int rendering_ask(int socket_fd, const struct relanced_message *message)
{
        const Packet packet = { .type = PACKET_RENDER, .message = *message };
        int fds[ATTACHMENTS_MAX];

        if (message->n_attachments > ATTACHMENTS_MAX)
                return -E2BIG;
        for (size_t i = 0; i < message->n_attachments; i++)
                fds[i] = message->attachments[i].fd;
        return packet_ship(socket_fd, &packet, fds, message->n_attachments);
}

int rendering_read(int fd, Arena *arena, const char **ret_bytes, size_t *ret_length)
{
        struct stat status;

        if (fstat(fd, &status) < 0)
                return -errno;
        if (status.st_size < 0 || (uint64_t)status.st_size > RENDERED_MAX)
                return -EFBIG;
        size_t length = (size_t)status.st_size, n = 0;
        char *bytes = arena_alloc(arena, length + 1);
        if (!bytes)
                return -ENOMEM;
        int r = fd_read_begin(fd, bytes, length, &n);
        if (r < 0 || n < length)
                return r < 0 ? r : -EIO;
        bytes[length] = 0;
        *ret_bytes = bytes;
        *ret_length = length;
        return 0;
}
