/* SPDX-License-Identifier: MIT */
/*
 * Owns the notation of the option templates; see mapping.h for it. Pure: reads no message and asks
 * nobody. Fails with a sentence that names the line, so that a slip is found when the channel is
 * opened and not when a customer should be written to.
 */

#include "channels/whatsapp/mapping.h"

#include <errno.h>

#include "base/parse.h"

#define SMALL "abcdefghijklmnopqrstuvwxyz"
#define LARGE "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define KEY_LETTERS SMALL LARGE DIGITS "_-"
#define LANGUAGE_LETTERS SMALL LARGE DIGITS "-"
#define NAME_LETTERS SMALL DIGITS "_"
#define CODE_LETTERS SMALL LARGE "_"
#define FIELD_LETTERS SMALL LARGE DIGITS "_."

/* The texts of a message that are one value each: those of its templates outside the lists. */
static const char *const fields[] = {
        "event",
        "step",
        "policy",
        "language",
        "direction",
        "today",
        "currency",
        "total",
        "subtotal",
        "credit",
        "deadline",
        "charges.interest",
        "charges.fixed",
        "charges.sum",
        "charges.total",
        "offer.until",
        "offer.percent",
        "offer.discount",
        "offer.total",
        "discount.until",
        "discount.percent",
        "discount.amount",
        "discount.total",
        "promise.until",
        "promise.amount",
        "promise.rest",
        "promise.left",
        "broken_promise.until",
        "broken_plan.due",
        "plan.parts",
        "plan.total",
        "plan.fee",
        "plan.first",
        "plan.last",
        "recipient.name",
        "recipient.email",
        "payment_url",
        "number",
        "due",
        "contract",
        "days_late",
        "count",
        "numbers",
        "instalments",
        "plan_parts",
        "first_document",
        "creditor.name",
        "creditor.email",
        "creditor.phone",
        "creditor.iban",
        "creditor.bic",
        "creditor.registration",
        "creditor.vat",
        "customer.code",
        "customer.name",
        "customer.contact_name",
        "customer.addressee",
        "customer.address",
        "customer.postcode",
        "customer.city",
        "customer.country",
        "customer.registration",
        "customer.email",
        "customer.phone",
};

/* One line being read. */
typedef struct Reader {
        const char *at, *end;
        Arena *arena;
        StrBuf *fault; /* what is wrong with the line */
} Reader;

const char *const *mapping_fields(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(fields);
        return fields;
}

static void skip_blanks(Reader *reader)
{
        while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
                reader->at++;
}

static bool take_char(Reader *reader, char c)
{
        skip_blanks(reader);
        if (reader->at == reader->end || *reader->at != c)
                return false;
        reader->at++;
        return true;
}

static int refuse(Reader *reader, const char *fault)
{
        strbuf_add(reader->fault, fault);
        return -EINVAL;
}

/* The letters that follow; there must be some. */
static int take_word(
        Reader *reader, const char *letters, const char *expected, const char **ret_word)
{
        skip_blanks(reader);
        const char *start = reader->at;
        while (reader->at < reader->end && *reader->at && strchr(letters, *reader->at))
                reader->at++;
        if (reader->at == start)
                return refuse(reader, expected);
        *ret_word = arena_strndup(reader->arena, start, (size_t)(reader->at - start));
        return *ret_word ? 0 : -ENOMEM;
}

static int take_code(Reader *reader, const char **ret_code)
{
        static const char expected[] = "a language's code at Meta is expected: en_US, fr, …";
        int r = take_word(reader, CODE_LETTERS, expected, ret_code);

        return r == 0 && strlen(*ret_code) >= MAPPING_CODE_SIZE ? refuse(reader, expected) : r;
}

static int take_field(Reader *reader, const char **ret_field)
{
        int index, r = take_word(reader, FIELD_LETTERS,
                           "a field is expected between ( and ): customer.name, numbers, total, …",
                           ret_field);

        if (r < 0 || parse_name(*ret_field, fields, ELEMENTSOF(fields), &index) == 0)
                return r;
        const char *nearest = nearest_name(*ret_field, fields, ELEMENTSOF(fields));
        strbuf_addf(reader->fault, "a message has no field %s%s%s%s", *ret_field,
                nearest ? ", did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
        return -EINVAL;
}

/* "(customer.name, total)", which may be missing or empty. */
static int take_fields(Reader *reader, Mapping *mapping)
{
        const char *taken[MAPPING_FIELDS_MAX];
        size_t n = 0;

        if (!take_char(reader, '(') || take_char(reader, ')'))
                return 0;
        do {
                if (n == ELEMENTSOF(taken))
                        return refuse(reader, "a template has at most 32 fields");
                int r = take_field(reader, &taken[n++]);
                if (r < 0)
                        return r;
        } while (take_char(reader, ','));
        if (!take_char(reader, ')'))
                return refuse(reader, "a comma or ) is expected after each field");
        const char **list = arena_alloc_array(reader->arena, n, sizeof(*list));
        if (!list)
                return -ENOMEM;
        memcpy(list, taken, n * sizeof(*list));
        mapping->fields = list;
        mapping->n_fields = n;
        return 0;
}

/* "with document", or the end of the line. */
static int take_end(Reader *reader, Mapping *mapping)
{
        static const char expected[] = "after the fields only “with document” may stand";
        static const char *const words[] = { "with", "document" };
        const char *word;

        skip_blanks(reader);
        if (reader->at == reader->end)
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                int r = take_word(reader, SMALL, expected, &word);
                if (r == 0 && !streq(word, words[i]))
                        r = refuse(reader, expected);
                if (r < 0)
                        return r;
        }
        mapping->has_document = true;
        skip_blanks(reader);
        return reader->at == reader->end ? 0 : refuse(reader, expected);
}

static int take_mapping(Reader *reader, Mapping *ret_mapping)
{
        Mapping mapping = { .language = "", .code = "" };
        int r = take_word(reader, KEY_LETTERS,
                "it begins with the message it is for: remind, deadline, thanks, …", &mapping.key);

        if (r == 0 && take_char(reader, '@'))
                r = take_word(reader, LANGUAGE_LETTERS,
                        "a language is expected after @, as in remind@en", &mapping.language);
        if (r == 0 && !take_char(reader, '='))
                r = refuse(reader, "“=” is expected between the message and the template");
        if (r == 0)
                r = take_word(reader, NAME_LETTERS,
                        "the template's name at Meta is expected after “=”: small letters, digits, "
                        "_",
                        &mapping.name);
        if (r == 0 && take_char(reader, '[')) {
                r = take_code(reader, &mapping.code);
                if (r == 0 && !take_char(reader, ']'))
                        r = refuse(reader, "] is expected after the language's code");
        }
        if (r == 0)
                r = take_fields(reader, &mapping);
        if (r == 0)
                r = take_end(reader, &mapping);
        if (r == 0)
                *ret_mapping = mapping;
        return r;
}

static int add_mapping(Mappings *mappings, Reader *reader)
{
        Mapping mapping;
        int r = take_mapping(reader, &mapping);

        for (size_t i = 0; r == 0 && i < mappings->n; i++)
                if (streq(mappings->list[i].key, mapping.key) &&
                        streq(mappings->list[i].language, mapping.language))
                        r = refuse(reader, "the same message stands in a line before");
        if (r == 0)
                mappings->list[mappings->n++] = mapping;
        return r;
}

static int add_language(Mappings *mappings, Reader *reader)
{
        MappingLanguage language;
        int r = take_word(reader, LANGUAGE_LETTERS, "it begins with a language: en, fr, …",
                &language.language);

        if (r == 0 && !take_char(reader, '='))
                r = refuse(reader, "“=” is expected between the language and its code at Meta");
        if (r == 0)
                r = take_code(reader, &language.code);
        skip_blanks(reader);
        if (r == 0 && reader->at != reader->end)
                r = refuse(reader, "nothing may follow the code");
        for (size_t i = 0; r == 0 && i < mappings->n_languages; i++)
                if (streq(mappings->languages[i].language, language.language))
                        r = refuse(reader, "the same language stands in a line before");
        if (r == 0)
                mappings->languages[mappings->n_languages++] = language;
        return r;
}

typedef int (*AddLine)(Mappings *mappings, Reader *reader);

static int parse_lines(
        Mappings *mappings, const char *option, const char *lines, AddLine add, StrBuf *problem)
{
        for (unsigned number = 1; *lines; number++) {
                _cleanup_(strbuf_release) StrBuf fault = STRBUF_INIT;
                size_t length = strcspn(lines, "\n");
                Reader reader = { lines, lines + length, &mappings->arena, &fault };
                skip_blanks(&reader);
                int r = reader.at < reader.end ? add(mappings, &reader) : 0;
                if (r == -EINVAL)
                        strbuf_addf(problem, "%s: line %u, “%.*s”: %s", option, number,
                                (int)MIN(length, (size_t)120), lines, strbuf_text(&fault));
                if (r < 0)
                        return r;
                lines += length + (lines[length] == '\n');
        }
        return 0;
}

static size_t count_lines(const char *lines)
{
        size_t n = 1;

        for (; *lines; lines++)
                n += *lines == '\n';
        return n;
}

int mappings_parse(
        const char *templates, const char *languages, Mappings *ret_mappings, StrBuf *problem)
{
        Mappings *mappings = ret_mappings;

        *mappings = (Mappings){ .arena = ARENA_INIT };
        mappings->list = arena_alloc_array(
                &mappings->arena, count_lines(templates), sizeof(*mappings->list));
        mappings->languages = arena_alloc_array(
                &mappings->arena, count_lines(languages), sizeof(*mappings->languages));
        if (!mappings->list || !mappings->languages)
                return -ENOMEM;
        int r = parse_lines(mappings, "templates", templates, add_mapping, problem);
        return r < 0 ? r : parse_lines(mappings, "languages", languages, add_language, problem);
}

void mappings_release(Mappings *mappings)
{
        arena_release(&mappings->arena);
        *mappings = (Mappings){ .arena = ARENA_INIT };
}

/* How well a line for wanted serves a message in language: 0 not at all, 3 best. */
static int fit(const char *wanted, const char *language)
{
        size_t length = strlen(wanted);

        if (length == 0)
                return 1;
        if (strncmp(wanted, language, length) != 0)
                return 0;
        return language[length] == '\0' ? 3 : language[length] == '-' ? 2 : 0;
}

const Mapping *mappings_find(const Mappings *mappings, const char *key, const char *language)
{
        const Mapping *best = NULL;
        int best_fit = 0;

        for (size_t i = 0; i < mappings->n; i++) {
                const Mapping *mapping = &mappings->list[i];
                int own = streq(mapping->key, key) ? fit(mapping->language, language) : 0;
                if (own > best_fit) {
                        best = mapping;
                        best_fit = own;
                }
        }
        return best;
}

const char *mappings_code(const Mappings *mappings, const Mapping *mapping, const char *language,
        char buffer[MAPPING_CODE_SIZE])
{
        const char *best = NULL;
        size_t n = MIN(strlen(language), (size_t)MAPPING_CODE_SIZE - 1);
        int best_fit = 0;

        if (*mapping->code)
                return mapping->code;
        for (size_t i = 0; i < mappings->n_languages; i++) {
                int own = fit(mappings->languages[i].language, language);
                if (own > best_fit) {
                        best = mappings->languages[i].code;
                        best_fit = own;
                }
        }
        if (best)
                return best;
        for (size_t i = 0; i < n; i++) /* "pt-BR" is pt_BR there */
                buffer[i] = language[i] == '-' ? '_' : language[i];
        buffer[n] = '\0';
        return buffer;
}
