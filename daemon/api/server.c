/* SPDX-License-Identifier: MIT */
/*
 * Owns the turns: each complete request is answered one step at a time, one step in a turn of the
 * loop, in the order in which they asked, so that no request and no crowd of them holds up what
 * leaves. Never looks at a socket; listener.c does. Without requests it does nothing at all.
 */

#include "api/server.h"

#include <errno.h>
#include <sys/resource.h>
#include <systemd/sd-event.h>

#define FIRST_CLIENT_USEC (UINT64_C(10) * 1000 * 1000)
#define FILES_RESERVED 512 /* descriptors that are not for uploads */
#define FILES_MAX 4096

void api_want_turn(Client *client)
{
        Api *api = client->listener->api;

        client->wants_turn = true;
        client->waits = false;
        client->ticket = api->n_tickets++;
        turn_want(api->work);
}

void api_wait_for_others(Client *client)
{
        client->wants_turn = false;
        client->waits = true;
        (void)sd_event_source_set_enabled(client->listener->api->post, SD_EVENT_ON);
}

/* Whose turn it is, and whether there are more. */
static Client *first_in_line(const Api *api, size_t *ret_n)
{
        Client *first = NULL;

        *ret_n = 0;
        for (size_t i = 0; i < api->n_listeners; i++)
                for (size_t j = 0; j < api->listeners[i]->n_clients; j++) {
                        Client *client = api->listeners[i]->clients[j];
                        if (!client->wants_turn)
                                continue;
                        ++*ret_n;
                        if (!first || client->ticket < first->ticket)
                                first = client;
                }
        return first;
}

static void on_work(void *owner)
{
        Api *api = owner;
        size_t n;
        Client *client = first_in_line(api, &n);

        if (!client)
                return;
        if (n > 1)
                turn_want(api->work);
        bool is_question = client->is_asked;
        client->wants_turn = client->is_asked = false;
        client_answer(client);
        api->is_asking = is_question && client->waits;
}

/* After each turn of the loop, whoever waits may find that it happened in it: each is asked in a
 * turn of its own. To be asked and to wait on is nothing that anybody waits for. */
static int on_post(sd_event_source *source, void *owner)
{
        Api *api = owner;
        bool has_waiting = false;

        for (size_t i = 0; i < api->n_listeners; i++)
                for (size_t j = 0; j < api->listeners[i]->n_clients; j++) {
                        Client *client = api->listeners[i]->clients[j];
                        has_waiting = has_waiting || client->waits || client->wants_turn;
                        if (client->waits && !api->is_asking) {
                                api_want_turn(client);
                                client->is_asked = true;
                        }
                }
        api->is_asking = false;
        if (!has_waiting)
                (void)sd_event_source_set_enabled(api->post, SD_EVENT_OFF);
        return 0;
}

static int on_nobody_came(sd_event_source *source, uint64_t usec, void *owner)
{
        Api *api = owner;

        api->is_over = !api->had_client;
        return 0;
}

void api_count_connection(Api *api, int change)
{
        api->n_connections += (size_t)change;
        api->had_client = true;
        api->is_over = api->n_connections == 0;
}

/* Uploads must not take the descriptors that all else needs. */
static size_t make_room_for_files(void)
{
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return 0;
        const struct rlimit wanted = {
                .rlim_cur = MIN(limit.rlim_max, (rlim_t)(FILES_MAX + FILES_RESERVED)),
                .rlim_max = limit.rlim_max,
        };
        if (wanted.rlim_cur > limit.rlim_cur && setrlimit(RLIMIT_NOFILE, &wanted) == 0)
                limit = wanted;
        return limit.rlim_cur < 2 * FILES_RESERVED ? (size_t)limit.rlim_cur / 2
                                                   : (size_t)limit.rlim_cur - FILES_RESERVED;
}

int api_new(Engine *engine, Api **ret_api)
{
        _cleanup_(api_freep) Api *api = malloc(sizeof(*api));

        if (!api)
                return -ENOMEM;
        *api = (Api){
                .engine = engine,
                .config = config_hold(engine->config),
                .room = { .folder = engine->config->cache, .max_files = make_room_for_files() },
        };
        int r = turn_new(engine->event, on_work, api, &api->work);
        if (r == 0)
                r = waste_new(engine->event, &api->waste);
        if (r >= 0)
                r = sd_event_add_post(engine->event, &api->post, on_post, api);
        if (r >= 0) /* before the next turn, of which it must not think that it was this one */
                r = sd_event_source_set_priority(api->post, SD_EVENT_PRIORITY_IMPORTANT);
        if (r >= 0)
                r = sd_event_source_set_enabled(api->post, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret_api = TAKE_PTR(api);
        return 0;
}

int api_listen(Api *api, int listen_fd, Right right)
{
        assert(api->n_listeners < RIGHTS);
        int r = listener_new(api, listen_fd, right, &api->listeners[api->n_listeners]);
        if (r == 0)
                api->n_listeners++;
        return r;
}

void api_close(Api *api)
{
        api->is_closed = true;
        for (size_t i = 0; i < api->n_listeners; i++)
                listener_close(api->listeners[i]);
}

bool api_is_idle(const Api *api)
{
        return api->n_connections == 0;
}

void api_free(Api *api)
{
        if (!api)
                return;
        api->is_closed = true;
        for (size_t i = 0; i < api->n_listeners; i++)
                listener_free(api->listeners[i]);
        turn_free(api->work);
        waste_free(api->waste);
        sd_event_source_disable_unref(api->post);
        config_free(api->config);
        free(api);
}

int api_run_until_closed(Api *api)
{
        sd_event *event = api->engine->event;
        sd_event_source *patience = NULL;

        int r = sd_event_add_time_relative(
                event, &patience, CLOCK_MONOTONIC, FIRST_CLIENT_USEC, 0, on_nobody_came, api);
        while (r >= 0 && !api->is_over && sd_event_get_state(event) != SD_EVENT_FINISHED)
                r = sd_event_run(event, UINT64_MAX);
        sd_event_source_unref(patience);
        return MIN(r, 0);
}
