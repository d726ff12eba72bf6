/* SPDX-License-Identifier: MIT */
/*
 * Owns the meaning of SMTP's replies for one message. Enhanced codes (RFC 3463) go before basic
 * ones (RFC 5321), which servers use loosely. What concerns the firm itself (its sender, its right
 * to relay, its password) stops the channel; what concerns an address marks that address; the rest
 * is this message's own. Never calls "sent" what the facts do not show.
 */

#include "channels/email/verdict.h"

#include <strings.h>

#include "base/macros.h"
#include "base/parse.h"

#define ANY (-1)
#define TEXT_MAX ((size_t)300) /* bytes of an answer that a person is shown */
/* Where a row holds. */
#define AT_RECIPIENT (1U << PART_RECIPIENT)
#define AT_SENDER (1U << PART_SENDER)
#define AT_MESSAGE (1U << PART_MESSAGE)
#define AT_ALL (AT_RECIPIENT | AT_SENDER | AT_MESSAGE)

/* A permanent answer: the first row that fits counts. Codes of 0 are absent from the answer. */
typedef struct Row {
        unsigned parts;
        int code, subject, detail; /* 550 5.SUBJECT.DETAIL */
        const char *word;          /* found in the text, or NULL */
        enum relanced_outcome_kind kind;
        const char *meaning;
} Row;

static const Row rows[] = {
        /* The firm's own affair, wherever it is said. */
        { AT_ALL, 530, ANY, ANY, NULL, RELANCED_CHANNEL_DOWN, "it wants a user name or TLS first" },
        { AT_ALL, 535, ANY, ANY, NULL, RELANCED_CHANNEL_DOWN, "user name or password is wrong" },
        { AT_ALL, 534, ANY, ANY, NULL, RELANCED_CHANNEL_DOWN, "it wants another way to log in" },
        { AT_ALL, 538, ANY, ANY, NULL, RELANCED_CHANNEL_DOWN, "it wants TLS first" },
        { AT_ALL, ANY, 7, 8, NULL, RELANCED_CHANNEL_DOWN, "user name or password is wrong" },
        { AT_ALL, ANY, 7, 9, NULL, RELANCED_CHANNEL_DOWN, "it wants another way to log in" },
        { AT_ALL, ANY, 7, 11, NULL, RELANCED_CHANNEL_DOWN, "it wants TLS first" },
        { AT_ALL, ANY, 7, 13, NULL, RELANCED_CHANNEL_DOWN, "the account is closed" },
        { AT_ALL, ANY, 1, 7, NULL, RELANCED_CHANNEL_DOWN, "the sender's address is not valid" },
        { AT_ALL, ANY, 1, 8, NULL, RELANCED_CHANNEL_DOWN, "the sender's domain is not valid" },
        /* The size is announced with the sender. */
        { AT_SENDER, 552, ANY, ANY, NULL, RELANCED_REFUSED_MESSAGE, "the message is too large" },
        { AT_ALL, ANY, 3, 4, NULL, RELANCED_REFUSED_MESSAGE, "the message is too large" },
        { AT_ALL, ANY, 2, 3, NULL, RELANCED_REFUSED_MESSAGE, "the message is too large" },
        { AT_SENDER, ANY, ANY, ANY, NULL, RELANCED_CHANNEL_DOWN, "the sender is refused" },
        /* The recipient's address. Some servers look it up only when they have the message. */
        { AT_RECIPIENT | AT_MESSAGE, ANY, 1, 1, NULL, RELANCED_REFUSED_ADDRESS,
                "the mailbox does not exist" },
        { AT_RECIPIENT | AT_MESSAGE, ANY, 1, 2, NULL, RELANCED_REFUSED_ADDRESS,
                "the domain takes no mail" },
        { AT_RECIPIENT | AT_MESSAGE, ANY, 1, 3, NULL, RELANCED_REFUSED_ADDRESS,
                "the address is not valid" },
        { AT_RECIPIENT | AT_MESSAGE, ANY, 1, 6, NULL, RELANCED_REFUSED_ADDRESS,
                "the mailbox has moved" },
        { AT_RECIPIENT | AT_MESSAGE, ANY, 1, 10, NULL, RELANCED_REFUSED_ADDRESS,
                "the domain takes no mail" },
        { AT_RECIPIENT | AT_MESSAGE, ANY, 2, 1, NULL, RELANCED_REFUSED_ADDRESS,
                "the mailbox is closed" },
        { AT_RECIPIENT, ANY, ANY, ANY, "relay access", RELANCED_CHANNEL_DOWN,
                "it does not carry this firm's mail to others" },
        { AT_RECIPIENT, ANY, ANY, ANY, "relay not", RELANCED_CHANNEL_DOWN,
                "it does not carry this firm's mail to others" },
        { AT_RECIPIENT, ANY, ANY, ANY, "to relay", RELANCED_CHANNEL_DOWN,
                "it does not carry this firm's mail to others" },
        { AT_RECIPIENT, ANY, ANY, ANY, "relaying", RELANCED_CHANNEL_DOWN,
                "it does not carry this firm's mail to others" },
        { AT_RECIPIENT, ANY, 1, ANY, NULL, RELANCED_REFUSED_ADDRESS, "the address is not valid" },
        { AT_RECIPIENT, ANY, 4, 1, NULL, RELANCED_REFUSED_ADDRESS, "the mailbox does not exist" },
        { AT_RECIPIENT, ANY, 4, 4, NULL, RELANCED_REFUSED_ADDRESS, "the domain takes no mail" },
        { AT_RECIPIENT, ANY, 2, 2, NULL, RELANCED_REFUSED_MESSAGE, "the mailbox is full" },
        { AT_RECIPIENT | AT_MESSAGE, ANY, 7, ANY, NULL, RELANCED_REFUSED_MESSAGE,
                "the server's rules forbid it" },
        { AT_RECIPIENT, 550, 0, ANY, NULL, RELANCED_REFUSED_ADDRESS, "the mailbox does not exist" },
        { AT_RECIPIENT, 551, 0, ANY, NULL, RELANCED_REFUSED_ADDRESS, "the mailbox has moved" },
        { AT_RECIPIENT, 553, 0, ANY, NULL, RELANCED_REFUSED_ADDRESS, "the address is not valid" },
        { AT_RECIPIENT, 521, 0, ANY, NULL, RELANCED_REFUSED_ADDRESS, "the domain takes no mail" },
        { AT_RECIPIENT, 556, 0, ANY, NULL, RELANCED_REFUSED_ADDRESS, "the domain takes no mail" },
        { AT_ALL, ANY, ANY, ANY, NULL, RELANCED_REFUSED_MESSAGE, NULL },
};

static const char *const part_words[] = {
        [PART_RECIPIENT] = "the recipient",
        [PART_SENDER] = "the sender",
        [PART_MESSAGE] = "the message",
};

/* The enhanced code, from the text where it was not read yet. */
static Answer with_enhanced(const Answer *answer)
{
        Answer read = *answer;
        const char *text = answer->text;
        int *const numbers[] = { &read.class, &read.subject, &read.detail };

        if (answer->class != 0)
                return *answer;
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++) {
                const char *start = text;
                for (; *text >= '0' && *text <= '9' && text - start < 3; text++)
                        *numbers[i] = *numbers[i] * 10 + (*text - '0');
                if (text == start || !strchr(i < 2 ? "." : " ", *text))
                        return *answer;
                text += *text != 0;
        }
        read.text = text;
        return read.class == 2 || read.class == 4 || read.class == 5 ? read : *answer;
}

static bool fits(int wanted, int found)
{
        return wanted == ANY || wanted == found;
}

static const Row *find_row(Part part, const Answer *found)
{
        Answer read = with_enhanced(found), *answer = &read;

        if (answer->class != 5)
                answer->subject = answer->detail = 0;
        for (size_t i = 0;; i++) {
                const Row *row = &rows[i];
                if (!(row->parts & (1U << part)))
                        continue;
                if (fits(row->code, answer->code) && fits(row->subject, answer->subject) &&
                        fits(row->detail, answer->detail) &&
                        (!row->word || strcasestr(answer->text, row->word)))
                        return row;
        }
}

static Verdict refused(const Transaction *transaction, Part part)
{
        const Answer *answer = &transaction->answers[part];
        Verdict verdict = { .kind = RELANCED_RETRY, .part = part, .answer = answer };

        if (answer->code / 100 == 5) {
                const Row *row = find_row(part, answer);
                verdict.kind = row->kind;
                verdict.meaning = row->meaning;
        }
        return verdict;
}

static bool is_refusal(const Answer *answer)
{
        return answer->code / 100 == 4 || answer->code / 100 == 5;
}

Verdict verdict_of(const Transaction *transaction)
{
        const Answer *message = &transaction->answers[PART_MESSAGE];

        if (transaction->is_whole) {
                if (is_refusal(message))
                        return refused(transaction, PART_MESSAGE);
                bool is_sent = message->code / 100 == 2 && transaction->is_complete;
                return (Verdict){
                        .kind = is_sent ? RELANCED_SENT : RELANCED_UNCERTAIN,
                        .part = PART_MESSAGE,
                        .answer = is_sent ? message : NULL,
                };
        }
        for (Part part = 0; part < PART_COUNT; part++)
                if (is_refusal(&transaction->answers[part]))
                        return refused(transaction, part);
        return (Verdict){ .kind = RELANCED_RETRY };
}

/* Of several lines one; no control characters. */
static void add_answer(const Answer *found, StrBuf *out)
{
        const Answer answer = with_enhanced(found);

        strbuf_addf(out, "%d", answer.code);
        if (answer.class != 0)
                strbuf_addf(out, " %d.%d.%d", answer.class, answer.subject, answer.detail);
        size_t length = strnlen(answer.text, TEXT_MAX);
        bool is_utf8 = utf8_is_valid(answer.text, length);
        while (length > 0 && (unsigned char)answer.text[length - 1] <= ' ')
                length--;
        if (length > 0)
                strbuf_add_char(out, ' ');
        for (size_t i = 0; i < length; i++) {
                unsigned char c = (unsigned char)answer.text[i];
                if (c != '\r')
                        strbuf_add_char(out, c == '\n'               ? ' '
                                             : c < 0x20 || c == 0x7f ? '?'
                                             : c < 0x80 || is_utf8   ? (char)c
                                                                     : '?');
        }
}

void verdict_explain(const Verdict *verdict, StrBuf *out)
{
        if (!verdict->answer)
                return;
        if (verdict->kind == RELANCED_SENT) {
                add_answer(verdict->answer, out);
                return;
        }
        strbuf_addf(out, "the server %s %s%s%s (",
                verdict->kind == RELANCED_RETRY ? "put off" : "refused", part_words[verdict->part],
                verdict->meaning ? ": " : "", verdict->meaning ? verdict->meaning : "");
        add_answer(verdict->answer, out);
        strbuf_add_char(out, ')');
}

const char *verdict_reference(const char *text, size_t *ret_length)
{
        static const char *const marks[] = { "queued as ", "id=" };
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-._";

        for (size_t i = 0; i < ELEMENTSOF(marks); i++) {
                const char *mark = strcasestr(text, marks[i]);
                if (!mark)
                        continue;
                mark += strlen(marks[i]);
                *ret_length = MIN(strspn(mark, letters), (size_t)100);
                return *ret_length > 0 ? mark : NULL;
        }
        return NULL;
}
