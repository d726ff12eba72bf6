/* SPDX-License-Identifier: MIT */
/*
 * Text messages by a gateway that is asked over HTTP: Kannel, or any other by configuration. Owns
 * the options, and what no gateway is asked at all: a number that is none, a text that is empty or
 * too long. A text is never cut, nor changed to fit the GSM alphabet.
 */

#include "channels/sms/sms.h"

#include <errno.h>
#include <stdio.h>

#include "base/gsm.h"
#include "base/parse.h"

static const SmsProvider *const providers[] = { &sms_kannel, &sms_gateway };

static const struct relanced_option options[] = {
        [SMS_PROVIDER] = { "provider", RELANCED_TEXT, NULL, 0, 0,
                "\"kannel\", or \"http\": any gateway, described by the options below" },
        [SMS_URL] = { "url", RELANCED_NETWORK, NULL, 0, 0,
                "where messages are sent: https://, or http:// on this machine" },
        [SMS_USERNAME] = { "username", RELANCED_TEXT, "", 0, 0, "user name at the gateway" },
        [SMS_PASSWORD] = { "password", RELANCED_SECRET, "", 0, 0, "password at the gateway" },
        [SMS_TOKEN] = { "token", RELANCED_SECRET, "", 0, 0, "http: API key, {{token}}" },
        [SMS_FROM] = { "from", RELANCED_TEXT, "", 0, 0, "sender shown; empty: the gateway's own" },
        [SMS_MAX_PARTS] = { "max_parts", RELANCED_INTEGER, "4", 1, 20,
                "parts a text may take; a longer one is refused (Kannel's max-messages must not be "
                "less: it cuts)" },
        [SMS_INSECURE] = { "insecure", RELANCED_BOOLEAN, "false", 0, 0,
                "allow http:// to another machine: texts and password can be read on the way" },
        [SMS_CA_FILE] = { "ca_file", RELANCED_TEXT, "", 0, 0,
                "certificates (PEM) to trust beside the system's; an absolute path" },
        [SMS_TIMEOUT_S] = { "timeout_s", RELANCED_INTEGER, "30", 1, 600,
                "seconds a request may take, its answer included" },
        [SMS_IN_FLIGHT] = { "in_flight", RELANCED_INTEGER, "16", 1, 64,
                "requests under way at once" },
        [SMS_SMSC] = { "smsc", RELANCED_TEXT, "", 0, 0, "kannel: operator connection to use" },
        [SMS_DLR_URL] = { "dlr_url", RELANCED_TEXT, "", 0, 0,
                "kannel: URL it reports deliveries to, with {{notice}} and its own %d" },
        [SMS_DLR_MASK] = { "dlr_mask", RELANCED_INTEGER, "31", 1, 31,
                "kannel: which reports (31: all, 19: final ones)" },
        [SMS_METHOD] = { "method", RELANCED_TEXT, "POST", 0, 0, "http: POST or GET" },
        [SMS_HEADERS] = { "headers", RELANCED_TEXTS, "", 0, 0,
                "http: lines \"Name: value\", with placeholders" },
        [SMS_BODY] = { "body", RELANCED_TEXT, "", 0, 0,
                "http: what is posted, with placeholders, as its Content-Type says" },
        [SMS_SUCCESS] = { "success", RELANCED_TEXTS, "http = 200-299", 0, 0,
                "http: what holds of an answer that accepts: \"PLACE = VALUE …\"" },
        [SMS_REFERENCE] = { "reference", RELANCED_TEXT, "", 0, 0,
                "http: place of the gateway's id in such an answer" },
        [SMS_ERROR] = { "error", RELANCED_TEXTS, "", 0, 0,
                "http: places where an answer may have a code" },
        [SMS_OUTCOMES] = { "outcomes", RELANCED_TEXTS, "", 0, 0,
                "http: what codes mean: \"CODE … = KIND [SECONDS]\"" },
        [SMS_OPTIONS] = { NULL },
};

static void sms_close(void *state)
{
        Sms *sms = state;

        if (!sms)
                return;
        for (size_t i = 0; i < SMS_OPTIONS; i++)
                free(sms->values[i]);
        free(sms->basic);
        free(sms);
}

static void sms_closep(Sms **sms)
{
        sms_close(*sms);
}

static int number_of(const Sms *sms, SmsOption option)
{
        int value = 0;

        (void)parse_int(
                sms->values[option], (int)options[option].min, (int)options[option].max, &value);
        return value;
}

static int make_basic(Sms *sms)
{
        StrBuf pair = STRBUF_INIT, basic = STRBUF_INIT;

        strbuf_addf(&pair, "%s:%s", sms->values[SMS_USERNAME], sms->values[SMS_PASSWORD]);
        http_add_base64(&basic, strbuf_text(&pair), pair.length);
        strbuf_release(&pair);
        return strbuf_take(&basic, &sms->basic);
}

static int copy_values(Sms *sms, const struct relanced_value *values)
{
        for (size_t i = 0; i < SMS_OPTIONS; i++) {
                sms->values[i] = strdup(values[i].value);
                if (!sms->values[i])
                        return -ENOMEM;
        }
        return make_basic(sms);
}

/* An option that only the other kind of gateway knows does nothing: that is a mistake. */
static int check_strangers(const Sms *sms, StrBuf *fault)
{
        bool is_kannel = sms->provider == &sms_kannel;
        SmsOption first = is_kannel ? SMS_METHOD : SMS_SMSC;
        SmsOption end = is_kannel ? SMS_OPTIONS : SMS_METHOD;

        for (SmsOption i = first; i < end; i++) {
                if (streq(sms->values[i], options[i].preset))
                        continue;
                strbuf_addf(fault, "%s means nothing with provider = \"%s\"", options[i].name,
                        sms->provider->name);
                return -EINVAL;
        }
        return 0;
}

static int check_values(Sms *sms, StrBuf *fault)
{
        for (size_t i = 0; i < ELEMENTSOF(providers); i++)
                if (streq(sms->values[SMS_PROVIDER], providers[i]->name))
                        sms->provider = providers[i];
        if (!sms->provider) {
                strbuf_addf(fault, "provider \"%s\" is not known: kannel or http",
                        sms->values[SMS_PROVIDER]);
                return -EINVAL;
        }
        const char *url_fault = http_url_fault(sms->values[SMS_URL], sms->settings.is_insecure);
        if (url_fault) {
                strbuf_addf(fault, "url %s", url_fault);
                return -EINVAL;
        }
        const char *trust_fault = http_ca_file_fault(sms->values[SMS_CA_FILE]);
        if (trust_fault) {
                strbuf_addf(fault, "ca_file: %s: %s", sms->values[SMS_CA_FILE], trust_fault);
                return -EINVAL;
        }
        int r = check_strangers(sms, fault);
        return r == 0 ? sms->provider->open(sms, fault) : r;
}

static int sms_open(const struct relanced_value *values, void **state, const char **error)
{
        static char problem[512];
        _cleanup_(sms_closep) Sms *sms = calloc(1, sizeof(*sms));
        StrBuf fault = STRBUF_INIT;

        *error = "there is not enough memory";
        if (!sms || copy_values(sms, values) < 0)
                return -ENOMEM;
        sms->max_parts = number_of(sms, SMS_MAX_PARTS);
        sms->settings = (HttpSettings){
                .timeout_s = (unsigned)number_of(sms, SMS_TIMEOUT_S),
                .in_flight = (unsigned)number_of(sms, SMS_IN_FLIGHT),
                .is_insecure = streq(sms->values[SMS_INSECURE], "true"),
                .ca_file = sms->values[SMS_CA_FILE],
        };
        int r = check_values(sms, &fault);
        if (fault.length > 0) {
                (void)snprintf(problem, sizeof(problem), "%s", strbuf_text(&fault));
                *error = problem;
        }
        strbuf_release(&fault);
        if (r == 0)
                *state = TAKE_PTR(sms);
        return r;
}

/* E.164 */
static int sms_check_address(void *state, const char *address)
{
        size_t n = *address == '+' ? strspn(address + 1, "0123456789") : 0;

        return n >= 7 && n <= 15 && !address[n + 1] && address[1] != '0' ? 0 : -EINVAL;
}

static bool is_acceptable(const Sms *sms, const char *text, GsmSize size, HttpVerdict *verdict)
{
        verdict->outcome.kind = RELANCED_REFUSED_MESSAGE;
        if (gsm_is_blank(text))
                http_set_detail(verdict, "the text is empty");
        else if (size.parts > (size_t)sms->max_parts)
                http_set_detail(verdict, "the text needs %zu parts, %d at most (max_parts)%s",
                        size.parts, sms->max_parts,
                        size.is_unicode ? "; a character outside the GSM alphabet halves them"
                                        : "");
        else
                return true;
        return false;
}

static int sms_ask(void *state, HttpExchange *exchange, HttpRequest *request, HttpVerdict *verdict)
{
        const Sms *sms = state;
        const struct relanced_message *message = exchange->message;
        GsmSize size = gsm_size(message->text);
        char notice[24];

        if (!is_acceptable(sms, message->text, size, verdict))
                return HTTP_DONE;
        (void)snprintf(notice, sizeof(notice), "%llu", (unsigned long long)message->notice);
        FillWords words = {
                .values = {
                        [WORD_TO] = message->to,
                        [WORD_TO_DIGITS] = message->to + (*message->to == '+'),
                        [WORD_TEXT] = message->text,
                        [WORD_FROM] = sms->values[SMS_FROM],
                        [WORD_USERNAME] = sms->values[SMS_USERNAME],
                        [WORD_PASSWORD] = sms->values[SMS_PASSWORD],
                        [WORD_TOKEN] = sms->values[SMS_TOKEN],
                        [WORD_BASIC] = sms->basic,
                        [WORD_NOTICE] = notice,
                        [WORD_MESSAGE_ID] = message->message_id,
                        [WORD_LANGUAGE] = message->language,
                },
                .is_unicode = size.is_unicode,
        };
        sms->provider->ask(sms, &words, request);
        request->is_irrevocable = true;
        return HTTP_SEND;
}

static int sms_judge(
        void *state, HttpExchange *exchange, const HttpReply *reply, HttpVerdict *verdict)
{
        const Sms *sms = state;

        sms->provider->judge(sms, reply, verdict);
        return HTTP_DONE;
}

static int sms_deliver(void *state, struct relanced_host *host)
{
        static const HttpProvider provider = { sms_ask, sms_judge };
        const Sms *sms = state;
        const char *const secrets[] = { sms->values[SMS_PASSWORD], sms->values[SMS_TOKEN],
                *sms->values[SMS_PASSWORD] ? sms->basic : "", NULL };

        return http_deliver(&provider, &sms->settings, secrets, state, host);
}

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "sms", "sends text messages by an SMS gateway",
        RELANCED_SMS, options, sms_open, sms_check_address, sms_deliver, NULL, sms_close, NULL };
