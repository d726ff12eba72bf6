/* SPDX-License-Identifier: MIT */
/* Owns which mails belong together: those sent to one address that name the same instalment. What
 * may have been sent or was taken back is in no thread: its reader may never have seen it. */

#include "store/thread.h"

#include <errno.h>

#include "core/channel.h"
#include "store/database.h"
#include "store/outbox.h"

/* In its order, once; the oldest makes room. */
static void insert(Thread *thread, int64_t notice, const char *message_id)
{
        size_t at = thread->n;

        while (at > 0 && thread->notices[at - 1] > notice)
                at--;
        if (at > 0 && thread->notices[at - 1] == notice)
                return;
        if (thread->n == THREAD_MAX) {
                if (at-- == 0)
                        return;
                memmove(thread->notices, thread->notices + 1, at * sizeof(*thread->notices));
                memmove(thread->message_ids, thread->message_ids + 1,
                        at * sizeof(*thread->message_ids));
        } else {
                size_t n = thread->n++ - at;
                memmove(thread->notices + at + 1, thread->notices + at,
                        n * sizeof(*thread->notices));
                memmove(thread->message_ids + at + 1, thread->message_ids + at,
                        n * sizeof(*thread->message_ids));
        }
        thread->notices[at] = notice;
        thread->message_ids[at] = message_id;
}

int store_add_to_thread(
        Store *store, int64_t invoice, int seq, const char *to, Arena *arena, Thread *thread)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select n.id, n.message_id from contact_line l "
                "cross join notice n on n.contact = l.contact "
                "where l.invoice = ? and l.seq = ? and n.form = ? and n.state = 3 "
                "and n.recipient = ? order by n.id desc limit ?",
                VALUES(INT(invoice), INT(seq), INT(FORM_EMAIL), TEXT(to), INT(THREAD_MAX)));

        while (r >= 0 && (r = rows_next(&rows)) > 0) {
                const char *message_id = row_copy(&rows, 1, arena);
                if (!message_id)
                        return -ENOMEM;
                insert(thread, row_integer(&rows, 0), message_id);
        }
        return r;
}
