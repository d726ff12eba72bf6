/* SPDX-License-Identifier: MIT */
/* Any bytes as an SMTP conversation: lines that begin with '>' are said, the others heard. What was
 * understood does not depend on where the bytes were cut, and no hidden word is left. */

#include <stddef.h>
#include <stdint.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "channels/email/dialogue.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void note_reply(void *owner, Verb verb, int code, const char *text)
{
        assert(code >= 200 && code <= 599);
        assert(strlen(text) < DIALOGUE_TEXT_MAX && utf8_is_valid(text, strlen(text)));
        strbuf_addf(owner, "%d %d %s\n", (int)verb, code, text);
}

/* In steps of so many bytes. */
static void converse(const uint8_t *bytes, size_t size, size_t step, StrBuf *replies)
{
        Dialogue dialogue = { .on_reply = note_reply, .owner = replies };
        char *heard = malloc(size + 1);
        bool is_said = false;

        assert(heard);
        memcpy(heard, bytes, size);
        dialogue_start(&dialogue);
        for (size_t i = 0, length; i < size; i += length) {
                const uint8_t *end = memchr(bytes + i, '\n', size - i);
                length = end ? (size_t)(end - bytes) + 1 - i : size - i;
                is_said = bytes[i] == '>';
                for (size_t done = is_said; done < length; done += step) {
                        size_t n = MIN(step, length - done);
                        if (is_said)
                                dialogue_said(&dialogue, heard + i + done, n);
                        else
                                dialogue_heard(&dialogue, heard + i + done, n);
                }
        }
        strbuf_addf(replies, "%s", dialogue.fault ? dialogue.fault : "");
        free(heard);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        StrBuf whole = STRBUF_INIT, cut = STRBUF_INIT;

        if (size == 0)
                return 0;
        converse(bytes, size, size, &whole);
        converse(bytes, size, 1 + size % 7, &cut);
        assert(streq(strbuf_text(&whole), strbuf_text(&cut)));
        strbuf_release(&whole);
        strbuf_release(&cut);
        return 0;
}
