/* SPDX-License-Identifier: MIT */
/*
 * Owns bodies while they arrive: libmicrohttpd's form parser, the unnamed files. Never answers. The
 * first fault sticks; what comes after it is read and dropped for a while, so that a client that
 * writes before it reads still gets to know why.
 */

#include "api/upload.h"

#include <errno.h>
#include <microhttpd.h>
#include <sys/statvfs.h>

#include "api/reply.h"
#include "sys/file.h"

#define FORM_BUFFER ((size_t)64 * 1024)
#define ROOM_STEP ((uint64_t)1024 * 1024) /* that a file grows between two looks at its place */
#define ROOM_KEPT ((uint64_t)256 * 1024 * 1024)
#define IN_MEMORY_MAX (INT64_C(64) * 1024 * 1024)
#define UPLOAD_MAX (INT64_C(4) * 1024 * 1024 * 1024)
/* Past an error, of a form or of anything else. */
#define FORM_DROPPED_MAX (INT64_C(16) * 1024 * 1024)
#define BODY_DROPPED_MAX (INT64_C(1) * 1024 * 1024)

static unsigned error_status(int error)
{
        switch (error) {
        case -EFBIG:
        case -E2BIG: return REPLY_TOO_LARGE;
        case -EINVAL:
        case -EEXIST: return REPLY_BAD_REQUEST;
        case -EMFILE:
        case -ENFILE: return REPLY_BUSY;
        case -EOPNOTSUPP: return REPLY_BAD_METHOD;
        default: return REPLY_FAILED;
        }
}

void upload_fail(Upload *upload, int error, const char *problem)
{
        if (upload->status != 0)
                return;
        upload->status = error_status(error);
        upload->problem = problem;
}

void upload_release(Upload *upload)
{
        if (upload->form)
                (void)MHD_destroy_post_processor(upload->form);
        if (upload->room)
                upload->room->n_files -= upload->n_files;
        strbuf_release(&upload->body);
        closep(&upload->file);
        free(upload->file_name);
        *upload = UPLOAD_INIT;
}

/* The file that was being received is whole. */
static void end_file(Upload *upload)
{
        if (upload->file < 0)
                return;
        if (lseek(upload->file, 0, SEEK_SET) < 0)
                upload_fail(upload, -errno, "the file could not be stored");
        int r = request_add_file(upload->request, upload->file_name, TAKE_FD(upload->file));
        if (r < 0)
                upload_fail(upload, r, "too many files at once");
        free(upload->file_name);
        upload->file_name = NULL;
}

static void begin_file(Upload *upload, const char *name)
{
        UploadRoom *room = upload->room;

        if (room->n_files >= room->max_files) {
                upload_fail(upload, -EMFILE, "too many files at once: import fewer, or try later");
                return;
        }
        int r = spool_open(room->folder, &upload->file);
        if (r == 0) {
                room->n_files++;
                upload->n_files++;
        }
        upload->file_name = strdup(name);
        if (r < 0 || !upload->file_name)
                upload_fail(upload, r < 0 ? r : -ENOMEM, "the file could not be stored");
}

/* What is handed in must leave the store its room. In memory, where nobody knows how much there is,
 * it must be little. */
static bool has_room(const Upload *upload)
{
        struct statvfs place;

        if (fstatvfs(upload->file, &place) < 0 || place.f_blocks == 0)
                return upload->n_received <= IN_MEMORY_MAX;
        return place.f_bavail > MIN(place.f_blocks / 8, ROOM_KEPT / place.f_frsize);
}

static int store_part(Upload *upload, const char *data, uint64_t offset, size_t size)
{
        bool is_checked = offset / ROOM_STEP == (offset + size) / ROOM_STEP && offset > 0;

        if (!is_checked && !has_room(upload))
                return -ENOSPC;
        return fd_write_all(upload->file, data, size);
}

static enum MHD_Result on_form_data(void *owner, enum MHD_ValueKind kind, const char *key,
        const char *file_name, const char *type, const char *encoding, const char *data,
        uint64_t offset, size_t size)
{
        Upload *upload = owner;

        if (!file_name || !key || !streq(key, "file")) {
                upload_fail(upload, -EINVAL, "the form must have nothing but parts named file");
                return MHD_YES;
        }
        if (offset == 0) {
                end_file(upload);
                begin_file(upload, file_name);
        }
        if (upload->status != 0 || upload->file < 0)
                return MHD_YES;
        int r = store_part(upload, data, offset, size);
        if (r == -ENOSPC)
                upload_fail(upload, r, "there is not enough room for the files");
        else if (r < 0)
                upload_fail(upload, r, "the file could not be stored");
        return MHD_YES;
}

void upload_begin(Upload *upload, struct MHD_Connection *connection)
{
        const char *type = MHD_lookup_connection_value(
                connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);

        if (!type || strncasecmp(type, "multipart/form-data", 19) != 0)
                return;
        upload->form = MHD_create_post_processor(connection, FORM_BUFFER, on_form_data, upload);
        if (!upload->form)
                upload_fail(upload, -EINVAL, "the form is not well-formed");
}

bool upload_take(Upload *upload, const char *bytes, size_t size)
{
        upload->n_received += (int64_t)size;
        if (upload->status != 0) {
                upload->n_dropped += (int64_t)size;
                return upload->n_dropped <= (upload->form ? FORM_DROPPED_MAX : BODY_DROPPED_MAX);
        }
        if (upload->n_received > UPLOAD_MAX) {
                upload_fail(upload, -EFBIG, "the files are too large");
        } else if (upload->form) {
                if (MHD_post_process(upload->form, bytes, size) != MHD_YES)
                        upload_fail(upload, -EINVAL, "the form is not well-formed");
        } else {
                strbuf_add_bytes(&upload->body, bytes, size);
                if (strbuf_error(&upload->body))
                        upload_fail(upload, -EFBIG, "the body is too large");
        }
        return true;
}

void upload_end(Upload *upload)
{
        struct MHD_PostProcessor *form = TAKE_PTR(upload->form);

        if (form && MHD_destroy_post_processor(form) != MHD_YES)
                upload_fail(upload, -EINVAL, "the form ends too early");
        if (upload->status != 0)
                return;
        end_file(upload);
        if (upload->status != 0 || upload->body.length == 0)
                return;
        const char *problem = NULL;
        int r = request_parse_body(
                upload->request, upload->body.text, upload->body.length, &problem);
        if (r < 0)
                upload_fail(upload, r, problem);
}
