/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_ACCOUNT_H
#define RELANCED_CORE_ACCOUNT_H

/*
 * What decide() knows of one account: plain data, read from the store at one instant. Strings and
 * arrays belong to whoever loaded the account (an arena); an absent text is "", never NULL.
 */

#include "core/date.h"
#include "core/money.h"

typedef enum CustomerKind {
        KIND_BUSINESS,
        KIND_CONSUMER,
        KIND_PUBLIC
} CustomerKind;
typedef enum Relation {
        RELATION_GOODS,
        RELATION_SERVICE
} Relation;
typedef enum AddressColumn {
        ADDRESS_NONE,
        ADDRESS_EMAIL,
        ADDRESS_PHONE,
        ADDRESS_WHATSAPP,
        ADDRESS_COLUMNS_MAX
} AddressColumn;

/* Rising severity; ACTION_RECONNECT stands outside every ladder (R16). */
typedef enum Action {
        ACTION_COURTESY,
        ACTION_REMIND,
        ACTION_RESEND,
        ACTION_DEADLINE,
        ACTION_CALL,
        ACTION_SUSPEND,
        ACTION_AGENCY,
        ACTION_LEGAL,
        ACTION_RECONNECT,
        ACTION_MAX
} Action;

typedef enum InvoiceStatus {
        STATUS_OPEN,
        STATUS_DRAFT,
        STATUS_DISPUTED,
        STATUS_CANCELLED
} InvoiceStatus;
typedef enum Method {
        METHOD_TRANSFER,
        METHOD_CARD,
        METHOD_CHEQUE,
        METHOD_DIRECT_DEBIT
} Method;

/* Spelled as in files of facts, configuration and JSON; indexed by the enums above. */
extern const char *const customer_kind_names[3];
extern const char *const relation_names[2];
extern const char *const address_column_names[ADDRESS_COLUMNS_MAX];
extern const char *const action_names[ACTION_MAX];
extern const char *const invoice_status_names[4];
extern const char *const method_names[4];

/* A step that is behind an instalment: sent, or skipped by a person (R2, R3). */
typedef struct Done {
        int64_t contact; /* the decision that sent it; 0 when skipped */
        const char *step;
        Action action;
        Instant at;
        Date on;       /* the creditor's civil day */
        Date deadline; /* printed for this instalment, or DATE_NONE */
        bool is_skip;
} Done;

typedef struct Instalment {
        int64_t invoice;
        int seq;              /* 1, 2, … */
        const char *number;   /* of the invoice */
        Date issued, due;     /* due may be DATE_NONE (R22) */
        int64_t amount, open; /* minor units; open as R10 computes it */
        InvoiceStatus status;
        Method method;
        bool collection_failed; /* a direct debit was rejected or charged back (R22) */
        const char *policy;     /* its own, or "" */
        bool is_disputed; /* by a person (R14); status STATUS_DISPUTED says the same by import */
        bool is_held;
        Date held_until;       /* the hold's last day; DATE_NONE: until released */
        int64_t promise;       /* the last one's fact, broken or not; 0: none (R13) */
        Date promised_until;   /* its day D, or DATE_NONE: none, or it was ended by a release */
        int64_t promised_rest; /* open at most so much by then: the promise is kept; 0: all paid */
        int n_promises;        /* all that stand, this one among them */
        int64_t plan;          /* of a part: the fact of its plan, broken or not; 0: none (R15) */
        bool is_plan_broken;
        int64_t whole;    /* then: the amount of what it replaced, which assigns its policy (R21) */
        int64_t fee;      /* of amount: the plan's fee, paid last; 0 on all but a first part */
        bool is_replaced; /* what was open of it has become a plan's parts (R15) */
        unsigned said; /* bits by NoticeKind: told of its present promise, plan (under way, sent) */
        Date said_on;  /* the day of the last of these, or DATE_NONE */
        Date imported_on;       /* the day it first came in (R18) */
        bool is_adopted;        /* a person approved that it is chased, old as it is (R18) */
        const char *approved;   /* id of the step a person approved last, or "" */
        Date offer_until;       /* last day of the offer last sent, or DATE_NONE */
        int64_t offer_discount; /* what it leaves off: no more than that open, it is settled */
        int64_t granted;        /* of amount: left off for good, as an offer was taken in time */
        Date released_on;       /* the day the last hold or dispute was ended, or DATE_NONE */
        Date reopened_on;       /* R12, or DATE_NONE */
        int64_t reopened_from;  /* what was open before that */
        bool is_handed_over;    /* an agency or legal step is complete (R17) */
        bool is_suspended;      /* a suspend step was sent and no reconnect since (R16) */
        bool is_in_flight;      /* a notice that carries a step of it is pending, handed or begun */
        bool is_uncertain;      /* such a notice may have been sent (DESIGN 5) */
        bool is_aside;          /* every route refused; until the contact changes (R4) */
        bool has_payment;       /* it was paid, not credited alone; nothing was written off */
        bool is_settled;        /* closed and all that follows from it done: nothing to do */
        const Done *done;       /* oldest first */
        size_t n_done;
} Instalment;

typedef struct Account {
        int64_t id, customer;
        char currency[CURRENCY_SIZE];
        const char *code, *name; /* the customer's */
        CustomerKind kind;
        Relation relation;
        const char *country, *language, *timezone;  /* "": the creditor's */
        const char *policy, *tags;                  /* tags: separated by spaces or commas */
        const char *addresses[ADDRESS_COLUMNS_MAX]; /* addresses[ADDRESS_NONE] = "" */
        Date whatsapp_opt_in;      /* no WhatsApp before that day; DATE_NONE: never */
        bool has_refusals;         /* an address of it was refused, or it opted out somewhere */
        uint32_t refused_channels; /* bit i: Rulebook.channels[i] has refused the address, or the
                                      customer has opted out of it */
        LocalTime customer_time;   /* the customer's clock now (R5) */
        int64_t unassigned;        /* credit on the account, ≥ 0 (R10) */
        Date last_contact;         /* day of the last contact, or DATE_NONE (R7) */
        Date last_pressed;         /* the last one of action remind, resend, deadline */
        bool has_contact_in_flight;
        Date paused_until;       /* last day of the pause after a reply, or DATE_NONE (R25) */
        Instalment *instalments; /* by invoice, then seq */
        size_t n_instalments;
} Account;

/* Whether tag is one of the account's customer's tags. */
bool account_has_tag(const Account *account, const char *tag);

#endif
