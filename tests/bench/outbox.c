/* SPDX-License-Identifier: MIT */
/*
 * Times the outbox beside plain SQLite: outbox FOLDER NOTICES. Adds notices with their texts in
 * pages of 256, inserts rows of the same sizes through sqlite3 alone, then begins and finishes
 * every notice in groups of 64, each with a commit. FOLDER must not exist.
 */

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#include "base/parse.h"
#include "core/decide.h"
#include "store/accounts.h"
#include "store/facts.h"
#include "store/outbox.h"

#define NOW ((Instant){ INT64_C(1772701200) * USEC_PER_SEC })
#define TODAY ((Date){ 20517 })
#define PAGE 256
#define GROUP 64
#define BODY_SIZE 1500

static double seconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(int r, const char *what)
{
        if (r >= 0)
                return;
        fprintf(stderr, "outbox: %s: %s\n", what, strerror(-r));
        exit(1);
}

/* A customer with one invoice for each notice. */
static void fill(Store *store, int64_t n)
{
        int64_t run;
        size_t n_withdrawn;
        int r;

        must(store_begin(store), "begin");
        must(store_import_begin(store, "bench", NOW, TODAY, &run), "import");
        for (int64_t i = 0; i < n; i++) {
                char code[32];
                snprintf(code, sizeof(code), "C-%" PRId64, i);
                const CustomerRow customer = { .id = code, .name = code, .email = code };
                InvoiceRow invoice = { .number = code,
                        .customer = code,
                        .currency = "EUR",
                        .issued = TODAY,
                        .due = TODAY,
                        .delivered = DATE_NONE,
                        .discount_until = DATE_NONE,
                        .amount = 1000 };
                must(store_put_customer(store, &customer, NOW), "customer");
                must(store_put_invoice(store, run, &invoice, NOW), "invoice");
        }
        while ((r = store_import_end(store, run, &n_withdrawn)) > 0)
                continue;
        must(r, "import");
        must(store_commit(store), "commit");
}

static void add_notices(Store *store, int64_t n, const char *body)
{
        for (int64_t i = 1; i <= n; i++) {
                char id[64];
                snprintf(id, sizeof(id), "%" PRId64 ".1772701200@relanced.example", i);
                const ContactLine line = { .invoice = i,
                        .seq = 1,
                        .step = "reminder",
                        .action = ACTION_REMIND,
                        .open = 1000 };
                Contact contact = { .account = i,
                        .action = ACTION_REMIND,
                        .step = "reminder",
                        .policy = "standard",
                        .lead_invoice = i,
                        .lead_seq = 1,
                        .at = NOW,
                        .day = TODAY,
                        .total = 1000,
                        .deadline = DATE_NONE,
                        .lines = &line,
                        .n_lines = 1 };
                Notice notice = { .channel = "email",
                        .to = "compta@client.example",
                        .language = "fr",
                        .message_id = id,
                        .template_name = "remind",
                        .subject = "Facture en retard",
                        .text = body,
                        .date = NOW,
                        .not_before = INSTANT_NONE };
                if (i % PAGE == 1)
                        must(store_begin(store), "begin");
                must(store_add_contact(store, &contact, &notice, 1), "add");
                if (i % PAGE == 0 || i == n)
                        must(store_commit(store), "commit");
        }
}

static void send_notices(Store *store, int64_t n)
{
        int64_t ids[GROUP];
        size_t n_ids;

        for (int64_t done = 0; done < n; done += (int64_t)n_ids) {
                must(store_list_ready(store, "email", NOW, ids, GROUP, &n_ids), "list");
                if (n_ids == 0)
                        break;
                must(store_begin(store), "begin");
                must(store_mark_handed(store, ids, n_ids), "hand");
                must(store_commit(store), "commit");
                must(store_begin(store), "begin");
                for (size_t i = 0; i < n_ids; i++)
                        must(store_mark_begun(store, ids[i], NOW), "begin");
                must(store_commit(store), "commit");
                must(store_begin(store), "begin");
                for (size_t i = 0; i < n_ids; i++)
                        must(store_mark_sent(store, ids[i], REASON_DUE, NOW, TODAY, "250 ok"),
                                "finish");
                must(store_commit(store), "commit");
        }
}

static void must_sql(sqlite3 *db, int result)
{
        if (result == SQLITE_OK || result == SQLITE_DONE)
                return;
        fprintf(stderr, "outbox: %s\n", sqlite3_errmsg(db));
        exit(1);
}

/* What SQLite alone needs for the same rows: no indices but the two that keep notices unique and
 * findable, no checks, no flags. */
static void add_plain(const char *path, int64_t n, const char *body)
{
        static const char *const inserts[] = {
                "insert into contact values (?1, ?1, 0, 1, 'reminder', 'standard', null, null, ?1, "
                "1, 1772701200000000, 20517, 1000, null, 'due', 0, 0, 1, 0, 0, 0)",
                "insert into line values (?1, 0, ?1, 1, 'reminder', 1, 1000, 0)",
                "insert into notice values (?1, ?1, ?1, 'email', 'compta@client.example', 'fr', "
                "?1 || '.1772701200@relanced.example', 0, 0, 0, null, null, 1772701200000000, "
                "null, 0, 'due', '', 0, null, 0, null, null, null, null)",
                "insert into body values (?1, 'Facture en retard', ?2, null)",
                "insert into key values (?1, ?1, 1, 'reminder', 1, 'email', 1)",
        };
        sqlite3_stmt *statements[ELEMENTSOF(inserts)];
        sqlite3 *db;

        must_sql(NULL, sqlite3_open(path, &db));
        must_sql(db,
                sqlite3_exec(db,
                        "pragma locking_mode = exclusive; pragma journal_mode = wal;"
                        "pragma synchronous = full; pragma cache_size = -8192;"
                        "create table contact (id integer primary key, a, b, c, d, e, f, g, h, i, "
                        "j, k, l, m, n, o, p, q, r, s, t);"
                        "create table line (a, b, c, d, e, f, g, h, primary key (a, b)) "
                        "without rowid;"
                        "create table notice (id integer primary key, a, b, c, d, e, f, g, h, i, "
                        "j, k, l, m, n, o, p, q, r, s, t, u, v, w);"
                        "create table body (id integer primary key, a, b, c);"
                        "create table key (a, b, c, d, e, f, g, primary key (a, b, c)) "
                        "without rowid;"
                        "create unique index once on key (b, c, d, e, f);"
                        "create index ready on notice (c, r)",
                        NULL, NULL, NULL));
        for (size_t k = 0; k < ELEMENTSOF(inserts); k++)
                must_sql(db, sqlite3_prepare_v2(db, inserts[k], -1, &statements[k], NULL));
        must_sql(db, sqlite3_bind_text(statements[3], 2, body, -1, SQLITE_STATIC));
        for (int64_t i = 1; i <= n; i++) {
                if (i % PAGE == 1)
                        must_sql(db, sqlite3_exec(db, "begin", NULL, NULL, NULL));
                for (size_t k = 0; k < ELEMENTSOF(inserts); k++) {
                        must_sql(db, sqlite3_bind_int64(statements[k], 1, i));
                        must_sql(db, sqlite3_step(statements[k]));
                        must_sql(db, sqlite3_reset(statements[k]));
                }
                if (i % PAGE == 0 || i == n)
                        must_sql(db, sqlite3_exec(db, "commit", NULL, NULL, NULL));
        }
        for (size_t k = 0; k < ELEMENTSOF(inserts); k++)
                sqlite3_finalize(statements[k]);
        sqlite3_close(db);
}

int main(int argc, char *argv[])
{
        _cleanup_(store_closep) Store *store = NULL;
        char body[BODY_SIZE + 1], plain[512];
        int64_t n;

        if (argc != 3 || parse_int64(argv[2], 1, 100000000, &n) < 0) {
                fprintf(stderr, "usage: outbox FOLDER NOTICES\n");
                return 2;
        }
        memset(body, 'x', BODY_SIZE);
        body[BODY_SIZE] = '\0';
        must(store_create(argv[1], argv[1]), "create");
        if (store_open(argv[1], argv[1], &store, NULL) != STORE_OPENED)
                return 1;
        fill(store, n);
        snprintf(plain, sizeof(plain), "%s/plain.db", argv[1]);
        double at[4] = { seconds() };
        add_notices(store, n, body);
        at[1] = seconds();
        add_plain(plain, n, body);
        at[2] = seconds();
        send_notices(store, n);
        at[3] = seconds();
        printf("add %.0f/s, sqlite alone %.0f/s: %.2f times its time; begin and finish %.0f/s\n",
                (double)n / (at[1] - at[0]), (double)n / (at[2] - at[1]),
                (at[1] - at[0]) / (at[2] - at[1]), (double)n / (at[3] - at[2]));
        return 0;
}
