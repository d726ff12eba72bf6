/* SPDX-License-Identifier: MIT */
/*
 * Owns the contact: what is due in an account and may be grouped becomes at most one notice. Who
 * leads it (R8), whether it can be reached (R4), what it asks for (R10), on which day (R7), within
 * which hours (R5) and until when (R6). What cannot leave now goes back to waiting, with a reason.
 */

#include "core/deciding.h"

#include <errno.h>

#include "core/money.h"

static bool is_groupable(const Judgement *judgement)
{
        return judgement->verdict == VERDICT_DUE &&
               judgement_step(judgement)->action <= ACTION_DEADLINE;
}

static bool is_pressing(Action action)
{
        return action == ACTION_REMIND || action == ACTION_RESEND || action == ACTION_DEADLINE;
}

static void hold_back_group(Deciding *d, Reason reason, Date not_before)
{
        for (size_t i = 0; i < d->account->n_instalments; i++)
                if (is_groupable(&d->decision->judgements[i]))
                        deciding_hold_back(
                                &d->decision->judgements[i], VERDICT_WAIT, reason, not_before);
}

/* R8: the most severe action leads; tie: later in its ladder, older due date, invoice number. */
static bool leads_over(const Deciding *d, size_t a, size_t b)
{
        const Judgement *first = &d->decision->judgements[a], *second = &d->decision->judgements[b];
        Action action_a = judgement_step(first)->action, action_b = judgement_step(second)->action;

        if (action_a != action_b)
                return action_a > action_b;
        if (first->next != second->next)
                return first->next > second->next;
        return instalment_compare(&d->account->instalments[a], &d->account->instalments[b]) < 0;
}

static bool find_lead(const Deciding *d, size_t *ret_lead)
{
        bool found = false;

        for (size_t i = 0; i < d->account->n_instalments; i++) {
                if (!is_groupable(&d->decision->judgements[i]))
                        continue;
                if (!found || leads_over(d, i, *ret_lead))
                        *ret_lead = i;
                found = true;
        }
        return found;
}

/* R8: what the notice asks for: the due, and with them what is overdue and could be chased. */
static bool is_asked(const Deciding *d, size_t i)
{
        const Judgement *judgement = &d->decision->judgements[i];

        return is_groupable(judgement) || judgement->is_listable;
}

/* R8: what it only mentions, by option: what is not yet due. */
static bool is_mentioned(const Deciding *d, size_t i, const Policy *lead)
{
        return lead->lists_upcoming && d->decision->judgements[i].is_upcoming;
}

static int sum_asked(const Deciding *d, int64_t *ret_sum)
{
        int64_t sum = -d->account->unassigned;

        for (size_t i = 0; i < d->account->n_instalments; i++)
                if (is_asked(d, i) && money_add(&sum, d->account->instalments[i].open) < 0)
                        return -EOVERFLOW;
        *ret_sum = sum;
        return 0;
}

/* R10: ladders whose step wants a larger sum wait; whether any did. */
static bool hold_back_small_sums(Deciding *d, int64_t sum)
{
        bool changed = false;

        for (size_t i = 0; i < d->account->n_instalments; i++) {
                Judgement *judgement = &d->decision->judgements[i];
                if (!is_groupable(judgement))
                        continue;
                int64_t minimum =
                        amounts_get(&judgement_step(judgement)->min_total, d->account->currency);
                if (minimum == 0 || sum >= minimum)
                        continue;
                deciding_hold_back(judgement, VERDICT_WAIT, REASON_MIN_TOTAL, DATE_NONE);
                changed = true;
        }
        return changed;
}

/* The lead (R8) among those that can be reached (R4) and whose sum is worth a letter (R10).
 * 1: found, 0: no contact. */
static int settle_lead(Deciding *d, Planned *planned)
{
        while (find_lead(d, &planned->lead)) {
                Judgement *judgement = &d->decision->judgements[planned->lead];
                planned->policy = judgement->policy;
                planned_use_step(planned, judgement_step(judgement));
                if (!deciding_choose_routes(d, planned)) {
                        deciding_hold_back(judgement, VERDICT_TASK, REASON_NO_ADDRESS, DATE_NONE);
                        continue;
                }
                if (sum_asked(d, &planned->total) < 0)
                        return -EOVERFLOW;
                if (hold_back_small_sums(d, planned->total))
                        continue;
                if (planned->total > amounts_get(&planned->policy->tolerance, d->account->currency))
                        return 1;
                hold_back_group(d, REASON_COVERED, DATE_NONE);
        }
        return 0;
}

/* What a notice of the i-th instalment's step would ask for. */
static int sum_alone(const Deciding *d, size_t i, int64_t *ret_sum)
{
        int64_t sum = -d->account->unassigned;

        for (size_t k = 0; k < d->account->n_instalments; k++)
                if ((k == i || d->decision->judgements[k].is_listable) &&
                        money_add(&sum, d->account->instalments[k].open) < 0)
                        return -EOVERFLOW;
        *ret_sum = sum;
        return 0;
}

int contact_drop_approvals(Deciding *d)
{
        const char *currency = d->account->currency;

        for (size_t i = 0; i < d->account->n_instalments; i++) {
                Judgement *judgement = &d->decision->judgements[i];
                int64_t sum;
                if (judgement->verdict != VERDICT_TASK ||
                        judgement->reason != REASON_NEEDS_APPROVAL ||
                        judgement_step(judgement)->action > ACTION_DEADLINE)
                        continue;
                if (sum_alone(d, i, &sum) < 0)
                        return -EOVERFLOW;
                if (sum <= amounts_get(&judgement->policy->tolerance, currency))
                        deciding_hold_back(judgement, VERDICT_WAIT, REASON_COVERED, DATE_NONE);
                else if (sum < amounts_get(&judgement_step(judgement)->min_total, currency))
                        deciding_hold_back(judgement, VERDICT_WAIT, REASON_MIN_TOTAL, DATE_NONE);
        }
        return 0;
}

/* R7: the first day on which a contact of this action may come. */
Date contact_day(const Deciding *d, Action action, Reason *ret_reason)
{
        int gap = d->book->limits.contact_gap_days;
        Date day = date_add(d->account->last_contact, 1);

        *ret_reason = REASON_CONTACT_TODAY;
        if (!is_pressing(action) || gap == 0)
                return day;
        Date pressed = date_add(d->account->last_pressed, gap);
        if (date_compare(pressed, day) > 0) {
                *ret_reason = REASON_CONTACT_GAP;
                day = pressed;
        }
        return day;
}

/* R7, R5: whether the contact may leave now; else its group waits, whole. */
static bool contact_may_leave(Deciding *d, const Planned *planned)
{
        if (!d->forced) {
                Reason reason;
                Date day = contact_day(d, planned->action, &reason);
                if (date_compare(d->now->local.day, day) < 0) {
                        hold_back_group(d, reason, day);
                        return false;
                }
        }
        if (d->account->has_contact_in_flight && !(d->forced && d->forced->is_preview)) {
                hold_back_group(d, REASON_CONTACT_IN_FLIGHT, d->now->local.day);
                return false;
        }
        if (!deciding_is_open(d, planned)) {
                d->contact_channels = d->decision->waiting_channels;
                hold_back_group(d, REASON_OUTSIDE_WINDOW, d->now->local.day);
                return false;
        }
        return true;
}

/* R6: the sending day + deadline_days on a working day; the latest one of the notice's steps. */
static Date latest_deadline(const Deciding *d, const Planned *planned)
{
        Date latest = DATE_NONE;

        for (size_t i = 0; i < planned->n_lines; i++) {
                const NoticeLine *line = &planned->lines[i];
                if (line->step < 0)
                        continue;
                const Step *step = judgement_step(&d->decision->judgements[line->instalment]);
                if (step->deadline_days == 0)
                        continue;
                Date day = date_add(d->now->local.day, step->deadline_days);
                day = calendar_working_day_from(d->book->sending.calendar, day);
                latest = date_later(latest, day);
        }
        return latest;
}

/* The line of an instalment with a step of its own, and how long what it offers is good for: one
 * notice names one day, the latest of its steps'. */
static NoticeLine due_line(const Deciding *d, Planned *planned, size_t i)
{
        const Judgement *judgement = &d->decision->judgements[i];
        const Step *step = judgement_step(judgement);
        NoticeLine line = { .instalment = i, .step = judgement->next };

        if (step->offer_percent > 0) {
                Date until = date_add(d->now->local.day, step->offer_days);
                line.discount =
                        money_percent(d->account->instalments[i].open, step->offer_percent * 100);
                planned->offer_until = date_later(planned->offer_until, until);
        }
        return line;
}

/* Who has more credit than the discounts leave to pay is offered none. */
static void withdraw_needless_offer(Planned *planned)
{
        int64_t discounts = 0;

        for (size_t i = 0; i < planned->n_lines; i++)
                if (money_add(&discounts, planned->lines[i].discount) < 0)
                        discounts = INT64_MAX;
        if (discounts <= planned->total)
                return;
        for (size_t i = 0; i < planned->n_lines; i++)
                planned->lines[i].discount = 0;
        planned->offer_until = DATE_NONE;
}

int plan_contact(Deciding *d)
{
        Planned planned = planned_new(NOTICE_CONTACT, d->forced ? REASON_BY_PERSON : REASON_DUE);
        int r = settle_lead(d, &planned);

        if (r <= 0 || !contact_may_leave(d, &planned))
                return MIN(r, 0);
        r = planned_make_lines(d, &planned);
        if (r < 0)
                return r;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                if (is_groupable(&d->decision->judgements[i]))
                        planned_add_line(d, &planned, due_line(d, &planned, i));
                else if (is_asked(d, i))
                        planned_add_line(d, &planned, (NoticeLine){ .instalment = i, .step = -1 });
                else if (is_mentioned(d, i, planned.policy))
                        planned_add_line(d, &planned,
                                (NoticeLine){ .instalment = i, .step = -1, .is_mentioned = true });
        }
        withdraw_needless_offer(&planned);
        planned.deadline = latest_deadline(d, &planned);
        deciding_add(d, &planned);
        return 0;
}
