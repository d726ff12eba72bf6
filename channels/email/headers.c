/* SPDX-License-Identifier: MIT */
/*
 * Owns a mail's headers: who, to whom, what about, which mails went before it, and that a program
 * wrote it. Never lets a value end its header.
 */

#include "channels/email/headers.h"

#include <gmime/gmime.h>

#include "base/parse.h"

#define HEADER_MAX 16384 /* bytes of a header's value */
#define WORD_MAX 60      /* a longer word of the subject is encoded, to make lines that fold */
#define ENCODED_MAX 36   /* bytes in an encoded word: "Subject: =?UTF-8?B?…?=" in 76 columns */

bool mime_is_header(const char *text)
{
        size_t length = strnlen(text, HEADER_MAX + 1);

        if (length > HEADER_MAX || !utf8_is_valid(text, length))
                return false;
        for (const unsigned char *c = (const unsigned char *)text; *c; c++)
                if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
                        return false;
        return true;
}

bool headers_are_clean(const MimeSettings *settings, const struct relanced_message *message)
{
        const char *const texts[] = { settings->from, settings->from_name, settings->reply_to,
                message->subject, message->message_id, message->language,
                message->references ? message->references : "" };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (!mime_is_header(texts[i]))
                        return false;
        for (size_t i = 0; i < message->n_attachments; i++)
                if (!mime_is_header(message->attachments[i].name) ||
                        !mime_is_header(message->attachments[i].type))
                        return false;
        return !strpbrk(message->message_id, "<> ") &&
               !(message->references && strpbrk(message->references, "<>"));
}

static bool has_long_word(const char *text)
{
        for (size_t length; *text; text += length) {
                text += strspn(text, " ");
                length = strcspn(text, " ");
                if (length > WORD_MAX)
                        return true;
        }
        return false;
}

/* All of text as encoded words (RFC 2047) of at most 75 characters, cut between characters: GMime
 * makes a single one of a word, however long. */
static void encode_words(StrBuf *out, const char *text, const char *separator)
{
        while (*text) {
                size_t length = strnlen(text, ENCODED_MAX);
                while (text[length] && ((unsigned char)text[length] & 0xc0) == 0x80)
                        length--;
                char *word = g_base64_encode((const guchar *)text, length);
                strbuf_addf(out, "%s=?utf-8?B?%s?=", out->length > 0 ? separator : "", word);
                g_free(word);
                text += length;
        }
}

static void set_subject(GMimeMessage *mail, const char *subject)
{
        StrBuf words = STRBUF_INIT;

        if (has_long_word(subject) || strstr(subject, "=?")) {
                encode_words(&words, subject, " ");
                g_mime_object_set_header(
                        GMIME_OBJECT(mail), "Subject", strbuf_text(&words), "us-ascii");
                strbuf_release(&words);
        } else {
                g_mime_message_set_subject(mail, subject, "utf-8");
        }
}

static void set_from(GMimeMessage *mail, const MimeSettings *settings)
{
        InternetAddress *from = internet_address_mailbox_new(
                *settings->from_name ? settings->from_name : NULL, settings->from);
        GMimeHeaderList *headers = g_mime_object_get_header_list(GMIME_OBJECT(mail));
        StrBuf words = STRBUF_INIT, raw = STRBUF_INIT;

        internet_address_set_charset(from, "utf-8");
        internet_address_list_add(g_mime_message_get_from(mail), from);
        g_object_unref(from);
        if (!has_long_word(settings->from_name))
                return;
        encode_words(&words, settings->from_name, "\n\t");
        strbuf_addf(&raw, " %s\n\t<%s>\n", strbuf_text(&words), settings->from);
        g_mime_header_set_raw_value(
                g_mime_header_list_get_header(headers, "From"), strbuf_text(&raw));
        strbuf_release(&words);
        strbuf_release(&raw);
}

/* All mails before this one, and the last of them as what it follows (RFC 5322, 3.6.4). */
static void set_thread(GMimeObject *mail, const char *references)
{
        StrBuf all = STRBUF_INIT, last = STRBUF_INIT;

        for (const char *at = references; at && *(at += strspn(at, " "));) {
                size_t length = strcspn(at, " ");
                strbuf_truncate(&last, 0);
                strbuf_addf(&last, "<%.*s>", (int)length, at);
                strbuf_addf(&all, "%s%s", all.length > 0 ? " " : "", strbuf_text(&last));
                at += length;
        }
        if (all.length > 0) {
                g_mime_object_set_header(mail, "In-Reply-To", strbuf_text(&last), NULL);
                g_mime_object_set_header(mail, "References", strbuf_text(&all), NULL);
        }
        strbuf_release(&all);
        strbuf_release(&last);
}

void headers_set(struct _GMimeMessage *mail, const MimeSettings *settings,
        const struct relanced_message *message, const Envelope *envelope)
{
        GMimeObject *object = GMIME_OBJECT(mail);
        GDateTime *date = g_date_time_new_from_unix_utc(message->date);

        set_from(mail, settings);
        if (*settings->reply_to)
                g_mime_message_add_mailbox(
                        mail, GMIME_ADDRESS_TYPE_REPLY_TO, NULL, settings->reply_to);
        g_mime_message_add_mailbox(mail, GMIME_ADDRESS_TYPE_TO, NULL, envelope->to);
        for (size_t i = 0; i < envelope->n_cc; i++)
                g_mime_message_add_mailbox(mail, GMIME_ADDRESS_TYPE_CC, NULL, envelope->cc[i]);
        set_subject(mail, message->subject);
        if (date) {
                g_mime_message_set_date(mail, date);
                g_date_time_unref(date);
        }
        g_mime_message_set_message_id(mail, message->message_id);
        set_thread(object, message->references);
        g_mime_object_set_header(object, "Auto-Submitted", "auto-generated", NULL);
        if (*message->language)
                g_mime_object_set_header(object, "Content-Language", message->language, NULL);
}
