/* SPDX-License-Identifier: MIT */
/* Owns the syntax of single values; see field.h for the contract. Never logs. */

#include "intake/field.h"

#include <errno.h>
#include <strings.h>

#include "intake/quote.h"

#define EMAIL_SIZE_MAX 254
#define EMAIL_LOCAL_SIZE_MAX 64
#define LABEL_SIZE_MAX 63
#define PHONE_DIGITS_MIN 4
#define PHONE_DIGITS_MAX 15
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

/* RFC 5322 dot-atom. */
static bool is_dot_atom(const char *text, size_t length)
{
        if (length == 0 || text[0] == '.' || text[length - 1] == '.')
                return false;
        for (size_t i = 0; i < length; i++) {
                if (text[i] == '.' && text[i - 1] == '.')
                        return false;
                if (!is_letter(text[i]) && !is_digit(text[i]) &&
                        !strchr(".!#$%&'*+/=?^_`{|}~-", text[i]))
                        return false;
        }
        return true;
}

static bool is_label(const char *text, size_t length)
{
        if (length == 0 || length > LABEL_SIZE_MAX || text[0] == '-' || text[length - 1] == '-')
                return false;
        for (size_t i = 0; i < length; i++)
                if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '-' &&
                        !((unsigned char)text[i] & 0x80))
                        return false;
        return true;
}

static bool is_domain(const char *text)
{
        unsigned n_labels = 0;
        const char *label = text;
        bool is_number = true;

        if (strcasecmp(text, "localhost") == 0)
                return true;
        for (;; label++) {
                size_t length = strcspn(label, ".");
                if (!is_label(label, length))
                        return false;
                n_labels++;
                is_number = strspn(label, "0123456789") == length;
                label += length;
                if (!*label)
                        return n_labels > 1 && !is_number;
        }
}

bool email_is_valid(const char *text)
{
        const char *at = strchr(text, '@');

        if (!at || strlen(text) > EMAIL_SIZE_MAX || (size_t)(at - text) > EMAIL_LOCAL_SIZE_MAX)
                return false;
        return !has_control(text) && is_dot_atom(text, (size_t)(at - text)) && is_domain(at + 1);
}

/* The length of what may stand between digits: no-break blanks come from spreadsheets. */
static size_t phone_separator(const char *text)
{
        if (*text && strchr(" .-/()", *text))
                return 1;
        if (strncmp(text, "\u00A0", 2) == 0)
                return 2;
        return strncmp(text, "\u202F", 3) == 0 ? 3 : 0;
}

int phone_normalise(const char *text, char *ret_phone)
{
        const char *p = text;
        char *out = ret_phone;
        unsigned n_digits = 0;

        if (*p == '+')
                *out++ = *p++;
        while (*p) {
                size_t separator = phone_separator(p);
                if (*text == '+' && strncmp(p, "(0)", 3) == 0) {
                        p += 3;
                } else if (separator > 0) {
                        p += separator;
                } else if (is_digit(*p)) {
                        *out++ = *p++;
                        n_digits++;
                } else {
                        return -EINVAL;
                }
        }
        *out = '\0';
        return n_digits >= PHONE_DIGITS_MIN && n_digits <= PHONE_DIGITS_MAX ? 0 : -EINVAL;
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
