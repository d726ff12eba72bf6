/* SPDX-License-Identifier: MIT */
/* Owns the table of keys. Never reads a value. Never fails. */

#include "config/keys.h"

#include <stddef.h>

static const char *const store_names[] = { "sqlite" };
static const char *const attach_names[] = { "none", "own", "overdue" };
static const char *const on_uncertain_names[] = { "assume-sent", "resend", "ask" };

/* By Regime, and what leaves it to the creditor's country. */
static const char *const charges_names[] = { "none", "FR-business", "FR-public", "EU", "GB", "BE",
        "DE", "auto" };
_Static_assert(ELEMENTSOF(charges_names) == REGIMES + 1, "a regime has no name here");

/* clang-format off */
#define TEXTUAL(section, type, word, values, member, path, preset, help) \
        { section, { path, word, preset, help, 0, 0 }, type, NULL, 0, offsetof(values, member) }
#define TEXT(section, values, member, path, preset, help) \
        TEXTUAL(section, KEY_TEXT, "text", values, member, path, preset, help)
#define NUMBER(section, values, member, path, min, max, preset, help) \
        { section, { path, "whole number", preset, help, min, max }, KEY_NUMBER, NULL, 0, \
          offsetof(values, member) }
#define CHOICE(section, values, member, path, names, n, preset, help) \
        { section, { path, "one of", preset, help, 0, 0 }, KEY_CHOICE, names, n, \
          offsetof(values, member) }
#define FLAG(section, values, member, path, help) \
        { section, { path, "true or false", "false", help, 0, 0 }, KEY_BOOLEAN, NULL, 0, \
          offsetof(values, member) }
#define GROUP(section, values, member, path, help) \
        { section, { path, "group", "", help, 0, 0 }, KEY_GROUP, NULL, 0, \
          offsetof(values, member) }
#define GROUPS(section, values, member, path, preset, help) \
        { section, { path, "list of groups", preset, help, 0, 0 }, KEY_GROUPS, NULL, 0, \
          offsetof(values, member) }
#define TEXTS(section, values, member, path, help) \
        { section, { path, "list of texts", "", help, 0, 0 }, KEY_TEXTS, NULL, 0, \
          offsetof(values, member) }

static const Key keys[] = {
        GROUP(SECTION_FILE, FileValues, creditor, "creditor",
                "the firm that is owed the money, as customers are told"),
#define CREDITOR(type, word, member, preset, help) \
        TEXTUAL(SECTION_CREDITOR, type, word, CreditorValues, creditor.member, \
                "creditor." #member, preset, help)
        CREDITOR(KEY_LABEL, "text", name, NULL, "its name, as customers know it"),
        CREDITOR(KEY_COUNTRY, "country", country, "FR",
                "two letters of ISO 3166; also chooses the public holidays"),
        CREDITOR(KEY_ZONE, "time zone", timezone, "Europe/Paris",
                "every day and hour of this file and of the log is meant there"),
        CREDITOR(KEY_LANGUAGE, "language", language, "fr",
                "language of customers who have none of their own: fr, en, de, es, it, nl"),
        CREDITOR(KEY_CURRENCY, "currency", currency, "EUR",
                "currency of amounts that name none: three letters of ISO 4217"),
        TEXTS(SECTION_CREDITOR, CreditorValues, address, "creditor.address",
                "its address, a text for each line"),
        CREDITOR(KEY_TEXT, "text", registration, "", "trade register, as printed on notices"),
        CREDITOR(KEY_TEXT, "text", vat, "", "VAT number, as printed on notices"),
        CREDITOR(KEY_TEXT, "text", iban, "", "the bank account that customers pay to"),
        CREDITOR(KEY_TEXT, "text", bic, "",
                "BIC of its bank; outside the EEA no code to pay by is made without"),
        CREDITOR(KEY_EMAIL, "e-mail address", email, "", "where customers can write to"),
        CREDITOR(KEY_TEXT, "text", phone, "", "where customers can call"),
        CREDITOR(KEY_EMAIL, "e-mail address", copy_to, "", "gets an archive copy of every e-mail"),

#define FOLDER(member, preset, help) \
        TEXTUAL(SECTION_FILE, KEY_PATH, "folder", FileValues, member, #member, preset, help)
        FOLDER(state, "/var/lib/relanced", "the database, inbox and flight files; back it up"),
        FOLDER(cache, "",
                "the fence, and what may be lost; default: as systemd says, else cache in state"),
        FOLDER(documents, "",
                "the PDFs that invoices name live under here alone; default: documents in state"),
        FOLDER(templates, "",
                "your own texts, before the shipped ones; default: templates beside this file"),
        FOLDER(rates, "",
                "your own reference rates, over the shipped ones; default: rates beside this file"),
        CHOICE(SECTION_FILE, FileValues, store, "store", store_names, 1, "sqlite",
                "the kind of database"),

        GROUP(SECTION_FILE, FileValues, wake, "wake", "when it looks at every open invoice"),
        TEXTUAL(SECTION_WAKE, KEY_DAYS, "days of the week", WakeValues, days, "wake.days",
                "mon-sun", "the days it wakes, such as \"mon-fri\" or \"mon,wed,fri\""),
        TEXTS(SECTION_WAKE, WakeValues, at, "wake.at",
                "the times of day it wakes; default: [ \"09:00\", \"14:00\" ]"),

        GROUP(SECTION_FILE, FileValues, sending, "sending", "when messages may leave"),
#define SENDING(type, word, member, preset, help) \
        TEXTUAL(SECTION_SENDING, type, word, WindowValues, member, "sending." #member, preset, help)
        SENDING(KEY_DAYS, "days of the week", days, "mon-fri", "messages leave on these days only"),
        SENDING(KEY_TIME, "time of day", from, "09:00", "nothing leaves earlier in the day"),
        SENDING(KEY_TIME, "time of day", to, "18:00",
                "nothing leaves from then on; \"24:00\" is midnight"),
        SENDING(KEY_CALENDAR, "calendar", holidays, "",
                "a calendar, or \"none\": every day is a working day; default: creditor.country"),

        GROUP(SECTION_FILE, FileValues, calendars, "calendars",
                "public holidays of your own, each calendar under its name"),
        TEXTUAL(SECTION_CALENDAR, KEY_CALENDAR, "calendar", CalendarValues, like,
                "calendars.NAME.like", "",
                "whose holidays it has, too: a shipped calendar or one above it; default: "
                "creditor.country"),
        TEXTS(SECTION_CALENDAR, CalendarValues, add, "calendars.NAME.add",
                "more holidays: \"2026-05-15\", \"12-24\" of every year, \"easter+1\""),
        TEXTS(SECTION_CALENDAR, CalendarValues, remove, "calendars.NAME.remove",
                "holidays on which you work"),

        GROUP(SECTION_FILE, FileValues, limits, "limits", "guards against sending too much"),
#define LIMIT(member, min, max, preset, help) \
        NUMBER(SECTION_LIMITS, Limits, member, "limits." #member, min, max, preset, help)
        LIMIT(contact_gap_days, 0, 90, "3",
                "at least so long between two notices to one customer; 0: off"),
        LIMIT(adopt_max_age_days, 0, 3650, "60",
                "an invoice this late at its first import waits for approval; 0: off"),
        LIMIT(stale_after_days, 0, 365, "7",
                "after so long without a wake nothing leaves unasked; 0: off"),
        LIMIT(payments_max_age_days, 0, 365, "0",
                "no deadline or worse while imported payments are older; 0: off"),
        LIMIT(clock_jump_hours, 0, 8760, "24",
                "a clock that jumps further stops sending; 0: off"),
        LIMIT(uncertain_hours, 0, 720, "24",
                "a notice that may have left is then settled as its step's on_uncertain says"),
        LIMIT(reply_pause_days, 0, 90, "5",
                "a customer who answers is left alone for so long; 0: off"),

        GROUP(SECTION_FILE, FileValues, agency, "agency",
                "the collection agency that files are handed to, once you approve"),
        GROUP(SECTION_FILE, FileValues, legal, "legal",
                "the lawyer or bailiff; keys as of agency"),
        TEXTUAL(SECTION_RECIPIENT, KEY_LABEL, "text", RecipientValues, name, "agency.name", NULL,
                "its name"),
        TEXTUAL(SECTION_RECIPIENT, KEY_EMAIL, "e-mail address", RecipientValues, email,
                "agency.email", NULL, "where files go; empty: you hand them over yourself"),

        GROUP(SECTION_FILE, FileValues, charges, "charges",
                "whose law says what paying late costs"),
#define CHARGES(member, preset, help) \
        CHOICE(SECTION_CHARGES, ChargesValues, member, "charges." #member, charges_names, \
                REGIMES + 1, preset, help)
        CHARGES(business, "auto", "from firms; auto: the law of creditor.country"),
        CHARGES(public, "auto", "from public bodies; auto: the law of creditor.country"),
        CHARGES(consumer, "none", "from consumers, who owe no fixed sum under any of them"),
        GROUPS(SECTION_CHARGES, ChargesValues, fixed, "charges.fixed", "",
                "fixed sums of your own, once per invoice paid late, per currency"),

        GROUP(SECTION_FILE, FileValues, channels, "channels",
                "the ways out, each under a name of your own"),
#define CHANNEL(member, min, max, preset, help) \
        NUMBER(SECTION_CHANNEL, ChannelValues, member, "channels.NAME." #member, min, max, preset, \
                help)
        TEXTUAL(SECTION_CHANNEL, KEY_MODULE, "name or path", ChannelValues, module,
                "channels.NAME.module", NULL,
                "what sends: email, sms, whatsapp, hook, file, or the path of somebody else's"),
        CHOICE(SECTION_CHANNEL, ChannelValues, address, "channels.NAME.address",
                address_column_names, ADDRESS_COLUMNS_MAX, "",
                "the customer's column it writes to; default: as its name or module says"),
        CHANNEL(workers, 1, 16, "1",
                "processes that send side by side; one goes down without the others"),
        CHANNEL(in_flight, 1, 256, "8", "messages given to one worker at once"),
        CHANNEL(rate_per_minute, 0, 100000, "0",
                "messages a minute at most, of all its workers; 0: no limit"),
        CHANNEL(timeout_s, 1, 3600, "60", "a worker that says nothing for longer is ended"),
        CHANNEL(max_parts, 1, 20, "4",
                "SMS: parts a text may take; a longer one gives way to a shorter, none is cut"),
        FLAG(SECTION_CHANNEL, ChannelValues, transliterate, "channels.NAME.transliterate",
                "SMS: write all letters as the plain SMS alphabet has them, \"Łódź\" as \"Lodz\""),
        GROUP(SECTION_CHANNEL, ChannelValues, sending, "channels.NAME.sending",
                "its own sending window; keys as of sending, which also gives the defaults"),

        GROUP(SECTION_FILE, FileValues, policies, "policies",
                "the ladders, each under its name; default: standard and plan"),
        GROUPS(SECTION_POLICY, PolicyValues, steps, "policies.NAME.steps", NULL,
                "the ladder, from its mildest step on; () chases nobody"),
        GROUPS(SECTION_POLICY, PolicyValues, tolerance, "policies.NAME.tolerance", "",
                "sums up to this are not asked for, per currency; default: none"),
        TEXTS(SECTION_POLICY, PolicyValues, thanks, "policies.NAME.thanks",
                "routes of a word of thanks after payment; default: none"),
#define POLICY(member, min, max, preset, help) \
        NUMBER(SECTION_POLICY, PolicyValues, member, "policies.NAME." #member, min, max, preset, \
                help)
        POLICY(min_gap_days, 0, 365, "0", "at least so long between two steps of one invoice"),
        POLICY(reopen_gap_days, 0, 365, "3",
                "the ladder rests so long after a payment was taken back"),
        POLICY(max_promises, 0, 20, "2",
                "promises to pay that one invoice may be given; more need --force"),
        POLICY(remind_before_days, 0, 60, "1",
                "a promise is reminded so long before its day; 0: not at all"),
        POLICY(grace_days, 0, 90, "3", "a part of a payment plan may be so late"),
        TEXTS(SECTION_POLICY, PolicyValues, confirm, "policies.NAME.confirm",
                "routes that promises and plans are confirmed by; [] = none; default: those of the "
                "first step that writes to the customer"),
        FLAG(SECTION_POLICY, PolicyValues, list_upcoming, "policies.NAME.list_upcoming",
                "notices also list invoices that are not due yet"),

        TEXTUAL(SECTION_STEP, KEY_LABEL, "text", StepValues, id, "policies.NAME.steps.id", NULL,
                "known by this for ever: another id is another step"),
        CHOICE(SECTION_STEP, StepValues, action, "policies.NAME.steps.action", action_names,
                ACTION_RECONNECT, NULL, "what it does; it also chooses the text"),
#define TIMING(member, trigger, help) \
        NUMBER(SECTION_STEP, StepValues, timing[trigger], "policies.NAME.steps." #member, 0, 3650, \
                "", help)
        TIMING(after_due, TRIGGER_AFTER_DUE, "days after the due date"),
        TIMING(before_due, TRIGGER_BEFORE_DUE, "days before the due date"),
        TIMING(after_issue, TRIGGER_AFTER_ISSUE, "days after the date of the invoice"),
        TIMING(after_previous, TRIGGER_AFTER_PREVIOUS, "days after the step before"),
        TIMING(after_deadline, TRIGGER_AFTER_DEADLINE, "days after the deadline last printed"),
        FLAG(SECTION_STEP, StepValues, end_of_month, "policies.NAME.steps.end_of_month",
                "the day moves to the last one of its month"),
        NUMBER(SECTION_STEP, StepValues, min_gap_days, "policies.NAME.steps.min_gap_days", 0, 365,
                "", "at least, after the step before; default: the policy's and the timing's"),
        NUMBER(SECTION_STEP, StepValues, deadline_days, "policies.NAME.steps.deadline_days", 1, 365,
                "", "prints a deadline so many days ahead, moved on to a working day"),
        TEXTS(SECTION_STEP, StepValues, send, "policies.NAME.steps.send",
                "its routes, each a channel or \"whatsapp|sms\": the first that can be used"),
        TEXTUAL(SECTION_STEP, KEY_NAME, "name", StepValues, template,
                "policies.NAME.steps.template", "", "folder of its texts; default: the action's"),
        CHOICE(SECTION_STEP, StepValues, attach, "policies.NAME.steps.attach", attach_names, 3, "",
                "PDFs: none, this invoice's or all overdue; default: own for resend, else none"),
        FLAG(SECTION_STEP, StepValues, charges, "policies.NAME.steps.charges",
                "shows late-payment charges: see the group charges"),
        FLAG(SECTION_STEP, StepValues, approve, "policies.NAME.steps.approve",
                "waits for a person's approval, every time"),
        GROUPS(SECTION_STEP, StepValues, min_total, "policies.NAME.steps.min_total", "",
                "the ladder waits while less is owed, per currency"),
        GROUP(SECTION_STEP, StepValues, offer, "policies.NAME.steps.offer",
                "a discount for paying now"),
        CHOICE(SECTION_STEP, StepValues, on_uncertain, "policies.NAME.steps.on_uncertain",
                on_uncertain_names, 3, "",
                "of a notice that may have left; default: assume-sent, from deadline up ask"),
        NUMBER(SECTION_OFFER, OfferValues, percent, "policies.NAME.steps.offer.percent", 1, 100,
                NULL, "of what is open"),
        NUMBER(SECTION_OFFER, OfferValues, valid_days, "policies.NAME.steps.offer.valid_days", 1,
                365, NULL, "days it is good for, from the day it is sent"),
        TEXTUAL(SECTION_AMOUNT, KEY_CURRENCY, "currency", AmountValues, currency,
                "policies.NAME.tolerance.currency", NULL, "its currency; also in min_total"),
        TEXTUAL(SECTION_AMOUNT, KEY_TEXT, "amount", AmountValues, amount,
                "policies.NAME.tolerance.amount", NULL,
                "the amount, as text: \"1.00\"; also in min_total"),

        GROUPS(SECTION_FILE, FileValues, assign, "assign", "",
                "which invoices get which policy: the first rule that fits; default: standard"),
        GROUP(SECTION_RULE, RuleValues, when, "assign.when",
                "what must be so of the invoice; the last rule has none"),
        TEXTUAL(SECTION_RULE, KEY_TEXT, "policy", RuleValues, policy, "assign.policy", NULL,
                "the policy that such invoices get"),
        CHOICE(SECTION_WHEN, WhenValues, kind, "assign.when.kind", customer_kind_names, 3, "",
                "what the customer is"),
        CHOICE(SECTION_WHEN, WhenValues, relation, "assign.when.relation", relation_names, 2, "",
                "what the customer buys"),
        TEXTUAL(SECTION_WHEN, KEY_TEXT, "text", WhenValues, tag, "assign.when.tag", "",
                "one of the customer's tags"),
        TEXTUAL(SECTION_WHEN, KEY_CURRENCY, "currency", WhenValues, currency,
                "assign.when.currency", "", "the invoice's currency"),
        TEXTUAL(SECTION_WHEN, KEY_TEXT, "amount", WhenValues, amount, "assign.when.amount", "",
                "as text: instalments of at least that"),
};
/* clang-format on */

const Key *keys_all(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(keys);
        return keys;
}

const char *key_name(const Key *key)
{
        const char *dot = strrchr(key->about.name, '.');

        return dot ? dot + 1 : key->about.name;
}

const Key *key_find(Section section, const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (keys[i].section == section && streq(key_name(&keys[i]), name))
                        return &keys[i];
        return NULL;
}

const ConfigKey *config_keys(size_t *ret_n)
{
        static ConfigKey list[ELEMENTSOF(keys)];

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                list[i] = keys[i].about;
        *ret_n = ELEMENTSOF(keys);
        return list;
}
