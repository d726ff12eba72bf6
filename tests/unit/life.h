/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_LIFE_H
#define RELANCED_TESTS_LIFE_H

/*
 * What happens in a world from outside, and what becomes of its notices: payments and their
 * reversals, what people say and approve, edits of policies, guards. Keeps the books a store would
 * keep. Never judges. The program that includes it has ask(), fail_in() and check().
 */

#include "world.h"

static void complete(World *world, const Taken *taken, Date on, bool is_skip)
{
        Instalment *instalment = &world->instalments[taken->instalment];

        if (instalment->n_done == DONE_MAX)
                fail_in(world, "n_done", "a ladder without an end");
        world->lives[taken->instalment].done[instalment->n_done++] = (Done){
                .contact = is_skip ? 0 : 1,
                .step = taken->id,
                .action = taken->action,
                .on = on,
                .deadline = taken->deadline,
                .is_skip = is_skip,
        };
        if (taken->action == ACTION_SUSPEND && !is_skip)
                instalment->is_suspended = true;
        if (taken->action >= ACTION_AGENCY && !is_skip)
                instalment->is_handed_over = true;
        if (taken->discount > 0) {
                instalment->offer_until = taken->offer_until;
                instalment->offer_discount = taken->discount;
        }
        world->n_completed++;
        /* Whatever the order within a day. */
        uint64_t what = (uint64_t)on.days * 4096 + taken->instalment * 256 +
                        (uint64_t)(taken->id[0] - 'a') * 10 + (uint64_t)(taken->id[1] - '0');
        world->trace += what * what * UINT64_C(0x9E3779B97F4A7C15);
}

static Taken take_step(size_t instalment, const Step *step)
{
        return (Taken){ instalment, step->id, step->action, DATE_NONE, DATE_NONE, 0 };
}

/* The fate of a contact */

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
                complete(world, &pending->lines[k], pending->day, false);
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

/* Money */

static void pay(World *world, Instalment *instalment, int64_t rest)
{
        instalment->has_payment = instalment->has_payment || rest < instalment->open;
        instalment->open = MIN(instalment->open, rest);
        if (instalment->open > 0 && instalment->open <= instalment->offer_discount &&
                date_compare(world->today, instalment->offer_until) <= 0) {
                instalment->granted = instalment->open;
                instalment->open = 0;
        }
        world->newest_payment = world->today;
}

/* R12 */
static void charge_back(World *world, Instalment *instalment, int64_t some)
{
        int64_t before = instalment->open;

        if (instalment->is_replaced)
                return;
        instalment->open = MIN(instalment->open + some, MAX(instalment->amount, 0));
        instalment->granted = 0;
        if (instalment->open == before)
                return;
        instalment->reopened_on = world->today;
        instalment->reopened_from = before;
}

/* What people say */

/* R13: of every open instalment of the invoice. */
static void promise(World *world, int64_t invoice)
{
        int64_t rest = chance(world, 30) ? some_amount(world, 300) : 0;
        Date until = date_add(world->today, below(world, 9));

        world->last_fact++;
        for (size_t i = 0; i < world->account.n_instalments; i++) {
                Instalment *instalment = &world->instalments[i];
                if (instalment->invoice != invoice || instalment->open <= 0)
                        continue;
                instalment->promise = world->last_fact;
                instalment->promised_until = until;
                instalment->promised_rest = rest;
                instalment->n_promises++;
                instalment->said &=
                        ~(1U << NOTICE_PROMISE_CONFIRMED | 1U << NOTICE_PROMISE_REMINDER);
        }
}

/* R14 */
static void release(World *world, Instalment *instalment)
{
        instalment->is_disputed = instalment->is_held = false;
        instalment->promised_until = DATE_NONE;
        instalment->released_on = world->today;
}

static void add_part(World *world, const Instalment *like, int64_t amount, Date due)
{
        size_t i = world->account.n_instalments++;

        world->instalments[i] = (Instalment){
                .invoice = like->invoice,
                .seq = world->instalments[i - 1].seq + 1,
                .number = like->number,
                .issued = like->issued,
                .due = due,
                .amount = amount,
                .open = amount,
                .policy = "plan",
                .held_until = DATE_NONE,
                .promised_until = DATE_NONE,
                .plan = world->last_fact,
                .said_on = DATE_NONE,
                .imported_on = world->today,
                .approved = "",
                .offer_until = DATE_NONE,
                .released_on = DATE_NONE,
                .reopened_on = DATE_NONE,
                .done = world->lives[i].done,
        };
}

/* R15: of the last invoice, as the list is in order. */
static void plan(World *world)
{
        size_t n = world->account.n_instalments;
        Instalment like = world->instalments[n - 1];
        int n_parts = below(world, 3) + 1;
        int64_t sum = 0;

        if (like.plan != 0 || chance(world, 70) || n + (size_t)n_parts > ROOM)
                return;
        for (size_t i = 0; i < n; i++) {
                Instalment *instalment = &world->instalments[i];
                if (instalment->invoice != like.invoice || instalment->open <= 0)
                        continue;
                sum += instalment->open;
                instalment->open = 0;
                instalment->is_replaced = true;
        }
        world->last_fact += sum > 0;
        Date first = date_add(world->today, below(world, 10));
        for (int k = 0; sum > 0 && k < n_parts; k++)
                add_part(world, &like, sum / n_parts + (k == 0 ? sum % n_parts : 0),
                        date_add(first, 9 * k));
}

/* R15: the ladder goes on where that of the oldest replaced instalment stood. */
static void break_plan(World *world, int64_t fact)
{
        const Instalment *oldest = NULL;

        for (size_t i = 0; i < world->account.n_instalments; i++) {
                Instalment *part = &world->instalments[i];
                if (!oldest && part->is_replaced)
                        oldest = part;
                if (part->plan != fact)
                        continue;
                Done *done = world->lives[i].done;
                check(world, oldest && oldest->n_done + part->n_done <= DONE_MAX, "no room");
                memmove(done + oldest->n_done, done, part->n_done * sizeof(*done));
                memcpy(done, oldest->done, oldest->n_done * sizeof(*done));
                part->n_done += oldest->n_done;
                part->policy = oldest->policy;
                part->is_plan_broken = true;
                if (date_compare(part->due, world->today) > 0)
                        part->due = world->today;
        }
}

/* A person looks at an instalment and does what is hers, or skips what comes next. */
static void attend(World *world, size_t i)
{
        Decision decision;
        Instalment *instalment = &world->instalments[i];
        bool is_today =
                instalment->n_done > 0 &&
                date_compare(instalment->done[instalment->n_done - 1].on, world->today) == 0;

        ask(world, &world->account, &world->book, world->today, NOON, &decision);
        const Judgement *judgement = &decision.judgements[i];
        const char *kind = judgement_task(judgement);
        if (kind && streq(kind, "adopt")) {
                instalment->is_adopted = chance(world, 70);
                instalment->is_held = !instalment->is_adopted;
                instalment->held_until = DATE_NONE;
                return;
        }
        if (judgement->next < 0)
                return;
        const Step *step = &judgement->policy->steps[judgement->next];
        Taken taken = take_step(i, step);
        if (kind && chance(world, 60))
                instalment->approved = step->id;
        else if (!is_today && !instalment->is_in_flight)
                complete(world, &taken, world->today, !kind || chance(world, 30));
}

/* R21: somebody edits a ladder. */
static void edit_policy(World *world)
{
        static const char *const names[] = { "t0", "t1", "t2", "t3", "t4", "t5" };
        int p = below(world, POLICIES);
        Policy *policy = &world->policies[p];

        if (policy->n_steps < 2)
                return;
        Step *one = &world->steps[p][below(world, (int)policy->n_steps)];
        Step *other = &world->steps[p][below(world, (int)policy->n_steps)];
        const char *name = names[below(world, (int)ELEMENTSOF(names))];
        Step step = *one;
        switch (below(world, 4)) {
        case 0: /* reordered */
                *one = *other;
                *other = step;
                break;
        case 1: /* renamed */
                if (policy_find_step(policy, name) < 0)
                        one->id = name;
                break;
        case 2: one->days = below(world, 30); break;
        default: policy->n_steps--; break; /* removed */
        }
}

static void happen_to_firm(World *world)
{
        switch (below(world, 9)) {
        case 0: world->guards |= GUARD_BIT(below(world, GUARDS)); break;
        case 1:
        case 2:
        case 3:
        case 4: world->guards = 0; break;
        case 5:
        case 6: world->newest_payment = world->today; break;
        case 7: world->account.refused_channels |= 1U << below(world, 3); break;
        default: edit_policy(world); break;
        }
}

static void happen_to_account(World *world)
{
        switch (below(world, 6)) {
        case 0: world->account.policy = world->policies[below(world, POLICIES)].name; break;
        case 1: /* contact: what stood aside goes on (R4) */
                world->account.addresses[ADDRESS_EMAIL] = "new@b.example";
                world->account.refused_channels = 0;
                for (size_t k = 0; k < world->account.n_instalments; k++)
                        world->instalments[k].is_aside = false;
                break;
        case 2: world->account.unassigned = chance(world, 50) ? some_amount(world, 500) : 0; break;
        case 3: world->account.paused_until = date_add(world->today, below(world, 6)); break;
        case 4: plan(world); break;
        default: happen_to_firm(world); break;
        }
}

static void hold(World *world, Instalment *instalment)
{
        instalment->is_held = true;
        instalment->held_until =
                chance(world, 50) ? DATE_NONE : date_add(world->today, below(world, 10));
}

static void something_happens(World *world)
{
        size_t i = (size_t)below(world, (int)world->account.n_instalments);
        Instalment *instalment = &world->instalments[i];
        int64_t some = some_amount(world, chance(world, 50) ? 3 : 500);

        switch (below(world, 20)) {
        case 0: pay(world, instalment, some); break;
        case 1: pay(world, instalment, chance(world, 25) ? 0 : instalment->open); break;
        case 2:
        case 3: charge_back(world, instalment, some); break;
        case 4: instalment->is_disputed = chance(world, 40); break;
        case 5:
        case 6: release(world, instalment); break;
        case 7: hold(world, instalment); break;
        case 8: promise(world, instalment->invoice); break;
        case 9:
        case 10:
        case 11:
        case 12:
        case 13: attend(world, i); break;
        case 14: instalment->is_uncertain = chance(world, 15); break;
        case 15: instalment->is_in_flight = chance(world, 15); break;
        default: happen_to_account(world); break;
        }
}

/* What becomes of a decision */

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
                Taken taken = take_step(line->instalment, step);
                if (step->deadline_days > 0)
                        taken.deadline = planned->deadline;
                taken.offer_until = planned->offer_until;
                taken.discount = line->discount;
                pending->lines[pending->n++] = taken;
                world->instalments[line->instalment].is_in_flight = true;
        }
        world->account.has_contact_in_flight = true;
        if (world->always_sends || chance(world, 70))
                pending_sent(world);
}

static int64_t subject_of(const World *world, const Planned *planned)
{
        const Instalment *lead = &world->instalments[planned->lead];

        return planned->kind == NOTICE_PLAN_CONFIRMED ? lead->plan : lead->promise;
}

static void take_occasion(World *world, const Planned *planned)
{
        int64_t fact = subject_of(world, planned);

        if (!world->always_sends && chance(world, 20))
                return;
        world->was_told[fact % FACTS_MAX][planned->kind] = true;
        for (size_t i = 0; i < world->account.n_instalments; i++) {
                Instalment *instalment = &world->instalments[i];
                if ((planned->kind == NOTICE_PLAN_CONFIRMED ? instalment->plan
                                                            : instalment->promise) != fact)
                        continue;
                instalment->said |= 1U << planned->kind;
                instalment->said_on = world->today;
        }
        uint64_t what = (uint64_t)world->today.days * 65536 + (uint64_t)fact * 16 + planned->kind;
        world->trace += what * what * UINT64_C(0xD1B54A32D192ED03);
        n_occasions++;
}

static void take_notice(World *world, const Decision *decision, const Planned *planned)
{
        Taken taken;

        switch (planned->kind) {
        case NOTICE_CONTACT: take_contact(world, decision, planned); break;
        case NOTICE_SUSPEND:
        case NOTICE_HANDOVER:
                taken = take_step(planned->lead, line_step(world, decision, planned->lines));
                complete(world, &taken, world->today, false);
                break;
        case NOTICE_RECONNECT:
                for (size_t k = 0; k < planned->n_lines; k++)
                        world->instalments[planned->lines[k].instalment].is_suspended = false;
                break;
        case NOTICE_PROMISE_CONFIRMED:
        case NOTICE_PROMISE_REMINDER:
        case NOTICE_PLAN_CONFIRMED: take_occasion(world, planned); break;
        case NOTICE_THANKS: break;
        }
}

#endif
