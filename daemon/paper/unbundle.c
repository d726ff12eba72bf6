/* SPDX-License-Identifier: MIT */
/* Owns the reading of ZIPs by libarchive. What a ZIP says of sizes and names is a stranger's word:
 * everything is bounded, and nothing is ever written to a file. */

#include "paper/unbundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "paper/bundle.h"
#include "sys/file.h"

#define BLOCK_SIZE ((size_t)64 * 1024)
#define FILES_MAX 4096
#define TOTAL_MAX ((size_t)1024 * 1024 * 1024)
#define WANTED_MAX ((size_t)64 * 1024 * 1024)
#define END_LENGTH 22 /* of a ZIP's last record; its last two bytes are the comment's length */
#define END_MARK "PK\x05\x06"
#define TOO_LARGE "is larger than a dossier can be"

typedef struct Reading {
        struct archive *archive;
        Arena *arena;
        bool (*is_wanted)(const char *name);
        BundledFiles files;
        size_t total;
        const char *problem;
} Reading;

static int damaged(Reading *reading, const char *name, const char *what)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "%s: %s", name, what);
        reading->problem = arena_strdup(reading->arena, strbuf_text(&text));
        return reading->problem ? -EBADMSG : -ENOMEM;
}

static int keep_bytes(Reading *reading, const StrBuf *bytes, BundledFile *file)
{
        char *copy = arena_alloc(reading->arena, bytes->length + 1);

        if (!copy)
                return -ENOMEM;
        memcpy(copy, strbuf_text(bytes), bytes->length);
        file->bytes = copy;
        file->length = bytes->length;
        return 0;
}

static int read_bytes(Reading *reading, BundledFile *file)
{
        _cleanup_(strbuf_release) StrBuf bytes = { .limit = WANTED_MAX };
        bool is_wanted = reading->is_wanted(file->name);
        Digest *digest = digest_new();
        char block[BLOCK_SIZE];
        la_ssize_t n = 0;

        while (reading->total <= TOTAL_MAX && strbuf_error(&bytes) == 0 &&
                (n = archive_read_data(reading->archive, block, sizeof(block))) > 0) {
                digest_add(digest, block, (size_t)n);
                reading->total += (size_t)n;
                if (is_wanted)
                        strbuf_add_bytes(&bytes, block, (size_t)n);
        }
        digest_end(digest, file->sha256);
        if (n < 0)
                return damaged(reading, file->name, "its bytes are damaged");
        if (reading->total > TOTAL_MAX || strbuf_error(&bytes) == -E2BIG)
                return damaged(reading, file->name, TOO_LARGE);
        if (strbuf_error(&bytes) < 0)
                return strbuf_error(&bytes);
        return is_wanted ? keep_bytes(reading, &bytes, file) : 0;
}

static int read_entry(Reading *reading, struct archive_entry *entry)
{
        BundledFile *file = &reading->files.files[reading->files.n];
        const char *name = archive_entry_pathname_utf8(entry);

        if (!name || archive_entry_filetype(entry) != AE_IFREG)
                return damaged(reading, name ? name : "a file", "is not a plain file");
        if (bundled_find(&reading->files, name))
                return damaged(reading, name, "is there twice");
        if (reading->files.n == FILES_MAX)
                return damaged(reading, "the ZIP", TOO_LARGE);
        file->name = arena_strdup(reading->arena, name);
        int r = file->name ? read_bytes(reading, file) : -ENOMEM;
        if (r == 0)
                reading->files.n++;
        return r;
}

static int read_entries(Reading *reading, int fd)
{
        struct archive_entry *entry;
        int result, r = 0;

        reading->files.files =
                arena_alloc_array(reading->arena, FILES_MAX + 1, sizeof(BundledFile));
        if (!reading->files.files)
                return -ENOMEM;
        if (archive_read_support_format_zip_seekable(reading->archive) != ARCHIVE_OK ||
                archive_read_open_fd(reading->archive, fd, BLOCK_SIZE) != ARCHIVE_OK) {
                reading->problem = "it is no ZIP";
                return -EBADMSG;
        }
        while (r == 0 &&
                (result = archive_read_next_header(reading->archive, &entry)) == ARCHIVE_OK)
                r = read_entry(reading, entry);
        if (r == 0 && result != ARCHIVE_EOF) {
                reading->problem = "the ZIP is damaged";
                return -EBADMSG;
        }
        return r;
}

int unbundle(int fd, bool (*is_wanted)(const char *name), Arena *arena, BundledFiles *ret_files,
        const char **ret_problem)
{
        Reading reading = {
                .archive = archive_read_new(),
                .arena = arena,
                .is_wanted = is_wanted,
        };

        if (!reading.archive)
                return -ENOMEM;
        int r = read_entries(&reading, fd);
        (void)archive_read_free(reading.archive);
        *ret_problem = reading.problem;
        if (r == 0)
                *ret_files = reading.files;
        return r;
}

const BundledFile *bundled_find(const BundledFiles *files, const char *name)
{
        for (size_t i = 0; i < files->n; i++)
                if (streq(files->files[i].name, name))
                        return &files->files[i];
        return NULL;
}

/* Whether the file's last bytes are the end of a ZIP that has no comment. */
static bool ends_bare(int fd, off_t size)
{
        char end[END_LENGTH];

        return pread(fd, end, sizeof(end), size - END_LENGTH) == sizeof(end) &&
               memcmp(end, END_MARK, strlen(END_MARK)) == 0 && end[END_LENGTH - 2] == 0 &&
               end[END_LENGTH - 1] == 0;
}

int bundle_check_seal(int fd)
{
        char digest[SHA256_TEXT_SIZE], seal[BUNDLE_SEAL_LENGTH];
        struct stat info;

        if (fstat(fd, &info) < 0)
                return -errno;
        if (ends_bare(fd, info.st_size))
                return 0;
        off_t end = info.st_size - BUNDLE_SEAL_LENGTH;
        if (end < 0)
                return -EBADMSG;
        int r = file_sha256_until(fd, end, digest);
        if (r < 0)
                return r;
        ssize_t n = pread(fd, seal, sizeof(seal), end);
        if (n < 0)
                return -errno;
        return n == sizeof(seal) && memcmp(seal, digest, sizeof(seal)) == 0 ? 1 : -EBADMSG;
}
