/* SPDX-License-Identifier: MIT */
/* Owns what becomes of a preview: lines to read, or one message's page, mail or picture, on stdout
 * or in a new file. Bytes that are no text never go to a terminal. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "ctl/code.h"
#include "ctl/picture.h"
#include "ctl/show.h"
#include "ctl/text.h"

/* By WhatsApp a firm writes first in words that Meta has approved, and those nobody here knows. */
static void show_template(const json_t *row)
{
        StrBuf name = STRBUF_INIT;

        if (json_is_string(member(row, "template")))
                (void)printf(
                        "\nA channel of the module whatsapp sends the template that its option "
                        "templates has for\n\"%s\" in the place of these words, unless the "
                        "customer has written within a day.\n",
                        text_of(row, "template", &name));
        strbuf_release(&name);
}

/* Its module refuses it: nothing is ever cut. */
static void show_limit(const json_t *row)
{
        json_int_t most = json_integer_value(member(row, "max_parts"));

        if (most > 0 && json_integer_value(member(row, "parts")) > most)
                (void)printf(
                        "\nIt has more parts than max_parts of this channel, %d: the module sms "
                        "refuses it, and\nthe route's next channel is taken, or there is a "
                        "task.\n",
                        (int)most);
}

static void show_text(const Rows *rows)
{
        StrBuf text = STRBUF_INIT;
        json_t *attachment;
        size_t j;

        for (size_t i = 0; i < rows->n; i++) {
                const json_t *row = rows->list[i];
                if (i > 0)
                        (void)puts("\n");
                show_member("Step", row, "step");
                show_member("Channel", row, "channel");
                show_member("To", row, "to");
                show_member("Parts", row, "parts");
                show_member("Subject", row, "subject");
                json_array_foreach(member(row, "attachments"), j, attachment)
                        show_member("Attached", attachment, "name");
                strbuf_truncate(&text, 0);
                text_add_safe(&text, json_string_value(member(row, "text")), true);
                (void)printf("\n%s\n", strbuf_text(&text));
                show_template(row);
                show_limit(row);
        }
        strbuf_release(&text);
}

/* The one message that is meant, or NULL and a complaint. */
static const json_t *find_one(const Rows *rows)
{
        StrBuf names = STRBUF_INIT, name = STRBUF_INIT;

        if (rows->n == 1)
                return rows->list[0];
        for (size_t i = 0; i < rows->n; i++)
                strbuf_addf(&names, "%s%s", i > 0 ? ", " : "",
                        text_of(rows->list[i], "channel", &name));
        text_complain("%zu messages would go out: choose one with --channel (%s)", rows->n,
                strbuf_text(&names));
        strbuf_release(&names);
        strbuf_release(&name);
        return NULL;
}

static void add_page(const json_t *row, StrBuf *page)
{
        code_add_page(page, json_string_value(member(row, "html")),
                json_string_value(member(row, "payment_code")));
}

static int make_html(const json_t *row, StrBuf *bytes)
{
        add_page(row, bytes);
        return 0;
}

static int make_eml(const json_t *row, StrBuf *bytes)
{
        const json_t *eml = member(row, "eml");

        strbuf_add_bytes(bytes, json_string_value(eml), json_string_length(eml));
        return 0;
}

static int make_png(const json_t *row, StrBuf *bytes)
{
        _cleanup_(strbuf_release) StrBuf page = STRBUF_INIT;

        add_page(row, &page);
        return strbuf_error(&page) < 0 ? -ENOMEM : picture_draw(strbuf_text(&page), bytes);
}

static const struct {
        const char *format;
        int (*make)(const json_t *row, StrBuf *bytes); /* 0, or -errno and a complaint */
        bool is_binary;
} makers[] = {
        { "html", make_html, false },
        { "eml", make_eml, false },
        { "png", make_png, true },
};

/* Onto stdout. */
static int put(const StrBuf *bytes)
{
        if (strbuf_error(bytes) < 0 ||
                (bytes->length > 0 && fwrite(bytes->text, bytes->length, 1, stdout) != 1)) {
                text_complain("%s", strerror(strbuf_error(bytes) < 0 ? ENOMEM : errno));
                return EXIT_REFUSED;
        }
        return EXIT_DONE;
}

static int make_one(const char *format, const Rows *rows)
{
        _cleanup_(strbuf_release) StrBuf bytes = STRBUF_INIT;
        size_t i = 0;

        while (strcmp(makers[i].format, format) != 0)
                i++;
        if (makers[i].is_binary && isatty(STDOUT_FILENO)) {
                text_complain("a picture is not for a terminal: name a file with --output");
                return EXIT_USAGE;
        }
        const json_t *row = find_one(rows);
        if (!row || makers[i].make(row, &bytes) < 0)
                return EXIT_REFUSED;
        return put(&bytes);
}

/* What is written to stdout from now on goes into a new file. */
static int turn_to(const char *name)
{
        _cleanup_(closep) int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        if (fd >= 0 && dup2(fd, STDOUT_FILENO) >= 0)
                return 0;
        text_complain("%s: %s", name, strerror(errno));
        return -errno;
}

int make_preview(const Invocation *invocation, const Rows *rows)
{
        const char *format = invocation_option(invocation, "format");
        const char *output = invocation_option(invocation, "output");
        int code = EXIT_DONE;

        if (output && turn_to(output) < 0)
                return EXIT_REFUSED;
        if (!format || strcmp(format, "text") == 0)
                show_text(rows);
        else
                code = make_one(format, rows);
        if (fflush(stdout) == EOF && code == EXIT_DONE) {
                text_complain("%s: %s", output ? output : "stdout", strerror(errno));
                code = EXIT_REFUSED;
        }
        if (output && code != EXIT_DONE)
                (void)unlink(output);
        return code;
}
