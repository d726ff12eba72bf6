/* SPDX-License-Identifier: MIT */
/*
 * Owns the values of templates' variables for one occasion: what is asked for, of whom and by whom.
 * Never decides what is owed or sent: it only says what the decision says, in words. Fails only for
 * want of memory.
 */

#include "compose/context.h"

#include <errno.h>
#include <stdio.h>

#include "compose/teller.h"

#define ROOM "has_room"

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
        tell_text(teller, object, "name", creditor->name);
        tell_text(teller, object, "email", creditor->email);
        tell_unbroken(teller, object, "phone", creditor->phone);
        tell_unbroken(teller, object, "iban", iban);
        tell_text(teller, object, "bic", creditor->bic);
        tell_text(teller, object, "registration", creditor->registration);
        tell_text(teller, object, "vat", creditor->vat);
        for (size_t i = 0; i < creditor->n_address; i++)
                value_append(address,
                        value_text(&teller->maker,
                                teller_line(teller, creditor->address[i], NAME_CHARACTERS)));
        value_set(object, "address", address);
        return object;
}

static Value *tell_customer(Teller *teller)
{
        const CustomerDetail *customer = teller->occasion->customer;
        const Account *account = teller->occasion->account;
        Value *object = value_object(&teller->maker);

        tell_text(teller, object, "code", customer->code);
        tell_text(teller, object, "name", customer->name);
        tell_text(teller, object, "contact_name", customer->contact_name);
        tell_text(teller, object, "addressee",
                is_empty(customer->contact_name) ? customer->name : customer->contact_name);
        tell_text(teller, object, "address", customer->address);
        tell_text(teller, object, "postcode", customer->postcode);
        tell_text(teller, object, "city", customer->city);
        tell_text(teller, object, "country", customer->country);
        tell_text(teller, object, "registration", customer->registration);
        tell_text(teller, object, "email", account->addresses[ADDRESS_EMAIL]);
        tell_unbroken(teller, object, "phone", account->addresses[ADDRESS_PHONE]);
        tell_flag(teller, object, "is_business", account->kind == KIND_BUSINESS);
        tell_flag(teller, object, "is_consumer", account->kind == KIND_CONSUMER);
        tell_flag(teller, object, "is_public", account->kind == KIND_PUBLIC);
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

static const char *keep(Teller *teller, const char *text)
{
        const char *copy = arena_strdup(teller->arena, text);

        teller->maker.is_incomplete |= copy == NULL;
        return copy ? copy : "";
}

/* "2/3", or "" where an invoice has no instalments. A plan's part has none of these: its number
 * goes on after the invoice's instalments. */
static const char *line_place(Teller *teller, const NoticeLine *line)
{
        const Instalment *instalment = &teller->occasion->account->instalments[line->instalment];
        int n = teller->occasion->details[line->instalment].n_instalments;
        char place[32];

        if (n <= 1 || instalment->plan != 0)
                return "";
        (void)snprintf(place, sizeof(place), "%d/%d", instalment->seq, MAX(instalment->seq, n));
        return keep(teller, place);
}

/* The same of a plan's part among that plan's. */
static const char *line_part(Teller *teller, const NoticeLine *line)
{
        const Instalment *instalment = &teller->occasion->account->instalments[line->instalment];
        const InvoiceDetail *detail = &teller->occasion->details[line->instalment];
        int n = 0, index = 0;
        char place[32];

        for (size_t i = 0; i < detail->n_parts && instalment->plan != 0; i++) {
                if (detail->parts[i].plan != instalment->plan)
                        continue;
                n++;
                if (detail->parts[i].seq == instalment->seq)
                        index = n;
        }
        if (n <= 1 || index == 0)
                return "";
        (void)snprintf(place, sizeof(place), "%d/%d", index, n);
        return keep(teller, place);
}

static void tell_line_facts(
        Teller *teller, Value *object, const Instalment *instalment, const InvoiceDetail *detail)
{
        const char *slash = is_empty(detail->document) ? NULL : strrchr(detail->document, '/');

        tell_unbroken(teller, object, "number", instalment->number);
        tell_date(teller, object, "issued", instalment->issued);
        tell_date(teller, object, "due", instalment->due);
        tell_amount(teller, object, "amount", instalment->amount);
        tell_amount(teller, object, "open", instalment->open);
        if (instalment->open < instalment->amount)
                tell_amount(teller, object, "paid", instalment->amount - instalment->open);
        else
                tell_nothing(teller, object, "paid");
        tell_number(teller, object, "sequence", instalment->seq);
        tell_url(teller, object, "payment_url", detail->payment_url);
        tell_text(teller, object, "contract", detail->contract);
        tell_text(teller, object, "document", slash ? slash + 1 : detail->document);
        tell_flag(teller, object, "is_attached", is_attached(teller->occasion, detail));
        tell_flag(teller, object, "is_partly_paid",
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
        tell_text(teller, object, "instalment", line_place(teller, line));
        tell_text(teller, object, "plan_part", line_part(teller, line));
        tell_days_late(
                teller, object, is_overdue ? date_difference(teller->today, instalment->due) : 0);
        tell_flag(teller, object, "is_overdue", is_overdue);
        tell_flag(teller, object, "is_due_today", order == 0);
        tell_flag(teller, object, "is_due_soon", order > 0);
        tell_flag(teller, object, "is_first", line == occasion->planned->lines);
        tell_flag(teller, object, "is_lead", line->instalment == occasion->planned->lead);
        tell_flag(teller, object, "is_only_listed", line->step < 0);
        tell_flag(teller, object, "is_mentioned", line->is_mentioned);
        tell_flag(teller, object, "has_deadline",
                date_is_set(occasion->planned->deadline) && step && step->deadline_days > 0);
        tell_text(teller, object, "step", step ? step->id : "");
        tell_line_terms(teller, object, line);
        return object;
}

/* Whether an earlier line that counts, too, is of the same invoice. */
static bool is_known(const Occasion *occasion, size_t line)
{
        const NoticeLine *lines = occasion->planned->lines;
        const Instalment *instalments = occasion->account->instalments;

        for (size_t i = 0; i < line; i++)
                if (!lines[i].is_mentioned && instalments[lines[i].instalment].invoice ==
                                                      instalments[lines[line].instalment].invoice)
                        return true;
        return false;
}

/* Texts of the lines as a list in words. */
static void tell_list(
        Teller *teller, Value *root, const char *name, const char *const texts[], size_t n)
{
        if (n == 1 && texts[0])
                tell_unbroken(teller, root, name, texts[0]);
        else if (n == 0)
                tell_nothing(teller, root, name);
        else if (!teller->maker.is_incomplete)
                value_set(root, name,
                        value_text(&teller->maker,
                                locale_list(teller->speech->locale, texts, n, teller->arena)));
}

/* Which instalments of it, or parts of its plan, where one invoice is asked for. */
static void tell_places(Teller *teller, Value *root, bool is_one)
{
        const Planned *planned = teller->occasion->planned;
        const char **places =
                arena_alloc_array(teller->arena, planned->n_lines + 1, sizeof(*places));
        const char **parts = arena_alloc_array(teller->arena, planned->n_lines + 1, sizeof(*parts));
        size_t n = 0, n_parts = 0;

        teller->maker.is_incomplete |= !places || !parts;
        for (size_t i = 0; i < planned->n_lines && places && parts && is_one; i++) {
                const char *place = line_place(teller, &planned->lines[i]);
                const char *part = line_part(teller, &planned->lines[i]);
                if (planned->lines[i].is_mentioned)
                        continue;
                if (*place)
                        places[n++] = place;
                if (*part)
                        parts[n_parts++] = part;
        }
        tell_list(teller, root, "instalments", places, n);
        tell_flag(teller, root, "several_instalments", n > 1);
        tell_list(teller, root, "plan_parts", parts, n_parts);
        tell_flag(teller, root, "several_plan_parts", n_parts > 1);
}

/* What the lines come to as a whole: those that are only mentioned do not count, as in the sum. */
static void tell_lines(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        const Planned *planned = occasion->planned;
        Value *list = value_list(&teller->maker);
        const char **numbers =
                arena_alloc_array(teller->arena, planned->n_lines + 1, sizeof(*numbers));
        size_t n = 0;
        int days_late = 0;
        bool has_due_soon = false, has_mentioned = false;

        teller->maker.is_incomplete |= numbers == NULL;
        for (size_t i = 0; i < planned->n_lines && numbers; i++) {
                const NoticeLine *line = &planned->lines[i];
                const Instalment *instalment = &occasion->account->instalments[line->instalment];
                value_append(list, tell_line(teller, line));
                has_mentioned |= line->is_mentioned;
                if (line->is_mentioned)
                        continue;
                if (!is_known(occasion, i))
                        numbers[n++] = teller_line(teller, instalment->number, NAME_CHARACTERS);
                has_due_soon |= date_compare(instalment->due, teller->today) > 0;
                if (date_is_set(instalment->due))
                        days_late = MAX(days_late, date_difference(teller->today, instalment->due));
        }
        tell_days_late(teller, root, days_late);
        tell_flag(teller, root, "has_overdue", days_late > 0);
        tell_flag(teller, root, "has_due_soon", has_due_soon);
        tell_flag(teller, root, "has_mentioned", has_mentioned);
        tell_number(teller, root, "count", (int64_t)n);
        tell_plural(teller, root, "count_is", (int64_t)n);
        tell_flag(teller, root, "several", n > 1);
        tell_flag(teller, root, "several_lines", planned->n_lines > 1);
        tell_list(teller, root, "numbers", numbers, n);
        tell_places(teller, root, n == 1);
        value_set(root, "invoices", list);
}

/* What a line adds to the sum: of a promise, no more than was promised. */
static int64_t line_asked(const Teller *teller, const NoticeLine *line)
{
        NoticeKind kind = teller->occasion->planned->kind;
        const Instalment *instalment = &teller->occasion->account->instalments[line->instalment];

        if (line->is_mentioned)
                return 0;
        if (kind != NOTICE_PROMISE_CONFIRMED && kind != NOTICE_PROMISE_REMINDER)
                return instalment->open;
        return instalment->open - MIN(instalment->promised_rest, instalment->open);
}

/* Of ten euros each, at least two. */
static bool can_split(const Planned *planned, const char *currency)
{
        int64_t smallest = 2 * 10;

        for (int i = currency_exponent(currency); i > 0; i--)
                smallest *= 10;
        return planned->total >= smallest;
}

/* R10: the sum asked, and the credit that makes it less than what is open. */
static void tell_sums(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        int64_t asked = 0, credit = 0;
        bool fits = true;

        for (size_t i = 0; i < planned->n_lines; i++)
                fits &= money_add(&asked, line_asked(teller, &planned->lines[i])) == 0;
        if (fits && asked > planned->total && planned->total >= 0)
                credit = asked - planned->total;
        tell_text(teller, root, "currency", teller->occasion->account->currency);
        tell_amount(teller, root, "total", planned->total);
        tell_amount(teller, root, "subtotal", planned->total + credit);
        if (credit > 0)
                tell_amount(teller, root, "credit", credit);
        else
                tell_nothing(teller, root, "credit");
        tell_flag(
                teller, root, "can_split", can_split(planned, teller->occasion->account->currency));
        tell_date(teller, root, "deadline", planned->deadline);
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
                if (planned->lines[i].is_mentioned)
                        continue;
                is_common &= !is_empty(url) && (!common || streq(common, url));
                has_any |= !is_empty(url);
                common = url;
        }
        tell_url(teller, root, "payment_url", is_common ? common : "");
        tell_flag(teller, root, "has_payment_code", occasion->payment_code != NULL);
        tell_flag(teller, root, "has_separate_urls", has_any && !is_common);
}

/* What is said of the instalment that leads, so that a text needs no section for it. */
static void tell_lead(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        const Instalment *lead = &occasion->account->instalments[occasion->planned->lead];

        tell_unbroken(teller, root, "number", lead->number);
        tell_date(teller, root, "due", lead->due);
        tell_text(teller, root, "contract", occasion->details[occasion->planned->lead].contract);
        tell_flag(teller, root, "is_partly_paid", lead->open > 0 && lead->open < lead->amount);
}

static void tell_attachments(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        Value *list = value_list(&teller->maker);

        for (size_t i = 0; i < occasion->n_attachments; i++) {
                Value *item = value_object(&teller->maker);
                tell_text(teller, item, "name", occasion->attachments[i].name);
                value_append(list, item);
        }
        value_set(root, "attachments", list);
        tell_text(teller, root, "first_document",
                occasion->n_attachments > 0 ? occasion->attachments[0].name : "");
        tell_flag(teller, root, "has_attachments", occasion->n_attachments > 0);
        tell_flag(teller, root, "several_attachments", occasion->n_attachments > 1);
}

static void tell_action(Teller *teller, Value *root)
{
        static const char *const occasion_flags[NOTICE_KINDS] = {
                [NOTICE_THANKS] = "is_thanks",
                [NOTICE_PROMISE_CONFIRMED] = "is_promise_confirmed",
                [NOTICE_PROMISE_REMINDER] = "is_promise_reminder",
                [NOTICE_PLAN_CONFIRMED] = "is_plan_confirmed",
                [NOTICE_HANDOVER] = "is_handover",
        };
        const Planned *planned = teller->occasion->planned;
        const Policy *policy = planned->policy;
        const char *occasion = occasion_names[planned->kind];
        int step = policy && planned->step ? policy_find_step(policy, planned->step->id) : -1;

        tell_text(teller, root, "event", occasion ? occasion : action_names[planned->action]);
        for (int action = 0; action < ACTION_MAX; action++)
                tell_flag(teller, root, action_flags[action],
                        !occasion && planned->action == (Action)action);
        for (int kind = 0; kind < NOTICE_KINDS; kind++)
                if (occasion_flags[kind])
                        tell_flag(teller, root, occasion_flags[kind],
                                planned->kind == (NoticeKind)kind);
        tell_text(teller, root, "step", planned->step ? planned->step->id : "");
        tell_text(teller, root, "policy", policy ? policy->name : "");
        tell_flag(teller, root, "has_next_step", step >= 0 && (size_t)step + 1 < policy->n_steps);
}

int context_build(const Config *config, const Occasion *occasion, const Speech *speech,
        Arena *arena, Value **ret_context)
{
        Occasion told = *occasion;
        Teller teller = {
                .maker = { .arena = arena },
                .arena = arena,
                .config = config,
                .occasion = &told,
                .speech = speech,
                .today = occasion->local.day,
        };
        Value *root = value_object(&teller.maker);

        if (speech->style != STYLE_DATA && notice_due_now(occasion->planned, occasion->account,
                                                   teller.today, arena, &told.planned) < 0)
                return -ENOMEM;
        tell_action(&teller, root);
        tell_text(&teller, root, "language", speech->language);
        tell_text(&teller, root, "direction",
                locale_runs_right_to_left(speech->locale) ? "rtl" : "ltr");
        tell_date(&teller, root, "today", teller.today);
        tell_flag(&teller, root, "is_service", occasion->account->relation == RELATION_SERVICE);
        tell_flag(&teller, root, "is_goods", occasion->account->relation == RELATION_GOODS);
        tell_flag(&teller, root, ROOM, true);
        tell_sums(&teller, root);
        tell_payment_urls(&teller, root);
        tell_lead(&teller, root);
        tell_lines(&teller, root);
        tell_attachments(&teller, root);
        tell_terms(&teller, root);
        value_set(root, "creditor", tell_creditor(&teller));
        value_set(root, "customer", tell_customer(&teller));
        if (teller.maker.is_incomplete)
                return -ENOMEM;
        *ret_context = root;
        return 0;
}

void context_take_room(Value *context)
{
        Value *room = (Value *)value_get(context, ROOM, strlen(ROOM));

        room->is_set = false;
}
