/* SPDX-License-Identifier: MIT */
/* The ring of changes: what a follower is given, and told that it has missed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/changes.h"

#define KEPT 4096

/* The notices that a follower is given, up to four, as digits; *n_lost of all. */
static unsigned take(const Changes *changes, uint64_t *number, uint64_t *n_lost)
{
        unsigned taken = 0;
        uint64_t lost;
        int64_t notice;

        *n_lost = 0;
        while (changes_next(changes, number, &notice, &lost)) {
                taken = taken * 10 + (unsigned)notice;
                *n_lost += lost;
        }
        return taken;
}

static void changes_come_in_order_and_a_notice_with_its_last(void **state)
{
        static const struct {
                const char *noted;
                unsigned taken;
        } cases[] = {
                { "", 0 },
                { "1", 1 },
                { "123", 123 },
                { "11", 1 },
                { "121", 21 },
                { "1212", 12 },
                { "12321", 321 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(changes_freep) Changes *changes = NULL;
                uint64_t number = 0, n_lost;
                assert_int_equal(changes_new(&changes), 0);
                for (const char *at = cases[i].noted; *at; at++)
                        changes_note(changes, *at - '0');
                assert_int_equal(changes_newest(changes), strlen(cases[i].noted));
                assert_int_equal(take(changes, &number, &n_lost), cases[i].taken);
                assert_int_equal(n_lost, 0);
                assert_int_equal(take(changes, &number, &n_lost), 0);
                changes_note(changes, 4);
                assert_int_equal(take(changes, &number, &n_lost), 4);
        }
}

static void a_follower_begins_where_it_wants(void **state)
{
        _cleanup_(changes_freep) Changes *changes = NULL;
        uint64_t number, n_lost;

        assert_int_equal(changes_new(&changes), 0);
        changes_note(changes, 1);
        number = changes_newest(changes);
        assert_int_equal(take(changes, &number, &n_lost), 0);
        changes_note(changes, 2);
        assert_int_equal(take(changes, &number, &n_lost), 2);
}

static void what_is_forgotten_is_counted(void **state)
{
        for (uint64_t n = KEPT - 1; n < KEPT + 4; n++) {
                _cleanup_(changes_freep) Changes *changes = NULL;
                uint64_t number = 0, n_lost, n_taken = 0, n_all_lost = 0;
                int64_t notice, before = 0;
                assert_int_equal(changes_new(&changes), 0);
                for (uint64_t i = 1; i <= n; i++)
                        changes_note(changes, (int64_t)i);
                while (changes_next(changes, &number, &notice, &n_lost)) {
                        assert_true(notice == before + 1 + (int64_t)n_lost);
                        before = notice;
                        n_taken++;
                        n_all_lost += n_lost;
                }
                assert_int_equal(n_taken, n < KEPT ? n : KEPT);
                assert_int_equal(n_taken + n_all_lost, n);
        }
}

static void a_follower_that_is_behind_loses_only_what_is_forgotten(void **state)
{
        _cleanup_(changes_freep) Changes *changes = NULL;
        uint64_t number = 0, n_lost;
        int64_t notice;

        assert_int_equal(changes_new(&changes), 0);
        for (int64_t i = 1; i <= 10; i++)
                changes_note(changes, i);
        assert_true(changes_next(changes, &number, &notice, &n_lost));
        assert_int_equal(notice, 1);
        for (int64_t i = 11; i <= 10 + 2 * KEPT; i++)
                changes_note(changes, i);
        assert_true(changes_next(changes, &number, &notice, &n_lost));
        assert_int_equal(n_lost, 10 + 2 * KEPT - KEPT - 1);
        assert_int_equal(notice, 10 + 2 * KEPT - KEPT + 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(changes_come_in_order_and_a_notice_with_its_last),
                cmocka_unit_test(a_follower_begins_where_it_wants),
                cmocka_unit_test(what_is_forgotten_is_counted),
                cmocka_unit_test(a_follower_that_is_behind_loses_only_what_is_forgotten),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
