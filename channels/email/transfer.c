/* SPDX-License-Identifier: MIT */
/*
 * Owns one letter's way through a session: its text as libESMTP asks for it, the last point of
 * control before the final dot, and the outcome. Never lets a message end that is not known to be
 * whole on the wire, or that the customer's own server would not get; never asks begin() twice.
 */

#include "channels/email/transfer.h"

#include <errno.h>
#include <libesmtp.h>
#include <poll.h>
#include <strings.h>

/* A larger message is heard about while it is on its way: it may be too large. */
#define HELD_BACK_MAX (64 * 1024)

/* Whether nothing speaks against sending the text to those who were accepted. The copy alone gets
 * nothing: the archive would hold a mail that the customer never had. */
static bool may_be_read(Transfer *transfer)
{
        const smtp_status_t *customer = smtp_recipient_status(transfer->customer);

        if (transfer->session->is_faulty)
                transfer->stopped = strbuf_text(&transfer->session->fault);
        else if (customer->code / 100 != 2)
                transfer->stopped = "the recipient was not accepted";
        return !transfer->stopped;
}

/* Why the final dot must not follow, or NULL. */
static const char *connection_fault(Transfer *transfer)
{
        Session *session = transfer->session;
        /* In clear text, whatever it says now comes before its turn; TLS has words of its own. */
        struct pollfd poller = { session->fd, POLLRDHUP | (session->is_tls ? 0 : POLLIN), 0 };

        if (session->is_faulty)
                return strbuf_text(&session->fault);
        if (poll(&poller, 1, 0) > 0)
                return poller.revents & POLLIN &&
                                       !(poller.revents & (POLLRDHUP | POLLERR | POLLHUP))
                               ? "the server answered before the message was whole"
                               : "the connection was lost within the message";
        /* libESMTP drops what it could not write in time, and goes on behind the gap. */
        if (courier_now_us() - transfer->read_us >=
                (int64_t)session->courier->settings->timeout_s * 1000000)
                return "the server took too long to read the message";
        return NULL;
}

bool transfer_decide(Transfer *transfer)
{
        struct relanced_host *host = transfer->session->courier->host;

        if (transfer->is_decided)
                return transfer->is_whole;
        transfer->is_decided = true;
        transfer->stopped = connection_fault(transfer);
        if (!transfer->stopped && host->begin(host, transfer->letter->message) < 0)
                transfer->stopped = "it is not to leave any more", transfer->is_refused = true;
        else if (!transfer->stopped) /* begin() may have waited */
                transfer->stopped = connection_fault(transfer);
        transfer->is_whole = !transfer->stopped;
        if (transfer->is_whole) {
                dialogue_said_dot(&transfer->session->dialogue);
                transfer->session->said_us = courier_now_us();
        }
        return transfer->is_whole;
}

/* libESMTP: length NULL to begin anew; else the next piece, *length 0 at the end. An errno that is
 * set then makes it drop the connection without the final dot. */
static const char *on_read(void **context, int *length, void *owner)
{
        Transfer *transfer = owner;

        (void)context;
        if (!length)
                return NULL;
        *length = 0;
        if (!transfer->is_read && may_be_read(transfer)) {
                transfer->is_read = true;
                transfer->read_us = courier_now_us();
                *length = (int)transfer->letter->mime.length;
                session_hold_back(transfer->session, *length <= HELD_BACK_MAX);
                errno = 0;
                return transfer->letter->mime.text;
        }
        session_hold_back(transfer->session, false);
        bool is_go = transfer->is_read && transfer_decide(transfer);
        errno = is_go ? 0 : ECANCELED;
        return NULL;
}

/* The letter as libESMTP's message. False: no memory. */
static bool introduce(Transfer *transfer)
{
        const Settings *settings = transfer->session->courier->settings;
        const Letter *letter = transfer->letter;

        transfer->message = smtp_add_message(transfer->session->smtp);
        if (!transfer->message)
                return false;
        smtp_message_set_application_data_release(transfer->message, transfer, NULL);
        smtp_set_messagecb(transfer->message, on_read, transfer);
        smtp_size_set_estimate(transfer->message, letter->mime.length);
        transfer->customer = smtp_add_recipient(transfer->message, letter->to);
        if (transfer->customer && *settings->copy_to &&
                strcasecmp(settings->copy_to, letter->to) != 0)
                transfer->copy = smtp_add_recipient(transfer->message, settings->copy_to);
        return transfer->customer && smtp_set_reverse_path(transfer->message, settings->from);
}

bool transfer_add(Session *session, Letter *letter)
{
        Transfer **end = &session->transfers, *transfer = calloc(1, sizeof(*transfer));

        if (transfer)
                *transfer = (Transfer){ .session = session, .letter = letter };
        if (!transfer || !introduce(transfer)) {
                session_fault(session, RELANCED_RETRY, "there is no memory");
                courier_put_back(session->courier, letter);
                free(transfer);
                return false;
        }
        while (*end)
                end = &(*end)->next;
        *end = transfer;
        session->n_messages++;
        return true;
}

static Answer answer_of(const smtp_status_t *status)
{
        return (Answer){
                .code = status->code,
                .class = status->enh_class,
                .subject = status->enh_subject,
                .detail = status->enh_detail,
                .text = status->text ? status->text : "",
        };
}

/* The firm's own archive: nothing of the customer's is in the line. */
static void warn_of_copy(Transfer *transfer)
{
        Courier *courier = transfer->session->courier;
        StrBuf text = STRBUF_INIT;

        if (!transfer->copy)
                return;
        const smtp_status_t *status = smtp_recipient_status(transfer->copy);
        bool is_refused = status->code / 100 != 2;
        if (is_refused && !courier->is_copy_warned) {
                strbuf_addf(&text,
                        "the archive copy (copy_to) was not taken by the mail server (%d); "
                        "the mails themselves go out",
                        status->code);
                courier->host->log(courier->host, RELANCED_WARNING, strbuf_text(&text));
        }
        courier->is_copy_warned = is_refused;
        strbuf_release(&text);
}

/* Gives the outcome and forgets the letter. */
static void finish(Transfer *transfer, const Verdict *verdict)
{
        Session *session = transfer->session;
        StrBuf detail = STRBUF_INIT, reference = STRBUF_INIT;
        size_t length = 0;

        verdict_explain(verdict, &detail);
        if (verdict->kind == RELANCED_UNCERTAIN)
                strbuf_addf(&detail, "the whole message was sent, but not answered for: %s",
                        strbuf_text(&session->fault));
        else if (!verdict->answer)
                strbuf_add(&detail,
                        transfer->stopped ? transfer->stopped : strbuf_text(&session->fault));
        if (verdict->kind == RELANCED_SENT) {
                const char *id = verdict_reference(verdict->answer->text, &length);
                if (id)
                        strbuf_add_bytes(&reference, id, length);
                warn_of_copy(transfer);
        }
        if (verdict->kind == RELANCED_CHANNEL_DOWN)
                session_fault(session, verdict->kind, "%s", strbuf_text(&detail));
        courier_finish(session->courier, transfer->letter,
                &(struct relanced_outcome){
                        .kind = verdict->kind,
                        .reference = reference.length > 0 ? strbuf_text(&reference) : NULL,
                        .detail = strbuf_text(&detail),
                });
        strbuf_release(&detail);
        strbuf_release(&reference);
}

void transfer_end(Transfer *transfer)
{
        Session *session = transfer->session;
        const Transaction transaction = {
                .answers = { [PART_RECIPIENT] =
                                     answer_of(smtp_recipient_status(transfer->customer)),
                        [PART_SENDER] = answer_of(smtp_reverse_path_status(transfer->message)),
                        [PART_MESSAGE] =
                                answer_of(smtp_message_transfer_status(transfer->message)) },
                .is_whole = transfer->is_whole,
                .is_complete = smtp_recipient_check_complete(transfer->customer),
                .has_copy = transfer->copy != NULL,
        };
        Verdict verdict = verdict_of(&transaction);

        if (verdict.answer || transfer->is_refused)
                session->n_answered++;
        if (verdict.answer || transfer->is_whole || transfer->is_accepted)
                finish(transfer, &verdict);
        else
                courier_put_back(session->courier, transfer->letter);
        Transfer **at = &session->transfers;
        while (*at != transfer)
                at = &(*at)->next;
        *at = transfer->next;
        free(transfer);
}
