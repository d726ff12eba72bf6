/* SPDX-License-Identifier: MIT */
/*
 * Owns how the paragraphs of a text become HTML: what was rendered for it is escaped already. Never
 * changes words. Fails only for want of memory.
 */

#include "base/strbuf.h"
#include "compose/composer.h"

#define BULLET "• "
#define STYLE_P " style=\"margin:0 0 16px\""
#define STYLE_UL " style=\"margin:0 0 16px;padding:0 0 0 20px\""
#define STYLE_LI " style=\"margin:0 0 4px\""

/* What stands open. */
typedef enum Block {
        BLOCK_NONE,
        BLOCK_PARAGRAPH,
        BLOCK_LIST,
        BLOCK_MARKUP, /* a partial's own HTML, until the next empty line */
} Block;

typedef struct HtmlWriter {
        StrBuf output;
        Block block;
} HtmlWriter;

static void html_close(HtmlWriter *writer)
{
        static const char *const closings[] = {
                [BLOCK_NONE] = "",
                [BLOCK_PARAGRAPH] = "</p>\n",
                [BLOCK_LIST] = "</li>\n</ul>\n",
                [BLOCK_MARKUP] = "\n",
        };

        strbuf_add(&writer->output, closings[writer->block]);
        writer->block = BLOCK_NONE;
}

/* A value that is kept apart or together is no markup of anybody's. */
static bool begins_with_value(const char *line)
{
        static const char *const tags[] = { "<bdi>", HTML_UNBROKEN, HTML_UNBROKEN_IF_WIDE };

        for (size_t i = 0; i < ELEMENTSOF(tags); i++)
                if (strncmp(line, tags[i], strlen(tags[i])) == 0)
                        return true;
        return false;
}

static Block block_of(const HtmlWriter *writer, const char *line, bool is_indented)
{
        if (writer->block == BLOCK_MARKUP)
                return BLOCK_MARKUP;
        if (*line == '<' && !begins_with_value(line))
                return BLOCK_MARKUP;
        if (strncmp(line, BULLET, strlen(BULLET)) == 0)
                return BLOCK_LIST;
        return is_indented && writer->block == BLOCK_LIST ? BLOCK_LIST : BLOCK_PARAGRAPH;
}

/* What stands before a line: the beginning of its block, else a break from the line before. */
static void html_begin_line(HtmlWriter *writer, Block block, bool is_item)
{
        static const char *const openings[] = {
                [BLOCK_NONE] = "",
                [BLOCK_PARAGRAPH] = "<p" STYLE_P ">",
                [BLOCK_LIST] = "<ul" STYLE_UL ">\n<li" STYLE_LI ">",
                [BLOCK_MARKUP] = "",
        };
        bool is_new = block != writer->block;

        if (is_new) {
                html_close(writer);
                strbuf_add(&writer->output, openings[block]);
                writer->block = block;
        } else if (block == BLOCK_MARKUP) {
                strbuf_add_char(&writer->output, '\n');
        } else {
                strbuf_add(&writer->output, is_item ? "</li>\n<li" STYLE_LI ">" : "<br>\n");
        }
}

static void html_add_line(HtmlWriter *writer, const char *line, size_t length)
{
        const char *end = line + length;
        bool is_indented = length > 0 && *line == ' ';

        while (line < end && *line == ' ')
                line++;
        if (line == end) {
                html_close(writer);
                return;
        }
        Block block = block_of(writer, line, is_indented);
        bool is_item = block == BLOCK_LIST && strncmp(line, BULLET, strlen(BULLET)) == 0;
        html_begin_line(writer, block, is_item);
        line += is_item ? strlen(BULLET) : 0;
        strbuf_add_bytes(&writer->output, line, (size_t)(end - line));
}

const char *html_of_paragraphs(const char *laid_out, Arena *arena)
{
        HtmlWriter writer = { .output = STRBUF_INIT };

        for (const char *line = laid_out; *line;) {
                size_t length = strcspn(line, "\n");
                html_add_line(&writer, line, length);
                line += length + (line[length] == '\n');
        }
        html_close(&writer);
        const char *result = strbuf_error(&writer.output) < 0
                                     ? NULL
                                     : arena_strdup(arena, strbuf_text(&writer.output));
        strbuf_release(&writer.output);
        return result;
}
