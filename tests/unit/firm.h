/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_FIRM_H
#define RELANCED_TESTS_FIRM_H

/* The firm of rulebook.h, in one place where a test changes what it likes, and asks decide() what
 * it says on a day. Needs cmocka.h before it. */

#include "core/decide.h"
#include "rulebook.h"

typedef struct Firm {
        Rulebook book;
        Policy policies[2];
        AssignRule rules[2];
        Channel channels[4];
        Step steps[8];
        Instalment instalments[4];
        Done done[4];
        Account account;
        Arena arena;
        Decision decision;
} Firm;

static inline void firm_init(Firm *firm, size_t n)
{
        static const char *const numbers[] = { "F-1", "F-2", "F-3", "F-4" };

        *firm = (Firm){ .book = firm_rulebook() };
        memcpy(firm->steps, standard_steps, sizeof(standard_steps));
        memcpy(firm->policies, firm_policies, sizeof(firm_policies));
        memcpy(firm->rules, firm_rules, sizeof(firm_rules));
        memcpy(firm->channels, firm_channels, sizeof(firm_channels));
        firm->policies[0].steps = firm->steps;
        firm->rules[0].policy = &firm->policies[1];
        firm->rules[1].policy = &firm->policies[0];
        firm->book.policies = firm->policies;
        firm->book.rules = firm->rules;
        firm->book.channels = firm->channels;
        for (size_t i = 0; i < n; i++)
                firm->instalments[i] = firm_instalment((int64_t)i + 1, numbers[i], "2026-03-02");
        firm->account = firm_account(firm->instalments, n);
}

static inline int firm_setup(void **state)
{
        static Firm firm;

        firm_init(&firm, 1);
        *state = &firm;
        return 0;
}

static inline int firm_teardown(void **state)
{
        arena_release(&((Firm *)*state)->arena);
        return 0;
}

static const Planned *ask(Firm *firm, const char *date, int minute, const Forced *forced)
{
        Now now = firm_now(date, minute);

        firm->account.customer_time.day = now.local.day;
        arena_reset(&firm->arena);
        assert_int_equal(
                decide(&firm->book, &firm->account, &now, forced, &firm->arena, &firm->decision),
                0);
        return firm->decision.n_notices > 0 ? &firm->decision.notices[0] : NULL;
}

static const Planned *decide_on(Firm *firm, const char *date)
{
        return ask(firm, date, 10 * 60, NULL);
}

static inline void assert_step(const Planned *planned, const char *step)
{
        assert_non_null(planned);
        assert_non_null(planned->step);
        assert_string_equal(planned->step->id, step);
}

static inline void assert_reason(const Firm *firm, size_t i, Verdict verdict, Reason reason)
{
        const Judgement *judgement = &firm->decision.judgements[i];

        assert_string_equal(reason_code(judgement->reason), reason_code(reason));
        assert_int_equal(judgement->verdict, verdict);
}

static inline void assert_date(Date date, const char *text)
{
        char written[DATE_TEXT_SIZE];

        assert_string_equal(date_format(date, written), text);
}

static inline void set_done(Firm *firm, size_t i, const Done *done, size_t n)
{
        memcpy(firm->done, done, n * sizeof(*done));
        firm->instalments[i].done = firm->done;
        firm->instalments[i].n_done = n;
}

/* The only notice of a decision, which is of that kind. */
static inline const Planned *assert_only(const Firm *firm, NoticeKind kind)
{
        assert_int_equal(firm->decision.n_notices, 1);
        assert_int_equal(firm->decision.notices[0].kind, kind);
        return &firm->decision.notices[0];
}

static inline void assert_task(const Firm *firm, size_t i, Reason reason, const char *kind)
{
        assert_reason(firm, i, VERDICT_TASK, reason);
        assert_string_equal(judgement_task(&firm->decision.judgements[i]), kind);
        assert_true(firm->decision.has_tasks);
}

static inline const Judgement *judged(const Firm *firm, size_t i)
{
        return &firm->decision.judgements[i];
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, firm_setup, firm_teardown)

#endif
