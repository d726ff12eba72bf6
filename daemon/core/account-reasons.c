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

/* R5, by the routes that would be taken; where none is usable, it is no matter of hours. */
static bool is_closed(
        const Rulebook *book, const Account *account, const Now *now, const Step *step)
{
        Decision decision = { 0 };
        Planned planned = planned_new(NOTICE_CONTACT, REASON_DUE);
        const Deciding d = { .book = book, .account = account, .now = now, .decision = &decision };

        planned_use_step(&planned, step);
        return deciding_choose_routes(&d, &planned) && !deciding_is_open(&d, &planned);
}

size_t account_reasons(const Rulebook *book, const Account *account, const Now *now,
        const Judgement *judgement, Reason reasons[static ACCOUNT_REASONS_MAX])
{
        const Deciding d = { .book = book, .account = account, .now = now };
        const Step *step = judgement->next < 0 ? NULL : judgement_step(judgement);
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
        if (date_compare(judgement->earliest, now->local.day) <= 0 &&
                is_closed(book, account, now, step))
                reasons[n++] = REASON_OUTSIDE_WINDOW;
        return n;
}
