/* SPDX-License-Identifier: MIT */
/* How many short messages a text takes; also against what four npm packages count, where they
 * agree. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/gsm.h"
#include "base/macros.h"
#include "base/parse.h"
#include "base/strbuf.h"

/* unit, repeated n times, behind and in front of something else */
static const struct {
        const char *before, *unit;
        size_t n;
        const char *after;
        bool is_unicode;
        size_t parts;
} cases[] = {
        { "", "", 0, "", false, 0 },
        { "", "a", 1, "", false, 1 },
        { "", "a", 160, "", false, 1 },
        { "", "a", 161, "", false, 2 },
        { "", "a", 306, "", false, 2 },
        { "", "a", 307, "", false, 3 },
        { "", "€", 80, "", false, 1 },
        { "", "€", 81, "", false, 2 },
        { "", "a", 158, "€", false, 1 },
        { "", "a", 159, "€", false, 2 },
        { "", "€", 76, "a€", false, 1 }, /* 76 × 2 + 1 + 2 = 155, in one */
        { "a", "€", 80, "", false, 2 },  /* 76 fit behind the a, 1 + 152 */
        { "", "€", 152, "", false, 2 },  /* 76 a part: the 153rd septet stays empty */
        { "", "€", 153, "", false, 3 },
        { "", "^{}\\[~]|\f", 1, "", false, 1 },
        { "@£$¥èéùìòÇ\nØø\rÅå", "ΔΦΓΛΩΠΨΣΘΞ_ÆæßÉ", 1, " !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà", false,
                1 },
        { "", "ê", 70, "", true, 1 },
        { "", "ê", 71, "", true, 2 },
        { "", "ê", 134, "", true, 2 },
        { "", "ê", 135, "", true, 3 },
        { "", "😀", 35, "", true, 1 },
        { "", "😀", 36, "", true, 2 },
        { "", "😀", 66, "", true, 2 }, /* 33 a part: not torn */
        { "", "😀", 67, "", true, 3 },
        { "", "`", 1, "", true, 1 },
        { "", "ç", 1, "", true, 1 },
        { "1", "\u00a0", 1, "234 EUR", true, 1 },
        { "1", "\u202f", 1, "234,50 €", true, 1 },
        { "", "\t", 1, "", true, 1 },
};

static void a_text_takes_as_many_parts_as_the_standard_says(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf text = STRBUF_INIT;
                strbuf_add(&text, cases[i].before);
                for (size_t n = 0; n < cases[i].n; n++)
                        strbuf_add(&text, cases[i].unit);
                strbuf_add(&text, cases[i].after);
                GsmSize size = gsm_size(strbuf_text(&text));
                if (size.parts != cases[i].parts || size.is_unicode != cases[i].is_unicode)
                        fail_msg("case %zu: %zu parts, %s", i, size.parts,
                                size.is_unicode ? "UCS-2" : "GSM");
                strbuf_release(&text);
        }
}

static const struct {
        const char *text;
        bool is_blank;
} blanks[] = {
        { "", true },
        { " \t\r\n", true },
        { "\u00a0\u2003\u3000", true },
        { "\u200b\ufeff\u2060\u00ad", true },
        { ".", false },
        { " é ", false },
        { "\u200b😀", false },
};

static void a_text_without_anything_to_read_is_blank(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(blanks); i++)
                if (gsm_is_blank(blanks[i].text) != blanks[i].is_blank)
                        fail_msg("case %zu", i);
}

/* id, encoding, segments, contested, packages_agree, text_json */
static size_t check_vector(char *line)
{
        char *fields[6] = { 0 };
        int segments;

        for (size_t i = 0; i < ELEMENTSOF(fields) && line; i++)
                fields[i] = strsep(&line, "\t");
        if (!fields[5] || parse_int(fields[2], 0, 100, &segments) < 0 || streq(fields[3], "1"))
                return 0;
        json_t *text = json_loads(fields[5], JSON_DECODE_ANY, NULL);
        assert_true(json_is_string(text));
        GsmSize size = gsm_size(json_string_value(text));
        if (size.parts != (size_t)segments || size.is_unicode != streq(fields[1], "UCS-2"))
                fail_msg("%s: %zu parts", fields[0], size.parts);
        json_decref(text);
        return 1;
}

static void others_count_the_same(void **state)
{
        StrBuf path = STRBUF_INIT;
        const char *shared = getenv("RELANCED_SHARED");
        char *line = NULL;
        size_t size = 0, n = 0;

        strbuf_addf(&path, "%s/data/sms/vectors.tsv", shared ? shared : "../shared");
        FILE *file = fopen(strbuf_text(&path), "re");
        strbuf_release(&path);
        if (!file) {
                print_message("../shared/data/sms/vectors.tsv is not there\n");
                skip();
        }
        for (ssize_t length; (length = getline(&line, &size, file)) > 0;) {
                line[length - (line[length - 1] == '\n')] = 0;
                n += check_vector(line);
        }
        free(line);
        (void)fclose(file);
        assert_true(n > 20);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_text_takes_as_many_parts_as_the_standard_says),
                cmocka_unit_test(a_text_without_anything_to_read_is_blank),
                cmocka_unit_test(others_count_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
