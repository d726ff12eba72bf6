/* SPDX-License-Identifier: MIT */
/* store/thread: which mails went before one, so that it is shown beneath them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/thread.h"

#include "store-fixture.h"
#include "store/database.h"

#define MARTIN "martin@example.org"

typedef enum End {
        WAITS,
        SENT,
        REFUSED,
        DOUBTFUL
} End;

/* A mail, or another message, about the account's first instalments, a step of the first one. */
typedef struct Mail {
        const char *message_id, *to;
        Form form;
        End end;
        size_t n_lines;
} Mail;

static void send(Fixture *fixture, const Account *account, const Mail *mail)
{
        const ContactLine lines[] = {
                { .invoice = account->instalments[0].invoice,
                        .seq = 1,
                        .step = "reminder",
                        .action = ACTION_REMIND,
                        .open = 1 },
                { .invoice = account->instalments[1].invoice, .seq = 1, .open = 1 },
        };
        Contact contact = {
                .account = account->id,
                .kind = NOTICE_CONTACT,
                .action = ACTION_REMIND,
                .step = "reminder",
                .policy = "standard",
                .lead_invoice = lines[0].invoice,
                .lead_seq = 1,
                .at = NOON,
                .day = TODAY,
                .total = 1,
                .deadline = DATE_NONE,
                .offer_until = DATE_NONE,
                .reason = REASON_DUE,
                .is_forced = true,
                .lines = lines,
                .n_lines = mail->n_lines,
        };
        Notice notice = {
                .channel = mail->form == FORM_EMAIL ? "email" : "sms",
                .to = mail->to,
                .language = "fr",
                .message_id = mail->message_id,
                .template_name = "remind",
                .subject = "",
                .text = "Bonjour",
                .form = mail->form,
                .date = NOON,
                .not_before = INSTANT_NONE,
        };
        Store *store = fixture->store;

        begin(fixture);
        assert_ok(store_add_contact(store, &contact, &notice, 1));
        if (mail->end != WAITS) {
                assert_ok(store_mark_handed(store, &notice.id, 1));
                assert_ok(store_mark_begun(store, notice.id, NOON));
        }
        if (mail->end == SENT)
                assert_ok(store_mark_sent(store, notice.id, REASON_DUE, NOON, TODAY, NULL));
        else if (mail->end == REFUSED)
                assert_ok(store_mark_failed(
                        store, notice.id, REASON_REFUSED_ADDRESS, "no such user", NOON));
        else if (mail->end == DOUBTFUL)
                assert_ok(store_mark_uncertain(store, notice.id, REASON_WORKER_DIED, NULL, NOON));
        commit(fixture);
}

/* "m-1 m-2" */
static const char *thread_of(Fixture *fixture, const Account *account, unsigned instalments)
{
        static char text[2000];
        Thread thread = { .n = 0 };
        size_t length = 0;

        for (size_t i = 0; i < 2; i++)
                if (instalments & 1U << i)
                        assert_ok(
                                store_add_to_thread(fixture->store, account->instalments[i].invoice,
                                        1, MARTIN, &fixture->arena, &thread));
        text[0] = 0;
        for (size_t i = 0; i < thread.n; i++)
                length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
                        i > 0 ? " " : "", thread.message_ids[i]);
        return text;
}

static void a_thread_has_the_mails_that_were_sent_about_an_instalment(void **state)
{
        static const Mail mails[] = {
                { "m-1", MARTIN, FORM_EMAIL, SENT, 1 },
                { "m-2", MARTIN, FORM_EMAIL, SENT, 2 },
                { "m-3", "agency@example.org", FORM_EMAIL, SENT, 2 },
                { "m-4", "+33123456789", FORM_SMS, SENT, 2 },
                { "m-5", MARTIN, FORM_EMAIL, REFUSED, 2 },
                { "m-6", MARTIN, FORM_EMAIL, SENT, 1 },
                { "m-7", MARTIN, FORM_EMAIL, DOUBTFUL, 2 },
        };
        Fixture *fixture = *state;
        Account account = fill(fixture);

        assert_string_equal(thread_of(fixture, &account, 3), "");
        for (size_t i = 0; i < ELEMENTSOF(mails); i++)
                send(fixture, &account, &mails[i]);
        assert_string_equal(thread_of(fixture, &account, 1), "m-1 m-2 m-6");
        assert_string_equal(thread_of(fixture, &account, 2), "m-2");
        assert_string_equal(thread_of(fixture, &account, 3), "m-1 m-2 m-6");
}

static void of_many_mails_a_thread_keeps_the_newest(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture);

        for (int i = 0; i < 45; i++) {
                char message_id[8];
                snprintf(message_id, sizeof(message_id), "m-%02d", i);
                /* The second instalment's are the even ones. */
                send(fixture, &account,
                        &(Mail){ message_id, MARTIN, FORM_EMAIL, SENT, i % 2 == 0 ? 2 : 1 });
        }
        for (unsigned instalments = 1; instalments <= 3; instalments += 2)
                assert_string_equal(thread_of(fixture, &account, instalments),
                        "m-25 m-26 m-27 m-28 m-29 m-30 m-31 m-32 m-33 m-34 "
                        "m-35 m-36 m-37 m-38 m-39 m-40 m-41 m-42 m-43 m-44");
        assert_string_equal(thread_of(fixture, &account, 2),
                "m-06 m-08 m-10 m-12 m-14 m-16 m-18 m-20 m-22 m-24 "
                "m-26 m-28 m-30 m-32 m-34 m-36 m-38 m-40 m-42 m-44");
}

/* A value that the choice of an index hangs on makes SQLite prepare a statement again each time. */
static void a_look_at_a_thread_prepares_nothing_again(void **state)
{
        Fixture *fixture = *state;
        Account account = fill(fixture);
        size_t n_looks = 0;

        for (int i = 0; i < 5; i++)
                (void)thread_of(fixture, &account, 3);
        for (size_t i = 0; i < STATEMENT_SLOTS; i++) {
                const CachedStatement *slot = &fixture->store->statements[i];
                if (!slot->sql || !strstr(slot->sql, "n.message_id from contact_line"))
                        continue;
                assert_int_equal(
                        sqlite3_stmt_status(slot->statement, SQLITE_STMTSTATUS_REPREPARE, 0), 0);
                n_looks += (size_t)sqlite3_stmt_status(slot->statement, SQLITE_STMTSTATUS_RUN, 0);
        }
        assert_int_equal(n_looks, 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
        static const struct CMUnitTest tests[] = {
                TEST(a_thread_has_the_mails_that_were_sent_about_an_instalment),
                TEST(of_many_mails_a_thread_keeps_the_newest),
                TEST(a_look_at_a_thread_prepares_nothing_again),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
