/* SPDX-License-Identifier: MIT */
/* Owns the code as SVG, of the same dots that the mail's own picture has. A code that cannot be
 * drawn leaves the page as it is. */

#include "ctl/code.h"

#include <qrencode.h>

#define IMAGE "src=\"cid:pay\"" /* escaped text has no such quotes: nobody's name is one */
#define QUIET 4                 /* modules of white around the code: ISO/IEC 18004 */
#define ECI_UTF8 26

/* As it may stand in a URL in an attribute. */
static void add_url(StrBuf *out, const char *text)
{
        for (; *text; text++) {
                if (strchr("<>'\" #%", *text))
                        strbuf_addf(out, "%%%02X", (unsigned)*text);
                else
                        strbuf_add_char(out, *text);
        }
}

static void add_svg(StrBuf *svg, const QRcode *code)
{
        int size = code->width + 2 * QUIET;

        strbuf_addf(svg,
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' "
                "shape-rendering='crispEdges'><rect width='100%%' height='100%%' fill='white'/>"
                "<path d='",
                size, size);
        for (int y = 0; y < code->width; y++)
                for (int x = 0; x < code->width; x++)
                        if (code->data[y * code->width + x] & 1)
                                strbuf_addf(svg, "M%d,%dh1v1h-1z", x + QUIET, y + QUIET);
        strbuf_add(svg, "'/></svg>");
}

static bool is_ascii(const char *text)
{
        while (*text && (unsigned char)*text < 0x80)
                text++;
        return *text == '\0';
}

/* Bytes are Latin 1 to a reader that is not told: it would guess. ASCII is told nothing, for the
 * oldest readers' sake. The same in channels/email/qr.c. */
static QRcode *encode(const char *text)
{
        int length = (int)strlen(text), r = 0;
        QRinput *input = QRinput_new2(0, QR_ECLEVEL_M);

        if (!input)
                return NULL;
        if (!is_ascii(text))
                r = QRinput_appendECIheader(input, ECI_UTF8);
        if (r == 0)
                r = QRinput_append(input, QR_MODE_8, length, (const unsigned char *)text);
        QRcode *code = r == 0 ? QRcode_encodeInput(input) : NULL;
        QRinput_free(input);
        return code;
}

static void add_picture(StrBuf *out, const char *payment_code)
{
        StrBuf svg = STRBUF_INIT;
        QRcode *code = encode(payment_code);

        if (!code) {
                strbuf_add(out, IMAGE);
                return;
        }
        add_svg(&svg, code);
        strbuf_add(out, "src=\"data:image/svg+xml,");
        add_url(out, strbuf_text(&svg));
        strbuf_add_char(out, '"');
        strbuf_release(&svg);
        QRcode_free(code);
}

void code_add_page(StrBuf *out, const char *html, const char *payment_code)
{
        const char *image;

        while (payment_code && (image = strstr(html, IMAGE))) {
                strbuf_add_bytes(out, html, (size_t)(image - html));
                add_picture(out, payment_code);
                html = image + strlen(IMAGE);
        }
        strbuf_add(out, html);
}
