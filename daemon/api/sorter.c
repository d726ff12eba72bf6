/* SPDX-License-Identifier: MIT */
/*
 * Owns lines that wait for their place: runs of some thousand are sorted as they fill, and merged
 * when they are given. Never looks into a line. Fails for want of memory or of room in the cache
 * folder.
 */

#include "api/sorter.h"

#include <errno.h>

#define RUN_LINES ((size_t)4096)

typedef struct SortedLine {
        int64_t key, offset;
        uint32_t length;
        uint32_t number; /* within its run */
} SortedLine;

typedef struct Run {
        size_t next, end; /* of lines */
} Run;

struct Sorter {
        Reply content; /* the lines, as they came */
        SortedLine *lines;
        size_t n_lines, n_lines_room;
        Run *runs; /* once ended, a heap: the one with the smallest next line first */
        size_t n_runs, n_runs_room;
        char *line; /* that is being given */
        size_t line_room;
};

Sorter *sorter_new(const char *folder)
{
        Sorter *sorter = calloc(1, sizeof(*sorter));

        if (!sorter)
                return NULL;
        sorter->content = REPLY_INIT;
        sorter->content.folder = folder;
        return sorter;
}

void sorter_free(Sorter *sorter)
{
        if (!sorter)
                return;
        reply_release(&sorter->content);
        free(sorter->lines);
        free(sorter->runs);
        free(sorter->line);
        free(sorter);
}

static int compare_lines(const void *one, const void *other)
{
        const SortedLine *a = one, *b = other;

        if (a->key != b->key)
                return a->key < b->key ? -1 : 1;
        return (a->number > b->number) - (a->number < b->number);
}

static size_t run_start(const Sorter *sorter)
{
        return sorter->n_runs > 0 ? sorter->runs[sorter->n_runs - 1].end : 0;
}

static int end_run(Sorter *sorter)
{
        Run run = { run_start(sorter), sorter->n_lines };

        if (run.next == run.end)
                return 0;
        if (sorter->n_runs == sorter->n_runs_room) {
                size_t room = sorter->n_runs_room * 2 + 16;
                Run *runs = reallocarray(sorter->runs, room, sizeof(*runs));
                if (!runs)
                        return -ENOMEM;
                sorter->runs = runs;
                sorter->n_runs_room = room;
        }
        qsort(sorter->lines + run.next, run.end - run.next, sizeof(*sorter->lines), compare_lines);
        sorter->runs[sorter->n_runs++] = run;
        return 0;
}

static int64_t content_length(const Sorter *sorter)
{
        return sorter->content.fd_size + (int64_t)sorter->content.text.length;
}

int sorter_add(Sorter *sorter, int64_t key, json_t *line)
{
        int64_t offset = content_length(sorter);
        size_t number = sorter->n_lines - run_start(sorter);

        reply_add(&sorter->content, line);
        if (sorter->content.error < 0)
                return sorter->content.error;
        if (sorter->n_lines == sorter->n_lines_room) {
                size_t room = sorter->n_lines_room * 2 + 256;
                SortedLine *lines = reallocarray(sorter->lines, room, sizeof(*lines));
                if (!lines)
                        return -ENOMEM;
                sorter->lines = lines;
                sorter->n_lines_room = room;
        }
        sorter->lines[sorter->n_lines++] = (SortedLine){ key, offset,
                (uint32_t)(content_length(sorter) - offset), (uint32_t)number };
        return number + 1 == RUN_LINES ? end_run(sorter) : 0;
}

/* Of equal keys, the run that began earlier goes first. */
static bool is_before(const Sorter *sorter, const Run *a, const Run *b)
{
        int64_t one = sorter->lines[a->next].key, other = sorter->lines[b->next].key;

        return one != other ? one < other : a->next < b->next;
}

static void sink_down(Sorter *sorter, size_t at)
{
        for (;;) {
                size_t least = at;
                for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
                        if (child < sorter->n_runs &&
                                is_before(sorter, &sorter->runs[child], &sorter->runs[least]))
                                least = child;
                if (least == at)
                        return;
                Run run = sorter->runs[at];
                sorter->runs[at] = sorter->runs[least];
                sorter->runs[least] = run;
                at = least;
        }
}

int sorter_end(Sorter *sorter)
{
        int r = end_run(sorter);

        if (r < 0)
                return r;
        reply_finish(&sorter->content);
        for (size_t i = sorter->n_runs; i > 0; i--)
                sink_down(sorter, i - 1);
        return 0;
}

static int give_line(Sorter *sorter, const SortedLine *line, Reply *reply)
{
        if (line->length > sorter->line_room) {
                char *grown = realloc(sorter->line, line->length);
                if (!grown)
                        return -ENOMEM;
                sorter->line = grown;
                sorter->line_room = line->length;
        }
        ssize_t n = reply_read(&sorter->content, line->offset, sorter->line, line->length);
        if (n != (ssize_t)line->length)
                return n < 0 ? (int)n : -EIO;
        reply_add_text(reply, sorter->line, line->length);
        return reply->error;
}

int sorter_give(Sorter *sorter, size_t n, Reply *reply)
{
        for (; n > 0 && sorter->n_runs > 0; n--) {
                Run *run = &sorter->runs[0];
                int r = give_line(sorter, &sorter->lines[run->next++], reply);
                if (r < 0)
                        return r;
                if (run->next == run->end)
                        *run = sorter->runs[--sorter->n_runs];
                sink_down(sorter, 0);
        }
        return sorter->n_runs > 0;
}
