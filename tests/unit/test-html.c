/* SPDX-License-Identifier: MIT */
/* html.c, typography.c, and what library.c and compose.c make of them: an e-mail's page says what
 * its text says, nothing from outside is markup, and the user's own words are never passed over. */

#include "compose/composer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* needs the three above */
#include <cmocka.h>

#include "compose/typography.h"
#include "occasion.h"
#include "own-templates.h"

static const char *const languages[] = { "fr", "en", "de", "es", "it", "nl" };

typedef struct Fixture {
        Arena arena;
        Own own;
        Scene scene;
        Message message;
        const char *problem;
} Fixture;

static int fixture_set_up(void **state)
{
        static Fixture fixture;

        fixture = (Fixture){ .arena = ARENA_INIT };
        own_make(&fixture.own);
        scene_set(&fixture.scene, "fr", ACTION_REMIND);
        *state = &fixture;
        return 0;
}

static int fixture_tear_down(void **state)
{
        Fixture *fixture = *state;

        own_remove(&fixture->own);
        arena_release(&fixture->arena);
        return 0;
}

static const char *compose(Fixture *fixture)
{
        if (own_compose(&fixture->own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                    &fixture->message, &fixture->problem) < 0)
                fail_msg("%s", fixture->problem);
        return fixture->message.html;
}

static void assert_in(const char *part, const char *whole)
{
        if (!whole || !strstr(whole, part))
                fail_msg("\"%s\" is not in:\n%s", part, whole ? whole : "nothing");
}

static void assert_not_in(const char *part, const char *whole)
{
        if (whole && strstr(whole, part))
                fail_msg("\"%s\" is in:\n%s", part, whole);
}

/* With a frame that is nothing but the body. */
static const char *compose_body(Fixture *fixture, const char *email)
{
        own_write(&fixture->own, "partials/frame.html", "{{{body}}}");
        own_write(&fixture->own, "fr/remind/email.txt", email);
        return compose(fixture);
}

static void paragraphs_lists_and_markup_are_told_apart(void **state)
{
#define P "<p style=\"margin:0 0 16px\">"
#define UL "<ul style=\"margin:0 0 16px;padding:0 0 0 20px\">\n" LI
#define LI "<li style=\"margin:0 0 4px\">"
        static const struct {
                const char *text, *html;
        } cases[] = {
                { "", "" },
                { "a", P "a</p>\n" },
                { "a\nb\n\nc", P "a<br>\nb</p>\n" P "c</p>\n" },
                { "• a\n• b", UL "a</li>\n" LI "b</li>\n</ul>\n" },
                { "a:\n• b\nc", P "a:</p>\n" UL "b</li>\n</ul>\n" P "c</p>\n" },
                { "• a\n  b\n• c", UL "a<br>\nb</li>\n" LI "c</li>\n</ul>\n" },
                { "  a", P "a</p>\n" },
                { "<table>\nx\n</table>\n\na", "<table>\nx\n</table>\n" P "a</p>\n" },
                { "a:\n<hr>", P "a:</p>\n<hr>\n" },
                { "<bdi>a</bdi>", P "<bdi>a</bdi></p>\n" },
                { "&lt;b&gt;", P "&lt;b&gt;</p>\n" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(
                        html_of_paragraphs(cases[i].text, &fixture->arena), cases[i].html);
}

static void french_gets_its_narrow_spaces_and_nothing_else_is_touched(void **state)
{
#define N "\u202f"
        static const struct {
                const char *language, *typed, *set; /* NULL: as it was typed */
        } cases[] = {
                { "fr", "a : b ; c ! d ?", "a" N ": b" N "; c" N "! d" N "?" },
                { "fr", "« a »", "«" N "a" N "»" },
                { "fr", "a\u00a0:\n\u00a0?", "a" N ":\n" N "?" },
                { "fr", "a" N ": b", "a" N ": b" },
                { "fr", "{{#x}}a{{/x}} ?", "{{#x}}a{{/x}}" N "?" },
                { "fr", "{{! a : b }} a", "{{! a : b }} a" },
                { "fr", "<p style=\"a : b\">c :</p>", "<p style=\"a : b\">c" N ":</p>" },
                { "fr", "https://x.example/?a :b ::c ?!",
                        "https://x.example/?a :b" N "::c" N "?!" },
                { "fr", "{{ a", "{{ a" },
                { "fr", "a <", "a <" },
                { "fr", "«", "«" },
                { "fr", "", "" },
                { "en", "a : b", NULL },
                { "", "a : b", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(freep) char *set = NULL;
                size_t length = 0;
                assert_int_equal(typography_set(cases[i].language, cases[i].typed,
                                         strlen(cases[i].typed), &set, &length),
                        0);
                if (!cases[i].set) {
                        assert_null(set);
                        continue;
                }
                assert_string_equal(set, cases[i].set);
                assert_int_equal(length, strlen(cases[i].set));
        }
}

static void a_text_can_be_typed_as_it_reads_and_nothing_in_it_is_markup(void **state)
{
        Fixture *fixture = *state;

        fixture->scene.customer.name = "<script>\"x\" & 'y'</script>";
        fixture->scene.customer.contact_name = "{{total}}";
        own_write(&fixture->own, "fr/partials/end.txt", "<i>\n");
        own_write(&fixture->own, "fr/partials/box.txt", "plain\n");
        own_write(&fixture->own, "fr/partials/box.html",
                "<b title=\"{{customer.name}}\">{{customer.name}}</b>\n");
        const char *html = compose_body(fixture,
                "Subject: a < b\n\n1 < 2 & \"3\" {{customer.name}} {{{customer.name}}} "
                "{{&customer.contact_name}}\n\n{{>end}}\n\n{{>box}}\n");
        assert_string_equal(fixture->message.subject, "a < b");
        assert_in("1 &lt; 2 &amp; &quot;3&quot; &lt;script&gt;&quot;x&quot; &amp; "
                  "&#39;y&#39;&lt;/script&gt; &lt;script&gt;",
                html);
        assert_in(" {{total}}</p>", html);
        assert_in("&lt;i&gt;</p>", html);
        assert_in("<b title=\"&lt;script&gt;&quot;x&quot; &amp; "
                  "&#39;y&#39;&lt;/script&gt;\">&lt;script",
                html);
        assert_not_in("<script", html);
}

static void a_name_of_the_other_direction_is_kept_to_itself(void **state)
{
        static const struct {
                const char *name;
                bool is_apart;
        } cases[] = {
                { "שלום", true },
                { "A فاتورة", true },
                { "\xEF\xAC\x9D", true },     /* U+FB1D */
                { "\xF0\x90\xA0\x80", true }, /* U+10800 */
                { "Martin", false },
                { "Ελλάδα 中文 😀 ‰", false },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                char expected[128];
                fixture->scene.customer.name = cases[i].name;
                (void)snprintf(expected, sizeof(expected),
                        cases[i].is_apart ? "<p style=\"margin:0 0 16px\"><bdi>%s</bdi>, 1</p>"
                                          : "<p style=\"margin:0 0 16px\">%s, 1</p>",
                        cases[i].name);
                assert_in(expected, compose_body(fixture, "Subject: x\n\n{{customer.name}}, 1\n"));
        }
}

/* The first of these that is there is taken. */
static void a_partial_of_ones_own_goes_before_a_shipped_page(void **state)
{
        static const char *const files[] = { "fr/partials/payment.html", "partials/payment.html",
                "fr/partials/payment.txt", "partials/payment.txt" };
        Fixture *fixture = *state;

        for (size_t n = 0; n < ELEMENTSOF(files); n++) {
                Own own;
                own_make(&own);
                for (size_t i = n; i < ELEMENTSOF(files); i++)
                        own_write(&own, files[i], files[i]);
                own_write(&own, "en/partials/payment.html", "English");
                assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                                         &fixture->message, &fixture->problem),
                        0);
                assert_in(files[n], fixture->message.html);
                assert_not_in("English", fixture->message.html);
                own_remove(&own);
        }
        assert_in("bgcolor=\"#f5f6f7\"", compose(fixture)); /* the shipped page */
}

static void a_partial_inside_a_line_does_not_end_it(void **state)
{
        Fixture *fixture = *state;

        own_write(&fixture->own, "fr/partials/word.txt", "mot\n");
        compose_body(
                fixture, "Subject: {{>word}} un\n\nUn {{>word}}.\n{{>word}}\nDeux {{>word}}\n");
        assert_string_equal(fixture->message.subject, "mot un");
        assert_string_equal(fixture->message.text, "Un mot.\nmot\nDeux mot");
}

static void a_page_of_ones_own_stands_beside_its_own_text_alone(void **state)
{
        Fixture *fixture = *state;

        own_write(&fixture->own, "fr/remind/email.html", "<h1>{{total}}</h1>");
        assert_not_in("<h1>", compose(fixture)); /* the text is the shipped one */
        own_remove(&fixture->own);
        own_make(&fixture->own);
        own_write(&fixture->own, "fr/remind/email.html", "<h1>{{customer.name}}</h1>");
        fixture->scene.customer.name = "A & B";
        assert_in("<h1>A &amp; B</h1>", compose_body(fixture, "Subject: x\n\nMot\n"));
        assert_not_in("Mot", fixture->message.html);
}

static const char *tag_end(const char *tag)
{
        return tag + strcspn(tag, " >\n");
}

/* Every tag is closed, in order; and what mail programs refuse is not there. */
static void assert_sound_page(const char *html)
{
        static const char *const voids[] = { "meta", "br", "img", "!DOCTYPE" };
        static const char *const unwanted[] = { "{{", "<script", "src=\"http",
                "javascript:", "url(", "<link", "<form", "<p style=\"margin:0 0 16px\"></p>",
                "\u202a", "\u202e" };
        const char *open[64];
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(unwanted); i++)
                assert_not_in(unwanted[i], html);
        for (const char *p = html; (p = strchr(p, '<')); p++) {
                bool is_closing = p[1] == '/', is_void = false;
                const char *name = p + 1 + is_closing;
                size_t length = (size_t)(tag_end(name) - name);
                for (size_t i = 0; i < ELEMENTSOF(voids); i++)
                        is_void |=
                                strncmp(name, voids[i], length) == 0 && strlen(voids[i]) == length;
                if (is_void)
                        continue;
                if (!is_closing) {
                        assert_true(n < ELEMENTSOF(open));
                        open[n++] = name;
                } else if (n == 0 || strncmp(open[--n], name, length) != 0) {
                        fail_msg("</%.*s> closes nothing in:\n%s", (int)length, name, html);
                }
        }
        assert_int_equal(n, 0);
}

static void be_full(Scene *scene)
{
        scene_list_all(scene);
        scene->account.unassigned = 1000;
        scene->planned.total -= 1000;
        scene->instalments[1].open = 10000;
        scene->details[0].payment_url = "https://pay.example/F-1?a=1&b=\"2\"";
        scene->occasion.n_attachments = 1;
        scene->charges[0] = (Charges){ 333, 4000 };
        scene->occasion.charges = scene->charges;
        scene->occasion.payment_code = "BCD";
        scene->customer.name = scene->customer.contact_name = "😀 <b>שלום</b> & \"Co\"";
}

static void each_shipped_page_is_sound_and_names_what_is_asked_for(void **state)
{
        Fixture *fixture = *state;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++)
                for (int text = 0; text < ACTION_MAX + NOTICE_KINDS; text++)
                        for (int is_full = 0; is_full < 2; is_full++) {
                                fixture->own.config.creditor.language = languages[l];
                                if (text < ACTION_MAX)
                                        scene_set(&fixture->scene, languages[l], (Action)text);
                                else
                                        scene_set_kind(&fixture->scene, languages[l],
                                                (NoticeKind)(text - ACTION_MAX));
                                if (is_full)
                                        be_full(&fixture->scene);
                                const char *html = compose(fixture);
                                assert_sound_page(html);
                                assert_in(languages[l], html);
                                assert_in("F-1", html);
                                assert_in("Atelier Dumont", html);
                                arena_reset(&fixture->arena);
                        }
}

static void a_page_says_what_a_bookkeeper_looks_for(void **state)
{
        static const char *const parts[] = { "7 days late", "due on 5 March 2026", "€1,200.00",
                "IBAN", "FR76 3000 6000 0112 3456 7890 189", "by 20 March 2026", "lang=\"en\"",
                "dir=\"ltr\"", "prefers-color-scheme:dark",
                "<a href=\"https://pay.example/F-1?a=1&amp;b=&quot;2&quot;\"",
                "<title>Your invoice F-1: payment expected by 20 March 2026</title>" };
        Fixture *fixture = *state;

        scene_set(&fixture->scene, "en", ACTION_DEADLINE);
        fixture->scene.details[0].payment_url = "https://pay.example/F-1?a=1&b=\"2\"";
        const char *html = compose(fixture);
        for (size_t i = 0; i < ELEMENTSOF(parts); i++)
                assert_in(parts[i], html);
}

static void the_payment_code_is_the_messages_only_where_the_page_shows_it(void **state)
{
        Fixture *fixture = *state;

        assert_not_in("cid:", compose(fixture));
        assert_null(fixture->message.payment_code);
        fixture->scene.occasion.payment_code = "BCD\n002";
        assert_in("<img src=\"cid:pay\"", compose(fixture));
        assert_string_equal(fixture->message.payment_code, "BCD\n002");
        own_remove(&fixture->own); /* what was read once is kept */
        own_make(&fixture->own);
        fixture->scene.customer.name = "<img src=\"cid:pay\">";
        compose_body(fixture, "Subject: x\n\n{{customer.name}}\n");
        assert_null(fixture->message.payment_code);
}

/* An IBAN, too, but on a telephone's screen. */
static void a_telephone_number_and_an_invoices_stay_on_one_line(void **state)
{
        Fixture *fixture = *state;

        fixture->scene.instalments[0].number = "F-2026-0042";
        assert_in("<span style=\"white-space:nowrap\">+33 1 23 45 67 89</span>", compose(fixture));
        assert_in("Facture <span style=\"white-space:nowrap\">F-2026-0042</span> du",
                fixture->message.html);
        assert_in("votre facture <span style=\"white-space:nowrap\">F-2026-0042</span>",
                fixture->message.html);
        assert_string_equal(
                fixture->message.subject, "Petit rappel\u202f: votre facture F-2026-0042");
        assert_in("+33 1 23 45 67 89", fixture->message.text);
        assert_in("white-space:nowrap\">FR76 3000 ", fixture->message.html);
        assert_in("FR76 3000 ", fixture->message.text);
        own_remove(&fixture->own); /* what was read once is kept */
        own_make(&fixture->own);
        compose_body(fixture, "Subject: x\n\n{{creditor.phone}}\n{{creditor.iban}}\n");
        assert_in("<p style=\"margin:0 0 16px\"><span style", fixture->message.html);
        assert_in("89</span><br>\n<span class=\"whole\"", fixture->message.html);
        own_remove(&fixture->own);
        own_make(&fixture->own);
        fixture->scene.instalments[0].number = "F-2026-0042-0042-0042-0042-0042-0042-0042-0042";
        compose_body(fixture, "Subject: x\n\n{{number}} {{numbers}}\n");
        assert_not_in("nowrap\">F-2026", fixture->message.html);
}

static void a_broken_promise_is_told_once(void **state)
{
        static Done done = { 1, "reminder", ACTION_REMIND, { 0 }, { 0 }, { INT32_MIN }, false };
        Fixture *fixture = *state;
        Instalment *lead = &fixture->scene.instalments[0];

        assert_not_in("Vous nous aviez annoncé", compose(fixture));
        lead->promise = 1;
        lead->promised_until = date_of(2026, 3, 10);
        assert_in("Vous nous aviez annoncé un règlement au plus tard le 10 mars 2026",
                compose(fixture));
        assert_in("le 10 mars 2026\u202f;", fixture->message.text);
        lead->done = &done;
        lead->n_done = 1;
        done.on = date_of(2026, 3, 9); /* before the promise ran out */
        assert_in("Vous nous aviez annoncé", compose(fixture));
        done.on = date_of(2026, 3, 11);
        assert_not_in("Vous nous aviez annoncé", compose(fixture));
        done.is_skip = true;
        assert_in("Vous nous aviez annoncé", compose(fixture));
        lead->promised_until = date_of(2026, 3, 12); /* today: not yet */
        assert_not_in("Vous nous aviez annoncé", compose(fixture));
}

static void bad_pages_stop_the_notice_and_say_where(void **state)
{
        static const struct {
                const char *file, *text, *problem;
        } cases[] = {
                { "partials/frame.html", "{{body}}{{creditor.nam}}", "frame.html:1: unknown" },
                { "partials/frame.html", "{{#body}}", "frame.html:1: the section" },
                { "fr/partials/payment.html", "\n{{ibn}}", "payment.html:2: unknown variable" },
                { "fr/remind/email.txt", "Subject: x\n\n{{body}}", "email.txt:3: unknown" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Fixture *fixture = *state;
                Own own;
                own_make(&own);
                own_write(&own, cases[i].file, cases[i].text);
                assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                                         &fixture->message, &fixture->problem),
                        -EINVAL);
                assert_in(cases[i].problem, fixture->problem);
                own_remove(&own);
        }
}

static void checking_reads_pages_and_tries_the_example(void **state)
{
        static const struct {
                const char *file, *text, *problem;
                unsigned line;
        } cases[] = {
                { "partials/frame.html", "\n{{bdy}}", "\"bdy\"; did you mean \"body\"", 2 },
                { "fr/partials/payment.html", "{{#credit}}{{ibn}}{{/credit}}", "\"ibn\"", 1 },
                { "partials/invoices.html", "{{#absent}}", "never closed", 1 },
                { "fr/remind/email.txt", "Subject: {{credit}}\n\nx", "begins with a line", 1 },
                { "fr/remind/sms.txt", "{{#contract}}{{contract}}{{/contract}}", "empty", 0 },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Own own;
                own_make(&own);
                own_write(&own, cases[i].file, cases[i].text);
                assert_int_equal(composer_check(own.composer, &own.problems), 0);
                if (!own_has_problem(&own, cases[i].file, cases[i].line, cases[i].problem))
                        fail_msg("%s: %s", cases[i].file,
                                own.problems.n > 0 ? own.problems.list[0].text : "no problem");
                own_remove(&own);
        }
        own_write(&fixture->own, "fr/remind/email.html", "<p>{{un}}</p>");
        own_write(&fixture->own, "fr/remind/email.txt", "Subject: x\n\ny");
        assert_int_equal(composer_check(fixture->own.composer, &fixture->own.problems), 0);
        assert_true(own_has_problem(&fixture->own, "fr/remind/email.html", 1, "\"un\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(paragraphs_lists_and_markup_are_told_apart),
                TEST(french_gets_its_narrow_spaces_and_nothing_else_is_touched),
                TEST(a_text_can_be_typed_as_it_reads_and_nothing_in_it_is_markup),
                TEST(a_name_of_the_other_direction_is_kept_to_itself),
                TEST(a_partial_of_ones_own_goes_before_a_shipped_page),
                TEST(a_partial_inside_a_line_does_not_end_it),
                TEST(a_page_of_ones_own_stands_beside_its_own_text_alone),
                TEST(each_shipped_page_is_sound_and_names_what_is_asked_for),
                TEST(a_page_says_what_a_bookkeeper_looks_for),
                TEST(the_payment_code_is_the_messages_only_where_the_page_shows_it),
                TEST(a_telephone_number_and_an_invoices_stay_on_one_line),
                TEST(a_broken_promise_is_told_once),
                TEST(bad_pages_stop_the_notice_and_say_where),
                TEST(checking_reads_pages_and_tries_the_example),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
