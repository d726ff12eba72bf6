/* SPDX-License-Identifier: MIT */
/*
 * Owns the tries of notices: one row for each that did not send. What sent, and what is under way,
 * is told by the notice's own row, so that a message that goes through at once costs nothing more.
 * Never changes a notice.
 */

#include "store/attempts.h"

#include <errno.h>

#include "store/database.h"
#include "store/report.h"

int attempt_add(Store *store, int64_t notice, NoticeState outcome, Reason reason,
        const char *detail, Instant at)
{
        return db_run(store,
                "insert into attempt (notice, attempt, begun, ended, outcome, reason, detail) "
                "select id, attempts + (state = 1), iif(state = 2, begun_at, null), ?2, ?3, ?4, "
                "coalesce(?5, '') from notice where id = ?1 and state in (1, 2)",
                VALUES(INT(notice), TIME(at), INT(outcome), TEXT(reason_code(reason)),
                        TEXT(detail)));
}

int store_list_attempts(Store *store, int64_t notice,
        int (*row)(void *owner, const AttemptReport *row), void *owner)
{
        ROWS(rows);
        AttemptReport given;
        int r = rows_open(&rows, store,
                "select attempt, begun, ended, outcome, reason, null, detail "
                "from attempt where notice = ?1 "
                "union all "
                "select n.attempts, n.begun_at, n.ended_at, n.state, n.reason, n.reference, "
                "iif(n.state = 3, n.detail, '') from notice n where n.id = ?1 and n.attempts > 0 "
                "and n.state in (2, 3) "
                "and not exists (select 1 from attempt a "
                "where a.notice = ?1 and a.attempt = n.attempts) "
                "order by 1",
                VALUES(INT(notice)));

        while (r == 0 && (r = rows_next(&rows)) > 0) {
                given = (AttemptReport){
                        .attempt = (int)row_integer(&rows, 0),
                        .begun = row_instant(&rows, 1),
                        .ended = row_instant(&rows, 2),
                        .outcome = (NoticeState)row_integer(&rows, 3),
                        .reference = row_text(&rows, 5),
                        .detail = row_text(&rows, 6),
                };
                r = reason_find(row_text(&rows, 4), &given.reason);
                r = r < 0 ? -EUCLEAN : row(owner, &given);
        }
        return r;
}
