/* SPDX-License-Identifier: MIT */
/* compose.c, check.c, library.c and layout.c: every shipped text in every situation, the user's own
 * templates, and what is told of bad ones. */

#include "compose/composer.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* needs setjmp.h, stdarg.h and stddef.h */
#include <cmocka.h>

#include "base/parse.h"
#include "occasion.h"
#include "own-templates.h"

static const char *const languages[] = { "fr", "en", "de", "es", "it", "nl" };

typedef struct Fixture {
        Arena arena;
        Config config;
        Composer *composer;
        Scene scene;
        Message message;
        const char *problem;
} Fixture;

static int fixture_set_up(void **state)
{
        static Fixture fixture;

        fixture.config = scene_config();
        *state = &fixture;
        return composer_new(&fixture.config, &fixture.composer);
}

static int fixture_tear_down(void **state)
{
        Fixture *fixture = *state;

        composer_free(fixture->composer);
        arena_release(&fixture->arena);
        return 0;
}

static const Message *compose(Fixture *fixture, Form form)
{
        fixture->problem = NULL;
        int r = composer_compose(fixture->composer, &fixture->scene.occasion, form, &fixture->arena,
                &fixture->message, &fixture->problem);
        if (r < 0)
                fail_msg("%s", fixture->problem);
        return &fixture->message;
}

static void assert_has(const Message *message, const char *part)
{
        if (!strstr(message->text, part) && !strstr(message->subject, part))
                fail_msg("\"%s\" is not in:\nSubject: %s\n\n%s", part, message->subject,
                        message->text);
}

static void assert_has_not(const Message *message, const char *part)
{
        if (strstr(message->text, part) || strstr(message->subject, part))
                fail_msg("\"%s\" is in:\nSubject: %s\n\n%s", part, message->subject, message->text);
}

/* What distinguishes a situation from the plain one. */
static void be_plain(Scene *scene)
{
}

static void be_many(Scene *scene)
{
        scene_list_all(scene);
}

static void be_partly_paid(Scene *scene)
{
        scene->instalments[0].open = 50000;
        scene->planned.total = 50000;
}

static void be_consumer(Scene *scene)
{
        scene->account.kind = KIND_CONSUMER;
}

static void owe_a_cent(Scene *scene)
{
        scene->instalments[0].open = scene->planned.total = 1;
}

static void have_one_part(Scene *scene)
{
        scene->planned.n_lines = 1;
        scene->planned.total = 41000;
}

static void have_credit(Scene *scene)
{
        scene->account.unassigned = 1000;
        scene->planned.total -= 1000;
}

static void have_no_deadline(Scene *scene)
{
        scene->planned.deadline = DATE_NONE;
}

static void be_service(Scene *scene)
{
        scene->account.relation = RELATION_SERVICE;
}

static void have_attachment(Scene *scene)
{
        scene->occasion.n_attachments = 1;
}

static void have_everything(Scene *scene)
{
        scene_list_all(scene);
        have_attachment(scene);
        have_credit(scene);
        scene->details[0].payment_url = "https://pay.example/F-1";
        scene->details[2].payment_url = "https://pay.example/F-3";
        scene->details[0].contract = "C-2024-17";
        scene->instalments[1].open = 10000;
        scene->planned.total -= 20050;
}

static void be_due_soon(Scene *scene)
{
        scene->occasion.local.day = date_of(2026, 3, 2);
}

static void have_little(Scene *scene)
{
        scene->customer = (CustomerDetail){ .code = "C001",
                .name = "M",
                .contact_name = "",
                .cc = "",
                .address = "",
                .postcode = "",
                .city = "",
                .country = "",
                .registration = "",
                .language = scene->customer.language };
        scene->account.addresses[ADDRESS_EMAIL] = "";
        scene->account.addresses[ADDRESS_PHONE] = "";
}

static char long_name[5000];

static void have_long_names(Scene *scene)
{
        memset(long_name, 'x', sizeof(long_name) - 1);
        scene->customer.name = scene->customer.contact_name = long_name;
        scene->instalments[0].number = long_name;
}

static void have_foreign_names(Scene *scene)
{
        scene->customer.name = scene->customer.contact_name =
                "😀 \u05e9\u05dc\u05d5\u05dd \u202egnp.exe\u202c";
}

static void have_syntax_in_names(Scene *scene)
{
        scene->customer.name = scene->customer.contact_name = "{{>secret}}{{#invoices}}{{{total}}}";
        scene->instalments[0].number = "{{/several}}";
}

static void have_html_in_names(Scene *scene)
{
        scene->customer.name = scene->customer.contact_name = "<b>A & \"B\"</b>";
}

static void have_line_breaks_in_names(Scene *scene)
{
        scene->customer.name = scene->customer.contact_name =
                "M\r\nBcc: all@x.example\r\n\r\nSubject: {{total}}\x1b[2J";
        scene->instalments[0].number = "F-1\nSubject: free";
}

static void have_charges(Scene *scene)
{
        scene->charges[0] = (Charges){ 333, 4000 };
        scene->occasion.charges = scene->charges;
}

static void have_interest_alone(Scene *scene)
{
        scene->charges[0] = (Charges){ 333, 0 };
        scene->occasion.charges = scene->charges;
}

static void have_offer(Scene *scene)
{
        static Step step;

        if (!scene->planned.step)
                return;
        step = *scene->planned.step;
        step.offer_percent = 2;
        scene->planned.step = &step;
        scene->planned.offer_until = date_of(2026, 3, 22);
        scene->lines[0].discount = 2400;
}

static void have_discount(Scene *scene)
{
        static const int64_t discounts[] = { 3000 };

        scene->details[0].discount_percent_hundredths = 250;
        scene->details[0].discounts = discounts;
        scene->details[0].n_discounts = 1;
        scene->details[0].discount_until = date_of(2026, 3, 14);
}

static void have_all_terms(Scene *scene)
{
        have_everything(scene);
        have_charges(scene);
        have_offer(scene);
        have_discount(scene);
        scene->instalments[0].promised_rest = 10000;
}

static const struct Situation {
        const char *name;
        void (*be)(Scene *scene);
        bool has_syntax; /* braces and typography are the names' own */
} situations[] = {
        { "plain", be_plain, false },
        { "many", be_many, false },
        { "partly paid", be_partly_paid, false },
        { "credit", have_credit, false },
        { "no deadline", have_no_deadline, false },
        { "service", be_service, false },
        { "attachment", have_attachment, false },
        { "everything", have_everything, false },
        { "due soon", be_due_soon, false },
        { "charges", have_charges, false },
        { "offer", have_offer, false },
        { "discount", have_discount, false },
        { "all terms", have_all_terms, false },
        { "little", have_little, false },
        { "long names", have_long_names, false },
        { "foreign names", have_foreign_names, false },
        { "syntax in names", have_syntax_in_names, true },
        { "HTML in names", have_html_in_names, false },
        { "line breaks in names", have_line_breaks_in_names, true },
};

static void assert_well_formed(const Message *message, const struct Situation *situation, Form form)
{
        const char *text = message->text;
        size_t length = strlen(text);

        assert_true(length > 0);
        assert_true(utf8_is_valid(text, length));
        assert_int_equal(message->html != NULL, form == FORM_EMAIL);
        assert_null(strstr(text, "\n\n\n"));
        assert_null(strstr(text, " \n"));
        assert_null(strpbrk(text, "\r\x1b\t"));
        assert_true(*text != '\n' && text[length - 1] != '\n' && text[length - 1] != ' ');
        assert_null(strpbrk(message->subject, "\r\n\x1b"));
        assert_int_equal(*message->subject != '\0', form == FORM_EMAIL);
        if (form == FORM_SMS)
                assert_null(strchr(text, '\n'));
        if (!situation->has_syntax) {
                assert_has_not(message, "{{");
                assert_has_not(message, "}}");
        }
}

/* French sets a narrow space before these, English none. */
static void assert_typography(const Message *message, Form form)
{
        static const char *const wrong[] = { " :", " ;", " !", " ?", "« ", " »", "'", "  •", "..",
                " ,", " ." };

        if (form != FORM_EMAIL && form != FORM_WHATSAPP)
                return;
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_has_not(message, wrong[i]);
        for (const char *p = message->text; (p = strpbrk(p, ":;!?")); p++) {
                bool is_url = p[0] == ':' && p[1] == '/';
                bool has_space = p - message->text >= 3 && memcmp(p - 3, "\u202f", 3) == 0;
                if (!is_url && has_space != streq(message->language, "fr"))
                        fail_msg("wrong space before \"%.20s\" in:\n%s", p, message->text);
        }
}

/* Every text there is: of each action, then of each kind of notice. */
#define TEXTS (ACTION_MAX + NOTICE_KINDS)

static void set_text_scene(Scene *scene, const char *language, int text)
{
        if (text < ACTION_MAX)
                scene_set(scene, language, (Action)text);
        else
                scene_set_kind(scene, language, (NoticeKind)(text - ACTION_MAX));
}

static void each_shipped_text_is_sound_in_each_situation(void **state)
{
        Fixture *fixture = *state;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++)
                for (int text = 0; text < TEXTS; text++)
                        for (size_t s = 0; s < ELEMENTSOF(situations); s++)
                                for (Form form = FORM_EMAIL; form <= FORM_EVENT; form++) {
                                        fixture->config.creditor.language = languages[l];
                                        set_text_scene(&fixture->scene, languages[l], text);
                                        situations[s].be(&fixture->scene);
                                        compose(fixture, form);
                                        assert_well_formed(&fixture->message, &situations[s], form);
                                        if (!situations[s].has_syntax)
                                                assert_typography(&fixture->message, form);
                                        arena_reset(&fixture->arena);
                                }
        fixture->config.creditor.language = "fr";
}

static void every_notice_asks_whether_something_is_wrong(void **state)
{
        static const char *const questions[] = { "Quelque chose ne va pas avec la livraison",
                "Is anything wrong with the delivery", "Stimmt etwas mit der Lieferung",
                "¿Hay algún problema con la entrega", "qualcosa che non va con la consegna",
                "Is er iets niet in orde met de levering" };
        static const char *const ways[] = { "Répondez simplement à ce message",
                "Simply reply to this message", "Antworten Sie einfach auf diese Nachricht",
                "Basta con responder a este mensaje", "Basta rispondere a questo messaggio",
                "Antwoord gewoon op dit bericht" };
        Fixture *fixture = *state;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++)
                for (Action action = ACTION_COURTESY; action <= ACTION_DEADLINE; action++) {
                        scene_set(&fixture->scene, languages[l], action);
                        compose(fixture, FORM_EMAIL);
                        assert_string_equal(fixture->message.language, languages[l]);
                        assert_has(&fixture->message, questions[l]);
                        assert_has(&fixture->message, ways[l]);
                        assert_has(&fixture->message, "+33 1 23 45 67 89");
                        assert_has(&fixture->message, "F-1");
                        compose(fixture, FORM_SMS);
                        assert_has(&fixture->message, "+33 1 23 45 67 89");
                        assert_has(&fixture->message, "Atelier Dumont");
                }
}

static const struct Saying {
        Action action;
        void (*be)(Scene *scene);
        Form form;
        const char *french, *english; /* parts; NULL: not looked for */
} sayings[] = {
        { ACTION_COURTESY, be_due_soon, FORM_EMAIL, "arrive à échéance le 5 mars 2026",
                "falls due on 5 March 2026" },
        { ACTION_REMIND, be_plain, FORM_EMAIL, "C’est sans doute un oubli",
                "It has probably slipped through" },
        { ACTION_REMIND, be_plain, FORM_EMAIL, "Montant dû\u202f: 1\u202f200,00\u00a0€",
                "Amount due: €1,200.00" },
        { ACTION_REMIND, be_many, FORM_EMAIL, "vos 2 factures", "your 2 invoices" },
        { ACTION_REMIND, be_many, FORM_EMAIL, "(échéance 2/3)", "(instalment 2/3)" },
        { ACTION_REMIND, be_many, FORM_EMAIL, "les références F-1 et F-2", "quoting F-1 and F-2" },
        { ACTION_REMIND, be_many, FORM_EMAIL, "non compris dans ce montant\u202f:\n• Facture F-3 ",
                "not part of this amount:\n• Invoice F-3 " },
        { ACTION_REMIND, be_partly_paid, FORM_EMAIL, "le solde de votre facture F-1",
                "the remainder of your invoice F-1" },
        { ACTION_REMIND, be_partly_paid, FORM_EMAIL,
                "500,00\u00a0€, reste d’un montant de 1\u202f200,00\u00a0€",
                "€500.00, remaining out of €1,200.00" },
        { ACTION_REMIND, have_credit, FORM_EMAIL,
                "Somme à votre crédit, déduite\u202f: 10,00\u00a0€",
                "Your credit, deducted: €10.00" },
        { ACTION_REMIND, have_credit, FORM_SMS, "10,00 € à votre crédit déduits",
                "after credit of €10.00" },
        { ACTION_REMIND, have_attachment, FORM_EMAIL, "(copie jointe)", "(copy attached)" },
        { ACTION_REMIND, have_everything, FORM_EMAIL,
                "Règlement en ligne\u202f: https://pay.example/F-1",
                "Pay online: https://pay.example/F-1" },
        { ACTION_REMIND, be_plain, FORM_EMAIL, "paiement en plusieurs fois", "instalments" },
        { ACTION_RESEND, have_attachment, FORM_EMAIL, "la voici de nouveau en pièce jointe",
                "here it is again" },
        { ACTION_RESEND, be_plain, FORM_EMAIL, "une nouvelle copie", "another copy" },
        { ACTION_DEADLINE, be_plain, FORM_EMAIL, "au plus tard le 20 mars 2026",
                "by 20 March 2026" },
        { ACTION_DEADLINE, be_plain, FORM_SMS, "d'ici au 20/03/2026", "by 20 Mar 2026" },
        { ACTION_DEADLINE, be_plain, FORM_EMAIL,
                "appliquer ce que prévoit notre contrat, pénalités de retard comprises",
                "apply what our contract provides for, late payment charges included" },
        { ACTION_DEADLINE, have_everything, FORM_EMAIL, "le contrat C-2024-17",
                "contract C-2024-17" },
        { ACTION_DEADLINE, be_service, FORM_EMAIL, "suspendre le service", "suspend the service" },
        { ACTION_DEADLINE, have_no_deadline, FORM_EMAIL, "dès que possible", "as soon as you can" },
        { ACTION_DEADLINE, be_plain, FORM_EMAIL, "paiement en plusieurs fois", "instalments" },
        { ACTION_DEADLINE, be_consumer, FORM_SMS, "les clauses du contrat pour retard",
                "terms for late payment would apply" },
        { ACTION_REMIND, have_all_terms, FORM_EMAIL, "hors les frais de retard ci-dessus",
                "apart from the late payment charges above" },
        { ACTION_DEADLINE, have_charges, FORM_EMAIL, "intérêts de retard\u202f: 3,33\u00a0€",
                "late payment interest: €3.33" },
        { ACTION_DEADLINE, have_charges, FORM_EMAIL,
                "indemnité forfaitaire pour frais de recouvrement\u202f: 40,00\u00a0€",
                "fixed sum for recovery costs: €40.00" },
        { ACTION_DEADLINE, have_charges, FORM_EMAIL, "Montant dû\u202f: 1\u202f200,00\u00a0€",
                "Amount due: €1,200.00" },
        { ACTION_REMIND, have_charges, FORM_WHATSAPP, "intérêts de retard\u202f: 3,33\u00a0€",
                "late payment interest: €3.33" },
        { ACTION_DEADLINE, have_charges, FORM_SMS, "frais de retard à ce jour : 43,33 €",
                "Late charges to date, separately: €43.33" },
        { ACTION_RESEND, have_offer, FORM_EMAIL,
                "au plus tard le 22 mars 2026, 1\u202f176,00\u00a0€ suffisent, soit une remise de "
                "24,00\u00a0€",
                "by 22 March 2026, €1,176.00 is enough, a discount of €24.00" },
        { ACTION_REMIND, have_offer, FORM_SMS, "Réglé d'ici au 22/03/2026 : 1 176,00 € suffisent",
                "Paid by 22 Mar 2026, €1,176.00 is enough" },
        { ACTION_COURTESY, have_discount, FORM_EMAIL,
                "Escompte de 2,5\u00a0%\u202f: 1\u202f170,00\u00a0€ suffisent si votre règlement "
                "nous parvient au plus tard le 14 mars 2026",
                "Discount of 2.5%: €1,170.00 is enough if your payment reaches us by 14 March "
                "2026" },
        { ACTION_COURTESY, have_discount, FORM_SMS, "Escompte : 1 170,00 € suffisent",
                "Discount: €1,170.00 is enough by 14 Mar 2026" },
        { ACTION_CALL, be_plain, FORM_EMAIL, "+33612345678", NULL },
        { ACTION_SUSPEND, be_service, FORM_EMAIL, "rétabli dès réception", "restored as soon as" },
        { ACTION_RECONNECT, be_service, FORM_EMAIL, "votre service est rétabli",
                "your service is restored" },
};

static void texts_say_what_their_situation_asks_for(void **state)
{
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(sayings); i++) {
                const char *parts[] = { sayings[i].french, sayings[i].english };
                for (size_t l = 0; l < ELEMENTSOF(parts); l++) {
                        if (!parts[l])
                                continue;
                        scene_set(&fixture->scene, languages[l], sayings[i].action);
                        sayings[i].be(&fixture->scene);
                        assert_has(compose(fixture, sayings[i].form), parts[l]);
                }
        }
}

static const struct OccasionSaying {
        NoticeKind kind;
        void (*be)(Scene *scene);
        Form form;
        const char *french, *english;
} occasion_sayings[] = {
        { NOTICE_PROMISE_CONFIRMED, be_plain, FORM_EMAIL,
                "vous réglerez 1\u202f200,00\u00a0€ au plus tard le 31 mars 2026, pour la facture "
                "F-1",
                "you will pay €1,200.00 by 31 March 2026, for invoice F-1" },
        { NOTICE_PROMISE_CONFIRMED, be_plain, FORM_EMAIL, "rappels à ce sujet sont suspendus",
                "reminders about it are suspended" },
        { NOTICE_PROMISE_CONFIRMED, be_plain, FORM_SMS, "1 200,00 € d'ici au 31/03/2026",
                "€1,200.00 by 31 Mar 2026" },
        { NOTICE_PROMISE_CONFIRMED, be_plain, FORM_WHATSAPP, "au plus tard le 31 mars 2026",
                "by 31 March 2026" },
        { NOTICE_PROMISE_CONFIRMED, have_all_terms, FORM_EMAIL, "Il restera ensuite 100,00\u00a0€",
                "€100.00 will then remain" },
        { NOTICE_PROMISE_REMINDER, be_plain, FORM_EMAIL, "S’il est déjà prévu",
                "If payment is already arranged" },
        { NOTICE_PROMISE_REMINDER, be_plain, FORM_EMAIL, "31 mars 2026", "31 March 2026" },
        { NOTICE_PROMISE_REMINDER, be_plain, FORM_SMS, "prévu d'ici au 31/03/2026",
                "expected by 31 Mar 2026" },
        { NOTICE_PROMISE_REMINDER, be_plain, FORM_WHATSAPP, "1\u202f200,00\u00a0€", "€1,200.00" },
        { NOTICE_PLAN_CONFIRMED, be_plain, FORM_EMAIL,
                "• le 30 mars 2026\u202f: 410,00\u00a0€, dont 10,00\u00a0€ de frais\n"
                "• le 30 avril 2026\u202f: 400,00\u00a0€\n",
                "• 30 March 2026: €410.00, of which €10.00 is a fee\n• 30 April 2026: €400.00\n" },
        { NOTICE_PLAN_CONFIRMED, be_plain, FORM_EMAIL, "Total\u202f: 1\u202f210,00\u00a0€",
                "In total: €1,210.00" },
        { NOTICE_PLAN_CONFIRMED, be_plain, FORM_SMS, "en 3 fois du 30/03/2026 au 30/05/2026",
                "in 3 instalments from 30 Mar 2026 to 30 May 2026" },
        { NOTICE_PLAN_CONFIRMED, have_one_part, FORM_SMS, "à régler le 30/03/2026, 410,00 €",
                "to be paid on 30 Mar 2026, €410.00" },
        { NOTICE_PLAN_CONFIRMED, have_one_part, FORM_EMAIL, "en une fois, à cette date",
                "at once, on this day" },
        { NOTICE_PLAN_CONFIRMED, be_plain, FORM_WHATSAPP, "• le 30 mai 2026", "• 30 May 2026" },
        { NOTICE_HANDOVER, be_plain, FORM_EMAIL, "Boulangerie Martin\nMarie Martin\n",
                "Boulangerie Martin\nMarie Martin\n" },
        { NOTICE_HANDOVER, be_plain, FORM_EMAIL, "• 8 mars 2026\u202f: rappel\n",
                "• 8 March 2026: reminder\n" },
        { NOTICE_HANDOVER, be_plain, FORM_EMAIL,
                "• 11 mars 2026\u202f: demande de règlement, au plus tard le 12 mars 2026",
                "• 11 March 2026: request for payment, by 12 March 2026" },
        { NOTICE_HANDOVER, have_charges, FORM_EMAIL,
                "Avec le montant dû\u202f: 1\u202f243,33\u00a0€",
                "Together with the amount due: €1,243.33" },
        { NOTICE_HANDOVER, have_charges, FORM_WHATSAPP, "• intérêts\u202f: 3,33\u00a0€",
                "• interest: €3.33" },
        { NOTICE_HANDOVER, have_attachment, FORM_EMAIL, "• F-1.pdf", "• F-1.pdf" },
};

/* F-1 and F-2 are due, F-3 is not: no text takes it into what it asks for. */
static void what_is_not_yet_due_is_told_apart(void **state)
{
        static const struct {
                const char *asked, *whole, *third, *heading;
        } parts[] = {
                { "500,50", "600,49", "99,99",
                        "non compris dans ce montant\u202f:\n• Facture F-3" },
                { "500.50", "600.49", "99.99", "not part of this amount:\n• Invoice F-3" },
                { "500,50", "600,49", "99,99", "nicht enthalten:\n• Rechnung F-3" },
                { "500,50", "600,49", "99,99", "no incluido en este importe:\n• Factura F-3" },
                { "500,50", "600,49", "99,99", "non compreso in questo importo:\n• Fattura F-3" },
                { "500,50", "600,49", "99,99", "niet in dit bedrag begrepen:\n• Factuur F-3" },
        };
        Fixture *fixture = *state;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++)
                for (Action action = ACTION_REMIND; action <= ACTION_DEADLINE; action++)
                        for (Form form = FORM_EMAIL; form <= FORM_WHATSAPP; form++) {
                                scene_set(&fixture->scene, languages[l], action);
                                scene_list_all(&fixture->scene);
                                const Message *message = compose(fixture, form);
                                assert_has(message, parts[l].asked);
                                assert_has_not(message, parts[l].whole);
                                if (form == FORM_SMS) {
                                        assert_has_not(message, parts[l].third);
                                        continue;
                                }
                                assert_has(message, parts[l].heading);
                                assert_has(message, parts[l].third);
                                if (message->html)
                                        assert_null(strstr(message->html, parts[l].whole));
                        }
}

/* The second of three, the first is paid: not the whole invoice is open. */
static void the_instalment_is_named_with_its_invoice(void **state)
{
        static const char *const parts[][2] = {
                { "facture F-1 (échéance 2/3)", "facture F-1 (échéances 2/3 et 3/3)" },
                { "invoice F-1 (instalment 2/3)", "invoice F-1 (instalments 2/3 and 3/3)" },
                { "echnung F-1 (Rate 2/3)", "echnung F-1 (Raten 2/3 und 3/3)" },
                { "F-1 (cuota 2/3)", "F-1 (cuotas 2/3 y 3/3)" },
                { "fattura F-1 (rata 2/3)", "fattura F-1 (rate 2/3 e 3/3)" },
                { "factuur F-1 (termijn 2/3)", "factuur F-1 (termijnen 2/3 en 3/3)" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++)
                for (int k = 0; k < TEXTS * FORM_EVENT; k++) {
                        Form form = (Form)(k % FORM_EVENT);
                        set_text_scene(scene, languages[l], k / FORM_EVENT);
                        if (!notice_is_for_customer(&scene->planned) ||
                                scene->planned.kind == NOTICE_PLAN_CONFIRMED)
                                continue;
                        scene->instalments[0].seq = 2;
                        scene->details[0].n_instalments = 3;
                        const Message *message = compose(fixture, form);
                        const char *list = strstr(message->text, "\n•");
                        const char *name = strstr(message->text, parts[l][0]);
                        if (form == FORM_SMS || (list && name && name < list) || (name && !list))
                                assert_has(message, form == FORM_SMS ? "F-1" : parts[l][0]);
                        else
                                fail_msg("\"%s\" is not in:\n%s", parts[l][0], message->text);
                        bool is_demand = k / FORM_EVENT <= ACTION_DEADLINE;
                        if (form == FORM_EMAIL && is_demand)
                                assert_non_null(strstr(message->subject, parts[l][0]));
                        if (form == FORM_SMS && is_demand)
                                assert_has(message, "2/3");
                        scene->instalments[1] = scene->instalments[0];
                        scene->instalments[1].seq = 3;
                        scene->details[1] = scene->details[0];
                        scene->planned.n_lines = 2;
                        if (form != FORM_SMS)
                                assert_has(compose(fixture, form), parts[l][1]);
                }
}

/* F-1 in three parts, the first with a fee; it is 12 March. */
static void set_plan_scene(Scene *scene, const char *language, Action action, bool is_broken)
{
        static const PlanPart parts[] = { { 9, 2 }, { 9, 3 }, { 9, 4 } };

        scene_set_kind(scene, language, NOTICE_PLAN_CONFIRMED);
        scene->planned.kind = NOTICE_CONTACT;
        scene->planned.action = action;
        scene->planned.step = &scene_steps[action];
        for (size_t i = 0; i < SCENE_LINES; i++) {
                scene->details[i].parts = parts;
                scene->details[i].n_parts = ELEMENTSOF(parts);
                if (!is_broken)
                        continue;
                scene->instalments[i].is_plan_broken = true;
                scene->instalments[i].due = date_of(2026, 3, i == 0 ? 2 : 9);
        }
        if (is_broken)
                return;
        scene->planned.n_lines = 1;
        scene->planned.total = 41000;
}

static void the_parts_of_a_plan_are_named_and_why_it_ended(void **state)
{
        static const char *const parts[][3] = {
                { "facture F-1 (échéance 1/3 du plan)", "dont 10,00\u00a0€ de frais",
                        "l’échéance du 2 mars 2026 ne nous est pas parvenue" },
                { "invoice F-1 (part 1/3 of the plan)", "of which €10.00 is a fee",
                        "the one of 2 March 2026 has not reached us" },
                { "Rechnung F-1 (Teil 1/3 des Ratenplans)", "davon 10,00\u00a0€ Gebühr",
                        "die Rate vom 2. März 2026 ist nicht vollständig" },
                { "factura F-1 (plazo 1/3 del plan)", "incluidos 10,00\u00a0€ de gastos",
                        "el plazo del 2 de marzo de 2026 no nos ha llegado" },
                { "fattura F-1 (rata 1/3 del piano)", "di cui 10,00\u00a0€ di spese",
                        "la rata del giorno 2 marzo 2026 non ci risulta" },
                { "factuur F-1 (deel 1/3 van de regeling)", "waarvan €\u00a010,00 kosten",
                        "de termijn van 2 maart 2026 hebben wij niet ontvangen" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++) {
                set_plan_scene(scene, languages[l], ACTION_COURTESY, false);
                const Message *message = compose(fixture, FORM_EMAIL);
                assert_has(message, parts[l][0]);
                assert_has(message, parts[l][1]);
                assert_non_null(strstr(message->html, parts[l][1]));
                assert_has(compose(fixture, FORM_WHATSAPP), parts[l][0]);
                assert_has(compose(fixture, FORM_SMS), "1/3");
                for (int k = 0; k < 6; k++) {
                        Form form = k % 2 == 0 ? FORM_EMAIL : FORM_WHATSAPP;
                        set_plan_scene(scene, languages[l], ACTION_REMIND + k / 2, true);
                        assert_has(compose(fixture, form), parts[l][2]);
                        assert_has(&fixture->message, "2/3 ");
                        scene->planned.n_lines = 1; /* the others have been paid: it just ages */
                        assert_has_not(compose(fixture, form), parts[l][2]);
                        set_plan_scene(scene, languages[l], ACTION_REMIND + k / 2, false);
                        assert_has_not(compose(fixture, form), parts[l][2]);
                }
        }
}

static void occasions_say_what_was_agreed_and_a_file_what_happened(void **state)
{
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(occasion_sayings); i++) {
                const char *parts[] = { occasion_sayings[i].french, occasion_sayings[i].english };
                for (size_t l = 0; l < ELEMENTSOF(parts); l++) {
                        fixture->config.creditor.language = languages[l];
                        scene_set_kind(&fixture->scene, languages[l], occasion_sayings[i].kind);
                        occasion_sayings[i].be(&fixture->scene);
                        assert_has(compose(fixture, occasion_sayings[i].form), parts[l]);
                }
        }
        fixture->config.creditor.language = "fr";
}

static void no_text_says_debt(void **state)
{
        static const char *const words[] = { "dette", "débiteur", "créance", "debt", "schuld",
                "Schuld", "deuda", "deudor", "adeuda", "debito" };
        Fixture *fixture = *state;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++)
                for (int text = 0; text < TEXTS; text++)
                        for (Form form = FORM_EMAIL; form <= FORM_WHATSAPP; form++) {
                                set_text_scene(&fixture->scene, languages[l], text);
                                have_all_terms(&fixture->scene);
                                compose(fixture, form);
                                for (size_t i = 0; i < ELEMENTSOF(words); i++)
                                        assert_has_not(&fixture->message, words[i]);
                        }
}

static void a_text_does_not_say_what_is_not_so(void **state)
{
        static const struct {
                Action action;
                void (*be)(Scene *scene);
                const char *absent;
        } cases[] = {
                { ACTION_DEADLINE, be_plain, "suspendre" },
                { ACTION_DEADLINE, be_service, "pénalités" },
                { ACTION_DEADLINE, have_no_deadline, "au plus tard" },
                { ACTION_DEADLINE, have_no_deadline, "date" },
                { ACTION_DEADLINE, have_charges, "prévoit notre contrat, pénalités" },
                { ACTION_DEADLINE, have_interest_alone, "indemnité" },
                { ACTION_DEADLINE, be_plain, "le retard entraîne" },
                { ACTION_REMIND, have_discount, "scompte" },
                { ACTION_REMIND, be_plain, "remise" },
                { ACTION_RESEND, be_plain, "pièce jointe" },
                { ACTION_REMIND, be_plain, "jointe" },
                { ACTION_REMIND, be_plain, "crédit" },
                { ACTION_COURTESY, be_due_soon, "oubli" },
                { ACTION_COURTESY, be_due_soon, "pas encore reçu" },
                { ACTION_REMIND, have_little, "Bonjour ," },
                { ACTION_REMIND, owe_a_cent, "plusieurs fois" },
                { ACTION_REMIND, have_offer, "hors les frais" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                scene_set(&fixture->scene, "fr", cases[i].action);
                cases[i].be(&fixture->scene);
                assert_has_not(compose(fixture, FORM_EMAIL), cases[i].absent);
        }
}

/* Septets of GSM 03.38, or -1 where a character is not in it. */
static int gsm_length(const char *text)
{
        static const char *const basic[] = { "é", "è", "à", "ù", "ì", "ò", "ä", "ö", "ü", "Ä", "Ö",
                "Ü", "É", "Ç", "ñ", "Ñ", "å", "Å", "æ", "Æ", "ø", "Ø", "ß", "£", "¥", "§", "¿",
                "¡" };
        int n = 0;

        while (*text) {
                size_t i = 0;
                if (strncmp(text, "€", 3) == 0) {
                        n += 2;
                        text += 3;
                        continue;
                }
                if ((unsigned char)*text < 0x80) {
                        n += strchr("^{}\\[]~|", *text) ? 2 : 1;
                        if (*text++ == '`')
                                return -1;
                        continue;
                }
                while (i < ELEMENTSOF(basic) && strncmp(text, basic[i], 2) != 0)
                        i++;
                if (i == ELEMENTSOF(basic))
                        return -1;
                n++;
                text += 2;
        }
        return n;
}

/* With all that it says, and where no more than one message is allowed. */
static void an_sms_about_one_invoice_fits_two_messages_and_its_short_text_one(void **state)
{
        Fixture *fixture = *state;

        for (size_t i = 0; i < 6 * ELEMENTSOF(languages); i++)
                for (int text = 0; text < TEXTS; text++) {
                        const char *language = languages[i / 6];
                        bool is_short = i % 6 >= 3;
                        fixture->config.creditor.language = language;
                        set_text_scene(&fixture->scene, language, text);
                        fixture->scene.instalments[0].number = "F-2026-0042";
                        fixture->scene.occasion.max_parts = is_short;
                        if (i % 3 == 1)
                                be_service(&fixture->scene);
                        if (i % 3 == 2)
                                fixture->scene.account.kind = KIND_CONSUMER;
                        const Message *message = compose(fixture, FORM_SMS);
                        int length = gsm_length(message->text);
                        print_message("%s %-17s %3d  %s\n", language, message->template_name,
                                length, message->text);
                        assert_true(length > 0);
                        assert_true(length <= (is_short ? 160 : 2 * 153));
                }
        fixture->config.creditor.language = "fr";
}

static void a_deadline_is_printed_once_whatever_the_action(void **state)
{
        static const char *const dates[][2] = { { "20 mars 2026", "20/03/2026" },
                { "20 March 2026", "20 Mar 2026" }, { "20. März 2026", "20.03.2026" },
                { "20 de marzo de 2026", "20/03/2026" }, { "20 marzo 2026", "20/03/2026" },
                { "20 maart 2026", "20-03-2026" } };
        static const Form forms[] = { FORM_EMAIL, FORM_SMS, FORM_WHATSAPP };
        Fixture *fixture = *state;

        for (size_t l = 0; l < ELEMENTSOF(languages); l++)
                for (Action action = ACTION_COURTESY; action <= ACTION_DEADLINE; action++)
                        for (size_t f = 0; f < ELEMENTSOF(forms); f++) {
                                scene_set(&fixture->scene, languages[l], action);
                                fixture->scene.planned.deadline = date_of(2026, 3, 20);
                                const Message *message = compose(fixture, forms[f]);
                                const char *date = dates[l][forms[f] == FORM_SMS];
                                const char *found = strstr(message->text, date);
                                if (!found || strstr(found + 1, date))
                                        fail_msg("\"%s\" is not there once in:\n%s", date,
                                                message->text);
                        }
}

static void a_message_names_its_template_and_whatsapp_gets_the_fields(void **state)
{
        Fixture *fixture = *state;

        for (Form form = FORM_EMAIL; form <= FORM_EVENT; form++) {
                scene_set(&fixture->scene, "fr", ACTION_RECONNECT);
                assert_string_equal(compose(fixture, form)->template_name, "reconnect");
                scene_set(&fixture->scene, "fr", ACTION_REMIND);
                fixture->scene.planned.kind = NOTICE_THANKS;
                assert_string_equal(compose(fixture, form)->template_name, "thanks");
                scene_set(&fixture->scene, "fr", ACTION_RESEND);
                const Message *message = compose(fixture, form);
                assert_string_equal(message->template_name, "resend");
                assert_int_equal(message->fields != NULL, form == FORM_WHATSAPP);
                if (message->fields)
                        assert_non_null(strstr(message->fields, "\ntotal=1\u202f200,00\u00a0€\n"));
        }
}

static void a_program_gets_json(void **state)
{
        Fixture *fixture = *state;

        scene_set(&fixture->scene, "fr", ACTION_SUSPEND);
        have_everything(&fixture->scene);
        fixture->scene.customer.name = "A \"B\" \\ C\n</script>";
        json_t *json = json_loads(compose(fixture, FORM_EVENT)->text, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(json);
        json_t *invoices = json_object_get(json, "invoices");
        json_t *first = json_array_get(invoices, 0);
        assert_string_equal(json_string_value(json_object_get(json, "event")), "suspend");
        assert_string_equal(json_string_value(json_object_get(json, "total")), "1389.99");
        assert_string_equal(json_string_value(json_object_get(json, "date")), "2026-03-12");
        assert_true(json_is_null(json_object_get(json, "deadline")));
        assert_int_equal(json_array_size(invoices), 3);
        assert_string_equal(json_string_value(json_object_get(first, "open")), "1200.00");
        assert_string_equal(json_string_value(json_object_get(first, "due")), "2026-03-05");
        assert_int_equal(json_integer_value(json_object_get(first, "days_late")), 7);
        json_t *customer = json_object_get(json, "customer");
        assert_string_equal(
                json_string_value(json_object_get(customer, "name")), "A \"B\" \\ C </script>");
        assert_true(json_is_null(json_object_get(json, "charges")));
        assert_true(json_is_null(json_object_get(json, "offer")));
        assert_true(json_is_null(json_object_get(json, "promise")));
        json_decref(json);
}

static void a_program_gets_what_was_agreed_too(void **state)
{
        Fixture *fixture = *state;
        const char *until, *amount, *interest;

        scene_set_kind(&fixture->scene, "fr", NOTICE_PROMISE_CONFIRMED);
        have_interest_alone(&fixture->scene);
        json_t *json = json_loads(compose(fixture, FORM_EVENT)->text, JSON_REJECT_DUPLICATES, NULL);
        assert_int_equal(json_unpack(json, "{s:{s:s,s:s},s:{s:s,s:n}}", "promise", "until", &until,
                                 "amount", &amount, "charges", "interest", &interest, "fixed"),
                0);
        assert_string_equal(until, "2026-03-31");
        assert_string_equal(amount, "1200.00");
        assert_string_equal(interest, "3.33");
        assert_string_equal(json_string_value(json_object_get(json, "event")), "promise-confirmed");
        json_decref(json);
        scene_set(&fixture->scene, "fr", ACTION_REMIND);
        have_offer(&fixture->scene);
        json = json_loads(compose(fixture, FORM_EVENT)->text, JSON_REJECT_DUPLICATES, NULL);
        assert_int_equal(
                json_unpack(json, "{s:{s:s,s:s}}", "offer", "until", &until, "total", &amount), 0);
        assert_string_equal(until, "2026-03-22");
        assert_string_equal(amount, "1176.00");
        json_decref(json);
}

static void a_name_can_add_neither_header_nor_line(void **state)
{
        Fixture *fixture = *state;

        scene_set(&fixture->scene, "fr", ACTION_REMIND);
        have_line_breaks_in_names(&fixture->scene);
        const Message *message = compose(fixture, FORM_EMAIL);
        assert_string_equal(
                message->subject, "Petit rappel\u202f: votre facture F-1 Subject: free");
        assert_has(message, "Bonjour M Bcc: all@x.example Subject: {{total}} [2J,\n");
}

static void the_language_is_the_customers_else_the_creditors_else_english(void **state)
{
        static const struct {
                const char *customer, *creditor, *language, *total;
        } cases[] = {
                { "fr", "en", "fr", "1\u202f200,00\u00a0€" },
                { "fr-BE", "en", "fr", "1\u202f200,00\u00a0€" },
                { "fr-CA", "en", "fr", "1\u00a0200,00\u00a0€" },
                { "EN_us", "fr", "en", "€1,200.00" },
                { "", "fr", "fr", "1\u202f200,00\u00a0€" },
                { "pl", "fr-FR", "fr", "1\u202f200,00\u00a0€" },
                { "pl", "sv", "en", "€1,200.00" },
                { "../../etc", "fr", "fr", "1\u202f200,00\u00a0€" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                scene_set(&fixture->scene, cases[i].customer, ACTION_REMIND);
                fixture->config.creditor.language = cases[i].creditor;
                compose(fixture, FORM_EMAIL);
                assert_string_equal(fixture->message.language, cases[i].language);
                assert_has(&fixture->message, cases[i].total);
        }
        fixture->config.creditor.language = "fr";
        scene_set(&fixture->scene, "en", ACTION_AGENCY);
        assert_string_equal(compose(fixture, FORM_EMAIL)->language, "fr");
}

static void shipped_templates_have_no_problem_and_no_harsh_word(void **state)
{
        Fixture *fixture = *state;
        Problems problems = { 0 };

        for (int round = 0; round < 2; round++) {
                assert_int_equal(composer_check(fixture->composer, &problems), 0);
                for (size_t i = 0; i < problems.n; i++)
                        print_message("%s:%u: %s\n", problems.list[i].file, problems.list[i].line,
                                problems.list[i].text);
                assert_int_equal(problems.n, 0);
        }
        problems_release(&problems);
}

static void own_templates_go_before_the_shipped_ones(void **state)
{
        Fixture *fixture = *state;
        Own own;
        const char *problem;

        own_make(&own);
        own_write(&own, "fr/remind/email.txt",
                "Subject: Chez nous\r\n\r\n\r\n\r\n{{>greeting}}  "
                "\r\n\r\n\r\n\r\n{{>signature}}\r\n");
        own_write(&own, "fr/partials/signature.txt", "L'équipe\n");
        own_write(&own, "de/remind/email.txt", "Subject: Rechnung {{numbers}}\n\n{{total}}\n");
        scene_set(&fixture->scene, "fr", ACTION_REMIND);
        assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                                 &fixture->message, &problem),
                0);
        assert_string_equal(fixture->message.subject, "Chez nous");
        assert_string_equal(fixture->message.text, "Bonjour Marie Martin,\n\nL'équipe");
        scene_set(&fixture->scene, "fr", ACTION_DEADLINE); /* shipped, with the own signature */
        assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                                 &fixture->message, &problem),
                0);
        assert_has(&fixture->message, "L'équipe");
        scene_set(&fixture->scene, "de-AT", ACTION_REMIND);
        assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                                 &fixture->message, &problem),
                0);
        assert_string_equal(fixture->message.language, "de");
        assert_string_equal(fixture->message.text, "€\u00a01.200,00");
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        assert_int_equal(own.problems.n, 0);
        own_remove(&own);
}

/* Portuguese is not shipped; the creditor is French. The first of these that is there is taken. */
static void what_a_language_is_without_is_the_creditors_then_english(void **state)
{
        static const char *const partials[] = { "pt/partials/own.txt", "partials/own.txt",
                "fr/partials/own.txt", "en/partials/own.txt" };
        static const char *const texts[] = { "pt/own/whatsapp.txt", "fr/own/whatsapp.txt",
                "en/own/whatsapp.txt" };
        Fixture *fixture = *state;
        Step step;
        const char *problem;

        for (size_t n = 0; n < ELEMENTSOF(partials) + ELEMENTSOF(texts); n++) {
                bool is_partial = n < ELEMENTSOF(partials);
                size_t first_text = is_partial ? 0 : n - ELEMENTSOF(partials);
                Own own;
                own_make(&own);
                for (size_t i = is_partial ? n : 0; i < ELEMENTSOF(partials); i++)
                        own_write(&own, partials[i], partials[i]);
                for (size_t i = first_text; i < ELEMENTSOF(texts); i++)
                        own_write(&own, texts[i], is_partial ? "{{>own}}" : texts[i]);
                scene_set(&fixture->scene, "pt-BR", ACTION_REMIND);
                step = *fixture->scene.planned.step;
                step.template = "own";
                fixture->scene.planned.step = &step;
                if (own_compose(&own, &fixture->scene, FORM_WHATSAPP, &fixture->arena,
                            &fixture->message, &problem) < 0)
                        fail_msg("%s", problem);
                assert_string_equal(
                        fixture->message.text, is_partial ? partials[n] : texts[first_text]);
                own_remove(&own);
        }
}

static void a_text_in_two_languages_is_told_by_the_check(void **state)
{
        Fixture *fixture = *state;
        Own own;
        const char *problem;

        own_make(&own);
        own_write(&own, "pt/remind/email.txt", "Subject: x\n\n{{>greeting}}\n\n{{>bank}}{{>end}}");
        own_write(&own, "pt/partials/bank.txt", "{{>vat}}\n");
        own_write(&own, "partials/end.txt", "{{total}}\n");
        scene_set(&fixture->scene, "pt", ACTION_REMIND);
        assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                                 &fixture->message, &problem),
                0);
        assert_has(&fixture->message, "Bonjour Marie Martin,");
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        assert_true(own_has_problem(&own, "pt/remind/email.txt", 3,
                "there is no partial \"greeting\" in pt: the one in fr is taken"));
        assert_true(own_has_problem(&own, "pt/partials/bank.txt", 1, "\"vat\" in pt"));
        assert_int_equal(own.problems.n, 2);
        assert_int_equal(own.problems.n_errors, 0);
        own_remove(&own);
}

static void bad_templates_stop_the_notice_and_say_where(void **state)
{
        static const struct {
                const char *text, *problem;
        } cases[] = {
                { "Subject: x\n\n{{invoce}}", "remind/email.txt:3: unknown variable \"invoce\"" },
                { "Subject: x\n\n{{#several}}", "remind/email.txt:3: the section" },
                { "Subject: x\n\n{{>absent}}", "remind/email.txt:3: there is no partial" },
                { "Subject: x\n\n{{#invoices}}{{creditor.nme}}{{/invoices}}",
                        "unknown variable \"creditor.nme\"; did you mean \"creditor.name\"?" },
                { "Subject: x\n\n{{invoices.number}}",
                        "\"invoices.number\": write {{#invoices}}{{number}}{{/invoices}}" },
                { "Bonjour", "an e-mail begins with a line \"Subject: …\"" },
                { "Subject: \n\nBonjour", "an e-mail begins with a line \"Subject: …\"" },
                { "Subject: a\nBcc: b\n\nBonjour", "an e-mail begins with a line" },
                { "Subject: a\n\n{{#credit}}b{{/credit}}", "an e-mail begins with a line" },
                { "Subject: a\n\n\xff", "is not UTF-8" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Own own;
                const char *problem = NULL;
                own_make(&own);
                own_write(&own, "fr/remind/email.txt", cases[i].text);
                scene_set(&fixture->scene, "fr", ACTION_REMIND);
                for (int round = 0; round < 2; round++) {
                        assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL,
                                                 &fixture->arena, &fixture->message, &problem),
                                -EINVAL);
                        if (!strstr(problem, cases[i].problem))
                                fail_msg("case %zu: %s", i, problem);
                }
                own_remove(&own);
        }
}

static void a_missing_text_is_named(void **state)
{
        static const Step steps[] = {
                { .id = "soft", .action = ACTION_REMIND, .template = "soft", SCENE_ROUTES },
        };
        static const Policy policies[] = {
                { .name = "gentle", .steps = steps, .n_steps = 1 },
        };
        Fixture *fixture = *state;
        Own own;
        const char *problem;

        own_make(&own);
        own.config.book.policies = policies;
        own.config.book.n_policies = 1;
        own_write(&own, "fr/soft/email.txt", "Subject: a\n\nb");
        own_write(&own, "fr/soft/whatsapp.txt", "b");
        scene_set(&fixture->scene, "en", ACTION_REMIND);
        fixture->scene.planned.step = &steps[0];
        assert_int_equal(own_compose(&own, &fixture->scene, FORM_SMS, &fixture->arena,
                                 &fixture->message, &problem),
                -ENOENT);
        assert_string_equal(problem,
                "there is no text \"soft\" as sms: no en/soft/sms.txt, nor in another language");
        assert_int_equal(own_compose(&own, &fixture->scene, FORM_EMAIL, &fixture->arena,
                                 &fixture->message, &problem),
                0);
        assert_string_equal(fixture->message.language, "fr");
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        assert_true(own_has_problem(&own, "relanced.conf", 0,
                "policy \"gentle\", action remind: there is no text \"soft\" as sms"));
        assert_true(own_has_problem(&own, "relanced.conf", 0, "\"soft\" as event"));
        assert_int_equal(own.problems.n_errors, 2);
        own_remove(&own);
}

static void a_folder_of_templates_that_is_not_there_is_told(void **state)
{
        Own own;

        own_make(&own);
        own.config.templates = "/nonexistent";
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        assert_true(own_has_problem(
                &own, "relanced.conf", 0, "templates: there is no folder /nonexistent"));
        assert_int_equal(own.problems.n_errors, 1);
        own_remove(&own);
}

static void own_files_that_no_message_is_made_from_are_told(void **state)
{
        static const struct {
                const char *file, *told, *warning; /* NULL: it is of use */
        } cases[] = {
                { "fr/remind/emial.txt", "fr/remind/emial.txt", "did you mean \"email.txt\"?" },
                { "fr/remindd/email.txt", "fr/remindd", "did you mean \"remind\"?" },
                { "fr/email.txt", "fr/email.txt", "in no message's folder" },
                { "remind/email.txt", "remind", "no language has this name" },
                { "email.txt", "email.txt", "in no language's folder" },
                { "fr/partials/signatur.txt", "fr/partials/signatur.txt", "no text names" },
                { "fr/partials/signature.md", "fr/partials/signature.md", "no text names" },
                { "tone/french.txt", "tone/french.txt", "no tone list" },
                { "fr/deadline/email.html", "fr/deadline/email.html", "no email.txt of yours" },
                { "fr/remind/email.txt", NULL, NULL },
                { "fr/legal/event.json", NULL, NULL },
                { "fr/partials/signature.html", NULL, NULL },
                { "pt/partials/history.txt", NULL, NULL },
                { "partials/frame.html", NULL, NULL },
                { "tone/pt.txt", NULL, NULL },
                { "fr/remind/.email.txt.swp", NULL, NULL },
                { "fr/remind/email.txt~", NULL, NULL },
        };

        Own own;
        size_t n = 0, n_told = 0;

        own_make(&own);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                own_write(&own, cases[i].file, "Subject: x\n\nx");
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                n += cases[i].told != NULL;
                if (cases[i].told && !own_has_problem(&own, cases[i].told, 0, cases[i].warning))
                        fail_msg("%s", cases[i].file);
        }
        for (size_t i = 0; i < own.problems.n; i++)
                n_told += own.problems.list[i].is_warning &&
                          strstr(own.problems.list[i].text, "it is not used");
        assert_int_equal(n_told, n);
        own_remove(&own);
}

static void own_partials_of_own_texts_are_of_use(void **state)
{
        Own own;

        own_make(&own);
        own_write(&own, "fr/remind/email.txt", "Subject: x\n\n{{>bank}}");
        own_write(&own, "fr/partials/bank.txt", "{{creditor.iban}} x\n");
        own_write(&own, "fr/partials/bank.html", "<p>{{creditor.iban}} x</p>\n");
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        assert_int_equal(own.problems.n, 0);
        own_remove(&own);
}

static void texts_that_no_policy_asks_for_are_checked(void **state)
{
        static const char *const checked[] = { "fr/thanks/email.txt", "es/suspend/whatsapp.txt",
                "nl/deadline/sms-short.txt", "en/reconnect/event.json",
                "fr/partials/customer.txt" };

        Own own;

        own_make(&own);
        own.config.book = (Rulebook){ 0 };
        for (size_t i = 0; i < ELEMENTSOF(checked); i++)
                own_write(&own, checked[i], "Subject: a\n\n{{invoce}}\n");
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        for (size_t i = 0; i < ELEMENTSOF(checked); i++)
                if (!own_has_problem(&own, checked[i], 3, "unknown variable \"invoce\""))
                        fail_msg("%s", checked[i]);
        assert_int_equal(own.problems.n_errors, ELEMENTSOF(checked));
        assert_int_equal(own.problems.n, ELEMENTSOF(checked));
        own_remove(&own);
}

static void a_word_of_the_tone_list_is_found_whole_and_in_any_case(void **state)
{
        static const struct {
                const char *text;
                bool is_found;
        } cases[] = {
                { "une dette", true },
                { "Dette.", true },
                { "l’Écheance, «\u202fDETTE\u202f»", true },
                { "la\u00a0dette\u2026", true },
                { "endetté", false },
                { "dettes", false },
                { "édette", false },
                { "detteé", false },
                { "{{! dette }}", false },
                { "un Mauvais Payeur ici", true },
                { "une facture", false },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Own own;
                own_make(&own);
                own_write(&own, "fr/partials/question.txt", cases[i].text);
                own_write(&own, "tone/fr.txt", "dette\nmauvais payeur\n");
                assert_int_equal(composer_check(own.composer, &own.problems), 0);
                if ((own.problems.n > 0) != cases[i].is_found)
                        fail_msg("case %zu: \"%s\"", i, cases[i].text);
                own_remove(&own);
        }
}

static void checking_finds_all_problems_at_once(void **state)
{
        Own own;

        own_make(&own);
        own_write(&own, "fr/remind/email.txt",
                "Subject: x\n\n{{un}}\n{{#several}}{{deux}}{{/several}}\n{{^several}}{{trois}}"
                "{{/several}}\n{{#invoices}}{{quatre}}{{/invoices}}{{>cinq}}");
        own_write(&own, "fr/remind/sms.txt", "\n{{#a}}");
        own_write(&own, "en/deadline/email.txt", "no subject");
        own_write(&own, "de/resend/whatsapp.txt", "{{falsch}}");
        own_write(&own, "fr/partials/payment.txt", "Une DETTE de {{total}}\npayez {{vite}}");
        own_write(&own, "tone/fr.txt", "# a list of one's own\r\n dette\r\ndette\r\npayez\n");
        assert_int_equal(composer_check(own.composer, &own.problems), 0);
        assert_true(own_has_problem(&own, "fr/remind/email.txt", 3, "\"un\""));
        assert_true(own_has_problem(&own, "fr/remind/email.txt", 4, "\"deux\""));
        assert_true(own_has_problem(&own, "fr/remind/email.txt", 5, "\"trois\""));
        assert_true(own_has_problem(&own, "fr/remind/email.txt", 6, "\"quatre\""));
        assert_true(own_has_problem(&own, "fr/remind/email.txt", 6, "no partial \"cinq\""));
        assert_true(own_has_problem(&own, "fr/remind/sms.txt", 2, "never closed"));
        assert_true(own_has_problem(&own, "en/deadline/email.txt", 1, "Subject"));
        assert_true(own_has_problem(&own, "de/resend/whatsapp.txt", 1, "\"falsch\""));
        assert_true(own_has_problem(&own, "fr/partials/payment.txt", 2, "\"vite\""));
        assert_int_equal(own.problems.n_errors, 9);
        assert_true(own_has_problem(&own, "fr/partials/payment.txt", 1, "\"dette\""));
        assert_true(own_has_problem(&own, "fr/partials/payment.txt", 2, "\"payez\""));
        assert_int_equal(own.problems.n, 11);
        own_remove(&own);
}

static void rendered_texts_are_laid_out_for_their_form(void **state)
{
        static const struct {
                Form form;
                const char *rendered, *expected;
        } cases[] = {
                { FORM_EMAIL, "\n\n a\t \n\n\n\n  b\r\nc\x1b\n\n", " a\n\n  b\nc" },
                { FORM_WHATSAPP, "a\n \n\nb\n", "a\n\nb" },
                { FORM_SMS, "\n a \n\n b\u202f: l’œil «\u202fc\u202f» – d…\n",
                        "a b : l'oeil \" c \" - d..." },
                { FORM_EMAIL, "", "" },
                { FORM_SMS, " \n", "" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(layout_text(cases[i].rendered, cases[i].form, &fixture->arena),
                        cases[i].expected);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_shipped_text_is_sound_in_each_situation),
                cmocka_unit_test(every_notice_asks_whether_something_is_wrong),
                cmocka_unit_test(texts_say_what_their_situation_asks_for),
                cmocka_unit_test(what_is_not_yet_due_is_told_apart),
                cmocka_unit_test(the_instalment_is_named_with_its_invoice),
                cmocka_unit_test(the_parts_of_a_plan_are_named_and_why_it_ended),
                cmocka_unit_test(occasions_say_what_was_agreed_and_a_file_what_happened),
                cmocka_unit_test(no_text_says_debt),
                cmocka_unit_test(a_text_does_not_say_what_is_not_so),
                cmocka_unit_test(an_sms_about_one_invoice_fits_two_messages_and_its_short_text_one),
                cmocka_unit_test(a_deadline_is_printed_once_whatever_the_action),
                cmocka_unit_test(a_message_names_its_template_and_whatsapp_gets_the_fields),
                cmocka_unit_test(a_program_gets_json),
                cmocka_unit_test(a_program_gets_what_was_agreed_too),
                cmocka_unit_test(a_name_can_add_neither_header_nor_line),
                cmocka_unit_test(the_language_is_the_customers_else_the_creditors_else_english),
                cmocka_unit_test(shipped_templates_have_no_problem_and_no_harsh_word),
                cmocka_unit_test(own_templates_go_before_the_shipped_ones),
                cmocka_unit_test(what_a_language_is_without_is_the_creditors_then_english),
                cmocka_unit_test(a_text_in_two_languages_is_told_by_the_check),
                cmocka_unit_test(bad_templates_stop_the_notice_and_say_where),
                cmocka_unit_test(a_missing_text_is_named),
                cmocka_unit_test(a_folder_of_templates_that_is_not_there_is_told),
                cmocka_unit_test(own_files_that_no_message_is_made_from_are_told),
                cmocka_unit_test(own_partials_of_own_texts_are_of_use),
                cmocka_unit_test(texts_that_no_policy_asks_for_are_checked),
                cmocka_unit_test(a_word_of_the_tone_list_is_found_whole_and_in_any_case),
                cmocka_unit_test(checking_finds_all_problems_at_once),
                cmocka_unit_test(rendered_texts_are_laid_out_for_their_form),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
