/* SPDX-License-Identifier: MIT */
/* Owns the texts of amounts and their checked sums. Depends on no locale, never rounds: an amount
 * with more decimals than its currency has is refused. */

#include "core/money.h"

#include <errno.h>

/* Appends a digit on the negative side, where the range reaches one further. */
static bool add_digit(int64_t *value, char c)
{
        return !__builtin_mul_overflow(*value, 10, value) &&
               !__builtin_sub_overflow(*value, c - '0', value);
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* digits, then optionally a dot or comma and at most exponent digits. */
static bool is_amount(const char *p, int exponent)
{
        int n_decimals = 0;

        if (!is_digit(*p))
                return false;
        while (is_digit(*p))
                p++;
        if (!*p)
                return true;
        if (*p != '.' && *p != ',')
                return false;
        for (p++; is_digit(*p); p++)
                n_decimals++;
        return !*p && n_decimals >= 1 && n_decimals <= exponent;
}

int money_parse(const char *text, const char *currency, int64_t *ret_minor)
{
        int exponent = currency_exponent(currency);
        bool is_negative = *text == '-', is_decimal = false;
        int64_t value = 0;
        const char *p = text + is_negative;

        if (exponent < 0 || !is_amount(p, exponent))
                return -EINVAL;
        for (; *p; p++) {
                if (!is_digit(*p)) {
                        is_decimal = true;
                        continue;
                }
                if (!add_digit(&value, *p))
                        return -ERANGE;
                exponent -= is_decimal;
        }
        for (; exponent > 0; exponent--)
                if (!add_digit(&value, '0'))
                        return -ERANGE;
        if (!is_negative && __builtin_sub_overflow(0, value, &value))
                return -ERANGE;
        *ret_minor = value;
        return 0;
}

const char *money_format(int64_t minor, const char *currency, char text[static MONEY_TEXT_SIZE])
{
        int exponent = MAX(currency_exponent(currency), 0);
        uint64_t rest = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
        char *p = text + MONEY_TEXT_SIZE;

        *--p = '\0';
        for (int n = 0; rest > 0 || n <= exponent; n++, rest /= 10) {
                if (n > 0 && n == exponent)
                        *--p = '.';
                *--p = (char)('0' + rest % 10);
        }
        if (minor < 0)
                *--p = '-';
        return memmove(text, p, (size_t)(text + MONEY_TEXT_SIZE - p));
}

int64_t money_percent(int64_t minor, int hundredths)
{
        return (int64_t)(((__int128)minor * hundredths + 5000) / 10000);
}

int money_add(int64_t *sum, int64_t minor)
{
        int64_t total;

        if (__builtin_add_overflow(*sum, minor, &total))
                return -EOVERFLOW;
        *sum = total;
        return 0;
}
