/* SPDX-License-Identifier: MIT */
/*
 * Owns the search for the notices that take an invoice's next steps, in the course of its account.
 * Where a message could leave before the wake that finds it, an opening that another account waits
 * for may be a wake, too: then all accounts are gone through up to that day. Never writes.
 */

#include "api/ahead.h"

#include <errno.h>

#include "engine/forecast.h"
#include "engine/moment.h"

#define DAYS 400 /* further ahead nothing is looked for: a step comes within a year, or never */
#define STEP_USEC 5000

/* An instalment's next step, and when it leaves. */
typedef struct Wanted {
        const char *step; /* NULL: nothing is looked for */
        Instant at;
        bool is_found; /* it leaves then, or never: it is passed over */
} Wanted;

struct Ahead {
        Engine *engine;
        const Account *account;
        const Decision *decision;
        int64_t invoice;
        Horizon horizon;
        Outlook outlook;
        Arena arena;
        Wanted *wanted; /* of each instalment of the account */
        size_t n_wanted;
        size_t n_seen;     /* of the outlook's rows */
        Forecast *others;  /* all accounts, while they are gone through */
        bool knows_others; /* there is no need to, any more */
};

/* Whether time alone may bring it about. */
static bool is_expected(const Judgement *judgement)
{
        return judgement->policy && judgement->next >= 0 &&
               (judgement->verdict == VERDICT_WAIT || judgement->verdict == VERDICT_DUE ||
                       judgement->verdict == VERDICT_HELD);
}

static int find_wanted(Ahead *ahead)
{
        const Account *account = ahead->account;

        ahead->n_wanted = 0;
        ahead->wanted =
                arena_alloc_array(&ahead->arena, account->n_instalments, sizeof(*ahead->wanted));
        if (!ahead->wanted)
                return -ENOMEM;
        for (size_t i = 0; i < account->n_instalments; i++) {
                const Judgement *judgement = &ahead->decision->judgements[i];
                Wanted *wanted = &ahead->wanted[i];
                wanted->at = INSTANT_NONE;
                if (account->instalments[i].invoice != ahead->invoice || !is_expected(judgement))
                        continue;
                wanted->step = judgement->policy->steps[judgement->next].id;
                ahead->n_wanted++;
        }
        return 0;
}

static int begin(Ahead *ahead)
{
        outlook_release(&ahead->outlook);
        arena_reset(&ahead->arena);
        ahead->n_seen = 0;
        int r = find_wanted(ahead);
        return r < 0 ? r
                     : outlook_begin(
                               &ahead->outlook, &ahead->horizon, ahead->account, &ahead->arena);
}

int ahead_new(Engine *engine, const Account *account, const Decision *decision, int64_t invoice,
        Ahead **ret_ahead)
{
        _cleanup_(ahead_freep) Ahead *ahead = calloc(1, sizeof(*ahead));

        if (!ahead)
                return -ENOMEM;
        ahead->engine = engine;
        ahead->account = account;
        ahead->decision = decision;
        ahead->invoice = invoice;
        int r = horizon_init(&ahead->horizon, engine, engine->config, DAYS);
        if (r == 0)
                r = begin(ahead);
        if (r < 0)
                return r;
        *ret_ahead = TAKE_PTR(ahead);
        return 0;
}

void ahead_free(Ahead *ahead)
{
        if (!ahead)
                return;
        forecast_free(ahead->others);
        outlook_release(&ahead->outlook);
        horizon_release(&ahead->horizon);
        arena_release(&ahead->arena);
        free(ahead);
}

/* The first of its steps that leaves settles an instalment: if it is another one, the next step is
 * passed over by then. Of a notice's routes one may leave before another. */
static void note_line(Ahead *ahead, const LogRow *row, const LogLine *line)
{
        for (size_t i = 0; i < ahead->account->n_instalments; i++) {
                const Instalment *instalment = &ahead->account->instalments[i];
                Wanted *wanted = &ahead->wanted[i];
                if (!wanted->step || instalment->seq != line->seq ||
                        !streq(instalment->number, line->invoice))
                        continue;
                if (streq(wanted->step, line->step) &&
                        (!wanted->is_found || row->at.usec < wanted->at.usec))
                        wanted->at = row->at;
                ahead->n_wanted -= !wanted->is_found;
                wanted->is_found = true;
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

/* Some wakes of the account. 1: more; 0: all is found, or nothing more leaves; -errno. */
static int step_outlook(Ahead *ahead)
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

/* Whether a channel is open between the first moment at which the rules may let the step go and the
 * wake at which it leaves. */
static bool may_leave_before(const Ahead *ahead, size_t i, Instant at)
{
        const Engine *engine = &ahead->horizon.engine;
        const Judgement *judgement = &ahead->decision->judgements[i];
        Instant from = ahead->horizon.start.instant, opening;

        if (date_is_set(judgement->not_before))
                from.usec =
                        MAX(from.usec, zone_instant(engine->zone, judgement->not_before, 0).usec);
        for (unsigned k = 0; k < engine->config->book.n_channels; k++)
                if (channel_next_opening(engine, k, ahead->account, from, &opening) &&
                        opening.usec < at.usec)
                        return true;
        return false;
}

/* The last of the wakes that others' openings may come before; INSTANT_NONE: none. */
static Instant find_doubtful(const Ahead *ahead)
{
        Instant last = INSTANT_NONE;

        for (size_t i = 0; i < ahead->account->n_instalments; i++) {
                Instant at = ahead->wanted[i].at;
                if (instant_is_set(at) && at.usec > last.usec && may_leave_before(ahead, i, at))
                        last = at;
        }
        return last;
}

/* 1: the others are to be gone through; 0: there is no need to; -errno. */
static int ask_others(Ahead *ahead)
{
        static const int64_t nobody[1];
        Instant until = find_doubtful(ahead);

        ahead->knows_others = true;
        if (!instant_is_set(until))
                return 0;
        Date day = horizon_now(&ahead->horizon, until).local.day;
        const ForecastOrder order = {
                .engine = ahead->engine,
                .days = date_difference(day, ahead->horizon.start.local.day) + 1,
                .accounts = nobody,
                .n_accounts = 0,
        };
        int r = forecast_new(&order, &ahead->others);
        return r < 0 ? r : 1;
}

static int step_others(Ahead *ahead)
{
        int r = forecast_step(ahead->others);

        if (r != 0)
                return r;
        forecast_give_openings(ahead->others, &ahead->horizon);
        forecast_free(TAKE_PTR(ahead->others));
        r = begin(ahead);
        return r < 0 ? r : 1;
}

int ahead_step(Ahead *ahead)
{
        if (ahead->others)
                return step_others(ahead);
        int r = step_outlook(ahead);
        return r == 0 && !ahead->knows_others ? ask_others(ahead) : r;
}

Instant ahead_at(const Ahead *ahead, size_t instalment)
{
        return ahead->wanted[instalment].at;
}

unsigned ahead_guards(Ahead *ahead)
{
        return horizon_guards(&ahead->horizon);
}
