/* SPDX-License-Identifier: MIT */
/* Listings: what people look at, and the check that everything kept follows from its sources. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "store-fixture.h"

#include "store/channels.h"
#include "store/database.h"
#include "store/pager.h"

/* Sends "reminder" of F-1 by e-mail (F-2 is listed) and leaves its SMS pending. */
static void send_reminder(Fixture *fixture, Contact *contact, Notice notices[static 2])
{
        Account account = fill(fixture);
        const ContactLine lines[] = {
                { .invoice = account.instalments[0].invoice,
                        .seq = 1,
                        .step = "reminder",
                        .action = ACTION_REMIND,
                        .open = 120000,
                        .prints_deadline = true },
                { .invoice = account.instalments[1].invoice, .seq = 1, .open = 30000 },
        };

        *contact = (Contact){ .account = account.id,
                .action = ACTION_REMIND,
                .step = "reminder",
                .policy = "standard",
                .at = NOON,
                .day = TODAY,
                .total = 150000,
                .deadline = date_add(TODAY, 8),
                .reason = REASON_DUE,
                .lines = lines,
                .n_lines = 2 };
        notices[0] = (Notice){ .channel = "email",
                .to = "martin@example.org",
                .language = "fr",
                .message_id = "m-1",
                .template_name = "remind",
                .subject = "Facture F-1",
                .text = "Bonjour",
                .date = NOON,
                .not_before = INSTANT_NONE };
        notices[1] = (Notice){ .channel = "sms",
                .to = "+33123456789",
                .language = "fr",
                .message_id = "m-2",
                .template_name = "remind",
                .subject = "",
                .text = "SMS",
                .date = NOON,
                .not_before = INSTANT_NONE };
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, contact, notices, 2));
        assert_ok(store_mark_handed(fixture->store, &notices[0].id, 1));
        assert_ok(store_mark_begun(
                fixture->store, notices[0].id, (Instant){ NOON.usec + USEC_PER_SEC }));
        assert_ok(store_mark_sent(fixture->store, notices[0].id, REASON_DUE,
                (Instant){ NOON.usec + 2 * USEC_PER_SEC }, TODAY, "ref-1"));
        commit(fixture);
}

typedef struct Seen {
        int n, stop_after;
        char text[2048];
} Seen;

static int on_log(void *owner, const LogRow *row)
{
        Seen *seen = owner;
        size_t used = strlen(seen->text);

        used += (size_t)snprintf(seen->text + used, sizeof(seen->text) - used,
                "%s %s %s %s %s %s %" PRId64 " to %s ref %s x%d:", row->customer, row->currency,
                row->step, row->channel, notice_state_names[row->state], reason_code(row->reason),
                row->total, row->to, row->reference ? row->reference : "-", row->attempts);
        for (size_t i = 0; i < row->n_lines; i++)
                used += (size_t)snprintf(seen->text + used, sizeof(seen->text) - used,
                        " %s/%d/%s/%" PRId64, row->lines[i].invoice, row->lines[i].seq,
                        row->lines[i].step ? row->lines[i].step : "-", row->lines[i].open);
        snprintf(seen->text + used, sizeof(seen->text) - used, "\n");
        return ++seen->n == seen->stop_after ? 7 : 0;
}

static void the_log_has_a_row_for_each_notice(void **state)
{
        Fixture *fixture = *state;
        const LogFilter all = { .since = INSTANT_NONE, .until = INSTANT_NONE, .state = -1 };
        Contact contact;
        Notice notices[2];
        Seen seen = { 0 };

        send_reminder(fixture, &contact, notices);
        assert_ok(store_list_log(fixture->store, &all, on_log, &seen));
        assert_string_equal(seen.text,
                "C-1 EUR reminder email sent due 150000 to martin@example.org ref ref-1 x1: "
                "F-1/1/reminder/120000 F-2/1/-/30000\n"
                "C-1 EUR reminder sms pending due 150000 to +33123456789 ref - x0: "
                "F-1/1/reminder/120000 F-2/1/-/30000\n");
        seen = (Seen){ 0 };
        assert_ok(store_get_log(fixture->store, notices[1].id, NULL, on_log, &seen));
        assert_int_equal(seen.n, 1);
        assert_int_equal(store_get_log(fixture->store, 99, NULL, on_log, &seen), -ENOENT);
        seen = (Seen){ .stop_after = 1 };
        assert_int_equal(store_list_log(fixture->store, &all, on_log, &seen), 7);
        assert_int_equal(seen.n, 1);
}

/* Beside the reminder of send_reminder(), whose SMS is at a worker now: thanks about F-2 that
 * failed at their second try, and a reconnection that waits. */
static void send_more(Fixture *fixture, const Contact *reminder, const Notice *notices)
{
        const ContactLine line = { .invoice = reminder->lines[1].invoice, .seq = 1 };
        const Instant later = { NOON.usec + 3600 * USEC_PER_SEC };
        Contact thanks = { .account = reminder->account,
                .kind = NOTICE_THANKS,
                .occasion = "thanks",
                .subject_key = "F-2",
                .at = later,
                .day = TODAY,
                .deadline = DATE_NONE,
                .reason = REASON_THANKS,
                .lines = &line,
                .n_lines = 1 };
        Contact reconnect = { .account = reminder->account,
                .kind = NOTICE_RECONNECT,
                .action = ACTION_RECONNECT,
                .at = later,
                .day = TODAY,
                .deadline = DATE_NONE,
                .reason = REASON_RECONNECT,
                .lines = &line,
                .n_lines = 1 };
        Notice mail = { .channel = "email",
                .to = "martin@example.org",
                .language = "fr",
                .message_id = "m-3",
                .template_name = "thanks",
                .subject = "Merci",
                .text = "Merci",
                .date = later,
                .not_before = INSTANT_NONE };
        Notice call = mail;

        call.channel = "hook";
        begin(fixture);
        assert_ok(store_mark_handed(fixture->store, &notices[1].id, 1));
        assert_ok(store_mark_begun(fixture->store, notices[1].id, NOON));
        assert_ok(store_add_contact(fixture->store, &thanks, &mail, 1));
        assert_ok(store_add_contact(fixture->store, &reconnect, &call, 1));
        assert_ok(store_mark_handed(fixture->store, &mail.id, 1));
        assert_ok(store_mark_retry(
                fixture->store, mail.id, REASON_RETRY, "busy", INSTANT_NONE, later));
        assert_ok(store_mark_handed(fixture->store, &mail.id, 1));
        assert_ok(store_mark_failed(
                fixture->store, mail.id, REASON_REFUSED_ADDRESS, "no such user", later));
        commit(fixture);
}

static int add_notice(void *owner, const LogRow *row)
{
        Seen *seen = owner;
        size_t used = strlen(seen->text);

        snprintf(seen->text + used, sizeof(seen->text) - used, "%" PRId64 " ", row->notice);
        return 0;
}

/* 1: the mail of the reminder, sent. 2: its SMS, begun. 3: thanks, failed. 4: a reconnection. */
static void the_log_can_be_narrowed(void **state)
{
        Fixture *fixture = *state;
        Contact contact;
        Notice notices[2];
#define ANY .since = INSTANT_NONE, .until = INSTANT_NONE
        const Instant sent = { NOON.usec + USEC_PER_SEC }, after = { NOON.usec + 2 };
        const struct {
                LogFilter filter;
                const char *notices;
        } cases[] = {
                { { ANY, .state = -1 }, "1 2 3 4 " },
                { { .since = NOON, .until = INSTANT_NONE, .state = -1 }, "1 2 3 4 " },
                { { .since = after, .until = INSTANT_NONE, .state = -1 }, "1 3 4 " },
                { { .since = INSTANT_NONE, .until = after, .state = -1 }, "2 " },
                { { .since = INSTANT_NONE, .until = NOON, .state = -1 }, "" },
                { { .since = after, .until = sent, .state = -1 }, "" },
                { { .since = sent, .until = { sent.usec + 1 }, .state = -1 }, "1 " },
                { { ANY, .state = -1, .customer = "C-1" }, "1 2 3 4 " },
                { { ANY, .state = -1, .customer = "C-2" }, "" },
                { { ANY, .state = -1, .channel = "email" }, "1 3 " },
                { { ANY, .state = -1, .channel = "paper" }, "" },
                { { ANY, .state = -1, .invoice = "F-1" }, "1 2 " },
                { { ANY, .state = -1, .invoice = "F-2" }, "1 2 3 4 " },
                { { ANY, .state = -1, .invoice = "F-3" }, "" },
                { { ANY, .state = -1, .step = "reminder" }, "1 2 " },
                { { ANY, .state = -1, .step = "thanks" }, "3 " },
                { { ANY, .state = -1, .step = "reconnect" }, "4 " },
                { { ANY, .state = -1, .step = "remind" }, "" },
                { { ANY, .state = NOTICE_SENT }, "1 " },
                { { ANY, .state = NOTICE_PENDING }, "4 " },
                { { ANY, .state = NOTICE_HANDED }, "2 " },
                { { ANY, .state = NOTICE_BEGUN }, "2 " },
                { { ANY, .state = NOTICE_FAILED }, "3 " },
                { { ANY, .state = NOTICE_UNCERTAIN }, "" },
                { { ANY, .state = NOTICE_CANCELLED }, "" },
                { { ANY, .state = -1, .only_open = true }, "2 4 " },
                { { ANY, .state = NOTICE_FAILED, .only_open = true }, "" },
                { { ANY, .state = NOTICE_FAILED, .invoice = "F-2", .channel = "email" }, "3 " },
                { { ANY, .state = NOTICE_SENT, .invoice = "F-1", .step = "deadline" }, "" },
        };

        send_reminder(fixture, &contact, notices);
        send_more(fixture, &contact, notices);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Seen seen = { 0 };
                print_message("case %zu\n", i);
                assert_ok(store_list_log(fixture->store, &cases[i].filter, add_notice, &seen));
                assert_string_equal(seen.text, cases[i].notices);
                for (int64_t id = 1; id <= 4; id++) {
                        char text[16];
                        Seen one = { 0 };
                        snprintf(text, sizeof(text), "%" PRId64 " ", id);
                        assert_int_equal(store_get_log(fixture->store, id, &cases[i].filter,
                                                 add_notice, &one),
                                strstr(cases[i].notices, text) ? 0 : -ENOENT);
                }
        }
}

static int on_attempt(void *owner, const AttemptReport *row)
{
        Seen *seen = owner;
        size_t used = strlen(seen->text);

        snprintf(seen->text + used, sizeof(seen->text) - used,
                "%d %s %s %" PRId64 "/%" PRId64 " %s %s\n", row->attempt,
                notice_state_names[row->outcome], reason_code(row->reason),
                instant_is_set(row->begun) ? (row->begun.usec - NOON.usec) / USEC_PER_SEC : -1,
                instant_is_set(row->ended) ? (row->ended.usec - NOON.usec) / USEC_PER_SEC : -1,
                row->reference ? row->reference : "-", row->detail);
        return 0;
}

static void every_try_of_a_notice_is_told(void **state)
{
        Fixture *fixture = *state;
        Contact contact;
        Notice notices[2];
        static const char *const told[] = {
                "1 sent due 1/2 ref-1 \n",
                "1 begun due 0/-1 - \n",
                "1 pending retry -1/3600 - busy\n"
                "2 failed refused-address -1/3600 - no such user\n",
                "",
        };

        send_reminder(fixture, &contact, notices);
        send_more(fixture, &contact, notices);
        for (size_t i = 0; i < ELEMENTSOF(told); i++) {
                Seen seen = { 0 };
                assert_ok(store_list_attempts(fixture->store, (int64_t)i + 1, on_attempt, &seen));
                assert_string_equal(seen.text, told[i]);
        }
        assert_verified(fixture);
}

/* Uncertain, sent once more, and settled by a person. */
static void a_try_that_was_uncertain_is_told_as_it_was(void **state)
{
        Fixture *fixture = *state;
        Store *store = fixture->store;
        Contact contact;
        Notice notices[2];
        Seen seen = { 0 };

        send_reminder(fixture, &contact, notices);
        const int64_t id = notices[1].id;
        begin(fixture);
        for (int i = 0; i < 2; i++) {
                if (i > 0)
                        assert_ok(store_mark_resend(store, id));
                assert_ok(store_mark_handed(store, &id, 1));
                assert_ok(store_mark_begun(store, id, NOON));
                assert_ok(store_mark_uncertain(
                        store, id, REASON_MAY_HAVE_BEEN_SENT, "no answer", NOON));
        }
        assert_ok(store_mark_sent(store, id, REASON_SETTLED_BY_PERSON, NOON, TODAY, NULL));
        commit(fixture);
        assert_ok(store_list_attempts(store, id, on_attempt, &seen));
        assert_string_equal(seen.text, "1 uncertain may-have-been-sent 0/0 - no answer\n"
                                       "2 uncertain may-have-been-sent 0/0 - no answer\n");
}

static int on_invoice(void *owner, const InvoiceReport *row)
{
        Seen *seen = owner;
        size_t used = strlen(seen->text);

        snprintf(seen->text + used, sizeof(seen->text) - used,
                "%s %s %d %" PRId64 "/%" PRId64 " %s%s%s\n", row->customer, row->number, row->seq,
                row->open, row->amount, row->last_step, row->is_held ? " held" : "",
                row->is_disputed ? " disputed" : "");
        seen->n++;
        return 0;
}

static void invoices_are_listed_by_instalment(void **state)
{
        Fixture *fixture = *state;
        const PaymentRow payment = payment_row("P-1", "F-2", 30000);
        Contact contact;
        Notice notices[2];
        Seen seen = { 0 };

        send_reminder(fixture, &contact, notices);
        put_payment(fixture, &payment);
        begin(fixture);
        assert_ok(store_hold(fixture->store, &(Target){ .invoice = "F-1" }, DATE_NONE, "", NOON));
        commit(fixture);
        assert_ok(store_list_invoices(fixture->store, NULL, NULL, on_invoice, &seen));
        assert_string_equal(
                seen.text, "C-1 F-1 1 120000/120000 reminder held\nC-1 F-2 1 0/30000 \n");
        seen = (Seen){ 0 };
        Pager *pager = NULL;
        assert_ok(store_page_invoices(fixture->store, "C-1", true, on_invoice, &seen, &pager));
        assert_ok(pager_run(pager, 0));
        assert_int_equal(seen.n, 1);
        assert_ok(store_list_invoices(fixture->store, NULL, "F-2", on_invoice, &seen));
        assert_int_equal(seen.n, 2);
        assert_ok(store_list_invoices(fixture->store, "C-2", NULL, on_invoice, &seen));
        assert_int_equal(seen.n, 2);
}

static int on_customer(void *owner, const CustomerReport *row)
{
        Seen *seen = owner;
        size_t used = strlen(seen->text);

        snprintf(seen->text + used, sizeof(seen->text) - used,
                "%s [%s] %zu %" PRId64 " %" PRId64 "\n", row->code, row->currency, row->n_open,
                row->open, row->unassigned);
        return 0;
}

static void customers_are_listed_by_account(void **state)
{
        Fixture *fixture = *state;
        const CustomerRow lone = customer_row("C-0");
        InvoiceRow dollars = invoice_row("F-3", "C-1", 900);
        PaymentRow payment = payment_row("P-1", "", 40);
        Seen seen = { 0 };

        fill(fixture);
        put_customer(fixture, &lone);
        dollars.currency = "USD";
        put_invoice(fixture, &dollars);
        payment.customer = "C-1";
        put_payment(fixture, &payment);
        assert_ok(store_list_customers(fixture->store, NULL, on_customer, &seen));
        assert_string_equal(seen.text, "C-0 [] 0 0 0\nC-1 [EUR] 2 150000 40\nC-1 [USD] 1 900 0\n");
        seen = (Seen){ 0 };
        assert_ok(store_list_customers(fixture->store, "C-0", on_customer, &seen));
        assert_string_equal(seen.text, "C-0 [] 0 0 0\n");
}

static int on_fact(void *owner, const FactReport *row)
{
        Seen *seen = owner;
        size_t used = strlen(seen->text);

        snprintf(seen->text + used, sizeof(seen->text) - used, "%s %" PRId64 " %s%s%s%s%s\n",
                row->kind, row->amount, row->id, row->reference, *row->changes ? " " : "",
                row->changes, row->is_withdrawn ? " (withdrawn)" : "");
        return 0;
}

static void facts_of_an_invoice_tell_its_story(void **state)
{
        Fixture *fixture = *state;
        InvoiceRow changed = invoice_row("F-1", "C-1", 110000);
        PaymentRow payment = payment_row("P-1", "F-1", 500);
        Seen seen = { 0 };

        fill(fixture);
        put_payment(fixture, &payment);
        payment.amount = 600;
        put_payment(fixture, &payment);
        put_invoice(fixture, &changed);
        begin(fixture);
        assert_ok(store_dispute(fixture->store, "F-1", "quality", "broken", NOON));
        commit(fixture);
        assert_ok(store_list_facts(fixture->store, "F-1", on_fact, &seen));
        assert_string_equal(seen.text, "invoice 120000 invoices.csv\n"
                                       "payment 500 P-1 (withdrawn)\n"
                                       "payment 600 P-1\n"
                                       "change 0 invoices.csv amount: 1200.00 → 1100.00\n"
                                       "dispute 0 quality\n");
        assert_int_equal(store_list_facts(fixture->store, "X", on_fact, &seen), -ENOENT);
}

static void the_status_counts(void **state)
{
        Fixture *fixture = *state;
        const PaymentRow payment = payment_row("P-1", "F-2", 30000);
        Contact contact;
        Notice notices[2];
        StoreStatus status;

        assert_ok(store_get_status(fixture->store, &status));
        assert_int_equal(status.mode, STORE_FRESH);
        assert_false(instant_is_set(status.last_wake));
        assert_false(instant_is_set(status.last_sent));
        assert_false(date_is_set(status.newest_payment));
        send_reminder(fixture, &contact, notices);
        put_payment(fixture, &payment);
        assert_ok(store_get_status(fixture->store, &status));
        assert_int_equal(status.n_customers, 1);
        assert_int_equal(status.n_open_instalments, 1);
        assert_int_equal(status.n_tasks, 0);
        assert_int_equal(status.n_notices[NOTICE_SENT], 1);
        assert_int_equal(status.n_notices[NOTICE_PENDING], 1);
        assert_int_equal(status.n_notices[NOTICE_FAILED], 0);
        assert_int_equal(status.last_sent.usec, NOON.usec + USEC_PER_SEC);
        assert_int_equal(status.newest_payment.days, TODAY.days);
}

static void a_channel_tells_what_left_what_waits_and_what_went_wrong_last(void **state)
{
        Fixture *fixture = *state;
        Contact contact;
        Notice notices[2];
        ChannelReport report;
        int64_t n, n_retried;

        send_reminder(fixture, &contact, notices);
        begin(fixture);
        assert_ok(store_note_channel_error(fixture->store, "sms", "no credit", NOON));
        assert_ok(store_note_channel_error(
                fixture->store, "sms", "busy", (Instant){ NOON.usec + 1 }));
        commit(fixture);
        assert_ok(store_get_channel(fixture->store, "email", &fixture->arena, &report));
        assert_int_equal(report.last_sent.usec, NOON.usec + USEC_PER_SEC);
        assert_string_equal(report.error, "");
        assert_false(instant_is_set(report.error_at));
        assert_ok(store_count_waiting(fixture->store, "email", &n, &n_retried));
        assert_int_equal(n, 0);
        assert_ok(store_get_channel(fixture->store, "sms", &fixture->arena, &report));
        assert_false(instant_is_set(report.last_sent));
        assert_string_equal(report.error, "busy");
        assert_int_equal(report.error_at.usec, NOON.usec + 1);
        assert_ok(store_count_waiting(fixture->store, "sms", &n, &n_retried));
        assert_int_equal(n, 1);
        assert_int_equal(n_retried, 0);
}

static void verify_finds_what_no_longer_follows(void **state)
{
        Fixture *fixture = *state;
        static const char *const damages[] = {
                "update instalment set open = open - 1 where number = 'F-1'",
                "update invoice set payments = payments + 1 where number = 'F-1'",
                "update account set unassigned = unassigned + 1",
                "update account set left_over = left_over + 1",
                "update account set last_contact = last_contact + 1",
                "update instalment set is_in_flight = 0 where number = 'F-1'",
                "update instalment set is_uncertain = 1 where number = 'F-2'",
                "update instalment set n_done = 0",
                "update contact set is_in_flight = 0",
                "update contact set is_counted = 0",
                "delete from done",
                "delete from body where notice = 1",
                "update invoice set account = 12",
                "update meta set open_instalments = open_instalments + 1",
                "update channel_tally set sent = sent + 1",
                "update channel_tally set failed = failed + 1",
                "update channel_tally set last_sent = last_sent + 1",
                "delete from channel_tally",
        };
        Contact contact;
        Notice notices[2];

        send_reminder(fixture, &contact, notices);
        assert_verified(fixture);
        for (size_t i = 0; i < ELEMENTSOF(damages); i++) {
                int n = 0;
                assert_ok(db_execute(fixture->store, "pragma foreign_keys = off"));
                begin(fixture);
                assert_ok(db_run(fixture->store, damages[i], NO_VALUES));
                print_message("%s:\n", damages[i]);
                int r = store_verify(fixture->store, count_finding, &n);
                store_rollback(fixture->store);
                assert_ok(r);
                assert_true(n > 0);
        }
        assert_verified(fixture);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(the_log_has_a_row_for_each_notice),
                TEST(the_log_can_be_narrowed),
                TEST(every_try_of_a_notice_is_told),
                TEST(a_try_that_was_uncertain_is_told_as_it_was),
                TEST(invoices_are_listed_by_instalment),
                TEST(customers_are_listed_by_account),
                TEST(facts_of_an_invoice_tell_its_story),
                TEST(the_status_counts),
                TEST(a_channel_tells_what_left_what_waits_and_what_went_wrong_last),
                TEST(verify_finds_what_no_longer_follows),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
