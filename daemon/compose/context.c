/* SPDX-License-Identifier: MIT */
/*
 * Owns the variables of templates: their table, and their values for one occasion. Never decides
 * what is owed or sent: it only says what the decision says, in words. Fails only for want of
 * memory.
 */

#include "compose/context.h"

#include <errno.h>
#include <stdio.h>

#define NAME_CHARACTERS 200
#define URL_CHARACTERS 2000

#define TEXT(name, sample, help)                                                                   \
        {                                                                                          \
                name, VARIABLE_TEXT, sample, help                                                  \
        }
#define FLAG(name, help)                                                                           \
        {                                                                                          \
                name, VARIABLE_FLAG, NULL, help                                                    \
        }

static const Variable variables[] = {
        TEXT("event", "remind", "what the message is: its action, or thanks"),
        TEXT("step", "reminder", "id of the step that leads; empty outside a ladder"),
        TEXT("policy", "standard", "policy of the instalment that leads"),
        TEXT("language", "fr", "language of the text"),
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
        FLAG("is_service", "the customer is supplied a service, which can be suspended"),
        FLAG("is_goods", "the customer bought goods"),
        FLAG("has_next_step", "the ladder goes on after this step"),
        TEXT("currency", "EUR", "ISO 4217 code of all amounts"),
        TEXT("total", "1 200,00 €", "the sum asked: what is open less the credit"),
        TEXT("subtotal", "1 500,00 €", "what is open on the invoices listed"),
        TEXT("credit", "300,00 €", "credit that lowers the sum; empty without"),
        TEXT("deadline", "20 mars 2026", "last day to pay before what follows; empty without"),
        TEXT("payment_url", "https://pay.example/F-1",
                "where to pay all of it online; empty when the invoices have several"),
        FLAG("has_separate_urls", "the invoices are paid online at addresses of their own"),
        TEXT("number", "F-1", "number of the invoice that leads"),
        TEXT("due", "5 mars 2026", "due date of the invoice that leads"),
        TEXT("contract", "C-2024-17", "contract of the invoice that leads"),
        FLAG("is_partly_paid", "a part of the invoice that leads has been paid"),
        TEXT("days_late", "7", "days since the oldest due date; 0: nothing is late"),
        FLAG("is_one_day_late", "days_late is said in the singular"),
        TEXT("count", "1", "number of different invoices listed"),
        TEXT("numbers", "F-1", "their numbers, as a list in words"),
        FLAG("several", "there are several invoices"),
        FLAG("several_lines", "there are several instalments, of one invoice or more"),
        FLAG("has_overdue", "some of it is past due"),
        FLAG("has_due_soon", "some of it is not yet due"),
        { "invoices", VARIABLE_LIST, NULL, "what is asked for, one item for each instalment" },
        TEXT("invoices.number", "F-1", "the invoice's number"),
        TEXT("invoices.issued", "3 février 2026", "day of issue"),
        TEXT("invoices.due", "5 mars 2026", "due date"),
        TEXT("invoices.amount", "2 000,00 €", "amount of the instalment"),
        TEXT("invoices.open", "1 500,00 €", "what is still open of it"),
        TEXT("invoices.paid", "500,00 €", "what has been paid or credited; empty if nothing"),
        TEXT("invoices.instalment", "2/3", "its place among several instalments; else empty"),
        TEXT("invoices.sequence", "2", "number of the instalment: 1, 2, …"),
        TEXT("invoices.days_late", "7", "days since its due date; 0: not late"),
        FLAG("invoices.is_one_day_late", "its days_late is said in the singular"),
        FLAG("invoices.is_overdue", "it is past due"),
        FLAG("invoices.is_due_today", "it is due today"),
        FLAG("invoices.is_due_soon", "it is not yet due"),
        FLAG("invoices.is_first", "it is the first of the list"),
        FLAG("invoices.is_lead", "it is the one that the notice is mainly about"),
        FLAG("invoices.is_partly_paid", "a part of it has been paid"),
        FLAG("invoices.is_only_listed", "it is listed, but this is no step of its own ladder"),
        FLAG("invoices.is_mentioned", "it is not yet due and only mentioned: not in the total"),
        FLAG("invoices.has_deadline", "the deadline counts for it"),
        FLAG("invoices.is_attached", "its document is attached"),
        TEXT("invoices.step", "reminder", "id of its own step; empty if only listed"),
        TEXT("invoices.payment_url", "https://pay.example/F-1", "where to pay it online"),
        TEXT("invoices.contract", "C-2024-17", "its contract"),
        TEXT("invoices.document", "F-1.pdf", "name of its document"),
        { "attachments", VARIABLE_LIST, NULL, "documents attached" },
        TEXT("attachments.name", "F-1.pdf", "file name"),
        TEXT("first_document", "F-1.pdf", "file name of the first; empty without any"),
        FLAG("has_attachments", "there are any"),
        FLAG("several_attachments", "there are several"),
        TEXT("creditor.name", "Atelier Dumont", "the firm's name"),
        TEXT("creditor.email", "compta@atelier-dumont.example", "where answers go"),
        TEXT("creditor.phone", "+33 1 23 45 67 89", "its telephone"),
        TEXT("creditor.iban", "FR76 3000 6000 0112 3456 7890 189", "account for transfers"),
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

/* The object that a variable is a member of: made when its first member comes. */
static Value *sample_parent(ValueMaker *maker, Value *root, const Variable *variable)
{
        const char *dot = strchr(variable->name, '.');

        if (!dot)
                return root;
        size_t length = (size_t)(dot - variable->name);
        Value *group = (Value *)value_get(root, variable->name, length);
        if (!group) {
                group = value_object(maker);
                value_set(root, arena_strndup(maker->arena, variable->name, length), group);
        }
        return group && group->kind == VALUE_LIST ? group->first : group;
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

const Value *context_sample(Arena *arena)
{
        ValueMaker maker = { .arena = arena };
        Value *root = value_object(&maker);

        for (size_t i = 0; i < ELEMENTSOF(variables); i++) {
                const char *dot = strchr(variables[i].name, '.');
                Value *parent = sample_parent(&maker, root, &variables[i]);
                value_set(parent, dot ? dot + 1 : variables[i].name,
                        sample_value(&maker, &variables[i]));
        }
        return maker.is_incomplete ? NULL : root;
}

/* One occasion being told. */
typedef struct Teller {
        ValueMaker maker;
        Arena *arena;
        const Config *config;
        const Occasion *occasion;
        const Speech *speech;
        Date today;
} Teller;

/* Everything from outside comes in here. */
static const char *one_line(Teller *teller, const char *text, size_t max_characters)
{
        const char *line = text_one_line(text, max_characters, teller->arena);

        teller->maker.is_incomplete |= line == NULL;
        return line;
}

static void set_text(Teller *teller, Value *object, const char *name, const char *text)
{
        value_set(
                object, name, value_text(&teller->maker, one_line(teller, text, NAME_CHARACTERS)));
}

static void set_url(Teller *teller, Value *object, const char *name, const char *url)
{
        value_set(object, name, value_text(&teller->maker, one_line(teller, url, URL_CHARACTERS)));
}

static void set_flag(Teller *teller, Value *object, const char *name, bool is_set)
{
        value_set(object, name, value_flag(&teller->maker, is_set));
}

static void set_nothing(Teller *teller, Value *object, const char *name)
{
        value_set(object, name, value_nothing(&teller->maker));
}

static void set_amount(Teller *teller, Value *object, const char *name, int64_t minor)
{
        const Speech *speech = teller->speech;
        const char *text = locale_amount(speech->locale, minor, teller->occasion->account->currency,
                speech->style, teller->arena);

        value_set(object, name, value_text(&teller->maker, text));
        teller->maker.is_incomplete |= text == NULL;
}

static void set_date(Teller *teller, Value *object, const char *name, Date date)
{
        const Speech *speech = teller->speech;
        const char *text = locale_date(speech->locale, date, speech->style, teller->arena);

        value_set(object, name, value_text(&teller->maker, text));
        teller->maker.is_incomplete |= text == NULL;
}

static void set_number(Teller *teller, Value *object, const char *name, int64_t number)
{
        char text[32];

        (void)snprintf(text, sizeof(text), "%lld", (long long)number);
        char *copy = arena_strdup(teller->arena, text);
        teller->maker.is_incomplete |= copy == NULL;
        value_set(object, name, value_text(&teller->maker, copy));
}

/* Late days as figure, and whether the language says them in the singular. */
static void set_days_late(Teller *teller, Value *object, int days)
{
        set_number(teller, object, "days_late", MAX(days, 0));
        set_flag(teller, object, "is_one_day_late",
                days > 0 && locale_is_singular(teller->speech->locale, days));
}

/* "FR76 3000 …" for people: in fours. */
static const char *iban_in_fours(const char *iban, Arena *arena)
{
        char *result = arena_alloc(arena, 2 * strlen(iban) + 1), *p = result;
        size_t n = 0;

        for (; result && *iban; iban++) {
                if (*iban == ' ')
                        continue;
                if (n > 0 && n % 4 == 0)
                        *p++ = ' ';
                *p++ = *iban;
                n++;
        }
        return result;
}

static Value *tell_creditor(Teller *teller)
{
        const Creditor *creditor = &teller->config->creditor;
        Value *object = value_object(&teller->maker), *address = value_list(&teller->maker);
        const char *iban = creditor->iban;

        if (teller->speech->style != STYLE_DATA)
                iban = iban_in_fours(iban, teller->arena);
        teller->maker.is_incomplete |= iban == NULL;
        set_text(teller, object, "name", creditor->name);
        set_text(teller, object, "email", creditor->email);
        set_text(teller, object, "phone", creditor->phone);
        set_text(teller, object, "iban", iban);
        set_text(teller, object, "registration", creditor->registration);
        set_text(teller, object, "vat", creditor->vat);
        for (size_t i = 0; i < creditor->n_address; i++)
                value_append(
                        address, value_text(&teller->maker,
                                         one_line(teller, creditor->address[i], NAME_CHARACTERS)));
        value_set(object, "address", address);
        return object;
}

static Value *tell_customer(Teller *teller)
{
        const CustomerDetail *customer = teller->occasion->customer;
        const Account *account = teller->occasion->account;
        Value *object = value_object(&teller->maker);

        set_text(teller, object, "code", customer->code);
        set_text(teller, object, "name", customer->name);
        set_text(teller, object, "contact_name", customer->contact_name);
        set_text(teller, object, "addressee",
                is_empty(customer->contact_name) ? customer->name : customer->contact_name);
        set_text(teller, object, "address", customer->address);
        set_text(teller, object, "postcode", customer->postcode);
        set_text(teller, object, "city", customer->city);
        set_text(teller, object, "country", customer->country);
        set_text(teller, object, "registration", customer->registration);
        set_text(teller, object, "email", account->addresses[ADDRESS_EMAIL]);
        set_text(teller, object, "phone", account->addresses[ADDRESS_PHONE]);
        set_flag(teller, object, "is_business", account->kind == KIND_BUSINESS);
        set_flag(teller, object, "is_consumer", account->kind == KIND_CONSUMER);
        set_flag(teller, object, "is_public", account->kind == KIND_PUBLIC);
        return object;
}

static bool is_attached(const Occasion *occasion, const InvoiceDetail *detail)
{
        if (is_empty(detail->document))
                return false;
        for (size_t i = 0; i < occasion->n_attachments; i++)
                if (streq_or_null(occasion->attachments[i].document, detail->document))
                        return true;
        return false;
}

/* Of a line that is a step of the instalment's own ladder: that step, else NULL. */
static const Step *line_step(const Teller *teller, const NoticeLine *line)
{
        const Occasion *occasion = teller->occasion;

        if (line->step < 0)
                return NULL;
        if (line->instalment == occasion->planned->lead)
                return occasion->planned->step;
        const Policy *policy = rulebook_policy_of(&teller->config->book, occasion->account,
                &occasion->account->instalments[line->instalment]);
        return policy && (size_t)line->step < policy->n_steps ? &policy->steps[line->step] : NULL;
}

static void tell_line_facts(
        Teller *teller, Value *object, const Instalment *instalment, const InvoiceDetail *detail)
{
        char place[32] = "";
        const char *slash = is_empty(detail->document) ? NULL : strrchr(detail->document, '/');

        if (detail->n_instalments > 1)
                (void)snprintf(place, sizeof(place), "%d/%d", instalment->seq,
                        MAX(instalment->seq, detail->n_instalments));
        set_text(teller, object, "number", instalment->number);
        set_date(teller, object, "issued", instalment->issued);
        set_date(teller, object, "due", instalment->due);
        set_amount(teller, object, "amount", instalment->amount);
        set_amount(teller, object, "open", instalment->open);
        if (instalment->open < instalment->amount)
                set_amount(teller, object, "paid", instalment->amount - instalment->open);
        else
                set_nothing(teller, object, "paid");
        set_text(teller, object, "instalment", place);
        set_number(teller, object, "sequence", instalment->seq);
        set_url(teller, object, "payment_url", detail->payment_url);
        set_text(teller, object, "contract", detail->contract);
        set_text(teller, object, "document", slash ? slash + 1 : detail->document);
        set_flag(teller, object, "is_attached", is_attached(teller->occasion, detail));
        set_flag(teller, object, "is_partly_paid",
                instalment->open > 0 && instalment->open < instalment->amount);
}

static Value *tell_line(Teller *teller, const NoticeLine *line)
{
        const Occasion *occasion = teller->occasion;
        const Instalment *instalment = &occasion->account->instalments[line->instalment];
        const Step *step = line_step(teller, line);
        Value *object = value_object(&teller->maker);
        int order = date_compare(instalment->due, teller->today);
        bool is_overdue = date_is_set(instalment->due) && order < 0;

        tell_line_facts(teller, object, instalment, &occasion->details[line->instalment]);
        set_days_late(
                teller, object, is_overdue ? date_difference(teller->today, instalment->due) : 0);
        set_flag(teller, object, "is_overdue", is_overdue);
        set_flag(teller, object, "is_due_today", order == 0);
        set_flag(teller, object, "is_due_soon", order > 0);
        set_flag(teller, object, "is_first", line == occasion->planned->lines);
        set_flag(teller, object, "is_lead", line->instalment == occasion->planned->lead);
        set_flag(teller, object, "is_only_listed", line->step < 0);
        set_flag(teller, object, "is_mentioned", line->is_mentioned);
        set_flag(teller, object, "has_deadline",
                date_is_set(occasion->planned->deadline) && step && step->deadline_days > 0);
        set_text(teller, object, "step", step ? step->id : "");
        return object;
}

/* What the lines come to as a whole. */
static void tell_lines(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        const Planned *planned = occasion->planned;
        Value *list = value_list(&teller->maker);
        const char **numbers =
                arena_alloc_array(teller->arena, planned->n_lines + 1, sizeof(*numbers));
        size_t n = 0;
        int days_late = 0;
        bool has_due_soon = false;

        teller->maker.is_incomplete |= numbers == NULL;
        for (size_t i = 0; i < planned->n_lines && numbers; i++) {
                size_t index = planned->lines[i].instalment;
                const Instalment *instalment = &occasion->account->instalments[index];
                bool is_known = false;
                for (size_t k = 0; k < i && !is_known; k++)
                        is_known = occasion->account->instalments[planned->lines[k].instalment]
                                           .invoice == instalment->invoice;
                if (!is_known)
                        numbers[n++] = one_line(teller, instalment->number, NAME_CHARACTERS);
                has_due_soon |= date_compare(instalment->due, teller->today) > 0;
                if (date_is_set(instalment->due))
                        days_late = MAX(days_late, date_difference(teller->today, instalment->due));
                value_append(list, tell_line(teller, &planned->lines[i]));
        }
        set_days_late(teller, root, days_late);
        set_flag(teller, root, "has_overdue", days_late > 0);
        set_flag(teller, root, "has_due_soon", has_due_soon);
        set_number(teller, root, "count", (int64_t)n);
        set_flag(teller, root, "several", n > 1);
        set_flag(teller, root, "several_lines", planned->n_lines > 1);
        if (!teller->maker.is_incomplete)
                value_set(root, "numbers",
                        value_text(&teller->maker,
                                locale_list(teller->speech->locale, numbers, n, teller->arena)));
        value_set(root, "invoices", list);
}

/* R10: the sum asked, and the credit that makes it less than what is open. */
static void tell_sums(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        int64_t open = 0, credit = 0;
        bool fits = true;

        for (size_t i = 0; i < planned->n_lines; i++) {
                const NoticeLine *line = &planned->lines[i];
                const Instalment *list = teller->occasion->account->instalments;
                if (!line->is_mentioned)
                        fits &= money_add(&open, list[line->instalment].open) == 0;
        }
        if (fits && open > planned->total && planned->total >= 0)
                credit = open - planned->total;
        set_text(teller, root, "currency", teller->occasion->account->currency);
        set_amount(teller, root, "total", planned->total);
        set_amount(teller, root, "subtotal", planned->total + credit);
        if (credit > 0)
                set_amount(teller, root, "credit", credit);
        else
                set_nothing(teller, root, "credit");
        set_date(teller, root, "deadline", planned->deadline);
}

/* Where to pay online: one address for all of it, or each instalment at its own. */
static void tell_payment_urls(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        const Planned *planned = occasion->planned;
        const char *common = NULL;
        bool is_common = true, has_any = false;

        for (size_t i = 0; i < planned->n_lines; i++) {
                const char *url = occasion->details[planned->lines[i].instalment].payment_url;
                is_common &= !is_empty(url) && (!common || streq(common, url));
                has_any |= !is_empty(url);
                common = url;
        }
        set_url(teller, root, "payment_url", is_common ? common : "");
        set_flag(teller, root, "has_separate_urls", has_any && !is_common);
}

/* What is said of the instalment that leads, so that a text needs no section for it. */
static void tell_lead(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        const Instalment *lead = &occasion->account->instalments[occasion->planned->lead];

        set_text(teller, root, "number", lead->number);
        set_date(teller, root, "due", lead->due);
        set_text(teller, root, "contract", occasion->details[occasion->planned->lead].contract);
        set_flag(teller, root, "is_partly_paid", lead->open > 0 && lead->open < lead->amount);
}

static void tell_attachments(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        Value *list = value_list(&teller->maker);

        for (size_t i = 0; i < occasion->n_attachments; i++) {
                Value *item = value_object(&teller->maker);
                set_text(teller, item, "name", occasion->attachments[i].name);
                value_append(list, item);
        }
        value_set(root, "attachments", list);
        set_text(teller, root, "first_document",
                occasion->n_attachments > 0 ? occasion->attachments[0].name : "");
        set_flag(teller, root, "has_attachments", occasion->n_attachments > 0);
        set_flag(teller, root, "several_attachments", occasion->n_attachments > 1);
}

static void tell_action(Teller *teller, Value *root)
{
        static const char *const flags[ACTION_MAX] = {
                [ACTION_COURTESY] = "is_courtesy",
                [ACTION_REMIND] = "is_remind",
                [ACTION_RESEND] = "is_resend",
                [ACTION_DEADLINE] = "is_deadline",
                [ACTION_CALL] = "is_call",
                [ACTION_SUSPEND] = "is_suspend",
                [ACTION_AGENCY] = "is_agency",
                [ACTION_LEGAL] = "is_legal",
                [ACTION_RECONNECT] = "is_reconnect",
        };
        const Planned *planned = teller->occasion->planned;
        const Policy *policy = planned->policy;
        bool is_thanks = planned->kind == NOTICE_THANKS;
        int step = policy && planned->step ? policy_find_step(policy, planned->step->id) : -1;

        set_text(teller, root, "event", is_thanks ? "thanks" : action_names[planned->action]);
        for (int action = 0; action < ACTION_MAX; action++)
                set_flag(teller, root, flags[action],
                        !is_thanks && planned->action == (Action)action);
        set_flag(teller, root, "is_thanks", is_thanks);
        set_text(teller, root, "step", planned->step ? planned->step->id : "");
        set_text(teller, root, "policy", policy ? policy->name : "");
        set_flag(teller, root, "has_next_step", step >= 0 && (size_t)step + 1 < policy->n_steps);
}

int context_build(const Config *config, const Occasion *occasion, const Speech *speech,
        Arena *arena, const Value **ret_context)
{
        Teller teller = {
                .maker = { .arena = arena },
                .arena = arena,
                .config = config,
                .occasion = occasion,
                .speech = speech,
                .today = occasion->local.day,
        };
        Value *root = value_object(&teller.maker);

        tell_action(&teller, root);
        set_text(&teller, root, "language", speech->language);
        set_date(&teller, root, "today", teller.today);
        set_flag(&teller, root, "is_service", occasion->account->relation == RELATION_SERVICE);
        set_flag(&teller, root, "is_goods", occasion->account->relation == RELATION_GOODS);
        tell_sums(&teller, root);
        tell_payment_urls(&teller, root);
        tell_lead(&teller, root);
        tell_lines(&teller, root);
        tell_attachments(&teller, root);
        value_set(root, "creditor", tell_creditor(&teller));
        value_set(root, "customer", tell_customer(&teller));
        if (teller.maker.is_incomplete)
                return -ENOMEM;
        *ret_context = root;
        return 0;
}
