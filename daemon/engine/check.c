/* SPDX-License-Identifier: MIT */
/* Owns the check of channels: each is described and opened by a trial of its own, all of them side
 * by side, so that no module's code ever runs in the daemon. Nothing is written or sent: a channel
 * that would make a folder is not opened. */

#include "engine/engine.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "engine/trial.h"

typedef struct Check {
        const Config *config;
        sd_event *event;
        Trial *trials[CHANNELS_MAX]; /* NULL: its module is not even named */
} Check;

static int start(Check *check)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < check->config->book.n_channels; i++) {
                const TrialOrder order = {
                        .config = check->config,
                        .channel = i,
                        .event = check->event,
                };
                if (!is_empty(
                            check->config->channels[i].module)) /* told with the file's mistakes */
                        r = trial_new(&order, &check->trials[i]);
        }
        return r;
}

static bool is_done(const Check *check)
{
        for (size_t i = 0; i < CHANNELS_MAX; i++)
                if (check->trials[i] && !trial_is_done(check->trials[i]))
                        return false;
        return true;
}

static void tell(const Check *check, Problems *problems)
{
        for (size_t i = 0; i < CHANNELS_MAX; i++) {
                if (!check->trials[i])
                        continue;
                const Problems *found = trial_report(check->trials[i])->problems;
                for (size_t k = 0; k < found->n; k++)
                        problems_add(problems, found->list[k].is_warning, found->list[k].file,
                                found->list[k].line, "%s", found->list[k].text);
        }
}

int engine_check_channels(const Config *config, Problems *problems)
{
        Check check = { .config = config };

        int r = sd_event_new(&check.event);
        if (r >= 0)
                r = start(&check);
        while (r >= 0 && !is_done(&check))
                r = sd_event_run(check.event, UINT64_MAX);
        if (r >= 0)
                tell(&check, problems);
        for (size_t i = 0; i < CHANNELS_MAX; i++)
                trial_free(check.trials[i]);
        sd_event_unref(check.event);
        return MIN(r, 0);
}
