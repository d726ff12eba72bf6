/* SPDX-License-Identifier: MIT */
/* Any text as a date, instant, minute, integer and amount: what is accepted comes back from its own
 * text, what is refused leaves the result alone. */

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/parse.h"
#include "core/date.h"
#include "core/money.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void try_date(const char *text)
{
        Date date = DATE_NONE;
        char again[DATE_TEXT_SIZE];

        if (date_parse(text, &date) == 0)
                assert(streq(date_format(date, again), text));
        else
                assert(!date_is_set(date));
}

static void try_instant(const char *text)
{
        Instant instant = INSTANT_NONE, first, last, second = INSTANT_NONE;
        char again[INSTANT_TEXT_SIZE];

        if (instant_parse(text, &instant) < 0) {
                assert(!instant_is_set(instant));
                return;
        }
        assert(instant.usec % USEC_PER_SEC == 0);
        /* At the ends of the calendar UTC may already be outside of it. */
        (void)instant_parse("0001-01-01T00:00:00Z", &first);
        (void)instant_parse("9999-12-31T23:59:59Z", &last);
        bool is_inside = instant.usec >= first.usec && instant.usec <= last.usec;
        int r = instant_parse(instant_format(instant, 0, again), &second);
        assert(r == 0 && (!is_inside || second.usec == instant.usec));
        (void)instant_format(instant, -1439, again);
        r = instant_parse(again, &second);
        assert(r == 0);
}

static void try_minute(const char *text)
{
        int minute = -1;
        char again[16];

        if (minute_parse(text, &minute) < 0) {
                assert(minute == -1);
                return;
        }
        assert(minute >= 0 && minute <= 1440);
        (void)snprintf(again, sizeof(again), "%02d:%02d", minute / 60, minute % 60);
        assert(streq(again, text));
}

static void try_integer(const char *text)
{
        int64_t value = 42, second = 0;
        char again[32];
        int small = 42;

        if (parse_int64(text, INT64_MIN, INT64_MAX, &value) == 0) {
                (void)snprintf(again, sizeof(again), "%" PRId64, value);
                int r = parse_int64(again, value, value, &second);
                assert(r == 0 && second == value);
        } else {
                assert(value == 42);
        }
        if (parse_int(text, -5, 7, &small) == 0)
                assert(small >= -5 && small <= 7 && small == value);
        else
                assert(small == 42);
}

static void try_money(const char *text)
{
        static const char *const currencies[] = { "EUR", "JPY", "TND", "CLF" };
        char again[MONEY_TEXT_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(currencies); i++) {
                int64_t minor = 42, second = 0;
                if (money_parse(text, currencies[i], &minor) < 0) {
                        assert(minor == 42);
                        continue;
                }
                money_format(minor, currencies[i], again);
                int r = money_parse(again, currencies[i], &second);
                assert(r == 0 && second == minor);
                int64_t sum = minor;
                assert(money_add(&sum, second) < 0 || sum / 2 == minor);
        }
        assert(currency_exponent(text) <= 4);
}

static void try_names(const char *text, size_t length)
{
        static const char *const names[] = { "email", "sms", "after_due", "x" };
        bool flag;
        int index = -1;

        (void)parse_bool(text, &flag);
        if (parse_name(text, names, ELEMENTSOF(names), &index) == 0)
                assert(nearest_name(text, names, ELEMENTSOF(names)) == names[index] ||
                        streq(text, "x"));
        assert(edit_distance(text, names[0]) == edit_distance(names[0], text));
        if (utf8_is_valid(text, length))
                assert(!memchr(text, 0, length));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(freep) char *text = malloc(size + 1);

        assert(text);
        if (size > 0)
                memcpy(text, bytes, size);
        text[size] = '\0';
        try_date(text);
        try_instant(text);
        try_minute(text);
        try_integer(text);
        try_money(text);
        try_names(text, size);
        return 0;
}
