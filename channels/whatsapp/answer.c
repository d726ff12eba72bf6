/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading of answers and the table of codes. Never guesses: a code has a row, or the HTTP
 * status alone decides and the detail says so; an answer that says two things at once, or holds a
 * message and does not say that it is accepted, is UNCERTAIN.
 *
 * What is less than plain in the table: a template that is paused or disabled (132015, 132016) is
 * refused message by message, since other templates still go and the next channel of the route can
 * take over at once. A number that is only Meta's test number (131030) and one that was found to be
 * a nuisance (131048) say something about the firm's number, so that the channel waits for a
 * person. 131026 and 131050 are about one customer's number, 130472 is about the hour.
 */

#include "channels/whatsapp/answer.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#define HOUR_S 3600
#define DAY_S 86400

static const HttpCode codes[] = {
        { 0, 0, RELANCED_CHANNEL_DOWN, 0, "the token is not valid" },
        { 1, 2, RELANCED_RETRY, 0, "the service is out of order for a moment" },
        { 3, 3, RELANCED_CHANNEL_DOWN, 0, "the app at Meta lacks a right" },
        { 4, 4, RELANCED_RETRY, 600, "too many requests of this app" },
        { 10, 10, RELANCED_CHANNEL_DOWN, 0, "the token lacks a permission" },
        { 33, 33, RELANCED_REFUSED_MESSAGE, 0, "a parameter is not valid" },
        { 100, 100, RELANCED_REFUSED_MESSAGE, 0, "a parameter is not valid" },
        { 190, 190, RELANCED_CHANNEL_DOWN, 0, "the token has expired" },
        { 200, 299, RELANCED_CHANNEL_DOWN, 0, "the token lacks a permission" },
        { 368, 368, RELANCED_CHANNEL_DOWN, 0, "the account is blocked for a while" },
        { 80007, 80007, RELANCED_RETRY, 600, "too many requests of this account" },
        { 130429, 130429, RELANCED_RETRY, 60, "too many messages at once" },
        { 130472, 130472, RELANCED_REFUSED_MESSAGE, 0, "the recipient is in an experiment" },
        { 130497, 130497, RELANCED_CHANNEL_DOWN, 0, "the account may not write to this country" },
        { 131000, 131000, RELANCED_RETRY, 0, "something went wrong at Meta" },
        { 131005, 131005, RELANCED_CHANNEL_DOWN, 0, "access is denied" },
        { 131008, 131008, RELANCED_REFUSED_MESSAGE, 0, "a parameter is missing" },
        { 131009, 131009, RELANCED_REFUSED_MESSAGE, 0, "a parameter is not valid" },
        { 131016, 131016, RELANCED_RETRY, 0, "the service is not available" },
        { 131021, 131021, RELANCED_REFUSED_ADDRESS, 0, "the firm's own number is the recipient's" },
        { 131026, 131026, RELANCED_REFUSED_ADDRESS, 0, "the number cannot be reached by WhatsApp" },
        { 131030, 131030, RELANCED_CHANNEL_DOWN, 0,
                "the sender is a test number, which writes to a short list only" },
        { 131031, 131031, RELANCED_CHANNEL_DOWN, 0, "the account is locked" },
        { 131042, 131042, RELANCED_CHANNEL_DOWN, 0, "the account's payment method is at fault" },
        { 131045, 131045, RELANCED_CHANNEL_DOWN, 0, "the sender's number is not registered well" },
        { 131047, 131047, RELANCED_REFUSED_MESSAGE, 0,
                "the recipient has not written within 24 hours: only a template may be sent" },
        { 131048, 131048, RELANCED_CHANNEL_DOWN, HOUR_S,
                "recipients complained about this number: Meta slows it down" },
        { 131049, 131049, RELANCED_RETRY, DAY_S, "the recipient gets too many such messages" },
        { 131050, 131050, RELANCED_REFUSED_ADDRESS, 0, "the recipient wants no such messages" },
        { 131051, 131051, RELANCED_REFUSED_MESSAGE, 0, "this kind of message is not supported" },
        { 131052, 131053, RELANCED_REFUSED_MESSAGE, 0, "the document could not be taken" },
        { 131056, 131056, RELANCED_RETRY, 60, "too many messages to this recipient" },
        { 131057, 131057, RELANCED_RETRY, 600, "the account is being maintained" },
        { 132000, 132000, RELANCED_REFUSED_MESSAGE, 0,
                "the template has another number of parameters" },
        { 132001, 132001, RELANCED_REFUSED_MESSAGE, 0,
                "there is no such template in this language" },
        { 132005, 132005, RELANCED_REFUSED_MESSAGE, 0, "the text is too long" },
        { 132007, 132007, RELANCED_REFUSED_MESSAGE, 0, "a parameter breaks the rules of texts" },
        { 132012, 132012, RELANCED_REFUSED_MESSAGE, 0, "a parameter has the wrong form" },
        { 132015, 132015, RELANCED_REFUSED_MESSAGE, 0, "the template is paused" },
        { 132016, 132016, RELANCED_REFUSED_MESSAGE, 0, "the template is disabled" },
        { 133004, 133004, RELANCED_RETRY, 0, "the server is not available" },
        { 133010, 133010, RELANCED_CHANNEL_DOWN, 0, "the sender's number is not registered" },
        { 133016, 133016, RELANCED_CHANNEL_DOWN, 0, "the number was registered too often" },
};

/* Codes that are given another chance before they count. */
static const HttpCode early_codes[] = {
        { 131052, 131053, RELANCED_RETRY, 0, "the document could not be taken this time" },
};
#define EARLY_ATTEMPTS 2

/* What came, once it is read. */
typedef struct Answer {
        json_t *root;
        bool is_error, has_code;
        int64_t code;       /* of an error, if it has one */
        const char *said;   /* of an error, "" without */
        const char *id;     /* of a message or a document, or NULL */
        const char *status; /* of a message; NULL: not given */
} Answer;

static void answer_release(Answer *answer)
{
        json_decref(answer->root);
}

/* NULL: what is no visible text is no id. */
static const char *id_of(const json_t *object)
{
        const char *id = json_string_value(json_object_get(object, "id"));

        for (const char *c = id; c && *c; c++)
                if (*c <= ' ' || *c > '~')
                        return NULL;
        return is_empty(id) ? NULL : id;
}

static void read_error(Answer *answer, const json_t *error)
{
        const json_t *code = json_object_get(error, "code");
        const char *details =
                json_string_value(json_object_get(json_object_get(error, "error_data"), "details"));
        const char *message = json_string_value(json_object_get(error, "message"));

        answer->is_error = error != NULL;
        answer->has_code = json_is_integer(code);
        answer->code = json_integer_value(code);
        answer->said = !is_empty(details) ? details : message ? message : "";
}

static void read_message(Answer *answer)
{
        const json_t *message = json_array_get(json_object_get(answer->root, "messages"), 0);
        const json_t *status = json_object_get(message, "message_status");

        answer->id = id_of(message);
        answer->status = !status ? NULL : json_is_string(status) ? json_string_value(status) : "?";
}

static Answer answer_read(const HttpReply *reply)
{
        Answer answer = { .said = "" };

        /* A name that stands there twice says two things. */
        answer.root = json_loadb(reply->body, reply->length, JSON_REJECT_DUPLICATES, NULL);
        read_error(&answer, json_object_get(answer.root, "error"));
        return answer;
}

static bool is_good(const HttpReply *reply)
{
        return reply->status >= 200 && reply->status < 300;
}

static void judge_unknown(const HttpReply *reply, const Answer *answer, HttpVerdict *verdict)
{
        http_judge_by_class(reply, verdict);
        http_set_detail(verdict,
                "Meta answered %ld with code %" PRId64 ", which is not known here and was judged "
                "by the HTTP status alone%s%s",
                reply->status, answer->code, *answer->said ? ": " : "", answer->said);
}

static const HttpCode *find_row(int64_t code, unsigned attempt)
{
        const HttpCode *row = NULL;

        if (attempt <= EARLY_ATTEMPTS)
                row = http_code_find(early_codes, ELEMENTSOF(early_codes), code);
        return row ? row : http_code_find(codes, ELEMENTSOF(codes), code);
}

static void judge_error(
        const HttpReply *reply, const Answer *answer, unsigned attempt, HttpVerdict *verdict)
{
        const HttpCode *row = find_row(answer->code, attempt);

        if (!row) {
                judge_unknown(reply, answer, verdict);
                return;
        }
        verdict->outcome.kind = row->kind;
        if (row->kind == RELANCED_RETRY || row->kind == RELANCED_CHANNEL_DOWN)
                verdict->outcome.retry_after_s = MAX(row->retry_after_s, reply->retry_after_s);
        http_set_detail(verdict, "Meta answered %ld, code %" PRId64 ": %s%s%s%s", reply->status,
                answer->code, row->meaning, *answer->said ? " (" : "", answer->said,
                *answer->said ? ")" : "");
}

/* Accepted by its status and refused by its words, or the other way round. */
static void judge_contradiction(const HttpReply *reply, const Answer *answer, HttpVerdict *verdict)
{
        verdict->outcome.kind = RELANCED_UNCERTAIN;
        if (answer->is_error)
                http_set_detail(verdict,
                        "Meta's answer contradicts itself: status %ld, yet error %" PRId64 ": %s",
                        reply->status, answer->code, answer->said);
        else
                http_set_detail(verdict,
                        "Meta's answer contradicts itself: status %ld, yet with "
                        "the id of a message",
                        reply->status);
}

static void judge_accepted(const Answer *answer, HttpVerdict *verdict)
{
        static const struct {
                const char *status;
                enum relanced_outcome_kind kind;
                const char *detail;
        } states[] = {
                { "accepted", RELANCED_SENT, "WhatsApp accepted it" },
                { "held_for_quality_assessment", RELANCED_SENT,
                        "WhatsApp accepted it and holds it back while it looks how the first "
                        "recipients take this template; it mostly leaves within the hour" },
                { "paused", RELANCED_UNCERTAIN,
                        "WhatsApp took it, but its delivery is paused, as after complaints about "
                        "this template: it may never leave" },
        };

        http_set_reference(verdict, answer->id);
        for (size_t i = 0; i < ELEMENTSOF(states); i++) {
                if (streq(answer->status ? answer->status : "accepted", states[i].status)) {
                        verdict->outcome.kind = states[i].kind;
                        http_set_detail(verdict, "%s", states[i].detail);
                        return;
                }
        }
        verdict->outcome.kind = RELANCED_UNCERTAIN;
        http_set_detail(verdict, "WhatsApp took it, with a status that is not known here: %s",
                answer->status);
}

void answer_judge_message(const HttpReply *reply, unsigned attempt, HttpVerdict *verdict)
{
        _cleanup_(answer_release) Answer answer = answer_read(reply);

        read_message(&answer);
        if (is_good(reply) ? answer.is_error : answer.id != NULL)
                judge_contradiction(reply, &answer, verdict);
        else if (answer.id)
                judge_accepted(&answer, verdict);
        else if (answer.has_code)
                judge_error(reply, &answer, attempt, verdict);
        else
                http_judge_by_class(reply, verdict);
}

int answer_judge_upload(
        const HttpReply *reply, unsigned attempt, char *ret_media_id, HttpVerdict *verdict)
{
        _cleanup_(answer_release) Answer answer = answer_read(reply);
        const char *id = id_of(answer.root);

        if (is_good(reply) && !answer.is_error && id && strlen(id) < HTTP_REFERENCE_MAX) {
                memcpy(ret_media_id, id, strlen(id) + 1);
                return HTTP_SEND;
        }
        if (answer.has_code)
                judge_error(reply, &answer, attempt, verdict);
        else
                http_judge_by_class(reply, verdict);
        /* No number was named yet that could be at fault. */
        if (verdict->outcome.kind == RELANCED_REFUSED_ADDRESS)
                verdict->outcome.kind = RELANCED_REFUSED_MESSAGE;
        return HTTP_DONE;
}
