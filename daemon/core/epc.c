/* SPDX-License-Identifier: MIT */
/*
 * Owns the text of a payment code: its lines, their limits, and which accounts it can name. Values
 * come from outside: whatever would end a line, or is not UTF-8, becomes a blank. Never promises
 * that a bank takes it.
 */

#include "core/epc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "core/money.h"

#define CENTS_MAX INT64_C(99999999999)
#define NAME_CHARACTERS 70
#define NAME_BYTES 110 /* leaves room for a whole text of ASCII in any case */
#define TEXT_CHARACTERS 140
#define IBAN_SIZE 35
#define MORE "..." /* all of it may stand in a transfer's text */

/* Countries of IBANs, two letters each. */
static const char eea[] = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO "
                          "PL PT RO SE SI SK";
static const char beyond_eea[] = "AD AL CH GB GI MC MD ME MK RS SM VA";

static bool is_among(const char *countries, const char *iban)
{
        for (const char *at = countries;; at += 3) {
                if (strncmp(at, iban, 2) == 0)
                        return true;
                if (!at[2])
                        return false;
        }
}

static bool is_capital(char c)
{
        return c >= 'A' && c <= 'Z';
}

bool bic_is_valid(const char *text)
{
        size_t length = strnlen(text, 12);

        if (length != 8 && length != 11)
                return false;
        for (size_t i = 0; i < length; i++)
                if (!is_capital(text[i]) && (i < 6 || text[i] < '0' || text[i] > '9'))
                        return false;
        return true;
}

/* Without its blanks. False: it is not an account's. */
static bool compact(const char *iban, char ret_iban[static IBAN_SIZE])
{
        size_t n = 0;

        for (; *iban; iban++) {
                if (*iban == ' ')
                        continue;
                if (n == IBAN_SIZE - 1 || (!is_capital(*iban) && (*iban < '0' || *iban > '9')))
                        return false;
                ret_iban[n++] = *iban;
        }
        ret_iban[n] = 0;
        return n >= 15;
}

/* White space, a control, or no character at all (length 0). */
static bool is_blank(const char *character, size_t length)
{
        unsigned char c = (unsigned char)*character;
        bool is_c1 = length == 2 && c == 0xc2 && (unsigned char)character[1] < 0xa0;

        return length == 0 || c <= 0x20 || c == 0x7f || is_c1;
}

/* A text on one line: blanks are single and at neither end. */
typedef struct Line {
        char text[4 * TEXT_CHARACTERS + 1];
        size_t length, characters;
} Line;

static void line_add(Line *line, const char *text, size_t bytes_max, size_t characters_max)
{
        bool is_apart = false;

        for (size_t n; *text; text += MAX(n, (size_t)1)) {
                n = utf8_length(text, UTF8_MAX);
                if (is_blank(text, n)) {
                        is_apart = line->length > 0;
                        continue;
                }
                if (line->length + is_apart + n > bytes_max ||
                        line->characters + is_apart + 1 > characters_max)
                        break;
                if (is_apart)
                        line->text[line->length++] = ' ';
                memcpy(line->text + line->length, text, n);
                line->length += n;
                line->characters += (size_t)is_apart + 1;
                is_apart = false;
        }
        line->text[line->length] = 0;
}

/* The numbers, as many as fit into so many bytes and keep room for the mark that there are more. */
static void line_add_numbers(Line *line, const EpcTransfer *transfer, size_t bytes_max)
{
        const size_t mark = strlen(" " MORE);

        for (size_t i = 0; i < transfer->n_numbers; i++) {
                Line number = { .length = 0 };
                size_t comma = line->length > 0 ? strlen(", ") : 0;
                size_t rest = i + 1 < transfer->n_numbers ? mark : 0;
                line_add(&number, transfer->numbers[i], sizeof(number.text) - 1, SIZE_MAX);
                bool fits = line->length + comma + number.length + rest <= bytes_max &&
                            line->characters + comma + number.characters + rest <= TEXT_CHARACTERS;
                if (!fits) {
                        if (line->length > 0) {
                                memcpy(line->text + line->length, " " MORE, mark + 1);
                                line->length += mark;
                        }
                        return;
                }
                memcpy(line->text + line->length, ", ", comma);
                memcpy(line->text + line->length + comma, number.text, number.length + 1);
                line->length += comma + number.length;
                line->characters += comma + number.characters;
        }
}

bool epc_write(const EpcTransfer *transfer, char ret_text[static EPC_SIZE])
{
        const char *bic = bic_is_valid(transfer->bic) ? transfer->bic : "";
        Line name = { .length = 0 }, numbers = { .length = 0 };
        char iban[IBAN_SIZE];

        if (transfer->cents <= 0 || transfer->cents > CENTS_MAX || !compact(transfer->iban, iban))
                return false;
        if (!is_among(eea, iban) && !(is_among(beyond_eea, iban) && *bic))
                return false;
        line_add(&name, transfer->name, NAME_BYTES, NAME_CHARACTERS);
        if (name.length == 0)
                return false;
        int head = snprintf(ret_text, EPC_SIZE,
                "BCD\n002\n1\nSCT\n%s\n%s\n%s\nEUR%" PRId64 ".%02d\n\n\n", bic, name.text, iban,
                transfer->cents / 100, (int)(transfer->cents % 100));
        if (head < 0 || head >= EPC_SIZE)
                return false;
        line_add_numbers(&numbers, transfer, EPC_SIZE - 1 - (size_t)head);
        memcpy(ret_text + head, numbers.text, numbers.length + 1);
        if (numbers.length == 0) /* no separator follows what is said last */
                ret_text[head - (int)strlen("\n\n\n")] = 0;
        return true;
}
