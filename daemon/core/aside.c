/* SPDX-License-Identifier: MIT */
/*
 * Owns what leaves outside the contact of the day: a service is suspended and connected again
 * (R16), a file is handed over to the agency or the lawyer (R17), a customer who was chased and has
 * paid is thanked (R11).
 */

#include "core/deciding.h"

#include <errno.h>

#include "core/credit.h"
#include "core/money.h"

/* A notice about some instalments that is outside the contact: routes must be usable. */
static int plan_aside(Deciding *d, Planned *planned, const size_t *instalments, size_t n)
{
        int r = planned_make_lines(d, planned);

        for (size_t i = 0; r == 0 && i < n; i++) {
                const Judgement *judgement = &d->decision->judgements[instalments[i]];
                int step = planned->step ? judgement->next : -1;
                planned_add_line(
                        d, planned, (NoticeLine){ .instalment = instalments[i], .step = step });
                r = money_add(&planned->total, d->account->instalments[instalments[i]].open);
        }
        if (r == 0)
                deciding_add(d, planned);
        return r;
}

/* A file goes to whom the configuration names, whatever is known of the customer's addresses; by
 * the configuration's own route where the step has none. */
static void address_file(const Rulebook *book, Planned *planned)
{
        planned->recipient = planned->action == ACTION_AGENCY ? &book->agency : &book->legal;
        if (planned->n_routes > 0 || book->handover.n_channels == 0)
                return;
        planned->routes = &book->handover;
        planned->n_routes = 1;
}

bool handover_has_recipient(const Rulebook *book, const Step *step)
{
        Planned planned = planned_new(NOTICE_HANDOVER, REASON_APPROVED);
        const Deciding d = { .book = book };

        planned_use_step(&planned, step);
        address_file(book, &planned);
        return deciding_choose_routes(&d, &planned);
}

/* What a person who calls has before her: it is only looked at, and goes to nobody. */
static int plan_call(Deciding *d, size_t i)
{
        static const Recipient nobody = { "", "" };
        const Judgement *judgement = &d->decision->judgements[i];
        Planned planned = planned_new(NOTICE_CONTACT, REASON_BY_PERSON);

        planned.policy = judgement->policy;
        planned.lead = i;
        planned.total = -d->account->unassigned;
        planned_use_step(&planned, judgement_step(judgement));
        planned.recipient = &nobody;
        planned.routes = &d->book->handover;
        planned.n_routes = d->book->handover.n_channels > 0;
        planned.chosen[0] = 0;
        return plan_aside(d, &planned, &i, 1);
}

/* R16, R17: an instalment's own step, which nothing else joins; its sum is that of R10. */
static int plan_one(Deciding *d, size_t i)
{
        Judgement *judgement = &d->decision->judgements[i];
        bool is_handover = judgement_step(judgement)->action != ACTION_SUSPEND;
        Planned planned = planned_new(is_handover ? NOTICE_HANDOVER : NOTICE_SUSPEND, REASON_DUE);

        planned.policy = judgement->policy;
        planned.lead = i;
        planned.total =
                is_handover ? -credit_of_instalment(d->account, i) : -d->account->unassigned;
        planned_use_step(&planned, judgement_step(judgement));
        if (d->forced)
                planned.reason = REASON_BY_PERSON;
        else if (is_handover)
                planned.reason = REASON_APPROVED;
        if (is_handover)
                address_file(d->book, &planned);
        if (!deciding_choose_routes(d, &planned)) {
                deciding_hold_back(judgement, VERDICT_TASK,
                        is_handover ? REASON_NO_RECIPIENT : REASON_NO_ADDRESS, DATE_NONE);
                return 0;
        }
        if (!deciding_is_open(d, &planned)) {
                deciding_hold_back(
                        judgement, VERDICT_WAIT, REASON_OUTSIDE_WINDOW, d->now->local.day);
                return 0;
        }
        return plan_aside(d, &planned, &i, 1);
}

int plan_alone(Deciding *d)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < d->account->n_instalments; i++) {
                const Judgement *judgement = &d->decision->judgements[i];
                if (judgement->verdict != VERDICT_DUE)
                        continue;
                if (judgement_step(judgement)->action == ACTION_CALL)
                        r = plan_call(d, i);
                else if (judgement_step(judgement)->action > ACTION_DEADLINE)
                        r = plan_one(d, i);
        }
        return r;
}

static const Step *step_that_suspends(const Policy *policy, const Instalment *instalment)
{
        for (size_t i = 0; i < instalment->n_done; i++) {
                int step = policy_find_step(policy, instalment->done[i].step);
                if (instalment->done[i].action == ACTION_SUSPEND && step >= 0)
                        return &policy->steps[step];
        }
        for (size_t i = 0; i < policy->n_steps; i++)
                if (policy->steps[i].action == ACTION_SUSPEND)
                        return &policy->steps[i];
        return NULL;
}

/* The step that suspended an instalment, as its ladder stands today; else any that suspends, of its
 * own ladder, then of another: an edit may have taken it away since (R21). NULL: none does. */
static const Step *suspending_step(
        const Rulebook *book, const Policy *policy, const Instalment *instalment)
{
        const Step *step = policy ? step_that_suspends(policy, instalment) : NULL;

        for (size_t i = 0; !step && i < book->n_policies; i++)
                step = step_that_suspends(&book->policies[i], instalment);
        return step;
}

/* A reconnection that was refused waits for a person: it would be refused at each wake. */
static bool was_refused(const Deciding *d, const size_t *suspended, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (d->account->instalments[suspended[i]].is_aside)
                        return true;
        return false;
}

/* Nothing is owed of it any more: paid, tolerated, taken back, or corrected to nothing (R22). */
static bool is_over(const Instalment *instalment, const Judgement *judgement)
{
        return instalment->open <= 0 || judgement->verdict == VERDICT_CLOSED ||
               judgement->reason == REASON_CANCELLED;
}

/* R10, R16: nothing is suspended that credit covers, and nothing stays so. 1: what is open of the
 * suspended is covered, 0: it is not. */
static int is_covered(const Deciding *d)
{
        const Policy *policy = NULL;
        int64_t sum = -d->account->unassigned;
        size_t n_open = 0;

        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Instalment *instalment = &d->account->instalments[i];
                const Judgement *judgement = &d->decision->judgements[i];
                if (!instalment->is_suspended || is_over(instalment, judgement))
                        continue;
                if (n_open++ == 0)
                        policy = judgement->policy;
                if (money_add(&sum, instalment->open) < 0)
                        return -EOVERFLOW;
        }
        if (n_open == 0)
                return 1;
        return d->account->unassigned > 0 &&
               sum <= (policy ? amounts_get(&policy->tolerance, d->account->currency) : 0);
}

/* R16: at once, once, outside any window, when no suspended instalment is open any more. */
int plan_reconnect(Deciding *d)
{
        Planned planned = planned_new(NOTICE_RECONNECT, REASON_RECONNECT);
        size_t *suspended = arena_alloc_array(d->arena, d->account->n_instalments, sizeof(size_t));
        const Step *step = NULL;
        size_t n = 0;

        if (!suspended)
                return -ENOMEM;
        for (size_t i = 0; i < d->account->n_instalments; i++) {
                const Judgement *judgement = &d->decision->judgements[i];
                if (!d->account->instalments[i].is_suspended)
                        continue;
                if (!step) {
                        step = suspending_step(
                                d->book, judgement->policy, &d->account->instalments[i]);
                        planned.policy = judgement->policy;
                        planned.lead = i;
                }
                suspended[n++] = i;
        }
        int r = n == 0 || d->now->guards != 0 ? 0 : is_covered(d);
        if (r <= 0)
                return r;
        planned.action = ACTION_RECONNECT;
        planned.routes = step ? step->routes : NULL;
        planned.n_routes = step ? step->n_routes : 0;
        bool is_refused = was_refused(d, suspended, n);
        if (!is_refused && deciding_choose_routes(d, &planned))
                return plan_aside(d, &planned, suspended, n);
        /* Nobody would learn that a customer who has paid is still cut off. */
        deciding_hold_back(&d->decision->judgements[planned.lead], VERDICT_TASK,
                is_refused ? REASON_ALL_ROUTES_REFUSED : REASON_NO_ADDRESS, DATE_NONE);
        return 0;
}

static bool was_chased(const Instalment *instalment)
{
        for (size_t i = 0; i < instalment->n_done; i++)
                if (!instalment->done[i].is_skip && instalment->done[i].action > ACTION_COURTESY)
                        return true;
        return false;
}

/* What is to be known of an invoice before its customer is thanked. */
typedef struct Ending {
        bool is_open, is_chased, is_paid, is_handed_over;
        size_t *closed, n_closed;
} Ending;

static int end_invoice(const Deciding *d, size_t first, size_t end, Ending *ret_ending)
{
        Ending ending = { .closed = arena_alloc_array(d->arena, end - first, sizeof(size_t)) };

        bool is_planned = false;

        if (!ending.closed)
                return -ENOMEM;
        for (size_t i = first; i < end; i++) {
                const Instalment *instalment = &d->account->instalments[i];
                const Judgement *judgement = &d->decision->judgements[i];
                if (judgement->verdict == VERDICT_CLOSED)
                        ending.closed[ending.n_closed++] = i;
                else
                        ending.is_open = ending.is_open || judgement->reason != REASON_CANCELLED;
                ending.is_chased = ending.is_chased || was_chased(instalment);
                ending.is_handed_over = ending.is_handed_over || instalment->is_handed_over;
                ending.is_paid = ending.is_paid || instalment->has_payment;
                is_planned = is_planned || instalment->is_replaced;
        }
        /* Payments of the parts may still come. */
        ending.is_paid = ending.is_paid || (is_planned && ending.is_open);
        *ret_ending = ending;
        return 0;
}

/* R11: one thanks for an invoice whose instalments [first, end) are all closed, by payments. What
 * was handed over is another's to close (R17), and to some nobody writes at all (R22). */
static int plan_invoice_thanks(Deciding *d, size_t first, size_t end)
{
        Judgement *judgements = d->decision->judgements;
        const Policy *policy = judgements[first].policy;
        Planned planned = planned_new(NOTICE_THANKS, REASON_THANKS);
        Ending ending;
        int r = end_invoice(d, first, end, &ending);

        if (r < 0 || !policy || policy->n_thanks_routes == 0 || !ending.is_paid ||
                ending.is_handed_over || (!ending.is_chased && !ending.is_open) ||
                account_has_tag(d->account, "do_not_contact"))
                return r;
        planned.policy = policy;
        planned.lead = first;
        planned.routes = policy->thanks_routes;
        planned.n_routes = policy->n_thanks_routes;
        if (!deciding_choose_routes(d, &planned))
                return 0;
        for (size_t i = 0; i < ending.n_closed; i++)
                judgements[ending.closed[i]].has_follow_up = true;
        if (ending.is_open || d->now->guards != 0 || deciding_has_contact_today(d) ||
                !deciding_is_open(d, &planned))
                return 0;
        return plan_aside(d, &planned, ending.closed, ending.n_closed);
}

bool planned_is_settled(const Account *account, const Planned *planned)
{
        bool is_settled = planned->kind == NOTICE_THANKS;

        for (size_t i = 0; i < planned->n_lines; i++)
                is_settled =
                        is_settled && account->instalments[planned->lines[i].instalment].is_settled;
        return is_settled;
}

int plan_thanks(Deciding *d)
{
        const Instalment *list = d->account->instalments;

        for (size_t first = 0, end; first < d->account->n_instalments; first = end) {
                bool has_closed = false;
                for (end = first;
                        end < d->account->n_instalments && list[end].invoice == list[first].invoice;
                        end++)
                        has_closed = has_closed ||
                                     d->decision->judgements[end].verdict == VERDICT_CLOSED;
                int r = has_closed ? plan_invoice_thanks(d, first, end) : 0;
                if (r < 0)
                        return r;
        }
        return 0;
}
