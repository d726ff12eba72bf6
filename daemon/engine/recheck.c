/* SPDX-License-Identifier: MIT */
/*
 * Owns the question whether a notice that was decided a while ago is still right. Never writes.
 * Anything that differs at all from what the notice says is a reason to cancel it: it is decided
 * again, and what is true then is sent.
 */

#include "engine/recheck.h"

#include <errno.h>

#include "engine/draft.h"

static bool has_same_step(const Planned *planned, const Contact *contact)
{
        const char *step = planned->step ? planned->step->id : NULL;

        return (int)planned->kind == contact->kind && streq_or_null(step, contact->step) &&
               (contact->occasion || planned->action == contact->action);
}

/* Thanks are of an invoice, some of whose instalments may have been settled before it was paid. */
static bool has_same_lead(const Account *account, const Planned *planned, const Contact *contact)
{
        const Instalment *lead = &account->instalments[planned->lead];

        return lead->invoice == contact->lead_invoice &&
               (lead->seq == contact->lead_seq || planned->kind == NOTICE_THANKS);
}

static const char *step_id(const Engine *engine, const Account *account, const NoticeLine *line)
{
        if (line->step < 0)
                return NULL;
        const Policy *policy = rulebook_policy_of(
                &engine->config->book, account, &account->instalments[line->instalment]);
        return policy->steps[line->step].id;
}

static bool has_line(const Engine *engine, const Account *account, const Planned *planned,
        const ContactLine *line)
{
        for (size_t i = 0; i < planned->n_lines; i++) {
                const Instalment *now = &account->instalments[planned->lines[i].instalment];
                if (now->invoice == line->invoice && now->seq == line->seq)
                        return now->open == line->open &&
                               planned->lines[i].discount == line->discount &&
                               streq_or_null(
                                       step_id(engine, account, &planned->lines[i]), line->step);
        }
        return false;
}

static bool has_same_lines(const Engine *engine, const Account *account, const Planned *planned,
        const Contact *contact)
{
        if (planned->n_lines != contact->n_lines && planned->kind != NOTICE_THANKS)
                return false;
        for (size_t i = 0; i < contact->n_lines; i++) {
                if (!has_line(engine, account, planned, &contact->lines[i]))
                        return false;
        }
        return true;
}

bool notice_is_resend(const Notice *notice)
{
        return notice->attempts > 0 && (notice->reason == REASON_WORKER_DIED ||
                                               notice->reason == REASON_MAY_HAVE_BEEN_SENT);
}

static bool is_over(Date last, Date today)
{
        return date_is_set(last) && date_compare(today, last) > 0;
}

/* R6. A resend may leave as long as the deadline and the offer it prints are not over. */
static bool is_day_over(const Recheck *recheck)
{
        Date today = recheck->now->local.day;

        if (notice_is_resend(recheck->notice))
                return is_over(recheck->contact->deadline, today) ||
                       is_over(recheck->contact->offer_until, today);
        return date_compare(today, recheck->contact->day) != 0;
}

/* The deadline and the offer of a day are that day's; only a resent notice may still print an
 * earlier one's. */
static bool has_same_numbers(const Planned *planned, const Recheck *recheck)
{
        const Contact *contact = recheck->contact;

        return planned->total == contact->total &&
               (notice_is_resend(recheck->notice) ||
                       (date_compare(planned->deadline, contact->deadline) == 0 &&
                               date_compare(planned->offer_until, contact->offer_until) == 0));
}

/* Why the contact is not decided any more: what is said of the instalment that led it. */
static Reason reason_now(const Account *account, const Decision *decision, const Contact *contact)
{
        for (size_t i = 0; i < account->n_instalments; i++) {
                const Judgement *judgement = &decision->judgements[i];
                if (account->instalments[i].invoice == contact->lead_invoice &&
                        account->instalments[i].seq == contact->lead_seq &&
                        judgement->verdict != VERDICT_DUE)
                        return judgement->reason;
        }
        return REASON_CHANGED;
}

int recheck_contact(Engine *engine, const Recheck *recheck, Account *ret_account,
        Planned *ret_planned, Reason *ret_reason)
{
        const Contact *contact = recheck->contact;
        const Forced wish = {
                .invoice = contact->lead_invoice,
                .seq = contact->lead_seq,
                .step = contact->step,
        };
        Decision decision;

        if (is_day_over(recheck)) {
                *ret_reason = REASON_DAY_OVER;
                return RECHECK_CANCEL;
        }
        const Question question = {
                .account = contact->account,
                .except_contact = contact->id,
                .now = recheck->now,
                .forced = contact->is_forced ? &wish : NULL,
        };
        int r = engine_decide(engine, &question, recheck->arena, ret_account, &decision);
        if (r == -EOVERFLOW || r == -ENOENT) {
                *ret_reason = REASON_CHANGED;
                return RECHECK_CANCEL;
        }
        if (r < 0)
                return r;
        for (size_t i = 0; i < decision.n_notices; i++) {
                const Planned *planned = &decision.notices[i];
                if (has_same_step(planned, contact) &&
                        has_same_lead(ret_account, planned, contact) &&
                        has_same_lines(engine, ret_account, planned, contact) &&
                        has_same_numbers(planned, recheck)) {
                        *ret_planned = *planned;
                        return 0;
                }
        }
        *ret_reason = reason_now(ret_account, &decision, contact);
        return RECHECK_CANCEL;
}

/* Whether the route's alternative is the one that was taken, with the address it was made for. */
static bool has_same_address(const Engine *engine, const Account *account, const Planned *planned,
        const Notice *notice, unsigned channel)
{
        const Rulebook *book = &engine->config->book;

        if (notice->route >= planned->n_routes)
                return false;
        const Route *route = &planned->routes[notice->route];
        return notice->alternative < route->n_channels &&
               route->channels[notice->alternative] == channel &&
               (planned->recipient || channel_is_usable(book, channel, account)) &&
               streq(draft_address(account, planned, &book->channels[channel]), notice->to);
}

int recheck_notice(Engine *engine, const Recheck *recheck, Reason *ret_reason)
{
        const Rulebook *book = &engine->config->book;
        const Notice *notice = recheck->notice;
        const Contact *contact = recheck->contact;
        bool is_waiting = !recheck->is_beginning && instant_is_set(notice->not_before) &&
                          recheck->now->instant.usec < notice->not_before.usec;
        Account account = { 0 };
        Planned planned;

        int r = recheck_contact(engine, recheck, &account, &planned, ret_reason);
        if (r == RECHECK_CANCEL && *ret_reason == REASON_OUTSIDE_WINDOW && is_waiting)
                return 0;
        if (r != 0)
                return r;
        int channel = rulebook_find_channel(book, notice->channel);
        if (channel < 0 ||
                !has_same_address(engine, &account, &planned, notice, (unsigned)channel)) {
                *ret_reason = REASON_CHANGED;
                return RECHECK_CANCEL;
        }
        if (!is_waiting && contact->kind != NOTICE_RECONNECT &&
                !channel_is_open(book, (unsigned)channel, &account, recheck->now)) {
                *ret_reason = REASON_OUTSIDE_WINDOW;
                return RECHECK_CANCEL;
        }
        return 0;
}
