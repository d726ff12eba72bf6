/* SPDX-License-Identifier: MIT */
/* Owns the sentences and commands of tasks about one instalment. Commands are tables; {customer}
 * and {invoice} are put in here, {task} by the store, which numbers tasks. Never opens one. */

#include "engine/duties.h"

#include <errno.h>

typedef struct ReasonCommands {
        Reason reason;
        const char *commands;
} ReasonCommands;

/* Before "relancectl explain", which is good for every task about a judgement. */
static const ReasonCommands commands_by_reason[] = {
        { REASON_NO_ADDRESS, "relancectl contact {customer} --email ADDRESS\n"
                             "relancectl show {invoice}\n" },
        { REASON_ALL_ROUTES_REFUSED, "relancectl contact {customer} --email ADDRESS\n"
                                     "relancectl release {invoice}\n" },
        { REASON_DISPUTED, "relancectl release {invoice}\n" },
        { REASON_NEEDS_APPROVAL, "relancectl preview {invoice}\n"
                                 "relancectl approve {task}\n"
                                 "relancectl refuse {task} --note TEXT\n" },
        { REASON_NEEDS_CALL, "relancectl preview {invoice}\n"
                             "relancectl done {task} --note TEXT\n"
                             "relancectl promise {invoice} DATE\n" },
        { REASON_NEEDS_PERSON, "relancectl preview {invoice}\n"
                               "relancectl approve {task}\n"
                               "relancectl done {task} --note TEXT\n"
                               "relancectl refuse {task} --note TEXT\n" },
        { REASON_NO_RECIPIENT, "relanced --check\n"
                               "relancectl done {task} --note TEXT\n" },
        { REASON_ADOPTION, "relancectl approve {task}\n"
                           "relancectl refuse {task} --note TEXT\n" },
};

typedef struct Event {
        const char *kind, *english, *french, *commands;
} Event;

static const Event promise_broken = {
        TASK_PROMISE_BROKEN,
        "the payment promised for {date} has not come; the reminders go on as its policy has them.",
        "le règlement promis pour le {date} n'est pas arrivé ; la relance reprend selon sa règle.",
        "relancectl promise {invoice} DATE\nrelancectl hold {invoice} --until DATE\n"
        "relancectl done {task}",
};
static const Event plan_broken = {
        TASK_PLAN_BROKEN,
        "the part of the plan that was due on {date} has not come: the plan has ended, all that is "
        "left of it is due, and chased as its policy has it.",
        "l'échéance du {date} n'a pas été réglée : l'échéancier est rompu, tout le reste est dû et "
        "relancé selon sa règle.",
        "relancectl plan {invoice} --parts N --first DATE\n"
        "relancectl hold {invoice} --until DATE\nrelancectl done {task}",
};
static const Event tell_agency = {
        TASK_TELL_AGENCY,
        "something was paid, credited or corrected after the file was handed over: tell whom it "
        "was handed to.",
        "un règlement, un avoir ou une correction est arrivé après la transmission du dossier : "
        "prévenez-en le destinataire.",
        "relancectl show {invoice}\nrelancectl done {task}",
};

static const Instalment *duty_instalment(const Duty *duty)
{
        return &duty->account->instalments[duty->instalment];
}

/* Adds text with "{word}" replaced by value wherever it stands. */
static void add_filled(StrBuf *text, const char *words, const char *word, const char *value)
{
        for (const char *at; (at = strstr(words, word)); words = at + strlen(word)) {
                strbuf_add_bytes(text, words, (size_t)(at - words));
                strbuf_add(text, value);
        }
        strbuf_add(text, words);
}

static const char *fill_commands(const Duty *duty, const char *words)
{
        _cleanup_(strbuf_release) StrBuf half = STRBUF_INIT, text = STRBUF_INIT;

        add_filled(&half, words, "{customer}", duty->account->code);
        add_filled(&text, strbuf_text(&half), "{invoice}", duty_instalment(duty)->number);
        if (strbuf_error(&half) < 0 || strbuf_error(&text) < 0)
                return NULL;
        return arena_strdup(duty->arena, strbuf_text(&text));
}

static int make_task(const Duty *duty, const char *kind, const char *sentence, const char *commands,
        Task *ret_task)
{
        *ret_task = (Task){
                .kind = kind,
                .sentence = arena_strdup(duty->arena, sentence),
                .commands = fill_commands(duty, commands),
                .account = duty->account->id,
                .invoice = duty_instalment(duty)->invoice,
                .seq = duty_instalment(duty)->seq,
        };
        return ret_task->sentence && ret_task->commands ? 0 : -ENOMEM;
}

int duty_of_judgement(const Duty *duty, const Judgement *judgement, Task *ret_task)
{
        const ReasonDetail detail = {
                .step = judgement->policy && judgement->next >= 0
                                ? judgement->policy->steps[judgement->next].id
                                : NULL,
                .date = DATE_NONE,
                .text = judgement->policy ? judgement->policy->name : NULL,
        };
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT, commands = STRBUF_INIT;

        strbuf_addf(&sentence, "%s: ", duty_instalment(duty)->number);
        reason_sentence(
                judgement->reason, &detail, duty->engine->config->creditor.language, &sentence);
        for (size_t i = 0; i < ELEMENTSOF(commands_by_reason); i++)
                if (commands_by_reason[i].reason == judgement->reason)
                        strbuf_add(&commands, commands_by_reason[i].commands);
        strbuf_add(&commands, "relancectl explain {invoice}");
        if (strbuf_error(&sentence) < 0 || strbuf_error(&commands) < 0)
                return -ENOMEM;
        return make_task(duty, judgement_task(judgement), strbuf_text(&sentence),
                strbuf_text(&commands), ret_task);
}

static int duty_of_event(const Duty *duty, const Event *event, Date day, Task *ret_task)
{
        bool is_french = strncmp(duty->engine->config->creditor.language, "fr", 2) == 0;
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        char text[DATE_TEXT_SIZE];

        strbuf_addf(&sentence, "%s: ", duty_instalment(duty)->number);
        add_filled(&sentence, is_french ? event->french : event->english, "{date}",
                date_format(day, text));
        if (strbuf_error(&sentence) < 0)
                return -ENOMEM;
        return make_task(duty, event->kind, strbuf_text(&sentence), event->commands, ret_task);
}

int duty_of_promise(const Duty *duty, Date until, Task *ret_task)
{
        return duty_of_event(duty, &promise_broken, until, ret_task);
}

int duty_of_plan(const Duty *duty, Date due, Task *ret_task)
{
        return duty_of_event(duty, &plan_broken, due, ret_task);
}

bool duty_of_broken_stays(const Judgement *judgement)
{
        return judgement->verdict != VERDICT_CLOSED && judgement->reason != REASON_DRAFT &&
               judgement->reason != REASON_CANCELLED && judgement->reason != REASON_CREDIT_NOTE &&
               judgement->reason != REASON_PROMISED;
}

int duty_of_agency(const Duty *duty, Task *ret_task)
{
        return duty_of_event(duty, &tell_agency, DATE_NONE, ret_task);
}
