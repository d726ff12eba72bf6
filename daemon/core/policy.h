/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_POLICY_H
#define RELANCED_CORE_POLICY_H

/* The rulebook: what the configuration says, as decide() reads it. Built by config/, owned there,
 * never changed afterwards; a reload builds another. */

#include "core/account.h"
#include "core/calendar.h"
#include "core/channel.h"
#include "core/money.h"

typedef enum Trigger {
        TRIGGER_AFTER_DUE,
        TRIGGER_BEFORE_DUE,
        TRIGGER_AFTER_ISSUE,
        TRIGGER_AFTER_PREVIOUS,
        TRIGGER_AFTER_DEADLINE,
} Trigger;

typedef enum Attach {
        ATTACH_NONE,
        ATTACH_OWN,
        ATTACH_OVERDUE
} Attach;

/* What becomes of a step whose notice stays uncertain for limits.uncertain_hours (DESIGN 5). */
typedef enum OnUncertain {
        UNCERTAIN_ASSUME_SENT,
        UNCERTAIN_RESEND,
        UNCERTAIN_ASK
} OnUncertain;

typedef struct Amount {
        char currency[CURRENCY_SIZE];
        int64_t minor;
} Amount;

/* One amount per currency; a currency not listed has none. */
typedef struct Amounts {
        const Amount *list;
        size_t n;
} Amounts;

/* Whom agency and legal steps hand a file to (R17). */
typedef struct Recipient {
        const char *name, *email; /* email "": none is configured */
} Recipient;

typedef struct Step {
        const char *id;
        Action action;
        Trigger trigger;
        int days;          /* the trigger's number, ≥ 0 */
        bool end_of_month; /* the trigger moves to the last day of its month */
        int min_gap_days;  /* -1: not given */
        int deadline_days; /* 0: prints no deadline */
        bool needs_approval;
        bool has_charges;  /* shows late-payment charges (R24) */
        Amounts min_total; /* the ladder waits while the sum asked is smaller (R10) */
        Attach attach;
        OnUncertain on_uncertain;
        int offer_percent;    /* a discount on what is open for paying soon; 0: no offer */
        int offer_days;       /* it is good for, from the day it is sent, that one not counted */
        const char *template; /* folder of its texts; NULL: the action's name */
        unsigned n_routes;
        Route routes[ROUTES_MAX];
} Step;

typedef struct Policy {
        const char *name;
        const Step *steps;
        size_t n_steps; /* 0: chases nobody */
        int min_gap_days;
        int reopen_gap_days;
        int max_promises;       /* that one instalment may be given (R13) */
        int remind_before_days; /* a promise is reminded so long ahead; 0: never (R13) */
        int grace_days;         /* a plan's part may be so late (R15) */
        Amounts tolerance;
        bool lists_upcoming;      /* notices list instalments that are not yet due (R8) */
        unsigned n_thanks_routes; /* 0: no thanks after payment (R11) */
        Route thanks_routes[ROUTES_MAX];
        unsigned n_confirm_routes; /* promises and plans in writing; 0: none (R13) */
        Route confirm_routes[ROUTES_MAX];
} Policy;

/* Unset members match everything (R21). */
typedef struct AssignRule {
        int kind;             /* CustomerKind, or -1 */
        int relation;         /* Relation, or -1 */
        const char *tag;      /* NULL: any */
        const char *currency; /* NULL: any */
        const Amount *amount; /* NULL: any; else instalments of at least that number, in whatever
                                 currency: the one beside it says only how many decimals it has */
        const Policy *policy;
} AssignRule;

typedef struct Limits {
        int contact_gap_days; /* 0: off */
        int adopt_max_age_days;
        int stale_after_days;
        int payments_max_age_days;
        int clock_jump_hours;
        int uncertain_hours;
        int reply_pause_days;
} Limits;

typedef struct Rulebook {
        const Policy *policies;
        size_t n_policies;
        const AssignRule *rules; /* in order; the last matches all */
        size_t n_rules;
        const Channel *channels;
        size_t n_channels;
        Window sending;
        Limits limits;
        Recipient agency, legal;
        Route handover; /* how a file is sent to them: the first e-mail channel, or none (R17) */
} Rulebook;

extern const char *const trigger_names[]; /* configuration keys, by Trigger: "after_due" … */

/* The amount for a currency, or 0. */
int64_t amounts_get(const Amounts *amounts, const char *currency);

/* The policy of that name, or NULL. */
const Policy *rulebook_find_policy(const Rulebook *book, const char *name);

/* Index of the channel of that name, or -1. */
int rulebook_find_channel(const Rulebook *book, const char *name);

/* Index of the step of that id in the ladder, or -1. */
int policy_find_step(const Policy *policy, const char *id);

/* R21: the instalment's own > the customer's > the first rule that matches. NULL: it names a
 * policy that is not configured. */
const Policy *rulebook_policy_of(
        const Rulebook *book, const Account *account, const Instalment *instalment);

#endif
