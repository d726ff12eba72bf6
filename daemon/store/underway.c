/* SPDX-License-Identifier: MIT */
/* Owns the question what of an account is on its way or was told, for who asks what would leave.
 * Never writes. */

#include <inttypes.h>
#include <stdio.h>

#include "store/accounts.h"
#include "store/database.h"

int store_list_underway(Store *store, int64_t account, int64_t *notices, size_t max, size_t *ret_n)
{
        ROWS(rows);
        size_t n = 0;
        int r = rows_open(&rows, store,
                "select n.id from contact c cross join notice n on n.contact = c.id "
                "where c.account = ?1 and c.is_in_flight = 1 and n.state in (0, 1, 2, 5) "
                "union select n.id from contact c cross join notice n on n.contact = c.id "
                "where c.account = ?1 and c.is_uncertain = 1 and n.state in (0, 1, 2, 5) "
                "order by 1 limit ?2",
                VALUES(INT(account), INT(max)));

        while (r >= 0 && n < max && (r = rows_next(&rows)) > 0)
                notices[n++] = row_integer(&rows, 0);
        if (r >= 0)
                *ret_n = n;
        return MIN(r, 0);
}

int store_has_occasion(Store *store, int64_t account, const char *occasion, const char *subject_key)
{
        int64_t one;

        return db_integers(store,
                "select 1 from notice where account = ? and occasion = ? and subject_key = ? "
                "and occasion is not null and state not in (4, 6) limit 1",
                VALUES(INT(account), TEXT(occasion), TEXT(subject_key)), &one, 1);
}

int store_confirmed_sum(Store *store, int64_t account, int64_t promise, int64_t *ret_minor)
{
        char subject[24];

        (void)snprintf(subject, sizeof(subject), "%" PRId64, promise);
        return db_integers(store,
                "select c.total from notice n cross join contact c on c.id = n.contact "
                "where n.account = ? and n.occasion = 'promise-confirmed' and n.subject_key = ? "
                "and n.occasion is not null and n.state not in (4, 6) limit 1",
                VALUES(INT(account), TEXT(subject)), ret_minor, 1);
}
