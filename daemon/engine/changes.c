/* SPDX-License-Identifier: MIT */
/* Owns the ring of the latest changes. Never looks at a notice and never calls anybody. */

#include "engine/changes.h"

#include <errno.h>

#define CHANGES_KEPT 4096

/* The change with number n stands at (n - 1) % CHANGES_KEPT. */
struct Changes {
        int64_t notices[CHANGES_KEPT];
        uint64_t newest;
};

int changes_new(Changes **ret_changes)
{
        Changes *changes = calloc(1, sizeof(*changes));

        if (!changes)
                return -ENOMEM;
        *ret_changes = changes;
        return 0;
}

void changes_free(Changes *changes)
{
        free(changes);
}

void changes_note(Changes *changes, int64_t notice)
{
        changes->notices[changes->newest++ % CHANGES_KEPT] = notice;
}

uint64_t changes_newest(const Changes *changes)
{
        return changes->newest;
}

static int64_t notice_at(const Changes *changes, uint64_t number)
{
        return changes->notices[(number - 1) % CHANGES_KEPT];
}

static bool changes_again(const Changes *changes, uint64_t number)
{
        for (uint64_t later = number + 1; later <= changes->newest; later++)
                if (notice_at(changes, later) == notice_at(changes, number))
                        return true;
        return false;
}

bool changes_next(
        const Changes *changes, uint64_t *number, int64_t *ret_notice, uint64_t *ret_n_lost)
{
        uint64_t next = *number + 1;

        *ret_n_lost = 0;
        if (changes->newest > CHANGES_KEPT && next <= changes->newest - CHANGES_KEPT) {
                *ret_n_lost = changes->newest - CHANGES_KEPT + 1 - next;
                next += *ret_n_lost;
        }
        while (next < changes->newest && changes_again(changes, next))
                next++;
        if (next > changes->newest)
                return false;
        *number = next;
        *ret_notice = notice_at(changes, next);
        return true;
}
