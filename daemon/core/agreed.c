/* SPDX-License-Identifier: MIT */
/*
 * Owns what was agreed with the customer: whether a promise or a plan is broken, and the occasions
 * on which it is confirmed in writing and reminded of (R13, R15). They yield to a contact on the
 * same day and are none themselves (R7).
 */

#include "core/deciding.h"

#include <errno.h>

static bool is_disputed_or_held(const Instalment *instalment, Date today)
{
        if (instalment->is_disputed || instalment->status == STATUS_DISPUTED)
                return true;
        return instalment->is_held && (!date_is_set(instalment->held_until) ||
                                              date_compare(today, instalment->held_until) <= 0);
}

/* Open beyond what is tolerated, and asked for at all. */
static bool is_owed(const Rulebook *book, const Account *account, const Instalment *instalment)
{
        const Policy *policy = rulebook_policy_of(book, account, instalment);

        return policy && instalment->status == STATUS_OPEN &&
               instalment->open > amounts_get(&policy->tolerance, account->currency);
}

/* What is still to come of what was promised of it: where a rest was agreed to, not that. */
static int64_t still_to_come(const Instalment *instalment)
{
        return MAX(instalment->open - instalment->promised_rest, 0);
}

static bool is_promised_before(const Instalment *a, const Instalment *b)
{
        int order = date_compare(a->promised_until, b->promised_until);

        return order < 0 || (order == 0 && a->promise < b->promise);
}

/* Credit on the account pays each promise once, the one for the earliest day first: what is left of
 * it for the promise that this instalment is under. */
static int64_t credit_for_promise(
        const Rulebook *book, const Account *account, const Instalment *instalment)
{
        int64_t credit = account->unassigned;

        for (size_t i = 0; i < account->n_instalments && credit > 0; i++) {
                const Instalment *other = &account->instalments[i];
                bool is_out = other->is_disputed || other->is_handed_over;
                if (other->promise != 0 && date_is_set(other->promised_until) && !is_out &&
                        is_promised_before(other, instalment) && is_owed(book, account, other))
                        credit -= still_to_come(other);
        }
        return MAX(credit, 0);
}

/* Whether that credit covers all that is still to come of the promise. */
static bool is_covered_promise(
        const Rulebook *book, const Account *account, const Instalment *instalment)
{
        const Policy *policy = rulebook_policy_of(book, account, instalment);
        int64_t credit = credit_for_promise(book, account, instalment), sum = 0;

        for (size_t i = 0; i < account->n_instalments; i++) {
                const Instalment *other = &account->instalments[i];
                if (other->promise == instalment->promise && is_owed(book, account, other) &&
                        money_add(&sum, still_to_come(other)) < 0)
                        return false;
        }
        return credit > 0 && sum - credit <= amounts_get(&policy->tolerance, account->currency);
}

/* What came back after its day does not break it: all that was promised had come by then. */
static bool was_kept_promise(
        const Rulebook *book, const Account *account, const Instalment *instalment)
{
        const Policy *policy = rulebook_policy_of(book, account, instalment);
        int64_t tolerance = amounts_get(&policy->tolerance, account->currency);

        return date_is_set(instalment->reopened_on) &&
               date_compare(instalment->reopened_on, instalment->promised_until) > 0 &&
               instalment->reopened_from - instalment->promised_rest <= tolerance;
}

bool promise_is_broken(
        const Rulebook *book, const Account *account, const Instalment *instalment, Date today)
{
        if (instalment->promise == 0 || !date_is_set(instalment->promised_until) ||
                date_compare(today, instalment->promised_until) <= 0)
                return false;
        return still_to_come(instalment) > 0 && is_owed(book, account, instalment) &&
               !is_disputed_or_held(instalment, today) &&
               !was_kept_promise(book, account, instalment) &&
               !is_covered_promise(book, account, instalment);
}

static bool is_late_part(
        const Rulebook *book, const Account *account, const Instalment *part, Date today)
{
        if (!is_owed(book, account, part) || is_disputed_or_held(part, today) ||
                date_compare(today, part->promised_until) <= 0)
                return false;
        int grace_days = rulebook_policy_of(book, account, part)->grace_days;
        return date_compare(today, date_add(part->due, MAX(grace_days, 1))) >= 0;
}

/* What is missing of a plan's late parts, beyond what its policy tolerates of each. */
static int64_t late_sum(const Rulebook *book, const Account *account, int64_t plan, Date today,
        const Instalment **ret_late)
{
        int64_t sum = 0;

        for (size_t i = 0; i < account->n_instalments; i++) {
                const Instalment *part = &account->instalments[i];
                if (part->plan != plan || part->is_plan_broken ||
                        !is_late_part(book, account, part, today))
                        continue;
                *ret_late = part;
                if (money_add(&sum, part->open) < 0)
                        return INT64_MAX;
        }
        return sum;
}

/* Credit on the account pays late parts, those of the plan that was made first before others'. */
static int64_t credit_for_plan(
        const Rulebook *book, const Account *account, int64_t plan, Date today)
{
        const Instalment *late;
        int64_t credit = account->unassigned, before = 0;

        while (credit > 0) {
                int64_t next = plan;
                for (size_t i = 0; i < account->n_instalments; i++)
                        if (account->instalments[i].plan > before)
                                next = MIN(next, account->instalments[i].plan);
                if (next == plan)
                        break;
                credit -= late_sum(book, account, next, today, &late);
                before = next;
        }
        return MAX(credit, 0);
}

bool plan_is_broken(const Rulebook *book, const Account *account, int64_t plan, Date today)
{
        const Instalment *late = NULL;
        int64_t sum = late_sum(book, account, plan, today, &late);

        if (!late)
                return false;
        int64_t credit = credit_for_plan(book, account, plan, today);
        const Policy *policy = rulebook_policy_of(book, account, late);
        return sum - credit > amounts_get(&policy->tolerance, account->currency);
}

static bool was_told(const Instalment *instalment, NoticeKind kind)
{
        return (instalment->said & (1U << kind)) != 0;
}

static bool is_part_of_plan(const Instalment *instalment)
{
        return instalment->plan != 0 && !instalment->is_plan_broken;
}

bool instalment_is_agreed(const Instalment *instalment)
{
        return date_is_set(instalment->promised_until) ||
               (is_part_of_plan(instalment) && !was_told(instalment, NOTICE_PLAN_CONFIRMED));
}

/* Which agreement an instalment's occasion is about: its fact. */
static int64_t subject_of(const Instalment *instalment, NoticeKind kind)
{
        return kind == NOTICE_PLAN_CONFIRMED ? instalment->plan : instalment->promise;
}

/* What was promised of it: all that is open, or so much of it that the rest was agreed to. */
static int64_t amount_agreed(const Instalment *instalment, NoticeKind kind)
{
        return kind == NOTICE_PLAN_CONFIRMED ? instalment->open
                                             : instalment->open - instalment->promised_rest;
}

/* Only what stands as it was agreed: nothing else holds it, and something is still to come. Of what
 * was handed over nothing is written to the customer any more (R17). */
static bool is_told_of(const Deciding *d, size_t i, NoticeKind kind)
{
        const Instalment *instalment = &d->account->instalments[i];
        const Judgement *judgement = &d->decision->judgements[i];

        if (amount_agreed(instalment, kind) <= 0 || instalment->is_handed_over)
                return false;
        if (kind == NOTICE_PLAN_CONFIRMED)
                return is_part_of_plan(instalment) &&
                       (judgement->verdict == VERDICT_WAIT || judgement->verdict == VERDICT_DUE ||
                               judgement->reason == REASON_REPLIED);
        return judgement->reason == REASON_PROMISED;
}

/* R10: a reminder asks for money, and so for none that credit on the account covers. What is only
 * confirmed stands as it was agreed. */
static bool is_covered(const Deciding *d, Planned *planned)
{
        const Account *account = d->account;

        if (planned->kind != NOTICE_PROMISE_REMINDER)
                return false;
        planned->total -=
                credit_for_promise(d->book, account, &account->instalments[planned->lead]);
        return planned->total <= amounts_get(&planned->policy->tolerance, account->currency);
}

/* One notice for an agreement, however many instalments it is about; the first of them leads. */
static int plan_occasion(Deciding *d, NoticeKind kind, Reason reason, size_t first)
{
        const Instalment *list = d->account->instalments;
        Planned planned = planned_new(kind, reason);

        planned.lead = first;
        planned.policy = d->decision->judgements[first].policy;
        planned.routes = planned.policy->confirm_routes;
        planned.n_routes = planned.policy->n_confirm_routes;
        if (!deciding_choose_routes(d, &planned) || !deciding_is_open(d, &planned))
                return 0;
        int r = planned_make_lines(d, &planned);
        for (size_t i = first; r == 0 && i < d->account->n_instalments; i++) {
                if (subject_of(&list[i], kind) != subject_of(&list[first], kind) ||
                        !is_told_of(d, i, kind))
                        continue;
                planned_add_line(d, &planned, (NoticeLine){ .instalment = i, .step = -1 });
                r = money_add(&planned.total, amount_agreed(&list[i], kind));
        }
        if (r == 0 && !is_covered(d, &planned))
                deciding_add(d, &planned);
        return r;
}

static bool confirms_promise(const Deciding *d, size_t i)
{
        return !was_told(&d->account->instalments[i], NOTICE_PROMISE_CONFIRMED);
}

/* A promise that was confirmed so late that its day was near already needs no reminder. */
static bool reminds_of_promise(const Deciding *d, size_t i)
{
        const Instalment *instalment = &d->account->instalments[i];
        int days = d->decision->judgements[i].policy->remind_before_days;
        Date from = date_add(instalment->promised_until, -days);

        return days > 0 && was_told(instalment, NOTICE_PROMISE_CONFIRMED) &&
               !was_told(instalment, NOTICE_PROMISE_REMINDER) &&
               date_compare(d->now->local.day, from) >= 0 &&
               date_compare(instalment->said_on, from) < 0;
}

static bool confirms_plan(const Deciding *d, size_t i)
{
        const Instalment *instalment = &d->account->instalments[i];

        return is_part_of_plan(instalment) && !was_told(instalment, NOTICE_PLAN_CONFIRMED);
}

static const struct {
        NoticeKind kind;
        Reason reason;
        bool (*is_due)(const Deciding *d, size_t i);
} occasions[] = {
        { NOTICE_PROMISE_CONFIRMED, REASON_PROMISE_CONFIRMED, confirms_promise },
        { NOTICE_PROMISE_REMINDER, REASON_PROMISE_REMINDER, reminds_of_promise },
        { NOTICE_PLAN_CONFIRMED, REASON_PLAN_CONFIRMED, confirms_plan },
};

/* Whether an instalment before it has spoken for the same agreement. */
static bool has_spoken_for(const Deciding *d, NoticeKind kind, size_t i)
{
        const Instalment *list = d->account->instalments;

        for (size_t k = 0; k < i; k++)
                if (subject_of(&list[k], kind) == subject_of(&list[i], kind) &&
                        is_told_of(d, k, kind))
                        return true;
        return false;
}

static bool has_agreed(const Account *account)
{
        for (size_t i = 0; i < account->n_instalments; i++)
                if (instalment_is_agreed(&account->instalments[i]))
                        return true;
        return false;
}

int plan_agreed(Deciding *d)
{
        int r = 0;

        if (d->now->guards != 0 || !has_agreed(d->account) || deciding_has_contact_today(d))
                return 0;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                if (!instalment_is_agreed(&d->account->instalments[i]))
                        continue;
                for (size_t k = 0; r == 0 && k < ELEMENTSOF(occasions); k++)
                        if (is_told_of(d, i, occasions[k].kind) && occasions[k].is_due(d, i) &&
                                !has_spoken_for(d, occasions[k].kind, i))
                                r = plan_occasion(d, occasions[k].kind, occasions[k].reason, i);
                if (r < 0)
                        return r;
        }
        return 0;
}
