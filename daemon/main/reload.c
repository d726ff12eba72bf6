/* SPDX-License-Identifier: MIT */
/*
 * Owns the configuration that may follow the firm's: read and checked as relanced --check does, one
 * part in each turn of the loop, so that whatever has to be done meanwhile is done. Never touches
 * the firm before reload_take(). What is wrong is a sentence, logged once; memory that is out is
 * one, too.
 */

#include "main/reload.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>

#include "base/strbuf.h"
#include "sys/log.h"
#include "sys/message-ids.h"

struct Reload {
        const Firm *firm;
        void (*done)(void *owner);
        void *owner;
        sd_event_source *turn;
        size_t n_steps; /* that were done */
        Config *config; /* may be unfit to be run, as of config_examine() */
        Composer *composer;
        ChannelCheck *channels;
        Problems problems;
        char *text;          /* of the problems that are errors */
        const char *problem; /* the same, NULL: there is none */
};

static void add_failure(Reload *reload, int error)
{
        problems_add(&reload->problems, false, reload->firm->config->path, 0,
                "cannot be checked: %s", strerror(-error));
}

/* Two names may be of one folder. */
static bool is_same_folder(const char *a, const char *b)
{
        struct stat one, other;

        return streq(a, b) || (stat(a, &one) == 0 && stat(b, &other) == 0 &&
                                      one.st_dev == other.st_dev && one.st_ino == other.st_ino);
}

static void check_folder(
        Reload *reload, const char *key, const char *now, const char *wanted, ConfigPlace place)
{
        if (!is_same_folder(now, wanted))
                problems_add(&reload->problems, false, place.file, place.line,
                        "%s cannot change while relanced runs: it works in %s; stop it, move the "
                        "folder to %s, then start it again",
                        key, now, wanted);
}

static int read_config(Reload *reload)
{
        const Config *now = reload->firm->config;

        int r = config_examine(now->path, &reload->problems, &reload->config);
        if (r == 0) {
                const Config *wanted = reload->config;
                check_folder(reload, "state", now->state, wanted->state, wanted->state_place);
                check_folder(reload, "cache", now->cache, wanted->cache, wanted->cache_place);
        }
        return r == -EINVAL ? 0 : r;
}

static int read_templates(Reload *reload)
{
        return composer_new(reload->config, &reload->composer);
}

static int check_templates(Reload *reload)
{
        int r = composer_check(reload->composer, &reload->problems);

        return r == -EINVAL ? 0 : r;
}

static int describe(Reload *reload)
{
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < reload->problems.n; i++) {
                const Problem *problem = &reload->problems.list[i];
                if (problem->is_warning)
                        continue;
                strbuf_add(&text, text.length > 0 ? "\n" : "");
                if (problem->file && problem->line > 0)
                        strbuf_addf(&text, "%s:%u: ", problem->file, problem->line);
                else if (problem->file)
                        strbuf_addf(&text, "%s: ", problem->file);
                strbuf_add(&text, problem->text);
        }
        int r = strbuf_error(&text);
        if (r == 0 && text.length > 0)
                r = strbuf_take(&text, &reload->text);
        reload->problem = reload->text;
        strbuf_release(&text);
        return r;
}

/* One line, however much is wrong. */
static void tell_refused(const Reload *reload)
{
        size_t length = strcspn(reload->problem, "\n"), n_more = 0;
        char first[512];
        const LogField fields[] = { { "REASON", first } };

        (void)snprintf(
                first, sizeof(first), "%.*s", (int)MIN(length, sizeof(first) - 1), reload->problem);
        for (const char *at = reload->problem; (at = strchr(at, '\n')); at++)
                n_more++;
        if (n_more == 0)
                log_record(LOG_ERR, MESSAGE_CONFIG_REFUSED, fields, ELEMENTSOF(fields),
                        "the new configuration was not taken over: %s", first);
        else
                log_record(LOG_ERR, MESSAGE_CONFIG_REFUSED, fields, ELEMENTSOF(fields),
                        "the new configuration was not taken over: %s (and %zu mistakes more)",
                        first, n_more);
}

static void finish(Reload *reload)
{
        (void)sd_event_source_set_enabled(reload->turn, SD_EVENT_OFF);
        if (describe(reload) < 0 || (reload->problems.is_incomplete && !reload->problem))
                reload->problem = "there was no memory to tell what is wrong";
        if (reload->problem)
                tell_refused(reload);
        reload->done(reload->owner);
}

static void on_channels_done(void *owner)
{
        finish(owner);
}

static int check_channels(Reload *reload)
{
        const ChannelCheckOrder order = {
                .config = reload->config,
                .problems = &reload->problems,
                .event = reload->firm->engine->event,
                .done = on_channels_done,
                .owner = reload,
        };

        return channel_check_new(&order, &reload->channels);
}

/* Each is done in a turn of its own; the last one finishes by itself. */
static int (*const steps[])(Reload *reload) = {
        read_config,
        read_templates,
        check_templates,
        check_channels,
};

static int on_turn(sd_event_source *source, void *owner)
{
        Reload *reload = owner;

        reload->firm->engine->doing = "a reload";
        int r = steps[reload->n_steps++](reload);
        if (r < 0)
                add_failure(reload, r);
        if (r < 0 || !reload->config)
                finish(reload);
        else if (reload->n_steps == ELEMENTSOF(steps))
                (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
        return 0;
}

int reload_start(const Firm *firm, void (*done)(void *owner), void *owner, Reload **ret_reload)
{
        _cleanup_(reload_freep) Reload *reload = malloc(sizeof(*reload));

        if (!reload)
                return -ENOMEM;
        *reload = (Reload){ .firm = firm, .done = done, .owner = owner };
        int r = sd_event_add_defer(firm->engine->event, &reload->turn, on_turn, reload);
        if (r >= 0)
                r = sd_event_source_set_enabled(reload->turn, SD_EVENT_ON);
        if (r >= 0)
                r = sd_event_source_set_priority(reload->turn, PRIORITY_WORK);
        if (r < 0)
                return r;
        *ret_reload = TAKE_PTR(reload);
        return 0;
}

void reload_free(Reload *reload)
{
        if (!reload)
                return;
        sd_event_source_disable_unref(reload->turn);
        channel_check_free(reload->channels);
        composer_free(reload->composer);
        config_free(reload->config);
        problems_release(&reload->problems);
        free(reload->text);
        free(reload);
}

const char *reload_problem(const Reload *reload)
{
        return reload->problem;
}

int reload_take(Reload *reload, Firm *firm)
{
        int r = engine_set_config(firm->engine, reload->config, reload->composer);

        if (r < 0)
                return r;
        composer_free(firm->composer);
        config_free(firm->config);
        firm->composer = TAKE_PTR(reload->composer);
        firm->config = TAKE_PTR(reload->config);
        log_record(LOG_NOTICE, MESSAGE_CONFIG_RELOADED, NULL, 0,
                "the configuration was read again and is in use");
        return 0;
}
