/* SPDX-License-Identifier: MIT */
/*
 * Owns the place where the outbox meets the forecast: notices that were decided before it begins.
 * Never writes; a notice that a real wake would cancel is left out, and what it was about is
 * decided anew.
 */

#include "engine/underway.h"

#include <errno.h>

#include "core/apply.h"
#include "engine/recheck.h"

#define NOTICES_MAX 256 /* on their way in one account: a few at most */

static Instalment *find_instalment(Account *account, const ContactLine *line, size_t *ret_index)
{
        for (size_t i = 0; i < account->n_instalments; i++)
                if (account->instalments[i].invoice == line->invoice &&
                        account->instalments[i].seq == line->seq) {
                        *ret_index = i;
                        return &account->instalments[i];
                }
        return NULL;
}

/* One of its routes has completed it already (R4). */
static bool is_complete(const Outlook *outlook, const Contact *contact)
{
        for (size_t i = 0; i < outlook->account.n_instalments; i++) {
                const Instalment *instalment = &outlook->account.instalments[i];
                for (size_t k = 0; k < instalment->n_done; k++)
                        if (instalment->done[k].contact == contact->id)
                                return true;
        }
        return false;
}

static int apply_contact(Outlook *outlook, const Contact *contact, Instant at)
{
        SentLine *lines = arena_alloc_array(outlook->arena, contact->n_lines, sizeof(*lines));
        Sent sent = {
                .contact = contact->id,
                .kind = (NoticeKind)contact->kind,
                .action = contact->action,
                .at = at,
                .on = horizon_now(outlook->horizon, at).local.day,
                .deadline = contact->deadline,
                .offer_until = contact->offer_until,
                .lines = lines,
        };

        if (!lines)
                return -ENOMEM;
        if (is_complete(outlook, contact))
                return 0;
        for (size_t i = 0; i < contact->n_lines; i++) {
                const ContactLine *line = &contact->lines[i];
                size_t index;
                if (!find_instalment(&outlook->account, line, &index))
                        continue;
                lines[sent.n_lines++] = (SentLine){ index, line->step, line->action,
                        line->prints_deadline, line->discount };
        }
        return account_apply(&outlook->account, &sent, outlook->arena);
}

static int make_lines(Outlook *outlook, const Contact *contact, LogRow *row)
{
        LogLine *lines = arena_alloc_array(outlook->arena, contact->n_lines, sizeof(*lines));
        size_t index;

        if (!lines)
                return -ENOMEM;
        row->lines = lines;
        for (size_t i = 0; i < contact->n_lines; i++) {
                const ContactLine *line = &contact->lines[i];
                const Instalment *instalment = find_instalment(&outlook->account, line, &index);
                if (instalment)
                        lines[row->n_lines++] =
                                (LogLine){ instalment->number, line->seq, line->step, line->open };
        }
        return 0;
}

static int add_row(Outlook *outlook, const Notice *notice, const Contact *contact, Instant at)
{
        LogRow *row = outlook_add_row(outlook);

        if (!row)
                return -ENOMEM;
        row->at = at;
        row->step = contact->step;
        row->occasion = contact->occasion;
        row->action = contact->action;
        row->total = contact->total;
        row->deadline = contact->deadline;
        row->channel = notice->channel;
        row->to = notice->to;
        row->reason = contact->reason;
        return make_lines(outlook, contact, row);
}

/* It leaves when its channel and its last try allow, on its own day or not at all (R6). */
static int leave(Outlook *outlook, const Notice *notice, const Contact *contact)
{
        Horizon *horizon = outlook->horizon;
        const Recheck recheck = {
                .notice = notice,
                .contact = contact,
                .now = &horizon->start,
                .arena = &outlook->scratch,
        };
        Reason reason;

        Instant at = horizon->start.instant;
        if (notice->state == NOTICE_PENDING) {
                at.usec = MAX(at.usec, notice->not_before.usec);
                at.usec = MAX(at.usec, notice->next_try.usec);
        }
        if (!notice_is_resend(notice) &&
                date_compare(horizon_now(horizon, at).local.day, contact->day) != 0)
                return 0;
        int r = recheck_notice(&horizon->engine, &recheck, &reason);
        if (r == 0)
                r = add_row(outlook, notice, contact, at);
        if (r == 0)
                r = apply_contact(outlook, contact, at);
        return r == RECHECK_CANCEL ? 0 : r;
}

static int keep_uncertain(Outlook *outlook, const Notice *notice, const Contact *contact)
{
        int64_t hours = outlook->horizon->engine.config->book.limits.uncertain_hours;

        if (contact->on_uncertain == UNCERTAIN_ASK)
                return 0;
        if (!outlook->underway)
                outlook->underway =
                        arena_alloc_array(outlook->arena, NOTICES_MAX, sizeof(*outlook->underway));
        if (!outlook->underway)
                return -ENOMEM;
        outlook->underway[outlook->n_underway++] = (Underway){ notice, contact,
                { notice->begun_at.usec + hours * 3600 * USEC_PER_SEC } };
        return 0;
}

static int take(Outlook *outlook, int64_t id)
{
        Store *store = outlook->horizon->engine.store;
        Notice *notice = arena_alloc(outlook->arena, sizeof(*notice));
        Contact *contact = arena_alloc(outlook->arena, sizeof(*contact));

        if (!notice || !contact)
                return -ENOMEM;
        int r = store_load_notice(store, id, false, outlook->arena, notice);
        if (r == 0)
                r = store_load_contact(store, notice->contact, outlook->arena, contact);
        if (r < 0)
                return r;
        if (notice->state == NOTICE_UNCERTAIN)
                return keep_uncertain(outlook, notice, contact);
        if (notice->state == NOTICE_BEGUN)
                return apply_contact(outlook, contact, notice->begun_at);
        return leave(outlook, notice, contact);
}

int underway_begin(Outlook *outlook)
{
        Account *account = &outlook->account;
        int64_t ids[NOTICES_MAX];
        size_t n;

        if (!outlook->horizon->has_underway)
                return 0;
        int r = store_list_underway(
                outlook->horizon->engine.store, account->id, ids, ELEMENTSOF(ids), &n);
        for (size_t i = 0; r == 0 && i < n; i++)
                r = take(outlook, ids[i]);
        account->has_contact_in_flight = false;
        for (size_t i = 0; i < account->n_instalments; i++)
                account->instalments[i].is_in_flight = false;
        return r;
}

static bool is_open(
        const Rulebook *book, const char *channel, const Account *account, const Now *now)
{
        int index = rulebook_find_channel(book, channel);

        return index >= 0 && channel_is_open(book, (unsigned)index, account, now);
}

/* Sent again only while its channel is open. 1: settled; 0: not yet. */
static int settle(Outlook *outlook, const Underway *underway, const Now *now)
{
        const Rulebook *book = &outlook->horizon->engine.config->book;
        const Notice *notice = underway->notice;
        Instant at = notice->begun_at;

        if (now->instant.usec < underway->settled.usec)
                return 0;
        if (underway->contact->on_uncertain == UNCERTAIN_RESEND) {
                if (!is_open(book, notice->channel, &outlook->account, now))
                        return 0;
                at = now->instant;
                int r = add_row(outlook, notice, underway->contact, at);
                if (r < 0)
                        return r;
        }
        int r = apply_contact(outlook, underway->contact, at);
        for (size_t i = 0; i < underway->contact->n_lines; i++) {
                size_t index;
                Instalment *instalment =
                        find_instalment(&outlook->account, &underway->contact->lines[i], &index);
                if (instalment && underway->contact->lines[i].step)
                        instalment->is_uncertain = false;
        }
        return r < 0 ? r : 1;
}

int underway_settle(Outlook *outlook, const Now *now)
{
        size_t n = 0;

        for (size_t i = 0; i < outlook->n_underway; i++) {
                int r = settle(outlook, &outlook->underway[i], now);
                if (r < 0)
                        return r;
                if (r == 0)
                        outlook->underway[n++] = outlook->underway[i];
        }
        outlook->n_underway = n;
        return 0;
}
