/* SPDX-License-Identifier: MIT */
/*
 * Owns the course of an account when time passes and nothing else happens: what a notice that was
 * sent leaves behind, and the next day that may change anything. Must do to an Account what the
 * store's completion of a contact does to its rows. Fails for want of memory alone.
 */

#include "core/apply.h"

#include <errno.h>

int account_copy(const Account *account, Arena *arena, Account *ret_copy)
{
        size_t n = account->n_instalments;
        Instalment *instalments = arena_alloc_array(arena, n, sizeof(*instalments));

        if (!instalments)
                return -ENOMEM;
        if (n > 0)
                memcpy(instalments, account->instalments, n * sizeof(*instalments));
        *ret_copy = *account;
        ret_copy->instalments = instalments;
        return 0;
}

/* The list is copied: it may be shared with another copy of the account. */
static int add_done(Instalment *instalment, Done step, Arena *arena)
{
        Done *done = arena_alloc_array(arena, instalment->n_done + 1, sizeof(*done));

        if (!done)
                return -ENOMEM;
        if (instalment->n_done > 0)
                memcpy(done, instalment->done, instalment->n_done * sizeof(*done));
        done[instalment->n_done++] = step;
        instalment->done = done;
        return 0;
}

static int complete_step(
        Instalment *instalment, const Sent *sent, const SentLine *line, Arena *arena)
{
        const Done done = {
                .contact = sent->contact,
                .step = line->step,
                .action = line->action,
                .at = sent->at,
                .on = sent->on,
                .deadline = line->prints_deadline ? sent->deadline : DATE_NONE,
        };

        if (line->action == ACTION_SUSPEND)
                instalment->is_suspended = true;
        if (line->discount > 0) {
                instalment->offer_until = sent->offer_until;
                instalment->offer_discount = line->discount;
        }
        return add_done(instalment, done, arena);
}

/* R7: what counts as the day's contact, and what starts the gap. */
static void count_contact(Account *account, const Sent *sent)
{
        account->last_contact = date_later(account->last_contact, sent->on);
        if (sent->action > ACTION_COURTESY && sent->action <= ACTION_DEADLINE)
                account->last_pressed = date_later(account->last_pressed, sent->on);
}

/* An occasion is told once of a promise or plan, and with it of all that is under it. */
static bool is_same_subject(const Instalment *a, const Instalment *b, NoticeKind kind)
{
        if (kind == NOTICE_PLAN_CONFIRMED)
                return a->plan == b->plan;
        return kind == NOTICE_THANKS ? a == b : a->promise == b->promise;
}

static void mark_told(Account *account, const Instalment *about, const Sent *sent)
{
        for (size_t i = 0; i < account->n_instalments; i++) {
                Instalment *instalment = &account->instalments[i];
                if (!is_same_subject(instalment, about, sent->kind))
                        continue;
                instalment->said |= 1U << sent->kind;
                instalment->said_on = sent->on;
        }
}

int account_apply(Account *account, const Sent *sent, Arena *arena)
{
        if (sent->kind == NOTICE_CONTACT)
                count_contact(account, sent);
        for (size_t i = 0; i < sent->n_lines; i++) {
                const SentLine *line = &sent->lines[i];
                Instalment *instalment = &account->instalments[line->instalment];
                int r = line->step ? complete_step(instalment, sent, line, arena) : 0;
                if (r < 0)
                        return r;
                if (occasion_names[sent->kind])
                        mark_told(account, instalment, sent);
                if (sent->kind == NOTICE_RECONNECT)
                        instalment->is_suspended = false;
                if (sent->kind == NOTICE_HANDOVER)
                        instalment->is_handed_over = true;
        }
        return 0;
}

int account_apply_planned(Account *account, const Decision *decision, const Planned *planned,
        const Now *now, Arena *arena)
{
        SentLine *lines = arena_alloc_array(arena, planned->n_lines, sizeof(*lines));
        const Sent sent = {
                .contact = 1,
                .kind = planned->kind,
                .action = planned->action,
                .at = now->instant,
                .on = now->local.day,
                .deadline = planned->deadline,
                .offer_until = planned->offer_until,
                .lines = lines,
                .n_lines = planned->n_lines,
        };

        if (!lines)
                return -ENOMEM;
        for (size_t i = 0; i < planned->n_lines; i++) {
                const NoticeLine *line = &planned->lines[i];
                lines[i] = (SentLine){ .instalment = line->instalment };
                if (line->step < 0)
                        continue;
                const Step *step =
                        &decision->judgements[line->instalment].policy->steps[line->step];
                lines[i].step = step->id;
                lines[i].action = step->action;
                lines[i].prints_deadline = step->deadline_days > 0;
                lines[i].discount = line->discount;
        }
        return account_apply(account, &sent, arena);
}

/* A plan that came after another one has replaced the parts of that one. */
bool account_find_heritage(const Account *whole, int64_t plan, Heritage *ret_heritage)
{
        const Instalment *oldest = NULL;
        int64_t invoice = 0;

        for (size_t i = 0; i < whole->n_instalments; i++)
                if (whole->instalments[i].plan == plan)
                        invoice = whole->instalments[i].invoice;
        for (size_t i = 0; i < whole->n_instalments; i++) {
                const Instalment *instalment = &whole->instalments[i];
                if (instalment->invoice != invoice || !instalment->is_replaced ||
                        instalment->plan >= plan)
                        continue;
                if (!oldest || instalment->plan > oldest->plan ||
                        (instalment->plan == oldest->plan &&
                                date_compare(instalment->due, oldest->due) < 0))
                        oldest = instalment;
        }
        if (!oldest)
                return false;
        *ret_heritage = (Heritage){ oldest->policy, oldest->amount, oldest->done, oldest->n_done };
        return true;
}

static int inherit_steps(Instalment *part, const Heritage *heritage, Arena *arena)
{
        size_t n = heritage->n_done + part->n_done;
        Done *done = arena_alloc_array(arena, n, sizeof(*done));

        if (!done)
                return -ENOMEM;
        if (heritage->n_done > 0)
                memcpy(done, heritage->done, heritage->n_done * sizeof(*done));
        if (part->n_done > 0)
                memcpy(done + heritage->n_done, part->done, part->n_done * sizeof(*done));
        part->done = done;
        part->n_done = n;
        return 0;
}

int account_break_plan(
        Account *account, int64_t plan, const Heritage *heritage, Date today, Arena *arena)
{
        for (size_t i = 0; i < account->n_instalments; i++) {
                Instalment *part = &account->instalments[i];
                if (part->plan != plan || part->is_plan_broken)
                        continue;
                int64_t lapsed = MIN(part->open, part->fee);
                part->amount -= lapsed;
                part->open -= lapsed;
                part->fee -= lapsed;
                if (date_compare(part->due, today) > 0)
                        part->due = today;
                part->is_plan_broken = true;
                part->policy = heritage->policy;
                part->whole = heritage->amount;
                int r = inherit_steps(part, heritage, arena);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The earliest of the days after today. */
typedef struct Search {
        Date today, next;
} Search;

static void consider(Search *search, Date day)
{
        if (!date_is_set(day) || date_compare(day, search->today) <= 0)
                return;
        if (!date_is_set(search->next) || date_compare(day, search->next) < 0)
                search->next = day;
}

/* Whatever ends or begins by itself, whether or not it is what holds the instalment today: it is
 * decided again on that day. */
static void consider_instalment(
        Search *search, const Instalment *instalment, const Judgement *judgement)
{
        const Policy *policy = judgement->policy;

        consider(search, judgement->earliest);
        consider(search, judgement->not_before);
        consider(search, date_add(instalment->due, 1)); /* listed; before_due is passed over */
        consider(search, date_add(instalment->held_until, 1));
        consider(search, date_add(instalment->released_on, 1));
        consider(search, date_add(instalment->promised_until, 1));
        consider(search, date_add(instalment->offer_until, 1));
        if (!policy)
                return;
        consider(search, date_add(instalment->promised_until, -policy->remind_before_days));
        if (instalment->plan != 0)
                consider(search, date_add(instalment->due, MAX(policy->grace_days, 1)));
}

Date account_next_day(
        const Rulebook *book, const Account *account, const Decision *decision, const Now *now)
{
        Search search = { now->local.day, DATE_NONE };

        for (size_t i = 0; i < account->n_instalments; i++) {
                const Judgement *judgement = &decision->judgements[i];
                if (judgement->verdict != VERDICT_NEVER)
                        consider_instalment(&search, &account->instalments[i], judgement);
        }
        consider(&search, date_add(account->last_contact, 1));
        consider(&search, date_add(account->last_pressed, book->limits.contact_gap_days));
        consider(&search, date_add(account->paused_until, 1));
        consider(&search, account->whatsapp_opt_in);
        return search.next;
}
