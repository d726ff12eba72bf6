/* SPDX-License-Identifier: MIT */
/* channels/whatsapp/mapping.c: the notation of the option templates, line by line. */

#include "channels/whatsapp/mapping.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* needs the four above */
#include <cmocka.h>

#include "base/parse.h"
#include "compose/context.h"

static void test_a_line_says_message_template_language_fields_and_document(void **state)
{
        static const struct {
                const char *line, *key, *language, *name, *code;
                size_t n_fields;
                const char *last_field;
                bool has_document;
        } cases[] = {
                { "remind = a(customer.name, numbers, total)", "remind", "", "a", "", 3, "total",
                        false },
                { "remind=a(total)", "remind", "", "a", "", 1, "total", false },
                { "  remind@en  =  a_2  [ en_GB ]  ( total , due )  with  document  ", "remind",
                        "en", "a_2", "en_GB", 2, "due", true },
                { "thanks = thank_you", "thanks", "", "thank_you", "", 0, NULL, false },
                { "thanks = thank_you()", "thanks", "", "thank_you", "", 0, NULL, false },
                { "thanks = thank_you ( )", "thanks", "", "thank_you", "", 0, NULL, false },
                { "thanks = thank_you[fr]", "thanks", "", "thank_you", "fr", 0, NULL, false },
                { "resend = again with document", "resend", "", "again", "", 0, NULL, true },
                { "my-own_1@pt-BR = x", "my-own_1", "pt-BR", "x", "", 0, NULL, false },
                { "\tremind\t=\ta\t", "remind", "", "a", "", 0, NULL, false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf problem = STRBUF_INIT;
                Mappings mappings;
                int r = mappings_parse(cases[i].line, "", &mappings, &problem);
                if (r < 0)
                        fail_msg("%s: %s", cases[i].line, strbuf_text(&problem));
                assert_int_equal(mappings.n, 1);
                const Mapping *mapping = &mappings.list[0];
                assert_string_equal(mapping->key, cases[i].key);
                assert_string_equal(mapping->language, cases[i].language);
                assert_string_equal(mapping->name, cases[i].name);
                assert_string_equal(mapping->code, cases[i].code);
                assert_int_equal(mapping->n_fields, cases[i].n_fields);
                if (cases[i].last_field)
                        assert_string_equal(
                                mapping->fields[mapping->n_fields - 1], cases[i].last_field);
                assert_int_equal(mapping->has_document, cases[i].has_document);
                mappings_release(&mappings);
                strbuf_release(&problem);
        }
}

static void test_a_slip_is_named_with_its_line(void **state)
{
        static const struct {
                const char *templates, *languages, *says[3];
        } cases[] = {
                { "remind", "", { "templates: line 1", "“remind”", "“=” is expected" } },
                { "\nremind = a\n\n= b", "", { "line 4", "“= b”", "begins with the message" } },
                { "remind =", "", { "template's name at Meta" } },
                { "remind = (total)", "", { "template's name at Meta" } },
                { "remind = Reminder(total)", "", { "small letters" } },
                { "remind = reminder-1(total)", "", { "with document" } },
                { "remind@ = a", "", { "language is expected after @" } },
                { "remind @en = a(total) [en]", "", { "with document" } },
                { "remind = a[]", "", { "code at Meta" } },
                { "remind = a[en-US]", "", { "] is expected" } },
                { "remind = a[abcdefghijklmnop]", "", { "code at Meta" } },
                { "remind = a[en", "", { "] is expected" } },
                { "remind = a(", "", { "field is expected" } },
                { "remind = a(,)", "", { "field is expected" } },
                { "remind = a(total", "", { "comma or ) is expected" } },
                { "remind = a(total due)", "", { "comma or ) is expected" } },
                { "remind = a(total))", "", { "with document" } },
                { "remind = a(total) with", "", { "with document" } },
                { "remind = a(total) with document now", "", { "with document" } },
                { "remind = a(total) document", "", { "with document" } },
                { "remind = a(totl)", "", { "no field totl", "did you mean total?" } },
                { "remind = a(invoices.number)", "", { "no field invoices.number" } },
                { "remind = a(is_courtesy)", "", { "no field is_courtesy" } },
                { "remind = a(xyzzy)", "", { "no field xyzzy" } },
                { "remind = a\nremind@en = a\nremind = b", "", { "line 3", "a line before" } },
                { "remind@en = a\nremind@en = b", "", { "line 2", "a line before" } },
                { "remind = a\x01", "", { "with document" } },
                { "", "en", { "languages: line 1", "“=” is expected" } },
                { "", "= en_US", { "begins with a language" } },
                { "", "en = ", { "code at Meta" } },
                { "", "en = en_US x", { "nothing may follow" } },
                { "", "en = en_US\nen = en_GB", { "line 2", "a line before" } },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf problem = STRBUF_INIT;
                Mappings mappings;
                int r = mappings_parse(cases[i].templates, cases[i].languages, &mappings, &problem);
                assert_int_equal(r, -EINVAL);
                for (size_t k = 0; k < ELEMENTSOF(cases[i].says) && cases[i].says[k]; k++)
                        if (!strstr(strbuf_text(&problem), cases[i].says[k]))
                                fail_msg("“%s%s”: %s", cases[i].templates, cases[i].languages,
                                        strbuf_text(&problem));
                mappings_release(&mappings);
                strbuf_release(&problem);
        }
}

static void test_a_template_has_at_most_32_fields(void **state)
{
        for (size_t n = MAPPING_FIELDS_MAX; n <= MAPPING_FIELDS_MAX + 1; n++) {
                StrBuf line = STRBUF_INIT, problem = STRBUF_INIT;
                Mappings mappings;
                strbuf_add(&line, "remind = a(total");
                for (size_t i = 1; i < n; i++)
                        strbuf_add(&line, ",total");
                strbuf_add(&line, ")");
                int r = mappings_parse(strbuf_text(&line), "", &mappings, &problem);
                assert_int_equal(r, n > MAPPING_FIELDS_MAX ? -EINVAL : 0);
                mappings_release(&mappings);
                strbuf_release(&line);
                strbuf_release(&problem);
        }
}

static void test_the_closest_line_serves_a_message(void **state)
{
        static const char templates[] = "remind@en = e[en_GB]\nremind = a\nremind@pt-BR = b\n"
                                        "remind@pt = p\nthanks@fr = t";
        static const char languages[] = "en = en_US\nde = de_DE\nde-AT = de_AT";
        static const struct {
                const char *key, *language, *name, *code;
        } cases[] = {
                { "remind", "fr", "a", "fr" },
                { "remind", "en", "e", "en_GB" },
                { "remind", "en-IE", "e", "en_GB" },
                { "remind", "english", "a", "english" },
                { "remind", "pt-BR", "b", "pt_BR" },
                { "remind", "pt-PT", "p", "pt_PT" },
                { "remind", "de", "a", "de_DE" },
                { "remind", "de-AT", "a", "de_AT" },
                { "remind", "de-CH", "a", "de_DE" },
                { "remind", "a-language-without-end", "a", "a_language_with" },
                { "thanks", "fr", "t", "fr" },
                { "thanks", "en", NULL, NULL },
                { "deadline", "fr", NULL, NULL },
                { "", "fr", NULL, NULL },
        };
        StrBuf problem = STRBUF_INIT;
        Mappings mappings;

        assert_int_equal(mappings_parse(templates, languages, &mappings, &problem), 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char buffer[MAPPING_CODE_SIZE];
                const Mapping *mapping = mappings_find(&mappings, cases[i].key, cases[i].language);
                if (!cases[i].name) {
                        assert_null(mapping);
                        continue;
                }
                assert_non_null(mapping);
                assert_string_equal(mapping->name, cases[i].name);
                assert_string_equal(mappings_code(&mappings, mapping, cases[i].language, buffer),
                        cases[i].code);
        }
        mappings_release(&mappings);
}

/* The module knows nothing of the daemon: its list is kept equal here. */
static void test_the_fields_are_the_single_texts_of_templates(void **state)
{
        size_t n_fields, n_variables, n_found = 0;
        const char *const *fields = mapping_fields(&n_fields);
        const Variable *variables = context_variables(&n_variables);

        for (size_t i = 0; i < n_variables; i++) {
                bool is_item = strncmp(variables[i].name, "invoices.", 9) == 0 ||
                               strncmp(variables[i].name, "attachments.", 12) == 0 ||
                               strncmp(variables[i].name, "history.", 8) == 0;
                int index;
                if (variables[i].type != VARIABLE_TEXT || is_item)
                        continue;
                n_found++;
                if (parse_name(variables[i].name, fields, n_fields, &index) < 0)
                        fail_msg("mapping.c does not know the field %s", variables[i].name);
        }
        assert_int_equal(n_found, n_fields);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_a_line_says_message_template_language_fields_and_document),
                cmocka_unit_test(test_a_slip_is_named_with_its_line),
                cmocka_unit_test(test_a_template_has_at_most_32_fields),
                cmocka_unit_test(test_the_closest_line_serves_a_message),
                cmocka_unit_test(test_the_fields_are_the_single_texts_of_templates),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
