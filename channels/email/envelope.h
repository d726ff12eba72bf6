/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_ENVELOPE_H
#define RELANCED_EMAIL_ENVELOPE_H

/* Whom a mail goes to, as SMTP carries it. Pure: the same message gives the same envelope. */

#include "channels/channel.h"
#include "channels/email/mailbox.h"

#define CC_MAX ((size_t)10)

typedef struct Envelope {
        char to[MAILBOX_SIZE];
        char cc[CC_MAX][MAILBOX_SIZE]; /* each once, none of them `to` */
        size_t n_cc;
        size_t n_left_out; /* of cc: what can never be written to, or is more than CC_MAX */
} Envelope;

/* NULL, or why the message's `to` can never be written to (static). */
const char *envelope_address(const struct relanced_message *message, Envelope *ret_envelope);

#endif
