/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_DECIDE_H
#define RELANCED_CORE_DECIDE_H

/*
 * The heart: decide() weighs one account against the rulebook at one instant. Pure: the same
 * arguments give the same decision, nothing is read or written elsewhere. It knows of no notice
 * that was planned earlier except through the account's flags, so it may be asked at any time, and
 * asking again right before sending (R9) must give the same notice.
 */

#include "base/arena.h"
#include "core/account.h"
#include "core/policy.h"
#include "core/reason.h"

typedef enum Verdict {
        VERDICT_NEVER,  /* is not chased at all (R22, R21) */
        VERDICT_CLOSED, /* nothing is owed any more (R10) */
        VERDICT_HELD,   /* until something happens: a person, a contact, an outcome */
        VERDICT_WAIT,   /* until a date or an opening */
        VERDICT_TASK,   /* its next step is a person's */
        VERDICT_DUE,    /* goes out now: it is in one of the decision's notices */
} Verdict;

/* What the rules say of one instalment, and why. */
typedef struct Judgement {
        Verdict verdict;
        Reason reason;
        const Policy *policy; /* NULL: none (REASON_UNKNOWN_POLICY) */
        int next;             /* index of the next step in the policy, or -1 */
        Date earliest;        /* first day on which R1–R3 allow it, or DATE_NONE */
        Date not_before;    /* first day on which every rule known today allows it; DATE_NONE: what
                                 holds it has no known end */
        bool is_listable;   /* overdue and could be chased: shown in its account's notices (R8) */
        bool is_upcoming;   /* not yet overdue, and could be chased: shown there by option (R8) */
        bool has_follow_up; /* closed, and a thanks or a reconnect still follows (R11, R16) */
} Judgement;

typedef struct NoticeLine {
        size_t instalment; /* index in the account */
        int step;          /* index in its policy; -1: only listed */
        bool is_mentioned; /* not yet due and listed by option: not in the sum (R8) */
        int64_t discount;  /* what the step's offer leaves off of it, or 0 */
} NoticeLine;

typedef enum NoticeKind {
        NOTICE_CONTACT,           /* courtesy, remind, resend, deadline (R8) */
        NOTICE_SUSPEND,           /* for one instalment alone */
        NOTICE_RECONNECT,         /* R16 */
        NOTICE_THANKS,            /* an occasion (R11) */
        NOTICE_PROMISE_CONFIRMED, /* an occasion (R13) */
        NOTICE_PROMISE_REMINDER,  /* an occasion (R13) */
        NOTICE_PLAN_CONFIRMED,    /* an occasion (R15) */
        NOTICE_HANDOVER, /* to the agency or lawyer, of one instalment alone, approved (R17) */
} NoticeKind;

#define NOTICE_KINDS (NOTICE_HANDOVER + 1)

/* "thanks", "promise-confirmed" …; NULL: no occasion. */
extern const char *const occasion_names[NOTICE_KINDS];

/* Why nothing at all leaves until a person resumes. A bit of Now.guards for each. */
typedef enum Guard {
        GUARD_PAUSED,   /* by a person */
        GUARD_STALE,    /* R18: it has not woken for too long */
        GUARD_CLOCK,    /* R20: the clock has jumped */
        GUARD_RESTORED, /* R20: the store is older than its fence */
        GUARDS
} Guard;
extern const char *const guard_names[GUARDS]; /* "paused", "stale", "clock-jump", "restored" */
#define GUARD_BIT(guard) (1U << (guard))

/* One decision's message, whatever its number of routes. */
typedef struct Planned {
        NoticeKind kind;
        Action action;        /* of the lead; ACTION_RECONNECT; meaningless for thanks */
        const Policy *policy; /* the lead's */
        const Step *step;     /* the lead's, or NULL (reconnect, thanks) */
        size_t lead;          /* instalment: index in the account */
        NoticeLine *lines;    /* by due date, number, seq */
        size_t n_lines;
        int64_t total;    /* the sum asked, less unassigned credit (R10) */
        Date deadline;    /* or DATE_NONE (R6) */
        Date offer_until; /* last day of the offer its lines' discounts are for, or DATE_NONE */
        const Recipient *recipient; /* of a handover; NULL: the customer */
        const Route *routes;
        unsigned n_routes;
        int chosen[ROUTES_MAX]; /* per route: alternative that is usable, or -1 */
        Reason reason;
} Planned;

typedef struct Decision {
        Judgement *judgements; /* one per instalment of the account */
        Planned *notices;
        size_t n_notices;
        bool has_tasks;            /* some judgement asks for a task, see judgement_task() */
        uint32_t waiting_channels; /* bits: closed now (R5), and something that is due waits for one
                                      of them to open */
} Decision;

typedef struct Now {
        Instant instant;
        LocalTime local;     /* the creditor's clock; local.day is "today" */
        unsigned guards;     /* GUARD_BIT()s that hold now */
        Date newest_payment; /* the newest one that was imported, or DATE_NONE (R19) */
} Now;

/* A person's wish to send an instalment's next step, or a given later one, now (relancectl send,
 * preview): R1–R3 do not hold it, R5, R9 and R22 do. */
typedef struct Forced {
        int64_t invoice;
        int seq;
        const char *step; /* NULL: the next */
        bool is_preview;  /* R5 and R7 do not hold it either */
} Forced;

/*
 * forced may be NULL. The decision lives in the arena and points into account and book.
 * 0, -ENOMEM, or -EOVERFLOW (sums that do not fit: the account is to be reported, R23).
 */
int decide(const Rulebook *book, const Account *account, const Now *now, const Forced *forced,
        Arena *arena, Decision *ret_decision);

/* What a wake records before it decides. R13: whether the promise of this instalment ran out and it
 * is still open. R15: whether a part of that plan is still open when the grace of its policy ends.
 * Neither is, while a dispute or a hold says that nothing is asked for. */
bool promise_is_broken(
        const Rulebook *book, const Account *account, const Instalment *instalment, Date today);
bool plan_is_broken(const Rulebook *book, const Account *account, int64_t plan, Date today);

/* R11: thanks for what is settled: they were said, or none were wanted when it was closed. */
bool planned_is_settled(const Account *account, const Planned *planned);

/* The kind of task a judgement asks for ("no-address", "call", "agency" …), or NULL. */
const char *judgement_task(const Judgement *judgement);

/* Whether a channel can reach the account's customer at all: address, opt-in, not refused. */
bool channel_is_usable(const Rulebook *book, unsigned channel, const Account *account);
/* R5: whatever the configuration says, no one's phone rings between these minutes of their day. */
#define NIGHT_BEGINS (20 * 60)
#define NIGHT_ENDS (8 * 60)
/* Whether it may speak now (R5). */
bool channel_is_open(
        const Rulebook *book, unsigned channel, const Account *account, const Now *now);

#endif
