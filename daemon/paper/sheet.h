/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_SHEET_H
#define RELANCED_PAPER_SHEET_H

/*
 * Pages of A4 that fill from top to bottom: text that flows on to the next page, marks at a place,
 * head and foot, an outline. Lengths are points; y grows downwards. Nothing drawn ever fails on
 * the spot: the first error sticks and sheet_make() returns it.
 *
 * Everything is drawn twice: the first time to learn how many pages there are and where each
 * section begins, the second time for good. So draw() must draw the same both times.
 */

#include <stddef.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "core/date.h"
#include "paper/dossier.h"

typedef struct Sheet Sheet;

#define MILLIMETRE (72.0 / 25.4)
#define PAGE_WIDTH (210 * MILLIMETRE)
#define PAGE_HEIGHT (297 * MILLIMETRE)
#define MARGIN (22 * MILLIMETRE) /* left and right */
#define TEXT_WIDTH (PAGE_WIDTH - 2 * MARGIN)

typedef enum Face {
        FACE_DISPLAY,    /* the title of a cover */
        FACE_TITLE,      /* of a section */
        FACE_HEADING,    /* within a section */
        FACE_BODY,       /* of letters */
        FACE_DEMAND,     /* the same, bold */
        FACE_TEXT,       /* of everything else */
        FACE_STRONG,     /* the same, bold */
        FACE_SMALL,      /* remarks */
        FACE_LABEL,      /* over columns and values */
        FACE_FIGURE,     /* the sum asked for */
        FACE_LETTERHEAD, /* the firm's name */
        FACE_CODE,       /* digests */
        FACES
} Face;

typedef enum Align {
        ALIGN_START,
        ALIGN_END,
        ALIGN_CENTRE
} Align;

typedef enum Ink {
        INK_TEXT,
        INK_GREY,
        INK_ACCENT,
        INK_RULE,
        INK_TINT,
        INKS
} Ink;

/* Where and how a text is put: it breaks at width; more than lines_max lines end in "…" (0: as many
 * as it takes). */
typedef struct Mark {
        double x, y, width;
        Face face;
        Ink ink;
        Align align;
        int lines_max;
        const char *tag; /* structure of the document: "P", "TD" …; NULL: "P"; "": no part of it */
        bool has_bar;    /* flowing: a line to the left of it, as of a quotation */
} Mark;

typedef struct Area {
        double x, y, width, height;
} Area;

/* What stands around the pages and in the metadata. */
typedef struct SheetLook {
        const char *title, *author, *subject, *language;
        const char *head_left, *head_right; /* from the second page on */
        const char *foot;
        const char *page_of; /* "Page {1} / {2}" */
        Moment made;
} SheetLook;

/* The PDF of what draw() draws, appended to ret_pdf. -ENOMEM; -EIO: the library; -ENODATA: the
 * machine has no fonts. */
int sheet_make(const SheetLook *look, void (*draw)(Sheet *sheet, void *owner), void *owner,
        StrBuf *ret_pdf);

/* A page of its own. */
void sheet_break(Sheet *sheet);
/* A new page unless so much is free on this one. */
void sheet_room(Sheet *sheet, double height);
bool sheet_is_at_top(const Sheet *sheet);
double sheet_y(const Sheet *sheet);
void sheet_move_to(Sheet *sheet, double y);
void sheet_down(Sheet *sheet, double distance);
/* How much is free on this page. */
double sheet_free(const Sheet *sheet);

/* How high a text is there. */
double sheet_height(Sheet *sheet, const Mark *mark, const char *text);
/* How wide it would be on one line. */
double sheet_width(Sheet *sheet, Face face, const char *text);
/* Puts it there, on this page, and does not move on; returns its height. */
double sheet_put(Sheet *sheet, const Mark *mark, const char *text);
/* At the left margin below what was last, moving on, over as many pages as it takes. */
void sheet_flow(Sheet *sheet, const Mark *mark, const char *text);

void sheet_rule(Sheet *sheet, double x, double y, double width, Ink ink);
void sheet_fill(Sheet *sheet, const Area *area, Ink ink);

/* A title with an entry in the outline; level 1 is a section that sheet_section() knows. */
void sheet_heading(Sheet *sheet, int level, const char *text);
/* The i-th section of level 1, and its page; NULL past the last. Known from the second pass on. */
const char *sheet_section(const Sheet *sheet, size_t i, size_t *ret_page);
/* What is put until link_end leads to that section. */
void sheet_link_begin(Sheet *sheet, size_t section);
void sheet_link_end(Sheet *sheet);

/* An element of structure around what is put until its end: "Table", "TR" … */
void sheet_begin(Sheet *sheet, const char *tag);
void sheet_end(Sheet *sheet, const char *tag);

/* For what is drawn: as long as the sheet. */
Arena *sheet_arena(Sheet *sheet);

#endif
