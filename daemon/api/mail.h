/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_MAIL_H
#define RELANCED_API_MAIL_H

/* Mails of a preview, byte for byte as their channel's module would send them. */

#include "api/routes.h"
#include "store/outbox.h"

/* What a row of a preview is of. */
typedef struct MailAsked {
        json_t *row; /* taken over */
        const Notice *notice;
} MailAsked;

/* Adds each row with its mail as "eml" to the answer, once a worker has made it. What is asked for
 * and the contact are in the exchange's arena. 0 or -errno. */
int mail_start(Exchange *exchange, const Contact *contact, const MailAsked *asked, size_t n);

#endif
