/* SPDX-License-Identifier: MIT */
/*
 * Random lives of an invoice, lived twice: with facts that are taken back later, and without those
 * facts. Both end in the same state, and the store's own check finds nothing. The seed is printed;
 * with RELANCED_SEED=N the same lives come again.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "store-fixture.h"

#include "base/parse.h"

#define N_LIVES 250
#define N_DEEDS 24

typedef enum DeedKind {
        DEED_HOLD,
        DEED_HOLD_CUSTOMER,
        DEED_RELEASE,
        DEED_RELEASE_CUSTOMER,
        DEED_DISPUTE,
        DEED_PROMISE,
        DEED_POLICY,
        DEED_REPLY,
        DEED_OPT_OUT,
        DEED_SKIP,
        DEED_DONE,
        DEED_APPROVE,
        DEED_ADOPT,
        DEED_MONEY,
        DEED_FILE, /* an import: cannot be taken back */
        DEED_PLAN,
        DEEDS
} DeedKind;

typedef struct Deed {
        DeedKind kind;
        int day, days, pick, seq;
        int64_t amount;
        int undone_at; /* before the deed of that number; 0: never */
        int64_t fact;  /* in the life with everything; 0: it was refused */
} Deed;

/* The invoice as its file has it, and whom the life is of. */
typedef struct Life {
        Fixture *fixture;
        char customer[32], number[32];
        Deed deeds[N_DEEDS];
        InvoiceRow rows[2];
        int64_t account, invoice;
        int plan_since; /* the first deed from which on a plan was made, N_DEEDS: none */
} Life;

static uint64_t seed;
static uint64_t state_of_chance;

static uint64_t chance(uint64_t n)
{
        state_of_chance += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t z = state_of_chance;
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        return (z ^ (z >> 31)) % n;
}

static Instant at_day(int day)
{
        return (Instant){ NOON.usec + day * INT64_C(86400) * USEC_PER_SEC };
}

static void import_file(Life *life, int day)
{
        int64_t run;
        size_t n;
        Store *store = life->fixture->store;

        assert_ok(store_import_begin(store, "f", at_day(day), date_add(TODAY, day), &run));
        for (int i = 0; i < 2; i++)
                assert_true(store_put_invoice(store, run, &life->rows[i], at_day(day)) >= 0);
        int r = store_import_end(store, run, &n);
        assert_ok(r);
}

/* Two instalments with a discount for paying early, of a customer of its own. */
static void begin_life(Life *life, Fixture *fixture, int n, char which)
{
        life->fixture = fixture;
        snprintf(life->customer, sizeof(life->customer), "C-%d-%c", n, which);
        snprintf(life->number, sizeof(life->number), "F-%d-%c", n, which);
        const CustomerRow customer = customer_row(life->customer);
        assert_int_equal(store_put_customer(fixture->store, &customer, NOON), PUT_ADDED);
        for (int i = 0; i < 2; i++) {
                life->rows[i] = invoice_row(life->number, life->customer, i == 0 ? 10000 : 5000);
                life->rows[i].due = date_add(TODAY, 10 * i - 20);
                life->rows[i].discount_percent_hundredths = 300;
                life->rows[i].discount_until = date_add(TODAY, 10);
        }
        import_file(life, 0);
        assert_ok(store_find_invoice(fixture->store, life->number, &life->account, &life->invoice));
}

static int change_file(Life *life, const Deed *deed)
{
        static const InvoiceStatus statuses[] = { STATUS_OPEN, STATUS_DISPUTED, STATUS_CANCELLED };
        static const char *const policies[] = { "", "strict", "gentle" };
        InvoiceRow *row = &life->rows[deed->seq - 1];

        if (deed->pick % 3 == 0)
                row->status = statuses[deed->pick / 3 % 3];
        else if (deed->pick % 3 == 1)
                row->policy = policies[deed->pick / 3 % 3];
        else
                row->amount += deed->amount % 300;
        import_file(life, deed->day);
        return SAID_NOT_UNDONE;
}

static int put_money(Life *life, const Deed *deed)
{
        PaymentRow row = payment_row("", life->number, deed->amount);

        row.date = date_add(TODAY, deed->day);
        row.kind = deed->pick % 8 < 4 ? FACT_PAYMENT : (FactKind)(deed->pick % 5);
        return store_put_payment(life->fixture->store, &row, at_day(deed->day),
                       date_add(TODAY, deed->day)) == PUT_ADDED
                       ? 0
                       : -EINVAL;
}

static int make_plan(Life *life, const Deed *deed)
{
        const Date days[] = { date_add(TODAY, deed->day + 10), date_add(TODAY, deed->day + 40),
                date_add(TODAY, deed->day + 70) };
        const PlanOrder order = { .invoice = life->number,
                .n_parts = 1 + deed->pick % 3,
                .days = days,
                .fee = deed->amount % 500,
                .policy = "plan" };
        int64_t fact;

        return store_plan(
                life->fixture->store, &order, at_day(deed->day), date_add(TODAY, deed->day), &fact);
}

static int mark(Life *life, const Deed *deed)
{
        static const char *const steps[] = { "reminder", "call", "agency" };
        static const Action actions[] = { ACTION_REMIND, ACTION_CALL, ACTION_AGENCY };
        Store *store = life->fixture->store;
        const StepMark mark = { life->account, life->invoice, deed->seq, steps[deed->pick % 3],
                actions[deed->pick % 3], "" };
        Instant at = at_day(deed->day);
        Date today = date_add(TODAY, deed->day);
        int64_t fact;

        if (deed->kind == DEED_SKIP)
                return store_skip(store, &mark, at, today, &fact);
        if (deed->kind == DEED_DONE)
                return store_mark_done(store, &mark, at, today, &fact);
        if (deed->kind == DEED_APPROVE)
                return store_approve(store, &mark, at, &fact);
        return store_adopt(store, &mark, at, &fact);
}

static int say(Life *life, const Deed *deed)
{
        Store *store = life->fixture->store;
        const Target invoice = { .invoice = life->number },
                     customer = { .customer = life->customer };
        Instant at = at_day(deed->day);
        Date today = date_add(TODAY, deed->day), until = date_add(today, deed->days);
        const Promise promise = {
                .invoice = life->number, .until = until, .amount = deed->amount, .is_forced = true
        };
        int64_t fact;

        switch (deed->kind) {
        case DEED_HOLD: return store_hold(store, &invoice, until, "", at);
        case DEED_HOLD_CUSTOMER: return store_hold(store, &customer, until, "", at);
        case DEED_RELEASE: return store_release(store, &invoice, today, at);
        case DEED_RELEASE_CUSTOMER: return store_release(store, &customer, today, at);
        case DEED_DISPUTE: return store_dispute(store, life->number, "price", "", at);
        case DEED_PROMISE: return store_promise(store, &promise, at, &fact);
        case DEED_POLICY:
                return store_assign_policy(
                        store, life->number, deed->pick % 2 ? "gentle" : "", at, &fact);
        case DEED_REPLY:
                return store_reply(store, &(Answered){ life->customer, "", "", until }, at, &fact);
        case DEED_OPT_OUT:
                return store_opt_out(
                        store, life->customer, deed->pick % 2 ? "sms" : "email", at, &fact);
        case DEED_SKIP:
        case DEED_DONE:
        case DEED_APPROVE:
        case DEED_ADOPT: return mark(life, deed);
        case DEED_MONEY: return put_money(life, deed);
        case DEED_FILE: return change_file(life, deed);
        case DEED_PLAN: return make_plan(life, deed);
        case DEEDS: break;
        }
        return -EINVAL;
}

static void draw(Life *life)
{
        for (int i = 0; i < N_DEEDS; i++)
                life->deeds[i] = (Deed){
                        .kind = (DeedKind)chance(DEEDS),
                        .day = i,
                        .days = (int)chance(12),
                        .pick = (int)chance(1000),
                        .seq = 1 + (int)chance(2),
                        .amount = 1 + (int64_t)chance(9000),
                        .undone_at = chance(2) ? i + 1 + (int)chance(N_DEEDS) : 0,
                };
}

/* A plan shares out what was open when it was made: money before it stays. */
static bool may_be_undone(const Life *life, int i)
{
        const Deed *deed = &life->deeds[i];

        if (deed->kind == DEED_FILE || deed->fact == 0)
                return false;
        for (int k = i + 1; k < N_DEEDS && deed->kind == DEED_MONEY; k++)
                if (life->deeds[k].kind == DEED_PLAN && life->deeds[k].undone_at == 0)
                        return false;
        return true;
}

/* What went to the agency is not taken back. */
static bool is_handed_over(Life *life)
{
        Account account;

        assert_ok(store_load_account(
                life->fixture->store, life->account, 0, &life->fixture->arena, &account));
        for (size_t i = 0; i < account.n_instalments; i++)
                if (account.instalments[i].is_handed_over)
                        return true;
        return false;
}

/* Before the deed of that number. A plan whose parts were planned again or handed over stays. */
static void undo_some(Life *life, int before)
{
        for (int i = 0; i < N_DEEDS; i++) {
                Deed *deed = &life->deeds[i];
                int64_t fact;
                if (deed->undone_at != before || i >= before)
                        continue;
                if (!may_be_undone(life, i)) {
                        deed->undone_at = 0;
                        continue;
                }
                int r = store_withdraw(life->fixture->store, deed->fact, at_day(before),
                        date_add(TODAY, before), &fact);
                if (r == SAID_NOT_UNDONE && deed->kind == DEED_PLAN && is_handed_over(life))
                        deed->undone_at = 0;
                else
                        assert_int_equal(r, SAID);
        }
}

static void live(Life *life, bool with_undone)
{
        for (int i = 0; i < N_DEEDS; i++) {
                Deed *deed = &life->deeds[i];
                if (with_undone) {
                        undo_some(life, i);
                        deed->fact = 0;
                        int r = say(life, deed);
                        if (r == 0)
                                assert_ok(store_last_fact(life->fixture->store, &deed->fact));
                        assert_true(r >= 0);
                } else if (deed->undone_at == 0 && (deed->fact != 0 || deed->kind == DEED_FILE)) {
                        assert_true(say(life, deed) >= 0);
                }
        }
        for (int i = N_DEEDS; with_undone && i <= 2 * N_DEEDS; i++)
                undo_some(life, i);
}

static Account whole(Life *life)
{
        Account account;

        assert_ok(store_load_account(
                life->fixture->store, life->account, 0, &life->fixture->arena, &account));
        return account;
}

static void print_life(const Life *life, int n)
{
        print_message("RELANCED_SEED=%" PRIu64 ", life %d\n", seed, n);
        for (int i = 0; i < N_DEEDS; i++) {
                const Deed *deed = &life->deeds[i];
                print_message("  %2d kind %2d seq %d pick %3d amount %5lld days %2d%s undone %d\n",
                        i, deed->kind, deed->seq, deed->pick, (long long)deed->amount, deed->days,
                        deed->fact ? "" : " refused", deed->undone_at);
        }
}

static bool is_same_date(Date a, Date b)
{
        return date_compare(a, b) == 0;
}

static bool has_same_steps(const Instalment *a, const Instalment *b)
{
        if (a->n_done != b->n_done)
                return false;
        for (size_t i = 0; i < a->n_done; i++)
                if (!streq(a->done[i].step, b->done[i].step) ||
                        a->done[i].is_skip != b->done[i].is_skip ||
                        !is_same_date(a->done[i].on, b->done[i].on))
                        return false;
        return true;
}

/* What is settled cannot be promised; while a plan is in force its parts can. */
static bool has_same_promise(const Instalment *a, const Instalment *b)
{
        return (a->open == 0 && b->open == 0) ||
               ((a->promise != 0) == (b->promise != 0) &&
                       is_same_date(a->promised_until, b->promised_until) &&
                       a->promised_rest == b->promised_rest && a->n_promises == b->n_promises);
}

/* The number of the first thing that differs, 0: nothing. Facts have other numbers, and so have
 * parts; and what is taken back reopens (R12). */
static int find_difference(const Instalment *a, const Instalment *b)
{
        const bool same[] = { true, a->amount == b->amount, a->open == b->open,
                a->granted == b->granted, a->status == b->status, streq(a->policy, b->policy),
                is_same_date(a->due, b->due), a->is_held == b->is_held,
                is_same_date(a->held_until, b->held_until), a->is_disputed == b->is_disputed,
                is_same_date(a->released_on, b->released_on), has_same_promise(a, b),
                (a->plan != 0) == (b->plan != 0), a->fee == b->fee,
                a->is_replaced == b->is_replaced, a->is_adopted == b->is_adopted,
                streq(a->approved, b->approved), has_same_steps(a, b),
                a->is_handed_over == b->is_handed_over, a->has_payment == b->has_payment };

        for (size_t i = 0; i < ELEMENTSOF(same); i++)
                if (!same[i])
                        return (int)i;
        return 0;
}

static void note_refused(void *owner, const char *channel, const char *address)
{
        *(unsigned *)owner += streq(channel, "sms") ? 1 : 16;
}

static unsigned refusals(Life *life, int64_t customer)
{
        unsigned found = 0;

        assert_ok(store_refused_channels(life->fixture->store, customer, note_refused, &found));
        return found;
}

static void compare(Life *with, Life *without, int n)
{
        const Account a = whole(with), b = whole(without);
        bool is_same = a.n_instalments == b.n_instalments && a.unassigned == b.unassigned &&
                       is_same_date(a.paused_until, b.paused_until) &&
                       refusals(with, a.customer) == refusals(without, b.customer);

        for (size_t i = 0; is_same && i < a.n_instalments; i++) {
                int difference = find_difference(&a.instalments[i], &b.instalments[i]);
                if (difference == 0)
                        continue;
                print_message("instalment %zu: difference %d\n", i + 1, difference);
                is_same = false;
        }
        if (is_same)
                return;
        print_life(with, n);
        fail_msg("what was taken back has left something");
}

static void what_is_taken_back_leaves_nothing(void **state)
{
        Fixture *fixture = *state;
        Life *with = calloc(2, sizeof(*with)), *without = with + 1;

        assert_non_null(with);
        for (int n = 0; n < N_LIVES; n++) {
                begin(fixture);
                begin_life(with, fixture, n, 'a');
                draw(with);
                live(with, true);
                begin_life(without, fixture, n, 'b');
                memcpy(without->deeds, with->deeds, sizeof(with->deeds));
                live(without, false);
                commit(fixture);
                compare(with, without, n);
                arena_reset(&fixture->arena);
        }
        assert_verified(fixture);
        free(with);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        what_is_taken_back_leaves_nothing, fixture_setup, fixture_teardown),
        };
        const char *given = getenv("RELANCED_SEED");
        int64_t chosen;

        seed = (uint64_t)(uintptr_t)&tests;
        if (given && parse_int64(given, 0, INT64_MAX, &chosen) == 0)
                seed = (uint64_t)chosen;
        print_message("RELANCED_SEED=%" PRIu64 "\n", seed);
        state_of_chance = seed;
        return cmocka_run_group_tests(tests, NULL, NULL);
}
