/* SPDX-License-Identifier: MIT */
/* Owns records until they are true. Never fails: without memory a record is lost, and a record of
 * which the store cannot tell more has fewer fields. */

#include "engine/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "engine/changes.h"
#include "sys/log.h"
#include "sys/message-ids.h"

#define INVOICES_MAX 56 /* of a notice about more, the first ones are named */

typedef struct Record {
        LogField fields[INVOICES_MAX + 8];
        size_t n;
} Record;

static void journal_add(Journal *journal, const JournalEntry *entry)
{
        JournalEntry *copy = arena_alloc(&journal->arena, sizeof(*copy));

        if (!copy)
                return;
        *copy = (JournalEntry){
                .priority = entry->priority,
                .message_id = entry->message_id,
                .notice = entry->notice,
                .row = entry->row,
                .customer = arena_strdup(&journal->arena, entry->customer),
                .invoice = arena_strdup(&journal->arena, entry->invoice),
                .channel = arena_strdup(&journal->arena, entry->channel),
                .reason = arena_strdup(&journal->arena, entry->reason),
                .text = arena_strdup(&journal->arena, entry->text),
        };
        if (!journal->first)
                journal->last = &journal->first;
        *journal->last = copy;
        journal->last = &copy->next;
}

void journal_notice(
        Journal *journal, int priority, const char *message_id, int64_t notice, const char *text)
{
        journal_add(journal, &(JournalEntry){ .priority = priority,
                                     .message_id = message_id,
                                     .notice = notice,
                                     .text = text });
}

/* What a record tells of the row of each of its notices, but for number and channel. Names of the
 * configuration last longer than any journal. */
static int draft_row(const DraftSource *source, const Draft *draft, Arena *arena, LogRow *ret_row)
{
        const Contact *contact = &draft->contact;
        LogLine *lines = arena_alloc_array(arena, contact->n_lines, sizeof(*lines));
        const char *customer = arena_strdup(arena, source->account->code);

        if (!lines || !customer)
                return -ENOMEM;
        for (size_t i = 0; i < contact->n_lines; i++) {
                size_t instalment = source->planned->lines[i].instalment;
                lines[i].invoice =
                        arena_strdup(arena, source->account->instalments[instalment].number);
                lines[i].step = contact->lines[i].step;
                if (!lines[i].invoice)
                        return -ENOMEM;
        }
        *ret_row = (LogRow){
                .customer = customer,
                .step = contact->step,
                .occasion = contact->occasion,
                .lines = lines,
                .n_lines = contact->n_lines,
                .state = NOTICE_PENDING,
                .reason = contact->reason,
        };
        return 0;
}

void journal_queued(Journal *journal, const DraftSource *source, const Draft *draft)
{
        LogRow row;

        if (draft->n_notices == 0 || draft_row(source, draft, &journal->arena, &row) < 0)
                return;
        for (size_t i = 0; i < draft->n_notices; i++) {
                LogRow *own = arena_alloc(&journal->arena, sizeof(*own));
                if (!own)
                        return;
                *own = row;
                own->notice = draft->notices[i].id;
                own->channel = draft->notices[i].channel;
                journal_add(journal, &(JournalEntry){ .priority = LOG_INFO,
                                             .message_id = MESSAGE_NOTICE_QUEUED,
                                             .notice = own->notice,
                                             .row = own,
                                             .text = "queued" });
        }
}

void journal_other(Journal *journal, const JournalEntry *entry)
{
        JournalEntry other = *entry;

        other.notice = 0;
        other.row = NULL;
        journal_add(journal, &other);
}

static void record_add(Record *record, const char *name, const char *value)
{
        record->fields[record->n++] = (LogField){ name, value };
}

static bool has_invoice(const Record *record, const char *number)
{
        for (size_t i = 0; i < record->n; i++)
                if (streq(record->fields[i].name, "INVOICE") &&
                        streq(record->fields[i].value, number))
                        return true;
        return false;
}

/* The invoices whose steps the notice carries; all of them where it carries none. Each once. */
static void add_invoices(Record *record, const LogRow *row)
{
        bool has_step = false;

        for (size_t i = 0; i < row->n_lines; i++)
                has_step = has_step || row->lines[i].step;
        for (size_t i = 0; i < row->n_lines && record->n < INVOICES_MAX; i++) {
                const LogLine *line = &row->lines[i];
                if ((!has_step || line->step) && !has_invoice(record, line->invoice))
                        record_add(record, "INVOICE", line->invoice);
        }
}

static int write_row(void *owner, const LogRow *row)
{
        const JournalEntry *entry = owner;
        Record record = { .n = 0 };
        char id[24];

        snprintf(id, sizeof(id), "%" PRId64, row->notice);
        record_add(&record, "NOTICE", id);
        add_invoices(&record, row);
        record_add(&record, "CUSTOMER", row->customer);
        record_add(&record, "CHANNEL", row->channel);
        record_add(&record, "STEP", row->step ? row->step : row->occasion);
        record_add(&record, "STATE", notice_state_names[row->state]);
        record_add(&record, "REASON", reason_code(row->reason));
        log_record(entry->priority, entry->message_id, record.fields, record.n, "notice %s: %s", id,
                entry->text);
        return 0;
}

static void write_other(const JournalEntry *entry)
{
        const LogField fields[] = {
                { "INVOICE", entry->invoice },
                { "CUSTOMER", entry->customer },
                { "CHANNEL", entry->channel },
                { "REASON", entry->reason },
        };

        log_record(
                entry->priority, entry->message_id, fields, ELEMENTSOF(fields), "%s", entry->text);
}

/* Also where the store cannot tell more. */
static void write_notice(JournalEntry *entry, Store *store)
{
        char id[24];

        int r = entry->row ? write_row(entry, entry->row)
                           : store_get_log(store, entry->notice, NULL, write_row, entry);
        if (r == 0)
                return;
        snprintf(id, sizeof(id), "%" PRId64, entry->notice);
        const LogField fields[] = { { "NOTICE", id } };
        log_record(entry->priority, entry->message_id, fields, ELEMENTSOF(fields), "notice %s: %s",
                id, entry->text);
}

void journal_write(Journal *journal, Engine *engine)
{
        int64_t before = 0;

        for (JournalEntry *entry = journal->first; entry; entry = entry->next) {
                if (entry->notice == 0)
                        write_other(entry);
                else
                        write_notice(entry, engine->store);
                if (entry->notice != 0 && entry->notice != before)
                        changes_note(engine->changes, entry->notice);
                before = entry->notice;
        }
        journal_forget(journal);
}

void journal_forget(Journal *journal)
{
        journal->first = NULL;
        arena_reset(&journal->arena);
}

void journal_release(Journal *journal)
{
        journal_forget(journal);
        arena_release(&journal->arena);
}
