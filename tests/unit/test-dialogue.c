/* SPDX-License-Identifier: MIT */
/* A conversation read along: wherever the bytes are cut, the same is understood and the same words
 * are spoilt. */

#include "channels/email/dialogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/strbuf.h"

static void note_reply(void *owner, Verb verb, int code, const char *text)
{
        strbuf_addf(owner, "[%d %d %s]", (int)verb, code, text);
}

/* Lines said (after '>') and heard; '|' ends each. */
typedef struct Case {
        const char *name, *said, *heard;
        const char *replies; /* as note_reply() notes them */
        const char *left;    /* what the library gets to see */
        const char *fault;   /* part of it, or NULL */
} Case;

static const Case cases[] = {
        { "a greeting", "", "220 hi\r\n", "[0 220 hi]", "220 hi\r\n", NULL },
        { "several lines", "EHLO x\r\n", "220 hi\r\n250-a\r\n250-PIPELINING\r\n250 c\r\n",
                "[0 220 hi][1 250 a PIPELINING c]",
                "220 hi\r\n250-a\r\n250-PIPELINING\r\n250 c\r\n", NULL },
        { "words that are hidden", "EHLO x\r\n",
                "220 hi\r\n250-chunking\r\n250-AUTH NTLM CRAM-MD5 PLAIN\r\n250 CHUNKING\r\n", NULL,
                "220 hi\r\n250-chunkinX\r\n250-AUTH NTLX CRAM-MDX PLAIN\r\n250 CHUNKINX\r\n",
                NULL },
        { "hidden behind an equals sign", "EHLO x\r\n", "220 hi\r\n250 AUTH=NTLM LOGIN\r\n", NULL,
                "220 hi\r\n250 AUTH=NTLX LOGIN\r\n", NULL },
        { "the word elsewhere", "MAIL FROM:<>\r\n", "220 hi\r\n250 CHUNKING\r\n", NULL,
                "220 hi\r\n250 CHUNKING\r\n", NULL },
        { "a code alone", "MAIL FROM:<>\r\n", "220 hi\r\n250\r\n", "[0 220 hi][5 250 ]",
                "220 hi\r\n250 \n", NULL },
        { "a NUL", "MAIL FROM:<>\r\n", "220 hi\r\n250 a\1b\r\n", "[0 220 hi][5 250 a?b]", NULL,
                NULL },
        { "pipelining", "RCPT TO:<a>\r\nDATA\r\n", "220 hi\r\n250 a\r\n354 b\r\n",
                "[0 220 hi][6 250 a][7 354 b]", NULL, NULL },
        { "a challenge", "AUTH LOGIN\r\n", "220 hi\r\n334 VXNl\r\n", "[0 220 hi][4 334 VXNl]", NULL,
                NULL },
        { "nothing asked", "", "220 hi\r\n250 more\r\n", "[0 220 hi]",
                "220 hi\r\n\n\n\n\n\n\n\n\n\n\n", "not asked" },
        { "no SMTP", "", "SSH-2.0\r\n", "", "\n\n\n\n\n\n\n\n\n", "speak SMTP" },
        { "an empty line", "", "\r\n", "", "\n\n", "speak SMTP" },
        { "four digits", "", "2200 hi\r\n", "", "220\n\n\n\n\n\n", "speak SMTP" },
        { "a contradiction", "", "220-a\r\n221 b\r\n", "", "220-a\r\n22\n\n\n\n\n", "contradict" },
};

static void check(const Case *each, size_t cut)
{
        StrBuf replies = STRBUF_INIT;
        Dialogue dialogue = { .on_reply = note_reply, .owner = &replies };
        char heard[256];
        size_t length = strlen(each->heard), first = MIN(cut, length);

        dialogue_start(&dialogue);
        dialogue_said(&dialogue, each->said, strlen(each->said));
        memcpy(heard, each->heard, length + 1);
        dialogue_heard(&dialogue, heard, first);
        dialogue_heard(&dialogue, heard + first, length - first);
        if (each->replies && !streq(strbuf_text(&replies), each->replies))
                fail_msg("%s, cut at %zu: %s", each->name, cut, strbuf_text(&replies));
        if (each->left && !streq(heard, each->left))
                fail_msg("%s, cut at %zu: leaves %s", each->name, cut, heard);
        if ((each->fault != NULL) != (dialogue.fault != NULL) ||
                (each->fault && !strstr(dialogue.fault, each->fault)))
                fail_msg("%s, cut at %zu: %s", each->name, cut, dialogue.fault);
        strbuf_release(&replies);
}

static void wherever_it_is_cut_the_same_is_understood(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                for (size_t cut = 0; cut <= strlen(cases[i].heard); cut++)
                        check(&cases[i], cut);
}

static void what_is_said_goes_on_after_a_challenge(void **state)
{
        StrBuf replies = STRBUF_INIT;
        Dialogue dialogue = { .on_reply = note_reply, .owner = &replies };
        char hi[] = "220 hi\r\n", more[] = "334 x\r\n", done[] = "235 in\r\n";

        (void)state;
        dialogue_start(&dialogue);
        dialogue_heard(&dialogue, hi, strlen(hi));
        dialogue_said(&dialogue, "AUTH LOGIN\r\n", 12);
        dialogue_heard(&dialogue, more, strlen(more));
        dialogue_said(&dialogue, "MAIL is my password\r\n", 21);
        dialogue_heard(&dialogue, done, strlen(done));
        assert_string_equal(strbuf_text(&replies), "[0 220 hi][4 334 x][4 235 in]");
        strbuf_release(&replies);
}

static void an_answer_without_end_is_cut(void **state)
{
        static const char *const lines[] = { "220-hello\r\n", "220-xxxxxxxxxxxxxxx" };

        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                Dialogue dialogue = { 0 };
                size_t heard = 0;
                dialogue_start(&dialogue);
                while (!dialogue.fault && heard < 100000) {
                        char bytes[32];
                        (void)snprintf(bytes, sizeof(bytes), "%s", lines[i]);
                        dialogue_heard(&dialogue, bytes, strlen(bytes));
                        heard += strlen(bytes);
                }
                assert_non_null(dialogue.fault);
                assert_true(heard < 5000);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(wherever_it_is_cut_the_same_is_understood),
                cmocka_unit_test(what_is_said_goes_on_after_a_challenge),
                cmocka_unit_test(an_answer_without_end_is_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
