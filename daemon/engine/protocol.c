/* SPDX-License-Identifier: MIT */
/*
 * Owns the bytes of packets: a type, then the type's members in a fixed order, numbers as they lie
 * in memory (both ends are the same program), texts as length (with the NUL; 0 = NULL) and bytes.
 * Never trusts a length. A packet with a byte too many is as wrong as one with a byte too few.
 */

#include "engine/protocol.h"

#include <errno.h>
#include <sys/stat.h>

#include "sys/file.h"

#define PACKET_MAGIC UINT32_C(0x52454c31)
#define PACKET_IN_MEMORY_FILE UINT32_C(0xffff)
#define OPTIONS_MAX 64U
#define VALUES_MAX 256U /* of an open or a message */

static void put_u32(StrBuf *bytes, uint32_t value)
{
        strbuf_add_bytes(bytes, &value, sizeof(value));
}

static void put_u64(StrBuf *bytes, uint64_t value)
{
        strbuf_add_bytes(bytes, &value, sizeof(value));
}

static void put_text(StrBuf *bytes, const char *text)
{
        size_t length = text ? strlen(text) + 1 : 0;

        if (length > PACKET_LARGE_MAX) {
                bytes->error = bytes->error ? bytes->error : -E2BIG;
                return;
        }
        put_u32(bytes, (uint32_t)length);
        strbuf_add_bytes(bytes, text, length);
}

/* How many of a list. */
static void put_count(StrBuf *bytes, size_t n, size_t max)
{
        if (n > max && !bytes->error)
                bytes->error = -E2BIG;
        put_u32(bytes, (uint32_t)n);
}

static void put_options(StrBuf *bytes, const struct relanced_option *options)
{
        uint32_t n = 0;

        while (options && options[n].name)
                n++;
        put_count(bytes, n, OPTIONS_MAX);
        for (uint32_t i = 0; i < n; i++) {
                put_text(bytes, options[i].name);
                put_u32(bytes, options[i].type);
                put_text(bytes, options[i].preset);
                put_u64(bytes, (uint64_t)options[i].min);
                put_u64(bytes, (uint64_t)options[i].max);
                put_text(bytes, options[i].help);
        }
}

static void put_values(StrBuf *bytes, const struct relanced_value *values)
{
        uint32_t n = 0;

        while (values && values[n].name)
                n++;
        put_count(bytes, n, VALUES_MAX);
        for (uint32_t i = 0; i < n; i++) {
                put_text(bytes, values[i].name);
                put_text(bytes, values[i].value);
        }
}

static void put_message(StrBuf *bytes, const struct relanced_message *message)
{
        put_u64(bytes, message->notice);
        put_u32(bytes, message->attempt);
        put_u64(bytes, (uint64_t)message->date);
        put_text(bytes, message->to);
        put_text(bytes, message->cc ? message->cc : "");
        put_text(bytes, message->language);
        put_text(bytes, message->subject);
        put_text(bytes, message->text);
        put_text(bytes, message->html);
        put_text(bytes, message->message_id);
        put_text(bytes, message->references ? message->references : "");
        put_text(bytes, message->payment_code);
        put_u32(bytes, message->may_chat != 0);
        put_text(bytes, message->template_name ? message->template_name : "");
        put_values(bytes, message->fields);
        put_count(bytes, message->n_attachments, ATTACHMENTS_MAX);
        for (size_t i = 0; i < message->n_attachments; i++) {
                put_text(bytes, message->attachments[i].name);
                put_text(bytes, message->attachments[i].type);
                put_u64(bytes, (uint64_t)message->attachments[i].size);
        }
}

static void put_outcome(StrBuf *bytes, const struct relanced_outcome *outcome)
{
        put_u32(bytes, outcome->kind);
        put_u32(bytes, outcome->retry_after_s);
        put_text(bytes, outcome->reference);
        put_text(bytes, outcome->detail);
}

void packet_encode(const Packet *packet, StrBuf *bytes)
{
        put_u32(bytes, PACKET_MAGIC);
        put_u32(bytes, packet->type);
        switch (packet->type) {
        case PACKET_LOAD:
        case PACKET_FAILED: put_text(bytes, packet->text); break;
        case PACKET_OPEN: put_values(bytes, packet->values); break;
        case PACKET_MESSAGE:
        case PACKET_RENDER: put_message(bytes, &packet->message); break;
        case PACKET_ANSWER:
        case PACKET_BEGIN:
        case PACKET_FINISH:
                put_u64(bytes, packet->notice);
                put_u32(bytes, packet->attempt);
                if (packet->type != PACKET_BEGIN)
                        put_u32(bytes, packet->is_go);
                if (packet->type == PACKET_FINISH)
                        put_outcome(bytes, &packet->outcome);
                break;
        case PACKET_DESCRIPTION:
                put_text(bytes, packet->name);
                put_text(bytes, packet->help);
                put_u32(bytes, packet->form);
                put_options(bytes, packet->options);
                break;
        case PACKET_RENDERED:
                put_u32(bytes, packet->is_go);
                put_text(bytes, packet->text);
                break;
        case PACKET_LOG:
                put_u32(bytes, packet->level);
                put_text(bytes, packet->text);
                break;
        case PACKET_READY:
        case PACKET_TYPE_MAX: break;
        }
}

/* Reads like StrBuf writes: the first fault sticks, everything after it is nothing. */
typedef struct Reader {
        const char *at;
        size_t left;
        Arena *arena;
        int error;
} Reader;

static void fail(Reader *reader, int error)
{
        if (!reader->error)
                reader->error = error;
        reader->left = 0;
}

static const char *get_bytes(Reader *reader, size_t length)
{
        if (reader->left < length) {
                fail(reader, -EBADMSG);
                return NULL;
        }
        const char *bytes = reader->at;
        reader->at += length;
        reader->left -= length;
        return bytes;
}

static uint32_t get_u32(Reader *reader)
{
        uint32_t value = 0;
        const char *bytes = get_bytes(reader, sizeof(value));

        if (bytes)
                memcpy(&value, bytes, sizeof(value));
        return value;
}

static uint64_t get_u64(Reader *reader)
{
        uint64_t value = 0;
        const char *bytes = get_bytes(reader, sizeof(value));

        if (bytes)
                memcpy(&value, bytes, sizeof(value));
        return value;
}

/* A number below limit. */
static uint32_t get_number(Reader *reader, uint32_t limit)
{
        uint32_t value = get_u32(reader);

        if (value < limit)
                return value;
        fail(reader, -EBADMSG);
        return 0;
}

static const char *get_text_or_null(Reader *reader)
{
        uint32_t length = get_u32(reader);
        const char *text = length > 0 ? get_bytes(reader, length) : NULL;

        if (text && memchr(text, 0, length) != text + length - 1) {
                fail(reader, -EBADMSG);
                return NULL;
        }
        return text;
}

/* Never NULL: "" after a fault. */
static const char *get_text(Reader *reader)
{
        const char *text = get_text_or_null(reader);

        if (text)
                return text;
        fail(reader, -EBADMSG);
        return "";
}

static void *get_array(Reader *reader, size_t n, size_t size)
{
        void *array = arena_alloc_array(reader->arena, n, size);

        if (!array)
                fail(reader, -ENOMEM);
        return array;
}

static struct relanced_option *get_options(Reader *reader)
{
        uint32_t n = get_number(reader, OPTIONS_MAX + 1);
        struct relanced_option *options = get_array(reader, n + 1, sizeof(*options));

        for (uint32_t i = 0; options && i < n; i++) {
                options[i].name = get_text(reader);
                options[i].type = get_number(reader, RELANCED_NETWORK + 1);
                options[i].preset = get_text_or_null(reader);
                options[i].min = (int64_t)get_u64(reader);
                options[i].max = (int64_t)get_u64(reader);
                options[i].help = get_text_or_null(reader);
        }
        return options;
}

static struct relanced_value *get_values(Reader *reader)
{
        uint32_t n = get_number(reader, VALUES_MAX + 1);
        struct relanced_value *values = get_array(reader, n + 1, sizeof(*values));

        for (uint32_t i = 0; values && i < n; i++) {
                values[i].name = get_text(reader);
                values[i].value = get_text(reader);
        }
        return values;
}

static void get_message(Reader *reader, Packet *packet)
{
        struct relanced_message *message = &packet->message;

        message->notice = get_u64(reader);
        message->attempt = get_u32(reader);
        message->date = (int64_t)get_u64(reader);
        message->to = get_text(reader);
        message->cc = get_text(reader);
        message->language = get_text(reader);
        message->subject = get_text(reader);
        message->text = get_text(reader);
        message->html = get_text_or_null(reader);
        message->message_id = get_text(reader);
        message->references = get_text(reader);
        message->payment_code = get_text_or_null(reader);
        message->may_chat = (int)get_number(reader, 2);
        message->template_name = get_text(reader);
        const struct relanced_value *fields = get_values(reader);
        message->fields = fields && fields->name ? fields : NULL;
        uint32_t n = get_number(reader, ATTACHMENTS_MAX + 1);
        struct relanced_attachment *attachments = get_array(reader, n, sizeof(*attachments));
        for (uint32_t i = 0; attachments && i < n; i++) {
                attachments[i].name = get_text(reader);
                attachments[i].type = get_text(reader);
                attachments[i].size = (int64_t)get_u64(reader);
                attachments[i].fd = -1;
        }
        packet->attachments = attachments;
        message->attachments = attachments;
        message->n_attachments = n;
}

static void get_outcome(Reader *reader, struct relanced_outcome *outcome)
{
        outcome->kind = get_number(reader, RELANCED_UNCERTAIN + 1);
        outcome->retry_after_s = get_u32(reader);
        outcome->reference = get_text_or_null(reader);
        outcome->detail = get_text_or_null(reader);
}

static void get_members(Reader *reader, Packet *packet)
{
        switch (packet->type) {
        case PACKET_LOAD:
        case PACKET_FAILED: packet->text = get_text(reader); break;
        case PACKET_OPEN: packet->values = get_values(reader); break;
        case PACKET_MESSAGE:
        case PACKET_RENDER: get_message(reader, packet); break;
        case PACKET_ANSWER:
        case PACKET_BEGIN:
        case PACKET_FINISH:
                packet->notice = get_u64(reader);
                packet->attempt = get_u32(reader);
                if (packet->type != PACKET_BEGIN)
                        packet->is_go = get_number(reader, 2) == 1;
                if (packet->type == PACKET_FINISH)
                        get_outcome(reader, &packet->outcome);
                break;
        case PACKET_DESCRIPTION:
                packet->name = get_text(reader);
                packet->help = get_text_or_null(reader);
                packet->form = get_number(reader, RELANCED_EVENT + 1);
                packet->options = get_options(reader);
                break;
        case PACKET_RENDERED:
                packet->is_go = get_number(reader, 2) == 1;
                packet->text = get_text(reader);
                break;
        case PACKET_LOG:
                packet->level = get_number(reader, RELANCED_DEBUG + 1);
                packet->text = get_text(reader);
                break;
        case PACKET_READY:
        case PACKET_TYPE_MAX: break;
        }
}

int packet_decode(const void *bytes, size_t length, Arena *arena, Packet *ret_packet)
{
        Reader reader = { .at = bytes, .left = length, .arena = arena };
        Packet packet = { 0 };

        if (get_u32(&reader) != PACKET_MAGIC)
                fail(&reader, -EBADMSG);
        packet.type = get_number(&reader, PACKET_TYPE_MAX);
        if (!reader.error)
                get_members(&reader, &packet);
        if (!reader.error && reader.left > 0)
                reader.error = -EBADMSG;
        if (reader.error)
                return reader.error;
        *ret_packet = packet;
        return 0;
}

int packet_ship_bytes(int socket_fd, const StrBuf *bytes, const int *fds, size_t n_fds)
{
        int all_fds[PACKET_FDS_MAX], r = strbuf_error(bytes);
        _cleanup_(closep) int memory_fd = -1;

        if (r < 0)
                return r;
        if (bytes->length <= PACKET_SIZE_MAX)
                return packet_send(socket_fd, bytes->text, bytes->length, fds, n_fds);
        if (n_fds >= PACKET_FDS_MAX || bytes->length > PACKET_LARGE_MAX)
                return -E2BIG;
        r = memory_file("relanced-message", bytes->text, bytes->length, &memory_fd);
        if (r < 0)
                return r;
        all_fds[0] = memory_fd;
        if (n_fds > 0)
                memcpy(all_fds + 1, fds, n_fds * sizeof(*fds));
        const uint32_t head[] = { PACKET_MAGIC, PACKET_IN_MEMORY_FILE };
        return packet_send(socket_fd, head, sizeof(head), all_fds, n_fds + 1);
}

int packet_ship(int socket_fd, const Packet *packet, const int *fds, size_t n_fds)
{
        StrBuf bytes = { .limit = PACKET_LARGE_MAX };

        packet_encode(packet, &bytes);
        int r = packet_ship_bytes(socket_fd, &bytes, fds, n_fds);
        strbuf_release(&bytes);
        return r;
}

/* Puts the contents of the memory file, the first of the descriptors, in the packet's place. */
static int fetch_memory_file(
        int *fds, size_t *n_fds, Arena *arena, char **ret_bytes, size_t *ret_length)
{
        struct stat status;

        if (*n_fds == 0)
                return -EBADMSG;
        _cleanup_(closep) int fd = fds[0];
        memmove(fds, fds + 1, --*n_fds * sizeof(*fds));
        if (fstat(fd, &status) < 0)
                return -errno;
        if (status.st_size < 0 || (uint64_t)status.st_size > PACKET_LARGE_MAX)
                return -EBADMSG;
        size_t length = (size_t)status.st_size, n = 0;
        char *bytes = arena_alloc(arena, length);
        if (!bytes)
                return -ENOMEM;
        int r = fd_read_begin(fd, bytes, length, &n);
        if (r < 0 || n < length)
                return r < 0 ? r : -EBADMSG;
        *ret_bytes = bytes;
        *ret_length = length;
        return 0;
}

static int fetch(
        int socket_fd, bool takes_large, Arena *arena, Packet *ret_packet, int *fds, size_t *n_fds)
{
        static const uint32_t large[] = { PACKET_MAGIC, PACKET_IN_MEMORY_FILE };
        char buffer[PACKET_SIZE_MAX], *bytes = NULL;

        ssize_t n = packet_receive(socket_fd, buffer, sizeof(buffer), fds, PACKET_FDS_MAX, n_fds);
        if (n <= 0)
                return (int)n;
        size_t length = (size_t)n;
        if (takes_large && length == sizeof(large) && memcmp(buffer, large, length) == 0) {
                int r = fetch_memory_file(fds, n_fds, arena, &bytes, &length);
                if (r < 0)
                        return r;
        } else {
                bytes = arena_alloc(arena, length);
                if (!bytes)
                        return -ENOMEM;
                memcpy(bytes, buffer, length);
        }
        int r = packet_decode(bytes, length, arena, ret_packet);
        return r < 0 ? r : 1;
}

int packet_fetch(int socket_fd, bool takes_large, Arena *arena, Packet *ret_packet, int *fds,
        size_t *ret_n_fds)
{
        size_t n_fds = 0;
        int r = fetch(socket_fd, takes_large, arena, ret_packet, fds, &n_fds);

        for (size_t i = 0; r <= 0 && i < n_fds; i++)
                (void)close(fds[i]);
        *ret_n_fds = r > 0 ? n_fds : 0;
        return r;
}
