/* SPDX-License-Identifier: MIT */
/*
 * Owns what an e-mail is made of: text as quoted-printable, HTML beside it and within that the
 * picture of a code to pay by, documents after it. Boundaries come from the Message-ID and can be
 * in no encoded part; nothing is drawn by lot or read from a clock. Reads attachments without
 * moving their descriptors.
 */

#include "channels/email/mime.h"

#include <errno.h>
#include <gmime/gmime.h>

#include "channels/email/headers.h"
#include "channels/email/qr.h"

#define SHOWN_CODE "src=\"cid:pay\"" /* how HTML asks for the picture */
#define DIGEST_LENGTH 32
#define SEGMENT_MAX 44 /* bytes that a segment of a name may have before its last character */

void mime_start(void)
{
        g_mime_init();
}

/* As many letters as nobody else's mail has, of hexadecimal digits. */
static void digest_of(const char *message_id, char ret_digest[static DIGEST_LENGTH + 1])
{
        char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, message_id, -1);

        memcpy(ret_digest, digest, DIGEST_LENGTH);
        ret_digest[DIGEST_LENGTH] = 0;
        g_free(digest);
}

/* '=' and '_' side by side are in no quoted-printable or base64. */
static GMimeMultipart *new_multipart(const char *subtype, const char *message_id)
{
        GMimeMultipart *multipart = g_mime_multipart_new_with_subtype(subtype);
        char digest[DIGEST_LENGTH + 1];

        digest_of(message_id, digest);
        char *boundary = g_strdup_printf("=_%s_%s", subtype, digest);
        g_mime_multipart_set_boundary(multipart, boundary);
        g_free(boundary);
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

/* HTML that shows the picture, and the picture. */
static GMimeObject *new_related(const char *html, const StrBuf *picture, const char *message_id)
{
        GMimeMultipart *related = new_multipart("related", message_id);
        GMimeStream *stream = g_mime_stream_mem_new_with_buffer(picture->text, picture->length);
        GMimePart *image = new_part("image", "png", stream, GMIME_CONTENT_ENCODING_BASE64);
        GMimeObject *text = new_text("html", html);
        char digest[DIGEST_LENGTH + 1];

        digest_of(message_id, digest);
        char *id = g_strdup_printf("pay@%s", digest);
        g_mime_part_set_content_id(image, id);
        g_free(id);
        g_mime_object_set_disposition(GMIME_OBJECT(image), "inline");
        g_mime_part_set_filename(image, "pay.png");
        g_mime_object_set_content_type_parameter(GMIME_OBJECT(related), "type", "text/html");
        g_mime_multipart_add(related, text);
        g_mime_multipart_add(related, GMIME_OBJECT(image));
        g_object_unref(text);
        g_object_unref(image);
        g_object_unref(stream);
        return GMIME_OBJECT(related);
}

/* The HTML with the picture's full name, which no other mail's picture has. */
static void name_picture(const char *html, const char *message_id, StrBuf *out)
{
        char digest[DIGEST_LENGTH + 1];

        digest_of(message_id, digest);
        for (const char *next; (next = strstr(html, SHOWN_CODE));
                html = next + strlen(SHOWN_CODE)) {
                strbuf_add_bytes(out, html, (size_t)(next - html));
                strbuf_addf(out, "src=\"cid:pay@%s\"", digest);
        }
        strbuf_add(out, html);
}

/* The HTML, and the picture of the code if it shows one. */
static int new_html(const struct relanced_message *message, GMimeObject **ret)
{
        StrBuf picture = STRBUF_INIT, html = STRBUF_INIT;

        if (!message->payment_code || !strstr(message->html, SHOWN_CODE)) {
                *ret = new_text("html", message->html);
                return 0;
        }
        int r = qr_draw(message->payment_code, &picture);
        name_picture(message->html, message->message_id, &html);
        if (r == 0)
                r = strbuf_error(&html);
        if (r == 0)
                *ret = new_related(strbuf_text(&html), &picture, message->message_id);
        strbuf_release(&picture);
        strbuf_release(&html);
        return r;
}

static int new_body(const struct relanced_message *message, GMimeObject **ret)
{
        GMimeObject *html = NULL, *text;

        if (!message->html) {
                *ret = new_text("plain", message->text);
                return 0;
        }
        int r = new_html(message, &html);
        if (r < 0)
                return r;
        GMimeMultipart *body = new_multipart("alternative", message->message_id);
        text = new_text("plain", message->text);
        g_mime_multipart_add(body, text);
        g_mime_multipart_add(body, html);
        g_object_unref(text);
        g_object_unref(html);
        *ret = GMIME_OBJECT(body);
        return 0;
}

/* Appends a character as RFC 2231 has it in a parameter; its bytes. */
static size_t add_encoded(StrBuf *segment, const char *character)
{
        size_t length = 0;

        do {
                unsigned char c = (unsigned char)character[length++];
                if (g_ascii_isalnum(c) || strchr("-._", c))
                        strbuf_add_char(segment, (char)c);
                else
                        strbuf_addf(segment, "%%%02X", c);
        } while (((unsigned char)character[length] & 0xc0) == 0x80);
        return length;
}

/* The header's value and a name in segments that are cut between characters: GMime's own tear them,
 * and a reader that takes each segment for itself finds pieces. */
static void set_encoded(
        GMimeObject *object, const char *header, const char *value, const char *name)
{
        const char *parameter = streq(header, "Content-Type") ? "name" : "filename";
        StrBuf raw = STRBUF_INIT, segment = STRBUF_INIT;

        strbuf_addf(&raw, " %s", value);
        strbuf_add(&segment, "utf-8''");
        for (unsigned n = 0; *name; n++) {
                while (*name && segment.length < SEGMENT_MAX)
                        name += add_encoded(&segment, name);
                strbuf_addf(&raw, ";\n\t%s*", parameter);
                if (n > 0 || *name)
                        strbuf_addf(&raw, "%u*", n);
                strbuf_addf(&raw, "=%s", strbuf_text(&segment));
                strbuf_truncate(&segment, 0);
        }
        strbuf_add_char(&raw, '\n');
        g_mime_object_set_header(object, header, value, NULL);
        g_mime_header_set_raw_value(
                g_mime_header_list_get_header(g_mime_object_get_header_list(object), header),
                strbuf_text(&raw));
        strbuf_release(&raw);
        strbuf_release(&segment);
}

/* Whether a reader takes it as it stands. */
static bool is_plain(const char *name)
{
        for (const char *c = name; *c; c++)
                if (!g_ascii_isprint(*c))
                        return false;
        return !strstr(name, "=?");
}

static void set_name(GMimePart *part, const char *type, const char *name)
{
        GMimeObject *object = GMIME_OBJECT(part);

        g_mime_object_set_disposition(object, "attachment");
        if (is_plain(name)) {
                g_mime_part_set_filename(part, name);
                return;
        }
        set_encoded(object, "Content-Type", type, name);
        set_encoded(object, "Content-Disposition", "attachment", name);
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
        set_name(part, attachment->type, attachment->name);
        g_mime_multipart_add(mixed, GMIME_OBJECT(part));
        g_object_unref(part);
        g_object_unref(stream);
        g_object_unref(type);
        return 0;
}

/* The body, with the documents after it if there are any. */
static int new_content(const struct relanced_message *message, GMimeObject **ret)
{
        GMimeObject *body;

        int r = new_body(message, &body);
        if (r < 0)
                return r;
        if (message->n_attachments == 0) {
                *ret = body;
                return 0;
        }
        GMimeMultipart *mixed = new_multipart("mixed", message->message_id);
        g_mime_multipart_add(mixed, body);
        g_object_unref(body);
        for (size_t i = 0; i < message->n_attachments; i++) {
                r = add_document(mixed, &message->attachments[i]);
                if (r < 0) {
                        g_object_unref(mixed);
                        return r;
                }
        }
        *ret = GMIME_OBJECT(mixed);
        return 0;
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

int mime_build(const MimeSettings *settings, const struct relanced_message *message,
        const Envelope *envelope, StrBuf *out)
{
        GMimeObject *content;

        if (!headers_are_clean(settings, message))
                return -EBADMSG;
        int r = new_content(message, &content);
        if (r < 0)
                return r;
        GMimeMessage *mail = g_mime_message_new(FALSE);
        g_mime_message_set_mime_part(mail, content);
        headers_set(mail, settings, message, envelope);
        r = write_out(mail, out);
        g_object_unref(mail);
        g_object_unref(content);
        return r;
}
