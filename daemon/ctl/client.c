/* SPDX-License-Identifier: MIT */
/*
 * Owns the asking: from an invocation to an HTTP request by libcurl, and the answer's bytes. Never
 * looks into an answer. Knows no proxy, no redirect and no host: only the one socket.
 */

#include "ctl/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#define ANSWER_MAX ((size_t)2 * 1024 * 1024 * 1024)

/* How long nothing may come, or be taken. */
#define QUIET_MAX_S 60L
#define QUIET_MAX_AT_WORK_S 3600L /* of what may take its time before it says anything */

typedef struct Transfer {
        CURL *curl;
        const Sink *sink;
        bool is_binary;
        StrBuf line; /* for the sink: what came after the last newline */
        Answer answer;
        int error; /* while writing the content away */
} Transfer;

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

static void add_query(StrBuf *target, const char *name, const char *value)
{
        strbuf_addf(target, "%c%s=", strchr(strbuf_text(target), '?') ? '&' : '?', name);
        add_encoded(target, value);
}

int client_target(const Invocation *invocation, StrBuf *target)
{
        const Command *command = invocation->command;
        bool is_in_path = command->path[strlen(command->path) - 1] == '/';

        strbuf_addf(target, "http://relanced%s", command->path);
        if (is_in_path)
                add_encoded(target, invocation->words[0]);
        if (command->is_post)
                return strbuf_error(target);
        const char *told = invocation->is_json ? NULL : command->for_people;
        if (told)
                add_query(target, told, "1");
        if (!is_in_path && invocation->n_words > 0 && !command->is_saved)
                add_query(target, command->arguments[0].parameter, invocation->words[0]);
        for (size_t i = 0; i < COMMAND_OPTIONS_MAX && command->options[i].name; i++)
                if (invocation->options[i] && !command->options[i].is_sent &&
                        !command->options[i].is_ours &&
                        !(told && streq(told, command->options[i].name)))
                        add_query(target, command->options[i].name, invocation->options[i]);
        return strbuf_error(target);
}

/* All words as one value, with commas between them. */
static int put_words(json_t *object, const Invocation *invocation)
{
        StrBuf words = STRBUF_INIT;

        for (size_t i = 0; i < invocation->n_words; i++)
                strbuf_addf(&words, "%s%s", i > 0 ? "," : "", invocation->words[i]);
        int r = json_object_set_new(object, invocation->command->arguments[0].parameter,
                json_string(strbuf_text(&words)));
        r |= strbuf_error(&words);
        strbuf_release(&words);
        return r;
}

/* What does not stand in the path: words and options. */
int client_body(const Invocation *invocation, char **ret_body)
{
        const Command *command = invocation->command;
        json_t *object = json_object();
        size_t first = command->path[strlen(command->path) - 1] == '/';
        int r = 0;

        if (command->arguments[0].is_repeated)
                r = put_words(object, invocation);
        for (size_t i = first; i < COMMAND_ARGUMENTS_MAX && i < invocation->n_words &&
                               !command->arguments[0].is_repeated;
                i++)
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

static bool has_sink(const Transfer *transfer)
{
        return transfer->sink->fd >= 0 || transfer->sink->take;
}

static int put(Transfer *transfer, const char *bytes, size_t length)
{
        const Sink *sink = transfer->sink;

        return sink->fd >= 0 ? write_all(sink->fd, bytes, length)
                             : sink->take(sink->owner, bytes, length);
}

/* Keeps what is no whole line yet. */
static int pass_on(Transfer *transfer, const char *bytes, size_t length)
{
        const char *newline = memrchr(bytes, '\n', length);
        size_t n = newline ? (size_t)(newline - bytes) + 1 : 0;
        int r = 0;

        if (transfer->is_binary)
                return put(transfer, bytes, length);
        strbuf_add_bytes(&transfer->line, bytes, n);
        if (n > 0) {
                r = strbuf_error(&transfer->line);
                if (r == 0)
                        r = put(transfer, transfer->line.text, transfer->line.length);
                strbuf_truncate(&transfer->line, 0);
        }
        strbuf_add_bytes(&transfer->line, bytes + n, length - n);
        return r < 0 ? r : strbuf_error(&transfer->line);
}

static size_t on_content(char *bytes, size_t size, size_t n, void *owner)
{
        Transfer *transfer = owner;
        long status = 0;

        if (size * n == 0)
                return 0;
        (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
        if (has_sink(transfer) && status == 200) {
                transfer->error = pass_on(transfer, bytes, size * n);
                return transfer->error < 0 ? 0 : size * n;
        }
        strbuf_add_bytes(&transfer->answer.text, bytes, size * n);
        return strbuf_error(&transfer->answer.text) ? 0 : size * n;
}

static int add_text(curl_mime *form, const char *name, const char *text)
{
        curl_mimepart *part = curl_mime_addpart(form);

        if (!part || curl_mime_name(part, "file") != CURLE_OK ||
                curl_mime_data(part, text, CURL_ZERO_TERMINATED) != CURLE_OK ||
                curl_mime_filename(part, name) != CURLE_OK)
                return -EIO;
        return 0;
}

static int add_files(curl_mime *form, const Invocation *invocation)
{
        if (invocation->sent_text)
                return add_text(form, invocation->sent_name, invocation->sent_text);
        for (size_t i = 0; i < invocation->n_words; i++) {
                curl_mimepart *part = curl_mime_addpart(form);
                if (!part || curl_mime_name(part, "file") != CURLE_OK ||
                        curl_mime_filedata(part, invocation->words[i]) != CURLE_OK ||
                        curl_mime_filename(part, invocation->words[i]) != CURLE_OK)
                        return -EIO;
        }
        return 0;
}

/* 0: for ever. */
static long quiet_max_s(const Invocation *invocation)
{
        if (invocation_follows(invocation))
                return 0;
        return invocation->command->is_slow ? QUIET_MAX_AT_WORK_S : QUIET_MAX_S;
}

static void set_options(
        Transfer *transfer, const Invocation *invocation, int socket_fd, const char *target)
{
        CURL *curl = transfer->curl;
        char socket_path[64];

        /* The socket's name may be gone, or too long for an address. */
        (void)snprintf(socket_path, sizeof(socket_path), "/proc/self/fd/%d", socket_fd);
        (void)curl_easy_setopt(curl, CURLOPT_URL, target);
        (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
        (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
        (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
        (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, quiet_max_s(invocation));
        (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_content);
        (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
}

/* Of an answer that says nowhere how long it is, nobody can tell whether it is whole. */
static bool has_end(CURL *curl)
{
        struct curl_header *header;

        return curl_easy_header(curl, "Content-Length", 0, CURLH_HEADER, -1, &header) ==
                       CURLHE_OK ||
               curl_easy_header(curl, "Transfer-Encoding", 0, CURLH_HEADER, -1, &header) ==
                       CURLHE_OK;
}

static int perform(Transfer *transfer, const char **ret_problem)
{
        CURLcode code = curl_easy_perform(transfer->curl);

        (void)curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &transfer->answer.status);
        if (code == CURLE_OK && transfer->line.length > 0)
                transfer->error = put(transfer, transfer->line.text, transfer->line.length);
        if (transfer->error < 0) {
                *ret_problem = strerror(-transfer->error);
                return transfer->error;
        }
        if (code == CURLE_OK && has_end(transfer->curl))
                return 0;
        if (code == CURLE_READ_ERROR || code == CURLE_ABORTED_BY_CALLBACK) {
                *ret_problem = "a file could not be read to its end";
                return -EIO;
        }
        bool is_late = code == CURLE_OPERATION_TIMEDOUT;
        bool is_begun = transfer->answer.status != 0;
        *ret_problem = is_late    ? "the daemon does not answer: it hangs, or is very busy"
                       : is_begun ? "the daemon ended in the middle of its answer"
                                  : "the daemon ended without an answer";
        return is_late ? -ETIMEDOUT : -EPIPE;
}

static int ask(Transfer *transfer, const Invocation *invocation, const char **ret_problem)
{
        const Command *command = invocation->command;
        bool has_files = invocation->sent_text || command->has_files;
        struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
        curl_mime *form = NULL;
        _cleanup_(freep) char *body = NULL;
        int r = 0;

        if (!has_files && command->is_post)
                headers = curl_slist_append(headers, "Content-Type: application/json");
        (void)curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, headers);
        if (has_files) {
                form = curl_mime_init(transfer->curl);
                r = add_files(form, invocation);
                (void)curl_easy_setopt(transfer->curl, CURLOPT_MIMEPOST, form);
        } else if (command->is_post) {
                r = client_body(invocation, &body);
                (void)curl_easy_setopt(transfer->curl, CURLOPT_POSTFIELDS, body);
        }
        *ret_problem = r < 0 ? "the arguments are not well-formed UTF-8" : NULL;
        if (r == 0)
                r = perform(transfer, ret_problem);
        curl_mime_free(form);
        curl_slist_free_all(headers);
        return r;
}

int client_ask(int socket_fd, const Invocation *invocation, const Sink *sink, Answer *ret_answer,
        const char **ret_problem)
{
        Transfer transfer = { .sink = sink,
                .is_binary = invocation->command->is_saved,
                .answer.text = { .limit = ANSWER_MAX } };
        StrBuf target = STRBUF_INIT;
        int r;

        *ret_problem = "there is not enough memory";
        r = client_target(invocation, &target);
        if (r == 0 && curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK)
                transfer.curl = curl_easy_init();
        if (transfer.curl) {
                set_options(&transfer, invocation, socket_fd, strbuf_text(&target));
                r = ask(&transfer, invocation, ret_problem);
                curl_easy_cleanup(transfer.curl);
        } else {
                r = -ENOMEM;
        }
        strbuf_release(&target);
        strbuf_release(&transfer.line);
        *ret_answer = transfer.answer;
        return r;
}
