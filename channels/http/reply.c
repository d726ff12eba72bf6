/* SPDX-License-Identifier: MIT */
/* Owns what libcurl's result and a status mean where no provider knows better. Promises that
 * "surely not sent" is only said of what did not begin, or of a status that says so. */

#include "channels/http/transfer.h"

#include <errno.h>

#define RETRY_AFTER_MAX_S 86400

unsigned http_retry_after(const char *value, int64_t seconds_to_date)
{
        int64_t seconds = 0;

        if (strspn(value, "0123456789") == strlen(value)) {
                for (; *value && seconds < RETRY_AFTER_MAX_S; value++)
                        seconds = seconds * 10 + (*value - '0');
        } else if (curl_getdate(value, NULL) >= 0) {
                seconds = seconds_to_date;
        }
        return (unsigned)MAX(0, MIN(seconds, RETRY_AFTER_MAX_S));
}

static const char *header_of(const HttpTransfer *transfer, const char *name)
{
        struct curl_header *header;

        return curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK
                       ? header->value
                       : NULL;
}

static unsigned retry_after_of(const HttpTransfer *transfer)
{
        const char *value = header_of(transfer, "Retry-After");
        curl_off_t seconds = 0;

        curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &seconds);
        return value ? http_retry_after(value, seconds) : 0;
}

/* We never offer to decompress: what comes compressed all the same is not looked into. */
static bool is_compressed(const HttpTransfer *transfer)
{
        const char *content = header_of(transfer, "Content-Encoding");
        const char *transport = header_of(transfer, "Transfer-Encoding");

        return (content && strcasecmp(content, "identity") != 0) ||
               (transport && strcasecmp(transport, "chunked") != 0);
}

static bool is_certificate_fault(CURLcode result)
{
        return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
               result == CURLE_SSL_ISSUER_ERROR || result == CURLE_SSL_INVALIDCERTSTATUS;
}

/* libcurl's own words name the host, the certificate's fault and the time limit. */
static const char *failure_of(HttpTransfer *transfer, CURLcode result)
{
        if (transfer->is_refused)
                return "relanced does not let it go any more";
        if (transfer->is_spoilt)
                return "the kept connection was closed, or answered what was not asked";
        if (transfer->is_repeated || result == CURLE_GOT_NOTHING)
                return "the connection was closed without an answer";
        if (strbuf_error(&transfer->body) == -E2BIG)
                return "the answer is longer than 1 MiB";
        if (transfer->header_bytes > HTTP_HEADERS_MAX)
                return "the answer has more than 64 KiB of headers";
        if (result == CURLE_OK && is_compressed(transfer))
                return "the answer is compressed, which was not asked for";
        if (result == CURLE_OK)
                return "";
        return *transfer->error ? transfer->error : curl_easy_strerror(result);
}

HttpReply transfer_reply(HttpTransfer *transfer, CURLcode result)
{
        HttpReply reply = {
                .body = strbuf_text(&transfer->body),
                .length = transfer->body.length,
                .has_begun = transfer->has_begun,
                .is_refused = transfer->is_refused,
                .is_certificate = is_certificate_fault(result),
                .failure = failure_of(transfer, result),
        };

        if (!transfer->is_refused && !transfer->is_repeated && !transfer->is_spoilt)
                curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply.status);
        if (reply.status < 200) /* 1xx: an answer was to follow */
                reply.status = 0;
        reply.is_whole = reply.status > 0 && !*reply.failure;
        if (reply.status > 0)
                reply.retry_after_s = retry_after_of(transfer);
        else if (transfer->is_spoilt) /* a new connection will do */
                reply.retry_after_s = 1;
        return reply;
}

const HttpCode *http_code_find(const HttpCode *table, size_t n, int64_t code)
{
        for (size_t i = 0; i < n; i++)
                if (code >= table[i].first && code <= table[i].last)
                        return &table[i];
        return NULL;
}

/* clang-format off */
static const HttpCode classes[] = {
        { 200, 299, RELANCED_UNCERTAIN, 0, "in words that are not understood" },
        { 301, 301, RELANCED_CHANNEL_DOWN, 0, "it has moved: the address must be corrected" },
        { 307, 308, RELANCED_CHANNEL_DOWN, 0, "it has moved: the address must be corrected" },
        { 401, 401, RELANCED_CHANNEL_DOWN, 0, "the name or password is not accepted" },
        { 402, 402, RELANCED_CHANNEL_DOWN, 0, "it wants to be paid" },
        { 403, 403, RELANCED_CHANNEL_DOWN, 0, "it does not allow this" },
        { 404, 404, RELANCED_CHANNEL_DOWN, 0, "there is nothing at this address" },
        { 405, 405, RELANCED_CHANNEL_DOWN, 0, "it does not take this method" },
        { 407, 407, RELANCED_CHANNEL_DOWN, 0, "a proxy wants a password" },
        { 408, 408, RELANCED_RETRY, 0, "the request took too long" },
        { 410, 410, RELANCED_CHANNEL_DOWN, 0, "there is nothing at this address any more" },
        { 425, 425, RELANCED_RETRY, 0, "too early" },
        { 426, 426, RELANCED_CHANNEL_DOWN, 0, "it wants another protocol" },
        { 429, 429, RELANCED_RETRY, 0, "too many requests" },
        { 400, 499, RELANCED_REFUSED_MESSAGE, 0, "it refuses the request" },
        { 501, 501, RELANCED_CHANNEL_DOWN, 0, "it cannot do this" },
        { 503, 503, RELANCED_RETRY, 0, "not available now" },
        { 500, 599, RELANCED_UNCERTAIN, 0, "it failed, perhaps after taking the message" },
        { 0, INT64_MAX, RELANCED_UNCERTAIN, 0, "which says nothing" },
};
/* clang-format on */

static void judge_silence(const HttpReply *reply, HttpVerdict *verdict)
{
        verdict->outcome.kind = reply->has_begun        ? RELANCED_UNCERTAIN
                                : reply->is_certificate ? RELANCED_CHANNEL_DOWN
                                                        : RELANCED_RETRY;
        if (verdict->outcome.kind == RELANCED_RETRY)
                verdict->outcome.retry_after_s = reply->retry_after_s;
        http_set_detail(verdict, "%s", reply->failure);
}

static enum relanced_outcome_kind kind_by_class(
        const HttpReply *reply, enum relanced_outcome_kind kind)
{
        if (kind == RELANCED_UNCERTAIN && !reply->has_begun)
                return RELANCED_RETRY;
        if (kind == RELANCED_REFUSED_MESSAGE && !reply->is_whole)
                return RELANCED_RETRY; /* why it refuses stands in the rest */
        return kind;
}

void http_judge_by_class(const HttpReply *reply, HttpVerdict *verdict)
{
        const HttpCode *class = http_code_find(classes, ELEMENTSOF(classes), reply->status);
        StrBuf excerpt = STRBUF_INIT;

        if (reply->status == 0) {
                judge_silence(reply, verdict);
                return;
        }
        verdict->outcome.kind = kind_by_class(reply, class->kind);
        if (verdict->outcome.kind == RELANCED_RETRY ||
                verdict->outcome.kind == RELANCED_CHANNEL_DOWN)
                verdict->outcome.retry_after_s = reply->retry_after_s;
        if (*reply->failure)
                strbuf_addf(&excerpt, ": %s", reply->failure);
        else
                http_add_excerpt(&excerpt, reply);
        http_set_detail(verdict, "HTTP %ld, judged by this alone: %s%s", reply->status,
                class->meaning, strbuf_text(&excerpt));
        strbuf_release(&excerpt);
}
