/* SPDX-License-Identifier: MIT */
/* Tests of intake/wire: packets, and damaged ones above all. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "intake/wire.h"

static WirePacket packet;

static void what_is_packed_is_unpacked(void **state)
{
        const CsvField fields[] = { { "F-1", 3 }, { "", 0 }, { "Café", 5 } };
        const char *texts[3], *text;
        size_t offset = 0;
        WireItem item;

        packet.length = 0;
        assert_true(wire_add_value(&packet, WIRE_KIND, 2));
        assert_true(wire_add_text(&packet, WIRE_ERROR, 7, "what"));
        assert_true(wire_add_row(&packet, 8, true, fields, 3));
        assert_true(wire_add_text(&packet, WIRE_SKIPPED, 9, ""));

        assert_int_equal(wire_next(packet.bytes, packet.length, &offset, &item), 1);
        assert_int_equal(item.type, WIRE_KIND);
        assert_int_equal(item.value, 2);
        assert_int_equal(wire_next(packet.bytes, packet.length, &offset, &item), 1);
        assert_int_equal(item.type, WIRE_ERROR);
        assert_int_equal(item.line, 7);
        assert_int_equal(wire_text(&item, &text), 0);
        assert_string_equal(text, "what");
        assert_int_equal(wire_next(packet.bytes, packet.length, &offset, &item), 1);
        assert_int_equal(item.type, WIRE_ROW);
        assert_int_equal(item.line, 8);
        assert_int_equal(item.value, 1);
        assert_int_equal(wire_row(&item, texts, 3), 0);
        assert_string_equal(texts[0], "F-1");
        assert_string_equal(texts[1], "");
        assert_string_equal(texts[2], "Café");
        assert_int_equal(wire_row(&item, texts, 2), -EBADMSG);
        assert_int_equal(wire_next(packet.bytes, packet.length, &offset, &item), 1);
        assert_int_equal(wire_text(&item, &text), 0);
        assert_string_equal(text, "");
        assert_int_equal(wire_next(packet.bytes, packet.length, &offset, &item), 0);
}

static void the_largest_record_fits_and_two_do_not(void **state)
{
        static char large[CSV_RECORD_SIZE_MAX + 1];
        CsvField fields[19] = { { large, CSV_RECORD_SIZE_MAX } };

        memset(large, 'x', CSV_RECORD_SIZE_MAX);
        for (size_t i = 1; i < ELEMENTSOF(fields); i++)
                fields[i] = (CsvField){ "", 0 };
        packet.length = 0;
        assert_true(wire_add_row(&packet, 1, true, fields, ELEMENTSOF(fields)));
        size_t length = packet.length;
        assert_false(wire_add_row(&packet, 1, true, fields, ELEMENTSOF(fields)));
        assert_int_equal(packet.length, length);
}

static void a_long_text_is_cut_between_characters(void **state)
{
        char text[WIRE_TEXT_MAX + 10];
        const char *taken;
        size_t offset = 0;
        WireItem item;

        memset(text, 'x', sizeof(text));
        memcpy(text + WIRE_TEXT_MAX - 1, "é!", 4);
        packet.length = 0;
        assert_true(wire_add_text(&packet, WIRE_WARNING, 1, text));
        assert_int_equal(wire_next(packet.bytes, packet.length, &offset, &item), 1);
        assert_int_equal(wire_text(&item, &taken), 0);
        assert_int_equal(strlen(taken), WIRE_TEXT_MAX - 1);
}

/* Reads whatever the bytes are; all that can go wrong is a crash. */
static void take_anything(const void *bytes, size_t length)
{
        const char *fields[19], *text;
        size_t offset = 0;
        WireItem item;

        while (wire_next(bytes, length, &offset, &item) > 0) {
                if (wire_text(&item, &text) == 0)
                        assert_true(strlen(text) < length);
                if (wire_row(&item, fields, 3) == 0)
                        assert_true(strlen(fields[2]) < length);
                assert_true(offset <= length);
        }
}

static void damaged_packets_are_refused_not_believed(void **state)
{
        const CsvField fields[] = { { "F-1", 3 }, { "", 0 }, { "Café", 5 } };

        packet.length = 0;
        assert_true(wire_add_text(&packet, WIRE_ERROR, 7, "what"));
        assert_true(wire_add_row(&packet, 8, true, fields, 3));
        for (size_t length = 0; length <= packet.length; length++) {
                /* The exact size on the heap, so that a sanitizer sees a byte too many. */
                _cleanup_(freep) unsigned char *cut = malloc(MAX(length, (size_t)1));
                memcpy(cut, packet.bytes, length);
                take_anything(cut, length);
        }
        for (size_t i = 0; i < packet.length; i++) {
                for (int bit = 0; bit < 8; bit++) {
                        _cleanup_(freep) unsigned char *changed = malloc(packet.length);
                        memcpy(changed, packet.bytes, packet.length);
                        changed[i] ^= (unsigned char)(1 << bit);
                        take_anything(changed, packet.length);
                }
        }
}

static void texts_that_are_no_text_are_refused(void **state)
{
        static const struct {
                const char *bytes;
                size_t length;
        } cases[] = { { "abc", 3 }, { "a\0b", 4 }, { "\xE9", 2 }, { "", 0 } };
        const char *text;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                WireItem item = { WIRE_ERROR, 0, 1, cases[i].bytes, cases[i].length };
                assert_int_equal(wire_text(&item, &text), -EBADMSG);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_packed_is_unpacked),
                cmocka_unit_test(the_largest_record_fits_and_two_do_not),
                cmocka_unit_test(a_long_text_is_cut_between_characters),
                cmocka_unit_test(damaged_packets_are_refused_not_believed),
                cmocka_unit_test(texts_that_are_no_text_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
