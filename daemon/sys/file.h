/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SYS_FILE_H
#define RELANCED_SYS_FILE_H

/* Files: reading and writing them whole, digests, opening what a stranger named in a folder. */

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

#define SHA256_TEXT_SIZE 65 /* 64 lower-case hexadecimal digits and NUL */

/* The whole of a regular file of at most limit bytes, NUL-terminated (free()).
 * -errno, -EFBIG past the limit, -EINVAL: not a regular file. */
int file_read(const char *path, size_t limit, char **ret_text, size_t *ret_length);

/* All of the bytes, however often write() stops short; for blocking descriptors. */
int fd_write_all(int fd, const void *bytes, size_t length);

/* The bytes at the beginning of a file, however often reading stops short: size of them, or as many
 * as there are. Its offset is left where it is. */
int fd_read_begin(int fd, void *bytes, size_t size, size_t *ret_length);

/*
 * Opens a regular file beneath folder for reading, walking component by component without
 * following any symbolic link. name must be relative and without "." and ".." components.
 * -EINVAL (bad name, not a regular file), -ELOOP (a link), -EFBIG (over limit bytes), -ENOENT …
 */
int file_open_beneath(const char *folder, const char *name, size_t limit, int *ret_fd);

/* Digest of all of fd from its beginning; its offset is left at the beginning. */
int file_sha256(int fd, char text[static SHA256_TEXT_SIZE]);
/* Digest of fd's first bytes, up to there or its end; its offset is left at the beginning. */
int file_sha256_until(int fd, int64_t length, char text[static SHA256_TEXT_SIZE]);
/* Digest of bytes in memory. */
void bytes_sha256(const void *bytes, size_t length, char text[static SHA256_TEXT_SIZE]);
/* Digest of bytes that come in pieces; its end frees it. */
typedef struct Digest Digest;
Digest *digest_new(void);
void digest_add(Digest *digest, const void *bytes, size_t length);
void digest_end(Digest *digest, char text[static SHA256_TEXT_SIZE]);

/* mkdir -p with that mode for what is missing. */
int folder_make(const char *path, unsigned mode);

/* name as seen from the folder of the file base_path, if it is relative; else a copy. */
int path_from_file(const char *base_path, const char *name, char **ret_path);

/*
 * A folder of data that belongs to the program: "templates", "rates", "tone", "modules". Found from
 * where the running binary stands: <prefix>/share/relanced/<what> and
 * <prefix>/<libdir>/relanced/channels beside its own folder, libdir as meson had it, else the
 * source and build tree it is in. -ENOENT when there is none.
 */
int data_folder(const char *what, char **ret_path);

/*
 * The channel module of that name: NAME.so in the folder "modules", or NAME/NAME.so there (as in a
 * build tree). An absolute path is taken as it is, without a look. -EINVAL: no name of a module
 * (letters, digits, - and _); -ENOENT: there is none.
 */
int module_path(const char *name, char **ret_path);

#endif
