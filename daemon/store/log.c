/* SPDX-License-Identifier: MIT */
/*
 * Owns the log of notices: what is in a row, which rows a filter lets through, and how they are
 * found without looking at more than a page of them at once. Never writes.
 */

#include <errno.h>

#include "base/parse.h"
#include "core/account.h"
#include "store/pager.h"

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

typedef struct LogPager {
        Pager pager;
        LogFilter filter;
        int action; /* the step's name as one of an action, or -1 */
        int (*row)(void *owner, const LogRow *row);
        void *owner;
        int64_t after, last; /* notices that are still to be looked at */
        Lines lines;
} LogPager;

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

/* Notices ?1 to ?2 that the filter lets through, at most ?12. */
#define LOG_ROWS                                                                                   \
        "select n.id, c.id, coalesce(n.sent_at, c.at), k.code, k.name, a.currency, c.step, "       \
        "c.occasion, c.action, c.total, c.deadline, n.channel, n.recipient, b.subject, b.text, "   \
        "n.state, n.reason, n.detail, n.attempts, n.reference, n.delivered "                       \
        "from notice n cross join contact c on c.id = n.contact "                                  \
        "cross join account a on a.id = n.account cross join customer k on k.id = a.customer "     \
        "cross join body b on b.notice = n.id "                                                    \
        "where n.id >= ?1 and n.id <= ?2 "                                                         \
        "and (?3 is null or n.account in (select id from account where customer = "                \
        "(select id from customer where code = ?3))) "                                             \
        "and (?4 is null or n.channel = ?4) "                                                      \
        "and (?5 < 0 or n.state = ?5 or (?5 = 1 and n.state = 2)) "                                \
        "and (not ?11 or n.state in (0, 1, 2, 5)) "                                                \
        "and (?6 is null or coalesce(n.sent_at, c.at) >= ?6) "                                     \
        "and (?7 is null or coalesce(n.sent_at, c.at) < ?7) "                                      \
        "and (?8 is null or c.step = ?8 or c.occasion = ?8 "                                       \
        "or (c.step is null and c.occasion is null and c.action = ?9)) "                           \
        "and (?10 is null or exists (select 1 from contact_line l where l.contact = c.id "         \
        "and l.invoice = (select id from invoice where number = ?10))) "                           \
        "order by n.id limit ?12"

static int give_log_row(Store *store, const Rows *rows, Lines *lines,
        int (*row)(void *owner, const LogRow *row), void *owner)
{
        const char *detail = row_text(rows, 17);
        Reason reason;
        int r = load_lines(store, row_integer(rows, 1), lines);

        if (r < 0)
                return r;
        if (reason_find(row_text(rows, 16), &reason) < 0)
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
                .detail = detail ? detail : "",
                .attempts = (int)row_integer(rows, 18),
                .reference = row_text(rows, 19),
                .delivered = row_text(rows, 20),
        };
        return row(owner, &given);
}

/* Those of first … last that match, while there is room; what is behind is told by after. */
static int give_range(LogPager *log, int64_t first, int64_t last, size_t *room)
{
        const LogFilter *filter = &log->filter;
        size_t n = 0;
        ROWS(rows);
        int r = rows_open(&rows, log->pager.store, LOG_ROWS,
                VALUES(INT(first), INT(last), TEXT(filter->customer), TEXT(filter->channel),
                        INT(filter->state), TIME(filter->since), TIME(filter->until),
                        TEXT(filter->step), INT(log->action), TEXT(filter->invoice),
                        INT(filter->only_open), INT(*room)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                log->after = row_integer(&rows, 0);
                n++;
                r = give_log_row(log->pager.store, &rows, &log->lines, log->row, log->owner);
        }
        if (r == 0 && n < *room)
                log->after = last;
        *room -= n;
        return r;
}

static int list_invoice(LogPager *log, int64_t *ids, size_t *ret_n)
{
        ROWS(rows);
        size_t n = 0;
        int r = rows_open(&rows, log->pager.store,
                "select distinct n.id from contact_line l "
                "cross join notice n on n.contact = l.contact "
                "where l.invoice = (select id from invoice where number = ?1) "
                "and n.id > ?2 and n.id <= ?3 order by n.id limit ?4",
                VALUES(TEXT(log->filter.invoice), INT(log->after), INT(log->last), INT(PAGE_ROWS)));

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                ids[n++] = row_integer(&rows, 0);
        *ret_n = n;
        return r;
}

static int compare_ids(const void *a, const void *b)
{
        const int64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

/* What may still change, by the index of what may. The first page of all its states is in their
 * first pages. */
static int list_open(LogPager *log, int64_t *ids, size_t *ret_n)
{
        static const NoticeState states[] = { NOTICE_PENDING, NOTICE_HANDED, NOTICE_BEGUN,
                NOTICE_UNCERTAIN };
        int64_t all[ELEMENTSOF(states) * PAGE_ROWS];
        size_t n = 0, n_state;

        for (size_t i = 0; i < ELEMENTSOF(states); i++) {
                int r = store_list_state(
                        log->pager.store, states[i], log->after, all + n, PAGE_ROWS, &n_state);
                if (r < 0)
                        return r;
                n += n_state;
        }
        qsort(all, n, sizeof(*all), compare_ids);
        n = MIN(n, (size_t)PAGE_ROWS);
        while (n > 0 && all[n - 1] > log->last)
                n--;
        memcpy(ids, all, n * sizeof(*ids));
        *ret_n = n;
        return 0;
}

static int step_ids(
        LogPager *log, int (*list)(LogPager *log, int64_t *ids, size_t *ret_n), bool *ret_more)
{
        int64_t ids[PAGE_ROWS];
        size_t n, room = PAGE_ROWS;
        int r = list(log, ids, &n);

        for (size_t i = 0; r == 0 && i < n; i++)
                r = give_range(log, ids[i], ids[i], &room);
        *ret_more = n == PAGE_ROWS;
        return r;
}

static bool is_of_open(const LogFilter *filter)
{
        return filter->only_open || filter->state == NOTICE_PENDING ||
               filter->state == NOTICE_HANDED || filter->state == NOTICE_BEGUN ||
               filter->state == NOTICE_UNCERTAIN;
}

static int step_log(Pager *pager, bool *ret_more)
{
        LogPager *log = (LogPager *)pager;
        size_t room = PAGE_ROWS;

        if (log->filter.invoice)
                return step_ids(log, list_invoice, ret_more);
        if (is_of_open(&log->filter))
                return step_ids(log, list_open, ret_more);
        int64_t last = MIN(log->after + PAGE_LOOKS, log->last);
        int r = give_range(log, log->after + 1, last, &room);
        *ret_more = log->after < log->last;
        return r;
}

static void release_log(Pager *pager)
{
        lines_release(&((LogPager *)pager)->lines);
}

static LogPager log_pager(Store *store, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner)
{
        LogPager log = {
                .pager = { store, step_log, release_log },
                .filter = *filter,
                .row = row,
                .owner = owner,
        };

        if (!filter->step || parse_name(filter->step, action_names, ACTION_MAX, &log.action) < 0)
                log.action = -1;
        return log;
}

int store_page_log(Store *store, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner, Pager **ret_pager)
{
        LogPager *log = malloc(sizeof(*log));

        if (!log)
                return -ENOMEM;
        *log = log_pager(store, filter, row, owner);
        int r = db_integers(store, "select max(id) from notice", NO_VALUES, &log->last, 1);
        if (r < 0) {
                free(log);
                return r;
        }
        *ret_pager = &log->pager;
        return 0;
}

int store_list_log(Store *store, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner)
{
        Pager *pager = NULL;
        int r = store_page_log(store, filter, row, owner, &pager);

        return pager_run(pager, r);
}

int store_get_log(Store *store, int64_t notice, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner)
{
        static const LogFilter any = { .since = INSTANT_NONE, .until = INSTANT_NONE, .state = -1 };
        LogPager log = log_pager(store, filter ? filter : &any, row, owner);
        size_t room = 1;

        int r = give_range(&log, notice, notice, &room);
        lines_release(&log.lines);
        return r != 0 ? r : room == 0 ? 0 : -ENOENT;
}
