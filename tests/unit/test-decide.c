/* SPDX-License-Identifier: MIT */
/* decide(): each test is a sentence about a rule; the firm is that of rulebook.h. */

#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firm.h"

/* ---- R1–R3: when a step is due ---- */

static void r1_a_step_comes_on_its_day_and_not_the_day_before(void **state)
{
        Firm *firm = *state;

        firm->instalments[0].due = day("2026-03-09");
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_NOT_YET);
        assert_date(firm->decision.judgements[0].earliest, "2026-03-06");
        assert_step(decide_on(firm, "2026-03-06"), "courtesy");
        assert_step(decide_on(firm, "2026-03-09"), "courtesy");
        assert_null(decide_on(firm, "2026-03-10")); /* past due: passed over */
        assert_reason(firm, 0, VERDICT_WAIT, REASON_NOT_YET);
        assert_step(decide_on(firm, "2026-03-12"), "reminder");
}

static void r1_every_trigger_counts_from_its_own_day(void **state)
{
        static const struct {
                Trigger trigger;
                bool end_of_month, with_previous;
                const char *earliest;
        } cases[] = {
                { TRIGGER_AFTER_DUE, false, false, "2026-03-07" },
                { TRIGGER_AFTER_DUE, true, false, "2026-03-31" },
                { TRIGGER_AFTER_ISSUE, false, false, "2026-02-05" },
                { TRIGGER_AFTER_ISSUE, true, false, "2026-02-28" },
                { TRIGGER_AFTER_PREVIOUS, false, false, "2026-03-07" },
                { TRIGGER_AFTER_PREVIOUS, false, true, "2026-03-15" },
                { TRIGGER_AFTER_DEADLINE, false, true, "2026-03-25" },
        };
        Firm *firm = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Done done = firm_done("courtesy", ACTION_COURTESY, "2026-03-10");
                firm_init(firm, 1);
                done.deadline = day("2026-03-20");
                if (cases[i].with_previous)
                        set_done(firm, 0, &done, 1);
                else
                        firm->policies[0].steps++, firm->policies[0].n_steps--;
                firm->steps[1].trigger = cases[i].trigger;
                firm->steps[1].days = 5;
                firm->steps[1].end_of_month = cases[i].end_of_month;
                firm->steps[1].min_gap_days = 0;
                if (cases[i].trigger == TRIGGER_AFTER_PREVIOUS)
                        firm->done[0].deadline = DATE_NONE;
                decide_on(firm, "2026-01-01");
                assert_date(firm->decision.judgements[0].earliest, cases[i].earliest);
                arena_release(&firm->arena);
        }
}

static void r1_a_step_after_a_deadline_waits_until_one_was_printed(void **state)
{
        Firm *firm = *state;

        firm->policies[0].steps++, firm->policies[0].n_steps--;
        firm->steps[1].trigger = TRIGGER_AFTER_DEADLINE;
        assert_null(decide_on(firm, "2026-05-05"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_NO_DEADLINE);
        assert_false(date_is_set(firm->decision.judgements[0].earliest));
}

static void r2_a_late_step_keeps_its_distance_to_the_next(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-10");

        set_done(firm, 0, &done, 1);
        decide_on(firm, "2026-03-12");
        assert_reason(firm, 0, VERDICT_WAIT, REASON_GAP);
        assert_date(firm->decision.judgements[0].earliest, "2026-03-17"); /* 10 − 3 days on */
        firm->steps[2].min_gap_days = 2;
        decide_on(firm, "2026-03-11");
        assert_date(firm->decision.judgements[0].earliest, "2026-03-12");
        firm->steps[2].min_gap_days = -1;
        firm->policies[0].min_gap_days = 9;
        decide_on(firm, "2026-03-11");
        assert_date(firm->decision.judgements[0].earliest, "2026-03-19");
}

static void r2_nothing_comes_before_the_printed_deadline_is_over(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");

        done.deadline = day("2026-03-25");
        set_done(firm, 0, &done, 1);
        assert_null(decide_on(firm, "2026-03-25"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_DEADLINE_RUNNING);
        assert_step(decide_on(firm, "2026-03-26"), "resend");
}

static void r12_a_reopened_instalment_waits_for_the_policys_gap(void **state)
{
        Firm *firm = *state;

        firm->instalments[0].reopened_on = day("2026-03-16");
        assert_null(decide_on(firm, "2026-03-18"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_REOPENED);
        assert_step(decide_on(firm, "2026-03-19"), "reminder");
        firm->instalments[0].reopened_from = 500; /* was never closed: not reopened */
        assert_step(decide_on(firm, "2026-03-18"), "reminder");
}

static void r3_one_step_a_day_even_without_any_gap(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-25");

        done.is_skip = true; /* a skip counts as that day's step */
        firm->steps[2].min_gap_days = 0;
        set_done(firm, 0, &done, 1);
        assert_null(decide_on(firm, "2026-03-25"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_STEP_TODAY);
        assert_step(decide_on(firm, "2026-03-26"), "resend");
}

static void r3_a_finished_ladder_rests(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("agency", ACTION_AGENCY, "2026-04-20");

        set_done(firm, 0, &done, 1);
        assert_null(decide_on(firm, "2026-05-05"));
        assert_reason(firm, 0, VERDICT_HELD, REASON_LADDER_DONE);
        firm->instalments[0].reopened_on = day("2026-04-30");
        decide_on(firm, "2026-05-05");
        assert_reason(firm, 0, VERDICT_TASK, REASON_LADDER_DONE_REOPENED);
}

/* ---- R4–R7: when a notice may leave ---- */

static void r4_without_an_address_it_is_a_task_and_the_others_go_on(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 2);
        firm->account.addresses[ADDRESS_EMAIL] = "";
        decide_on(firm, "2026-03-05");
        assert_reason(firm, 0, VERDICT_TASK, REASON_NO_ADDRESS);
        assert_string_equal(judgement_task(&firm->decision.judgements[0]), "no-address");
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");
        set_done(firm, 1, &done, 1);
        const Planned *planned = decide_on(firm, "2026-03-12");
        assert_step(planned, "resend"); /* by the second route */
        assert_int_equal(planned->chosen[0], -1);
        assert_int_equal(planned->chosen[1], 1); /* no opt-in: SMS */
}

static void r4_an_opt_in_to_whatsapp_counts_from_its_day(void **state)
{
        static const struct {
                const char *opt_in;
                int chosen; /* of whatsapp|sms */
        } cases[] = { { "2026-03-11", 0 }, { "2026-03-12", 0 }, { "2026-03-13", 1 },
                { "2027-01-01", 1 } };
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");

        set_done(firm, 0, &done, 1);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                firm->account.whatsapp_opt_in = day(cases[i].opt_in);
                assert_int_equal(decide_on(firm, "2026-03-12")->chosen[1], cases[i].chosen);
        }
}

static void r4_a_refused_channel_gives_way_to_the_next_alternative(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");

        set_done(firm, 0, &done, 1);
        firm->account.whatsapp_opt_in = day("2026-03-12");
        assert_int_equal(decide_on(firm, "2026-03-12")->chosen[1], 0);
        firm->account.refused_channels = 1U << CHANNEL_WHATSAPP;
        assert_int_equal(decide_on(firm, "2026-03-12")->chosen[1], 1);
        firm->account.refused_channels |= 1U << CHANNEL_SMS;
        assert_int_equal(decide_on(firm, "2026-03-12")->chosen[1], -1);
        firm->account.refused_channels |= 1U << CHANNEL_EMAIL;
        assert_null(decide_on(firm, "2026-03-12"));
        assert_reason(firm, 0, VERDICT_TASK, REASON_NO_ADDRESS);
}

static void r5_nothing_leaves_outside_the_window(void **state)
{
        static const struct {
                const char *date;
                int minute;
                bool leaves;
        } cases[] = {
                { "2026-03-05", 8 * 60 + 59, false },
                { "2026-03-05", 9 * 60, true },
                { "2026-03-05", 17 * 60 + 59, true },
                { "2026-03-05", 18 * 60, false },
                { "2026-03-07", 10 * 60, false }, /* Saturday */
                { "2026-03-09", 10 * 60, true },
        };
        Firm *firm = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                bool leaves = ask(firm, cases[i].date, cases[i].minute, NULL) != NULL;
                assert_int_equal(leaves, cases[i].leaves);
                if (!leaves)
                        assert_reason(firm, 0, VERDICT_WAIT, REASON_OUTSIDE_WINDOW);
        }
}

static void r5_no_phone_rings_at_night_whatever_the_configuration_says(void **state)
{
        Firm *firm = *state;

        firm->book.sending = (Window){ WINDOW_ALL_DAYS, 0, 24 * 60, calendar_find("none") };
        firm->steps[1].routes[0] = (Route)ROUTE(CHANNEL_SMS);
        firm->account.customer_time.minute = 19 * 60 + 59;
        assert_step(decide_on(firm, "2026-03-05"), "reminder");
        firm->account.customer_time.minute = 20 * 60;
        assert_null(decide_on(firm, "2026-03-05"));
        firm->account.customer_time.minute = 7 * 60 + 59;
        assert_null(decide_on(firm, "2026-03-05"));
        firm->account.customer_time.minute = 8 * 60;
        assert_step(decide_on(firm, "2026-03-05"), "reminder");
}

static void r5_a_channel_may_keep_hours_of_its_own(void **state)
{
        static const Window mornings = { WINDOW_ALL_DAYS, 7 * 60, 9 * 60, NULL };
        Window window = mornings;
        Firm *firm = *state;

        window.calendar = calendar_find("none");
        firm->channels[CHANNEL_EMAIL].window = &window;
        assert_null(ask(firm, "2026-03-05", 10 * 60, NULL));
        assert_step(ask(firm, "2026-03-07", 8 * 60, NULL), "reminder");
}

static void r6_one_notice_prints_one_date_moved_to_a_working_day(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("resend", ACTION_RESEND, "2026-03-12");

        firm->book.sending.calendar = calendar_find("FR");
        set_done(firm, 0, &done, 1);
        assert_date(decide_on(firm, "2026-03-23")->deadline, "2026-03-31");
        assert_date(decide_on(firm, "2026-03-27")->deadline, "2026-04-07"); /* Sat, Easter Mon */
        firm->steps[3].deadline_days = 0;
        assert_false(date_is_set(decide_on(firm, "2026-03-27")->deadline));
}

static void r7_one_contact_a_day_and_a_gap_between_pressing_ones(void **state)
{
        Firm *firm = *state;

        firm->account.last_contact = day("2026-03-10");
        assert_null(decide_on(firm, "2026-03-10"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_CONTACT_TODAY);
        assert_step(decide_on(firm, "2026-03-11"), "reminder");
        firm->account.last_pressed = day("2026-03-10");
        assert_null(decide_on(firm, "2026-03-12"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_CONTACT_GAP);
        assert_date(firm->decision.judgements[0].not_before, "2026-03-13");
        assert_step(decide_on(firm, "2026-03-13"), "reminder");
        firm->book.limits.contact_gap_days = 0;
        assert_step(decide_on(firm, "2026-03-11"), "reminder");
}

static void r7_a_courtesy_neither_waits_for_the_gap_nor_leaves_a_held_group(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 2);
        firm->account.last_contact = firm->account.last_pressed = day("2026-03-10");
        firm->instalments[0].due = firm->instalments[1].due = day("2026-03-12");
        assert_step(decide_on(firm, "2026-03-11"), "courtesy");
        firm->instalments[1].due = day("2026-03-05"); /* a reminder is due: the group waits whole */
        assert_null(decide_on(firm, "2026-03-11"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_CONTACT_GAP);
        assert_reason(firm, 1, VERDICT_WAIT, REASON_CONTACT_GAP);
}

/* ---- R8: grouping ---- */

static void r8_the_most_severe_leads_and_each_completes_its_own(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 4);
        Done done = firm_done("resend", ACTION_RESEND, "2026-03-12");
        set_done(firm, 2, &done, 1);
        firm->instalments[0].due = day("2026-03-25"); /* courtesy */
        firm->instalments[3].due = day("2026-03-21"); /* overdue, nothing due yet: listed */
        const Planned *planned = decide_on(firm, "2026-03-23");
        assert_step(planned, "deadline");
        assert_int_equal(planned->n_lines, 4);
        assert_string_equal(firm->instalments[planned->lines[0].instalment].number, "F-2");
        assert_int_equal(planned->lines[0].step, 1); /* reminder */
        assert_int_equal(planned->lines[1].step, 3);
        assert_string_equal(firm->instalments[planned->lines[2].instalment].number, "F-4");
        assert_int_equal(planned->lines[2].step, -1);
        assert_int_equal(planned->lines[3].step, 0);
        assert_int_equal(planned->total, 4 * 120000);
}

static void r8_a_tie_goes_to_the_later_step_then_the_older_invoice(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 3);
        firm->instalments[1].due = day("2026-02-27");
        assert_int_equal(decide_on(firm, "2026-03-05")->lead, 1);
        firm->instalments[1].due = day("2026-03-02");
        assert_int_equal(decide_on(firm, "2026-03-05")->lead, 0);
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");
        firm->steps[2].action = ACTION_REMIND; /* same severity, later in the ladder */
        set_done(firm, 2, &done, 1);
        assert_int_equal(decide_on(firm, "2026-03-12")->lead, 2);
}

static void r8_what_cannot_be_chased_is_neither_listed_nor_asked_for(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 4);
        firm->instalments[1].is_disputed = true;
        firm->instalments[2].is_held = true;
        firm->instalments[3].policy = "none";
        const Planned *planned = decide_on(firm, "2026-03-05");
        assert_int_equal(planned->n_lines, 1);
        assert_int_equal(planned->total, 120000);
        assert_reason(firm, 1, VERDICT_TASK, REASON_DISPUTED);
        assert_string_equal(judgement_task(&firm->decision.judgements[1]), "dispute");
        assert_reason(firm, 2, VERDICT_HELD, REASON_HELD);
        assert_reason(firm, 3, VERDICT_NEVER, REASON_NO_STEPS);
}

static void r8_what_is_not_yet_due_is_listed_only_by_option(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 2);
        firm->instalments[1].due = day("2026-04-30");
        assert_int_equal(decide_on(firm, "2026-03-05")->n_lines, 1);
        firm->policies[0].lists_upcoming = true;
        const Planned *planned = decide_on(firm, "2026-03-05");
        assert_int_equal(planned->n_lines, 2);
        assert_int_equal(planned->lines[1].step, -1);
        assert_true(planned->lines[1].is_mentioned);
        assert_int_equal(planned->total, 120000); /* and not asked for */
}

/* ---- R10, R11: what is owed ---- */

static void r10_a_tolerated_rest_is_closed(void **state)
{
        static const Amount tolerance[] = { { "EUR", 100 } };
        Firm *firm = *state;

        firm->policies[0].tolerance = (Amounts){ tolerance, 1 };
        firm->instalments[0].open = 100;
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_CLOSED, REASON_TOLERATED);
        firm->instalments[0].open = 101;
        assert_step(decide_on(firm, "2026-03-05"), "reminder");
}

static void r10_unassigned_credit_lowers_the_sum_and_may_silence_it(void **state)
{
        Firm *firm = *state;

        firm->account.unassigned = 20000;
        assert_int_equal(decide_on(firm, "2026-03-05")->total, 100000);
        firm->account.unassigned = 120000;
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_COVERED);
        firm->account.unassigned = 120001; /* no step has a minimum that could be missed */
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_COVERED);
}

static void r10_a_small_sum_makes_only_its_own_ladder_wait(void **state)
{
        static const Amount least[] = { { "EUR", 300000 } };
        Firm *firm = *state;

        firm_init(firm, 2);
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");
        set_done(firm, 0, &done, 1);
        firm->steps[2].min_total = (Amounts){ least, 1 };
        const Planned *planned = decide_on(firm, "2026-03-12");
        assert_step(planned, "reminder"); /* the other invoice's; F-1 is listed */
        assert_int_equal(planned->n_lines, 2);
        assert_int_equal(planned->lines[0].step, -1);
        assert_reason(firm, 0, VERDICT_WAIT, REASON_MIN_TOTAL);
        firm->instalments[1].open = 180000;
        assert_step(decide_on(firm, "2026-03-12"), "resend");
}

static void r11_paid_means_silence_but_for_thanks(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");

        firm->instalments[0].open = 0;
        firm->instalments[0].has_payment = true;
        assert_null(decide_on(firm, "2026-03-12")); /* was not chased */
        set_done(firm, 0, &done, 1);
        const Planned *planned = decide_on(firm, "2026-03-12");
        assert_non_null(planned);
        assert_int_equal(planned->kind, NOTICE_THANKS);
        assert_true(firm->decision.judgements[0].has_follow_up);
        firm->instalments[0].has_payment = false; /* written off: nothing to thank for */
        assert_null(decide_on(firm, "2026-03-12"));
        assert_false(firm->decision.judgements[0].has_follow_up);
}

static void r11_thanks_yield_to_a_notice_of_the_same_day(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");

        firm_init(firm, 2);
        firm->instalments[0].open = 0;
        firm->instalments[0].has_payment = true;
        set_done(firm, 0, &done, 1);
        assert_step(decide_on(firm, "2026-03-12"), "reminder");
        assert_int_equal(firm->decision.n_notices, 1);
        assert_true(firm->decision.judgements[0].has_follow_up);
}

/* ---- R21, R22 ---- */

static void r21_own_policy_then_the_customers_then_the_first_rule(void **state)
{
        Firm *firm = *state;

        firm->account.tags = "vip, quiet";
        decide_on(firm, "2026-03-05");
        assert_reason(firm, 0, VERDICT_NEVER, REASON_NO_STEPS);
        firm->account.policy = "standard";
        assert_step(decide_on(firm, "2026-03-05"), "reminder");
        firm->instalments[0].policy = "none";
        assert_null(decide_on(firm, "2026-03-05"));
        firm->instalments[0].policy = "gone";
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_TASK, REASON_UNKNOWN_POLICY);
}

static void r21_an_edited_ladder_goes_on_no_milder_and_with_no_difference_of_numbers(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("second-letter", ACTION_RESEND, "2026-03-23");

        set_done(firm, 0, &done, 1);
        decide_on(firm, "2026-03-23");
        assert_int_equal(firm->decision.judgements[0].next, 2); /* resend, not the reminder */
        assert_date(firm->decision.judgements[0].earliest, "2026-03-24");
        firm->policies[0].min_gap_days = 5;
        decide_on(firm, "2026-03-23");
        assert_date(firm->decision.judgements[0].earliest, "2026-03-28");
}

static void r21_a_step_that_was_sent_is_not_sent_again_after_reordering(void **state)
{
        Firm *firm = *state;
        Done done[] = { firm_done("reminder", ACTION_REMIND, "2026-03-05"),
                firm_done("resend", ACTION_RESEND, "2026-03-12") };
        Step moved = firm->steps[1];

        set_done(firm, 0, done, 2);
        firm->steps[1] = firm->steps[2];
        firm->steps[2] = moved; /* the reminder now stands behind the resend */
        decide_on(firm, "2026-03-30");
        assert_int_equal(firm->decision.judgements[0].next, 3);
}

static void r22_what_is_never_chased_says_why(void **state)
{
        Firm *firm = *state;
        Instalment whole = firm->instalments[0];

#define NEVER(change, expected)                                                                    \
        do {                                                                                       \
                firm->instalments[0] = whole;                                                      \
                change;                                                                            \
                assert_null(decide_on(firm, "2026-03-05"));                                        \
                assert_reason(firm, 0, VERDICT_NEVER, expected);                                   \
                assert_false(firm->decision.judgements[0].is_listable);                            \
        } while (0)
        NEVER(firm->instalments[0].status = STATUS_DRAFT, REASON_DRAFT);
        NEVER(firm->instalments[0].status = STATUS_CANCELLED, REASON_CANCELLED);
        NEVER(firm->instalments[0].amount = -100, REASON_CREDIT_NOTE);
        NEVER(firm->instalments[0].due = DATE_NONE, REASON_NO_DUE_DATE);
        NEVER(firm->instalments[0].method = METHOD_DIRECT_DEBIT, REASON_DIRECT_DEBIT);
        NEVER(firm->account.tags = "do_not_contact", REASON_DO_NOT_CONTACT);
        firm->account.tags = "";
        firm->instalments[0].method = METHOD_DIRECT_DEBIT;
        firm->instalments[0].collection_failed = true;
        assert_step(decide_on(firm, "2026-03-05"), "reminder");
}

/* ---- a person's wish, what is on its way, bad sums ---- */

static void a_person_may_send_ahead_of_the_day_but_not_of_the_window(void **state)
{
        Firm *firm = *state;
        Forced forced = { .invoice = 1, .seq = 1 };

        firm->instalments[0].due = day("2026-03-20");
        firm->account.last_contact = firm->account.last_pressed = day("2026-03-05");
        assert_step(ask(firm, "2026-03-05", 10 * 60, &forced), "courtesy");
        forced.step = "resend";
        const Planned *planned = ask(firm, "2026-03-05", 10 * 60, &forced);
        assert_step(planned, "resend");
        assert_int_equal(planned->reason, REASON_BY_PERSON);
        assert_null(ask(firm, "2026-03-05", 20 * 60, &forced));
        firm->instalments[0].is_disputed = true;
        assert_null(ask(firm, "2026-03-05", 10 * 60, &forced));
}

static void what_is_on_its_way_or_uncertain_does_not_move(void **state)
{
        Firm *firm = *state;

        firm->instalments[0].is_in_flight = true;
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_HELD, REASON_IN_FLIGHT);
        firm->instalments[0].is_in_flight = false;
        firm->instalments[0].is_uncertain = true;
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_HELD, REASON_UNCERTAIN);
        firm->instalments[0].is_uncertain = false;
        firm->account.has_contact_in_flight = true;
        assert_null(decide_on(firm, "2026-03-05"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_CONTACT_IN_FLIGHT);
}

static void sums_that_do_not_fit_are_an_error_of_that_account(void **state)
{
        Firm *firm = *state;
        Now now = firm_now("2026-03-05", 600);

        firm_init(firm, 2);
        firm->instalments[0].amount = firm->instalments[0].open = INT64_MAX;
        assert_int_equal(
                decide(&firm->book, &firm->account, &now, NULL, &firm->arena, &firm->decision),
                -EOVERFLOW);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(r1_a_step_comes_on_its_day_and_not_the_day_before),
                TEST(r1_every_trigger_counts_from_its_own_day),
                TEST(r1_a_step_after_a_deadline_waits_until_one_was_printed),
                TEST(r2_a_late_step_keeps_its_distance_to_the_next),
                TEST(r2_nothing_comes_before_the_printed_deadline_is_over),
                TEST(r12_a_reopened_instalment_waits_for_the_policys_gap),
                TEST(r3_one_step_a_day_even_without_any_gap),
                TEST(r3_a_finished_ladder_rests),
                TEST(r4_without_an_address_it_is_a_task_and_the_others_go_on),
                TEST(r4_an_opt_in_to_whatsapp_counts_from_its_day),
                TEST(r4_a_refused_channel_gives_way_to_the_next_alternative),
                TEST(r5_nothing_leaves_outside_the_window),
                TEST(r5_no_phone_rings_at_night_whatever_the_configuration_says),
                TEST(r5_a_channel_may_keep_hours_of_its_own),
                TEST(r6_one_notice_prints_one_date_moved_to_a_working_day),
                TEST(r7_one_contact_a_day_and_a_gap_between_pressing_ones),
                TEST(r7_a_courtesy_neither_waits_for_the_gap_nor_leaves_a_held_group),
                TEST(r8_the_most_severe_leads_and_each_completes_its_own),
                TEST(r8_a_tie_goes_to_the_later_step_then_the_older_invoice),
                TEST(r8_what_cannot_be_chased_is_neither_listed_nor_asked_for),
                TEST(r8_what_is_not_yet_due_is_listed_only_by_option),
                TEST(r10_a_tolerated_rest_is_closed),
                TEST(r10_unassigned_credit_lowers_the_sum_and_may_silence_it),
                TEST(r10_a_small_sum_makes_only_its_own_ladder_wait),
                TEST(r11_paid_means_silence_but_for_thanks),
                TEST(r11_thanks_yield_to_a_notice_of_the_same_day),
                TEST(r21_own_policy_then_the_customers_then_the_first_rule),
                TEST(r21_an_edited_ladder_goes_on_no_milder_and_with_no_difference_of_numbers),
                TEST(r21_a_step_that_was_sent_is_not_sent_again_after_reordering),
                TEST(r22_what_is_never_chased_says_why),
                TEST(a_person_may_send_ahead_of_the_day_but_not_of_the_window),
                TEST(what_is_on_its_way_or_uncertain_does_not_move),
                TEST(sums_that_do_not_fit_are_an_error_of_that_account),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
