/* SPDX-License-Identifier: MIT */
/*
 * Owns the answering of tasks: approve, refuse and done, of tasks by their numbers or of all of a
 * kind. However many they are, they are found a page at a time and answered some in a turn of the
 * loop, each turn one transaction. One task that cannot be answered stops none of the others.
 */

#include <errno.h>
#include <inttypes.h>

#include "api/answers.h"
#include "api/shapes.h"
#include "base/parse.h"

#define TASKS_PER_TURN 32
#define NUMBERS_MAX 256

typedef struct Work {
        Exchange *exchange;
        Verb verb;
        const char *note;
        const char *kind; /* all of it; or NULL: those below */
        int64_t numbers[NUMBERS_MAX];
        bool is_found[NUMBERS_MAX];
        size_t n_numbers;
        Pager *pager; /* while tasks are looked for */
        Asked *asked;
        size_t n, room, next;
        Arena arena; /* of the task at hand */
} Work;

static void work_free(void *owner)
{
        Work *work = owner;

        if (!work)
                return;
        pager_free(work->pager);
        free(work->asked);
        arena_release(&work->arena);
        free(work);
}

/* One that was named alone is refused as a whole; beside others it is one line of the answer. */
static bool is_alone(const Work *work)
{
        return work->n_numbers == 1;
}

static int refuse(Work *work, int64_t task, unsigned status, const char *sentence)
{
        if (is_alone(work))
                return reply_refuse(&work->exchange->reply, status, "%s", sentence);
        json_t *line = json_object();
        shape_put(&line, "task", json_integer(task));
        shape_put(&line, "refused", json_string(sentence));
        reply_add(&work->exchange->reply, line);
        return 0;
}

static void add_answer(Work *work, const Asked *task, const Answer *answer)
{
        json_t *shaped = json_object();

        shape_put(&shaped, "recorded", json_string(verb_names[work->verb]));
        shape_put(&shaped, "task", json_integer(task->task));
        shape_put(&shaped, "kind", shape_text(task->kind));
        shape_put(&shaped, "customer", shape_given(task->customer));
        shape_put(&shaped, "invoice", shape_given(task->invoice));
        shape_put(&shaped, "instalment", task->seq > 0 ? json_integer(task->seq) : json_null());
        shape_put(&shaped, "step", shape_text(answer->step));
        shape_put(&shaped, "note", shape_given(work->note));
        (void)(answer->is_final ? recording_answer_final : recording_answer)(
                work->exchange, shaped, answer->fact, answer->effect);
}

static int answer_one(Work *work, const Asked *task)
{
        Answer answer = { .verb = work->verb, .note = work->note, .arena = &work->arena };

        arena_reset(&work->arena);
        int r = answer_task(work->exchange, task, &answer);
        if (r > 0)
                r = strbuf_error(&answer.refusal) < 0
                            ? -ENOMEM
                            : refuse(work, task->task, REPLY_REFUSED, strbuf_text(&answer.refusal));
        else if (r == 0)
                add_answer(work, task, &answer);
        strbuf_release(&answer.refusal);
        return r;
}

static int resume_answers(Exchange *exchange)
{
        Work *work = exchange->work;
        int r = store_begin(exchange->engine->store);

        if (r < 0)
                return r;
        for (size_t i = 0; r == 0 && i < TASKS_PER_TURN && work->next < work->n; i++)
                r = answer_one(work, &work->asked[work->next++]);
        r = recording_end(exchange->engine->store, r);
        exchange->is_busy = work->next < work->n;
        exchange->resume = exchange->is_busy ? resume_answers : NULL;
        if (r == 0 && work->verb == VERB_APPROVE)
                engine_expect_wake(exchange->engine);
        return r;
}

static bool is_wanted(Work *work, const TaskReport *row)
{
        if (work->kind)
                return streq(row->kind, work->kind);
        for (size_t i = 0; i < work->n_numbers; i++)
                if (work->numbers[i] == row->task)
                        return work->is_found[i] = true;
        return false;
}

static const char *copy(Work *work, const char *text)
{
        return arena_strdup(&work->exchange->arena, text ? text : "");
}

static int add_asked(void *owner, const TaskReport *row)
{
        Work *work = owner;

        if (!is_wanted(work, row))
                return 0;
        if (work->n == work->room) {
                work->room = MAX(2 * work->room, (size_t)16);
                Asked *asked = reallocarray(work->asked, work->room, sizeof(*asked));
                if (!asked)
                        return -ENOMEM;
                work->asked = asked;
        }
        Asked *asked = &work->asked[work->n];
        *asked = (Asked){ row->task, row->notice, copy(work, row->kind), copy(work, row->customer),
                copy(work, row->invoice), row->seq };
        if (!asked->kind || !asked->customer || !asked->invoice)
                return -ENOMEM;
        work->n++;
        return 0;
}

/* Of what was named and is not there. */
static int refuse_missing(Work *work)
{
        char sentence[64];
        int r = 0;

        for (size_t i = 0; r == 0 && i < work->n_numbers; i++) {
                if (work->is_found[i])
                        continue;
                (void)snprintf(sentence, sizeof(sentence), "there is no open task %" PRId64,
                        work->numbers[i]);
                r = refuse(work, work->numbers[i], REPLY_NOT_FOUND, sentence);
        }
        if (work->kind && work->n == 0)
                return reply_refuse(&work->exchange->reply, REPLY_NOT_FOUND,
                        "there is no open task of the kind '%s'", work->kind);
        return r;
}

static int resume_search(Exchange *exchange)
{
        Work *work = exchange->work;
        bool more = false;
        int r = pager_step(work->pager, &more);

        exchange->is_busy = true;
        if (r < 0 || more)
                return r;
        exchange->resume = work->n > 0 ? resume_answers : NULL;
        exchange->is_busy = work->n > 0;
        return refuse_missing(work);
}

/* Always 0: a word that is neither a number nor a kind. */
static int refuse_word(Exchange *exchange, const char *word, const char *nearest)
{
        return reply_refuse(&exchange->reply, REPLY_NOT_FOUND,
                "'%s' is neither a task's number nor a kind of task%s%s%s", word,
                nearest ? ": did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static bool has_number(const Work *work, int64_t number)
{
        for (size_t i = 0; i < work->n_numbers; i++)
                if (work->numbers[i] == number)
                        return true;
        return false;
}

/* "17,18", or one kind. 0, or 1: refused. */
static int parse_tasks(Work *work, char *text)
{
        Reply *reply = &work->exchange->reply;
        const char *nearest;
        int64_t number;

        if (!strchr(text, ',') && answer_knows(text, &nearest)) {
                work->kind = text;
                return 0;
        }
        for (char *word = text, *end; word; word = end) {
                end = strchr(word, ',');
                if (end)
                        *end++ = '\0';
                if (parse_int64(word, 1, INT64_MAX, &number) < 0) {
                        if (answer_knows(word, &nearest))
                                (void)reply_refuse(reply, REPLY_BAD_REQUEST,
                                        "a kind of task, '%s', stands for all of them: give it "
                                        "alone",
                                        word);
                        else
                                (void)refuse_word(work->exchange, word, nearest);
                        return 1;
                }
                if (has_number(work, number))
                        continue;
                if (work->n_numbers == NUMBERS_MAX)
                        return (void)reply_refuse(reply, REPLY_BAD_REQUEST,
                                       "at most %d tasks at once", NUMBERS_MAX),
                               1;
                work->numbers[work->n_numbers++] = number;
        }
        return 0;
}

static int answer_tasks(Exchange *exchange, Verb verb)
{
        const char *given = exchange_get(exchange, "task");
        Work *work = calloc(1, sizeof(*work));

        if (!work)
                return -ENOMEM;
        work->exchange = exchange;
        work->verb = verb;
        exchange->work = work;
        exchange->free_work = work_free;
        char *text = arena_strdup(&exchange->arena, given ? given : "");
        if (!text)
                return -ENOMEM;
        if (recording_note(exchange, &work->note) > 0 || parse_tasks(work, text) > 0)
                return 0;
        int r = store_page_tasks(exchange->engine->store, add_asked, work, &work->pager);
        if (r < 0)
                return r;
        exchange->resume = resume_search;
        return resume_search(exchange);
}

int handle_approve(Exchange *exchange)
{
        return answer_tasks(exchange, VERB_APPROVE);
}

int handle_refuse(Exchange *exchange)
{
        return answer_tasks(exchange, VERB_REFUSE);
}

int handle_done(Exchange *exchange)
{
        return answer_tasks(exchange, VERB_DONE);
}
