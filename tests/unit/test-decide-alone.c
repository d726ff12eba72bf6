/* SPDX-License-Identifier: MIT */
/* decide() about what is no contact of the day: suspensions (R16), what is a person's (R17, R18),
 * what the firm as a whole waits for (R18–R20), an answer (R25), and all reasons at once. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/judge.h"
#include "firm.h"

/* ---- R16, R17: what is not a contact ---- */

static void suspended_firm(Firm *firm)
{
        Done done = firm_done("deadline", ACTION_DEADLINE, "2026-03-23");

        done.deadline = day("2026-03-31");
        set_done(firm, 0, &done, 1);
        firm->account.relation = RELATION_SERVICE;
        firm->account.last_contact = day("2026-04-01"); /* does not hold a hook call */
}

static void r16_a_service_is_suspended_after_its_deadline_goods_never(void **state)
{
        Firm *firm = *state;

        suspended_firm(firm);
        assert_null(decide_on(firm, "2026-03-31"));
        const Planned *planned = decide_on(firm, "2026-04-01");
        assert_step(planned, "suspend");
        assert_int_equal(planned->kind, NOTICE_SUSPEND);
        assert_int_equal(planned->n_lines, 1);
        firm->account.relation = RELATION_GOODS;
        assert_null(decide_on(firm, "2026-04-01"));
        assert_int_equal(firm->decision.judgements[0].next, 5); /* agency */
}

static void r16_reconnect_at_once_when_nothing_suspended_is_open(void **state)
{
        Firm *firm = *state;

        suspended_firm(firm);
        firm->instalments[0].is_suspended = true;
        firm->done[1] = firm_done("suspend", ACTION_SUSPEND, "2026-04-01");
        firm->instalments[0].n_done = 2;
        assert_null(ask(firm, "2026-04-04", 3 * 60, NULL));
        firm->instalments[0].open = 0;
        const Planned *planned = ask(firm, "2026-04-04", 3 * 60, NULL); /* Saturday night */
        assert_non_null(planned);
        assert_int_equal(planned->kind, NOTICE_RECONNECT);
        assert_null(planned->step);
        assert_int_equal(planned->routes[0].channels[planned->chosen[0]], CHANNEL_HOOK);
}

static void r17_agency_and_calls_are_a_persons(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("deadline", ACTION_DEADLINE, "2026-03-23");

        set_done(firm, 0, &done, 1);
        assert_null(decide_on(firm, "2026-04-17"));
        assert_reason(firm, 0, VERDICT_TASK, REASON_NEEDS_PERSON);
        assert_string_equal(judgement_task(&firm->decision.judgements[0]), "agency");
        assert_true(firm->decision.has_tasks);
        firm->steps[5].action = ACTION_CALL;
        decide_on(firm, "2026-04-17");
        assert_string_equal(judgement_task(&firm->decision.judgements[0]), "call");
}

static void handed_over_firm(Firm *firm)
{
        Done done = firm_done("deadline", ACTION_DEADLINE, "2026-03-23");

        set_done(firm, 0, &done, 1);
        firm->instalments[0].approved = "agency";
}

static void r17_an_approved_file_goes_to_its_recipient_for_itself_alone(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 2);
        handed_over_firm(firm);
        firm->account.addresses[ADDRESS_EMAIL] = ""; /* the customer's own do not matter */
        firm->account.refused_channels = ~UINT32_C(0);
        firm->account.last_contact = day("2026-04-17");
        firm->instalments[1].is_disputed = true;
        decide_on(firm, "2026-04-17");
        const Planned *planned = assert_only(firm, NOTICE_HANDOVER);
        assert_step(planned, "agency");
        assert_int_equal(planned->n_lines, 1);
        assert_int_equal(planned->lines[0].step, 5);
        assert_int_equal(planned->total, 120000);
        assert_ptr_equal(planned->recipient, &firm->book.agency);
        assert_int_equal(planned->reason, REASON_APPROVED);
        assert_int_equal(planned->n_routes, 1);
        assert_int_equal(planned->routes[0].channels[planned->chosen[0]], CHANNEL_EMAIL);
        assert_null(ask(firm, "2026-04-17", 20 * 60, NULL));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_OUTSIDE_WINDOW);
        assert_true(firm->decision.waiting_channels & 1U << CHANNEL_EMAIL);
        assert_false(judged(firm, 0)->is_listable); /* nobody else asks for it any more */
        firm->steps[5].n_routes = 1; /* the step's own routes come before the firm's */
        firm->steps[5].routes[0] = (Route)ROUTE(CHANNEL_SMS, CHANNEL_HOOK);
        planned = decide_on(firm, "2026-04-17");
        assert_int_equal(planned->routes[0].channels[planned->chosen[0]], CHANNEL_HOOK);
}

static void r17_what_is_handed_over_now_is_not_asked_for_in_the_same_hour(void **state)
{
        Firm *firm = *state;

        firm_init(firm, 2);
        handed_over_firm(firm);
        const Planned *planned = decide_on(firm, "2026-04-17");
        assert_int_equal(firm->decision.n_notices, 2);
        assert_step(planned, "reminder"); /* of F-2 */
        assert_int_equal(planned->n_lines, 1);
        assert_int_equal(planned->total, 120000);
        assert_int_equal(firm->decision.notices[1].kind, NOTICE_HANDOVER);
        firm->instalments[0].is_in_flight = true;
        assert_int_equal(decide_on(firm, "2026-04-17")->n_lines, 1);
}

static void r17_without_a_recipient_or_a_route_it_stays_a_persons(void **state)
{
        Firm *firm = *state;

        handed_over_firm(firm);
        firm->book.agency.email = "";
        assert_null(decide_on(firm, "2026-04-17"));
        assert_task(firm, 0, REASON_NO_RECIPIENT, "agency");
        assert_true(judged(firm, 0)->is_listable);
        firm->book.agency.email = "files@recouvrex.example";
        firm->book.handover.n_channels = 0;
        assert_null(decide_on(firm, "2026-04-17"));
        assert_task(firm, 0, REASON_NO_RECIPIENT, "agency");
        firm->book.handover = (Route)ROUTE(CHANNEL_EMAIL);
        firm->instalments[0].approved = "another-step";
        assert_null(decide_on(firm, "2026-04-17"));
        assert_task(firm, 0, REASON_NEEDS_PERSON, "agency");
        firm->steps[5].action = ACTION_LEGAL;
        firm->instalments[0].approved = "agency";
        assert_null(decide_on(firm, "2026-04-17"));
        assert_task(firm, 0, REASON_NO_RECIPIENT, "legal"); /* there is no lawyer */
}

static void r17_after_the_handover_only_the_lawyers_task_follows(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("agency", ACTION_AGENCY, "2026-04-17");

        firm_init(firm, 2);
        set_done(firm, 0, &done, 1);
        firm->instalments[0].is_handed_over = true;
        assert_int_equal(decide_on(firm, "2026-04-20")->n_lines, 1); /* F-1 is not even listed */
        assert_reason(firm, 0, VERDICT_HELD, REASON_HANDED_OVER);
        assert_int_equal(judged(firm, 0)->next, -1);
        firm->steps[6] = firm->steps[1]; /* a reminder behind it never goes */
        firm->steps[6].id = "last-reminder";
        firm->policies[0].n_steps = 7;
        decide_on(firm, "2026-04-20");
        assert_int_equal(judged(firm, 0)->next, -1);
}

static void r17_the_lawyers_task_opens_on_its_day(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("agency", ACTION_AGENCY, "2026-04-17");

        set_done(firm, 0, &done, 1);
        firm->instalments[0].is_handed_over = true;
        firm->steps[6] = firm->steps[5];
        firm->steps[6].id = "court";
        firm->steps[6].action = ACTION_LEGAL;
        firm->steps[6].days = 75;
        firm->policies[0].n_steps = 7;
        decide_on(firm, "2026-05-16");
        assert_reason(firm, 0, VERDICT_HELD, REASON_HANDED_OVER);
        assert_date(judged(firm, 0)->not_before, "2026-05-17");
        decide_on(firm, "2026-05-17");
        assert_task(firm, 0, REASON_NEEDS_PERSON, "legal");
        assert_false(judged(firm, 0)->is_listable);
        Forced forced = { .invoice = 1, .seq = 1 }; /* nor by hand */
        assert_null(ask(firm, "2026-05-18", 600, &forced));
        assert_reason(firm, 0, VERDICT_HELD, REASON_HANDED_OVER);
        firm->instalments[0].approved = "court";
        firm->book.legal = (Recipient){ "Maître Roy", "roy@avocat.example" };
        assert_int_equal(decide_on(firm, "2026-05-18")->kind, NOTICE_HANDOVER);
        assert_ptr_equal(firm->decision.notices[0].recipient, &firm->book.legal);
        firm->instalments[0].open = 0; /* paid to the agency: no thanks from us */
        firm->instalments[0].has_payment = true;
        firm->done[0].action = ACTION_AGENCY;
        assert_null(decide_on(firm, "2026-05-18"));
        assert_false(judged(firm, 0)->has_follow_up);
}

static void r17_files_of_an_account_take_its_credit_once(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("deadline", ACTION_DEADLINE, "2026-03-23");

        firm_init(firm, 3);
        firm->done[0] = done;
        for (size_t i = 0; i < 3; i++) {
                firm->instalments[i].due = day(i == 2 ? "2026-02-27" : "2026-03-02");
                firm->instalments[i].approved = "agency";
                firm->instalments[i].done = firm->done;
                firm->instalments[i].n_done = 1;
        }
        firm->account.unassigned = 50000;
        decide_on(firm, "2026-04-17");
        assert_int_equal(firm->decision.n_notices, 3);
        assert_int_equal(firm->decision.notices[0].total, 120000);
        assert_int_equal(firm->decision.notices[1].total, 120000);
        assert_int_equal(firm->decision.notices[2].total, 70000);
        firm->account.unassigned = 120500; /* the oldest is covered, and 5.00 of the next */
        decide_on(firm, "2026-04-17");
        assert_reason(firm, 2, VERDICT_WAIT, REASON_COVERED);
        assert_int_equal(firm->decision.n_notices, 2);
        assert_int_equal(firm->decision.notices[0].total, 119500);
        assert_int_equal(firm->decision.notices[1].total, 120000);
}

static void a_step_that_needs_approval_goes_once_it_has_it(void **state)
{
        Firm *firm = *state;
        Forced forced = { .invoice = 1, .seq = 1 };

        firm->steps[1].needs_approval = true;
        assert_null(decide_on(firm, "2026-03-04"));
        assert_reason(firm, 0, VERDICT_WAIT, REASON_NOT_YET);
        assert_null(decide_on(firm, "2026-03-05"));
        assert_task(firm, 0, REASON_NEEDS_APPROVAL, "approve");
        assert_null(ask(firm, "2026-03-05", 600, &forced));
        forced.is_preview = true; /* whoever approves wants to see it first */
        assert_step(ask(firm, "2026-03-05", 600, &forced), "reminder");
        firm->instalments[0].approved = "resend";
        assert_null(decide_on(firm, "2026-03-05"));
        firm->instalments[0].approved = "reminder";
        assert_step(decide_on(firm, "2026-03-05"), "reminder");
}

/* ---- R18: adoption ---- */

static void r18_what_was_old_when_it_came_in_waits_for_a_person(void **state)
{
        Firm *firm = *state;
        Instalment whole = firm->instalments[0];

#define ADOPTS(expected, imported, change)                                                         \
        do {                                                                                       \
                firm->instalments[0] = whole;                                                      \
                firm->instalments[0].imported_on = day(imported);                                  \
                firm->book.limits.adopt_max_age_days = 60;                                         \
                change;                                                                            \
                decide_on(firm, "2026-05-20");                                                     \
                assert_int_equal(judged(firm, 0)->reason == REASON_ADOPTION, expected);            \
        } while (0)
        ADOPTS(false, "2026-05-01", (void)0); /* due on 2 March: 60 days */
        ADOPTS(true, "2026-05-02", (void)0);
        assert_task(firm, 0, REASON_ADOPTION, "adopt");
        assert_false(judged(firm, 0)->is_listable);
        ADOPTS(false, "2026-05-02", firm->book.limits.adopt_max_age_days = 0);
        ADOPTS(false, "2026-05-02", firm->book.limits.adopt_max_age_days = 61);
        ADOPTS(false, "2026-05-02", firm->instalments[0].is_adopted = true);
        ADOPTS(false, "2026-05-02", firm->instalments[0].imported_on = DATE_NONE);
        ADOPTS(false, "2026-05-02", firm->instalments[0].plan = 9);
        ADOPTS(false, "2026-05-02", firm->instalments[0].is_held = true); /* refused */
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-05");
        ADOPTS(false, "2026-05-02", set_done(firm, 0, &done, 1));
}

/* ---- R19: freshness of payments ---- */

static void r19_deadlines_and_worse_wait_for_fresh_payments(void **state)
{
        static const struct {
                const char *newest; /* asked on 1 April */
                int limit;
                Action action; /* of the step that is due */
                bool is_held;
        } cases[] = {
                { "2026-03-28", 4, ACTION_DEADLINE, false },
                { "2026-03-27", 4, ACTION_DEADLINE, true },
                { NULL, 4, ACTION_DEADLINE, true },
                { NULL, 0, ACTION_DEADLINE, false },
                { "2026-04-05", 4, ACTION_DEADLINE, false },
                { NULL, 4, ACTION_RESEND, false },
                { NULL, 4, ACTION_CALL, true },
                { NULL, 4, ACTION_AGENCY, true },
                { NULL, 4, ACTION_LEGAL, true },
        };
        Firm *firm = *state;
        Done done = firm_done("resend", ACTION_RESEND, "2026-03-12");

        set_done(firm, 0, &done, 1);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Now now = firm_now("2026-04-01", 600);
                firm->steps[3].action = cases[i].action;
                firm->book.limits.payments_max_age_days = cases[i].limit;
                if (cases[i].newest)
                        now.newest_payment = day(cases[i].newest);
                arena_reset(&firm->arena);
                assert_int_equal(decide(&firm->book, &firm->account, &now, NULL, &firm->arena,
                                         &firm->decision),
                        0);
                assert_int_equal(
                        judged(firm, 0)->reason == REASON_PAYMENTS_STALE, cases[i].is_held);
                if (cases[i].is_held)
                        assert_int_equal(judged(firm, 0)->verdict, VERDICT_HELD);
        }
}

static void r19_the_rest_of_a_group_goes_on(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("resend", ACTION_RESEND, "2026-03-12");

        firm_init(firm, 2);
        set_done(firm, 0, &done, 1);
        firm->book.limits.payments_max_age_days = 4;
        const Planned *planned = decide_on(firm, "2026-04-01");
        assert_step(planned, "reminder");
        assert_int_equal(planned->n_lines, 2); /* F-1 is overdue still, and listed */
        assert_int_equal(planned->lines[0].step, -1);
        assert_false(date_is_set(planned->deadline));
}

/* ---- R18, R20: guards ---- */

static const Planned *ask_guarded(
        Firm *firm, const char *date, unsigned guards, const Forced *forced)
{
        Now now = firm_now(date, 600);

        now.guards = guards;
        arena_reset(&firm->arena);
        assert_int_equal(
                decide(&firm->book, &firm->account, &now, forced, &firm->arena, &firm->decision),
                0);
        return firm->decision.n_notices > 0 ? firm->decision.notices : NULL;
}

static void r18_r20_while_a_guard_stands_nothing_leaves(void **state)
{
        static const Reason reasons[GUARDS] = { REASON_PAUSED, REASON_STALE, REASON_CLOCK_JUMP,
                REASON_RESTORED };
        Firm *firm = *state;
        Forced forced = { .invoice = 1, .seq = 1 };

        for (unsigned guard = 0; guard < GUARDS; guard++) {
                assert_string_equal(guard_names[guard], reason_code(reasons[guard]));
                assert_null(ask_guarded(firm, "2026-03-05", GUARD_BIT(guard), NULL));
                assert_reason(firm, 0, VERDICT_HELD, reasons[guard]);
                assert_int_equal(judged(firm, 0)->next, 1);
                assert_false(date_is_set(judged(firm, 0)->not_before));
                assert_null(ask_guarded(firm, "2026-03-05", GUARD_BIT(guard), &forced));
                assert_null(ask_guarded(firm, "2026-03-04", GUARD_BIT(guard), NULL));
                assert_reason(firm, 0, VERDICT_WAIT, REASON_NOT_YET); /* its day is known still */
                assert_date(judged(firm, 0)->not_before, "2026-03-05");
        }
        forced.is_preview = true;
        assert_step(ask_guarded(firm, "2026-03-05", GUARD_BIT(GUARD_PAUSED), &forced), "reminder");
}

static void r18_r20_a_guard_holds_what_is_no_step_too(void **state)
{
        Firm *firm = *state;
        Done done[] = { firm_done("reminder", ACTION_REMIND, "2026-03-05"),
                firm_done("suspend", ACTION_SUSPEND, "2026-03-12") };

        firm_init(firm, 3);
        set_done(firm, 0, done, 2);
        firm->instalments[0].open = 0;
        firm->instalments[0].has_payment = true;  /* thanks */
        firm->instalments[0].is_suspended = true; /* reconnect */
        firm->instalments[1].promise = 7;         /* promise-confirmed */
        firm->instalments[1].promised_until = day("2026-03-30");
        firm->instalments[2].due = day("2026-04-30");
        firm->instalments[2].plan = 9; /* plan-confirmed */
        ask_guarded(firm, "2026-03-13", 0, NULL);
        assert_int_equal(firm->decision.n_notices, 4);
        assert_null(ask_guarded(firm, "2026-03-13", GUARD_BIT(GUARD_STALE), NULL));
        assert_true(judged(firm, 0)->has_follow_up); /* and is not forgotten */
}

/* ---- R25 ---- */

static void r25_an_answer_pauses_every_ladder_of_the_customer(void **state)
{
        Firm *firm = *state;
        Forced forced = { .invoice = 1, .seq = 1 };

        firm_init(firm, 2);
        firm->instalments[1].due = day("2026-04-30");
        firm->account.paused_until = day("2026-03-09");
        assert_null(decide_on(firm, "2026-03-09"));
        assert_reason(firm, 0, VERDICT_HELD, REASON_REPLIED);
        assert_date(judged(firm, 0)->not_before, "2026-03-10");
        assert_date(judged(firm, 1)->not_before, "2026-04-27");
        assert_step(ask(firm, "2026-03-09", 600, &forced), "reminder"); /* she has read it */
        assert_step(decide_on(firm, "2026-03-10"), "reminder");
        firm->account.paused_until = day("2026-03-16");
        firm->instalments[0].open = 0; /* and what is no ladder goes on (R11) */
        firm->instalments[0].has_payment = true;
        Done done = firm_done("reminder", ACTION_REMIND, "2026-03-10");
        set_done(firm, 0, &done, 1);
        decide_on(firm, "2026-03-16");
        assert_only(firm, NOTICE_THANKS);
}

/* ---- every reason, not just the first ---- */

static void assert_reasons(Firm *firm, const char *date, unsigned guards, const char *expected)
{
        Reason reasons[REASON_MAX];
        Judgement last;
        Now now = firm_now(date, 600);
        StrBuf text = STRBUF_INIT;

        now.guards = guards;
        size_t n = judge_reasons(
                &firm->book, &firm->account, &firm->instalments[0], &now, reasons, &last);
        for (size_t i = 0; i < n; i++)
                strbuf_addf(&text, "%s%s", i > 0 ? " " : "", reason_code(reasons[i]));
        assert_string_equal(strbuf_text(&text), expected);
        strbuf_release(&text);
}

static void every_rule_that_holds_it_is_told_the_deciding_one_first(void **state)
{
        Firm *firm = *state;
        Instalment *instalment = &firm->instalments[0];

        assert_reasons(firm, "2026-03-05", 0, "");
        assert_reasons(firm, "2026-03-04", 0, "not-yet");
        assert_reasons(firm, "2026-03-05", GUARD_BIT(GUARD_PAUSED) | GUARD_BIT(GUARD_RESTORED),
                "paused restored");
        instalment->is_disputed = instalment->is_held = true;
        instalment->promised_until = day("2026-03-20");
        firm->account.paused_until = day("2026-03-09");
        firm->account.tags = "do_not_contact";
        assert_reasons(firm, "2026-03-05", GUARD_BIT(GUARD_STALE),
                "do-not-contact disputed held promised replied stale");
        assert_reasons(firm, "2026-03-04", 0, "do-not-contact disputed held promised replied");
        firm->account.tags = "";
        instalment->is_disputed = instalment->is_held = false;
        instalment->imported_on = day("2026-06-01");
        firm->book.limits.adopt_max_age_days = 60;
        instalment->is_uncertain = true;
        firm->steps[1].needs_approval = true;
        assert_reasons(firm, "2026-03-10", 0, "promised adoption uncertain needs-approval");
        instalment->released_on = day("2026-03-21");
        assert_reasons(firm, "2026-03-21", 0, "adoption uncertain needs-approval");
        instalment->open = 0;
        assert_reasons(firm, "2026-03-21", 0, "paid");
}

static void what_waits_for_a_deadline_says_so_once(void **state)
{
        Firm *firm = *state;
        Done done = firm_done("deadline", ACTION_DEADLINE, "2026-03-23");

        set_done(firm, 0, &done, 1); /* and printed none */
        firm->account.relation = RELATION_SERVICE;
        assert_reasons(firm, "2026-04-01", 0, "no-deadline");
        decide_on(firm, "2026-04-01");
        assert_reason(firm, 0, VERDICT_WAIT, REASON_NO_DEADLINE);
        assert_false(date_is_set(judged(firm, 0)->not_before));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(r16_a_service_is_suspended_after_its_deadline_goods_never),
                TEST(r16_reconnect_at_once_when_nothing_suspended_is_open),
                TEST(r17_agency_and_calls_are_a_persons),
                TEST(r17_an_approved_file_goes_to_its_recipient_for_itself_alone),
                TEST(r17_what_is_handed_over_now_is_not_asked_for_in_the_same_hour),
                TEST(r17_without_a_recipient_or_a_route_it_stays_a_persons),
                TEST(r17_after_the_handover_only_the_lawyers_task_follows),
                TEST(r17_the_lawyers_task_opens_on_its_day),
                TEST(r17_files_of_an_account_take_its_credit_once),
                TEST(a_step_that_needs_approval_goes_once_it_has_it),
                TEST(r18_what_was_old_when_it_came_in_waits_for_a_person),
                TEST(r19_deadlines_and_worse_wait_for_fresh_payments),
                TEST(r19_the_rest_of_a_group_goes_on),
                TEST(r18_r20_while_a_guard_stands_nothing_leaves),
                TEST(r18_r20_a_guard_holds_what_is_no_step_too),
                TEST(r25_an_answer_pauses_every_ladder_of_the_customer),
                TEST(every_rule_that_holds_it_is_told_the_deciding_one_first),
                TEST(what_waits_for_a_deadline_says_so_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
