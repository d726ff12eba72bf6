/* SPDX-License-Identifier: MIT */
/*
 * Owns one letter's way through a session: its text as libESMTP asks for it, the last point of
 * control before the final dot, and the outcome. Never lets a message end that is not known to be
 * whole on the wire, or that the customer's own server would not get; never asks begin() twice.
 */

#include "channels/email/transfer.h"

#include <errno.h>
#include <inttypes.h>
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

/* The message's last point of control: whether the final dot may be sent. */
static bool transfer_decide(Transfer *transfer)
{
        struct relanced_host *host = transfer->session->courier->host;
        Letter *letter = transfer->letter;

        if (transfer->is_decided)
                return transfer->is_whole;
        transfer->is_decided = true;
        transfer->stopped = connection_fault(transfer);
        if (!transfer->stopped && !letter->is_begun) {
                letter->is_begun = host->begin(host, letter->message) == 0;
                transfer->is_refused = !letter->is_begun;
                transfer->stopped = letter->is_begun
                                            ? connection_fault(transfer) /* it may have waited */
                                            : "it is not to leave any more";
        }
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

/* Those who get the customer's mail, too. False: no memory. */
static bool introduce_copies(Transfer *transfer)
{
        const Courier *courier = transfer->session->courier;
        const Envelope *envelope = &transfer->letter->envelope;
        const char *archive = courier->settings->copy_to;
        bool is_archived = !*archive || strcasecmp(archive, envelope->to) == 0;

        if (!letter_has_copies(courier, transfer->letter))
                return true;
        for (size_t i = 0; i < envelope->n_cc; i++) {
                is_archived = is_archived || strcasecmp(archive, envelope->cc[i]) == 0;
                transfer->cc[i] = smtp_add_recipient(transfer->message, envelope->cc[i]);
                if (!transfer->cc[i])
                        return false;
        }
        if (!is_archived)
                transfer->copy = smtp_add_recipient(transfer->message, archive);
        return is_archived || transfer->copy;
}

/* The letter as libESMTP's message, the customer being its first recipient. False: no memory. */
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
        transfer->customer = smtp_add_recipient(transfer->message, letter->envelope.to);
        return transfer->customer && introduce_copies(transfer) &&
               smtp_set_reverse_path(transfer->message, settings->from);
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

/* Of a mail that went out: which of its copies did not. No address is in it. */
static void describe_cc(const Transfer *transfer, StrBuf *text)
{
        const Letter *letter = transfer->letter;
        size_t n_refused = 0;
        int code = 0;

        for (size_t i = 0; i < CC_MAX; i++) {
                if (!transfer->cc[i])
                        continue;
                const smtp_status_t *status = smtp_recipient_status(transfer->cc[i]);
                bool is_refused = status->code / 100 != 2;
                n_refused += is_refused;
                code = is_refused ? status->code : code;
        }
        if (n_refused > 0)
                strbuf_addf(text,
                        "%zu of its addresses in cc were not taken by the mail server (%d); the "
                        "mail went to the others",
                        n_refused, code);
        else if (letter->is_alone && letter->envelope.n_cc > 0)
                strbuf_add(text, "the mail went without its addresses in cc: the mail server had "
                                 "refused it for all of its recipients together");
}

static void warn_of_cc(const Transfer *transfer, const char *what)
{
        Courier *courier = transfer->session->courier;
        StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "notice %" PRIu64 ": %s", transfer->letter->message->notice, what);
        courier->host->log(courier->host, RELANCED_WARNING, strbuf_text(&text));
        strbuf_release(&text);
}

/* What the server said, and of copies that it did not take, which nobody would miss. */
static void explain(const Transfer *transfer, const Verdict *verdict, StrBuf *detail)
{
        if (verdict->kind == RELANCED_SENT)
                describe_cc(transfer, detail);
        if (detail->length > 0) {
                if (!transfer->letter->is_alone) /* else it was said when it happened */
                        warn_of_cc(transfer, strbuf_text(detail));
                strbuf_add(detail, ": ");
        }
        verdict_explain(verdict, detail);
}

/* Gives the outcome and forgets the letter. */
static void finish(Transfer *transfer, const Verdict *verdict)
{
        Session *session = transfer->session;
        StrBuf detail = STRBUF_INIT, reference = STRBUF_INIT;
        size_t length = 0;

        explain(transfer, verdict, &detail);
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

/* Whether the whole mail was refused where it may be for the sake of somebody else than the
 * customer: one reply is for all. A busy server is taken at its word at first. */
static bool may_be_for_copies(const Transfer *transfer, const Verdict *verdict)
{
        const Letter *letter = transfer->letter;

        if (!transfer->is_whole || !verdict->answer || verdict->part != PART_MESSAGE ||
                !letter_has_copies(transfer->session->courier, letter))
                return false;
        int code = verdict->answer->code;
        return code / 100 == 5 || (code / 100 == 4 && code != 421 && letter->message->attempt > 1);
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
        };
        Verdict verdict = verdict_of(&transaction);

        if (verdict.answer || transfer->is_refused)
                session->n_answered++;
        if (may_be_for_copies(transfer, &verdict))
                courier_put_back_alone(session->courier, transfer->letter);
        else if (verdict.answer || transfer->is_whole || transfer->is_accepted)
                finish(transfer, &verdict);
        else
                courier_put_back(session->courier, transfer->letter);
        Transfer **at = &session->transfers;
        while (*at != transfer)
                at = &(*at)->next;
        *at = transfer->next;
        free(transfer);
}
