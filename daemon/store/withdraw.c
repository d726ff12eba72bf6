/* SPDX-License-Identifier: MIT */
/*
 * Owns undo: a fact is withdrawn by another one, and everything that followed from it is as though
 * it had never been said. Never erases. Fails with -errno, in the caller's transaction.
 */

#include <errno.h>

#include "store/balances.h"
#include "store/flags.h"
#include "store/imported.h"
#include "store/persons.h"
#include "store/plans.h"
#include "store/steps.h"
#include "store/words.h"

typedef struct Withdrawing {
        Store *store;
        int64_t fact, invoice, account, customer, amount; /* 0: none */
        char kind[24];
        Instant at;
        Date date, today;
} Withdrawing;

static int undo_money(const Withdrawing *w)
{
        Date day;
        size_t kind = 0;

        while (!streq(w->kind, fact_kind_names[kind]))
                kind++;
        int r = balance_reopening_day(w->store, w->date, w->today, &day);
        if (r == 0)
                r = balance_add_fact(w->store, w->account, w->invoice, (FactKind)kind, -w->amount);
        if (r == 0)
                r = balance_refresh(w->store, w->account, w->invoice, day);
        if (r == 0 && w->invoice != 0)
                r = words_refresh_invoice(w->store, w->account, w->invoice);
        return r;
}

static int undo_words(const Withdrawing *w)
{
        if (w->invoice != 0)
                return words_refresh_invoice(w->store, w->account, w->invoice);
        int r = words_refresh_customer(w->store, w->customer);
        if (r == 0)
                r = words_refresh_invoices(w->store, w->customer);
        return r < 0 ? r : customer_free(w->store, w->customer);
}

static int undo_step(const Withdrawing *w)
{
        int r = db_run(w->store, "delete from done where account = ? and invoice = ? and fact = ?",
                VALUES(INT(w->account), INT(w->invoice), INT(w->fact)));

        if (r == 0)
                r = steps_refresh(w->store, w->account, w->invoice);
        return r < 0 ? r : flags_refresh_suspensions(w->store, w->account, w->invoice);
}

static int undo_plan(const Withdrawing *w)
{
        return plan_undo(w->store, w->account, w->invoice, w->fact);
}

static int undo_nothing(const Withdrawing *w)
{
        return 0;
}

/* What takes each kind back; what is not here cannot be. */
static const struct {
        const char *kind;
        int (*undo)(const Withdrawing *w);
} undoings[] = {
        { "payment", undo_money },
        { "credit", undo_money },
        { "refund", undo_money },
        { "chargeback", undo_money },
        { "write-off", undo_money },
        { "hold", undo_words },
        { "release", undo_words },
        { "dispute", undo_words },
        { "promise", undo_words },
        { "adopt", undo_words },
        { "approve", undo_words },
        { "policy", undo_words },
        { "reply", undo_words },
        { "opt-out", undo_words },
        { "skip", undo_step },
        { "done", undo_step },
        { "plan", undo_plan },
        { "waive", undo_nothing },
};

static int load(Withdrawing *w, bool *ret_is_withdrawn)
{
        ROWS(rows);
        int r = rows_open(&rows, w->store,
                "select f.kind, f.invoice, coalesce(f.account, i.account), f.customer, f.amount, "
                "f.date, exists (select 1 from fact x where x.withdraws = f.id) "
                "from fact f left join invoice i on i.id = f.invoice where f.id = ?",
                VALUES(INT(w->fact)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        const char *kind = row_text(&rows, 0);
        size_t length = MIN(strlen(kind), sizeof(w->kind) - 1);
        memcpy(w->kind, kind, length);
        w->kind[length] = '\0';
        w->invoice = row_integer(&rows, 1);
        w->account = row_integer(&rows, 2);
        w->customer = row_integer(&rows, 3);
        w->amount = row_integer(&rows, 4);
        w->date = row_date(&rows, 5);
        *ret_is_withdrawn = row_integer(&rows, 6) != 0;
        return 0;
}

static int undo(const Withdrawing *w, int (*undo_kind)(const Withdrawing *w), int64_t *ret_fact)
{
        int r = fact_add(w->store,
                &(Event){ .kind = "undo",
                        .at = w->at,
                        .customer = w->customer,
                        .account = w->account,
                        .invoice = w->invoice,
                        .date = DATE_NONE,
                        .withdraws = w->fact },
                ret_fact);

        return r < 0 ? r : undo_kind(w);
}

int store_withdraw(Store *store, int64_t fact, Instant at, Date today, int64_t *ret_fact)
{
        Withdrawing w = { .store = store, .fact = fact, .at = at, .today = today };
        bool is_withdrawn;

        int r = load(&w, &is_withdrawn);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ELEMENTSOF(undoings); i++) {
                if (!streq(undoings[i].kind, w.kind))
                        continue;
                if (is_withdrawn)
                        return SAID_ALREADY;
                r = db_savepoint(store);
                if (r < 0)
                        return r;
                r = undo(&w, undoings[i].undo, ret_fact);
                return db_end_savepoint(store, r == 0, r);
        }
        return SAID_NOT_UNDONE;
}
