/* SPDX-License-Identifier: MIT */
/* Owns the example's figures: those of the manual (relanced-templates.5). Decides nothing: what it
 * tells of need not be what the rules would send. Cannot fail. */

#include "compose/example.h"

static void make_account(Example *example, const char *language)
{
        example->account = (Account){
                .id = 1,
                .customer = 1,
                .currency = "EUR",
                .code = "C001",
                .name = "Boulangerie Martin",
                .kind = KIND_BUSINESS,
                .relation = RELATION_GOODS,
                .country = "FR",
                .language = language,
                .timezone = "",
                .policy = "",
                .tags = "",
                .addresses = { "", "marie@martin.example", "+33612345678", "+33612345678" },
                .instalments = example->instalments,
                .n_instalments = EXAMPLE_LINES,
        };
        example->customer = (CustomerDetail){
                .code = "C001",
                .name = "Boulangerie Martin",
                .contact_name = "Marie Martin",
                .cc = "",
                .address = "1 place du Marché",
                .postcode = "69001",
                .city = "Lyon",
                .country = "FR",
                .registration = "RCS Lyon 900 000 000",
                .language = language,
        };
}

/* F-1 of 1,200.00 since 5 March, F-2 of 300.50 since 11 March, the second of three parts of F-3 on
 * 20 March; it is 12 March. */
static void make_invoices(Example *example, Date today)
{
        static const struct {
                const char *number;
                int64_t invoice, amount;
                int seq, n_instalments;
                int issued, due; /* days before today */
        } rows[EXAMPLE_LINES] = {
                { "F-1", 1, 120000, 1, 1, 37, 7 },
                { "F-2", 2, 30050, 1, 1, 31, 1 },
                { "F-3", 3, 9999, 2, 3, 20, -8 },
        };

        for (size_t i = 0; i < EXAMPLE_LINES; i++) {
                example->instalments[i] = (Instalment){
                        .invoice = rows[i].invoice,
                        .seq = rows[i].seq,
                        .number = rows[i].number,
                        .policy = "",
                        .approved = "",
                        .issued = date_add(today, -rows[i].issued),
                        .due = date_add(today, -rows[i].due),
                        .amount = rows[i].amount,
                        .open = rows[i].amount,
                        .promised_until = DATE_NONE,
                };
                example->details[i] = (InvoiceDetail){
                        .number = rows[i].number,
                        .document = "",
                        .payment_url = "",
                        .contract = "",
                        .amount = rows[i].amount,
                        .n_instalments = rows[i].n_instalments,
                        .discount_until = DATE_NONE,
                };
                example->lines[i] = (NoticeLine){ .instalment = i, .step = -1 };
        }
}

static void make_planned(Example *example, const ExampleWish *wish, Date today)
{
        bool has_deadline = wish->step && wish->step->deadline_days > 0;

        example->recipient = (Recipient){ "Recouvrement Exemple", "dossiers@recouvrement.example" };
        example->lines[0].step = wish->step ? 0 : -1;
        example->planned = (Planned){
                .kind = wish->kind,
                .action = wish->action,
                .policy = wish->policy,
                .step = wish->step,
                .lines = example->lines,
                .n_lines = 1,
                .total = example->instalments[0].open,
                .deadline = has_deadline ? date_add(today, wish->step->deadline_days) : DATE_NONE,
                .offer_until = DATE_NONE,
                .recipient = wish->kind == NOTICE_HANDOVER ? &example->recipient : NULL,
                .reason = REASON_DUE,
        };
}

/* What was agreed, of an occasion that tells of it. */
static void make_agreed(Example *example, Date today)
{
        Instalment *lead = &example->instalments[0];

        switch (example->planned.kind) {
        case NOTICE_PROMISE_CONFIRMED:
        case NOTICE_PROMISE_REMINDER:
                lead->promise = 1;
                lead->promised_until = date_add(today, 19);
                return;
        case NOTICE_PLAN_CONFIRMED:
                for (size_t i = 0; i < EXAMPLE_LINES; i++) {
                        example->instalments[i] = *lead;
                        example->instalments[i].seq = 2 + (int)i;
                        example->instalments[i].due = date_add(today, 19 + 30 * (int)i);
                        example->instalments[i].amount = example->instalments[i].open = 40000;
                        example->instalments[i].plan = 1;
                        example->details[i] = example->details[0];
                }
                example->planned.n_lines = EXAMPLE_LINES;
                return;
        case NOTICE_HANDOVER:
                example->done = (Done){ 1, "reminder", ACTION_REMIND, { 0 }, date_add(today, -4),
                        DATE_NONE, false };
                lead->done = &example->done;
                lead->n_done = 1;
                return;
        case NOTICE_CONTACT:
        case NOTICE_SUSPEND:
        case NOTICE_RECONNECT:
        case NOTICE_THANKS: return;
        }
}

static void make_full(Example *example, Date today)
{
        static const int64_t discounts[] = { 2400 };
        Planned *planned = &example->planned;

        planned->n_lines = EXAMPLE_LINES;
        planned->total += 30050 + 9999 - 20050 - 1000;
        example->account.unassigned = 1000;
        example->instalments[0].promised_rest = 10000;
        example->instalments[1].open = 10000;
        example->details[0].document = "2026/F-1.pdf";
        example->details[0].contract = "C-2024-17";
        example->details[0].payment_url = "https://pay.example/F-1";
        example->details[0].discounts = discounts;
        example->details[0].n_discounts = ELEMENTSOF(discounts);
        example->details[0].discount_percent_hundredths = 200;
        example->details[0].discount_until = date_add(today, 2);
        example->lines[0].discount = 2400;
        planned->offer_until = date_add(today, 10);
        example->charges[0] = (Charges){ 333, 4000 };
        example->occasion.charges = example->charges;
        example->attachment = (Attachment){ .name = "F-1.pdf", .document = "2026/F-1.pdf" };
        example->occasion.n_attachments = 1;
        example->occasion.payment_code = "BCD";
}

static void make_bare(Example *example, Date today)
{
        const char *language = example->customer.language;

        example->account.relation = RELATION_SERVICE;
        example->account.kind = KIND_CONSUMER;
        for (int i = 0; i < ADDRESS_COLUMNS_MAX; i++)
                example->account.addresses[i] = "";
        example->customer = (CustomerDetail){
                .code = "C001",
                .name = "Martin",
                .contact_name = "",
                .cc = "",
                .address = "",
                .postcode = "",
                .city = "",
                .country = "",
                .registration = "",
                .language = language,
        };
        example->instalments[0].due = today;
        example->planned.deadline = DATE_NONE;
}

void example_make(Example *example, const ExampleWish *wish, ExampleCase which)
{
        Date today = date_of(2026, 3, 12);

        *example = (Example){ .charges = { { 0 } } };
        make_account(example, wish->language);
        make_invoices(example, today);
        make_planned(example, wish, today);
        example->occasion = (Occasion){
                .account = &example->account,
                .customer = &example->customer,
                .details = example->details,
                .planned = &example->planned,
                .attachments = &example->attachment,
                .local = { today, 9 * 60, 60 },
        };
        switch (which) {
        case EXAMPLE_ONE: break;
        case EXAMPLE_FULL: make_full(example, today); break;
        case EXAMPLE_BARE: make_bare(example, today); break;
        }
        make_agreed(example, today);
}
