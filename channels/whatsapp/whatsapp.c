/* SPDX-License-Identifier: MIT */
/*
 * The channel whatsapp: template messages by Meta's Cloud API (v23.0). Meta lets a firm write first
 * only in texts that it approved before, so that the option templates says which of them stands for
 * which message (mapping.h). Owns the options and the module's life; how messages leave is cloud.c
 * and channels/http. The token is in no text that leaves.
 */

#include <errno.h>
#include <stdio.h>

#include "base/parse.h"
#include "channels/whatsapp/cloud.h"

/* The same order as the table below. */
enum {
        OPTION_PROVIDER,
        OPTION_PHONE_ID,
        OPTION_TOKEN,
        OPTION_TEMPLATES,
        OPTION_LANGUAGES,
        OPTION_URL,
        OPTION_INSECURE,
        OPTION_CA_FILE,
        OPTION_TIMEOUT_S,
        OPTION_IN_FLIGHT,
};

static const struct relanced_option options[] = {
        { "provider", RELANCED_TEXT, "cloud", 0, 0, "who takes the messages: cloud, Meta itself" },
        { "phone_id", RELANCED_TEXT, NULL, 0, 0,
                "the sending number's id at Meta, digits: not the number itself" },
        { "token", RELANCED_SECRET, NULL, 0, 0,
                "access token of a system user with whatsapp_business_messaging" },
        { "templates", RELANCED_TEXTS, "", 0, 0,
                "what Meta approved, such as \"remind = payment_reminder(customer.name, total)\"" },
        { "languages", RELANCED_TEXTS, "", 0, 0,
                "a language's code at Meta where it has another: \"en = en_US\"" },
        { "url", RELANCED_NETWORK, "https://graph.facebook.com/v23.0", 0, 0,
                "where the API is, with its version" },
        { "insecure", RELANCED_BOOLEAN, "false", 0, 0,
                "allow http:// to another machine: texts and token can be read on the way" },
        { "ca_file", RELANCED_TEXT, "", 0, 0,
                "certificates (PEM) to trust beside the system's; an absolute path" },
        { "timeout_s", RELANCED_INTEGER, "60", 1, 3600,
                "seconds a request may take, its answer included" },
        { "in_flight", RELANCED_INTEGER, "8", 1, 64, "requests under way at once" },
        { NULL },
};

typedef struct WhatsApp {
        HttpSettings settings;
        Cloud cloud;
        char *url, *token, *ca_file, *phone_id;
} WhatsApp;

static void whatsapp_free(WhatsApp *whatsapp)
{
        if (!whatsapp)
                return;
        mappings_release(&whatsapp->cloud.mappings);
        if (whatsapp->token)
                explicit_bzero(whatsapp->token, strlen(whatsapp->token));
        free(whatsapp->token);
        free(whatsapp->url);
        free(whatsapp->ca_file);
        free(whatsapp->phone_id);
        free(whatsapp);
}

DEFINE_CLEANUP(WhatsApp, whatsapp_free)

static bool consists_of(const char *text, const char *letters)
{
        return *text && text[strspn(text, letters)] == '\0';
}

/* It stands in a header. */
static bool is_token(const char *text)
{
        if (!*text)
                return false;
        for (; *text; text++)
                if (*text <= ' ' || *text > '~')
                        return false;
        return true;
}

/* NULL, or what is wrong with a value by itself (static). */
static const char *value_fault(const struct relanced_value *values)
{
        const char *url = values[OPTION_URL].value;

        if (!streq(values[OPTION_PROVIDER].value, "cloud"))
                return "provider: only \"cloud\" is known";
        if (!consists_of(values[OPTION_PHONE_ID].value, "0123456789"))
                return "phone_id must be digits: the id that Meta shows beside the number";
        if (!is_token(values[OPTION_TOKEN].value))
                return "token must be one line without blanks";
        if (strpbrk(url, "?# \t\n"))
                return "url must end with the API's version, without ? or #";
        return NULL;
}

/* Of the table's bounds, which the host has checked. */
static unsigned number_of(const struct relanced_value *values, int option)
{
        int value = (int)options[option].min;

        (void)parse_int(values[option].value, value, (int)options[option].max, &value);
        return (unsigned)value;
}

static int copy_values(WhatsApp *whatsapp, const struct relanced_value *values)
{
        size_t length = strlen(values[OPTION_URL].value);

        while (length > 0 && values[OPTION_URL].value[length - 1] == '/')
                length--;
        whatsapp->url = strndup(values[OPTION_URL].value, length);
        whatsapp->token = strdup(values[OPTION_TOKEN].value);
        whatsapp->ca_file = strdup(values[OPTION_CA_FILE].value);
        whatsapp->phone_id = strdup(values[OPTION_PHONE_ID].value);
        if (!whatsapp->url || !whatsapp->token || !whatsapp->ca_file || !whatsapp->phone_id)
                return -ENOMEM;
        whatsapp->settings = (HttpSettings){
                .timeout_s = number_of(values, OPTION_TIMEOUT_S),
                .in_flight = number_of(values, OPTION_IN_FLIGHT),
                .is_insecure = streq(values[OPTION_INSECURE].value, "true"),
                .ca_file = whatsapp->ca_file,
        };
        whatsapp->cloud.url = whatsapp->url;
        whatsapp->cloud.phone_id = whatsapp->phone_id;
        whatsapp->cloud.token = whatsapp->token;
        return 0;
}

/* 0; -EINVAL and a sentence about what is wrong; -ENOMEM. */
static int take_values(WhatsApp *whatsapp, const struct relanced_value *values, StrBuf *sentence)
{
        const char *fault = value_fault(values);

        if (fault) {
                strbuf_add(sentence, fault);
                return -EINVAL;
        }
        int r = copy_values(whatsapp, values);
        if (r < 0)
                return r;
        fault = http_url_fault(whatsapp->url, whatsapp->settings.is_insecure);
        if (fault) {
                strbuf_addf(sentence, "url %s", fault);
                return -EINVAL;
        }
        fault = http_ca_file_fault(whatsapp->ca_file);
        if (fault) {
                strbuf_addf(sentence, "ca_file: %s: %s", whatsapp->ca_file, fault);
                return -EINVAL;
        }
        return mappings_parse(values[OPTION_TEMPLATES].value, values[OPTION_LANGUAGES].value,
                &whatsapp->cloud.mappings, sentence);
}

static int whatsapp_open(const struct relanced_value *values, void **state, const char **error)
{
        static char problem[512]; /* one channel a process */
        _cleanup_(whatsapp_freep) WhatsApp *whatsapp = calloc(1, sizeof(*whatsapp));
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        int r = whatsapp ? take_values(whatsapp, values, &sentence) : -ENOMEM;

        if (r < 0) {
                (void)snprintf(problem, sizeof(problem), "%s",
                        r == -EINVAL ? strbuf_text(&sentence) : strerror(-r));
                *error = problem;
                return r;
        }
        *state = TAKE_PTR(whatsapp);
        return 0;
}

/* E.164: +, a country's code, 7 to 15 digits in all. */
static int whatsapp_check_address(void *state, const char *address)
{
        size_t length = strlen(address);

        return address[0] == '+' && length >= 8 && length <= 16 && address[1] != '0' &&
                               consists_of(address + 1, "0123456789")
                       ? 0
                       : -1;
}

static int whatsapp_deliver(void *state, struct relanced_host *host)
{
        WhatsApp *whatsapp = state;
        const char *const secrets[] = { whatsapp->token, NULL };

        whatsapp->cloud.host = host;
        return http_deliver(&cloud_provider, &whatsapp->settings, secrets, &whatsapp->cloud, host);
}

static void whatsapp_close(void *state)
{
        whatsapp_free(state);
}

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "whatsapp", "sends template messages by WhatsApp",
        RELANCED_WHATSAPP, options, whatsapp_open, whatsapp_check_address, whatsapp_deliver, NULL,
        whatsapp_close, NULL };
