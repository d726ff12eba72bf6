/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_OCCASION_H
#define RELANCED_TESTS_OCCASION_H

/* A firm, a customer and a planned notice in plain memory, for the tests of compose/. */

#include <stdio.h>

#include "compose/compose.h"

#define SCENE_LINES 3

/* A firm of four channels, one of each form, and a ladder with every action. */
static const Channel scene_channels[] = {
        { .name = "email", .form = FORM_EMAIL, .address = ADDRESS_EMAIL },
        { .name = "sms", .form = FORM_SMS, .address = ADDRESS_PHONE },
        { .name = "whatsapp", .form = FORM_WHATSAPP, .address = ADDRESS_WHATSAPP },
        { .name = "hook", .form = FORM_EVENT, .address = ADDRESS_NONE },
};

#define SCENE_ROUTES .n_routes = 2, .routes = { { 1, { 0 } }, { 3, { 1, 2, 3 } } }
static const Step scene_steps[] = {
        { .id = "courtesy", .action = ACTION_COURTESY, SCENE_ROUTES },
        { .id = "reminder", .action = ACTION_REMIND, SCENE_ROUTES },
        { .id = "resend", .action = ACTION_RESEND, SCENE_ROUTES },
        { .id = "deadline", .action = ACTION_DEADLINE, .deadline_days = 8, SCENE_ROUTES },
        { .id = "call", .action = ACTION_CALL },
        { .id = "suspend", .action = ACTION_SUSPEND, SCENE_ROUTES },
        { .id = "agency", .action = ACTION_AGENCY },
        { .id = "legal", .action = ACTION_LEGAL },
};
static const Policy scene_policies[] = {
        { .name = "standard",
                .steps = scene_steps,
                .n_steps = ELEMENTSOF(scene_steps),
                .n_thanks_routes = 1,
                .thanks_routes = { { 1, { 0 } } },
                .n_confirm_routes = 2,
                .confirm_routes = { { 1, { 0 } }, { 3, { 1, 2, 3 } } } },
};
static const AssignRule scene_rules[] = {
        { .kind = -1, .relation = -1, .policy = &scene_policies[0] },
};
static const char *const scene_address[] = { "12 rue des Lilas", "69003 Lyon" };

static inline Config scene_config(void)
{
        return (Config){
                .path = "relanced.conf",
                .templates = "",
                .creditor = {
                        .name = "Atelier Dumont",
                        .country = "FR",
                        .timezone = "Europe/Paris",
                        .language = "fr",
                        .currency = "EUR",
                        .address = scene_address,
                        .n_address = ELEMENTSOF(scene_address),
                        .registration = "RCS Lyon 812 345 678",
                        .vat = "FR12812345678",
                        .iban = "FR7630006000011234567890189",
                        .bic = "",
                        .email = "compta@atelier-dumont.example",
                        .phone = "+33 1 23 45 67 89",
                        .copy_to = "",
                },
                .book = {
                        .policies = scene_policies,
                        .n_policies = ELEMENTSOF(scene_policies),
                        .rules = scene_rules,
                        .n_rules = ELEMENTSOF(scene_rules),
                        .channels = scene_channels,
                        .n_channels = ELEMENTSOF(scene_channels),
                },
        };
}

typedef struct Scene {
        Account account;
        Instalment instalments[SCENE_LINES];
        InvoiceDetail details[SCENE_LINES];
        CustomerDetail customer;
        NoticeLine lines[SCENE_LINES];
        Charges charges[SCENE_LINES];
        Attachment attachments[1];
        Planned planned;
        Occasion occasion;
} Scene;

/* 12 March 2026. F-1 of 1,200.00 since 5 March, F-2 of 300.50 since 11 March, the second of three
 * parts of F-3, 99.99, due on 20 March; a notice about F-1 alone. */
static inline void scene_set(Scene *scene, const char *language, Action action)
{
        *scene = (Scene){
                .account = { .id = 1, .customer = 1, .currency = "EUR", .code = "C001",
                        .name = "Boulangerie Martin", .relation = RELATION_GOODS, .country = "FR",
                        .language = language, .timezone = "", .policy = "", .tags = "",
                        .addresses = { "", "marie@martin.example", "+33612345678", "" },
                        .n_instalments = SCENE_LINES },
                .instalments = {
                        { .invoice = 11, .seq = 1, .number = "F-1", .policy = "",
                                .issued = date_of(2026, 2, 3), .due = date_of(2026, 3, 5),
                                .amount = 120000, .open = 120000 },
                        { .invoice = 12, .seq = 1, .number = "F-2", .policy = "",
                                .issued = date_of(2026, 2, 9), .due = date_of(2026, 3, 11),
                                .amount = 30050, .open = 30050 },
                        { .invoice = 13, .seq = 2, .number = "F-3", .policy = "",
                                .issued = date_of(2026, 2, 20), .due = date_of(2026, 3, 20),
                                .amount = 9999, .open = 9999 },
                },
                .details = {
                        { .number = "F-1", .document = "2026/F-1.pdf", .payment_url = "",
                                .contract = "", .amount = 120000, .n_instalments = 1 },
                        { .number = "F-2", .document = "", .payment_url = "", .contract = "",
                                .amount = 30050, .n_instalments = 1 },
                        { .number = "F-3", .document = "", .payment_url = "", .contract = "",
                                .amount = 29997, .n_instalments = 3 },
                },
                .customer = { .code = "C001", .name = "Boulangerie Martin",
                        .contact_name = "Marie Martin", .cc = "", .address = "1 place du Marché",
                        .postcode = "69001", .city = "Lyon", .country = "FR",
                        .registration = "RCS Lyon 900 000 000", .language = language },
                .lines = { { 0, (int)action }, { 1, -1 }, { 2, -1 } },
                .attachments = { { .name = "F-1.pdf", .document = "2026/F-1.pdf" } },
        };
        bool has_step = action < ACTION_RECONNECT;
        scene->account.instalments = scene->instalments;
        scene->planned = (Planned){
                .kind = NOTICE_CONTACT,
                .action = action,
                .policy = &scene_policies[0],
                .step = has_step ? &scene_steps[action] : NULL,
                .lines = scene->lines,
                .n_lines = 1,
                .total = 120000,
                .deadline = action == ACTION_DEADLINE ? date_of(2026, 3, 20) : DATE_NONE,
        };
        scene->occasion = (Occasion){
                .account = &scene->account,
                .customer = &scene->customer,
                .details = scene->details,
                .planned = &scene->planned,
                .attachments = scene->attachments,
                .local = { date_of(2026, 3, 12), 9 * 60, 60 },
        };
}

static const Recipient scene_recipient = { "Recouvrement Exemple", "dossiers@agency.example" };
static const Done scene_done[] = {
        { 1, "reminder", ACTION_REMIND, { 0 }, { 20520 }, { INT32_MIN }, false },
        { 2, "resend", ACTION_RESEND, { 0 }, { 20522 }, { INT32_MIN }, true },
        { 3, "deadline", ACTION_DEADLINE, { 0 }, { 20523 }, { 20524 }, false },
};

/* An occasion, or a handover of an agency step, about what the scene has. */
static inline void scene_set_kind(Scene *scene, const char *language, NoticeKind kind)
{
        scene_set(scene, language, kind == NOTICE_HANDOVER ? ACTION_AGENCY : ACTION_RECONNECT);
        scene->planned.kind = kind;
        if (kind == NOTICE_HANDOVER) {
                scene->planned.recipient = &scene_recipient;
                scene->instalments[0].done = scene_done;
                scene->instalments[0].n_done = ELEMENTSOF(scene_done);
        }
        if (kind == NOTICE_PROMISE_CONFIRMED || kind == NOTICE_PROMISE_REMINDER) {
                scene->instalments[0].promise = 7;
                scene->instalments[0].promised_until = date_of(2026, 3, 31);
        }
        if (kind != NOTICE_PLAN_CONFIRMED)
                return;
        for (size_t i = 0; i < SCENE_LINES; i++) { /* F-1 in three parts, with a fee */
                scene->instalments[i] = scene->instalments[0];
                scene->details[i] = scene->details[0];
                scene->instalments[i].seq = (int)i + 2;
                scene->instalments[i].plan = 9;
                scene->instalments[i].due = date_of(2026, 3 + (int)i, 30);
                scene->instalments[i].amount = scene->instalments[i].open = 40000;
        }
        scene->instalments[0].amount = scene->instalments[0].open = 41000;
        scene->instalments[0].fee = 1000;
        scene->planned.n_lines = SCENE_LINES;
        scene->planned.total = 121000;
}

/* The notice lists all three invoices. */
static inline void scene_list_all(Scene *scene)
{
        scene->planned.n_lines = SCENE_LINES;
        scene->planned.total = 120000 + 30050 + 9999;
}

#endif
