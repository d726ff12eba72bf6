/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_CONFIG_H
#define RELANCED_CONFIG_CONFIG_H

/*
 * The owner's one file (DESIGN 4.3), read whole and checked whole: config_load() gives every
 * problem of a file in one run, each with file, line and, for an unknown key, the nearest known
 * one. The result never changes; a reload makes another.
 */

#include "core/charges.h"
#include "core/policy.h"

typedef struct Problem {
        bool is_warning; /* the configuration still stands */
        char *file;      /* the file it is in, or NULL */
        unsigned line;   /* 0: none */
        char *text;
} Problem;

typedef struct Problems {
        Problem *list;
        size_t n, n_errors;
        bool is_incomplete; /* memory ran out */
} Problems;

void problems_release(Problems *problems);
/* file may be NULL, line 0. */
void problems_add(Problems *problems, bool is_warning, const char *file, unsigned line,
        const char *format, ...) _printf_(5, 6);

typedef struct Creditor {
        const char *name, *country, *timezone, *language, *currency;
        const char *const *address; /* lines */
        size_t n_address;
        const char *registration, *vat, *iban, *bic, *email, *phone,
                *copy_to; /* "" when not given */
} Creditor;

typedef enum OptionKind {
        OPTION_TEXT,
        OPTION_INTEGER,
        OPTION_BOOLEAN,
        OPTION_TEXTS,
        OPTION_CREDENTIAL,
        OPTION_FILE,
        OPTION_FAULTY /* it was given, and what is wrong with it is told */
} OptionKind;

/* An option of a channel's module, not yet checked against the module's table. */
typedef struct ChannelOption {
        const char *name;
        OptionKind kind;
        const char *value; /* as text ("25", "true"); of a list, a line for each text; of a secret,
                              its credential's or file's name */
        const char *file;
        unsigned line;
} ChannelOption;

typedef struct ChannelConfig {
        const char *name, *module;
        const char *file;
        unsigned line;
        int workers, in_flight; /* ≥ 1 */
        int rate_per_minute;    /* 0: no limit */
        int timeout_s;
        int max_parts; /* of an SMS */
        bool transliterates;
        const ChannelOption *options;
        size_t n_options;
} ChannelConfig;

/* Where the configuration says something. */
typedef struct ConfigPlace {
        const char *file;
        unsigned line; /* 0: it does not, the default holds */
} ConfigPlace;

typedef struct Config {
        const char *path;
        const char *state, *cache, *documents, *templates; /* folders; cache defaults to
                $CACHE_DIRECTORY, else state/cache; templates "" = only the shipped ones */
        const char *rates; /* folder of the creditor's own rates, if there is one */
        ConfigPlace state_place, cache_place;
        Creditor creditor;
        unsigned wake_days;      /* bit 0 = Monday */
        const int *wake_minutes; /* ascending minutes of the day */
        size_t n_wake_minutes;
        Rulebook book; /* book.channels[i] and channels[i] are the same channel */
        const ChannelConfig *channels;
        ChargeRules charges;
        void *memory; /* private */
} Config;

/*
 * Reads and checks a configuration. Problems are added to problems; *ret_config is given when there
 * was no error among them. 0; -EINVAL: problems has at least one error; other -errno: it could not
 * be read at all (also told in problems).
 */
int config_load(const char *path, Problems *problems, Config **ret_config);
/* The same for who looks for more problems: where the text was understood to its end, *ret_config
 * is given with -EINVAL, too, and has defaults where the errors are. Not fit to be run. */
int config_examine(const char *path, Problems *problems, Config **ret_config);
/* The same as config_load() of a text that is no file: name is what problems call it, its relative
 * paths are as seen from the folder of the file beside; @include is an error. Not fit to be run. */
int config_load_text(const char *name, const char *text, const char *beside, Problems *problems,
        Config **ret_config);
/* A configuration's file and all it includes, as one text (free()). Problems: as config_load(). */
int config_join(const char *path, Problems *problems, char **ret_text);
/* A configuration is counted: who keeps one over a turn of the loop holds it, and the last
 * config_free() frees it. */
Config *config_hold(const Config *config);
void config_free(Config *config);
DEFINE_CLEANUP(Config, config_free)

/* One key of the configuration, for help, manual and tests: "limits.contact_gap_days". */
typedef struct ConfigKey {
        const char *name; /* NAME stands for a channel's or policy's own: "channels.NAME.module" */
        const char *type; /* "whole number", "text", "list of texts", … */
        const char *preset; /* the default, as text, "" = none; NULL: required */
        const char *help;   /* one line; a number's unit is in its name */
        int min, max;       /* of a whole number, both inclusive; else 0, 0 */
} ConfigKey;
const ConfigKey *config_keys(size_t *ret_n);

#endif
