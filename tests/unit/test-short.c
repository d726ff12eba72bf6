/* SPDX-License-Identifier: MIT */
/* What becomes of an SMS that would be too long: its letters (transliterate.c) and its shorter text
 * (compose.c, check.c). */

#include "compose/composer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* needs setjmp.h, stdarg.h and stddef.h */
#include <cmocka.h>

#include "base/gsm.h"
#include "occasion.h"
#include "own-templates.h"

static const struct {
        const char *text, *currency, *spelled;
} lines[] = {
        { "", "EUR", "" },
        { "Déjà vu : 1 200,00 € à régler, Müller & Søn", "EUR", NULL },
        { "ΔΩ", "EUR", NULL }, /* the alphabet has these */
        { "forêt, Łódź, Çelik, ção, ẞ, œuvre", "EUR", "foret, Lodz, Çelik, cao, SS, oeuvre" },
        { "Crêpe d’été à 12 €", "EUR", "Crepe d'été à 12 €" },
        { "Ольга Жукова, Хрущёв", "RUB", "Ol'ga Zhukova, Khrushchev" },
        { "Γιώργος ΔΗΜΟΣ Αθήνα", "EUR", "Giorgos DIMOS Athina" },
        { "شركة محمد", "EUR", "shrkt mhmd" },
        { "北京公司 F-1", "EUR", "bei jing gong si F-1" },
        { "김철수", "EUR", "gimcheolsu" },
        { "Bakery 🥐 Ltd. 👩‍🍳", "EUR", "Bakery Ltd." },
        { "🥐", "EUR", "" },
        { "₪1,200.00 is open", "ILS", "ILS 1,200.00 is open" },
        { "1 200,00 ₽.", "RUB", "1 200,00 RUB." },
        { "1\u00a0200,00\u202f€ ê", "EUR", "1 200,00 € e" },
        { "٣ فواتير", "EUR", "3 fwatyr" },
        { "Fête https://pay.example/ê?n=Ł ok", "EUR", "Fete https://pay.example/ê?n=Ł ok" },
        { "écrire à zoë.ł@dôme.example, Ł", "EUR", "écrire à zoë.ł@dôme.example, L" },
};

static void letters_become_those_of_the_plain_alphabet(void **state)
{
        _cleanup_(transliterator_freep) Transliterator *transliterator = NULL;
        Arena arena = ARENA_INIT;

        assert_int_equal(transliterator_new(&transliterator), 0);
        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                const char *expected = lines[i].spelled ? lines[i].spelled : lines[i].text;
                const char *spelled = transliterate_line(
                        transliterator, lines[i].text, lines[i].currency, &arena);
                assert_string_equal(spelled, expected);
                if (!strchr(spelled, ':') && !strchr(spelled, '@'))
                        assert_false(gsm_size(spelled).is_unicode);
        }
        arena_release(&arena);
}

#define SHORT "remind/sms-short.txt"
#define LONG "remind/sms.txt"
#define X40 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X160 X40 X40 X40 X40

#define MORE(text) "{{#has_room}} " text "{{/has_room}}"

/* What is written into the user's folder, and which text leaves; NULL: there is none. */
static const struct {
        const char *long_text, *short_text;
        int max_parts;
        const char *leaves;
} choices[] = {
        { "{{total}} " X40, "{{total}}", 1, "1 200,00 € " X40 },
        { "{{total}} " X160, "{{total}}", 1, "1 200,00 €" },
        { "{{total}} " X160, "{{total}}", 2, "1 200,00 € " X160 },
        { "{{total}} " X160, "{{total}}", 0, "1 200,00 € " X160 },
        { "ê " X40 X40, "{{numbers}}", 1, "F-1" }, /* 82 characters of UCS-2 */
        { X160 X160, "é" X160, 1, "é" X160 },      /* and the module refuses it */
        { X160 X160, "{{total}}" MORE("{{numbers}}"), 1, "1 200,00 € F-1" },
        { X160 X160, "{{total}}" MORE(X160), 1, "1 200,00 €" },
        { X160 X160 X160, "{{total}}" MORE(X160), 2, "1 200,00 € " X160 },
};

static void a_short_text_is_taken_where_the_whole_one_needs_too_many_parts(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(choices); i++) {
                Arena arena = ARENA_INIT;
                Message message;
                const char *problem = NULL;
                Scene scene;
                Own own;
                own_make(&own);
                own_write(&own, "fr/" LONG, choices[i].long_text);
                own_write(&own, "fr/" SHORT, choices[i].short_text);
                scene_set(&scene, "fr", ACTION_REMIND);
                scene.occasion.max_parts = choices[i].max_parts;
                if (own_compose(&own, &scene, FORM_SMS, &arena, &message, &problem) < 0)
                        fail_msg("%s", problem);
                assert_string_equal(message.text, choices[i].leaves);
                arena_release(&arena);
                own_remove(&own);
        }
}

static void letters_count_as_they_leave(void **state)
{
        Arena arena = ARENA_INIT;
        Message message;
        const char *problem = NULL;
        Scene scene;
        Own own;

        own_make(&own);
        own_write(&own, "fr/" LONG, "{{customer.name}} " X40 X40);
        own_write(&own, "fr/" SHORT, "short");
        scene_set(&scene, "fr", ACTION_REMIND);
        scene.account.name = scene.customer.name = "Łódź";
        scene.occasion.max_parts = 1;
        for (int i = 0; i < 2; i++) {
                scene.occasion.transliterates = i == 1;
                assert_int_equal(
                        own_compose(&own, &scene, FORM_SMS, &arena, &message, &problem), 0);
                assert_string_equal(message.text, i == 1 ? "Lodz " X40 X40 : "short");
        }
        assert_int_equal(own_compose(&own, &scene, FORM_WHATSAPP, &arena, &message, &problem), 0);
        assert_non_null(strstr(message.fields, "customer.name=Łódź\n"));
        arena_release(&arena);
        own_remove(&own);
}

static void a_short_text_is_of_the_language_of_the_whole_one(void **state)
{
        Arena arena = ARENA_INIT;
        Message message;
        const char *problem = NULL;
        Scene scene;
        Own own;

        own_make(&own);
        own_write(&own, "fr/own/sms.txt", X160 X160);
        own_write(&own, "en/own/sms-short.txt", "short");
        scene_set(&scene, "fr", ACTION_REMIND);
        Step step = *scene.planned.step;
        step.template = "own";
        scene.planned.step = &step;
        scene.occasion.max_parts = 1;
        assert_int_equal(own_compose(&own, &scene, FORM_SMS, &arena, &message, &problem), 0);
        assert_string_equal(message.text, X160 X160);
        arena_release(&arena);
        own_remove(&own);
}

static void a_bad_short_text_is_told_by_the_check_and_by_who_needs_it(void **state)
{
        static const ChannelConfig channels[ELEMENTSOF(scene_channels)] = {
                [1] = { .name = "sms", .max_parts = 1 },
        };
        Arena arena = ARENA_INIT;
        Message message;
        const char *problem = NULL;
        Scene scene;
        Own own;

        own_make(&own);
        own.config.channels = channels;
        own_write(&own, "fr/" LONG, X160 X160);
        own_write(&own, "fr/" SHORT, "a\n{{totl}}");
        own_write(&own, "fr/deadline/sms.txt", X160 X160);
        own_write(&own, "fr/deadline/sms-short.txt", X160 X40);
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        assert_true(own_has_problem(&own, "fr/" SHORT, 2, "totl"));
        assert_true(own_has_problem(
                &own, "fr/deadline/sms-short.txt", 0, "the example needs 2 parts, 1 at most"));
        scene_set(&scene, "fr", ACTION_REMIND);
        assert_int_equal(own_compose(&own, &scene, FORM_SMS, &arena, &message, &problem), 0);
        scene.occasion.max_parts = 1;
        assert_true(own_compose(&own, &scene, FORM_SMS, &arena, &message, &problem) < 0);
        assert_non_null(strstr(problem, SHORT ":2: "));
        arena_release(&arena);
        own_remove(&own);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(letters_become_those_of_the_plain_alphabet),
                cmocka_unit_test(a_short_text_is_taken_where_the_whole_one_needs_too_many_parts),
                cmocka_unit_test(letters_count_as_they_leave),
                cmocka_unit_test(a_short_text_is_of_the_language_of_the_whole_one),
                cmocka_unit_test(a_bad_short_text_is_told_by_the_check_and_by_who_needs_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
