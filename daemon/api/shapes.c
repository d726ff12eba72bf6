/* SPDX-License-Identifier: MIT */
/*
 * Owns the shapes of JSON: names and order of keys. Never reads the store. Fails with NULL, and
 * only for want of memory.
 */

#include "api/shapes.h"

#include "base/parse.h"
#include "core/money.h"
#include "core/reason.h"

/* The length of the well-formed character at the start of text, or 0. */
static size_t character_length(const char *text)
{
        for (size_t length = 1; length <= 4 && text[length - 1]; length++)
                if (utf8_is_valid(text, length))
                        return length;
        return 0;
}

static json_t *shape_repaired(const char *text)
{
        StrBuf repaired = STRBUF_INIT;

        while (*text) {
                size_t length = character_length(text);
                if (length > 0)
                        strbuf_add_bytes(&repaired, text, length);
                else
                        strbuf_add(&repaired, "\xEF\xBF\xBD");
                text += MAX(length, (size_t)1);
        }
        json_t *value = strbuf_error(&repaired) ? NULL : json_string(strbuf_text(&repaired));
        strbuf_release(&repaired);
        return value;
}

json_t *shape_text(const char *text)
{
        if (!text)
                return json_null();
        json_t *value = json_string(text);
        return value ? value : shape_repaired(text);
}

json_t *shape_given(const char *text)
{
        return is_empty(text) ? json_null() : shape_text(text);
}

json_t *shape_money(int64_t minor, const char *currency)
{
        char text[MONEY_TEXT_SIZE];

        return json_string(money_format(minor, currency, text));
}

json_t *shape_date(Date date)
{
        char text[DATE_TEXT_SIZE];

        return date_is_set(date) ? json_string(date_format(date, text)) : json_null();
}

json_t *shape_instant(const Zone *zone, Instant instant)
{
        char text[INSTANT_TEXT_SIZE];

        if (!instant_is_set(instant))
                return json_null();
        return json_string(instant_format(instant, zone_local(zone, instant).offset_minutes, text));
}

const char *shape_state(NoticeState state)
{
        return notice_state_names[state == NOTICE_BEGUN ? NOTICE_HANDED : state];
}

static json_t *shape_log_lines(const LogRow *row)
{
        json_t *lines = json_array();

        for (size_t i = 0; i < row->n_lines; i++) {
                const LogLine *line = &row->lines[i];
                json_t *shaped = json_pack("{s:o, s:i, s:o, s:o}", "invoice",
                        shape_text(line->invoice), "instalment", line->seq, "step",
                        shape_text(line->step), "open", shape_money(line->open, row->currency));
                if (json_array_append_new(lines, shaped) < 0) {
                        json_decref(lines);
                        return NULL;
                }
        }
        return lines;
}

json_t *shape_log(const Zone *zone, const LogRow *row)
{
        bool is_occasion = row->occasion != NULL;

        return json_pack("{s:I, s:o, s:{s:o, s:s}, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
                         " s:s, s:s, s:i, s:o, s:o, s:o}",
                "notice", (json_int_t)row->notice, "at", shape_instant(zone, row->at), "account",
                "customer", shape_text(row->customer), "currency", row->currency, "step",
                shape_text(is_occasion ? NULL : row->step), "action",
                shape_text(is_occasion ? NULL : action_names[row->action]), "lines",
                shape_log_lines(row), "total", shape_money(row->total, row->currency), "deadline",
                shape_date(row->deadline), "channel", shape_text(row->channel), "to",
                shape_given(row->to), "state", shape_state(row->state), "reason",
                reason_code(row->reason), "attempts", row->attempts, "reference",
                shape_given(row->reference), "delivered", shape_given(row->delivered), "subject",
                shape_text(row->subject ? row->subject : ""));
}

json_t *shape_invoice(const InvoiceReport *row)
{
        return json_pack("{s:o, s:i, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:b, s:b}",
                "invoice", shape_text(row->number), "instalment", row->seq, "customer",
                shape_text(row->customer), "currency", row->currency, "issued",
                shape_date(row->issued), "due", shape_date(row->due), "amount",
                shape_money(row->amount, row->currency), "open",
                shape_money(row->open, row->currency), "status", invoice_status_names[row->status],
                "policy", shape_given(row->policy), "last_step", shape_given(row->last_step),
                "held", row->is_held, "disputed", row->is_disputed);
}

json_t *shape_customer(const CustomerReport *row)
{
        bool has_account = !is_empty(row->currency);
        const char *currency = row->currency;

        return json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o,"
                         " s:o, s:o, s:o, s:I, s:o}",
                "customer", shape_text(row->code), "name", shape_text(row->name), "kind",
                customer_kind_names[row->kind], "relation", relation_names[row->relation],
                "language", shape_given(row->language), "country", shape_given(row->country),
                "email", shape_given(row->email), "phone", shape_given(row->phone), "whatsapp",
                shape_given(row->whatsapp), "whatsapp_opt_in", shape_date(row->whatsapp_opt_in),
                "policy", shape_given(row->policy), "tags", shape_given(row->tags), "currency",
                shape_given(currency), "open",
                has_account ? shape_money(row->open, currency) : json_null(), "credit",
                has_account ? shape_money(row->unassigned, currency) : json_null(),
                "open_instalments", (json_int_t)row->n_open, "last_contact",
                shape_date(row->last_contact));
}

/* One command a line → an array of texts. */
static json_t *shape_lines(const char *text)
{
        json_t *lines = json_array();

        while (text && *text) {
                size_t length = strcspn(text, "\n");
                _cleanup_(freep) char *line = strndup(text, length);
                if (!line || (length > 0 && json_array_append_new(lines, shape_text(line)) < 0)) {
                        json_decref(lines);
                        return NULL;
                }
                text += length + (text[length] == '\n');
        }
        return lines;
}

json_t *shape_task(const Zone *zone, const TaskReport *row)
{
        return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "task", (json_int_t)row->task,
                "kind", shape_text(row->kind), "customer", shape_given(row->customer), "invoice",
                shape_given(row->invoice), "instalment",
                row->seq > 0 ? json_integer(row->seq) : json_null(), "since",
                shape_instant(zone, row->since), "sentence",
                shape_text(row->sentence ? row->sentence : ""), "commands",
                shape_lines(row->commands));
}

json_t *shape_fact(const Zone *zone, const FactReport *row)
{
        bool has_amount = !is_empty(row->currency);

        return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "at",
                shape_instant(zone, row->at), "date", shape_date(row->date), "kind",
                shape_text(row->kind), "id", shape_given(row->id), "amount",
                has_amount ? shape_money(row->amount, row->currency) : json_null(), "reference",
                shape_given(row->reference), "note", shape_given(row->note), "changes",
                shape_given(row->changes), "withdrawn", row->is_withdrawn);
}
