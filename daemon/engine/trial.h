/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_TRIAL_H
#define RELANCED_ENGINE_TRIAL_H

/*
 * One worker of one channel for a person who asks how the channel is, beside the outbox: its module
 * is loaded, its options are checked and it is opened; with a message, that is sent as well; all of
 * it is told step by step. A state machine on an sd-event loop that nothing here waits for; the
 * store and the channel's own workers have no part in it. What is wrong with the channel is part of
 * the report, with file and line as relanced --check tells it.
 */

#include "base/strbuf.h"
#include "channels/channel.h"
#include "config/config.h"
#include "engine/steps.h"

typedef struct sd_event sd_event;
typedef struct Trial Trial;

extern const char *const outcome_names[6]; /* by relanced_outcome_kind: "sent" … */

/* What has come out so far; it lives as long as the trial. No text of it holds a secret, values
 * do. */
typedef struct TrialReport {
        const char *path;                      /* of the module's file; NULL: there is none */
        const char *help;                      /* what the module says it does; NULL: not loaded */
        const struct relanced_option *options; /* its table; NULL: not loaded */
        const struct relanced_value *values;   /* NULL: not right */
        const Problems *problems;              /* of module and options */
        const Steps *steps;
        bool is_begun;    /* was told to go; how far it got then, the outcome says */
        bool is_own_word; /* the outcome is the module's own, not made of how its worker ended */
        struct relanced_outcome outcome; /* once it is done, of a message; detail may be NULL */
        const char *rendered;            /* bytes; NULL: none, and the outcome's detail says why */
        size_t rendered_length;
} TrialReport;

typedef struct TrialOrder {
        const Config *config; /* held by the trial */
        size_t channel;       /* its index there */
        /* Its notice is 0, which no notice of the outbox has. NULL: none is sent, and a channel
         * that would have to make a folder is not opened. */
        const struct relanced_message *message;
        bool is_rendered;   /* it is not sent, but rendered, with its documents' descriptors */
        const char *folder; /* where a message's flight file may lie: not where recovery looks */
        sd_event *event;
} TrialOrder;

/* Starts it; what else the order names outlives the trial. A channel that cannot even be started is
 * part of the report. -ENOMEM. */
int trial_new(const TrialOrder *order, Trial **ret_trial);
/* Ends its worker if it still runs. */
void trial_free(Trial *trial);
DEFINE_CLEANUP(Trial, trial_free)

bool trial_is_done(const Trial *trial);
const TrialReport *trial_report(const Trial *trial);

/* An option of the report's table as it may be shown, in text: of a secret where it comes from
 * ("credential smtp"), "" where it has no value. Whether the configuration gives it. */
bool trial_show_option(const Trial *trial, size_t option, StrBuf *text);

#endif
