/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_FIRM_FIXTURE_H
#define RELANCED_TESTS_FIRM_FIXTURE_H

/* A whole firm in a folder: configuration, store, composer, engine, the clock standing at NOON.
 * After cmocka and store-fixture.h. */

#include <systemd/sd-event.h>

#include "engine/engine.h"
#include "put-file.h"

typedef struct Firm {
        Fixture base;
        Config *config;
        Composer *composer;
        Engine *engine;
} Firm;

#define STEPS_DEFAULT                                                                              \
        "{ id = \"remind\"; action = \"remind\"; after_due = 3; send = [ \"wild|paper\" ]; }"

/* The module that misbehaves, as built. */
static inline const char *wild_module(void)
{
        const char *path = getenv("RELANCED_WILD_MODULE");

        if (!path)
                skip();
        return path;
}

static inline void firm_write_config(const Firm *firm, const char *steps, const char *channel_keys)
{
        StrBuf text = STRBUF_INIT;
        char path[128];

        strbuf_addf(&text,
                "creditor = { name = \"Atelier Dumont\"; country = \"FR\"; timezone = \"UTC\"; "
                "language = \"fr\"; currency = \"EUR\"; address = [ \"Lyon\" ]; "
                "registration = \"RCS\"; iban = \"FR7630006000011234567890189\"; "
                "email = \"compta@atelier.example\"; phone = \"+33 1 23 45 67 89\"; };\n"
                "state = \"state\"; cache = \"cache\"; documents = \"documents\";\n"
                "wake = { days = \"mon-sun\"; at = [ \"09:00\" ]; };\n"
                "sending = { days = \"mon-fri\"; from = \"08:00\"; to = \"18:00\"; holidays = "
                "\"FR\"; };\n"
                "limits = { contact_gap_days = 3; uncertain_hours = 1; adopt_max_age_days = 0; "
                "stale_after_days = 0; clock_jump_hours = 0; };\n"
                "channels = {\n"
                "  wild = { module = \"%s\"; address = \"email\"; out = \"%s/left\"; %s };\n"
                "  paper = { module = \"file\"; path = \"paper\"; address = \"email\"; };\n"
                "  late = { module = \"file\"; path = \"late\"; address = \"email\"; "
                "sending = { days = \"mon-fri\"; from = \"14:00\"; to = \"18:00\"; holidays = "
                "\"FR\"; }; };\n"
                "};\n"
                "policies = { standard = { steps = ( %s ); }; };\n"
                "assign = ( { policy = \"standard\"; } );\n",
                wild_module(), firm->base.folder, channel_keys, steps);
        snprintf(path, sizeof(path), "%s/relanced.conf", firm->base.folder);
        assert_ok(put_file(path, strbuf_text(&text), text.length));
        strbuf_release(&text);
}

static inline void firm_stop(Firm *firm)
{
        engine_free(firm->engine);
        composer_free(firm->composer);
        config_free(firm->config);
        firm->engine = NULL;
        firm->composer = NULL;
        firm->config = NULL;
}

/* Reads the configuration and starts an engine on the open store. */
static inline void firm_start(Firm *firm)
{
        Problems problems = { 0 };
        char path[128];

        snprintf(path, sizeof(path), "%s/relanced.conf", firm->base.folder);
        int r = config_load(path, &problems, &firm->config);
        for (size_t i = 0; i < problems.n; i++)
                print_message("%u: %s\n", problems.list[i].line, problems.list[i].text);
        problems_release(&problems);
        assert_ok(r);
        assert_ok(composer_new(firm->config, &firm->composer));
        assert_ok(engine_new(firm->config, firm->base.store, firm->composer,
                (Clock){ .fixed = NOON }, &firm->engine));
}

/* As after a restart: nothing in memory is left, the store and the folder are. */
static inline void firm_restart(Firm *firm)
{
        Instant now = firm->engine->clock.fixed;

        firm_stop(firm);
        firm_start(firm);
        firm->engine->clock.fixed = now;
}

static inline void firm_configure(Firm *firm, const char *steps, const char *channel_keys)
{
        firm_stop(firm);
        firm_write_config(firm, steps, channel_keys);
        firm_start(firm);
}

static inline int firm_setup(void **state)
{
        void *base;
        Firm *firm = calloc(1, sizeof(*firm));

        assert_non_null(firm);
        (void)fixture_setup(&base);
        firm->base = *(Fixture *)base;
        free(base);
        begin(&firm->base);
        assert_ok(store_set_mode(firm->base.store, STORE_SIMULATED));
        commit(&firm->base);
        firm_write_config(firm, STEPS_DEFAULT, "");
        firm_start(firm);
        *state = firm;
        return 0;
}

static inline int firm_teardown(void **state)
{
        Firm *firm = *state;

        firm_stop(firm);
        store_close(firm->base.store);
        arena_release(&firm->base.arena);
        (void)nftw(firm->base.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(firm);
        return 0;
}

/* A customer whose address is WORD@example.org, with one invoice that is due. */
static inline void add_customer(Firm *firm, const char *code, const char *word, const char *number)
{
        CustomerRow customer = customer_row(code);
        InvoiceRow invoice = invoice_row(number, code, 120000);
        char email[64];

        snprintf(email, sizeof(email), "%s@example.org", word);
        customer.email = email;
        assert_int_equal(put_customer(&firm->base, &customer), PUT_ADDED);
        assert_int_equal(put_invoice(&firm->base, &invoice), PUT_ADDED);
}

static inline WakeResult wake(Firm *firm)
{
        WakeResult result = { 0 };

        assert_ok(engine_wake(firm->engine, false, &result));
        return result;
}

/* Sends what can leave, as relanced --once does. */
static inline void drain(Firm *firm)
{
        if (!firm->engine->dispatch)
                assert_ok(engine_start_dispatch(firm->engine));
        assert_ok(engine_dispatch(firm->engine));
        assert_ok(engine_run_until_idle(firm->engine));
}

typedef struct Seen {
        const char *invoice;
        char text[512]; /* "channel state reason, " of each of its notices, oldest first */
} Seen;

static inline int see_row(void *owner, const LogRow *row)
{
        Seen *seen = owner;
        size_t length = strlen(seen->text);

        if (streq(row->lines[0].invoice, seen->invoice))
                snprintf(seen->text + length, sizeof(seen->text) - length, "%s%s %s %s",
                        length > 0 ? ", " : "", row->channel, notice_state_names[row->state],
                        reason_code(row->reason));
        return 0;
}

/* What became of an invoice's notices. */
static inline void assert_notices(Firm *firm, const char *invoice, const char *expected)
{
        Seen seen = { .invoice = invoice };
        const LogFilter all = { .since = INSTANT_NONE, .until = INSTANT_NONE, .state = -1 };

        assert_ok(store_list_log(firm->base.store, &all, see_row, &seen));
        assert_string_equal(seen.text, expected);
}

static inline int see_task(void *owner, const TaskReport *row)
{
        char *text = owner;
        size_t length = strlen(text);

        snprintf(text + length, 256 - length, "%s%s %s", length > 0 ? ", " : "", row->kind,
                row->invoice ? row->invoice : "-");
        return 0;
}

static inline void assert_tasks(Firm *firm, const char *expected)
{
        char text[256] = "";

        assert_ok(store_list_tasks(firm->base.store, see_task, text));
        assert_string_equal(text, expected);
}

/* Lines of the file the wild module adds to: what really left. */
static inline size_t count_left(const Firm *firm)
{
        _cleanup_(freep) char *text = NULL;
        char path[128];
        size_t length, n = 0;

        snprintf(path, sizeof(path), "%s/left", firm->base.folder);
        if (file_read(path, 1 << 20, &text, &length) < 0)
                return 0;
        for (size_t i = 0; i < length; i++)
                n += text[i] == '\n';
        return n;
}

static inline int64_t only_notice(Firm *firm, NoticeState state)
{
        int64_t ids[2];
        size_t n;

        assert_ok(store_list_state(firm->base.store, state, 0, ids, 2, &n));
        assert_int_equal(n, 1);
        return ids[0];
}

static inline NoticeState state_of(Firm *firm, int64_t id)
{
        Arena arena = ARENA_INIT;
        Notice notice;

        assert_ok(store_load_notice(firm->base.store, id, false, &arena, &notice));
        arena_release(&arena);
        return notice.state;
}

/* Runs until the first answer has been given. */
static inline void run_until_begun(Firm *firm, int64_t notice)
{
        assert_ok(engine_start_dispatch(firm->engine));
        assert_ok(engine_dispatch(firm->engine));
        while (state_of(firm, notice) != NOTICE_BEGUN)
                assert_true(sd_event_run(firm->engine->event, UINT64_MAX) >= 0);
}

#endif
