/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_MIME_H
#define RELANCED_EMAIL_MIME_H

/* A message as bytes of MIME: a pure function of the message, its attachments and the channel's
 * settings, so that a retry sends the same bytes. All ASCII, lines of at most 998 characters ended
 * by CR LF. */

#include "base/strbuf.h"
#include "channels/channel.h"
#include "channels/email/envelope.h"

typedef struct MimeSettings {
        const char *from;      /* as mailbox_encode() wrote it */
        const char *from_name; /* UTF-8, "" without */
        const char *reply_to;  /* likewise encoded, "" without */
} MimeSettings;

/* Once, before the first mime_build(). */
void mime_start(void);

/* Whether text may be a header's value: valid UTF-8 without a control character, C1 included. */
bool mime_is_header(const char *text);

/*
 * 0, and the mail is in `out`. -EBADMSG: a header's value holds a control character. -E2BIG: the
 * code to pay by is too long for a picture. -ESTALE: an attachment is not as long as it was.
 * -ENOMEM, -EIO …
 */
int mime_build(const MimeSettings *settings, const struct relanced_message *message,
        const Envelope *envelope, StrBuf *out);

#endif
