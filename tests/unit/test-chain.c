/* SPDX-License-Identifier: MIT */
/* The log's chain: what becomes an entry, what its record says to the byte, and that whatever is
 * changed afterwards is found. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"
#include "store/chain.h"
#include "store/database.h"
#include "sys/file.h"

#define TRIALS 400

/* Three notices: an e-mail that is sent at its second try, an SMS that is refused, a WhatsApp that
 * nobody knows about. */
static void send_three(Fixture *fixture)
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
        const Attachment attachment = { "F-1.pdf", "pdf/F-1.pdf",
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 1234 };
        Contact contact = { .account = account.id,
                .kind = NOTICE_CONTACT,
                .action = ACTION_REMIND,
                .step = "reminder",
                .policy = "standard",
                .lead_invoice = lines[0].invoice,
                .lead_seq = 1,
                .at = NOON,
                .day = TODAY,
                .total = 150000,
                .deadline = date_add(TODAY, 8),
                .offer_until = DATE_NONE,
                .reason = REASON_DUE,
                .lines = lines,
                .n_lines = 2,
                .attachments = &attachment,
                .n_attachments = 1 };
        Notice notices[] = {
                { .channel = "email",
                        .to = "martin@example.org",
                        .language = "fr",
                        .message_id = "m-1@x",
                        .template_name = "remind",
                        .subject = "Facture\nF-1 \\ F-2",
                        .text = "Bonjour",
                        .html = "<p>Bonjour",
                        .cc = "chef@example.org",
                        .references = "m-0@x",
                        .payment_code = "BCD",
                        .date = NOON,
                        .not_before = INSTANT_NONE },
                { .channel = "sms",
                        .to = "+33123456789",
                        .language = "fr",
                        .message_id = "m-2",
                        .template_name = "remind",
                        .subject = "",
                        .text = "Bonjour",
                        .route = 1,
                        .form = FORM_SMS,
                        .date = NOON,
                        .not_before = INSTANT_NONE },
                { .channel = "whatsapp",
                        .to = "+33123456789",
                        .language = "fr",
                        .message_id = "m-3",
                        .template_name = "remind",
                        .subject = "",
                        .text = "Bonjour",
                        .fields = "total=1500",
                        .route = 2,
                        .may_chat = true,
                        .form = FORM_WHATSAPP,
                        .date = NOON,
                        .not_before = INSTANT_NONE },
        };
        Store *store = fixture->store;
        const Instant later = { NOON.usec + 1500000 };

        begin(fixture);
        assert_ok(store_add_contact(store, &contact, notices, ELEMENTSOF(notices)));
        for (size_t i = 0; i < ELEMENTSOF(notices); i++) {
                assert_ok(store_mark_handed(store, &notices[i].id, 1));
                assert_ok(store_mark_begun(store, notices[i].id, NOON));
        }
        assert_ok(store_mark_retry(store, 1, REASON_RETRY, "451 busy", NOON, later));
        assert_ok(store_mark_failed(store, 2, REASON_REFUSED_ADDRESS, "no such user", later));
        assert_ok(store_mark_uncertain(store, 3, REASON_WORKER_DIED, NULL, later));
        assert_ok(store_mark_handed(store, &notices[0].id, 1));
        assert_ok(store_mark_begun(store, 1, later));
        assert_ok(store_mark_sent(
                store, 1, REASON_DUE, (Instant){ later.usec + 1 }, TODAY, "250 2.0.0 ok"));
        commit(fixture);
}

static ChainReport walk(Fixture *fixture)
{
        ChainWalk *walk;
        int r;

        assert_ok(store_walk_chain(fixture->store, &walk));
        while ((r = chain_walk_step(walk)) > 0)
                continue;
        assert_ok(r);
        ChainReport report = *chain_walk_report(walk);
        chain_walk_free(walk);
        return report;
}

static int note_entry(void *owner, const ChainEntry *entry)
{
        StrBuf *text = owner;

        strbuf_addf(text, "%lld %s; ", (long long)entry->entry, entry->event);
        return 0;
}

static void each_outcome_is_an_entry_of_its_notice(void **state)
{
        static const char *const expected[] = { "1 retry; 4 sent; ", "2 failed; ",
                "3 uncertain; " };
        Fixture *fixture = *state;

        assert_null(walk(fixture).finding);
        assert_int_equal(walk(fixture).head.n_entries, 0);
        send_three(fixture);
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                StrBuf text = STRBUF_INIT;
                assert_ok(store_list_chain(fixture->store, (int64_t)i + 1, note_entry, &text));
                assert_string_equal(strbuf_text(&text), expected[i]);
                strbuf_release(&text);
        }
        const ChainReport report = walk(fixture);
        assert_null(report.finding);
        assert_int_equal(report.head.n_entries, 4);
}

static const char message_record[] =
        "relanced-message-1\n"
        "notice 1\n"
        "contact 1\n"
        "customer C-1\n"
        "currency EUR\n"
        "decided 2026-03-05T09:00:00.000000Z\n"
        "day 2026-03-05\n"
        "action remind\n"
        "step reminder\n"
        "policy standard\n"
        "total 1500.00\n"
        "deadline 2026-03-13\n"
        "line 1 reminder 1200.00 deadline 0.00 F-1\n"
        "line 1 - 300.00 - 0.00 F-2\n"
        "attachment 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 1234 "
        "F-1.pdf\n"
        "channel email\n"
        "form email\n"
        "route 0\n"
        "alternative 0\n"
        "to martin@example.org\n"
        "cc chef@example.org\n"
        "language fr\n"
        "message-id m-1@x\n"
        "references m-0@x\n"
        "date 2026-03-05T09:00:00.000000Z\n"
        "template remind\n"
        "subject Facture\\nF-1 \\\\ F-2\n"
        "payment-code-sha256 eff1f7c83bd8f6918571a75d6e1905cc97c246c5d4cf5f16efaeeb9a0141edbb\n"
        "text-sha256 9172e8eec99f144f72eca9a568759580edadb2cfd154857f07e657569493bc44\n"
        "html-sha256 74d7cf1d5df77960785ab55c9342d31578191f564fc4c0804bc15ea096e8c07e\n";

static const char entry_record[] = "relanced-entry-1\n"
                                   "entry 4\n"
                                   "previous %s\n"
                                   "notice 1\n"
                                   "event sent\n"
                                   "at 2026-03-05T09:00:01.500001Z\n"
                                   "begun 2026-03-05T09:00:01.500000Z\n"
                                   "attempt 2\n"
                                   "reason due\n"
                                   "reference 250 2.0.0 ok\n"
                                   "message %s\n";

static int keep_last(void *owner, const ChainEntry *entry)
{
        Fixture *fixture = ((void **)owner)[0];
        ChainEntry *kept = ((void **)owner)[1];

        *kept = (ChainEntry){ .entry = entry->entry,
                .previous = arena_strdup(&fixture->arena, entry->previous),
                .hash = arena_strdup(&fixture->arena, entry->hash),
                .record = arena_strdup(&fixture->arena, entry->record) };
        return 0;
}

/* Whatever was given away was made of these bytes. */
static void a_record_is_what_it_always_was(void **state)
{
        Fixture *fixture = *state;
        StrBuf record = STRBUF_INIT, expected = STRBUF_INIT;
        char digest[SHA256_TEXT_SIZE];
        ChainEntry entry;

        send_three(fixture);
        assert_ok(store_get_message_record(fixture->store, 1, &record));
        assert_string_equal(strbuf_text(&record), message_record);
        bytes_sha256(strbuf_text(&record), record.length, digest);
        assert_ok(store_list_chain(fixture->store, 1, keep_last, (void *[]){ fixture, &entry }));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        strbuf_addf(&expected, entry_record, entry.previous, digest);
#pragma GCC diagnostic pop
        assert_string_equal(entry.record, strbuf_text(&expected));
        bytes_sha256(entry.record, strlen(entry.record), digest);
        assert_string_equal(entry.hash, digest);
        assert_string_equal(entry.hash, walk(fixture).head.hash);
        strbuf_release(&record);
        strbuf_release(&expected);
}

/* What somebody with the file and SQLite can do. */
static void harm(Fixture *fixture, const char *sql)
{
        assert_ok(db_execute(fixture->store,
                "pragma foreign_keys = off; drop trigger if exists chain_never_edited; "
                "drop trigger if exists chain_never_shortened"));
        assert_ok(db_execute(fixture->store, sql));
}

static void what_is_missing_or_made_up_is_found(void **state)
{
        static const struct {
                const char *sql;
                int64_t entry, notice;
        } cases[] = {
                { "delete from chain where entry = 2", 3, 3 },
                { "delete from chain where entry = 4", 1, 1 },
                { "delete from chain where entry >= 2", 1, 1 },
                { "delete from chain", 0, 1 },
                { "update chain set entry = 9 where entry = 4", 9, 1 },
                { "update notice set state = 3 where id = 2", 2, 2 },
                { "update notice set state = 0 where id = 2", 2, 2 },
                { "update notice set state = 3 where id = 3", 3, 3 },
                { "update contact set total = total + 1", 1, 1 },
                { "update contact_line set open = open + 1", 1, 1 },
                { "delete from contact_line where position = 1", 1, 1 },
                { "update attachment set sha256 = upper(sha256)", 1, 1 },
                { "delete from body where notice = 3", 3, 3 },
                { "update customer set code = 'C-2'", 1, 1 },
                { "update invoice set number = number || 'x'", 1, 1 },
        };
        Fixture *fixture = *state;

        send_three(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_ok(db_execute(fixture->store, "savepoint harm"));
                harm(fixture, cases[i].sql);
                const ChainReport report = walk(fixture);
                print_message("%s: %s\n", cases[i].sql, report.finding);
                assert_non_null(report.finding);
                assert_int_equal(report.entry, cases[i].entry);
                assert_int_equal(report.notice, cases[i].notice);
                assert_ok(db_execute(fixture->store, "rollback to harm; release harm"));
        }
        assert_null(walk(fixture).finding);
}

static void entries_are_neither_edited_nor_deleted(void **state)
{
        static const char *const statements[] = { "update chain set event = 'sent'",
                "delete from chain where entry = 4", "delete from chain" };
        Fixture *fixture = *state;

        send_three(fixture);
        for (size_t i = 0; i < ELEMENTSOF(statements); i++)
                assert_true(db_execute(fixture->store, statements[i]) < 0);
        assert_null(walk(fixture).finding);
}

/* What is tampered with: every column that says what was sent, to whom and what became of it. */
static const struct {
        const char *table, *key, *column;
} columns[] = {
        { "chain", "entry", "entry" },
        { "chain", "entry", "notice" },
        { "chain", "entry", "event" },
        { "chain", "entry", "at" },
        { "chain", "entry", "begun" },
        { "chain", "entry", "attempt" },
        { "chain", "entry", "reason" },
        { "chain", "entry", "reference" },
        { "chain", "entry", "detail" },
        { "chain", "entry", "message" },
        { "chain", "entry", "hash" },
        { "body", "notice", "subject" },
        { "body", "notice", "text" },
        { "body", "notice", "html" },
        { "body", "notice", "template" },
        { "body", "notice", "fields" },
        { "body", "notice", "cc" },
        { "body", "notice", "refs" },
        { "body", "notice", "payment_code" },
        { "body", "notice", "may_chat" },
        { "notice", "id", "channel" },
        { "notice", "id", "recipient" },
        { "notice", "id", "language" },
        { "notice", "id", "message_id" },
        { "notice", "id", "form" },
        { "notice", "id", "route" },
        { "notice", "id", "alternative" },
        { "notice", "id", "date" },
        { "notice", "id", "reason" },
        { "notice", "id", "attempts" },
        { "notice", "id", "begun_at" },
        { "notice", "id", "sent_at" },
        { "notice", "id", "ended_at" },
        { "notice", "id", "reference" },
        { "notice", "id", "digest" },
};

static void flip(unsigned *seed, char *bytes, size_t length)
{
        bytes[(size_t)rand_r(seed) % length] ^= (char)(1 << rand_r(seed) % 7);
}

/* Flips a bit of the value; false: there is none, or what came out is no text. */
static bool tamper(Fixture *fixture, size_t c, int row, unsigned *seed)
{
        _cleanup_(strbuf_release) StrBuf sql = STRBUF_INIT;
        char bytes[256];
        ROWS(rows);

        strbuf_addf(&sql, "select %s from %s where %s = %d", columns[c].column, columns[c].table,
                columns[c].key, row);
        assert_ok(rows_open_private(&rows, fixture->store, strbuf_text(&sql), NO_VALUES));
        assert_int_equal(rows_next(&rows), 1);
        const char *value = row_text(&rows, 0);
        size_t length = value ? strlen(value) : 0;
        if (length == 0 || length >= sizeof(bytes))
                return false;
        memcpy(bytes, value, length + 1);
        bool is_text = sqlite3_column_type(rows.statement, 0) == SQLITE_TEXT;
        flip(seed, bytes, length);
        rows_close(&rows);
        for (size_t i = 0; i < length; i++)
                if (bytes[i] == '\'' || !bytes[i] ||
                        (!is_text && (bytes[i] < '0' || bytes[i] > '9')))
                        return false;
        strbuf_truncate(&sql, 0);
        strbuf_addf(&sql, "update %s set %s = '%s' where %s = %d", columns[c].table,
                columns[c].column, bytes, columns[c].key, row);
        return db_execute(fixture->store, strbuf_text(&sql)) == 0;
}

static void a_flipped_bit_anywhere_is_found(void **state)
{
        Fixture *fixture = *state;
        unsigned seed = 20260305;
        int n = 0;

        send_three(fixture);
        harm(fixture, "select 1");
        for (int i = 0; i < TRIALS * (int)ELEMENTSOF(columns) / 10; i++) {
                size_t c = (size_t)i % ELEMENTSOF(columns);
                int row = 1 + rand_r(&seed) % (streq(columns[c].table, "chain") ? 4 : 3);
                assert_ok(db_execute(fixture->store, "savepoint harm"));
                if (tamper(fixture, c, row, &seed)) {
                        n++;
                        if (!walk(fixture).finding)
                                fail_msg("%s.%s of %d", columns[c].table, columns[c].column, row);
                }
                assert_ok(db_execute(fixture->store, "rollback to harm; release harm"));
        }
        assert_true(n > TRIALS);
        assert_null(walk(fixture).finding);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(each_outcome_is_an_entry_of_its_notice),
                TEST(a_record_is_what_it_always_was),
                TEST(what_is_missing_or_made_up_is_found),
                TEST(entries_are_neither_edited_nor_deleted),
                TEST(a_flipped_bit_anywhere_is_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
