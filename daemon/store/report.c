/* SPDX-License-Identifier: MIT */
/*
 * Owns the listings that people look at. Each has a statement of its own while it runs, so that a
 * callback may call the store, even list again. Never writes. Fails with -errno; a callback's
 * non-zero result ends its listing and is returned.
 */

#include "store/report.h"

#include <errno.h>

#include "core/money.h"
#include "store/database.h"

static const char *text_or_empty(const char *text)
{
        return text ? text : "";
}

/* The lines of the row being listed; grown once, used for every row. */
typedef struct Lines {
        Arena arena;
        LogLine *lines;
        size_t n;
} Lines;

static void lines_release(Lines *lines)
{
        arena_release(&lines->arena);
}

static int load_lines(Store *store, int64_t contact, Lines *lines)
{
        ROWS(rows);
        bool is_out = false;
        int64_t n;

        arena_reset(&lines->arena);
        lines->n = 0;
        int r = db_integers(store, "select count(*) from contact_line where contact = ?",
                VALUES(INT(contact)), &n, 1);
        if (r < 0)
                return r;
        lines->lines = arena_alloc_array(&lines->arena, (size_t)n, sizeof(LogLine));
        if (!lines->lines)
                return -ENOMEM;
        r = rows_open(&rows, store,
                "select i.number, l.seq, l.step, l.open from contact_line l "
                "cross join invoice i on i.id = l.invoice where l.contact = ? order by l.position",
                VALUES(INT(contact)));
        while (r >= 0 && lines->n < (size_t)n && (r = rows_next(&rows)) > 0) {
                const char *number = row_copy(&rows, 0, &lines->arena);
                is_out = is_out || !number;
                lines->lines[lines->n++] = (LogLine){
                        .invoice = number,
                        .seq = (int)row_integer(&rows, 1),
                        .step = row_copy_or_null(&rows, 2, &lines->arena, &is_out),
                        .open = row_integer(&rows, 3),
                };
        }
        return r < 0 ? r : is_out ? -ENOMEM : 0;
}

#define LOG_COLUMNS                                                                                \
        "select n.id, c.id, coalesce(n.sent_at, c.at), k.code, k.name, a.currency, c.step, "       \
        "c.occasion, c.action, c.total, c.deadline, n.channel, n.recipient, b.subject, b.text, "   \
        "n.state, n.reason, n.detail, n.attempts, n.reference, n.delivered "                       \
        "from notice n cross join contact c on c.id = n.contact "                                  \
        "cross join account a on a.id = n.account cross join customer k on k.id = a.customer "     \
        "cross join body b on b.notice = n.id "

static int give_log_row(Store *store, const Rows *rows, Lines *lines,
        int (*row)(void *owner, const LogRow *row), void *owner)
{
        Reason reason;
        int r = load_lines(store, row_integer(rows, 1), lines);

        if (r < 0)
                return r;
        if (reason_find(text_or_empty(row_text(rows, 16)), &reason) < 0)
                return -EUCLEAN;
        const LogRow given = {
                .notice = row_integer(rows, 0),
                .contact = row_integer(rows, 1),
                .at = row_instant(rows, 2),
                .customer = row_text(rows, 3),
                .customer_name = row_text(rows, 4),
                .currency = row_text(rows, 5),
                .step = row_text(rows, 6),
                .occasion = row_text(rows, 7),
                .action = (Action)row_integer(rows, 8),
                .lines = lines->lines,
                .n_lines = lines->n,
                .total = row_integer(rows, 9),
                .deadline = row_date(rows, 10),
                .channel = row_text(rows, 11),
                .to = row_text(rows, 12),
                .subject = row_text(rows, 13),
                .text = row_text(rows, 14),
                .state = (NoticeState)row_integer(rows, 15),
                .reason = reason,
                .detail = row_text(rows, 17),
                .attempts = (int)row_integer(rows, 18),
                .reference = row_text(rows, 19),
                .delivered = row_text(rows, 20),
        };
        return row(owner, &given);
}

static int list_log(Store *store, Rows *rows, int (*row)(void *owner, const LogRow *row),
        void *owner, size_t *ret_n)
{
        _cleanup_(lines_release) Lines lines = { 0 };
        int r = 0;

        *ret_n = 0;
        while (r == 0 && (r = rows_next(rows)) > 0) {
                r = give_log_row(store, rows, &lines, row, owner);
                ++*ret_n;
        }
        return r;
}

int store_list_log(Store *store, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner)
{
        ROWS(rows);
        size_t n;
        int r = rows_open_private(&rows, store,
                LOG_COLUMNS "where (?1 is null or coalesce(n.sent_at, c.at) >= ?1) "
                            "and (?2 is null or k.code = ?2) and (?3 is null or n.channel = ?3) "
                            "and (?4 is null or c.id in (select l.contact from contact_line l "
                            "where l.invoice = (select id from invoice where number = ?4))) "
                            "and (?5 < 0 or n.state = ?5) and (not ?6 or n.state in (0, 1, 2, 5)) "
                            "order by n.id",
                VALUES(TIME(filter->since), TEXT(filter->customer), TEXT(filter->channel),
                        TEXT(filter->invoice), INT(filter->state), INT(filter->only_open)));

        return r < 0 ? r : list_log(store, &rows, row, owner, &n);
}

int store_get_log(
        Store *store, int64_t notice, int (*row)(void *owner, const LogRow *row), void *owner)
{
        ROWS(rows);
        size_t n;
        int r = rows_open(&rows, store, LOG_COLUMNS "where n.id = ?", VALUES(INT(notice)));

        if (r == 0)
                r = list_log(store, &rows, row, owner, &n);
        return r != 0 ? r : n > 0 ? 0 : -ENOENT;
}

int store_list_invoices(Store *store, const char *customer, const char *invoice, bool only_open,
        int (*row)(void *owner, const InvoiceReport *row), void *owner)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select t.number, k.code, k.name, a.currency, i.document, t.policy, "
                "(select d.step from done d where d.account = t.account "
                "and d.invoice = t.invoice and d.seq = t.seq order by d.position desc limit 1), "
                "t.seq, t.issued, t.due, t.amount, t.open, t.account, t.status, t.is_held, "
                "t.is_disputed "
                "from instalment t join account a on a.id = t.account "
                "join customer k on k.id = a.customer join invoice i on i.id = t.invoice "
                "where (?1 is null or k.code = ?1) and (?2 is null or i.number = ?2) "
                "and (not ?3 or (t.open > 0 and t.status <> 3)) "
                "order by k.code, t.due, t.number, t.seq",
                VALUES(TEXT(customer), TEXT(invoice), INT(only_open)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const InvoiceReport given = {
                        .number = row_text(&rows, 0),
                        .customer = row_text(&rows, 1),
                        .customer_name = row_text(&rows, 2),
                        .currency = row_text(&rows, 3),
                        .document = row_text(&rows, 4),
                        .policy = row_text(&rows, 5),
                        .last_step = text_or_empty(row_text(&rows, 6)),
                        .seq = (int)row_integer(&rows, 7),
                        .issued = row_date(&rows, 8),
                        .due = row_date(&rows, 9),
                        .amount = row_integer(&rows, 10),
                        .open = row_integer(&rows, 11),
                        .account = row_integer(&rows, 12),
                        .status = (InvoiceStatus)row_integer(&rows, 13),
                        .is_held = row_integer(&rows, 14) != 0,
                        .is_disputed = row_integer(&rows, 15) != 0,
                };
                r = row(owner, &given);
        }
        return r;
}

/* Not summed in SQL, where one absurd amount would end the listing: it stays at the most there
 * is. */
static int sum_open(Store *store, int64_t account, CustomerReport *report)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select open from instalment where account = ? and open > 0 and status <> 3",
                VALUES(INT(account)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                report->n_open++;
                if (money_add(&report->open, row_integer(&rows, 0)) < 0)
                        report->open = INT64_MAX;
        }
        return r;
}

int store_list_customers(Store *store, const char *customer,
        int (*row)(void *owner, const CustomerReport *row), void *owner)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select k.code, k.name, k.email, k.phone, k.whatsapp, k.language, k.country, "
                "k.policy, k.tags, k.kind, k.relation, k.whatsapp_opt_in, "
                "a.currency, a.unassigned, a.last_contact, a.id "
                "from customer k left join account a on a.customer = k.id "
                "where ?1 is null or k.code = ?1 order by k.code, a.currency",
                VALUES(TEXT(customer)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                CustomerReport given = {
                        .code = row_text(&rows, 0),
                        .name = row_text(&rows, 1),
                        .email = row_text(&rows, 2),
                        .phone = row_text(&rows, 3),
                        .whatsapp = row_text(&rows, 4),
                        .language = row_text(&rows, 5),
                        .country = row_text(&rows, 6),
                        .policy = row_text(&rows, 7),
                        .tags = row_text(&rows, 8),
                        .kind = (CustomerKind)row_integer(&rows, 9),
                        .relation = (Relation)row_integer(&rows, 10),
                        .whatsapp_opt_in = row_date(&rows, 11),
                        .currency = text_or_empty(row_text(&rows, 12)),
                        .unassigned = row_integer(&rows, 13),
                        .last_contact = row_date(&rows, 14),
                };
                r = sum_open(store, row_integer(&rows, 15), &given);
                if (r == 0)
                        r = row(owner, &given);
        }
        return r;
}

int store_list_tasks(Store *store, int (*row)(void *owner, const TaskReport *row), void *owner)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select t.id, t.notice, t.kind, k.code, i.number, t.sentence, t.commands, t.seq, "
                "t.since from task t left join account a on a.id = t.account "
                "left join customer k on k.id = a.customer left join invoice i on i.id = t.invoice "
                "where t.closed_at is null order by t.id",
                NO_VALUES);

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const TaskReport given = {
                        .task = row_integer(&rows, 0),
                        .notice = row_integer(&rows, 1),
                        .kind = row_text(&rows, 2),
                        .customer = row_text(&rows, 3),
                        .invoice = row_text(&rows, 4),
                        .sentence = row_text(&rows, 5),
                        .commands = row_text(&rows, 6),
                        .seq = (int)row_integer(&rows, 7),
                        .since = row_instant(&rows, 8),
                };
                r = row(owner, &given);
        }
        return r;
}

int store_list_facts(Store *store, const char *invoice,
        int (*row)(void *owner, const FactReport *row), void *owner)
{
        ROWS(rows);
        int64_t id;
        int r = db_integers(
                store, "select id from invoice where number = ?", VALUES(TEXT(invoice)), &id, 1);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = rows_open_private(&rows, store,
                "select f.at, f.date, f.kind, f.external_id, f.reference, f.note, a.currency, "
                "f.changes, f.amount, exists (select 1 from fact w where w.withdraws = f.id) "
                "from fact f cross join invoice i on i.id = f.invoice "
                "cross join account a on a.id = i.account where f.invoice = ? order by f.id",
                VALUES(INT(id)));
        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const FactReport given = {
                        .at = row_instant(&rows, 0),
                        .date = row_date(&rows, 1),
                        .kind = row_text(&rows, 2),
                        .id = text_or_empty(row_text(&rows, 3)),
                        .reference = text_or_empty(row_text(&rows, 4)),
                        .note = text_or_empty(row_text(&rows, 5)),
                        .currency = row_text(&rows, 6),
                        .changes = text_or_empty(row_text(&rows, 7)),
                        .amount = row_integer(&rows, 8),
                        .is_withdrawn = row_integer(&rows, 9) != 0,
                };
                r = row(owner, &given);
        }
        return r;
}

static int count_notices(Store *store, StoreStatus *status)
{
        ROWS(rows);
        int r = rows_open_private(
                &rows, store, "select state, count(*) from notice group by state", NO_VALUES);

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                status->n_notices[row_integer(&rows, 0)] = row_integer(&rows, 1);
        return r;
}

int store_get_status(Store *store, StoreStatus *ret_status)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select mode, last_wake, newest_payment, (select count(*) from customer), "
                "(select count(*) from instalment where open > 0 and status <> 3), "
                "(select count(*) from task where closed_at is null), "
                "(select max(sent_at) from notice) from meta where id = 1",
                NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        StoreStatus status = {
                .mode = (StoreMode)row_integer(&rows, 0),
                .last_wake = row_instant(&rows, 1),
                .newest_payment = row_date(&rows, 2),
                .n_customers = row_integer(&rows, 3),
                .n_open_instalments = row_integer(&rows, 4),
                .n_tasks = row_integer(&rows, 5),
                .last_sent = row_instant(&rows, 6),
        };
        r = count_notices(store, &status);
        if (r == 0)
                *ret_status = status;
        return r;
}
