/* SPDX-License-Identifier: MIT */
/* Owns the search for the notices that take an invoice's next steps, in the course of its account.
 * Never writes. */

#include "api/ahead.h"

#include <errno.h>

#include "engine/outlook.h"

#define DAYS 400 /* further ahead nothing is looked for: a step comes within a year, or never */
#define STEP_USEC 5000

/* An instalment's next step, and when it leaves. */
typedef struct Wanted {
        const char *step; /* NULL: nothing is looked for, or it is found */
        Instant at;
} Wanted;

struct Ahead {
        const Account *account;
        Horizon horizon;
        Outlook outlook;
        Arena arena;
        Wanted *wanted; /* of each instalment of the account */
        size_t n_wanted;
        size_t n_seen; /* of the outlook's rows */
};

/* Whether time alone may bring it about. */
static bool is_expected(const Judgement *judgement)
{
        return judgement->policy && judgement->next >= 0 &&
               (judgement->verdict == VERDICT_WAIT || judgement->verdict == VERDICT_DUE ||
                       judgement->verdict == VERDICT_HELD);
}

static int find_wanted(Ahead *ahead, const Decision *decision, int64_t invoice)
{
        const Account *account = ahead->account;

        ahead->wanted =
                arena_alloc_array(&ahead->arena, account->n_instalments, sizeof(*ahead->wanted));
        if (!ahead->wanted)
                return -ENOMEM;
        for (size_t i = 0; i < account->n_instalments; i++) {
                const Judgement *judgement = &decision->judgements[i];
                Wanted *wanted = &ahead->wanted[i];
                wanted->at = INSTANT_NONE;
                if (account->instalments[i].invoice != invoice || !is_expected(judgement))
                        continue;
                wanted->step = judgement->policy->steps[judgement->next].id;
                ahead->n_wanted++;
        }
        return 0;
}

int ahead_new(Engine *engine, const Account *account, const Decision *decision, int64_t invoice,
        Ahead **ret_ahead)
{
        _cleanup_(ahead_freep) Ahead *ahead = calloc(1, sizeof(*ahead));

        if (!ahead)
                return -ENOMEM;
        ahead->account = account;
        int r = find_wanted(ahead, decision, invoice);
        if (r == 0)
                r = horizon_init(&ahead->horizon, engine, engine->config, DAYS);
        if (r == 0)
                r = outlook_begin(&ahead->outlook, &ahead->horizon, account, &ahead->arena);
        if (r < 0)
                return r;
        *ret_ahead = TAKE_PTR(ahead);
        return 0;
}

void ahead_free(Ahead *ahead)
{
        if (!ahead)
                return;
        outlook_release(&ahead->outlook);
        horizon_release(&ahead->horizon);
        arena_release(&ahead->arena);
        free(ahead);
}

/* The first of its steps that leaves settles an instalment: if it is another one, the next step is
 * passed over by then. */
static void note_line(Ahead *ahead, const LogRow *row, const LogLine *line)
{
        for (size_t i = 0; i < ahead->account->n_instalments; i++) {
                const Instalment *instalment = &ahead->account->instalments[i];
                Wanted *wanted = &ahead->wanted[i];
                if (!wanted->step || instalment->seq != line->seq ||
                        !streq(instalment->number, line->invoice))
                        continue;
                if (streq(wanted->step, line->step))
                        wanted->at = row->at;
                wanted->step = NULL;
                ahead->n_wanted--;
        }
}

static void note_rows(Ahead *ahead)
{
        for (; ahead->n_seen < ahead->outlook.n_rows; ahead->n_seen++) {
                const LogRow *row = &ahead->outlook.rows[ahead->n_seen];
                for (size_t i = 0; i < row->n_lines; i++)
                        if (row->lines[i].step)
                                note_line(ahead, row, &row->lines[i]);
        }
}

int ahead_step(Ahead *ahead)
{
        int64_t began_usec = clock_monotonic_usec();
        int r = 1;

        note_rows(ahead);
        while (r > 0 && ahead->n_wanted > 0 && clock_monotonic_usec() - began_usec < STEP_USEC) {
                r = outlook_step(&ahead->outlook);
                note_rows(ahead);
        }
        return ahead->n_wanted == 0 ? MIN(r, 0) : r;
}

Instant ahead_at(const Ahead *ahead, size_t instalment)
{
        return ahead->wanted[instalment].at;
}

unsigned ahead_guards(const Ahead *ahead)
{
        return horizon_guards(&ahead->horizon);
}
