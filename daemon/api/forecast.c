/* SPDX-License-Identifier: MIT */
/*
 * Owns the answer to "what if": what would leave in days to come, by time, and what another
 * configuration would change about it. Never changes anything, and never holds the loop: the
 * accounts are gone through in turns, so are the lines that came out. That other configuration is a
 * text that was sent along: no file is read for it.
 */

#include <errno.h>
#include <sys/stat.h>

#include "api/routes.h"
#include "api/shapes.h"
#include "api/sorter.h"
#include "base/parse.h"
#include "engine/forecast.h"
#include "store/accounts.h"

#define DAYS_DEFAULT 30
#define LINES_PER_TURN 500
#define TEXT_MAX (4 * 1024 * 1024)

/* Behind every notice stands what waits for a person, by time. */
#define KEY_OF_WAITS (INT64_MAX / 2)

typedef struct ForecastWork {
        Exchange *exchange;
        const char *invoice; /* only what asks for it or lists it; or NULL */
        Config *other;       /* or NULL */
        const Zone *zone;    /* in which times are told */
        bool tells_waits;    /* and why nothing leaves at all */
        Forecast *forecast;  /* until it is over */
        Sorter *sorter;
} ForecastWork;

static void work_free(void *owner)
{
        ForecastWork *work = owner;

        forecast_free(work->forecast);
        sorter_free(work->sorter);
        config_free(work->other);
        free(work);
}

static bool is_asked_for(const ForecastWork *work, const LogRow *row)
{
        if (!work->invoice)
                return true;
        for (size_t i = 0; i < row->n_lines; i++)
                if (streq(row->lines[i].invoice, work->invoice))
                        return true;
        return false;
}

static int begin_again(void *owner)
{
        ForecastWork *work = owner;

        sorter_free(work->sorter);
        work->sorter = sorter_new(work->exchange->reply.folder);
        return work->sorter ? 0 : -ENOMEM;
}

static int add_notice(void *owner, const LogRow *row)
{
        ForecastWork *work = owner;

        if (!is_asked_for(work, row))
                return 0;
        return sorter_add(work->sorter, row->at.usec, shape_planned(work->zone, row));
}

static int add_change(void *owner, Difference change, const LogRow *row, const LogRow *was)
{
        ForecastWork *work = owner;

        if (!is_asked_for(work, row))
                return 0;
        json_t *shaped = shape_planned(work->zone, row);
        shape_put(&shaped, "change", json_string(difference_names[change]));
        shape_put(&shaped, "was", was ? shape_instant(work->zone, was->at) : json_null());
        shape_put(&shaped, "deadline_was", was ? shape_date(was->deadline) : json_null());
        return sorter_add(work->sorter, row->at.usec, shaped);
}

/* In the shape of a task: it is not one yet, or not for sure. */
static json_t *shape_wait(
        const ForecastWork *work, const Account *account, size_t i, const Wait *wait)
{
        const Instalment *instalment = &account->instalments[i];
        const Judgement *judgement = &wait->judgement;
        const ReasonDetail detail = {
                .step = judgement->next < 0 ? NULL : judgement->policy->steps[judgement->next].id,
                .date = DATE_NONE,
                .text = judgement->policy ? judgement->policy->name : NULL,
        };
        StrBuf sentence = STRBUF_INIT;

        reason_sentence(judgement->reason, &detail,
                work->exchange->engine->config->creditor.language, &sentence);
        const TaskReport row = {
                .kind = judgement_task(judgement),
                .customer = account->code,
                .invoice = instalment->number,
                .seq = instalment->seq,
                .sentence = strbuf_text(&sentence),
                .since = wait->since,
        };
        json_t *shaped = shape_task(work->zone, &row);
        shape_put(&shaped, "task", json_null());
        strbuf_release(&sentence);
        return shaped;
}

static int add_waits(void *owner, const Account *account, size_t i, const Wait *wait)
{
        ForecastWork *work = owner;

        if (work->invoice && !streq(work->invoice, account->instalments[i].number))
                return 0;
        return sorter_add(work->sorter, KEY_OF_WAITS + wait->since.usec / 4,
                shape_wait(work, account, i, wait));
}

static int add_wait_change(void *owner, Difference change, const WaitChange *waits)
{
        ForecastWork *work = owner;
        const Account *account = waits->account;

        if (work->invoice && !streq(work->invoice, account->instalments[waits->instalment].number))
                return 0;
        json_t *shaped = shape_wait(work, account, waits->instalment, waits->wait);
        shape_put(&shaped, "change", json_string(difference_names[change]));
        shape_put(&shaped, "was", shape_instant(work->zone, waits->was));
        return sorter_add(work->sorter, KEY_OF_WAITS + waits->wait->since.usec / 4, shaped);
}

/* Why nothing at all leaves; before every notice. */
static int add_guards(ForecastWork *work)
{
        unsigned guards = forecast_guards(work->forecast);
        json_t *names = json_array(), *shaped = json_object();

        for (Guard guard = 0; guard < GUARDS; guard++)
                if (guards & GUARD_BIT(guard))
                        shape_append(&names, json_string(guard_names[guard]));
        shape_put(&shaped, "guards", names);
        return sorter_add(work->sorter, INT64_MIN, shaped);
}

static int resume_giving(Exchange *exchange)
{
        ForecastWork *work = exchange->work;
        int r = sorter_give(work->sorter, LINES_PER_TURN, &exchange->reply);

        exchange->is_busy = r > 0;
        exchange->resume = r > 0 ? resume_giving : NULL;
        return MIN(r, 0);
}

static int resume_forecast(Exchange *exchange)
{
        ForecastWork *work = exchange->work;
        int r = forecast_step(work->forecast);

        exchange->is_busy = true;
        if (r != 0)
                return MIN(r, 0);
        r = work->tells_waits ? add_guards(work) : 0;
        forecast_free(TAKE_PTR(work->forecast));
        if (r == 0)
                r = sorter_end(work->sorter);
        exchange->resume = r < 0 ? NULL : resume_giving;
        return r;
}

/* 0, or 1: refused. */
static int parse_days(Exchange *exchange, int *ret_days)
{
        const char *text = exchange_get(exchange, "days");

        *ret_days = DAYS_DEFAULT;
        if (!text || parse_int(text, 1, FORECAST_DAYS_MAX, ret_days) == 0)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "days '%s' is no number of days: expected 1 to %d", text, FORECAST_DAYS_MAX);
        return 1;
}

/* Whose notices; *ret_accounts NULL: everybody's. 0; 1: refused; -errno. */
static int find_accounts(Exchange *exchange, int64_t **ret_accounts, size_t *ret_n)
{
        Store *store = exchange->engine->store;
        const char *customer = exchange_get(exchange, "customer"),
                   *invoice = exchange_get(exchange, "invoice");
        int r = 0;

        *ret_accounts = NULL;
        if (customer)
                r = store_find_accounts(store, customer, &exchange->arena, ret_accounts, ret_n);
        if (r == -ENOENT)
                return exchange_no_customer(exchange, customer), 1;
        if (r < 0 || !invoice)
                return r;
        int64_t account, id;
        r = store_find_invoice(store, invoice, &account, &id);
        if (r == -ENOENT)
                return exchange_no_invoice(exchange, invoice), 1;
        bool is_theirs = !customer;
        for (size_t i = 0; r == 0 && customer && i < *ret_n; i++)
                is_theirs = is_theirs || (*ret_accounts)[i] == account;
        *ret_accounts = arena_alloc(&exchange->arena, sizeof(account));
        if (!*ret_accounts)
                return -ENOMEM;
        **ret_accounts = account;
        *ret_n = is_theirs;
        return r;
}

/* 0, or 1: refused with all that is wrong with it. */
static int refuse_config(Exchange *exchange, const Problems *problems)
{
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < problems->n; i++) {
                const Problem *problem = &problems->list[i];
                if (problem->is_warning)
                        continue;
                strbuf_addf(&text, "%s%s", text.length > 0 ? "\n" : "",
                        problem->file ? problem->file : "");
                if (problem->line > 0)
                        strbuf_addf(&text, ":%u", problem->line);
                strbuf_addf(&text, "%s%s", problem->file ? ": " : "", problem->text);
        }
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST, "%s", strbuf_text(&text));
        strbuf_release(&text);
        return 1;
}

static int read_text(Exchange *exchange, int fd, const char **ret_text)
{
        struct stat status;

        if (fstat(fd, &status) < 0)
                return -errno;
        if (status.st_size > TEXT_MAX)
                return -EFBIG;
        char *text = arena_alloc(&exchange->arena, (size_t)status.st_size + 1);
        if (!text)
                return -ENOMEM;
        ssize_t n = pread(fd, text, (size_t)status.st_size, 0);
        if (n != status.st_size)
                return n < 0 ? -errno : -EIO;
        if (memchr(text, '\0', (size_t)n))
                return -EFBIG;
        *ret_text = text;
        return 0;
}

/* The configuration that was sent along, if one was. 0; 1: refused; -errno. */
static int read_other(Exchange *exchange, Config **ret_other)
{
        const Request *request = &exchange->request;
        Problems problems = { 0 };
        const char *text = NULL;

        *ret_other = NULL;
        if (!request->is_post)
                return 0;
        if (request->n_files != 1)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "one configuration is to be sent along"),
                       1;
        int r = read_text(exchange, request->files[0].fd, &text);
        if (r == -EFBIG)
                return reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                               "%s: that is no "
                               "configuration",
                               request->files[0].name),
                       1;
        if (r == 0)
                r = config_load_text(request->files[0].name, text, exchange->engine->config->path,
                        &problems, ret_other);
        if (r == -EINVAL)
                r = refuse_config(exchange, &problems);
        problems_release(&problems);
        return r;
}

static int start(Exchange *exchange, ForecastWork *work, int days)
{
        ForecastOrder order = {
                .engine = exchange->engine,
                .other = work->other,
                .days = days,
                .is_resumed = exchange_get(exchange, "resumed") != NULL,
                .sink = {
                        .restart = begin_again,
                        .notice = add_notice,
                        .waits = work->tells_waits ? add_waits : NULL,
                        .change = add_change,
                        .wait_change = work->tells_waits ? add_wait_change : NULL,
                        .owner = work,
                },
        };
        int64_t *accounts;

        int r = find_accounts(exchange, &accounts, &order.n_accounts);
        if (r != 0)
                return r;
        order.accounts = accounts;
        r = forecast_new(&order, &work->forecast);
        if (r == 0)
                exchange->resume = resume_forecast;
        exchange->is_busy = true;
        return r;
}

int handle_forecast(Exchange *exchange)
{
        int days;

        if (parse_days(exchange, &days) > 0)
                return 0;
        ForecastWork *work = calloc(1, sizeof(*work));
        if (!work)
                return -ENOMEM;
        exchange->work = work;
        exchange->free_work = work_free;
        work->exchange = exchange;
        work->invoice = exchange_get(exchange, "invoice");
        work->zone = exchange->engine->zone;
        work->tells_waits = exchange_get(exchange, "waiting") != NULL;
        int r = begin_again(work);
        if (r == 0)
                r = read_other(exchange, &work->other);
        if (r == 0)
                r = start(exchange, work, days);
        return MIN(r, 0);
}
