/* SPDX-License-Identifier: MIT */
/*
 * Owns what a person's approve, refuse and done do about each kind of task. Never sends anything:
 * the next wake decides with what was recorded. A verb that makes no sense for a kind, or whose
 * task's cause still stands, is refused with what to type instead.
 */

#include "api/answers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "api/terms.h"
#include "base/parse.h"
#include "store/accounts.h"

const char *const verb_names[VERBS] = { "approve", "refuse", "done" };

/* What the task's instalment comes to next. */
typedef struct Subject {
        Account account;
        const Instalment *instalment;
        const Step *step; /* NULL: none */
} Subject;

typedef int (*Act)(Exchange *exchange, const Asked *task, const Subject *subject, Answer *answer);

static StepMark mark_of(const Subject *subject, const Answer *answer)
{
        return (StepMark){
                .account = subject->account.id,
                .invoice = subject->instalment->invoice,
                .seq = subject->instalment->seq,
                .step = subject->step ? subject->step->id : NULL,
                .action = subject->step ? subject->step->action : ACTION_COURTESY,
                .note = answer->note,
        };
}

/* Also that the customer was given longer: R6 does not bind what another one's deadline notice only
 * lists, but she was asked for it by that day. */
static int tell_handover(Exchange *exchange, const StepMark *mark, Answer *answer)
{
        _cleanup_(strbuf_release) StrBuf effect = STRBUF_INIT;
        char text[DATE_TEXT_SIZE];
        Date day;

        int r = terms_find_asked_until(exchange, mark->invoice, mark->seq, &day);
        if (r < 0)
                return r;
        strbuf_add(&effect, "The file is handed over " WAKE ", or when its window opens.");
        if (date_is_set(day))
                strbuf_addf(&effect,
                        " A notice has asked the customer for it by %s: to give her until then, "
                        "take "
                        "this back and approve it after that day.",
                        date_format(day, text));
        answer->effect = arena_strdup(&exchange->arena, strbuf_text(&effect));
        return strbuf_error(&effect) < 0 || !answer->effect ? -ENOMEM : 0;
}

static int approve_step(
        Exchange *exchange, const Asked *task, const Subject *subject, Answer *answer)
{
        const StepMark mark = mark_of(subject, answer);

        if (mark.action == ACTION_AGENCY || mark.action == ACTION_LEGAL) {
                int r = tell_handover(exchange, &mark, answer);
                if (r < 0)
                        return r;
        } else
                answer->effect = "It goes out " WAKE ", or when its window opens.";
        return store_approve(exchange->engine->store, &mark, exchange->now.instant, &answer->fact);
}

static int skip_step(Exchange *exchange, const Asked *task, const Subject *subject, Answer *answer)
{
        const StepMark mark = mark_of(subject, answer);

        answer->effect = "The step is left out; its ladder goes on another day.";
        return store_skip(exchange->engine->store, &mark, exchange->now.instant,
                exchange->now.local.day, &answer->fact);
}

static int finish_step(
        Exchange *exchange, const Asked *task, const Subject *subject, Answer *answer)
{
        const StepMark mark = mark_of(subject, answer);

        answer->effect = "The step counts as done today.";
        return store_mark_done(exchange->engine->store, &mark, exchange->now.instant,
                exchange->now.local.day, &answer->fact);
}

static int adopt(Exchange *exchange, const Asked *task, const Subject *subject, Answer *answer)
{
        StepMark mark = mark_of(subject, answer);

        mark.step = NULL;
        answer->effect = "Its ladder begins " WAKE ".";
        return store_adopt(exchange->engine->store, &mark, exchange->now.instant, &answer->fact);
}

static int hold(Exchange *exchange, const Asked *task, const Subject *subject, Answer *answer)
{
        const Target target = { .invoice = task->invoice };
        int r = store_hold(
                exchange->engine->store, &target, DATE_NONE, answer->note, exchange->now.instant);

        answer->effect = "The invoice is held until it is released.";
        return r < 0 ? r : store_last_fact(exchange->engine->store, &answer->fact);
}

static int note_end(Exchange *exchange, const Asked *task, const Subject *subject, Answer *answer)
{
        answer->is_final = true;
        return store_end_task(exchange->engine->store, task->task, answer->note,
                exchange->now.instant, &answer->fact);
}

static bool needs_approval(const Step *step)
{
        return step->needs_approval;
}

static bool is_call(const Step *step)
{
        return step->action == ACTION_CALL;
}

static bool is_agency(const Step *step)
{
        return step->action == ACTION_AGENCY;
}

static bool is_legal(const Step *step)
{
        return step->action == ACTION_LEGAL;
}

static bool is_handover(const Step *step)
{
        return is_agency(step) || is_legal(step);
}

/* instead: what is told where there is no act; INVOICE, CUSTOMER, NOTICE and TASK stand for the
 * task's own. */
static const struct Kind {
        const char *name;
        bool (*fits)(const Step *step); /* the next step still is what the task is about */
        Act acts[VERBS];
        const char *instead;
} kinds[] = {
        { "approve", needs_approval, { approve_step, skip_step, finish_step }, NULL },
        { "agency", is_agency, { approve_step, skip_step, finish_step }, NULL },
        { "legal", is_legal, { approve_step, skip_step, finish_step }, NULL },
        { "call", is_call, { NULL, skip_step, finish_step },
                "once the call was made, relancectl done TASK; relancectl refuse TASK leaves it "
                "out" },
        { "no-recipient", is_handover, { NULL, skip_step, finish_step },
                "nobody is configured to hand it to: name one (agency, legal), or hand the file "
                "over yourself, then relancectl done TASK" },
        { "adopt", NULL, { adopt, hold, NULL },
                "relancectl approve TASK has it chased, relancectl refuse TASK holds it" },
        { "reply", NULL, { NULL, NULL, note_end }, "once it is dealt with, relancectl done TASK" },
        { "promise-broken", NULL, { NULL, NULL, note_end },
                "it is only to be known, its ladder goes on: relancectl done TASK" },
        { "plan-broken", NULL, { NULL, NULL, note_end },
                "it is only to be known, its ladder goes on: relancectl done TASK" },
        { "tell-agency", NULL, { NULL, NULL, note_end },
                "once they were told, relancectl done TASK" },
        { "not-told", NULL, { NULL, NULL, note_end },
                "tell the customer another way, then relancectl done TASK" },
        { "document", NULL, { NULL, NULL, note_end },
                "once you have looked at it, relancectl done TASK" },
        { "dispute", NULL, { NULL }, "once it is settled, relancectl release INVOICE" },
        { "reopened", NULL, { NULL },
                "relancectl policy INVOICE POLICY gives it other steps, relancectl hold INVOICE "
                "leaves it alone" },
        { "no-address", NULL, { NULL }, "relancectl contact CUSTOMER --email ADDRESS" },
        { "all-routes-refused", NULL, { NULL },
                "relancectl contact CUSTOMER --email ADDRESS, or relancectl release INVOICE" },
        { "unknown-policy", NULL, { NULL },
                "relancectl policy INVOICE POLICY, or add the policy to the configuration" },
        { "uncertain", NULL, { NULL },
                "relancectl settle NOTICE sent, or relancectl settle NOTICE failed" },
        { "channel-down", NULL, { NULL }, "relancectl channels says why; then relancectl test" },
        { "template", NULL, { NULL }, "mend what relanced --check names" },
        { "no-document", NULL, { NULL },
                "put the document where relancectl show INVOICE names it" },
        { "rate", NULL, { NULL }, "add the rate to the configuration" },
        { "sum", NULL, { NULL }, "correct the amounts of CUSTOMER" },
        { "payments-stale", NULL, { NULL }, "import the newest payments" },
        { "paused", NULL, { NULL }, "relancectl resume" },
        { "stale", NULL, { NULL }, "relancectl resume" },
        { "clock-jump", NULL, { NULL }, "relancectl resume" },
        { "restored", NULL, { NULL }, "relancectl resume" },
};

static const struct Kind *find_kind(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (streq(kinds[i].name, name))
                        return &kinds[i];
        return NULL;
}

bool answer_knows(const char *kind, const char **ret_nearest)
{
        const char *names[ELEMENTSOF(kinds)];

        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                names[i] = kinds[i].name;
        *ret_nearest = nearest_name(kind, names, ELEMENTSOF(names));
        return find_kind(kind) != NULL;
}

/* What the kind says to type instead, with the task's own names. */
static void add_instead(StrBuf *sentence, const char *instead, const Asked *task)
{
        char notice[24], number[24];
        const struct {
                const char *word, *value;
        } words[] = {
                { "INVOICE", task->invoice },
                { "CUSTOMER", task->customer },
                { "NOTICE", notice },
                { "TASK", number },
        };

        (void)snprintf(notice, sizeof(notice), "%" PRId64, task->notice);
        (void)snprintf(number, sizeof(number), "%" PRId64, task->task);
        while (*instead) {
                size_t i = 0;
                while (i < ELEMENTSOF(words) &&
                        strncmp(instead, words[i].word, strlen(words[i].word)) != 0)
                        i++;
                if (i < ELEMENTSOF(words))
                        strbuf_add(sentence, words[i].value);
                else
                        strbuf_add_char(sentence, *instead);
                instead += i < ELEMENTSOF(words) ? strlen(words[i].word) : 1;
        }
}

/* Always 1. */
static int refuse_kind(const Asked *task, const struct Kind *kind, Answer *answer)
{
        strbuf_addf(&answer->refusal, "task %" PRId64 " (%s) is not one for %s: ", task->task,
                task->kind, verb_names[answer->verb]);
        add_instead(&answer->refusal,
                kind && kind->instead ? kind->instead
                                      : "relancectl tasks says what there is to be done",
                task);
        return 1;
}

/* Always 1. */
static int refuse_stale(const Asked *task, Answer *answer)
{
        strbuf_addf(&answer->refusal,
                "task %" PRId64 " (%s) is out of date: %s has moved on since, see relancectl "
                "explain %s; the next wake closes it",
                task->task, task->kind, task->invoice, task->invoice);
        return 1;
}

/* 0; 1: there is no such instalment, or nothing of it is open; -errno. */
static int load_subject(Exchange *exchange, const Asked *task, Answer *answer, Subject *ret_subject)
{
        Store *store = exchange->engine->store;
        int64_t account, invoice;

        int r = store_find_invoice(store, task->invoice, &account, &invoice);
        if (r < 0)
                return r == -ENOENT ? 1 : r;
        r = store_load_account(store, account, 0, answer->arena, &ret_subject->account);
        if (r < 0)
                return r;
        for (size_t i = 0; i < ret_subject->account.n_instalments; i++) {
                const Instalment *instalment = &ret_subject->account.instalments[i];
                if (instalment->invoice != invoice || instalment->seq != task->seq ||
                        instalment->open <= 0)
                        continue;
                ret_subject->instalment = instalment;
                ret_subject->step =
                        recording_next_step(exchange, &ret_subject->account, instalment);
                return 0;
        }
        return 1;
}

int answer_task(Exchange *exchange, const Asked *task, Answer *answer)
{
        const struct Kind *kind = find_kind(task->kind);
        Act act = kind ? kind->acts[answer->verb] : NULL;
        Subject subject = { 0 };
        int r;

        if (!act)
                return refuse_kind(task, kind, answer);
        if (act == note_end)
                return note_end(exchange, task, NULL, answer);
        r = load_subject(exchange, task, answer, &subject);
        if (r < 0)
                return r;
        if (r > 0 || (kind->fits && (!subject.step || !kind->fits(subject.step))))
                return refuse_stale(task, answer);
        if (kind->fits)
                answer->step = subject.step->id;
        r = act(exchange, task, &subject, answer);
        if (r > 0)
                return refuse_stale(task, answer);
        return r < 0 ? r
                     : store_end_task(exchange->engine->store, task->task, NULL,
                               exchange->now.instant, NULL);
}
