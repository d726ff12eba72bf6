/* SPDX-License-Identifier: MIT */
/*
 * Owns the whole check of a store: SQLite's own, references between tables, and everything that is
 * kept although it follows from something else, recomputed from its source. Never repairs. Each
 * check is a query whose rows are findings; a finding names documents and codes, nobody's name.
 */

#include <errno.h>

#include "store/balances.h"
#include "store/chain.h"
#include "store/database.h"
#include "store/flags.h"
#include "store/grants.h"
#include "store/pools.h"
#include "store/words.h"

typedef struct Finding {
        void (*found)(void *owner, const char *finding);
        void *owner;
} Finding;

/* The sum of an invoice's facts that no later fact withdraws, by kind. */
#define LIVE_SUM(kinds)                                                                            \
        "coalesce((select sum(f.amount) from fact f where f.kind in (" kinds ") "                  \
        "and f.invoice = i.id and not exists (select 1 from fact w where w.withdraws = f.id)), 0)"

#define HAS_CONTACT(flag)                                                                          \
        "exists (select 1 from contact_line l join contact c on c.id = l.contact "                 \
        "where l.invoice = t.invoice and l.seq = t.seq and l.step is not null and c." flag " = 1)"

#define SUSPENDED IS_SUSPENDED("t.account", "t.invoice", "t.seq", "0")
#define OF_TERMS "m.invoice", "m.seq", "m.promise", "m.plan", "0"
#define SAID SAID_BITS(OF_TERMS)
#define LAST_SAID SAID_ON(OF_TERMS)
#define OFFER LAST_OFFER("m.invoice", "m.seq", "0")

static const char *const checks[] = {
        "select 'invoice ' || i.number || ': its sums are not those of its facts' from invoice i "
        "where i.payments <> " LIVE_SUM("'payment'") " or i.credits <> " LIVE_SUM(
                "'credit'") " or i.undone <> " LIVE_SUM("'refund', 'chargeback'"),
        "with mine as materialized (select f.account, f.kind, f.amount from fact f "
        "where f.invoice is null and f.account is not null "
        "and not exists (select 1 from fact w where w.withdraws = f.id)) "
        "select 'account ' || a.id || ': its sums are not those of its facts' from account a "
        "where a.payments <> coalesce((select sum(amount) from mine "
        "where account = a.id and kind = 'payment'), 0) "
        "or a.credits <> coalesce((select sum(amount) from mine "
        "where account = a.id and kind = 'credit'), 0) "
        "or a.undone <> coalesce((select sum(amount) from mine "
        "where account = a.id and kind in ('refund', 'chargeback')), 0)",
        "select 'account ' || a.id || ': its credit is not that of its invoices' from account a "
        "where a.left_over <> coalesce((select sum(i.left_over) from invoice i "
        "where i.account = a.id), 0) "
        "or a.unassigned <> a.left_over + max(a.credits + max(a.payments - a.undone, 0), 0)",
        "select 'instalment ' || t.number || ' ' || t.seq || ': ' || t.n_done || "
        "' steps counted, not as many there' from instalment t where t.n_done <> "
        "(select count(*) from done d where d.account = t.account and d.invoice = t.invoice "
        "and d.seq = t.seq)",
        "select 'instalment ' || t.number || ' ' || t.seq || "
        "': in flight or uncertain, and its notices are not' from instalment t "
        "where t.is_in_flight <> " HAS_CONTACT("is_in_flight") " or t.is_uncertain <> " HAS_CONTACT(
                "is_uncertain"),
        "select 'instalment ' || t.number || ' ' || t.seq || "
        "': handed over or suspended, and its steps are not' from instalment t "
        "where t.is_handed_over <> exists (select 1 from done d where d.account = t.account "
        "and d.invoice = t.invoice and d.seq = t.seq and d.action in (6, 7) and d.is_skip = 0) "
        "or t.is_suspended <> (" SUSPENDED ")",
        "select 'instalment ' || t.number || ' ' || t.seq || ': terms that nobody reads, or none' "
        "from instalment t where t.has_terms <> exists (select 1 from terms m "
        "where m.account = t.account and m.invoice = t.invoice and m.seq = t.seq)",
        "select 'invoice ' || i.number || ' ' || m.seq || ': said or offered is not what was sent' "
        "from terms m join invoice i on i.id = m.invoice where m.said <> " SAID
        " or m.said_on is not " LAST_SAID " or (m.offer_until, m.offer_discount) is not "
        "(select o.offer_until, q.discount from contact_line q join contact o on o.id = q.contact "
        "where q.invoice = m.invoice and q.seq = m.seq and o.id = " OFFER ") "
        "and (m.offer_discount <> 0 or " OFFER " is not null)",
        "select 'invoice ' || i.number || ': its plan and its parts do not agree' from invoice i "
        "where exists (select 1 from terms m join fact f on f.id = m.plan "
        "where m.invoice = i.id and m.account = i.account and (f.kind <> 'plan' "
        "or f.invoice <> i.id or exists (select 1 from fact w where w.withdraws = f.id)))",
        "select 'customer ' || k.code || ': its opt-outs are not those it gave' from customer k "
        "where (select count(*) from opt_out o where o.customer = k.id) <> "
        "(select count(distinct f.reference) from fact f where f.customer = k.id "
        "and f.kind = 'opt-out' and not exists (select 1 from fact w where w.withdraws = f.id))",
        "select 'notice ' || n.id || ': its decision does not know its state' from notice n "
        "join contact c on c.id = n.contact "
        "where (n.state in (0, 1, 2) and not c.is_in_flight) "
        "or (n.state in (2, 3, 5) and not c.is_counted) or (n.state = 3 and not c.is_complete)",
        "select 'contact ' || c.id || ': complete, and a step of it is not done' from contact c "
        "join contact_line l on l.contact = c.id where c.is_complete and l.step is not null "
        "and not exists (select 1 from done d where d.account = c.account "
        "and d.invoice = l.invoice and d.seq = l.seq and d.contact = c.id) "
        "and exists (select 1 from instalment t where t.account = c.account "
        "and t.invoice = l.invoice and t.seq = l.seq)",
        "select 'account ' || a.id || ': its last contact is not that of its notices' "
        "from account a where a.last_contact is not (select max(day) from contact "
        "where account = a.id and kind = 0 and is_counted = 1) "
        "or a.last_pressed is not (select max(day) from contact where account = a.id "
        "and kind = 0 and is_counted = 1 and action between 1 and 3)",
        "select 'open instalments: ' || m.open_instalments || ' counted, not as many there' "
        "from meta m where m.open_instalments <> "
        "(select count(*) from instalment where open > 0)",
        "with ended as (select channel, sum(state = 3) as sent, sum(state = 4) as failed, "
        "sum(state = 6) as cancelled, max(sent_at) as last_sent from notice "
        "where state in (3, 4, 6) group by channel) "
        "select 'channel ' || e.channel || ': its notices are not counted right' from ended e "
        "left join channel_tally t on t.channel = e.channel where t.sent is not e.sent "
        "or t.failed is not e.failed or t.cancelled is not e.cancelled "
        "or t.last_sent is not e.last_sent",
        "select 'notice ' || n.id || ': it has no texts' from notice n "
        "where not exists (select 1 from body b where b.notice = n.id)",
};

static int run_check(Store *store, const char *sql, const Finding *finding)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store, sql, NO_VALUES);

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                if (!streq(row_text(&rows, 0), "ok"))
                        finding->found(finding->owner, row_text(&rows, 0));
        return r;
}

/* An invoice or a customer of a listing: id, number or code, account. */
typedef struct Subject {
        Store *store;
        const Finding *finding;
        Arena arena;
        int64_t id, account;
        const char *name;
} Subject;

static int tell(const Subject *subject, const char *kind, const char *finding)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "%s %s: %s", kind, subject->name, finding);
        if (strbuf_error(&text) == 0)
                subject->finding->found(subject->finding->owner, strbuf_text(&text));
        return strbuf_error(&text);
}

static int check_balance(Subject *subject)
{
        Pool pool;

        arena_reset(&subject->arena);
        int r = pool_load(subject->store, subject->account, subject->id, &subject->arena, &pool);
        if (r < 0)
                return r;
        r = pool_weigh(&pool);
        const InvoiceBalance *balance = &pool.invoices[0].balance;
        bool is_wrong = r < 0 || pool.invoices[0].left_over != balance->left_over;
        for (size_t i = 0; i < balance->n && !is_wrong; i++)
                is_wrong = balance->shares[i].open != pool.invoices[0].stored[i].open ||
                           balance->shares[i].granted != pool.invoices[0].stored[i].granted;
        return is_wrong ? tell(subject, "invoice", "what is open is not what its facts leave") : 0;
}

static int check_invoice(Subject *subject)
{
        bool is_right;
        int r = check_balance(subject);

        if (r == 0)
                r = words_check_invoice(subject->store, subject->account, subject->id, &is_right);
        if (r < 0 || is_right)
                return r;
        return tell(subject, "invoice", "its state is not what was said of it");
}

static int check_customer(Subject *subject)
{
        bool is_right;
        int r = words_check_customer(subject->store, subject->id, &is_right);

        if (r < 0 || is_right)
                return r;
        return tell(subject, "customer", "its state is not what was said of it");
}

static int check_each(
        Store *store, const char *sql, int (*check)(Subject *subject), const Finding *finding)
{
        Subject subject = { .store = store, .finding = finding };
        ROWS(rows);
        int r = rows_open_private(&rows, store, sql, NO_VALUES);

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                subject.id = row_integer(&rows, 0);
                subject.name = row_text(&rows, 1);
                subject.account = row_integer(&rows, 2);
                r = check(&subject);
        }
        arena_release(&subject.arena);
        return r;
}

static int check_subjects(Store *store, const Finding *finding)
{
        int r = check_each(store, "select id, number, account from invoice order by id",
                check_invoice, finding);

        if (r < 0)
                return r;
        return check_each(
                store, "select id, code, 0 from customer order by id", check_customer, finding);
}

static int check_references(Store *store, const Finding *finding)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        ROWS(rows);
        int r = rows_open_private(&rows, store, "pragma foreign_key_check", NO_VALUES);

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                strbuf_truncate(&text, 0);
                strbuf_addf(&text, "table %s: a row refers to a missing row of %s",
                        row_text(&rows, 0), row_text(&rows, 2));
                finding->found(finding->owner, strbuf_text(&text));
        }
        return r < 0 ? r : strbuf_error(&text);
}

static int check_chain(Store *store, const Finding *finding)
{
        _cleanup_(chain_walk_freep) ChainWalk *walk = NULL;
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        int r = store_walk_chain(store, &walk);

        while (r == 0 && (r = chain_walk_step(walk)) > 0)
                r = 0;
        if (r < 0)
                return r;
        const ChainReport *report = chain_walk_report(walk);
        if (!report->finding)
                return 0;
        strbuf_addf(&text, "log: notice %lld, entry %lld: %s", (long long)report->notice,
                (long long)report->entry, report->finding);
        if (strbuf_error(&text) == 0)
                finding->found(finding->owner, strbuf_text(&text));
        return strbuf_error(&text);
}

/* What SQLite finds first: on a file that is broken the other queries may fail, which is a finding
 * too. */
int store_verify(Store *store, void (*found)(void *owner, const char *finding), void *owner)
{
        const Finding finding = { found, owner };
        int r = run_check(store, "pragma integrity_check", &finding);

        if (r == 0)
                r = check_references(store, &finding);
        if (r == 0)
                r = check_subjects(store, &finding);
        for (size_t i = 0; i < ELEMENTSOF(checks) && r == 0; i++)
                r = run_check(store, checks[i], &finding);
        if (r == 0)
                r = check_chain(store, &finding);
        if (r != -EUCLEAN)
                return r;
        found(owner, "the file is damaged: not everything could be read");
        return 0;
}
