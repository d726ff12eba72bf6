/* SPDX-License-Identifier: MIT */
/* Owns strict text parsing; see parse.h for the contract. Never logs. */

#include "base/parse.h"

#include <errno.h>
#include <limits.h>
#include <strings.h>

#define NAME_MAX_DISTANCE 63

int parse_int64(const char *text, int64_t min, int64_t max, int64_t *ret_value)
{
        const char *p = text;
        int64_t value = 0;
        bool is_negative = false;

        if (*p == '-' || *p == '+')
                is_negative = *p++ == '-';
        if (!*p)
                return -EINVAL;
        for (; *p; p++) {
                if (*p < '0' || *p > '9')
                        return -EINVAL;
                int digit = is_negative ? '0' - *p : *p - '0';
                if (__builtin_mul_overflow(value, 10, &value) ||
                        __builtin_add_overflow(value, digit, &value))
                        return -ERANGE;
        }
        if (value < min || value > max)
                return -ERANGE;
        *ret_value = value;
        return 0;
}

int parse_int(const char *text, int min, int max, int *ret_value)
{
        int64_t value;
        int r = parse_int64(text, min, max, &value);

        if (r < 0)
                return r;
        *ret_value = (int)value;
        return 0;
}

int parse_bool(const char *text, bool *ret_value)
{
        static const char *const words[] = { "no", "yes", "false", "true", "0", "1" };

        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                if (strcasecmp(text, words[i]) != 0)
                        continue;
                *ret_value = i % 2 == 1;
                return 0;
        }
        return -EINVAL;
}

int parse_name(const char *text, const char *const names[], size_t n, int *ret_index)
{
        for (size_t i = 0; i < n; i++) {
                if (!streq(text, names[i]))
                        continue;
                *ret_index = (int)i;
                return 0;
        }
        return -EINVAL;
}

size_t utf8_length(const char *text, size_t length)
{
        const unsigned char *p = (const unsigned char *)text;
        static const struct {
                unsigned char first, last, second_low, second_high;
                size_t length;
        } forms[] = {
                { 0x01, 0x7F, 0, 0, 1 },
                { 0xC2, 0xDF, 0x80, 0xBF, 2 },
                { 0xE0, 0xE0, 0xA0, 0xBF, 3 },
                { 0xE1, 0xEC, 0x80, 0xBF, 3 },
                { 0xED, 0xED, 0x80, 0x9F, 3 },
                { 0xEE, 0xEF, 0x80, 0xBF, 3 },
                { 0xF0, 0xF0, 0x90, 0xBF, 4 },
                { 0xF1, 0xF3, 0x80, 0xBF, 4 },
                { 0xF4, 0xF4, 0x80, 0x8F, 4 },
        };

        for (size_t i = 0; length > 0 && i < ELEMENTSOF(forms); i++) {
                if (*p < forms[i].first || *p > forms[i].last)
                        continue;
                if (length < forms[i].length)
                        return 0;
                if (forms[i].length > 1 &&
                        (p[1] < forms[i].second_low || p[1] > forms[i].second_high))
                        return 0;
                for (size_t k = 2; k < forms[i].length; k++)
                        if ((p[k] & 0xC0) != 0x80)
                                return 0;
                return forms[i].length;
        }
        return 0;
}

bool utf8_is_valid(const char *text, size_t length)
{
        while (length > 0) {
                size_t n = utf8_length(text, length);
                if (n == 0)
                        return false;
                text += n;
                length -= n;
        }
        return true;
}

unsigned edit_distance(const char *a, const char *b)
{
        size_t n = strlen(a), m = strlen(b);
        unsigned row[NAME_MAX_DISTANCE + 1];

        if (n > NAME_MAX_DISTANCE || m > NAME_MAX_DISTANCE)
                return UINT_MAX;
        for (size_t j = 0; j <= m; j++)
                row[j] = (unsigned)j;
        for (size_t i = 1; i <= n; i++) {
                unsigned diagonal = row[0];
                row[0] = (unsigned)i;
                for (size_t j = 1; j <= m; j++) {
                        unsigned above = row[j];
                        unsigned changed = diagonal + (a[i - 1] != b[j - 1]);
                        row[j] = MIN(MIN(above, row[j - 1]) + 1, changed);
                        diagonal = above;
                }
        }
        return row[m];
}

const char *nearest_name(const char *text, const char *const names[], size_t n)
{
        const char *nearest = NULL;
        unsigned least = UINT_MAX;

        for (size_t i = 0; i < n; i++) {
                unsigned distance = edit_distance(text, names[i]);
                unsigned bound = MAX(2U, (unsigned)strlen(names[i]) / 3);
                if (distance > bound || distance >= least || distance >= strlen(names[i]))
                        continue;
                least = distance;
                nearest = names[i];
        }
        return nearest;
}
