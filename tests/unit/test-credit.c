/* SPDX-License-Identifier: MIT */
/* core/credit: R10, which instalment the credit on an account is given to. */

#include "core/credit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MOST 3

typedef enum How {
        PLAIN,
        DISPUTED,
        DISPUTED_BY_IMPORT,
        COLLECTED,
        UNDATED,
        CANCELLED,
        NOT_A_FILE
} How;

static void each_part_of_the_credit_is_given_once_and_to_the_oldest(void **state)
{
        static const struct {
                const char *what;
                int64_t credit;
                size_t n;
                int days[MOST];
                int64_t open[MOST];
                How how[MOST];
                int64_t given[MOST];
        } cases[] = {
                { "no credit", 0, 2, { 1, 2 }, { 100, 100 }, { PLAIN }, { 0, 0 } },
                { "the oldest has it", 50, 3, { 9, 1, 5 }, { 100, 100, 100 }, { PLAIN },
                        { 0, 50, 0 } },
                { "what is left goes on", 150, 3, { 9, 1, 5 }, { 100, 100, 100 }, { PLAIN },
                        { 0, 100, 50 } },
                { "never more than is open", 999, 2, { 1, 2 }, { 100, 70 }, { PLAIN },
                        { 100, 70 } },
                { "equal days go by number", 50, 2, { 1, 1 }, { 100, 100 }, { PLAIN }, { 50, 0 } },
                { "paid ones need none", 50, 2, { 1, 2 }, { 0, 100 }, { PLAIN }, { 0, 50 } },
                { "cancelled ones need none", 50, 2, { 1, 2 }, { 100, 100 }, { CANCELLED, PLAIN },
                        { 0, 50 } },
                { "disputed ones come last", 300, 2, { 1, 2 }, { 500, 100 }, { DISPUTED, PLAIN },
                        { 200, 100 } },
                { "whoever said so", 100, 2, { 1, 2 }, { 500, 100 }, { DISPUTED_BY_IMPORT, PLAIN },
                        { 0, 100 } },
                { "among them the oldest", 50, 2, { 2, 1 }, { 100, 100 }, { DISPUTED, DISPUTED },
                        { 0, 50 } },
                { "what is collected comes last", 50, 2, { 1, 2 }, { 100, 100 },
                        { COLLECTED, PLAIN }, { 0, 50 } },
                { "no file has all that files leave", 150, 3, { 1, 2, 3 }, { 100, 100, 100 },
                        { NOT_A_FILE, PLAIN, NOT_A_FILE }, { 50, 100, 50 } },
                { "no file takes nothing away", 50, 2, { 1, 2 }, { 100, 100 },
                        { NOT_A_FILE, PLAIN }, { 0, 50 } },
                { "what has no day comes last", 50, 2, { 0, 2 }, { 100, 100 }, { UNDATED, PLAIN },
                        { 0, 50 } },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                static const char *const numbers[MOST] = { "F-1", "F-2", "F-3" };
                Instalment list[MOST] = { 0 };
                const Account account = {
                        .instalments = list,
                        .n_instalments = cases[i].n,
                        .unassigned = cases[i].credit,
                };
                for (size_t k = 0; k < cases[i].n; k++) {
                        How how = cases[i].how[k];
                        list[k] = (Instalment){
                                .number = numbers[k],
                                .seq = 1,
                                .due = how == UNDATED ? DATE_NONE
                                                      : date_of(2026, 3, cases[i].days[k]),
                                .open = cases[i].open[k],
                                .is_handed_over = how != NOT_A_FILE,
                                .is_disputed = how == DISPUTED,
                                .status = how == CANCELLED            ? STATUS_CANCELLED
                                          : how == DISPUTED_BY_IMPORT ? STATUS_DISPUTED
                                                                      : STATUS_OPEN,
                                .method = how == COLLECTED ? METHOD_DIRECT_DEBIT : METHOD_TRANSFER,
                        };
                }
                for (size_t k = 0; k < cases[i].n; k++)
                        if (credit_of_instalment(&account, k) != cases[i].given[k])
                                fail_msg("%s: the %zuth has %lld", cases[i].what, k + 1,
                                        (long long)credit_of_instalment(&account, k));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_part_of_the_credit_is_given_once_and_to_the_oldest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
