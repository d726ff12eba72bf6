/* SPDX-License-Identifier: MIT */
/*
 * Owns the HTTP side: libmicrohttpd's epoll descriptor in the engine's loop, bodies as they arrive,
 * answers as they leave. Never looks into a request; routes.c does. A client that sends garbage,
 * too much or only half gets an error or a closed connection, and nobody else notices.
 */

#include "api/api.h"

#include <errno.h>
#include <microhttpd.h>
#include <systemd/sd-event.h>

#include "api/routes.h"
#include "sys/log.h"

#define CONNECTIONS_MAX 32
#define CONNECTION_MEMORY ((size_t)128 * 1024)
#define CONNECTION_TIMEOUT_S 30U
#define FORM_BUFFER ((size_t)64 * 1024)
#define UPLOAD_MAX (INT64_C(4) * 1024 * 1024 * 1024)
#define FIRST_CLIENT_USEC (UINT64_C(10) * 1000 * 1000)

typedef struct Client Client;

const char *const right_names[RIGHTS] = { "read", "operate", "report" };

struct Api {
        Engine *engine;
        struct MHD_Daemon *daemon;
        sd_event_source *io, *timer, *post;
        Client *waiting; /* suspended until their exchange can be answered */
        unsigned n_connections;
        bool had_client;
        bool ends_with_client; /* the loop ends when the last connection is gone */
};

/* One request on its way: from its first line to the last byte of its answer. */
struct Client {
        Api *api;
        Exchange *exchange;
        struct MHD_Connection *connection;
        struct MHD_PostProcessor *form; /* of an upload */
        StrBuf body;
        int64_t n_uploaded;
        int file; /* being received, or -1 */
        char *file_name;
        int error; /* the first failure while receiving */
        const char *problem;
        bool is_started, is_answered, is_waiting;
        Client *next_waiting;
};

static void client_free(Client *client)
{
        if (!client)
                return;
        if (client->form)
                (void)MHD_destroy_post_processor(client->form);
        exchange_free(client->exchange);
        strbuf_release(&client->body);
        closep(&client->file);
        free(client->file_name);
        free(client);
}
DEFINE_CLEANUP(Client, client_free)

/* The first thing a request does: its raw target, before anything decodes it. */
static void *on_target(void *owner, const char *target, struct MHD_Connection *connection)
{
        Api *api = owner;
        _cleanup_(client_freep) Client *client = calloc(1, sizeof(*client));

        if (!client)
                return NULL;
        *client = (Client){ .api = api,
                .connection = connection,
                .file = -1,
                .body = { .limit = REQUEST_BODY_MAX },
                .exchange = exchange_new(api->engine) };
        if (!client->exchange)
                return NULL;
        client->error = request_parse_target(&client->exchange->request, target, &client->problem);
        return TAKE_PTR(client);
}

static void fail(Client *client, int error, const char *problem)
{
        if (client->error)
                return;
        client->error = error;
        client->problem = problem;
}

/* The file that was being received is whole. */
static void end_file(Client *client)
{
        if (client->file < 0)
                return;
        if (lseek(client->file, 0, SEEK_SET) < 0)
                fail(client, -errno, "the file could not be stored");
        int r = request_add_file(
                &client->exchange->request, client->file_name, TAKE_FD(client->file));
        if (r < 0)
                fail(client, r, "too many files at once");
        free(client->file_name);
        client->file_name = NULL;
}

static void begin_file(Client *client, const char *name)
{
        int r = spool_open(client->api->engine->config->cache, &client->file);

        client->file_name = strdup(name);
        if (r < 0 || !client->file_name)
                fail(client, r < 0 ? r : -ENOMEM, "the file could not be stored");
}

static enum MHD_Result on_form_data(void *owner, enum MHD_ValueKind kind, const char *key,
        const char *file_name, const char *type, const char *encoding, const char *data,
        uint64_t offset, size_t size)
{
        Client *client = owner;

        if (!file_name || !key || strcmp(key, "file") != 0) {
                fail(client, -EINVAL, "the form must have nothing but parts named file");
                return MHD_YES;
        }
        if (offset == 0) {
                end_file(client);
                begin_file(client, file_name);
        }
        if (client->error || client->file < 0)
                return MHD_YES;
        client->n_uploaded += (int64_t)size;
        if (client->n_uploaded > UPLOAD_MAX) {
                fail(client, -EFBIG, "the files are too large");
                return MHD_YES;
        }
        int r = spool_write(client->file, data, size);
        if (r < 0)
                fail(client, r, "the file could not be stored");
        return MHD_YES;
}

static void start_body(Client *client, const char *method)
{
        const char *type = MHD_lookup_connection_value(
                client->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);

        client->is_started = true;
        client->exchange->request.is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
        if (!client->exchange->request.is_post && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
                fail(client, -EOPNOTSUPP, "use GET or POST");
        if (!type || strncasecmp(type, "multipart/form-data", 19) != 0)
                return;
        client->form =
                MHD_create_post_processor(client->connection, FORM_BUFFER, on_form_data, client);
        if (!client->form)
                fail(client, -EINVAL, "the form is not well-formed");
}

/* What is past an error is read and dropped: an answer can only be given at the end. */
static void take_body(Client *client, const char *data, size_t size)
{
        if (client->error)
                return;
        if (!client->form) {
                strbuf_add_bytes(&client->body, data, size);
                if (strbuf_error(&client->body))
                        fail(client, -EFBIG, "the body is too large");
        } else if (MHD_post_process(client->form, data, size) != MHD_YES) {
                fail(client, -EINVAL, "the form is not well-formed");
        }
}

static void end_body(Client *client)
{
        struct MHD_PostProcessor *form = TAKE_PTR(client->form);

        if (form && MHD_destroy_post_processor(form) != MHD_YES)
                fail(client, -EINVAL, "the form ends too early");
        if (client->error)
                return;
        end_file(client);
        if (client->body.length == 0)
                return;
        const char *problem = NULL;
        int r = request_parse_body(
                &client->exchange->request, client->body.text, client->body.length, &problem);
        if (r < 0)
                fail(client, r, problem);
}

static unsigned error_status(int error)
{
        switch (error) {
        case -EFBIG:
        case -E2BIG: return REPLY_TOO_LARGE;
        case -EINVAL:
        case -EEXIST: return REPLY_BAD_REQUEST;
        case -EOPNOTSUPP: return REPLY_BAD_METHOD;
        default: return REPLY_FAILED;
        }
}

static enum MHD_Result queue_reply(Client *client)
{
        Reply *reply = &client->exchange->reply;
        struct MHD_Response *response;

        client->is_answered = true;
        if (reply->fd >= 0)
                response =
                        MHD_create_response_from_fd64((uint64_t)reply->fd_size, TAKE_FD(reply->fd));
        else /* the text lives as long as the client, and that until the answer has left */
                response = MHD_create_response_from_buffer(reply->text.length,
                        (void *)strbuf_text(&reply->text), MHD_RESPMEM_PERSISTENT);
        if (!response)
                return MHD_NO;
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
        enum MHD_Result result = MHD_queue_response(client->connection, reply->status, response);
        MHD_destroy_response(response);
        return result;
}

static void wait_for_answer(Client *client)
{
        client->is_waiting = true;
        client->next_waiting = client->api->waiting;
        client->api->waiting = client;
        MHD_suspend_connection(client->connection);
}

static enum MHD_Result on_request(void *owner, struct MHD_Connection *connection, const char *url,
        const char *method, const char *version, const char *data, size_t *size, void **state)
{
        Client *client = *state;
        Exchange *exchange;

        if (!client)
                return MHD_NO;
        exchange = client->exchange;
        if (!client->is_started) {
                start_body(client, method);
                return MHD_YES;
        }
        if (*size > 0) {
                take_body(client, data, *size);
                *size = 0;
                return MHD_YES;
        }
        if (exchange->reply.status == 0) {
                end_body(client);
                if (client->error) {
                        (void)reply_refuse(&exchange->reply, error_status(client->error), "%s",
                                client->problem);
                        reply_finish(&exchange->reply);
                } else {
                        exchange_answer(exchange);
                }
        }
        if (exchange->resume) {
                wait_for_answer(client);
                return MHD_YES;
        }
        return queue_reply(client);
}

static void on_completed(void *owner, struct MHD_Connection *connection, void **state,
        enum MHD_RequestTerminationCode code)
{
        client_free(*state);
        *state = NULL;
}

static void on_connection(void *owner, struct MHD_Connection *connection, void **state,
        enum MHD_ConnectionNotificationCode code)
{
        Api *api = owner;

        if (code == MHD_CONNECTION_NOTIFY_STARTED) {
                api->n_connections++;
                api->had_client = true;
                return;
        }
        api->n_connections--;
        if (api->ends_with_client && api->n_connections == 0)
                (void)sd_event_exit(api->engine->event, 0);
}

/* libmicrohttpd's own timeouts (idle connections) need a call even if nothing moves. */
static void arm_timer(Api *api)
{
        MHD_UNSIGNED_LONG_LONG ms;

        if (MHD_get_timeout(api->daemon, &ms) != MHD_YES) {
                (void)sd_event_source_set_enabled(api->timer, SD_EVENT_OFF);
                return;
        }
        (void)sd_event_source_set_time_relative(api->timer, (uint64_t)ms * 1000);
        (void)sd_event_source_set_enabled(api->timer, SD_EVENT_ONESHOT);
}

static void run(Api *api)
{
        (void)MHD_run(api->daemon);
        arm_timer(api);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        run(owner);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *owner)
{
        run(owner);
        return 0;
}

/* After each turn of the loop: whoever waits for something that may have happened in it. */
static int on_post(sd_event_source *source, void *owner)
{
        Api *api = owner;
        bool has_resumed = false;

        for (Client **at = &api->waiting; *at;) {
                Client *client = *at;
                if (!exchange_resume(client->exchange)) {
                        at = &client->next_waiting;
                        continue;
                }
                *at = client->next_waiting;
                client->is_waiting = false;
                MHD_resume_connection(client->connection);
                has_resumed = true;
        }
        if (has_resumed)
                run(api); /* resuming wakes nothing by itself */
        return 0;
}

static int on_nobody_came(sd_event_source *source, uint64_t usec, void *owner)
{
        Api *api = owner;

        return api->had_client ? 0 : sd_event_exit(api->engine->event, 0);
}

static void on_message(void *owner, const char *format, va_list arguments) _printf_(2, 0);
static void on_message(void *owner, const char *format, va_list arguments)
{
        StrBuf text = STRBUF_INIT;

        strbuf_vaddf(&text, format, arguments);
        log_debug("http: %s", strbuf_text(&text));
        strbuf_release(&text);
}

static int start_daemon(Api *api, int listen_fd)
{
        const struct MHD_OptionItem options[] = {
                { MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_message, api },
                { MHD_OPTION_LISTEN_SOCKET, listen_fd, NULL },
                { MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, NULL },
                { MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)CONNECTION_MEMORY, NULL },
                { MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S, NULL },
                { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
                { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, api },
                { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, api },
                { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, api },
                { MHD_OPTION_END, 0, NULL },
        };

        api->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
                0, NULL, NULL, on_request, api, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
        return api->daemon ? 0 : -EIO;
}

static int watch(Api *api)
{
        const union MHD_DaemonInfo *info =
                MHD_get_daemon_info(api->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        sd_event *event = api->engine->event;
        int r;

        if (!info)
                return -EIO;
        r = sd_event_add_io(event, &api->io, info->epoll_fd, EPOLLIN, on_io, api);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(event, &api->timer, CLOCK_MONOTONIC, 0, 0, on_timer, api);
        if (r < 0)
                return r;
        return sd_event_add_post(event, &api->post, on_post, api);
}

int api_new(Engine *engine, Api **ret_api)
{
        Api *api = calloc(1, sizeof(*api));

        if (!api)
                return -ENOMEM;
        api->engine = engine;
        *ret_api = api;
        return 0;
}

int api_listen(Api *api, int listen_fd, Right right)
{
        _cleanup_(closep) int fd = listen_fd;

        int r = start_daemon(api, fd);
        if (r < 0)
                return r;
        (void)TAKE_FD(fd);
        return watch(api);
}

void api_free(Api *api)
{
        if (!api)
                return;
        api->ends_with_client = false;
        for (Client *client = api->waiting; client; client = client->next_waiting)
                MHD_resume_connection(client->connection);
        api->waiting = NULL;
        sd_event_source_unref(api->io);
        sd_event_source_unref(api->timer);
        sd_event_source_unref(api->post);
        if (api->daemon)
                MHD_stop_daemon(api->daemon);
        free(api);
}

int api_run_until_closed(Api *api)
{
        sd_event_source *patience = NULL;
        int r;

        api->ends_with_client = true;
        r = sd_event_add_time_relative(api->engine->event, &patience, CLOCK_MONOTONIC,
                FIRST_CLIENT_USEC, 0, on_nobody_came, api);
        if (r == 0)
                r = sd_event_loop(api->engine->event);
        sd_event_source_unref(patience);
        return MIN(r, 0);
}
