/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading of accounts for decide(): range searches over tables clustered by account, four
 * statements a page at most, however many accounts it has. Never writes but for
 * store_settle_instalment() and store_set_document_sha256(). Fails with -errno; -EUCLEAN: rows that
 * contradict each other.
 */

#include "store/accounts.h"

#include <errno.h>

#include "store/database.h"
#include "store/flags.h"
#include "store/grants.h"

static const char accounts_sql[] =
        "select a.id, a.customer, a.currency, a.unassigned, a.last_contact, a.last_pressed, "
        "a.has_contact_in_flight, c.code, c.name, c.kind, c.relation, c.country, c.language, "
        "c.timezone, c.policy, c.tags, c.email, c.phone, c.whatsapp, c.whatsapp_opt_in, "
        "c.paused_until, exists (select 1 from refusal where customer = c.id) "
        "or exists (select 1 from opt_out where customer = c.id) "
        "from account a cross join customer c on c.id = a.customer "
        "where a.id > ?1 and a.id <= ?2 order by a.id limit ?3";

static const char instalments_sql[] =
        "select account, invoice, seq, number, issued, due, amount, open, status, method, policy, "
        "collection_failed, is_disputed, is_held, held_until, released_on, reopened_on, "
        "reopened_from, is_handed_over, is_suspended, is_in_flight, is_uncertain, is_aside, "
        "is_settled, n_done, has_payment, imported_on, has_terms "
        "from instalment where account > ?1 and account <= ?2 and (is_settled <= ?3 or open > 0) "
        "order by account, invoice, seq";

static const char done_sql[] =
        "select account, invoice, seq, contact, step, action, at, day, deadline, is_skip "
        "from done where account > ?1 and account <= ?2 order by account, invoice, seq, position";

static const char terms_sql[] =
        "select account, invoice, seq, promise, promised_until, promised_rest, n_promises, "
        "is_adopted, approved, plan, is_plan_broken, fee, replaced_by, said, offer_until, "
        "offer_discount, granted, said_on, "
        "iif(is_plan_broken, (select t.amount from terms o cross join instalment t "
        "on t.account = o.account and t.invoice = o.invoice and t.seq = o.seq "
        "where o.account = terms.account and o.invoice = terms.invoice "
        "and o.replaced_by = terms.plan order by t.status = 3, t.due, t.seq limit 1), 0) "
        "from terms where account > ?1 and account <= ?2 order by account, invoice, seq";

/* A range of accounts being read; ids in (after, last]. */
typedef struct Reading {
        Store *store;
        Arena *arena;
        int64_t after, last;
        bool with_settled;
        int64_t except_contact; /* its done steps are left out */
        AccountPage page;
        Instalment *instalments; /* of all accounts, in order */
        int64_t *owners;         /* the account of each */
        size_t n, size, n_done, n_terms;
} Reading;

static int read_account(const Rows *rows, Arena *arena, Account *account)
{
        const char *currency = row_text(rows, 2);

        *account = (Account){
                .id = row_integer(rows, 0),
                .customer = row_integer(rows, 1),
                .unassigned = row_integer(rows, 3),
                .last_contact = row_date(rows, 4),
                .last_pressed = row_date(rows, 5),
                .has_contact_in_flight = row_integer(rows, 6) != 0,
                .code = row_copy(rows, 7, arena),
                .name = row_copy(rows, 8, arena),
                .kind = (CustomerKind)row_integer(rows, 9),
                .relation = (Relation)row_integer(rows, 10),
                .country = row_copy(rows, 11, arena),
                .language = row_copy(rows, 12, arena),
                .timezone = row_copy(rows, 13, arena),
                .policy = row_copy(rows, 14, arena),
                .tags = row_copy(rows, 15, arena),
                .addresses = {
                        [ADDRESS_NONE] = "",
                        [ADDRESS_EMAIL] = row_copy(rows, 16, arena),
                        [ADDRESS_PHONE] = row_copy(rows, 17, arena),
                        [ADDRESS_WHATSAPP] = row_copy(rows, 18, arena),
                },
                .whatsapp_opt_in = row_date(rows, 19),
                .paused_until = row_date(rows, 20),
                .has_refusals = row_integer(rows, 21) != 0,
        };
        if (!account->code || !account->name || !account->country || !account->language ||
                !account->timezone || !account->policy || !account->tags)
                return -ENOMEM;
        for (size_t i = 0; i < ADDRESS_COLUMNS_MAX; i++)
                if (!account->addresses[i])
                        return -ENOMEM;
        if (!currency || strlen(currency) >= CURRENCY_SIZE)
                return -EUCLEAN;
        memcpy(account->currency, currency, strlen(currency) + 1);
        return 0;
}

static int read_accounts(Reading *reading, size_t max)
{
        ROWS(rows);
        AccountPage *page = &reading->page;

        page->accounts = arena_alloc_array(reading->arena, max, sizeof(Account));
        if (!page->accounts)
                return -ENOMEM;
        int r = rows_open(&rows, reading->store, accounts_sql,
                VALUES(INT(reading->after), INT(reading->last), INT(max)));
        while (r >= 0 && (r = rows_next(&rows)) > 0)
                r = read_account(&rows, reading->arena, &page->accounts[page->n++]);
        return r;
}

static int read_instalment(const Rows *rows, Arena *arena, Instalment *instalment)
{
        *instalment = (Instalment){
                .invoice = row_integer(rows, 1),
                .seq = (int)row_integer(rows, 2),
                .number = row_copy(rows, 3, arena),
                .issued = row_date(rows, 4),
                .due = row_date(rows, 5),
                .amount = row_integer(rows, 6),
                .open = row_integer(rows, 7),
                .status = (InvoiceStatus)row_integer(rows, 8),
                .method = (Method)row_integer(rows, 9),
                .policy = row_copy(rows, 10, arena),
                .collection_failed = row_integer(rows, 11) != 0,
                .is_disputed = row_integer(rows, 12) != 0,
                .is_held = row_integer(rows, 13) != 0,
                .held_until = row_date(rows, 14),
                .released_on = row_date(rows, 15),
                .reopened_on = row_date(rows, 16),
                .reopened_from = row_integer(rows, 17),
                .is_handed_over = row_integer(rows, 18) != 0,
                .is_suspended = row_integer(rows, 19) != 0,
                .is_in_flight = row_integer(rows, 20) != 0,
                .is_uncertain = row_integer(rows, 21) != 0,
                .is_aside = row_integer(rows, 22) != 0,
                .is_settled = row_integer(rows, 23) != 0,
                .n_done = (size_t)row_integer(rows, 24),
                .has_payment = row_integer(rows, 25) != 0,
                .promised_until = DATE_NONE,
                .said_on = DATE_NONE,
                .imported_on = row_date(rows, 26),
                .offer_until = DATE_NONE,
                .approved = "",
        };
        return instalment->number && instalment->policy ? 0 : -ENOMEM;
}

static int grow_instalments(Reading *reading)
{
        size_t size = reading->size ? reading->size * 2
                                    : MAX(reading->store->n_last_instalments, (size_t)16);
        Instalment *instalments = arena_alloc_array(reading->arena, size, sizeof(Instalment));
        int64_t *owners = arena_alloc_array(reading->arena, size, sizeof(int64_t));

        if (!instalments || !owners)
                return -ENOMEM;
        if (reading->n > 0) {
                memcpy(instalments, reading->instalments, reading->n * sizeof(Instalment));
                memcpy(owners, reading->owners, reading->n * sizeof(int64_t));
        }
        reading->instalments = instalments;
        reading->owners = owners;
        reading->size = size;
        return 0;
}

static int read_instalments(Reading *reading)
{
        ROWS(rows);
        int r = rows_open(&rows, reading->store, instalments_sql,
                VALUES(INT(reading->after), INT(reading->last), INT(reading->with_settled)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                if (reading->n == reading->size && (r = grow_instalments(reading)) < 0)
                        return r;
                Instalment *instalment = &reading->instalments[reading->n];
                r = read_instalment(&rows, reading->arena, instalment);
                reading->owners[reading->n++] = row_integer(&rows, 0);
                reading->n_done += instalment->n_done;
                reading->n_terms += row_integer(&rows, 27) != 0;
        }
        return r;
}

static int read_done_row(const Rows *rows, Arena *arena, Done *done)
{
        *done = (Done){
                .contact = row_integer(rows, 3),
                .step = row_copy(rows, 4, arena),
                .action = (Action)row_integer(rows, 5),
                .at = row_instant(rows, 6),
                .on = row_date(rows, 7),
                .deadline = row_date(rows, 8),
                .is_skip = row_integer(rows, 9) != 0,
        };
        return done->step ? 0 : -ENOMEM;
}

/* From i on, the first instalment that does not stand before the one this row is about. */
static size_t skip_before(const Reading *reading, size_t i, const Rows *rows, bool *ret_is_same)
{
        const int64_t theirs[] = { row_integer(rows, 0), row_integer(rows, 1),
                row_integer(rows, 2) };

        *ret_is_same = false;
        for (; i < reading->n; i++) {
                const int64_t mine[] = { reading->owners[i], reading->instalments[i].invoice,
                        reading->instalments[i].seq };
                size_t k = 0;
                while (k < ELEMENTSOF(mine) && mine[k] == theirs[k])
                        k++;
                *ret_is_same = k == ELEMENTSOF(mine);
                if (*ret_is_same || mine[k] > theirs[k])
                        break;
        }
        return i;
}

/* Both sides are in the same order, so one walk joins them. */
static int read_done(Reading *reading)
{
        ROWS(rows);
        size_t i = 0, n = 0;
        bool is_same;
        Done *done = arena_alloc_array(reading->arena, reading->n_done, sizeof(Done));

        if (!done)
                return -ENOMEM;
        for (size_t k = 0; k < reading->n; k++)
                reading->instalments[k].n_done = 0;
        int r = rows_open(
                &rows, reading->store, done_sql, VALUES(INT(reading->after), INT(reading->last)));
        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                i = skip_before(reading, i, &rows, &is_same);
                if (i == reading->n)
                        break;
                if (!is_same || (reading->except_contact != 0 &&
                                        row_integer(&rows, 3) == reading->except_contact))
                        continue;
                if (n == reading->n_done)
                        return -EUCLEAN;
                r = read_done_row(&rows, reading->arena, &done[n]);
                if (reading->instalments[i].n_done++ == 0)
                        reading->instalments[i].done = &done[n];
                n++;
        }
        return MIN(r, 0);
}

static int read_terms_row(const Rows *rows, Arena *arena, Instalment *instalment)
{
        instalment->promise = row_integer(rows, 3);
        instalment->promised_until = row_date(rows, 4);
        instalment->promised_rest = row_integer(rows, 5);
        instalment->n_promises = (int)row_integer(rows, 6);
        instalment->is_adopted = row_integer(rows, 7) != 0;
        instalment->approved = row_copy(rows, 8, arena);
        instalment->plan = row_integer(rows, 9);
        instalment->is_plan_broken = row_integer(rows, 10) != 0;
        instalment->fee = row_integer(rows, 11);
        instalment->is_replaced = row_integer(rows, 12) != 0;
        instalment->said = (unsigned)row_integer(rows, 13);
        instalment->offer_until = row_date(rows, 14);
        instalment->offer_discount = row_integer(rows, 15);
        instalment->granted = row_integer(rows, 16);
        instalment->said_on = row_date(rows, 17);
        instalment->whole = row_integer(rows, 18);
        return instalment->approved ? 0 : -ENOMEM;
}

static int read_terms(Reading *reading)
{
        ROWS(rows);
        size_t i = 0;
        bool is_same;
        int r = rows_open(
                &rows, reading->store, terms_sql, VALUES(INT(reading->after), INT(reading->last)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                i = skip_before(reading, i, &rows, &is_same);
                if (i == reading->n)
                        break;
                if (is_same)
                        r = read_terms_row(&rows, reading->arena, &reading->instalments[i]);
        }
        return MIN(r, 0);
}

static int read_range(Reading *reading, size_t max)
{
        AccountPage *page = &reading->page;
        size_t i = 0;

        int r = read_accounts(reading, max);
        if (r < 0 || page->n == 0)
                return r;
        reading->last = page->accounts[page->n - 1].id;
        r = read_instalments(reading);
        if (r == 0 && reading->n_done > 0)
                r = read_done(reading);
        if (r == 0 && reading->n_terms > 0)
                r = read_terms(reading);
        if (r < 0)
                return r;
        for (size_t k = 0; k < page->n; k++) {
                Account *account = &page->accounts[k];
                account->instalments = reading->instalments + i;
                while (i < reading->n && reading->owners[i] == account->id)
                        i++;
                account->n_instalments = (size_t)(reading->instalments + i - account->instalments);
        }
        return i == reading->n ? 0 : -EUCLEAN;
}

int store_page_accounts(Store *store, int64_t after, Arena *arena, AccountPage *ret_page)
{
        Reading reading = { .store = store, .arena = arena, .after = after, .last = INT64_MAX };
        int r = read_range(&reading, PAGE_ACCOUNTS);

        if (r < 0)
                return r;
        store->n_last_instalments = reading.n;
        *ret_page = reading.page;
        return 0;
}

/* The account's own flags as though the contact had never been. */
static int except_account(Store *store, int64_t contact, Account *account)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select (select max(day) from contact where account = ?1 and kind = 0 "
                "and is_counted = 1 and id <> ?2), "
                "(select max(day) from contact where account = ?1 and kind = 0 "
                "and is_counted = 1 and action between 1 and 3 and id <> ?2), "
                "exists (select 1 from contact where account = ?1 and kind = 0 "
                "and is_in_flight = 1 and id <> ?2)",
                VALUES(INT(account->id), INT(contact)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r;
        account->last_contact = row_date(&rows, 0);
        account->last_pressed = row_date(&rows, 1);
        account->has_contact_in_flight = row_integer(&rows, 2) != 0;
        return 0;
}

static bool has_handover(const Instalment *instalment)
{
        for (size_t i = 0; i < instalment->n_done; i++) {
                const Done *done = &instalment->done[i];
                if (!done->is_skip &&
                        (done->action == ACTION_AGENCY || done->action == ACTION_LEGAL))
                        return true;
        }
        return false;
}

/* The flags of the instalments it has to do with, from all other contacts. */
#define ELSEWHERE(flag)                                                                            \
        "exists (select 1 from contact_line x cross join contact c on c.id = x.contact "           \
        "where x.invoice = l.invoice and x.seq = l.seq and x.step is not null "                    \
        "and c." flag " = 1 and c.id <> ?1)"
#define IN_FLIGHT_ELSEWHERE ELSEWHERE("is_in_flight")
#define UNCERTAIN_ELSEWHERE ELSEWHERE("is_uncertain")
#define SUSPENDED_ELSEWHERE IS_SUSPENDED("k.account", "l.invoice", "l.seq", "?1")
#define TERMS_ELSEWHERE "l.invoice", "l.seq", "m.promise", "m.plan", "?1"
#define SAID_ELSEWHERE SAID_BITS(TERMS_ELSEWHERE)
#define SAID_ON_ELSEWHERE SAID_ON(TERMS_ELSEWHERE)
#define OFFERED_ELSEWHERE LAST_OFFER("l.invoice", "l.seq", "?1")

static const char except_sql[] =
        "select l.invoice, l.seq, " IN_FLIGHT_ELSEWHERE ", " UNCERTAIN_ELSEWHERE
        ", " SUSPENDED_ELSEWHERE ", " SAID_ELSEWHERE ", " SAID_ON_ELSEWHERE
        ", o.offer_until, q.discount "
        "from contact_line l cross join contact k on k.id = l.contact "
        "left join terms m on m.account = k.account and m.invoice = l.invoice and m.seq = l.seq "
        "left join contact o on o.id = " OFFERED_ELSEWHERE
        " left join contact_line q on q.contact = o.id and q.invoice = l.invoice "
        "and q.seq = l.seq where l.contact = ?1";

static int except_instalments(Store *store, int64_t contact, Account *account)
{
        ROWS(rows);
        int r = rows_open(&rows, store, except_sql, VALUES(INT(contact)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                for (size_t i = 0; i < account->n_instalments; i++) {
                        Instalment *instalment = &account->instalments[i];
                        if (instalment->invoice != row_integer(&rows, 0) ||
                                instalment->seq != row_integer(&rows, 1))
                                continue;
                        instalment->is_in_flight = row_integer(&rows, 2) != 0;
                        instalment->is_uncertain = row_integer(&rows, 3) != 0;
                        instalment->is_suspended = row_integer(&rows, 4) != 0;
                        instalment->said = (unsigned)row_integer(&rows, 5);
                        instalment->said_on = row_date(&rows, 6);
                        instalment->offer_until = row_date(&rows, 7);
                        instalment->offer_discount = row_integer(&rows, 8);
                        instalment->is_handed_over = has_handover(instalment);
                }
        }
        return r;
}

int store_load_account(
        Store *store, int64_t account, int64_t except_contact, Arena *arena, Account *ret_account)
{
        Reading reading = { .store = store,
                .arena = arena,
                .after = account - 1,
                .last = account,
                .with_settled = true,
                .except_contact = except_contact };
        int64_t owner;
        int r = read_range(&reading, 1);

        if (r < 0)
                return r;
        if (reading.page.n == 0)
                return -ENOENT;
        if (except_contact != 0) {
                r = db_integers(store, "select account from contact where id = ?",
                        VALUES(INT(except_contact)), &owner, 1);
                if (r > 0 && owner == account) {
                        r = except_account(store, except_contact, reading.page.accounts);
                        if (r == 0)
                                r = except_instalments(
                                        store, except_contact, reading.page.accounts);
                }
                if (r < 0)
                        return r;
        }
        *ret_account = reading.page.accounts[0];
        return 0;
}

int store_settle_instalment(
        Store *store, int64_t account, int64_t invoice, int seq, bool is_settled)
{
        bool is_own;
        int r = db_join(store, &is_own);

        if (r < 0)
                return r;
        r = db_run(store,
                "update instalment set is_settled = ? "
                "where account = ? and invoice = ? and seq = ?",
                VALUES(INT(is_settled), INT(account), INT(invoice), INT(seq)));
        return db_leave(store, is_own, r);
}

int store_list_suspended(Store *store, int64_t after, int64_t *accounts, size_t max, size_t *ret_n)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select distinct account from instalment where is_suspended = 1 and account > ? "
                "order by account limit ?",
                VALUES(INT(after), INT(max)));
        size_t n = 0;

        while (r >= 0 && n < max && (r = rows_next(&rows)) > 0)
                accounts[n++] = row_integer(&rows, 0);
        if (r >= 0)
                *ret_n = n;
        return MIN(r, 0);
}

int store_is_suspended(Store *store, int64_t account, bool *ret_is_suspended)
{
        int64_t one;
        int r = db_integers(store,
                "select 1 from instalment where is_suspended = 1 and account = ? limit 1",
                VALUES(INT(account)), &one, 1);

        if (r >= 0)
                *ret_is_suspended = r > 0;
        return MIN(r, 0);
}
