/* SPDX-License-Identifier: MIT */
/* Requests about one firm and their answers, without any socket. */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "api/routes.h"
#include "engine/changes.h"
#include "engine/service.h"
#include "store/facts.h"

#define NOW "2026-03-05T09:00:00+01:00"

static const char config_text[] =
        "creditor = { name = \"Atelier Dumont\"; country = \"FR\"; timezone = \"Europe/Paris\";\n"
        "  language = \"en\"; currency = \"EUR\"; address = [ \"12 rue des Lilas\" ];\n"
        "  email = \"compta@atelier-dumont.example\"; };\n"
        "state = \"state\"; documents = \"documents\"; store = \"sqlite\";\n"
        "channels = { email = { module = \"file\"; path = \"out\"; address = \"email\"; };\n"
        "  sms = { module = \"file\"; path = \"out\"; address = \"phone\"; }; };\n"
        "policies = { standard = { steps = (\n"
        "  { id = \"reminder\"; action = \"remind\"; after_due = 3; send = [ \"email\" ]; },\n"
        "  { id = \"deadline\"; action = \"deadline\"; after_due = 20; deadline_days = 8;\n"
        "    send = [ \"email\" ]; } ); }; };\n"
        "assign = ( { policy = \"standard\"; } );\n";

typedef struct Firm {
        char folder[64];
        Config *config;
        Store *store;
        Composer *composer;
        Engine *engine;
} Firm;

static void write_file(const Firm *firm, const char *name, const char *text)
{
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", firm->folder, name);
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
}

static void put_customer(Firm *firm, const char *id, const char *name, const char *email)
{
        const CustomerRow row = {
                .id = id,
                .name = name,
                .email = email,
                .language = "",
                .timezone = "",
                .country = "",
                .phone = "",
                .whatsapp = "",
                .policy = "",
                .tags = "",
                .contact_name = "",
                .cc = "",
                .address = "",
                .postcode = "",
                .city = "",
                .registration = "",
                .whatsapp_opt_in = DATE_NONE,
        };

        assert_int_equal(
                store_put_customer(firm->store, &row, engine_now(firm->engine).instant), PUT_ADDED);
}

static void put_invoice(Firm *firm, int64_t run, const char *number, const char *customer,
        const char *due, int64_t amount)
{
        InvoiceRow row = {
                .number = number,
                .customer = customer,
                .currency = "EUR",
                .document = "",
                .payment_url = "",
                .contract = "",
                .policy = "",
                .amount = amount,
                .issued = date_of(2026, 2, 1),
                .delivered = DATE_NONE,
                .discount_until = DATE_NONE,
        };

        assert_int_equal(date_parse(due, &row.due), 0);
        assert_true(
                store_put_invoice(firm->store, run, &row, engine_now(firm->engine).instant) >= 0);
}

static void put_facts(Firm *firm)
{
        int64_t run;
        size_t withdrawn;

        assert_int_equal(store_begin(firm->store), 0);
        put_customer(firm, "C-1", "Boulangerie \"Martin\" & fils", "c-1@example.org");
        put_customer(firm, "C-2", "Garage Petit", "");
        assert_int_equal(
                store_import_begin(firm->store, "invoices.csv", engine_now(firm->engine).instant,
                        engine_now(firm->engine).local.day, &run),
                0);
        put_invoice(firm, run, "F-1", "C-1", "2026-03-02", 120000);
        put_invoice(firm, run, "F-2", "C-1", "2026-03-20", 5000);
        put_invoice(firm, run, "F-2", "C-1", "2026-04-20", 5000);
        put_invoice(firm, run, "2026/003 é", "C-2", "2026-03-01", 99);
        assert_int_equal(store_import_end(firm->store, run, &withdrawn), 0);
        assert_int_equal(store_commit(firm->store), 0);
}

static int set_up(void **state)
{
        Firm *firm = calloc(1, sizeof(*firm));
        Problems problems = { 0 };
        char path[128];
        Instant now;

        (void)snprintf(firm->folder, sizeof(firm->folder), "/tmp/test-api-XXXXXX");
        assert_non_null(mkdtemp(firm->folder));
        write_file(firm, "relanced.conf", config_text);
        (void)snprintf(path, sizeof(path), "%s/out", firm->folder);
        assert_int_equal(mkdir(path, 0700), 0);
        (void)snprintf(path, sizeof(path), "%s/relanced.conf", firm->folder);
        int r = config_load(path, &problems, &firm->config);
        for (size_t i = 0; i < problems.n; i++)
                print_message("%s:%u: %s\n", problems.list[i].file, problems.list[i].line,
                        problems.list[i].text);
        assert_int_equal(r, 0);
        problems_release(&problems);
        assert_int_equal(store_create(firm->config->state, firm->config->cache), 0);
        assert_int_equal(
                store_open(firm->config->state, firm->config->cache, &firm->store, NULL), 0);
        assert_int_equal(composer_new(firm->config, &firm->composer), 0);
        assert_int_equal(instant_parse(NOW, &now), 0);
        assert_int_equal(engine_new(firm->config, firm->store, firm->composer,
                                 (Clock){ .fixed = now }, &firm->engine),
                0);
        put_facts(firm);
        *state = firm;
        return 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
        return remove(path);
}

static int tear_down(void **state)
{
        Firm *firm = *state;

        engine_free(firm->engine);
        composer_free(firm->composer);
        store_close(firm->store);
        config_free(firm->config);
        assert_int_equal(nftw(firm->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
        free(firm);
        return 0;
}

/* The answer's status and content (free()). */
static unsigned ask(Firm *firm, bool is_post, const char *target, const char *body, char **ret_text)
{
        _cleanup_(exchange_freep) Exchange *exchange = exchange_new(firm->engine);
        const char *problem;

        exchange->request.is_post = is_post;
        assert_int_equal(request_parse_target(&exchange->request, target, &problem), 0);
        assert_int_equal(request_parse_body(&exchange->request, body, strlen(body), &problem), 0);
        exchange_answer(exchange);
        while (exchange->resume) { /* a slow machine needs more turns */
                assert_true(exchange->is_busy);
                (void)exchange_resume(exchange);
        }
        assert_true(exchange->reply.fd < 0);
        *ret_text = strdup(strbuf_text(&exchange->reply.text));
        return exchange->reply.status;
}

typedef struct Case {
        bool is_post;
        const char *target, *body;
        unsigned status;
        const char *contains;
} Case;

static void expect(Firm *firm, const Case *cases, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                _cleanup_(freep) char *text = NULL;
                unsigned status =
                        ask(firm, cases[i].is_post, cases[i].target, cases[i].body, &text);
                if (status != cases[i].status || !strstr(text, cases[i].contains))
                        print_message(
                                "%s %s: %u %s\n", cases[i].target, cases[i].body, status, text);
                assert_int_equal(status, cases[i].status);
                assert_non_null(strstr(text, cases[i].contains));
        }
}

static void bad_requests_are_refused_with_a_sentence(void **state)
{
        static const Case cases[] = {
                { false, "/", "", 404, "there is nothing at '/'" },
                { false, "/v1/nope", "", 404, "there is nothing at" },
                { false, "/v1/show", "", 404, "there is nothing at" },
                { false, "/v1/show/", "", 404, "there is nothing at" },
                { false, "/v1/show/a/b", "", 404, "there is nothing at" },
                { false, "/v1/show/%00", "", 400, "the invoice is not well-formed" },
                { false, "/v1/show/%ff", "", 400, "the invoice is not well-formed" },
                { false, "/v1/show/F-1?invoice=F-2", "", 400, "the invoice is not well-formed" },
                { false, "/v1/log?colour=red", "", 400, "unknown value 'colour'" },
                { true, "/v1/log", "", 405, "use GET here" },
                { false, "/v1/pay/F-1", "", 405, "use POST here" },
                { false, "/v1/log?state=begun", "", 400, "state 'begun' is unknown" },
                { false, "/v1/log?since=tomorrow", "", 400, "since 'tomorrow' is no time" },
                { true, "/v1/import", "", 400, "no file was sent" },
                { true, "/v1/pay/F-1", "{}", 400, "amount '' is not an amount in EUR" },
                { true, "/v1/pay/F-1", "{\"amount\":\"much\"}", 400, "amount 'much'" },
                { true, "/v1/pay/F-1", "{\"amount\":\"-5.00\"}", 400, "amount '-5.00'" },
                { true, "/v1/pay/F-1", "{\"amount\":\"0\"}", 400, "amount '0'" },
                { true, "/v1/pay/F-1", "{\"amount\":\"1.234\"}", 400, "amount '1.234'" },
                { true, "/v1/pay/F-1", "{\"amount\":\"1\",\"kind\":\"gift\"}", 400,
                        "kind 'gift' is unknown" },
                { true, "/v1/pay/F-1", "{\"amount\":\"1\",\"date\":\"2026-02-30\"}", 400,
                        "date '2026-02-30' is not a date" },
                { true, "/v1/hold/F-1", "{\"until\":\"soon\"}", 400, "until 'soon' is not a date" },
                { true, "/v1/dispute/F-1", "{}", 400, "reason '' is unknown" },
                { true, "/v1/dispute/F-1", "{\"reason\":\"ugly\"}", 400,
                        "reason 'ugly' is unknown" },
                { true, "/v1/contact/C-1", "{}", 400, "nothing to change" },
                { true, "/v1/promise/F-1", "{}", 400, "the day is missing" },
                { true, "/v1/promise/F-1", "{\"date\":\"\"}", 400, "date '' is not a date" },
                { true, "/v1/plan/F-1", "{\"first\":\"2026-04-01\"}", 400, "parts ''" },
                { true, "/v1/plan/F-1", "{\"parts\":\"3\"}", 400, "first must be a day" },
                { true, "/v1/plan/F-1", "{\"parts\":\"121\",\"first\":\"2026-04-01\"}", 400,
                        "parts '121'" },
                { true, "/v1/skip/F-1", "{\"note\":\"x\"}", 400, "a step to skip and a note" },
                { true, "/v1/skip/F-1", "{\"step\":\"reminder\"}", 400, "a note" },
                { true, "/v1/policy/F-1", "{}", 400, "the policy is missing" },
                { true, "/v1/opt-out/C-1", "{}", 400, "the channel is missing" },
                { true, "/v1/approve", "{}", 404, "'' is neither a task's number" },
                { true, "/v1/approve", "{\"task\":\"0\"}", 404, "'0' is neither" },
                { true, "/v1/approve", "{\"task\":\"1,,2\"}", 404, "'' is neither" },
                { true, "/v1/done", "{\"task\":\"1,adopt\"}", 400, "give it alone" },
                { true, "/v1/undo/first", "", 400, "'first' is no fact" },
                { true, "/v1/pause", "{\"until\":\"2026-04-01\"}", 400, "unknown value 'until'" },
                { true, "/v1/contact/C-1", "{\"email\":\"a@b\\r\\nBcc: c@d\"}", 400, "email" },
                { true, "/v1/contact/C-1", "{\"phone\":\"call me\"}", 400, "phone 'call me'" },
        };

        expect(*state, cases, ELEMENTSOF(cases));
}

static void a_socket_without_the_right_is_told_which_one_has_it(void **state)
{
        static const struct {
                Right right;
                bool is_post;
                const char *target;
                unsigned status;
                const char *contains;
        } cases[] = {
                { RIGHT_READ, false, "/v1/status", 200, "" },
                { RIGHT_READ, false, "/v1/invoices", 200, "F-1" },
                { RIGHT_READ, true, "/v1/import", 403,
                        "this needs the socket operate or report: over the socket read it is not" },
                { RIGHT_READ, true, "/v1/pay/F-1", 403,
                        "this needs the socket operate: over the socket read it is not allowed" },
                { RIGHT_READ, true, "/v1/pay/nobody's?colour=red", 403, "operate" },
                { RIGHT_READ, true, "/v1/approve", 403, "this needs the socket operate" },
                { RIGHT_READ, true, "/v1/status", 405, "use GET here" },
                { RIGHT_READ, true, "/v1/nope", 404, "nothing at" },
                { RIGHT_OPERATE, false, "/v1/status", 200, "" },
                { RIGHT_OPERATE, false, "/v1/invoices", 200, "F-1" },
                { RIGHT_OPERATE, true, "/v1/import", 400, "no file was sent" },
                { RIGHT_OPERATE, true, "/v1/hold/F-1", 200, "hold" },
                { RIGHT_REPORT, false, "/v1/status", 200, "" },
                { RIGHT_REPORT, false, "/v1/invoices", 403,
                        "this needs the socket read or operate: over the socket report it is" },
                { RIGHT_REPORT, false, "/v1/log", 403, "" },
                { RIGHT_REPORT, false, "/v1/show/F-1", 403, "" },
                { RIGHT_REPORT, false, "/v1/backup", 403, "" },
                { RIGHT_REPORT, true, "/v1/import", 400, "no file was sent" },
                { RIGHT_REPORT, true, "/v1/hold/F-1", 403, "operate" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(exchange_freep) Exchange *exchange =
                        exchange_new(((Firm *)*state)->engine);
                const char *problem, *text;
                exchange->right = cases[i].right;
                exchange->request.is_post = cases[i].is_post;
                assert_int_equal(
                        request_parse_target(&exchange->request, cases[i].target, &problem), 0);
                bool is_refused = cases[i].status > 400;
                assert_int_equal(exchange_admit(exchange), !is_refused);
                if (!is_refused)
                        exchange_answer(exchange);
                text = strbuf_text(&exchange->reply.text);
                if (exchange->reply.status != cases[i].status || !strstr(text, cases[i].contains))
                        print_message("%s: %u %s\n", cases[i].target, exchange->reply.status, text);
                assert_int_equal(exchange->reply.status, cases[i].status);
                assert_non_null(strstr(text, cases[i].contains));
        }
}

static void what_does_not_exist_is_not_found(void **state)
{
        static const Case cases[] = {
                { false, "/v1/show/F-404", "", 404, "there is no invoice 'F-404'" },
                { false, "/v1/log?until=now", "", 400, "until 'now' is no time" },
                { false, "/v1/log?follow=yes", "", 400, "expected 1" },
                { false, "/v1/log?follow=1&until=2026-03-05", "", 400, "has no end" },
                { false, "/v1/log?since=2026-03-06&until=2026-03-05", "", 400, "before it begins" },
                { false, "/v1/show/notice:7", "", 404, "there is no notice 7" },
                { false, "/v1/show/7", "", 404, "there is no invoice '7', and no notice" },
                { false, "/v1/explain/F-404", "", 404, "there is no invoice 'F-404'" },
                { false, "/v1/preview/F-404", "", 404, "there is no invoice 'F-404'" },
                { true, "/v1/send/F-404", "", 404, "there is no invoice 'F-404'" },
                { true, "/v1/pay/F-404", "{\"amount\":\"1.00\"}", 404, "no invoice 'F-404'" },
                { true, "/v1/hold/F-404", "", 404, "no invoice 'F-404'" },
                { true, "/v1/hold/customer%3AC-404", "", 404, "no customer 'C-404'" },
                { true, "/v1/release/F-404", "", 404, "no invoice 'F-404'" },
                { true, "/v1/release/customer%3AC-404", "", 404, "no customer 'C-404'" },
                { true, "/v1/dispute/F-404", "{\"reason\":\"price\"}", 404, "no invoice 'F-404'" },
                { true, "/v1/contact/C-404", "{\"email\":\"a@b.fr\"}", 404, "no customer 'C-404'" },
                { false, "/v1/preview/F-1?step=nope", "", 404,
                        "policy 'standard' has no step 'nope': its steps are reminder, deadline" },
                { false, "/v1/preview/F-1?channel=fax", "", 404,
                        "there is no channel 'fax': there are email, sms" },
        };

        expect(*state, cases, ELEMENTSOF(cases));
}

static void listings_have_their_shape(void **state)
{
        static const Case cases[] = {
                { false, "/v1/status", "", 200,
                        "{\"ok\":true,\"creditor\":\"Atelier Dumont\",\"mode\":\"fresh\","
                        "\"now\":\"" NOW "\"," },
                { false, "/v1/status", "", 200, "\"running_since\":null,\"next_wake\":null," },
                { false, "/v1/invoices", "", 200,
                        "{\"invoice\":\"F-1\",\"instalment\":1,\"customer\":\"C-1\","
                        "\"currency\":\"EUR\",\"issued\":\"2026-02-01\",\"due\":\"2026-03-02\","
                        "\"amount\":\"1200.00\",\"open\":\"1200.00\",\"status\":\"open\","
                        "\"policy\":null,\"last_step\":null,\"held\":false,\"disputed\":false}\n" },
                { false, "/v1/invoices", "", 200, "\"invoice\":\"F-2\",\"instalment\":2" },
                { false, "/v1/customers", "", 200,
                        "{\"customer\":\"C-1\",\"name\":\"Boulangerie \\\"Martin\\\" & fils\"" },
                { false, "/v1/log", "", 200, "" },
                { false, "/v1/notices", "", 200, "" },
                { false, "/v1/tasks", "", 200, "" },
                { false, "/v1/show/F-2", "", 200, "\"amount\":\"100.00\",\"open\":\"100.00\"" },
                { false, "/v1/show/2026%2F003%20%C3%A9", "", 200, "{\"invoice\":\"2026/003 é\"" },
        };

        expect(*state, cases, ELEMENTSOF(cases));
}

static void explain_tells_each_instalment_and_its_next_step(void **state)
{
        static const Case cases[] = {
                { false, "/v1/explain/F-1", "", 200,
                        "{\"invoice\":\"F-1\",\"instalment\":1,\"open\":\"1200.00\","
                        "\"days_late\":3,\"policy\":\"standard\",\"done\":[],"
                        "\"next\":{\"step\":\"reminder\",\"earliest\":\"2026-03-05\","
                        "\"at\":\"" NOW "\"},\"charges\":{" },
                /* Not before 2026-03-23, a Monday. */
                { false, "/v1/explain/F-2", "", 200,
                        "\"next\":{\"step\":\"reminder\",\"earliest\":\"2026-03-23\","
                        "\"at\":\"2026-03-23T09:00:00+01:00\"}" },
                /* 2026-04-23, in summer time. */
                { false, "/v1/explain/F-2", "", 200, "\"at\":\"2026-04-23T09:00:00+02:00\"}" },
                { false, "/v1/explain/2026%2F003%20%C3%A9", "", 200, "\"reason\":\"no-address\"" },
        };

        expect(*state, cases, ELEMENTSOF(cases));
}

static void what_a_person_tells_is_recorded(void **state)
{
        static const Case cases[] = {
                { true, "/v1/pay/F-1", "{\"amount\":\"200,50\"}", 200,
                        "\"kind\":\"payment\",\"date\":\"2026-03-05\",\"currency\":\"EUR\","
                        "\"amount\":\"200.50\",\"open_before\":\"1200.00\",\"open\":\"999.50\","
                        "\"effect\":null,"
                        "\"fact\":7,\"undo\":\"relancectl undo 7\"}" },
                { true, "/v1/pay/F-1", "{\"amount\":\"200.50\",\"date\":\"2026-03-01\"}", 200,
                        "\"open\":\"799.00\"," },
                { true, "/v1/pay/F-1", "{\"amount\":\"0.50\",\"kind\":\"refund\"}", 200,
                        "\"open\":\"799.50\"," },
                { true, "/v1/hold/F-1", "{\"until\":\"2026-03-20\",\"note\":\"he called\"}", 200,
                        "{\"recorded\":\"hold\",\"invoice\":\"F-1\",\"customer\":null,"
                        "\"until\":\"2026-03-20\",\"note\":\"he called\","
                        "\"effect\":null,\"fact\":10," },
                { false, "/v1/explain/F-1", "", 200, "It is on hold until 2026-03-20." },
                { true, "/v1/release/F-1", "", 200,
                        "\"ended\":[{\"invoice\":\"F-1\",\"instalment\":1,\"what\":\"hold\"}],"
                        "\"free_from\":\"2026-03-06\",\"effect\":null,\"fact\":11," },
                { false, "/v1/explain/F-1", "", 200, "\"reason\":\"released\"" },
                { true, "/v1/dispute/F-1", "{\"reason\":\"price\"}", 200,
                        "{\"recorded\":\"dispute\",\"invoice\":\"F-1\",\"reason\":\"price\","
                        "\"note\":null,\"effect\":null,\"fact\":12," },
                { false, "/v1/explain/F-1", "", 200, "\"reason\":\"disputed\"" },
                { true, "/v1/release/customer%3AC-1", "", 200,
                        "\"ended\":[{\"invoice\":\"F-1\",\"instalment\":1,\"what\":\"dispute\"}]" },
                { true, "/v1/hold/customer%3AC-1", "", 200, "\"customer\":\"C-1\",\"until\":null" },
                { false, "/v1/explain/F-2", "", 200, "\"reason\":\"held\"" },
                { true, "/v1/contact/C-2", "{\"email\":\"c-2@example.org\",\"phone\":\"\"}", 200,
                        "{\"recorded\":\"contact\",\"customer\":\"C-2\","
                        "\"email\":\"c-2@example.org\",\"phone\":null}\n" },
                { false, "/v1/customers", "", 200, "\"email\":\"c-2@example.org\"" },
                { false, "/v1/explain/2026%2F003%20%C3%A9", "", 200, "\"reason\":\"due\"" },
        };

        expect(*state, cases, ELEMENTSOF(cases));
}

static void a_queued_notice_is_in_the_log_in_the_documented_shape(void **state)
{
        Firm *firm = *state;
        WakeResult result;
        static const Case cases[] = {
                { false, "/v1/log", "", 200,
                        "{\"notice\":1,\"at\":\"" NOW "\",\"account\":{\"customer\":\"C-1\","
                        "\"currency\":\"EUR\"},\"step\":\"reminder\",\"action\":\"remind\","
                        "\"occasion\":null,"
                        "\"lines\":[{\"invoice\":\"F-1\",\"instalment\":1,\"step\":\"reminder\","
                        "\"open\":\"1200.00\"}],\"total\":\"1200.00\",\"deadline\":null,"
                        "\"channel\":\"email\",\"to\":\"c-1@example.org\",\"state\":\"pending\","
                        "\"reason\":\"due\",\"attempts\":0,\"reference\":null,\"delivered\":null,"
                        "\"subject\":\"" },
                { false, "/v1/notices", "", 200, "{\"notice\":1," },
                { false, "/v1/log?state=pending&channel=email&customer=C-1", "", 200, "\"F-1\"" },
                { false, "/v1/tasks", "", 200,
                        "\"kind\":\"no-address\",\"customer\":\"C-2\",\"invoice\":\"2026/003 é\","
                        "\"instalment\":1,\"since\":\"" NOW "\",\"sentence\":\"" },
                { true, "/v1/send/F-1", "", 409, "A notice about it is on its way." },
        };
        static const char *const empty[] = { "/v1/log?state=sent", "/v1/log?channel=sms",
                "/v1/log?customer=C-2", "/v1/log?since=2026-03-05T09:01" };

        assert_int_equal(engine_wake(firm->engine, false, &result), 0);
        expect(firm, cases, ELEMENTSOF(cases));
        for (size_t i = 0; i < ELEMENTSOF(empty); i++) {
                _cleanup_(freep) char *text = NULL;
                assert_int_equal(ask(firm, false, empty[i], "", &text), 200);
                assert_string_equal(text, "");
        }
}

static void preview_shows_the_text_by_any_channel(void **state)
{
        static const Case cases[] = {
                { false, "/v1/preview/F-1", "", 200,
                        "{\"invoice\":\"F-1\",\"account\":{\"customer\":\"C-1\",\"currency\":"
                        "\"EUR\"},"
                        "\"step\":\"reminder\",\"action\":\"remind\",\"channel\":\"email\","
                        "\"to\":\"c-1@example.org\",\"language\":\"en\",\"total\":\"1200.00\","
                        "\"deadline\":null,\"subject\":\"" },
                { false, "/v1/preview/F-1?step=deadline", "", 200, "\"deadline\":\"2026-03-13\"" },
                { false, "/v1/preview/F-1?channel=sms", "", 200, "\"channel\":\"sms\"" },
                { false, "/v1/preview/F-2?step=reminder", "", 200, "F-2" },
                { false, "/v1/log", "", 200, "" },
        };

        expect(*state, cases, ELEMENTSOF(cases));
}

/* Steps of a live answer until nothing is left to be told, and what they told; its texts end up in
 * the buffer, as a client would take them away. */
static void follow(Exchange *exchange, StrBuf *told)
{
        strbuf_truncate(told, 0);
        do {
                assert_false(exchange_resume(exchange));
                assert_int_equal(exchange->reply.status, 200);
                strbuf_add(told, strbuf_text(&exchange->reply.text));
                strbuf_truncate(&exchange->reply.text, 0);
        } while (exchange->is_busy);
}

static Exchange *ask_to_follow(Firm *firm, const char *target)
{
        Exchange *exchange = exchange_new(firm->engine);
        const char *problem;

        assert_int_equal(request_parse_target(&exchange->request, target, &problem), 0);
        exchange_answer(exchange);
        return exchange;
}

static void a_follower_is_given_what_changes_and_told_what_it_missed(void **state)
{
        Firm *firm = *state;
        Service service = { .started = INSTANT_NONE };
        WakeResult result;
        StrBuf told = STRBUF_INIT;

        _cleanup_(exchange_freep) Exchange *alone = ask_to_follow(firm, "/v1/log?follow=1");
        assert_int_equal(alone->reply.status, 409);
        assert_non_null(strstr(strbuf_text(&alone->reply.text), "no daemon that runs"));
        firm->engine->service = &service;
        _cleanup_(exchange_freep) Exchange *all = ask_to_follow(firm, "/v1/log?follow=1");
        _cleanup_(exchange_freep) Exchange *sms =
                ask_to_follow(firm, "/v1/log?follow=1&channel=sms");
        assert_true(all->is_live && all->reply.status == 200 && all->resume);
        follow(all, &told);
        assert_string_equal(strbuf_text(&told), "");
        assert_int_equal(engine_wake(firm->engine, false, &result), 0);
        follow(all, &told);
        assert_non_null(strstr(strbuf_text(&told), "{\"notice\":1,"));
        assert_non_null(strstr(strbuf_text(&told), "\"state\":\"pending\""));
        follow(all, &told);
        assert_string_equal(strbuf_text(&told), "");
        follow(sms, &told);
        assert_string_equal(strbuf_text(&told), "");
        /* What there was comes first, and changes of notices that are older than that count. */
        _cleanup_(exchange_freep) Exchange *late =
                ask_to_follow(firm, "/v1/log?follow=1&since=2026-03-06");
        follow(late, &told);
        assert_string_equal(strbuf_text(&told), "");
        _cleanup_(exchange_freep) Exchange *whole =
                ask_to_follow(firm, "/v1/log?follow=1&since=2026-03-05");
        follow(whole, &told);
        assert_non_null(strstr(strbuf_text(&told), "{\"notice\":1,"));
        for (int i = 0; i < 5000; i++)
                changes_note(firm->engine->changes, i % 2 == 0 ? 1 : 99);
        follow(late, &told);
        assert_non_null(strstr(strbuf_text(&told), "{\"lost\":904}\n{\"notice\":1,"));
        firm->engine->service = NULL;
        strbuf_release(&told);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        bad_requests_are_refused_with_a_sentence, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_socket_without_the_right_is_told_which_one_has_it, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_does_not_exist_is_not_found, set_up, tear_down),
                cmocka_unit_test_setup_teardown(listings_have_their_shape, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        explain_tells_each_instalment_and_its_next_step, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_a_person_tells_is_recorded, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_queued_notice_is_in_the_log_in_the_documented_shape, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_follower_is_given_what_changes_and_told_what_it_missed, set_up,
                        tear_down),
                cmocka_unit_test_setup_teardown(
                        preview_shows_the_text_by_any_channel, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
