/* SPDX-License-Identifier: MIT */
/*
 * Owns a connection: what it asks, its exchange, the answer on its way out. Never looks into a
 * request; routes.c does. Answers once, then the connection is closed. A client that goes away
 * takes its exchange with it.
 */

#include "api/client.h"

#include <errno.h>
#include <microhttpd.h>
#include <systemd/sd-event.h>

#include "api/server.h"
#include "base/parse.h"
#include "sys/clock.h"

#define BLOCK ((size_t)64 * 1024)
/* A body that is refused by its head is read all the same when it is no larger. */
#define BODY_TO_DROP (INT64_C(1) * 1024 * 1024)

#define HEAD_USEC (INT64_C(100) * 1000)
#define UPLOAD_USEC (INT64_C(10) * 1000 * 1000)
#define SLOW_UPLOAD_USEC (INT64_C(250) * 1000)
#define SLOW_UPLOAD_RATE (INT64_C(64) * 1024) /* bytes a second */
#define READER_USEC (INT64_C(30) * 1000 * 1000)
#define SLOW_READER_USEC (INT64_C(1) * 1000 * 1000)

static void client_enter(Client *client, ClientState state)
{
        client->state = state;
        client->since_usec = clock_monotonic_usec();
}

static void client_suspend(Client *client)
{
        client->is_suspended = true;
        MHD_suspend_connection(client->connection);
}

/* libmicrohttpd has it back. */
static void client_resume(Client *client)
{
        if (!client->is_suspended)
                return;
        client->is_suspended = false;
        client->since_usec = clock_monotonic_usec();
        MHD_resume_connection(client->connection);
        listener_run_soon(client->listener); /* resuming wakes nothing by itself */
}

/* The other end is closed, and not only half of it. */
static int on_hangup(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Client *client = owner;

        client->is_gone = true;
        client->wants_turn = client->waits = false;
        client_resume(client);
        return 0;
}

Client *client_new(Listener *listener, struct MHD_Connection *connection)
{
        const union MHD_ConnectionInfo *info =
                MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        Client *client = info ? malloc(sizeof(*client)) : NULL;

        if (!client)
                return NULL;
        *client = (Client){
                .listener = listener,
                .connection = connection,
                .fd = info->connect_fd,
                .upload = UPLOAD_INIT,
        };
        client_enter(client, CLIENT_ASKING);
        /* libmicrohttpd does not look at a suspended connection at all. */
        int r = sd_event_add_io(
                listener->api->engine->event, &client->hangup, client->fd, 0, on_hangup, client);
        if (r == 0)
                r = sd_event_source_set_priority(client->hangup, PRIORITY_WORK);
        if (r == 0)
                r = sd_event_source_set_enabled(client->hangup, SD_EVENT_ONESHOT);
        if (r == 0)
                return client;
        client_free(client);
        return NULL;
}

static void throw_files_away(Client *client)
{
        Waste *waste = client->listener->api->waste;
        Exchange *exchange = client->exchange;

        waste_add(waste, TAKE_FD(client->upload.file));
        if (!exchange)
                return;
        exchange_stop(exchange);
        waste_add(waste, TAKE_FD(exchange->reply.fd));
        for (size_t i = 0; i < exchange->request.n_files; i++)
                waste_add(waste, TAKE_FD(exchange->request.files[i].fd));
}

void client_free(Client *client)
{
        if (!client)
                return;
        sd_event_source_disable_unref(client->hangup);
        throw_files_away(client);
        upload_release(&client->upload);
        exchange_free(client->exchange);
        free(client);
}

int client_ask(Client *client, const char *target)
{
        Api *api = client->listener->api;
        Upload *upload = &client->upload;
        const char *problem = NULL;

        client->exchange = exchange_new(api->engine);
        if (!client->exchange)
                return -ENOMEM;
        client->exchange->right = client->listener->right;
        upload->room = &api->room;
        upload->request = &client->exchange->request;
        int r = request_parse_target(upload->request, target, &problem);
        if (r < 0)
                upload_fail(upload, r, problem);
        return 0;
}

void client_drop(Client *client)
{
        client->is_gone = true;
        client->wants_turn = client->waits = false;
        (void)shutdown(client->fd, SHUT_RDWR);
        client_resume(client);
        listener_run_soon(client->listener);
}

static ssize_t on_live_read(Client *client, char *bytes, size_t size)
{
        Exchange *exchange = client->exchange;
        size_t n = reply_take(&exchange->reply, bytes, size);

        if (n > 0)
                return (ssize_t)n;
        if (client->is_gone)
                return MHD_CONTENT_READER_END_WITH_ERROR;
        if (!exchange->resume)
                return exchange->reply.status == REPLY_OK ? MHD_CONTENT_READER_END_OF_STREAM
                                                          : MHD_CONTENT_READER_END_WITH_ERROR;
        client_suspend(client);
        api_want_turn(client); /* something may have happened while this was being read */
        return 0;
}

static ssize_t on_read(void *owner, uint64_t position, char *bytes, size_t size)
{
        Client *client = owner;

        client->since_usec = clock_monotonic_usec();
        if (client->exchange->is_live)
                return on_live_read(client, bytes, size);
        ssize_t n = reply_read(&client->exchange->reply, (int64_t)position, bytes, size);
        return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

/* The client outlives the response: libmicrohttpd asks for no more once the request is over. */
static bool client_reply(Client *client)
{
        const Reply *reply = &client->exchange->reply;
        uint64_t length =
                client->exchange->is_live ? MHD_SIZE_UNKNOWN : (uint64_t)reply_length(reply);
        struct MHD_Response *response =
                MHD_create_response_from_callback(length, BLOCK, on_read, client, NULL);

        if (!response)
                return false;
        client_enter(client, CLIENT_READING);
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
        enum MHD_Result result = MHD_queue_response(client->connection, reply->status, response);
        MHD_destroy_response(response);
        return result == MHD_YES;
}

static bool client_refuse(Client *client)
{
        Reply *reply = &client->exchange->reply;

        if (reply->status == 0) {
                (void)reply_refuse(reply, client->upload.status, "%s", client->upload.problem);
                reply_finish(reply);
        }
        return client_reply(client);
}

/* -1: it is not told. */
static int64_t body_length(struct MHD_Connection *connection)
{
        const char *text = MHD_lookup_connection_value(
                connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
        int64_t length;

        if (MHD_lookup_connection_value(
                    connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING))
                return -1;
        if (!text)
                return 0;
        return parse_int64(text, 0, INT64_MAX, &length) == 0 ? length : -1;
}

/* The head is there. What is refused by it alone need not be sent: but who sends a little without
 * looking for an answer first would take a closed connection for a fault. */
static bool client_begin(Client *client, const char *method)
{
        Upload *upload = &client->upload;
        Request *request = upload->request;

        client_enter(client, CLIENT_UPLOADING);
        request->is_post = streq(method, MHD_HTTP_METHOD_POST);
        if (!request->is_post && !streq(method, MHD_HTTP_METHOD_GET))
                upload_fail(upload, -EOPNOTSUPP, "use GET or POST");
        if (upload->status == 0 && !exchange_admit(client->exchange))
                upload_fail(upload, -EINVAL, "");
        if (upload->status == 0)
                upload_begin(upload, client->connection);
        int64_t length = body_length(client->connection);
        if (upload->status == 0 && !upload->form && length > (int64_t)REQUEST_BODY_MAX)
                upload_fail(upload, -EFBIG, "the body is too large");
        if (upload->status != 0 && (length < 0 || length > BODY_TO_DROP))
                return client_refuse(client);
        return true;
}

/* All of the request is there. */
static bool client_end(Client *client)
{
        upload_end(&client->upload);
        if (client->upload.status != 0)
                return client_refuse(client);
        client_enter(client, CLIENT_WAITING);
        client_suspend(client);
        api_want_turn(client);
        return true;
}

bool client_receive(Client *client, const char *method, const char *bytes, size_t *size)
{
        if (!client->exchange || client->is_gone)
                return false;
        if (client->state == CLIENT_ASKING)
                return client_begin(client, method);
        if (*size > 0) {
                bool is_useful = upload_take(&client->upload, bytes, *size);
                *size = 0;
                return is_useful;
        }
        if (client->state == CLIENT_UPLOADING)
                return client_end(client);
        return client_reply(client);
}

/* A follower holds its connection for as long as it likes: not all of them can. */
static void refuse_follower(Client *client)
{
        Exchange *exchange = client->exchange;

        exchange->resume = NULL;
        exchange->is_live = false;
        (void)reply_refuse(&exchange->reply, REPLY_BUSY,
                "%d others follow over this socket already: try later", FOLLOWERS_MAX);
        reply_finish(&exchange->reply);
}

void client_answer(Client *client)
{
        Exchange *exchange = client->exchange;
        bool is_first = !client->is_begun;

        client->is_begun = true;
        if (is_first)
                exchange_answer(exchange);
        else
                (void)exchange_resume(exchange);
        if (is_first && exchange->is_live &&
                listener_count_followers(client->listener) > FOLLOWERS_MAX)
                refuse_follower(client);
        bool has_lines = exchange->is_live && (is_first || exchange->reply.text.length > 0);
        if (!exchange->resume || has_lines)
                client_resume(client);
        else if (exchange->is_busy)
                api_want_turn(client);
        else
                api_wait_for_others(client);
}

bool client_lingers(const Client *client, int64_t now_usec)
{
        return client->state == CLIENT_READING &&
               (client->is_suspended || now_usec - client->since_usec >= SLOW_READER_USEC);
}

int64_t client_patience_usec(const Client *client, bool is_crowded)
{
        int64_t age = clock_monotonic_usec() - client->since_usec;

        switch (client->state) {
        case CLIENT_ASKING: return client->since_usec + HEAD_USEC;
        case CLIENT_UPLOADING:
                if (client->upload.n_received * 1000000 / (age + 1) < SLOW_UPLOAD_RATE)
                        return client->since_usec + SLOW_UPLOAD_USEC;
                return client->since_usec + UPLOAD_USEC;
        case CLIENT_WAITING: return INT64_MAX;
        case CLIENT_READING:
                if (client->is_suspended)
                        return INT64_MAX;
                return client->since_usec + (is_crowded ? SLOW_READER_USEC : READER_USEC);
        }
        return INT64_MAX;
}
