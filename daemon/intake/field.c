/* SPDX-License-Identifier: MIT */
/* Owns the syntax of single values; see field.h for the contract. Never logs. */

#include "intake/field.h"

#include <errno.h>
#include <strings.h>

#include "intake/quote.h"

#define PHONE_DIGITS_MIN 4
/* As dialled from abroad: four digits ahead of the country code, a 0 behind it, 15 of E.164. */
#define PHONE_DIGITS_SIZE 24
#define URL_SIZE_MAX 2048
#define PATH_SIZE_MAX 1024

/* The C locale's classes, whatever the process's locale. */
static bool is_letter(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

static char upper(char c)
{
        return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What may stand between digits, however it came there: no-break blanks from a spreadsheet, marks
 * of direction around what was copied from an address book. */
static size_t phone_separator(const char *text)
{
        static const char *const separators[] = { " ", ".", "-", "/", "(", ")", "\u00A0", "\u2007",
                "\u2009", "\u200B", "\u200E", "\u200F", "\u2010", "\u2011", "\u2012", "\u2013",
                "\u202A", "\u202C", "\u202D", "\u202F", "\u2060", "\u2066", "\u2068", "\u2069" };

        for (size_t i = 0; i < ELEMENTSOF(separators); i++)
                if (strncmp(text, separators[i], strlen(separators[i])) == 0)
                        return strlen(separators[i]);
        return 0;
}

/* The + and the digits alone. */
static const char *phone_compact(const char *text, char ret_digits[static PHONE_DIGITS_SIZE])
{
        size_t n = 0;

        while (*text) {
                size_t separator = phone_separator(text);
                if (separator == 0 && !is_digit(*text) && !(*text == '+' && n == 0))
                        return "it may hold digits, blanks and . - / ( ) alone; an extension "
                               "cannot be kept";
                if (separator == 0 && n == PHONE_DIGITS_SIZE - 1)
                        return "it is too long";
                if (separator == 0)
                        ret_digits[n++] = *text;
                text += MAX(separator, 1U);
        }
        ret_digits[n] = '\0';
        return n < PHONE_DIGITS_MIN ? "it is too short" : NULL;
}

int phone_read(const char *text, const char *country, char ret_phone[static PHONE_SIZE],
        const char **ret_fault)
{
        char digits[PHONE_DIGITS_SIZE];

        *ret_fault = phone_compact(text, digits);
        if (*ret_fault)
                return -EINVAL;
        switch (phone_to_e164(digits, country, ret_phone)) {
        case PHONE_GOOD: return 0;
        case PHONE_NO_COUNTRY:
                *ret_fault = *digits == '+'
                                     ? "no country has that code"
                                     : "it has no country code, and the country is not known";
                break;
        case PHONE_TOO_SHORT: *ret_fault = "it is too short"; break;
        case PHONE_TOO_LONG: *ret_fault = "it is too long"; break;
        case PHONE_NO_NUMBER: *ret_fault = "its country has no such number"; break;
        case PHONE_NO_LIBRARY:
                *ret_fault =
                        "the part of relanced that knows telephone numbers, e164.so, is missing";
                break;
        case PHONE_NO_MEMORY: *ret_fault = "out of memory"; return -ENOMEM;
        }
        return -EINVAL;
}

int language_normalise(const char *text, char *ret_language)
{
        size_t length = strlen(text);

        if (length != 2 && length != 5)
                return -EINVAL;
        for (size_t i = 0; i < length; i++)
                if (i == 2 ? text[i] != '-' && text[i] != '_' : !is_letter(text[i]))
                        return -EINVAL;
        for (size_t i = 0; i <= length; i++)
                ret_language[i] = i < 2 ? lower(text[i]) : upper(text[i]);
        if (length == 5)
                ret_language[2] = '-';
        return 0;
}

int country_normalise(const char *text, char *ret_country)
{
        if (strlen(text) != 2 || !is_letter(text[0]) || !is_letter(text[1]))
                return -EINVAL;
        ret_country[0] = upper(text[0]);
        ret_country[1] = upper(text[1]);
        ret_country[2] = '\0';
        return 0;
}

bool url_is_plausible(const char *text)
{
        size_t scheme = strncasecmp(text, "https://", 8) == 0  ? 8
                        : strncasecmp(text, "http://", 7) == 0 ? 7
                                                               : 0;

        if (scheme == 0 || strlen(text) > URL_SIZE_MAX || strcspn(text + scheme, "/?#") == 0)
                return false;
        for (const char *p = text; *p; p++)
                if (*p <= ' ' || *p >= 0x7F || strchr("\"<>\\^`{|}", *p))
                        return false;
        return true;
}

bool path_is_plausible(const char *text)
{
        const char *component = text;

        if (strlen(text) > PATH_SIZE_MAX || has_control(text))
                return false;
        for (;; component++) {
                size_t length = strcspn(component, "/");
                if (length == 0 || (length == 1 && component[0] == '.') ||
                        (length == 2 && component[0] == '.' && component[1] == '.'))
                        return false;
                component += length;
                if (!*component)
                        return true;
        }
}

bool zone_name_is_plausible(const char *text)
{
        for (const char *p = text; *p; p++)
                if (!is_letter(*p) && !is_digit(*p) && !strchr("/_+-", *p))
                        return false;
        return is_letter(*text) && strlen(text) <= 64;
}

int percent_parse(const char *text, int *ret_hundredths)
{
        int value = 0, decimals = -1;

        if (!is_digit(*text))
                return -EINVAL;
        for (const char *p = text; *p; p++) {
                if ((*p == '.' || *p == ',') && decimals < 0 && is_digit(p[1])) {
                        decimals = 0;
                        continue;
                }
                if (!is_digit(*p) || decimals == 2 || value > 100 * 100)
                        return -EINVAL;
                value = value * 10 + (*p - '0');
                decimals += decimals >= 0;
        }
        for (int i = MAX(decimals, 0); i < 2; i++)
                value *= 10;
        if (value > 100 * 100)
                return -EINVAL;
        *ret_hundredths = value;
        return 0;
}

int line_normalise(const char *text, char *ret_line)
{
        char *out = ret_line;

        for (const char *p = text; *p; p++) {
                if (!strchr("\r\n\t", *p))
                        *out++ = *p;
                else if (out > ret_line && out[-1] != ' ')
                        *out++ = ' ';
        }
        *out = '\0';
        return has_control(ret_line) ? -EINVAL : 0;
}

int lines_normalise(const char *text, char *ret_lines)
{
        char *out = ret_lines;
        bool is_bad = false;

        for (const char *p = text; *p; p++) {
                char here[5] = { *p, (unsigned char)*p == 0xC2 ? p[1] : '\0' };
                if (*p == '\r' && p[1] == '\n')
                        continue;
                *out++ = *p == '\r' ? '\n' : *p == '\t' ? ' ' : *p;
                is_bad = is_bad || (!strchr("\r\n\t", *p) && has_control(here));
        }
        *out = '\0';
        return is_bad ? -EINVAL : 0;
}
