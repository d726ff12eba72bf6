/* SPDX-License-Identifier: MIT */
/*
 * Owns the shapes of JSON: names and order of keys. Never reads the store. Fails with NULL, and
 * only for want of memory.
 */

#include "api/shapes.h"

#include "core/reason.h"

/* As the log calls it: who looks from outside cannot tell begun from handed. */
static const char *shown_state(NoticeState state)
{
        return notice_state_names[state == NOTICE_BEGUN ? NOTICE_HANDED : state];
}

static json_t *shape_log_lines(const LogRow *row)
{
        json_t *lines = json_array();

        for (size_t i = 0; i < row->n_lines; i++) {
                const LogLine *line = &row->lines[i];
                json_t *shaped = json_object();
                shape_put(&shaped, "invoice", shape_text(line->invoice));
                shape_put(&shaped, "instalment", json_integer(line->seq));
                shape_put(&shaped, "step", shape_text(line->step));
                shape_put(&shaped, "open", shape_money(line->open, row->currency));
                shape_append(&lines, shaped);
        }
        return lines;
}

json_t *shape_account(const char *customer, const char *currency)
{
        json_t *account = json_object();

        shape_put(&account, "customer", shape_text(customer));
        shape_put(&account, "currency", json_string(currency));
        return account;
}

json_t *shape_log(const Zone *zone, const LogRow *row)
{
        bool is_occasion = row->occasion != NULL;
        json_t *shaped = json_object();

        shape_put(&shaped, "notice", json_integer(row->notice));
        shape_put(&shaped, "at", shape_instant(zone, row->at));
        shape_put(&shaped, "account", shape_account(row->customer, row->currency));
        shape_put(&shaped, "step", shape_text(is_occasion ? NULL : row->step));
        shape_put(&shaped, "action", shape_text(is_occasion ? NULL : action_names[row->action]));
        shape_put(&shaped, "occasion", shape_text(row->occasion));
        shape_put(&shaped, "lines", shape_log_lines(row));
        shape_put(&shaped, "total", shape_money(row->total, row->currency));
        shape_put(&shaped, "deadline", shape_date(row->deadline));
        shape_put(&shaped, "channel", shape_text(row->channel));
        shape_put(&shaped, "to", shape_given(row->to));
        shape_put(&shaped, "state", json_string(shown_state(row->state)));
        shape_put(&shaped, "reason", json_string(reason_code(row->reason)));
        shape_put(&shaped, "attempts", json_integer(row->attempts));
        shape_put(&shaped, "reference", shape_given(row->reference));
        shape_put(&shaped, "delivered", shape_given(row->delivered));
        shape_put(&shaped, "subject", shape_text(row->subject ? row->subject : ""));
        return shaped;
}

json_t *shape_planned(const Zone *zone, const LogRow *row)
{
        json_t *shaped = shape_log(zone, row);

        shape_put(&shaped, "notice", json_null());
        shape_put(&shaped, "state", json_string("planned"));
        return shaped;
}

json_t *shape_invoice(const InvoiceReport *row)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "invoice", shape_text(row->number));
        shape_put(&shaped, "instalment", json_integer(row->seq));
        shape_put(&shaped, "customer", shape_text(row->customer));
        shape_put(&shaped, "currency", json_string(row->currency));
        shape_put(&shaped, "issued", shape_date(row->issued));
        shape_put(&shaped, "due", shape_date(row->due));
        shape_put(&shaped, "amount", shape_money(row->amount, row->currency));
        shape_put(&shaped, "open", shape_money(row->open, row->currency));
        shape_put(&shaped, "status", json_string(invoice_status_names[row->status]));
        shape_put(&shaped, "policy", shape_given(row->policy));
        shape_put(&shaped, "last_step", shape_given(row->last_step));
        shape_put(&shaped, "held", json_boolean(row->is_held));
        shape_put(&shaped, "disputed",
                json_boolean(row->is_disputed || row->status == STATUS_DISPUTED));
        return shaped;
}

json_t *shape_customer(const CustomerReport *row)
{
        bool has_account = !is_empty(row->currency);
        const char *currency = row->currency;
        json_t *shaped = json_object();

        shape_put(&shaped, "customer", shape_text(row->code));
        shape_put(&shaped, "name", shape_text(row->name));
        shape_put(&shaped, "kind", json_string(customer_kind_names[row->kind]));
        shape_put(&shaped, "relation", json_string(relation_names[row->relation]));
        shape_put(&shaped, "language", shape_given(row->language));
        shape_put(&shaped, "country", shape_given(row->country));
        shape_put(&shaped, "email", shape_given(row->email));
        shape_put(&shaped, "phone", shape_given(row->phone));
        shape_put(&shaped, "whatsapp", shape_given(row->whatsapp));
        shape_put(&shaped, "whatsapp_opt_in", shape_date(row->whatsapp_opt_in));
        shape_put(&shaped, "policy", shape_given(row->policy));
        shape_put(&shaped, "tags", shape_given(row->tags));
        shape_put(&shaped, "currency", shape_given(currency));
        shape_put(&shaped, "open", has_account ? shape_money(row->open, currency) : json_null());
        shape_put(&shaped, "credit",
                has_account ? shape_money(row->unassigned, currency) : json_null());
        shape_put(&shaped, "open_instalments", json_integer(row->n_open));
        shape_put(&shaped, "last_contact", shape_date(row->last_contact));
        return shaped;
}

static json_t *shape_bytes(const char *text, size_t length)
{
        _cleanup_(freep) char *copy = strndup(text, length);

        return copy ? shape_text(copy) : NULL;
}

/* One command a line → an array of texts. */
static json_t *shape_lines(const char *text)
{
        json_t *lines = json_array();

        while (text && *text) {
                size_t length = strcspn(text, "\n");
                if (length > 0)
                        shape_append(&lines, shape_bytes(text, length));
                text += length + (text[length] == '\n');
        }
        return lines;
}

json_t *shape_task(const Zone *zone, const TaskReport *row)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "task", json_integer(row->task));
        shape_put(&shaped, "kind", shape_text(row->kind));
        shape_put(&shaped, "customer", shape_given(row->customer));
        shape_put(&shaped, "invoice", shape_given(row->invoice));
        shape_put(&shaped, "instalment", row->seq > 0 ? json_integer(row->seq) : json_null());
        shape_put(&shaped, "since", shape_instant(zone, row->since));
        shape_put(&shaped, "sentence", shape_text(row->sentence ? row->sentence : ""));
        shape_put(&shaped, "commands", shape_lines(row->commands));
        return shaped;
}

json_t *shape_fact(const Zone *zone, const FactReport *row)
{
        bool has_amount = row->amount != 0;
        json_t *shaped = json_object();

        shape_put(&shaped, "fact", json_integer(row->fact));
        shape_put(&shaped, "at", shape_instant(zone, row->at));
        shape_put(&shaped, "date", shape_date(row->date));
        shape_put(&shaped, "kind", shape_text(row->kind));
        shape_put(&shaped, "id", shape_given(row->id));
        shape_put(&shaped, "amount",
                has_amount ? shape_money(row->amount, row->currency) : json_null());
        shape_put(&shaped, "reference", shape_given(row->reference));
        shape_put(&shaped, "note", shape_given(row->note));
        shape_put(&shaped, "changes", shape_given(row->changes));
        shape_put(&shaped, "scope", json_string(row->is_of_customer ? "customer" : "invoice"));
        shape_put(&shaped, "withdrawn", json_boolean(row->is_withdrawn));
        shape_put(&shaped, "withdraws",
                row->withdraws > 0 ? json_integer(row->withdraws) : json_null());
        return shaped;
}
