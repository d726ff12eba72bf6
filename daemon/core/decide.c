/* SPDX-License-Identifier: MIT */
/*
 * Owns the decision of one account. judge.c says of each instalment alone whether its next step is
 * due; here the due ones become at most one contact (R4–R8, R10), and what stands outside the
 * contact is added: suspend and reconnect (R16), thanks (R11). What cannot leave now goes back to
 * waiting, with the reason.
 */

#include "core/decide.h"

#include <errno.h>

#include "core/judge.h"
#include "core/ladder.h"

typedef struct Deciding {
        const Rulebook *book;
        const Account *account;
        const Now *now;
        const Forced *forced;
        Arena *arena;
        Decision *decision;
} Deciding;

static const Step *next_step(const Judgement *judgement)
{
        return &judgement->policy->steps[judgement->next];
}

static bool is_groupable(const Judgement *judgement)
{
        return judgement->verdict == VERDICT_DUE && next_step(judgement)->action <= ACTION_DEADLINE;
}

static bool is_pressing(Action action)
{
        return action == ACTION_REMIND || action == ACTION_RESEND || action == ACTION_DEADLINE;
}

static void hold_back(Judgement *judgement, Verdict verdict, Reason reason, Date not_before)
{
        judgement->verdict = verdict;
        judgement->reason = reason;
        judgement->not_before = date_later(judgement->not_before, not_before);
}

static void hold_back_group(Deciding *d, Reason reason, Date not_before)
{
        for (size_t i = 0; i < d->account->n_instalments; i++)
                if (is_groupable(&d->decision->judgements[i]))
                        hold_back(&d->decision->judgements[i], VERDICT_WAIT, reason, not_before);
}

bool channel_is_usable(const Rulebook *book, unsigned channel, const Account *account)
{
        AddressColumn column = book->channels[channel].address;

        if (account->refused_channels & (UINT32_C(1) << channel))
                return false;
        if (column == ADDRESS_WHATSAPP && !account->has_whatsapp_opt_in)
                return false;
        return column == ADDRESS_NONE || *account->addresses[column];
}

/* R5: whatever the configuration says, no one's phone rings from 20:00 to 08:00. */
static bool keeps_night(const Channel *channel, const Account *account)
{
        if (channel->form != FORM_SMS && channel->form != FORM_WHATSAPP)
                return true;
        int minute = account->customer_time.minute;
        return minute >= 8 * 60 && minute < 20 * 60;
}

bool channel_is_open(const Rulebook *book, unsigned channel, const Account *account, const Now *now)
{
        const Channel *c = &book->channels[channel];

        return keeps_night(c, account) &&
               window_is_open(c->window ? c->window : &book->sending, now->local);
}

/* Takes the first usable alternative of each route. Whether there is one at all. */
static bool choose_routes(const Deciding *d, Planned *planned)
{
        bool found = false;

        for (unsigned r = 0; r < planned->n_routes; r++) {
                const Route *route = &planned->routes[r];
                planned->chosen[r] = -1;
                for (unsigned a = 0; a < route->n_channels && planned->chosen[r] < 0; a++)
                        if (channel_is_usable(d->book, route->channels[a], d->account))
                                planned->chosen[r] = (int)a;
                found = found || planned->chosen[r] >= 0;
        }
        return found;
}

/* R5: one open route is enough for the contact; the others follow when theirs opens that day. */
static bool some_route_is_open(const Deciding *d, const Planned *planned)
{
        if (d->forced && d->forced->is_preview)
                return true;
        for (unsigned r = 0; r < planned->n_routes; r++) {
                if (planned->chosen[r] < 0)
                        continue;
                unsigned channel = planned->routes[r].channels[planned->chosen[r]];
                if (channel_is_open(d->book, channel, d->account, d->now))
                        return true;
        }
        return false;
}

static void use_step_routes(Planned *planned, const Step *step)
{
        planned->step = step;
        planned->action = step->action;
        planned->routes = step->routes;
        planned->n_routes = step->n_routes;
}

static int compare_instalments(const Instalment *a, const Instalment *b)
{
        int order = date_compare(a->due, b->due);

        if (order == 0)
                order = strcmp(a->number, b->number);
        return order != 0 ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

/* R8: the most severe action leads; tie: later in its ladder, older due date, invoice number. */
static bool leads_over(const Deciding *d, size_t a, size_t b)
{
        const Judgement *first = &d->decision->judgements[a], *second = &d->decision->judgements[b];
        Action action_a = next_step(first)->action, action_b = next_step(second)->action;

        if (action_a != action_b)
                return action_a > action_b;
        if (first->next != second->next)
                return first->next > second->next;
        return compare_instalments(&d->account->instalments[a], &d->account->instalments[b]) < 0;
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
        Verdict verdict = d->decision->judgements[i].verdict;

        return lead->lists_upcoming && (verdict == VERDICT_WAIT || verdict == VERDICT_DUE);
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
                if (sum >= amounts_get(&next_step(judgement)->min_total, d->account->currency))
                        continue;
                hold_back(judgement, VERDICT_WAIT, REASON_MIN_TOTAL, DATE_NONE);
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
                use_step_routes(planned, next_step(judgement));
                if (!choose_routes(d, planned)) {
                        hold_back(judgement, VERDICT_TASK, REASON_NO_ADDRESS, DATE_NONE);
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

/* R7: the first day on which a contact of this action may come. */
static Date contact_day(const Deciding *d, Action action, Reason *ret_reason)
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
        if (!some_route_is_open(d, planned)) {
                hold_back_group(d, REASON_OUTSIDE_WINDOW, d->now->local.day);
                return false;
        }
        return true;
}

static void add_line(const Deciding *d, Planned *planned, NoticeLine line)
{
        const Instalment *list = d->account->instalments;
        size_t at = planned->n_lines++;

        for (; at > 0; at--) {
                size_t before = planned->lines[at - 1].instalment;
                if (compare_instalments(&list[before], &list[line.instalment]) <= 0)
                        break;
                planned->lines[at] = planned->lines[at - 1];
        }
        planned->lines[at] = line;
}

static int make_lines(const Deciding *d, Planned *planned)
{
        planned->lines = arena_alloc_array(d->arena, d->account->n_instalments, sizeof(NoticeLine));
        return planned->lines ? 0 : -ENOMEM;
}

/* R6: the sending day + deadline_days on a working day; the latest one of the notice's steps. */
static Date latest_deadline(const Deciding *d, const Planned *planned)
{
        Date latest = DATE_NONE;

        for (size_t i = 0; i < planned->n_lines; i++) {
                const NoticeLine *line = &planned->lines[i];
                if (line->step < 0)
                        continue;
                const Step *step = next_step(&d->decision->judgements[line->instalment]);
                if (step->deadline_days == 0)
                        continue;
                Date day = date_add(d->now->local.day, step->deadline_days);
                day = calendar_working_day_from(d->book->sending.calendar, day);
                latest = date_later(latest, day);
        }
        return latest;
}

static void add_notice(Deciding *d, const Planned *planned)
{
        d->decision->notices[d->decision->n_notices++] = *planned;
}

static int plan_contact(Deciding *d)
{
        Planned planned = { .kind = NOTICE_CONTACT, .reason = REASON_DUE };
        int r = settle_lead(d, &planned);

        if (r <= 0 || !contact_may_leave(d, &planned))
                return MIN(r, 0);
        r = make_lines(d, &planned);
        if (r < 0)
                return r;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Judgement *judgement = &d->decision->judgements[i];
                int step = is_groupable(judgement) ? judgement->next : -1;
                if (is_asked(d, i))
                        add_line(d, &planned, (NoticeLine){ i, step, false });
                else if (is_mentioned(d, i, planned.policy))
                        add_line(d, &planned, (NoticeLine){ i, -1, true });
        }
        planned.deadline = latest_deadline(d, &planned);
        if (d->forced)
                planned.reason = REASON_BY_PERSON;
        add_notice(d, &planned);
        return 0;
}

/* A notice about some instalments that is outside the contact: routes must be usable. */
static int plan_aside(Deciding *d, Planned *planned, const size_t *instalments, size_t n)
{
        int r = make_lines(d, planned);

        for (size_t i = 0; r == 0 && i < n; i++) {
                const Judgement *judgement = &d->decision->judgements[instalments[i]];
                int step = planned->kind == NOTICE_SUSPEND ? judgement->next : -1;
                add_line(d, planned, (NoticeLine){ instalments[i], step, false });
                r = money_add(&planned->total, d->account->instalments[instalments[i]].open);
        }
        if (r == 0)
                add_notice(d, planned);
        return r;
}

/* R16 */
static int plan_suspend(Deciding *d, size_t i)
{
        Judgement *judgement = &d->decision->judgements[i];
        Planned planned = {
                .kind = NOTICE_SUSPEND,
                .policy = judgement->policy,
                .lead = i,
                .deadline = DATE_NONE,
                .reason = d->forced ? REASON_BY_PERSON : REASON_DUE,
        };

        use_step_routes(&planned, next_step(judgement));
        if (!choose_routes(d, &planned)) {
                hold_back(judgement, VERDICT_TASK, REASON_NO_ADDRESS, DATE_NONE);
                return 0;
        }
        if (!some_route_is_open(d, &planned)) {
                hold_back(judgement, VERDICT_WAIT, REASON_OUTSIDE_WINDOW, d->now->local.day);
                return 0;
        }
        return plan_aside(d, &planned, &i, 1);
}

/* The step that suspended an instalment, as its ladder stands today; else any that suspends. */
static const Step *suspending_step(const Policy *policy, const Instalment *instalment)
{
        if (!policy)
                return NULL;
        for (size_t i = 0; i < instalment->n_done; i++) {
                int step = policy_find_step(policy, instalment->done[i].step);
                if (instalment->done[i].action == ACTION_SUSPEND && step >= 0)
                        return &policy->steps[step];
        }
        for (size_t i = 0; i < policy->n_steps; i++)
                if (policy->steps[i].action == ACTION_SUSPEND)
                        return &policy->steps[i];
        return NULL;
}

/* R16: at once, once, outside any window, when no suspended instalment is open any more. */
static int plan_reconnect(Deciding *d)
{
        Planned planned = { .kind = NOTICE_RECONNECT,
                .action = ACTION_RECONNECT,
                .deadline = DATE_NONE,
                .reason = REASON_RECONNECT };
        size_t *suspended = arena_alloc_array(d->arena, d->account->n_instalments, sizeof(size_t));
        const Step *step = NULL;
        size_t n = 0;

        if (!suspended)
                return -ENOMEM;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Judgement *judgement = &d->decision->judgements[i];
                if (!d->account->instalments[i].is_suspended)
                        continue;
                if (judgement->verdict != VERDICT_CLOSED && judgement->reason != REASON_CANCELLED)
                        return 0;
                if (!step) {
                        step = suspending_step(judgement->policy, &d->account->instalments[i]);
                        planned.policy = judgement->policy;
                        planned.lead = i;
                }
                suspended[n++] = i;
        }
        if (!step)
                return 0;
        planned.routes = step->routes;
        planned.n_routes = step->n_routes;
        return choose_routes(d, &planned) ? plan_aside(d, &planned, suspended, n) : 0;
}

static bool was_chased(const Instalment *instalment)
{
        for (size_t i = 0; i < instalment->n_done; i++)
                if (!instalment->done[i].is_skip && instalment->done[i].action > ACTION_COURTESY)
                        return true;
        return false;
}

/* R7: thanks yield to a contact on the same day. */
static bool has_contact_today(const Deciding *d)
{
        if (d->decision->n_notices > 0 && d->decision->notices[0].kind == NOTICE_CONTACT)
                return true;
        return d->account->has_contact_in_flight ||
               date_compare(d->account->last_contact, d->now->local.day) == 0;
}

/* R11: one thanks for an invoice whose instalments [first, end) are all closed, by payments. */
static int plan_thanks(Deciding *d, size_t first, size_t end)
{
        Judgement *judgements = d->decision->judgements;
        const Policy *policy = judgements[first].policy;
        Planned planned = { .kind = NOTICE_THANKS,
                .policy = policy,
                .lead = first,
                .deadline = DATE_NONE,
                .reason = REASON_THANKS };
        bool is_open = false, is_chased = false, is_paid = false;
        size_t *closed = arena_alloc_array(d->arena, end - first, sizeof(size_t)), n = 0;

        if (!closed)
                return -ENOMEM;
        for (size_t i = first; i < end; i++) {
                if (judgements[i].verdict == VERDICT_CLOSED)
                        closed[n++] = i;
                else
                        is_open = is_open || judgements[i].reason != REASON_CANCELLED;
                is_chased = is_chased || was_chased(&d->account->instalments[i]);
                is_paid = is_paid || d->account->instalments[i].has_payment;
        }
        if (!policy || policy->n_thanks_routes == 0 || !is_paid || (!is_chased && !is_open))
                return 0;
        planned.routes = policy->thanks_routes;
        planned.n_routes = policy->n_thanks_routes;
        if (!choose_routes(d, &planned))
                return 0;
        for (size_t i = 0; i < n; i++)
                judgements[closed[i]].has_follow_up = true;
        if (is_open || has_contact_today(d) || !some_route_is_open(d, &planned))
                return 0;
        return plan_aside(d, &planned, closed, n);
}

static int plan_all_thanks(Deciding *d)
{
        const Instalment *list = d->account->instalments;

        for (size_t first = 0, end; first < d->account->n_instalments; first = end) {
                bool has_closed = false;
                for (end = first;
                        end < d->account->n_instalments && list[end].invoice == list[first].invoice;
                        end++)
                        has_closed = has_closed ||
                                     d->decision->judgements[end].verdict == VERDICT_CLOSED;
                int r = has_closed ? plan_thanks(d, first, end) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

static int plan_all_suspends(Deciding *d)
{
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Judgement *judgement = &d->decision->judgements[i];
                if (judgement->verdict != VERDICT_DUE ||
                        next_step(judgement)->action != ACTION_SUSPEND)
                        continue;
                int r = plan_suspend(d, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* A person's wish names one instalment; the others of its account are at most listed. */
static const Forced *wish_for(const Deciding *d, const Instalment *instalment)
{
        const Forced *forced = d->forced;

        return forced && forced->invoice == instalment->invoice && forced->seq == instalment->seq
                       ? forced
                       : NULL;
}

/* Judges every instalment; whether anything may have to leave. */
static bool judge_all(Deciding *d)
{
        bool is_busy = false;

        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Instalment *instalment = &d->account->instalments[i];
                Judgement *judgement = &d->decision->judgements[i];
                const Forced *wish = wish_for(d, instalment);
                judge_instalment(d->book, d->account, instalment, d->now, wish, judgement);
                if (d->forced && !wish && judgement->verdict == VERDICT_DUE)
                        hold_back(judgement, VERDICT_WAIT, REASON_CONTACT_TODAY, DATE_NONE);
                if (judgement->verdict == VERDICT_CLOSED && instalment->is_suspended)
                        judgement->has_follow_up = true;
                is_busy = is_busy || judgement->verdict == VERDICT_DUE ||
                          judgement->verdict == VERDICT_CLOSED || instalment->is_suspended;
        }
        return is_busy;
}

/* What is only waiting for its day also knows the days its account keeps free (R7). */
static void foresee_contact_day(Deciding *d)
{
        if (!date_is_set(d->account->last_contact))
                return;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                Judgement *judgement = &d->decision->judgements[i];
                if (judgement->verdict != VERDICT_WAIT || !date_is_set(judgement->earliest) ||
                        next_step(judgement)->action > ACTION_DEADLINE)
                        continue;
                Reason reason;
                Date day = contact_day(d, next_step(judgement)->action, &reason);
                judgement->not_before = date_later(judgement->not_before, day);
        }
}

int decide(const Rulebook *book, const Account *account, const Now *now, const Forced *forced,
        Arena *arena, Decision *ret_decision)
{
        Decision decision = { 0 };
        Deciding d = { book, account, now, forced, arena, &decision };
        int r = 0;

        decision.judgements = arena_alloc_array(arena, account->n_instalments, sizeof(Judgement));
        if (!decision.judgements)
                return -ENOMEM;
        if (judge_all(&d)) {
                /* At most a contact, a reconnect, and a suspend or a thanks for each instalment. */
                decision.notices =
                        arena_alloc_array(arena, account->n_instalments + 2, sizeof(Planned));
                if (!decision.notices)
                        return -ENOMEM;
                r = plan_contact(&d);
                if (r == 0)
                        r = plan_all_suspends(&d);
                if (r == 0 && !forced)
                        r = plan_reconnect(&d);
                if (r == 0 && !forced)
                        r = plan_all_thanks(&d);
                if (r < 0)
                        return r;
        }
        foresee_contact_day(&d);
        for (size_t i = 0; i < account->n_instalments; i++)
                decision.has_tasks |= decision.judgements[i].verdict == VERDICT_TASK;
        *ret_decision = decision;
        return 0;
}

const char *judgement_task(const Judgement *judgement)
{
        if (judgement->verdict != VERDICT_TASK)
                return NULL;
        if (judgement->reason == REASON_NEEDS_CALL)
                return "call";
        if (judgement->reason == REASON_NEEDS_APPROVAL)
                return "approve";
        if (judgement->reason == REASON_LADDER_DONE_REOPENED)
                return "reopened";
        if (judgement->reason == REASON_DISPUTED)
                return "dispute";
        if (judgement->reason == REASON_NEEDS_PERSON)
                return action_names[next_step(judgement)->action];
        return reason_code(judgement->reason);
}
