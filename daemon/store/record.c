/* SPDX-License-Identifier: MIT */
/*
 * Owns the canonical texts of the log's chain. Nothing here may change: every hash that was ever
 * given away is of these bytes. Never writes to the store.
 */

#include "store/record.h"

#include <errno.h>

#include "core/account.h"
#include "core/money.h"
#include "store/outbox.h"
#include "sys/file.h"

static const char *const form_names[] = { "email", "sms", "whatsapp", "event" };

/* The end of a line. */
static void add_value(StrBuf *record, const char *value)
{
        for (; *value; value++)
                if (*value == '\\')
                        strbuf_add(record, "\\\\");
                else if (*value == '\n')
                        strbuf_add(record, "\\n");
                else if (*value == '\r')
                        strbuf_add(record, "\\r");
                else
                        strbuf_add_char(record, *value);
        strbuf_add_char(record, '\n');
}

static void add_text(StrBuf *record, const char *name, const char *value)
{
        if (!value)
                return;
        strbuf_addf(record, "%s ", name);
        add_value(record, value);
}

static void add_number(StrBuf *record, const char *name, int64_t number)
{
        strbuf_addf(record, "%s %lld\n", name, (long long)number);
}

/* As it is kept: 1, and no line where it is not set. */
static void add_flag(StrBuf *record, const char *name, int64_t flag)
{
        if (flag != 0)
                add_number(record, name, flag);
}

/* To the microsecond, UTC. */
static void add_instant(StrBuf *record, const char *name, Instant instant)
{
        char text[INSTANT_TEXT_SIZE];

        if (!instant_is_set(instant))
                return;
        int64_t rest = instant.usec % USEC_PER_SEC;
        if (rest < 0)
                rest += USEC_PER_SEC;
        (void)instant_format((Instant){ instant.usec - rest }, 0, text);
        strbuf_addf(record, "%s %.19s.%06lldZ\n", name, text, (long long)rest);
}

static void add_day(StrBuf *record, const char *name, Date day)
{
        char text[DATE_TEXT_SIZE];

        if (date_is_set(day))
                strbuf_addf(record, "%s %s\n", name, date_format(day, text));
}

/* A long text by its digest. */
static void add_digest(StrBuf *record, const char *name, const Rows *rows, int column)
{
        char digest[SHA256_TEXT_SIZE];

        if (row_is_null(rows, column))
                return;
        const char *text = row_text(rows, column);
        bytes_sha256(text, (size_t)sqlite3_column_bytes(rows->statement, column), digest);
        add_text(record, name, digest);
}

static int add_lines(Store *store, int64_t contact, const char *currency, StrBuf *record)
{
        char open[MONEY_TEXT_SIZE], discount[MONEY_TEXT_SIZE];
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select l.seq, l.step, l.open, l.prints_deadline, l.discount, i.number "
                "from contact_line l cross join invoice i on i.id = l.invoice "
                "where l.contact = ? order by l.position",
                VALUES(INT(contact)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                const char *step = row_text(&rows, 1);
                strbuf_addf(record, "line %lld %s %s %s %s ", (long long)row_integer(&rows, 0),
                        step ? step : "-", money_format(row_integer(&rows, 2), currency, open),
                        row_integer(&rows, 3) ? "deadline" : "-",
                        money_format(row_integer(&rows, 4), currency, discount));
                add_value(record, row_text(&rows, 5));
        }
        return r;
}

static int add_attachments(Store *store, int64_t contact, StrBuf *record)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select sha256, size, name from attachment where contact = ? order by position",
                VALUES(INT(contact)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                strbuf_addf(record, "attachment %s %lld ", row_text(&rows, 0),
                        (long long)row_integer(&rows, 1));
                add_value(record, row_text(&rows, 2));
        }
        return r;
}

#define SELECT_MESSAGE                                                                             \
        "select c.id, k.code, a.currency, c.at, c.day, c.action, c.occasion, c.subject_key, "      \
        "c.step, c.policy, c.total, c.deadline, c.offer_until, c.is_forced, "                      \
        "n.channel, n.form, n.route, n.alternative, n.recipient, n.language, n.message_id, "       \
        "n.date, n.not_before, b.template, b.subject, b.fields, b.text, b.html, "                  \
        "b.cc, b.refs, b.payment_code, b.may_chat "                                                \
        "from notice n cross join contact c on c.id = n.contact "                                  \
        "cross join account a on a.id = n.account cross join customer k on k.id = a.customer "     \
        "cross join body b on b.notice = n.id where n.id = ?"

static void add_contact(StrBuf *record, const Rows *rows)
{
        char total[MONEY_TEXT_SIZE];
        int64_t action = row_integer(rows, 5);

        add_number(record, "contact", row_integer(rows, 0));
        add_text(record, "customer", row_text(rows, 1));
        add_text(record, "currency", row_text(rows, 2));
        add_instant(record, "decided", row_instant(rows, 3));
        add_day(record, "day", row_date(rows, 4));
        if (action >= 0 && action < ACTION_MAX)
                add_text(record, "action", action_names[action]);
        add_text(record, "occasion", row_text(rows, 6));
        add_text(record, "subject-key", row_text(rows, 7));
        add_text(record, "step", row_text(rows, 8));
        add_text(record, "policy", row_text(rows, 9));
        add_text(record, "total", money_format(row_integer(rows, 10), row_text(rows, 2), total));
        add_day(record, "deadline", row_date(rows, 11));
        add_day(record, "offer-until", row_date(rows, 12));
        add_flag(record, "forced", row_integer(rows, 13));
}

static void add_notice(StrBuf *record, const Rows *rows)
{
        int64_t form = row_integer(rows, 15);

        add_text(record, "channel", row_text(rows, 14));
        if (form >= 0 && form < (int64_t)ELEMENTSOF(form_names))
                add_text(record, "form", form_names[form]);
        add_number(record, "route", row_integer(rows, 16));
        add_number(record, "alternative", row_integer(rows, 17));
        add_text(record, "to", row_text(rows, 18));
        if (!is_empty(row_text(rows, 28)))
                add_text(record, "cc", row_text(rows, 28));
        add_text(record, "language", row_text(rows, 19));
        add_text(record, "message-id", row_text(rows, 20));
        if (!is_empty(row_text(rows, 29)))
                add_text(record, "references", row_text(rows, 29));
        add_instant(record, "date", row_instant(rows, 21));
        add_instant(record, "not-before", row_instant(rows, 22));
        add_text(record, "template", row_text(rows, 23));
        add_text(record, "subject", row_text(rows, 24));
        add_flag(record, "may-chat", row_integer(rows, 31));
        add_digest(record, "payment-code-sha256", rows, 30);
        add_digest(record, "fields-sha256", rows, 25);
        add_digest(record, "text-sha256", rows, 26);
        add_digest(record, "html-sha256", rows, 27);
}

int record_message(Store *store, int64_t notice, StrBuf *record)
{
        ROWS(rows);
        int r = rows_open(&rows, store, SELECT_MESSAGE, VALUES(INT(notice)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        strbuf_add(record, "relanced-message-1\n");
        add_number(record, "notice", notice);
        add_contact(record, &rows);
        r = add_lines(store, row_integer(&rows, 0), row_text(&rows, 2), record);
        if (r == 0)
                r = add_attachments(store, row_integer(&rows, 0), record);
        add_notice(record, &rows);
        return r < 0 ? r : strbuf_error(record);
}

void record_entry(const Entry *entry, const char *previous, StrBuf *record)
{
        strbuf_add(record, "relanced-entry-1\n");
        add_number(record, "entry", entry->entry);
        add_text(record, "previous", previous);
        add_number(record, "notice", entry->notice);
        add_text(record, "event", entry->event);
        add_instant(record, "at", entry->at);
        add_instant(record, "begun", entry->begun);
        add_number(record, "attempt", entry->attempt);
        add_text(record, "reason", entry->reason);
        add_text(record, "reference", entry->reference);
        if (!is_empty(entry->detail))
                add_text(record, "detail", entry->detail);
        add_text(record, "message", entry->message);
}

const char *record_read_entry(const Rows *rows, Entry *ret_entry)
{
        *ret_entry = (Entry){
                .entry = row_integer(rows, 0),
                .notice = row_integer(rows, 1),
                .event = row_text(rows, 2),
                .at = row_instant(rows, 3),
                .begun = row_instant(rows, 4),
                .attempt = row_integer(rows, 5),
                .reason = row_text(rows, 6),
                .reference = row_text(rows, 7),
                .detail = row_text(rows, 8),
                .message = row_text(rows, 9),
        };
        return row_text(rows, ENTRY_HASH + 1);
}
