/* SPDX-License-Identifier: MIT */
/*
 * Owns what follows from an outcome: states, a route's next alternative, standing aside, tasks.
 * Never talks to a worker and never commits. A module that contradicts itself (sent, but never
 * begun) is believed where disbelief could send a message twice.
 */

#include "engine/settle.h"

#include <errno.h>
#include <inttypes.h>

#include "engine/draft.h"
#include "engine/pace.h"
#include "engine/recheck.h"
#include "store/channels.h"
#include "store/handover.h"
#include "sys/log.h"
#include "sys/message-ids.h"

typedef struct Settling {
        Engine *engine;
        const Now *now;
        Journal *journal;
        Arena arena;
        Notice notice;
        Contact contact;
} Settling;

static int settling_load(Settling *s, int64_t notice)
{
        int r = store_load_notice(s->engine->store, notice, false, &s->arena, &s->notice);

        if (r == 0)
                r = store_load_contact(s->engine->store, s->notice.contact, &s->arena, &s->contact);
        return r;
}

static int open_task(
        Settling *s, const char *kind, Reason reason, const char *detail, const char *commands)
{
        InvoiceDetail invoice;
        StrBuf sentence = STRBUF_INIT;
        const ReasonDetail named = {
                .step = s->contact.step,
                .date = DATE_NONE,
                .text = s->notice.channel,
        };
        bool is_new;

        int r = store_load_invoice(s->engine->store, s->contact.lead_invoice, &s->arena, &invoice);
        if (r < 0)
                return r;
        strbuf_addf(&sentence, "%s: ", invoice.number);
        reason_sentence(reason, &named, s->engine->config->creditor.language, &sentence);
        if (!is_empty(detail))
                strbuf_addf(&sentence, " (%s: %s)", s->notice.channel, detail);
        r = strbuf_error(&sentence);
        bool is_of_notice = streq(kind, "uncertain");
        const Task task = {
                .kind = kind,
                .sentence = strbuf_text(&sentence),
                .commands = commands,
                .account = s->contact.account,
                .invoice = s->contact.lead_invoice,
                .seq = s->contact.lead_seq,
                .notice = is_of_notice ? s->notice.id : 0,
        };
        if (r == 0)
                r = store_open_task(s->engine->store, &task, s->now->instant, &is_new);
        if (r == 0 && is_new)
                journal_notice(s->journal, LOG_NOTICE, MESSAGE_TASK_OPENED, s->notice.id,
                        is_of_notice ? "a person has to settle it" : "a person has to look at it");
        strbuf_release(&sentence);
        return r;
}

/* Thanks were said, or cannot be: the instalments need not be looked at again. */
static int settle_thanked(Settling *s)
{
        int r = 0;

        if (s->contact.kind != NOTICE_THANKS)
                return 0;
        for (size_t i = 0; r == 0 && i < s->contact.n_lines; i++)
                r = store_settle_instalment(s->engine->store, s->contact.account,
                        s->contact.lines[i].invoice, s->contact.lines[i].seq, true);
        return r;
}

static int settle_sent(Settling *s, Reason reason, const char *reference)
{
        Date day = zone_local(s->engine->zone, s->notice.begun_at).day;

        int r = store_mark_sent(s->engine->store, s->notice.id, reason, s->now->instant, day,
                is_empty(reference) ? NULL : reference);
        if (r == 0)
                r = settle_thanked(s);
        if (r == 0)
                journal_notice(s->journal, LOG_INFO, MESSAGE_NOTICE_SENT, s->notice.id, "sent");
        return r;
}

/* What is kept as the reason while it waits: of a resend, that it may have left already. */
static Reason waiting_reason(const Settling *s, Reason reason)
{
        return notice_is_resend(&s->notice) ? s->notice.reason : reason;
}

static int settle_retry(Settling *s, const FlightRecord *record, Reason reason)
{
        /* The channel itself waits when it is down, and is tried with another message first. */
        Instant next = s->now->instant;

        if (reason == REASON_RETRY)
                next.usec =
                        s->now->instant.usec + pace_retry_usec(record->retry_after_s,
                                                       s->now->instant.usec - s->notice.date.usec);
        int r = store_mark_retry(s->engine->store, s->notice.id, waiting_reason(s, reason),
                record->detail, next, s->now->instant);
        if (r == 0)
                journal_notice(s->journal, reason == REASON_RETRY ? LOG_NOTICE : LOG_DEBUG,
                        MESSAGE_NOTICE_RETRY, s->notice.id, "was not sent, waits for another try");
        return r;
}

static int settle_uncertain(Settling *s, Reason reason, const char *detail)
{
        StrBuf commands = STRBUF_INIT;

        int r = store_mark_uncertain(
                s->engine->store, s->notice.id, reason, detail, s->now->instant);
        if (r < 0)
                return r;
        journal_notice(s->journal, LOG_WARNING, MESSAGE_NOTICE_UNCERTAIN, s->notice.id,
                "may have been sent");
        strbuf_addf(&commands,
                "relancectl settle %" PRId64 " sent\nrelancectl settle %" PRId64 " failed",
                s->notice.id, s->notice.id);
        r = open_task(s, "uncertain", reason, detail, strbuf_text(&commands));
        strbuf_release(&commands);
        return r;
}

/* Queues one alternative. 1: done, 0: not this one, -errno. *closed: it opens another day. */
static int try_alternative(
        Settling *s, const DraftSource *source, unsigned alternative, bool *closed)
{
        const char *problem = NULL;
        Notice next;

        int r = draft_make_alternative(
                source, &s->contact, s->notice.route, alternative, &next, &problem);
        *closed = *closed || r == -EAGAIN;
        if (r == -EAGAIN)
                return 0;
        if (r < 0 && problem) {
                journal_notice(s->journal, LOG_ERR, MESSAGE_ACCOUNT_SKIPPED, s->notice.id, problem);
                return 0;
        }
        if (r == 0)
                r = store_add_notice(s->engine->store, s->contact.id, &next);
        if (r < 0)
                return r;
        if (r == OUTBOX_DUPLICATE)
                return 0;
        journal_notice(s->journal, LOG_INFO, MESSAGE_NOTICE_QUEUED, next.id,
                "queued, the address or text before was refused");
        return 1;
}

/* The alternatives of a route that come after the refused one (R4). 1: one is queued; 0: none is
 * left; *later: not today, or it is to be decided afresh. */
static int next_alternative(Settling *s, bool *later)
{
        Account account = { 0 };
        Planned planned;
        Reason reason;
        const Recheck recheck = {
                .notice = &s->notice,
                .contact = &s->contact,
                .now = s->now,
                .is_beginning = true,
                .arena = &s->arena,
        };

        int r = recheck_contact(s->engine, &recheck, &account, &planned, &reason);
        if (r == RECHECK_CANCEL) {
                *later = reason != REASON_NO_ADDRESS;
                return 0;
        }
        if (r < 0)
                return r;
        const DraftSource source = { s->engine, &account, &planned, s->now, s->contact.is_forced,
                false, &s->arena };
        if (s->notice.route >= planned.n_routes)
                return 0;
        const Route *route = &planned.routes[s->notice.route];
        for (unsigned i = s->notice.alternative + 1; i < route->n_channels && r == 0; i++) {
                if (planned.recipient ||
                        channel_is_usable(&s->engine->config->book, route->channels[i], &account))
                        r = try_alternative(s, &source, i, later);
        }
        return r;
}

/* What a person may do about a refusal, before she looks at the invoice. */
static void add_remedy(const Settling *s, const char *code, const char *number, StrBuf *commands)
{
        switch ((NoticeKind)s->contact.kind) {
        case NOTICE_HANDOVER:
                strbuf_add(commands, "relanced --check\nrelancectl approve {task}\n"
                                     "relancectl done {task} --note TEXT\n");
                break;
        case NOTICE_RECONNECT: strbuf_addf(commands, "relancectl release %s\n", number); break;
        case NOTICE_PROMISE_CONFIRMED:
        case NOTICE_PROMISE_REMINDER:
        case NOTICE_PLAN_CONFIRMED:
                strbuf_addf(commands,
                        "relancectl contact %s --email ADDRESS\nrelancectl done {task}\n", code);
                break;
        case NOTICE_CONTACT:
        case NOTICE_SUSPEND:
        case NOTICE_THANKS:
                strbuf_addf(commands, "relancectl contact %s --email ADDRESS\n", code);
                break;
        }
}

/* A file that could not be handed over waits for its approval again; what was only to be told in
 * writing keeps nothing from going on. */
static const char *refusal_kind(const Settling *s)
{
        if (s->contact.kind == NOTICE_HANDOVER)
                return action_names[s->contact.action];
        return s->contact.occasion ? "not-told" : reason_code(REASON_ALL_ROUTES_REFUSED);
}

static int tell_refused(Settling *s, const char *detail)
{
        _cleanup_(strbuf_release) StrBuf commands = STRBUF_INIT;
        InvoiceDetail invoice;
        Account account;

        int r = store_load_account(s->engine->store, s->contact.account, 0, &s->arena, &account);
        if (r == 0)
                r = store_load_invoice(
                        s->engine->store, s->contact.lead_invoice, &s->arena, &invoice);
        if (r < 0)
                return r;
        add_remedy(s, account.code, invoice.number, &commands);
        strbuf_addf(&commands, "relancectl show %s", invoice.number);
        r = strbuf_error(&commands);
        return r < 0 ? r
                     : open_task(s, refusal_kind(s), REASON_ALL_ROUTES_REFUSED, detail,
                               strbuf_text(&commands));
}

/* R4: with no route left, the instalments stand aside and a person is told. */
static int stand_aside(Settling *s, const char *detail)
{
        bool is_hopeful = true;

        int r = store_contact_is_hopeful(s->engine->store, s->contact.id, &is_hopeful);
        if (r < 0 || is_hopeful)
                return r;
        r = settle_thanked(s);
        if (r == 0 && s->contact.kind == NOTICE_HANDOVER)
                r = store_take_back_approval(s->engine->store, s->contact.lead_invoice,
                        s->contact.lead_seq, s->now->instant, s->now->local.day);
        else if (r == 0)
                r = store_stand_aside(s->engine->store, s->contact.id);
        if (r == 0 && s->contact.kind != NOTICE_THANKS)
                r = tell_refused(s, detail);
        return r;
}

static int settle_refused(Settling *s, Reason reason, const char *detail)
{
        Account account;
        bool later = false;

        int r = store_mark_failed(s->engine->store, s->notice.id, reason, detail, s->now->instant);
        bool is_customers = s->contact.kind != NOTICE_HANDOVER;
        if (r == 0 && reason == REASON_REFUSED_ADDRESS && is_customers)
                r = store_load_account(
                        s->engine->store, s->contact.account, 0, &s->arena, &account);
        if (r == 0 && reason == REASON_REFUSED_ADDRESS && is_customers)
                r = store_refuse_address(s->engine->store, account.customer, s->notice.channel,
                        s->notice.to, detail);
        if (r < 0)
                return r;
        journal_notice(s->journal, LOG_WARNING, MESSAGE_NOTICE_FAILED, s->notice.id, "was refused");
        r = next_alternative(s, &later);
        if (r != 0 || later)
                return MIN(r, 0);
        return stand_aside(s, detail);
}

/* An outcome that can only be of a message that had begun: so it had. */
static int settle_unbegun(Settling *s, const FlightRecord *record)
{
        journal_notice(s->journal, LOG_ERR, MESSAGE_MODULE_WRONG, s->notice.id,
                "its channel's module sent it without begin(): the module is wrong");
        s->notice.begun_at = s->now->instant;
        s->notice.state = NOTICE_BEGUN;
        return store_mark_begun(s->engine->store, (int64_t)record->notice, s->now->instant);
}

/* A mail may have gone without a copy, a text may be held back: the answer tells. */
static int settle_answered(Settling *s, const FlightRecord *record)
{
        int r = settle_sent(s, s->contact.reason, record->reference);

        return r < 0 || is_empty(record->detail)
                       ? r
                       : store_keep_answer(s->engine->store, s->notice.id, record->detail);
}

static int settle_by_kind(Settling *s, const FlightRecord *record)
{
        switch (record->kind) {
        case RELANCED_SENT: return settle_answered(s, record);
        case RELANCED_RETRY: return settle_retry(s, record, REASON_RETRY);
        case RELANCED_REFUSED_ADDRESS:
                return settle_refused(s, REASON_REFUSED_ADDRESS, record->detail);
        case RELANCED_REFUSED_MESSAGE:
                return settle_refused(s, REASON_REFUSED_MESSAGE, record->detail);
        case RELANCED_CHANNEL_DOWN: return settle_retry(s, record, REASON_CHANNEL_DOWN);
        case RELANCED_UNCERTAIN:
                return settle_uncertain(s, REASON_MAY_HAVE_BEEN_SENT, record->detail);
        }
        return -EBADMSG;
}

/* For whoever asks how the channel is. */
static int note_error(Settling *s, const FlightRecord *record)
{
        if (record->kind == RELANCED_SENT)
                return 0;
        return store_note_channel_error(s->engine->store, s->notice.channel,
                *record->detail ? record->detail : "it did not say why", s->now->instant);
}

/* Whether the store waits for the outcome of exactly that attempt. */
static bool is_awaited(const Notice *notice, const FlightRecord *record)
{
        if (notice->state == NOTICE_BEGUN)
                return (uint32_t)notice->attempts == record->attempt;
        return notice->state == NOTICE_HANDED && (uint32_t)notice->attempts + 1 == record->attempt;
}

int settle_outcome(Engine *engine, const FlightRecord *record, const Now *now, Journal *journal)
{
        Settling s = { .engine = engine, .now = now, .journal = journal };
        bool is_done = record->kind == RELANCED_SENT || record->kind == RELANCED_UNCERTAIN;

        int r = settling_load(&s, (int64_t)record->notice);
        if (r == 0 && is_awaited(&s.notice, record)) {
                if (is_done && s.notice.state == NOTICE_HANDED)
                        r = settle_unbegun(&s, record);
                if (r == 0)
                        r = settle_by_kind(&s, record);
                if (r == 0)
                        r = note_error(&s, record);
        }
        arena_release(&s.arena);
        return r == -ENOENT ? 0 : r;
}

/* Handed or begun, and surely not sent. */
static int take_back(Settling *s, const char *detail)
{
        Store *store = s->engine->store;
        Instant at = s->now->instant;
        bool had_begun = s->notice.state == NOTICE_BEGUN;

        int r = !had_begun ? store_mark_unhanded(store, &s->notice.id, 1, at)
                           : store_mark_retry(store, s->notice.id, waiting_reason(s, REASON_RETRY),
                                     detail, INSTANT_NONE, at);
        if (r == 0)
                journal_notice(s->journal, had_begun ? LOG_INFO : LOG_DEBUG, MESSAGE_NOTICE_RETRY,
                        s->notice.id, "was not sent, is tried again");
        return r;
}

int settle_unsent(Engine *engine, const FlightRecord *record, const Now *now, Journal *journal)
{
        Settling s = { .engine = engine, .now = now, .journal = journal };

        int r = settling_load(&s, (int64_t)record->notice);
        if (r == 0 && is_awaited(&s.notice, record))
                r = take_back(&s, record->detail);
        arena_release(&s.arena);
        return r == -ENOENT ? 0 : r;
}

int settle_lost(Engine *engine, int64_t notice, const Now *now, Journal *journal)
{
        Settling s = { .engine = engine, .now = now, .journal = journal };

        int r = settling_load(&s, notice);
        if (r == 0 && s.notice.state == NOTICE_HANDED)
                r = take_back(&s, NULL);
        else if (r == 0 && s.notice.state == NOTICE_BEGUN)
                r = settle_uncertain(&s, REASON_WORKER_DIED, "");
        arena_release(&s.arena);
        return r;
}

int settle_poison(Engine *engine, int64_t notice, const Now *now, Journal *journal)
{
        Settling s = { .engine = engine, .now = now, .journal = journal };

        int r = settling_load(&s, notice);
        if (r == 0 && (s.notice.state == NOTICE_HANDED || s.notice.state == NOTICE_BEGUN))
                r = settle_refused(&s, REASON_REFUSED_MESSAGE, "ended its worker three times");
        arena_release(&s.arena);
        return r;
}

/* A person says so: its step is decided afresh. */
static int settle_failed(Settling *s)
{
        int r = store_mark_failed(
                s->engine->store, s->notice.id, REASON_SETTLED_BY_PERSON, "", s->now->instant);

        if (r == 0)
                journal_notice(s->journal, LOG_INFO, MESSAGE_NOTICE_FAILED, s->notice.id,
                        "was not sent, a person says");
        return r;
}

int settle_by_person(Engine *engine, int64_t notice, bool is_sent, const Now *now, Journal *journal)
{
        Settling s = { .engine = engine, .now = now, .journal = journal };

        int r = settling_load(&s, notice);
        if (r == 0 && s.notice.state != NOTICE_UNCERTAIN)
                r = -EPERM;
        else if (r == 0 && is_sent)
                r = settle_sent(&s, REASON_SETTLED_BY_PERSON, NULL);
        else if (r == 0)
                r = settle_failed(&s);
        if (r == 0)
                r = store_close_task(engine->store, "uncertain", notice, now->instant);
        arena_release(&s.arena);
        return r;
}

/* Whether the same message may leave, but not now: then it stays uncertain until it may, instead of
 * being cancelled and decided as another message. */
static int is_held_back(Settling *s, bool *ret_is_held_back)
{
        Reason reason;
        const Recheck recheck = {
                .notice = &s->notice,
                .contact = &s->contact,
                .now = s->now,
                .arena = &s->arena,
        };

        int r = recheck_notice(s->engine, &recheck, &reason);
        *ret_is_held_back =
                r == RECHECK_CANCEL &&
                (s->now->guards != 0 || reason == REASON_OUTSIDE_WINDOW ||
                        reason == REASON_CONTACT_TODAY || reason == REASON_CONTACT_GAP ||
                        reason == REASON_CONTACT_IN_FLIGHT);
        return MIN(r, 0);
}

static int settle_overdue(Settling *s)
{
        Store *store = s->engine->store;
        bool is_later;
        int r = 0;

        switch (s->contact.on_uncertain) {
        case UNCERTAIN_ASSUME_SENT: r = settle_sent(s, REASON_ASSUMED_SENT, NULL); break;
        case UNCERTAIN_RESEND:
                r = is_held_back(s, &is_later);
                if (r < 0 || is_later)
                        return r;
                r = store_mark_resend(store, s->notice.id);
                if (r == 0)
                        journal_notice(s->journal, LOG_INFO, MESSAGE_NOTICE_RETRY, s->notice.id,
                                "may have been sent, is sent once more as it was");
                break;
        case UNCERTAIN_ASK: return 0;
        }
        return r == 0 ? store_close_task(store, "uncertain", s->notice.id, s->now->instant) : r;
}

int settle_overdue_uncertain(Engine *engine, const Now *now, Journal *journal)
{
        int64_t ids[64], after = 0;
        int64_t limit_usec = engine->config->book.limits.uncertain_hours * 3600 * USEC_PER_SEC;
        Settling s = { .engine = engine, .now = now, .journal = journal };
        size_t n;
        int r;

        do {
                r = store_list_state(
                        engine->store, NOTICE_UNCERTAIN, after, ids, ELEMENTSOF(ids), &n);
                for (size_t i = 0; r == 0 && i < n; i++) {
                        arena_reset(&s.arena);
                        r = settling_load(&s, ids[i]);
                        if (r == 0 && s.notice.begun_at.usec + limit_usec <= now->instant.usec)
                                r = settle_overdue(&s);
                        after = ids[i];
                }
        } while (r == 0 && n > 0);
        arena_release(&s.arena);
        return r;
}
