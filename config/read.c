/* SPDX-License-Identifier: MIT */
/*
 * Owns how a value of each type is told from what is none, and the sentences about it. Never knows
 * what a key is for. What cannot be read is a problem and keeps its default; want of memory sticks
 * in the reader.
 */

#include "config/read.h"

#include <errno.h>
#include <strings.h>

#include "base/email.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "config/codes.h"
#include "core/calendar-rules.h"
#include "sys/zone.h"

#define LABEL_MAX 128
#define NAMES_MAX 64

void *reader_alloc(Reader *reader, size_t n, size_t size)
{
        void *memory = arena_alloc_array(reader->arena, n, size);

        if (!memory)
                reader->error = -ENOMEM;
        return memory;
}

static bool is_told(const Reader *reader, const Node *node)
{
        for (size_t i = 0; reader->is_partial && i < reader->n_before; i++) {
                const Problem *problem = &reader->problems->list[i];
                if (problem->line == node->line && streq_or_null(problem->file, node->file))
                        return true;
        }
        return false;
}

_printf_(4, 0) static void reader_tell(
        Reader *reader, bool is_warning, const Node *node, const char *format, va_list arguments)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        if (is_told(reader, node))
                return;
        strbuf_vaddf(&text, format, arguments);
        problems_add(reader->problems, is_warning, node->file ? node->file : reader->shown,
                node->line, "%s", strbuf_text(&text));
        if (strbuf_error(&text) < 0)
                reader->error = -ENOMEM;
}

void reader_error(Reader *reader, const Node *node, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        reader_tell(reader, false, node, format, arguments);
        va_end(arguments);
}

void reader_warning(Reader *reader, const Node *node, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        reader_tell(reader, true, node, format, arguments);
        va_end(arguments);
}

void reader_missing(Reader *reader, const Node *node, const char *format, ...)
{
        va_list arguments;

        if (reader->is_partial)
                return;
        va_start(arguments, format);
        reader_tell(reader, false, node, format, arguments);
        va_end(arguments);
}

/* What a value must be, as the end of "… must be". */
static void key_add_expected(const Key *key, StrBuf *text)
{
        static const char *const expected[] = {
                [KEY_TEXT] = "a text in quotes",
                [KEY_NAME] = "a name in quotes of letters, digits, \"-\" and \"_\"",
                [KEY_MODULE] = "a name in quotes of letters, digits, \"-\" and \"_\", or the "
                               "absolute path of a module",
                [KEY_LABEL] = "a text in quotes of 1 to 128 bytes without a blank at its ends",
                [KEY_PATH] = "a path in quotes",
                [KEY_EMAIL] = "an e-mail address in quotes",
                [KEY_COUNTRY] = "a country in two capital letters, such as \"FR\"",
                [KEY_LANGUAGE] = "a language in two small letters, such as \"fr\"",
                [KEY_CURRENCY] = "a currency of ISO 4217, such as \"EUR\"",
                [KEY_ZONE] = "a time zone, such as \"Europe/Paris\"",
                [KEY_CALENDAR] = "a calendar: \"none\", a country, a part of one such as "
                                 "\"GB-SCT\", or one of yours (man relanced.conf lists them)",
                [KEY_BOOLEAN] = "true or false, without quotes",
                [KEY_TIME] = "a time of day in quotes, such as \"09:00\"",
                [KEY_DAYS] = "days of the week in quotes, such as \"mon-fri\" or \"mon,wed,fri\"",
                [KEY_TEXTS] = "a list of texts, such as [ \"one\", \"two\" ]",
                [KEY_GROUP] = "a group { … }",
                [KEY_GROUPS] = "a list of groups ( { … }, { … } )",
        };
        if (key->type == KEY_NUMBER) {
                strbuf_addf(text, "a whole number from %d to %d", key->about.min, key->about.max);
        } else if (key->type == KEY_CHOICE) {
                for (size_t i = 0; i < key->n_choices; i++)
                        strbuf_addf(text, "%s\"%s\"",
                                i == 0                    ? ""
                                : i == key->n_choices - 1 ? " or "
                                                          : ", ",
                                key->choices[i]);
        } else {
                strbuf_add(text, expected[key->type]);
        }
}

static void reader_mistyped(Reader *reader, const Node *node, const Key *key)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT, expected = STRBUF_INIT;

        node_add_path(node, &path);
        key_add_expected(key, &expected);
        reader_error(reader, node, "%s must be %s, not %s", strbuf_text(&path),
                strbuf_text(&expected), node_type_name(node->type));
}

/* Whether its values are those of a list that somebody keeps. */
static bool key_is_listed(const Key *key)
{
        return key->type == KEY_CHOICE || key->type == KEY_COUNTRY || key->type == KEY_LANGUAGE ||
               key->type == KEY_CURRENCY || key->type == KEY_ZONE || key->type == KEY_CALENDAR;
}

static const char *nearest_calendar(Reader *reader, const char *text)
{
        size_t n, n_names = 0;
        const Calendar *const *all = calendar_all(&n);
        const char **names = reader_alloc(reader, n + reader->n_calendars, sizeof(*names));

        for (size_t i = 0; names && i < reader->n_calendars; i++)
                names[n_names++] = reader->calendars[i].name;
        for (size_t i = 0; names && i < n; i++)
                names[n_names++] = all[i]->name;
        for (size_t i = 0; i < n_names; i++)
                if (strcasecmp(text, names[i]) == 0)
                        return names[i];
        return names ? nearest_name(text, names, n_names) : NULL;
}

/* What a text that is no value of the key was meant to be, or NULL. */
static const char *nearest_value(Reader *reader, const Key *key, const char *text)
{
        if (key->type == KEY_CHOICE)
                return nearest_name(text, key->choices, key->n_choices);
        return key->type == KEY_CALENDAR ? nearest_calendar(reader, text) : NULL;
}

/* The value is of the right type and wrong all the same. */
static void reader_refuse(Reader *reader, const Node *node, const Key *key)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT, expected = STRBUF_INIT;
        const char *nearest = nearest_value(reader, key, node->text);

        node_add_path(node, &path);
        key_add_expected(key, &expected);
        if (key->type == KEY_NUMBER && number_is_too_large(node->number)) {
                reader_error(reader, node, "%s is too large: it must be %s (%s)",
                        strbuf_text(&path), strbuf_text(&expected), key->about.help);
                return;
        }
        if (key->type == KEY_NUMBER) {
                reader_error(reader, node, "%s = %lld is out of range: it must be %s (%s)",
                        strbuf_text(&path), (long long)node->number, strbuf_text(&expected),
                        key->about.help);
                return;
        }
        if (!key_is_listed(key)) {
                reader_error(reader, node, "%s must be %s, not \"%s\"", strbuf_text(&path),
                        strbuf_text(&expected), node->text);
                return;
        }
        reader_error(reader, node, "%s = \"%s\" is unknown: it must be %s%s%s%s",
                strbuf_text(&path), node->text, strbuf_text(&expected),
                nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

bool reader_is_text(Reader *reader, const Node *node)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        if (!utf8_is_valid(node->text, strlen(node->text))) {
                node_add_path(node, &path);
                reader_error(reader, node, "%s is not UTF-8", strbuf_text(&path));
                return false;
        }
        for (const char *p = node->text; *p; p++) {
                if ((unsigned char)*p >= ' ' && *p != 0x7F)
                        continue;
                node_add_path(node, &path);
                reader_error(reader, node, "%s has a control character in it", strbuf_text(&path));
                return false;
        }
        return true;
}

static bool is_name(const char *text)
{
        size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

        return text[n] == '\0' && n <= LABEL_MAX;
}

static bool is_label(const char *text)
{
        size_t n = strlen(text);

        return n > 0 && n <= LABEL_MAX && text[0] != ' ' && text[n - 1] != ' ';
}

/* Whether text is a value of a type that is stored as the text itself. */
static bool text_fits(const Reader *reader, KeyType type, const char *text)
{
        switch (type) {
        case KEY_NAME: return is_name(text);
        case KEY_MODULE: return *text == '/' || is_name(text);
        case KEY_LABEL: return is_label(text);
        case KEY_EMAIL: return !*text || !email_fault(text);
        case KEY_COUNTRY: return country_is_known(text);
        case KEY_LANGUAGE: return language_is_known(text);
        case KEY_CURRENCY: return currency_exponent(text) >= 0;
        case KEY_ZONE: return *text && zone_find(text);
        case KEY_CALENDAR: return reader_calendar(reader, text);
        case KEY_TEXT:
        case KEY_PATH:
        case KEY_NUMBER:
        case KEY_CHOICE:
        case KEY_BOOLEAN:
        case KEY_TIME:
        case KEY_DAYS:
        case KEY_TEXTS:
        case KEY_GROUP:
        case KEY_GROUPS: break;
        }
        return true;
}

/* The type a node must have for a key's value. */
static NodeType key_node_type(KeyType type)
{
        switch (type) {
        case KEY_NUMBER: return NODE_NUMBER;
        case KEY_BOOLEAN: return NODE_BOOLEAN;
        case KEY_TEXTS:
        case KEY_GROUPS: return NODE_LIST;
        case KEY_GROUP: return NODE_GROUP;
        case KEY_TEXT:
        case KEY_NAME:
        case KEY_MODULE:
        case KEY_LABEL:
        case KEY_PATH:
        case KEY_EMAIL:
        case KEY_COUNTRY:
        case KEY_LANGUAGE:
        case KEY_CURRENCY:
        case KEY_ZONE:
        case KEY_CALENDAR:
        case KEY_CHOICE:
        case KEY_TIME:
        case KEY_DAYS: break;
        }
        return NODE_TEXT;
}

/* A value that is written as text; -EINVAL. */
static int key_store_text(const Reader *reader, const Key *key, const char *text, void *value)
{
        switch (key->type) {
        case KEY_CHOICE: return parse_name(text, key->choices, key->n_choices, value);
        case KEY_TIME: return minute_parse(text, value);
        case KEY_DAYS: return days_parse(text, value);
        case KEY_NUMBER:
        case KEY_BOOLEAN:
        case KEY_TEXTS:
        case KEY_GROUP:
        case KEY_GROUPS: return -EINVAL;
        case KEY_TEXT:
        case KEY_NAME:
        case KEY_MODULE:
        case KEY_LABEL:
        case KEY_PATH:
        case KEY_EMAIL:
        case KEY_COUNTRY:
        case KEY_LANGUAGE:
        case KEY_CURRENCY:
        case KEY_ZONE:
        case KEY_CALENDAR: break;
        }
        if (!text_fits(reader, key->type, text))
                return -EINVAL;
        *(const char **)value = text;
        return 0;
}

static void reader_store(Reader *reader, const Node *node, const Key *key, void *value)
{
        NodeType type = key_node_type(key->type);
        int number;

        if (node->type != type) {
                reader_mistyped(reader, node, key);
                return;
        }
        for (size_t i = 0; type == NODE_LIST && i < node->n_children; i++) {
                const Node *child = &node->children[i];
                if (child->type == (key->type == KEY_TEXTS ? NODE_TEXT : NODE_GROUP))
                        continue;
                reader_mistyped(reader, child,
                        &(Key){ .type = key->type == KEY_TEXTS ? KEY_TEXT : KEY_GROUP });
                return;
        }
        if (key->type == KEY_NUMBER) {
                number = (int)node->number;
                if (node->number < key->about.min || node->number > key->about.max)
                        reader_refuse(reader, node, key);
                else
                        memcpy(value, &number, sizeof(number));
        } else if (key->type == KEY_BOOLEAN) {
                *(bool *)value = node->number != 0;
        } else if (type != NODE_TEXT) {
                *(const Node **)value = node;
        } else if (reader_is_text(reader, node) &&
                   key_store_text(reader, key, node->text, value) < 0) {
                reader_refuse(reader, node, key);
        }
}

static void key_preset(const Key *key, void *value)
{
        const Reader nobody = { 0 };
        const char *preset = key->about.preset;
        int number = KEY_UNSET;

        if (key->type == KEY_NUMBER) {
                if (!is_empty(preset))
                        (void)parse_int(preset, key->about.min, key->about.max, &number);
                memcpy(value, &number, sizeof(number));
        } else if (key->type == KEY_BOOLEAN) {
                (void)parse_bool(preset, value);
        } else if (key->type == KEY_CHOICE && is_empty(preset)) {
                memcpy(value, &number, sizeof(number));
        } else if (key_node_type(key->type) == NODE_TEXT && preset) {
                if (!*preset)
                        *(const char **)value = preset;
                else
                        (void)key_store_text(&nobody, key, preset, value);
        }
}

void reader_preset(Section section, void *values)
{
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++)
                if (keys[i].section == section)
                        key_preset(&keys[i], (char *)values + keys[i].offset);
}

/* The key that an unknown one was meant to be, or where it belongs. */
static void reader_unknown(Reader *reader, const Node *node, Section section)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;
        const char *names[NAMES_MAX], *elsewhere = NULL;
        size_t n, n_names = 0;
        const Key *keys = keys_all(&n);

        /* A bracket that was forgotten makes one group run into the next. */
        if (reader->is_partial && key_find(SECTION_FILE, node->name))
                return;
        for (size_t i = 0; i < n; i++) {
                if (keys[i].section == section && n_names < NAMES_MAX)
                        names[n_names++] = key_name(&keys[i]);
                else if (!elsewhere && streq(key_name(&keys[i]), node->name))
                        elsewhere = keys[i].about.name;
        }
        const char *nearest = nearest_name(node->name, names, n_names);
        node_add_path(node, &path);
        if (nearest)
                reader_error(reader, node, "unknown key %s; did you mean \"%s\"?",
                        strbuf_text(&path), nearest);
        else if (elsewhere)
                reader_error(reader, node, "unknown key %s; there is one called %s",
                        strbuf_text(&path), elsewhere);
        else
                reader_error(reader, node, "unknown key %s", strbuf_text(&path));
}

void reader_read(Reader *reader, const Node *group, Section section, void *values,
        void (*other)(void *owner, const Node *member), void *owner)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < group->n_children; i++) {
                const Node *member = &group->children[i];
                const Key *key = key_find(section, member->name);
                if (key)
                        reader_store(reader, member, key, (char *)values + key->offset);
                else if (other)
                        other(owner, member);
                else
                        reader_unknown(reader, member, section);
        }
        node_add_path(group, &path);
        for (size_t i = 0; i < n; i++)
                if (keys[i].section == section && !keys[i].about.preset &&
                        !node_member(group, key_name(&keys[i])))
                        reader_missing(reader, group, "%s%s%s is missing: %s", strbuf_text(&path),
                                path.length > 0 ? "." : "", key_name(&keys[i]), keys[i].about.help);
}

const char *const *reader_texts(Reader *reader, const Node *list, size_t *ret_n)
{
        size_t n = list ? list->n_children : 0;
        const char **texts = reader_alloc(reader, n, sizeof(*texts));

        *ret_n = 0;
        for (size_t i = 0; texts && i < n; i++)
                if (reader_is_text(reader, &list->children[i]))
                        texts[(*ret_n)++] = list->children[i].text;
        return texts;
}

bool reader_amount(Reader *reader, const Node *node, const char *text, const char *currency,
        int64_t *ret_minor)
{
        int r = money_parse(text, currency, ret_minor);

        if (r == 0 && *ret_minor >= 0)
                return true;
        reader_error(reader, node, "\"%s\" is no amount of %s: it is written as \"%s\"%s", text,
                currency, currency_exponent(currency) > 0 ? "1200.00" : "1200",
                r == 0 ? " and is not below zero" : "");
        return false;
}

Amounts reader_amounts(Reader *reader, const Node *list)
{
        size_t n = list ? list->n_children : 0;
        Amount *amounts = reader_alloc(reader, n, sizeof(*amounts));
        Amounts result = { .list = amounts };

        for (size_t i = 0; amounts && i < n; i++) {
                const Node *node = &list->children[i], *member = node_member(node, "amount");
                AmountValues values = { 0 };
                Amount *amount = &amounts[result.n];
                reader_read(reader, node, SECTION_AMOUNT, &values, NULL, NULL);
                if (!values.currency || !values.amount ||
                        !reader_amount(
                                reader, member, values.amount, values.currency, &amount->minor))
                        continue;
                memcpy(amount->currency, values.currency, CURRENCY_SIZE);
                for (size_t k = 0; k < result.n; k++)
                        if (streq(amounts[k].currency, values.currency))
                                reader_error(reader, node, "the currency %s is given twice",
                                        values.currency);
                result.n++;
        }
        return result;
}
