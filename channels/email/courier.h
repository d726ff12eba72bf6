/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_COURIER_H
#define RELANCED_EMAIL_COURIER_H

/* Letters between the host and the SMTP sessions: taken, written as MIME, asked about ahead of
 * time, finished once each. */

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "channels/channel.h"
#include "channels/email/settings.h"
#include "channels/email/tls.h"

#define SESSION_MAX 100 /* messages of one connection */

typedef struct Letter {
        struct Letter *next;
        const struct relanced_message *message;
        Envelope envelope;
        StrBuf mime;
        bool is_begun; /* begin() has let it go */
        bool is_alone; /* it goes to the customer and to nobody else */
        bool is_asked; /* host->ask() was called, at asked_ms */
        int64_t asked_ms;
} Letter;

typedef struct Courier {
        const Settings *settings;
        Tls *tls; /* NULL: clear text */
        struct relanced_host *host;
        Letter *queue; /* taken, in no session; first in, first out */
        size_t n_queue;
        bool is_over;              /* the host gives no more */
        bool is_copy_warned;       /* the copy is refused, and that was said */
        int64_t microseconds_each; /* measured: from one message's end to the next */
} Courier;

/* The next letter, ready to be sent: from the queue, else from the host, waiting up to wait_ms.
 * NULL: none now. Letters that cannot be written are finished on the way. */
Letter *courier_take(Courier *courier, int wait_ms);

/* Whether it goes to more than one address. */
bool letter_has_copies(const Courier *courier, const Letter *letter);

/* The letter is under way: asks about it, and about those that reach their end within a moment,
 * which are taken into the queue if they are there. */
void courier_ask(Courier *courier, Letter *letter);

/* A message took so long. */
void courier_measure(Courier *courier, int64_t microseconds);

/* Finishes and frees it. detail may be NULL, as may reference. */
void courier_finish(Courier *courier, Letter *letter, const struct relanced_outcome *outcome);

/* Not begun after all: again the first of the queue. */
void courier_put_back(Courier *courier, Letter *letter);

/* It has begun, but was refused to all of its recipients together: it is offered to the customer
 * alone, first of the queue. */
void courier_put_back_alone(Courier *courier, Letter *letter);

/* All of the queue, and all that the host has ready: they would fare no better. */
void courier_finish_all(Courier *courier, const struct relanced_outcome *outcome);

/* Monotonic. */
int64_t courier_now_us(void);

#endif
