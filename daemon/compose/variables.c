/* SPDX-License-Identifier: MIT */
/* Owns the table of what templates may name, and a sample of all of it. Fails only for want of
 * memory. */

#include "compose/context.h"

#define TEXT(name, sample, help)                                                                   \
        {                                                                                          \
                name, VARIABLE_TEXT, sample, help                                                  \
        }
#define FLAG(name, help)                                                                           \
        {                                                                                          \
                name, VARIABLE_FLAG, NULL, help                                                    \
        }

/* Languages have two to six of these; the one that CLDR names is set. */
#define PLURALS_OF(name, what)                                                                     \
        FLAG(name ".zero", what " takes the form for none, as in Arabic"),                         \
                FLAG(name ".one", what " is said in the singular"),                                \
                FLAG(name ".two", what " takes the form for two, as in Slovene"),                  \
                FLAG(name ".few", what " takes the form for a few, as in Polish"),                 \
                FLAG(name ".many", what " takes the form for many, as in Polish"),                 \
                FLAG(name ".other", what " is said in the plural")

static const Variable variables[] = {
        TEXT("event", "remind", "what the message is: its action, or the occasion: thanks …"),
        TEXT("step", "reminder", "id of the step that leads; empty outside a ladder"),
        TEXT("policy", "standard", "policy of the instalment that leads"),
        TEXT("language", "fr", "language of the text"),
        TEXT("direction", "ltr", "how that language is written: ltr or rtl, as HTML says it"),
        TEXT("today", "12 mars 2026", "the day it is written"),
        FLAG("is_courtesy", "the action is courtesy"),
        FLAG("is_remind", "the action is remind"),
        FLAG("is_resend", "the action is resend"),
        FLAG("is_deadline", "the action is deadline"),
        FLAG("is_call", "the action is call"),
        FLAG("is_suspend", "the action is suspend"),
        FLAG("is_agency", "the action is agency"),
        FLAG("is_legal", "the action is legal"),
        FLAG("is_reconnect", "the action is reconnect"),
        FLAG("is_thanks", "thanks after payment, outside the ladder"),
        FLAG("is_promise_confirmed", "confirms the promise of a payment, outside the ladder"),
        FLAG("is_promise_reminder", "reminds of such a promise, outside the ladder"),
        FLAG("is_plan_confirmed", "confirms a plan of instalments, outside the ladder"),
        FLAG("is_handover", "hands a file over to the agency or the lawyer"),
        FLAG("is_service", "the customer is supplied a service, which can be suspended"),
        FLAG("is_goods", "the customer bought goods"),
        FLAG("has_room", "unset where an SMS, its short text, would need too many parts otherwise"),
        FLAG("has_next_step", "the ladder goes on after this step"),
        TEXT("currency", "EUR", "ISO 4217 code of all amounts"),
        TEXT("total", "1 200,00 €", "the sum asked: what is due less the credit"),
        TEXT("subtotal", "1 500,00 €", "what is open of what is asked for"),
        TEXT("credit", "300,00 €", "credit that lowers the sum; empty without"),
        FLAG("can_split", "the sum is not too small to be paid in instalments"),
        TEXT("deadline", "20 mars 2026", "last day to pay before what follows; empty without"),
        FLAG("has_charges", "paying late has cost something, and the step tells of it"),
        TEXT("charges.interest", "3,33 €", "interest to this day on all of it; empty without"),
        TEXT("charges.fixed", "40,00 €", "fixed sums for recovery on all of it; empty without"),
        TEXT("charges.sum", "43,33 €", "both; they are no part of the total"),
        TEXT("charges.total", "1 243,33 €", "the total and both"),
        FLAG("has_offer", "so much less is enough for who pays by a day"),
        TEXT("offer.until", "22 mars 2026", "last day of the offer"),
        TEXT("offer.percent", "2 %", "what it leaves off, of what is open"),
        TEXT("offer.discount", "24,00 €", "the same as an amount"),
        TEXT("offer.total", "1 176,00 €", "what is enough until then, instead of the total"),
        FLAG("has_discount", "an invoice has a discount for early payment that still holds"),
        TEXT("discount.until", "1er mars 2026", "its last day; empty where invoices differ"),
        TEXT("discount.percent", "2 %", "of the amount; empty where invoices differ"),
        TEXT("discount.amount", "24,00 €", "what it leaves off; empty where the days differ"),
        TEXT("discount.total", "1 176,00 €", "what is enough by then; empty where the days differ"),
        FLAG("has_promise", "the customer has promised to pay by a day"),
        TEXT("promise.until", "31 mars 2026", "the day promised"),
        TEXT("promise.amount", "1 200,00 €", "the sum promised"),
        TEXT("promise.left", "900,00 €",
                "what is still to come of it after payments and credit; empty: all of it"),
        TEXT("promise.rest", "300,00 €", "what stays open beside it; empty: nothing"),
        FLAG("has_broken_promise", "a promise for an instalment in its ladder has run out unpaid"),
        TEXT("broken_promise.until", "10 mars 2026", "the day that was promised"),
        FLAG("has_broken_plan", "a part of a plan has not come, and all that is left of it is due"),
        TEXT("broken_plan.due", "9 mars 2026", "the day of that part"),
        FLAG("has_plan", "a plan of instalments was agreed"),
        TEXT("plan.parts", "3", "number of its instalments"),
        PLURALS_OF("plan.parts_is", "plan.parts"),
        TEXT("plan.total", "1 210,00 €", "their sum"),
        TEXT("plan.fee", "10,00 €", "a fee in that sum; empty without"),
        TEXT("plan.first", "31 mars 2026", "day of the first"),
        TEXT("plan.last", "31 mai 2026", "day of the last"),
        TEXT("recipient.name", "Recouvrement Exemple", "who a file is handed over to; else empty"),
        TEXT("recipient.email", "dossiers@recouvrement.example", "and the address"),
        FLAG("has_history", "something was sent about the invoice that leads"),
        { "history", VARIABLE_LIST, NULL, "what was sent about it, the oldest first" },
        TEXT("history.date", "15 mars 2026", "the day"),
        TEXT("history.step", "reminder", "id of the step"),
        TEXT("history.deadline", "20 mars 2026", "the deadline it printed; empty without"),
        FLAG("history.is_courtesy", "its action is courtesy"),
        FLAG("history.is_remind", "its action is remind"),
        FLAG("history.is_resend", "its action is resend"),
        FLAG("history.is_deadline", "its action is deadline"),
        FLAG("history.is_call", "its action is call"),
        FLAG("history.is_suspend", "its action is suspend"),
        FLAG("history.is_agency", "its action is agency"),
        FLAG("history.is_legal", "its action is legal"),
        TEXT("payment_url", "https://pay.example/F-1",
                "where to pay all of it online; empty when the invoices have several"),
        FLAG("has_separate_urls", "the invoices are paid online at addresses of their own"),
        FLAG("has_payment_code",
                "there is a code for a SEPA transfer: the image cid:pay in an e-mail's HTML"),
        TEXT("number", "F-1", "number of the invoice that leads"),
        TEXT("due", "5 mars 2026", "due date of the invoice that leads"),
        TEXT("contract", "C-2024-17", "contract of the invoice that leads"),
        FLAG("is_partly_paid", "a part of the invoice that leads has been paid"),
        TEXT("days_late", "7", "days since the oldest due date; 0: nothing is late"),
        FLAG("is_one_day_late", "days_late is said in the singular"),
        PLURALS_OF("days_late_is", "days_late"),
        TEXT("count", "1", "number of different invoices asked for"),
        PLURALS_OF("count_is", "count"),
        TEXT("numbers", "F-1", "their numbers, as a list in words"),
        TEXT("instalments", "2/3",
                "which instalments of the one invoice, as a list; empty if it has none"),
        FLAG("several_instalments", "they are several"),
        TEXT("plan_parts", "1/3", "the same of a plan's parts"),
        FLAG("several_plan_parts", "they are several"),
        FLAG("several", "there are several invoices"),
        FLAG("several_lines", "there are several instalments, of one invoice or more"),
        FLAG("has_overdue", "some of it is past due"),
        FLAG("has_due_soon", "some of what is asked for is not yet due"),
        FLAG("has_mentioned", "something is only mentioned: not in the total, nor in the count"),
        { "invoices", VARIABLE_LIST, NULL,
                "what is asked for or mentioned, one item for each instalment" },
        TEXT("invoices.number", "F-1", "the invoice's number"),
        TEXT("invoices.issued", "3 février 2026", "day of issue"),
        TEXT("invoices.due", "5 mars 2026", "due date"),
        TEXT("invoices.amount", "2 000,00 €", "amount of the instalment"),
        TEXT("invoices.open", "1 500,00 €", "what is still open of it"),
        TEXT("invoices.paid", "500,00 €", "what has been paid or credited; empty if nothing"),
        TEXT("invoices.instalment", "2/3", "its place among several instalments; else empty"),
        TEXT("invoices.plan_part", "1/3", "its place among the parts of a plan; else empty"),
        TEXT("invoices.sequence", "2", "number of the instalment: 1, 2, …"),
        TEXT("invoices.days_late", "7", "days since its due date; 0: not late"),
        FLAG("invoices.is_one_day_late", "its days_late is said in the singular"),
        PLURALS_OF("invoices.days_late_is", "its days_late"),
        FLAG("invoices.is_overdue", "it is past due"),
        FLAG("invoices.is_due_today", "it is due today"),
        FLAG("invoices.is_due_soon", "it is not yet due"),
        FLAG("invoices.is_first", "it is the first of the list"),
        FLAG("invoices.is_lead", "it is the one that the notice is mainly about"),
        FLAG("invoices.is_partly_paid", "a part of it has been paid"),
        FLAG("invoices.is_only_listed", "it is listed, but this is no step of its own ladder"),
        FLAG("invoices.is_mentioned", "it is only mentioned, before its day: not in the total"),
        FLAG("invoices.has_deadline", "the deadline counts for it"),
        FLAG("invoices.is_attached", "its document is attached"),
        TEXT("invoices.step", "reminder", "id of its own step; empty if only listed"),
        TEXT("invoices.payment_url", "https://pay.example/F-1", "where to pay it online"),
        TEXT("invoices.contract", "C-2024-17", "its contract"),
        TEXT("invoices.document", "F-1.pdf", "name of its document"),
        TEXT("invoices.interest", "3,33 €",
                "interest on the invoice, with its first instalment; empty without"),
        TEXT("invoices.fixed_sum", "40,00 €", "fixed sum for its recovery; as above"),
        TEXT("invoices.charges", "43,33 €", "both; as above"),
        TEXT("invoices.offer_discount", "24,00 €", "what the offer leaves off of it"),
        TEXT("invoices.offer_open", "1 176,00 €", "what is enough for it in time"),
        TEXT("invoices.discount_percent", "2 %", "its discount for early payment; else empty"),
        TEXT("invoices.discount_until", "1er mars 2026", "last day of that"),
        TEXT("invoices.discount_amount", "24,00 €", "what it leaves off"),
        TEXT("invoices.discount_open", "1 176,00 €", "what is enough by then"),
        TEXT("invoices.fee", "10,00 €", "a plan's fee in its amount; else empty"),
        { "attachments", VARIABLE_LIST, NULL, "documents attached" },
        TEXT("attachments.name", "F-1.pdf", "file name"),
        TEXT("first_document", "F-1.pdf", "file name of the first; empty without any"),
        FLAG("has_attachments", "there are any"),
        FLAG("several_attachments", "there are several"),
        TEXT("creditor.name", "Atelier Dumont", "the firm's name"),
        TEXT("creditor.email", "compta@atelier-dumont.example", "where answers go"),
        TEXT("creditor.phone", "+33 1 23 45 67 89", "its telephone"),
        TEXT("creditor.iban", "FR76 3000 6000 0112 3456 7890 189", "account for transfers"),
        TEXT("creditor.bic", "AGRIFRPP", "BIC of its bank; often empty"),
        TEXT("creditor.registration", "RCS Lyon 812 345 678", "entry in a register"),
        TEXT("creditor.vat", "FR12812345678", "VAT number"),
        { "creditor.address", VARIABLE_LINES, "12 rue des Lilas", "its address, line by line" },
        TEXT("customer.code", "C001", "the customer's id"),
        TEXT("customer.name", "Boulangerie Martin", "name of firm or person"),
        TEXT("customer.contact_name", "Marie Martin", "person to address; often empty"),
        TEXT("customer.addressee", "Marie Martin", "contact_name, else name: never empty"),
        TEXT("customer.address", "1 place du Marché", "street"),
        TEXT("customer.postcode", "69001", "post code"),
        TEXT("customer.city", "Lyon", "town"),
        TEXT("customer.country", "FR", "country"),
        TEXT("customer.registration", "RCS Lyon 900 000 000", "entry in a register"),
        TEXT("customer.email", "marie@martin.example", "e-mail address"),
        TEXT("customer.phone", "+33 6 12 34 56 78", "telephone"),
        FLAG("customer.is_business", "the customer is a firm"),
        FLAG("customer.is_consumer", "the customer is a consumer"),
        FLAG("customer.is_public", "the customer is a public body"),
};

const Variable *context_variables(size_t *ret_n)
{
        *ret_n = ELEMENTSOF(variables);
        return variables;
}

/* The object that a variable is a member of, made when its first member comes; *name becomes the
 * last part of the variable's name. */
static Value *sample_parent(ValueMaker *maker, Value *root, const char **name)
{
        for (const char *dot; (dot = strchr(*name, '.')); *name = dot + 1) {
                size_t length = (size_t)(dot - *name);
                Value *group = (Value *)value_get(root, *name, length);
                if (!group) {
                        group = value_object(maker);
                        value_set(root, arena_strndup(maker->arena, *name, length), group);
                }
                root = group && group->kind == VALUE_LIST ? group->first : group;
        }
        return root;
}

static Value *sample_value(ValueMaker *maker, const Variable *variable)
{
        Value *list;

        switch (variable->type) {
        case VARIABLE_TEXT: return value_text(maker, variable->sample);
        case VARIABLE_FLAG: return value_flag(maker, true);
        case VARIABLE_LIST:
                list = value_list(maker);
                value_append(list, value_object(maker));
                return list;
        case VARIABLE_LINES:
                list = value_list(maker);
                value_append(list, value_text(maker, variable->sample));
                return list;
        }
        return NULL;
}

Value *context_sample(Arena *arena)
{
        ValueMaker maker = { .arena = arena };
        Value *root = value_object(&maker);

        for (size_t i = 0; i < ELEMENTSOF(variables); i++) {
                const char *name = variables[i].name;
                Value *parent = sample_parent(&maker, root, &name);
                value_set(parent, name, sample_value(&maker, &variables[i]));
        }
        return maker.is_incomplete ? NULL : root;
}
