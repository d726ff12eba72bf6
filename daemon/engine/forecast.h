/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_FORECAST_H
#define RELANCED_ENGINE_FORECAST_H

/*
 * "What if": every notice that would leave in days to come if nobody pays and nobody speaks,
 * account by account; or what another configuration would change about it. A job in steps: each is
 * a few milliseconds, holds no transaction, and memory is that of a page of accounts. Nothing is
 * written.
 */

#include "engine/outlook.h"

#define FORECAST_DAYS_MAX 730

/* What another configuration does to a notice. */
typedef enum Difference {
        DIFFERENCE_APPEARS,
        DIFFERENCE_DISAPPEARS,
        DIFFERENCE_MOVES,   /* same customer, step and instalments, at another time */
        DIFFERENCE_CHANGES, /* the same, at the same time: another deadline, sum or address */
} Difference;
extern const char *const difference_names[4];

/* An instalment that waits for a person under one of two configurations, or under both. */
typedef struct WaitChange {
        const Account *account;
        size_t instalment;
        const Wait *wait;
        Instant was; /* since when without the other one, if it moves; or INSTANT_NONE */
} WaitChange;

/* Called with rows that are valid during the call. 0 or -errno, which ends the forecast. */
typedef struct ForecastSink {
        /* All that was given is void: it is given once more. */
        int (*restart)(void *owner);
        /* Without another configuration: by time within an account. */
        int (*notice)(void *owner, const LogRow *row);
        /* An instalment that waits for a person in the end; may be NULL. */
        int (*waits)(void *owner, const Account *account, size_t instalment, const Wait *wait);
        /* With another one. was: the notice that moves or changes, as it is without it; or NULL. */
        int (*change)(void *owner, Difference change, const LogRow *row, const LogRow *was);
        /* The same of what waits for a person: it never changes but in time. May be NULL. */
        int (*wait_change)(void *owner, Difference change, const WaitChange *waits);
        void *owner;
} ForecastSink;

typedef struct ForecastOrder {
        Engine *engine;          /* of its present configuration, which is held */
        const Config *other;     /* to be compared with it, held; NULL: none */
        int days;                /* 1 to FORECAST_DAYS_MAX */
        bool is_resumed;         /* as though a person had resumed: no guard holds */
        const int64_t *accounts; /* whose notices are given, rising; copied. NULL: all; none: only
                                    forecast_give_openings() is wanted */
        size_t n_accounts;
        ForecastSink sink;
} ForecastOrder;

typedef struct Forecast Forecast;

int forecast_new(const ForecastOrder *order, Forecast **ret_forecast);
void forecast_free(Forecast *forecast);
DEFINE_CLEANUP(Forecast, forecast_free)

/* Once it is over: at which openings all accounts are decided, for the horizon of one of them. */
void forecast_give_openings(Forecast *forecast, Horizon *horizon);
/* GUARD_BIT()s that hold from its first wake on: nothing leaves. */
unsigned forecast_guards(Forecast *forecast);

/* 1: there is more to do; 0: it is over; -errno. */
int forecast_step(Forecast *forecast);

#endif
