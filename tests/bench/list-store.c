/* SPDX-License-Identifier: MIT */
/*
 * Times what people look at, page by page, as the API gives it: list-store STATE CACHE NOTICES. The
 * store is one of fill-store; as many notices as it has not yet are added, each about an invoice of
 * its own, and sent but for every hundredth. Prints, for each listing, its rows and pages, the
 * longest page and the time of all.
 */

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "api/reply.h"
#include "api/shapes.h"
#include "base/parse.h"
#include "store/accounts.h"
#include "store/report.h"

#define NOW ((Instant){ INT64_C(1772701200) * USEC_PER_SEC })
#define TODAY ((Date){ 20517 })
#define NOTICES_PER_TRANSACTION 10000
#define BODY_SIZE 1500
#define ANY .since = INSTANT_NONE, .until = INSTANT_NONE

static double milliseconds(void)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void must(int r, const char *what)
{
        if (r >= 0)
                return;
        fprintf(stderr, "list-store: %s: %s\n", what, strerror(-r));
        exit(1);
}

static void add_notice(Store *store, const Instalment *instalment, int64_t account, int64_t n)
{
        static char body[BODY_SIZE + 1];
        char id[64];
        const ContactLine line = { .invoice = instalment->invoice,
                .seq = instalment->seq,
                .step = "reminder",
                .action = ACTION_REMIND,
                .open = instalment->open };
        Contact contact = { .account = account,
                .action = ACTION_REMIND,
                .step = "reminder",
                .policy = "standard",
                .lead_invoice = instalment->invoice,
                .lead_seq = instalment->seq,
                .at = NOW,
                .day = TODAY,
                .total = instalment->open,
                .deadline = DATE_NONE,
                .lines = &line,
                .n_lines = 1 };

        memset(body, 'x', BODY_SIZE);
        snprintf(id, sizeof(id), "%" PRId64 ".1772701200@relanced.example", n);
        Notice notice = { .channel = "email",
                .to = "compta@client.example",
                .language = "fr",
                .message_id = id,
                .template_name = "remind",
                .subject = "Facture en retard",
                .text = body,
                .date = NOW,
                .not_before = INSTANT_NONE };
        int r = store_add_contact(store, &contact, &notice, 1);
        must(r, "add");
        if (r > 0 || n % 100 == 0)
                return;
        must(store_mark_handed(store, &notice.id, 1), "hand");
        must(store_mark_begun(store, notice.id, NOW), "begin");
        must(store_mark_sent(store, notice.id, REASON_DUE, NOW, TODAY, "250 ok"), "finish");
}

static int count_row(void *owner, const LogRow *row)
{
        ++*(int64_t *)owner;
        return 0;
}

static void add_notices(Store *store, int64_t wanted)
{
        const LogFilter any = { ANY, .state = -1 };
        Arena arena = ARENA_INIT;
        AccountPage page = { 0 };
        int64_t n = 0, after = 0;

        must(store_list_log(store, &any, count_row, &n), "count");
        if (n > 0)
                return;
        must(store_begin(store), "begin");
        do {
                arena_reset(&arena);
                must(store_page_accounts(store, after, &arena, &page), "read");
                for (size_t i = 0; i < page.n; i++) {
                        const Account *account = &page.accounts[i];
                        after = account->id;
                        for (size_t k = 0; k < account->n_instalments && n < wanted; k++, n++)
                                add_notice(store, &account->instalments[k], account->id, n);
                }
                if (n % NOTICES_PER_TRANSACTION < PAGE_ACCOUNTS) {
                        must(store_commit(store), "commit");
                        must(store_begin(store), "begin");
                }
        } while (page.n > 0 && n < wanted);
        must(store_commit(store), "commit");
        arena_release(&arena);
}

typedef struct Answer {
        Reply reply;
        const Zone *zone;
        size_t n;
} Answer;

static int add_log(void *owner, const LogRow *row)
{
        Answer *answer = owner;

        answer->n++;
        reply_add(&answer->reply, shape_log(answer->zone, row));
        return answer->reply.error;
}

static int add_invoice(void *owner, const InvoiceReport *row)
{
        Answer *answer = owner;

        answer->n++;
        reply_add(&answer->reply, shape_invoice(row));
        return answer->reply.error;
}

static int add_customer(void *owner, const CustomerReport *row)
{
        Answer *answer = owner;

        answer->n++;
        reply_add(&answer->reply, shape_customer(row));
        return answer->reply.error;
}

static void run(const char *name, Answer *answer, int r, Pager *pager)
{
        double began = milliseconds(), longest = 0;
        size_t n_pages = 0;
        bool more = true;

        must(r, name);
        answer->n = 0;
        while (more) {
                double at = milliseconds();
                must(pager_step(pager, &more), name);
                longest = MAX(longest, milliseconds() - at);
                n_pages++;
        }
        printf("%-24s %8zu rows in %6zu pages: longest %6.1f ms, all %8.0f ms\n", name, answer->n,
                n_pages, longest, milliseconds() - began);
        pager_free(pager);
        reply_release(&answer->reply);
}

int main(int argc, char *argv[])
{
        static const struct {
                const char *name;
                LogFilter filter;
        } logs[] = {
                { "log", { ANY, .state = -1 } },
                { "log --customer", { ANY, .state = -1, .customer = "C-000000" } },
                { "log --invoice", { ANY, .state = -1, .invoice = "F-2026-0000000" } },
                { "log --since (none)",
                        { .since = { INT64_MAX }, .until = INSTANT_NONE, .state = -1 } },
                { "log --state failed", { ANY, .state = NOTICE_FAILED } },
                { "notices", { ANY, .state = -1, .only_open = true } },
        };
        _cleanup_(store_closep) Store *store = NULL;
        Answer answer = { .reply = REPLY_INIT, .zone = zone_find("Europe/Paris") };
        Pager *pager = NULL;
        int64_t n_notices;

        if (argc != 4 || parse_int64(argv[3], 0, 100000000, &n_notices) < 0 ||
                store_open(argv[1], argv[2], &store, NULL) != STORE_OPENED) {
                fprintf(stderr, "usage: list-store STATE CACHE NOTICES\n");
                return 2;
        }
        add_notices(store, n_notices);
        for (size_t i = 0; i < ELEMENTSOF(logs); i++) {
                int r = store_page_log(store, &logs[i].filter, add_log, &answer, &pager);
                run(logs[i].name, &answer, r, pager);
        }
        int r = store_page_invoices(store, NULL, false, add_invoice, &answer, &pager);
        run("invoices", &answer, r, pager);
        r = store_page_customers(store, NULL, add_customer, &answer, &pager);
        run("customers", &answer, r, pager);
        return 0;
}
