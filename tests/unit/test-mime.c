/* SPDX-License-Identifier: MIT */
/* A mail's bytes: the same each time, no header more than was meant, lines that fit. What parsers
 * make of them is in tests/integration. */

#include "channels/email/mime.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/macros.h"

static const MimeSettings settings = {
        .from = "compta@atelier.example",
        .from_name = "Atelier Dumont \u00e9",
        .reply_to = "reply@atelier.example",
};

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
        message.html = "<p>Bonjour</p>";
        message.attachments = &attachment;
        message.n_attachments = 1;
        assert_int_equal(mime_build(&settings, &message, "martin@b.example", &first), 0);
        message.attempt = 2;
        assert_int_equal(mime_build(&settings, &message, "martin@b.example", &second), 0);
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
                assert_int_equal(mime_build(&settings, &message, "martin@b.example", &mail), 0);
                check_lines(&mail, 80);
                strbuf_release(&mail);
                (void)close(attachment.fd);
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
                                mime_build(&settings, &messages[k], "martin@b.example", &mail),
                                -EBADMSG);
                        assert_int_equal(mail.length, 0);
                }
        }
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
                assert_int_equal(
                        mime_build(&settings, &message, "martin@b.example", &mail), -ESTALE);
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
                cmocka_unit_test(no_value_ends_its_header),
                cmocka_unit_test(a_document_that_changed_is_not_sent),
        };

        return cmocka_run_group_tests(tests, start, NULL);
}
