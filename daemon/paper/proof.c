/* SPDX-License-Identifier: MIT */
/*
 * Owns the check of a notice against the records that its entries have the hashes of. Reads records
 * as anybody would: their lines. Never looks at other files of the dossier.
 */

#include "paper/proof.h"

#include <errno.h>
#include <stdio.h>

#include "core/date.h"
#include "sys/file.h"

typedef struct Link {
        json_int_t entry;
        const char *previous, *hash;
} Link;

static const char *text_of(const json_t *object, const char *member)
{
        const char *text = json_string_value(json_object_get(object, member));

        return text ? text : "";
}

/* The next line of a record that has that name, after one or from the beginning; NULL. */
static const char *next_line(const char *record, const char *name)
{
        size_t length = strlen(name);

        for (const char *line = record; line && *line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, name, length) == 0 && line[length] == ' ')
                        return line + length + 1;
        }
        return NULL;
}

/* A value as records have it. */
static void add_value(StrBuf *line, const char *value)
{
        for (; *value; value++)
                if (*value == '\\')
                        strbuf_add(line, "\\\\");
                else if (*value == '\n')
                        strbuf_add(line, "\\n");
                else if (*value == '\r')
                        strbuf_add(line, "\\r");
                else
                        strbuf_add_char(line, *value);
}

/* What is empty may have no line. */
static bool says(const char *record, const char *name, const char *value)
{
        _cleanup_(strbuf_release) StrBuf expected = STRBUF_INIT;
        const char *found = next_line(record, name);

        add_value(&expected, value);
        if (!found)
                return *value == '\0';
        return strbuf_error(&expected) == 0 && strcspn(found, "\n") == expected.length &&
               memcmp(found, strbuf_text(&expected), expected.length) == 0;
}

static bool says_number(const char *record, const char *name, const json_t *number)
{
        char text[24];

        (void)snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(number));
        return json_is_integer(number) && says(record, name, text);
}

static bool is_digest_of(const char *digest, const char *text)
{
        char now[SHA256_TEXT_SIZE];

        bytes_sha256(text, strlen(text), now);
        return streq(now, digest);
}

/* "line 1 reminder 1200.00 deadline 0.00 F-1": its instalment, step, sum and invoice. */
static bool line_is_right(const char *found, const json_t *line)
{
        _cleanup_(strbuf_release) StrBuf begin = STRBUF_INIT, number = STRBUF_INIT;
        const char *step = text_of(line, "step");
        size_t length = strcspn(found, "\n");

        strbuf_addf(&begin, "%lld %s %s ",
                (long long)json_integer_value(json_object_get(line, "instalment")),
                *step ? step : "-", text_of(line, "open"));
        strbuf_add_char(&number, ' ');
        add_value(&number, text_of(line, "invoice"));
        return strbuf_error(&begin) == 0 && strbuf_error(&number) == 0 &&
               begin.length + number.length < length &&
               memcmp(found, strbuf_text(&begin), begin.length) == 0 &&
               memcmp(found + length - number.length, strbuf_text(&number), number.length) == 0;
}

static bool lines_are_right(const json_t *notice, const char *message)
{
        const json_t *lines = json_object_get(notice, "lines");
        const char *found = next_line(message, "line");
        size_t n = json_array_size(lines);

        for (size_t i = 0; i < n; i++) {
                if (!found || !line_is_right(found, json_array_get(lines, i)))
                        return false;
                found = next_line(strchr(found, '\n'), "line");
        }
        return !found;
}

static bool message_is_right(const json_t *notice, const char *message)
{
        static const char *const members[] = { "channel", "to", "subject", "occasion", "total",
                "deadline" };
        static const char *const of_ladder[] = { "step", "action" };

        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (!says(message, members[i], text_of(notice, members[i])))
                        return false;
        for (size_t i = 0; i < ELEMENTSOF(of_ladder); i++)
                if (json_is_null(json_object_get(notice, "occasion")) &&
                        !says(message, of_ladder[i], text_of(notice, of_ladder[i])))
                        return false;
        return says_number(message, "notice", json_object_get(notice, "notice")) &&
               lines_are_right(notice, message);
}

static bool text_is_right(const json_t *notice)
{
        const char *sha256 = text_of(notice, "sha256");

        return is_digest_of(sha256, text_of(notice, "text")) &&
               says(text_of(notice, "message"), "text-sha256", sha256);
}

static bool entry_is_right(const json_t *notice, const json_t *entry)
{
        const char *record = text_of(entry, "record"), *message = text_of(notice, "message");
        char digest[SHA256_TEXT_SIZE];

        bytes_sha256(message, strlen(message), digest);
        return is_digest_of(text_of(entry, "hash"), record) &&
               says_number(record, "entry", json_object_get(entry, "entry")) &&
               says(record, "previous", text_of(entry, "previous")) &&
               says_number(record, "notice", json_object_get(notice, "notice")) &&
               says(record, "event", text_of(entry, "event")) && says(record, "message", digest);
}

/* Whether two instants, of which one stands in a record, are the same second. */
static bool is_at(const char *record, const char *name, const char *at)
{
        const char *found = next_line(record, name);
        char text[INSTANT_TEXT_SIZE];
        Instant told, given;

        (void)snprintf(text, sizeof(text), "%.19sZ", found ? found : "");
        return instant_parse(text, &told) == 0 && instant_parse(at, &given) == 0 &&
               told.usec == given.usec;
}

/* The last entry is the one of what became of it. */
static bool outcome_is_right(const json_t *notice, const json_t *last)
{
        static const char *const members[] = { "entry", "previous", "hash" };
        const json_t *chain = json_object_get(notice, "chain");
        const char *record = text_of(last, "record"), *at = text_of(notice, "at");
        bool is_begun = streq(text_of(notice, "state"), "sent") && next_line(record, "begun");

        for (size_t i = 0; i < ELEMENTSOF(members); i++)
                if (!json_equal(
                            json_object_get(chain, members[i]), json_object_get(last, members[i])))
                        return false;
        return says(record, "event", text_of(notice, "state")) &&
               says(record, "reason", text_of(notice, "reason")) &&
               says(record, "reference", text_of(notice, "reference")) &&
               says_number(record, "attempt", json_object_get(notice, "attempts")) &&
               (is_begun ? is_at(record, "begun", at)
                         : is_at(text_of(notice, "message"), "decided", at));
}

const char *proof_of_notice(const json_t *notice)
{
        const json_t *entries = json_object_get(notice, "entries");
        size_t n = json_array_size(entries);

        if (!text_is_right(notice))
                return "its text is not what was sent";
        if (!message_is_right(notice, text_of(notice, "message")))
                return "it is not what its record says";
        for (size_t i = 0; i < n; i++)
                if (!entry_is_right(notice, json_array_get(entries, i)))
                        return "an entry of the log is not what its hash was made of";
        if (n == 0 || !outcome_is_right(notice, json_array_get(entries, n - 1)))
                return "what became of it is not what the log says, or an entry is missing";
        return NULL;
}

static int compare_links(const void *a, const void *b)
{
        const Link *x = a, *y = b;

        return (x->entry > y->entry) - (x->entry < y->entry);
}

static void add_links(StrBuf *links, const json_t *notice)
{
        const json_t *entry;
        size_t i;

        json_array_foreach(json_object_get(notice, "entries"), i, entry)
        {
                const Link link = { json_integer_value(json_object_get(entry, "entry")),
                        text_of(entry, "previous"), text_of(entry, "hash") };
                strbuf_add_bytes(links, &link, sizeof(link));
        }
}

int proof_is_one_chain(const json_t *model)
{
        _cleanup_(strbuf_release) StrBuf bytes = STRBUF_INIT;
        const json_t *chain = json_object_get(model, "chain"), *notice;
        json_int_t n_entries = json_integer_value(json_object_get(chain, "entries"));
        size_t i;

        json_array_foreach(json_object_get(model, "notices"), i, notice) add_links(&bytes, notice);
        if (strbuf_error(&bytes) < 0)
                return strbuf_error(&bytes);
        Link *links = (Link *)(void *)bytes.text;
        size_t n = bytes.length / sizeof(*links);
        if (n == 0)
                return 1;
        qsort(links, n, sizeof(*links), compare_links);
        for (i = 1; i < n; i++)
                if (links[i].entry == links[i - 1].entry ||
                        (links[i].entry == links[i - 1].entry + 1 &&
                                !streq(links[i].previous, links[i - 1].hash)))
                        return 0;
        return links[n - 1].entry < n_entries ||
               (links[n - 1].entry == n_entries &&
                       streq(links[n - 1].hash, text_of(chain, "head")));
}
