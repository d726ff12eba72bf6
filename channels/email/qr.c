/* SPDX-License-Identifier: MIT */
/*
 * Owns libqrencode and libpng. One bit for each dot: a code of a payment is about 1 KB. The quiet
 * zone is part of the picture, so that a dark background leaves the code readable. Nothing of the
 * day or the machine is in it.
 */

#include "channels/email/qr.h"

#include <errno.h>
#include <png.h>
#include <qrencode.h>
#include <setjmp.h>

#define DOTS 6          /* a module's side */
#define QUIET 4         /* modules of white around the code: ISO/IEC 18004 */
#define MODULES_MAX 177 /* of the largest code, version 40 */
#define ROW_MAX (((MODULES_MAX + 2 * QUIET) * DOTS + 7) / 8)
#define COMPRESSION 9
#define ECI_UTF8 26

static void on_bytes(png_structp png, png_bytep bytes, size_t length)
{
        strbuf_add_bytes(png_get_io_ptr(png), bytes, length);
}

static void on_flush(png_structp png)
{
        (void)png; /* nothing is kept back */
}

static void on_error(png_structp png, png_const_charp text)
{
        (void)text;
        png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
        (void)png; /* of what is not used here */
        (void)text;
}

/* A row of modules as dots, white being 1. module NULL: of the quiet zone. */
static void fill_row(const unsigned char *modules, size_t width, png_byte row[static ROW_MAX])
{
        memset(row, 0xff, ROW_MAX);
        for (size_t x = 0; modules && x < width; x++) {
                if (!(modules[x] & 1))
                        continue;
                for (size_t dot = (x + QUIET) * DOTS; dot < (x + QUIET + 1) * DOTS; dot++)
                        row[dot / 8] &= (png_byte) ~(0x80U >> dot % 8);
        }
}

static void write_rows(png_structp png, const QRcode *code)
{
        size_t width = (size_t)code->width;
        png_byte row[ROW_MAX];

        for (size_t y = 0; y < width + 2 * QUIET; y++) {
                bool is_quiet = y < QUIET || y >= width + QUIET;
                fill_row(is_quiet ? NULL : code->data + (y - QUIET) * width, width, row);
                for (int dot = 0; dot < DOTS; dot++)
                        png_write_row(png, row);
        }
}

/* libpng jumps here from wherever it fails. */
static int write_png(png_structp png, png_infop info, const QRcode *code, StrBuf *out)
{
        png_uint_32 side = (png_uint_32)(code->width + 2 * QUIET) * DOTS;

        if (setjmp(png_jmpbuf(png)))
                return -ENOMEM;
        png_set_write_fn(png, out, on_bytes, on_flush);
        png_set_compression_level(png, COMPRESSION);
        png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
        png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(png, info);
        write_rows(png, code);
        png_write_end(png, info);
        return strbuf_error(out);
}

static bool is_ascii(const char *text)
{
        while (*text && (unsigned char)*text < 0x80)
                text++;
        return *text == '\0';
}

/* Bytes are Latin 1 to a reader that is not told: it would guess. ASCII is told nothing, for the
 * oldest readers' sake. The same in daemon/ctl/code.c. */
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

int qr_draw(const char *text, StrBuf *out)
{
        QRcode *code = encode(text);

        if (!code)
                return errno == ERANGE ? -E2BIG : -ENOMEM;
        png_structp png =
                png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
        png_infop info = png ? png_create_info_struct(png) : NULL;
        int r = info ? write_png(png, info, code, out) : -ENOMEM;
        png_destroy_write_struct(&png, &info);
        QRcode_free(code);
        return r;
}
