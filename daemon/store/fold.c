/* SPDX-License-Identifier: MIT */
/*
 * Owns what people's words leave of an invoice's instalments: its facts and its customer's, those
 * that stand, taken in the order in which they were said. Pure; fails only with -EOVERFLOW and, for
 * what contradicts itself, -EUCLEAN.
 */

#include "store/fold.h"

#include <errno.h>

#include "core/money.h"
#include "store/imported.h"

static const char *const word_names[WORDS] = {
        [FACT_PAYMENT] = "payment",
        [FACT_CREDIT] = "credit",
        [FACT_REFUND] = "refund",
        [FACT_CHARGEBACK] = "chargeback",
        [FACT_WRITE_OFF] = "write-off",
        [WORD_INVOICE] = "invoice",
        [WORD_CHANGE] = "change",
        [WORD_GONE] = "withdrawn",
        [WORD_HOLD] = "hold",
        [WORD_RELEASE] = "release",
        [WORD_DISPUTE] = "dispute",
        [WORD_PROMISE] = "promise",
        [WORD_PLAN] = "plan",
        [WORD_ADOPT] = "adopt",
        [WORD_APPROVE] = "approve",
        [WORD_POLICY] = "policy",
        [WORD_REPLY] = "reply",
};

int fold_find_word(const char *kind, Word *ret_word)
{
        for (int i = 0; i < WORDS; i++) {
                if (!streq(word_names[i], kind))
                        continue;
                *ret_word = (Word)i;
                return 0;
        }
        return -EINVAL;
}

static InvoiceStatus find_status(const char *text, size_t length)
{
        for (size_t i = 0; i < ELEMENTSOF(invoice_status_names); i++)
                if (strlen(invoice_status_names[i]) == length &&
                        memcmp(invoice_status_names[i], text, length) == 0)
                        return (InvoiceStatus)i;
        return STATUS_OPEN;
}

/* The status it came in with: what its first change says it was, else the file's of today. */
static InvoiceStatus first_status(const Fold *fold, const Spoken *spoken)
{
        ImportedChange change;

        for (size_t i = 0; i < fold->n_facts; i++) {
                const Fact *fact = &fold->facts[i];
                if (fact->seq != spoken->seq)
                        continue;
                if (fact->word == WORD_CHANGE &&
                        imported_find_change(fact->changes, COLUMN_STATUS, &change))
                        return find_status(change.was, change.was_length);
        }
        return find_status(spoken->file_status, strlen(spoken->file_status));
}

/* Until a day, that one too; DATE_NONE: without end. */
static bool lasts(Date until, Date day)
{
        return !date_is_set(until) || date_compare(until, day) >= 0;
}

static Date longer(Date a, Date b)
{
        return date_is_set(b) && lasts(a, b) ? a : b;
}

/* The longer one counts: a customer who is left alone for a week does not end a longer hold of one
 * of his invoices. */
static void hold(Spoken *spoken, const Fact *fact)
{
        const Hold *other = fact->is_of_customer ? &spoken->own : &spoken->customers;
        Hold *said = fact->is_of_customer ? &spoken->customers : &spoken->own;

        *said = (Hold){ true, fact->date };
        spoken->left.is_held = true;
        spoken->left.held_until = other->is_said ? longer(other->until, said->until) : said->until;
}

/* Only what still held, disputed or waited is released on that day: a hold that has run out does
 * not hold the ladder once more, and what came in later was never held. */
static void release(const Fold *fold, Spoken *spoken, const Fact *fact)
{
        Left *left = &spoken->left;
        bool is_held = left->is_held && lasts(left->held_until, fact->date);
        bool is_promised =
                date_is_set(left->promised_until) && lasts(left->promised_until, fact->date);
        bool is_paused = fact->is_of_customer && date_is_set(fold->paused_until) &&
                         lasts(fold->paused_until, fact->date);
        bool is_disputed = left->is_disputed || left->status == STATUS_DISPUTED;

        if (spoken->is_here && (is_held || is_promised || is_paused || is_disputed))
                left->released_on = fact->date;
        left->is_held = left->is_disputed = false;
        left->held_until = left->promised_until = DATE_NONE;
        spoken->own = spoken->customers = (Hold){ false, DATE_NONE };
        if (left->status == STATUS_DISPUTED)
                left->status = STATUS_OPEN;
}

static void change(Spoken *spoken, const Fact *fact)
{
        ImportedChange found;

        if (imported_find_change(fact->changes, COLUMN_STATUS, &found))
                spoken->left.status = find_status(found.now, found.now_length);
        if (imported_find_change(fact->changes, COLUMN_POLICY, &found))
                spoken->left.policy = spoken->file_policy;
}

static void apply(const Fold *fold, Spoken *spoken, const Fact *fact)
{
        Left *left = &spoken->left;

        switch (fact->word) {
        case WORD_INVOICE: spoken->is_here = true; break;
        case WORD_PLAN:
                if (spoken->plan != fact->id)
                        break;
                spoken->is_here = true;
                left->policy = fact->reference;
                break;
        case WORD_CHANGE: change(spoken, fact); break;
        case WORD_GONE: left->status = STATUS_CANCELLED; break;
        case WORD_HOLD: hold(spoken, fact); break;
        case WORD_RELEASE: release(fold, spoken, fact); break;
        case WORD_DISPUTE: left->is_disputed = true; break;
        case WORD_ADOPT: left->is_adopted = true; break;
        case WORD_APPROVE: left->approved = fact->reference; break;
        case WORD_POLICY: left->policy = fact->reference; break;
        case WORD_PROMISE:
        case WORD_REPLY:
        case WORD_MONEY_LAST:
        case WORDS: break;
        }
}

/* The money so far. */
static size_t list_movements(const Fold *fold, int64_t rank)
{
        size_t n = 0;

        for (size_t i = 0; i < fold->n_facts && fold->facts[i].rank < rank; i++) {
                const Fact *fact = &fold->facts[i];
                if (fact->word >= (Word)FACT_WRITE_OFF || fact->is_withdrawn)
                        continue;
                fold->movements[n++] = (MoneyFact){
                        .rank = fact->rank,
                        .amount = fact->amount,
                        .is_credit = fact->word == (Word)FACT_CREDIT,
                        .is_undone = fact->word == (Word)FACT_REFUND ||
                                     fact->word == (Word)FACT_CHARGEBACK,
                };
        }
        return n;
}

/* What is open of those that are there. */
static int weigh(const Fold *fold, int64_t rank, int64_t more)
{
        FactSums sums = fold->sums;
        size_t n_movements = list_movements(fold, rank);
        int64_t left_over;
        int r = money_add(&sums.credits, more);

        for (size_t i = 0; i < fold->n_spoken && r == 0; i++) {
                const Spoken *spoken = &fold->spoken[i];
                bool is_taken = spoken->replaced_by != 0 && spoken->replaced_by < rank;
                bool counts = spoken->is_here && spoken->left.status != STATUS_CANCELLED;
                int64_t amount = counts ? spoken->amount - (is_taken ? spoken->taken : 0) : 0;
                if (is_taken && amount < 0) /* as balances.c */
                        r = money_add(&sums.credits, -amount);
                fold->shares[i] = (Share){
                        .plan = spoken->plan,
                        .before = balance_before_plan(fold->movements, n_movements, spoken->plan),
                        .due = spoken->due,
                        .amount = is_taken ? MAX(amount, 0) : amount,
                };
        }
        return r < 0 ? r : balance_invoice(fold->shares, fold->n_spoken, &sums, &left_over);
}

/* R13: of each instalment that is open then; what is promised pays the oldest first. */
static int promise(Fold *fold, const Fact *fact)
{
        int r = weigh(fold, fact->rank, 0);

        if (r < 0)
                return r;
        for (size_t i = 0; i < fold->n_spoken; i++) {
                Left *left = &fold->spoken[i].left;
                if (fold->shares[i].open == 0)
                        continue;
                left->promise = fact->id;
                left->promised_until = fact->date;
                left->promised_rest = 0;
                left->n_promises++;
        }
        if (fact->amount == 0)
                return 0;
        r = weigh(fold, fact->rank, fact->amount);
        for (size_t i = 0; i < fold->n_spoken && r == 0; i++)
                if (fold->spoken[i].left.promise == fact->id)
                        fold->spoken[i].left.promised_rest = fold->shares[i].open;
        return r;
}

/* -EOVERFLOW cannot be: the sums of all facts have been added up before. */
static int add_money(FactSums *sums, const Fact *fact)
{
        switch ((FactKind)fact->word) {
        case FACT_PAYMENT: return money_add(&sums->payments, fact->amount);
        case FACT_CREDIT: return money_add(&sums->credits, fact->amount);
        case FACT_REFUND:
        case FACT_CHARGEBACK: return money_add(&sums->undone, fact->amount);
        case FACT_WRITE_OFF: sums->is_written_off = true; return 0;
        }
        return -EINVAL;
}

static int take(Fold *fold, const Fact *fact)
{
        if (fact->word <= WORD_MONEY_LAST)
                return add_money(&fold->sums, fact);
        if (fact->word == WORD_PROMISE)
                return promise(fold, fact);
        for (size_t i = 0; i < fold->n_spoken; i++)
                if (fact->seq == 0 || fact->seq == fold->spoken[i].seq)
                        apply(fold, &fold->spoken[i], fact);
        if (fact->word == WORD_REPLY)
                fold->paused_until = date_later(fold->paused_until, fact->date);
        else if (fact->word == WORD_RELEASE && fact->is_of_customer)
                fold->paused_until = DATE_NONE;
        return 0;
}

static bool is_before(const Spoken *a, const Spoken *b)
{
        bool is_cancelled = a->left.status == STATUS_CANCELLED;

        if (is_cancelled != (b->left.status == STATUS_CANCELLED))
                return !is_cancelled;
        return date_compare(a->due, b->due) < 0;
}

/* The oldest that is not cancelled, if there is any. */
static const Spoken *oldest_replaced(const Fold *fold, int64_t plan)
{
        const Spoken *oldest = NULL;

        for (size_t i = 0; i < fold->n_spoken; i++) {
                const Spoken *spoken = &fold->spoken[i];
                if (spoken->replaced_by == plan && (!oldest || is_before(spoken, oldest)))
                        oldest = spoken;
        }
        return oldest;
}

/* A part is what its invoice is, and goes on as it would have once its plan is broken. */
static int finish_parts(Fold *fold)
{
        for (size_t i = 0; i < fold->n_spoken; i++) {
                Spoken *part = &fold->spoken[i];
                if (part->plan == 0)
                        continue;
                const Spoken *replaced = oldest_replaced(fold, part->plan);
                if (!replaced)
                        return -EUCLEAN;
                part->left.status = replaced->left.status;
                if (part->is_plan_broken)
                        part->left.policy = replaced->left.policy;
        }
        return 0;
}

int fold_run(Fold *fold)
{
        int r = 0;

        for (size_t i = 0; i < fold->n_spoken; i++) {
                Spoken *spoken = &fold->spoken[i];
                spoken->own = spoken->customers = (Hold){ false, DATE_NONE };
                spoken->left = (Left){
                        .status = first_status(fold, spoken),
                        .held_until = DATE_NONE,
                        .released_on = DATE_NONE,
                        .promised_until = DATE_NONE,
                        .policy = spoken->file_policy,
                        .approved = "",
                };
        }
        fold->sums = (FactSums){ 0 };
        fold->paused_until = DATE_NONE;
        for (size_t i = 0; i < fold->n_facts && r == 0; i++)
                if (!fold->facts[i].is_withdrawn)
                        r = take(fold, &fold->facts[i]);
        return r < 0 ? r : finish_parts(fold);
}

static bool is_same_date(Date a, Date b)
{
        return date_compare(a, b) == 0;
}

bool left_is_same_state(const Left *a, const Left *b)
{
        return a->is_held == b->is_held && is_same_date(a->held_until, b->held_until) &&
               a->is_disputed == b->is_disputed && a->status == b->status &&
               is_same_date(a->released_on, b->released_on) && streq(a->policy, b->policy);
}

bool left_is_same_terms(const Left *a, const Left *b)
{
        return a->promise == b->promise && is_same_date(a->promised_until, b->promised_until) &&
               a->promised_rest == b->promised_rest && a->n_promises == b->n_promises &&
               a->is_adopted == b->is_adopted && streq(a->approved, b->approved);
}
