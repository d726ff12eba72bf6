/* SPDX-License-Identifier: MIT */
/*
 * Owns decisions in the outbox: a contact with its lines and attachments, its notices with their
 * texts, and what keeps them unique (DESIGN 5.1). Duplicates are looked for before anything is
 * written; the unique indices stand behind that. Never sends, never decides.
 */

#include <errno.h>

#include "core/decide.h"
#include "store/append.h"
#include "store/database.h"
#include "store/flags.h"
#include "store/outbox.h"

/* A step that a person sends again is another occurrence; what a wake decides is the first. */
static int line_occurrence(
        Store *store, const Contact *contact, const ContactLine *line, int64_t *ret_occurrence)
{
        int64_t n = 0;

        if (contact->is_forced) {
                int r = db_integers(store,
                        "select count(*) from contact_line l "
                        "cross join contact c on c.id = l.contact "
                        "where l.invoice = ? and l.seq = ? and l.step = ? and c.is_complete = 1 "
                        "and c.id <> ?",
                        VALUES(INT(line->invoice), INT(line->seq), TEXT(line->step),
                                INT(contact->id)),
                        &n, 1);
                if (r < 0)
                        return r;
        }
        *ret_occurrence = n + 1;
        return 0;
}

/* A reconnection has neither step nor occasion: one at a time for an account. */
static int is_reconnecting(Store *store, const Contact *contact)
{
        int64_t one;

        if (contact->kind != NOTICE_RECONNECT)
                return 0;
        return db_integers(store,
                "select 1 where exists (select 1 from contact where account = ?1 and kind = 2 "
                "and is_in_flight = 1 and id <> ?2) or exists (select 1 from contact "
                "where account = ?1 and kind = 2 and is_uncertain = 1 and id <> ?2)",
                VALUES(INT(contact->account), INT(contact->id)), &one, 1);
}

/* Whether a notice of this contact by this channel is in the outbox already: 1, 0, -errno. */
static int is_duplicate(Store *store, const Contact *contact, const char *channel)
{
        int64_t one, occurrence;
        int r = 0;

        if (contact->occasion) {
                r = db_integers(store,
                        "select 1 from notice where account = ? and occasion = ? "
                        "and subject_key = ? and channel = ? "
                        "and occasion is not null and state not in (4, 6)",
                        VALUES(INT(contact->account), TEXT(contact->occasion),
                                TEXT(contact->subject_key ? contact->subject_key : ""),
                                TEXT(channel)),
                        &one, 1);
                if (r != 0)
                        return r;
        }
        for (size_t i = 0; i < contact->n_lines && r == 0; i++) {
                const ContactLine *line = &contact->lines[i];
                if (!line->step)
                        continue;
                r = line_occurrence(store, contact, line, &occurrence);
                if (r < 0)
                        return r;
                r = db_integers(store,
                        "select 1 from notice_line where invoice = ? and seq = ? and step = ? "
                        "and occurrence = ? and channel = ? and is_live = 1",
                        VALUES(INT(line->invoice), INT(line->seq), TEXT(line->step),
                                INT(occurrence), TEXT(channel)),
                        &one, 1);
        }
        return r;
}

static int insert_lines(Store *store, const Contact *contact)
{
        int r = 0;

        for (size_t i = 0; i < contact->n_lines && r == 0; i++) {
                const ContactLine *line = &contact->lines[i];
                r = db_run(store,
                        "insert into contact_line (contact, position, invoice, seq, step, action, "
                        "open, prints_deadline, discount) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        VALUES(INT(contact->id), INT(i), INT(line->invoice), INT(line->seq),
                                TEXT(line->step),
                                line->step ? INT(line->action) : (Value){ .type = SQLITE_NULL },
                                INT(line->open), INT(line->prints_deadline), INT(line->discount)));
        }
        for (size_t i = 0; i < contact->n_attachments && r == 0; i++) {
                const Attachment *attachment = &contact->attachments[i];
                r = db_run(store,
                        "insert into attachment (contact, position, name, document, sha256, size) "
                        "values (?, ?, ?, ?, ?, ?)",
                        VALUES(INT(contact->id), INT(i), TEXT(attachment->name),
                                TEXT(attachment->document), TEXT(attachment->sha256),
                                INT(attachment->size)));
        }
        return r;
}

static int insert_contact(Store *store, Contact *contact, size_t n_notices)
{
        int r = db_insert(store,
                "insert into contact (account, kind, action, step, policy, occasion, subject_key, "
                "lead_invoice, lead_seq, at, day, total, deadline, reason, on_uncertain, "
                "is_forced, is_in_flight, offer_until) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                VALUES(INT(contact->account), INT(contact->kind), INT(contact->action),
                        TEXT(contact->step), TEXT(contact->policy), TEXT(contact->occasion),
                        contact->occasion && !contact->subject_key ? TEXT("")
                                                                   : TEXT(contact->subject_key),
                        INT(contact->lead_invoice), INT(contact->lead_seq), TIME(contact->at),
                        DAY(contact->day), INT(contact->total), DAY(contact->deadline),
                        TEXT(reason_code(contact->reason)), INT(contact->on_uncertain),
                        INT(contact->is_forced), INT(n_notices > 0), DAY(contact->offer_until)),
                &contact->id);

        return r < 0 ? r : insert_lines(store, contact);
}

static int insert_notice_lines(Store *store, const Contact *contact, const Notice *notice)
{
        int64_t occurrence;

        for (size_t i = 0; i < contact->n_lines; i++) {
                const ContactLine *line = &contact->lines[i];
                if (!line->step)
                        continue;
                int r = line_occurrence(store, contact, line, &occurrence);
                if (r == 0)
                        r = db_run(store,
                                "insert into notice_line (notice, invoice, seq, step, occurrence, "
                                "channel) values (?, ?, ?, ?, ?, ?)",
                                VALUES(INT(notice->id), INT(line->invoice), INT(line->seq),
                                        TEXT(line->step), INT(occurrence), TEXT(notice->channel)));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int insert_notice(Store *store, const Contact *contact, Notice *notice)
{
        int64_t ready_at = instant_is_set(notice->not_before) ? notice->not_before.usec : 0;
        int r = db_insert(store,
                "insert into notice (contact, account, channel, recipient, language, message_id, "
                "form, route, alternative, occasion, subject_key, date, not_before, state, reason, "
                "ready_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
                VALUES(INT(contact->id), INT(contact->account), TEXT(notice->channel),
                        TEXT(notice->to), TEXT(notice->language), TEXT(notice->message_id),
                        INT(notice->form), INT(notice->route), INT(notice->alternative),
                        TEXT(contact->occasion),
                        contact->occasion && !contact->subject_key ? TEXT("")
                                                                   : TEXT(contact->subject_key),
                        TIME(notice->date), TIME(notice->not_before),
                        TEXT(reason_code(contact->reason)), INT(ready_at)),
                &notice->id);
        if (r == 0)
                r = db_run(store,
                        "insert into body (notice, subject, text, html, template, fields, cc, "
                        "refs, payment_code, may_chat) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        VALUES(INT(notice->id), TEXT(notice->subject), TEXT(notice->text),
                                TEXT(notice->html), TEXT(notice->template_name),
                                TEXT(notice->fields), TEXT(notice->cc ? notice->cc : ""),
                                TEXT(notice->references ? notice->references : ""),
                                TEXT(notice->payment_code), INT(notice->may_chat)));
        if (r == 0)
                r = insert_notice_lines(store, contact, notice);
        if (r == 0)
                r = chain_note_message(store, notice->id);
        if (r < 0)
                return r;
        notice->contact = contact->id;
        notice->account = contact->account;
        notice->state = NOTICE_PENDING;
        notice->reason = contact->reason;
        notice->day = contact->day;
        notice->next_try = INSTANT_NONE;
        notice->begun_at = INSTANT_NONE;
        notice->attempts = 0;
        return 0;
}

/* Two notices of one contact by one channel would be the same key twice. */
static bool has_channel_twice(const Notice *notices, size_t n)
{
        for (size_t i = 0; i < n; i++)
                for (size_t k = 0; k < i; k++)
                        if (streq(notices[i].channel, notices[k].channel))
                                return true;
        return false;
}

/* What is new is in flight. */
static int hold_instalments(Store *store, const Contact *contact)
{
        int r = 0;

        for (size_t i = 0; i < contact->n_lines && r == 0; i++)
                if (contact->lines[i].step)
                        r = db_run(store,
                                "update instalment set is_in_flight = 1 "
                                "where account = ? and invoice = ? and seq = ?",
                                VALUES(INT(contact->account), INT(contact->lines[i].invoice),
                                        INT(contact->lines[i].seq)));
        if (r == 0 && contact->kind == NOTICE_CONTACT)
                r = db_run(store, "update account set has_contact_in_flight = 1 where id = ?",
                        VALUES(INT(contact->account)));
        for (size_t i = 0; i < contact->n_lines && r == 0; i++)
                if (contact->kind >= NOTICE_PROMISE_CONFIRMED &&
                        contact->kind <= NOTICE_PLAN_CONFIRMED)
                        r = flags_refresh_said(store, contact->account, contact->lines[i].invoice);
        return r;
}

int store_add_contact(Store *store, Contact *contact, Notice *notices, size_t n)
{
        contact->id = 0;
        if (has_channel_twice(notices, n))
                return OUTBOX_DUPLICATE;
        int r = is_reconnecting(store, contact);
        for (size_t i = 0; i < n && r == 0; i++)
                r = is_duplicate(store, contact, notices[i].channel);
        if (r != 0)
                return r < 0 ? r : OUTBOX_DUPLICATE;
        r = insert_contact(store, contact, n);
        for (size_t i = 0; i < n && r == 0; i++)
                r = insert_notice(store, contact, &notices[i]);
        return r < 0 || n == 0 ? r : hold_instalments(store, contact);
}

int store_add_notice(Store *store, int64_t contact, Notice *notice)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        Contact whole;

        int r = store_load_contact(store, contact, &arena, &whole);
        if (r < 0)
                return r;
        r = is_reconnecting(store, &whole);
        if (r == 0)
                r = is_duplicate(store, &whole, notice->channel);
        if (r != 0)
                return r < 0 ? r : OUTBOX_DUPLICATE;
        r = insert_notice(store, &whole, notice);
        return r < 0 ? r : flags_refresh_contact(store, contact, NULL);
}

static int load_lines(Store *store, Arena *arena, Contact *contact)
{
        ROWS(rows);
        bool is_out = false;
        int64_t n;
        size_t i = 0;

        int r = db_integers(store, "select count(*) from contact_line where contact = ?",
                VALUES(INT(contact->id)), &n, 1);
        if (r < 0)
                return r;
        ContactLine *lines = arena_alloc_array(arena, (size_t)n, sizeof(*lines));
        if (!lines)
                return -ENOMEM;
        r = rows_open(&rows, store,
                "select invoice, seq, step, action, open, prints_deadline, discount "
                "from contact_line "
                "where contact = ? order by position",
                VALUES(INT(contact->id)));
        while (r >= 0 && i < (size_t)n && (r = rows_next(&rows)) > 0)
                lines[i++] = (ContactLine){
                        .invoice = row_integer(&rows, 0),
                        .seq = (int)row_integer(&rows, 1),
                        .step = row_copy_or_null(&rows, 2, arena, &is_out),
                        .action = (Action)row_integer(&rows, 3),
                        .open = row_integer(&rows, 4),
                        .prints_deadline = row_integer(&rows, 5) != 0,
                        .discount = row_integer(&rows, 6),
                };
        contact->lines = lines;
        contact->n_lines = i;
        return r < 0 ? r : is_out ? -ENOMEM : 0;
}

static int load_attachments(Store *store, Arena *arena, Contact *contact)
{
        ROWS(rows);
        int64_t n;
        size_t i = 0;

        int r = db_integers(store, "select count(*) from attachment where contact = ?",
                VALUES(INT(contact->id)), &n, 1);
        if (r < 0)
                return r;
        Attachment *list = arena_alloc_array(arena, (size_t)n, sizeof(*list));
        if (!list)
                return -ENOMEM;
        r = rows_open(&rows, store,
                "select name, document, sha256, size from attachment where contact = ? "
                "order by position",
                VALUES(INT(contact->id)));
        while (r >= 0 && i < (size_t)n && (r = rows_next(&rows)) > 0) {
                list[i] = (Attachment){ row_copy(&rows, 0, arena), row_copy(&rows, 1, arena),
                        row_copy(&rows, 2, arena), row_integer(&rows, 3) };
                if (!list[i].name || !list[i].document || !list[i].sha256)
                        return -ENOMEM;
                i++;
        }
        contact->attachments = list;
        contact->n_attachments = i;
        return MIN(r, 0);
}

static int read_contact(const Rows *rows, Arena *arena, Contact *contact)
{
        bool is_out = false;

        *contact = (Contact){
                .id = row_integer(rows, 0),
                .account = row_integer(rows, 1),
                .kind = (int)row_integer(rows, 2),
                .action = (Action)row_integer(rows, 3),
                .step = row_copy_or_null(rows, 4, arena, &is_out),
                .policy = row_copy_or_null(rows, 5, arena, &is_out),
                .occasion = row_copy_or_null(rows, 6, arena, &is_out),
                .subject_key = row_copy_or_null(rows, 7, arena, &is_out),
                .lead_invoice = row_integer(rows, 8),
                .lead_seq = (int)row_integer(rows, 9),
                .at = row_instant(rows, 10),
                .day = row_date(rows, 11),
                .total = row_integer(rows, 12),
                .deadline = row_date(rows, 13),
                .on_uncertain = (OnUncertain)row_integer(rows, 15),
                .is_forced = row_integer(rows, 16) != 0,
                .offer_until = row_date(rows, 17),
        };
        if (is_out)
                return -ENOMEM;
        return reason_find(row_text(rows, 14), &contact->reason) < 0 ? -EUCLEAN : 0;
}

int store_load_contact(Store *store, int64_t id, Arena *arena, Contact *ret_contact)
{
        ROWS(rows);
        Contact contact;

        int r = rows_open(&rows, store,
                "select id, account, kind, action, step, policy, occasion, subject_key, "
                "lead_invoice, lead_seq, at, day, total, deadline, reason, on_uncertain, "
                "is_forced, offer_until from contact where id = ?",
                VALUES(INT(id)));
        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        r = read_contact(&rows, arena, &contact);
        if (r == 0)
                r = load_lines(store, arena, &contact);
        if (r == 0)
                r = load_attachments(store, arena, &contact);
        if (r < 0)
                return r;
        *ret_contact = contact;
        return 0;
}

int store_contact_is_hopeful(Store *store, int64_t contact, bool *ret_is_hopeful)
{
        int64_t is_hopeful;
        int r = db_integers(store, "select is_in_flight or is_counted from contact where id = ?",
                VALUES(INT(contact)), &is_hopeful, 1);

        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        *ret_is_hopeful = is_hopeful != 0;
        return 0;
}

/* The lines with the lead's own step: those with another have routes of their own to try. */
int store_stand_aside(Store *store, int64_t contact)
{
        return db_run(store,
                "update instalment set is_aside = 1 "
                "where account = (select account from contact where id = ?1) "
                "and (invoice, seq) in (select l.invoice, l.seq from contact_line l "
                "cross join contact c on c.id = l.contact "
                "where l.contact = ?1 and (l.step = c.step or c.kind = 2))",
                VALUES(INT(contact)));
}
