/* SPDX-License-Identifier: MIT */
/* Owns what explain tells of the account as a whole, in the words of the rules that contact.c goes
 * by. Decides nothing. */

#include "core/deciding.h"
#include "core/judge.h"

Date account_contact_day(const Rulebook *book, const Account *account, Action action)
{
        const Deciding d = { .book = book, .account = account };
        Reason reason;

        return contact_day(&d, action, &reason);
}

/* R4, R5: whether a step would find a way out, and if so, whether that is open now. */
static bool is_reachable(const Rulebook *book, const Account *account, const Now *now,
        const Step *step, bool *ret_open)
{
        Decision decision = { 0 };
        Planned planned = planned_new(NOTICE_CONTACT, REASON_DUE);
        const Deciding d = { .book = book, .account = account, .now = now, .decision = &decision };

        planned_use_step(&planned, step);
        if (!deciding_choose_routes(&d, &planned))
                return false;
        *ret_open = deciding_is_open(&d, &planned);
        return true;
}

size_t account_reasons(const Rulebook *book, const Account *account, const Now *now,
        const Judgement *judgement, Reason reasons[static ACCOUNT_REASONS_MAX])
{
        const Deciding d = { .book = book, .account = account, .now = now };
        const Step *step = judgement->next < 0 ? NULL : judgement_step(judgement);
        bool is_open;
        size_t n = 0;
        Reason reason;

        if (!step || step->action > ACTION_SUSPEND || step->action == ACTION_CALL)
                return 0;
        if (step->action <= ACTION_DEADLINE) {
                Date day = contact_day(&d, step->action, &reason);
                if (date_compare(now->local.day, day) < 0)
                        reasons[n++] = reason;
                if (account->has_contact_in_flight)
                        reasons[n++] = REASON_CONTACT_IN_FLIGHT;
        }
        if (!is_reachable(book, account, now, step, &is_open))
                reasons[n++] = REASON_NO_ADDRESS;
        else if (!is_open && date_compare(judgement->earliest, now->local.day) <= 0)
                reasons[n++] = REASON_OUTSIDE_WINDOW;
        return n;
}
