/* SPDX-License-Identifier: MIT */
/* Owns records until they are true. Never fails: without memory a record is lost, and a record of
 * which the store cannot tell more has fewer fields. */

#include "engine/journal.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/strbuf.h"
#include "store/report.h"
#include "sys/log.h"

static void journal_add(Journal *journal, const JournalEntry *entry)
{
        JournalEntry *copy = arena_alloc(&journal->arena, sizeof(*copy));

        if (!copy)
                return;
        *copy = (JournalEntry){
                .priority = entry->priority,
                .message_id = entry->message_id,
                .notice = entry->notice,
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

void journal_other(Journal *journal, const JournalEntry *entry)
{
        JournalEntry other = *entry;

        other.notice = 0;
        journal_add(journal, &other);
}

/* The invoices whose steps the notice carries; all of them where it carries none. */
static void add_invoices(StrBuf *invoices, const LogRow *row, bool with_step)
{
        const char *before = NULL;

        for (size_t i = 0; i < row->n_lines; i++) {
                const LogLine *line = &row->lines[i];
                if ((with_step && !line->step) || streq_or_null(before, line->invoice))
                        continue;
                strbuf_addf(invoices, "%s%s", before ? "," : "", line->invoice);
                before = line->invoice;
        }
}

static int write_row(void *owner, const LogRow *row)
{
        const JournalEntry *entry = owner;
        StrBuf invoices = { .limit = 1024 };
        char id[24];

        snprintf(id, sizeof(id), "%" PRId64, row->notice);
        add_invoices(&invoices, row, true);
        if (invoices.length == 0)
                add_invoices(&invoices, row, false);
        const LogField fields[] = {
                { "NOTICE", id },
                { "INVOICE", strbuf_text(&invoices) },
                { "CUSTOMER", row->customer },
                { "CHANNEL", row->channel },
                { "STEP", row->step ? row->step : row->occasion },
                { "STATE", notice_state_names[row->state] },
                { "REASON", reason_code(row->reason) },
        };
        log_record(entry->priority, entry->message_id, fields, ELEMENTSOF(fields), "notice %s: %s",
                id, entry->text);
        strbuf_release(&invoices);
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

void journal_write(Journal *journal, Store *store)
{
        for (JournalEntry *entry = journal->first; entry; entry = entry->next) {
                if (entry->notice == 0 || store_get_log(store, entry->notice, write_row, entry) < 0)
                        write_other(entry);
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
