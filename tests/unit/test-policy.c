/* SPDX-License-Identifier: MIT */
/* The rulebook's look-ups; R21's choice of a policy. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/policy.h"
#include "rulebook.h"

static void the_first_rule_that_matches_gives_the_policy(void **state)
{
        static const Amount large = { "EUR", 100000 };
        const Policy *standard = &firm_policies[0], *none = &firm_policies[1];
        const struct {
                AssignRule rule;
                bool matches;
        } cases[] = {
                { { KIND_BUSINESS, -1, NULL, NULL, NULL, none }, true },
                { { KIND_CONSUMER, -1, NULL, NULL, NULL, none }, false },
                { { -1, RELATION_GOODS, NULL, NULL, NULL, none }, true },
                { { -1, RELATION_SERVICE, NULL, NULL, NULL, none }, false },
                { { -1, -1, "vip", NULL, NULL, none }, true },
                { { -1, -1, "vi", NULL, NULL, none }, false },
                { { -1, -1, NULL, "EUR", NULL, none }, true },
                { { -1, -1, NULL, "USD", NULL, none }, false },
                { { -1, -1, NULL, NULL, &large, none }, true },
                { { KIND_BUSINESS, RELATION_SERVICE, "vip", "EUR", &large, none }, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                AssignRule rules[] = { cases[i].rule, { -1, -1, NULL, NULL, NULL, standard } };
                Rulebook book = firm_rulebook();
                Instalment instalment = firm_instalment(1, "F-1", "2026-03-02");
                Account account = firm_account(&instalment, 1);
                book.rules = rules;
                account.tags = "old,vip";
                const Policy *policy = rulebook_policy_of(&book, &account, &instalment);
                assert_ptr_equal(policy, cases[i].matches ? none : standard);
        }
}

static void an_amount_is_compared_as_the_number_that_is_written(void **state)
{
        static const struct {
                const char *currency;
                int64_t minor;
                bool matches;
        } cases[] = {
                { "EUR", 100000, true },
                { "EUR", 99999, false },
                { "JPY", 1000, true },
                { "JPY", 999, false },
                { "KWD", 1000000, true },
                { "KWD", 999999, false },
                { "JPY", INT64_MAX, true },
        };
        static const Amount thousand = { "EUR", 100000 };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                AssignRule rules[] = {
                        { -1, -1, NULL, NULL, &thousand, &firm_policies[1] },
                        { -1, -1, NULL, NULL, NULL, &firm_policies[0] },
                };
                Rulebook book = firm_rulebook();
                Instalment instalment = firm_instalment(1, "F-1", "2026-03-02");
                Account account = firm_account(&instalment, 1);
                book.rules = rules;
                instalment.amount = cases[i].minor;
                memcpy(account.currency, cases[i].currency, CURRENCY_SIZE);
                assert_ptr_equal(rulebook_policy_of(&book, &account, &instalment),
                        &firm_policies[cases[i].matches ? 1 : 0]);
        }
}

static void names_and_amounts_are_found_or_not(void **state)
{
        static const Amount list[] = { { "EUR", 100 }, { "USD", 200 } };
        const Amounts amounts = { list, ELEMENTSOF(list) };
        Rulebook book = firm_rulebook();

        assert_int_equal(amounts_get(&amounts, "USD"), 200);
        assert_int_equal(amounts_get(&amounts, "GBP"), 0);
        assert_ptr_equal(rulebook_find_policy(&book, "none"), &firm_policies[1]);
        assert_null(rulebook_find_policy(&book, "non"));
        assert_int_equal(policy_find_step(&firm_policies[0], "deadline"), 3);
        assert_int_equal(policy_find_step(&firm_policies[0], "Deadline"), -1);
}

static void a_tag_is_a_whole_word_of_the_list(void **state)
{
        static const struct {
                const char *tags, *tag;
                bool has;
        } cases[] = {
                { "", "vip", false },
                { "vip", "vip", true },
                { "old vip", "vip", true },
                { "old, vip;new", "vip", true },
                { "viper", "vip", false },
                { "a vip-b", "vip", false },
                { " , ", "", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Account account = firm_account(NULL, 0);
                account.tags = cases[i].tags;
                assert_int_equal(account_has_tag(&account, cases[i].tag), cases[i].has);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_first_rule_that_matches_gives_the_policy),
                cmocka_unit_test(an_amount_is_compared_as_the_number_that_is_written),
                cmocka_unit_test(names_and_amounts_are_found_or_not),
                cmocka_unit_test(a_tag_is_a_whole_word_of_the_list),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
