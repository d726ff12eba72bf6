/* SPDX-License-Identifier: MIT */
/*
 * Owns plans (R15): the part instalments that take the place of what is open of an invoice, what
 * becomes of them when the plan is broken, and that an undone plan leaves no more than was sent.
 * How payments are shared among them is core/balance.h's. Fails with -errno, in the caller's
 * transaction.
 */

#include "store/plans.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "store/balances.h"
#include "store/flags.h"
#include "store/imported.h"
#include "store/persons.h"
#include "store/steps.h"
#include "store/words.h"

#define OF_PLAN                                                                                    \
        "(account, invoice, seq) in (select account, invoice, seq from terms m "                   \
        "where m.account = ?1 and m.invoice = ?2 and m.plan = ?3)"

typedef struct Planning {
        Store *store;
        const PlanOrder *order;
        InvoiceFound found;
        int64_t plan; /* its fact */
        int64_t sum;  /* of what is open */
        int next_seq;
} Planning;

/* What a file or a chargeback has opened again of an instalment that a plan has replaced is asked
 * for as it was before, not planned twice. */
static int check_order(Planning *planning)
{
        int64_t found[3];
        int r = db_integers(planning->store,
                "select coalesce(sum(iif(coalesce(m.replaced_by, 0) = 0, t.open, 0)), 0), "
                "coalesce(sum(t.open > 0 and m.plan <> 0 and not m.is_plan_broken), 0), "
                "max(max(t.seq), "
                "coalesce((select max(l.seq) from contact_line l where l.invoice = ?2), 0), "
                "coalesce((select max(f.seq) from fact f where f.invoice = ?2), 0)) "
                "from instalment t left join terms m on m.account = t.account "
                "and m.invoice = t.invoice and m.seq = t.seq "
                "where t.account = ?1 and t.invoice = ?2",
                VALUES(INT(planning->found.account), INT(planning->found.invoice)), found, 3);

        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        planning->sum = found[0];
        planning->next_seq = (int)found[2] + 1;
        if (found[1] > 0)
                return SAID_ALREADY;
        return planning->sum == 0 ? SAID_NOTHING_OPEN : SAID;
}

/* Odd minor units, and the fee, are on the first. */
static int64_t part_amount(const Planning *planning, int i)
{
        int64_t share = planning->sum / planning->order->n_parts;

        if (i > 0)
                return share;
        return planning->sum - share * (planning->order->n_parts - 1) + planning->order->fee;
}

static int describe(const Planning *planning, StrBuf *text)
{
        char day[DATE_TEXT_SIZE], amount[MONEY_TEXT_SIZE];

        for (int i = 0; i < planning->order->n_parts; i++)
                strbuf_addf(text, "%s%d: %s %s", i > 0 ? "; " : "", planning->next_seq + i,
                        date_format(planning->order->days[i], day),
                        money_format(part_amount(planning, i), planning->found.currency, amount));
        return strbuf_error(text);
}

static int add_fact(Planning *planning, Instant at, Date today)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        const PlanOrder *order = planning->order;
        int r = describe(planning, &text);

        if (r < 0)
                return r;
        return fact_add(planning->store,
                &(Event){ .kind = "plan",
                        .at = at,
                        .invoice = planning->found.invoice,
                        .date = today,
                        .amount = planning->sum + order->fee,
                        .reference = order->policy,
                        .note = order->note,
                        .changes = strbuf_text(&text) },
                &planning->plan);
}

static int take_over(const Planning *planning)
{
        const Value account = INT(planning->found.account), invoice = INT(planning->found.invoice);
        int r = db_run(planning->store,
                "insert into terms (account, invoice, seq, replaced_by, taken) "
                "select account, invoice, seq, ?3, open from instalment "
                "where account = ?1 and invoice = ?2 and open > 0 "
                "on conflict do update set replaced_by = excluded.replaced_by, "
                "taken = excluded.taken where replaced_by = 0",
                VALUES(account, invoice, INT(planning->plan)));

        if (r < 0)
                return r;
        return db_run(planning->store,
                "update instalment set has_terms = 1 "
                "where account = ? and invoice = ? and open > 0",
                VALUES(account, invoice));
}

/* What it does not say is that of the oldest instalment it replaces. */
static int add_part(const Planning *planning, int i)
{
        const PlanOrder *order = planning->order;
        const Value account = INT(planning->found.account), invoice = INT(planning->found.invoice),
                    seq = INT(planning->next_seq + i);
        int r = db_run(planning->store,
                "insert into instalment (account, invoice, seq, number, issued, due, amount, open, "
                "status, method, policy, collection_failed, has_payment, imported_on, has_terms) "
                "select t.account, t.invoice, ?4, t.number, t.issued, ?5, ?6, 0, t.status, "
                "t.method, ?7, t.collection_failed, t.has_payment, t.imported_on, 1 "
                "from terms m cross join instalment t on t.account = m.account "
                "and t.invoice = m.invoice and t.seq = m.seq "
                "where m.account = ?1 and m.invoice = ?2 and m.replaced_by = ?3 "
                "order by t.due, t.seq limit 1",
                VALUES(account, invoice, INT(planning->plan), seq, DAY(order->days[i]),
                        INT(part_amount(planning, i)), TEXT(order->policy)));

        if (r < 0)
                return r;
        return db_run(planning->store,
                "insert into terms (account, invoice, seq, plan, fee) values (?, ?, ?, ?, ?)",
                VALUES(account, invoice, seq, INT(planning->plan), INT(i == 0 ? order->fee : 0)));
}

static int refresh(Store *store, int64_t account, int64_t invoice)
{
        int r = words_refresh_invoice(store, account, invoice);

        return r < 0 ? r : balance_refresh(store, account, invoice, DATE_NONE);
}

int store_plan(Store *store, const PlanOrder *order, Instant at, Date today, int64_t *ret_fact)
{
        Planning planning = { .store = store, .order = order };
        int r = invoice_find(store, order->invoice, &planning.found);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = check_order(&planning);
        if (r != 0)
                return r;
        if (order->n_parts < 1 || planning.sum < order->n_parts || order->fee < 0)
                return -EINVAL;
        r = add_fact(&planning, at, today);
        if (r == 0)
                r = take_over(&planning);
        for (int i = 0; i < order->n_parts && r == 0; i++)
                r = add_part(&planning, i);
        if (r == 0)
                r = refresh(store, planning.found.account, planning.found.invoice);
        if (r == 0)
                *ret_fact = planning.plan;
        return r;
}

/* The invoice of a plan whose parts are the account's: 1, 0 (it has been broken), -errno. */
static int find_unbroken(Store *store, int64_t account, int64_t plan, int64_t *ret_invoice)
{
        int64_t found[2];
        int r = db_integers(store,
                "select f.invoice, m.is_plan_broken from fact f cross join terms m "
                "on m.account = ? and m.invoice = f.invoice where f.id = ? and m.plan = f.id",
                VALUES(INT(account), INT(plan)), found, 2);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        *ret_invoice = found[0];
        return found[1] == 0;
}

/* The fee is paid last of the first part: what is open of that is open of the fee first. */
static int end_fee(Store *store, const Value key[static 3])
{
        int r = db_run(store,
                "update instalment set amount = amount - min(open, (select m.fee from terms m "
                "where m.account = instalment.account and m.invoice = instalment.invoice "
                "and m.seq = instalment.seq)) where " OF_PLAN,
                key, 3);

        if (r < 0)
                return r;
        return db_run(store,
                "update terms set is_plan_broken = 1, fee = fee - min(fee, (select t.open "
                "from instalment t where t.account = terms.account and t.invoice = terms.invoice "
                "and t.seq = terms.seq)) where account = ?1 and invoice = ?2 and plan = ?3",
                key, 3);
}

/* Before the parts' own steps go those of the oldest instalment they replaced. */
static int copy_steps(Store *store, const Value key[static 3])
{
        return db_run(store,
                "insert into done (account, invoice, seq, position, contact, step, action, at, "
                "day, deadline, is_skip, fact) "
                "select p.account, p.invoice, p.seq, d.position - (select max(x.position) "
                "from done x where x.account = d.account and x.invoice = d.invoice "
                "and x.seq = d.seq) - 1 + coalesce((select min(o.position) from done o "
                "where o.account = p.account and o.invoice = p.invoice and o.seq = p.seq), 1), "
                "d.contact, d.step, d.action, d.at, d.day, d.deadline, d.is_skip, d.fact "
                "from terms p cross join done d on d.account = p.account "
                "and d.invoice = p.invoice and d.seq = (select t.seq from terms m "
                "cross join instalment t on t.account = m.account and t.invoice = m.invoice "
                "and t.seq = m.seq where m.account = ?1 and m.invoice = ?2 "
                "and m.replaced_by = ?3 order by t.due, t.seq limit 1) "
                "where p.account = ?1 and p.invoice = ?2 and p.plan = ?3",
                key, 3);
}

int store_break_plan(Store *store, int64_t account, int64_t plan, Date today, Instant at)
{
        char reference[24];
        int64_t invoice;

        int r = find_unbroken(store, account, plan, &invoice);
        if (r <= 0)
                return r;
        const Value key[] = { INT(account), INT(invoice), INT(plan) };
        r = end_fee(store, key);
        if (r == 0)
                r = db_run(store, "update instalment set due = min(due, ?4) where " OF_PLAN,
                        VALUES(key[0], key[1], key[2], DAY(today)));
        if (r == 0)
                r = copy_steps(store, key);
        if (r == 0)
                r = steps_refresh(store, account, invoice);
        snprintf(reference, sizeof(reference), "%" PRId64, plan);
        if (r == 0)
                r = event_add(store, &(Event){ .kind = "plan-broken",
                                             .at = at,
                                             .invoice = invoice,
                                             .date = today,
                                             .reference = reference });
        return r < 0 ? r : refresh(store, account, invoice);
}

/* What refers to an instalment goes before it. */
static int remove_parts(Store *store, const Value key[static 3])
{
        int r = db_run(store, "delete from done where " OF_PLAN, key, 3);

        if (r == 0)
                r = db_run(store,
                        "update meta set open_instalments = open_instalments - "
                        "(select count(*) from instalment where open > 0 and " OF_PLAN
                        ") where id = 1",
                        key, 3);
        if (r == 0)
                r = db_run(store, "update instalment set has_terms = -1 where " OF_PLAN, key, 3);
        if (r == 0)
                r = db_run(store,
                        "delete from terms where account = ?1 and invoice = ?2 and plan = ?3", key,
                        3);
        if (r == 0)
                r = db_run(store,
                        "delete from instalment where account = ? and invoice = ? "
                        "and has_terms = -1",
                        VALUES(key[0], key[1]));
        return r;
}

/* What was sent or skipped of a part is behind what it replaced: each step once, as it was last,
 * and none that the part has from there. What is still suspended goes on without its notice, which
 * was about the part. */
static int give_back_steps(Store *store, const Value key[static 3])
{
        return db_run(store,
                "insert into done (account, invoice, seq, position, contact, step, action, at, "
                "day, deadline, is_skip, fact) "
                "select m.account, m.invoice, m.seq, coalesce((select max(x.position) from done x "
                "where x.account = m.account and x.invoice = m.invoice and x.seq = m.seq), 0) "
                "+ 1 + (select count(*) from terms o cross join done x on x.account = o.account "
                "and x.invoice = o.invoice and x.seq = o.seq where o.account = m.account "
                "and o.invoice = m.invoice and o.plan = ?3 "
                "and (x.at, x.position, x.seq) < (d.at, d.position, d.seq)), "
                "iif(d.action = 5 and t.is_suspended, 0, d.contact), d.step, d.action, d.at, "
                "d.day, d.deadline, d.is_skip, d.fact from terms m "
                "cross join terms p on p.account = m.account and p.invoice = m.invoice "
                "and p.plan = m.replaced_by cross join instalment t on t.account = p.account "
                "and t.invoice = p.invoice and t.seq = p.seq cross join done d "
                "on d.account = p.account and d.invoice = p.invoice and d.seq = p.seq "
                "where m.account = ?1 and m.invoice = ?2 and m.replaced_by = ?3 "
                "and not exists (select 1 from terms o cross join done x on x.account = o.account "
                "and x.invoice = o.invoice and x.seq = o.seq where o.account = m.account "
                "and o.invoice = m.invoice and (o.replaced_by = ?3 and x.step = d.step "
                "and x.at = d.at or o.plan = ?3 and x.step = d.step "
                "and (x.at, x.seq) > (d.at, d.seq)))",
                key, 3);
}

/* Why it cannot be: a Said; 0: it can. */
static int check_undo(Store *store, const Value key[static 3])
{
        int64_t found[2];
        int r = db_integers(store,
                "select coalesce(max(m.replaced_by <> 0), 0), coalesce(max(t.is_handed_over), 0) "
                "from terms m cross join instalment t on t.account = m.account "
                "and t.invoice = m.invoice and t.seq = m.seq "
                "where m.account = ? and m.invoice = ? and m.plan = ?",
                key, 3, found, 2);

        if (r < 0)
                return r;
        return found[0] > 0 ? SAID_NOT_UNDONE : found[1] > 0 ? SAID_HANDED_OVER : 0;
}

int plan_undo(Store *store, int64_t account, int64_t invoice, int64_t plan)
{
        const Value key[] = { INT(account), INT(invoice), INT(plan) };
        int r = check_undo(store, key);

        if (r != 0)
                return r;
        r = give_back_steps(store, key);
        if (r == 0)
                r = remove_parts(store, key);
        if (r == 0)
                r = db_run(store,
                        "update terms set replaced_by = 0, taken = 0 "
                        "where account = ?1 and invoice = ?2 and replaced_by = ?3",
                        key, 3);
        if (r == 0)
                r = steps_refresh(store, account, invoice);
        if (r == 0)
                r = flags_refresh_suspensions(store, account, invoice);
        return r < 0 ? r : refresh(store, account, invoice);
}
