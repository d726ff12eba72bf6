/* SPDX-License-Identifier: MIT */
/* Tests of base/email: which addresses are taken, and what is said of the others. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/email.h"

static void addresses_that_a_mail_can_go_to_are_taken(void **state)
{
        static const char *const cases[] = {
                "compta@atelier.example",
                "a.b+c_d@x-y.example.org",
                "!#$%&'*+/=?^_`{|}~-@b.example",
                "o'neil@b.example",
                "A@B.EXAMPLE",
                "1@2b.example",
                "root@localhost",
                "a@soci\u00E9t\u00E9.example",
                "a@m\u00FCnchen.de",
                "a@\u4F8B\u3048.\u30C6\u30B9\u30C8",
                "a@\u043F\u0440\u0438\u043C\u0435\u0440.\u0440\u0444",
                "a@xn--socit-esab.example",
                "a@a.b.c.d.e.f.g.example",
                "a@3com.com",
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                if (email_fault(cases[i]))
                        fail_msg("%s: %s", cases[i], email_fault(cases[i]));
}

static void others_are_refused_with_the_reason(void **state)
{
        static const struct {
                const char *text, *fault;
        } cases[] = {
                { "", "it has no @" },
                { "a", "it has no @" },
                { "@b.example", "nothing stands before its @" },
                { "a@", "nothing stands behind its @" },
                { "a@b", "its domain has no dot" },
                { "a@b@c.example", "it has several @" },
                { "a@b.example@", "it has several @" },
                { "=?utf-8?q?x?=@b.example", "it begins with =?" },
                { "a@b..example", "its domain begins or ends with a dot, or has two together" },
                { "a@.example", "its domain begins or ends with a dot, or has two together" },
                { "a@b.example.", "its domain begins or ends with a dot, or has two together" },
                { "a@.", "its domain begins or ends with a dot, or has two together" },
                { "a@-b.example", "a part of its domain begins or ends with a hyphen" },
                { "a@b-.example", "a part of its domain begins or ends with a hyphen" },
                { "a@192.0.2.1", "its domain ends with a number" },
                { "a@[192.0.2.1]", "its domain holds a character that no domain has" },
                { "a@b_c.example", "its domain holds a character that no domain has" },
                { "a@b/c.example", "its domain holds a character that no domain has" },
                { "a@b\u3002example", "its domain holds a character that no domain has" },
                { "a@b\u00A0c.example", "its domain holds a character that no domain has" },
                { "a@b\u202Ec.example", "its domain holds a character that no domain has" },
                { "a@b\u200Bc.example", "its domain holds a character that no domain has" },
                { ".a@b.example", "a dot stands at the beginning or just before its @" },
                { "a.@b.example", "a dot stands at the beginning or just before its @" },
                { "a..b@c.example", "two dots follow each other" },
                { "a b@c.example", "a blank stands in it" },
                { "a@b.example ", "a blank stands in it" },
                { "pr\u00E9nom@b.example",
                        "the part before its @ may hold plain ASCII letters only" },
                { "\"a\"@b.example", "its part before the @ is in quotes" },
                { "<a@b.example>", "it holds a character that cannot stand before the @" },
                { "mailto:a@b.example", "it holds a character that cannot stand before the @" },
                { "a(x)@b.example", "it holds a character that cannot stand before the @" },
                { "a@b.example,c", "its domain holds a character that no domain has" },
                { "a@b.example>", "its domain holds a character that no domain has" },
                { "a@b.example\nBcc: x@y.example", "it holds a control character" },
                { "a@b.example\r", "it holds a control character" },
                { "a\t@b.example", "it holds a control character" },
                { "a\x7F@b.example", "it holds a control character" },
                { "a@b.\xC2\x85x", "it holds a control character" },
                { "a@b\xFF.example", "it is not UTF-8" },
                { "a@b\xC0\xAE.example", "it is not UTF-8" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const char *fault = email_fault(cases[i].text);
                if (!fault || !streq(fault, cases[i].fault))
                        fail_msg("%s: %s", cases[i].text, fault ? fault : "taken");
        }
}

/* An address of that many bytes before the @, in a label of the domain and in all. */
static const char *fault_of_lengths(size_t local, size_t label, size_t whole)
{
        static char text[400];
        size_t n = local;

        memset(text, 'a', sizeof(text));
        text[n++] = '@';
        n += label;
        text[n++] = '.';
        while (n < whole) {
                n += MIN(whole - n, 60U);
                if (n < whole - 1)
                        text[n++] = '.';
        }
        text[n] = '\0';
        return email_fault(text);
}

static void lengths_are_those_of_the_mail_standard(void **state)
{
        assert_null(fault_of_lengths(64, 63, 254));
        assert_string_equal(fault_of_lengths(64, 63, 255), "it is longer than 254 characters");
        assert_string_equal(fault_of_lengths(65, 10, 100),
                "the part before its @ is longer than 64 characters");
        assert_string_equal(
                fault_of_lengths(10, 64, 100), "a part of its domain is longer than 63 characters");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(addresses_that_a_mail_can_go_to_are_taken),
                cmocka_unit_test(others_are_refused_with_the_reason),
                cmocka_unit_test(lengths_are_those_of_the_mail_standard),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
