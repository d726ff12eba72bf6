/* SPDX-License-Identifier: MIT */
/* Owns the check of channels: each is described and opened by a trial of its own, all of them side
 * by side, so that no module's code ever runs in the daemon. Nothing is written or sent: a channel
 * that would make a folder is not opened. Trials are started one in a turn of the loop, since each
 * is a new process. */

#include "engine/engine.h"

#include <errno.h>
#include <systemd/sd-event.h>

#include "engine/trial.h"

struct ChannelCheck {
        ChannelCheckOrder order;
        Trial *trials[CHANNELS_MAX]; /* NULL: its module is not even named */
        size_t n_started;            /* channels that were looked at */
        sd_event_source *start, *post;
        bool is_done;
};

static bool has_answers(const ChannelCheck *check)
{
        for (size_t i = 0; i < check->n_started; i++)
                if (check->trials[i] && !trial_is_done(check->trials[i]))
                        return false;
        return check->n_started == check->order.config->book.n_channels;
}

static void tell(const ChannelCheck *check)
{
        for (size_t i = 0; i < check->n_started; i++) {
                if (!check->trials[i])
                        continue;
                const Problems *found = trial_report(check->trials[i])->problems;
                for (size_t k = 0; k < found->n; k++)
                        problems_add(check->order.problems, found->list[k].is_warning,
                                found->list[k].file, found->list[k].line, "%s",
                                found->list[k].text);
        }
}

/* The owner may free the check when it is called: nothing is touched afterwards. */
static void finish_answered(ChannelCheck *check)
{
        if (check->is_done || !has_answers(check))
                return;
        check->is_done = true;
        check->start = sd_event_source_disable_unref(check->start);
        check->post = sd_event_source_disable_unref(check->post);
        tell(check);
        check->order.done(check->order.owner);
}

/* What is wrong with a channel that cannot even be tried is told as its own. */
static void start_one(ChannelCheck *check)
{
        size_t i = check->n_started++;
        const ChannelConfig *channel = &check->order.config->channels[i];
        const TrialOrder order = {
                .config = check->order.config,
                .channel = i,
                .event = check->order.event,
        };

        if (is_empty(channel->module)) /* told with the file's mistakes */
                return;
        int r = trial_new(&order, &check->trials[i]);
        if (r < 0)
                problems_add(check->order.problems, false, channel->file, channel->line,
                        "channel %s cannot be checked: %s", channel->name, strerror(-r));
}

static int on_start(sd_event_source *source, void *owner)
{
        ChannelCheck *check = owner;

        if (check->n_started < check->order.config->book.n_channels)
                start_one(check);
        if (check->n_started == check->order.config->book.n_channels)
                (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
        finish_answered(check);
        return 0;
}

/* After each turn of the loop: a trial says nothing when it is over. */
static int on_post(sd_event_source *source, void *owner)
{
        finish_answered(owner);
        return 0;
}

int channel_check_new(const ChannelCheckOrder *order, ChannelCheck **ret_check)
{
        _cleanup_(channel_check_freep) ChannelCheck *check = malloc(sizeof(*check));

        if (!check)
                return -ENOMEM;
        *check = (ChannelCheck){ .order = *order };
        int r = sd_event_add_defer(order->event, &check->start, on_start, check);
        if (r >= 0)
                r = sd_event_source_set_enabled(check->start, SD_EVENT_ON);
        if (r >= 0)
                r = sd_event_source_set_priority(check->start, PRIORITY_WORK);
        if (r >= 0)
                r = sd_event_add_post(order->event, &check->post, on_post, check);
        if (r < 0)
                return r;
        *ret_check = TAKE_PTR(check);
        return 0;
}

void channel_check_free(ChannelCheck *check)
{
        if (!check)
                return;
        sd_event_source_disable_unref(check->start);
        sd_event_source_disable_unref(check->post);
        for (size_t i = 0; i < CHANNELS_MAX; i++)
                trial_free(check->trials[i]);
        free(check);
}

static void note_done(void *owner)
{
        *(bool *)owner = true;
}

int engine_check_channels(const Config *config, Problems *problems)
{
        ChannelCheck *check = NULL;
        bool is_done = false;
        ChannelCheckOrder order = {
                .config = config,
                .problems = problems,
                .done = note_done,
                .owner = &is_done,
        };

        int r = sd_event_new(&order.event);
        if (r >= 0)
                r = channel_check_new(&order, &check);
        while (r >= 0 && !is_done)
                r = sd_event_run(order.event, UINT64_MAX);
        channel_check_free(check);
        sd_event_unref(order.event);
        return MIN(r, 0);
}
