/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_RULEBOOK_H
#define RELANCED_TESTS_RULEBOOK_H

/*
 * A small firm for tests of core/: the policies of the manual's example, one customer with all
 * addresses, channels email, sms, whatsapp and hook, Monday to Friday 09:00–18:00, no holidays.
 * Every test copies what it changes.
 */

#include "core/decide.h"

enum {
        CHANNEL_EMAIL,
        CHANNEL_SMS,
        CHANNEL_WHATSAPP,
        CHANNEL_HOOK
};

#define ROUTE(...)                                                                                 \
        {                                                                                          \
                sizeof((unsigned char[]){ __VA_ARGS__ }),                                          \
                {                                                                                  \
                        __VA_ARGS__                                                                \
                }                                                                                  \
        }

static const Channel firm_channels[] = {
        [CHANNEL_EMAIL] = { "email", FORM_EMAIL, ADDRESS_EMAIL, NULL },
        [CHANNEL_SMS] = { "sms", FORM_SMS, ADDRESS_PHONE, NULL },
        [CHANNEL_WHATSAPP] = { "whatsapp", FORM_WHATSAPP, ADDRESS_WHATSAPP, NULL },
        [CHANNEL_HOOK] = { "hook", FORM_EVENT, ADDRESS_NONE, NULL },
};

static const Step standard_steps[] = {
        { .id = "courtesy",
                .action = ACTION_COURTESY,
                .trigger = TRIGGER_BEFORE_DUE,
                .days = 3,
                .min_gap_days = -1,
                .n_routes = 1,
                .routes = { ROUTE(CHANNEL_EMAIL) } },
        { .id = "reminder",
                .action = ACTION_REMIND,
                .trigger = TRIGGER_AFTER_DUE,
                .days = 3,
                .min_gap_days = -1,
                .n_routes = 1,
                .routes = { ROUTE(CHANNEL_EMAIL) } },
        { .id = "resend",
                .action = ACTION_RESEND,
                .trigger = TRIGGER_AFTER_DUE,
                .days = 10,
                .min_gap_days = -1,
                .n_routes = 2,
                .routes = { ROUTE(CHANNEL_EMAIL), ROUTE(CHANNEL_WHATSAPP, CHANNEL_SMS) } },
        { .id = "deadline",
                .action = ACTION_DEADLINE,
                .trigger = TRIGGER_AFTER_DUE,
                .days = 20,
                .min_gap_days = -1,
                .deadline_days = 8,
                .n_routes = 2,
                .routes = { ROUTE(CHANNEL_EMAIL), ROUTE(CHANNEL_SMS) } },
        { .id = "suspend",
                .action = ACTION_SUSPEND,
                .trigger = TRIGGER_AFTER_DEADLINE,
                .days = 1,
                .min_gap_days = -1,
                .n_routes = 1,
                .routes = { ROUTE(CHANNEL_HOOK) } },
        { .id = "agency",
                .action = ACTION_AGENCY,
                .trigger = TRIGGER_AFTER_DUE,
                .days = 45,
                .min_gap_days = -1 },
};

static const Policy firm_policies[] = {
        { .name = "standard",
                .steps = standard_steps,
                .n_steps = ELEMENTSOF(standard_steps),
                .reopen_gap_days = 3,
                .max_promises = 2,
                .remind_before_days = 1,
                .grace_days = 3,
                .n_thanks_routes = 1,
                .thanks_routes = { ROUTE(CHANNEL_EMAIL) },
                .n_confirm_routes = 1,
                .confirm_routes = { ROUTE(CHANNEL_EMAIL) } },
        { .name = "none", .reopen_gap_days = 3 },
};

static const AssignRule firm_rules[] = {
        { -1, -1, "quiet", NULL, NULL, &firm_policies[1] },
        { -1, -1, NULL, NULL, NULL, &firm_policies[0] },
};

static inline Rulebook firm_rulebook(void)
{
        return (Rulebook){
                .policies = firm_policies,
                .n_policies = ELEMENTSOF(firm_policies),
                .rules = firm_rules,
                .n_rules = ELEMENTSOF(firm_rules),
                .channels = firm_channels,
                .n_channels = ELEMENTSOF(firm_channels),
                .sending = { 0x1F, 9 * 60, 18 * 60, calendar_find("none") },
                .limits = { .contact_gap_days = 3 },
                .agency = { "Recouvrex", "files@recouvrex.example" },
                .legal = { "", "" },
                .handover = ROUTE(CHANNEL_EMAIL),
        };
}

static inline Date day(const char *text)
{
        Date date = DATE_NONE;

        assert(date_parse(text, &date) == 0);
        return date;
}

/* An open instalment of 1 200,00 due on that day. */
static inline Instalment firm_instalment(int64_t invoice, const char *number, const char *due)
{
        return (Instalment){
                .invoice = invoice,
                .seq = 1,
                .number = number,
                .issued = date_add(day(due), -30),
                .due = day(due),
                .amount = 120000,
                .open = 120000,
                .policy = "",
                .held_until = DATE_NONE,
                .promised_until = DATE_NONE,
                .said_on = DATE_NONE,
                .imported_on = DATE_NONE,
                .approved = "",
                .offer_until = DATE_NONE,
                .released_on = DATE_NONE,
                .reopened_on = DATE_NONE,
        };
}

static inline Account firm_account(Instalment *instalments, size_t n)
{
        return (Account){
                .id = 1,
                .customer = 1,
                .currency = "EUR",
                .code = "C-1",
                .name = "Boulangerie Martin",
                .country = "FR",
                .language = "fr",
                .timezone = "",
                .policy = "",
                .tags = "",
                .addresses = { "", "martin@example.org", "+33199000001", "+33639980001" },
                .whatsapp_opt_in = DATE_NONE,
                .customer_time = { .minute = 10 * 60 },
                .last_contact = DATE_NONE,
                .last_pressed = DATE_NONE,
                .paused_until = DATE_NONE,
                .instalments = instalments,
                .n_instalments = n,
        };
}

static inline Now firm_now(const char *date, int minute)
{
        Date today = day(date);

        return (Now){
                .instant = { ((int64_t)today.days * 24 * 60 + minute) * 60 * USEC_PER_SEC },
                .local = { today, minute, 0 },
                .newest_payment = DATE_NONE,
        };
}

/* A step that was sent on that day by contact 1. */
static inline Done firm_done(const char *step, Action action, const char *on)
{
        return (Done){
                .contact = 1, .step = step, .action = action, .on = day(on), .deadline = DATE_NONE
        };
}

#endif
