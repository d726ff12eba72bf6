/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_FLAGS_H
#define RELANCED_STORE_FLAGS_H

/* Private to store/: the flags of contacts, instalments and accounts that follow from the states of
 * notices. Each is recomputed from its sources, never counted up and down. */

#include "store/database.h"

/*
 * Which occasions tell of an instalment's present promise and plan, as bits by kind: all that were
 * not cancelled. Their subjects are the facts. Two that failed tell of it, too: they are not tried
 * again at every wake. SQL expressions; except: a contact that does not count.
 */
#define TOLD_OF(what, invoice, seq, promise, plan, except)                                         \
        "(select " what " from contact_line x "                                                    \
        "cross join contact c on c.id = x.contact where x.invoice = " invoice " and x.seq = " seq  \
        " and c.kind between 4 and 6 and c.id <> " except                                          \
        " and c.subject_key = cast(iif(c.kind = 6, " plan ", " promise ") as text) "               \
        "and exists (select 1 from notice n where n.contact = c.id and n.state <> 6))"
#define SAID_BITS(...) "coalesce(" TOLD_OF("sum(distinct 1 << c.kind)", __VA_ARGS__) ", 0)"
/* The day of the last of them, or null. */
#define SAID_ON(...) TOLD_OF("max(c.day)", __VA_ARGS__)

/*
 * Whether an instalment is suspended (R16): when the last complete contact about it was a suspend
 * step and not a reconnection, or when a person has seen to it herself since.
 */
#define IS_SUSPENDED(account, invoice, seq, except)                                                \
        "coalesce((select c.action = 5 from contact_line x "                                       \
        "cross join contact c on c.id = x.contact "                                                \
        "where x.invoice = " invoice " and x.seq = " seq " and c.is_complete = 1 "                 \
        "and c.id <> " except " and (c.action = 8 or c.action = 5 and x.step is not null) "        \
        "order by c.id desc limit 1), 0) or exists (select 1 from done d "                         \
        "where d.account = " account " and d.invoice = " invoice " and d.seq = " seq               \
        " and d.action = 5 and d.is_skip = 0 and d.contact = 0 "                                   \
        "and d.at > coalesce((select max(c.at) from contact_line x "                               \
        "cross join contact c on c.id = x.contact where x.invoice = d.invoice "                    \
        "and x.seq = d.seq and c.is_complete = 1 and c.action = 8 "                                \
        "and c.id <> " except "), 0))"

/* The instalment has a row of terms: whoever reads its account is told to look for it. */
int flags_mark_terms(Store *store, int64_t account, int64_t invoice, int seq);

/* What was said of an invoice's instalments. */
int flags_refresh_said(Store *store, int64_t account, int64_t invoice);

/* After a notice of the contact was added or changed its state. *ret_is_completed (may be NULL):
 * the contact's first notice was sent just now. */
int flags_refresh_contact(Store *store, int64_t contact, bool *ret_is_completed);

/* What is suspended of an invoice, from its contacts and the steps a person did (R16). */
int flags_refresh_suspensions(Store *store, int64_t account, int64_t invoice);

#endif
