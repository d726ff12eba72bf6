/* SPDX-License-Identifier: MIT */
/*
 * Owns what people's words leave: a fold over the facts of an invoice and of its customer that
 * stand, in the order in which they were said. Kept with the instalments, and always the same as
 * what the fold gives. Never adds a fact. Fails with -errno, in the caller's transaction.
 */

#include "store/words.h"

#include <errno.h>

#include "base/parse.h"
#include "core/account.h"
#include "core/balance.h"
#include "store/facts.h"
#include "store/flags.h"
#include "store/imported.h"

/* The facts that the fold knows; money first, numbered as FactKind. */
typedef enum Word {
        WORD_MONEY_LAST = FACT_WRITE_OFF,
        WORD_INVOICE,
        WORD_CHANGE,
        WORD_GONE, /* no longer in the file */
        WORD_HOLD,
        WORD_RELEASE,
        WORD_DISPUTE,
        WORD_PROMISE,
        WORD_PLAN,
        WORD_ADOPT,
        WORD_APPROVE,
        WORD_POLICY,
        WORD_REPLY,
        WORDS
} Word;

static const char *const word_names[WORDS] = {
        [FACT_PAYMENT] = "payment",
        [FACT_CREDIT] = "credit",
        [FACT_REFUND] = "refund",
        [FACT_CHARGEBACK] = "chargeback",
        [FACT_WRITE_OFF] = "write-off",
        [WORD_INVOICE] = "invoice",
        [WORD_CHANGE] = "change",
        [WORD_GONE] = "withdrawn",
        [WORD_HOLD] = "hold",
        [WORD_RELEASE] = "release",
        [WORD_DISPUTE] = "dispute",
        [WORD_PROMISE] = "promise",
        [WORD_PLAN] = "plan",
        [WORD_ADOPT] = "adopt",
        [WORD_APPROVE] = "approve",
        [WORD_POLICY] = "policy",
        [WORD_REPLY] = "reply",
};

typedef struct Fact {
        int64_t id;
        int64_t rank; /* its place: a corrected payment stands where the first one stood */
        Word word;
        int seq; /* 0: of all instalments */
        bool is_of_customer, is_withdrawn;
        Date date;
        int64_t amount;
        const char *reference, *changes;
} Fact;

/* One instalment as the facts have it so far. */
typedef struct Spoken {
        int seq;
        Date due;
        int64_t amount, plan, replaced_by, taken;
        bool is_plan_broken, has_terms;
        const char *file_policy; /* as the file says today; "" for a part */
        /* What the fold gives. */
        bool is_here, is_held, is_disputed, is_adopted;
        InvoiceStatus status;
        Date held_until, released_on, promised_until;
        int64_t promise, promised_rest;
        int n_promises;
        const char *policy, *approved;
} Spoken;

typedef struct Fold {
        Store *store;
        Arena arena;
        int64_t account, invoice;
        Fact *facts;
        Spoken *spoken;
        Share *shares; /* room for one of each */
        size_t n_facts, n_spoken;
        FactSums sums;     /* of the money so far */
        Date paused_until; /* of the customer */
} Fold;

static int find_word(const char *kind)
{
        for (int i = 0; i < WORDS; i++)
                if (streq(word_names[i], kind))
                        return i;
        return -1;
}

/* A fact that corrects another takes its place. */
static int64_t rank_of(const Fold *fold, int64_t id, int64_t withdraws)
{
        for (size_t i = fold->n_facts; withdraws != 0 && i-- > 0;)
                if (fold->facts[i].id == withdraws)
                        return fold->facts[i].rank;
        return id;
}

static int read_fact(Fold *fold, const Rows *rows)
{
        int64_t id = row_integer(rows, 0);
        int word = find_word(row_text(rows, 1));
        bool is_out = false;

        if (word < 0)
                return 0;
        fold->facts[fold->n_facts] = (Fact){
                .id = id,
                .rank = rank_of(fold, id, row_integer(rows, 8)),
                .word = (Word)word,
                .is_of_customer = row_is_null(rows, 2),
                .seq = (int)row_integer(rows, 3),
                .date = row_date(rows, 4),
                .amount = row_integer(rows, 5),
                .reference = row_copy(rows, 6, &fold->arena),
                .changes = row_copy_or_null(rows, 7, &fold->arena, &is_out),
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

static int load_facts(Fold *fold)
{
        ROWS(rows);
        int64_t n;
        int r = db_integers(fold->store,
                "select (select count(*) from fact where invoice = ?1) + (select count(*) "
                "from account a cross join fact f on f.customer = a.customer where a.id = ?2)",
                VALUES(INT(fold->invoice), INT(fold->account)), &n, 1);

        if (r < 0)
                return r;
        fold->facts = arena_alloc_array(&fold->arena, (size_t)n, sizeof(Fact));
        if (!fold->facts)
                return -ENOMEM;
        r = rows_open(&rows, fold->store,
                "select f.id, f.kind, f.invoice, f.seq, f.date, f.amount, f.reference, f.changes, "
                "f.withdraws, exists (select 1 from fact w where w.withdraws = f.id) "
                "from fact f where f.invoice = ?1 union all "
                "select f.id, f.kind, f.invoice, f.seq, f.date, f.amount, f.reference, f.changes, "
                "f.withdraws, exists (select 1 from fact w where w.withdraws = f.id) "
                "from account a cross join fact f on f.customer = a.customer where a.id = ?2 "
                "and f.kind in ('hold', 'release', 'reply') order by 1",
                VALUES(INT(fold->invoice), INT(fold->account)));
        while (r >= 0 && fold->n_facts < (size_t)n && (r = rows_next(&rows)) > 0)
                r = read_fact(fold, &rows);
        if (r >= 0)
                qsort(fold->facts, fold->n_facts, sizeof(Fact), compare_facts);
        return MIN(r, 0);
}

static InvoiceStatus find_status(const char *text, size_t length)
{
        for (size_t i = 0; i < ELEMENTSOF(invoice_status_names); i++)
                if (strlen(invoice_status_names[i]) == length &&
                        memcmp(invoice_status_names[i], text, length) == 0)
                        return (InvoiceStatus)i;
        return STATUS_OPEN;
}

/* The status it came in with: what its first change says it was, else the file's of today. */
static InvoiceStatus first_status(const Fold *fold, int seq, const char *file_status)
{
        ImportedChange change;

        for (size_t i = 0; i < fold->n_facts; i++) {
                const Fact *fact = &fold->facts[i];
                if (fact->seq != seq)
                        continue;
                if (fact->word == WORD_CHANGE &&
                        imported_find_change(fact->changes, COLUMN_STATUS, &change))
                        return find_status(change.was, change.was_length);
        }
        return find_status(file_status, strlen(file_status));
}

static int read_spoken(Fold *fold, const Rows *rows)
{
        const void *packed = sqlite3_column_blob(rows->statement, 8);
        size_t length = (size_t)sqlite3_column_bytes(rows->statement, 8);
        const char *status = imported_text(packed, length, COLUMN_STATUS);
        Spoken *spoken = &fold->spoken[fold->n_spoken++];

        *spoken = (Spoken){
                .seq = (int)row_integer(rows, 0),
                .due = row_date(rows, 1),
                .amount = row_integer(rows, 2),
                .plan = row_integer(rows, 3),
                .replaced_by = row_integer(rows, 4),
                .taken = row_integer(rows, 5),
                .is_plan_broken = row_integer(rows, 6) != 0,
                .has_terms = row_integer(rows, 7) != 0,
                .file_policy =
                        arena_strdup(&fold->arena, imported_text(packed, length, COLUMN_POLICY)),
                .held_until = DATE_NONE,
                .released_on = DATE_NONE,
                .promised_until = DATE_NONE,
                .approved = "",
        };
        if (!spoken->file_policy)
                return -ENOMEM;
        spoken->status = first_status(fold, spoken->seq, status);
        spoken->policy = spoken->file_policy;
        return 0;
}

static int load_spoken(Fold *fold)
{
        ROWS(rows);
        int64_t n;
        int r = db_integers(fold->store,
                "select count(*) from instalment where account = ? and invoice = ?",
                VALUES(INT(fold->account), INT(fold->invoice)), &n, 1);

        if (r < 0)
                return r;
        fold->spoken = arena_alloc_array(&fold->arena, (size_t)n, sizeof(Spoken));
        fold->shares = arena_alloc_array(&fold->arena, (size_t)n, sizeof(Share));
        if (!fold->spoken || !fold->shares)
                return -ENOMEM;
        r = rows_open(&rows, fold->store,
                "select t.seq, t.due, t.amount, coalesce(m.plan, 0), coalesce(m.replaced_by, 0), "
                "coalesce(m.taken, 0), coalesce(m.is_plan_broken, 0), t.has_terms, o.columns "
                "from instalment t left join terms m on m.account = t.account "
                "and m.invoice = t.invoice and m.seq = t.seq "
                "left join imported_instalment o on o.invoice = t.invoice and o.seq = t.seq "
                "where t.account = ?1 and t.invoice = ?2 order by t.seq",
                VALUES(INT(fold->account), INT(fold->invoice)));
        while (r >= 0 && fold->n_spoken < (size_t)n && (r = rows_next(&rows)) > 0)
                r = read_spoken(fold, &rows);
        return MIN(r, 0);
}

/* Until a day, that one too; DATE_NONE: without end. */
static bool lasts(Date until, Date day)
{
        return !date_is_set(until) || date_compare(until, day) >= 0;
}

/* Only what still held, disputed or waited is released on that day: a hold that has run out does
 * not hold the ladder once more, and what came in later was never held. */
static void release(const Fold *fold, Spoken *spoken, const Fact *fact)
{
        bool was_waiting = spoken->is_disputed || spoken->status == STATUS_DISPUTED ||
                           (spoken->is_held && lasts(spoken->held_until, fact->date)) ||
                           (date_is_set(spoken->promised_until) &&
                                   lasts(spoken->promised_until, fact->date)) ||
                           (fact->is_of_customer && date_is_set(fold->paused_until) &&
                                   lasts(fold->paused_until, fact->date));

        if (was_waiting && spoken->is_here)
                spoken->released_on = fact->date;
        spoken->is_held = spoken->is_disputed = false;
        spoken->held_until = spoken->promised_until = DATE_NONE;
        if (spoken->status == STATUS_DISPUTED)
                spoken->status = STATUS_OPEN;
}

static void change(Spoken *spoken, const Fact *fact)
{
        ImportedChange found;

        if (imported_find_change(fact->changes, COLUMN_STATUS, &found))
                spoken->status = find_status(found.now, found.now_length);
        if (imported_find_change(fact->changes, COLUMN_POLICY, &found))
                spoken->policy = spoken->file_policy;
}

static void arrive(Spoken *spoken, const Fact *fact)
{
        spoken->is_here = true;
        if (fact->word == WORD_PLAN)
                spoken->policy = fact->reference;
}

static void apply(const Fold *fold, Spoken *spoken, const Fact *fact)
{
        switch (fact->word) {
        case WORD_INVOICE: arrive(spoken, fact); break;
        case WORD_PLAN:
                if (spoken->plan == fact->id)
                        arrive(spoken, fact);
                break;
        case WORD_CHANGE: change(spoken, fact); break;
        case WORD_GONE: spoken->status = STATUS_CANCELLED; break;
        case WORD_HOLD:
                spoken->is_held = true;
                spoken->held_until = fact->date;
                break;
        case WORD_RELEASE: release(fold, spoken, fact); break;
        case WORD_DISPUTE: spoken->is_disputed = true; break;
        case WORD_ADOPT: spoken->is_adopted = true; break;
        case WORD_APPROVE: spoken->approved = fact->reference; break;
        case WORD_POLICY: spoken->policy = fact->reference; break;
        case WORD_PROMISE:
        case WORD_REPLY:
        case WORD_MONEY_LAST:
        case WORDS: break;
        }
}

/* What is open of those that are there. */
static int weigh(const Fold *fold, int64_t rank, int64_t more)
{
        FactSums sums = fold->sums;
        int64_t left_over;

        for (size_t i = 0; i < fold->n_spoken; i++) {
                const Spoken *spoken = &fold->spoken[i];
                bool is_taken = spoken->replaced_by != 0 && spoken->replaced_by < rank;
                bool counts = spoken->is_here && spoken->status != STATUS_CANCELLED;
                fold->shares[i] = (Share){
                        .plan = spoken->plan,
                        .due = spoken->due,
                        .amount = counts ? spoken->amount - (is_taken ? spoken->taken : 0) : 0,
                };
        }
        int r = money_add(&sums.credits, more);
        return r < 0 ? r : balance_invoice(fold->shares, fold->n_spoken, &sums, &left_over);
}

/* R13: of each instalment that is open then; what is promised pays the oldest first. */
static int promise(Fold *fold, const Fact *fact)
{
        int r = weigh(fold, fact->rank, 0);

        if (r < 0)
                return r;
        for (size_t i = 0; i < fold->n_spoken; i++) {
                Spoken *spoken = &fold->spoken[i];
                if (fold->shares[i].open == 0)
                        continue;
                spoken->promise = fact->id;
                spoken->promised_until = fact->date;
                spoken->promised_rest = 0;
                spoken->n_promises++;
        }
        if (fact->amount == 0)
                return 0;
        r = weigh(fold, fact->rank, fact->amount);
        for (size_t i = 0; i < fold->n_spoken && r == 0; i++)
                if (fold->spoken[i].promise == fact->id)
                        fold->spoken[i].promised_rest = fold->shares[i].open;
        return r;
}

/* -EOVERFLOW cannot be: the sums of all facts have been added up before. */
static int add_money(FactSums *sums, const Fact *fact)
{
        switch ((FactKind)fact->word) {
        case FACT_PAYMENT: return money_add(&sums->payments, fact->amount);
        case FACT_CREDIT: return money_add(&sums->credits, fact->amount);
        case FACT_REFUND:
        case FACT_CHARGEBACK: return money_add(&sums->undone, fact->amount);
        case FACT_WRITE_OFF: sums->is_written_off = true; return 0;
        }
        return -EINVAL;
}

static int take(Fold *fold, const Fact *fact)
{
        if (fact->word <= WORD_MONEY_LAST)
                return add_money(&fold->sums, fact);
        if (fact->word == WORD_PROMISE)
                return promise(fold, fact);
        for (size_t i = 0; i < fold->n_spoken; i++)
                if (fact->seq == 0 || fact->seq == fold->spoken[i].seq)
                        apply(fold, &fold->spoken[i], fact);
        if (fact->word == WORD_REPLY)
                fold->paused_until = date_later(fold->paused_until, fact->date);
        else if (fact->word == WORD_RELEASE && fact->is_of_customer)
                fold->paused_until = DATE_NONE;
        return 0;
}

static const Spoken *oldest_replaced(const Fold *fold, int64_t plan)
{
        const Spoken *oldest = NULL;

        for (size_t i = 0; i < fold->n_spoken; i++) {
                const Spoken *spoken = &fold->spoken[i];
                if (spoken->replaced_by == plan &&
                        (!oldest || date_compare(spoken->due, oldest->due) < 0))
                        oldest = spoken;
        }
        return oldest;
}

/* A part is what its invoice is, and goes on as it would have once its plan is broken. */
static int finish_parts(Fold *fold)
{
        for (size_t i = 0; i < fold->n_spoken; i++) {
                Spoken *part = &fold->spoken[i];
                if (part->plan == 0)
                        continue;
                const Spoken *replaced = oldest_replaced(fold, part->plan);
                if (!replaced)
                        return -EUCLEAN;
                part->status = replaced->status;
                if (part->is_plan_broken)
                        part->policy = replaced->policy;
        }
        return 0;
}

static int write_terms(const Fold *fold, const Spoken *spoken)
{
        if (!spoken->has_terms && spoken->promise == 0 && !spoken->is_adopted &&
                is_empty(spoken->approved))
                return 0;
        int r = db_run(fold->store,
                "insert into terms (account, invoice, seq, promise, promised_until, "
                "promised_rest, n_promises, is_adopted, approved) "
                "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do update set "
                "promise = ?4, promised_until = ?5, promised_rest = ?6, n_promises = ?7, "
                "is_adopted = ?8, approved = ?9",
                VALUES(INT(fold->account), INT(fold->invoice), INT(spoken->seq),
                        INT(spoken->promise), DAY(spoken->promised_until),
                        INT(spoken->promised_rest), INT(spoken->n_promises),
                        INT(spoken->is_adopted), TEXT(spoken->approved)));
        if (r == 0)
                r = db_run(fold->store,
                        "update instalment set has_terms = 1 "
                        "where account = ? and invoice = ? and seq = ? and has_terms = 0",
                        VALUES(INT(fold->account), INT(fold->invoice), INT(spoken->seq)));
        return r;
}

static int write_spoken(const Fold *fold, const Spoken *spoken)
{
        int r = db_run(fold->store,
                "update instalment set is_held = ?4, held_until = ?5, is_disputed = ?6, "
                "released_on = ?7, policy = ?8, status = ?9, "
                "is_settled = iif(status = ?9, is_settled, 0) "
                "where account = ?1 and invoice = ?2 and seq = ?3 "
                "and (is_held, held_until, is_disputed, released_on, policy, status) "
                "is not (?4, ?5, ?6, ?7, ?8, ?9)",
                VALUES(INT(fold->account), INT(fold->invoice), INT(spoken->seq),
                        INT(spoken->is_held), DAY(spoken->held_until), INT(spoken->is_disputed),
                        DAY(spoken->released_on), TEXT(spoken->policy), INT(spoken->status)));

        return r < 0 ? r : write_terms(fold, spoken);
}

static int fold_facts(Fold *fold)
{
        int r = load_facts(fold);

        if (r == 0)
                r = load_spoken(fold);
        for (size_t i = 0; i < fold->n_facts && r == 0; i++)
                if (!fold->facts[i].is_withdrawn)
                        r = take(fold, &fold->facts[i]);
        return r < 0 ? r : finish_parts(fold);
}

int words_refresh_invoice(Store *store, int64_t account, int64_t invoice)
{
        Fold fold = {
                .store = store, .account = account, .invoice = invoice, .paused_until = DATE_NONE
        };
        int r = fold_facts(&fold);

        for (size_t i = 0; i < fold.n_spoken && r == 0; i++)
                r = write_spoken(&fold, &fold.spoken[i]);
        if (r == 0)
                r = flags_refresh_said(store, account, invoice);
        arena_release(&fold.arena);
        return r;
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
