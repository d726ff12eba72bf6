/* SPDX-License-Identifier: MIT */
/* What people say: promises, approvals, steps, policies, pauses; and that each is taken back. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "store/database.h"
#include "words-fixture.h"

static const Date never = { INT32_MIN };

static int64_t count(Fixture *fixture, const char *sql)
{
        int64_t n;

        assert_int_equal(db_integers(fixture->store, sql, NO_VALUES, &n, 1), 1);
        return n;
}

static void assert_day(Date day, Date expected)
{
        assert_int_equal(day.days, expected.days);
}

/* F-3 of two instalments, 100.00 and 50.00, the first one older. */
static void add_instalments(Fixture *fixture)
{
        InvoiceRow rows[] = { invoice_row("F-3", "C-1", 10000), invoice_row("F-3", "C-1", 5000) };
        int puts[2];

        rows[1].due = date_add(rows[0].due, 10);
        import_invoices(fixture, rows, 2, puts);
}

static void a_promise_is_of_every_open_instalment_and_a_new_one_replaces_it(void **state)
{
        Fixture *fixture = *state;

        fill(fixture);
        add_instalments(fixture);
        pay(fixture, "F-3", 10000, 0);
        int64_t first = promise(fixture, "F-3", 10, 0), second = promise(fixture, "F-3", 20, 2000);
        assert_int_equal(look(fixture, "F-3", 1)->promise, 0);
        assert_day(look(fixture, "F-3", 1)->promised_until, never);
        assert_int_equal(look(fixture, "F-3", 2)->promise, second);
        assert_day(look(fixture, "F-3", 2)->promised_until, DAY_AFTER(20));
        assert_int_equal(look(fixture, "F-3", 2)->promised_rest, 3000);
        assert_int_equal(look(fixture, "F-3", 2)->n_promises, 2);
        assert_int_equal(look(fixture, "F-1", 1)->promise, 0);
        assert_verified(fixture);
        undo(fixture, second);
        assert_int_equal(look(fixture, "F-3", 2)->promise, first);
        assert_day(look(fixture, "F-3", 2)->promised_until, DAY_AFTER(10));
        assert_int_equal(look(fixture, "F-3", 2)->promised_rest, 0);
        assert_int_equal(look(fixture, "F-3", 2)->n_promises, 1);
        undo(fixture, first);
        assert_int_equal(look(fixture, "F-3", 2)->promise, 0);
        assert_day(look(fixture, "F-3", 2)->promised_until, never);
}

static void what_is_promised_pays_the_oldest_first(void **state)
{
        static const struct {
                int64_t promised, rests[2];
        } cases[] = {
                { 0, { 0, 0 } },
                { 15000, { 0, 0 } },
                { 12000, { 0, 3000 } },
                { 10000, { 0, 5000 } },
                { 4000, { 6000, 5000 } },
        };
        Fixture *fixture = *state;

        fill(fixture);
        add_instalments(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t fact = promise(fixture, "F-3", 10, cases[i].promised);
                assert_int_equal(look(fixture, "F-3", 1)->promised_rest, cases[i].rests[0]);
                assert_int_equal(look(fixture, "F-3", 2)->promised_rest, cases[i].rests[1]);
                undo(fixture, fact);
        }
}

/* The rest is what would be open then, whatever has become of that payment since. */
static void a_payment_that_is_corrected_or_taken_back_counts_where_it_stood(void **state)
{
        Fixture *fixture = *state;
        PaymentRow row = payment_row("P-1", "F-2", 10000);

        fill(fixture);
        assert_int_equal(put_payment(fixture, &row), PUT_ADDED);
        promise(fixture, "F-2", 10, 15000);
        assert_int_equal(look(fixture, "F-2", 1)->promised_rest, 5000);
        row.reference = "as the bank has it";
        assert_int_equal(put_payment(fixture, &row), PUT_CHANGED);
        assert_int_equal(look(fixture, "F-2", 1)->promised_rest, 5000);
        undo(fixture, count(fixture, "select max(id) from fact where kind = 'payment'"));
        assert_int_equal(look(fixture, "F-2", 1)->promised_rest, 15000);
        /* The file still has it, as it was before the person spoke. */
        assert_int_equal(put_payment(fixture, &row), PUT_SAME);
        assert_int_equal(look(fixture, "F-2", 1)->open, 30000);
        row.amount = 12000;
        assert_int_equal(put_payment(fixture, &row), PUT_ADDED);
        assert_int_equal(look(fixture, "F-2", 1)->open, 18000);
        assert_verified(fixture);
}

static void promises_are_counted_and_more_need_force(void **state)
{
        Fixture *fixture = *state;
        const Promise forced = {
                .invoice = "F-2", .until = DAY_AFTER(30), .max_promises = 2, .is_forced = true
        };
        int64_t fact;

        fill(fixture);
        int64_t first = promise(fixture, "F-2", 5, 0);
        promise(fixture, "F-2", 10, 0);
        assert_int_equal(try_promise(fixture, "F-2", 20, 0, &fact), SAID_TOO_MANY_PROMISES);
        undo(fixture, first);
        promise(fixture, "F-2", 20, 0);
        begin(fixture);
        assert_int_equal(store_promise(fixture->store, &forced, NOON, &fact), SAID);
        commit(fixture);
        assert_int_equal(look(fixture, "F-2", 1)->n_promises, 3);
        pay(fixture, "F-1", 120000, 0);
        assert_int_equal(try_promise(fixture, "F-1", 20, 0, &fact), SAID_NOTHING_OPEN);
        assert_int_equal(try_promise(fixture, "X", 20, 0, &fact), -ENOENT);
}

static void a_release_ends_what_still_waits(void **state)
{
        static const struct {
                int until, released;
                bool counts;
        } cases[] = { { 10, 0, true }, { 10, 10, true }, { 10, 11, false } };
        Fixture *fixture = *state;

        fill(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t fact = promise(fixture, "F-2", cases[i].until, 0), released;
                release(fixture, "F-2", cases[i].released);
                assert_ok(store_last_fact(fixture->store, &released));
                assert_int_equal(look(fixture, "F-2", 1)->promise, fact);
                assert_day(look(fixture, "F-2", 1)->promised_until, never);
                assert_day(look(fixture, "F-2", 1)->released_on,
                        cases[i].counts ? DAY_AFTER(cases[i].released) : never);
                undo(fixture, released);
                assert_day(look(fixture, "F-2", 1)->promised_until, DAY_AFTER(cases[i].until));
                assert_day(look(fixture, "F-2", 1)->released_on, never);
                undo(fixture, fact);
        }
}

static void a_broken_promise_is_told_once(void **state)
{
        Fixture *fixture = *state;
        static const char broken[] = "select count(*) from fact where kind = 'promise-broken'";

        Account account = fill(fixture);
        promise(fixture, "F-2", 10, 0);
        for (int i = 0; i < 3; i++) {
                begin(fixture);
                assert_ok(store_break_promise(fixture->store, account.id,
                        find(&account, "F-2", 1)->invoice, 1, AT_DAY(11)));
                commit(fixture);
        }
        assert_int_equal(count(fixture, broken), 1);
        promise(fixture, "F-2", 20, 0);
        begin(fixture);
        assert_ok(store_break_promise(
                fixture->store, account.id, find(&account, "F-2", 1)->invoice, 1, AT_DAY(21)));
        commit(fixture);
        assert_int_equal(count(fixture, broken), 2);
}

/* Each thing that is said, and whether the instalment F-2 shows it. */
static bool is_held(const Instalment *f2)
{
        return f2->is_held && date_compare(f2->held_until, DAY_AFTER(10)) == 0;
}
static bool is_disputed(const Instalment *f2)
{
        return f2->is_disputed;
}
static bool is_under_policy(const Instalment *f2)
{
        return streq(f2->policy, "gentle");
}
static bool is_skipped(const Instalment *f2)
{
        return f2->n_done == 1 && f2->done[0].is_skip && streq(f2->done[0].step, "reminder") &&
               date_compare(f2->done[0].on, TODAY) == 0;
}
static bool is_called(const Instalment *f2)
{
        return f2->n_done == 1 && !f2->done[0].is_skip && f2->done[0].action == ACTION_CALL;
}
static bool is_handed_over(const Instalment *f2)
{
        return f2->n_done == 1 && f2->is_handed_over;
}
static bool is_suspended(const Instalment *f2)
{
        return f2->n_done == 1 && f2->is_suspended;
}
static bool is_approved(const Instalment *f2)
{
        return streq(f2->approved, "agency");
}
static bool is_adopted(const Instalment *f2)
{
        return f2->is_adopted;
}
static bool is_promised(const Instalment *f2)
{
        return f2->promise != 0;
}

typedef int (*Mark)(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact);

static int approve(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        return store_approve(store, mark, at, ret_fact);
}
static int adopt(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        return store_adopt(store, mark, at, ret_fact);
}
static int hold(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        int r = store_hold(store, &(Target){ .invoice = "F-2" }, DAY_AFTER(10), "", at);

        return r < 0 ? r : store_last_fact(store, ret_fact);
}
static int dispute(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        int r = store_dispute(store, "F-2", "quality", "", at);

        return r < 0 ? r : store_last_fact(store, ret_fact);
}
static int policy(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        return store_assign_policy(store, "F-2", "gentle", at, ret_fact);
}
static int vow(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact)
{
        return store_promise(store,
                &(Promise){ .invoice = "F-2", .until = DAY_AFTER(5), .max_promises = 2 }, at,
                ret_fact);
}

static void what_is_said_shows_until_it_is_taken_back(void **state)
{
        static const struct {
                Mark say;
                const char *step;
                Action action;
                bool (*shows)(const Instalment *f2);
        } cases[] = {
                { hold, "", 0, is_held },
                { dispute, "", 0, is_disputed },
                { policy, "", 0, is_under_policy },
                { vow, "", 0, is_promised },
                { store_skip, "reminder", ACTION_REMIND, is_skipped },
                { store_mark_done, "call", ACTION_CALL, is_called },
                { store_mark_done, "agency", ACTION_AGENCY, is_handed_over },
                { store_mark_done, "legal", ACTION_LEGAL, is_handed_over },
                { store_mark_done, "suspend", ACTION_SUSPEND, is_suspended },
                { approve, "agency", ACTION_AGENCY, is_approved },
                { adopt, "", 0, is_adopted },
        };
        Fixture *fixture = *state;
        Account account = fill(fixture);

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const StepMark mark = { account.id, find(&account, "F-2", 1)->invoice,
                        i % 2 ? 1 : 0, cases[i].step, cases[i].action, "why" };
                int64_t fact;
                begin(fixture);
                assert_ok(cases[i].say(fixture->store, &mark, NOON, TODAY, &fact));
                commit(fixture);
                assert_true(cases[i].shows(look(fixture, "F-2", 1)));
                assert_false(cases[i].shows(look(fixture, "F-1", 1)));
                assert_verified(fixture);
                undo(fixture, fact);
                assert_false(cases[i].shows(look(fixture, "F-2", 1)));
                assert_int_equal(try_undo(fixture, fact, 0), SAID_ALREADY);
        }
}

static void marks_of_nothing_at_all_are_told(void **state)
{
        static const Mark marks[] = { store_skip, store_mark_done, approve, adopt };
        Fixture *fixture = *state;
        Account account = fill(fixture);
        const StepMark mark = { account.id, find(&account, "F-2", 1)->invoice, 9, "x", ACTION_CALL,
                "" };
        int64_t fact;

        for (size_t i = 0; i < ELEMENTSOF(marks); i++) {
                begin(fixture);
                assert_int_equal(marks[i](fixture->store, &mark, NOON, TODAY, &fact), -ENOENT);
                store_rollback(fixture->store);
        }
}

static void a_persons_policy_outlives_a_file_that_says_nothing_new(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow row = invoice_row("F-2", "C-1", 30000);
        int64_t first, second;

        fill(fixture);
        begin(fixture);
        assert_ok(store_assign_policy(fixture->store, "F-2", "gentle", NOON, &first));
        commit(fixture);
        assert_int_equal(put_invoice(fixture, &row), PUT_SAME);
        assert_string_equal(look(fixture, "F-2", 1)->policy, "gentle");
        row.amount = 31000;
        assert_int_equal(put_invoice(fixture, &row), PUT_CHANGED);
        assert_string_equal(look(fixture, "F-2", 1)->policy, "gentle");
        row.policy = "strict";
        assert_int_equal(put_invoice(fixture, &row), PUT_CHANGED);
        assert_string_equal(look(fixture, "F-2", 1)->policy, "strict");
        undo(fixture, first);
        assert_string_equal(look(fixture, "F-2", 1)->policy, "strict");
        begin(fixture);
        assert_ok(store_assign_policy(fixture->store, "F-2", "", NOON, &second));
        commit(fixture);
        assert_string_equal(look(fixture, "F-2", 1)->policy, "");
        undo(fixture, second);
        assert_string_equal(look(fixture, "F-2", 1)->policy, "strict");
}

/* The file says disputed; the person released it; and the file has it otherwise since. */
static void a_files_dispute_comes_back_with_an_undone_release(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow row = invoice_row("F-4", "C-1", 100);
        int64_t released;

        fill(fixture);
        row.status = STATUS_DISPUTED;
        assert_int_equal(put_invoice(fixture, &row), PUT_ADDED);
        release(fixture, "F-4", 0);
        assert_ok(store_last_fact(fixture->store, &released));
        assert_int_equal(look(fixture, "F-4", 1)->status, STATUS_OPEN);
        assert_day(look(fixture, "F-4", 1)->released_on, TODAY);
        undo(fixture, released);
        assert_int_equal(look(fixture, "F-4", 1)->status, STATUS_DISPUTED);
        release(fixture, "F-4", 0);
        assert_ok(store_last_fact(fixture->store, &released));
        row.status = STATUS_CANCELLED;
        row.policy = "policy: open → disputed; status: open → disputed";
        assert_int_equal(put_invoice(fixture, &row), PUT_CHANGED);
        assert_int_equal(look(fixture, "F-4", 1)->status, STATUS_CANCELLED);
        assert_int_equal(look(fixture, "F-4", 1)->open, 0);
        assert_verified(fixture);
        undo(fixture, released);
        assert_int_equal(look(fixture, "F-4", 1)->status, STATUS_CANCELLED);
        assert_day(look(fixture, "F-4", 1)->released_on, never);
}

static void who_has_written_by_a_channel_is_known_until_it_is_taken_back(void **state)
{
        static const struct {
                const char *channel;
                int64_t seconds;
                bool has_written;
        } cases[] = {
                { "whatsapp", -1, true },
                { "whatsapp", 0, true },
                { "whatsapp", 1, false },
                { "email", -1, false },
                { "", -1, false },
        };
        Fixture *fixture = *state;
        int64_t fact;
        bool has_written;

        fill(fixture);
        int64_t customer = load_account(fixture, "C-1").customer;
        begin(fixture);
        assert_ok(store_reply(
                fixture->store, &(Answered){ "C-1", "", "whatsapp", DAY_AFTER(5) }, NOON, &fact));
        commit(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Instant since = { NOON.usec + cases[i].seconds * USEC_PER_SEC };
                assert_ok(store_has_written(
                        fixture->store, customer, cases[i].channel, since, &has_written));
                assert_int_equal(has_written, cases[i].has_written);
        }
        assert_ok(store_has_written(fixture->store, customer + 1, "whatsapp", NOON, &has_written));
        assert_false(has_written);
        undo(fixture, fact);
        assert_ok(store_has_written(fixture->store, customer, "whatsapp", NOON, &has_written));
        assert_false(has_written);
}

static void a_reply_pauses_until_the_later_day_or_a_release(void **state)
{
        Fixture *fixture = *state;
        int64_t first, second, released;

        fill(fixture);
        begin(fixture);
        assert_ok(store_reply(fixture->store, &(Answered){ "C-1", "on holiday", "", DAY_AFTER(5) },
                NOON, &first));
        assert_ok(store_reply(
                fixture->store, &(Answered){ "C-1", "", "", DAY_AFTER(3) }, NOON, &second));
        commit(fixture);
        assert_day(load_account(fixture, "C-1").paused_until, DAY_AFTER(5));
        undo(fixture, first);
        assert_day(load_account(fixture, "C-1").paused_until, DAY_AFTER(3));
        begin(fixture);
        assert_ok(store_release(
                fixture->store, &(Target){ .customer = "C-1" }, DAY_AFTER(2), AT_DAY(2)));
        assert_ok(store_last_fact(fixture->store, &released));
        commit(fixture);
        assert_day(load_account(fixture, "C-1").paused_until, never);
        assert_day(look(fixture, "F-1", 1)->released_on, DAY_AFTER(2));
        undo(fixture, released);
        assert_day(load_account(fixture, "C-1").paused_until, DAY_AFTER(3));
        assert_day(look(fixture, "F-1", 1)->released_on, never);
        undo(fixture, second);
        assert_day(load_account(fixture, "C-1").paused_until, never);
}

typedef struct Refused {
        int n;
        char channels[64];
} Refused;

static void note_refused(void *owner, const char *channel, const char *address)
{
        Refused *refused = owner;
        size_t length = strlen(refused->channels);

        refused->n++;
        snprintf(refused->channels + length, sizeof(refused->channels) - length, "%s=%s;", channel,
                address);
}

/* What the agency is told of it is nobody's word. */
static void the_last_fact_is_the_one_that_was_said(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture);
        const StepMark mark = { account.id, account.instalments[0].invoice, 1, "agency",
                ACTION_AGENCY, "" };
        PaymentRow row = payment_row("P-1", "", 5000);
        int64_t fact;
        FactHead head;

        begin(fixture);
        assert_ok(store_mark_done(fixture->store, &mark, NOON, TODAY, &fact));
        commit(fixture);
        row.customer = "C-1";
        assert_int_equal(put_payment(fixture, &row), PUT_ADDED);
        assert_ok(store_last_fact(fixture->store, &fact));
        assert_ok(store_find_fact(fixture->store, fact, &fixture->arena, &head));
        assert_string_equal(head.kind, "payment");
}

static void an_opt_out_is_of_every_address_and_outlives_a_new_one(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture);
        Refused refused = { 0 };
        int64_t first, second;

        assert_false(load_account(fixture, "C-1").has_refusals);
        begin(fixture);
        assert_ok(store_refuse_address(
                fixture->store, account.customer, "email", "martin@example.org", "no such user"));
        assert_ok(store_opt_out(fixture->store, "C-1", "sms", NOON, &first));
        assert_ok(store_opt_out(fixture->store, "C-1", "sms", NOON, &second));
        assert_ok(store_contact(
                fixture->store, "C-1", "new@example.org", "+33100000000", NULL, NOON));
        commit(fixture);
        assert_true(load_account(fixture, "C-1").has_refusals);
        assert_ok(store_refused_channels(fixture->store, account.customer, note_refused, &refused));
        assert_string_equal(refused.channels, "sms=;");
        undo(fixture, first);
        refused = (Refused){ 0 };
        assert_ok(store_refused_channels(fixture->store, account.customer, note_refused, &refused));
        assert_int_equal(refused.n, 1);
        undo(fixture, second);
        assert_false(load_account(fixture, "C-1").has_refusals);
}

static void a_customers_hold_is_undone_on_all_of_its_invoices(void **state)
{
        Fixture *fixture = *state;
        const InvoiceRow later = invoice_row("F-3", "C-1", 100),
                         last = invoice_row("F-4", "C-1", 1);
        int64_t fact;

        fill(fixture);
        begin(fixture);
        assert_ok(store_hold(
                fixture->store, &(Target){ .customer = "C-1" }, DATE_NONE, "court", NOON));
        assert_ok(store_last_fact(fixture->store, &fact));
        commit(fixture);
        put_invoice(fixture, &later);
        release(fixture, "F-1", 0);
        assert_false(look(fixture, "F-1", 1)->is_held);
        assert_true(look(fixture, "F-2", 1)->is_held);
        assert_true(look(fixture, "F-3", 1)->is_held);
        undo(fixture, fact);
        assert_false(look(fixture, "F-2", 1)->is_held);
        assert_false(look(fixture, "F-3", 1)->is_held);
        assert_day(look(fixture, "F-1", 1)->released_on, never);
        put_invoice(fixture, &last);
        assert_false(look(fixture, "F-4", 1)->is_held);
        assert_verified(fixture);
}

static void money_that_is_taken_back_reopens_and_what_no_one_said_is_not(void **state)
{
        Fixture *fixture = *state;
        int64_t fact;

        fill(fixture);
        int64_t payment = pay(fixture, "F-2", 30000, 0);
        begin(fixture);
        assert_ok(store_set_last_wake(fixture->store, NOON));
        commit(fixture);
        assert_int_equal(try_undo(fixture, payment, 4), SAID);
        assert_int_equal(look(fixture, "F-2", 1)->open, 30000);
        assert_day(look(fixture, "F-2", 1)->reopened_on, DAY_AFTER(4));
        assert_verified(fixture);
        assert_int_equal(try_undo(fixture, payment, 4), SAID_ALREADY);
        assert_ok(store_last_fact(fixture->store, &fact));
        assert_int_equal(try_undo(fixture, fact, 4), SAID_NOT_UNDONE);
        assert_int_equal(try_undo(fixture, 1, 4), SAID_NOT_UNDONE);
        assert_int_equal(try_undo(fixture, 999, 4), -ENOENT);
}

static void what_was_said_of_a_promise_is_of_that_promise(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture);
        const ContactLine line = { .invoice = find(&account, "F-2", 1)->invoice, .seq = 1 };
        unsigned confirmed = 1U << NOTICE_PROMISE_CONFIRMED;
        unsigned reminded = 1U << NOTICE_PROMISE_REMINDER;
        char key[24];

        int64_t first = promise(fixture, "F-2", 5, 0);
        snprintf(key, sizeof(key), "%d", (int)first);
        Contact contact = { .account = account.id,
                .kind = NOTICE_PROMISE_CONFIRMED,
                .occasion = occasion_names[NOTICE_PROMISE_CONFIRMED],
                .subject_key = key,
                .deadline = DATE_NONE,
                .offer_until = DATE_NONE };
        int64_t notice = add_notice(fixture, contact, &line);
        assert_int_equal(look(fixture, "F-2", 1)->said, confirmed);
        send_notice(fixture, notice);
        assert_int_equal(look(fixture, "F-2", 1)->said, confirmed);
        contact.kind = NOTICE_PROMISE_REMINDER;
        contact.occasion = occasion_names[NOTICE_PROMISE_REMINDER];
        notice = add_notice(fixture, contact, &line);
        assert_int_equal(look(fixture, "F-2", 1)->said, confirmed | reminded);
        Account without;
        assert_ok(store_load_account(fixture->store, account.id, 2, &fixture->arena, &without));
        assert_int_equal(find(&without, "F-2", 1)->said, confirmed);
        begin(fixture);
        assert_ok(store_mark_cancelled(fixture->store, notice, REASON_CHANGED));
        commit(fixture);
        assert_int_equal(look(fixture, "F-2", 1)->said, confirmed);
        assert_verified(fixture);
        int64_t second = promise(fixture, "F-2", 10, 0);
        assert_int_equal(look(fixture, "F-2", 1)->said, 0);
        undo(fixture, second);
        assert_int_equal(look(fixture, "F-2", 1)->said, confirmed);
}

static void what_was_handed_over_by_a_notice_is_and_its_recheck_knows(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture), without;
        const ContactLine line = { .invoice = find(&account, "F-2", 1)->invoice,
                .seq = 1,
                .step = "agency",
                .action = ACTION_AGENCY };
        const Contact contact = { .account = account.id,
                .kind = NOTICE_HANDOVER,
                .action = ACTION_AGENCY,
                .step = "agency",
                .policy = "standard",
                .deadline = DATE_NONE,
                .offer_until = DATE_NONE,
                .reason = REASON_APPROVED };

        int64_t notice = add_notice(fixture, contact, &line);
        assert_false(look(fixture, "F-2", 1)->is_handed_over);
        send_notice(fixture, notice);
        assert_true(look(fixture, "F-2", 1)->is_handed_over);
        assert_ok(store_load_account(fixture->store, account.id, 1, &fixture->arena, &without));
        assert_false(find(&without, "F-2", 1)->is_handed_over);
        assert_verified(fixture);
}

static void guards_clocks_and_the_day_it_came_in_are_kept(void **state)
{
        Fixture *fixture = *state;
        const WakeClock clock = { .boottime_usec = INT64_C(123456789), .boot = "a-boot" };
        PaymentRow row = payment_row("P-1", "F-2", 100);
        WakeClock kept;
        unsigned guards;
        Date newest;

        fill(fixture);
        assert_day(look(fixture, "F-1", 1)->imported_on, TODAY);
        assert_ok(store_get_guards(fixture->store, &guards));
        assert_int_equal(guards, 0);
        assert_ok(store_get_wake_clock(fixture->store, &kept));
        assert_string_equal(kept.boot, "");
        begin(fixture);
        assert_ok(store_set_guards(fixture->store, GUARD_BIT(GUARD_STALE)));
        assert_ok(store_set_wake_clock(fixture->store, &clock));
        commit(fixture);
        assert_ok(store_get_guards(fixture->store, &guards));
        assert_int_equal(guards, GUARD_BIT(GUARD_STALE));
        assert_ok(store_get_wake_clock(fixture->store, &kept));
        assert_int_equal(kept.boottime_usec, clock.boottime_usec);
        assert_string_equal(kept.boot, "a-boot");
        row.is_by_hand = true;
        put_payment(fixture, &row);
        assert_ok(store_get_newest_payment(fixture->store, &newest));
        assert_day(newest, never);
        row = payment_row("P-2", "F-2", 100);
        put_payment(fixture, &row);
        assert_ok(store_get_newest_payment(fixture->store, &newest));
        assert_day(newest, row.date);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(a_promise_is_of_every_open_instalment_and_a_new_one_replaces_it),
                TEST(what_is_promised_pays_the_oldest_first),
                TEST(a_payment_that_is_corrected_or_taken_back_counts_where_it_stood),
                TEST(promises_are_counted_and_more_need_force),
                TEST(a_release_ends_what_still_waits),
                TEST(a_broken_promise_is_told_once),
                TEST(what_is_said_shows_until_it_is_taken_back),
                TEST(marks_of_nothing_at_all_are_told),
                TEST(a_persons_policy_outlives_a_file_that_says_nothing_new),
                TEST(a_files_dispute_comes_back_with_an_undone_release),
                TEST(who_has_written_by_a_channel_is_known_until_it_is_taken_back),
                TEST(a_reply_pauses_until_the_later_day_or_a_release),
                TEST(the_last_fact_is_the_one_that_was_said),
                TEST(an_opt_out_is_of_every_address_and_outlives_a_new_one),
                TEST(a_customers_hold_is_undone_on_all_of_its_invoices),
                TEST(money_that_is_taken_back_reopens_and_what_no_one_said_is_not),
                TEST(what_was_said_of_a_promise_is_of_that_promise),
                TEST(what_was_handed_over_by_a_notice_is_and_its_recheck_knows),
                TEST(guards_clocks_and_the_day_it_came_in_are_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
