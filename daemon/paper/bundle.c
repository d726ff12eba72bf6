/* SPDX-License-Identifier: MIT */
/* Owns libarchive. Knows nothing of what it packs, reads no clock and no file. The program runs in
 * UTC and UTF-8 (see run.c): a ZIP's times are those of a local clock. */

#include "paper/bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "sys/file.h"

#define MANIFEST "MANIFEST"
#define SEAL_WORD "SHA-256 "

struct Bundle {
        struct archive *archive;
        StrBuf *zip;
        StrBuf manifest;
        Instant made;
};

static la_ssize_t on_bytes(struct archive *archive, void *owner, const void *bytes, size_t length)
{
        Bundle *bundle = owner;

        strbuf_add_bytes(bundle->zip, bytes, length);
        if (strbuf_error(bundle->zip) == 0)
                return (la_ssize_t)length;
        archive_set_error(archive, -strbuf_error(bundle->zip), "the archive is too large");
        return -1;
}

int bundle_new(Instant made, StrBuf *ret_zip, Bundle **ret_bundle)
{
        _cleanup_(bundle_freep) Bundle *bundle = calloc(1, sizeof(Bundle));

        if (!bundle)
                return -ENOMEM;
        *bundle = (Bundle){ .archive = archive_write_new(), .zip = ret_zip, .made = made };
        if (!bundle->archive)
                return -ENOMEM;
        if (archive_write_set_format_zip(bundle->archive) != ARCHIVE_OK ||
                archive_write_set_options(bundle->archive, "hdrcharset=UTF-8") != ARCHIVE_OK ||
                archive_write_set_bytes_in_last_block(bundle->archive, 1) != ARCHIVE_OK ||
                archive_write_open(bundle->archive, bundle, NULL, on_bytes, NULL) != ARCHIVE_OK)
                return -EIO;
        *ret_bundle = TAKE_PTR(bundle);
        return 0;
}

void bundle_free(Bundle *bundle)
{
        if (!bundle)
                return;
        (void)archive_write_free(bundle->archive);
        strbuf_release(&bundle->manifest);
        free(bundle);
}

static int add_entry(Bundle *bundle, const char *name, const void *bytes, size_t length)
{
        struct archive_entry *entry = archive_entry_new();

        if (!entry)
                return -ENOMEM;
        archive_entry_update_pathname_utf8(entry, name);
        archive_entry_set_size(entry, (la_int64_t)length);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_mtime(entry, (time_t)(bundle->made.usec / USEC_PER_SEC), 0);
        int r = archive_write_header(bundle->archive, entry) == ARCHIVE_OK &&
                                archive_write_data(bundle->archive, bytes, length) ==
                                        (la_ssize_t)length
                        ? 0
                        : -EIO;
        archive_entry_free(entry);
        return strbuf_error(bundle->zip) < 0 ? strbuf_error(bundle->zip) : r;
}

int bundle_add(Bundle *bundle, const char *name, const void *bytes, size_t length)
{
        char digest[SHA256_TEXT_SIZE];

        bytes_sha256(bytes, length, digest);
        strbuf_addf(&bundle->manifest, "%s  %s\n", digest, name);
        return add_entry(bundle, name, bytes, length);
}

/* A ZIP ends with its comment, and right before that its length. */
static void seal(StrBuf *zip)
{
        const char length[2] = { (char)(strlen(SEAL_WORD) + BUNDLE_SEAL_LENGTH), 0 };
        char digest[SHA256_TEXT_SIZE];

        strbuf_truncate(zip, zip->length - sizeof(length));
        strbuf_add_bytes(zip, length, sizeof(length));
        strbuf_add(zip, SEAL_WORD);
        bytes_sha256(strbuf_text(zip), zip->length, digest);
        strbuf_add(zip, digest);
}

int bundle_finish(Bundle *bundle)
{
        int r = strbuf_error(&bundle->manifest);

        if (r == 0)
                r = add_entry(
                        bundle, MANIFEST, strbuf_text(&bundle->manifest), bundle->manifest.length);
        if (r == 0 && archive_write_close(bundle->archive) != ARCHIVE_OK)
                r = -EIO;
        if (r == 0 && strbuf_error(bundle->zip) == 0)
                seal(bundle->zip);
        return strbuf_error(bundle->zip) < 0 ? strbuf_error(bundle->zip) : r;
}
