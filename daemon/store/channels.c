/* SPDX-License-Identifier: MIT */
/* Owns what is kept of channels beside their notices. No rule depends on it. */

#include "store/channels.h"

#include <errno.h>

#include "store/database.h"

int store_get_channel(Store *store, const char *channel, Arena *arena, ChannelReport *ret_report)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select (select last_sent from channel_tally where channel = ?1), "
                "(select at from channel_error where channel = ?1), "
                "(select detail from channel_error where channel = ?1)",
                VALUES(TEXT(channel)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        const ChannelReport report = {
                .last_sent = row_instant(&rows, 0),
                .error_at = row_instant(&rows, 1),
                .error = row_copy(&rows, 2, arena),
        };
        if (!report.error)
                return -ENOMEM;
        *ret_report = report;
        return 0;
}

int store_count_waiting(Store *store, const char *channel, int64_t *ret_n, int64_t *ret_n_retried)
{
        int64_t n[2];
        int r = db_integers(store,
                "select (select count(*) from notice where channel = ?1 and state = 0), "
                "(select count(*) from notice where channel = ?1 and state = 0 "
                "and reason = 'retry' and attempts > 1)",
                VALUES(TEXT(channel)), n, 2);

        if (r < 0)
                return r;
        *ret_n = n[0];
        *ret_n_retried = n[1];
        return 0;
}

/* Of one kind there are few: task_same finds them. */
int store_list_alerts(
        Store *store, const char *kind, int (*row)(void *owner, const TaskReport *row), void *owner)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select id, notice, sentence, commands, since from task "
                "where kind = ? and closed_at is null order by id",
                VALUES(TEXT(kind)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                const TaskReport given = {
                        .task = row_integer(&rows, 0),
                        .notice = row_integer(&rows, 1),
                        .kind = kind,
                        .sentence = row_text(&rows, 2),
                        .commands = row_text(&rows, 3),
                        .since = row_instant(&rows, 4),
                };
                r = row(owner, &given);
        }
        return r;
}

int store_note_channel_error(Store *store, const char *channel, const char *detail, Instant at)
{
        return db_run(store,
                "insert into channel_error (channel, at, detail) values (?, ?, ?) "
                "on conflict do update set at = excluded.at, detail = excluded.detail",
                VALUES(TEXT(channel), TIME(at), TEXT(detail)));
}
