/* SPDX-License-Identifier: MIT */
/*
 * Owns the numbers that say how a store is. They are asked for all the time: none is found by a
 * walk through what only ever grows. Never writes.
 */

#include <errno.h>

#include "store/database.h"
#include "store/report.h"

static int count_notices(Store *store, StoreStatus *status)
{
        ROWS(rows);
        int64_t ended[3];
        int r = rows_open(&rows, store,
                "select state, count(*) from notice where state in (0, 1, 2, 5) group by state",
                NO_VALUES);

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                status->n_notices[row_integer(&rows, 0)] = row_integer(&rows, 1);
        if (r == 0)
                r = db_integers(store,
                        "select sum(sent), sum(failed), sum(cancelled) from channel_tally",
                        NO_VALUES, ended, 3);
        if (r < 0)
                return r;
        status->n_notices[NOTICE_SENT] = ended[0];
        status->n_notices[NOTICE_FAILED] = ended[1];
        status->n_notices[NOTICE_CANCELLED] = ended[2];
        return 0;
}

int store_get_status(Store *store, StoreStatus *ret_status)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select mode, last_wake, newest_payment, open_instalments, "
                "(select count(*) from customer), "
                "(select count(*) from task where closed_at is null), "
                "(select max(last_sent) from channel_tally) from meta where id = 1",
                NO_VALUES);

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        StoreStatus status = {
                .mode = (StoreMode)row_integer(&rows, 0),
                .last_wake = row_instant(&rows, 1),
                .newest_payment = row_date(&rows, 2),
                .n_open_instalments = row_integer(&rows, 3),
                .n_customers = row_integer(&rows, 4),
                .n_tasks = row_integer(&rows, 5),
                .last_sent = row_instant(&rows, 6),
        };
        r = count_notices(store, &status);
        if (r == 0)
                *ret_status = status;
        return r;
}
