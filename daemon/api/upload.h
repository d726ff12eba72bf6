/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_UPLOAD_H
#define RELANCED_API_UPLOAD_H

/*
 * The body of a request while it arrives: a JSON object, or a form with files, which go to unnamed
 * files in the cache folder.
 */

#include "api/request.h"
#include "base/strbuf.h"

/* What all uploads together may use. */
typedef struct UploadRoom {
        const char *folder;
        size_t n_files, max_files; /* descriptors */
} UploadRoom;

struct MHD_Connection;
struct MHD_PostProcessor;

typedef struct Upload {
        UploadRoom *room;
        Request *request; /* what was asked, and what is added to it */
        struct MHD_PostProcessor *form;
        StrBuf body;
        int64_t n_received;
        int64_t n_dropped; /* of them, past an error */
        int file;          /* being received, or -1 */
        char *file_name;
        size_t n_files;
        unsigned status; /* 0: well so far; else what it is refused with */
        const char *problem;
} Upload;

#define UPLOAD_INIT ((Upload){ .file = -1, .body = { .limit = REQUEST_BODY_MAX } })

/* Files that were received stay with the request, but no longer count as used. */
void upload_release(Upload *upload);

/* The head is there; the request has a body or not. */
void upload_begin(Upload *upload, struct MHD_Connection *connection);
/* More of it. False: so much came after an error that there is no use in reading on. */
bool upload_take(Upload *upload, const char *bytes, size_t size);
/* It is whole: the request has its values and files, or status and problem are set. */
void upload_end(Upload *upload);
/* It is refused; the first problem counts. */
void upload_fail(Upload *upload, int error, const char *problem);

#endif
