/* SPDX-License-Identifier: MIT */
/*
 * Owns the walk over the JSON: each member is checked, cleaned and put where its table says. Never
 * guesses: what is not as promised stops the reading with its place. Never shows a value.
 */

#include "paper/read.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "base/character.h"
#include "base/strbuf.h"
#include "paper/clean.h"
#include "paper/dossier.h"

/* Where a value stands, up to the root. */
typedef struct Place {
        const struct Place *above;
        const char *member; /* NULL: an element of the list above */
        size_t index;
} Place;

typedef struct Reader {
        Arena *arena;
        char currency[CURRENCY_SIZE];
        const char *problem;
} Reader;

typedef int (*FieldReader)(Reader *, const Place *, const Field *, const json_t *, void *);

static void describe(const Place *place, StrBuf *text)
{
        if (!place)
                return;
        describe(place->above, text);
        if (place->member)
                strbuf_addf(text, "%s%s", text->length > 0 ? "." : "", place->member);
        else
                strbuf_addf(text, "[%zu]", place->index);
}

/* -EINVAL, with the place and what is wrong there. */
static int refuse(Reader *reader, const Place *place, const char *what)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        describe(place, &text);
        strbuf_addf(&text, "%s%s", text.length > 0 ? ": " : "", what);
        reader->problem = arena_strdup(reader->arena, strbuf_text(&text));
        return reader->problem ? -EINVAL : -ENOMEM;
}

static int read_text(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        char digits[24];
        const char *text = json_string_value(json);

        if (json_is_integer(json)) {
                (void)snprintf(
                        digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, json_integer_value(json));
                text = digits;
        }
        if (!text)
                return refuse(reader, place, "is not a text");
        const char *clean = field->kind == FIELD_PROSE ? clean_prose(text, reader->arena)
                                                       : clean_line(text, reader->arena);
        if (!clean)
                return -ENOMEM;
        if (field->is_required && !*clean)
                return refuse(reader, place, "is empty");
        *(const char **)to = *clean ? clean : NULL;
        return 0;
}

static int read_file_name(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        const char *text = json_string_value(json);

        if (!text || !file_name_is_plain(text))
                return refuse(reader, place, "is not a plain file name");
        *(const char **)to = arena_strdup(reader->arena, text);
        return *(const char **)to ? 0 : -ENOMEM;
}

static int read_digest(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        const char *text = json_string_value(json);

        if (!text || strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
                return refuse(reader, place, "is not a SHA-256 in 64 hexadecimal digits");
        *(const char **)to = arena_strdup(reader->arena, text);
        return *(const char **)to ? 0 : -ENOMEM;
}

static int read_lines(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        static const Field line = { .kind = FIELD_TEXT };
        size_t n = json_array_size(json);
        Lines *lines = to;

        if (!json_is_array(json))
                return refuse(reader, place, "is not a list of texts");
        lines->list = arena_alloc_array(reader->arena, n, sizeof(char *));
        if (!lines->list)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                Place here = { place, NULL, i };
                const char *text = NULL;
                int r = read_text(reader, &here, &line, json_array_get(json, i), &text);
                if (r < 0)
                        return r;
                if (text)
                        lines->list[lines->n++] = text;
        }
        return 0;
}

static int read_date(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        if (!json_is_string(json) || date_parse(json_string_value(json), to) < 0)
                return refuse(reader, place, "is not a day (YYYY-MM-DD)");
        return 0;
}

static int read_moment(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        const char *text = json_is_string(json) ? json_string_value(json) : "";
        char day[DATE_TEXT_SIZE] = "", clock[sizeof("09:00")] = "";
        Moment moment = { .instant = INSTANT_NONE, .minute = -1 };

        (void)snprintf(day, sizeof(day), "%s", text);
        if (date_parse(day, &moment.day) < 0)
                return refuse(reader, place, "is not an instant (RFC 3339)");
        if (field->kind == FIELD_MOMENT || strlen(text) >= DATE_TEXT_SIZE) {
                if (instant_parse(text, &moment.instant) < 0)
                        return refuse(reader, place, "is not an instant (RFC 3339)");
                (void)snprintf(clock, sizeof(clock), "%s", text + DATE_TEXT_SIZE);
                if (minute_parse(clock, &moment.minute) < 0)
                        return refuse(reader, place, "is not an instant (RFC 3339)");
                int64_t shown = (int64_t)moment.day.days * 1440 + moment.minute;
                int64_t seconds = moment.instant.usec / USEC_PER_SEC;
                int64_t utc = seconds / 60 - (seconds % 60 < 0);
                moment.offset_minutes = (int)(shown - utc);
        }
        *(Moment *)to = moment;
        return 0;
}

static int read_money(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        if (!json_is_string(json) || money_parse(json_string_value(json), reader->currency, to) < 0)
                return refuse(reader, place, "is not an amount in the currency, as \"1200.00\"");
        return 0;
}

static int read_rate(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        /* Two decimals, as the euro has. */
        if (!json_is_string(json) || money_parse(json_string_value(json), "EUR", to) < 0)
                return refuse(reader, place, "is not a rate in percent, as \"12.15\"");
        return 0;
}

static int read_integer(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        if (!json_is_integer(json))
                return refuse(reader, place, "is not an integer");
        *(int64_t *)to = json_integer_value(json);
        return 0;
}

static int read_object(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to);

static int read_pointer(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        void *object = arena_alloc(reader->arena, field->shape->size);

        *(void **)to = object;
        return object ? read_object(reader, place, field, json, object) : -ENOMEM;
}

/* The list, and how many it has at *ret_n. */
static int read_list(Reader *reader, const Place *place, const Field *field, const json_t *json,
        void *to, size_t *ret_n)
{
        size_t n = json_array_size(json);
        int r = 0;

        if (!json_is_array(json))
                return refuse(reader, place, "is not a list");
        char *list = arena_alloc_array(reader->arena, n, field->shape->size);
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < n; i++) {
                Place here = { place, NULL, i };
                r = read_object(reader, &here, field, json_array_get(json, i),
                        list + i * field->shape->size);
        }
        *(void **)to = list;
        *ret_n = n;
        return r;
}

static const FieldReader readers[FIELD_KINDS] = {
        [FIELD_TEXT] = read_text,
        [FIELD_PROSE] = read_text,
        [FIELD_FILE] = read_file_name,
        [FIELD_DIGEST] = read_digest,
        [FIELD_LINES] = read_lines,
        [FIELD_DATE] = read_date,
        [FIELD_MOMENT] = read_moment,
        [FIELD_DAY] = read_moment,
        [FIELD_MONEY] = read_money,
        [FIELD_RATE] = read_rate,
        [FIELD_INTEGER] = read_integer,
        [FIELD_OBJECT] = read_object,
        [FIELD_POINTER] = read_pointer,
};

/* What a member that is absent is where nothing is not all zeros. */
static void set_absent(const Field *field, void *to)
{
        if (field->kind == FIELD_DATE)
                *(Date *)to = DATE_NONE;
        if (field->kind == FIELD_MOMENT || field->kind == FIELD_DAY)
                *(Moment *)to = (Moment){ .instant = INSTANT_NONE, .day = DATE_NONE, .minute = -1 };
}

static int read_member(
        Reader *reader, const Place *above, const Field *field, const json_t *json, char *object)
{
        Place place = { above, field->member, 0 };
        void *to = object + field->offset;

        set_absent(field, to);
        if (!json || json_is_null(json))
                return field->is_required ? refuse(reader, &place, "is missing") : 0;
        if (field->kind == FIELD_LIST) {
                size_t *n = (size_t *)(void *)(object + field->offset_n);
                return read_list(reader, &place, field, json, to, n);
        }
        return readers[field->kind](reader, &place, field, json, to);
}

static int read_object(
        Reader *reader, const Place *place, const Field *field, const json_t *json, void *to)
{
        const Shape *shape = field->shape;
        int r = 0;

        if (!json_is_object(json))
                return refuse(reader, place, "is not an object");
        for (size_t i = 0; r == 0 && i < shape->n; i++)
                r = read_member(reader, place, &shape->fields[i],
                        json_object_get(json, shape->fields[i].member), to);
        return r;
}

static int read_currency(Reader *reader, const json_t *root)
{
        const char *currency = json_string_value(json_object_get(root, "currency"));

        if (!currency || currency_exponent(currency) < 0)
                return refuse(
                        reader, &(Place){ NULL, "currency", 0 }, "is not a currency of ISO 4217");
        (void)snprintf(reader->currency, sizeof(reader->currency), "%s", currency);
        return 0;
}

int shape_read(const Shape *shape, const char *text, size_t length, Arena *arena, void *ret_object,
        const char **ret_problem)
{
        Reader reader = { .arena = arena };
        Field whole = { .kind = FIELD_OBJECT, .shape = shape };
        json_error_t error;
        int r;

        json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
        if (!root) {
                char place[64];
                (void)snprintf(place, sizeof(place), "no JSON: line %d, column %d", error.line,
                        error.column);
                r = refuse(&reader, NULL, place);
        } else if (!json_is_object(root))
                r = refuse(&reader, NULL, "the JSON is not an object");
        else
                r = read_currency(&reader, root);
        if (r == 0)
                r = read_object(&reader, NULL, &whole, root, ret_object);
        json_decref(root);
        if (r == -EINVAL)
                *ret_problem = reader.problem;
        return r;
}
