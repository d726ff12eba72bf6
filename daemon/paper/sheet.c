/* SPDX-License-Identifier: MIT */
/*
 * Owns cairo and pango: pages, faces, structure and metadata of a PDF. Knows nothing of invoices.
 * Never reads a clock: what is in the metadata it is given. An error sticks; drawing goes on to
 * nowhere.
 */

#include "paper/sheet.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <stdio.h>

#define FAMILY "Lato, DejaVu Sans"
#define TOP (24 * MILLIMETRE)
#define BOTTOM (PAGE_HEIGHT - 22 * MILLIMETRE)
#define HEAD_Y (12 * MILLIMETRE)
#define FOOT_Y (PAGE_HEIGHT - 17 * MILLIMETRE)
#define PAGE_WORD_WIDTH 90.0
#define NARROWEST 1.2 /* letter of the smallest face */
#define SECTIONS_MAX 16
#define OUTLINE_LEVELS 3

typedef struct FaceStyle {
        const char *font;
        double leading; /* from line to line, in heights of the font */
} FaceStyle;

static const FaceStyle face_styles[FACES] = {
        [FACE_DISPLAY] = { FAMILY " Light 27", 1.1 },
        [FACE_TITLE] = { FAMILY " Light 20", 1.15 },
        [FACE_HEADING] = { FAMILY " Semibold 11", 1.15 },
        [FACE_BODY] = { FAMILY " 10", 1.16 },
        [FACE_DEMAND] = { FAMILY " Bold 10", 1.16 },
        [FACE_TEXT] = { FAMILY " 9", 1.14 },
        [FACE_STRONG] = { FAMILY " Bold 9", 1.14 },
        [FACE_SMALL] = { FAMILY " 7.8", 1.16 },
        [FACE_LABEL] = { FAMILY " Semibold 7.2", 1.1 },
        [FACE_FIGURE] = { FAMILY " Semibold 21", 1.1 },
        [FACE_LETTERHEAD] = { FAMILY " Semibold 15", 1.1 },
        [FACE_CODE] = { "DejaVu Sans Mono 6.4", 1.2 },
};

static const double inks[INKS][3] = {
        [INK_TEXT] = { 0.10, 0.12, 0.15 },
        [INK_GREY] = { 0.36, 0.40, 0.45 },
        [INK_ACCENT] = { 0.12, 0.24, 0.38 },
        [INK_RULE] = { 0.80, 0.83, 0.87 },
        [INK_TINT] = { 0.953, 0.961, 0.973 },
};

typedef struct Section {
        const char *text;
        size_t page;
} Section;

struct Sheet {
        cairo_t *cairo;
        cairo_surface_t *surface;
        PangoContext *context;
        PangoLayout *layouts[FACES];
        const SheetLook *look;
        Arena arena;
        double y;
        size_t page, n_pages; /* n_pages: 0 in the first pass */
        Section sections[SECTIONS_MAX];
        size_t n_sections, n_known; /* known: from the first pass */
        size_t n_headings;
        int parents[OUTLINE_LEVELS + 1]; /* the last entry of the outline of each level */
        StrBuf *pdf;
        int error;
};

static void sheet_fail(Sheet *sheet, int error)
{
        if (sheet->error == 0)
                sheet->error = error;
}

/* "Page {1} / {2}" */
static const char *page_words(Sheet *sheet)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        for (const char *p = sheet->look->page_of; *p; p++) {
                if (p[0] == '{' && (p[1] == '1' || p[1] == '2') && p[2] == '}') {
                        strbuf_addf(&text, "%zu", p[1] == '1' ? sheet->page : sheet->n_pages);
                        p += 2;
                } else
                        strbuf_add_char(&text, *p);
        }
        return arena_strdup(&sheet->arena, strbuf_text(&text));
}

static void put_around(Sheet *sheet)
{
        const SheetLook *look = sheet->look;
        Mark mark = { MARGIN, HEAD_Y, TEXT_WIDTH, FACE_SMALL, INK_GREY, ALIGN_START, 1, "" };
        const char *page = page_words(sheet);

        if (sheet->page > 1) {
                Mark half = mark;
                half.width = TEXT_WIDTH / 2 - 10;
                sheet_put(sheet, &half, look->head_left);
                half.x = MARGIN + TEXT_WIDTH / 2 + 10;
                half.align = ALIGN_END;
                sheet_put(sheet, &half, look->head_right);
                sheet_rule(sheet, MARGIN, HEAD_Y + 14, TEXT_WIDTH, INK_RULE);
        }
        sheet_rule(sheet, MARGIN, FOOT_Y - 6, TEXT_WIDTH, INK_RULE);
        mark.y = FOOT_Y;
        mark.align = ALIGN_END;
        sheet_put(sheet, &mark, page ? page : "");
        mark.align = ALIGN_START;
        mark.width = TEXT_WIDTH - PAGE_WORD_WIDTH;
        mark.lines_max = 3;
        sheet_put(sheet, &mark, look->foot);
}

static void begin_page(Sheet *sheet)
{
        sheet->page++;
        sheet->y = TOP;
        put_around(sheet);
}

void sheet_break(Sheet *sheet)
{
        cairo_show_page(sheet->cairo);
        begin_page(sheet);
}

double sheet_free(const Sheet *sheet)
{
        return BOTTOM - sheet->y;
}

void sheet_room(Sheet *sheet, double height)
{
        if (sheet_free(sheet) < height && sheet->y > TOP)
                sheet_break(sheet);
}

bool sheet_is_at_top(const Sheet *sheet)
{
        return sheet->y <= TOP;
}

double sheet_y(const Sheet *sheet)
{
        return sheet->y;
}

void sheet_move_to(Sheet *sheet, double y)
{
        sheet->y = y;
}

/* Space above the first line of a page is none. */
void sheet_down(Sheet *sheet, double distance)
{
        if (sheet->y > TOP)
                sheet->y += distance;
}

/* As much of a text as can ever show there, in whole characters: breaking a word of ten thousand
 * letters into lines, only to leave most of them out, takes seconds. */
static int shown_length(const Mark *mark, const char *text)
{
        double most = mark->lines_max * mark->width / NARROWEST;
        const char *end = text;

        if (mark->lines_max == 0)
                return -1;
        for (double n = 0; *end && n < most; n++) {
                end++;
                while (((unsigned char)*end & 0xC0) == 0x80)
                        end++;
        }
        return (int)(end - text);
}

static PangoLayout *lay_out(Sheet *sheet, const Mark *mark, const char *text)
{
        static const PangoAlignment alignments[] = {
                [ALIGN_START] = PANGO_ALIGN_LEFT,
                [ALIGN_END] = PANGO_ALIGN_RIGHT,
                [ALIGN_CENTRE] = PANGO_ALIGN_CENTER,
        };
        PangoLayout *layout = sheet->layouts[mark->face];

        pango_layout_set_width(layout, (int)(mark->width * PANGO_SCALE));
        pango_layout_set_alignment(layout, alignments[mark->align]);
        pango_layout_set_height(layout, mark->lines_max > 0 ? -mark->lines_max : -1);
        pango_layout_set_ellipsize(
                layout, mark->lines_max > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
        pango_layout_set_text(layout, text, shown_length(mark, text));
        return layout;
}

static double layout_height(PangoLayout *layout)
{
        PangoRectangle extents;

        pango_layout_get_extents(layout, NULL, &extents);
        return (double)extents.height / PANGO_SCALE;
}

double sheet_height(Sheet *sheet, const Mark *mark, const char *text)
{
        return layout_height(lay_out(sheet, mark, text));
}

double sheet_width(Sheet *sheet, Face face, const char *text)
{
        PangoRectangle extents;
        PangoLayout *layout =
                lay_out(sheet, &(Mark){ .width = PAGE_WIDTH, .face = face, .lines_max = 1 }, text);

        pango_layout_get_extents(layout, NULL, &extents);
        return (double)extents.width / PANGO_SCALE;
}

static void set_ink(Sheet *sheet, Ink ink)
{
        cairo_set_source_rgb(sheet->cairo, inks[ink][0], inks[ink][1], inks[ink][2]);
}

double sheet_put(Sheet *sheet, const Mark *mark, const char *text)
{
        PangoLayout *layout = lay_out(sheet, mark, text);
        const char *tag = mark->tag ? mark->tag : "P";

        sheet_begin(sheet, tag);
        set_ink(sheet, mark->ink);
        cairo_move_to(sheet->cairo, mark->x, mark->y);
        pango_cairo_show_layout(sheet->cairo, layout);
        sheet_end(sheet, tag);
        return layout_height(layout);
}

void sheet_flow(Sheet *sheet, const Mark *mark, const char *text)
{
        /* A copy: what stands around the pages is laid out in between. */
        PangoLayout *layout = pango_layout_copy(lay_out(sheet, mark, text));
        const char *tag = mark->tag ? mark->tag : "P";
        PangoLayoutIter *iter = pango_layout_get_iter(layout);
        PangoRectangle extents;
        double top = 0; /* of the layout, on this page */

        sheet_begin(sheet, tag);
        do {
                pango_layout_iter_get_line_extents(iter, NULL, &extents);
                double y = (double)extents.y / PANGO_SCALE;
                double height = (double)extents.height / PANGO_SCALE;
                if (sheet_free(sheet) < y - top + height) {
                        sheet_end(sheet, tag); /* no element of text spans two pages */
                        sheet_break(sheet);
                        sheet_begin(sheet, tag);
                        top = y;
                }
                double baseline = (double)pango_layout_iter_get_baseline(iter) / PANGO_SCALE;
                double left = mark->x > 0 ? mark->x : MARGIN;
                double x = left + (double)extents.x / PANGO_SCALE;
                if (mark->has_bar)
                        sheet_fill(sheet,
                                &(Area){ left - 10, sheet->y + y - top, 1.4, height + 0.2 },
                                INK_RULE);
                set_ink(sheet, mark->ink);
                cairo_move_to(sheet->cairo, x, sheet->y + baseline - top);
                pango_cairo_show_layout_line(
                        sheet->cairo, pango_layout_iter_get_line_readonly(iter));
        } while (pango_layout_iter_next_line(iter));
        sheet->y += ((double)(extents.y + extents.height) / PANGO_SCALE) - top;
        sheet_end(sheet, tag);
        pango_layout_iter_free(iter);
        g_object_unref(layout);
}

void sheet_rule(Sheet *sheet, double x, double y, double width, Ink ink)
{
        set_ink(sheet, ink);
        cairo_set_line_width(sheet->cairo, 0.6);
        cairo_move_to(sheet->cairo, x, y);
        cairo_line_to(sheet->cairo, x + width, y);
        cairo_stroke(sheet->cairo);
}

void sheet_fill(Sheet *sheet, const Area *area, Ink ink)
{
        set_ink(sheet, ink);
        cairo_rectangle(sheet->cairo, area->x, area->y, area->width, area->height);
        cairo_fill(sheet->cairo);
}

void sheet_begin(Sheet *sheet, const char *tag)
{
        if (*tag)
                cairo_tag_begin(sheet->cairo, tag, NULL);
}

void sheet_end(Sheet *sheet, const char *tag)
{
        if (*tag)
                cairo_tag_end(sheet->cairo, tag);
}

static void note_section(Sheet *sheet, const char *text)
{
        if (sheet->n_sections == SECTIONS_MAX) {
                sheet_fail(sheet, -E2BIG);
                return;
        }
        const char *kept = arena_strdup(&sheet->arena, text);
        if (!kept)
                sheet_fail(sheet, -ENOMEM);
        sheet->sections[sheet->n_sections++] = (Section){ kept, sheet->page };
}

/* An entry below the last one of the level above. */
static void add_outline(Sheet *sheet, int level, const char *text, const char *target)
{
        sheet->parents[level] = cairo_pdf_surface_add_outline(sheet->surface,
                sheet->parents[level - 1], text, target,
                level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : (cairo_pdf_outline_flags_t)0);
}

void sheet_heading(Sheet *sheet, int level, const char *text)
{
        static const struct {
                Face face;
                Ink ink;
                double above, below, room;
                const char *tag;
        } levels[] = {
                { FACE_TITLE, INK_ACCENT, 0, 12, 120, "H1" },
                { FACE_HEADING, INK_ACCENT, 16, 5, 90, "H2" },
                { FACE_STRONG, INK_TEXT, 12, 3, 60, "H3" },
        };
        char name[32], attributes[48];

        level = MIN(MAX(level, 1), OUTLINE_LEVELS);
        sheet_room(sheet, levels[level - 1].room);
        sheet_down(sheet, levels[level - 1].above);
        if (level == 1)
                note_section(sheet, text);
        if (level == 1)
                (void)snprintf(name, sizeof(name), "section-%zu", sheet->n_sections);
        else
                (void)snprintf(name, sizeof(name), "heading-%zu", ++sheet->n_headings);
        (void)snprintf(attributes, sizeof(attributes), "name='%s'", name);
        cairo_tag_begin(sheet->cairo, CAIRO_TAG_DEST, attributes);
        sheet_flow(sheet,
                &(Mark){ .width = TEXT_WIDTH,
                        .face = levels[level - 1].face,
                        .ink = levels[level - 1].ink,
                        .tag = levels[level - 1].tag },
                text);
        cairo_tag_end(sheet->cairo, CAIRO_TAG_DEST);
        (void)snprintf(attributes, sizeof(attributes), "dest='%s'", name);
        add_outline(sheet, level, text, attributes);
        sheet->y += levels[level - 1].below;
}

const char *sheet_section(const Sheet *sheet, size_t i, size_t *ret_page)
{
        if (i >= sheet->n_known)
                return NULL;
        *ret_page = sheet->sections[i].page;
        return sheet->sections[i].text;
}

void sheet_link_begin(Sheet *sheet, size_t section)
{
        char attributes[48];

        (void)snprintf(attributes, sizeof(attributes), "dest='section-%zu'", section + 1);
        cairo_tag_begin(sheet->cairo, CAIRO_TAG_LINK, attributes);
}

void sheet_link_end(Sheet *sheet)
{
        cairo_tag_end(sheet->cairo, CAIRO_TAG_LINK);
}

Arena *sheet_arena(Sheet *sheet)
{
        return &sheet->arena;
}

static cairo_status_t on_bytes(void *owner, const unsigned char *bytes, unsigned length)
{
        Sheet *sheet = owner;

        if (sheet->n_pages > 0)
                strbuf_add_bytes(sheet->pdf, bytes, length);
        return CAIRO_STATUS_SUCCESS;
}

static void set_metadata(Sheet *sheet)
{
        const SheetLook *look = sheet->look;
        char made[INSTANT_TEXT_SIZE];
        const struct {
                cairo_pdf_metadata_t what;
                const char *text;
        } rows[] = {
                { CAIRO_PDF_METADATA_TITLE, look->title },
                { CAIRO_PDF_METADATA_AUTHOR, look->author },
                { CAIRO_PDF_METADATA_SUBJECT, look->subject },
                { CAIRO_PDF_METADATA_CREATOR, "relanced " RELANCED_VERSION },
                { CAIRO_PDF_METADATA_CREATE_DATE, made },
                { CAIRO_PDF_METADATA_MOD_DATE, made },
        };

        instant_format(look->made.instant, look->made.offset_minutes, made);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                cairo_pdf_surface_set_metadata(sheet->surface, rows[i].what, rows[i].text);
}

static void prepare_layouts(Sheet *sheet)
{
        for (Face face = 0; face < FACES; face++) {
                PangoLayout *layout = pango_layout_new(sheet->context);
                PangoFontDescription *font =
                        pango_font_description_from_string(face_styles[face].font);
                PangoAttrList *attributes = pango_attr_list_new();
                pango_attr_list_insert(
                        attributes, pango_attr_line_height_new(face_styles[face].leading));
                /* What is copied out of a PDF, or searched in it, is letters. */
                pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0, clig=0"));
                /* A number or the name of a file that is broken must not gain a hyphen. */
                pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
                pango_layout_set_font_description(layout, font);
                pango_layout_set_attributes(layout, attributes);
                pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
                /* Columns stay columns: names that run from right to left are isolated. */
                pango_layout_set_auto_dir(layout, FALSE);
                pango_attr_list_unref(attributes);
                pango_font_description_free(font);
                sheet->layouts[face] = layout;
        }
}

static void open_surface(Sheet *sheet)
{
        cairo_font_options_t *options = cairo_font_options_create();

        sheet->surface =
                cairo_pdf_surface_create_for_stream(on_bytes, sheet, PAGE_WIDTH, PAGE_HEIGHT);
        cairo_pdf_surface_restrict_to_version(sheet->surface, CAIRO_PDF_VERSION_1_4);
        set_metadata(sheet);
        sheet->cairo = cairo_create(sheet->surface);
        sheet->context = pango_cairo_create_context(sheet->cairo);
        /* On paper nothing is fitted to pixels, and a point of a font is a point of the page. */
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
        pango_cairo_context_set_font_options(sheet->context, options);
        pango_cairo_context_set_resolution(sheet->context, 72);
        pango_context_set_round_glyph_positions(sheet->context, FALSE);
        pango_context_set_language(
                sheet->context, pango_language_from_string(sheet->look->language));
        prepare_layouts(sheet);
        cairo_font_options_destroy(options);
}

static void close_surface(Sheet *sheet)
{
        for (Face face = 0; face < FACES; face++)
                g_object_unref(sheet->layouts[face]);
        g_object_unref(sheet->context);
        if (cairo_status(sheet->cairo) != CAIRO_STATUS_SUCCESS)
                sheet_fail(sheet,
                        cairo_status(sheet->cairo) == CAIRO_STATUS_NO_MEMORY ? -ENOMEM : -EIO);
        cairo_destroy(sheet->cairo);
        cairo_surface_finish(sheet->surface);
        if (cairo_surface_status(sheet->surface) != CAIRO_STATUS_SUCCESS)
                sheet_fail(sheet, -EIO);
        cairo_surface_destroy(sheet->surface);
}

static void draw_pass(Sheet *sheet, void (*draw)(Sheet *, void *), void *owner)
{
        sheet->page = sheet->n_sections = sheet->n_headings = 0;
        sheet->parents[0] = CAIRO_PDF_OUTLINE_ROOT;
        open_surface(sheet);
        sheet_begin(sheet, "Document");
        begin_page(sheet);
        draw(sheet, owner);
        sheet_end(sheet, "Document");
        close_surface(sheet);
        sheet->n_known = sheet->n_sections;
        sheet->n_pages = sheet->page;
}

static bool has_fonts(void)
{
        PangoFontFamily **families = NULL;
        int n = 0;

        pango_font_map_list_families(pango_cairo_font_map_get_default(), &families, &n);
        g_free(families);
        return n > 0;
}

int sheet_make(const SheetLook *look, void (*draw)(Sheet *sheet, void *owner), void *owner,
        StrBuf *ret_pdf)
{
        Sheet sheet = { .look = look, .pdf = ret_pdf };

        if (!has_fonts())
                return -ENODATA;
        draw_pass(&sheet, draw, owner);
        if (sheet.error == 0)
                draw_pass(&sheet, draw, owner);
        arena_release(&sheet.arena);
        return sheet.error < 0 ? sheet.error : strbuf_error(ret_pdf);
}
