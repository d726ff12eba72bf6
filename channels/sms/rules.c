/* SPDX-License-Identifier: MIT */
/* Owns the small language in which a gateway's answers are described. Lines are read where they
 * stand: they are few and short. Pure; what is wrong with them is told when the channel opens. */

#include "channels/sms/rules.h"

#include <errno.h>
#include <stdio.h>

#include "base/parse.h"
#include "channels/http/json.h"

#define WORD_SEPARATORS " \t\r\n:,;|=&"
#define SECONDS_MAX 604800

struct Answer {
        const HttpReply *reply;
        HttpJson *json; /* NULL: it is none */
};

/* A piece of a line: not ended by NUL. */
typedef struct Slice {
        const char *text;
        size_t length;
} Slice;

static const char *const kinds[] = {
        [RELANCED_SENT] = "sent",
        [RELANCED_RETRY] = "retry",
        [RELANCED_REFUSED_ADDRESS] = "refused-address",
        [RELANCED_REFUSED_MESSAGE] = "refused-message",
        [RELANCED_CHANNEL_DOWN] = "channel-down",
        [RELANCED_UNCERTAIN] = "uncertain",
};

/* The next piece between separators, or false. */
static bool next_piece(Slice *rest, const char *separators, Slice *ret)
{
        size_t at = 0, n = 0;

        while (at < rest->length && strchr(separators, rest->text[at]))
                at++;
        while (at + n < rest->length && !strchr(separators, rest->text[at + n]))
                n++;
        *ret = (Slice){ rest->text + at, n };
        *rest = (Slice){ rest->text + at + n, rest->length - at - n };
        return n > 0;
}

static bool next_line(Slice *rest, Slice *ret)
{
        return next_piece(rest, "\n", ret);
}

static bool next_token(Slice *rest, Slice *ret)
{
        return next_piece(rest, " \t", ret);
}

static Slice slice_of(const char *text)
{
        return (Slice){ text, strlen(text) };
}

/* Cuts at the first '='. */
static bool split(Slice line, Slice *ret_left, Slice *ret_right)
{
        const char *sign = memchr(line.text, '=', line.length);

        if (!sign)
                return false;
        size_t left = (size_t)(sign - line.text);
        *ret_left = (Slice){ line.text, left };
        *ret_right = (Slice){ sign + 1, line.length - left - 1 };
        return true;
}

/* Into a buffer of size; false if it does not fit. */
static bool copy_slice(Slice slice, char *buffer, size_t size)
{
        if (slice.length >= size)
                return false;
        memcpy(buffer, slice.text, slice.length);
        buffer[slice.length] = 0;
        return true;
}

Answer *answer_new(const HttpReply *reply)
{
        Answer *answer = malloc(sizeof(*answer));

        if (answer)
                *answer = (Answer){ reply, http_json_read(reply->body, reply->length) };
        return answer;
}

void answer_free(Answer *answer)
{
        if (answer)
                http_json_free(answer->json);
        free(answer);
}

/* Calls back with the values at a place, as http_json_each() does. */
typedef bool Found(void *owner, const char *value);

static size_t each_word(const Answer *answer, int64_t number, Found *found, void *owner)
{
        Slice rest = { answer->reply->body, answer->reply->length }, word;
        char value[128];

        while (next_piece(&rest, WORD_SEPARATORS, &word)) {
                if (number-- > 0)
                        continue;
                if (!copy_slice(word, value, sizeof(value)))
                        return 0;
                found(owner, value);
                return 1;
        }
        return 0;
}

static bool word_number(const char *place, int64_t *ret)
{
        return strncmp(place, "word.", 5) == 0 && parse_int64(place + 5, 0, 999, ret) == 0;
}

static size_t each_value(const Answer *answer, const char *place, Found *found, void *owner)
{
        char status[16];
        int64_t number;

        if (streq(place, "http")) {
                (void)snprintf(status, sizeof(status), "%ld", answer->reply->status);
                found(owner, status);
                return 1;
        }
        if (word_number(place, &number))
                return each_word(answer, number, found, owner);
        return answer->json ? http_json_each(answer->json, place, found, owner) : 0;
}

/* "200-299" has 204. */
static bool is_in_range(const char *range, const char *value)
{
        char first[24], last[24];
        int64_t from, to, number;
        const char *dash = strchr(range, '-');

        return dash && dash > range &&
               copy_slice((Slice){ range, (size_t)(dash - range) }, first, sizeof(first)) &&
               copy_slice(slice_of(dash + 1), last, sizeof(last)) &&
               parse_int64(first, 0, INT64_MAX, &from) == 0 &&
               parse_int64(last, 0, INT64_MAX, &to) == 0 &&
               parse_int64(value, from, to, &number) == 0;
}

static bool has_token(Slice tokens, const char *value)
{
        char token[128];

        for (Slice each; next_token(&tokens, &each);)
                if (copy_slice(each, token, sizeof(token)) &&
                        (streq(token, "*") || streq(token, value) || is_in_range(token, value)))
                        return true;
        return false;
}

typedef struct Wanted {
        Slice tokens;
        bool is_met;
} Wanted;

static bool on_success_value(void *owner, const char *value)
{
        Wanted *wanted = owner;

        return wanted->is_met = has_token(wanted->tokens, value);
}

/* A place without its blanks. */
static bool copy_place(Slice slice, char *buffer, size_t size)
{
        Slice place;

        return next_token(&slice, &place) && copy_slice(place, buffer, size);
}

bool answer_is_success(const Answer *answer, const char *success)
{
        Slice lines = slice_of(success), line, left;
        char place[128];

        while (next_line(&lines, &line)) {
                Wanted wanted = { .is_met = false };
                if (!split(line, &left, &wanted.tokens) || !copy_place(left, place, sizeof(place)))
                        return false;
                each_value(answer, place, on_success_value, &wanted);
                if (!wanted.is_met)
                        return false;
        }
        return true;
}

static bool on_reference(void *owner, const char *value)
{
        strbuf_add(owner, value);
        return false;
}

bool answer_reference(const Answer *answer, const char *place, StrBuf *ret)
{
        each_value(answer, place, on_reference, ret);
        return ret->length > 0;
}

/* "retry 3600" */
static bool read_kind(Slice text, RuledOutcome *ret)
{
        Slice name, number, more;
        char buffer[32];
        int64_t seconds = 0;
        int kind;

        if (!next_token(&text, &name) || !copy_slice(name, buffer, sizeof(buffer)) ||
                parse_name(buffer, kinds, ELEMENTSOF(kinds), &kind) < 0)
                return false;
        if (next_token(&text, &number) &&
                (!copy_slice(number, buffer, sizeof(buffer)) ||
                        parse_int64(buffer, 0, SECONDS_MAX, &seconds) < 0))
                return false;
        ret->kind = (enum relanced_outcome_kind)kind;
        ret->retry_after_s = (unsigned)seconds;
        return !next_token(&text, &more);
}

typedef struct Verdicts {
        const char *outcomes;
        RuledOutcome first;
        size_t n;
        bool is_known; /* every code so far, and all mean the same */
} Verdicts;

static bool on_code(void *owner, const char *value)
{
        Verdicts *verdicts = owner;
        Slice lines = slice_of(verdicts->outcomes), line, codes, right;
        RuledOutcome outcome = { 0 };

        verdicts->is_known = false;
        while (next_line(&lines, &line)) {
                if (!split(line, &codes, &right) || !has_token(codes, value) ||
                        !read_kind(right, &outcome))
                        continue;
                verdicts->is_known = verdicts->n == 0 || outcome.kind == verdicts->first.kind;
                break;
        }
        if (verdicts->n++ == 0) {
                (void)snprintf(outcome.code, sizeof(outcome.code), "%.60s", value);
                verdicts->first = outcome;
        }
        return verdicts->is_known;
}

bool answer_outcome(
        const Answer *answer, const char *error, const char *outcomes, RuledOutcome *ret)
{
        Slice lines = slice_of(error), line;
        char place[128];

        while (next_line(&lines, &line)) {
                Verdicts verdicts = { .outcomes = outcomes };
                if (!copy_place(line, place, sizeof(place)))
                        continue;
                each_value(answer, place, on_code, &verdicts);
                if (!verdicts.is_known)
                        continue;
                *ret = verdicts.first;
                return true;
        }
        return false;
}

static int fault_of_line(Slice line, const char *wanted, StrBuf *fault)
{
        strbuf_addf(
                fault, "\"%.*s\" is not %s", (int)MIN(line.length, (size_t)80), line.text, wanted);
        return -EINVAL;
}

static bool is_place(Slice slice)
{
        char place[128];
        Slice rest = slice, first, more;

        return next_token(&rest, &first) && !next_token(&rest, &more) &&
               copy_slice(first, place, sizeof(place)) && http_json_is_path(place);
}

int rules_check_success(const char *text, StrBuf *fault)
{
        Slice lines = slice_of(text), line, left, right, value;

        while (next_line(&lines, &line))
                if (!split(line, &left, &right) || !is_place(left) || !next_token(&right, &value))
                        return fault_of_line(
                                line, "of the form \"http = 201\" or \"PLACE = VALUE …\"", fault);
        return 0;
}

int rules_check_places(const char *text, StrBuf *fault)
{
        Slice lines = slice_of(text), line;

        while (next_line(&lines, &line))
                if (!is_place(line))
                        return fault_of_line(
                                line, "a place in an answer: \"messages.0.id\"", fault);
        return 0;
}

int rules_check_outcomes(const char *text, StrBuf *fault)
{
        Slice lines = slice_of(text), line, left, right, code;
        RuledOutcome outcome;

        while (next_line(&lines, &line))
                if (!split(line, &left, &right) || !next_token(&left, &code) ||
                        !read_kind(right, &outcome))
                        return fault_of_line(line,
                                "of the form \"CODE … = KIND [SECONDS]\" with a KIND of sent, "
                                "retry, refused-address, refused-message, channel-down, uncertain",
                                fault);
        return 0;
}
