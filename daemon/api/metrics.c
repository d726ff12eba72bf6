/* SPDX-License-Identifier: MIT */
/*
 * Owns the same numbers as text for monitoring (OpenMetrics 1.0). Never names a customer, an
 * invoice or an amount. A metric that has no value yet has no sample.
 */

#include "api/health.h"

#define TYPE_METRICS "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define SECONDS(usec) ((double)(usec) / 1e6)

static void add_family(StrBuf *text, const char *name, const char *type, const char *help)
{
        strbuf_addf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_gauge(StrBuf *text, const char *name, const char *help, int64_t value)
{
        add_family(text, name, "gauge", help);
        strbuf_addf(text, "%s %lld\n", name, (long long)value);
}

static void add_counter(StrBuf *text, const char *name, const char *help, uint64_t value)
{
        add_family(text, name, "counter", help);
        strbuf_addf(text, "%s_total %llu\n", name, (unsigned long long)value);
}

static void add_seconds(StrBuf *text, const char *name, const char *help, int64_t usec)
{
        add_family(text, name, "gauge", help);
        strbuf_addf(text, "# UNIT %s seconds\n%s %.6f\n", name, name, SECONDS(usec));
}

static void add_instant(StrBuf *text, const char *name, const char *help, Instant instant)
{
        if (instant_is_set(instant))
                add_seconds(text, name, help, instant.usec);
}

/* Names of channels are an owner's: quotes, backslashes and ends of line are written as escapes. */
static void add_label(StrBuf *text, const char *value)
{
        for (; *value; value++)
                if (*value == '\n')
                        strbuf_add(text, "\\n");
                else if (*value == '"' || *value == '\\')
                        strbuf_addf(text, "\\%c", *value);
                else
                        strbuf_add_char(text, *value);
}

static void add_notices(StrBuf *text, const StoreStatus *store)
{
        add_family(text, "relanced_notices", "gauge", "Notices of all times by their state.");
        for (size_t i = 0; i < ELEMENTSOF(notice_state_names); i++)
                strbuf_addf(text, "relanced_notices{state=\"%s\"} %lld\n", notice_state_names[i],
                        (long long)store->n_notices[i]);
}

typedef struct ChannelMetric {
        const char *name, *help;
        int64_t (*value)(const ChannelStanding *standing);
} ChannelMetric;

static int64_t channel_is_suspended(const ChannelStanding *standing)
{
        return standing->is_suspended;
}

static int64_t channel_waiting(const ChannelStanding *standing)
{
        return standing->n_waiting;
}

static int64_t channel_retried(const ChannelStanding *standing)
{
        return standing->n_retried;
}

static void add_channels(StrBuf *text, const Rulebook *book, const Health *health)
{
        static const ChannelMetric metrics[] = {
                { "relanced_channel_suspended", "Whether nothing leaves by the channel.",
                        channel_is_suspended },
                { "relanced_channel_waiting_notices", "Notices that wait for the channel.",
                        channel_waiting },
                { "relanced_channel_retried_notices",
                        "Those of them that met a fault which may pass, more than once.",
                        channel_retried },
        };

        for (size_t i = 0; i < ELEMENTSOF(metrics); i++) {
                add_family(text, metrics[i].name, "gauge", metrics[i].help);
                for (size_t j = 0; j < health->n_channels; j++) {
                        strbuf_addf(text, "%s{channel=\"", metrics[i].name);
                        add_label(text, book->channels[j].name);
                        strbuf_addf(text, "\"} %lld\n",
                                (long long)metrics[i].value(&health->channels[j]));
                }
        }
}

static void add_guards(StrBuf *text, unsigned guards)
{
        add_family(text, "relanced_guard", "gauge",
                "Whether nothing leaves until a person resumes, and why.");
        for (Guard guard = 0; guard < GUARDS; guard++)
                strbuf_addf(text, "relanced_guard{guard=\"%s\"} %d\n", guard_names[guard],
                        (guards & GUARD_BIT(guard)) != 0);
}

static void add_store(StrBuf *text, const StoreStatus *store)
{
        add_gauge(text, "relanced_customers", "Customers.", store->n_customers);
        add_gauge(text, "relanced_open_instalments", "Instalments with anything open.",
                store->n_open_instalments);
        add_gauge(text, "relanced_open_tasks", "Tasks that wait for a person.", store->n_tasks);
        add_notices(text, store);
        add_instant(text, "relanced_last_wake_seconds", "When it last woke.", store->last_wake);
        add_instant(
                text, "relanced_last_sent_seconds", "When a notice last left.", store->last_sent);
        if (date_is_set(store->newest_payment))
                add_seconds(text, "relanced_newest_payment_seconds",
                        "The day of the newest payment that is known, at midnight UTC.",
                        store->newest_payment.days * 86400 * USEC_PER_SEC);
}

static void add_service(StrBuf *text, const Service *service)
{
        add_instant(text, "relanced_start_seconds", "Since when it runs.", service->started);
        add_instant(text, "relanced_configured_seconds", "When the configuration in use was read.",
                service->configured);
        add_gauge(text, "relanced_configuration_refused",
                "Whether a newer configuration was refused.", service->config_problem != NULL);
        add_instant(text, "relanced_next_wake_seconds", "When it will wake.", service->next_wake);
        add_counter(text, "relanced_wakes", "Wakes since the start.", service->n_wakes);
        add_gauge(text, "relanced_last_wake_failed", "Whether the last wake could not go on.",
                service->wake_error < 0);
        add_gauge(text, "relanced_last_wake_failed_accounts",
                "Accounts that the last wake could not decide about.",
                (int64_t)service->result.n_failed);
        add_gauge(text, "relanced_inbox_waiting_files", "Files of facts to be imported.",
                (int64_t)service->n_waiting);
        add_gauge(text, "relanced_inbox_failed_files", "Files of facts with mistakes.",
                (int64_t)service->n_failed);
        add_seconds(text, "relanced_loop_longest_stall_seconds",
                "The longest that everything waited for one thing.", service->loop.longest_usec);
        add_seconds(text, "relanced_loop_recent_stall_seconds", "The same of the last minutes.",
                service->loop.recent_usec);
        add_counter(text, "relanced_loop_stalls", "Such waits of more than 50 ms.",
                service->loop.n_stalls);
        add_counter(text, "relanced_loop_turns", "Times the loop had something to do.",
                service->loop.n_turns);
}

int handle_metrics(Exchange *exchange)
{
        StrBuf text = STRBUF_INIT;
        Health health;
        int r = health_get(exchange, &health);

        if (r == 0) {
                add_family(&text, "relanced_build", "info", "The program.");
                strbuf_add(&text, "relanced_build_info{version=\"" RELANCED_VERSION "\"} 1\n");
                add_gauge(&text, "relanced_up", "Whether the daemon runs.", health.service != NULL);
                add_gauge(&text, "relanced_ok", "Whether nothing needs a person.",
                        health_is_ok(&health));
                add_gauge(&text, "relanced_problems", "What needs a person.",
                        (int64_t)json_array_size(health.problems));
                add_guards(&text, exchange->now.guards);
                add_store(&text, &health.store);
                add_channels(&text, &exchange->engine->config->book, &health);
                if (health.service)
                        add_service(&text, health.service);
                strbuf_add(&text, "# EOF\n");
                reply_set_text(&exchange->reply, TYPE_METRICS, &text);
        }
        health_release(&health);
        return r;
}
