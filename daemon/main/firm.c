/* SPDX-License-Identifier: MIT */
/* Owns the start: what has to be right before anything is done, and the sentences when it is not.
 * Never makes a store. */

#include "main/firm.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#include "sys/message-ids.h"

#define LOCKED_STEP_MS 50

void firm_release(Firm *firm)
{
        engine_free(firm->engine);
        store_close(firm->store);
        composer_free(firm->composer);
        config_free(firm->config);
        *firm = (Firm){ 0 };
}

bool problems_print(const Problems *problems)
{
        for (size_t i = 0; i < problems->n; i++) {
                const Problem *problem = &problems->list[i];
                if (problem->file)
                        (void)fprintf(stderr, "%s:", problem->file);
                if (problem->file && problem->line > 0)
                        (void)fprintf(stderr, "%u:", problem->line);
                (void)fprintf(stderr, "%s%s%s\n", problem->file ? " " : "",
                        problem->is_warning ? "warning: " : "", problem->text);
        }
        if (problems->is_incomplete)
                (void)fputs("there was no memory to tell all problems\n", stderr);
        return problems->n_errors > 0 || problems->is_incomplete;
}

int firm_set_clock(const Arguments *arguments, Firm *firm)
{
        const Zone *zone = zone_find(firm->config->creditor.timezone);

        firm->clock = CLOCK_REAL;
        if (!arguments->at ||
                (zone && zone_parse_time(zone, arguments->at, &firm->clock.fixed) == 0))
                return EXIT_DONE;
        complain(NULL, "--at '%s': a time is YYYY-MM-DD, YYYY-MM-DDTHH:MM or RFC 3339",
                arguments->at);
        return EXIT_USAGE;
}

/* Root owns too much: what is done is done as the user whose store it is. */
static int become_owner(const char *state)
{
        struct stat status;

        if (geteuid() != 0 || stat(state, &status) < 0 || status.st_uid == 0)
                return EXIT_DONE;
        if (setgroups(0, NULL) == 0 && setgid(status.st_gid) == 0 && setuid(status.st_uid) == 0)
                return EXIT_DONE;
        complain(NULL, "cannot become the owner of %s: %s", state, strerror(errno));
        return EXIT_REFUSED;
}

int firm_configure(const Arguments *arguments, Firm *firm)
{
        Problems problems = { 0 };

        int r = config_load(arguments->config, &problems, &firm->config);
        bool has_errors = r < 0 && problems_print(&problems);
        problems_release(&problems);
        if (r < 0) {
                if (has_errors)
                        complain(MESSAGE_CONFIG_ERROR, "%s is not right", arguments->config);
                else
                        complain(MESSAGE_CONFIG_ERROR, "%s: %s", arguments->config, strerror(-r));
                return EXIT_CONFIG;
        }
        r = firm_set_clock(arguments, firm);
        return r == EXIT_DONE ? become_owner(firm->config->state) : r;
}

static void refuse_locked(const char *state, int pid)
{
        StoreHolder holder;

        store_holder(state, &holder);
        pid = holder.pid > 0 ? holder.pid : pid;
        if (*holder.socket)
                complain(MESSAGE_STORE_REFUSED,
                        "the store in %s is in use by process %d, which can be asked at %s", state,
                        pid, holder.socket);
        else if (pid > 0)
                complain(MESSAGE_STORE_REFUSED, "the store in %s is in use by process %d", state,
                        pid);
        else
                complain(MESSAGE_STORE_REFUSED, "the store in %s is in use by another process",
                        state);
}

static int refuse_store(const Config *config, StoreOpened opened, int pid)
{
        const char *state = config->state;

        switch (opened) {
        case STORE_OPENED: return EXIT_DONE;
        case STORE_MISSING:
                complain(MESSAGE_STORE_REFUSED,
                        "there is no store in %s: for a new firm run relanced --init; if there "
                        "was one, put a backup back as %s/relanced.db",
                        state, state);
                break;
        case STORE_LOCKED: refuse_locked(state, pid); return EXIT_LOCKED;
        case STORE_CORRUPT:
                complain(MESSAGE_STORE_REFUSED,
                        "the store in %s is damaged and nothing is sent from it: move its files "
                        "away and put the last backup back as %s/relanced.db",
                        state, state);
                break;
        case STORE_NEWER:
                complain(MESSAGE_STORE_REFUSED,
                        "the store in %s was written by a newer version of relanced: run that "
                        "version, or put a backup from before back as %s/relanced.db",
                        state, state);
                break;
        case STORE_FOREIGN:
                complain(MESSAGE_STORE_REFUSED,
                        "%s/relanced.db is no store of relanced: move it away, then run relanced "
                        "--init for a new firm or put a backup back",
                        state);
                break;
        }
        return EXIT_CONFIG;
}

/* Another command has the store for a moment, and where several wait each of them in its turn;
 * whoever can be asked has it for long. */
static int open_store(Firm *firm, int patience_ms, int *ret_pid)
{
        const Config *config = firm->config;
        StoreHolder holder;
        pid_t last = 0;
        int r, left_ms = patience_ms;

        while ((r = store_open(config->state, config->cache, &firm->store, ret_pid)) ==
                STORE_LOCKED) {
                store_holder(config->state, &holder);
                if (holder.pid != 0 && holder.pid != last) {
                        left_ms = patience_ms;
                        last = holder.pid;
                }
                if (*holder.socket || left_ms <= 0)
                        break;
                (void)poll(NULL, 0, LOCKED_STEP_MS);
                left_ms -= LOCKED_STEP_MS;
        }
        return r;
}

int firm_open(Firm *firm, int patience_ms)
{
        int pid = 0;

        int r = open_store(firm, patience_ms, &pid);
        if (r > 0)
                return refuse_store(firm->config, (StoreOpened)r, pid);
        if (r < 0) {
                complain(MESSAGE_STORE_REFUSED, "the store in %s cannot be opened: %s",
                        firm->config->state, strerror(-r));
                return EXIT_REFUSED;
        }
        r = composer_new(firm->config, &firm->composer);
        if (r == 0)
                r = engine_new(
                        firm->config, firm->store, firm->composer, firm->clock, &firm->engine);
        if (r == 0)
                return EXIT_DONE;
        complain(NULL, "cannot start: %s", strerror(-r));
        return r == -ENOMEM ? EXIT_REFUSED : EXIT_CONFIG;
}

static int set_mode(Firm *firm, StoreMode mode)
{
        int r = store_begin(firm->store);

        if (r == 0)
                r = store_set_mode(firm->store, mode);
        if (r == 0)
                r = store_commit(firm->store);
        if (r == 0)
                return EXIT_DONE;
        store_rollback(firm->store);
        complain(MESSAGE_STORE_REFUSED, "the store cannot be written: %s", strerror(-r));
        return EXIT_REFUSED;
}

int firm_claim(Firm *firm, bool is_sending)
{
        StoreMode wanted = clock_is_simulated(&firm->clock) ? STORE_SIMULATED : STORE_REAL, mode;

        int r = store_get_mode(firm->store, &mode);
        if (r < 0) {
                complain(MESSAGE_STORE_REFUSED, "the store cannot be read: %s", strerror(-r));
                return EXIT_REFUSED;
        }
        if (mode == STORE_SIMULATED && wanted == STORE_REAL) {
                complain(MESSAGE_STORE_REFUSED,
                        "the store in %s is simulated (--at was used on it) and never sends for "
                        "real",
                        firm->config->state);
                return EXIT_CONFIG;
        }
        if (mode == STORE_REAL && wanted == STORE_SIMULATED) {
                complain(MESSAGE_STORE_REFUSED,
                        "the store in %s has really sent: --at is only for one that never did; "
                        "--dry-run is always fine",
                        firm->config->state);
                return EXIT_REFUSED;
        }
        return is_sending && mode == STORE_FRESH ? set_mode(firm, wanted) : EXIT_DONE;
}
