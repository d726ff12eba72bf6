/* SPDX-License-Identifier: MIT */
/* What is told of a trial: in order, bounded, without a secret. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "engine/steps.h"

static const struct relanced_option options[] = {
        { "server", RELANCED_NETWORK, NULL, 0, 0, "" },
        { "password", RELANCED_SECRET, NULL, 0, 0, "" },
        { "pin", RELANCED_SECRET, NULL, 0, 0, "" },
        { NULL },
};
static const struct relanced_value values[] = {
        { "server", "mail.example" },
        { "password", "s3cret" },
        { "pin", "123" },
        { NULL },
};

static void a_secret_is_blotted_out_wherever_it_stands(void **state)
{
        static const struct {
                const char *text, *told;
        } cases[] = {
                { "", "" },
                { "250 ok", "250 ok" },
                { "s3cret", "******" },
                { "a s3cret, s3crets3cret", "a ******, ************" },
                { "connected to mail.example", "connected to mail.example" },
                { "123: one that is too short to be told from words", NULL },
        };
        Steps steps = { .options = options, .values = values };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(steps_keep(&steps, cases[i].text),
                        cases[i].told ? cases[i].told : cases[i].text);
        steps_add_said(&steps, RELANCED_DEBUG, "AUTH s3cret");
        steps_add(&steps, STEP_WORKER, true, "s3cret");
        assert_string_equal(steps.list[0].text, "AUTH ******");
        assert_string_equal(steps.list[1].text, "******");
        assert_null(steps_keep(&steps, NULL));
        arena_release(&steps.arena);
}

static void a_step_can_be_told_late_in_its_place(void **state)
{
        Steps steps = { 0 };

        steps_add(&steps, STEP_WORKER, true, "open");
        steps_add_said(&steps, RELANCED_INFO, "connected");
        steps_insert(&steps, 1, STEP_ADDRESS, true, "accepted");
        assert_int_equal(steps.n, 3);
        assert_int_equal(steps.list[1].kind, STEP_ADDRESS);
        assert_string_equal(steps.list[2].text, "connected");
        steps_insert(&steps, 3, STEP_BEGIN, true, "go");
        assert_string_equal(steps.list[3].text, "go");
        arena_release(&steps.arena);
}

static void what_has_no_room_is_counted(void **state)
{
        Steps steps = { 0 };

        for (size_t i = 0; i < STEPS_MAX + 7; i++)
                steps_add_said(&steps, RELANCED_ERROR, "and on");
        assert_int_equal(steps.n, STEPS_MAX);
        assert_int_equal(steps.n_untold, 7);
        assert_false(steps.list[0].is_good);
        arena_release(&steps.arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_secret_is_blotted_out_wherever_it_stands),
                cmocka_unit_test(a_step_can_be_told_late_in_its_place),
                cmocka_unit_test(what_has_no_room_is_counted),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
