/* SPDX-License-Identifier: MIT */
/*
 * Owns the life of a notice: every change of state, each from the states it may come from (-EPERM
 * otherwise), and the lists that dispatch works from. Whatever follows for instalments and accounts
 * is done in the same transaction.
 */

#include <errno.h>

#include "store/append.h"
#include "store/attempts.h"
#include "store/database.h"
#include "store/flags.h"
#include "store/grants.h"
#include "store/outbox.h"

#define BIT(state) (1U << (state))

const char *const notice_state_names[7] = { "pending", "handed", "begun", "sent", "failed",
        "uncertain", "cancelled" };

/* The notice's contact, and when it has begun (0: never), if it is in one of these states. */
static int find_notice(
        Store *store, int64_t id, unsigned allowed, int64_t *ret_contact, int64_t *ret_begun_usec)
{
        int64_t found[3];
        int r = db_integers(store, "select state, contact, begun_at from notice where id = ?",
                VALUES(INT(id)), found, 3);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        if (!(allowed & BIT(found[0])))
                return -EPERM;
        *ret_contact = found[1];
        *ret_begun_usec = found[2];
        return 0;
}

static int check_state(Store *store, int64_t id, unsigned allowed, int64_t *ret_contact)
{
        int64_t begun_usec;

        return find_notice(store, id, allowed, ret_contact, &begun_usec);
}

/* handed and pending mean the same to everybody else: no flag changes, here and below. */
int store_mark_handed(Store *store, const int64_t *ids, size_t n)
{
        int64_t contact;
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = check_state(store, ids[i], BIT(NOTICE_PENDING), &contact);
                if (r == 0)
                        r = db_run(store, "update notice set state = 1 where id = ?",
                                VALUES(INT(ids[i])));
        }
        return r;
}

/* It counts as a try: a flight file may still speak of it. */
int store_mark_unhanded(Store *store, const int64_t *ids, size_t n, Instant at)
{
        int64_t contact;
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++) {
                r = check_state(store, ids[i], BIT(NOTICE_HANDED), &contact);
                if (r == 0)
                        r = attempt_add(store, ids[i], NOTICE_PENDING, REASON_RETRY, NULL, at);
                if (r == 0)
                        r = db_run(store,
                                "update notice set state = 0, attempts = attempts + 1 "
                                "where id = ?",
                                VALUES(INT(ids[i])));
        }
        return r;
}

int store_mark_begun(Store *store, int64_t id, Instant at)
{
        int64_t contact;
        int r = check_state(store, id, BIT(NOTICE_HANDED), &contact);

        if (r < 0)
                return r;
        store->is_sent_changed = true;
        r = db_run(store,
                "update notice set state = 2, attempts = attempts + 1, begun_at = ? where id = ?",
                VALUES(TIME(at), INT(id)));
        return r < 0 ? r : flags_refresh_contact(store, contact, NULL);
}

/* A contact that has just become complete. */
typedef struct Completion {
        int64_t account, contact;
        Action action;
        Date deadline, day;
        Instant at;
} Completion;

/* The line's step is behind its instalment (R4). Who is cut off, or in others' hands, though paid
 * meanwhile, is the wake's to look at again. */
static int complete_step(Store *store, const Completion *completion, const Rows *line)
{
        const Value account = INT(completion->account), invoice = INT(row_integer(line, 0)),
                    seq = INT(row_integer(line, 1)), action = INT(row_integer(line, 3));
        bool prints_deadline = row_integer(line, 4) != 0;
        int r = db_run(store,
                "insert into done (account, invoice, seq, position, contact, step, action, at, "
                "day, deadline) select ?1, ?2, ?3, coalesce((select max(position) from done "
                "where account = ?1 and invoice = ?2 and seq = ?3), 0) + 1, ?4, ?5, ?6, ?7, ?8, "
                "?9 from instalment where account = ?1 and invoice = ?2 and seq = ?3",
                VALUES(account, invoice, seq, INT(completion->contact), TEXT(row_text(line, 2)),
                        action, TIME(completion->at), DAY(completion->day),
                        DAY(prints_deadline ? completion->deadline : DATE_NONE)));

        if (r < 0)
                return r;
        return db_run(store,
                "update instalment set n_done = n_done + 1, "
                "is_suspended = iif(?4 = 5, 1, is_suspended), "
                "is_handed_over = iif(?4 in (6, 7), 1, is_handed_over), "
                "is_settled = iif(?4 in (5, 6, 7), 0, is_settled) "
                "where account = ?1 and invoice = ?2 and seq = ?3",
                VALUES(account, invoice, seq, action));
}

/* A reconnection ends the suspension of everything it is about (R16). */
static int end_suspension(Store *store, const Completion *completion, const Rows *line)
{
        return db_run(store,
                "update instalment set is_suspended = 0 "
                "where account = ? and invoice = ? and seq = ?",
                VALUES(INT(completion->account), INT(row_integer(line, 0)),
                        INT(row_integer(line, 1))));
}

static int load_completion(Store *store, Completion *completion)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select account, action, deadline from contact where id = ?",
                VALUES(INT(completion->contact)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        completion->account = row_integer(&rows, 0);
        completion->action = (Action)row_integer(&rows, 1);
        completion->deadline = row_date(&rows, 2);
        return 0;
}

static int complete_contact(Store *store, int64_t contact, Instant at, Date day)
{
        Completion completion = { .contact = contact, .at = at, .day = day };
        ROWS(rows);
        int r = load_completion(store, &completion);

        if (r == 0)
                r = rows_open(&rows, store,
                        "select invoice, seq, step, action, prints_deadline from contact_line "
                        "where contact = ? order by position",
                        VALUES(INT(contact)));
        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                r = 0;
                if (!row_is_null(&rows, 2))
                        r = complete_step(store, &completion, &rows);
                if (r == 0 && completion.action == ACTION_RECONNECT)
                        r = end_suspension(store, &completion, &rows);
        }
        rows_close(&rows);
        return r < 0 ? r : grants_refresh_offers(store, completion.account, contact);
}

/* It has ended, and stays so. */
static int tally(Store *store, int64_t id)
{
        return db_run(store,
                "insert into channel_tally (channel, sent, failed, cancelled, last_sent) "
                "select channel, state = 3, state = 4, state = 6, iif(state = 3, sent_at, null) "
                "from notice where id = ? "
                "on conflict do update set sent = sent + excluded.sent, "
                "failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled, "
                "last_sent = coalesce(max(last_sent, excluded.last_sent), last_sent, "
                "excluded.last_sent)",
                VALUES(INT(id)));
}

int store_mark_sent(
        Store *store, int64_t id, Reason reason, Instant at, Date day, const char *reference)
{
        int64_t contact, begun_usec;
        bool is_completed;
        int r = find_notice(
                store, id, BIT(NOTICE_BEGUN) | BIT(NOTICE_UNCERTAIN), &contact, &begun_usec);

        if (r < 0)
                return r;
        const Instant begun = { begun_usec };
        store->is_sent_changed = true;
        r = db_run(store,
                "update notice set state = 3, reason = ?, sent_at = ?, ended_at = ?, "
                "reference = coalesce(?, reference), detail = '', next_try = null where id = ?",
                VALUES(TEXT(reason_code(reason)), TIME(begun), TIME(at), TEXT(reference), INT(id)));
        if (r == 0)
                r = chain_append(store, id, "sent", at);
        if (r == 0)
                r = tally(store, id);
        if (r == 0)
                r = flags_refresh_contact(store, contact, &is_completed);
        return r < 0 || !is_completed ? r : complete_contact(store, contact, begun, day);
}

int store_keep_answer(Store *store, int64_t id, const char *detail)
{
        return db_run(
                store, "update notice set detail = ? where id = ?", VALUES(TEXT(detail), INT(id)));
}

/* Its keys are free again. */
static int end_notice(
        Store *store, int64_t id, NoticeState state, Reason reason, const char *detail)
{
        int r = db_run(store,
                "update notice set state = ?1, reason = ?2, detail = coalesce(?3, detail), "
                "attempts = attempts + (state = 1 and ?1 = 4), next_try = null where id = ?4",
                VALUES(INT(state), TEXT(reason_code(reason)), TEXT(detail), INT(id)));

        if (r == 0)
                r = tally(store, id);
        if (r < 0)
                return r;
        return db_run(
                store, "update notice_line set is_live = 0 where notice = ?", VALUES(INT(id)));
}

int store_mark_failed(Store *store, int64_t id, Reason reason, const char *detail, Instant at)
{
        int64_t contact;
        int r = check_state(store, id,
                BIT(NOTICE_HANDED) | BIT(NOTICE_BEGUN) | BIT(NOTICE_UNCERTAIN), &contact);

        if (r < 0)
                return r;
        store->is_sent_changed = true;
        r = attempt_add(store, id, NOTICE_FAILED, reason, detail, at);
        if (r == 0)
                r = end_notice(store, id, NOTICE_FAILED, reason, detail);
        if (r == 0)
                r = chain_append(store, id, "failed", at);
        return r < 0 ? r : flags_refresh_contact(store, contact, NULL);
}

/* A try that never began counts, too: what a flight file says of it must not be taken for a word
 * about the next one. */
int store_mark_retry(
        Store *store, int64_t id, Reason reason, const char *detail, Instant next_try, Instant at)
{
        int64_t contact;
        int r = check_state(store, id, BIT(NOTICE_HANDED) | BIT(NOTICE_BEGUN), &contact);

        if (r < 0)
                return r;
        store->is_sent_changed = true;
        r = attempt_add(store, id, NOTICE_PENDING, reason, detail, at);
        if (r < 0)
                return r;
        r = db_run(store,
                "update notice set state = 0, reason = ?1, detail = coalesce(?2, detail), "
                "next_try = ?3, ready_at = max(coalesce(?3, 0), coalesce(not_before, 0)), "
                "attempts = attempts + (state = 1) "
                "where id = ?4",
                VALUES(TEXT(reason_code(reason)), TEXT(detail), TIME(next_try), INT(id)));
        if (r == 0)
                r = chain_append(store, id, "retry", at);
        return r < 0 ? r : flags_refresh_contact(store, contact, NULL);
}

int store_mark_uncertain(Store *store, int64_t id, Reason reason, const char *detail, Instant at)
{
        int64_t contact;
        int r = check_state(store, id, BIT(NOTICE_BEGUN), &contact);

        if (r < 0)
                return r;
        store->is_sent_changed = true;
        r = attempt_add(store, id, NOTICE_UNCERTAIN, reason, detail, at);
        if (r < 0)
                return r;
        r = db_run(store,
                "update notice set state = 5, reason = ?, detail = coalesce(?, detail) "
                "where id = ?",
                VALUES(TEXT(reason_code(reason)), TEXT(detail), INT(id)));
        if (r == 0)
                r = chain_append(store, id, "uncertain", at);
        return r < 0 ? r : flags_refresh_contact(store, contact, NULL);
}

int store_mark_cancelled(Store *store, int64_t id, Reason reason)
{
        int64_t contact;
        int r = check_state(store, id, BIT(NOTICE_PENDING) | BIT(NOTICE_HANDED), &contact);

        if (r == 0)
                r = end_notice(store, id, NOTICE_CANCELLED, reason, NULL);
        return r < 0 ? r : flags_refresh_contact(store, contact, NULL);
}

int store_mark_resend(Store *store, int64_t id)
{
        int64_t contact;
        int r = check_state(store, id, BIT(NOTICE_UNCERTAIN), &contact);

        if (r < 0)
                return r;
        store->is_sent_changed = true;
        r = db_run(store,
                "update notice set state = 0, next_try = null, "
                "ready_at = coalesce(not_before, 0) where id = ?",
                VALUES(INT(id)));
        return r < 0 ? r : flags_refresh_contact(store, contact, NULL);
}

static int list_ids(Store *store, const char *sql, const Value *values, size_t n_values,
        int64_t *ids, size_t *ret_n)
{
        ROWS(rows);
        size_t n = 0;
        int r = rows_open(&rows, store, sql, values, n_values);

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                ids[n++] = row_integer(&rows, 0);
        if (r < 0)
                return r;
        *ret_n = n;
        return 0;
}

int store_list_ready(
        Store *store, const char *channel, Instant now, int64_t *ids, size_t max, size_t *ret_n)
{
        return list_ids(store,
                "select id from notice where state = 0 and channel = ? and ready_at <= ? "
                "order by ready_at, id limit ?",
                VALUES(TEXT(channel), INT(now.usec), INT(max)), ids, ret_n);
}

/* One search for each channel that has anything pending: the index begins with the channel. */
int store_next_ready(Store *store, Instant now, Instant *ret_instant)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "with recursive waiting (channel) as ("
                "select (select min(channel) from notice where state = 0) "
                "union all "
                "select (select min(n.channel) from notice n "
                "where n.state = 0 and n.channel > waiting.channel) "
                "from waiting where waiting.channel is not null) "
                "select min((select min(n.ready_at) from notice n where n.state = 0 "
                "and n.channel = waiting.channel and n.ready_at > ?)) from waiting",
                VALUES(INT(now.usec)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        *ret_instant = row_instant(&rows, 0);
        return 0;
}

int store_list_state(
        Store *store, NoticeState state, int64_t after, int64_t *ids, size_t max, size_t *ret_n)
{
        unsigned open = BIT(NOTICE_PENDING) | BIT(NOTICE_HANDED) | BIT(NOTICE_BEGUN) |
                        BIT(NOTICE_UNCERTAIN);

        if (open & BIT(state))
                return list_ids(store,
                        "select id from notice where state = ? and state in (0, 1, 2, 5) "
                        "and id > ? order by id limit ?",
                        VALUES(INT(state), INT(after), INT(max)), ids, ret_n);
        return list_ids(store,
                "select id from notice where id > ? and state = ? order by id limit ?",
                VALUES(INT(after), INT(state), INT(max)), ids, ret_n);
}

static int read_notice(const Rows *rows, Arena *arena, Notice *notice)
{
        *notice = (Notice){
                .id = row_integer(rows, 0),
                .contact = row_integer(rows, 1),
                .account = row_integer(rows, 2),
                .channel = row_copy(rows, 3, arena),
                .to = row_copy(rows, 4, arena),
                .language = row_copy(rows, 5, arena),
                .message_id = row_copy(rows, 6, arena),
                .form = (Form)row_integer(rows, 7),
                .route = (unsigned)row_integer(rows, 8),
                .alternative = (unsigned)row_integer(rows, 9),
                .date = row_instant(rows, 10),
                .not_before = row_instant(rows, 11),
                .state = (NoticeState)row_integer(rows, 12),
                .attempts = (int)row_integer(rows, 14),
                .next_try = row_instant(rows, 15),
                .begun_at = row_instant(rows, 16),
                .day = row_date(rows, 17),
        };
        if (!notice->channel || !notice->to || !notice->language || !notice->message_id)
                return -ENOMEM;
        return reason_find(row_text(rows, 13), &notice->reason) < 0 ? -EUCLEAN : 0;
}

static int load_body(Store *store, Arena *arena, Notice *notice)
{
        ROWS(rows);
        bool is_out = false;
        int r = rows_open(&rows, store,
                "select subject, text, html, template, fields, cc, refs, payment_code, may_chat "
                "from body where notice = ?",
                VALUES(INT(notice->id)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        notice->subject = row_copy(&rows, 0, arena);
        notice->text = row_copy(&rows, 1, arena);
        notice->html = row_copy_or_null(&rows, 2, arena, &is_out);
        notice->template_name = row_copy(&rows, 3, arena);
        notice->fields = row_copy_or_null(&rows, 4, arena, &is_out);
        notice->cc = row_copy_or_null(&rows, 5, arena, &is_out);
        notice->references = row_copy_or_null(&rows, 6, arena, &is_out);
        notice->payment_code = row_copy_or_null(&rows, 7, arena, &is_out);
        notice->may_chat = row_integer(&rows, 8) != 0;
        return is_out || !notice->subject || !notice->text || !notice->template_name ? -ENOMEM : 0;
}

int store_load_notice(Store *store, int64_t id, bool with_body, Arena *arena, Notice *ret_notice)
{
        ROWS(rows);
        Notice notice;

        int r = rows_open(&rows, store,
                "select n.id, n.contact, n.account, n.channel, n.recipient, n.language, "
                "n.message_id, n.form, n.route, n.alternative, n.date, n.not_before, n.state, "
                "n.reason, n.attempts, n.next_try, n.begun_at, c.day "
                "from notice n cross join contact c on c.id = n.contact where n.id = ?",
                VALUES(INT(id)));
        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = read_notice(&rows, arena, &notice);
        if (r == 0 && with_body)
                r = load_body(store, arena, &notice);
        if (r < 0)
                return r;
        *ret_notice = notice;
        return 0;
}
