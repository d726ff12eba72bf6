/* SPDX-License-Identifier: MIT */
/*
 * Owns the request and the answers of Kannel's sendsms. Kannel gives no message id: the notice's
 * own travels in dlr_url. It cuts a text of more parts than its own max-messages without a word,
 * and takes an empty one: both are refused before. Whether it takes a message is told by the first
 * words of its answer; what the operator makes of it comes later, by dlr_url.
 */

#include <errno.h>

#include "base/parse.h"
#include "channels/sms/sms.h"

/* clang-format off */
static const struct {
        long status;
        const char *words; /* what its answer begins with */
        enum relanced_outcome_kind kind;
        const char *meaning;
} answers[] = {
        { 202, "0:", RELANCED_SENT, "Kannel has taken it" },
        { 202, "3:", RELANCED_SENT, "Kannel keeps it until its operator is reached" },
        { 403, "Not routable", RELANCED_CHANNEL_DOWN, "no operator of Kannel takes it" },
        { 403, "Authorization failed", RELANCED_CHANNEL_DOWN,
                "Kannel does not accept the user name and password, or this machine" },
        { 400, "Missing receiver", RELANCED_REFUSED_ADDRESS, "Kannel sees no number" },
        { 400, "Number(s) has/have been denied", RELANCED_REFUSED_ADDRESS,
                "Kannel's lists refuse the number" },
        { 404, "", RELANCED_CHANNEL_DOWN, "Kannel does not send messages at this address" },
        { 503, "", RELANCED_RETRY, "Kannel cannot take it now" },
};
/* clang-format on */

static int kannel_open(Sms *sms, StrBuf *fault)
{
        const char *url = sms->values[SMS_URL], *dlr_url = sms->values[SMS_DLR_URL];

        if (!*sms->values[SMS_USERNAME] || !*sms->values[SMS_PASSWORD])
                strbuf_add(fault, "Kannel needs username and password");
        else if (strchr(url, '?') || strchr(url, '#') || fill_is_needed(url))
                strbuf_add(fault, "url must end with the path: what is asked is added to it");
        else if (*dlr_url && fill_check(dlr_url, FILL_PLAIN, fault) < 0)
                strbuf_add(fault, " (dlr_url)");
        return fault->length > 0 ? -EINVAL : 0;
}

static void add_parameter(StrBuf *url, const char *name, const char *value)
{
        if (!*value)
                return;
        strbuf_addf(url, "&%s=", name);
        http_add_url_encoded(url, value);
}

/* Kannel fills %d and the like in the URL it is given; our own id is filled in here. */
static void add_report(const Sms *sms, const FillWords *words, StrBuf *url)
{
        StrBuf report = STRBUF_INIT;

        if (!*sms->values[SMS_DLR_URL])
                return;
        fill_out(&report, sms->values[SMS_DLR_URL], FILL_URL, words);
        add_parameter(url, "dlr-mask", sms->values[SMS_DLR_MASK]);
        add_parameter(url, "dlr-url", strbuf_text(&report));
        strbuf_release(&report);
}

static void kannel_ask(const Sms *sms, const FillWords *words, HttpRequest *request)
{
        StrBuf *url = &request->url;

        request->method = "GET";
        strbuf_addf(url, "%s?charset=UTF-8&coding=%s", sms->values[SMS_URL],
                words->is_unicode ? "2" : "0");
        add_parameter(url, "username", words->values[WORD_USERNAME]);
        add_parameter(url, "password", words->values[WORD_PASSWORD]);
        add_parameter(url, "from", words->values[WORD_FROM]);
        add_parameter(url, "to", words->values[WORD_TO]);
        add_parameter(url, "text", words->values[WORD_TEXT]);
        add_parameter(url, "smsc", sms->values[SMS_SMSC]);
        add_report(sms, words, url);
}

static void kannel_judge(const Sms *sms, const HttpReply *reply, HttpVerdict *verdict)
{
        for (size_t i = 0; i < ELEMENTSOF(answers); i++) {
                if (reply->status != answers[i].status ||
                        strncmp(reply->body, answers[i].words, strlen(answers[i].words)) != 0)
                        continue;
                StrBuf excerpt = STRBUF_INIT;
                http_add_excerpt(&excerpt, reply);
                verdict->outcome.kind = answers[i].kind;
                if (answers[i].kind == RELANCED_RETRY)
                        verdict->outcome.retry_after_s = reply->retry_after_s;
                http_set_detail(verdict, "%s (HTTP %ld%s)", answers[i].meaning, reply->status,
                        strbuf_text(&excerpt));
                strbuf_release(&excerpt);
                return;
        }
        http_judge_by_class(reply, verdict);
}

const SmsProvider sms_kannel = { "kannel", kannel_open, kannel_ask, kannel_judge };
