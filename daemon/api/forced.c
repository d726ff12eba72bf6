/* SPDX-License-Identifier: MIT */
/*
 * Owns the choice of what `send` and `preview` mean by an invoice: its first instalment, oldest
 * first, that the rules let go. Never queues anything. Refuses with the rules' own sentence.
 */

#include "api/forced.h"

#include <errno.h>

#include "api/explain.h"
#include "engine/moment.h"
#include "store/accounts.h"

/* A file that is handed over can be read before it is approved; it is not sent by hand (R17). */
static bool is_meant(const Planned *planned, const Forced *forced)
{
        return planned->kind == NOTICE_CONTACT || planned->kind == NOTICE_SUSPEND ||
               (planned->kind == NOTICE_HANDOVER && forced->is_preview);
}

static const Planned *planned_for(const Decision *decision, const Forced *forced, size_t instalment)
{
        for (size_t i = 0; i < decision->n_notices; i++) {
                const Planned *planned = &decision->notices[i];
                if (!is_meant(planned, forced))
                        continue;
                for (size_t j = 0; j < planned->n_lines; j++)
                        if (planned->lines[j].instalment == instalment &&
                                planned->lines[j].step >= 0)
                                return planned;
        }
        return NULL;
}

int forced_no_text(Exchange *exchange, const char *problem, int error)
{
        if (problem)
                (void)reply_refuse(&exchange->reply, REPLY_REFUSED, "%s", problem);
        else
                (void)reply_fail(&exchange->reply, error, "the notice could not be written");
        return 1;
}

int forced_check_step(Exchange *exchange, const char *step, const Policy *policy)
{
        StrBuf known = STRBUF_INIT;

        if (!step || !policy || policy_find_step(policy, step) >= 0)
                return 0;
        for (size_t i = 0; i < policy->n_steps; i++)
                strbuf_addf(&known, "%s%s", i > 0 ? ", " : "", policy->steps[i].id);
        (void)reply_refuse(&exchange->reply, REPLY_NOT_FOUND,
                "policy '%s' has no step '%s': its steps are %s", policy->name, step,
                known.length > 0 ? strbuf_text(&known) : "none");
        strbuf_release(&known);
        return 1;
}

/* The first instant at which one of the step's routes is open (R5); INSTANT_NONE: never. */
static Instant first_opening(
        const Exchange *exchange, const Account *account, const Judgement *judgement)
{
        const Engine *engine = exchange->engine;
        const Step *step = &judgement->policy->steps[judgement->next];
        Instant first = INSTANT_NONE, at;

        for (unsigned r = 0; r < step->n_routes; r++) {
                const Route *route = &step->routes[r];
                unsigned a = 0;
                while (a < route->n_channels &&
                        !channel_is_usable(&engine->config->book, route->channels[a], account))
                        a++;
                if (a < route->n_channels &&
                        channel_next_opening(
                                engine, route->channels[a], account, exchange->now.instant, &at) &&
                        (!instant_is_set(first) || at.usec < first.usec))
                        first = at;
        }
        return first;
}

/* " It opens at 2026-03-06 09:00." */
static void add_opening(const Exchange *exchange, const Account *account,
        const Judgement *judgement, StrBuf *sentence)
{
        bool is_french = streq(exchange->engine->config->creditor.language, "fr");
        char day[DATE_TEXT_SIZE];

        Instant at = first_opening(exchange, account, judgement);
        if (!instant_is_set(at))
                return;
        LocalTime opening = zone_local(exchange->engine->zone, at);
        strbuf_addf(sentence, "%s %s %02d:%02d.",
                is_french ? " Prochaine ouverture :" : " It opens at",
                date_format(opening.day, day), opening.minute / 60, opening.minute % 60);
}

/* R17: an approved file, which leaves by itself and goes to nobody else. */
static bool is_handover(const Judgement *judgement)
{
        Action action;

        if (judgement->verdict != VERDICT_DUE || judgement->next < 0)
                return false;
        action = judgement->policy->steps[judgement->next].action;
        return action == ACTION_AGENCY || action == ACTION_LEGAL;
}

static int refuse_judged(
        Exchange *exchange, const Account *account, size_t instalment, const Judgement *judgement)
{
        StrBuf sentence = STRBUF_INIT;

        if (is_handover(judgement)) {
                (void)reply_refuse(&exchange->reply, REPLY_REFUSED,
                        "step '%s' of %s hands its file over: it is approved and leaves at the "
                        "next wake, not by send",
                        judgement->policy->steps[judgement->next].id,
                        account->instalments[instalment].number);
                return 1;
        }
        explain_sentence(exchange, account, instalment, judgement, &sentence);
        if (judgement->reason == REASON_OUTSIDE_WINDOW)
                add_opening(exchange, account, judgement, &sentence);
        (void)reply_refuse(&exchange->reply, REPLY_REFUSED, "%s", strbuf_text(&sentence));
        strbuf_release(&sentence);
        return 1;
}

/* The instalment's index in the account as it stands now. */
static int find_instalment(const Account *account, const Forced *forced, size_t *ret_index)
{
        for (size_t i = 0; i < account->n_instalments; i++)
                if (account->instalments[i].invoice == forced->invoice &&
                        account->instalments[i].seq == forced->seq) {
                        *ret_index = i;
                        return 0;
                }
        return -ENOENT;
}

/* 0: *plan has the notice; 1: the rules say no (*plan has the judgement); -errno. */
static int try_instalment(Exchange *exchange, int64_t account, const Forced *forced,
        ForcedPlan *plan, size_t *ret_index)
{
        const Question question = { .account = account, .now = &exchange->now, .forced = forced };
        int r = engine_decide(
                exchange->engine, &question, &exchange->arena, &plan->account, &plan->decision);
        if (r < 0)
                return r;
        r = find_instalment(&plan->account, forced, ret_index);
        if (r < 0)
                return r;
        plan->planned = planned_for(&plan->decision, forced, *ret_index);
        return plan->planned ? 0 : 1;
}

/* The invoice's instalments one after the other; the first that has something open and is refused
 * tells why in the end. As try_instalment(). */
static int try_invoice(Exchange *exchange, const Account *before, Forced *forced, ForcedPlan *plan,
        size_t *ret_index)
{
        int told = 0;
        int r;

        for (size_t i = 0; i < before->n_instalments; i++) {
                const Instalment *instalment = &before->instalments[i];
                if (instalment->invoice != forced->invoice || instalment->open <= 0)
                        continue;
                forced->seq = instalment->seq;
                r = try_instalment(exchange, before->id, forced, plan, ret_index);
                if (r <= 0)
                        return r;
                told = told > 0 ? told : instalment->seq;
        }
        forced->seq = MAX(told, 1);
        return try_instalment(exchange, before->id, forced, plan, ret_index);
}

int forced_plan(Exchange *exchange, bool is_preview, ForcedPlan *ret_plan)
{
        Forced forced = { .step = exchange_get(exchange, "step"), .is_preview = is_preview };
        const char *number = exchange_get(exchange, "invoice");
        int64_t account;
        Account before;
        ForcedPlan plan = { 0 };
        size_t index;
        int r;

        r = store_find_invoice(exchange->engine->store, number, &account, &forced.invoice);
        if (r == -ENOENT)
                return exchange_no_invoice(exchange, number), 1;
        if (r < 0)
                return r;
        r = store_load_account(exchange->engine->store, account, 0, &exchange->arena, &before);
        if (r < 0)
                return r;
        r = try_invoice(exchange, &before, &forced, &plan, &index);
        if (r < 0)
                return r;
        const Judgement *judgement = &plan.decision.judgements[index];
        if (forced_check_step(exchange, forced.step, judgement->policy) > 0)
                return 1;
        if (r > 0)
                return refuse_judged(exchange, &plan.account, index, judgement);
        plan.instalment = index;
        *ret_plan = plan;
        return 0;
}
