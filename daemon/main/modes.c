/* SPDX-License-Identifier: MIT */
/* Owns the modes of relanced, one function each. What goes wrong is told on stderr before the
 * status is given. */

#include "main/modes.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "api/api.h"
#include "engine/dossiers.h"
#include "engine/guards.h"
#include "engine/worker.h"
#include "intake/intake.h"
#include "main/firm.h"
#include "main/service.h"
#include "main/sockets.h"
#include "main/stop.h"
#include "store/report.h"
#include "sys/log.h"
#include "sys/message-ids.h"
#include "sys/process.h"

/* How long a command of somebody else is waited for: by a person, and where nobody sits. */
#define PATIENCE_PRIVATE_MS 2000
#define PATIENCE_MS 10000

static int run_worker(const Arguments *arguments)
{
        if (process_become_worker() < 0) {
                complain(NULL, "--worker is how relanced starts its own workers");
                return EXIT_USAGE;
        }
        if (streq(arguments->worker, "channel"))
                return channel_worker_main(WORKER_FD);
        if (streq(arguments->worker, "intake"))
                return intake_worker_main(WORKER_FD);
        return EXIT_USAGE;
}

static int check(const Firm *firm, Problems *problems)
{
        _cleanup_(composer_freep) Composer *composer = NULL;

        int r = composer_new(firm->config, &composer);
        if (r == 0)
                r = composer_check(composer, problems);
        if (r == 0 || r == -EINVAL)
                r = engine_check_channels(firm->config, problems);
        return r == -EINVAL ? 0 : r;
}

/* Every mistake in one run: of the file, of templates, of channels. */
static int run_check(const Arguments *arguments)
{
        Problems problems = { 0 };
        Firm firm = { 0 };

        int r = config_examine(arguments->config, &problems, &firm.config);
        if (firm.config) {
                int more = check(&firm, &problems);
                r = r < 0 ? r : more;
        }
        bool has_errors = problems_print(&problems);
        problems_release(&problems);
        if (r < 0 && !has_errors)
                complain(NULL, "%s: %s", arguments->config, strerror(-r));
        int status = r < 0 || has_errors ? EXIT_REFUSED : EXIT_DONE;
        if (status == EXIT_DONE)
                status = firm_set_clock(arguments, &firm);
        if (status == EXIT_DONE)
                (void)puts("configuration is right");
        firm_release(&firm);
        return status;
}

/* To relancectl, which sends it to where it is compared: whoever asks reads the file, not
 * relanced's own user. */
static int run_join(const Arguments *arguments)
{
        Problems problems = { 0 };
        _cleanup_(freep) char *text = NULL;

        int r = config_join(arguments->config, &problems, &text);
        bool has_errors = r < 0 && problems_print(&problems);
        problems_release(&problems);
        if (r < 0 && !has_errors)
                complain(NULL, "%s: %s", arguments->config, strerror(-r));
        if (r < 0 || fputs(text, stdout) == EOF || fflush(stdout) == EOF)
                return EXIT_REFUSED;
        return EXIT_DONE;
}

static int init(const Firm *firm)
{
        int r = store_create(firm->config->state, firm->config->cache);

        if (r == -EEXIST)
                complain(NULL, "there is a store in %s already", firm->config->state);
        else if (r < 0)
                complain(NULL, "no store can be made in %s: %s", firm->config->state, strerror(-r));
        else
                (void)printf("an empty store is in %s\n", firm->config->state);
        return r < 0 ? EXIT_REFUSED : EXIT_DONE;
}

/* A wake has run; the sentence for what did not go well, and the status. What a guard holds back
 * is as it should be, yet nobody is to think that nothing was due. */
static int judge_wake(const WakeResult *result)
{
        StrBuf names = STRBUF_INIT;

        for (Guard guard = 0; guard < GUARDS; guard++)
                if (result->guards & GUARD_BIT(guard))
                        strbuf_addf(
                                &names, "%s%s", names.length > 0 ? ", " : "", guard_names[guard]);
        if (names.length > 0)
                complain(NULL, "nothing leaves (%s) until relancectl resume: see relancectl tasks",
                        strbuf_text(&names));
        strbuf_release(&names);
        if (result->n_failed == 0)
                return EXIT_DONE;
        complain(NULL, "%zu accounts could not be decided or written to: see relancectl tasks",
                result->n_failed);
        return EXIT_REFUSED;
}

static int print_notice(void *owner, const LogRow *row)
{
        const Engine *engine = owner;
        LocalTime at = zone_local(engine->zone, row->at);
        char day[DATE_TEXT_SIZE], total[MONEY_TEXT_SIZE];

        (void)printf("%s %02d:%02d  %s  %s  %s ", date_format(at.day, day), at.minute / 60,
                at.minute % 60, row->channel, *row->to ? row->to : "-",
                row->step       ? row->step
                : row->occasion ? row->occasion
                                : action_names[row->action]);
        for (size_t i = 0; i < row->n_lines; i++)
                (void)printf(" %s", row->lines[i].invoice);
        (void)printf("  %s %s\n", money_format(row->total, row->currency, total), row->currency);
        return 0;
}

/* Notices that would leave, by number. */
typedef struct Leaving {
        int64_t *ids;
        size_t n;
} Leaving;

static int compare_ids(const void *one, const void *other)
{
        const int64_t *a = one, *b = other;

        return (*a > *b) - (*a < *b);
}

/* What is ready now; what an earlier run has handed out and not begun is taken back first. */
static int find_leaving(const Firm *firm, size_t room, Leaving *leaving)
{
        const Rulebook *book = &firm->config->book;
        Instant now = engine_now(firm->engine).instant;
        size_t n;

        leaving->ids = calloc(MAX(room, (size_t)1), sizeof(*leaving->ids));
        if (!leaving->ids)
                return -ENOMEM;
        int r = store_list_state(firm->store, NOTICE_HANDED, 0, leaving->ids, room, &leaving->n);
        for (size_t i = 0; r == 0 && i < book->n_channels; i++) {
                r = store_list_ready(firm->store, book->channels[i].name, now,
                        leaving->ids + leaving->n, room - leaving->n, &n);
                if (r == 0)
                        leaving->n += n;
        }
        if (r == 0)
                qsort(leaving->ids, leaving->n, sizeof(*leaving->ids), compare_ids);
        return r;
}

static int print_leaving(Firm *firm)
{
        Leaving leaving = { 0 };
        StoreStatus status;

        int r = store_get_status(firm->store, &status);
        size_t room = r < 0 ? 0
                            : (size_t)(status.n_notices[NOTICE_PENDING] +
                                       status.n_notices[NOTICE_HANDED]);
        if (r == 0)
                r = find_leaving(firm, room, &leaving);
        for (size_t i = 0; r == 0 && i < leaving.n; i++)
                r = store_get_log(firm->store, leaving.ids[i], NULL, print_notice, firm->engine);
        if (r == 0)
                (void)printf(
                        "%zu %s would leave\n", leaving.n, leaving.n == 1 ? "notice" : "notices");
        if (r == 0 && room > leaving.n)
                (void)printf("%zu more would wait for their hour\n", room - leaving.n);
        if (r == 0 && (ferror(stdout) || fflush(stdout) == EOF))
                r = -EIO;
        free(leaving.ids);
        return r;
}

/* Everything is done and then undone: one transaction that is rolled back. */
static int dry_run(Firm *firm)
{
        WakeResult result;

        int r = store_begin(firm->store);
        if (r == 0)
                r = engine_wake(firm->engine, true, &result);
        if (r == 0)
                r = print_leaving(firm);
        store_rollback(firm->store);
        if (r < 0) {
                complain(NULL, "the dry run failed: %s", strerror(-r));
                return EXIT_REFUSED;
        }
        return judge_wake(&result);
}

/* A store that has nothing to send stays what it is. */
static int claim_for_sending(Firm *firm)
{
        StoreStatus status;

        int r = store_get_status(firm->store, &status);
        if (r < 0) {
                complain(NULL, "the store cannot be read: %s", strerror(-r));
                return EXIT_REFUSED;
        }
        return firm_claim(firm, status.n_notices[NOTICE_PENDING] > 0);
}

static int tell_stopped(void)
{
        complain(NULL, "stopped before everything was done: the next run goes on");
        return EXIT_REFUSED;
}

static int dispatch(Firm *firm, const Stop *stop)
{
        int r = engine_start_dispatch(firm->engine);

        if (r == 0)
                r = engine_run_until_idle(firm->engine);
        if (r < 0) {
                complain(NULL, "sending has stopped: %s", strerror(-r));
                return EXIT_REFUSED;
        }
        if (stop->is_asked)
                return tell_stopped();
        size_t n = engine_count_stuck(firm->engine);
        if (n == 0)
                return EXIT_DONE;
        complain(NULL,
                "%zu channels are suspended or wait for an earlier worker to end; their "
                "messages wait: see relancectl tasks",
                n);
        return EXIT_REFUSED;
}

/* What was queued before a signal came stays queued. */
static int wake(Firm *firm, const Stop *stop, WakeResult *ret_result)
{
        _cleanup_(wake_freep) Wake *wake = NULL;

        int r = wake_new(firm->engine, false, &wake);
        while (r == 0 && !stop->is_asked) {
                r = wake_step(wake);
                if (r <= 0)
                        break;
                r = stop_look(stop);
        }
        if (r == 0)
                *ret_result = *wake_result(wake);
        return r;
}

static int once(Firm *firm)
{
        _cleanup_(stop_release) Stop stop = { .engine = firm->engine };
        WakeResult result = { 0 };

        int status = firm_claim(firm, clock_is_simulated(&firm->clock));
        if (status != EXIT_DONE)
                return status;
        int r = stop_watch(&stop);
        if (r == 0)
                r = wake(firm, &stop, &result);
        /* What the wake found ready to be handed over, but for its dossier. */
        if (r == 0)
                r = dossiers_await(firm->engine->dossiers, &stop.is_asked);
        if (r > 0)
                r = wake(firm, &stop, &result);
        if (r < 0) {
                complain(NULL, "the wake failed: %s", strerror(-r));
                return EXIT_REFUSED;
        }
        if (stop.is_asked)
                return tell_stopped();
        int failed = judge_wake(&result);
        status = claim_for_sending(firm);
        if (status == EXIT_DONE)
                status = dispatch(firm, &stop);
        return status == EXIT_DONE ? failed : status;
}

/* A simulated store lives in its own time: there the clock stands at its last wake. */
static int keep_simulated_time(Firm *firm)
{
        StoreMode mode;
        int r = store_get_mode(firm->store, &mode);

        if (r < 0 || mode != STORE_SIMULATED || clock_is_simulated(&firm->clock))
                return r;
        r = store_get_last_wake(firm->store, &firm->clock.fixed);
        if (r == 0)
                firm->engine->clock = firm->clock;
        return r;
}

/* To relancectl, which asks nothing before it knows whom it asks. */
static int greet(const char *word, const char *path)
{
        return printf("%s%s\n", word, path) < 0 || fflush(stdout) == EOF ? -EIO : 0;
}

/* The store is locked: by whoever relancectl may ask in our place. */
static void name_holder(const Firm *firm)
{
        StoreHolder holder;

        store_holder(firm->config->state, &holder);
        if (*holder.socket)
                (void)greet("held ", holder.socket);
}

/* The one command that relancectl was asked for, on the socket it has handed over. */
static int serve(Firm *firm)
{
        _cleanup_(api_freep) Api *api = NULL;
        _cleanup_(stop_release) Stop stop = { .engine = firm->engine };

        if (sd_listen_fds(1) != 1) {
                complain(NULL, "--private is how relancectl starts relanced");
                return EXIT_USAGE;
        }
        int status = clock_is_simulated(&firm->clock) ? firm_claim(firm, true) : EXIT_DONE;
        if (status != EXIT_DONE)
                return status;
        int r = keep_simulated_time(firm);
        if (r == 0)
                r = api_new(firm->engine, &api);
        stop.api = api;
        if (r == 0)
                r = stop_watch(&stop);
        if (r == 0)
                r = api_listen(api, SD_LISTEN_FDS_START, RIGHT_OPERATE);
        if (r == 0)
                r = greet("serves", "");
        if (r == 0)
                r = api_run_until_closed(api);
        if (!engine_is_idle(firm->engine)) /* its client went while a message was leaving */
                stop_finish(&stop);
        if (r == 0)
                return EXIT_DONE;
        complain(NULL, "the command failed: %s", strerror(-r));
        return EXIT_REFUSED;
}

static int run_daemon(Firm *firm)
{
        int status = firm_claim(firm, false);

        return status == EXIT_DONE ? service_run(firm) : status;
}

/* A backup that was put back is an alert before anything else is done. */
static int announce_guards(Firm *firm)
{
        int r = guards_announce(firm->engine);

        if (r < 0)
                complain(MESSAGE_STORE_REFUSED, "the store in %s cannot be written: %s",
                        firm->config->state, strerror(-r));
        return r < 0 ? EXIT_REFUSED : EXIT_DONE;
}

static int run_opened(const Arguments *arguments, Firm *firm)
{
        bool is_private = arguments->mode == MODE_PRIVATE;
        int status = firm_open(firm, is_private ? PATIENCE_PRIVATE_MS : PATIENCE_MS);

        if (status == EXIT_LOCKED && is_private)
                name_holder(firm);
        if (status == EXIT_LOCKED && arguments->is_dry_run)
                complain(NULL, "while it runs, relancectl forecast tells what would leave");
        if (status == EXIT_LOCKED && !is_private)
                status = EXIT_REFUSED;
        if (status == EXIT_DONE && !arguments->is_dry_run)
                status = announce_guards(firm);
        if (status == EXIT_DONE && !arguments->is_dry_run &&
                dossiers_new(firm->engine, &firm->engine->dossiers) < 0)
                status = EXIT_REFUSED;
        if (status != EXIT_DONE)
                return status;
        if (is_private)
                return serve(firm);
        if (arguments->mode == MODE_DAEMON)
                return run_daemon(firm);
        return arguments->is_dry_run ? dry_run(firm) : once(firm);
}

static int run_configured(const Arguments *arguments)
{
        Firm firm = { 0 };

        (void)signal(SIGPIPE, SIG_IGN); /* who reads what is told may go before the work is done */
        if (arguments->mode == MODE_DAEMON)
                service_hold_signals();
        int status = firm_configure(arguments, &firm);
        if (status == EXIT_DONE)
                status = arguments->mode == MODE_INIT ? init(&firm) : run_opened(arguments, &firm);
        firm_release(&firm);
        if (status != EXIT_DONE && arguments->mode == MODE_DAEMON)
                sockets_refuse(last_complaint());
        return status == EXIT_CONFIG && arguments->mode != MODE_DAEMON ? EXIT_REFUSED : status;
}

/* Also what the channels' modules say of every step. */
static void choose_log_level(void)
{
        const char *level = getenv("RELANCED_LOG");

        if (level && streq(level, "debug"))
                log_set_level(LOG_DEBUG);
}

int mode_run(const Arguments *arguments)
{
        choose_log_level();
        switch (arguments->mode) {
        case MODE_WORKER: return run_worker(arguments);
        case MODE_CHECK: return run_check(arguments);
        case MODE_JOIN: return run_join(arguments);
        case MODE_HELP: arguments_help(); return EXIT_DONE;
        case MODE_VERSION: (void)puts("relanced " RELANCED_VERSION); return EXIT_DONE;
        case MODE_DAEMON:
        case MODE_INIT:
        case MODE_ONCE:
        case MODE_PRIVATE: return run_configured(arguments);
        }
        return EXIT_USAGE;
}
