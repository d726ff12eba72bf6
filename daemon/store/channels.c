/* SPDX-License-Identifier: MIT */
/* Owns what is kept of channels beside their notices. No rule depends on it. */

#include "store/channels.h"

#include <errno.h>

#include "core/reason.h"
#include "store/database.h"

int store_get_channel(Store *store, const char *channel, Arena *arena, ChannelReport *ret_report)
{
        ROWS(rows);
        int r = rows_open_private(&rows, store,
                "select (select max(sent_at) from notice where channel = ?1), "
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
                "select count(*), count(case when reason = ? and attempts > 1 then 1 end) from "
                "notice "
                "where channel = ? and state = 0",
                VALUES(TEXT(reason_code(REASON_RETRY)), TEXT(channel)), n, 2);

        if (r < 0)
                return r;
        *ret_n = n[0];
        *ret_n_retried = n[1];
        return 0;
}

int store_note_channel_error(Store *store, const char *channel, const char *detail, Instant at)
{
        return db_run(store,
                "insert into channel_error (channel, at, detail) values (?, ?, ?) "
                "on conflict do update set at = excluded.at, detail = excluded.detail",
                VALUES(TEXT(channel), TIME(at), TEXT(detail)));
}
