/* SPDX-License-Identifier: MIT */
/*
 * Owns the asking: from an invocation to an HTTP request by libcurl, and the answer's bytes. Never
 * looks into an answer. Knows no proxy, no redirect and no host: only the connected socket.
 */

#include "ctl/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>

#define ANSWER_MAX ((size_t)2 * 1024 * 1024 * 1024)

typedef struct Exchange {
        CURL *curl;
        int socket_fd;
        int into;
        Answer answer;
        int error; /* while writing the content away */
} Exchange;

/* RFC 3986: all but the unreserved characters. */
static void add_encoded(StrBuf *target, const char *text)
{
        static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                         "0123456789-._~";

        for (; *text; text++)
                if (strchr(unreserved, *text))
                        strbuf_add_char(target, *text);
                else
                        strbuf_addf(target, "%%%02X", (unsigned char)*text);
}

int client_target(const Invocation *invocation, StrBuf *target)
{
        const Command *command = invocation->command;
        size_t length = strlen(command->path);
        char separator = '?';

        strbuf_addf(target, "http://relanced%s", command->path);
        if (command->path[length - 1] == '/')
                add_encoded(target, invocation->words[0]);
        if (command->is_post)
                return strbuf_error(target);
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++) {
                if (!invocation->options[i])
                        continue;
                strbuf_addf(target, "%c%s=", separator, command->options[i].name);
                add_encoded(target, invocation->options[i]);
                separator = '&';
        }
        return strbuf_error(target);
}

/* The words after the first, which stands in the path, and the options. */
int client_body(const Invocation *invocation, char **ret_body)
{
        const Command *command = invocation->command;
        json_t *object = json_object();
        int r = 0;

        for (size_t i = 1; i < COMMAND_ARGUMENTS_MAX && i < invocation->n_words; i++)
                r |= json_object_set_new(
                        object, command->arguments[i].parameter, json_string(invocation->words[i]));
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
                if (invocation->options[i])
                        r |= json_object_set_new(object, command->options[i].name,
                                json_string(invocation->options[i]));
        char *body = r == 0 ? json_dumps(object, JSON_COMPACT) : NULL;
        json_decref(object);
        if (!body)
                return -EINVAL; /* no UTF-8 */
        *ret_body = body;
        return 0;
}

static int write_all(int fd, const char *bytes, size_t length)
{
        while (length > 0) {
                ssize_t n = write(fd, bytes, length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                bytes += n;
                length -= (size_t)n;
        }
        return 0;
}

static size_t on_content(char *bytes, size_t size, size_t n, void *owner)
{
        Exchange *exchange = owner;
        long status = 0;

        (void)curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
        if (exchange->into >= 0 && status == 200) {
                exchange->error = write_all(exchange->into, bytes, size * n);
                return exchange->error < 0 ? 0 : size * n;
        }
        strbuf_add_bytes(&exchange->answer.text, bytes, size * n);
        return strbuf_error(&exchange->answer.text) ? 0 : size * n;
}

/* The connection is already there; libcurl closes it. */
static curl_socket_t on_open(void *owner, curlsocktype purpose, struct curl_sockaddr *address)
{
        Exchange *exchange = owner;

        if (exchange->socket_fd < 0)
                return CURL_SOCKET_BAD; /* no second try: the question may have been acted on */
        return TAKE_FD(exchange->socket_fd);
}

static int on_opened(void *owner, curl_socket_t fd, curlsocktype purpose)
{
        return CURL_SOCKOPT_ALREADY_CONNECTED;
}

static int add_files(curl_mime *form, const Invocation *invocation)
{
        for (size_t i = 0; i < invocation->n_words; i++) {
                curl_mimepart *part = curl_mime_addpart(form);
                if (!part || curl_mime_name(part, "file") != CURLE_OK ||
                        curl_mime_filedata(part, invocation->words[i]) != CURLE_OK ||
                        curl_mime_filename(part, invocation->words[i]) != CURLE_OK)
                        return -EIO;
        }
        return 0;
}

static void set_options(Exchange *exchange, const char *target, struct curl_slist *headers)
{
        CURL *curl = exchange->curl;

        (void)curl_easy_setopt(curl, CURLOPT_URL, target);
        (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
        (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
        (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, "relanced"); /* never resolved */
        (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
        (void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, exchange);
        (void)curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, on_opened);
        (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_content);
        (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
        (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
}

static int perform(Exchange *exchange, const char **ret_problem)
{
        CURLcode code = curl_easy_perform(exchange->curl);

        (void)curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &exchange->answer.status);
        if (code == CURLE_OK)
                return 0;
        *ret_problem = curl_easy_strerror(code);
        return exchange->error < 0 ? exchange->error : -ECONNRESET;
}

static int ask(Exchange *exchange, const Invocation *invocation, const char *target,
        const char **ret_problem)
{
        bool has_files =
                invocation->command->is_post && invocation->command->arguments[0].is_repeated;
        struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
        curl_mime *form = NULL;
        _cleanup_(freep) char *body = NULL;
        int r = 0;

        if (!has_files && invocation->command->is_post)
                headers = curl_slist_append(headers, "Content-Type: application/json");
        set_options(exchange, target, headers);
        if (has_files) {
                form = curl_mime_init(exchange->curl);
                r = add_files(form, invocation);
                (void)curl_easy_setopt(exchange->curl, CURLOPT_MIMEPOST, form);
        } else if (invocation->command->is_post) {
                r = client_body(invocation, &body);
                (void)curl_easy_setopt(exchange->curl, CURLOPT_POSTFIELDS, body);
        }
        *ret_problem = r < 0 ? "the arguments are not well-formed UTF-8" : NULL;
        if (r == 0)
                r = perform(exchange, ret_problem);
        curl_mime_free(form);
        curl_slist_free_all(headers);
        return r;
}

int client_ask(int socket_fd, const Invocation *invocation, int into, Answer *ret_answer,
        const char **ret_problem)
{
        _cleanup_(closep) int owned = socket_fd;
        Exchange exchange = {
                .socket_fd = -1, .into = into, .answer.text = { .limit = ANSWER_MAX }
        };
        StrBuf target = STRBUF_INIT;
        int r;

        *ret_problem = "there is not enough memory";
        r = client_target(invocation, &target);
        if (r == 0 && curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK)
                exchange.curl = curl_easy_init();
        if (!exchange.curl) {
                strbuf_release(&target);
                return -ENOMEM;
        }
        exchange.socket_fd = TAKE_FD(owned);
        r = ask(&exchange, invocation, strbuf_text(&target), ret_problem);
        curl_easy_cleanup(exchange.curl);
        closep(&exchange.socket_fd);
        strbuf_release(&target);
        *ret_answer = exchange.answer;
        return r;
}
