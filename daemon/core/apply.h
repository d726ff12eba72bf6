/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_APPLY_H
#define RELANCED_CORE_APPLY_H

/*
 * What becomes of an account, in memory, when what was decided has been sent: as the store does it,
 * for who asks "what if". Pure. What is added lives in the arena, which outlives the account.
 */

#include "base/arena.h"
#include "core/decide.h"

/* A copy whose instalments may be changed; texts and what is done already are shared. -ENOMEM. */
int account_copy(const Account *account, Arena *arena, Account *ret_copy);

/* A line of a notice that was sent; step NULL: only listed. */
typedef struct SentLine {
        size_t instalment; /* index in the account */
        const char *step;
        Action action;
        bool prints_deadline; /* the notice's deadline binds this instalment (R6) */
        int64_t discount;     /* that its step's offer leaves off, or 0 */
} SentLine;

/* A notice that was sent. */
typedef struct Sent {
        int64_t contact; /* the decision it is of; > 0 */
        NoticeKind kind;
        Action action; /* of its lead */
        Instant at;
        Date on; /* the creditor's civil day of at */
        Date deadline, offer_until;
        const SentLine *lines;
        size_t n_lines;
} Sent;

/* -ENOMEM: the account is not to be used any more. */
int account_apply(Account *account, const Sent *sent, Arena *arena);

/* The same of what was decided about this very account, sent at now. */
int account_apply_planned(Account *account, const Decision *decision, const Planned *planned,
        const Now *now, Arena *arena);

/* What the parts of a plan go back to when it breaks: the policy and the amount of the oldest
 * instalment that it replaced, and the steps behind that one (R15). */
typedef struct Heritage {
        const char *policy;
        int64_t amount;
        const Done *done;
        size_t n_done;
} Heritage;

/* whole: with the instalments that are settled. false: the plan has replaced none of them. */
bool account_find_heritage(const Account *whole, int64_t plan, Heritage *ret_heritage);
/* R15: an unpaid fee lapses, later parts fall due today, the ladder goes on where it stood. */
int account_break_plan(
        Account *account, int64_t plan, const Heritage *heritage, Date today, Arena *arena);

/*
 * The first day after today on which the rules may say something else of the account than this
 * decision, if nobody pays and nobody speaks: never too late, at times too early. DATE_NONE: never.
 * Openings within a day are not among it (Decision.waiting_channels).
 */
Date account_next_day(
        const Rulebook *book, const Account *account, const Decision *decision, const Now *now);

#endif
