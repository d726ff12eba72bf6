/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_WORLD_H
#define RELANCED_TESTS_WORLD_H

/* Random firms for the properties of decide(): policies, windows, an account with its instalments.
 * A world is made in its place and points into itself: it is not to be copied. */

#include <stdint.h>

#include "core/decide.h"

#define POLICIES 3 /* and behind them that of plans */
#define STEPS_MAX 8
#define CHANNELS 4
#define INSTALMENTS_MAX 6 /* with which a world begins */
#define ROOM 12           /* with the parts of plans */
#define DONE_MAX 128
#define FACTS_MAX 1024
#define DAYS 90
#define NOON (12 * 60)

typedef struct Life {
        Done done[DONE_MAX];
} Life;

/* A step as it was when its notice was made. */
typedef struct Taken {
        size_t instalment;
        const char *id;
        Action action;
        Date deadline, offer_until;
        int64_t discount;
} Taken;

/* A contact that was decided and has neither left nor been cancelled. */
typedef struct Pending {
        bool is_set;
        Date day;
        bool is_pressing;
        size_t n;
        Taken lines[ROOM];
} Pending;

typedef struct World {
        uint64_t seed, random;
        int number;
        Date today;
        Rulebook book;
        Policy policies[POLICIES + 1];
        Step steps[POLICIES + 1][STEPS_MAX];
        Channel channels[CHANNELS];
        Window sms_window;
        AssignRule rule;
        Amount tolerance, min_total;
        Account account;
        Instalment instalments[ROOM];
        Life lives[ROOM];
        Pending pending;
        Date contacted, pressed; /* the model's books of R7 */
        int64_t last_fact;
        bool was_told[FACTS_MAX][NOTICE_KINDS]; /* of a promise, a plan */
        unsigned guards;
        Date newest_payment;
        bool always_sends;
        uint64_t trace; /* digest of every completed step with its day */
        size_t n_completed;
} World;

/* splitmix64 */
static inline uint64_t draw(World *world)
{
        uint64_t z = world->random += UINT64_C(0x9E3779B97F4A7C15);

        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        return z ^ (z >> 31);
}

/* 0 ≤ result < n */
static inline int below(World *world, int n)
{
        return (int)(draw(world) % (uint64_t)n);
}

static inline bool chance(World *world, int percent)
{
        return below(world, 100) < percent;
}

/* Making a world */

/* In steps of 100, so that sums meet the bounds they are compared with. */
static inline int64_t some_amount(World *world, int hundreds)
{
        return below(world, hundreds + 1) * INT64_C(100);
}

static inline Route make_route(World *world, bool is_hook)
{
        if (is_hook)
                return (Route){ 1, { 3 } };
        return (Route){ .n_channels = (unsigned)below(world, 2) + 1,
                .channels = { (unsigned char)below(world, 3), (unsigned char)below(world, 3) } };
}

static inline Step make_step(World *world, int id, int position)
{
        static const char *const ids[] = { "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8" };
        static const Action actions[] = { ACTION_COURTESY, ACTION_REMIND, ACTION_REMIND,
                ACTION_RESEND, ACTION_DEADLINE, ACTION_SUSPEND, ACTION_AGENCY, ACTION_LEGAL,
                ACTION_CALL };
        int rung = chance(world, 80) ? position : below(world, (int)ELEMENTSOF(actions));
        Step step = {
                .id = ids[id],
                .action = actions[MIN(rung, (int)ELEMENTSOF(actions) - 1)],
                .trigger = chance(world, 60) ? TRIGGER_AFTER_DUE : (Trigger)below(world, 5),
                .days = below(world, 8) + 4 * position,
                .end_of_month = chance(world, 5),
                .min_gap_days = chance(world, 20) ? below(world, 5) : -1,
                .needs_approval = chance(world, 6),
                .offer_percent = chance(world, 20) ? below(world, 101) : 0,
                .offer_days = below(world, 15),
                .n_routes = (unsigned)below(world, 2) + 1,
        };

        if (step.action == ACTION_COURTESY && chance(world, 80))
                step.trigger = TRIGGER_BEFORE_DUE;
        if (step.action == ACTION_DEADLINE)
                step.deadline_days = below(world, 9) + 1;
        if (chance(world, 10))
                step.min_total = (Amounts){ &world->min_total, 1 };
        for (unsigned r = 0; r < step.n_routes; r++)
                step.routes[r] = make_route(world, step.action == ACTION_SUSPEND);
        if (step.action >= ACTION_AGENCY && chance(world, 70))
                step.n_routes = 0;
        return step;
}

static inline Policy with_habits(World *world, Policy policy)
{
        policy.remind_before_days = below(world, 4);
        policy.grace_days = below(world, 5);
        policy.n_thanks_routes = chance(world, 30);
        policy.thanks_routes[0] = (Route){ 1, { 0 } };
        policy.n_confirm_routes = chance(world, 80);
        policy.confirm_routes[0] = make_route(world, false);
        return policy;
}

static inline void make_plan_policy(World *world)
{
        world->steps[POLICIES][0] = make_step(world, 0, 0);
        world->steps[POLICIES][1] = make_step(world, 1, 1);
        world->policies[POLICIES] = with_habits(
                world, (Policy){ .name = "plan", .steps = world->steps[POLICIES], .n_steps = 2 });
}

/* Policies share step ids, so that a changed policy finds some of its steps done (R21). */
static inline void make_policy(World *world, int p)
{
        static const char *const names[POLICIES] = { "p0", "p1", "p2" };
        int n = p == POLICIES - 1 && chance(world, 20) ? 0 : below(world, STEPS_MAX - 2) + 2;
        int first = below(world, 3);

        for (int i = 0; i < n; i++)
                world->steps[p][i] = make_step(world, first + i, i);
        for (int i = 0; i + 1 < n && chance(world, 10); i++) {
                Step step = world->steps[p][i];
                world->steps[p][i] = world->steps[p][n - 1];
                world->steps[p][n - 1] = step;
        }
        Policy policy = {
                .name = names[p],
                .steps = world->steps[p],
                .n_steps = (size_t)n,
                .min_gap_days = chance(world, 30) ? below(world, 6) : 0,
                .reopen_gap_days = below(world, 5),
                .tolerance = { &world->tolerance, chance(world, 50) },
                .lists_upcoming = chance(world, 20),
        };
        world->policies[p] = with_habits(world, policy);
}

/* Every window is open at noon, so that one wake a day is enough to send. */
static inline Window make_window(World *world, unsigned days)
{
        return (Window){
                .days = days,
                .from_minute = below(world, NOON + 1),
                .to_minute = NOON + 1 + below(world, NOON),
                .calendar = calendar_find(chance(world, 50) ? "FR" : "none"),
        };
}

static inline void make_book(World *world)
{
        unsigned days = chance(world, 60) ? 0x1F : (unsigned)below(world, 127) + 1;

        world->tolerance = (Amount){ "EUR", some_amount(world, 3) };
        world->min_total = (Amount){ "EUR", some_amount(world, 300) };
        for (int p = 0; p < POLICIES; p++)
                make_policy(world, p);
        make_plan_policy(world);
        world->channels[0] = (Channel){ "email", FORM_EMAIL, ADDRESS_EMAIL, NULL };
        world->channels[1] = (Channel){ "sms", FORM_SMS, ADDRESS_PHONE, NULL };
        world->channels[2] = (Channel){ "whatsapp", FORM_WHATSAPP, ADDRESS_WHATSAPP, NULL };
        world->channels[3] = (Channel){ "hook", FORM_EVENT, ADDRESS_NONE, NULL };
        world->book = (Rulebook){
                .policies = world->policies,
                .n_policies = POLICIES + 1,
                .rules = &world->rule,
                .n_rules = 1,
                .channels = world->channels,
                .n_channels = CHANNELS,
                .sending = make_window(world, days),
                .limits = { .contact_gap_days = below(world, 6),
                        .adopt_max_age_days = chance(world, 30) ? below(world, 20) + 1 : 0,
                        .payments_max_age_days = chance(world, 20) ? below(world, 20) + 1 : 0 },
                .agency = { "A", chance(world, 70) ? "a@agency.example" : "" },
                .legal = { "L", chance(world, 50) ? "l@legal.example" : "" },
                .handover = { chance(world, 80), { 0 } },
        };
        world->rule = (AssignRule){ .kind = -1, .relation = -1, .policy = &world->policies[0] };
        world->sms_window = make_window(world, days);
        world->sms_window.calendar = world->book.sending.calendar;
        if (chance(world, 30))
                world->channels[1].window = &world->sms_window;
}

static inline void make_instalment(World *world, size_t i)
{
        static const char *const numbers[] = { "F-1", "F-2", "F-3", "F-4", "F-5", "F-6" };
        const Instalment *before = i > 0 ? &world->instalments[i - 1] : NULL;
        bool is_next = before && chance(world, 30);
        int64_t invoice = !before ? 1 : is_next ? before->invoice : before->invoice + 1;
        int64_t amount = chance(world, 4) ? -some_amount(world, 50) : some_amount(world, 900) + 100;
        Date due = date_add(world->today, below(world, 80) - 20);

        world->instalments[i] = (Instalment){
                .invoice = invoice,
                .seq = is_next ? before->seq + 1 : 1,
                .number = numbers[invoice - 1],
                .issued = date_add(due, -below(world, 60)),
                .due = chance(world, 3) ? DATE_NONE : due,
                .amount = amount,
                .open = MAX(amount, 0),
                .status = chance(world, 90) ? STATUS_OPEN : (InvoiceStatus)below(world, 4),
                .method = chance(world, 95) ? METHOD_TRANSFER : METHOD_DIRECT_DEBIT,
                .collection_failed = chance(world, 50),
                .policy = chance(world, 90) ? "" : "p1",
                .held_until = DATE_NONE,
                .promised_until = DATE_NONE,
                .said_on = DATE_NONE,
                .imported_on = chance(world, 50) ? world->today : DATE_NONE,
                .approved = "",
                .offer_until = DATE_NONE,
                .released_on = DATE_NONE,
                .reopened_on = DATE_NONE,
                .done = world->lives[i].done,
        };
}

static inline void make_account(World *world)
{
        size_t n = (size_t)below(world, INSTALMENTS_MAX) + 1;

        for (size_t i = 0; i < n; i++)
                make_instalment(world, i);
        world->account = (Account){
                .id = 1,
                .customer = 1,
                .currency = "EUR",
                .code = "C-1",
                .name = "N",
                .kind = (CustomerKind)below(world, 3),
                .relation = chance(world, 60) ? RELATION_SERVICE : RELATION_GOODS,
                .country = "",
                .language = "fr",
                .timezone = "",
                .policy = chance(world, 50) ? "" : world->policies[below(world, POLICIES)].name,
                .tags = chance(world, 4) ? "vip, do_not_contact" : "vip",
                .addresses = { "", chance(world, 90) ? "a@b.example" : "",
                        chance(world, 80) ? "+33199000001" : "",
                        chance(world, 50) ? "+33639980001" : "" },
                .whatsapp_opt_in = chance(world, 70) ? date_add(world->today, below(world, 60) - 50)
                                                     : DATE_NONE,
                .refused_channels = chance(world, 15) ? (uint32_t)below(world, 8) : 0,
                .unassigned = chance(world, 10) ? some_amount(world, 200) : 0,
                .last_contact = DATE_NONE,
                .last_pressed = DATE_NONE,
                .paused_until = DATE_NONE,
                .instalments = world->instalments,
                .n_instalments = n,
        };
}

/* The same seed and number make the same world at any address. */
static inline void make_world(World *world, uint64_t seed, int number)
{
        *world = (World){ .number = number, .random = seed + (uint64_t)number * 7919 };
        world->seed = draw(world);
        world->random = world->seed;
        world->today = date_add(date_of(2026, 1, 1), below(world, 700));
        world->contacted = world->pressed = DATE_NONE;
        world->newest_payment = chance(world, 50) ? world->today : DATE_NONE;
        make_book(world);
        make_account(world);
}

#endif
