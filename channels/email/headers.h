/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_HEADERS_H
#define RELANCED_EMAIL_HEADERS_H

/* The headers of a mail, but those of its parts. */

#include "channels/email/mime.h"

struct _GMimeMessage;

/* Whether all that becomes a header may be one. */
bool headers_are_clean(const MimeSettings *settings, const struct relanced_message *message);

/* Sets them all. The values are clean. */
void headers_set(struct _GMimeMessage *mail, const MimeSettings *settings,
        const struct relanced_message *message, const Envelope *envelope);

#endif
