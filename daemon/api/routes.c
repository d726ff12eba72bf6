/* SPDX-License-Identifier: MIT */
/*
 * Owns the table of routes, the right that each needs, and the way from a request to its handler.
 * Never knows how a request arrived. A request that no route takes, over a socket without the right
 * or with a value that its route does not know, is refused with a sentence; a handler's -errno
 * becomes a 500.
 */

#include "api/routes.h"

#include <errno.h>

#include "base/parse.h"

#define ROUTE_PARAMETERS_MAX 9

/* Who may: a bit for each Right. */
#define BIT(right) (1U << (right))
#define ALL (BIT(RIGHT_READ) | BIT(RIGHT_OPERATE) | BIT(RIGHT_REPORT))
#define LOOK (BIT(RIGHT_READ) | BIT(RIGHT_OPERATE))
#define REPORT (BIT(RIGHT_OPERATE) | BIT(RIGHT_REPORT))
#define ACT BIT(RIGHT_OPERATE)

/* A path ends with a slash where one more segment follows: the first parameter. */
typedef struct RouteEntry {
        bool is_post;
        const char *path;
        unsigned rights;
        int (*handle)(Exchange *exchange);
        const char *parameters[ROUTE_PARAMETERS_MAX];
        bool has_files;
} RouteEntry;

static const RouteEntry entries[] = {
        { false, "/v1/status", ALL, handle_status },
        { false, "/v1/metrics", ALL, handle_metrics },
        { true, "/v1/import", REPORT, handle_import, .has_files = true },
        { false, "/v1/invoices", LOOK, handle_invoices, { "customer", "all" } },
        { false, "/v1/customers", LOOK, handle_customers },
        { false, "/v1/notices", LOOK, handle_notices,
                { "customer", "invoice", "step", "channel" } },
        { false, "/v1/tasks", LOOK, handle_tasks },
        { false, "/v1/log", LOOK, handle_log,
                { "since", "until", "customer", "invoice", "step", "channel", "state", "follow",
                        "verify" } },
        { false, "/v1/show/", LOOK, handle_show, { "invoice" } },
        { false, "/v1/explain/", LOOK, handle_explain, { "invoice" } },
        { false, "/v1/forecast", LOOK, handle_forecast,
                { "days", "customer", "invoice", "resumed", "waiting" } },
        { true, "/v1/forecast", ACT, handle_forecast,
                { "days", "customer", "invoice", "resumed", "waiting" }, .has_files = true },
        { false, "/v1/preview/", LOOK, handle_preview, { "invoice", "step", "channel", "format" } },
        { true, "/v1/send/", ACT, handle_send, { "invoice", "step" } },
        { true, "/v1/wake", ACT, handle_wake },
        { true, "/v1/pay/", ACT, handle_pay, { "invoice", "amount", "date", "kind", "force" } },
        { true, "/v1/promise/", ACT, handle_promise,
                { "invoice", "date", "amount", "force", "note" } },
        { true, "/v1/plan/", ACT, handle_plan,
                { "invoice", "parts", "first", "every", "fee", "note" } },
        { true, "/v1/hold/", ACT, handle_hold, { "target", "until", "note" } },
        { true, "/v1/release/", ACT, handle_release, { "target" } },
        { true, "/v1/dispute/", ACT, handle_dispute, { "invoice", "reason", "note" } },
        { true, "/v1/reply/", ACT, handle_reply, { "customer", "channel", "date", "note" } },
        { true, "/v1/skip/", ACT, handle_skip, { "invoice", "step", "note" } },
        { true, "/v1/policy/", ACT, handle_policy, { "invoice", "policy" } },
        { true, "/v1/waive/", ACT, handle_waive, { "invoice", "note" } },
        { true, "/v1/opt-out/", ACT, handle_opt_out, { "customer", "channel" } },
        { true, "/v1/approve", ACT, handle_approve, { "task", "note" } },
        { true, "/v1/refuse", ACT, handle_refuse, { "task", "note" } },
        { true, "/v1/done", ACT, handle_done, { "task", "note" } },
        { true, "/v1/undo/", ACT, handle_undo, { "fact" } },
        { true, "/v1/pause", ACT, handle_pause, { "note" } },
        { true, "/v1/resume", ACT, handle_resume },
        { true, "/v1/settle/", ACT, handle_settle, { "notice", "outcome" } },
        { true, "/v1/contact/", ACT, handle_contact, { "customer", "email", "phone", "whatsapp" } },
        { false, "/v1/backup", LOOK, handle_backup },
        { false, "/v1/dossier/", LOOK, handle_dossier, { "target", "for", "currency", "format" } },
        { false, "/v1/channels", LOOK, handle_channels, { "channel" } },
        { true, "/v1/test/", ACT, handle_test, { "channel", "to" } },
};

const char *const right_names[RIGHTS] = { "read", "operate", "report" };

Exchange *exchange_new(Engine *engine)
{
        Exchange *exchange = malloc(sizeof(*exchange));

        if (exchange)
                *exchange =
                        (Exchange){ .engine = engine, .right = RIGHT_OPERATE, .reply = REPLY_INIT };
        return exchange;
}

void exchange_stop(Exchange *exchange)
{
        if (exchange->free_work)
                exchange->free_work(exchange->work);
        exchange->work = NULL;
        exchange->free_work = NULL;
}

void exchange_free(Exchange *exchange)
{
        if (!exchange)
                return;
        exchange_stop(exchange);
        request_release(&exchange->request);
        reply_release(&exchange->reply);
        arena_release(&exchange->arena);
        config_free(exchange->config);
        free(exchange);
}

static int resume_page(Exchange *exchange)
{
        bool more = false;
        int r = pager_step(exchange->work, &more);

        exchange->is_busy = more;
        exchange->resume = more ? resume_page : NULL;
        if (r == 0 && !more && exchange->end_page)
                return exchange->end_page(exchange);
        return r;
}

static void free_pager(void *work)
{
        pager_free(work);
}

int exchange_page(Exchange *exchange, Pager *pager)
{
        exchange->work = pager;
        exchange->free_work = free_pager;
        return resume_page(exchange);
}

int exchange_no_invoice(Exchange *exchange, const char *number)
{
        return reply_refuse(&exchange->reply, REPLY_NOT_FOUND, "there is no invoice '%s'", number);
}

int exchange_no_customer(Exchange *exchange, const char *code)
{
        return reply_refuse(&exchange->reply, REPLY_NOT_FOUND, "there is no customer '%s'", code);
}

static int note_customer(void *owner, const CustomerReport *row)
{
        *(bool *)owner = true;
        return 0;
}

int exchange_knows_customer(const Exchange *exchange, const char *code, bool *ret_is_known)
{
        *ret_is_known = false;
        return store_list_customers(exchange->engine->store, code, note_customer, ret_is_known);
}

int exchange_find_channel(Exchange *exchange, const char *name)
{
        const Rulebook *book = &exchange->engine->config->book;
        _cleanup_(strbuf_release) StrBuf known = STRBUF_INIT;
        const char *names[CHANNELS_MAX];
        int channel = rulebook_find_channel(book, name);

        if (channel >= 0)
                return channel;
        for (size_t i = 0; i < book->n_channels; i++) {
                names[i] = book->channels[i].name;
                strbuf_addf(&known, "%s%s", i > 0 ? ", " : "", names[i]);
        }
        const char *nearest = nearest_name(name, names, book->n_channels);
        if (nearest)
                (void)reply_refuse(&exchange->reply, REPLY_NOT_FOUND,
                        "there is no channel '%s': did you mean '%s'?", name, nearest);
        else
                (void)reply_refuse(&exchange->reply, REPLY_NOT_FOUND,
                        "there is no channel '%s': there are %s", name,
                        known.length > 0 ? strbuf_text(&known) : "none");
        return -1;
}

int exchange_get_date(Exchange *exchange, const char *name, Date *date)
{
        const char *text = exchange_get(exchange, name);

        if (!text || date_parse(text, date) == 0)
                return 0;
        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                "%s '%s' is not a date: expected YYYY-MM-DD", name, text);
        return 1;
}

static bool entry_takes_path(const RouteEntry *entry, const char *path)
{
        size_t length = strlen(entry->path);

        if (entry->path[length - 1] != '/')
                return streq(entry->path, path);
        return strncmp(entry->path, path, length) == 0 && path[length] != '\0' &&
               !strchr(path + length, '/');
}

static bool entry_knows(const RouteEntry *entry, const char *name)
{
        for (size_t i = 0; i < ROUTE_PARAMETERS_MAX && entry->parameters[i]; i++)
                if (streq(entry->parameters[i], name))
                        return true;
        return false;
}

/* NULL: there is none, which is told. */
static const RouteEntry *find_entry(Exchange *exchange)
{
        const Request *request = &exchange->request;
        bool is_other_method = false;

        for (size_t i = 0; i < ELEMENTSOF(entries); i++) {
                if (!entry_takes_path(&entries[i], request->path))
                        continue;
                if (entries[i].is_post == request->is_post)
                        return &entries[i];
                is_other_method = true;
        }
        if (is_other_method)
                (void)reply_refuse(&exchange->reply, REPLY_BAD_METHOD, "use %s here",
                        request->is_post ? "GET" : "POST");
        else
                (void)reply_refuse(&exchange->reply, REPLY_NOT_FOUND, "there is nothing at '%s'",
                        request->path);
        return NULL;
}

static void refuse_right(Exchange *exchange, const RouteEntry *entry)
{
        StrBuf sockets = STRBUF_INIT;

        for (Right right = 0; right < RIGHTS; right++)
                if (entry->rights & BIT(right))
                        strbuf_addf(&sockets, "%s%s", sockets.length > 0 ? " or " : "",
                                right_names[right]);
        (void)reply_refuse(&exchange->reply, REPLY_FORBIDDEN,
                "this needs the socket %s: over the socket %s it is not allowed",
                strbuf_text(&sockets), right_names[exchange->right]);
        strbuf_release(&sockets);
}

/* The route that takes the request; NULL: none, and it is refused. */
static const RouteEntry *admit(Exchange *exchange)
{
        const RouteEntry *entry = find_entry(exchange);

        if (!entry || entry->rights & BIT(exchange->right))
                return entry;
        refuse_right(exchange, entry);
        return NULL;
}

/* 0, or positive: refused. */
static int check_parameters(Exchange *exchange, const RouteEntry *entry)
{
        Request *request = &exchange->request;
        size_t length = strlen(entry->path);

        for (size_t i = 0; i < request->n_parameters; i++)
                if (!entry_knows(entry, request->parameters[i].name)) {
                        (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST,
                                "unknown value '%s'", request->parameters[i].name);
                        return 1;
                }
        if (request->n_files > 0 && !entry->has_files) {
                (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST, "no files are taken here");
                return 1;
        }
        if (entry->path[length - 1] != '/')
                return 0;
        const char *segment = request->path + length;
        if (request_add_encoded(request, entry->parameters[0], segment, strlen(segment)) < 0) {
                (void)reply_refuse(&exchange->reply, REPLY_BAD_REQUEST, "the %s is not well-formed",
                        entry->parameters[0]);
                return 1;
        }
        return 0;
}

/* A live answer is finished again after every step: its first lines are on their way already. */
static void finish(Exchange *exchange, int error)
{
        if (error == -EUCLEAN)
                (void)reply_refuse(&exchange->reply, REPLY_FAILED,
                        "the store contradicts itself: restore a backup");
        else if (error < 0)
                (void)reply_fail(&exchange->reply, error, "the store could not do it");
        if (exchange->is_live)
                exchange->reply.is_live = true;
        if (!exchange->resume || exchange->is_live)
                reply_finish(&exchange->reply);
}

bool exchange_admit(Exchange *exchange)
{
        if (admit(exchange))
                return true;
        finish(exchange, 0);
        return false;
}

void exchange_answer(Exchange *exchange)
{
        const RouteEntry *entry = admit(exchange);
        int r = 0;

        exchange->route = entry ? entry->path : "a refusal";
        exchange->engine->doing = exchange->route;
        exchange->now = engine_now(exchange->engine);
        exchange->config = config_hold(exchange->engine->config);
        exchange->reply.folder = exchange->config->cache;
        if (entry && check_parameters(exchange, entry) == 0)
                r = entry->handle(exchange);
        finish(exchange, r);
}

bool exchange_resume(Exchange *exchange)
{
        exchange->engine->doing = exchange->route;
        int r = exchange->resume(exchange);
        if (r < 0)
                exchange->resume = NULL;
        finish(exchange, r);
        return !exchange->resume;
}
