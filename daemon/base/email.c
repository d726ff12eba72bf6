/* SPDX-License-Identifier: MIT */
/* Owns the syntax of e-mail addresses. Never looks up whether one exists; cannot fail. */

#include "base/email.h"

#include <strings.h>

#include "base/parse.h"

#define ADDRESS_BYTES_MAX 254 /* RFC 5321, without the brackets */
#define LOCAL_BYTES_MAX 64
#define LABEL_BYTES_MAX 63

/* The C locale's classes, whatever the process's locale. */
static bool is_letter_or_digit(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_control(const char *at)
{
        unsigned char c = (unsigned char)*at;

        return c < 0x20 || c == 0x7F || (c == 0xC2 && (unsigned char)at[1] < 0xA0);
}

static const char *local_fault(const char *text, size_t length)
{
        if (length == 0)
                return "nothing stands before its @";
        if (length > LOCAL_BYTES_MAX)
                return "the part before its @ is longer than 64 characters";
        if (text[0] == '"')
                return "its part before the @ is in quotes";
        if (strncmp(text, "=?", 2) == 0) /* readers decode it (RFC 2047) and show another */
                return "it begins with =?";
        if (text[0] == '.' || text[length - 1] == '.')
                return "a dot stands at the beginning or just before its @";
        for (size_t i = 0; i < length; i++) {
                if ((unsigned char)text[i] >= 0x80)
                        return "the part before its @ may hold plain ASCII letters only";
                if (text[i] == '.' && text[i - 1] == '.')
                        return "two dots follow each other";
                if (!is_letter_or_digit(text[i]) && !strchr(".!#$%&'*+/=?^_`{|}~-", text[i]))
                        return "it holds a character that cannot stand before the @";
        }
        return NULL;
}

/* Blanks, dots, marks of direction and such beyond ASCII: unseen, or not what they look like. */
static bool is_deceptive(const char *at)
{
        static const char *const characters[] = {
                "\u00A0",
                "\u00AD",
                "\u1680",
                "\u180E",
                "\u3000",
                "\u3002",
                "\uFEFF",
                "\uFF0E",
                "\uFF20",
                "\uFF61",
                "\uFFFC",
                "\uFFFD",
        };

        for (size_t i = 0; i < ELEMENTSOF(characters); i++)
                if (strncmp(at, characters[i], strlen(characters[i])) == 0)
                        return true;
        /* U+2000 … U+207F: punctuation, blanks and controls. */
        return at[0] == '\xE2' && (at[1] == '\x80' || at[1] == '\x81');
}

static const char *label_fault(const char *text, size_t length)
{
        if (length == 0)
                return "its domain begins or ends with a dot, or has two together";
        if (length > LABEL_BYTES_MAX)
                return "a part of its domain is longer than 63 characters";
        if (text[0] == '-' || text[length - 1] == '-')
                return "a part of its domain begins or ends with a hyphen";
        for (size_t i = 0; i < length; i++) {
                bool is_ascii = (unsigned char)text[i] < 0x80;
                if (is_ascii ? !is_letter_or_digit(text[i]) && text[i] != '-'
                             : is_deceptive(text + i))
                        return "its domain holds a character that no domain has";
        }
        return NULL;
}

static const char *domain_fault(const char *text)
{
        unsigned n_labels = 0;
        const char *label = text;

        if (*text == '\0')
                return "nothing stands behind its @";
        if (strcasecmp(text, "localhost") == 0)
                return NULL;
        for (;; label++) {
                size_t length = strcspn(label, ".");
                const char *fault = label_fault(label, length);
                if (fault)
                        return fault;
                n_labels++;
                bool is_number = strspn(label, "0123456789") == length;
                label += length;
                if (*label)
                        continue;
                if (n_labels == 1)
                        return "its domain has no dot";
                return is_number ? "its domain ends with a number" : NULL;
        }
}

const char *email_fault(const char *text)
{
        const char *at = strchr(text, '@');
        size_t length = strlen(text);

        if (!utf8_is_valid(text, length))
                return "it is not UTF-8";
        for (const char *p = text; *p; p++)
                if (is_control(p))
                        return "it holds a control character";
        if (strchr(text, ' '))
                return "a blank stands in it";
        if (!at)
                return "it has no @";
        if (strchr(at + 1, '@'))
                return "it has several @";
        if (length > ADDRESS_BYTES_MAX)
                return "it is longer than 254 characters";
        const char *fault = local_fault(text, (size_t)(at - text));
        return fault ? fault : domain_fault(at + 1);
}
