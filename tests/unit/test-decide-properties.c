/* SPDX-License-Identifier: MIT */
/*
 * Random firms, accounts and lives of instalments (world.h, life.h), driven through decide() day by
 * day; what must hold of every decision is checked by a model that keeps its own books (model.h).
 * The seed is printed; with RELANCED_SEED=N the same worlds come again.
 */

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

#include <cmocka.h>

#include "base/parse.h"
#include "core/judge.h"
#include "world.h"

#define WORLDS 2300

static uint64_t first_seed;
static size_t n_decisions, n_contacts, n_occasions, n_waits;
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

static Now now_at(const World *world, Date day, int minute)
{
        return (Now){
                .instant = { ((int64_t)day.days * 1440 + minute - 60) * 60 * USEC_PER_SEC },
                .local = { day, minute, 60 },
                .guards = world->guards,
                .newest_payment = world->newest_payment,
        };
}

static void ask_now(const World *world, const Account *account, const Rulebook *book,
        const Now *now, Decision *ret_decision)
{
        int r = decide(book, account, now, NULL, &arena, ret_decision);

        n_decisions++;
        check(world, r == 0, "decide() failed with %d", r);
}

static void ask(const World *world, const Account *account, const Rulebook *book, Date day,
        int minute, Decision *ret_decision)
{
        Now now = now_at(world, day, minute);

        ask_now(world, account, book, &now, ret_decision);
}

static const Step *line_step(const World *world, const Decision *decision, const NoticeLine *line)
{
        const Judgement *judgement = &decision->judgements[line->instalment];

        check(world, line->step < (int)judgement->policy->n_steps, "a step beyond the ladder");
        return &judgement->policy->steps[line->step];
}

#include "life.h"
#include "model.h"

/* The instalment as the only one of its account, which everything may reach at any hour: what then
 * happens on a day depends on nothing but the rules about days. Nothing that holds it is lifted. */
static Judgement judge_alone(const World *world, size_t i, Date day)
{
        Account account = world->account;
        Rulebook book = world->book;
        Channel channels[CHANNELS];
        Instalment instalment = world->instalments[i];
        Now now = now_at(world, day, NOON);
        Decision decision;

        now.guards = 0;
        now.newest_payment = day;
        instalment.open = instalment.amount = 1000000;
        account.instalments = &instalment;
        account.n_instalments = 1;
        account.unassigned = 0;
        account.refused_channels = 0;
        account.whatsapp_opt_in = world->today;
        account.has_contact_in_flight = false;
        account.customer_time = now.local;
        for (AddressColumn column = ADDRESS_EMAIL; column < ADDRESS_COLUMNS_MAX; column++)
                account.addresses[column] = "somewhere";
        memcpy(channels, world->channels, sizeof(channels));
        channels[1].window = NULL;
        book.channels = channels;
        book.sending = (Window){ WINDOW_ALL_DAYS, 0, 1440, calendar_find("none") };
        ask_now(world, &account, &book, &now, &decision);
        return decision.judgements[0];
}

/* Whether time alone will bring its step: not what waits for its group, a sum or an hour. */
static bool is_dated(const World *world, const Judgement *judgement, size_t i)
{
        Reason reason = judgement->reason;
        const Step *step;

        if ((judgement->verdict != VERDICT_WAIT && judgement->verdict != VERDICT_HELD) ||
                !date_is_set(judgement->not_before) || reason == REASON_OUTSIDE_WINDOW ||
                reason == REASON_CONTACT_IN_FLIGHT)
                return false;
        if ((reason == REASON_CONTACT_GAP || reason == REASON_CONTACT_TODAY) &&
                world->account.n_instalments > 1)
                return false;
        step = &judgement->policy->steps[judgement->next];
        /* A contact of today makes it too late; that is known when its day has come (R7). */
        return step->trigger != TRIGGER_BEFORE_DUE ||
               date_compare(judgement->not_before, world->instalments[i].due) <= 0;
}

static bool is_taken(const Judgement *judgement, const Judgement *foretold)
{
        return judgement->next == foretold->next &&
               (judgement->verdict == VERDICT_DUE ||
                       (judgement->verdict == VERDICT_TASK &&
                               (judgement->reason == REASON_NEEDS_CALL ||
                                       judgement->reason == REASON_NEEDS_PERSON ||
                                       judgement->reason == REASON_NEEDS_APPROVAL ||
                                       judgement->reason == REASON_NO_RECIPIENT)));
}

/* The day that is foretold is exact: nothing on a day before, the step on the day. */
static void check_wait(World *world, const Judgement *judgement, size_t i)
{
        Date day = judgement->not_before, between = date_add(world->today, 1);

        if (!is_dated(world, judgement, i))
                return;
        n_waits++;
        check(world, date_compare(day, world->today) > 0, "waits for a day that is past");
        check(world, date_compare(day, judgement->earliest) >= 0, "before the earliest");
        Judgement then = judge_alone(world, i, day);
        check(world, is_taken(&then, judgement), "not on its day: %s, %s, now %d, then %d",
                reason_code(judgement->reason), reason_code(then.reason), judgement->next,
                then.next);
        if (date_compare(between, day) >= 0)
                return;
        Judgement before = judge_alone(world, i, date_add(day, -1));
        /* Approval may be asked for while R7 keeps the days. */
        check(world,
                !is_taken(&before, judgement) ||
                        (before.reason == REASON_NEEDS_APPROVAL &&
                                date_compare(day, judgement->earliest) > 0),
                "the day before: %s", reason_code(judgement->reason));
        between = date_add(between, date_difference(day, between) / 2);
        before = judge_alone(world, i, between);
        check(world, before.verdict != VERDICT_DUE, "due in between: %s",
                reason_code(judgement->reason));
}

/* Where a judgement names a step, it is the model's, on the model's day. */
static void check_judgement(const World *world, const Judgement *judgement, size_t i)
{
        const Instalment *instalment = &world->instalments[i];
        Date day;

        if (judgement->next < 0)
                return;
        int next = model_place(world, judgement->policy, instalment, &day);
        check(world, judgement->next == next, "step %d, the model's is %d", judgement->next, next);
        check(world, judgement->earliest.days == day.days, "another day than R2's");
        if (judgement->verdict != VERDICT_DUE)
                return;
        check_step(world, judgement, i, judgement->next);
        check_place(world, judgement, i, judgement->next);
        check(world, world->guards == 0, "due while a guard stands");
}

/* judge_reasons() begins with what decides, says nothing twice, and nothing where nothing holds. */
static void check_reasons(const World *world, size_t i)
{
        Reason reasons[REASON_MAX];
        bool was_told[REASON_MAX] = { false };
        Judgement judgement, last;
        Now now = now_at(world, world->today, NOON);
        const Instalment *instalment = &world->instalments[i];

        judge_instalment(&world->book, &world->account, instalment, &now, NULL, &judgement);
        size_t n = judge_reasons(&world->book, &world->account, instalment, &now, reasons, &last);
        check(world, (n == 0) == (judgement.verdict == VERDICT_DUE), "%zu reasons", n);
        check(world, n == 0 || reasons[0] == judgement.reason, "another reason is first");
        for (size_t k = 0; k < n; k++) {
                check(world, !was_told[reasons[k]], "%s twice", reason_code(reasons[k]));
                was_told[reasons[k]] = true;
        }
}

/* A person who sends by hand is held by all but R1–R3, R7 and R25. */
static void check_forced(World *world, int minute)
{
        const Account *account = &world->account;
        const Instalment *instalment =
                &world->instalments[below(world, (int)account->n_instalments)];
        Forced forced = { .invoice = instalment->invoice, .seq = instalment->seq };
        Now now = now_at(world, world->today, minute);
        Decision decision;

        int r = decide(&world->book, account, &now, &forced, &arena, &decision);
        check(world, r == 0, "decide() failed with %d", r);
        check(world, decision.n_notices <= 1, "%zu notices by hand", decision.n_notices);
        for (size_t n = 0; n < decision.n_notices; n++) {
                check_notice(world, &decision, &decision.notices[n], minute);
                for (size_t k = 0; k < decision.notices[n].n_lines; k++)
                        check(world,
                                decision.notices[n].lines[k].step < 0 ||
                                        &world->instalments
                                                        [decision.notices[n].lines[k].instalment] ==
                                                instalment,
                                "the step of another");
        }
}

/* One wake */

/* What a wake records first (R13, R15). */
static void record_broken(World *world)
{
        for (size_t i = 0; i < world->account.n_instalments; i++) {
                Instalment *instalment = &world->instalments[i];
                if (promise_is_broken(&world->book, &world->account, instalment, world->today))
                        check(world,
                                is_past(instalment->promised_until, world->today) &&
                                        instalment->open > instalment->promised_rest,
                                "not broken");
                if (instalment->plan == 0 || instalment->is_plan_broken ||
                        !plan_is_broken(
                                &world->book, &world->account, instalment->plan, world->today))
                        continue;
                break_plan(world, instalment->plan);
        }
}

static void wake(World *world, int minute)
{
        Decision decision, again;

        arena_reset(&arena);
        pending_ends(world);
        record_broken(world);
        world->account.customer_time = (LocalTime){ .day = world->today, .minute = minute };
        ask(world, &world->account, &world->book, world->today, minute, &decision);
        ask(world, &world->account, &world->book, world->today, minute, &again);
        check_same(world, &decision, &again);
        check_due(world, &decision);
        for (size_t n = 0; n < decision.n_notices; n++) {
                check_notice(world, &decision, &decision.notices[n], minute);
                if (decision.notices[n].kind == NOTICE_CONTACT)
                        check_contact_day(world, &decision.notices[n]);
        }
        for (size_t i = 0; i < world->account.n_instalments; i++) {
                check_judgement(world, &decision.judgements[i], i);
                check_wait(world, &decision.judgements[i], i);
        }
        for (size_t n = 0; n < decision.n_notices; n++)
                take_notice(world, &decision, &decision.notices[n]);
}

/* Draws for a day do not depend on how often the daemon woke before. */
static void begin_day(World *world, int n)
{
        world->random = world->seed ^ (uint64_t)(n + 1) * UINT64_C(0xD1B54A32D192ED03);
        while (chance(world, 15))
                something_happens(world);
        world->today = date_add(world->today, 1);
}

static void no_decision_breaks_a_rule(void **state)
{
        size_t n_days = 0;

        for (int number = 0; number < WORLDS; number++) {
                World world;
                make_world(&world, first_seed, number);
                for (int n = 0; n < DAYS; n++, n_days++) {
                        begin_day(&world, n);
                        for (int wakes = below(&world, 5); wakes > 0; wakes--) {
                                int minute = below(&world, chance(&world, 30) ? 1440 : 20 * 60);
                                wake(&world, minute);
                                if (chance(&world, 20))
                                        check_forced(&world, minute);
                                if (chance(&world, 20))
                                        check_reasons(&world, 0);
                                for (int k = world.pending.is_set ? 4 : 1;
                                        k > 0 && chance(&world, 20); k--)
                                        something_happens(&world);
                        }
                }
        }
        print_message("%zu days of accounts, %zu decisions, %zu contacts, %zu occasions, %zu days "
                      "foretold\n",
                n_days, n_decisions, n_contacts, n_occasions, n_waits);
        assert_true(n_days >= 200000);
        assert_true(n_contacts >= 1000); /* else the worlds say nothing */
        assert_true(n_occasions >= 500);
        assert_true(n_waits >= 10000);
}

static void waking_often_gives_what_waking_once_gives(void **state)
{
        for (int number = 0; number < 200; number++) {
                World once, often;
                make_world(&once, first_seed, number);
                make_world(&often, first_seed, number);
                once.always_sends = often.always_sends = true;
                for (int n = 0; n < DAYS; n++) {
                        begin_day(&once, n);
                        wake(&once, NOON);
                        begin_day(&often, n);
                        for (int hour = 0; hour < 24; hour++)
                                wake(&often, hour * 60);
                        check(&often, once.trace == often.trace,
                                "%zu steps by waking once, %zu by waking often", once.n_completed,
                                often.n_completed);
                }
        }
}

/* R1–R4: with nobody interfering every ladder is climbed to its end or to a person's step. */
static void a_ladder_that_nothing_holds_is_climbed_to_its_end(void **state)
{
        for (int number = 0; number < 200; number++) {
                World world;
                Decision decision;
                make_world(&world, first_seed, number);
                world.always_sends = true;
                world.book.sending.days |= 0x1F;
                for (int n = 0; n < 400; n++, world.today = date_add(world.today, 1))
                        wake(&world, NOON);
                ask(&world, &world.account, &world.book, world.today, NOON, &decision);
                for (size_t i = 0; i < world.account.n_instalments; i++) {
                        const Judgement *judgement = &decision.judgements[i];
                        Reason reason = judgement->reason;
                        bool may_wait = reason == REASON_NO_DEADLINE ||
                                        reason == REASON_MIN_TOTAL || reason == REASON_COVERED;
                        check(&world, judgement->verdict != VERDICT_DUE, "due and not sent");
                        check(&world, judgement->verdict != VERDICT_WAIT || may_wait,
                                "instalment %zu still waits: %s", i, reason_code(reason));
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_decision_breaks_a_rule),
                cmocka_unit_test(waking_often_gives_what_waking_once_gives),
                cmocka_unit_test(a_ladder_that_nothing_holds_is_climbed_to_its_end),
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
