/* SPDX-License-Identifier: MIT */
/* Addresses as they stand on the wire. */

#include "channels/email/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/macros.h"

static const struct {
        const char *address, *wire; /* wire NULL: refused */
} cases[] = {
        { "a@b.example", "a@b.example" },
        { "A.b+c@B.Example", "A.b+c@B.Example" },
        { "a@localhost", "a@localhost" },
        { "a@b\u00fccher.example", "a@xn--bcher-kva.example" },
        { "a@B\u00dcCHER.example", "a@xn--bcher-kva.example" },
        { "a@fa\u00df.example", "a@xn--fa-hia.example" }, /* non-transitional */
        { "a@\u65e5\u672c\u8a9e.example", "a@xn--wgv71a119e.example" },
        { "a@xn--bcher-kva.example", "a@xn--bcher-kva.example" },
        { "a@r3---x.example", "a@r3---x.example" },
        { "\u00e9@b.example", NULL },
        { "a@b.example\r\nRCPT TO:<x@y.example>", NULL },
        { "a@b.example\n", NULL },
        { "a\r@b.example", NULL },
        { "a@b\u00fc.example\u2028", NULL },
        { "a\tb@c.example", NULL },
        { "a@b@c.example", NULL },
        { "\"a b\"@c.example", NULL },
        { "a@b_\u00fc.example", NULL },
        { "a@-\u00fc.example", NULL },
        { "a@\u05d0a\u0627.example", NULL }, /* both directions in a label */
        { "a@\xff.example", NULL },
        { "", NULL },
        { "@", NULL },
};

static void domains_are_encoded_and_the_rest_is_refused(void **state)
{
        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char wire[MAILBOX_SIZE] = "untouched";
                const char *fault = mailbox_encode(cases[i].address, wire);
                if ((fault == NULL) != (cases[i].wire != NULL))
                        fail_msg("%s: %s", cases[i].address, fault ? fault : wire);
                assert_string_equal(wire, cases[i].wire ? cases[i].wire : "untouched");
        }
}

static void an_address_may_be_too_long_once_it_is_encoded(void **state)
{
        char address[400], wire[MAILBOX_SIZE];

        (void)state;
        for (size_t n = 1; n < 40; n++) {
                size_t length = 2;
                memcpy(address, "a@", 2);
                for (size_t i = 0; i < n; i++, length += 7)
                        memcpy(address + length, "\u00fcbcde.", 7);
                memcpy(address + length, "example", 8);
                const char *fault = mailbox_encode(address, wire);
                bool fits = 2 + n * strlen("xn--bcde-zra.") + 7 <= MAILBOX_MAX;
                assert_int_equal(fault == NULL, fits);
                assert_true(fault || strlen(wire) <= MAILBOX_MAX);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(domains_are_encoded_and_the_rest_is_refused),
                cmocka_unit_test(an_address_may_be_too_long_once_it_is_encoded),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
