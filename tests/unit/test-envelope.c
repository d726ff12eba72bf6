/* SPDX-License-Identifier: MIT */
/* Whom a mail goes to: the customer, and as many of the copies as can be written to. */

#include "channels/email/envelope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"

#define TEN                                                                                        \
        "a@x.example,b@x.example,c@x.example,d@x.example,e@x.example,"                             \
        "f@x.example,g@x.example,h@x.example,i@x.example,j@x.example"

static const struct {
        const char *cc;
        size_t n, n_left_out;
        const char *last;
} cases[] = {
        { NULL, 0, 0, NULL },
        { "", 0, 0, NULL },
        { " , ;", 0, 0, NULL },
        { "a@x.example", 1, 0, "a@x.example" },
        { "a@x.example, b@x.example", 2, 0, "b@x.example" },
        { "a@x.example;b@x.example;", 2, 0, "b@x.example" },
        { "a@b\u00fccher.example", 1, 0, "a@xn--bcher-kva.example" },
        { "a@x.example, A@X.example", 1, 0, "a@x.example" },
        { "Martin@B.example, a@x.example", 1, 0, "a@x.example" },
        { "nobody, a@x.example", 1, 1, "a@x.example" },
        { "a@x.example\r\nRCPT TO:<y@z.example>", 0, 3, NULL },
        { "\u00e9@x.example, @, a@", 0, 3, NULL },
        { TEN, 10, 0, "j@x.example" },
        { TEN ",k@x.example, l@x.example, a@x.example", 10, 2, "j@x.example" },
};

static void copies_that_can_be_written_to_are_taken_once_each(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const struct relanced_message message = {
                        .to = "martin@b.example",
                        .cc = cases[i].cc,
                };
                Envelope envelope;
                assert_null(envelope_address(&message, &envelope));
                assert_string_equal(envelope.to, "martin@b.example");
                if (envelope.n_cc != cases[i].n || envelope.n_left_out != cases[i].n_left_out)
                        fail_msg("%s: %zu, %zu left out", cases[i].cc, envelope.n_cc,
                                envelope.n_left_out);
                if (cases[i].last)
                        assert_string_equal(envelope.cc[envelope.n_cc - 1], cases[i].last);
        }
}

static void an_address_without_end_is_left_out(void **state)
{
        char cc[5000];
        const struct relanced_message message = { .to = "martin@b.example", .cc = cc };
        Envelope envelope;

        (void)state;
        memset(cc, 'x', sizeof(cc));
        memcpy(cc + sizeof(cc) - 15, "@x.example,a@b", 15);
        assert_null(envelope_address(&message, &envelope));
        assert_int_equal(envelope.n_cc, 0);
        assert_int_equal(envelope.n_left_out, 2);
}

static void without_a_customer_there_is_no_envelope(void **state)
{
        const struct relanced_message message = { .to = "nobody", .cc = "a@x.example" };
        Envelope envelope;

        (void)state;
        assert_non_null(envelope_address(&message, &envelope));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(copies_that_can_be_written_to_are_taken_once_each),
                cmocka_unit_test(an_address_without_end_is_left_out),
                cmocka_unit_test(without_a_customer_there_is_no_envelope),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
