/* SPDX-License-Identifier: MIT */
/*
 * Times begin and finish as they are with real workers, each durable:
 *
 *         dispatch FOLDER MODULE NOTICES WORKERS AHEAD
 *
 * A firm of so many customers wakes, and all its notices leave through the module
 * `ahead`, which does nothing but ask and finish. FOLDER must not exist. Run again as the worker.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/parse.h"
#include "engine/engine.h"
#include "engine/worker.h"
#include "store/facts.h"
#include "sys/process.h"
#include "tests/unit/put-file.h"

#define NOW ((Instant){ INT64_C(1772701200) * USEC_PER_SEC }) /* Thursday 2026-03-05 09:00 UTC */
#define TODAY ((Date){ 20517 })
#define DUE ((Date){ 20517 - 4 })

static const char config_format[] =
        "creditor = { name = \"Bench\"; country = \"FR\"; timezone = \"UTC\"; language = \"fr\"; "
        "currency = \"EUR\"; address = [ \"Lyon\" ]; registration = \"RCS\"; "
        "iban = \"FR7630006000011234567890189\"; email = \"a@atelier.example\"; "
        "phone = \"+33 1 23 45 67 89\"; };\n"
        "state = \"state\"; cache = \"cache\"; documents = \"documents\";\n"
        "limits = { adopt_max_age_days = 0; };\n"
        "channels = { email = { module = \"%s\"; workers = %" PRId64 "; in_flight = %" PRId64
        "; ahead = %" PRId64 "; }; };\n"
        "policies = { standard = { steps = ( { id = \"remind\"; action = \"remind\"; "
        "after_due = 3; send = [ \"email\" ]; } ); }; };\n"
        "assign = ( { policy = \"standard\"; } );\n";

static double seconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process: on a busy machine it says more than the time that passed. */
static double processor_seconds(void)
{
        struct rusage used;

        getrusage(RUSAGE_SELF, &used);
        return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void must(int r, const char *what)
{
        if (r >= 0)
                return;
        fprintf(stderr, "dispatch: %s: %s\n", what, strerror(-r));
        exit(1);
}

/* A customer with one invoice that is due, for each notice. */
static void fill(Store *store, int64_t n)
{
        int64_t run;
        size_t n_withdrawn;
        int r;

        must(store_begin(store), "begin");
        must(store_set_mode(store, STORE_SIMULATED), "mode");
        must(store_import_begin(store, "bench", NOW, TODAY, &run), "import");
        for (int64_t i = 0; i < n; i++) {
                char code[32], email[64];
                snprintf(code, sizeof(code), "C-%" PRId64, i);
                snprintf(email, sizeof(email), "%s@client.example", code);
                const CustomerRow customer = { .id = code, .name = code, .email = email };
                InvoiceRow invoice = { .number = code,
                        .customer = code,
                        .currency = "EUR",
                        .issued = DUE,
                        .due = DUE,
                        .delivered = DATE_NONE,
                        .discount_until = DATE_NONE,
                        .amount = 100000 };
                must(store_put_customer(store, &customer, NOW), "customer");
                must(store_put_invoice(store, run, &invoice, NOW), "invoice");
        }
        while ((r = store_import_end(store, run, &n_withdrawn)) > 0)
                continue;
        must(r, "import");
        must(store_commit(store), "commit");
}

static Config *configure(char *arguments[], const int64_t *numbers)
{
        StrBuf text = STRBUF_INIT, path = STRBUF_INIT;
        Problems problems = { 0 };
        Config *config = NULL;

        strbuf_addf(&text, config_format, arguments[2], numbers[1],
                MIN(numbers[2] * 2, INT64_C(256)), numbers[2]);
        strbuf_addf(&path, "%s/relanced.conf", arguments[1]);
        must(mkdir(arguments[1], 0700) < 0 ? -1 : 0, "mkdir");
        must(put_file(strbuf_text(&path), strbuf_text(&text), text.length), "write");
        int r = config_load(strbuf_text(&path), &problems, &config);
        for (size_t i = 0; i < problems.n; i++)
                fprintf(stderr, "%u: %s\n", problems.list[i].line, problems.list[i].text);
        must(r, "configuration");
        problems_release(&problems);
        strbuf_release(&text);
        strbuf_release(&path);
        return config;
}

int main(int argc, char *argv[])
{
        _cleanup_(config_freep) Config *config = NULL;
        _cleanup_(composer_freep) Composer *composer = NULL;
        _cleanup_(store_closep) Store *store = NULL;
        _cleanup_(engine_freep) Engine *engine = NULL;
        int64_t numbers[3]; /* notices, workers, ahead */
        WakeResult result;

        if (argc == 3 && streq(argv[1], "--worker"))
                return channel_worker_main(WORKER_FD);
        for (int i = 0; i < 3; i++) {
                if (argc != 6 || parse_int64(argv[3 + i], 1, 1000000, &numbers[i]) < 0) {
                        fprintf(stderr, "usage: dispatch FOLDER MODULE NOTICES WORKERS AHEAD\n");
                        return 2;
                }
        }
        config = configure(argv, numbers);
        must(store_create(config->state, config->cache), "create");
        if (store_open(config->state, config->cache, &store, NULL) != STORE_OPENED)
                return 1;
        fill(store, numbers[0]);
        must(composer_new(config, &composer), "composer");
        must(engine_new(config, store, composer, (Clock){ .fixed = NOW }, &engine), "engine");
        must(engine_wake(engine, false, &result), "wake");
        must(result.n_notices == (size_t)numbers[0] ? 0 : -ENODATA, "notices");
        double began = seconds(), used = processor_seconds();
        must(engine_start_dispatch(engine), "start");
        must(engine_run_until_idle(engine), "run");
        printf("%" PRId64 " workers, %" PRId64 " asked ahead: begin and finish %.0f/s, of which "
               "the daemon computes %.0f us each\n",
                numbers[1], numbers[2], (double)numbers[0] / (seconds() - began),
                (processor_seconds() - used) * 1e6 / (double)numbers[0]);
        return 0;
}
