/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_PERSONS_H
#define RELANCED_STORE_PERSONS_H

/*
 * What a person says of a customer or an invoice: facts, as in facts.h, and the state that follows
 * from them. Every call needs the caller's transaction. at: when it was said; today: the creditor's
 * civil day of that.
 */

#include "base/arena.h"
#include "core/account.h"
#include "store/store.h"

/* Targets: an invoice number, or a customer's code; exactly one is not NULL. -ENOENT: no such
 * invoice, customer. */
typedef struct Target {
        const char *invoice, *customer;
} Target;
/* Of a customer: of all its invoices, those that come later, too. until DATE_NONE: without end. */
int store_hold(Store *store, const Target *target, Date until, const char *note, Instant at);
/* Ends disputes, holds and promises (R14), of a customer its pause, too; what stands aside is tried
 * again (R4). */
int store_release(Store *store, const Target *target, Date today, Instant at);
int store_dispute(
        Store *store, const char *invoice, const char *reason, const char *note, Instant at);
/* The number of the fact that was recorded last: of one of these, of a payment. */
int store_last_fact(Store *store, int64_t *ret_fact);

/*
 * What a person says is a fact whose number is given in *ret_fact; it may be withdrawn by
 * store_withdraw(), with everything that followed from it. Positive: it was refused and nothing was
 * written.
 */
typedef enum Said {
        SAID = 0,
        SAID_TOO_MANY_PROMISES = 1, /* R13, without is_forced */
        SAID_NOTHING_OPEN,          /* nothing of it is open */
        SAID_NOT_NEXT,              /* the step is not the next one of any of its instalments */
        SAID_ALREADY,               /* a plan runs already; the fact is withdrawn already */
        SAID_NOT_UNDONE,            /* a fact of this kind cannot be withdrawn */
        SAID_HANDED_OVER,           /* a part of the plan is an agency's or a lawyer's */
} Said;

typedef struct Promise {
        const char *invoice;
        Date until;
        int64_t amount;   /* promised, ≤ what is open; 0: all of it */
        int max_promises; /* of its policy */
        bool is_forced;
        const char *note; /* or NULL */
} Promise;
/* R13: for each open instalment; a new one replaces the old. */
int store_promise(Store *store, const Promise *promise, Instant at, int64_t *ret_fact);
/* Whether store_break_promise() has told of the promise that this instalment has had last. */
int store_is_promise_told(
        Store *store, int64_t account, int64_t invoice, int seq, bool *ret_is_told);
/* Whether what was told is to be seen to once more: a promise was taken back since, and nobody has
 * done the task, nor is it open. */
int store_is_promise_back(
        Store *store, int64_t account, int64_t invoice, int seq, bool *ret_is_back);
/* R13: it ran out: an event, once, however often this is called. */
int store_break_promise(Store *store, int64_t account, int64_t invoice, int seq, Instant at);

typedef struct PlanOrder {
        const char *invoice;
        int n_parts;
        const Date *days; /* of the parts, rising */
        int64_t fee;      /* ≥ 0 */
        const char *policy;
        const char *note; /* or NULL */
} PlanOrder;
/* R15: parts of equal size, odd minor units on the first, take the place of what is open. */
int store_plan(Store *store, const PlanOrder *order, Instant at, Date today, int64_t *ret_fact);
/* R15: an unpaid fee lapses, later parts fall due today, and the parts go on under the invoice's
 * own policy where the ladder of the oldest replaced instalment stood. */
int store_break_plan(Store *store, int64_t account, int64_t plan, Date today, Instant at);

/* R3: it is behind the instalment as though it had been sent that day. seq 0: of each instalment of
 * the invoice that no plan has replaced. The caller decides which step is next, this records.
 * -ENOENT: there is no such instalment. */
typedef struct StepMark {
        int64_t account, invoice;
        int seq;
        const char *step;
        Action action;
        const char *note;
} StepMark;
int store_skip(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact);
/* A person did it (a call, a file that was handed over): done as if sent. */
int store_mark_done(Store *store, const StepMark *mark, Instant at, Date today, int64_t *ret_fact);
/* It may go: approve = true, agency, legal. */
int store_approve(Store *store, const StepMark *mark, Instant at, int64_t *ret_fact);
/* R18: it is chased, old as it is. */
int store_adopt(Store *store, const StepMark *mark, Instant at, int64_t *ret_fact);
/* policy "": what the customer or the rules say. */
int store_assign_policy(
        Store *store, const char *invoice, const char *policy, Instant at, int64_t *ret_fact);
/* R25 */
typedef struct Answered {
        const char *customer, *note;
        const char *channel; /* it came by just now; "": another way, or earlier */
        Date paused_until;
} Answered;
int store_reply(Store *store, const Answered *answered, Instant at, int64_t *ret_fact);
/* Whether a customer has written by that channel since then. */
int store_has_written(
        Store *store, int64_t customer, const char *channel, Instant since, bool *ret_has_written);
/* A channel's name; its addresses of that customer are never used again. */
int store_opt_out(
        Store *store, const char *customer, const char *channel, Instant at, int64_t *ret_fact);
/* Charges of an invoice that were paid (amount > 0) or are waived as of that day (R24). */
int store_waive_charges(
        Store *store, const char *invoice, const char *note, Instant at, int64_t *ret_fact);
/* Withdraws a person's fact by another one: a payment, hold, release, dispute, promise, plan, skip,
 * approval, policy, reply, opt-out. -ENOENT: there is no such fact. */
int store_withdraw(Store *store, int64_t fact, Instant at, Date today, int64_t *ret_fact);

/* What a fact is about, for who would take it back; "" where none. -ENOENT: there is no such fact.
 */
typedef struct FactHead {
        const char *kind, *invoice, *customer;
        bool is_withdrawn;
} FactHead;
int store_find_fact(Store *store, int64_t fact, Arena *arena, FactHead *ret_head);

/* A person has seen to an open task: it is closed, and a fact of its own says so where ret_fact is
 * not NULL. -ENOENT: none of that number is open. */
int store_end_task(Store *store, int64_t task, const char *note, Instant at, int64_t *ret_fact);

/* NULL leaves an address as it is, "" clears it. Frees what stood aside for want of one (R4) and
 * forgets refusals. */
int store_contact(Store *store, const char *customer, const char *email, const char *phone,
        const char *whatsapp, Instant at);

#endif
