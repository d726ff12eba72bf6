/* SPDX-License-Identifier: MIT */
/* Packets of channel workers: the same comes out as went in, and nothing but that. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "engine/protocol.h"
#include "sys/process.h"

static struct relanced_option options[] = {
        { "path", RELANCED_DIRECTORY, NULL, 0, 0, "a folder" },
        { "delay", RELANCED_INTEGER, "0", -5, 60000, "" },
        { "mapping", RELANCED_TEXTS, "", 0, 0, "lines" },
        { "server", RELANCED_NETWORK, NULL, 0, 0, NULL },
        { NULL },
};

static const struct relanced_value fields[] = {
        { "customer.name", "Boulangerie Martin" },
        { "total", "" },
        { NULL, NULL },
};

static struct relanced_value values[] = { { "path", "/tmp" }, { "delay", "" }, { NULL, NULL } };

static struct relanced_attachment attachments[] = {
        { "F-1.pdf", "application/pdf", -1, 12345 },
        { "F-2.pdf", "application/pdf", -1, 0 },
};

static const Packet packets[] = {
        { .type = PACKET_LOAD, .text = "/usr/lib/file.so" },
        { .type = PACKET_OPEN, .values = values },
        { .type = PACKET_MESSAGE,
                .message = { .notice = UINT64_MAX,
                        .attempt = 3,
                        .to = "",
                        .cc = "a@b.example",
                        .language = "fr",
                        .subject = "Rappel",
                        .text = "Bonjour,\n…",
                        .html = NULL,
                        .message_id = "1@x",
                        .references = "2@x 3@x",
                        .payment_code = "BCD\n002",
                        .may_chat = 1,
                        .date = -1,
                        .attachments = attachments,
                        .n_attachments = 2,
                        .template_name = "remind",
                        .fields = fields } },
        { .type = PACKET_ANSWER, .notice = 7, .attempt = 1, .is_go = true },
        { .type = PACKET_DESCRIPTION,
                .name = "file",
                .help = NULL,
                .form = RELANCED_SMS,
                .options = options },
        { .type = PACKET_READY },
        { .type = PACKET_FAILED, .text = "" },
        { .type = PACKET_BEGIN, .notice = 7, .attempt = 1 },
        { .type = PACKET_FINISH,
                .notice = 7,
                .attempt = 2,
                .is_go = true,
                .outcome = { RELANCED_UNCERTAIN, 60, NULL, "?" } },
        { .type = PACKET_LOG, .level = RELANCED_INFO, .text = "well" },
        { .type = PACKET_RENDER,
                .message = { .to = "a@b",
                        .language = "fr",
                        .subject = "",
                        .text = "",
                        .message_id = "" } },
        { .type = PACKET_RENDERED, .is_go = true, .text = "" },
};

static void encode(const Packet *packet, StrBuf *bytes)
{
        strbuf_truncate(bytes, 0);
        packet_encode(packet, bytes);
        assert_int_equal(strbuf_error(bytes), 0);
}

static void every_packet_comes_out_as_it_went_in(void **state)
{
        Arena arena = ARENA_INIT;
        StrBuf first = STRBUF_INIT, second = STRBUF_INIT;

        for (size_t i = 0; i < ELEMENTSOF(packets); i++) {
                Packet back;
                encode(&packets[i], &first);
                assert_int_equal(packet_decode(first.text, first.length, &arena, &back), 0);
                assert_int_equal(back.type, packets[i].type);
                encode(&back, &second);
                assert_int_equal(first.length, second.length);
                assert_memory_equal(first.text, second.text, first.length);
        }
        strbuf_release(&first);
        strbuf_release(&second);
        arena_release(&arena);
}

static void members_keep_their_values(void **state)
{
        Arena arena = ARENA_INIT;
        StrBuf bytes = STRBUF_INIT;
        Packet back;

        encode(&packets[2], &bytes);
        assert_int_equal(packet_decode(bytes.text, bytes.length, &arena, &back), 0);
        assert_true(back.message.notice == UINT64_MAX && back.message.date == -1);
        assert_string_equal(back.message.text, "Bonjour,\n…");
        assert_null(back.message.html);
        assert_int_equal(back.message.n_attachments, 2);
        assert_int_equal(back.message.attachments[0].size, 12345);
        assert_int_equal(back.attachments[1].fd, -1);
        assert_string_equal(back.message.cc, "a@b.example");
        assert_string_equal(back.message.references, "2@x 3@x");
        assert_string_equal(back.message.payment_code, "BCD\n002");
        assert_true(back.message.may_chat);
        assert_string_equal(back.message.template_name, "remind");
        assert_string_equal(back.message.fields[0].value, "Boulangerie Martin");
        assert_string_equal(back.message.fields[1].name, "total");
        assert_null(back.message.fields[2].name);
        encode(&packets[4], &bytes);
        assert_int_equal(packet_decode(bytes.text, bytes.length, &arena, &back), 0);
        assert_null(back.options[0].preset);
        assert_int_equal(back.options[1].min, -5);
        assert_int_equal(back.options[2].type, RELANCED_TEXTS);
        assert_int_equal(back.options[3].type, RELANCED_NETWORK);
        assert_null(back.options[4].name);
        strbuf_release(&bytes);
        arena_release(&arena);
}

static void what_a_message_does_not_have_is_empty(void **state)
{
        Arena arena = ARENA_INIT;
        StrBuf bytes = STRBUF_INIT;
        Packet bare = packets[2], back;

        bare.message.template_name = NULL;
        bare.message.fields = NULL;
        bare.message.cc = NULL;
        bare.message.references = NULL;
        bare.message.payment_code = NULL;
        encode(&bare, &bytes);
        assert_int_equal(packet_decode(bytes.text, bytes.length, &arena, &back), 0);
        assert_string_equal(back.message.template_name, "");
        assert_null(back.message.fields);
        assert_string_equal(back.message.cc, "");
        assert_string_equal(back.message.references, "");
        assert_null(back.message.payment_code);
        strbuf_release(&bytes);
        arena_release(&arena);
}

/* What could not be decoded at the other end is not encoded at all. */
static void a_list_that_is_too_long_is_refused_where_it_is_made(void **state)
{
        struct relanced_value many[1000] = { 0 };
        const Packet packet = { .type = PACKET_OPEN, .values = many };
        StrBuf bytes = STRBUF_INIT;

        for (size_t i = 0; i + 1 < ELEMENTSOF(many); i++)
                many[i] = (struct relanced_value){ "name", "value" };
        packet_encode(&packet, &bytes);
        assert_int_equal(strbuf_error(&bytes), -E2BIG);
        strbuf_release(&bytes);
}

static void a_packet_cut_or_lengthened_is_none(void **state)
{
        Arena arena = ARENA_INIT;
        StrBuf bytes = STRBUF_INIT;
        Packet back;

        for (size_t i = 0; i < ELEMENTSOF(packets); i++) {
                encode(&packets[i], &bytes);
                for (size_t length = 0; length < bytes.length; length++)
                        assert_int_equal(
                                packet_decode(bytes.text, length, &arena, &back), -EBADMSG);
                strbuf_add_char(&bytes, 'x');
                assert_int_equal(packet_decode(bytes.text, bytes.length, &arena, &back), -EBADMSG);
                arena_reset(&arena);
        }
        strbuf_release(&bytes);
        arena_release(&arena);
}

/* Every byte set to the extremes: refused or taken, never read past its end (run under ASan). */
static void hostile_bytes_harm_nobody(void **state)
{
        Arena arena = ARENA_INIT;
        StrBuf bytes = STRBUF_INIT;
        static const unsigned char extremes[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

        for (size_t i = 0; i < ELEMENTSOF(packets); i++) {
                encode(&packets[i], &bytes);
                _cleanup_(freep) char *copy = malloc(bytes.length);
                for (size_t at = 0; at < bytes.length * ELEMENTSOF(extremes); at++) {
                        Packet back;
                        memcpy(copy, bytes.text, bytes.length);
                        copy[at % bytes.length] = (char)extremes[at / bytes.length];
                        int r = packet_decode(copy, bytes.length, &arena, &back);
                        assert_true(r == 0 || r == -EBADMSG);
                        arena_reset(&arena);
                }
        }
        strbuf_release(&bytes);
        arena_release(&arena);
}

static void a_large_message_travels_in_a_memory_file_with_its_attachments(void **state)
{
        _cleanup_(freep) char *text = malloc(300000);
        Arena arena = ARENA_INIT;
        Packet packet = packets[2], back;
        int pair[2], fds[PACKET_FDS_MAX], null_fds[2];
        size_t n_fds;

        memset(text, 'a', 299999);
        text[299999] = 0;
        packet.message.text = text;
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
        for (int i = 0; i < 2; i++)
                null_fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_int_equal(packet_ship(pair[0], &packet, null_fds, 2), 0);
        assert_int_equal(packet_fetch(pair[1], true, &arena, &back, fds, &n_fds), 1);
        assert_int_equal(n_fds, 2);
        assert_string_equal(back.message.text, text);
        for (int i = 0; i < 2; i++) {
                (void)close(fds[i]);
                (void)close(null_fds[i]);
        }
        (void)close(pair[0]);
        assert_int_equal(packet_fetch(pair[1], true, &arena, &back, fds, &n_fds), 0);
        (void)close(pair[1]);
        arena_release(&arena);
}

static void a_worker_cannot_send_memory_files(void **state)
{
        Arena arena = ARENA_INIT;
        int pair[2], fds[PACKET_FDS_MAX];
        size_t n_fds;
        _cleanup_(freep) char *text = calloc(1, 100001);
        Packet back;

        memset(text, 'a', 100000);
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
        assert_int_equal(
                packet_ship(pair[0], &(Packet){ .type = PACKET_LOG, .level = 6, .text = text },
                        NULL, 0),
                0);
        assert_int_equal(packet_fetch(pair[1], false, &arena, &back, fds, &n_fds), -EBADMSG);
        assert_int_equal(n_fds, 0);
        (void)close(pair[0]);
        (void)close(pair[1]);
        arena_release(&arena);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_packet_comes_out_as_it_went_in),
                cmocka_unit_test(members_keep_their_values),
                cmocka_unit_test(what_a_message_does_not_have_is_empty),
                cmocka_unit_test(a_list_that_is_too_long_is_refused_where_it_is_made),
                cmocka_unit_test(a_packet_cut_or_lengthened_is_none),
                cmocka_unit_test(hostile_bytes_harm_nobody),
                cmocka_unit_test(a_large_message_travels_in_a_memory_file_with_its_attachments),
                cmocka_unit_test(a_worker_cannot_send_memory_files),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
