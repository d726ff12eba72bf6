/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_KEYS_H
#define RELANCED_CONFIG_KEYS_H

/*
 * The one table of keys: what the configuration may say, of what type, in what range, what it is
 * when it says nothing, and where its value goes. read.h reads by it, config_keys() shows it.
 */

#include "config/tree.h"

/* A group that keys stand in. The struct their values go to stands beside it. */
typedef enum Section {
        SECTION_FILE,      /* FileValues */
        SECTION_CREDITOR,  /* CreditorValues */
        SECTION_WAKE,      /* WakeValues */
        SECTION_SENDING,   /* WindowValues; also of a channel */
        SECTION_CALENDAR,  /* CalendarValues */
        SECTION_LIMITS,    /* Limits */
        SECTION_RECIPIENT, /* RecipientValues: agency, legal */
        SECTION_CHARGES,   /* ChargesValues */
        SECTION_CHANNEL,   /* ChannelValues */
        SECTION_POLICY,    /* PolicyValues */
        SECTION_STEP,      /* StepValues */
        SECTION_OFFER,     /* OfferValues */
        SECTION_AMOUNT,    /* AmountValues: an element of tolerance, min_total */
        SECTION_RULE,      /* RuleValues: an element of assign */
        SECTION_WHEN,      /* WhenValues */
} Section;

/* The C type a value is stored as stands beside its type. */
typedef enum KeyType {
        KEY_TEXT,     /* const char * */
        KEY_NAME,     /* const char *: letters, digits, "-", "_"; "" for none */
        KEY_MODULE,   /* const char *: a name, or an absolute path */
        KEY_LABEL,    /* const char *: 1 to 128 bytes, no blank at its ends */
        KEY_PATH,     /* const char * */
        KEY_EMAIL,    /* const char *, "" for none */
        KEY_COUNTRY,  /* const char * */
        KEY_LANGUAGE, /* const char * */
        KEY_CURRENCY, /* const char * */
        KEY_ZONE,     /* const char * */
        KEY_CALENDAR, /* const char *, "" for the default */
        KEY_NUMBER,   /* int; KEY_UNSET when not given and without a default */
        KEY_CHOICE,   /* int: index in choices; KEY_UNSET as above */
        KEY_BOOLEAN,  /* bool */
        KEY_TIME,     /* int: minute of the day */
        KEY_DAYS,     /* unsigned: bit 0 = Monday */
        KEY_TEXTS,    /* const Node *: list of texts, NULL when not given */
        KEY_GROUP,    /* const Node *, NULL when not given */
        KEY_GROUPS,   /* const Node *: list of groups, NULL when not given */
} KeyType;

#define KEY_UNSET (-1)

typedef struct Key {
        Section section;
        ConfigKey about; /* about.name has the whole path; the name in its group is key_name() */
        KeyType type;
        const char *const *choices; /* of KEY_CHOICE */
        size_t n_choices;
        size_t offset; /* of the value in the section's struct */
} Key;

const Key *keys_all(size_t *ret_n);
const char *key_name(const Key *key);
/* The key of that name in a section, or NULL. */
const Key *key_find(Section section, const char *name);

typedef struct FileValues {
        const Node *creditor, *wake, *sending, *calendars, *limits, *channels, *policies, *assign,
                *agency, *legal, *charges;
        const char *state, *cache, *documents, *templates, *rates;
        int store;
} FileValues;

typedef struct CreditorValues {
        Creditor creditor; /* all but its address */
        const Node *address;
} CreditorValues;

typedef struct WakeValues {
        unsigned days;
        const Node *at;
} WakeValues;

typedef struct WindowValues {
        unsigned days;
        int from, to;
        const char *holidays;
} WindowValues;

typedef struct CalendarValues {
        const char *like;
        const Node *add, *remove;
} CalendarValues;

typedef struct RecipientValues {
        const char *name, *email;
} RecipientValues;

typedef struct ChargesValues {
        int business, public, consumer; /* Regime, or REGIMES: by the creditor's country */
        const Node *fixed;
} ChargesValues;

typedef struct ChannelValues {
        const char *module;
        int address; /* AddressColumn */
        int workers, in_flight, rate_per_minute, timeout_s, max_parts;
        bool transliterate;
        const Node *sending;
} ChannelValues;

typedef struct PolicyValues {
        const Node *steps, *tolerance, *thanks, *confirm;
        int min_gap_days, reopen_gap_days, max_promises, remind_before_days, grace_days;
        bool list_upcoming;
} PolicyValues;

typedef struct StepValues {
        const char *id, *template;
        int action, attach, on_uncertain;
        int timing[5]; /* by Trigger */
        int min_gap_days, deadline_days;
        bool end_of_month, charges, approve;
        const Node *send, *min_total, *offer;
} StepValues;

typedef struct OfferValues {
        int percent, valid_days;
} OfferValues;

typedef struct AmountValues {
        const char *currency, *amount;
} AmountValues;

typedef struct RuleValues {
        const Node *when;
        const char *policy;
} RuleValues;

typedef struct WhenValues {
        int kind, relation;
        const char *tag, *currency, *amount;
} WhenValues;

#endif
