/* SPDX-License-Identifier: MIT */
/* base/: strict parsing, bounded buffers, arenas. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/parse.h"
#include "base/strbuf.h"

static void an_integer_is_the_whole_text_within_its_bounds(void **state)
{
        static const struct {
                const char *text;
                int64_t min, max, value;
                int result;
        } cases[] = {
                { "0", 0, 9, 0, 0 },
                { "-7", -9, 9, -7, 0 },
                { "+7", -9, 9, 7, 0 },
                { "007", 0, 9, 7, 0 },
                { "10", 0, 9, 0, -ERANGE },
                { "-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, 0 },
                { "9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, 0 },
                { "9223372036854775808", INT64_MIN, INT64_MAX, 0, -ERANGE },
                { "", 0, 9, 0, -EINVAL },
                { "-", -9, 9, 0, -EINVAL },
                { " 1", 0, 9, 0, -EINVAL },
                { "1 ", 0, 9, 0, -EINVAL },
                { "1.0", 0, 9, 0, -EINVAL },
                { "0x1", 0, 9, 0, -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int64_t value = 42;
                assert_int_equal(parse_int64(cases[i].text, cases[i].min, cases[i].max, &value),
                        cases[i].result);
                assert_int_equal(value, cases[i].result < 0 ? 42 : cases[i].value);
        }
}

static void words_for_yes_and_no_and_nothing_else(void **state)
{
        bool value = false;

        assert_int_equal(parse_bool("YES", &value), 0);
        assert_true(value);
        assert_int_equal(parse_bool("false", &value), 0);
        assert_false(value);
        assert_int_equal(parse_bool("maybe", &value), -EINVAL);
        assert_int_equal(parse_bool("", &value), -EINVAL);
}

static void utf8_is_well_formed_or_refused(void **state)
{
        static const struct {
                const char *text;
                bool is_valid;
        } cases[] = {
                { "", true }, { "Été – 1 200 €", true }, { "\xF0\x9F\x99\x82", true },
                { "\xF4\x8F\xBF\xBF", true }, { "\xE9t\xE9", false }, /* Latin-1 */
                { "\xC0\xAF", false },                                /* overlong */
                { "\xE0\x80\xAF", false },                            /* overlong */
                { "\xED\xA0\x80", false },                            /* surrogate */
                { "\xF4\x90\x80\x80", false },                        /* beyond U+10FFFF */
                { "\xE2\x82", false },                                /* cut off */
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(
                        utf8_is_valid(cases[i].text, strlen(cases[i].text)), cases[i].is_valid);
        assert_false(utf8_is_valid("a\0b", 3));
}

static void the_nearest_name_is_one_that_may_be_meant(void **state)
{
        static const char *const names[] = { "after_due", "before_due", "send", "id" };

        assert_string_equal(nearest_name("after_deu", names, 4), "after_due");
        assert_string_equal(nearest_name("sned", names, 4), "send");
        assert_null(nearest_name("workers", names, 4));
        assert_null(nearest_name("xx", names, 4));
        assert_int_equal(edit_distance("kitten", "sitting"), 3);
}

static void a_buffer_keeps_its_first_error_until_it_is_read(void **state)
{
        StrBuf buffer = { .limit = 8 };
        char *text = NULL;

        strbuf_add(&buffer, "12345");
        strbuf_addf(&buffer, "%s", "6789");
        strbuf_add(&buffer, "x");
        assert_int_equal(strbuf_error(&buffer), -E2BIG);
        assert_string_equal(strbuf_text(&buffer), "12345");
        assert_int_equal(strbuf_take(&buffer, &text), -E2BIG);
        assert_null(text);
        strbuf_release(&buffer);
        strbuf_addf(&buffer, "%d", 12345678);
        assert_int_equal(strbuf_take(&buffer, &text), 0);
        assert_string_equal(text, "12345678");
        free(text);
        assert_string_equal(strbuf_text(&buffer), "");
}

static void an_arena_gives_zeroed_aligned_pieces_of_any_size(void **state)
{
        Arena arena = ARENA_INIT;

        for (int round = 0; round < 3; round++) {
                for (size_t size = 0; size < 300000; size = size * 2 + 1) {
                        unsigned char *piece = arena_alloc(&arena, size);
                        assert_non_null(piece);
                        assert_int_equal((uintptr_t)piece % sizeof(max_align_t) % 16, 0);
                        for (size_t i = 0; i < size; i++)
                                assert_int_equal(piece[i], 0);
                        memset(piece, 0xAA, size);
                }
                assert_string_equal(arena_strdup(&arena, "texte"), "texte");
                assert_null(arena_strdup(&arena, NULL));
                arena_reset(&arena);
        }
        assert_null(arena_alloc_array(&arena, SIZE_MAX / 2, 3));
        arena_release(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_integer_is_the_whole_text_within_its_bounds),
                cmocka_unit_test(words_for_yes_and_no_and_nothing_else),
                cmocka_unit_test(utf8_is_well_formed_or_refused),
                cmocka_unit_test(the_nearest_name_is_one_that_may_be_meant),
                cmocka_unit_test(a_buffer_keeps_its_first_error_until_it_is_read),
                cmocka_unit_test(an_arena_gives_zeroed_aligned_pieces_of_any_size),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
