/* SPDX-License-Identifier: MIT */
/* core/epc: what a payment code says, and when there is none. */

#include "core/epc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FRENCH "FR7630006000011234567890189"
#define SWISS "CH9300762011623852957"
#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static EpcTransfer usual(void)
{
        static const char *const numbers[] = { "F-2026-001", "F-2026-002" };

        return (EpcTransfer){
                .name = "Atelier Dumont",
                .iban = FRENCH,
                .bic = "",
                .cents = 120050,
                .numbers = numbers,
                .n_numbers = 2,
        };
}

static void a_code_has_the_lines_of_the_guideline(void **state)
{
        EpcTransfer transfer = usual();
        char text[EPC_SIZE];

        assert_true(epc_write(&transfer, text));
        assert_string_equal(text, "BCD\n002\n1\nSCT\n\nAtelier Dumont\n" FRENCH
                                  "\nEUR1200.50\n\n\nF-2026-001, F-2026-002");
        transfer.bic = "AGRIFRPP";
        transfer.cents = 7;
        transfer.n_numbers = 1;
        assert_true(epc_write(&transfer, text));
        assert_string_equal(text,
                "BCD\n002\n1\nSCT\nAGRIFRPP\nAtelier Dumont\n" FRENCH "\nEUR0.07\n\n\nF-2026-001");
        transfer.n_numbers = 0;
        assert_true(epc_write(&transfer, text));
        assert_string_equal(
                text, "BCD\n002\n1\nSCT\nAGRIFRPP\nAtelier Dumont\n" FRENCH "\nEUR0.07");
}

static void there_is_a_code_only_where_a_sepa_transfer_can_be_ordered(void **state)
{
        static const struct {
                const char *iban, *bic;
                int64_t cents;
                bool is_there;
        } cases[] = {
                { FRENCH, "", 1, true },
                { FRENCH, "", 99999999999, true },
                { FRENCH, "", 100000000000, false },
                { FRENCH, "", 0, false },
                { FRENCH, "", -5, false },
                { "FR76 3000 6000 0112 3456 7890 189", "", 1, true },
                { "DE89370400440532013000", "", 1, true },
                { "SK3112000000198742637541", "", 1, true },
                { SWISS, "", 1, false }, /* outside the EEA the bank is asked for */
                { SWISS, "POFICHBEXXX", 1, true },
                { SWISS, "pofichbe", 1, false },
                { "RS35260005601001611379", "AIKBRS22", 1, true },
                { "TR330006100519786457841326", "TGBATRIS", 1, false },
                { "fr7630006000011234567890189", "", 1, false },
                { "FR76", "", 1, false },
                { "", "", 1, false },
                { FRENCH "0000000000", "", 1, false },
                { FRENCH "\nEUR9", "", 1, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                EpcTransfer transfer = usual();
                char text[EPC_SIZE];
                transfer.iban = cases[i].iban;
                transfer.bic = cases[i].bic;
                transfer.cents = cases[i].cents;
                if (epc_write(&transfer, text) != cases[i].is_there)
                        fail_msg("%s %s", cases[i].iban, cases[i].bic);
        }
}

static void a_value_cannot_leave_its_line(void **state)
{
        static const struct {
                const char *name, *shown;
        } cases[] = {
                { "Martin\nDE00\nEUR9.99", "Martin DE00 EUR9.99" },
                { "Martin\r\nDE00", "Martin DE00" },
                { "  Martin \t & Fils  ", "Martin & Fils" },
                { "Martin\xc2\x85"
                  "Fils",
                        "Martin Fils" }, /* C1 */
                { "Martin\xff"
                  "Fils\xc3",
                        "Martin Fils" }, /* not UTF-8 */
                { "Société Générale d’Été", "Société Générale d’Été" },
                { "日本 🧁", "日本 🧁" },
                { SEVENTY "x", SEVENTY },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                EpcTransfer transfer = usual();
                char text[EPC_SIZE], expected[EPC_SIZE];
                transfer.name = cases[i].name;
                transfer.numbers = &cases[i].name;
                transfer.n_numbers = i < ELEMENTSOF(cases) - 1;
                assert_true(epc_write(&transfer, text));
                snprintf(expected, sizeof(expected),
                        "BCD\n002\n1\nSCT\n\n%s\n" FRENCH "\nEUR1200.50%s%s", cases[i].shown,
                        transfer.n_numbers ? "\n\n\n" : "",
                        transfer.n_numbers ? cases[i].shown : "");
                assert_string_equal(text, expected);
        }
        EpcTransfer nobody = usual();
        char text[EPC_SIZE];
        nobody.name = " \n";
        assert_false(epc_write(&nobody, text));
}

static const char *last_line(const char *text)
{
        return strrchr(text, '\n') + 1;
}

static void numbers_are_never_cut(void **state)
{
        const char *many[20], *sixty[] = { TEN TEN TEN TEN TEN TEN, SEVENTY, "F-3" };
        EpcTransfer transfer = usual();
        char text[EPC_SIZE];

        for (size_t i = 0; i < ELEMENTSOF(many); i++)
                many[i] = TEN;
        transfer.numbers = many;
        transfer.n_numbers = ELEMENTSOF(many);
        assert_true(epc_write(&transfer, text));
        assert_int_equal(strlen(last_line(text)), 11 * 12 - 2 + 4);
        assert_string_equal(last_line(text) + 10 * 12, TEN " ...");
        transfer.numbers = sixty;
        transfer.n_numbers = 3;
        assert_true(epc_write(&transfer, text));
        assert_string_equal(last_line(text), TEN TEN TEN TEN TEN TEN ", " SEVENTY ", F-3");
        sixty[2] = "F-30000";
        assert_true(epc_write(&transfer, text));
        assert_string_equal(last_line(text), TEN TEN TEN TEN TEN TEN ", " SEVENTY " ...");
        sixty[0] = SEVENTY SEVENTY "x";
        assert_true(epc_write(&transfer, text));
        assert_string_equal(last_line(text), "EUR1200.50");
}

/* Cyrillic has two bytes a letter, emoji have four. */
static void a_code_is_never_larger_than_a_telephone_expects(void **state)
{
        static const char *const letters[] = { "x", "ж", "€", "🧁" };
        EpcTransfer transfer = usual();

        for (size_t i = 0; i < ELEMENTSOF(letters); i++) {
                size_t length = strlen(letters[i]);
                char name[280 * 4 + 1], text[EPC_SIZE];
                for (size_t n = 0; n < 280; n++)
                        memcpy(name + n * length, letters[i], length + 1);
                const char *const numbers[] = { name + 140 * length };
                transfer.name = name;
                transfer.bic = "POFICHBEXXX";
                transfer.iban = "MT84MALT011000012345MTLCAST001S";
                transfer.cents = 99999999999;
                transfer.numbers = numbers;
                transfer.n_numbers = 1;
                assert_true(epc_write(&transfer, text));
                assert_true(strlen(text) < EPC_SIZE);
        }
}

static void a_bic_has_eight_or_eleven_letters(void **state)
{
        assert_true(bic_is_valid("AGRIFRPP") && bic_is_valid("POFICHBEXXX"));
        assert_true(bic_is_valid("AIKBRS22"));
        assert_false(bic_is_valid("") || bic_is_valid("AGRIFRP") || bic_is_valid("AGRIFRPP1"));
        assert_false(bic_is_valid("agrifrpp") || bic_is_valid("AGR1FRPP"));
        assert_false(bic_is_valid("AGRIFRPPXXXX") || bic_is_valid("AGRI\nRPP"));
}

int main(void)
{
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_code_has_the_lines_of_the_guideline),
                cmocka_unit_test(there_is_a_code_only_where_a_sepa_transfer_can_be_ordered),
                cmocka_unit_test(a_value_cannot_leave_its_line),
                cmocka_unit_test(numbers_are_never_cut),
                cmocka_unit_test(a_code_is_never_larger_than_a_telephone_expects),
                cmocka_unit_test(a_bic_has_eight_or_eleven_letters),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
