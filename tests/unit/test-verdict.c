/* SPDX-License-Identifier: MIT */
/* What became of a message, for every row of libESMTP's truth table and for the codes that servers
 * give. */

#include "channels/email/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"

typedef struct Case {
        const char *name;
        Answer recipient, sender, message;
        bool is_whole, is_complete;
        enum relanced_outcome_kind kind;
        const char *explained;
} Case;

#define OK                                                                                         \
        {                                                                                          \
                250, 0, 0, 0, ""                                                                   \
        }
#define NONE                                                                                       \
        {                                                                                          \
                0, 0, 0, 0, ""                                                                     \
        }

/* clang-format off */
static const Case cases[] = {
        { "taken on", OK, OK, { 250, 2, 0, 0, "Ok" }, true, true, RELANCED_SENT,
                "250 2.0.0 Ok" },
        { "dropped at the dot", OK, OK, NONE, true, false, RELANCED_UNCERTAIN, "" },
        { "no answer to the dot", OK, OK, { 354, 0, 0, 0, "go" }, true, false,
                RELANCED_UNCERTAIN, "" },
        { "2xx, not complete", OK, OK, OK, true, false, RELANCED_UNCERTAIN, "" },
        { "half a code at the dot", OK, OK, { 25, 0, 0, 0, "" }, true, false,
                RELANCED_UNCERTAIN, "" },
        { "421 at the dot", OK, OK, { 421, 0, 0, 0, "bye" }, true, false, RELANCED_RETRY,
                "the server put off the message (421 bye)" },
        { "5xx at the dot, complete", OK, OK, { 500, 0, 0, 0, "no" }, true, true,
                RELANCED_REFUSED_MESSAGE, "the server refused the message (500 no)" },
        { "nothing at all", NONE, NONE, NONE, false, false, RELANCED_RETRY, "" },
        { "greylisted, and 503 for DATA", { 450, 4, 2, 0, "later" }, OK,
                { 503, 5, 5, 1, "no recipients" }, false, false, RELANCED_RETRY,
                "the server put off the recipient (450 4.2.0 later)" },
        { "refused, and 503 for DATA", { 500, 0, 0, 0, "no" }, OK, { 503, 0, 0, 0, "" }, false,
                true, RELANCED_REFUSED_MESSAGE,
                "the server refused the recipient (500 no)" },
        { "250 for a recipient with a line end", { 250, 0, 0, 0, "" }, OK, OK, false, true,
                RELANCED_RETRY, "" },
        { "enhanced code within the text", { 550, 0, 0, 0, "5.1.1 who?" }, OK, NONE, false, true,
                RELANCED_REFUSED_ADDRESS,
                "the server refused the recipient: the mailbox does not exist (550 5.1.1 who?)" },
        { "what only looks like one", { 554, 0, 0, 0, "5.1 who?" }, OK, NONE, false, true,
                RELANCED_REFUSED_MESSAGE, "the server refused the recipient (554 5.1 who?)" },
        { "5.1.1 at the dot", OK, OK, { 550, 5, 1, 1, "who?" }, true, true,
                RELANCED_REFUSED_ADDRESS,
                "the server refused the message: the mailbox does not exist (550 5.1.1 who?)" },
        { "the sender", NONE, { 550, 0, 0, 0, "you?" }, NONE, false, false,
                RELANCED_CHANNEL_DOWN,
                "the server refused the sender: the sender is refused (550 you?)" },
        { "too large, said early", NONE, { 552, 5, 3, 4, "big" }, NONE, false, false,
                RELANCED_REFUSED_MESSAGE,
                "the server refused the sender: the message is too large (552 5.3.4 big)" },
        { "a name that holds the word relay", { 550, 5, 1, 1, "relay.example: who?" }, OK, NONE,
                false, true, RELANCED_REFUSED_ADDRESS, NULL },
        { "relaying", { 550, 0, 0, 0, "Relaying denied" }, OK, NONE, false, true,
                RELANCED_CHANNEL_DOWN, NULL },
        { "several lines, control characters", OK, OK, { 554, 0, 0, 0, "a\r\nb\x1b[1m\r\n" }, true,
                true, RELANCED_REFUSED_MESSAGE,
                "the server refused the message (554 a b?[1m)" },
        { "what is not UTF-8", OK, OK, { 554, 0, 0, 0, "caf\xe9" }, true, true,
                RELANCED_REFUSED_MESSAGE, "the server refused the message (554 caf?)" },
};
/* clang-format on */

static void answers_decide(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Case *each = &cases[i];
                const Transaction transaction = {
                        .answers = { [PART_RECIPIENT] = each->recipient,
                                [PART_SENDER] = each->sender,
                                [PART_MESSAGE] = each->message },
                        .is_whole = each->is_whole,
                        .is_complete = each->is_complete,
                };
                StrBuf text = STRBUF_INIT;
                Verdict verdict = verdict_of(&transaction);
                verdict_explain(&verdict, &text);
                if (verdict.kind != each->kind ||
                        (each->explained && !streq(strbuf_text(&text), each->explained)))
                        fail_msg("%s: %d %s", each->name, verdict.kind, strbuf_text(&text));
                strbuf_release(&text);
        }
}

/* Whatever the codes: only what is whole can be uncertain, and only 2xx at the dot is sent. */
static void no_code_makes_more_of_it_than_there_is(void **state)
{
        (void)state;
        for (int code = -1000; code < 3000; code++) {
                for (int bits = 0; bits < 4; bits++) {
                        Transaction transaction = {
                                .answers = { OK, OK, { code, 0, 0, 0, "x" } },
                                .is_whole = bits & 1,
                                .is_complete = bits & 2,
                        };
                        Verdict verdict = verdict_of(&transaction);
                        bool is_sent = bits == 3 && code >= 200 && code < 300;
                        assert_int_equal(verdict.kind == RELANCED_SENT, is_sent);
                        bool is_open = (bits & 1) && !is_sent && (code < 400 || code >= 600);
                        assert_int_equal(verdict.kind == RELANCED_UNCERTAIN, is_open);
                }
        }
}

static void the_servers_own_id_is_found(void **state)
{
        static const struct {
                const char *text, *id;
        } texts[] = {
                { "2.0.0 Ok: queued as 4ZB1xK0Xyz", "4ZB1xK0Xyz" },
                { "OK id=1tX2ab-00B-Cd", "1tX2ab-00B-Cd" },
                { "Ok: queued as <x>", NULL },
                { "Ok", NULL },
                { "", NULL },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                size_t length = 0;
                const char *id = verdict_reference(texts[i].text, &length);
                assert_int_equal(id != NULL, texts[i].id != NULL);
                if (id) {
                        assert_int_equal(length, strlen(texts[i].id));
                        assert_memory_equal(id, texts[i].id, length);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(answers_decide),
                cmocka_unit_test(no_code_makes_more_of_it_than_there_is),
                cmocka_unit_test(the_servers_own_id_is_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
