/* SPDX-License-Identifier: MIT */
/* context.c, fields.c, one-line.c: what templates may name, and that nothing from outside breaks a
 * line. */

#include "compose/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* needs the three above */
#include <cmocka.h>

#include "occasion.h"

typedef struct Fixture {
        Arena arena;
        Locales *locales;
        Config config;
        Scene scene;
} Fixture;

static int fixture_set_up(void **state)
{
        static Fixture fixture;

        fixture.config = scene_config();
        *state = &fixture;
        return locales_new(&fixture.locales);
}

static int fixture_tear_down(void **state)
{
        Fixture *fixture = *state;

        locales_free(fixture->locales);
        arena_release(&fixture->arena);
        return 0;
}

static const Value *build(Fixture *fixture, LocaleStyle style)
{
        Value *context = NULL;
        Speech speech = { "fr", locales_get(fixture->locales, "fr"), style };

        assert_int_equal(context_build(&fixture->config, &fixture->scene.occasion, &speech,
                                 &fixture->arena, &context),
                0);
        return context;
}

/* "invoices.open" of the first item; fails the test when there is none. */
static const Value *find(const Value *value, const char *name)
{
        while (value && *name) {
                size_t length = strcspn(name, ".");
                if (value->kind == VALUE_LIST)
                        value = value->first;
                value = value ? value_get(value, name, length) : NULL;
                name += length + (name[length] == '.');
        }
        return value;
}

static const char *text_of(const Value *context, const char *name)
{
        const Value *value = find(context, name);

        if (!value)
                fail_msg("%s is not there", name);
        return value->kind == VALUE_FLAG ? (value->is_set ? "yes" : "no") : value->text;
}

/* Names of a tree that the table does not have. */
static void assert_all_documented(const Value *value, const char *prefix)
{
        size_t n;
        const Variable *variables = context_variables(&n);

        for (const Value *member = value->first; member; member = member->next) {
                char name[64];
                bool is_group = member->kind == VALUE_OBJECT;
                bool is_known = is_group;
                (void)snprintf(name, sizeof(name), "%s%s", prefix, member->name);
                for (size_t i = 0; i < n && !is_known; i++)
                        is_known = streq(variables[i].name, name);
                if (!is_known)
                        fail_msg("%s is not documented", name);
                (void)snprintf(name, sizeof(name), "%s%s.", prefix, member->name);
                if (is_group)
                        assert_all_documented(member, name);
                if (member->kind == VALUE_LIST && member->first->kind == VALUE_OBJECT)
                        assert_all_documented(member->first, name);
        }
}

static void the_table_is_the_whole_truth(void **state)
{
        Fixture *fixture = *state;
        size_t n;
        const Variable *variables = context_variables(&n);

        scene_set_kind(&fixture->scene, "fr", NOTICE_HANDOVER); /* tells of the history, too */
        fixture->scene.occasion.n_attachments = 1;
        const Value *context = build(fixture, STYLE_TEXT);
        const Value *sample = context_sample(&fixture->arena);
        for (size_t i = 0; i < n; i++) {
                if (!find(context, variables[i].name))
                        fail_msg("%s is documented and not there", variables[i].name);
                if (!value_is_true(find(sample, variables[i].name)))
                        fail_msg("%s has no sample", variables[i].name);
                assert_true(*variables[i].help);
        }
        assert_all_documented(context, "");
}

typedef struct Expected {
        const char *name, *value;
} Expected;

static void assert_all(const Value *context, const Expected *expected, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (!streq(text_of(context, expected[i].name), expected[i].value))
                        fail_msg("%s is \"%s\", not \"%s\"", expected[i].name,
                                text_of(context, expected[i].name), expected[i].value);
}

static void one_invoice_is_told(void **state)
{
        static const Expected expected[] = {
                { "event", "deadline" },
                { "step", "deadline" },
                { "policy", "standard" },
                { "is_deadline", "yes" },
                { "is_remind", "no" },
                { "is_thanks", "no" },
                { "is_goods", "yes" },
                { "is_service", "no" },
                { "has_next_step", "yes" },
                { "has_room", "yes" },
                { "today", "12 mars 2026" },
                { "total", "1\u202f200,00\u00a0€" },
                { "subtotal", "1\u202f200,00\u00a0€" },
                { "credit", "" },
                { "deadline", "20 mars 2026" },
                { "due", "5 mars 2026" },
                { "days_late", "7" },
                { "is_one_day_late", "no" },
                { "count", "1" },
                { "numbers", "F-1" },
                { "several", "no" },
                { "several_lines", "no" },
                { "has_overdue", "yes" },
                { "has_due_soon", "no" },
                { "has_attachments", "no" },
                { "invoices.number", "F-1" },
                { "invoices.open", "1\u202f200,00\u00a0€" },
                { "invoices.paid", "" },
                { "invoices.is_partly_paid", "no" },
                { "invoices.instalment", "" },
                { "invoices.is_overdue", "yes" },
                { "invoices.is_lead", "yes" },
                { "invoices.has_deadline", "yes" },
                { "invoices.document", "F-1.pdf" },
                { "invoices.is_attached", "no" },
                { "creditor.iban", "FR76 3000 6000 0112 3456 7890 189" },
                { "customer.contact_name", "Marie Martin" },
                { "customer.is_business", "yes" },
        };
        Fixture *fixture = *state;

        scene_set(&fixture->scene, "fr", ACTION_DEADLINE);
        assert_all(build(fixture, STYLE_TEXT), expected, ELEMENTSOF(expected));
}

static void several_invoices_are_told_one_by_one(void **state)
{
        static const Expected whole[] = {
                { "count", "2" },
                { "numbers", "F-1 et F-2" },
                { "several", "yes" },
                { "several_lines", "yes" },
                { "has_due_soon", "no" },
                { "has_mentioned", "yes" },
                { "days_late", "7" },
                { "is_partly_paid", "yes" },
                { "has_separate_urls", "yes" },
                { "payment_url", "" },
                { "attachments.name", "F-1.pdf" },
                { "invoices.paid", "200,00\u00a0€" },
                { "invoices.is_partly_paid", "yes" },
                { "invoices.is_attached", "yes" },
                { "invoices.is_first", "yes" },
        };
        static const Expected second[] = {
                { "number", "F-2" },
                { "days_late", "1" },
                { "is_one_day_late", "yes" },
                { "is_only_listed", "yes" },
                { "has_deadline", "no" },
                { "is_lead", "no" },
                { "is_first", "no" },
                { "payment_url", "https://pay.example/F-2" },
        };
        static const Expected third[] = {
                { "number", "F-3" },
                { "instalment", "2/3" },
                { "sequence", "2" },
                { "days_late", "0" },
                { "is_overdue", "no" },
                { "is_due_soon", "yes" },
                { "is_mentioned", "yes" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        scene_set(scene, "fr", ACTION_DEADLINE);
        scene_list_all(scene);
        scene->instalments[0].open = 100000;
        scene->planned.total -= 20000;
        scene->details[1].payment_url = "https://pay.example/F-2";
        scene->occasion.n_attachments = 1;
        const Value *context = build(fixture, STYLE_TEXT);
        assert_all(context, whole, ELEMENTSOF(whole));
        const Value *item = find(context, "invoices")->first->next;
        assert_all(item, second, ELEMENTSOF(second));
        assert_all(item->next, third, ELEMENTSOF(third));
}

static void what_is_only_mentioned_counts_for_nothing(void **state)
{
        static const Expected whole[] = {
                { "count", "1" },
                { "numbers", "F-1" },
                { "several", "no" },
                { "several_lines", "yes" },
                { "has_due_soon", "no" },
                { "has_separate_urls", "no" },
                { "payment_url", "https://pay.example/F-1" },
                { "invoices.is_mentioned", "no" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        scene_set(scene, "fr", ACTION_REMIND);
        scene->planned.n_lines = SCENE_LINES;
        scene->details[0].payment_url = "https://pay.example/F-1";
        scene->lines[1].is_mentioned = scene->lines[2].is_mentioned = true;
        assert_all(build(fixture, STYLE_TEXT), whole, ELEMENTSOF(whole));
}

static void a_demand_asks_for_nothing_before_its_day(void **state)
{
        static const struct {
                Action action;
                NoticeKind kind;
                LocaleStyle style;
                int day; /* of March */
                int64_t credit;
                const char *total, *count, *has_mentioned;
        } cases[] = {
                { ACTION_COURTESY, NOTICE_CONTACT, STYLE_TEXT, 12, 0, "1\u202f600,49\u00a0€", "3",
                        "no" },
                { ACTION_REMIND, NOTICE_CONTACT, STYLE_TEXT, 12, 0, "1\u202f500,50\u00a0€", "2",
                        "yes" },
                { ACTION_RESEND, NOTICE_CONTACT, STYLE_PLAIN, 12, 0, "1 500,50 €", "2", "yes" },
                { ACTION_DEADLINE, NOTICE_CONTACT, STYLE_TEXT, 10, 0, "1\u202f200,00\u00a0€", "1",
                        "yes" },
                { ACTION_DEADLINE, NOTICE_CONTACT, STYLE_TEXT, 12, 50, "1\u202f500,00\u00a0€", "2",
                        "yes" },
                { ACTION_DEADLINE, NOTICE_CONTACT, STYLE_TEXT, 20, 0, "1\u202f600,49\u00a0€", "3",
                        "no" },
                /* what leads is not due itself, or credit covers all that is */
                { ACTION_REMIND, NOTICE_CONTACT, STYLE_TEXT, 2, 0, "1\u202f600,49\u00a0€", "3",
                        "no" },
                { ACTION_REMIND, NOTICE_CONTACT, STYLE_TEXT, 12, 150050, "99,99\u00a0€", "3",
                        "no" },
                { ACTION_DEADLINE, NOTICE_CONTACT, STYLE_DATA, 12, 0, "1600.49", "3", "no" },
                { ACTION_REMIND, NOTICE_PROMISE_CONFIRMED, STYLE_TEXT, 12, 0,
                        "1\u202f600,49\u00a0€", "3", "no" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                scene_set(scene, "fr", cases[i].action);
                scene_list_all(scene);
                scene->planned.kind = cases[i].kind;
                scene->planned.total -= cases[i].credit;
                scene->lines[2].discount = 100;
                scene->planned.offer_until = date_of(2026, 3, 22);
                scene->occasion.local.day = date_of(2026, 3, cases[i].day);
                const Value *context = build(fixture, cases[i].style);
                assert_string_equal(text_of(context, "total"), cases[i].total);
                assert_string_equal(text_of(context, "count"), cases[i].count);
                assert_string_equal(text_of(context, "has_mentioned"), cases[i].has_mentioned);
                assert_string_equal(text_of(context, "has_offer"),
                        streq(cases[i].has_mentioned, "yes") ? "no" : "yes");
                assert_int_equal(scene->planned.total, 120000 + 30050 + 9999 - cases[i].credit);
                assert_false(scene->lines[2].is_mentioned);
        }
}

static void two_parts_of_one_invoice_are_one_invoice(void **state)
{
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        scene_set(scene, "fr", ACTION_REMIND);
        scene->planned.n_lines = 2;
        scene->instalments[1].invoice = scene->instalments[0].invoice;
        scene->instalments[1].number = "F-1";
        const Value *context = build(fixture, STYLE_TEXT);
        assert_string_equal(text_of(context, "count"), "1");
        assert_string_equal(text_of(context, "numbers"), "F-1");
        assert_string_equal(text_of(context, "several"), "no");
        assert_string_equal(text_of(context, "several_lines"), "yes");
}

static void credit_of_the_account_lowers_the_sum_in_sight(void **state)
{
        static const Expected expected[] = {
                { "total", "900,00\u00a0€" },
                { "subtotal", "1\u202f200,00\u00a0€" },
                { "credit", "300,00\u00a0€" },
        };
        Fixture *fixture = *state;

        scene_set(&fixture->scene, "fr", ACTION_REMIND);
        fixture->scene.account.unassigned = 30000;
        fixture->scene.planned.total = 90000;
        assert_all(build(fixture, STYLE_TEXT), expected, ELEMENTSOF(expected));
}

static void a_program_gets_plain_data(void **state)
{
        static const Expected expected[] = {
                { "today", "2026-03-12" },
                { "total", "1200.00" },
                { "deadline", "2026-03-20" },
                { "invoices.due", "2026-03-05" },
                { "creditor.iban", "FR7630006000011234567890189" },
        };
        Fixture *fixture = *state;

        scene_set(&fixture->scene, "fr", ACTION_DEADLINE);
        assert_all(build(fixture, STYLE_DATA), expected, ELEMENTSOF(expected));
}

static bool is_in_a_list(const char *name)
{
        return strncmp(name, "invoices", 8) == 0 || strncmp(name, "attachments", 11) == 0 ||
               strncmp(name, "history", 7) == 0 || streq(name, "creditor.address");
}

static bool has_field(const char *lines, const char *name)
{
        size_t length = strlen(name);
        const char *end;

        for (const char *p = lines; (end = strchr(p, '\n')); p = end + 1)
                if (strncmp(p, name, length) == 0 && p[length] == '=')
                        return true;
        return false;
}

static void every_text_and_flag_outside_lists_is_a_field(void **state)
{
        static const char *const expected[] = { "event=resend\n", "total=1\u202f200,00\u00a0€\n",
                "numbers=F-1\n", "number=F-1\n", "credit=\n", "is_resend=true\n", "is_remind=\n",
                "several=\n", "first_document=F-1.pdf\n", "creditor.name=Atelier Dumont\n",
                "customer.name=Garage = Leroy\n", "customer.contact_name=\n",
                "customer.addressee=Garage = Leroy\n" };
        Fixture *fixture = *state;
        size_t n, n_fields = 0, n_lines = 0;
        const Variable *variables = context_variables(&n);

        scene_set(&fixture->scene, "fr", ACTION_RESEND);
        fixture->scene.customer.name = "Garage =\nLeroy";
        fixture->scene.customer.contact_name = "";
        fixture->scene.occasion.n_attachments = 1;
        const char *lines = context_fields(build(fixture, STYLE_TEXT), &fixture->arena);
        for (size_t i = 0; i < ELEMENTSOF(expected); i++)
                if (!strstr(lines, expected[i]))
                        fail_msg("no %s in\n%s", expected[i], lines);
        for (size_t i = 0; i < n; i++) {
                assert_int_equal(
                        has_field(lines, variables[i].name), !is_in_a_list(variables[i].name));
                n_fields += !is_in_a_list(variables[i].name);
        }
        for (const char *p = lines; (p = strchr(p, '\n')); p++)
                n_lines++;
        assert_int_equal(n_lines, n_fields);
}

static void charges_are_told_once_for_an_invoice_and_summed(void **state)
{
        static const Expected whole[] = {
                { "has_charges", "yes" },
                { "charges.interest", "3,90\u00a0€" },
                { "charges.fixed", "80,00\u00a0€" },
                { "charges.sum", "83,90\u00a0€" },
                { "charges.total", "1\u202f684,39\u00a0€" },
                { "total", "1\u202f600,49\u00a0€" },
                { "invoices.interest", "3,33\u00a0€" },
                { "invoices.fixed_sum", "40,00\u00a0€" },
                { "invoices.charges", "43,33\u00a0€" },
        };
        static const Expected none[] = {
                { "has_charges", "no" },
                { "charges.sum", "" },
                { "charges.total", "" },
                { "invoices.charges", "" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        scene_set(scene, "fr", ACTION_DEADLINE);
        scene_list_all(scene);
        scene->instalments[2].due = date_of(2026, 3, 12);
        scene->instalments[1].invoice = scene->instalments[0].invoice;
        scene->charges[0] = scene->charges[1] = (Charges){ 333, 4000 };
        scene->charges[2] = (Charges){ 57, 4000 };
        assert_all(build(fixture, STYLE_TEXT), none, ELEMENTSOF(none));
        scene->occasion.charges = scene->charges;
        const Value *context = build(fixture, STYLE_TEXT);
        assert_all(context, whole, ELEMENTSOF(whole));
        assert_string_equal(text_of(find(context, "invoices")->first->next, "charges"), "");
        memset(scene->charges, 0, sizeof(scene->charges));
        assert_all(build(fixture, STYLE_TEXT), none, ELEMENTSOF(none));
        scene->charges[0].interest = 333;
        assert_string_equal(text_of(build(fixture, STYLE_TEXT), "charges.fixed"), "");
        scene->lines[0].is_mentioned = true;
        assert_string_equal(text_of(build(fixture, STYLE_TEXT), "invoices.interest"), "");
}

static void an_offer_is_told_with_its_day_and_what_is_enough(void **state)
{
        static const Expected expected[] = {
                { "has_offer", "yes" },
                { "offer.until", "22 mars 2026" },
                { "offer.percent", "2\u00a0%" },
                { "offer.discount", "24,00\u00a0€" },
                { "offer.total", "1\u202f176,00\u00a0€" },
                { "invoices.offer_discount", "24,00\u00a0€" },
                { "invoices.offer_open", "1\u202f176,00\u00a0€" },
        };
        Fixture *fixture = *state;
        Step step = scene_steps[ACTION_REMIND];

        scene_set(&fixture->scene, "fr", ACTION_REMIND);
        assert_string_equal(text_of(build(fixture, STYLE_TEXT), "has_offer"), "no");
        assert_string_equal(text_of(build(fixture, STYLE_TEXT), "offer.total"), "");
        step.offer_percent = 2;
        fixture->scene.planned.step = &step;
        fixture->scene.planned.offer_until = date_of(2026, 3, 22);
        fixture->scene.lines[0].discount = 2400;
        assert_all(build(fixture, STYLE_TEXT), expected, ELEMENTSOF(expected));
}

static void an_early_payment_discount_is_told_to_its_last_day(void **state)
{
        static const int64_t discounts[] = { 3000 };
        static const struct {
                int day, n_discounts;
                int64_t open;
                const char *percent, *amount, *total;
        } cases[] = {
                { 12, 1, 120000, "2,5\u00a0%", "30,00\u00a0€", "1\u202f170,00\u00a0€" },
                { 14, 1, 120000, "2,5\u00a0%", "30,00\u00a0€", "1\u202f170,00\u00a0€" },
                { 15, 1, 120000, "", "", "" },
                { 12, 0, 120000, "", "", "" },
                { 12, 1, 4000, "2,5\u00a0%", "30,00\u00a0€", "10,00\u00a0€" },
                { 12, 1, 3000, "", "", "" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                scene_set(scene, "fr", ACTION_COURTESY);
                scene->occasion.local.day = date_of(2026, 3, cases[i].day);
                scene->instalments[0].open = scene->planned.total = cases[i].open;
                scene->details[0].discount_percent_hundredths = 250;
                scene->details[0].discounts = discounts;
                scene->details[0].n_discounts = cases[i].n_discounts;
                scene->details[0].discount_until = date_of(2026, 3, 14);
                const Value *context = build(fixture, STYLE_TEXT);
                assert_string_equal(text_of(context, "discount.percent"), cases[i].percent);
                assert_string_equal(text_of(context, "discount.amount"), cases[i].amount);
                assert_string_equal(text_of(context, "discount.total"), cases[i].total);
                assert_string_equal(text_of(context, "invoices.discount_open"), cases[i].total);
                assert_string_equal(
                        text_of(context, "has_discount"), *cases[i].total ? "yes" : "no");
        }
}

static void discounts_of_different_days_are_told_one_by_one(void **state)
{
        static const int64_t discounts[] = { 2400, 902 };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        scene_set(scene, "fr", ACTION_COURTESY);
        scene_list_all(scene);
        for (int i = 0; i < 2; i++) {
                scene->details[i].discount_percent_hundredths = 200 + 100 * i;
                scene->details[i].discounts = &discounts[i];
                scene->details[i].n_discounts = 1;
                scene->details[i].discount_until = date_of(2026, 3, 14);
        }
        const Value *context = build(fixture, STYLE_TEXT);
        assert_string_equal(text_of(context, "discount.until"), "14 mars 2026");
        assert_string_equal(text_of(context, "discount.percent"), "");
        assert_string_equal(text_of(context, "discount.amount"), "33,02\u00a0€");
        scene->details[1].discount_until = date_of(2026, 3, 15);
        context = build(fixture, STYLE_TEXT);
        assert_string_equal(text_of(context, "has_discount"), "yes");
        assert_string_equal(text_of(context, "discount.until"), "");
        assert_string_equal(text_of(context, "discount.total"), "");
        const Value *second = find(context, "invoices")->first->next;
        assert_string_equal(text_of(second, "discount_until"), "15 mars 2026");
        assert_string_equal(text_of(second, "discount_percent"), "3\u00a0%");
}

static void occasions_tell_what_was_agreed(void **state)
{
        static const Expected promise[] = {
                { "event", "promise-confirmed" },
                { "is_promise_confirmed", "yes" },
                { "is_reconnect", "no" },
                { "has_promise", "yes" },
                { "promise.until", "31 mars 2026" },
                { "promise.amount", "900,00\u00a0€" },
                { "promise.rest", "300,00\u00a0€" },
                { "total", "900,00\u00a0€" },
                { "credit", "" }, /* the rest is none */
                { "has_plan", "no" },
        };
        static const Expected plan[] = {
                { "event", "plan-confirmed" },
                { "is_plan_confirmed", "yes" },
                { "has_promise", "no" },
                { "has_plan", "yes" },
                { "plan.parts", "3" },
                { "plan.total", "1\u202f210,00\u00a0€" },
                { "plan.fee", "10,00\u00a0€" },
                { "plan.first", "30 mars 2026" },
                { "plan.last", "30 mai 2026" },
                { "invoices.fee", "10,00\u00a0€" },
                { "invoices.instalment", "" },
        };
        static const Expected handover[] = {
                { "event", "agency" },
                { "is_handover", "yes" },
                { "is_agency", "yes" },
                { "recipient.name", "Recouvrement Exemple" },
                { "has_history", "yes" },
                { "history.date", "8 mars 2026" },
                { "history.is_remind", "yes" },
                { "history.deadline", "" },
        };
        Fixture *fixture = *state;
        Scene *scene = &fixture->scene;

        scene_set_kind(scene, "fr", NOTICE_PROMISE_CONFIRMED);
        scene->instalments[0].promised_rest = 30000;
        scene->planned.total = 90000;
        assert_all(build(fixture, STYLE_TEXT), promise, ELEMENTSOF(promise));
        scene_set_kind(scene, "fr", NOTICE_PLAN_CONFIRMED);
        assert_all(build(fixture, STYLE_TEXT), plan, ELEMENTSOF(plan));
        scene_set_kind(scene, "fr", NOTICE_HANDOVER);
        const Value *context = build(fixture, STYLE_TEXT);
        assert_all(context, handover, ELEMENTSOF(handover));
        const Value *second = find(context, "history")->first->next; /* without what was skipped */
        assert_string_equal(text_of(second, "step"), "deadline");
        assert_string_equal(text_of(second, "deadline"), "12 mars 2026");
        assert_null(second->next);
}

static void texts_from_outside_are_one_visible_line(void **state)
{
        static const struct {
                const char *text;
                size_t max;
                const char *expected;
        } cases[] = {
                { "Martin & fils", 0, "Martin & fils" },
                { "A\r\nBcc: all@x.example", 0, "A Bcc: all@x.example" },
                { "  a \t b\n\n", 0, "a b" },
                { "\x1b[31mred\x7f", 0, "[31mred" },
                { "a\xc2\x85"
                  "b\xe2\x80\xa8"
                  "c\xe2\x80\xa9",
                        0, "a b c" }, /* NEL, LS, PS */
                { "abc\xe2\x80\xae"
                  "fdp.exe",
                        0, "abcfdp.exe" },                           /* override */
                { "\xe2\x81\xa6x\xe2\x81\xa9\xef\xbb\xbf", 0, "x" }, /* isolates, BOM */
                { "bad\xff\xc3", 0, "bad" },
                { "\xc3\xa9t\xe9 fini", 0, "ét fini" },
                { "\xf0\x9f\x98\x80 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", 0,
                        "\xf0\x9f\x98\x80 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d" },
                { "abcdef", 6, "abcdef" },
                { "abcdefg", 6, "abcde…" },
                { "éééé", 3, "éé…" },
                { "", 0, "" },
                { NULL, 0, "" },
        };
        Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(text_one_line(cases[i].text, cases[i].max, &fixture->arena),
                        cases[i].expected);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_table_is_the_whole_truth),
                cmocka_unit_test(one_invoice_is_told),
                cmocka_unit_test(several_invoices_are_told_one_by_one),
                cmocka_unit_test(what_is_only_mentioned_counts_for_nothing),
                cmocka_unit_test(a_demand_asks_for_nothing_before_its_day),
                cmocka_unit_test(two_parts_of_one_invoice_are_one_invoice),
                cmocka_unit_test(credit_of_the_account_lowers_the_sum_in_sight),
                cmocka_unit_test(a_program_gets_plain_data),
                cmocka_unit_test(every_text_and_flag_outside_lists_is_a_field),
                cmocka_unit_test(charges_are_told_once_for_an_invoice_and_summed),
                cmocka_unit_test(an_offer_is_told_with_its_day_and_what_is_enough),
                cmocka_unit_test(an_early_payment_discount_is_told_to_its_last_day),
                cmocka_unit_test(discounts_of_different_days_are_told_one_by_one),
                cmocka_unit_test(occasions_tell_what_was_agreed),
                cmocka_unit_test(texts_from_outside_are_one_visible_line),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
