/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_REASON_H
#define RELANCED_CORE_REASON_H

/* Why: every judgement, cancellation and refusal has one of these codes and a sentence. */

#include "core/date.h"

typedef enum Reason {
        REASON_DUE,                  /* R2 */
        REASON_DRAFT,                /* R22 */
        REASON_CANCELLED,            /* R22 */
        REASON_CREDIT_NOTE,          /* R22: amount ≤ 0 */
        REASON_NO_DUE_DATE,          /* R22 */
        REASON_DIRECT_DEBIT,         /* R22 */
        REASON_DO_NOT_CONTACT,       /* R22 */
        REASON_UNKNOWN_POLICY,       /* R21 */
        REASON_NO_STEPS,             /* R21: a policy without steps */
        REASON_PAID,                 /* R10, R11 */
        REASON_TOLERATED,            /* R10 */
        REASON_DISPUTED,             /* R14 */
        REASON_HELD,                 /* R2, R14 */
        REASON_HANDED_OVER,          /* R17 */
        REASON_UNCERTAIN,            /* DESIGN 5 */
        REASON_IN_FLIGHT,            /* DESIGN 5 */
        REASON_ALL_ROUTES_REFUSED,   /* R4 */
        REASON_NO_ADDRESS,           /* R4 */
        REASON_LADDER_DONE,          /* R3 */
        REASON_LADDER_DONE_REOPENED, /* R12 */
        REASON_NOT_A_SERVICE,        /* R16: suspend is for services only */
        REASON_NO_DEADLINE,          /* R1, R16: counts from a deadline and none was printed */
        REASON_NOT_YET,              /* R1: the trigger */
        REASON_GAP,                  /* R2 */
        REASON_STEP_TODAY,           /* R3 */
        REASON_DEADLINE_RUNNING,     /* R2 */
        REASON_RELEASED,             /* R2: the day a hold ended */
        REASON_REOPENED,             /* R2, R12 */
        REASON_NEEDS_APPROVAL,       /* a step with approve = true */
        REASON_NEEDS_CALL,           /* action call */
        REASON_NEEDS_PERSON,         /* R17: agency, legal */
        REASON_MIN_TOTAL,            /* R10 */
        REASON_COVERED,              /* R10: unassigned credit covers the sum */
        REASON_CONTACT_IN_FLIGHT,    /* R7 */
        REASON_CONTACT_TODAY,        /* R7 */
        REASON_CONTACT_GAP,          /* R7 */
        REASON_OUTSIDE_WINDOW,       /* R5 */
        REASON_DAY_OVER,             /* R6: not left by the end of its civil day */
        REASON_CHANGED,              /* R9: what it says is no longer so */
        REASON_REFUSED_ADDRESS,      /* outcome of a channel */
        REASON_REFUSED_MESSAGE,      /* outcome of a channel */
        REASON_RETRY,                /* outcome of a channel: surely not sent, later */
        REASON_CHANNEL_DOWN,         /* outcome of a channel */
        REASON_WORKER_DIED,          /* DESIGN 5: begun, and no outcome known */
        REASON_MAY_HAVE_BEEN_SENT,   /* outcome of a channel */
        REASON_SETTLED_BY_PERSON,
        REASON_ASSUMED_SENT,      /* on_uncertain */
        REASON_BY_PERSON,         /* relancectl send */
        REASON_THANKS,            /* R11 */
        REASON_RECONNECT,         /* R16 */
        REASON_PROMISED,          /* R13: a promise runs */
        REASON_PLANNED,           /* R15: its parts are asked for instead */
        REASON_SETTLED,           /* an offer or early-payment discount was taken in time */
        REASON_ADOPTION,          /* R18: older than limits.adopt_max_age_days when it came in */
        REASON_STALE,             /* R18: no wake for too long */
        REASON_PAYMENTS_STALE,    /* R19 */
        REASON_CLOCK_JUMP,        /* R20 */
        REASON_RESTORED,          /* R20: the store is older than its fence */
        REASON_PAUSED,            /* by a person: relancectl pause */
        REASON_REPLIED,           /* R25: the customer has answered */
        REASON_NO_RECIPIENT,      /* R17: approved, and no agency or lawyer is configured */
        REASON_NO_RATE,           /* R24: charges are to be shown and a rate is missing */
        REASON_APPROVED,          /* R17: a person approved the handover */
        REASON_PROMISE_CONFIRMED, /* R13 */
        REASON_PROMISE_REMINDER,  /* R13 */
        REASON_PLAN_CONFIRMED,    /* R15 */
        REASON_MAX
} Reason;

/* The code, e.g. "contact-gap": stable, in JSON, log and manual. */
const char *reason_code(Reason reason);
/* The reason of that code, or -EINVAL. */
int reason_find(const char *code, Reason *ret_reason);

/* What a sentence may name; unset members are left out. */
typedef struct ReasonDetail {
        const char *step; /* or NULL */
        Date date;        /* from when on, until when: as the reason needs, or DATE_NONE */
        const char *text; /* e.g. a policy's or channel's name, or NULL */
} ReasonDetail;

/* Adds a whole sentence in "fr" or "en" (any other language: en), dates as YYYY-MM-DD. */
void reason_sentence(
        Reason reason, const ReasonDetail *detail, const char *language, StrBuf *sentence);

#endif
