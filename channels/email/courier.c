/* SPDX-License-Identifier: MIT */
/*
 * Owns the letters of a worker. How many are taken and asked about ahead follows from the time one
 * takes: to a fast server many wait for the daemon's disk together, to a slow one none is kept from
 * the other workers, and none goes out on an old permission (R9 is read when begin() is asked).
 */

#include "channels/email/courier.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <inttypes.h>

#define AHEAD_US 50000       /* asked about: what reaches its end within this time */
#define PERMISSION_MS 3000   /* an older answer is not used */
#define PACE_FIRST_US 100000 /* before anything was measured: one at a time */

int64_t courier_now_us(void)
{
        return g_get_monotonic_time();
}

static void letter_free(Letter *letter)
{
        strbuf_release(&letter->mime);
        free(letter);
}

void courier_finish(Courier *courier, Letter *letter, const struct relanced_outcome *outcome)
{
        courier->host->finish(courier->host, letter->message, outcome);
        letter_free(letter);
}

static void finish_as(
        Courier *courier, Letter *letter, enum relanced_outcome_kind kind, const char *detail)
{
        courier_finish(
                courier, letter, &(struct relanced_outcome){ .kind = kind, .detail = detail });
}

void courier_put_back(Courier *courier, Letter *letter)
{
        letter->next = courier->queue;
        courier->queue = letter;
        courier->n_queue++;
}

bool letter_has_copies(const Courier *courier, const Letter *letter)
{
        const char *copy_to = courier->settings->copy_to;
        bool has_archive = *copy_to && strcasecmp(copy_to, letter->envelope.to) != 0;

        return !letter->is_alone && (has_archive || letter->envelope.n_cc > 0);
}

void courier_put_back_alone(Courier *courier, Letter *letter)
{
        StrBuf text = STRBUF_INIT;

        letter->is_alone = true;
        letter->asked_ms = courier_now_us() / 1000; /* until now it was on its way */
        strbuf_addf(&text,
                "notice %" PRIu64 ": the mail server refused the mail for all of its recipients "
                "together; it is offered once more without copies",
                letter->message->notice);
        courier->host->log(courier->host, RELANCED_WARNING, strbuf_text(&text));
        strbuf_release(&text);
        courier_put_back(courier, letter);
}

static Letter *pop(Courier *courier)
{
        Letter *letter = courier->queue;

        if (letter) {
                courier->queue = letter->next;
                courier->n_queue--;
                letter->next = NULL;
        }
        return letter;
}

/* A letter of the host's, at the end of the queue. False: none. */
static bool fetch(Courier *courier, int wait_ms)
{
        const struct relanced_message *message;
        Letter **end = &courier->queue;

        if (courier->is_over)
                return false;
        int r = courier->host->next(courier->host, &message, wait_ms);
        courier->is_over = r < 0;
        if (r <= 0)
                return false;
        Letter *letter = calloc(1, sizeof(*letter));
        if (!letter) {
                courier->host->finish(courier->host, message,
                        &(struct relanced_outcome){
                                .kind = RELANCED_RETRY, .detail = "no memory" });
                return false;
        }
        letter->message = message;
        while (*end)
                end = &(*end)->next;
        *end = letter;
        courier->n_queue++;
        return true;
}

void courier_finish_all(Courier *courier, const struct relanced_outcome *outcome)
{
        while (courier->n_queue < SESSION_MAX && fetch(courier, 0))
                ;
        for (Letter *letter; (letter = pop(courier));)
                courier_finish(courier, letter, outcome);
}

/* The customer's mail goes out all the same; no address is in the line. */
static void warn_of_cc(Courier *courier, const Letter *letter)
{
        StrBuf text = STRBUF_INIT;

        if (letter->envelope.n_left_out == 0)
                return;
        strbuf_addf(&text,
                "notice %" PRIu64 ": %zu of the addresses in cc cannot be written to, or are more "
                "than %zu; the mail goes to the others",
                letter->message->notice, letter->envelope.n_left_out, CC_MAX);
        courier->host->log(courier->host, RELANCED_WARNING, strbuf_text(&text));
        strbuf_release(&text);
}

/* Writes the mail. False: it could not be, and is finished. */
static bool prepare(Courier *courier, Letter *letter)
{
        const struct relanced_message *message = letter->message;

        if (letter->mime.length > 0)
                return true;
        const char *fault = envelope_address(message, &letter->envelope);
        if (fault) {
                finish_as(courier, letter, RELANCED_REFUSED_ADDRESS, fault);
                return false;
        }
        int r = mime_build(&courier->settings->mime, message, &letter->envelope, &letter->mime);
        if (r == 0) {
                warn_of_cc(courier, letter);
                return true;
        }
        if (r == -EBADMSG)
                finish_as(courier, letter, RELANCED_REFUSED_MESSAGE,
                        "the subject or the name of a document has a control character");
        else if (r == -E2BIG)
                finish_as(courier, letter, RELANCED_REFUSED_MESSAGE,
                        "the code to pay by is too long for a picture");
        else if (r == -ESTALE)
                finish_as(courier, letter, RELANCED_RETRY,
                        "a document to attach changed while it was read");
        else
                finish_as(courier, letter, RELANCED_RETRY, strerror(-r));
        return false;
}

static bool is_stale(const Letter *letter)
{
        return letter->is_asked && courier_now_us() / 1000 - letter->asked_ms > PERMISSION_MS;
}

Letter *courier_take(Courier *courier, int wait_ms)
{
        for (;;) {
                if (!courier->queue && !fetch(courier, wait_ms))
                        return NULL;
                Letter *letter = pop(courier);
                if (is_stale(letter))
                        courier_finish(courier, letter,
                                &(struct relanced_outcome){ .kind = RELANCED_RETRY,
                                        .retry_after_s = 1,
                                        .detail =
                                                "its turn came too late after it was asked for" });
                else if (prepare(courier, letter))
                        return letter;
        }
}

static void ask(Courier *courier, Letter *letter)
{
        if (letter->is_asked)
                return;
        letter->is_asked = true;
        letter->asked_ms = courier_now_us() / 1000;
        courier->host->ask(courier->host, letter->message);
}

void courier_ask(Courier *courier, Letter *letter)
{
        int64_t each = courier->microseconds_each ? courier->microseconds_each : PACE_FIRST_US;
        size_t ahead = (size_t)MIN(AHEAD_US / MAX(each, 1), (int64_t)SESSION_MAX);

        ask(courier, letter);
        while (courier->n_queue < ahead && fetch(courier, 0))
                ;
        size_t n = 0;
        for (Letter *later = courier->queue; later && n < ahead; later = later->next, n++)
                ask(courier, later);
}

void courier_measure(Courier *courier, int64_t microseconds)
{
        int64_t before = courier->microseconds_each;

        courier->microseconds_each = before ? (3 * before + microseconds) / 4 : microseconds;
}
