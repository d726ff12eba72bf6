/* SPDX-License-Identifier: MIT */
/* Owns what of a notice its text may ask for. Never changes what is sent or kept: a copy says it.
 * Fails only for want of memory. */

#include <errno.h>

#include "compose/compose.h"

/* A demand that what is not yet due could be taken for a part of. One that is led by what is not
 * due itself says so. */
static bool is_demand(const Planned *planned, const Account *account, Date today)
{
        return planned->kind == NOTICE_CONTACT && planned->action != ACTION_COURTESY &&
               date_compare(account->instalments[planned->lead].due, today) <= 0;
}

int notice_due_now(const Planned *planned, const Account *account, Date today, Arena *arena,
        const Planned **ret_planned)
{
        NoticeLine *lines = arena_alloc_array(arena, planned->n_lines + 1, sizeof(*lines));
        Planned *told = arena_alloc(arena, sizeof(*told));

        if (!lines || !told)
                return -ENOMEM;
        *told = *planned;
        told->lines = lines;
        for (size_t i = 0; i < planned->n_lines; i++) {
                const Instalment *instalment = &account->instalments[planned->lines[i].instalment];
                lines[i] = planned->lines[i];
                if (lines[i].is_mentioned || date_compare(instalment->due, today) <= 0)
                        continue;
                lines[i].is_mentioned = true;
                lines[i].discount = 0;
                told->total -= instalment->open;
        }
        /* Where credit covers all that is due, the sum is what is not. */
        *ret_planned = is_demand(planned, account, today) && told->total > 0 ? told : planned;
        return 0;
}
