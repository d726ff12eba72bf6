/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_RECHECK_H
#define RELANCED_ENGINE_RECHECK_H

/* R9: everything is read and decided again, as though the contact had never been decided, and must
 * come out the same. */

#include "engine/engine.h"

typedef struct Recheck {
        const Notice *notice; /* its texts are not needed */
        const Contact *contact;
        const Now *now;
        bool is_beginning; /* false: a wake looks whether it still holds; its channel may be closed
                              until not_before */
        Arena *arena;
} Recheck;

/* Whether an earlier try of it may have left (on_uncertain = resend): the same bytes again, on
 * whatever later day. Its reason says so for as long as it waits. */
bool notice_is_resend(const Notice *notice);

/* 0: it may leave, RECHECK_CANCEL: not, and *ret_reason says why; -errno of the store. */
#define RECHECK_CANCEL 1
int recheck_notice(Engine *engine, const Recheck *recheck, Reason *ret_reason);

/* The planned notice that the contact is, decided again. 0; RECHECK_CANCEL and *ret_reason; -errno.
 * account and planned live in the arena. */
int recheck_contact(Engine *engine, const Recheck *recheck, Account *ret_account,
        Planned *ret_planned, Reason *ret_reason);

#endif
