/* SPDX-License-Identifier: MIT */
/*
 * Part of the build alone: puts a manual page together. A page is written by hand beside what it
 * describes; a comment in it, such as
 *
 *         .\" @keys limits
 *
 * is followed in the result by a table made from the program itself, so that the page cannot be out
 * of date. `names` in place of a page lists all that such tables know, for tests/check. Owns
 * nothing else; never runs in an installation. A page that asks for what there is not fails the
 * build.
 */

#include <errno.h>
#include <stdio.h>

#include "manual/tables.h"
#include "sys/file.h"

#define MARK ".\\\" @"
#define PAGE_LIMIT ((size_t)1024 * 1024)

/* The table that a line asks for, if it does. The line is changed. */
static int follow(char *line, const Sources *sources)
{
        char *name = line + sizeof(MARK) - 1;

        if (strncmp(line, MARK, sizeof(MARK) - 1) != 0)
                return 0;
        char *end = name + strcspn(name, " ");
        const char *argument = *end ? end + 1 : "";
        *end = '\0';
        int r = table_put(name, argument, sources);
        if (r < 0)
                (void)fprintf(stderr, "manual: table %s %s: %s\n", name, argument, strerror(-r));
        return r;
}

static int put_page(const char *path, const Sources *sources)
{
        _cleanup_(freep) char *text = NULL;
        size_t length;

        int r = file_read(path, PAGE_LIMIT, &text, &length);
        for (char *line = text; r == 0 && line && *line;) {
                char *end = strchr(line, '\n');
                if (end)
                        *end = '\0';
                (void)puts(line);
                r = follow(line, sources);
                line = end ? end + 1 : NULL;
        }
        return r;
}

int main(int argc, char *argv[])
{
        if (argc < 4) {
                (void)fputs("usage: manual PAGE|names MESSAGE-IDS CATALOG [MODULE.so …]\n", stderr);
                return 2;
        }
        const Sources sources = { argv[2], argv[3], argv + 4 };
        int r = streq(argv[1], "names") ? tables_put_names(&sources) : put_page(argv[1], &sources);
        if (r == 0 && fflush(stdout) == EOF)
                r = -errno;
        if (r < 0)
                (void)fprintf(stderr, "manual: %s: %s\n", argv[1], strerror(-r));
        return r < 0;
}
