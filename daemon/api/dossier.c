/* SPDX-License-Identifier: MIT */
/*
 * Owns the dossier as an answer: what is asked for, the JSON from the store at that instant, and
 * the ZIP or PDF that relanced-paper makes of it beside everything else. Never changes anything.
 */

#include <errno.h>
#include <sys/stat.h>

#include "api/recording.h"
#include "api/routes.h"
#include "base/parse.h"
#include "engine/dossier.h"
#include "engine/printing.h"
#include "store/accounts.h"

/* What is made of it, and what relanced-paper calls that. */
static const struct {
        const char *name, *kind, *media_type;
} formats[] = {
        { "zip", "dossier-zip", "application/zip" },
        { "pdf", "dossier-pdf", "application/pdf" },
        { "letter", "letter", "application/pdf" },
        { "statement", "statement", "application/pdf" },
        { "charges", "charges", "application/pdf" },
};

typedef struct Work {
        Dossier dossier;
        size_t format;
        Printing *printing;
        int into_fd;
        bool is_done;
        char *problem;
} Work;

static void free_work(void *owner)
{
        Work *work = owner;

        printing_free(work->printing);
        dossier_release(&work->dossier);
        closep(&work->into_fd);
        free(work->problem);
        free(work);
}

static void on_done(void *owner, const char *problem)
{
        Work *work = owner;

        work->is_done = true;
        work->problem = problem ? strdup(problem) : NULL;
        if (problem && !work->problem)
                work->problem = strdup("");
}

static int resume_printing(Exchange *exchange)
{
        Work *work = exchange->work;
        struct stat status;

        if (!work->is_done)
                return 0;
        exchange->resume = NULL;
        if (work->problem)
                return reply_refuse(&exchange->reply, REPLY_FAILED,
                        "the dossier cannot be made: %s", work->problem);
        if (fstat(work->into_fd, &status) < 0)
                return -errno;
        reply_set_file(&exchange->reply, formats[work->format].media_type, TAKE_FD(work->into_fd),
                status.st_size);
        return 0;
}

/* The account of a customer that is meant: the only one with anything open, or the currency's. 0;
 * 1: refused; -errno. */
static int find_account(Exchange *exchange, const char *customer, int64_t *ret_account)
{
        const char *currency = exchange_get(exchange, "currency");
        int64_t *accounts;
        _cleanup_(strbuf_release) StrBuf known = STRBUF_INIT;
        size_t n, n_found = 0;
        int r = store_find_accounts(
                exchange->engine->store, customer, &exchange->arena, &accounts, &n);

        if (r == -ENOENT)
                return exchange_no_customer(exchange, customer), 1;
        for (size_t i = 0; r == 0 && i < n; i++) {
                Account account;
                bool is_open = false;
                r = store_load_account(
                        exchange->engine->store, accounts[i], 0, &exchange->arena, &account);
                for (size_t k = 0; r == 0 && k < account.n_instalments; k++)
                        is_open = is_open || account.instalments[k].open > 0;
                if (r == 0 && (currency ? streq(currency, account.currency) : is_open)) {
                        *ret_account = accounts[i];
                        strbuf_addf(&known, "%s%s", n_found++ > 0 ? ", " : "", account.currency);
                }
        }
        if (r < 0 || n_found == 1)
                return r;
        if (n_found == 0)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "nothing is open of customer '%s'%s%s", customer,
                               currency ? " in " : "", currency ? currency : ""),
                       1;
        return reply_refuse(&exchange->reply, REPLY_REFUSED,
                       "customer '%s' owes in several currencies: say which with --currency (%s)",
                       customer, strbuf_error(&known) < 0 ? "..." : strbuf_text(&known)),
               1;
}

/* 0; 1: refused; -errno. */
static int read_asked(Exchange *exchange, DossierAsked *asked)
{
        const Target target = target_of(exchange_get(exchange, "target"));
        const char *purpose = exchange_get(exchange, "for");
        int found = DOSSIER_COURT;

        *asked = (DossierAsked){ .now = &exchange->now };
        if (purpose && parse_name(purpose, dossier_purpose_names, DOSSIER_PURPOSES, &found) < 0)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "for '%s' is unknown: expected agency or court", purpose),
                       1;
        asked->purpose = (DossierPurpose)found;
        if (target.customer)
                return find_account(exchange, target.customer, &asked->account);
        int r = store_find_invoice(
                exchange->engine->store, target.invoice, &asked->account, &asked->invoice);
        if (r != -ENOENT)
                return r;
        r = recording_no_target(exchange, &target);
        return r < 0 ? r : 1;
}

/* 0; 1: refused. */
static int read_format(Exchange *exchange, size_t *ret_format)
{
        const char *format = exchange_get(exchange, "format");

        *ret_format = 0;
        while (format && *ret_format < ELEMENTSOF(formats) &&
                !streq(format, formats[*ret_format].name))
                (*ret_format)++;
        if (*ret_format < ELEMENTSOF(formats))
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "format '%s' is unknown: expected zip, pdf, letter, statement or charges", format);
        return 1;
}

static int start(Exchange *exchange, Work *work)
{
        const PrintingOrder order = {
                .event = exchange->engine->event,
                .kind = formats[work->format].kind,
                .dossier = &work->dossier,
                .into_fd = work->into_fd,
                .done = on_done,
                .owner = work,
        };
        int r = printing_new(&order, &work->printing);

        if (r == 0)
                exchange->resume = resume_printing;
        if (r == -ENOENT)
                return reply_refuse(&exchange->reply, REPLY_FAILED,
                        "the dossier cannot be made: " PRINTING_MISSING);
        return r < 0 ? reply_fail(&exchange->reply, r, "the dossier cannot be made") : 0;
}

int handle_dossier(Exchange *exchange)
{
        DossierAsked asked;
        size_t format;
        int r = read_format(exchange, &format);

        if (r == 0)
                r = read_asked(exchange, &asked);
        if (r != 0)
                return MIN(r, 0);
        Work *work = calloc(1, sizeof(*work));
        if (!work)
                return -ENOMEM;
        work->into_fd = -1;
        work->format = format;
        exchange->work = work;
        exchange->free_work = free_work;
        r = dossier_make(exchange->engine, &asked, &exchange->arena, &work->dossier);
        if (r == -ENODATA)
                return reply_refuse(&exchange->reply, REPLY_REFUSED, "%s", work->dossier.problem);
        if (r == -ENOENT)
                return reply_refuse(&exchange->reply, REPLY_REFUSED, "there is nothing to claim");
        if (r == 0)
                r = spool_open(exchange->engine->config->cache, &work->into_fd);
        return r < 0 ? r : start(exchange, work);
}
