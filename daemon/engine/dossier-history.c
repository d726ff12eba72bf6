/* SPDX-License-Identifier: MIT */
/*
 * Owns the history in a dossier: every notice about its invoices that may have reached somebody or
 * was tried, as it was sent, with the entries of the log's chain that prove it; and what was said
 * and agreed.
 */

#include <errno.h>

#include "engine/dossier-parts.h"
#include "store/chain.h"
#include "sys/file.h"

/* One notice or fact may be about several invoices. */
typedef struct Seen {
        Making *making;
        StrBuf ids; /* of int64_t: notices that are to be in, facts that are in already */
        json_t *list;
} Seen;

/* 1: it was there. */
static bool note(Seen *seen, int64_t id)
{
        for (size_t i = 0; i + sizeof(id) <= seen->ids.length; i += sizeof(id))
                if (memcmp(seen->ids.text + i, &id, sizeof(id)) == 0)
                        return true;
        strbuf_add_bytes(&seen->ids, &id, sizeof(id));
        return false;
}

static json_t *shape_lines(const LogRow *row)
{
        json_t *lines = json_array();

        for (size_t i = 0; i < row->n_lines; i++) {
                json_t *line = json_object();
                shape_put(&line, "invoice", shape_given(row->lines[i].invoice));
                shape_put(&line, "instalment", json_integer(row->lines[i].seq));
                shape_put(&line, "step", shape_given(row->lines[i].step));
                shape_put(&line, "open", shape_money(row->lines[i].open, row->currency));
                shape_append(&lines, line);
        }
        return lines;
}

static int add_entry(void *owner, const ChainEntry *entry)
{
        json_t **entries = owner;
        json_t *shaped = json_object();

        shape_put(&shaped, "entry", json_integer(entry->entry));
        shape_put(&shaped, "event", shape_given(entry->event));
        shape_put(&shaped, "previous", shape_given(entry->previous));
        shape_put(&shaped, "hash", shape_given(entry->hash));
        shape_put(&shaped, "record", shape_given(entry->record));
        shape_append(entries, shaped);
        return *entries ? 0 : -ENOMEM;
}

/* The last entry is the one of what became of it. */
static json_t *shape_last(const json_t *entries)
{
        static const char *const members[] = { "entry", "previous", "hash" };
        const json_t *last = json_array_get(entries, json_array_size(entries) - 1);
        json_t *shaped = json_object();

        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                shape_put(&shaped, members[i], json_incref(json_object_get(last, members[i])));
        return shaped;
}

static int put_proof(Making *making, const LogRow *row, json_t **shaped)
{
        _cleanup_(strbuf_release) StrBuf record = STRBUF_INIT;
        Store *store = making->engine->store;
        json_t *entries = json_array();
        int r = store_get_message_record(store, row->notice, &record);

        if (r == 0)
                r = store_list_chain(store, row->notice, add_entry, &entries);
        if (r == 0 && json_array_size(entries) == 0)
                r = -EUCLEAN;
        if (r < 0) {
                json_decref(entries);
                return r;
        }
        shape_put(shaped, "chain", shape_last(entries));
        shape_put(shaped, "message", shape_given(strbuf_text(&record)));
        shape_put(shaped, "entries", entries);
        return 0;
}

static int shape_notice(Making *making, const LogRow *row, json_t **shaped)
{
        const Zone *zone = making->engine->zone;
        bool is_occasion = row->occasion != NULL;
        char sha256[SHA256_TEXT_SIZE];

        bytes_sha256(row->text, strlen(row->text), sha256);
        shape_put(shaped, "notice", json_integer(row->notice));
        shape_put(shaped, "at", shape_instant(zone, row->at));
        shape_put(shaped, "step", shape_given(is_occasion ? NULL : row->step));
        shape_put(shaped, "action", shape_given(is_occasion ? NULL : action_names[row->action]));
        shape_put(shaped, "occasion", shape_given(row->occasion));
        shape_put(shaped, "lines", shape_lines(row));
        shape_put(shaped, "total", shape_money(row->total, row->currency));
        shape_put(shaped, "deadline", shape_date(row->deadline));
        shape_put(shaped, "channel", shape_given(row->channel));
        shape_put(shaped, "to", shape_given(row->to));
        shape_put(shaped, "state", shape_given(notice_state_names[row->state]));
        shape_put(shaped, "reason", shape_given(reason_code(row->reason)));
        shape_put(shaped, "attempts", json_integer(row->attempts));
        shape_put(shaped, "reference", shape_given(row->reference));
        shape_put(shaped, "delivered", shape_given(row->delivered));
        shape_put(shaped, "delivered_at", json_null());
        shape_put(shaped, "subject", shape_given(row->subject));
        shape_put(shaped, "text", shape_given(row->text));
        shape_put(shaped, "sha256", shape_given(sha256));
        return put_proof(making, row, shaped);
}

static int add_notice(void *owner, const LogRow *row)
{
        Seen *seen = owner;
        bool has_ended = row->state == NOTICE_SENT || row->state == NOTICE_FAILED ||
                         row->state == NOTICE_UNCERTAIN;

        if (!has_ended)
                return 0;
        json_t *shaped = json_object();
        int r = shape_notice(seen->making, row, &shaped);
        shape_append(&seen->list, shaped);
        return r;
}

static int add_fact(void *owner, const FactReport *fact)
{
        Seen *seen = owner;
        const Making *making = seen->making;
        const Zone *zone = making->engine->zone;
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;

        if (fact->is_withdrawn)
                return 0;
        int r = dossier_sentence(making, fact, &sentence);
        if (r != 0 || note(seen, fact->fact))
                return MIN(r, 0);
        json_t *shaped = json_object();
        shape_put(&shaped, "at", shape_instant(zone, fact->at));
        shape_put(&shaped, "date", shape_date(zone_local(zone, fact->at).day));
        shape_put(&shaped, "kind", shape_given(fact->kind));
        shape_put(&shaped, "invoice",
                shape_given(
                        fact->is_of_customer ? NULL : making->invoices[making->at].detail.number));
        shape_put(&shaped, "sentence", shape_given(strbuf_text(&sentence)));
        shape_put(&shaped, "note", shape_given(fact->note));
        shape_put(&shaped, "fact", json_integer(fact->fact));
        shape_append(&seen->list, shaped);
        return strbuf_error(&seen->ids);
}

/* Facts oldest first, whichever invoice they were found by; the list is taken over. */
static json_t *in_order(json_t *list)
{
        json_t *sorted = json_array(), *each;
        size_t i;

        json_array_foreach(list, i, each)
        {
                size_t at = json_array_size(sorted);
                json_int_t id = json_integer_value(json_object_get(each, "fact"));
                while (at > 0 && json_integer_value(json_object_get(
                                         json_array_get(sorted, at - 1), "fact")) > id)
                        at--;
                if (sorted && json_array_insert(sorted, at, each) < 0) {
                        json_decref(sorted);
                        sorted = NULL;
                }
        }
        json_decref(list);
        return sorted;
}

static int add_id(void *owner, int64_t id)
{
        Seen *seen = owner;

        strbuf_add_bytes(&seen->ids, &id, sizeof(id));
        return strbuf_error(&seen->ids);
}

static int compare_ids(const void *a, const void *b)
{
        const int64_t *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

/* A notice about thousands of invoices is read once. */
static int put_each_notice(Seen *seen)
{
        int64_t *ids = (int64_t *)(void *)seen->ids.text;
        size_t n = seen->ids.length / sizeof(*ids);
        int r = 0;

        if (n > 0)
                qsort(ids, n, sizeof(*ids), compare_ids);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (i == 0 || ids[i] != ids[i - 1])
                        r = store_get_log(
                                seen->making->engine->store, ids[i], NULL, add_notice, seen);
        return r;
}

int dossier_put_notices(Making *making)
{
        Seen seen = { .making = making, .list = json_array() };
        int r = 0;

        for (size_t i = 0; r == 0 && i < making->n_invoices; i++)
                r = store_list_notices_about(
                        making->engine->store, making->invoices[i].invoice, add_id, &seen);
        if (r == 0)
                r = put_each_notice(&seen);
        strbuf_release(&seen.ids);
        shape_put(&making->root, "notices", seen.list);
        return r;
}

int dossier_put_facts(Making *making)
{
        Seen seen = { .making = making, .list = json_array() };
        int r = 0;

        for (making->at = 0; r == 0 && making->at < making->n_invoices; making->at++)
                r = store_list_facts(making->engine->store,
                        making->invoices[making->at].detail.number, add_fact, &seen);
        strbuf_release(&seen.ids);
        shape_put(&making->root, "facts", in_order(seen.list));
        return r;
}
