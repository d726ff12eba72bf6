/* SPDX-License-Identifier: MIT */
/*
 * Owns the loop that keeps many requests under way: a message is taken when there is room, asked
 * for when its last request stands, started when that is answered, judged when libcurl is done with
 * it, finished once. Blocks only where nothing is under way. Never starts a request twice.
 */

#include "channels/http/http.h"

#include <errno.h>
#include <stdio.h>

#include "channels/http/transfer.h"

/* libcurl and the host wake the loop. Only the answer to one message that was read while looking
 * for another's wakes nobody. */
#define WAIT_MAX_MS 1000
#define WAIT_ANSWER_MS 10

typedef struct Loop {
        HttpDelivery shared;
        CURLM *multi;
        HttpTransfer *transfers; /* in_flight of them */
        size_t n_open, n_waiting;
        bool is_over; /* no more messages come */
} Loop;

void transfer_log(const HttpTransfer *transfer, const char *step)
{
        const HttpDelivery *shared = transfer->delivery;
        const char *url = strbuf_text(&transfer->request.url);
        char text[HTTP_LOG_MAX];

        (void)snprintf(text, sizeof(text), "notice %llu: %s %.*s: %s",
                (unsigned long long)transfer->exchange.message->notice, transfer->request.method,
                (int)strcspn(url, "?#"), url, step);
        blots_apply(shared->blots, transfer->exchange.message->to, text, sizeof(text));
        shared->host->log(shared->host, RELANCED_DEBUG, text);
}

static void log_reply(HttpTransfer *transfer, const HttpReply *reply)
{
        StrBuf step = STRBUF_INIT;

        if (reply->status > 0)
                strbuf_addf(&step, "answered %ld", reply->status);
        if (*reply->failure)
                strbuf_addf(&step, "%s%s", step.length > 0 ? ": " : "", reply->failure);
        else
                http_add_excerpt(&step, reply);
        transfer_log(transfer, strbuf_text(&step));
        strbuf_release(&step);
}

static void finish(Loop *loop, HttpTransfer *transfer, HttpVerdict *verdict)
{
        struct relanced_host *host = loop->shared.host;
        const struct relanced_message *message = transfer->exchange.message;

        if (verdict->outcome.detail == verdict->detail)
                blots_apply(
                        loop->shared.blots, message->to, verdict->detail, sizeof(verdict->detail));
        host->finish(host, message, &verdict->outcome);
        transfer_reset(transfer);
        transfer->exchange = (HttpExchange){ 0 };
        loop->n_open--;
}

static void give_up(Loop *loop, HttpTransfer *transfer, int error)
{
        HttpVerdict verdict = { 0 };

        verdict.outcome.kind = error == -EINVAL ? RELANCED_CHANNEL_DOWN : RELANCED_RETRY;
        http_set_detail(&verdict, "%s",
                error == -EINVAL ? "the address that is configured may not be asked"
                                 : "there is not enough memory for the request");
        finish(loop, transfer, &verdict);
}

static void start(Loop *loop, HttpTransfer *transfer)
{
        if (transfer->is_waiting)
                loop->n_waiting--;
        transfer->is_waiting = false;
        transfer->is_started = curl_multi_add_handle(loop->multi, transfer->easy) == CURLM_OK;
        if (!transfer->is_started)
                give_up(loop, transfer, -ENOMEM);
}

/* The next request of a message; the one that cannot be taken back waits for begin's answer. */
static void advance(Loop *loop, HttpTransfer *transfer)
{
        struct relanced_host *host = loop->shared.host;
        HttpVerdict verdict = { 0 };

        transfer_reset(transfer);
        if (loop->shared.provider->ask(loop->shared.state, &transfer->exchange, &transfer->request,
                    &verdict) == HTTP_DONE) {
                finish(loop, transfer, &verdict);
                return;
        }
        int r = transfer_prepare(transfer);
        if (r < 0) {
                give_up(loop, transfer, r);
                return;
        }
        if (!transfer->request.is_irrevocable) {
                start(loop, transfer);
                return;
        }
        host->ask(host, transfer->exchange.message);
        transfer->is_waiting = true;
        loop->n_waiting++;
}

static HttpTransfer *find_free(Loop *loop)
{
        HttpTransfer *transfer = loop->transfers;

        while (transfer->exchange.message)
                transfer++;
        return transfer;
}

/* Takes what there is room for; waits only when nothing else is to be done. */
static void take(Loop *loop)
{
        struct relanced_host *host = loop->shared.host;
        const struct relanced_message *message;

        while (!loop->is_over && loop->n_open < loop->shared.settings->in_flight) {
                int r = host->next(host, &message, loop->n_open > 0 ? 0 : -1);
                loop->is_over = r < 0;
                if (r <= 0)
                        break;
                HttpTransfer *transfer = find_free(loop);
                transfer->exchange = (HttpExchange){ .message = message };
                loop->n_open++;
                advance(loop, transfer);
        }
}

static void start_answered(Loop *loop)
{
        struct relanced_host *host = loop->shared.host;

        for (size_t i = 0; loop->n_waiting > 0 && i < loop->shared.settings->in_flight; i++) {
                HttpTransfer *transfer = &loop->transfers[i];
                if (transfer->is_waiting && host->is_answered(host, transfer->exchange.message))
                        start(loop, transfer);
        }
}

static void settle(Loop *loop, HttpTransfer *transfer, CURLcode result)
{
        HttpVerdict verdict = { 0 };
        HttpReply reply = transfer_reply(transfer, result);

        curl_multi_remove_handle(loop->multi, transfer->easy);
        transfer->is_started = false;
        log_reply(transfer, &reply);
        if (!reply.is_whole) {
                http_judge_by_class(&reply, &verdict);
        } else if (loop->shared.provider->judge(loop->shared.state, &transfer->exchange, &reply,
                           &verdict) == HTTP_SEND) {
                transfer->exchange.stage++;
                advance(loop, transfer);
                return;
        }
        finish(loop, transfer, &verdict);
}

static void settle_done(Loop *loop)
{
        HttpTransfer *transfer;
        CURLMsg *told;
        int n;

        while ((told = curl_multi_info_read(loop->multi, &n))) {
                if (told->msg != CURLMSG_DONE)
                        continue;
                CURLcode result = told->data.result;
                curl_easy_getinfo(told->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
                settle(loop, transfer, result);
        }
}

/* The host has news for who waits for an answer or has room; else it would be heard in vain. */
static void wait_for_news(Loop *loop)
{
        int patience_ms = loop->n_waiting > 0 ? WAIT_ANSWER_MS : WAIT_MAX_MS;
        struct curl_waitfd news = { .fd = loop->shared.host->fd, .events = CURL_WAIT_POLLIN };
        bool has_room = !loop->is_over && loop->n_open < loop->shared.settings->in_flight;

        curl_multi_poll(
                loop->multi, &news, has_room || loop->n_waiting > 0 ? 1 : 0, patience_ms, NULL);
}

static int run(Loop *loop)
{
        int n_running;

        for (;;) {
                take(loop);
                if (loop->n_open == 0 && loop->is_over)
                        return 0;
                start_answered(loop);
                if (curl_multi_perform(loop->multi, &n_running) != CURLM_OK)
                        return -EIO;
                size_t before = loop->n_open;
                settle_done(loop);
                if (loop->n_open == before)
                        wait_for_news(loop);
        }
}

static int loop_open(Loop *loop, const char *const *secrets)
{
        size_t in_flight = loop->shared.settings->in_flight;

        loop->multi = curl_multi_init();
        loop->shared.blots = blots_new(secrets);
        loop->transfers = calloc(in_flight, sizeof(*loop->transfers));
        if (!loop->multi || !loop->shared.blots || !loop->transfers)
                return -ENOMEM;
        for (size_t i = 0; i < in_flight; i++)
                loop->transfers[i].delivery = &loop->shared;
        curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)in_flight);
        curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
        return 0;
}

static void loop_close(Loop *loop)
{
        for (size_t i = 0; loop->transfers && i < loop->shared.settings->in_flight; i++) {
                HttpTransfer *transfer = &loop->transfers[i];
                if (transfer->is_started)
                        curl_multi_remove_handle(loop->multi, transfer->easy);
                transfer_reset(transfer);
                curl_easy_cleanup(transfer->easy);
        }
        free(loop->transfers);
        curl_multi_cleanup(loop->multi);
        blots_free(loop->shared.blots);
}

int http_deliver(const HttpProvider *provider, const HttpSettings *settings,
        const char *const *secrets, void *state, struct relanced_host *host)
{
        HttpSockets sockets = { 0 };
        Loop loop = {
                .shared = { provider, settings, state, host, NULL, &sockets },
        };
        int r = loop_open(&loop, secrets);

        if (r == 0)
                r = run(&loop);
        loop_close(&loop);
        return r;
}
