/* SPDX-License-Identifier: MIT */
/* Owns what notices mean for their contact, its instalments (in flight, uncertain) and its account
 * (last contact). Never changes a notice. Fails with -errno, in the caller's transaction. */

#include "store/flags.h"

#include <errno.h>

#include "core/decide.h"
#include "store/outbox.h"

#define BIT(state) (1U << (state))

typedef struct Standing {
        bool is_in_flight, is_counted, is_uncertain, is_complete;
} Standing;

static int read_standing(Store *store, int64_t contact, Standing *ret_standing)
{
        ROWS(rows);
        unsigned states = 0;
        int r = rows_open(
                &rows, store, "select state from notice where contact = ?", VALUES(INT(contact)));

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                states |= BIT(row_integer(&rows, 0));
        if (r < 0)
                return r;
        *ret_standing = (Standing){
                .is_in_flight =
                        states & (BIT(NOTICE_PENDING) | BIT(NOTICE_HANDED) | BIT(NOTICE_BEGUN)),
                .is_counted =
                        states & (BIT(NOTICE_BEGUN) | BIT(NOTICE_SENT) | BIT(NOTICE_UNCERTAIN)),
                .is_uncertain = (states & BIT(NOTICE_UNCERTAIN)) && !(states & BIT(NOTICE_SENT)),
                .is_complete = states & BIT(NOTICE_SENT),
        };
        return 0;
}

/* Row by row, by the whole primary key: a set would be gathered in a table of its own first. */
static int refresh_instalments(Store *store, int64_t account, int64_t contact)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select invoice, seq from contact_line where contact = ? and step is not null",
                VALUES(INT(contact)));

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                r = db_run(store,
                        "update instalment set "
                        "is_in_flight = exists (select 1 from contact_line l "
                        "cross join contact c on c.id = l.contact where l.invoice = ?2 "
                        "and l.seq = ?3 and l.step is not null and c.is_in_flight = 1), "
                        "is_uncertain = exists (select 1 from contact_line l "
                        "cross join contact c on c.id = l.contact where l.invoice = ?2 "
                        "and l.seq = ?3 and l.step is not null and c.is_uncertain = 1) "
                        "where account = ?1 and invoice = ?2 and seq = ?3",
                        VALUES(INT(account), INT(row_integer(&rows, 0)),
                                INT(row_integer(&rows, 1))));
        return r;
}

int flags_mark_terms(Store *store, int64_t account, int64_t invoice, int seq)
{
        return db_run(store,
                "update instalment set has_terms = 1 "
                "where account = ? and invoice = ? and seq = ? and has_terms = 0",
                VALUES(INT(account), INT(invoice), INT(seq)));
}

#define OF_TERMS "terms.invoice", "terms.seq", "terms.promise", "terms.plan", "0"
#define NOW_SAID SAID_BITS(OF_TERMS)
#define NOW_SAID_ON SAID_ON(OF_TERMS)

int flags_refresh_said(Store *store, int64_t account, int64_t invoice)
{
        return db_run(store,
                "update terms set said = " NOW_SAID ", said_on = " NOW_SAID_ON
                " where account = ? and invoice = ? and (promise <> 0 or plan <> 0)",
                VALUES(INT(account), INT(invoice)));
}

static int refresh_all_said(Store *store, int64_t account, int64_t contact)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select distinct invoice from contact_line where contact = ?",
                VALUES(INT(contact)));

        while (r >= 0 && (r = rows_next(&rows)) > 0)
                r = flags_refresh_said(store, account, row_integer(&rows, 0));
        return r;
}

static bool is_told_of_terms(int64_t kind)
{
        return kind >= NOTICE_PROMISE_CONFIRMED && kind <= NOTICE_PLAN_CONFIRMED;
}

static int refresh_account(Store *store, int64_t account)
{
        return db_run(store,
                "update account set "
                "last_contact = (select max(day) from contact where account = ?1 and kind = 0 "
                "and is_counted = 1), "
                "last_pressed = (select max(day) from contact where account = ?1 and kind = 0 "
                "and is_counted = 1 and action between 1 and 3), "
                "has_contact_in_flight = exists (select 1 from contact where account = ?1 "
                "and kind = 0 and is_in_flight = 1) "
                "where id = ?1",
                VALUES(INT(account)));
}

int flags_refresh_contact(Store *store, int64_t contact, bool *ret_is_completed)
{
        Standing now;
        int64_t was[6];

        int r = db_integers(store,
                "select account, kind, is_in_flight, is_counted, is_uncertain, is_complete "
                "from contact where id = ?",
                VALUES(INT(contact)), was, 6);
        if (r <= 0)
                return r < 0 ? r : -EUCLEAN;
        r = read_standing(store, contact, &now);
        if (r < 0)
                return r;
        if (ret_is_completed)
                *ret_is_completed = now.is_complete && !was[5];
        if (now.is_in_flight == was[2] && now.is_counted == was[3] && now.is_uncertain == was[4] &&
                now.is_complete == was[5])
                return 0;
        r = db_run(store,
                "update contact set is_in_flight = ?, is_counted = ?, is_uncertain = ?, "
                "is_complete = ? where id = ?",
                VALUES(INT(now.is_in_flight), INT(now.is_counted), INT(now.is_uncertain),
                        INT(now.is_complete), INT(contact)));
        if (r == 0 && (now.is_in_flight != was[2] || now.is_uncertain != was[4]))
                r = refresh_instalments(store, was[0], contact);
        if (r == 0 && was[1] == NOTICE_CONTACT &&
                (now.is_in_flight != was[2] || now.is_counted != was[3]))
                r = refresh_account(store, was[0]);
        if (r == 0 && is_told_of_terms(was[1]))
                r = refresh_all_said(store, was[0], contact);
        return r;
}

int flags_refresh_suspensions(Store *store, int64_t account, int64_t invoice)
{
        return db_run(store,
                "update instalment set is_suspended = " IS_SUSPENDED("instalment.account",
                        "instalment.invoice", "instalment.seq",
                        "0") " where account = ? and invoice = ?",
                VALUES(INT(account), INT(invoice)));
}
