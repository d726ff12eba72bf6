/* SPDX-License-Identifier: MIT */
/* Memory that is taken back all at once. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

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
                cmocka_unit_test(an_arena_gives_zeroed_aligned_pieces_of_any_size),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
