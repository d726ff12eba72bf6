/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading of cc: a list that nobody has checked, beside the one address that counts. What
 * is wrong with it costs nobody else the mail. Never looks anything up.
 */

#include "channels/email/envelope.h"

#include <string.h>
#include <strings.h>

#include "base/macros.h"

#define SEPARATORS ",; \t\n"

static bool is_known(const Envelope *envelope, const char *wire)
{
        bool is_known = strcasecmp(envelope->to, wire) == 0;

        for (size_t i = 0; i < envelope->n_cc && !is_known; i++)
                is_known = strcasecmp(envelope->cc[i], wire) == 0;
        return is_known;
}

static void add_copy(Envelope *envelope, const char *address, size_t length)
{
        char text[MAILBOX_SIZE], wire[MAILBOX_SIZE];

        if (length < sizeof(text)) {
                memcpy(text, address, length);
                text[length] = 0;
        }
        if (length >= sizeof(text) || mailbox_encode(text, wire)) {
                envelope->n_left_out++;
                return;
        }
        if (is_known(envelope, wire))
                return;
        if (envelope->n_cc == CC_MAX)
                envelope->n_left_out++;
        else
                memcpy(envelope->cc[envelope->n_cc++], wire, strlen(wire) + 1);
}

const char *envelope_address(const struct relanced_message *message, Envelope *ret_envelope)
{
        const char *fault, *at = message->cc;

        ret_envelope->n_cc = ret_envelope->n_left_out = 0;
        fault = mailbox_encode(message->to, ret_envelope->to);
        if (fault)
                return fault;
        while (at && *(at += strspn(at, SEPARATORS))) {
                size_t length = strcspn(at, SEPARATORS);
                add_copy(ret_envelope, at, length);
                at += length;
        }
        return NULL;
}
