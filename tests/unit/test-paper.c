/* SPDX-License-Identifier: MIT */
/* paper/: the JSON that is refused with its place, cleaned texts, words, tables, the update of a
 * PDF. What the papers look like is for tests/integration/test_paper.py. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "paper/annex.h"
#include "paper/bundle.h"
#include "paper/clean.h"
#include "paper/dossier.h"
#include "paper/sheet.h"
#include "paper/table.h"
#include "paper/unbundle.h"
#include "paper/words.h"

#define INVOICE                                                                                    \
        "{\"number\":\"F-1\",\"issued\":\"2026-01-01\",\"due\":null,\"amount\":\"10.00\","         \
        "\"paid\":\"0.00\",\"open\":\"10.00\",\"instalments\":[{\"instalment\":1,"                 \
        "\"due\":\"2026-01-31\",\"amount\":\"10.00\",\"open\":\"10.00\",\"days_late\":3}]}"
#define DOSSIER                                                                                    \
        "{\"format\":\"relanced-dossier-1\",\"purpose\":\"agency\","                               \
        "\"made\":\"2026-02-03T09:00:00+01:00\",\"as_of\":\"2026-02-03\",\"language\":\"fr\","     \
        "\"creditor\":{\"name\":\"Atelier\",\"address\":[\"1 rue\",\"\",\"69003 Lyon\"]},"         \
        "\"customer\":{\"id\":\"C-1\",\"name\":\"Martin\"},\"currency\":\"EUR\","                  \
        "\"claim\":{\"principal\":\"10.00\",\"credit\":\"1.00\",\"interest\":\"0.50\","            \
        "\"fixed\":\"40.00\",\"charges\":\"40.50\",\"total\":\"49.50\"},"                          \
        "\"invoices\":[" INVOICE "," INVOICE "]}"

/* The dossier with the first or the last of what is old made new. */
static char *changed(const char *old, const char *new)
{
        StrBuf text = STRBUF_INIT;
        const char *found = strstr(DOSSIER, old);
        char *result;

        assert_non_null(found);
        strbuf_add_bytes(&text, DOSSIER, (size_t)(found - DOSSIER));
        strbuf_add(&text, new);
        strbuf_add(&text, found + strlen(old));
        assert_int_equal(strbuf_take(&text, &result), 0);
        return result;
}

static void a_dossier_is_read_member_by_member(void **state)
{
        Arena arena = ARENA_INIT;
        Dossier dossier;
        const char *problem = NULL;

        assert_int_equal(dossier_parse(DOSSIER, strlen(DOSSIER), &arena, &dossier, &problem), 0);
        assert_string_equal(dossier.customer.name, "Martin");
        assert_int_equal(dossier.creditor.address.n, 2);
        assert_string_equal(dossier.creditor.address.list[1], "69003 Lyon");
        assert_int_equal(dossier.made.minute, 540);
        assert_int_equal(dossier.made.offset_minutes, 60);
        assert_int_equal(dossier.claim.total, 4950);
        assert_int_equal(dossier.n_invoices, 2);
        assert_false(date_is_set(dossier.invoices[1].due));
        assert_int_equal(dossier.invoices[1].instalments[0].days_late, 3);
        assert_null(dossier.invoices[0].document);
        assert_null(dossier.recipient);
        arena_release(&arena);
}

static void what_is_not_as_promised_is_refused_with_its_place(void **state)
{
        static const struct {
                const char *old, *new, *problem;
        } cases[] = {
                { "\"as_of\":\"2026-02-03\"", "\"as_of\":\"2026-02-30\"",
                        "as_of: is not a day (YYYY-MM-DD)" },
                { "\"as_of\":\"2026-02-03\",", "", "as_of: is missing" },
                { "\"customer\":{\"id\":\"C-1\",\"name\":\"Martin\"}", "\"customer\":null",
                        "customer: is missing" },
                { "\"name\":\"Martin\"", "\"name\":\"\\u0007 \"", "customer.name: is empty" },
                { "\"name\":\"Martin\"", "\"name\":[]", "customer.name: is not a text" },
                { "\"1 rue\"", "true", "creditor.address[0]: is not a text" },
                { "\"address\":[\"1 rue\",\"\",\"69003 Lyon\"]", "\"address\":\"1 rue\"",
                        "creditor.address: is not a list of texts" },
                { "\"currency\":\"EUR\"", "\"currency\":\"XXX\"",
                        "currency: is not a currency of ISO 4217" },
                { "\"amount\":\"10.00\"", "\"amount\":10",
                        "invoices[0].amount: is not an amount in the currency, as \"1200.00\"" },
                { "\"amount\":\"10.00\"", "\"amount\":\"10.001\"",
                        "invoices[0].amount: is not an amount in the currency, as \"1200.00\"" },
                { "\"days_late\":3", "\"days_late\":\"3\"",
                        "invoices[0].instalments[0].days_late: is not an integer" },
                { "\"instalments\":[{", "\"instalments\":[3,{",
                        "invoices[0].instalments[0]: is not an object" },
                { "\"due\":null", "\"document\":{\"name\":\"../x\",\"sha256\":\"\"}",
                        "invoices[0].document.name: is not a plain file name" },
                { "\"due\":null", "\"document\":{\"name\":\"x.pdf\",\"sha256\":\"AB\"}",
                        "invoices[0].document.sha256: is not a SHA-256 in 64 hexadecimal digits" },
                { "2026-02-03T09:00:00+01:00", "2026-02-03", "made: is not an instant (RFC 3339)" },
                { "relanced-dossier-1", "relanced-dossier-2",
                        "format: is not \"relanced-dossier-1\"" },
                { "\"agency\"", "\"friend\"",
                        "purpose: is none of agency, court, statement, letter" },
                { "\"charges\":\"40.50\"", "\"charges\":\"40.51\"",
                        "claim.charges: is not interest + fixed" },
                { "\"total\":\"49.50\"", "\"total\":\"50.50\"",
                        "claim.total: is not principal - credit + charges" },
                { "\"language\":\"fr\"", "\"language\":\"fr\",\"language\":\"en\"",
                        "no JSON: line 1, column 142" },
                { "\"Martin\"", "\"Mar\\u0000tin\"", "no JSON: line 1, column 248" },
                { "{\"format\"", "[{\"format\"", "no JSON: line 1, column 801" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Arena arena = ARENA_INIT;
                Dossier dossier;
                const char *problem = "";
                char *text = changed(cases[i].old, cases[i].new);
                int r = dossier_parse(text, strlen(text), &arena, &dossier, &problem);
                /* Where exactly JSON ends is the parser's to say. */
                size_t length = strncmp(cases[i].problem, "no JSON", 7) == 0
                                        ? 7
                                        : strlen(cases[i].problem) + 1;
                if (r != -EINVAL || strncmp(problem, cases[i].problem, length) != 0)
                        fail_msg("%s: %d, \"%s\"", cases[i].problem, r, problem);
                free(text);
                arena_release(&arena);
        }
}

static void one_name_stands_for_one_document(void **state)
{
#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B32 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define WITH(digest)                                                                               \
        "{\"number\":\"F\",\"amount\":\"1.00\",\"paid\":\"0.00\",\"open\":\"1.00\","               \
        "\"document\":{\"name\":\"f.pdf\",\"sha256\":\"" digest "\"}}"
        static const struct {
                const char *invoices;
                int result;
        } cases[] = {
                { "\"invoices\":[" WITH(A32 A32) "," WITH(A32 A32) ",", 0 },
                { "\"invoices\":[" WITH(A32 A32) "," WITH(A32 B32) ",", -EINVAL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Arena arena = ARENA_INIT;
                Dossier dossier;
                const char *problem;
                char *text = changed("\"invoices\":[", cases[i].invoices);
                assert_int_equal(dossier_parse(text, strlen(text), &arena, &dossier, &problem),
                        cases[i].result);
                free(text);
                arena_release(&arena);
        }
}

static void what_strangers_wrote_stays_in_its_place(void **state)
{
        static const struct {
                const char *text, *line, *prose;
        } cases[] = {
                { "Martin", "Martin", "Martin" },
                { " a\r\n\tb \n", "a b", " a\n b" },
                { "a\x1B[31mb\x7F", "a [31mb", "a[31mb" },
                { "a\u2028b", "a b", "a\nb" },
                { "a\u202Eb\u2066c\u200F", "abc", "abc" },
                { "שלום 1", "\u2068שלום 1\u2069", "שלום 1" },
                { "\u202Eمحمد", "\u2068محمد\u2069", "محمد" },
                { "😀", "😀", "😀" },
                { "\n\n", "", "" },
        };
        Arena arena = ARENA_INIT;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_string_equal(clean_line(cases[i].text, &arena), cases[i].line);
                assert_string_equal(clean_prose(cases[i].text, &arena), cases[i].prose);
        }
        char longest[402];
        memset(longest, 'W', sizeof(longest));
        longest[401] = 0;
        const char *clean = clean_line(longest, &arena);
        assert_int_equal(strlen(clean), 401 + 6);
        assert_memory_equal(clean + 200, "\u200BW", 4);
        assert_memory_equal(clean + 403, "\u200BW", 4);
        arena_release(&arena);
}

/* The keys of English, one after the other, as words-en.c has them. */
static void every_language_has_every_word_with_the_same_places(void **state)
{
        static const char *const places[] = { "{1}", "{2}", "{3}", "{4}" };
        const char *key;

        for (size_t i = 0; (key = word_key(i)); i++)
                for (Language language = 0; language < LANGUAGES; language++) {
                        const char *text = word_find(language, key);
                        if (is_empty(text))
                                fail_msg("%s has no %s", language_codes[language], key);
                        for (size_t k = 0; k < ELEMENTSOF(places); k++)
                                if (!strstr(text, places[k]) !=
                                        !strstr(word_find(LANGUAGE_EN, key), places[k]))
                                        fail_msg("%s: %s and %s", language_codes[language], key,
                                                places[k]);
                }
}

static void no_word_is_harsh(void **state)
{
        static const struct {
                Language language;
                const char *word;
        } words[] = {
                { LANGUAGE_FR, "dette" },
                { LANGUAGE_FR, "débiteur" },
                { LANGUAGE_FR, "poursuite" },
                { LANGUAGE_EN, "debt" },
                { LANGUAGE_EN, "failure" },
                { LANGUAGE_DE, "Schuldner" },
                { LANGUAGE_ES, "deuda" },
                { LANGUAGE_ES, "moroso" },
                { LANGUAGE_IT, "debito" },
                { LANGUAGE_NL, "wanbetaler" },
        };
        const char *key;

        for (size_t i = 0; (key = word_key(i)); i++)
                for (size_t k = 0; k < ELEMENTSOF(words); k++)
                        if (strcasestr(word_find(words[k].language, key), words[k].word))
                                fail_msg("%s says %s", key, words[k].word);
}

static void words_are_filled_and_french_is_set(void **state)
{
        static const struct {
                Language language;
                const char *key;
                const char *values[2];
                const char *text;
        } cases[] = {
                { LANGUAGE_FR, "pair", { "IBAN", "FR76" }, "IBAN\u00A0: FR76" },
                { LANGUAGE_EN, "pair", { "IBAN", "FR76" }, "IBAN: FR76" },
                { LANGUAGE_EN, "page", { "1", "2" }, "Page 1 of 2" },
                { LANGUAGE_EN, "page", { "{2}", "%s" }, "Page {2} of %s" },
                { LANGUAGE_DE, "no.such-word", { "1", "2" }, "no.such-word" },
                { LANGUAGE_FR, "no ; such !", { "", "" }, "no\u202F; such\u202F!" },
                { LANGUAGE_FR, "« oui »", { "", "" }, "«\u202Foui\u202F»" },
        };
        Arena arena = ARENA_INIT;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(
                        word_fill(cases[i].language, cases[i].key, cases[i].values, 2, &arena),
                        cases[i].text);
        arena_release(&arena);
}

static void the_language_of_a_tag_is_one_that_is_there(void **state)
{
        static const struct {
                const char *tag;
                Language language;
        } cases[] = { { "fr", LANGUAGE_FR }, { "fr-BE", LANGUAGE_FR }, { "DE_at", LANGUAGE_DE },
                { "en-US", LANGUAGE_EN }, { "pt", LANGUAGE_EN }, { "frr", LANGUAGE_EN },
                { "", LANGUAGE_EN } };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(language_of(cases[i].tag), cases[i].language);
        assert_true(language_is_known("nl-BE"));
        assert_false(language_is_known("pt"));
}

static void a_text_of_pdf_is_hexadecimal(void **state)
{
        StrBuf text = STRBUF_INIT;

        clean_add_utf16(&text, "(é😀");
        assert_string_equal(strbuf_text(&text), "<FEFF002800E9D83DDE00>");
        strbuf_release(&text);
}

/* Twice a long table, a heading in between: pages, sections and bytes. */
static void draw_table(Sheet *sheet, void *owner)
{
        static const Column columns[] = { { "A", ALIGN_START, true }, { "B", ALIGN_END, false } };
        size_t *pages = owner;
        Table table = { .columns = columns, .n_columns = 2 };

        for (int i = 0; i < 200; i++)
                table_add(&table, sheet_arena(sheet), i % 3 ? ROW_MINOR : ROW_PLAIN,
                        (const char *[]){ i % 2 ? NULL : "left and long enough to break", "1" });
        assert_int_equal(table_draw(&table, sheet), 0);
        sheet_heading(sheet, 1, "the end");
        (void)sheet_section(sheet, 0, pages);
}

static void draw_nothing(Sheet *sheet, void *owner)
{
}

static const SheetLook look = { .title = "t",
        .author = "a",
        .subject = "s",
        .language = "en",
        .head_left = "l",
        .head_right = "r",
        .foot = "f",
        .page_of = "{1}/{2}",
        .made = { .instant = { 1770105600000000 } } };

static void sections_know_their_page_and_bytes_repeat(void **state)
{
        StrBuf first = STRBUF_INIT, second = STRBUF_INIT;
        size_t page = 0;

        assert_int_equal(sheet_make(&look, draw_table, &page, &first), 0);
        assert_true(page >= 3);
        assert_int_equal(sheet_make(&look, draw_table, &page, &second), 0);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.text, second.text, first.length);
        strbuf_release(&first);
        strbuf_release(&second);
}

static void an_annex_only_goes_with_a_pdf_that_it_understands(void **state)
{
        const Annex annex = { "fr", "t & <t>", "a", "s", "2026-02-03T09:00:00+01:00", NULL, 0 };
        static const char *const bad[] = { "", "no PDF",
                "trailer\n<< /Size 9\n /Root 8 0 R\n"
                "/Info 7 0 R\n>>\nstartxref\n999\n%%EOF",
                "xref\n0 2\ntrailer\n<< /Size 2\n /Root 1 0 R\n/Info 1 0 R\n>>\nstartxref\n0\n" };
        StrBuf pdf = STRBUF_INIT;

        assert_int_equal(sheet_make(&look, draw_nothing, NULL, &pdf), 0);
        assert_int_equal(annex_append(&pdf, &annex), 0);
        assert_non_null(memmem(pdf.text, pdf.length, "t &amp; &lt;t&gt;", 17));
        strbuf_release(&pdf);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                strbuf_add(&pdf, bad[i]);
                assert_int_equal(annex_append(&pdf, &annex), -EBADMSG);
                assert_string_equal(strbuf_text(&pdf), bad[i]);
                strbuf_release(&pdf);
        }
}

static void a_bundle_ends_with_its_manifest(void **state)
{
        StrBuf zip = STRBUF_INIT;
        Bundle *bundle = NULL;

        assert_int_equal(bundle_new((Instant){ 1770105600000000 }, &zip, &bundle), 0);
        assert_int_equal(bundle_add(bundle, "a.txt", "abc", 3), 0);
        assert_int_equal(bundle_finish(bundle), 0);
        bundle_free(bundle);
        assert_non_null(memmem(zip.text, zip.length, "MANIFEST", 8));
        assert_memory_equal(zip.text, "PK\x03\x04", 4);
        strbuf_release(&zip);
}

static void a_sealed_archive_is_so_until_any_byte_of_it_is_another(void **state)
{
        StrBuf zip = STRBUF_INIT;
        Bundle *bundle = NULL;
        int fd = memfd_create("zip", MFD_CLOEXEC);

        assert_true(fd >= 0);
        assert_int_equal(bundle_check_seal(fd), -EBADMSG);
        assert_int_equal(bundle_new((Instant){ 0 }, &zip, &bundle), 0);
        assert_int_equal(bundle_add(bundle, "a.txt", "abc", 3), 0);
        assert_int_equal(bundle_finish(bundle), 0);
        bundle_free(bundle);
        assert_int_equal(pwrite(fd, zip.text, zip.length, 0), zip.length);
        assert_int_equal(bundle_check_seal(fd), 1);
        for (size_t i = 0; i < zip.length; i++) {
                const char other = (char)(zip.text[i] ^ (1 << i % 8));
                assert_int_equal(pwrite(fd, &other, 1, (off_t)i), 1);
                assert_int_equal(bundle_check_seal(fd), -EBADMSG);
                assert_int_equal(pwrite(fd, &zip.text[i], 1, (off_t)i), 1);
        }
        assert_int_equal(bundle_check_seal(fd), 1);
        assert_int_equal(pwrite(fd, "x", 1, (off_t)zip.length), 1);
        assert_int_equal(bundle_check_seal(fd), -EBADMSG);
        (void)close(fd);
        strbuf_release(&zip);
}

static void an_archive_that_grows_too_large_is_told(void **state)
{
        StrBuf zip = { .limit = 16 };
        Bundle *bundle = NULL;

        assert_int_equal(bundle_new((Instant){ 0 }, &zip, &bundle), 0);
        (void)bundle_add(bundle, "a.txt", "abc", 3);
        assert_int_equal(bundle_finish(bundle), -E2BIG);
        bundle_free(bundle);
        strbuf_release(&zip);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_dossier_is_read_member_by_member),
                cmocka_unit_test(what_is_not_as_promised_is_refused_with_its_place),
                cmocka_unit_test(one_name_stands_for_one_document),
                cmocka_unit_test(what_strangers_wrote_stays_in_its_place),
                cmocka_unit_test(every_language_has_every_word_with_the_same_places),
                cmocka_unit_test(no_word_is_harsh),
                cmocka_unit_test(words_are_filled_and_french_is_set),
                cmocka_unit_test(the_language_of_a_tag_is_one_that_is_there),
                cmocka_unit_test(a_text_of_pdf_is_hexadecimal),
                cmocka_unit_test(sections_know_their_page_and_bytes_repeat),
                cmocka_unit_test(an_annex_only_goes_with_a_pdf_that_it_understands),
                cmocka_unit_test(a_bundle_ends_with_its_manifest),
                cmocka_unit_test(a_sealed_archive_is_so_until_any_byte_of_it_is_another),
                cmocka_unit_test(an_archive_that_grows_too_large_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
