/* SPDX-License-Identifier: MIT */
/* The command line of relancectl: what is understood, what is refused and how, and what follows
 * from the table. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ctl/client.h"
#include "ctl/commands.h"
#include "ctl/text.h"

#define WORDS_MAX 16

/* Splits at single spaces; "''" is an empty word. */
static int parse(const char *line, Invocation *invocation, StrBuf *problem)
{
        static char copy[512];
        static char empty[] = "", program[] = "relancectl";
        char *argv[WORDS_MAX] = { program };
        int argc = 1;

        (void)snprintf(copy, sizeof(copy), "%s", line);
        for (char *at = copy; *at && argc < WORDS_MAX - 1;) {
                size_t length = strcspn(at, " ");
                bool is_last = at[length] == '\0';
                at[length] = '\0';
                argv[argc++] = streq(at, "''") ? empty : at;
                at += length + !is_last;
        }
        return command_parse(argc, argv, invocation, problem);
}

static void a_command_line_becomes_a_request(void **state)
{
        static const struct {
                const char *line, *target, *body;
        } cases[] = {
                { "status", "/v1/status", NULL },
                { "--json log", "/v1/log", NULL },
                { "log --json --channel=email --state sent", "/v1/log?channel=email&state=sent",
                        NULL },
                { "log --since 2026-03-05T09:00+01:00",
                        "/v1/log?since=2026-03-05T09%3A00%2B01%3A00", NULL },
                { "explain 2026/001", "/v1/explain/2026%2F001", NULL },
                { "explain ..", "/v1/explain/..", NULL },
                { "explain F?a=b&c%", "/v1/explain/F%3Fa%3Db%26c%25", NULL },
                { "show É", "/v1/show/%C3%89", NULL },
                { "preview F-1 --format eml -o x", "/v1/preview/F-1?format=eml", NULL },
                { "preview F-1 --step x --channel sms", "/v1/preview/F-1?step=x&channel=sms",
                        NULL },
                { "pay F-1 12.50 --kind credit", "/v1/pay/F-1",
                        "{\"amount\":\"12.50\",\"kind\":\"credit\"}" },
                { "pay F-1 -5", "/v1/pay/F-1", "{\"amount\":\"-5\"}" },
                { "pay -- --F 5", "/v1/pay/--F", "{\"amount\":\"5\"}" },
                { "hold customer:C-1 --until 2026-04-01", "/v1/hold/customer%3AC-1",
                        "{\"until\":\"2026-04-01\"}" },
                { "pay F-1 12.50 --force", "/v1/pay/F-1",
                        "{\"amount\":\"12.50\",\"force\":\"1\"}" },
                { "promise F-1 2026-03-20", "/v1/promise/F-1", "{\"date\":\"2026-03-20\"}" },
                { "promise F-1 2026-03-20 500 --force", "/v1/promise/F-1",
                        "{\"date\":\"2026-03-20\",\"amount\":\"500\",\"force\":\"1\"}" },
                { "plan F-1 --parts 3 --first 2026-04-01 --every 2w --fee 15", "/v1/plan/F-1",
                        "{\"parts\":\"3\",\"first\":\"2026-04-01\",\"every\":\"2w\",\"fee\":"
                        "\"15\"}" },
                { "skip F-1 reminder --note why", "/v1/skip/F-1",
                        "{\"step\":\"reminder\",\"note\":\"why\"}" },
                { "policy F-1 ''", "/v1/policy/F-1", "{\"policy\":\"\"}" },
                { "opt-out C-1 sms", "/v1/opt-out/C-1", "{\"channel\":\"sms\"}" },
                { "reply C-1 --date 2026-03-02", "/v1/reply/C-1", "{\"date\":\"2026-03-02\"}" },
                { "reply C-1 --channel sms", "/v1/reply/C-1", "{\"channel\":\"sms\"}" },
                { "approve 17", "/v1/approve", "{\"task\":\"17\"}" },
                { "approve 17 18 19 --note fine", "/v1/approve",
                        "{\"task\":\"17,18,19\",\"note\":\"fine\"}" },
                { "done adopt", "/v1/done", "{\"task\":\"adopt\"}" },
                { "dossier F-1 -o /tmp/x.zip --for agency", "/v1/dossier/F-1?for=agency", NULL },
                { "dossier customer:C-1 --output x", "/v1/dossier/customer%3AC-1", NULL },
                { "log --verify", "/v1/log?verify=1", NULL },
                { "undo 12", "/v1/undo/12", "{}" },
                { "pause --note x", "/v1/pause", "{\"note\":\"x\"}" },
                { "resume", "/v1/resume", "{}" },
                { "notices --customer C-1", "/v1/notices?customer=C-1", NULL },
                { "invoices --customer C-1 --all", "/v1/invoices?customer=C-1&all=1", NULL },
                { "contact C-1 --phone ''", "/v1/contact/C-1", "{\"phone\":\"\"}" },
                { "send F-1", "/v1/send/F-1", "{}" },
                { "channels", "/v1/channels", NULL },
                { "channels e-mail&x", "/v1/channels?channel=e-mail%26x", NULL },
                { "test email --to a@b.example", "/v1/test/email", "{\"to\":\"a@b.example\"}" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Invocation invocation;
                StrBuf problem = STRBUF_INIT, target = STRBUF_INIT;
                assert_int_equal(parse(cases[i].line, &invocation, &problem), 0);
                assert_int_equal(client_target(&invocation, &target), 0);
                assert_string_equal(
                        strbuf_text(&target) + strlen("http://relanced"), cases[i].target);
                if (cases[i].body) {
                        _cleanup_(freep) char *body = NULL;
                        assert_int_equal(client_body(&invocation, &body), 0);
                        assert_string_equal(body, cases[i].body);
                }
                strbuf_release(&target);
                strbuf_release(&problem);
        }
}

static void a_command_line_that_makes_no_sense_is_refused_with_a_sentence(void **state)
{
        static const struct {
                const char *line, *sentence;
        } cases[] = {
                { "", "a command is missing" },
                { "--json", "a command is missing" },
                { "statsu", "unknown command 'statsu': did you mean 'status'?" },
                { "exlpain F-1", "unknown command 'exlpain': did you mean 'explain'?" },
                { "frobnicate", "unknown command 'frobnicate'" },
                { "log --chanel x", "unknown option '--chanel': did you mean --channel?" },
                { "log --chanel=x", "unknown option '--chanel=x': did you mean --channel?" },
                { "status --channel x", "unknown option '--channel'" },
                { "status -x", "unknown option '-x'" },
                { "log --state", "option --state needs a value" },
                { "log --state sent --state failed", "option --state is given twice" },
                { "log --state begun",
                        "state 'begun' is unknown: expected pending, handed, sent, failed, "
                        "uncertain or cancelled" },
                { "explain", "INVOICE is missing" },
                { "explain ''", "INVOICE is empty" },
                { "explain F-1 F-2", "'F-2' is one argument too many" },
                { "import", "FILE is missing" },
                { "pay F-1", "AMOUNT is missing" },
                { "dispute F-1", "option --reason REASON is missing" },
                { "promise F-1", "DATE is missing" },
                { "promise F-1 2026-03-20 5 6", "'6' is one argument too many" },
                { "plan F-1 --parts 3", "option --first DATE is missing" },
                { "plan F-1 --first 2026-04-01", "option --parts N is missing" },
                { "skip F-1 reminder", "option --note TEXT is missing" },
                { "policy F-1", "POLICY is missing" },
                { "opt-out C-1", "CHANNEL is missing" },
                { "approve", "TASK is missing" },
                { "approve ''", "TASK is empty" },
                { "dossier F-1", "option --output FILE is missing" },
                { "dossier --verify x.zip -o y.zip", "--output cannot be used with --verify" },
                { "dossier F-1 --verify x.zip", "'F-1' is one argument too many" },
                { "undo", "FACT is missing" },
                { "undo 12 13", "'13' is one argument too many" },
                { "pause now", "'now' is one argument too many" },
                { "refsue 3", "unknown command 'refsue': did you mean 'refuse'?" },
                { "hold F-1 --until", "option --until needs a value" },
                { "completion zsh", "bash 'zsh' is unknown: expected bash" },
                { "test email", "option --to ADDRESS is missing" },
                { "test email --to a@b.example --at 2026-03-05",
                        "--at cannot be used here: what test sends leaves for real, now" },
                { "status --at 2026-03-05 --socket x",
                        "--at cannot be used with a running daemon (--socket)" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Invocation invocation;
                StrBuf problem = STRBUF_INIT;
                assert_int_equal(parse(cases[i].line, &invocation, &problem), EXIT_USAGE);
                assert_string_equal(strbuf_text(&problem), cases[i].sentence);
                strbuf_release(&problem);
        }
}

static void global_options_stand_before_or_after_the_command(void **state)
{
        static const char *const lines[] = {
                "--config c.conf --json --at 2026-03-05 log",
                "log --config c.conf --json --at 2026-03-05",
                "--config=c.conf log --at=2026-03-05 --json",
        };

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                Invocation invocation;
                StrBuf problem = STRBUF_INIT;
                assert_int_equal(parse(lines[i], &invocation, &problem), 0);
                assert_string_equal(invocation.config, "c.conf");
                assert_string_equal(invocation.at, "2026-03-05");
                assert_true(invocation.is_json);
                strbuf_release(&problem);
        }
}

static void help_and_version_need_no_valid_command_line(void **state)
{
        Invocation invocation;
        StrBuf problem = STRBUF_INIT;

        assert_int_equal(parse("pay --help", &invocation, &problem), 0);
        assert_true(invocation.wants_help);
        assert_string_equal(invocation.command->name, "pay");
        assert_int_equal(parse("--version", &invocation, &problem), 0);
        assert_true(invocation.wants_version);
        strbuf_release(&problem);
}

static void every_command_can_be_run_shown_and_explained(void **state)
{
        StrBuf overview = STRBUF_INIT, completion = STRBUF_INIT;
        size_t n;
        const Command *commands = command_list(&n);

        command_overview(&overview);
        command_bash_completion(&completion);
        for (size_t i = 0; i < n; i++) {
                const Command *command = &commands[i];
                StrBuf help = STRBUF_INIT;
                bool is_both = command->path && command->run;
                assert_true(command->path || command->run);
                assert_true(is_both == (command->run_with != NULL));
                assert_true(!command->path || command->is_saved || command->show || command->make);
                assert_non_null(command->help);
                assert_non_null(strstr(strbuf_text(&overview), command->name));
                assert_non_null(strstr(strbuf_text(&completion), command->name));
                command_help(command, &help);
                for (size_t j = 0; j < COMMAND_OPTIONS_MAX && command->options[j].name; j++) {
                        assert_non_null(strstr(strbuf_text(&help), command->options[j].name));
                        assert_non_null(strstr(strbuf_text(&completion), command->options[j].name));
                }
                strbuf_release(&help);
        }
        strbuf_release(&overview);
        strbuf_release(&completion);
}

static void what_strangers_wrote_cannot_steer_the_terminal(void **state)
{
        static const struct {
                const char *text, *safe;
        } cases[] = {
                { "Éloïse 日本", "Éloïse 日本" },
                { "\x1b[31mred", "\\e[31mred" },
                { "a\nb\r\tc", "a\\nb\\r\\tc" },
                { "a\x7f\x01", "a\\u007f\\u0001" },
                { "\xC2\x9B"
                  "31m",
                        "\\u009b31m" },
                { "\xE2\x80\xAE"
                  "evil",
                        "\\u202eevil" },
                { "\xE9t\xE9", "\\xe9t\\xe9" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf safe = STRBUF_INIT;
                text_add_safe(&safe, cases[i].text, false);
                assert_string_equal(strbuf_text(&safe), cases[i].safe);
                strbuf_release(&safe);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_command_line_becomes_a_request),
                cmocka_unit_test(a_command_line_that_makes_no_sense_is_refused_with_a_sentence),
                cmocka_unit_test(global_options_stand_before_or_after_the_command),
                cmocka_unit_test(help_and_version_need_no_valid_command_line),
                cmocka_unit_test(every_command_can_be_run_shown_and_explained),
                cmocka_unit_test(what_strangers_wrote_cannot_steer_the_terminal),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
