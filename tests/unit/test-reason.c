/* SPDX-License-Identifier: MIT */
/* Reasons: every code is there, once, and its sentences are whole in both languages. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/reason.h"

static void every_reason_has_a_code_that_finds_it_again(void **state)
{
        for (int i = 0; i < REASON_MAX; i++) {
                Reason found = REASON_MAX;
                assert_non_null(reason_code((Reason)i));
                assert_int_equal(reason_find(reason_code((Reason)i), &found), 0);
                assert_int_equal(found, i); /* and no other reason has the same */
        }
        Reason untouched = REASON_GAP;
        assert_true(reason_find("no-such-code", &untouched) < 0);
        assert_int_equal(untouched, REASON_GAP);
}

static void a_sentence_is_whole_with_and_without_its_details(void **state)
{
        const ReasonDetail details[] = {
                { .date = DATE_NONE },
                { .step = "resend", .date = { 20517 }, .text = "email" },
        };
        static const char *const languages[] = { "fr", "fr-FR", "en", "de" };

        for (int i = 0; i < REASON_MAX; i++)
                for (size_t d = 0; d < ELEMENTSOF(details); d++)
                        for (size_t l = 0; l < ELEMENTSOF(languages); l++) {
                                StrBuf text = STRBUF_INIT;
                                reason_sentence((Reason)i, &details[d], languages[l], &text);
                                size_t length = text.length;
                                assert_true(length > 10 && text.text[length - 1] == '.');
                                assert_null(strpbrk(text.text, "[]{}"));
                                strbuf_release(&text);
                        }
}

static void details_stand_where_the_sentence_names_them(void **state)
{
        static const struct {
                Reason reason;
                ReasonDetail detail;
                const char *language, *sentence;
        } cases[] = {
                { REASON_NOT_YET, { "resend", { 20517 }, NULL }, "en",
                        "The step resend is yet to come, not before 2026-03-05." },
                { REASON_CONTACT_GAP, { "resend", { 20517 }, NULL }, "en",
                        "The customer was written to lately: resend not before 2026-03-05." },
                { REASON_CONTACT_GAP, { "resend", { INT32_MIN }, NULL }, "fr",
                        "Un message est parti récemment." },
                { REASON_HELD, { NULL, { INT32_MIN }, NULL }, "en", "It is on hold." },
                { REASON_HELD, { NULL, { 20517 }, NULL }, "fr",
                        "Elle est suspendue jusqu'au 2026-03-05." },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf text = STRBUF_INIT;
                reason_sentence(cases[i].reason, &cases[i].detail, cases[i].language, &text);
                assert_string_equal(strbuf_text(&text), cases[i].sentence);
                strbuf_release(&text);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_reason_has_a_code_that_finds_it_again),
                cmocka_unit_test(a_sentence_is_whole_with_and_without_its_details),
                cmocka_unit_test(details_stand_where_the_sentence_names_them),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
