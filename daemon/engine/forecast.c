/* SPDX-License-Identifier: MIT */
/*
 * Owns the walk over the accounts: a page is read, each of its accounts is lived through under one
 * configuration or two, what comes out is given away. Never writes. A change that takes a notice
 * out of the days that were asked for is told as a move all the same: both courses are followed for
 * some time longer.
 */

#include "engine/forecast.h"

#include <errno.h>

#define STEP_USEC 5000
#define DAYS_BEYOND 62 /* that a comparison looks further */
#define PASSES_MAX 6   /* two are enough almost always */

const char *const difference_names[4] = { "appears", "disappears", "moves", "changes" };

struct Forecast {
        ForecastOrder order;
        Config *configs[2]; /* held */
        Horizon horizons[2];
        size_t n_horizons;
        int n_passes;
        Instant until;     /* what is told */
        int64_t *accounts; /* whose notices are given; NULL: all */
        size_t next_account;
        Arena page_arena;
        AccountPage page;
        size_t next; /* in the page */
        int64_t after;
        bool has_account, is_given; /* at hand; its notices are wanted */
        Arena arena;                /* of an account */
        Outlook outlooks[2];
        size_t n_done; /* of the account's outlooks */
};

/* Whether all have been gone through for good: openings that one account waits for are wakes at
 * which others are decided, too. 0: yes; 1: no, from the first account again. */
static int end_pass(Forecast *forecast)
{
        bool agrees = true;

        for (size_t i = 0; i < forecast->n_horizons; i++)
                agrees = horizon_agrees(&forecast->horizons[i]) && agrees;
        if (agrees || ++forecast->n_passes == PASSES_MAX)
                return 0;
        forecast->after = 0;
        forecast->next_account = 0;
        if (forecast->accounts && forecast->order.n_accounts == 0)
                return 1;
        int r = forecast->order.sink.restart(forecast->order.sink.owner);
        return r < 0 ? r : 1;
}

/* 1: it has accounts; 0: there are none left; -errno. */
static int read_page(Forecast *forecast)
{
        forecast->next = 0;
        arena_reset(&forecast->page_arena);
        int r = store_page_accounts(forecast->order.engine->store, forecast->after,
                &forecast->page_arena, &forecast->page);
        if (r < 0 || forecast->page.n == 0)
                return r;
        forecast->after = forecast->page.accounts[forecast->page.n - 1].id;
        return 1;
}

/* Both lists rise. */
static bool is_wanted(Forecast *forecast, int64_t account)
{
        if (!forecast->accounts)
                return true;
        while (forecast->next_account < forecast->order.n_accounts &&
                forecast->accounts[forecast->next_account] < account)
                forecast->next_account++;
        return forecast->next_account < forecast->order.n_accounts &&
               forecast->accounts[forecast->next_account] == account;
}

/* 1: there is more to do; 0: none left; -errno. */
static int take_account(Forecast *forecast)
{
        if (forecast->next == forecast->page.n) {
                int r = read_page(forecast);
                return r == 0 ? end_pass(forecast) : r;
        }
        const Account *account = &forecast->page.accounts[forecast->next++];
        arena_reset(&forecast->arena);
        for (size_t i = 0; i < forecast->n_horizons; i++) {
                outlook_release(&forecast->outlooks[i]);
                int r = outlook_begin(
                        &forecast->outlooks[i], &forecast->horizons[i], account, &forecast->arena);
                if (r < 0)
                        return r;
        }
        forecast->n_done = 0;
        forecast->has_account = true;
        forecast->is_given = is_wanted(forecast, account->id);
        return 1;
}

static int give_notices(Forecast *forecast)
{
        const ForecastSink *sink = &forecast->order.sink;
        const Outlook *outlook = &forecast->outlooks[0];
        int r = 0;

        for (size_t i = 0; r == 0 && i < outlook->n_rows; i++)
                r = sink->notice(sink->owner, &outlook->rows[i]);
        for (size_t i = 0; r == 0 && sink->waits && i < outlook->account.n_instalments; i++)
                if (instant_is_set(outlook->waits[i].since))
                        r = sink->waits(sink->owner, &outlook->account, i, &outlook->waits[i]);
        return r;
}

static const LogLine *next_asked(const LogRow *row, size_t *i)
{
        while (*i < row->n_lines && !row->lines[*i].step)
                ++*i;
        return *i < row->n_lines ? &row->lines[(*i)++] : NULL;
}

/* Whether both take the same steps of the same instalments; of what takes none, whether they are
 * about the same instalments. */
static bool has_same_lines(const LogRow *a, const LogRow *b)
{
        size_t i = 0, k = 0;

        if (!a->step) {
                if (a->n_lines != b->n_lines)
                        return false;
                for (i = 0; i < a->n_lines; i++)
                        if (!streq(a->lines[i].invoice, b->lines[i].invoice) ||
                                a->lines[i].seq != b->lines[i].seq)
                                return false;
                return true;
        }
        for (;;) {
                const LogLine *one = next_asked(a, &i), *other = next_asked(b, &k);
                if (!one || !other)
                        return one == other;
                if (!streq(one->invoice, other->invoice) || one->seq != other->seq ||
                        !streq(one->step, other->step))
                        return false;
        }
}

static bool is_same_notice(const LogRow *a, const LogRow *b)
{
        return streq_or_null(a->step, b->step) && streq_or_null(a->occasion, b->occasion) &&
               streq(a->channel, b->channel) && (a->occasion || a->action == b->action) &&
               has_same_lines(a, b);
}

/* The other configuration's notice that is this one and has not been matched yet, or NULL. All
 * before *first have been. */
static const LogRow *find_match(
        const Outlook *outlook, const LogRow *row, bool *is_matched, size_t *first)
{
        while (*first < outlook->n_rows && is_matched[*first])
                ++*first;
        for (size_t i = *first; i < outlook->n_rows; i++)
                if (!is_matched[i] && is_same_notice(row, &outlook->rows[i])) {
                        is_matched[i] = true;
                        return &outlook->rows[i];
                }
        return NULL;
}

/* What its recipient would find otherwise. */
static bool has_same_content(const LogRow *a, const LogRow *b)
{
        return a->total == b->total && date_compare(a->deadline, b->deadline) == 0 &&
               streq_or_null(a->to, b->to);
}

static int give_change(Forecast *forecast, Difference change, const LogRow *row, const LogRow *was)
{
        const ForecastSink *sink = &forecast->order.sink;
        bool is_told =
                row->at.usec < forecast->until.usec || (was && was->at.usec < forecast->until.usec);

        return is_told ? sink->change(sink->owner, change, row, was) : 0;
}

/* The step that it waits with, or "". */
static const char *waiting_step(const Wait *wait)
{
        const Judgement *judgement = &wait->judgement;

        return judgement->next < 0 ? "" : judgement->policy->steps[judgement->next].id;
}

static bool is_same_wait(const Wait *a, const Wait *b)
{
        return streq(judgement_task(&a->judgement), judgement_task(&b->judgement)) &&
               streq(waiting_step(a), waiting_step(b));
}

static int give_wait(Forecast *forecast, Difference change, size_t i, const Wait *wait, Instant was)
{
        const ForecastSink *sink = &forecast->order.sink;
        const WaitChange waits = { &forecast->outlooks[0].account, i, wait, was };
        bool is_told = wait->since.usec < forecast->until.usec ||
                       (instant_is_set(was) && was.usec < forecast->until.usec);

        return is_told ? sink->wait_change(sink->owner, change, &waits) : 0;
}

/* Of one instalment. */
static int give_wait_changes(Forecast *forecast, size_t i)
{
        const Wait *now = &forecast->outlooks[0].waits[i], *then = &forecast->outlooks[1].waits[i];
        bool is_now = instant_is_set(now->since), is_then = instant_is_set(then->since);
        int r = 0;

        if (is_now && is_then && is_same_wait(now, then))
                return now->since.usec == then->since.usec
                               ? 0
                               : give_wait(forecast, DIFFERENCE_MOVES, i, then, now->since);
        if (is_now)
                r = give_wait(forecast, DIFFERENCE_DISAPPEARS, i, now, INSTANT_NONE);
        if (r == 0 && is_then)
                r = give_wait(forecast, DIFFERENCE_APPEARS, i, then, INSTANT_NONE);
        return r;
}

static int give_changes(Forecast *forecast)
{
        const Outlook *now = &forecast->outlooks[0], *then = &forecast->outlooks[1];
        bool *is_matched = arena_alloc_array(&forecast->arena, then->n_rows, sizeof(bool));
        size_t first = 0;
        int r = is_matched ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < now->n_rows; i++) {
                const LogRow *row = &now->rows[i];
                const LogRow *match = find_match(then, row, is_matched, &first);
                if (!match)
                        r = give_change(forecast, DIFFERENCE_DISAPPEARS, row, NULL);
                else if (match->at.usec != row->at.usec)
                        r = give_change(forecast, DIFFERENCE_MOVES, match, row);
                else if (!has_same_content(match, row))
                        r = give_change(forecast, DIFFERENCE_CHANGES, match, row);
        }
        for (size_t i = 0; r == 0 && i < then->n_rows; i++)
                if (!is_matched[i])
                        r = give_change(forecast, DIFFERENCE_APPEARS, &then->rows[i], NULL);
        for (size_t i = 0;
                r == 0 && forecast->order.sink.wait_change && i < now->account.n_instalments; i++)
                r = give_wait_changes(forecast, i);
        return r;
}

/* One wake of the account at hand, or the next account. 1: there is more; 0; -errno. */
static int advance(Forecast *forecast)
{
        if (!forecast->has_account)
                return take_account(forecast);
        int r = outlook_step(&forecast->outlooks[forecast->n_done]);
        if (r != 0)
                return r;
        if (++forecast->n_done < forecast->n_horizons)
                return 1;
        forecast->has_account = false;
        if (!forecast->is_given)
                return 1;
        r = forecast->n_horizons > 1 ? give_changes(forecast) : give_notices(forecast);
        return r < 0 ? r : 1;
}

void forecast_give_openings(Forecast *forecast, Horizon *horizon)
{
        horizon_take_openings(horizon, &forecast->horizons[0]);
}

unsigned forecast_guards(Forecast *forecast)
{
        return horizon_guards(&forecast->horizons[0]);
}

int forecast_step(Forecast *forecast)
{
        int64_t began_usec = clock_monotonic_usec();
        int r;

        do
                r = advance(forecast);
        while (r > 0 && clock_monotonic_usec() - began_usec < STEP_USEC);
        return r;
}

static int copy_accounts(Forecast *forecast, const ForecastOrder *order)
{
        if (!order->accounts)
                return 0;
        size_t size = MAX(order->n_accounts, (size_t)1) * sizeof(*order->accounts);
        forecast->accounts = malloc(size);
        if (!forecast->accounts)
                return -ENOMEM;
        memcpy(forecast->accounts, order->accounts, order->n_accounts * sizeof(*order->accounts));
        return 0;
}

int forecast_new(const ForecastOrder *order, Forecast **ret_forecast)
{
        const Config *configs[] = { order->engine->config, order->other };
        _cleanup_(forecast_freep) Forecast *forecast = calloc(1, sizeof(*forecast));

        if (!forecast)
                return -ENOMEM;
        forecast->order = *order;
        forecast->order.accounts = NULL;
        int r = copy_accounts(forecast, order);
        for (size_t i = 0; r == 0 && i < 2 && configs[i]; i++) {
                forecast->configs[i] = config_hold(configs[i]);
                r = horizon_init(&forecast->horizons[i], order->engine, configs[i],
                        order->days + (order->other ? DAYS_BEYOND : 0));
                forecast->n_horizons++;
                if (r == 0 && order->is_resumed)
                        horizon_resume(&forecast->horizons[i]);
        }
        if (r < 0)
                return r;
        forecast->until = horizon_after(&forecast->horizons[0], order->days);
        *ret_forecast = TAKE_PTR(forecast);
        return 0;
}

void forecast_free(Forecast *forecast)
{
        if (!forecast)
                return;
        for (size_t i = 0; i < 2; i++) {
                outlook_release(&forecast->outlooks[i]);
                horizon_release(&forecast->horizons[i]);
                config_free(forecast->configs[i]);
        }
        arena_release(&forecast->page_arena);
        arena_release(&forecast->arena);
        free(forecast->accounts);
        free(forecast);
}
