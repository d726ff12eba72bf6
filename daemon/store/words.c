/* SPDX-License-Identifier: MIT */
/*
 * Owns the state that people's words leave, kept with instalments and customers and always what the
 * fold over their facts gives (fold.c). Never adds a fact. Fails with -errno, in the caller's
 * transaction.
 */

#include "store/words.h"

#include <errno.h>

#include "store/flags.h"
#include "store/fold.h"
#include "store/imported.h"

/* A fold of an invoice, and where it is loaded from. */
typedef struct Loading {
        Store *store;
        Arena arena;
        int64_t account, invoice;
        Fold fold;
} Loading;

static void loading_release(Loading *loading)
{
        arena_release(&loading->arena);
}

/* A fact that corrects another takes its place. */
static int64_t rank_of(const Fold *fold, int64_t id, int64_t withdraws)
{
        for (size_t i = fold->n_facts; withdraws != 0 && i-- > 0;)
                if (fold->facts[i].id == withdraws)
                        return fold->facts[i].rank;
        return id;
}

static int read_fact(Loading *loading, const Rows *rows)
{
        Fold *fold = &loading->fold;
        int64_t id = row_integer(rows, 0);
        bool is_out = false;
        Word word;

        if (fold_find_word(row_text(rows, 1), &word) < 0)
                return 0;
        fold->facts[fold->n_facts] = (Fact){
                .id = id,
                .rank = rank_of(fold, id, row_integer(rows, 8)),
                .word = word,
                .is_of_customer = row_is_null(rows, 2),
                .seq = (int)row_integer(rows, 3),
                .date = row_date(rows, 4),
                .amount = row_integer(rows, 5),
                .reference = row_copy(rows, 6, &loading->arena),
                .changes = row_copy_or_null(rows, 7, &loading->arena, &is_out),
                .is_withdrawn = row_integer(rows, 9) != 0,
        };
        return is_out || !fold->facts[fold->n_facts++].reference ? -ENOMEM : 0;
}

static int compare_facts(const void *a, const void *b)
{
        const Fact *x = a, *y = b;

        if (x->rank != y->rank)
                return x->rank < y->rank ? -1 : 1;
        return x->id < y->id ? -1 : x->id > y->id;
}

static int load_facts(Loading *loading)
{
        Fold *fold = &loading->fold;
        ROWS(rows);
        int64_t n;
        int r = db_integers(loading->store,
                "select (select count(*) from fact where invoice = ?1) + (select count(*) "
                "from account a cross join fact f on f.customer = a.customer where a.id = ?2)",
                VALUES(INT(loading->invoice), INT(loading->account)), &n, 1);

        if (r < 0)
                return r;
        fold->facts = arena_alloc_array(&loading->arena, (size_t)n, sizeof(Fact));
        fold->movements = arena_alloc_array(&loading->arena, (size_t)n, sizeof(MoneyFact));
        if (!fold->facts || !fold->movements)
                return -ENOMEM;
        r = rows_open(&rows, loading->store,
                "select f.id, f.kind, f.invoice, f.seq, f.date, f.amount, f.reference, f.changes, "
                "f.withdraws, exists (select 1 from fact w where w.withdraws = f.id) "
                "from fact f where f.invoice = ?1 union all "
                "select f.id, f.kind, f.invoice, f.seq, f.date, f.amount, f.reference, f.changes, "
                "f.withdraws, exists (select 1 from fact w where w.withdraws = f.id) "
                "from account a cross join fact f on f.customer = a.customer where a.id = ?2 "
                "and f.kind in ('hold', 'release', 'reply') order by 1",
                VALUES(INT(loading->invoice), INT(loading->account)));
        while (r >= 0 && fold->n_facts < (size_t)n && (r = rows_next(&rows)) > 0)
                r = read_fact(loading, &rows);
        if (r >= 0)
                qsort(fold->facts, fold->n_facts, sizeof(Fact), compare_facts);
        return MIN(r, 0);
}

static int read_kept(const Rows *rows, Arena *arena, Left *kept)
{
        *kept = (Left){
                .is_held = row_integer(rows, 8) != 0,
                .held_until = row_date(rows, 9),
                .is_disputed = row_integer(rows, 10) != 0,
                .released_on = row_date(rows, 11),
                .policy = row_copy(rows, 12, arena),
                .status = (InvoiceStatus)row_integer(rows, 13),
                .promise = row_integer(rows, 14),
                .promised_until = row_date(rows, 15),
                .promised_rest = row_integer(rows, 16),
                .n_promises = (int)row_integer(rows, 17),
                .is_adopted = row_integer(rows, 18) != 0,
                .approved = row_copy(rows, 19, arena),
        };
        return kept->policy && kept->approved ? 0 : -ENOMEM;
}

static int read_spoken(Loading *loading, const Rows *rows)
{
        const void *packed = sqlite3_column_blob(rows->statement, 7);
        size_t length = (size_t)sqlite3_column_bytes(rows->statement, 7);
        Spoken *spoken = &loading->fold.spoken[loading->fold.n_spoken++];

        *spoken = (Spoken){
                .seq = (int)row_integer(rows, 0),
                .due = row_date(rows, 1),
                .amount = row_integer(rows, 2),
                .plan = row_integer(rows, 3),
                .replaced_by = row_integer(rows, 4),
                .taken = row_integer(rows, 5),
                .is_plan_broken = row_integer(rows, 6) != 0,
                .file_policy =
                        arena_strdup(&loading->arena, imported_text(packed, length, COLUMN_POLICY)),
                .file_status =
                        arena_strdup(&loading->arena, imported_text(packed, length, COLUMN_STATUS)),
        };
        if (!spoken->file_policy || !spoken->file_status)
                return -ENOMEM;
        return read_kept(rows, &loading->arena, &spoken->kept);
}

static int load_spoken(Loading *loading)
{
        Fold *fold = &loading->fold;
        ROWS(rows);
        int64_t n;
        int r = db_integers(loading->store,
                "select count(*) from instalment where account = ? and invoice = ?",
                VALUES(INT(loading->account), INT(loading->invoice)), &n, 1);

        if (r < 0)
                return r;
        fold->spoken = arena_alloc_array(&loading->arena, (size_t)n, sizeof(Spoken));
        fold->shares = arena_alloc_array(&loading->arena, (size_t)n, sizeof(Share));
        if (!fold->spoken || !fold->shares)
                return -ENOMEM;
        r = rows_open(&rows, loading->store,
                "select t.seq, t.due, t.amount, coalesce(m.plan, 0), coalesce(m.replaced_by, 0), "
                "coalesce(m.taken, 0), coalesce(m.is_plan_broken, 0), o.columns, "
                "t.is_held, t.held_until, t.is_disputed, t.released_on, t.policy, t.status, "
                "m.promise, m.promised_until, m.promised_rest, m.n_promises, m.is_adopted, "
                "m.approved "
                "from instalment t left join terms m on m.account = t.account "
                "and m.invoice = t.invoice and m.seq = t.seq "
                "left join imported_instalment o on o.invoice = t.invoice and o.seq = t.seq "
                "where t.account = ?1 and t.invoice = ?2 order by t.seq",
                VALUES(INT(loading->account), INT(loading->invoice)));
        while (r >= 0 && fold->n_spoken < (size_t)n && (r = rows_next(&rows)) > 0)
                r = read_spoken(loading, &rows);
        return MIN(r, 0);
}

static int load_and_fold(Loading *loading)
{
        int r = load_facts(loading);

        if (r == 0)
                r = load_spoken(loading);
        return r < 0 ? r : fold_run(&loading->fold);
}

static int write_state(const Loading *loading, const Spoken *spoken)
{
        const Left *left = &spoken->left;

        return db_run(loading->store,
                "update instalment set is_held = ?4, held_until = ?5, is_disputed = ?6, "
                "released_on = ?7, policy = ?8, status = ?9, "
                "is_settled = iif(status = ?9, is_settled, 0) "
                "where account = ?1 and invoice = ?2 and seq = ?3",
                VALUES(INT(loading->account), INT(loading->invoice), INT(spoken->seq),
                        INT(left->is_held), DAY(left->held_until), INT(left->is_disputed),
                        DAY(left->released_on), TEXT(left->policy), INT(left->status)));
}

static int write_terms(const Loading *loading, const Spoken *spoken)
{
        const Left *left = &spoken->left;
        const Value account = INT(loading->account), invoice = INT(loading->invoice),
                    seq = INT(spoken->seq);
        int r = db_run(loading->store,
                "insert into terms (account, invoice, seq, promise, promised_until, "
                "promised_rest, n_promises, is_adopted, approved) "
                "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do update set "
                "promise = ?4, promised_until = ?5, promised_rest = ?6, n_promises = ?7, "
                "is_adopted = ?8, approved = ?9",
                VALUES(account, invoice, seq, INT(left->promise), DAY(left->promised_until),
                        INT(left->promised_rest), INT(left->n_promises), INT(left->is_adopted),
                        TEXT(left->approved)));

        return r < 0 ? r
                     : flags_mark_terms(
                               loading->store, loading->account, loading->invoice, spoken->seq);
}

int words_refresh_invoice(Store *store, int64_t account, int64_t invoice)
{
        _cleanup_(loading_release)
                Loading loading = { .store = store, .account = account, .invoice = invoice };
        int r = load_and_fold(&loading);

        for (size_t i = 0; i < loading.fold.n_spoken && r == 0; i++) {
                const Spoken *spoken = &loading.fold.spoken[i];
                if (!left_is_same_state(&spoken->left, &spoken->kept))
                        r = write_state(&loading, spoken);
                if (r == 0 && !left_is_same_terms(&spoken->left, &spoken->kept))
                        r = write_terms(&loading, spoken);
        }
        return r < 0 ? r : flags_refresh_said(store, account, invoice);
}

int words_check_invoice(Store *store, int64_t account, int64_t invoice, bool *ret_is_right)
{
        _cleanup_(loading_release)
                Loading loading = { .store = store, .account = account, .invoice = invoice };
        int r = load_and_fold(&loading);

        if (r < 0)
                return r;
        *ret_is_right = true;
        for (size_t i = 0; i < loading.fold.n_spoken; i++) {
                const Spoken *spoken = &loading.fold.spoken[i];
                if (!left_is_same_state(&spoken->left, &spoken->kept) ||
                        !left_is_same_terms(&spoken->left, &spoken->kept))
                        *ret_is_right = false;
        }
        return 0;
}

static int rebuild_opt_outs(Store *store, int64_t customer)
{
        int r = db_run(store, "delete from opt_out where customer = ?", VALUES(INT(customer)));

        if (r < 0)
                return r;
        return db_run(store,
                "insert into opt_out (customer, channel, fact) "
                "select f.customer, f.reference, min(f.id) from fact f where f.customer = ? "
                "and f.kind = 'opt-out' and not exists (select 1 from fact w "
                "where w.withdraws = f.id) group by f.reference",
                VALUES(INT(customer)));
}

typedef struct CustomerWords {
        bool is_held;
        Date held_until, paused_until;
} CustomerWords;

static int fold_customer(Store *store, int64_t customer, CustomerWords *words)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select f.kind, f.date from fact f where f.customer = ? "
                "and f.kind in ('hold', 'release', 'reply') "
                "and not exists (select 1 from fact w where w.withdraws = f.id) order by f.id",
                VALUES(INT(customer)));

        *words = (CustomerWords){ false, DATE_NONE, DATE_NONE };
        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                const char *kind = row_text(&rows, 0);
                if (streq(kind, "release"))
                        *words = (CustomerWords){ false, DATE_NONE, DATE_NONE };
                else if (streq(kind, "reply"))
                        words->paused_until = date_later(words->paused_until, row_date(&rows, 1));
                else {
                        words->is_held = true;
                        words->held_until = row_date(&rows, 1);
                }
        }
        return r;
}

int words_refresh_customer(Store *store, int64_t customer)
{
        CustomerWords words;
        int r = fold_customer(store, customer, &words);

        if (r == 0)
                r = db_run(store,
                        "update customer set is_held = ?, held_until = ?, paused_until = ? "
                        "where id = ?",
                        VALUES(INT(words.is_held), DAY(words.held_until), DAY(words.paused_until),
                                INT(customer)));
        return r < 0 ? r : rebuild_opt_outs(store, customer);
}

int words_check_customer(Store *store, int64_t customer, bool *ret_is_right)
{
        CustomerWords words;
        int64_t one;
        int r = fold_customer(store, customer, &words);

        if (r < 0)
                return r;
        r = db_integers(store,
                "select 1 from customer where id = ?1 and is_held = ?2 and held_until is ?3 "
                "and paused_until is ?4",
                VALUES(INT(customer), INT(words.is_held), DAY(words.held_until),
                        DAY(words.paused_until)),
                &one, 1);
        if (r < 0)
                return r;
        *ret_is_right = r > 0;
        return 0;
}

int words_refresh_invoices(Store *store, int64_t customer)
{
        _cleanup_(strbuf_release) StrBuf list = STRBUF_INIT;
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select distinct t.account, t.invoice from account a "
                "cross join instalment t on t.account = a.id where a.customer = ?",
                VALUES(INT(customer)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                const int64_t found[2] = { row_integer(&rows, 0), row_integer(&rows, 1) };
                strbuf_add_bytes(&list, found, sizeof(found));
        }
        rows_close(&rows);
        if (r == 0)
                r = strbuf_error(&list);
        for (size_t i = 0; i + sizeof(int64_t[2]) <= list.length && r == 0;
                i += sizeof(int64_t[2])) {
                int64_t found[2];
                memcpy(found, list.text + i, sizeof(found));
                r = words_refresh_invoice(store, found[0], found[1]);
        }
        return r;
}
