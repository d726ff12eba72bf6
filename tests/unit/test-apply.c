/* SPDX-License-Identifier: MIT */
/*
 * What a sent notice leaves behind in memory, plans that break there, and the days that a forecast
 * may pass over: by hand, and in random worlds (world.h, life.h) against their own books. The seed
 * is printed; with RELANCED_SEED=N the same worlds come again.
 */

#include "core/apply.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

#include <cmocka.h>

#include "base/parse.h"
#include "rulebook.h"
#include "world.h"

#define WORLDS 400
#define DAYS_AHEAD 80

static uint64_t first_seed;
static size_t n_contacts, n_occasions, n_passed_over, n_notices;
static Arena arena = ARENA_INIT;

#define check(world, condition, ...)                                                               \
        do {                                                                                       \
                if (!(condition))                                                                  \
                        fail_in(world, #condition, __VA_ARGS__);                                   \
        } while (false)

static void _printf_(3, 4)
        fail_in(const World *world, const char *condition, const char *format, ...)
{
        char text[256], date[DATE_TEXT_SIZE];
        va_list arguments;

        va_start(arguments, format);
        (void)vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        fail_msg("RELANCED_SEED=%" PRIu64 ", world %d, %s: %s (%s)", first_seed, world->number,
                date_format(world->today, date), text, condition);
}

static Now now_on(const World *world, Date date)
{
        return (Now){
                .instant = { ((int64_t)date.days * 1440 + NOON - 60) * 60 * USEC_PER_SEC },
                .local = { date, NOON, 60 },
                .guards = world->guards,
                .newest_payment = world->newest_payment,
        };
}

static void ask_on(const World *world, Account *account, Date date, Decision *ret_decision)
{
        const Now now = now_on(world, date);

        account->customer_time = now.local;
        check(world, decide(&world->book, account, &now, NULL, &arena, ret_decision) == 0,
                "decide() failed");
}

/* For life.h. */
static void ask(const World *world, const Account *account, const Rulebook *book, Date date,
        int minute, Decision *ret_decision)
{
        Now now = now_on(world, date);

        now.local.minute = minute;
        check(world, decide(book, account, &now, NULL, &arena, ret_decision) == 0, "decide()");
}

static const Step *line_step(const World *world, const Decision *decision, const NoticeLine *line)
{
        return &decision->judgements[line->instalment].policy->steps[line->step];
}

#include "life.h"

static bool is_same_done(const Instalment *a, const Instalment *b)
{
        if (a->n_done != b->n_done)
                return false;
        for (size_t i = 0; i < a->n_done; i++)
                if (!streq(a->done[i].step, b->done[i].step) ||
                        a->done[i].action != b->done[i].action ||
                        date_compare(a->done[i].on, b->done[i].on) != 0 ||
                        date_compare(a->done[i].deadline, b->done[i].deadline) != 0)
                        return false;
        return true;
}

/* What the world's own books say of the same notices. */
static void assert_same(const World *world, const Account *account)
{
        const Account *booked = &world->account;

        check(world, date_compare(account->last_contact, booked->last_contact) == 0, "contact");
        check(world, date_compare(account->last_pressed, booked->last_pressed) == 0, "pressed");
        for (size_t i = 0; i < account->n_instalments; i++) {
                const Instalment *a = &account->instalments[i], *b = &booked->instalments[i];
                check(world, is_same_done(a, b), "steps of %zu", i);
                check(world, a->is_suspended == b->is_suspended, "suspended %zu", i);
                check(world, a->is_handed_over == b->is_handed_over, "handed over %zu", i);
                check(world, a->offer_discount == b->offer_discount, "offer of %zu", i);
                check(world, date_compare(a->offer_until, b->offer_until) == 0, "offer of %zu", i);
                check(world, (a->said | 1U << NOTICE_THANKS) == (b->said | 1U << NOTICE_THANKS),
                        "told of %zu", i);
        }
}

static void break_plans(World *world)
{
        for (size_t i = 0; world->guards == 0 && i < world->account.n_instalments; i++) {
                int64_t fact = world->instalments[i].plan;
                if (fact != 0 && plan_is_broken(&world->book, &world->account, fact, world->today))
                        break_plan(world, fact);
        }
}

/* Some weeks of a life, at the end of which nothing is on its way. */
static void make_past(World *world, int number)
{
        make_world(world, first_seed, number);
        world->always_sends = true;
        for (int i = below(world, 20); i > 0; i--) {
                Decision decision;
                arena_reset(&arena);
                pending_ends(world);
                break_plans(world);
                world->account.customer_time = now_on(world, world->today).local;
                ask(world, &world->account, &world->book, world->today, NOON, &decision);
                for (size_t k = 0; k < decision.n_notices; k++)
                        take_notice(world, &decision, &decision.notices[k]);
                for (int k = below(world, 3); k > 0; k--)
                        something_happens(world);
                world->today = date_add(world->today, 1 + below(world, 3));
        }
        if (chance(world, 80)) {
                world->guards = 0;
                world->newest_payment = date_add(world->today, DAYS_AHEAD);
        }
        world->account.has_contact_in_flight = false;
        for (size_t i = 0; i < world->account.n_instalments; i++)
                world->instalments[i].is_in_flight = false;
}

static void what_is_applied_is_what_the_books_of_a_world_say(void **state)
{
        static World world;

        for (int number = 0; number < WORLDS; number++) {
                _cleanup_(arena_release) Arena keep = ARENA_INIT;
                Account account;
                make_past(&world, number);
                assert_int_equal(account_copy(&world.account, &keep, &account), 0);
                for (int i = 0; i < DAYS_AHEAD; i++) {
                        Decision decision;
                        const Now now = now_on(&world, world.today);
                        arena_reset(&arena);
                        ask_on(&world, &account, world.today, &decision);
                        for (size_t k = 0; k < decision.n_notices; k++) {
                                take_notice(&world, &decision, &decision.notices[k]);
                                assert_int_equal(account_apply_planned(&account, &decision,
                                                         &decision.notices[k], &now, &keep),
                                        0);
                                n_notices++;
                        }
                        assert_same(&world, &account);
                        world.today = date_add(world.today, 1);
                }
        }
        assert_true(n_notices > WORLDS);
}

/* Thanks are sent once; the store knows, decide() does not. */
static bool leaves(const Account *account, const Decision *decision)
{
        for (size_t k = 0; k < decision->n_notices; k++) {
                const Planned *planned = &decision->notices[k];
                if (planned->kind != NOTICE_THANKS ||
                        !(account->instalments[planned->lead].said & 1U << NOTICE_THANKS))
                        return true;
        }
        return false;
}

/* Each day is asked about; those that account_next_day() passes over must have nothing to say. */
static void no_day_that_is_passed_over_has_anything_to_say(void **state)
{
        static World world;

        for (int number = 0; number < WORLDS; number++) {
                _cleanup_(arena_release) Arena keep = ARENA_INIT;
                Account account;
                Date next = DATE_NONE;
                bool is_over = false;
                make_past(&world, number);
                assert_int_equal(account_copy(&world.account, &keep, &account), 0);
                for (int i = 0; i < DAYS_AHEAD; i++) {
                        const Now now = now_on(&world, world.today);
                        Decision decision;
                        arena_reset(&arena);
                        ask_on(&world, &account, world.today, &decision);
                        bool is_passed_over =
                                is_over ||
                                (date_is_set(next) && date_compare(world.today, next) < 0);
                        check(&world, !is_passed_over || !leaves(&account, &decision),
                                "a notice leaves on a day that was passed over");
                        n_passed_over += is_passed_over;
                        for (size_t k = 0; k < decision.n_notices; k++)
                                assert_int_equal(account_apply_planned(&account, &decision,
                                                         &decision.notices[k], &now, &keep),
                                        0);
                        if (!is_passed_over) {
                                next = account_next_day(&world.book, &account, &decision, &now);
                                is_over = !date_is_set(next) && !decision.waiting_channels &&
                                          decision.n_notices == 0;
                                if (decision.waiting_channels || decision.n_notices > 0)
                                        next = DATE_NONE;
                        }
                        world.today = date_add(world.today, 1);
                }
        }
        print_message("%zu of %d days passed over, %zu notices\n", n_passed_over,
                WORLDS * DAYS_AHEAD, n_notices);
        assert_true(n_passed_over > (size_t)WORLDS * DAYS_AHEAD / 4);
}

static void a_plan_that_breaks_goes_back_to_the_ladder_it_replaced(void **state)
{
        const Done done[] = { firm_done("reminder", ACTION_REMIND, "2026-03-05") },
                   late[] = { firm_done("late", ACTION_REMIND, "2026-05-02") };
        Instalment list[] = { firm_instalment(1, "F-1", "2026-03-02"),
                firm_instalment(1, "F-1", "2026-05-01"), firm_instalment(1, "F-1", "2026-06-01") };
        _cleanup_(arena_release) Arena keep = ARENA_INIT;
        Account account = firm_account(list, ELEMENTSOF(list));
        Heritage heritage;

        list[0].is_replaced = true;
        list[0].open = 0;
        list[0].policy = "standard";
        list[0].done = done;
        list[0].n_done = ELEMENTSOF(done);
        for (size_t i = 1; i < ELEMENTSOF(list); i++) {
                list[i].seq = (int)i + 1;
                list[i].plan = 7;
                list[i].policy = "plan";
        }
        list[1].fee = 1500;
        list[1].open = 2000;
        list[1].done = late;
        list[1].n_done = ELEMENTSOF(late);
        assert_false(account_find_heritage(&account, 8, &heritage));
        assert_true(account_find_heritage(&account, 7, &heritage));
        assert_int_equal(account_break_plan(&account, 7, &heritage, day("2026-05-04"), &keep), 0);
        assert_int_equal(list[1].open, 500);
        assert_int_equal(list[1].amount, 118500);
        assert_int_equal(list[1].fee, 0);
        assert_int_equal(list[1].due.days, day("2026-05-01").days);
        assert_int_equal(list[1].n_done, 2);
        assert_string_equal(list[1].done[0].step, "reminder");
        assert_string_equal(list[1].done[1].step, "late");
        assert_int_equal(list[2].open, 120000);
        assert_int_equal(list[2].due.days, day("2026-05-04").days);
        assert_string_equal(list[2].policy, "standard");
        assert_true(list[1].is_plan_broken && list[2].is_plan_broken);
        assert_int_equal(list[0].n_done, 1);
}

/* The second plan replaced the parts of the first one, which had replaced the instalment. */
static void a_plan_after_a_plan_goes_back_to_the_parts_of_the_first(void **state)
{
        Instalment list[] = { firm_instalment(1, "F-1", "2026-03-02"),
                firm_instalment(1, "F-1", "2026-05-01"), firm_instalment(1, "F-1", "2026-06-01") };
        Account account = firm_account(list, ELEMENTSOF(list));
        Heritage heritage;

        list[0].is_replaced = list[1].is_replaced = true;
        list[0].policy = "first";
        list[1].plan = 7;
        list[1].policy = "second";
        list[2].plan = 9;
        assert_true(account_find_heritage(&account, 9, &heritage));
        assert_string_equal(heritage.policy, "second");
        assert_true(account_find_heritage(&account, 7, &heritage));
        assert_string_equal(heritage.policy, "first");
}

static void a_copy_leaves_the_account_as_it_was(void **state)
{
        _cleanup_(arena_release) Arena keep = ARENA_INIT;
        Instalment instalment = firm_instalment(1, "F-1", "2026-03-02");
        Account account = firm_account(&instalment, 1), copy;
        const SentLine line = { 0, "reminder", ACTION_REMIND, true, 300 };
        const Sent sent = { .contact = 5,
                .kind = NOTICE_CONTACT,
                .action = ACTION_REMIND,
                .on = day("2026-03-05"),
                .deadline = day("2026-03-13"),
                .offer_until = day("2026-03-10"),
                .lines = &line,
                .n_lines = 1 };

        assert_int_equal(account_copy(&account, &keep, &copy), 0);
        assert_int_equal(account_apply(&copy, &sent, &keep), 0);
        assert_int_equal(instalment.n_done, 0);
        assert_int_equal(copy.instalments[0].n_done, 1);
        assert_int_equal(copy.instalments[0].done[0].contact, 5);
        assert_int_equal(copy.instalments[0].done[0].deadline.days, day("2026-03-13").days);
        assert_int_equal(copy.instalments[0].offer_discount, 300);
        assert_int_equal(copy.last_pressed.days, day("2026-03-05").days);
        assert_false(date_is_set(account.last_contact));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_applied_is_what_the_books_of_a_world_say),
                cmocka_unit_test(no_day_that_is_passed_over_has_anything_to_say),
                cmocka_unit_test(a_plan_that_breaks_goes_back_to_the_ladder_it_replaced),
                cmocka_unit_test(a_plan_after_a_plan_goes_back_to_the_parts_of_the_first),
                cmocka_unit_test(a_copy_leaves_the_account_as_it_was),
        };
        const char *given = getenv("RELANCED_SEED");
        uint32_t random = 0;
        int64_t seed;

        (void)getrandom(&random, sizeof(random), 0);
        first_seed = random;
        if (given && parse_int64(given, 0, INT64_MAX, &seed) == 0)
                first_seed = (uint64_t)seed;
        print_message("RELANCED_SEED=%" PRIu64 "\n", first_seed);
        int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
        arena_release(&arena);
        return n_failed;
}
