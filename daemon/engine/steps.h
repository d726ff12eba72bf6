/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_STEPS_H
#define RELANCED_ENGINE_STEPS_H

/* What happens in a trial of a channel, step by step and without a secret, for a person. */

#include "base/arena.h"
#include "channels/channel.h"

typedef enum StepKind {
        STEP_MODULE,  /* the module's file was found and loaded */
        STEP_OPTIONS, /* they fit the module's table, secrets could be read */
        STEP_WORKER,  /* the module has opened with them */
        STEP_ADDRESS, /* it can write to such an address */
        STEP_SAID,    /* a line of the module's log */
        STEP_BEGIN    /* it asked, and was told to go */
} StepKind;
extern const char *const step_names[6];

typedef struct TrialStep {
        StepKind kind;
        bool is_good;
        enum relanced_level level; /* of STEP_SAID */
        int64_t usec;              /* since the start */
        const char *text;
} TrialStep;

#define STEPS_MAX 100

typedef struct Steps {
        Arena arena; /* their texts */
        int64_t start_usec;
        /* The secrets among these are blotted out of every text. NULL: none is known yet. */
        const struct relanced_option *options;
        const struct relanced_value *values;
        TrialStep list[STEPS_MAX];
        size_t n, n_untold; /* n_untold: had no room */
} Steps;

void steps_add(Steps *steps, StepKind kind, bool is_good, const char *text);
void steps_add_said(Steps *steps, enum relanced_level level, const char *text);
/* In the place of the step that stands there; place ≤ n. */
void steps_insert(Steps *steps, size_t place, StepKind kind, bool is_good, const char *text);

/* A copy that lives as long as the steps; NULL: text is, or memory is out. */
const char *steps_keep(Steps *steps, const char *text);

#endif
