/* SPDX-License-Identifier: MIT */
/* Bounded buffers. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"

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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_buffer_keeps_its_first_error_until_it_is_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
