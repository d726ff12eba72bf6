/* SPDX-License-Identifier: MIT */
/*
 * Owns what every request of relanced keeps to, as options of libcurl, and which URLs may be asked.
 * begin() is asked by libcurl itself, once connected and right before the first byte. Decides
 * nothing about outcomes.
 */

#include "channels/http/transfer.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

/* Many gateways close a kept connection after 5 s. A request that meets the closing is lost in a
 * way that nobody can tell from a sent one, so that a connection that idled is not used again. */
#define IDLE_MAX_S 4L

static bool is_loopback(const char *host)
{
        unsigned char parts[4];
        char rest;

        if (streq(host, "localhost") || streq(host, "[::1]"))
                return true;
        return sscanf(host, "%3hhu.%3hhu.%3hhu.%3hhu%c", &parts[0], &parts[1], &parts[2], &parts[3],
                       &rest) == 4 &&
               parts[0] == 127;
}

static const char *fault_of_parts(CURLU *parts, bool is_insecure)
{
        char *scheme = NULL, *host = NULL, *user = NULL, *password = NULL;
        const char *fault = NULL;

        if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
                curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
                fault = "is no URL";
        else if (!streq(scheme, "https") && !streq(scheme, "http"))
                fault = "must begin with https://";
        else if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK ||
                 curl_url_get(parts, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
                fault = "must not hold a user name or password: they have options of their own";
        else if (streq(scheme, "http") && !is_insecure && !is_loopback(host))
                fault = "must begin with https:// (http:// is for this machine, or insecure = "
                        "true)";
        curl_free(scheme);
        curl_free(host);
        curl_free(user);
        curl_free(password);
        return fault;
}

const char *http_url_fault(const char *url, bool is_insecure)
{
        CURLU *parts = curl_url();
        const char *fault = "is no URL";

        if (!strstr(url, "://"))
                fault = "must begin with https://";
        else if (parts &&
                 curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
                fault = fault_of_parts(parts, is_insecure);
        curl_url_cleanup(parts);
        return fault;
}

static int on_socket(void *user, curl_socket_t fd, curlsocktype purpose)
{
        HttpSockets *sockets = user;

        if (fd < HTTP_SOCKETS_MAX) {
                sockets->is_used[fd] = true;
                sockets->end = MAX(sockets->end, fd + 1);
        }
        return CURL_SOCKOPT_OK;
}

/* The descriptor of the connection that has the port on our side, or -1. */
static int find_socket(const HttpSockets *sockets, int own_port)
{
        for (int fd = 0; fd < sockets->end; fd++) {
                struct sockaddr_in6 address; /* whose port lies where IPv4 has it */
                socklen_t length = sizeof(address);
                if (sockets->is_used[fd] &&
                        getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
                        ntohs(address.sin6_port) == own_port)
                        return fd;
        }
        return -1;
}

/* A kept connection that was closed meanwhile, or on which more came than was asked for: what lies
 * there would be taken for the answer to this request. */
static bool is_spoilt(const HttpTransfer *transfer, int own_port)
{
        long n_connects = 0;
        char byte;

        curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &n_connects);
        int fd = n_connects > 0 ? -1 : find_socket(transfer->delivery->sockets, own_port);
        if (fd < 0)
                return false;
        return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
               (errno != EAGAIN && errno != EINTR);
}

const char *http_ca_file_fault(const char *path)
{
        if (is_empty(path))
                return NULL;
        if (path[0] != '/')
                return "must be an absolute path";
        return access(path, R_OK) < 0 ? strerror(errno) : NULL;
}

/* libcurl repeats a request by itself when a kept connection was closed without an answer. It asks
 * here each time, and may do so once. */
static int on_connected(void *user, char *address, char *own_address, int port, int own_port)
{
        HttpTransfer *transfer = user;
        struct relanced_host *host = transfer->delivery->host;
        char step[128];

        (void)snprintf(step, sizeof(step), "connected to %s port %d", address, port);
        transfer_log(transfer, step);
        if (!transfer->request.is_irrevocable)
                return CURL_PREREQFUNC_OK;
        if (transfer->has_begun) {
                transfer->is_repeated = true;
                return CURL_PREREQFUNC_ABORT;
        }
        if (host->begin(host, transfer->exchange.message) < 0) {
                transfer->is_refused = true;
                return CURL_PREREQFUNC_ABORT;
        }
        transfer->is_spoilt = is_spoilt(transfer, own_port);
        if (transfer->is_spoilt)
                return CURL_PREREQFUNC_ABORT;
        transfer->has_begun = true;
        return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
        HttpTransfer *transfer = user;

        strbuf_add_bytes(&transfer->body, bytes, size * n);
        return strbuf_error(&transfer->body) == 0 ? size * n : 0;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
        HttpTransfer *transfer = user;

        transfer->header_bytes += size * n;
        return transfer->header_bytes <= HTTP_HEADERS_MAX ? size * n : 0;
}

static size_t on_file(char *bytes, size_t size, size_t n, void *user)
{
        HttpTransfer *transfer = user;
        ssize_t r;

        do
                r = pread(transfer->request.file.fd, bytes, size * n, transfer->file_offset);
        while (r < 0 && errno == EINTR);
        if (r < 0)
                return CURL_READFUNC_ABORT;
        transfer->file_offset += r;
        return (size_t)r;
}

static int on_file_seek(void *user, curl_off_t offset, int origin)
{
        HttpTransfer *transfer = user;

        if (origin != SEEK_SET || offset < 0)
                return CURL_SEEKFUNC_CANTSEEK;
        transfer->file_offset = offset;
        return CURL_SEEKFUNC_OK;
}

/* Calls back for each "…\n" of the lines, which are cut apart. */
static bool for_lines(char *lines, bool (*found)(HttpTransfer *, char *), HttpTransfer *transfer)
{
        for (char *line = lines, *end; line && *line; line = end) {
                end = strchr(line, '\n');
                if (end)
                        *end++ = 0;
                if (*line && !found(transfer, line))
                        return false;
        }
        return true;
}

static bool add_header(HttpTransfer *transfer, char *line)
{
        struct curl_slist *longer = curl_slist_append(transfer->headers, line);

        if (longer)
                transfer->headers = longer;
        return longer;
}

static bool add_field(HttpTransfer *transfer, char *line)
{
        curl_mimepart *part = curl_mime_addpart(transfer->mime);
        char *value = strchr(line, '=');

        if (!part || !value)
                return false;
        *value++ = 0;
        return curl_mime_name(part, line) == CURLE_OK &&
               curl_mime_data(part, value, CURL_ZERO_TERMINATED) == CURLE_OK;
}

static bool add_file(HttpTransfer *transfer)
{
        const HttpFile *file = &transfer->request.file;
        curl_mimepart *part = curl_mime_addpart(transfer->mime);

        return part && curl_mime_name(part, file->field) == CURLE_OK &&
               curl_mime_filename(part, file->name) == CURLE_OK &&
               curl_mime_type(part, file->type) == CURLE_OK &&
               curl_mime_data_cb(part, file->size, on_file, on_file_seek, NULL, transfer) ==
                       CURLE_OK;
}

static bool add_form(HttpTransfer *transfer)
{
        HttpRequest *request = &transfer->request;

        transfer->mime = curl_mime_init(transfer->easy);
        if (!transfer->mime)
                return false;
        if (request->form.length > 0 && !for_lines(request->form.text, add_field, transfer))
                return false;
        return (!request->file.field || add_file(transfer)) &&
               curl_easy_setopt(transfer->easy, CURLOPT_MIMEPOST, transfer->mime) == CURLE_OK;
}

static bool set_method(HttpTransfer *transfer)
{
        HttpRequest *request = &transfer->request;
        CURL *easy = transfer->easy;

        if (streq(request->method, "GET"))
                return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
        if (request->form.length > 0 || request->file.field)
                return add_form(transfer);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, strbuf_text(&request->body));
        return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                       (curl_off_t)request->body.length) == CURLE_OK;
}

/* CURLOPT_CAINFO replaces the system's bundle. Beside a file of one's own the system's folder of
 * the same certificates is looked into; without one the bundle alone is, which libcurl keeps
 * parsed from one connection to the next. */
static void set_trust(HttpTransfer *transfer)
{
        const char *ca_file = transfer->delivery->settings->ca_file;
        CURL *easy = transfer->easy;

        curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
        if (is_empty(ca_file))
                curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
        else
                curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
}

static void set_limits(HttpTransfer *transfer)
{
        long timeout_ms = (long)transfer->delivery->settings->timeout_s * 1000;
        CURL *easy = transfer->easy;

        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
        /* What is not connected by then leaves time for an answer: surely not sent. */
        curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms / 2);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* no waiting for a resolver that hangs */
        curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
        curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
        curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
        /* One request a connection at a time: what befalls a connection befalls one message. */
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(easy, CURLOPT_USERAGENT, "relanced/" RELANCED_VERSION);
}

static void set_callbacks(HttpTransfer *transfer)
{
        CURL *easy = transfer->easy;

        curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
        curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
        curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected);
        curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
        curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
        curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, transfer->delivery->sockets);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
}

int transfer_prepare(HttpTransfer *transfer)
{
        HttpRequest *request = &transfer->request;
        char no_expect[] = "Expect:"; /* a refused expectation would be repeated without it */

        if (!transfer->easy)
                transfer->easy = curl_easy_init();
        if (!transfer->easy || strbuf_error(&request->url) || strbuf_error(&request->headers) ||
                strbuf_error(&request->body) || strbuf_error(&request->form))
                return -ENOMEM;
        if (http_url_fault(strbuf_text(&request->url), transfer->delivery->settings->is_insecure))
                return -EINVAL;
        transfer->body.limit = HTTP_REPLY_MAX;
        set_callbacks(transfer);
        set_limits(transfer);
        set_trust(transfer);
        if (curl_easy_setopt(transfer->easy, CURLOPT_URL, strbuf_text(&request->url)) != CURLE_OK ||
                !set_method(transfer) || !add_header(transfer, no_expect) ||
                (request->headers.length > 0 &&
                        !for_lines(request->headers.text, add_header, transfer)))
                return -ENOMEM;
        return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK
                       ? 0
                       : -ENOMEM;
}

void transfer_reset(HttpTransfer *transfer)
{
        HttpRequest *request = &transfer->request;

        if (transfer->easy)
                curl_easy_reset(transfer->easy); /* before what it points to goes */
        curl_slist_free_all(transfer->headers);
        curl_mime_free(transfer->mime);
        strbuf_release(&request->url);
        strbuf_release(&request->headers);
        strbuf_release(&request->body);
        strbuf_release(&request->form);
        strbuf_release(&transfer->body);
        *transfer = (HttpTransfer){
                .delivery = transfer->delivery,
                .exchange = transfer->exchange,
                .easy = transfer->easy,
        };
}
