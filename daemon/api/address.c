/* SPDX-License-Identifier: MIT */
/* Owns the checks of addresses typed by a person; see address.h. Pure. */

#include "api/address.h"

#define EMAIL_MAX 254
#define DIGITS_MIN 4
#define DIGITS_MAX 15

bool address_is_email(const char *text)
{
        const char *at = strchr(text, '@');
        size_t length = strlen(text);

        if (!at || at == text || strchr(at + 1, '@') || length > EMAIL_MAX)
                return false;
        for (const char *c = text; *c; c++)
                if ((unsigned char)*c <= ' ' || *c == 0x7F || strchr("<>()[]\\,;:\"", *c))
                        return false;
        const char *domain = at + 1;
        if (*domain == '.' || *domain == '-' || *domain == '\0')
                return false;
        return text[length - 1] != '.' && !strstr(domain, "..");
}

bool address_is_phone(const char *text)
{
        size_t n_digits = 0;

        for (const char *c = text; *c; c++) {
                if (*c >= '0' && *c <= '9')
                        n_digits++;
                else if (*c == '+' && n_digits == 0 && !memchr(text, '+', (size_t)(c - text)))
                        continue;
                else if (!strchr(" .-()/", *c))
                        return false;
        }
        return n_digits >= DIGITS_MIN && n_digits <= DIGITS_MAX;
}
