/* SPDX-License-Identifier: MIT */
/*
 * Owns what is wrong: a sentence for each thing that needs a person, with what to do. Never changes
 * anything. Fails as the store does.
 */

#include "api/health.h"

#include <errno.h>

#include "api/shapes.h"
#include "engine/schedule.h"
#include "store/channels.h"

/* A wake that is under way, or a timer that comes a little later, is no problem. */
#define WAKE_LATE_USEC (INT64_C(15) * 60 * USEC_PER_SEC)
/* A turn of the loop that people would notice; shorter ones are shown as numbers. */
#define SLOW_USEC (INT64_C(1) * USEC_PER_SEC)

static void add_problem(json_t **problems, const char *format, ...) _printf_(2, 3);
static void add_problem(json_t **problems, const char *format, ...)
{
        StrBuf sentence = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&sentence, format, arguments);
        va_end(arguments);
        shape_append(problems, shape_text(strbuf_text(&sentence)));
        strbuf_release(&sentence);
}

static void add_suspended(
        const Zone *zone, const char *name, const ChannelStanding *standing, json_t **problems)
{
        char day[DATE_TEXT_SIZE];
        StrBuf since = STRBUF_INIT;

        if (instant_is_set(standing->since)) {
                LocalTime local = zone_local(zone, standing->since);
                strbuf_addf(&since, " since %s %02d:%02d", date_format(local.day, day),
                        local.minute / 60, local.minute % 60);
        }
        add_problem(problems,
                "channel '%s' is suspended%s: %s (%lld notice(s) wait). When that is put right: "
                "relancectl test %s --to ADDRESS",
                name, strbuf_text(&since), standing->why, (long long)standing->n_waiting, name);
        strbuf_release(&since);
}

/* A server that cannot be reached suspends nothing: it may be there at the next try. A second
 * failure is worth a look. */
static int add_waiting(
        Exchange *exchange, const char *name, const ChannelStanding *standing, json_t **problems)
{
        ChannelReport report;

        if (standing->n_retried == 0)
                return 0;
        int r = store_get_channel(exchange->engine->store, name, &exchange->arena, &report);
        if (r < 0)
                return r;
        add_problem(problems, "channel '%s': %lld %s for another try: %s", name,
                (long long)standing->n_retried,
                standing->n_retried == 1 ? "notice waits" : "notices wait", report.error);
        return 0;
}

static int look_at_channels(Exchange *exchange, Health *health)
{
        const Rulebook *book = &exchange->engine->config->book;
        int r = 0;

        health->n_channels = book->n_channels;
        for (size_t i = 0; r == 0 && i < book->n_channels; i++) {
                const char *name = book->channels[i].name;
                ChannelStanding *standing = &health->channels[i];
                r = engine_get_standing(
                        exchange->engine, i, &exchange->now, &exchange->arena, standing);
                if (r == 0 && standing->is_suspended)
                        add_suspended(exchange->engine->zone, name, standing, &health->problems);
                else if (r == 0)
                        r = add_waiting(exchange, name, standing, &health->problems);
        }
        return r;
}

/* "/etc/relanced/NAME.conf", for which there is a unit: its name; NULL for any other. */
static const char *unit_of(const char *config)
{
        static const char folder[] = "/etc/relanced/";
        const char *name = config + strlen(folder);

        return strncmp(config, folder, strlen(folder)) == 0 && !strchr(name, '/') ? name : NULL;
}

/* A store that really sends, and whose service should run. */
static void look_for_service(const Engine *engine, const StoreStatus *status, json_t **problems)
{
        const char *name = unit_of(engine->config->path);

        if (!name || engine->service || status->mode != STORE_REAL)
                return;
        bool is_only = streq(name, "relanced.conf");
        add_problem(problems,
                "the service does not run: nothing leaves by itself. See systemctl status "
                "relanced%s%.*s",
                is_only ? "" : "@", is_only ? 0 : (int)strcspn(name, "."), name);
}

/* A store that really sends, and that nobody wakes: there is no daemon, and no timer either. */
static void look_for_missed_wake(
        const Exchange *exchange, const StoreStatus *status, json_t **problems)
{
        const Engine *engine = exchange->engine;
        char day[DATE_TEXT_SIZE], missed_day[DATE_TEXT_SIZE];

        if (engine->service || status->mode != STORE_REAL || !instant_is_set(status->last_wake))
                return;
        Instant now = exchange->now.instant;
        Instant missed = schedule_last(engine->config, engine->zone, now);
        if (status->last_wake.usec >= missed.usec || now.usec - missed.usec < WAKE_LATE_USEC)
                return;
        LocalTime last = zone_local(engine->zone, status->last_wake);
        LocalTime due = zone_local(engine->zone, missed);
        add_problem(problems,
                "the last wake was at %s %02d:%02d, and there was none at %s %02d:%02d: is the "
                "service running? (systemctl status relanced)",
                date_format(last.day, day), last.minute / 60, last.minute % 60,
                date_format(due.day, missed_day), due.minute / 60, due.minute % 60);
}

/* What keeps everything from leaving until a person resumes, before anything else. */
static void look_at_guards(unsigned guards, json_t **problems)
{
        static const char *const sentences[GUARDS] = {
                [GUARD_PAUSED] = "a person has paused all sending",
                [GUARD_STALE] = "nothing had looked at the invoices for too long",
                [GUARD_CLOCK] = "the machine's clock has jumped",
                [GUARD_RESTORED] = "the store is a backup that was put back: what left since may "
                                   "leave again",
        };

        for (Guard guard = 0; guard < GUARDS; guard++)
                if (guards & GUARD_BIT(guard))
                        add_problem(problems,
                                "nothing leaves: %s. See relancectl tasks, then relancectl resume",
                                sentences[guard]);
}

/* R19 */
static void look_at_payments(const Exchange *exchange, json_t **problems)
{
        int days = exchange->engine->config->book.limits.payments_max_age_days;
        Date newest = exchange->now.newest_payment;
        char day[DATE_TEXT_SIZE];

        if (days == 0 ||
                (date_is_set(newest) && date_difference(exchange->now.local.day, newest) <= days))
                return;
        add_problem(problems,
                "no payments %s%s were imported: no deadline or worse leaves until there are newer "
                "ones (limits.payments_max_age_days)",
                date_is_set(newest) ? "after " : "at all",
                date_is_set(newest) ? date_format(newest, day) : "");
}

/* What keeps everything from going on, and goes away by itself once its cause is put right. */
static void look_at_store(const Engine *engine, json_t **problems)
{
        int stopped = engine_stopped_by(engine);

        if (stopped < 0)
                add_problem(problems,
                        "nothing is sent: the store in %s cannot be written: %s. Once that is put "
                        "right, sending goes on by itself",
                        engine->config->state, strerror(-stopped));
}

/* Of the configuration's mistakes the first says most. */
static void look_at_configuration(const Service *service, json_t **problems)
{
        const char *text = service->config_problem;

        if (!text)
                return;
        size_t length = strcspn(text, "\n");
        bool is_all = text[length] == '\0' || text[length + 1] == '\0';
        add_problem(problems, "a newer configuration is refused, the old one is in use: %.*s%s",
                (int)length, text, is_all ? "" : " (relanced --check tells the rest)");
}

static void look_at_wakes(const Engine *engine, Instant now, json_t **problems)
{
        const Service *service = engine->service;
        char day[DATE_TEXT_SIZE];

        if (service->wake_error < 0)
                add_problem(problems,
                        "the last wake has stopped: %s. Once that is put right, another one "
                        "follows by itself",
                        strerror(-service->wake_error));
        if (service->result.n_failed > 0)
                add_problem(problems,
                        "%zu %s could not be decided or written to at the last wake: see "
                        "relancectl tasks",
                        service->result.n_failed,
                        service->result.n_failed == 1 ? "account" : "accounts");
        if (service->is_waking || !instant_is_set(service->next_wake) ||
                now.usec - service->next_wake.usec < WAKE_LATE_USEC)
                return;
        LocalTime due = zone_local(engine->zone, service->next_wake);
        add_problem(problems, "the wake of %s %02d:%02d has not begun yet",
                date_format(due.day, day), due.minute / 60, due.minute % 60);
}

static void look_at_service(const Engine *engine, Instant now, json_t **problems)
{
        const Service *service = engine->service;

        if (!service)
                return;
        look_at_configuration(service, problems);
        look_at_wakes(engine, now, problems);
        if (service->n_failed > 0)
                add_problem(problems,
                        "%zu %s in inbox/failed could not be imported whole: beside %s stands why",
                        service->n_failed, service->n_failed == 1 ? "file" : "files",
                        service->n_failed == 1 ? "it" : "each");
        if (service->loop.recent_usec >= SLOW_USEC)
                add_problem(problems,
                        "everything waited for %lld ms in the last minutes (%s): the disk or the "
                        "machine is slow",
                        (long long)service->loop.recent_usec / 1000, service->loop.longest);
}

int health_get(Exchange *exchange, Health *ret_health)
{
        Engine *engine = exchange->engine;
        Health *health = ret_health;

        *health = (Health){ .service = engine->service, .problems = json_array() };
        int r = store_get_status(engine->store, &health->store);
        if (r < 0)
                return r;
        look_at_guards(exchange->now.guards, &health->problems);
        look_at_payments(exchange, &health->problems);
        if (health->store.n_notices[NOTICE_UNCERTAIN] > 0)
                add_problem(&health->problems,
                        "%lld %s may have been sent or not: see relancectl log --state uncertain",
                        (long long)health->store.n_notices[NOTICE_UNCERTAIN],
                        health->store.n_notices[NOTICE_UNCERTAIN] == 1 ? "notice" : "notices");
        look_at_store(engine, &health->problems);
        look_for_service(engine, &health->store, &health->problems);
        look_for_missed_wake(exchange, &health->store, &health->problems);
        look_at_service(engine, exchange->now.instant, &health->problems);
        return look_at_channels(exchange, health);
}

void health_release(Health *health)
{
        json_decref(health->problems);
        health->problems = NULL;
}
