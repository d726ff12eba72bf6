/* SPDX-License-Identifier: MIT */
/* A mail's bytes: the same each time, no header more than was meant, lines that fit. What parsers
 * make of them is in tests/integration. */

#include "channels/email/mime.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"

#define CODE "BCD\n002\n1\nSCT\n\nAtelier Dumont\nFR7630006000011234567890189\nEUR9.00\n\n\nF-1"

static const MimeSettings settings = {
        .from = "compta@atelier.example",
        .from_name = "Atelier Dumont \u00e9",
        .reply_to = "reply@atelier.example",
};

static const Envelope martin = { .to = "martin@b.example" };

static struct relanced_message plain(void)
{
        return (struct relanced_message){
                .to = "martin@b.example",
                .language = "fr",
                .subject = "Relance",
                .text = "Bonjour,\n\n.\n..\nFrom here\nfin",
                .message_id = "n1@atelier.example",
                .date = 1772697600,
        };
}

static int document(const char *content)
{
        int fd = memfd_create("document", MFD_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(write(fd, content, strlen(content)), (ssize_t)strlen(content));
        return fd;
}

static void a_mail_is_the_same_each_time(void **state)
{
        struct relanced_message message = plain();
        struct relanced_attachment attachment = {
                .name = "facture n\u00b01.pdf",
                .type = "application/pdf",
                .fd = document("%PDF-1.7"),
                .size = 8,
        };
        StrBuf first = STRBUF_INIT, second = STRBUF_INIT;

        (void)state;
        message.html = "<p>Bonjour</p><img src=\"cid:pay\">";
        message.payment_code = CODE;
        message.references = "n-1@atelier.example n0@atelier.example";
        message.attachments = &attachment;
        message.n_attachments = 1;
        assert_int_equal(mime_build(&settings, &message, &martin, &first), 0);
        message.attempt = 2;
        assert_int_equal(mime_build(&settings, &message, &martin, &second), 0);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.text, second.text, first.length);
        assert_int_equal(lseek(attachment.fd, 0, SEEK_CUR), 8);
        strbuf_release(&first);
        strbuf_release(&second);
        (void)close(attachment.fd);
}

/* Of ASCII, ended by CR LF, and at most so long. */
static void check_lines(const StrBuf *mail, size_t most)
{
        size_t column = 0;

        for (size_t i = 0; i < mail->length; i++) {
                unsigned char c = (unsigned char)mail->text[i];
                assert_true(c < 0x80 && c != 0);
                assert_int_equal(c == '\n', i > 0 && mail->text[i - 1] == '\r');
                column = c == '\n' ? 0 : column + 1;
                assert_true(column <= most + 1);
        }
        assert_memory_equal(mail->text + mail->length - 2, "\r\n", 2);
}

static void lines_fit_whatever_the_texts_are(void **state)
{
        static char word[10001], emoji[10001];
        const char *const texts[] = { "x", "\u00e9", "a =?utf-8?q?b?= c", word, emoji,
                "\u202e\u05d0\u05d1\u05d2 \U0001f600" };

        (void)state;
        memset(word, 'w', sizeof(word) - 1);
        for (size_t i = 0; i + 4 < sizeof(emoji); i += 4)
                memcpy(emoji + i, "\U0001f600", 4);
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                struct relanced_message message = plain();
                struct relanced_attachment attachment = { texts[i], "application/pdf",
                        document("x"), 1 };
                StrBuf mail = STRBUF_INIT;
                message.subject = message.text = texts[i];
                message.attachments = &attachment;
                message.n_attachments = 1;
                assert_int_equal(mime_build(&settings, &message, &martin, &mail), 0);
                check_lines(&mail, 80);
                strbuf_release(&mail);
                (void)close(attachment.fd);
        }
}

static void a_sender_of_any_name_fits(void **state)
{
        static const char *const names[] = { "", "Atelier", "\u00c9tablissements L\u00e9on & Fils",
                "\u682a\u5f0f\u4f1a\u793e\u682a\u5f0f\u4f1a\u793e\u682a\u5f0f\u4f1a\u793e\u682a"
                "\u5f0f\u4f1a\u793e\u682a\u5f0f\u4f1a\u793e\u682a\u5f0f\u4f1a\u793e\u682a\u5f0f",
                "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 "
                "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 "
                "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9 "
                "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
                "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
                "wwwwww" };

        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const struct relanced_message message = plain();
                MimeSettings named = settings;
                StrBuf mail = STRBUF_INIT;
                named.from_name = names[i];
                assert_int_equal(mime_build(&named, &message, &martin, &mail), 0);
                check_lines(&mail, 78);
                strbuf_release(&mail);
        }
}

static void no_value_ends_its_header(void **state)
{
        static const char *const bad[] = { "a\r\nBcc: x@y.example", "a\n", "a\rb", "a\tb", "a\x7f",
                "a\xc2\x85", "a\xc2\x9b", "\xff" };

        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                struct relanced_attachment attachment = { bad[i], "application/pdf", -1, 0 };
                struct relanced_message messages[4] = { plain(), plain(), plain(), plain() };
                messages[0].subject = bad[i];
                messages[1].message_id = bad[i];
                messages[2].language = bad[i];
                messages[3].attachments = &attachment;
                messages[3].n_attachments = 1;
                for (size_t k = 0; k < ELEMENTSOF(messages); k++) {
                        StrBuf mail = STRBUF_INIT;
                        assert_int_equal(
                                mime_build(&settings, &messages[k], &martin, &mail), -EBADMSG);
                        assert_int_equal(mail.length, 0);
                }
        }
}

static size_t count(const StrBuf *mail, const char *text)
{
        size_t n = 0;

        for (const char *at = mail->text; (at = strstr(at, text)); at++)
                n++;
        return n;
}

/* How often a mail made of it has a text. */
static size_t count_built(const struct relanced_message *message, const char *text)
{
        StrBuf mail = STRBUF_INIT;

        assert_int_equal(mime_build(&settings, message, &martin, &mail), 0);
        check_lines(&mail, 80);
        size_t n = count(&mail, text);
        strbuf_release(&mail);
        return n;
}

static void the_picture_of_a_code_is_there_if_the_html_shows_it(void **state)
{
        static const struct {
                const char *html, *code;
                size_t n_pictures, n_named;
        } cases[] = {
                { "<img src=\"cid:pay\">", CODE, 1, 1 },
                { "<img src=\"cid:pay\">\n<b src=\"cid:pay\">", CODE, 1, 2 },
                { "<img src=\"cid:pay\">", NULL, 0, 0 },
                { "<p>cid:pay</p>", CODE, 0, 0 },
                { "<p>", CODE, 0, 0 },
                { NULL, CODE, 0, 0 },
        };

        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                struct relanced_message message = plain();
                message.html = cases[i].html;
                message.payment_code = cases[i].code;
                size_t n = cases[i].n_pictures;
                assert_int_equal(count_built(&message, "image/png"), n);
                assert_int_equal(count_built(&message, "multipart/related;"), n);
                assert_int_equal(count_built(&message, "Content-Id: <pay@"), n);
                assert_int_equal(count_built(&message, "cid:pay@"), cases[i].n_named);
        }
}

static void a_mail_names_those_before_it(void **state)
{
        char many[20 * 60] = "";
        struct relanced_message message = plain();

        (void)state;
        message.references = "";
        assert_int_equal(
                count_built(&message, "References: ") + count_built(&message, "In-Reply-To: "), 0);
        message.references = "n0@atelier.example";
        assert_int_equal(count_built(&message, "\r\nReferences: <n0@atelier.example>\r\n"), 1);
        assert_int_equal(count_built(&message, "\r\nIn-Reply-To: <n0@atelier.example>\r\n"), 1);
        message.references = many;
        for (size_t i = 0; i < 20; i++)
                snprintf(many + strlen(many), sizeof(many) - strlen(many),
                        "%s0123456789abcdef0123456789abcd%02zu@atelier.example", i > 0 ? " " : "",
                        i);
        assert_int_equal(count_built(&message, "<0123456789abcdef0123456789abcd"), 20 + 1);
        assert_int_equal(count_built(&message, "\r\nIn-Reply-To: <0123456789abcdef"), 1);
        message.references = "a@b>\r\nBcc: <x@y";
        StrBuf mail = STRBUF_INIT;
        assert_int_equal(mime_build(&settings, &message, &martin, &mail), -EBADMSG);
}

static void a_code_too_long_for_a_picture_is_refused(void **state)
{
        char code[4000];
        struct relanced_message message = plain();
        StrBuf mail = STRBUF_INIT;

        (void)state;
        memset(code, 'x', sizeof(code) - 1);
        code[sizeof(code) - 1] = 0;
        message.html = "<img src=\"cid:pay\">";
        message.payment_code = code;
        assert_int_equal(mime_build(&settings, &message, &martin, &mail), -E2BIG);
        assert_int_equal(mail.length, 0);
        code[331] = 0;
        assert_int_equal(count_built(&message, "image/png"), 1);
}

static void a_document_that_changed_is_not_sent(void **state)
{
        static const int64_t sizes[] = { 7, 9, 0, -1 };

        (void)state;
        for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
                struct relanced_message message = plain();
                struct relanced_attachment attachment = { "a.pdf", "application/pdf",
                        document("%PDF-1.7"), sizes[i] };
                StrBuf mail = STRBUF_INIT;
                message.attachments = &attachment;
                message.n_attachments = 1;
                assert_int_equal(mime_build(&settings, &message, &martin, &mail), -ESTALE);
                strbuf_release(&mail);
                (void)close(attachment.fd);
        }
}

static int start(void **state)
{
        (void)state;
        mime_start();
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_mail_is_the_same_each_time),
                cmocka_unit_test(lines_fit_whatever_the_texts_are),
                cmocka_unit_test(a_sender_of_any_name_fits),
                cmocka_unit_test(no_value_ends_its_header),
                cmocka_unit_test(the_picture_of_a_code_is_there_if_the_html_shows_it),
                cmocka_unit_test(a_mail_names_those_before_it),
                cmocka_unit_test(a_code_too_long_for_a_picture_is_refused),
                cmocka_unit_test(a_document_that_changed_is_not_sent),
        };

        return cmocka_run_group_tests(tests, start, NULL);
}
