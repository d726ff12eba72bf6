/* SPDX-License-Identifier: MIT */
/*
 * Owns the layout of packets: a head of four 32-bit numbers (both ends are this very program on
 * this machine), then the payload. Texts are followed by a NUL; in a row each has its length ahead
 * as 32 bits. Pure.
 */

#include "intake/wire.h"

#include <errno.h>

#include "base/parse.h"

typedef struct WireHead {
        uint32_t type, value, line, length;
} WireHead;

static unsigned char *wire_open(WirePacket *packet, const WireHead *head)
{
        size_t room = sizeof(packet->bytes) - packet->length;

        if (room < sizeof(*head) || room - sizeof(*head) < head->length)
                return NULL;
        unsigned char *at = packet->bytes + packet->length;
        memcpy(at, head, sizeof(*head));
        packet->length += sizeof(*head) + head->length;
        return at + sizeof(*head);
}

bool wire_add_value(WirePacket *packet, WireType type, unsigned value)
{
        WireHead head = { .type = type, .value = value };

        return wire_open(packet, &head) != NULL;
}

/* At most WIRE_TEXT_MAX bytes of it, and no half character. */
static size_t text_length(const char *text)
{
        size_t length = strnlen(text, WIRE_TEXT_MAX + 1);

        if (length <= WIRE_TEXT_MAX)
                return length;
        length = WIRE_TEXT_MAX;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
                length--;
        return length;
}

bool wire_add_text(WirePacket *packet, WireType type, unsigned line, const char *text)
{
        size_t length = text_length(text);
        WireHead head = { .type = type, .line = line, .length = (uint32_t)length + 1 };
        unsigned char *at = wire_open(packet, &head);

        if (!at)
                return false;
        memcpy(at, text, length);
        at[length] = '\0';
        return true;
}

bool wire_add_row(
        WirePacket *packet, unsigned line, bool has_line_end, const CsvField *fields, size_t n)
{
        WireHead head = { .type = WIRE_ROW, .value = has_line_end, .line = line };

        for (size_t i = 0; i < n; i++)
                head.length += (uint32_t)(sizeof(uint32_t) + fields[i].length + 1);
        unsigned char *at = wire_open(packet, &head);
        if (!at)
                return false;
        for (size_t i = 0; i < n; i++) {
                uint32_t length = (uint32_t)fields[i].length;
                memcpy(at, &length, sizeof(length));
                at += sizeof(length);
                memcpy(at, fields[i].text, length);
                at[length] = '\0';
                at += length + 1;
        }
        return true;
}

int wire_next(const void *bytes, size_t length, size_t *offset, WireItem *ret_item)
{
        WireHead head;

        if (*offset == length)
                return 0;
        if (*offset > length || length - *offset < sizeof(head))
                return -EBADMSG;
        memcpy(&head, (const char *)bytes + *offset, sizeof(head));
        if (head.type < WIRE_KIND || head.type > WIRE_END ||
                head.length > length - *offset - sizeof(head))
                return -EBADMSG;
        *ret_item = (WireItem){
                .type = (WireType)head.type,
                .value = head.value,
                .line = head.line,
                .payload = (const char *)bytes + *offset + sizeof(head),
                .length = head.length,
        };
        *offset += sizeof(head) + head.length;
        return 1;
}

static bool is_text(const char *text, size_t length)
{
        return text[length] == '\0' && utf8_is_valid(text, length);
}

int wire_text(const WireItem *item, const char **ret_text)
{
        if (item->length == 0 || item->length > WIRE_TEXT_MAX + 1 ||
                !is_text(item->payload, item->length - 1))
                return -EBADMSG;
        *ret_text = item->payload;
        return 0;
}

int wire_row(const WireItem *item, const char *fields[], size_t n)
{
        size_t offset = 0;

        for (size_t i = 0; i < n; i++) {
                uint32_t length;

                if (item->length - offset < sizeof(length))
                        return -EBADMSG;
                memcpy(&length, item->payload + offset, sizeof(length));
                offset += sizeof(length);
                if (item->length - offset <= length || !is_text(item->payload + offset, length))
                        return -EBADMSG;
                fields[i] = item->payload + offset;
                offset += (size_t)length + 1;
        }
        return offset == item->length ? 0 : -EBADMSG;
}
