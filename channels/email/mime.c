/* SPDX-License-Identifier: MIT */
/*
 * Owns what an e-mail looks like: its headers, text as quoted-printable, HTML beside it, documents
 * after it. Boundaries come from the Message-ID and can occur in no encoded part; nothing is drawn
 * by lot or read from a clock. Never lets a value end its header; reads attachments without moving
 * their descriptors.
 */

#include "channels/email/mime.h"

#include <errno.h>
#include <gmime/gmime.h>

#include "base/parse.h"

#define HEADER_MAX 16384 /* bytes of a header's value */
#define WORD_MAX 60      /* a longer word of the subject is encoded, to make lines that fold */
#define ENCODED_MAX 36   /* bytes in an encoded word: "Subject: =?UTF-8?B?…?=" in 76 columns */

void mime_start(void)
{
        g_mime_init();
}

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

static bool has_clean_headers(const MimeSettings *settings, const struct relanced_message *message)
{
        const char *const texts[] = { settings->from, settings->from_name, settings->reply_to,
                message->subject, message->message_id, message->language };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (!mime_is_header(texts[i]))
                        return false;
        for (size_t i = 0; i < message->n_attachments; i++)
                if (!mime_is_header(message->attachments[i].name) ||
                        !mime_is_header(message->attachments[i].type))
                        return false;
        return !strpbrk(message->message_id, "<> ");
}

/* '=' and '_' side by side are in no quoted-printable or base64. */
static GMimeMultipart *new_multipart(const char *subtype, const char *message_id)
{
        GMimeMultipart *multipart = g_mime_multipart_new_with_subtype(subtype);
        char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, message_id, -1);
        char *boundary = g_strdup_printf("=_%s_%.32s", subtype, digest);

        g_mime_multipart_set_boundary(multipart, boundary);
        g_free(boundary);
        g_free(digest);
        return multipart;
}

static GMimePart *new_part(
        const char *type, const char *subtype, GMimeStream *content, GMimeContentEncoding encoding)
{
        GMimePart *part = g_mime_part_new_with_type(type, subtype);
        GMimeDataWrapper *wrapper =
                g_mime_data_wrapper_new_with_stream(content, GMIME_CONTENT_ENCODING_DEFAULT);

        g_mime_part_set_content(part, wrapper);
        g_mime_part_set_content_encoding(part, encoding);
        g_object_unref(wrapper);
        return part;
}

static GMimeObject *new_text(const char *subtype, const char *text)
{
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text, strlen(text));
        GMimePart *part = new_part("text", subtype, stream, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);

        g_object_unref(stream);
        g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
        return GMIME_OBJECT(part);
}

static GMimeObject *new_body(const struct relanced_message *message)
{
        GMimeObject *text = new_text("plain", message->text);

        if (!message->html)
                return text;
        GMimeMultipart *body = new_multipart("alternative", message->message_id);
        GMimeObject *html = new_text("html", message->html);
        g_mime_multipart_add(body, text);
        g_mime_multipart_add(body, html);
        g_object_unref(text);
        g_object_unref(html);
        return GMIME_OBJECT(body);
}

static void use_utf8(GMimeParamList *parameters, const char *name)
{
        GMimeParam *parameter = g_mime_param_list_get_parameter(parameters, name);

        if (parameter)
                g_mime_param_set_charset(parameter, "utf-8");
}

static void set_name(GMimePart *part, const char *name)
{
        GMimeObject *object = GMIME_OBJECT(part);

        g_mime_object_set_disposition(object, "attachment");
        g_mime_part_set_filename(part, name);
        use_utf8(
                g_mime_content_type_get_parameters(g_mime_object_get_content_type(object)), "name");
        use_utf8(g_mime_content_disposition_get_parameters(
                         g_mime_object_get_content_disposition(object)),
                "filename");
}

/* The whole document, which must be as long as was said. 0 or -errno. */
static int read_document(const struct relanced_attachment *attachment, GByteArray **ret)
{
        if (attachment->size < 0 || attachment->size > INT32_MAX)
                return -ESTALE;
        GByteArray *bytes = g_byte_array_sized_new((guint)attachment->size + 1);
        int r = 0;

        g_byte_array_set_size(bytes, (guint)attachment->size + 1);
        size_t length = 0;
        while (length < bytes->len) {
                ssize_t n = pread(
                        attachment->fd, bytes->data + length, bytes->len - length, (off_t)length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        r = -errno;
                if (n <= 0)
                        break;
                length += (size_t)n;
        }
        if (r == 0 && length != (size_t)attachment->size)
                r = -ESTALE;
        if (r < 0) {
                g_byte_array_unref(bytes);
                return r;
        }
        g_byte_array_set_size(bytes, (guint)length);
        *ret = bytes;
        return 0;
}

static int add_document(GMimeMultipart *mixed, const struct relanced_attachment *attachment)
{
        GByteArray *bytes;

        int r = read_document(attachment, &bytes);
        if (r < 0)
                return r;
        GMimeContentType *type = g_mime_content_type_parse(NULL, attachment->type);
        GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes); /* takes bytes */
        GMimePart *part = new_part(g_mime_content_type_get_media_type(type),
                g_mime_content_type_get_media_subtype(type), stream, GMIME_CONTENT_ENCODING_BASE64);
        set_name(part, attachment->name);
        g_mime_multipart_add(mixed, GMIME_OBJECT(part));
        g_object_unref(part);
        g_object_unref(stream);
        g_object_unref(type);
        return 0;
}

/* The body, with the documents after it if there are any. */
static int new_content(const struct relanced_message *message, GMimeObject **ret)
{
        GMimeObject *body = new_body(message);

        if (message->n_attachments == 0) {
                *ret = body;
                return 0;
        }
        GMimeMultipart *mixed = new_multipart("mixed", message->message_id);
        g_mime_multipart_add(mixed, body);
        g_object_unref(body);
        for (size_t i = 0; i < message->n_attachments; i++) {
                int r = add_document(mixed, &message->attachments[i]);
                if (r < 0) {
                        g_object_unref(mixed);
                        return r;
                }
        }
        *ret = GMIME_OBJECT(mixed);
        return 0;
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

/* All of text as encoded words (RFC 2047) of at most 75 characters, cut between characters. */
static void encode_words(StrBuf *out, const char *text)
{
        while (*text) {
                size_t length = strnlen(text, ENCODED_MAX);
                while (text[length] && ((unsigned char)text[length] & 0xc0) == 0x80)
                        length--;
                char *word = g_base64_encode((const guchar *)text, length);
                strbuf_addf(out, "%s=?utf-8?B?%s?=", out->length > 0 ? " " : "", word);
                g_free(word);
                text += length;
        }
}

static void set_subject(GMimeMessage *mail, const char *subject)
{
        StrBuf words = STRBUF_INIT;

        if (has_long_word(subject) || strstr(subject, "=?")) {
                encode_words(&words, subject);
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

        internet_address_set_charset(from, "utf-8");
        internet_address_list_add(g_mime_message_get_from(mail), from);
        g_object_unref(from);
}

static void set_headers(GMimeMessage *mail, const MimeSettings *settings,
        const struct relanced_message *message, const char *to)
{
        GMimeObject *object = GMIME_OBJECT(mail);
        GDateTime *date = g_date_time_new_from_unix_utc(message->date);

        set_from(mail, settings);
        if (*settings->reply_to)
                g_mime_message_add_mailbox(
                        mail, GMIME_ADDRESS_TYPE_REPLY_TO, NULL, settings->reply_to);
        g_mime_message_add_mailbox(mail, GMIME_ADDRESS_TYPE_TO, NULL, to);
        set_subject(mail, message->subject);
        if (date) {
                g_mime_message_set_date(mail, date);
                g_date_time_unref(date);
        }
        g_mime_message_set_message_id(mail, message->message_id);
        g_mime_object_set_header(object, "Auto-Submitted", "auto-generated", NULL);
        if (*message->language)
                g_mime_object_set_header(object, "Content-Language", message->language, NULL);
}

static int write_out(GMimeMessage *mail, StrBuf *out)
{
        GMimeFormatOptions *format = g_mime_format_options_new();
        GMimeStream *stream = g_mime_stream_mem_new();
        int r = -EIO;

        g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
        if (g_mime_object_write_to_stream(GMIME_OBJECT(mail), format, stream) > 0) {
                const GByteArray *bytes =
                        g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
                strbuf_add_bytes(out, (const char *)bytes->data, bytes->len);
                if (bytes->data[bytes->len - 1] != '\n')
                        strbuf_add(out, "\r\n");
                r = strbuf_error(out);
        }
        g_object_unref(stream);
        g_mime_format_options_free(format);
        return r;
}

int mime_build(const MimeSettings *settings, const struct relanced_message *message, const char *to,
        StrBuf *out)
{
        GMimeObject *content;

        if (!has_clean_headers(settings, message))
                return -EBADMSG;
        int r = new_content(message, &content);
        if (r < 0)
                return r;
        GMimeMessage *mail = g_mime_message_new(FALSE);
        g_mime_message_set_mime_part(mail, content);
        set_headers(mail, settings, message, to);
        r = write_out(mail, out);
        g_object_unref(mail);
        g_object_unref(content);
        return r;
}
