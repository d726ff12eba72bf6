/* SPDX-License-Identifier: MIT */
/* Owns the steps of a trial and that no secret stands in them, whatever a gateway or module repeats
 * of it. Bounded: a module that talks without end is cut short. Never fails: a step for which there
 * is no memory is counted as untold. */

#include "engine/steps.h"

#include "sys/clock.h"

#define SECRET_LENGTH_MIN 4 /* a shorter one would blot out parts of words */

const char *const step_names[6] = { "module", "options", "worker", "address", "said", "begin" };

static void blot_out(char *text, const char *secret)
{
        size_t length = strlen(secret);

        if (length < SECRET_LENGTH_MIN)
                return;
        for (char *at = text; (at = strstr(at, secret)); at += length)
                memset(at, '*', length);
}

const char *steps_keep(Steps *steps, const char *text)
{
        char *copy = arena_strdup(&steps->arena, text);

        for (size_t i = 0; copy && steps->values && steps->options[i].name; i++)
                if (steps->options[i].type == RELANCED_SECRET)
                        blot_out(copy, steps->values[i].value);
        return copy;
}

static void put(Steps *steps, size_t place, const TrialStep *step)
{
        const char *text = steps->n < STEPS_MAX ? steps_keep(steps, step->text) : NULL;

        if (!text) {
                steps->n_untold++;
                return;
        }
        memmove(&steps->list[place + 1], &steps->list[place], (steps->n - place) * sizeof(*step));
        steps->list[place] = *step;
        steps->list[place].text = text;
        steps->list[place].usec = clock_monotonic_usec() - steps->start_usec;
        steps->n++;
}

void steps_add(Steps *steps, StepKind kind, bool is_good, const char *text)
{
        put(steps, steps->n, &(TrialStep){ .kind = kind, .is_good = is_good, .text = text });
}

void steps_add_said(Steps *steps, enum relanced_level level, const char *text)
{
        put(steps, steps->n,
                &(TrialStep){
                        .kind = STEP_SAID,
                        .is_good = level > RELANCED_WARNING,
                        .level = level,
                        .text = text,
                });
}

void steps_insert(Steps *steps, size_t place, StepKind kind, bool is_good, const char *text)
{
        put(steps, place, &(TrialStep){ .kind = kind, .is_good = is_good, .text = text });
}
