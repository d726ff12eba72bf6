/* SPDX-License-Identifier: MIT */
/*
 * Owns what a notice says beside what is open: charges (R24), offers and early-payment discounts,
 * promises and plans (R13, R15), who a file is handed to and what was sent before (R17). Reckons
 * nothing but sums of its own lines. Fails only for want of memory.
 */

#include "compose/teller.h"

const char *const action_flags[ACTION_MAX] = {
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

static const Instalment *line_instalment(const Teller *teller, const NoticeLine *line)
{
        return &teller->occasion->account->instalments[line->instalment];
}

/* Sums of a size that no firm has are told as the largest there is. */
static void add_up(int64_t *sum, int64_t minor)
{
        if (money_add(sum, minor) < 0)
                *sum = INT64_MAX;
}

/* Charges are an invoice's: told with the first of its lines. */
static const Charges *line_charges(const Teller *teller, const NoticeLine *line)
{
        const Occasion *occasion = teller->occasion;
        int64_t invoice = line_instalment(teller, line)->invoice;

        if (!occasion->charges || line->is_mentioned)
                return NULL;
        for (const NoticeLine *before = occasion->planned->lines; before < line; before++)
                if (!before->is_mentioned && line_instalment(teller, before)->invoice == invoice)
                        return NULL;
        return &occasion->charges[line->instalment];
}

static void tell_charges(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        Value *group = value_object(&teller->maker);
        int64_t interest = 0, fixed = 0, sum, total;

        for (size_t i = 0; i < planned->n_lines; i++) {
                const Charges *charges = line_charges(teller, &planned->lines[i]);
                add_up(&interest, charges ? charges->interest : 0);
                add_up(&fixed, charges ? charges->fixed : 0);
        }
        sum = interest;
        add_up(&sum, fixed);
        total = planned->total;
        add_up(&total, sum);
        tell_flag(teller, root, "has_charges", sum > 0);
        tell_amount_if_any(teller, group, "interest", interest);
        tell_amount_if_any(teller, group, "fixed", fixed);
        tell_amount_if_any(teller, group, "sum", sum);
        tell_amount_if_any(teller, group, "total", sum > 0 ? total : 0);
        value_set(root, "charges", group);
}

static void tell_offer(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        Value *group = value_object(&teller->maker);
        int64_t discount = 0;
        int percent = planned->step ? planned->step->offer_percent : 0;

        for (size_t i = 0; i < planned->n_lines; i++)
                add_up(&discount, planned->lines[i].discount);
        bool has_offer = discount > 0 && date_is_set(planned->offer_until);
        tell_flag(teller, root, "has_offer", has_offer);
        tell_date(teller, group, "until", has_offer ? planned->offer_until : DATE_NONE);
        tell_percent(teller, group, "percent", has_offer ? 100 * percent : 0);
        tell_amount_if_any(teller, group, "discount", has_offer ? discount : 0);
        tell_amount_if_any(teller, group, "total", has_offer ? planned->total - discount : 0);
        value_set(root, "offer", group);
}

/* An invoice's discount for early payment as it still holds for a line, or 0. Who has more credit
 * than that leaves to pay is told of none. */
static int64_t line_discount(const Teller *teller, const NoticeLine *line)
{
        const InvoiceDetail *detail = &teller->occasion->details[line->instalment];
        const Instalment *instalment = line_instalment(teller, line);

        if (line->is_mentioned || instalment->seq > detail->n_discounts ||
                date_compare(detail->discount_until, teller->today) < 0)
                return 0;
        int64_t discount = detail->discounts[instalment->seq - 1];
        return discount < MIN(instalment->open, teller->occasion->planned->total) ? discount : 0;
}

/* What is enough for a line, never more than what is enough for all: credit counts as in the sum
 * asked. */
static int64_t enough(const Teller *teller, const NoticeLine *line, int64_t discount)
{
        int64_t open = line_instalment(teller, line)->open;

        return discount > 0 ? MIN(open, teller->occasion->planned->total) - discount : 0;
}

/* Of the notice as a whole: where the lines that have one agree about it. */
static void tell_discount(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        const Planned *planned = occasion->planned;
        Value *group = value_object(&teller->maker);
        Date until = DATE_NONE;
        int percent = 0;
        int64_t sum = 0;
        bool is_one_day = true;

        for (size_t i = 0; i < planned->n_lines; i++) {
                const InvoiceDetail *detail = &occasion->details[planned->lines[i].instalment];
                int64_t discount = line_discount(teller, &planned->lines[i]);
                if (discount == 0)
                        continue;
                if (sum == 0) {
                        until = detail->discount_until;
                        percent = detail->discount_percent_hundredths;
                }
                is_one_day &= date_compare(until, detail->discount_until) == 0;
                percent = percent == detail->discount_percent_hundredths ? percent : 0;
                add_up(&sum, discount);
        }
        bool is_told = sum > 0 && sum < planned->total && is_one_day;
        tell_flag(teller, root, "has_discount", sum > 0);
        tell_date(teller, group, "until", is_told ? until : DATE_NONE);
        tell_percent(teller, group, "percent", is_told ? percent : 0);
        tell_amount_if_any(teller, group, "amount", is_told ? sum : 0);
        tell_amount_if_any(teller, group, "total", is_told ? planned->total - sum : 0);
        value_set(root, "discount", group);
}

static void tell_promise(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        Value *group = value_object(&teller->maker);
        bool has_promise = planned->kind == NOTICE_PROMISE_CONFIRMED ||
                           planned->kind == NOTICE_PROMISE_REMINDER;
        Date until = DATE_NONE;
        int64_t promised = teller->occasion->promised, to_come = 0, rest = 0;

        for (size_t i = 0; i < planned->n_lines && has_promise; i++) {
                const Instalment *instalment = line_instalment(teller, &planned->lines[i]);
                until = date_later(until, instalment->promised_until);
                add_up(&rest, MIN(instalment->promised_rest, instalment->open));
                add_up(&to_come, MAX(instalment->open - instalment->promised_rest, 0));
        }
        promised = MAX(promised, to_come); /* more than she said: a payment was undone since */
        tell_flag(teller, root, "has_promise", has_promise);
        tell_date(teller, group, "until", until);
        tell_amount_if_any(teller, group, "amount", promised);
        tell_amount_if_any(teller, group, "left",
                has_promise && planned->total < promised ? planned->total : 0);
        tell_amount_if_any(teller, group, "rest", rest);
        value_set(root, "promise", group);
}

static bool was_told_since(const Instalment *instalment, Date day)
{
        for (size_t i = 0; i < instalment->n_done; i++)
                if (!instalment->done[i].is_skip && date_compare(instalment->done[i].on, day) > 0)
                        return true;
        return false;
}

/* R13: the ladder goes on after a promise that was not kept, and its next notice may say why, once.
 * Only steps of the ladder: what is listed beside them was promised apart. */
static void tell_broken_promise(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        Value *group = value_object(&teller->maker);
        Date until = DATE_NONE;

        for (size_t i = 0; i < planned->n_lines && planned->kind == NOTICE_CONTACT; i++) {
                const Instalment *instalment = line_instalment(teller, &planned->lines[i]);
                if (planned->lines[i].step >= 0 &&
                        promise_is_broken(&teller->config->book, teller->occasion->account,
                                instalment, teller->today) &&
                        !was_told_since(instalment, instalment->promised_until))
                        until = date_later(until, instalment->promised_until);
        }
        tell_flag(teller, root, "has_broken_promise", date_is_set(until));
        tell_date(teller, group, "until", until);
        value_set(root, "broken_promise", group);
}

/* R15: a part that did not come by its day has ended the plan, and the others are due since. It is
 * told by its own day, which is before theirs. */
static void tell_broken_plan(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        Value *group = value_object(&teller->maker);
        Date due = DATE_NONE;

        for (size_t i = 0; i < planned->n_lines && planned->kind == NOTICE_CONTACT; i++) {
                const Instalment *part = line_instalment(teller, &planned->lines[i]);
                bool is_cause = false;
                if (part->plan == 0 || !part->is_plan_broken || planned->lines[i].is_mentioned)
                        continue;
                for (size_t k = 0; k < planned->n_lines; k++) {
                        const Instalment *other = line_instalment(teller, &planned->lines[k]);
                        is_cause |= other->plan == part->plan &&
                                    date_compare(part->due, other->due) < 0;
                }
                if (is_cause && (!date_is_set(due) || date_compare(part->due, due) < 0))
                        due = part->due;
        }
        tell_flag(teller, root, "has_broken_plan", date_is_set(due));
        tell_date(teller, group, "due", due);
        value_set(root, "broken_plan", group);
}

static void tell_plan(Teller *teller, Value *root)
{
        const Planned *planned = teller->occasion->planned;
        Value *group = value_object(&teller->maker);
        bool has_plan = planned->kind == NOTICE_PLAN_CONFIRMED && planned->n_lines > 0;
        int64_t total = 0, fee = 0;
        Date first = DATE_NONE, last = DATE_NONE;

        for (size_t i = 0; i < planned->n_lines && has_plan; i++) {
                const Instalment *instalment = line_instalment(teller, &planned->lines[i]);
                add_up(&total, instalment->open);
                add_up(&fee, MIN(instalment->fee, instalment->open));
                first = i == 0 || date_compare(instalment->due, first) < 0 ? instalment->due
                                                                           : first;
                last = date_later(last, instalment->due);
        }
        tell_flag(teller, root, "has_plan", has_plan);
        tell_number(teller, group, "parts", has_plan ? (int64_t)planned->n_lines : 0);
        tell_plural(teller, group, "parts_is", has_plan ? (int64_t)planned->n_lines : 0);
        tell_amount_if_any(teller, group, "total", total);
        tell_amount_if_any(teller, group, "fee", fee);
        tell_date(teller, group, "first", first);
        tell_date(teller, group, "last", last);
        value_set(root, "plan", group);
}

static void tell_recipient(Teller *teller, Value *root)
{
        const Recipient *recipient = teller->occasion->planned->recipient;
        Value *group = value_object(&teller->maker);

        tell_text(teller, group, "name", recipient ? recipient->name : "");
        tell_text(teller, group, "email", recipient ? recipient->email : "");
        value_set(root, "recipient", group);
}

static Value *tell_done(Teller *teller, const Done *done)
{
        Value *item = value_object(&teller->maker);

        tell_date(teller, item, "date", done->on);
        tell_text(teller, item, "step", done->step);
        tell_date(teller, item, "deadline", done->deadline);
        for (int action = 0; action < ACTION_RECONNECT; action++)
                tell_flag(teller, item, action_flags[action], done->action == (Action)action);
        return item;
}

/* Only where somebody else is to read it: a customer has had all of it. */
static void tell_history(Teller *teller, Value *root)
{
        const Occasion *occasion = teller->occasion;
        const Instalment *lead = &occasion->account->instalments[occasion->planned->lead];
        Value *list = value_list(&teller->maker);

        for (size_t i = 0; i < lead->n_done; i++)
                if (!lead->done[i].is_skip && occasion->planned->kind == NOTICE_HANDOVER)
                        value_append(list, tell_done(teller, &lead->done[i]));
        tell_flag(teller, root, "has_history", list && list->first);
        value_set(root, "history", list);
}

void tell_terms(Teller *teller, Value *root)
{
        tell_charges(teller, root);
        tell_offer(teller, root);
        tell_discount(teller, root);
        tell_promise(teller, root);
        tell_broken_promise(teller, root);
        tell_broken_plan(teller, root);
        tell_plan(teller, root);
        tell_recipient(teller, root);
        tell_history(teller, root);
}

void tell_line_terms(Teller *teller, Value *object, const NoticeLine *line)
{
        const Instalment *instalment = line_instalment(teller, line);
        const InvoiceDetail *detail = &teller->occasion->details[line->instalment];
        const Charges *charges = line_charges(teller, line);
        int64_t interest = charges ? charges->interest : 0, fixed = charges ? charges->fixed : 0;
        int64_t sum = interest, discount = line_discount(teller, line), offered = line->discount;

        add_up(&sum, fixed);
        tell_amount_if_any(teller, object, "interest", interest);
        tell_amount_if_any(teller, object, "fixed_sum", fixed);
        tell_amount_if_any(teller, object, "charges", sum);
        tell_amount_if_any(teller, object, "offer_discount", offered);
        tell_amount_if_any(teller, object, "offer_open", enough(teller, line, offered));
        tell_percent(teller, object, "discount_percent",
                discount > 0 ? detail->discount_percent_hundredths : 0);
        tell_date(teller, object, "discount_until",
                discount > 0 ? detail->discount_until : DATE_NONE);
        tell_amount_if_any(teller, object, "discount_amount", discount);
        tell_amount_if_any(teller, object, "discount_open", enough(teller, line, discount));
        tell_amount_if_any(teller, object, "fee", MIN(instalment->fee, instalment->open));
}
