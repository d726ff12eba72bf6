/* SPDX-License-Identifier: MIT */
/* Any bytes as a packet of a channel worker: refused, or taken whole, in which case the same bytes
 * come out when it is encoded again. */

#include <stddef.h>
#include <stdint.h>

#include "engine/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        static Arena arena;
        StrBuf again = STRBUF_INIT;
        Packet packet;

        arena_reset(&arena);
        if (packet_decode(bytes, size, &arena, &packet) < 0)
                return 0;
        packet_encode(&packet, &again);
        assert(strbuf_error(&again) == 0);
        assert(again.length == size && memcmp(again.text, bytes, size) == 0);
        strbuf_release(&again);
        return 0;
}
