/* SPDX-License-Identifier: MIT */
/*
 * Owns a listening socket, its connections and the libmicrohttpd that speaks HTTP on them, on the
 * engine's loop. Accepts itself: only so many at once, only so many a second, and when all places
 * are taken, who takes the longest to say what it wants makes room. Never waits; without
 * connections it does not wake anybody. Who sends garbage, too much or only half gets an error or a
 * closed connection, and nobody else notices.
 */

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "api/server.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/message-ids.h"

#define CONNECTIONS_PER_S 256
#define SECOND_USEC INT64_C(1000000)
#define TOKEN_USEC (SECOND_USEC / CONNECTIONS_PER_S)
#define SHORT_USEC (INT64_C(100) * 1000) /* before another try for a descriptor */
#define LINGER_USEC SECOND_USEC
#define ACCURACY_USEC UINT64_C(1000)
#define CONNECTION_MEMORY ((size_t)128 * 1024)
#define CONNECTION_TIMEOUT_S 30U

/* libmicrohttpd's callbacks. */

static Client *client_of(struct MHD_Connection *connection)
{
        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

        return info ? info->socket_context : NULL;
}

/* The first thing a request does. A connection has one. */
static void *on_target(void *owner, const char *target, struct MHD_Connection *connection)
{
        Client *client = client_of(connection);

        return client && !client->exchange && client_ask(client, target) == 0 ? client : NULL;
}

static enum MHD_Result on_request(void *owner, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version, const char *data, size_t *size, void **state)
{
        Client *client = *state;

        return client && client_receive(client, method, data, size) ? MHD_YES : MHD_NO;
}

static void listener_remove(Listener *listener, const Client *client)
{
        for (size_t i = 0; i < listener->n_clients; i++)
                if (listener->clients[i] == client) {
                        listener->clients[i] = listener->clients[--listener->n_clients];
                        return;
                }
}

static void listen_again(Listener *listener)
{
        if (!listener->api->is_closed)
                (void)sd_event_source_set_enabled(listener->knock, SD_EVENT_ON);
}

static void on_connection(void *owner, struct MHD_Connection *connection, void **state,
        enum MHD_ConnectionNotificationCode code)
{
        Listener *listener = owner;

        if (code == MHD_CONNECTION_NOTIFY_STARTED) {
                assert(listener->n_clients < CLIENTS_MAX);
                Client *client = client_new(listener, connection);
                *state = client;
                if (client)
                        listener->clients[listener->n_clients++] = client;
                api_count_connection(listener->api, 1);
                return;
        }
        listener_remove(listener, *state);
        client_free(*state);
        *state = NULL;
        api_count_connection(listener->api, -1);
        if (listener->n_clients == CLIENTS_MAX - 1)
                listen_again(listener);
}

static void on_message(void *owner, const char *format, va_list arguments) _printf_(2, 0);
static void on_message(void *owner, const char *format, va_list arguments)
{
        StrBuf text = STRBUF_INIT;

        strbuf_vaddf(&text, format, arguments);
        log_debug("http: %s", strbuf_text(&text));
        strbuf_release(&text);
}

/* Running libmicrohttpd. */

/* Its timeouts (idle connections) need a call even if nothing moves; what it has read already and
 * not yet looked at needs one at once. */
static void arm_timer(Listener *listener)
{
        MHD_UNSIGNED_LONG_LONG ms;

        (void)sd_event_source_set_enabled(listener->timer, SD_EVENT_OFF);
        if (MHD_get_timeout(listener->daemon, &ms) != MHD_YES)
                return;
        if (ms == 0) {
                listener_run_soon(listener);
                return;
        }
        (void)sd_event_source_set_time_relative(listener->timer, (uint64_t)ms * 1000);
        (void)sd_event_source_set_enabled(listener->timer, SD_EVENT_ONESHOT);
}

static void listener_run(Listener *listener)
{
        turn_cancel(listener->soon);
        listener->api->engine->doing = "what clients say";
        (void)MHD_run(listener->daemon);
        arm_timer(listener);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        listener_run(owner);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *owner)
{
        listener_run(owner);
        return 0;
}

static void on_soon(void *owner)
{
        listener_run(owner);
}

void listener_run_soon(Listener *listener)
{
        turn_want(listener->soon);
}

/* Accepting. */

static void stop_listening(Listener *listener, int64_t until_usec)
{
        (void)sd_event_source_set_enabled(listener->knock, SD_EVENT_OFF);
        if (until_usec == INT64_MAX)
                return;
        (void)sd_event_source_set_time(listener->retry, (uint64_t)until_usec);
        (void)sd_event_source_set_enabled(listener->retry, SD_EVENT_ONESHOT);
}

/* Once nothing new is taken, who does not read its answer is not waited for. */
static void end_lingering(Listener *listener)
{
        int64_t now = clock_monotonic_usec();

        for (size_t i = 0; i < listener->n_clients; i++)
                if (client_lingers(listener->clients[i], now))
                        client_drop(listener->clients[i]);
        if (listener->n_clients > 0)
                stop_listening(listener, now + LINGER_USEC);
}

static int on_retry(sd_event_source *source, uint64_t usec, void *owner)
{
        Listener *listener = owner;

        if (listener->api->is_closed)
                end_lingering(listener);
        else
                listen_again(listener);
        return 0;
}

/* Whether one more may be let in now; else nobody is until one may. */
static bool take_token(Listener *listener)
{
        int64_t now = clock_monotonic_usec();

        listener->tokens_usec =
                MIN(listener->tokens_usec + now - listener->filled_usec, SECOND_USEC);
        listener->filled_usec = now;
        if (listener->tokens_usec < TOKEN_USEC) {
                stop_listening(listener, now + TOKEN_USEC - listener->tokens_usec);
                return false;
        }
        listener->tokens_usec -= TOKEN_USEC;
        return true;
}

static bool is_crowded(const Listener *listener, int64_t now_usec)
{
        size_t n = 0;

        for (size_t i = 0; i < listener->n_clients; i++)
                n += client_lingers(listener->clients[i], now_usec);
        return n > CLIENTS_MAX / 2;
}

/* All places are taken: whose patience ended first goes; if nobody's has, the first whose does. */
static void make_room(Listener *listener)
{
        int64_t now = clock_monotonic_usec(), first_usec = INT64_MAX;
        bool crowded = is_crowded(listener, now);
        Client *first = NULL;

        for (size_t i = 0; i < listener->n_clients; i++) {
                int64_t usec = client_patience_usec(listener->clients[i], crowded);
                if (usec < first_usec) {
                        first_usec = usec;
                        first = listener->clients[i];
                }
        }
        if (!first || first_usec > now) {
                stop_listening(listener, first_usec);
                return;
        }
        stop_listening(listener, INT64_MAX); /* until it is closed */
        client_drop(first);
}

static void accept_failed(Listener *listener, int error)
{
        if (error == EAGAIN || error == EINTR || error == ECONNABORTED)
                return;
        if (!listener->is_short)
                log_record(LOG_WARNING, MESSAGE_API_SHORT, NULL, 0,
                        "nobody can connect to the socket %s now: %s", right_names[listener->right],
                        strerror(error));
        listener->is_short = true;
        stop_listening(listener, clock_monotonic_usec() + SHORT_USEC);
}

static int on_knock(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        static const struct sockaddr nobody = { .sa_family = AF_UNIX };
        Listener *listener = owner;

        listener->api->engine->doing = "a client that comes";
        if (listener->n_clients == CLIENTS_MAX) {
                make_room(listener);
                return 0;
        }
        if (!take_token(listener))
                return 0;
        int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0) {
                accept_failed(listener, errno);
                return 0;
        }
        listener->is_short = false;
        /* On failure it has closed the connection. */
        (void)MHD_add_connection(listener->daemon, client, &nobody, sizeof(nobody));
        arm_timer(listener);
        return 0;
}

/* Life. */

static int start_daemon(Listener *listener)
{
        const struct MHD_OptionItem options[] = {
                { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_message, listener },
                { MHD_OPTION_CONNECTION_LIMIT, CLIENTS_MAX, NULL },
                { MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)CONNECTION_MEMORY, NULL },
                { MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S, NULL },
                { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
                { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, listener },
                { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, listener },
                { MHD_OPTION_END, 0, NULL },
        };

        listener->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
                                                    MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
                0, NULL, NULL, on_request, listener, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
        return listener->daemon ? 0 : -EIO;
}

static int watch(Listener *listener)
{
        const union MHD_DaemonInfo *info =
                MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        sd_event *event = listener->api->engine->event;
        sd_event_source **sources[] = { &listener->knock, &listener->retry, &listener->io,
                &listener->timer };
        int r;

        if (!info)
                return -EIO;
        r = sd_event_add_io(event, &listener->io, info->epoll_fd, EPOLLIN, on_io, listener);
        if (r >= 0)
                r = sd_event_add_time(
                        event, &listener->timer, CLOCK_MONOTONIC, 0, 0, on_timer, listener);
        if (r >= 0)
                r = sd_event_add_time(event, &listener->retry, CLOCK_MONOTONIC, 0, ACCURACY_USEC,
                        on_retry, listener);
        if (r >= 0)
                r = turn_new(event, on_soon, listener, &listener->soon);
        if (r >= 0)
                r = sd_event_add_io(
                        event, &listener->knock, listener->fd, EPOLLIN, on_knock, listener);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(sources); i++)
                r = sd_event_source_set_priority(*sources[i], PRIORITY_WORK);
        if (r < 0)
                return r;
        (void)sd_event_source_set_enabled(listener->timer, SD_EVENT_OFF);
        (void)sd_event_source_set_enabled(listener->retry, SD_EVENT_OFF);
        return 0;
}

/* An inherited socket may be a blocking one, and who knocked may be gone. Where the line before the
 * door is full, some clients do not wait but fail: it is as long as can be. */
static int prepare_socket(int fd)
{
        int flags = fcntl(fd, F_GETFL);

        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
                return -errno;
        return listen(fd, SOMAXCONN) < 0 ? -errno : 0;
}

int listener_new(Api *api, int fd, Right right, Listener **ret_listener)
{
        Listener *listener = malloc(sizeof(*listener));

        if (!listener) {
                (void)close(fd);
                return -ENOMEM;
        }
        *listener = (Listener){
                .api = api,
                .right = right,
                .fd = fd,
                .tokens_usec = SECOND_USEC,
                .filled_usec = clock_monotonic_usec(),
        };
        int r = prepare_socket(fd);
        if (r == 0)
                r = start_daemon(listener);
        if (r == 0)
                r = watch(listener);
        if (r < 0) {
                listener_free(listener);
                return r;
        }
        *ret_listener = listener;
        return 0;
}

void listener_close(Listener *listener)
{
        stop_listening(listener, clock_monotonic_usec() + LINGER_USEC);
        for (size_t i = 0; i < listener->n_clients; i++) {
                const Client *client = listener->clients[i];
                if (client->state == CLIENT_ASKING || client->state == CLIENT_UPLOADING ||
                        client->exchange->is_live)
                        client_drop(listener->clients[i]);
        }
}

void listener_free(Listener *listener)
{
        if (!listener)
                return;
        for (size_t i = 0; i < listener->n_clients; i++)
                client_drop(listener->clients[i]);
        if (listener->daemon)
                MHD_stop_daemon(listener->daemon);
        sd_event_source_disable_unref(listener->knock);
        sd_event_source_disable_unref(listener->retry);
        sd_event_source_disable_unref(listener->io);
        sd_event_source_disable_unref(listener->timer);
        turn_free(listener->soon);
        closep(&listener->fd);
        free(listener);
}

size_t listener_count_followers(const Listener *listener)
{
        size_t n = 0;

        for (size_t i = 0; i < listener->n_clients; i++)
                n += listener->clients[i]->exchange && listener->clients[i]->exchange->is_live;
        return n;
}
