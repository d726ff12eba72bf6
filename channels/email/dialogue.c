/* SPDX-License-Identifier: MIT */
/*
 * Owns the reading along of an SMTP conversation. libESMTP 1.1.0 believes too much: with CHUNKING,
 * and with three commands said at once, it crashes when a server drops the connection between two
 * replies; a reply that nobody asked for is taken for that of the next command; a reply without an
 * end is read for ever. Never keeps what was said (it may be a password), only the verb.
 */

#include "channels/email/dialogue.h"

#include <stdint.h>
#include <strings.h>

#include "base/macros.h"
#include "base/parse.h"

#define EHLO_MAX ((size_t)64 * 1024) /* bytes of all lines of its reply */
#define REPLY_MAX ((size_t)4000)     /* of any other: libESMTP keeps 4096 */
#define REPLY_LINE_MAX 1000          /* RFC 5321 allows 512; libESMTP reads 1023 at once */

/* The library reads these words, and should not; the first one only where that is asked for. */
static const char *const hidden[] = { "PIPELINING", "CHUNKING", "NTLM", "CRAM-MD5" };

static const struct {
        const char *word, *meaning;
} verbs[] = {
        [VERB_CONNECT] = { "", "the connection" },
        [VERB_EHLO] = { "EHLO", "the greeting (EHLO)" },
        [VERB_HELO] = { "HELO", "the greeting (HELO)" },
        [VERB_STARTTLS] = { "STARTTLS", "the start of TLS (STARTTLS)" },
        [VERB_AUTH] = { "AUTH", "the user name and password (AUTH)" },
        [VERB_MAIL] = { "MAIL", "the sender (MAIL FROM)" },
        [VERB_RCPT] = { "RCPT", "the recipient (RCPT TO)" },
        [VERB_DATA] = { "DATA", "the message (DATA)" },
        [VERB_DOT] = { ".", "the end of the message" },
        [VERB_RSET] = { "RSET", "the reset (RSET)" },
        [VERB_QUIT] = { "QUIT", "the good-bye (QUIT)" },
        [VERB_OTHER] = { "", "a command" },
};

const char *verb_meaning(Verb verb)
{
        return verbs[verb].meaning;
}

/* The verb of a line said, of length bytes of its beginning. */
static Verb verb_parse(const char *line, size_t length)
{
        for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
                size_t n = strlen(verbs[i].word);
                if (n > 0 && n <= length && strncasecmp(line, verbs[i].word, n) == 0 &&
                        (n == length || strchr(" \r\n", line[n])))
                        return (Verb)i;
        }
        return VERB_OTHER;
}

void dialogue_start(Dialogue *dialogue)
{
        *dialogue = (Dialogue){
                .on_reply = dialogue->on_reply,
                .owner = dialogue->owner,
                .is_stepwise = dialogue->is_stepwise,
                .pending = { VERB_CONNECT },
                .n_pending = 1,
        };
}

static void dialogue_expect(Dialogue *dialogue, Verb verb)
{
        dialogue->heard = 0;
        if (dialogue->n_pending == DIALOGUE_PENDING_MAX)
                dialogue->fault = "more was said than it could answer";
        else
                dialogue->pending[dialogue->n_pending++] = verb;
}

void dialogue_said_dot(Dialogue *dialogue)
{
        dialogue_expect(dialogue, VERB_DOT);
}

void dialogue_said(Dialogue *dialogue, const char *bytes, size_t length)
{
        for (size_t i = 0; i < length; i++) {
                if (dialogue->said_length < sizeof(dialogue->said))
                        dialogue->said[dialogue->said_length++] = bytes[i];
                if (bytes[i] != '\n')
                        continue;
                Verb verb = dialogue->is_challenged
                                    ? VERB_AUTH
                                    : verb_parse(dialogue->said, dialogue->said_length);
                dialogue_expect(dialogue, verb);
                dialogue->is_challenged = false;
                explicit_bzero(dialogue->said, sizeof(dialogue->said));
                dialogue->said_length = 0;
        }
}

/* Line by line, for a person: no control characters. */
static void keep_text(Dialogue *dialogue, char c)
{
        if (c == '\r' || dialogue->text_length + 1 >= sizeof(dialogue->text))
                return;
        if ((unsigned char)c < 0x20 || c == 0x7f)
                c = '?';
        dialogue->text[dialogue->text_length++] = c;
}

/* Spoils the last letter of a hidden word: what went before may be out of reach already, in the
 * library's hands. */
static void hide_word(Dialogue *dialogue, char *c)
{
        if (*c == ' ' || *c == '=' || *c == '\r' || *c == '\t') {
                dialogue->word_length = 0;
                return;
        }
        if (dialogue->word_length < sizeof(dialogue->word))
                dialogue->word[dialogue->word_length] = *c;
        dialogue->word_length++;
        for (size_t i = dialogue->is_stepwise ? 0 : 1; i < ELEMENTSOF(hidden); i++)
                if (dialogue->word_length == strlen(hidden[i]) &&
                        strncasecmp(dialogue->word, hidden[i], dialogue->word_length) == 0)
                        *c = 'X';
}

static void finish_reply(Dialogue *dialogue)
{
        Verb verb = dialogue->pending[0];
        int code = dialogue->code;
        size_t length = dialogue->text_length;

        while (length > 0 && dialogue->text[length - 1] == ' ')
                length--;
        dialogue->text[length] = 0;
        if (!utf8_is_valid(dialogue->text, length))
                for (size_t i = 0; i < length; i++)
                        if ((unsigned char)dialogue->text[i] >= 0x80)
                                dialogue->text[i] = '?';
        dialogue->n_pending--;
        memmove(dialogue->pending, dialogue->pending + 1,
                dialogue->n_pending * sizeof(*dialogue->pending));
        dialogue->is_challenged = verb == VERB_AUTH && code == 334;
        dialogue->text_length = 0;
        dialogue->is_continued = false;
        if (dialogue->on_reply)
                dialogue->on_reply(dialogue->owner, verb, code, dialogue->text);
}

static void finish_line(Dialogue *dialogue)
{
        size_t column = dialogue->column;

        dialogue->column = 0;
        dialogue->word_length = 0;
        if (column < 3) {
                dialogue->fault = "it does not speak SMTP";
        } else if (column == 3 || dialogue->is_last) {
                finish_reply(dialogue);
        } else {
                dialogue->is_continued = true;
                keep_text(dialogue, ' ');
        }
}

/* One of the three digits. */
static void hear_digit(Dialogue *dialogue, char c)
{
        if (c < (dialogue->column == 0 ? '2' : '0') || c > (dialogue->column == 0 ? '5' : '9')) {
                dialogue->fault = "it does not speak SMTP";
                return;
        }
        dialogue->line_code = (dialogue->column == 0 ? 0 : dialogue->line_code * 10) + (c - '0');
        if (dialogue->column < 2)
                return;
        if (dialogue->is_continued && dialogue->line_code != dialogue->code)
                dialogue->fault = "the lines of its answer contradict each other";
        dialogue->code = dialogue->line_code;
        dialogue->is_last = true;
}

static void hear(Dialogue *dialogue, char *c)
{
        size_t most = dialogue->pending[0] == VERB_EHLO ? EHLO_MAX : REPLY_MAX;

        if (dialogue->n_pending == 0) {
                dialogue->fault = "it answers what was not asked";
        } else if (++dialogue->heard > most || dialogue->column > REPLY_LINE_MAX) {
                dialogue->fault = "its answer does not end";
        } else if (*c == '\n') {
                finish_line(dialogue);
        } else if (dialogue->column < 3) {
                hear_digit(dialogue, *c);
                dialogue->column++;
        } else if (dialogue->column++ == 3) {
                if (*c == '\r') /* a code without text, which the library does not know */
                        *c = ' ';
                else if (*c == '-')
                        dialogue->is_last = false;
                else if (*c != ' ')
                        dialogue->fault = "it does not speak SMTP";
        } else {
                if (*c == 0)
                        *c = '?';
                if (dialogue->pending[0] == VERB_EHLO)
                        hide_word(dialogue, c);
                keep_text(dialogue, *c);
        }
}

void dialogue_heard(Dialogue *dialogue, char *bytes, size_t length)
{
        for (size_t i = 0; i < length; i++) {
                if (!dialogue->fault)
                        hear(dialogue, &bytes[i]);
                if (dialogue->fault)
                        bytes[i] = '\n';
        }
}
