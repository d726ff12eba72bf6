/* SPDX-License-Identifier: MIT */
/* decide() about what was agreed with a customer: holds, promises (R13), plans (R15), offers. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firm.h"

static Date day_or_none(const char *text)
{
        return text ? day(text) : DATE_NONE;
}

/* ---- holds, and all that ends on a day ---- */

static void r2_a_hold_lasts_through_its_last_day(void **state)
{
        Firm *firm = *state;

        firm->instalments[0].is_held = true;
        firm->instalments[0].held_until = day("2026-03-17");
        assert_null(decide_on(firm, "2026-03-17"));
        assert_reason(firm, 0, VERDICT_HELD, REASON_HELD);
        assert_int_equal(firm->decision.judgements[0].next, 1); /* and is told what comes then */
        assert_date(firm->decision.judgements[0].earliest, "2026-03-18");
        assert_step(decide_on(firm, "2026-03-18"), "reminder");
        firm->instalments[0].held_until = DATE_NONE;
        assert_null(decide_on(firm, "2026-03-18"));
}

static void r14_the_ladder_is_free_the_day_after_a_release(void **state)
{
        Firm *firm = *state;

        firm->instalments[0].released_on = day("2026-03-17");
        assert_null(decide_on(firm, "2026-03-17"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_RELEASED);
        assert_step(decide_on(firm, "2026-03-18"), "reminder");
}

static void a_ladder_goes_on_the_day_after_the_last_of_all_that_holds_it(void **state)
{
        static const struct {
                const char *due, *held_until, *promised_until, *paused_until, *pressed;
                Reason reason;
                const char *earliest, *not_before;
        } cases[] = {
                { "2026-03-02", "2026-03-10", NULL, NULL, NULL, REASON_HELD, "2026-03-11",
                        "2026-03-11" },
                { "2026-03-02", NULL, "2026-03-12", NULL, NULL, REASON_PROMISED, "2026-03-13",
                        "2026-03-13" },
                { "2026-03-02", NULL, NULL, "2026-03-14", NULL, REASON_REPLIED, "2026-03-05",
                        "2026-03-15" },
                { "2026-03-02", "2026-03-10", "2026-03-12", "2026-03-14", NULL, REASON_HELD,
                        "2026-03-13", "2026-03-15" },
                { "2026-03-02", "2026-03-14", "2026-03-12", "2026-03-10", NULL, REASON_HELD,
                        "2026-03-15", "2026-03-15" },
                { "2026-03-20", "2026-03-10", NULL, NULL, NULL, REASON_HELD, "2026-03-17",
                        "2026-03-17" }, /* the courtesy's own day is later */
                { "2026-03-09", "2026-03-09", NULL, NULL, NULL, REASON_HELD, "2026-03-12",
                        "2026-03-12" }, /* too late for the courtesy */
                { "2026-03-09", NULL, NULL, "2026-03-09", NULL, REASON_REPLIED, "2026-03-12",
                        "2026-03-12" },
                { "2026-03-02", "2026-03-10", NULL, NULL, "2026-03-09", REASON_HELD, "2026-03-11",
                        "2026-03-12" }, /* R7 */
        };
        Firm *firm = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                firm_init(firm, 1);
                Instalment *instalment = &firm->instalments[0];
                instalment->due = day(cases[i].due);
                instalment->is_held = cases[i].held_until != NULL;
                instalment->held_until = day_or_none(cases[i].held_until);
                instalment->promised_until = day_or_none(cases[i].promised_until);
                instalment->promise = cases[i].promised_until != NULL;
                instalment->said = 1U << NOTICE_PROMISE_CONFIRMED;
                firm->account.paused_until = day_or_none(cases[i].paused_until);
                firm->account.last_contact = firm->account.last_pressed =
                        day_or_none(cases[i].pressed);
                assert_null(decide_on(firm, "2026-03-09"));
                assert_reason(firm, 0, VERDICT_HELD, cases[i].reason);
                assert_date(judged(firm, 0)->earliest, cases[i].earliest);
                assert_date(judged(firm, 0)->not_before, cases[i].not_before);
                arena_release(&firm->arena);
        }
}

static void what_has_no_known_end_has_no_day(void **state)
{
        Firm *firm = *state;
        Instalment whole = firm->instalments[0];

#define NO_DAY(change)                                                                             \
        do {                                                                                       \
                firm->instalments[0] = whole;                                                      \
                firm->instalments[0].promised_until = day("2026-03-12");                           \
                change;                                                                            \
                decide_on(firm, "2026-03-09");                                                     \
                assert_false(date_is_set(judged(firm, 0)->not_before));                            \
        } while (0)
        NO_DAY(firm->instalments[0].is_held = true);
        NO_DAY(firm->instalments[0].is_uncertain = true);
        NO_DAY(firm->instalments[0].is_in_flight = true);
        NO_DAY(firm->instalments[0].is_aside = true);
        firm->account.unassigned = 120000;
        NO_DAY(firm->instalments[0].promised_until = DATE_NONE); /* credit covers it (R10) */
}

static void a_step_before_the_due_date_that_comes_too_late_is_not_the_next(void **state)
{
        Firm *firm = *state;

        firm->instalments[0].due = day("2026-03-09");
        firm->instalments[0].released_on = day("2026-03-08");
        decide_on(firm, "2026-03-08");
        assert_int_equal(judged(firm, 0)->next, 0); /* there is still the day itself */
        assert_date(judged(firm, 0)->earliest, "2026-03-09");
        firm->instalments[0].released_on = day("2026-03-09");
        decide_on(firm, "2026-03-09");
        assert_int_equal(judged(firm, 0)->next, 1);
        assert_date(judged(firm, 0)->earliest, "2026-03-12");
        firm->steps[1].days = 0; /* and what follows waits until it is passed over (R3) */
        decide_on(firm, "2026-03-09");
        assert_date(judged(firm, 0)->earliest, "2026-03-10");
}

/* ---- R13: promises ---- */

static void promise(Firm *firm, size_t i, const char *until)
{
        firm->instalments[i].promise = 7;
        firm->instalments[i].n_promises = 1;
        firm->instalments[i].promised_until = day(until);
}

static void tell(Firm *firm, size_t i, NoticeKind kind, const char *on)
{
        firm->instalments[i].said |= 1U << kind;
        firm->instalments[i].said_on = day(on);
}

static void r13_a_promise_holds_through_its_day(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 2);
        promise(firm, 0, "2026-03-10");
        tell(firm, 0, NOTICE_PROMISE_CONFIRMED, "2026-03-03");
        tell(firm, 0, NOTICE_PROMISE_REMINDER, "2026-03-09");
        const Planned *planned = decide_on(firm, "2026-03-10");
        assert_reason(firm, 0, VERDICT_HELD, REASON_PROMISED);
        assert_step(planned, "reminder");
        assert_int_equal(planned->n_lines, 1); /* and is not in the sum */
        assert_int_equal(planned->lead, 1);
        assert_int_equal(decide_on(firm, "2026-03-11")->n_lines, 2);
        assert_reason(firm, 0, VERDICT_DUE, REASON_DUE);
}

static void r13_a_promise_is_confirmed_at_once_within_the_window(void **state)
{
        Firm *firm = *state;

        promise(firm, 0, "2026-03-20");
        firm->account.last_pressed = day("2026-03-05"); /* waits for no gap (R7) */
        firm->account.last_contact = day("2026-03-05");
        decide_on(firm, "2026-03-06");
        const Planned *planned = assert_only(firm, NOTICE_PROMISE_CONFIRMED);
        assert_string_equal(occasion_names[planned->kind], "promise-confirmed");
        assert_null(planned->step);
        assert_int_equal(planned->total, 120000);
        assert_int_equal(planned->reason, REASON_PROMISE_CONFIRMED);
        assert_false(date_is_set(planned->deadline));
        assert_null(ask(firm, "2026-03-06", 8 * 60, NULL));
        assert_true(firm->decision.waiting_channels & 1U << CHANNEL_EMAIL);
        assert_null(decide_on(firm, "2026-03-07")); /* Saturday */
        tell(firm, 0, NOTICE_PROMISE_CONFIRMED, "2026-03-06");
        assert_null(decide_on(firm, "2026-03-06"));
}

static void r13_a_confirmation_yields_to_a_contact_of_the_same_day(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 2);
        promise(firm, 0, "2026-03-20");
        assert_step(decide_on(firm, "2026-03-05"), "reminder");
        assert_int_equal(firm->decision.n_notices, 1);
        firm->account.has_contact_in_flight = true;
        assert_null(decide_on(firm, "2026-03-05"));
        firm->account.has_contact_in_flight = false;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");
        set_done(firm, 1, &done, 1);
        firm->account.last_contact = day("2026-03-05");
        assert_null(decide_on(firm, "2026-03-05"));
        decide_on(firm, "2026-03-06");
        assert_only(firm, NOTICE_PROMISE_CONFIRMED);
}

static void r7_an_occasion_yields_to_a_contact_whose_hour_is_still_to_come(void **state)
{
        static const Window afternoons = { 0x1F, 14 * 60, 18 * 60, NULL };
        Window window = afternoons;
        Firm *firm = *state;

        window.calendar = calendar_find("none");
        firm_init(firm, 2);
        firm->channels[CHANNEL_SMS].window = &window;
        firm->steps[1].routes[0] = (Route)ROUTE(CHANNEL_SMS);
        promise(firm, 0, "2026-03-20");
        assert_null(ask(firm, "2026-03-05", 10 * 60, NULL));
        assert_reason(firm, 1, VERDICT_WAIT, REASON_OUTSIDE_WINDOW);
        firm->account.customer_time.minute = 17 * 60; /* by then it is night there */
        ask(firm, "2026-03-05", 10 * 60, NULL);
        assert_only(firm, NOTICE_PROMISE_CONFIRMED);
}

static void r13_one_notice_for_a_promise_of_several_instalments(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 4);
        firm->instalments[1].invoice = firm->instalments[0].invoice;
        firm->instalments[1].number = firm->instalments[0].number;
        firm->instalments[1].seq = 2;
        for (size_t i = 0; i < 4; i++)
                promise(firm, i, "2026-03-20");
        firm->instalments[1].promised_rest = 50000;
        firm->instalments[2].promise = 8; /* of another invoice */
        firm->instalments[3].promise = 8;
        firm->instalments[3].is_disputed = true;
        decide_on(firm, "2026-03-05");
        assert_int_equal(firm->decision.n_notices, 2);
        assert_int_equal(firm->decision.notices[0].n_lines, 2);
        assert_int_equal(firm->decision.notices[0].total, 120000 + 70000);
        assert_int_equal(firm->decision.notices[1].n_lines, 1);
        assert_int_equal(firm->decision.notices[1].lead, 2);
}

static void r13_a_reminder_comes_once_on_its_day_or_later(void **state)
{
        static const struct {
                int days; /* remind_before_days */
                unsigned said;
                const char *said_on, *today;
                bool reminds;
        } cases[] = {
                { 1, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-06", "2026-03-11", false },
                { 1, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-06", "2026-03-12", true },
                { 1, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-06", "2026-03-13", true },
                { 1, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-06", "2026-03-14", false },
                { 4, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-06", "2026-03-09", true },
                { 0, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-06", "2026-03-13", false },
                { 1, 1U << NOTICE_PROMISE_CONFIRMED | 1U << NOTICE_PROMISE_REMINDER, "2026-03-12",
                        "2026-03-13", false },
                /* confirmed when the day was near: told often enough */
                { 1, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-12", "2026-03-12", false },
                { 1, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-12", "2026-03-13", false },
                { 1, 1U << NOTICE_PROMISE_CONFIRMED, "2026-03-11", "2026-03-12", true },
        };
        Firm *firm = *state;

        promise(firm, 0, "2026-03-13"); /* Friday */
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                firm->policies[0].remind_before_days = cases[i].days;
                firm->instalments[0].said = cases[i].said;
                firm->instalments[0].said_on = day(cases[i].said_on);
                decide_on(firm, cases[i].today);
                assert_int_equal(firm->decision.n_notices, cases[i].reminds);
                if (cases[i].reminds)
                        assert_only(firm, NOTICE_PROMISE_REMINDER);
        }
}

static void r13_what_is_kept_or_cannot_be_told_needs_no_word(void **state)
{
        Firm *firm = *state;
        Instalment whole;

        promise(firm, 0, "2026-03-13");
        whole = firm->instalments[0];
#define SILENT(change)                                                                             \
        do {                                                                                       \
                firm->instalments[0] = whole;                                                      \
                change;                                                                            \
                assert_null(decide_on(firm, "2026-03-12"));                                        \
        } while (0)
        SILENT(firm->instalments[0].promised_rest = 120000);
        SILENT(firm->instalments[0].open = 0);
        SILENT(firm->instalments[0].is_disputed = true);
        SILENT(firm->instalments[0].is_held = true);
        SILENT(firm->instalments[0].status = STATUS_CANCELLED);
        SILENT(firm->policies[0].n_confirm_routes = 0);
        firm->policies[0].n_confirm_routes = 1;
        SILENT(firm->account.addresses[ADDRESS_EMAIL] = "");
        assert_false(firm->decision.has_tasks);
}

static void r13_a_promise_breaks_the_day_after_if_more_is_open_than_was_agreed(void **state)
{
        static const struct {
                const char *today;
                int64_t open, rest;
                bool is_disputed, is_broken;
        } cases[] = {
                { "2026-03-13", 120000, 0, false, false },
                { "2026-03-14", 120000, 0, false, true },
                { "2026-03-30", 120000, 0, false, true },
                { "2026-03-14", 0, 0, false, false },
                { "2026-03-14", 100, 0, false, false }, /* tolerated */
                { "2026-03-14", 101, 0, false, true },
                { "2026-03-14", 50000, 50000, false, false },
                { "2026-03-14", 50001, 50000, false, true },
                { "2026-03-14", 120000, 0, true, false },
        };
        static const Amount tolerance[] = { { "EUR", 100 } };
        Firm *firm = *state;
        Instalment *instalment = &firm->instalments[0];

        firm->policies[0].tolerance = (Amounts){ tolerance, 1 };
        promise(firm, 0, "2026-03-13");
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                instalment->open = cases[i].open;
                instalment->promised_rest = cases[i].rest;
                instalment->is_disputed = cases[i].is_disputed;
                assert_int_equal(promise_is_broken(&firm->book, &firm->account, instalment,
                                         day(cases[i].today)),
                        cases[i].is_broken);
        }
        firm_init(firm, 1);
        instalment->promise = 7; /* ended by a release */
        assert_false(promise_is_broken(&firm->book, &firm->account, instalment, day("2026-03-14")));
}

/* Three promises and one credit: it pays the earliest day first, and each cent once. */
static void r13_credit_pays_the_promises_in_the_order_of_their_days(void **state)
{
        static const struct {
                int64_t credit;
                bool is_broken[3];
        } cases[] = {
                { 0, { true, true, true } },
                { 9999, { true, true, true } },
                { 10000, { true, false, true } },
                { 129999, { true, false, true } },
                { 130000, { false, false, true } },
                { 250000, { false, false, false } },
        };
        Firm *firm = *state;

        firm_init(firm, 3);
        promise(firm, 0, "2026-03-13");
        promise(firm, 1, "2026-03-12");
        promise(firm, 2, "2026-03-13");
        firm->instalments[1].promise = 9;
        firm->instalments[2].promise = 8; /* said after the first */
        firm->instalments[1].promised_rest = firm->instalments[1].open - 10000;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                firm->account.unassigned = cases[i].credit;
                for (size_t k = 0; k < 3; k++)
                        assert_int_equal(promise_is_broken(&firm->book, &firm->account,
                                                 &firm->instalments[k], day("2026-03-14")),
                                cases[i].is_broken[k]);
        }
}

/* ---- R15: plans ---- */

/* F-1 is replaced by three parts, F-1/2 to F-1/4, due on the 10th of March, April, May. */
static void make_plan(Firm *firm)
{
        static const char *const days[] = { "2026-02-10", "2026-03-10", "2026-04-10",
                "2026-05-10" };

        firm_init(firm, 4);
        for (size_t i = 0; i < 4; i++) {
                Instalment *instalment = &firm->instalments[i];
                instalment->invoice = 1;
                instalment->number = "F-1";
                instalment->seq = (int)i + 1;
                instalment->due = day(days[i]);
                instalment->amount = instalment->open = i == 0 ? 120000 : 40000;
                instalment->plan = i == 0 ? 0 : 9;
        }
        firm->instalments[0].is_replaced = true;
        firm->instalments[0].open = 0;
}

static void r15_what_a_plan_replaces_is_closed_and_its_parts_climb(void **state)
{
        Firm *firm = *state;

        make_plan(firm);
        for (size_t i = 1; i < 4; i++)
                tell(firm, i, NOTICE_PLAN_CONFIRMED, "2026-02-20");
        const Planned *planned = decide_on(firm, "2026-03-13");
        assert_reason(firm, 0, VERDICT_CLOSED, REASON_PLANNED);
        assert_step(planned, "reminder");
        assert_int_equal(planned->n_lines, 1);
        assert_int_equal(planned->total, 40000);
}

static void r15_a_plan_is_confirmed_once_as_a_whole(void **state)
{
        Firm *firm = *state;

        make_plan(firm);
        decide_on(firm, "2026-02-20");
        const Planned *planned = assert_only(firm, NOTICE_PLAN_CONFIRMED);
        assert_string_equal(occasion_names[planned->kind], "plan-confirmed");
        assert_int_equal(planned->lead, 1);
        assert_int_equal(planned->n_lines, 3);
        assert_int_equal(planned->total, 120000);
        assert_null(decide_on(firm, "2026-02-21")); /* Saturday */
        firm->account.last_contact = day("2026-02-20");
        assert_null(decide_on(firm, "2026-02-20"));
        firm->account.paused_until = day("2026-02-25"); /* the answer it was agreed in */
        decide_on(firm, "2026-02-23");
        assert_only(firm, NOTICE_PLAN_CONFIRMED);
        for (size_t i = 1; i < 4; i++)
                tell(firm, i, NOTICE_PLAN_CONFIRMED, "2026-02-23");
        assert_null(decide_on(firm, "2026-02-24"));
        for (size_t i = 1; i < 4; i++) {
                firm->instalments[i].said = 0;
                firm->instalments[i].is_plan_broken = true;
        }
        assert_null(decide_on(firm, "2026-02-24"));
}

static void r15_a_part_still_open_when_its_grace_ends_breaks_the_plan(void **state)
{
        Firm *firm = *state;
        Instalment *part = &firm->instalments[1];
        Instalment whole;

        make_plan(firm);
        whole = *part;
#define BREAKS(expected, today, change)                                                            \
        do {                                                                                       \
                *part = whole;                                                                     \
                change;                                                                            \
                assert_int_equal(                                                                  \
                        plan_is_broken(&firm->book, &firm->account, 9, day(today)), expected);     \
        } while (0)
        BREAKS(false, "2026-03-12", (void)0);
        BREAKS(true, "2026-03-13", (void)0);
        BREAKS(true, "2026-03-13", part->open = 1); /* its fee, say */
        BREAKS(false, "2026-03-13", part->open = 0);
        BREAKS(true, "2026-04-13", part->open = 0); /* the second part */
        BREAKS(false, "2026-03-13", part->is_disputed = true);
        BREAKS(false, "2026-03-13", part->is_held = true);
        BREAKS(false, "2026-03-13", part->promised_until = day("2026-03-13"));
        BREAKS(true, "2026-03-14", part->promised_until = day("2026-03-13"));
        BREAKS(false, "2026-03-13", part->status = STATUS_CANCELLED);
        BREAKS(false, "2026-03-13", part->policy = "unknown");
        BREAKS(false, "2026-03-13", part->is_plan_broken = true);
        BREAKS(false, "2026-03-10", firm->policies[0].grace_days = 0); /* late is the day after */
        BREAKS(true, "2026-03-11", firm->policies[0].grace_days = 0);
        assert_false(plan_is_broken(&firm->book, &firm->account, 10, day("2026-12-31")));
}

static void r15_thanks_come_when_the_last_part_is_paid(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-02-13");

        make_plan(firm);
        set_done(firm, 0, &done, 1);
        for (size_t i = 1; i < 4; i++) {
                tell(firm, i, NOTICE_PLAN_CONFIRMED, "2026-02-20");
                assert_null(decide_on(firm, "2026-02-24"));
                assert_true(judged(firm, 0)->has_follow_up); /* it was chased, that is to be kept */
                firm->instalments[i].open = 0;
        }
        assert_null(decide_on(firm, "2026-02-24")); /* written off: nothing to thank for */
        firm->instalments[3].has_payment = true;
        decide_on(firm, "2026-02-24");
        assert_int_equal(assert_only(firm, NOTICE_THANKS)->n_lines, 4);
}

/* ---- offers ---- */

static void an_offer_is_a_part_of_what_is_open_rounded_half_up(void **state)
{
        static const struct {
                int64_t open;
                int percent;
                int64_t discount;
        } cases[] = {
                { 120000, 2, 2400 },
                { 120000, 100, 120000 },
                { 1, 49, 0 },
                { 1, 50, 1 },
                { 10049, 1, 100 },
                { 10050, 1, 101 },
                { 33333, 3, 1000 },
                { INT64_MAX, 100, INT64_MAX },
        };
        Firm *firm = *state;

        firm->steps[1].offer_days = 10;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                firm->steps[1].offer_percent = cases[i].percent;
                firm->instalments[0].amount = firm->instalments[0].open = cases[i].open;
                const Planned *planned = decide_on(firm, "2026-03-05");
                assert_step(planned, "reminder");
                assert_int_equal(planned->lines[0].discount, cases[i].discount);
                assert_int_equal(planned->total, cases[i].open); /* what is asked for is the sum */
                assert_date(planned->offer_until, "2026-03-15");
        }
}

static void an_offer_is_of_its_own_step_and_one_notice_names_one_day(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");

        firm_init(firm, 3);
        set_done(firm, 0, &done, 1);                  /* resend */
        firm->instalments[2].due = day("2026-03-11"); /* overdue: only listed */
        firm->steps[1].offer_percent = 5;
        firm->steps[1].offer_days = 7;
        const Planned *planned = decide_on(firm, "2026-03-12");
        assert_step(planned, "resend");
        assert_int_equal(planned->lines[0].discount, 0);
        assert_int_equal(planned->lines[1].discount, 6000);
        assert_int_equal(planned->lines[2].discount, 0);
        assert_date(planned->offer_until, "2026-03-19");
        firm->steps[2].offer_percent = 1;
        firm->steps[2].offer_days = 9;
        assert_date(decide_on(firm, "2026-03-12")->offer_until, "2026-03-21");
        firm->steps[1].offer_percent = firm->steps[2].offer_percent = 0;
        assert_false(date_is_set(decide_on(firm, "2026-03-12")->offer_until));
}

static void an_offer_that_was_taken_settles_the_rest(void **state)
{
        Firm *firm = *state;

        firm->instalments[0].open = 0;
        firm->instalments[0].granted = 2400;
        assert_null(decide_on(firm, "2026-03-12"));
        assert_reason(firm, 0, VERDICT_CLOSED, REASON_SETTLED);
        firm->instalments[0].granted = 0;
        assert_null(decide_on(firm, "2026-03-12"));
        assert_reason(firm, 0, VERDICT_CLOSED, REASON_PAID);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(r2_a_hold_lasts_through_its_last_day),
                TEST(r14_the_ladder_is_free_the_day_after_a_release),
                TEST(a_ladder_goes_on_the_day_after_the_last_of_all_that_holds_it),
                TEST(what_has_no_known_end_has_no_day),
                TEST(a_step_before_the_due_date_that_comes_too_late_is_not_the_next),
                TEST(r13_a_promise_holds_through_its_day),
                TEST(r13_a_promise_is_confirmed_at_once_within_the_window),
                TEST(r13_a_confirmation_yields_to_a_contact_of_the_same_day),
                TEST(r7_an_occasion_yields_to_a_contact_whose_hour_is_still_to_come),
                TEST(r13_one_notice_for_a_promise_of_several_instalments),
                TEST(r13_a_reminder_comes_once_on_its_day_or_later),
                TEST(r13_what_is_kept_or_cannot_be_told_needs_no_word),
                TEST(r13_a_promise_breaks_the_day_after_if_more_is_open_than_was_agreed),
                TEST(r13_credit_pays_the_promises_in_the_order_of_their_days),
                TEST(r15_what_a_plan_replaces_is_closed_and_its_parts_climb),
                TEST(r15_a_plan_is_confirmed_once_as_a_whole),
                TEST(r15_a_part_still_open_when_its_grace_ends_breaks_the_plan),
                TEST(r15_thanks_come_when_the_last_part_is_paid),
                TEST(an_offer_is_a_part_of_what_is_open_rounded_half_up),
                TEST(an_offer_is_of_its_own_step_and_one_notice_names_one_day),
                TEST(an_offer_that_was_taken_settles_the_rest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
