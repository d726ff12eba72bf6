/* SPDX-License-Identifier: MIT */
/*
 * Random firms, accounts and lives of instalments, driven through decide() day by day; what must
 * hold of every decision is checked by a model that keeps its own books. The seed is printed; with
 * RELANCED_SEED=N the same worlds come again.
 */

#include "core/decide.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

#include <cmocka.h>

#include "base/parse.h"
#include "core/ladder.h"
#include "world.h"

static uint64_t first_seed;
static size_t n_decisions, n_contacts, n_waits;
static Arena arena = ARENA_INIT;

#define check(world, condition, ...)                                                               \
        do {                                                                                       \
                if (!(condition))                                                                  \
                        fail_in(world, #condition, __VA_ARGS__);                                   \
        } while (false)

static void _printf_(3, 4)
        fail_in(const World *world, const char *condition, const char *format, ...)
{
        char text[256], date[DATE_TEXT_SIZE];
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        fail_msg("RELANCED_SEED=%" PRIu64 ", world %d, %s: %s (%s)", first_seed, world->number,
                date_format(world->today, date), text, condition);
}

/* What happens to an account from outside, and what becomes of its notices */

static void complete(World *world, size_t i, const Step *step, Date on, Date deadline, bool is_skip)
{
        Instalment *instalment = &world->instalments[i];

        if (instalment->n_done == DONE_MAX)
                fail_in(world, "n_done", "a ladder without an end");
        world->lives[i].done[instalment->n_done++] = (Done){
                .contact = is_skip ? 0 : 1,
                .step = step->id,
                .action = step->action,
                .on = on,
                .deadline = deadline,
                .is_skip = is_skip,
        };
        if (step->action == ACTION_SUSPEND && !is_skip)
                instalment->is_suspended = true;
        world->n_completed++;
        /* Whatever the order within a day. */
        uint64_t what = (uint64_t)on.days * 1024 + i * 128 + (uint64_t)(step->id[1] - '0');
        world->trace += what * what * UINT64_C(0x9E3779B97F4A7C15);
}

static void clear_pending(World *world)
{
        for (size_t k = 0; k < world->pending.n; k++)
                world->instalments[world->pending.lines[k].instalment].is_in_flight = false;
        world->account.has_contact_in_flight = false;
        world->pending.is_set = false;
}

static void pending_sent(World *world)
{
        Pending *pending = &world->pending;

        clear_pending(world);
        for (size_t k = 0; k < pending->n; k++)
                complete(world, pending->lines[k].instalment, pending->lines[k].step, pending->day,
                        pending->lines[k].deadline, false);
        world->contacted = world->account.last_contact = pending->day;
        if (pending->is_pressing)
                world->pressed = world->account.last_pressed = pending->day;
        n_contacts++;
}

static void pending_refused(World *world)
{
        clear_pending(world);
        for (size_t k = 0; k < world->pending.n; k++)
                world->instalments[world->pending.lines[k].instalment].is_aside = true;
}

/* R6: what has not left by the end of its day is cancelled. */
static void pending_ends(World *world)
{
        if (!world->pending.is_set)
                return;
        if (date_compare(world->pending.day, world->today) < 0)
                clear_pending(world);
        else if (world->always_sends || chance(world, 60))
                pending_sent(world);
        else if (chance(world, 20))
                pending_refused(world);
}

static int ask(World *world, const Account *account, const Rulebook *book, Date day, int minute,
        Decision *ret_decision)
{
        Now now = { .local = { day, minute, 60 } };

        now.instant.usec = ((int64_t)day.days * 1440 + minute - 60) * 60 * USEC_PER_SEC;
        n_decisions++;
        int r = decide(book, account, &now, NULL, &arena, ret_decision);
        check(world, r == 0, "decide() failed with %d", r);
        return r;
}

/* A person skips the next step, whatever it is. */
static void skip_next(World *world, size_t i)
{
        Decision decision;

        ask(world, &world->account, &world->book, world->today, NOON, &decision);
        const Judgement *judgement = &decision.judgements[i];
        Instalment *instalment = &world->instalments[i];
        bool is_today =
                instalment->n_done > 0 &&
                date_compare(instalment->done[instalment->n_done - 1].on, world->today) == 0;
        if (judgement->next >= 0 && !is_today && !instalment->is_in_flight)
                complete(world, i, &judgement->policy->steps[judgement->next], world->today,
                        DATE_NONE, true);
}

static void something_happens(World *world)
{
        size_t i = (size_t)below(world, (int)world->account.n_instalments);
        Instalment *instalment = &world->instalments[i];
        int64_t some = some_amount(world, chance(world, 50) ? 3 : 500), before = instalment->open;

        switch (below(world, 15)) {
        case 0: instalment->open = MIN(instalment->open, some); break;
        case 1: instalment->open = chance(world, 50) ? 0 : before; break;
        case 2: /* R12 */
                instalment->open = MIN(instalment->open + some, MAX(instalment->amount, 0));
                if (instalment->open > before) {
                        instalment->reopened_on = world->today;
                        instalment->reopened_from = before;
                }
                break;
        case 3: instalment->is_disputed = true; break;
        case 4:
        case 5: /* R14 */
                instalment->is_disputed = instalment->is_held = false;
                instalment->released_on = world->today;
                break;
        case 6:
                instalment->is_held = true;
                instalment->held_until = date_add(world->today, below(world, 10));
                break;
        case 7:
                instalment->is_held = true;
                instalment->held_until = DATE_NONE;
                break;
        case 8: skip_next(world, i); break;
        case 9: world->account.policy = world->policies[below(world, POLICIES)].name; break;
        case 10: /* contact: what stood aside goes on (R4) */
                world->account.addresses[ADDRESS_EMAIL] = "new@b.example";
                world->account.refused_channels = 0;
                for (size_t k = 0; k < world->account.n_instalments; k++)
                        world->instalments[k].is_aside = false;
                break;
        case 11: instalment->is_handed_over = chance(world, 10); break;
        case 12: instalment->is_uncertain = chance(world, 30); break;
        case 13: instalment->is_in_flight = chance(world, 30); break;
        default: world->account.unassigned = chance(world, 50) ? some : 0; break;
        }
        instalment->has_payment = instalment->has_payment || instalment->open < before;
}

/* What must hold of every decision */

static const Step *line_step(const World *world, const Decision *decision, const NoticeLine *line)
{
        const Judgement *judgement = &decision->judgements[line->instalment];

        check(world, line->step < (int)judgement->policy->n_steps, "a step beyond the ladder");
        return &judgement->policy->steps[line->step];
}

static bool is_held_today(const World *world, const Instalment *instalment)
{
        return instalment->is_held &&
               (!date_is_set(instalment->held_until) ||
                       date_compare(world->today, instalment->held_until) <= 0);
}

static const Done *last_of(const Instalment *instalment)
{
        return instalment->n_done > 0 ? &instalment->done[instalment->n_done - 1] : NULL;
}

/* Never asked for, and never in a sum: R8, R10, R14, R17, R22. */
static void check_may_be_asked_for(const World *world, const Judgement *judgement, size_t i)
{
        const Instalment *instalment = &world->instalments[i];

        check(world, judgement->policy && judgement->policy->n_steps > 0, "no ladder");
        check(world, instalment->open > amounts_get(&judgement->policy->tolerance, "EUR"), "paid");
        check(world, instalment->amount > 0, "a credit note");
        check(world, instalment->status == STATUS_OPEN, "disputed, draft or cancelled");
        check(world, !instalment->is_disputed, "disputed");
        check(world, !is_held_today(world, instalment), "held");
        check(world, !instalment->is_handed_over, "handed over");
        check(world, date_is_set(instalment->due), "no due date");
        check(world, instalment->method != METHOD_DIRECT_DEBIT || instalment->collection_failed,
                "a direct debit");
        check(world, !strstr(world->account.tags, "do_not_contact"), "do_not_contact");
}

/* R21: behind a step that is in the ladder no more, nothing milder. */
static bool is_milder_than_unknown(const Policy *policy, const Instalment *instalment, int step)
{
        const Done *last = last_of(instalment);

        return last && policy_find_step(policy, last->step) < 0 &&
               policy->steps[step].action < last->action;
}

/* R3, R16: a step that does not apply is never taken. */
static bool applies(const World *world, const Instalment *instalment, const Step *step)
{
        if (step->trigger == TRIGGER_BEFORE_DUE && date_compare(world->today, instalment->due) > 0)
                return false;
        return step->action != ACTION_SUSPEND || world->account.relation == RELATION_SERVICE;
}

/* R3, R16, R21: whether the climb may leave this step out. */
static bool may_be_passed_over(
        const World *world, const Policy *policy, const Instalment *instalment, int index)
{
        const Step *step = &policy->steps[index];

        for (size_t k = 0; k < instalment->n_done; k++)
                if (streq(instalment->done[k].step, step->id))
                        return true;
        return !applies(world, instalment, step) ||
               is_milder_than_unknown(policy, instalment, index);
}

/* R1, in its own words. */
static Date model_trigger(const Step *step, const Instalment *instalment)
{
        const Done *previous = last_of(instalment);
        Date from[] = {
                [TRIGGER_AFTER_DUE] = instalment->due,
                [TRIGGER_BEFORE_DUE] = instalment->due,
                [TRIGGER_AFTER_ISSUE] = instalment->issued,
                [TRIGGER_AFTER_PREVIOUS] = previous ? previous->on : instalment->due,
                [TRIGGER_AFTER_DEADLINE] = instalment_deadline(instalment),
        };
        Date day = date_add(from[step->trigger],
                step->trigger == TRIGGER_BEFORE_DUE ? -step->days : step->days);

        return step->end_of_month && date_is_set(day) ? date_end_of_month(day) : day;
}

static bool has_number(const Step *step)
{
        return step->trigger == TRIGGER_AFTER_DUE || step->trigger == TRIGGER_BEFORE_DUE;
}

static int number_of(const Step *step)
{
        return step->trigger == TRIGGER_BEFORE_DUE ? -step->days : step->days;
}

/* R2's gap after the previous step, and R21's where that is in the ladder no more. */
static Date model_gap(const Policy *policy, const Step *step, const Instalment *instalment)
{
        Date on = DATE_NONE;
        int gap = policy->min_gap_days;

        const Done *previous = last_of(instalment);
        int known = previous ? policy_find_step(policy, previous->step) : -1;
        for (size_t k = 0; k < instalment->n_done; k++)
                if (known >= 0 || !instalment->done[k].is_skip)
                        on = instalment->done[k].on;
        if (known >= 0 && has_number(step) && has_number(&policy->steps[known]))
                gap = MAX(gap, number_of(step) - number_of(&policy->steps[known]));
        return date_add(on, step->min_gap_days >= 0 ? step->min_gap_days : gap);
}

/* R2: the latest of all its clauses, or DATE_NONE. */
static Date model_earliest(const Policy *policy, const Step *step, const Instalment *instalment)
{
        const Done *last = last_of(instalment);
        bool was_closed = instalment->reopened_from <= amounts_get(&policy->tolerance, "EUR");
        Date clauses[] = {
                model_gap(policy, step, instalment),
                last ? date_add(last->on, 1) : DATE_NONE,
                date_add(instalment_deadline(instalment), 1),
                date_add(instalment->is_held ? instalment->held_until : DATE_NONE, 1),
                date_add(instalment->released_on, 1),
                date_add(was_closed ? instalment->reopened_on : DATE_NONE, policy->reopen_gap_days),
        };
        Date latest = model_trigger(step, instalment);

        for (size_t k = 0; date_is_set(latest) && k < ELEMENTSOF(clauses); k++)
                latest = date_later(latest, clauses[k]);
        return latest;
}

/* The index after which the ladder goes on: of the last step, or, where that is in the ladder no
 * more, of the furthest one still known (R21). */
static int model_last(const Policy *policy, const Instalment *instalment)
{
        int furthest = -1;

        const Done *previous = last_of(instalment);
        int last = previous ? policy_find_step(policy, previous->step) : -1;
        if (last >= 0)
                return last;
        for (size_t k = 0; k < instalment->n_done; k++)
                furthest = MAX(furthest, policy_find_step(policy, instalment->done[k].step));
        return furthest;
}

/* Never a step twice, never out of order, one a day (R3). */
static void check_step(const World *world, const Judgement *judgement, size_t i, int chosen)
{
        const Instalment *instalment = &world->instalments[i];
        const Policy *policy = judgement->policy;
        int last = model_last(policy, instalment);

        for (size_t k = 0; k < instalment->n_done; k++) {
                const Done *done = &instalment->done[k];
                check(world, !streq(done->step, policy->steps[chosen].id), "a step twice");
                check(world, date_compare(done->on, world->today) < 0, "two steps in a day");
        }
        check(world, chosen > last, "out of order");
        check(world, applies(world, instalment, &policy->steps[chosen]), "does not apply");
        check(world, !is_milder_than_unknown(policy, instalment, chosen), "milder than the last");
        Date earliest = model_earliest(policy, &policy->steps[chosen], instalment);
        check(world, date_is_set(earliest) && date_compare(world->today, earliest) >= 0,
                "too early");
        for (int k = last + 1; k < chosen; k++)
                check(world, may_be_passed_over(world, policy, instalment, k),
                        "step %s was left out", policy->steps[k].id);
        check(world, !instalment->is_in_flight, "a step whose notice is under way");
        check(world, !instalment->is_uncertain, "a step after an uncertain one");
        check(world, !instalment->is_aside, "a step of what stands aside");
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

static void check_routes(const World *world, const Planned *planned, int minute)
{
        bool is_open = planned->kind == NOTICE_RECONNECT;
        const Account *account = &world->account;

        for (unsigned r = 0; r < planned->n_routes; r++) {
                if (planned->chosen[r] < 0)
                        continue;
                unsigned channel = planned->routes[r].channels[planned->chosen[r]];
                AddressColumn column = world->channels[channel].address;
                check(world, !(account->refused_channels >> channel & 1), "a refused channel");
                check(world, column == ADDRESS_NONE || *account->addresses[column], "no address");
                check(world,
                        column != ADDRESS_WHATSAPP ||
                                (date_is_set(account->whatsapp_opt_in) &&
                                        date_compare(account->whatsapp_opt_in, world->today) <= 0),
                        "no opt-in");
                is_open = is_open || is_open_channel(world, account, channel, minute);
        }
        check(world, is_open, "outside the window");
}

/* R7 */
static void check_contact_day(const World *world, const Planned *planned)
{
        check(world, date_compare(world->contacted, world->today) != 0, "two contacts in a day");
        if (planned->action == ACTION_COURTESY || !date_is_set(world->pressed))
                return;
        check(world,
                date_difference(world->today, world->pressed) >=
                        world->book.limits.contact_gap_days,
                "sooner than contact_gap_days after the last");
}

/* R6, R8, R10: the lead, the sum, the printed deadline. */
static void check_contact(const World *world, const Decision *decision, const Planned *planned)
{
        int64_t sum = -world->account.unassigned;
        bool has_lead = false, has_deadline = false;

        for (size_t k = 0; k < planned->n_lines; k++) {
                const NoticeLine *line = &planned->lines[k];
                const Instalment *instalment = &world->instalments[line->instalment];
                const Step *step = line->step < 0 ? NULL : line_step(world, decision, line);
                sum += line->is_mentioned ? 0 : instalment->open;
                has_lead = has_lead || (line->instalment == planned->lead && step);
                check(world,
                        k == 0 || date_compare(world->instalments[line[-1].instalment].due,
                                          instalment->due) <= 0,
                        "lines out of order");
                check(world,
                        step || line->is_mentioned ||
                                date_compare(instalment->due, world->today) < 0,
                        "listed and not overdue");
                check(world,
                        !line->is_mentioned ||
                                (planned->policy->lists_upcoming && !step &&
                                        date_compare(instalment->due, world->today) >= 0),
                        "mentioned, and owed or unasked");
                if (!step)
                        continue;
                check(world, step->action <= planned->action, "a milder lead");
                check(world, step->action <= ACTION_DEADLINE, "not for a grouped notice");
                check(world, planned->total >= amounts_get(&step->min_total, "EUR"), "min_total");
                Date least = date_add(world->today, step->deadline_days);
                has_deadline = has_deadline || step->deadline_days > 0;
                check(world,
                        step->deadline_days == 0 || date_compare(planned->deadline, least) >= 0,
                        "a deadline eaten up");
        }
        check(world, has_lead, "no line of the lead");
        check(world, planned->total == sum, "the sum");
        check(world, sum > amounts_get(&planned->policy->tolerance, "EUR"), "a sum of nothing");
        check(world, date_is_set(planned->deadline) == has_deadline, "a deadline of no step");
        check(world,
                !has_deadline ||
                        calendar_is_working_day(world->book.sending.calendar, planned->deadline),
                "a deadline on a day off");
}

static void check_notice(
        const World *world, const Decision *decision, const Planned *planned, int minute)
{
        bool is_chasing = planned->kind == NOTICE_CONTACT || planned->kind == NOTICE_SUSPEND;

        check_routes(world, planned, minute);
        if (planned->kind == NOTICE_CONTACT) {
                check(world, !world->account.has_contact_in_flight, "two contacts under way");
                check_contact_day(world, planned);
                check_contact(world, decision, planned);
        }
        for (size_t k = 0; is_chasing && k < planned->n_lines; k++) {
                const NoticeLine *line = &planned->lines[k];
                const Judgement *judgement = &decision->judgements[line->instalment];
                check_may_be_asked_for(world, judgement, line->instalment);
                if (line->step >= 0)
                        check_step(world, judgement, line->instalment, line->step);
        }
        if (planned->kind != NOTICE_SUSPEND)
                return;
        Date deadline = instalment_deadline(&world->instalments[planned->lead]);
        check(world, world->account.relation == RELATION_SERVICE, "goods are not suspended");
        check(world, date_is_set(deadline) && date_compare(deadline, world->today) < 0,
                "suspended before a deadline has passed");
}

/* What is due is in exactly one notice with its step; nothing else has a step in one. */
static void check_due(const World *world, const Decision *decision)
{
        unsigned n_steps[INSTALMENTS_MAX] = { 0 };

        for (size_t n = 0; n < decision->n_notices; n++)
                for (size_t k = 0; k < decision->notices[n].n_lines; k++)
                        n_steps[decision->notices[n].lines[k].instalment] +=
                                decision->notices[n].lines[k].step >= 0;
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

/* The instalment as the only one of an account that nothing else holds back, asked at noon. */
static Judgement judge_alone(World *world, size_t i, Date day)
{
        Account account = world->account;
        Rulebook book = world->book;
        Channel channels[CHANNELS];
        Instalment instalment = world->instalments[i];
        Decision decision;

        instalment.open = instalment.amount = 1000000;
        instalment.is_in_flight = instalment.is_uncertain = instalment.is_aside = false;
        account.instalments = &instalment;
        account.n_instalments = 1;
        account.unassigned = 0;
        account.refused_channels = 0;
        account.whatsapp_opt_in = world->today;
        account.has_contact_in_flight = false;
        account.last_contact = account.last_pressed = DATE_NONE;
        account.customer_time.minute = NOON;
        for (AddressColumn column = ADDRESS_EMAIL; column < ADDRESS_COLUMNS_MAX; column++)
                account.addresses[column] = "somewhere";
        memcpy(channels, world->channels, sizeof(channels));
        channels[1].window = NULL;
        book.channels = channels;
        book.sending = (Window){ WINDOW_ALL_DAYS, 0, 1440, calendar_find("none") };
        ask(world, &account, &book, day, NOON, &decision);
        return decision.judgements[0];
}

/* Whether it waits for nothing but a day, as what is held until one does too. */
static bool is_dated(const Judgement *judgement)
{
        static const bool dated[REASON_MAX] = {
                [REASON_NOT_YET] = true,
                [REASON_GAP] = true,
                [REASON_STEP_TODAY] = true,
                [REASON_DEADLINE_RUNNING] = true,
                [REASON_RELEASED] = true,
                [REASON_REOPENED] = true,
        };

        if (judgement->verdict == VERDICT_HELD)
                return judgement->reason == REASON_HELD && judgement->next >= 0 &&
                       date_is_set(judgement->earliest);
        return judgement->verdict == VERDICT_WAIT && dated[judgement->reason];
}

/* The day that a waiting instalment is promised is exact: not before, and then indeed. */
static void check_wait(World *world, const Judgement *judgement, size_t i)
{
        Date earliest = judgement->earliest;

        if (!is_dated(judgement) || !date_is_set(judgement->not_before))
                return;
        Date model = model_earliest(judgement->policy, &judgement->policy->steps[judgement->next],
                &world->instalments[i]);
        bool is_passed_over = ladder_next(judgement->policy, &world->account,
                                      &world->instalments[i], world->today) != judgement->next;
        check(world, is_passed_over || date_compare(earliest, model) == 0, "another day than R2's");
        check(world, date_compare(earliest, world->today) > 0, "waits for a day that is past");
        check(world, date_compare(judgement->not_before, earliest) >= 0, "before the earliest");
        const Step *step = &judgement->policy->steps[judgement->next];
        if (step->action == ACTION_SUSPEND &&
                !date_is_set(instalment_deadline(&world->instalments[i])))
                return; /* waits for a deadline to be printed, which has no day */
        Judgement before = judge_alone(world, i, date_add(earliest, -1));
        Judgement then = judge_alone(world, i, earliest);
        n_waits++;
        if (before.next == judgement->next)
                check(world, before.verdict == VERDICT_WAIT || before.verdict == VERDICT_HELD,
                        "due the day before");
        /* A step before the due date may have been passed over by then (R3). */
        if (then.next == judgement->next)
                check(world, then.verdict == VERDICT_DUE || then.verdict == VERDICT_TASK,
                        "not due on its day: %s", reason_code(then.reason));
        else
                check(world, step->trigger == TRIGGER_BEFORE_DUE,
                        "another step on its day: %s, now %d, then %d", reason_code(then.reason),
                        judgement->next, then.next);
}

/* One wake */

static void take_contact(World *world, const Decision *decision, const Planned *planned)
{
        Pending *pending = &world->pending;

        *pending = (Pending){
                .is_set = true,
                .day = world->today,
                .is_pressing = planned->action != ACTION_COURTESY,
        };
        for (size_t k = 0; k < planned->n_lines; k++) {
                const NoticeLine *line = &planned->lines[k];
                if (line->step < 0)
                        continue;
                const Step *step = line_step(world, decision, line);
                Date deadline = step->deadline_days > 0 ? planned->deadline : DATE_NONE;
                pending->lines[pending->n].instalment = line->instalment;
                pending->lines[pending->n].step = step;
                pending->lines[pending->n++].deadline = deadline;
                world->instalments[line->instalment].is_in_flight = true;
        }
        world->account.has_contact_in_flight = true;
        if (world->always_sends || chance(world, 70))
                pending_sent(world);
}

static void take_notice(World *world, const Decision *decision, const Planned *planned)
{
        switch (planned->kind) {
        case NOTICE_CONTACT: take_contact(world, decision, planned); break;
        case NOTICE_SUSPEND:
                complete(world, planned->lead, line_step(world, decision, planned->lines),
                        world->today, DATE_NONE, false);
                break;
        case NOTICE_RECONNECT:
                for (size_t k = 0; k < planned->n_lines; k++)
                        world->instalments[planned->lines[k].instalment].is_suspended = false;
                break;
        case NOTICE_THANKS:
        case NOTICE_PROMISE_CONFIRMED:
        case NOTICE_PROMISE_REMINDER:
        case NOTICE_PLAN_CONFIRMED:
        case NOTICE_HANDOVER: break;
        }
}

static void wake(World *world, int minute)
{
        Decision decision, again;

        arena_reset(&arena);
        pending_ends(world);
        world->account.customer_time = (LocalTime){ .day = world->today, .minute = minute };
        ask(world, &world->account, &world->book, world->today, minute, &decision);
        ask(world, &world->account, &world->book, world->today, minute, &again);
        check_same(world, &decision, &again);
        check_due(world, &decision);
        for (size_t n = 0; n < decision.n_notices; n++)
                check_notice(world, &decision, &decision.notices[n], minute);
        for (size_t i = 0; i < world->account.n_instalments; i++)
                check_wait(world, &decision.judgements[i], i);
        for (size_t n = 0; n < decision.n_notices; n++)
                take_notice(world, &decision, &decision.notices[n]);
}

/* Draws for a day do not depend on how often the daemon woke before. */
static void begin_day(World *world, int n)
{
        world->random = world->seed ^ (uint64_t)(n + 1) * UINT64_C(0xD1B54A32D192ED03);
        while (chance(world, 15))
                something_happens(world);
        world->today = date_add(world->today, 1);
}

static void no_decision_breaks_a_rule(void **state)
{
        for (int number = 0; number < 1200; number++) {
                World world;
                make_world(&world, first_seed, number);
                for (int n = 0; n < DAYS; n++) {
                        begin_day(&world, n);
                        for (int wakes = below(&world, 5); wakes > 0; wakes--) {
                                wake(&world, below(&world, chance(&world, 30) ? 1440 : 20 * 60));
                                for (int k = world.pending.is_set ? 4 : 1;
                                        k > 0 && chance(&world, 40); k--)
                                        something_happens(&world);
                        }
                }
        }
        print_message("%zu decisions, %zu contacts, %zu days foretold\n", n_decisions, n_contacts,
                n_waits);
        assert_true(n_decisions >= 200000);
        assert_true(n_contacts >= 1000); /* else the worlds say nothing */
        assert_true(n_waits >= 10000);
}

static void waking_often_gives_what_waking_once_gives(void **state)
{
        for (int number = 0; number < 200; number++) {
                World once, often;
                make_world(&once, first_seed, number);
                make_world(&often, first_seed, number);
                once.always_sends = often.always_sends = true;
                for (int n = 0; n < DAYS; n++) {
                        begin_day(&once, n);
                        wake(&once, NOON);
                        begin_day(&often, n);
                        for (int hour = 0; hour < 24; hour++)
                                wake(&often, hour * 60);
                        check(&often, once.trace == often.trace,
                                "%zu steps by waking once, %zu by waking often", once.n_completed,
                                often.n_completed);
                }
        }
}

/* R1–R4: with nobody interfering every ladder is climbed to its end or to a person's step. */
static void a_ladder_that_nothing_holds_is_climbed_to_its_end(void **state)
{
        for (int number = 0; number < 200; number++) {
                World world;
                Decision decision;
                make_world(&world, first_seed, number);
                world.always_sends = true;
                world.book.sending.days |= 0x1F;
                for (int n = 0; n < 400; n++, world.today = date_add(world.today, 1))
                        wake(&world, NOON);
                ask(&world, &world.account, &world.book, world.today, NOON, &decision);
                for (size_t i = 0; i < world.account.n_instalments; i++) {
                        const Judgement *judgement = &decision.judgements[i];
                        Reason reason = judgement->reason;
                        bool may_wait = reason == REASON_NO_DEADLINE ||
                                        reason == REASON_MIN_TOTAL || reason == REASON_COVERED;
                        check(&world, judgement->verdict != VERDICT_DUE, "due and not sent");
                        check(&world, judgement->verdict != VERDICT_WAIT || may_wait,
                                "instalment %zu still waits: %s", i, reason_code(reason));
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_decision_breaks_a_rule),
                cmocka_unit_test(waking_often_gives_what_waking_once_gives),
                cmocka_unit_test(a_ladder_that_nothing_holds_is_climbed_to_its_end),
        };
        const char *given = getenv("RELANCED_SEED");
        uint32_t random = 0;
        int64_t seed;

        (void)getrandom(&random, sizeof(random), 0);
        first_seed = random;
        if (given && parse_int64(given, 0, INT64_MAX, &seed) == 0)
                first_seed = (uint64_t)seed;
        print_message("RELANCED_SEED=%" PRIu64 "\n", first_seed);
        int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
        arena_release(&arena);
        return n_failed;
}
