/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_MODEL_H
#define RELANCED_TESTS_MODEL_H

/*
 * What must hold of every decision, in other words than the program's: who may be asked for what,
 * which step comes next and when, which day and hour are free. Never changes a world. The program
 * that includes it has fail_in(), check() and line_step().
 */

#include "world.h"

static bool is_past(Date day, Date today)
{
        return date_compare(day, today) < 0;
}

static bool is_held_today(const World *world, const Instalment *instalment)
{
        return instalment->is_held && (!date_is_set(instalment->held_until) ||
                                              !is_past(instalment->held_until, world->today));
}

static const Done *last_of(const Instalment *instalment)
{
        return instalment->n_done > 0 ? &instalment->done[instalment->n_done - 1] : NULL;
}

static Date deadline_of(const Instalment *instalment)
{
        Date last = DATE_NONE;

        for (size_t k = 0; k < instalment->n_done; k++)
                if (date_is_set(instalment->done[k].deadline))
                        last = instalment->done[k].deadline;
        return last;
}

/* Never chased and never in a sum: R8, R10, R13–R15, R17, R18, R22. Also by hand. */
static void check_may_be_asked_for(const World *world, const Judgement *judgement, size_t i)
{
        const Instalment *instalment = &world->instalments[i];
        int adopt = world->book.limits.adopt_max_age_days;

        check(world, judgement->policy && judgement->policy->n_steps > 0, "no ladder");
        check(world, instalment->open > amounts_get(&judgement->policy->tolerance, "EUR"), "paid");
        check(world, instalment->amount > 0, "a credit note");
        check(world, instalment->status == STATUS_OPEN, "disputed, draft or cancelled");
        check(world, !instalment->is_disputed, "disputed");
        check(world, !instalment->is_replaced, "replaced by a plan");
        check(world, !is_held_today(world, instalment), "held");
        check(world, is_past(instalment->promised_until, world->today), "promised");
        check(world, date_is_set(instalment->due), "no due date");
        check(world, instalment->method != METHOD_DIRECT_DEBIT || instalment->collection_failed,
                "a direct debit");
        check(world, !strstr(world->account.tags, "do_not_contact"), "do_not_contact");
        check(world,
                adopt == 0 || instalment->is_adopted || instalment->n_done > 0 ||
                        instalment->plan != 0 || !date_is_set(instalment->imported_on) ||
                        instalment->imported_on.days - instalment->due.days <= adopt,
                "not adopted");
}

/* R21: behind a step that is in the ladder no more, nothing milder. */
static bool is_milder_than_unknown(const Policy *policy, const Instalment *instalment, int step)
{
        const Done *last = last_of(instalment);

        return last && policy_find_step(policy, last->step) < 0 &&
               policy->steps[step].action < last->action;
}

/* R3, R16, R17: a step that does not apply on a day is never taken. */
static bool applies(const World *world, const Instalment *instalment, const Step *step, Date today)
{
        if (step->trigger == TRIGGER_BEFORE_DUE && is_past(instalment->due, today))
                return false;
        if (instalment->is_handed_over && step->action != ACTION_AGENCY &&
                step->action != ACTION_LEGAL)
                return false;
        return step->action != ACTION_SUSPEND || world->account.relation == RELATION_SERVICE;
}

/* R3, R16, R21: whether the climb may leave this step out. */
static bool may_be_passed_over(const World *world, const Policy *policy,
        const Instalment *instalment, int index, Date today)
{
        const Step *step = &policy->steps[index];

        for (size_t k = 0; k < instalment->n_done; k++)
                if (streq(instalment->done[k].step, step->id))
                        return true;
        return !applies(world, instalment, step, today) ||
               is_milder_than_unknown(policy, instalment, index);
}

/* The index after which the ladder goes on: of the last step, or, where that is in the ladder no
 * more, of the furthest one still known (R21). */
static int model_last(const Policy *policy, const Instalment *instalment)
{
        const Done *previous = last_of(instalment);
        int last = previous ? policy_find_step(policy, previous->step) : -1;
        int furthest = -1;

        if (last >= 0)
                return last;
        for (size_t k = 0; k < instalment->n_done; k++)
                furthest = MAX(furthest, policy_find_step(policy, instalment->done[k].step));
        return furthest;
}

/* R3: on a day; -1: none is left. */
static int model_next(
        const World *world, const Policy *policy, const Instalment *instalment, Date today)
{
        int next = model_last(policy, instalment) + 1;

        while (next < (int)policy->n_steps &&
                may_be_passed_over(world, policy, instalment, next, today))
                next++;
        return next < (int)policy->n_steps ? next : -1;
}

static bool has_number(const Step *step)
{
        return step->trigger == TRIGGER_AFTER_DUE || step->trigger == TRIGGER_BEFORE_DUE;
}

static int number_of(const Step *step)
{
        return step->trigger == TRIGGER_BEFORE_DUE ? -step->days : step->days;
}

/* R1 */
static Date model_trigger(const Step *step, const Instalment *instalment)
{
        const Done *previous = last_of(instalment);
        Date from[] = {
                [TRIGGER_AFTER_DUE] = instalment->due,
                [TRIGGER_BEFORE_DUE] = instalment->due,
                [TRIGGER_AFTER_ISSUE] = instalment->issued,
                [TRIGGER_AFTER_PREVIOUS] = previous ? previous->on : instalment->due,
                [TRIGGER_AFTER_DEADLINE] = deadline_of(instalment),
        };
        Date day = date_add(from[step->trigger],
                step->trigger == TRIGGER_BEFORE_DUE ? -step->days : step->days);

        return step->end_of_month && date_is_set(day) ? date_end_of_month(day) : day;
}

/* R2's gap after the previous step, and R21's where that is in the ladder no more. */
static Date model_gap(const Policy *policy, const Step *step, const Instalment *instalment)
{
        const Done *previous = last_of(instalment);
        int known = previous ? policy_find_step(policy, previous->step) : -1;
        int gap = policy->min_gap_days;
        Date on = DATE_NONE;

        for (size_t k = 0; k < instalment->n_done; k++)
                if (known >= 0 || !instalment->done[k].is_skip)
                        on = instalment->done[k].on;
        if (known >= 0 && has_number(step) && has_number(&policy->steps[known]))
                gap = MAX(gap, number_of(step) - number_of(&policy->steps[known]));
        return date_add(on, step->min_gap_days >= 0 ? step->min_gap_days : gap);
}

/* R2: the latest of all its clauses, or DATE_NONE. */
static Date model_earliest(const Policy *policy, int index, const Instalment *instalment)
{
        const Step *step = &policy->steps[index];
        const Done *last = last_of(instalment);
        bool was_closed = instalment->reopened_from <= amounts_get(&policy->tolerance, "EUR");
        Date clauses[] = {
                model_gap(policy, step, instalment),
                last ? date_add(last->on, 1) : DATE_NONE,
                date_add(deadline_of(instalment), 1),
                date_add(instalment->is_held ? instalment->held_until : DATE_NONE, 1),
                date_add(instalment->promised_until, 1),
                date_add(instalment->released_on, 1),
                date_add(was_closed ? instalment->reopened_on : DATE_NONE, policy->reopen_gap_days),
        };
        Date latest = model_trigger(step, instalment);

        for (size_t k = 0; date_is_set(latest) && k < ELEMENTSOF(clauses); k++)
                latest = date_later(latest, clauses[k]);
        return latest;
}

/* The step an instalment comes to and its day, when nothing but time goes by. */
static int model_place(
        const World *world, const Policy *policy, const Instalment *instalment, Date *ret_day)
{
        int next = model_next(world, policy, instalment, world->today);
        Date past_due = date_add(instalment->due, 1), free = world->account.paused_until;

        *ret_day = DATE_NONE;
        if (next < 0)
                return next;
        *ret_day = model_earliest(policy, next, instalment);
        free = date_add(date_later(free, instalment->promised_until), 1);
        if (instalment->is_held)
                free = date_later(free, date_add(instalment->held_until, 1));
        if (policy->steps[next].trigger != TRIGGER_BEFORE_DUE ||
                date_compare(date_later(*ret_day, free), past_due) < 0)
                return next;
        next = model_next(world, policy, instalment, past_due);
        *ret_day = next < 0 ? DATE_NONE : model_earliest(policy, next, instalment);
        if (date_is_set(*ret_day))
                *ret_day = date_later(*ret_day, past_due);
        return next;
}

/* R19 */
static bool are_payments_fresh(const World *world)
{
        int limit = world->book.limits.payments_max_age_days;

        return limit == 0 || (date_is_set(world->newest_payment) &&
                                     world->today.days - world->newest_payment.days <= limit);
}

/* What no step may break: never twice, one a day (R3), a person's say, freshness. */
static void check_step(const World *world, const Judgement *judgement, size_t i, int chosen)
{
        const Instalment *instalment = &world->instalments[i];
        const Step *step = &judgement->policy->steps[chosen];
        bool needs_person = step->needs_approval || step->action >= ACTION_AGENCY;

        for (size_t k = 0; k < instalment->n_done; k++) {
                check(world, !streq(instalment->done[k].step, step->id), "a step twice");
                check(world, is_past(instalment->done[k].on, world->today), "two steps in a day");
        }
        check(world, !instalment->is_in_flight, "a step whose notice is under way");
        check(world, !instalment->is_uncertain, "a step after an uncertain one");
        check(world, !instalment->is_aside, "a step of what stands aside");
        check(world, is_past(world->account.paused_until, world->today), "in a pause (R25)");
        check(world, !needs_person || streq(instalment->approved, step->id), "not approved");
        check(world, step->action != ACTION_CALL, "a call is a person's");
        check(world, step->action < ACTION_DEADLINE || are_payments_fresh(world), "stale (R19)");
}

/* Never out of order, never too early. */
static void check_place(const World *world, const Judgement *judgement, size_t i, int chosen)
{
        const Instalment *instalment = &world->instalments[i];
        const Policy *policy = judgement->policy;
        int last = model_last(policy, instalment);

        check(world, chosen > last, "out of order");
        check(world, applies(world, instalment, &policy->steps[chosen], world->today),
                "does not apply");
        check(world, !is_milder_than_unknown(policy, instalment, chosen), "milder than the last");
        Date earliest = model_earliest(policy, chosen, instalment);
        check(world, date_is_set(earliest) && date_compare(world->today, earliest) >= 0,
                "too early");
        for (int k = last + 1; k < chosen; k++)
                check(world, may_be_passed_over(world, policy, instalment, k, world->today),
                        "step %s was left out", policy->steps[k].id);
}

/* R5, computed anew. */
static bool is_open_channel(
        const World *world, const Account *account, unsigned channel, int minute)
{
        const Channel *c = &world->book.channels[channel];
        const Window *window = c->window ? c->window : &world->book.sending;
        int night = account->customer_time.minute;
        bool is_phone = c->form == FORM_SMS || c->form == FORM_WHATSAPP;

        return (window->days >> date_weekday(world->today) & 1) != 0 &&
               !calendar_is_holiday(window->calendar, world->today) &&
               minute >= window->from_minute && minute < window->to_minute &&
               (!is_phone || (night >= 480 && night < 1200));
}

/* R4, R17: whether a channel reaches whom the notice is for. */
static void check_reach(const World *world, const Planned *planned, unsigned channel)
{
        AddressColumn column = world->channels[channel].address;
        const Account *account = &world->account;
        Date opt_in = account->whatsapp_opt_in;

        if (planned->kind == NOTICE_HANDOVER) {
                check(world,
                        column == ADDRESS_NONE ||
                                (column == ADDRESS_EMAIL && *planned->recipient->email),
                        "no recipient");
                return;
        }
        check(world, !(account->refused_channels >> channel & 1), "a refused channel");
        check(world, column == ADDRESS_NONE || *account->addresses[column], "no address");
        check(world,
                column != ADDRESS_WHATSAPP ||
                        (date_is_set(opt_in) && date_compare(opt_in, world->today) <= 0),
                "no opt-in");
}

static void check_routes(const World *world, const Planned *planned, int minute)
{
        bool is_open = planned->kind == NOTICE_RECONNECT, has_route = false;

        for (unsigned r = 0; r < planned->n_routes; r++) {
                if (planned->chosen[r] < 0)
                        continue;
                unsigned channel = planned->routes[r].channels[planned->chosen[r]];
                check_reach(world, planned, channel);
                has_route = true;
                is_open = is_open || is_open_channel(world, &world->account, channel, minute);
        }
        check(world, has_route, "no route");
        check(world, is_open, "outside the window");
}

/* R7 */
static void check_contact_day(const World *world, const Planned *planned)
{
        check(world, !world->account.has_contact_in_flight, "two contacts under way");
        check(world, date_compare(world->contacted, world->today) != 0, "two contacts in a day");
        if (planned->action == ACTION_COURTESY || !date_is_set(world->pressed))
                return;
        check(world,
                date_difference(world->today, world->pressed) >=
                        world->book.limits.contact_gap_days,
                "sooner than contact_gap_days after the last");
}

/* What the step of a line offers. */
static int line_percent(const World *world, const Decision *decision, const NoticeLine *line)
{
        return line->step < 0 ? 0 : line_step(world, decision, line)->offer_percent;
}

/* Credit may leave less to pay than the offers leave off: then nothing is offered. */
static bool has_offers(const World *world, const Decision *decision, const Planned *planned)
{
        int64_t sum = 0, offers = 0;

        for (size_t k = 0; k < planned->n_lines; k++) {
                const NoticeLine *line = &planned->lines[k];
                int percent = line_percent(world, decision, line);
                sum += (world->instalments[line->instalment].open * percent + 50) / 100;
                offers += percent > 0;
        }
        return offers > 0 && sum <= planned->total;
}

/* An offer never leaves off more than its part of what is open, and has a day. */
static void check_offer(
        const World *world, const Planned *planned, const NoticeLine *line, const Step *step)
{
        int64_t open = world->instalments[line->instalment].open;
        int percent = step ? step->offer_percent : 0;

        check(world, line->discount >= 0 && line->discount <= open, "more than is open");
        check(world, line->discount * 100 <= open * percent + 50, "more than was offered");
        check(world, line->discount * 100 >= open * percent - 50, "less than was offered");
        check(world,
                percent == 0 || (date_is_set(planned->offer_until) &&
                                        date_difference(planned->offer_until, world->today) >=
                                                step->offer_days),
                "an offer that is over too soon");
}

/* R8: why a line is in a contact. */
static void check_line(
        const World *world, const Planned *planned, const NoticeLine *line, const Step *step)
{
        const Instalment *instalment = &world->instalments[line->instalment];
        Date least = step ? date_add(world->today, step->deadline_days) : DATE_NONE;

        check(world, step || line->is_mentioned || is_past(instalment->due, world->today),
                "listed and not overdue");
        check(world,
                !line->is_mentioned || (planned->policy->lists_upcoming && !step &&
                                               !is_past(instalment->due, world->today)),
                "mentioned, and owed or unasked");
        check(world, !instalment->is_handed_over, "handed over");
        if (!step)
                return;
        check(world, step->action <= planned->action, "a milder lead");
        check(world, step->action <= ACTION_DEADLINE, "not for a grouped notice");
        check(world, planned->total >= amounts_get(&step->min_total, "EUR"), "min_total");
        check(world, step->deadline_days == 0 || date_compare(planned->deadline, least) >= 0,
                "a deadline eaten up");
}

/* R6, R8, R10: the lead, the sum, the printed deadline. */
static void check_contact(const World *world, const Decision *decision, const Planned *planned)
{
        int64_t sum = -world->account.unassigned;
        bool has_lead = false, has_deadline = false;
        bool has_offer = has_offers(world, decision, planned);

        for (size_t k = 0; k < planned->n_lines; k++) {
                const NoticeLine *line = &planned->lines[k];
                const Instalment *instalment = &world->instalments[line->instalment];
                const Step *step = line->step < 0 ? NULL : line_step(world, decision, line);
                sum += line->is_mentioned ? 0 : instalment->open;
                has_lead = has_lead || (line->instalment == planned->lead && step);
                has_deadline = has_deadline || (step && step->deadline_days > 0);
                check(world,
                        k == 0 || date_compare(world->instalments[line[-1].instalment].due,
                                          instalment->due) <= 0,
                        "lines out of order");
                check_line(world, planned, line, step);
                check_offer(world, planned, line, has_offer ? step : NULL);
        }
        check(world, has_lead, "no line of the lead");
        check(world, planned->total == sum, "the sum");
        check(world, sum > amounts_get(&planned->policy->tolerance, "EUR"), "a sum of nothing");
        check(world, date_is_set(planned->offer_until) == has_offer, "the day of no offer");
        check(world, date_is_set(planned->deadline) == has_deadline, "a deadline of no step");
        check(world,
                !has_deadline ||
                        calendar_is_working_day(world->book.sending.calendar, planned->deadline),
                "a deadline on a day off");
}

static bool model_is_last(const Instalment *instalment)
{
        return instalment->is_disputed || instalment->status == STATUS_DISPUTED ||
               (instalment->method == METHOD_DIRECT_DEBIT && !instalment->collection_failed);
}

/* Of the account's credit, what files leave that fell due before it. */
static int64_t model_share(const World *world, const Instalment *lead)
{
        int64_t credit = world->account.unassigned;

        for (size_t i = 0; i < world->account.n_instalments; i++) {
                const Instalment *other = &world->instalments[i];
                int order = date_compare(other->due, lead->due);
                if (order == 0)
                        order = strcmp(other->number, lead->number);
                if (order == 0)
                        order = other->seq - lead->seq;
                if (order < 0 && (other->is_handed_over || !is_empty(other->approved)) &&
                        date_is_set(other->due) && !model_is_last(other) &&
                        other->status == STATUS_OPEN && other->open > 0)
                        credit -= MIN(credit, other->open);
        }
        return MIN(credit, lead->open);
}

/* R16, R17: for one instalment alone. */
static void check_alone(const World *world, const Decision *decision, const Planned *planned)
{
        const Instalment *instalment = &world->instalments[planned->lead];
        const Step *step = line_step(world, decision, planned->lines);
        Action action = step->action;
        Date deadline = deadline_of(instalment);
        int64_t sum = instalment->open - (planned->kind == NOTICE_HANDOVER
                                                         ? model_share(world, instalment)
                                                         : world->account.unassigned);

        check(world, planned->n_lines == 1, "not alone");
        check(world, planned->total == sum, "the sum");
        check(world, sum > amounts_get(&planned->policy->tolerance, "EUR"), "covered");
        check(world, sum >= amounts_get(&step->min_total, "EUR"), "below the least sum");
        if (planned->kind == NOTICE_HANDOVER) {
                check(world, action == ACTION_AGENCY || action == ACTION_LEGAL, "no handover");
                check(world,
                        planned->recipient == (action == ACTION_AGENCY ? &world->book.agency
                                                                       : &world->book.legal),
                        "to somebody else");
                return;
        }
        check(world, action == ACTION_SUSPEND, "no suspension");
        check(world, !instalment->is_handed_over, "suspended after it was handed over");
        check(world, world->account.relation == RELATION_SERVICE, "goods are not suspended");
        check(world, date_is_set(deadline) && is_past(deadline, world->today),
                "suspended before a deadline has passed");
}

static int64_t model_subject(const World *world, const Planned *planned)
{
        const Instalment *lead = &world->instalments[planned->lead];

        return planned->kind == NOTICE_PLAN_CONFIRMED ? lead->plan : lead->promise;
}

/* What is left of the account's credit for a promise once those for an earlier day, and those for
 * the same day that were said before it, have had theirs. */
static int64_t model_credit(const World *world, const Instalment *lead)
{
        int64_t credit = world->account.unassigned;

        for (size_t i = 0; i < world->account.n_instalments; i++) {
                const Instalment *other = &world->instalments[i];
                const Policy *policy = rulebook_policy_of(&world->book, &world->account, other);
                int order = date_compare(other->promised_until, lead->promised_until);
                if (other->promise == 0 || !date_is_set(other->promised_until) || order > 0 ||
                        (order == 0 && other->promise >= lead->promise))
                        continue;
                if (!policy || other->status != STATUS_OPEN || other->is_disputed ||
                        other->is_handed_over ||
                        other->open <= amounts_get(&policy->tolerance, "EUR"))
                        continue;
                credit -= MAX(other->open - other->promised_rest, 0);
        }
        return MAX(credit, 0);
}

/* R13, R15: once, on its day, and never beside a contact. */
static void check_occasion(const World *world, const Planned *planned)
{
        const Instalment *lead = &world->instalments[planned->lead];
        bool is_plan = planned->kind == NOTICE_PLAN_CONFIRMED;
        int64_t fact = model_subject(world, planned), sum = 0;
        Date remind = date_add(lead->promised_until, -planned->policy->remind_before_days);

        check(world, fact > 0 && !world->was_told[fact % FACTS_MAX][planned->kind], "told twice");
        for (size_t k = 0; k < planned->n_lines; k++) {
                const Instalment *instalment = &world->instalments[planned->lines[k].instalment];
                int64_t rest = is_plan ? 0 : instalment->promised_rest;
                check(world, (is_plan ? instalment->plan : instalment->promise) == fact,
                        "of another one");
                check(world, instalment->open > rest, "paid as agreed");
                check(world, !instalment->is_disputed && !is_held_today(world, instalment),
                        "disputed or held");
                check(world, is_plan || !is_past(instalment->promised_until, world->today),
                        "the promise is over");
                check(world, !is_plan || !instalment->is_plan_broken, "the plan is broken");
                sum += instalment->open - rest;
        }
        if (planned->kind == NOTICE_PROMISE_REMINDER) {
                sum -= model_credit(world, lead);
                check(world, sum > amounts_get(&planned->policy->tolerance, "EUR"), "covered");
        }
        check(world, planned->total == sum, "the sum agreed");
        check(world, date_compare(world->contacted, world->today) != 0, "beside a contact");
        check(world, !world->account.has_contact_in_flight, "beside a contact under way");
        check(world,
                planned->kind != NOTICE_PROMISE_REMINDER ||
                        (!is_past(world->today, remind) && is_past(lead->said_on, remind)),
                "a reminder on another day");
}

/* R11, R17 */
static void check_thanks(const World *world, const Planned *planned)
{
        for (size_t k = 0; k < planned->n_lines; k++)
                check(world, !world->instalments[planned->lines[k].instalment].is_handed_over,
                        "thanks for what another has closed");
}

/* minute: the creditor's. */
static void check_notice(
        const World *world, const Decision *decision, const Planned *planned, int minute)
{
        static const bool is_chasing[NOTICE_KINDS] = {
                [NOTICE_CONTACT] = true,
                [NOTICE_SUSPEND] = true,
                [NOTICE_HANDOVER] = true,
        };

        check(world, world->guards == 0, "a guard stands");
        check_routes(world, planned, minute);
        switch (planned->kind) {
        case NOTICE_CONTACT: check_contact(world, decision, planned); break;
        case NOTICE_SUSPEND:
        case NOTICE_HANDOVER: check_alone(world, decision, planned); break;
        case NOTICE_PROMISE_CONFIRMED:
        case NOTICE_PROMISE_REMINDER:
        case NOTICE_PLAN_CONFIRMED: check_occasion(world, planned); break;
        case NOTICE_THANKS: check_thanks(world, planned); break;
        case NOTICE_RECONNECT: break;
        }
        for (size_t k = 0; is_chasing[planned->kind] && k < planned->n_lines; k++) {
                const NoticeLine *line = &planned->lines[k];
                check_may_be_asked_for(
                        world, &decision->judgements[line->instalment], line->instalment);
        }
}

/* What is due is in exactly one notice with its step; nothing else has a step in one. */
static void check_due(const World *world, const Decision *decision)
{
        unsigned n_steps[ROOM] = { 0 };
        bool has_contact = false, has_occasion = false;

        for (size_t n = 0; n < decision->n_notices; n++) {
                const Planned *planned = &decision->notices[n];
                has_contact = has_contact || planned->kind == NOTICE_CONTACT;
                has_occasion = has_occasion || occasion_names[planned->kind];
                for (size_t k = 0; k < n; k++)
                        check(world,
                                decision->notices[k].kind != planned->kind ||
                                        planned->kind < NOTICE_PROMISE_CONFIRMED ||
                                        planned->kind == NOTICE_HANDOVER ||
                                        model_subject(world, &decision->notices[k]) !=
                                                model_subject(world, planned),
                                "the same occasion twice");
                for (size_t k = 0; k < planned->n_lines; k++)
                        n_steps[planned->lines[k].instalment] += planned->lines[k].step >= 0;
        }
        check(world, !has_contact || !has_occasion, "an occasion beside a contact");
        for (size_t i = 0; i < world->account.n_instalments; i++)
                check(world, n_steps[i] == (decision->judgements[i].verdict == VERDICT_DUE),
                        "instalment %zu is in %u notices", i, n_steps[i]);
}

static void check_same(const World *world, const Decision *a, const Decision *b)
{
        check(world, a->n_notices == b->n_notices && a->has_tasks == b->has_tasks, "not the same");
        for (size_t i = 0; i < world->account.n_instalments; i++) {
                const Judgement *first = &a->judgements[i], *second = &b->judgements[i];
                check(world,
                        first->verdict == second->verdict && first->reason == second->reason &&
                                first->next == second->next &&
                                first->earliest.days == second->earliest.days &&
                                first->not_before.days == second->not_before.days,
                        "another judgement");
        }
        for (size_t n = 0; n < a->n_notices; n++) {
                const Planned *first = &a->notices[n], *second = &b->notices[n];
                check(world,
                        first->kind == second->kind && first->lead == second->lead &&
                                first->total == second->total &&
                                first->n_lines == second->n_lines &&
                                first->deadline.days == second->deadline.days,
                        "another notice");
        }
}

#endif
