/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SMS_H
#define RELANCED_SMS_H

/* What the files of the sms module share: its options, and what a kind of gateway is. */

#include "channels/http/http.h"
#include "channels/sms/fill.h"

/* In the order of the table of options. */
typedef enum SmsOption {
        SMS_PROVIDER,
        SMS_URL,
        SMS_USERNAME,
        SMS_PASSWORD,
        SMS_TOKEN,
        SMS_FROM,
        SMS_MAX_PARTS,
        SMS_INSECURE,
        SMS_CA_FILE,
        SMS_TIMEOUT_S,
        SMS_IN_FLIGHT,
        SMS_SMSC,
        SMS_DLR_URL,
        SMS_DLR_MASK,
        SMS_METHOD,
        SMS_HEADERS,
        SMS_BODY,
        SMS_SUCCESS,
        SMS_REFERENCE,
        SMS_ERROR,
        SMS_OUTCOMES,
        SMS_OPTIONS
} SmsOption;

typedef struct SmsProvider SmsProvider;

typedef struct Sms {
        const SmsProvider *provider;
        char *values[SMS_OPTIONS];
        char *basic; /* base64 of username:password */
        int max_parts;
        FillPlace body_place;
        HttpSettings settings;
} Sms;

/* A kind of gateway. All of it pure. */
struct SmsProvider {
        const char *name;
        /* Checks its options. 0; -EINVAL and *ret_fault, -ENOMEM. */
        int (*open)(Sms *sms, StrBuf *fault);
        /* The one request of a message. */
        void (*ask)(const Sms *sms, const FillWords *words, HttpRequest *request);
        void (*judge)(const Sms *sms, const HttpReply *reply, HttpVerdict *verdict);
};

extern const SmsProvider sms_kannel;  /* kannel.c: Kannel's sendsms */
extern const SmsProvider sms_gateway; /* gateway.c: any, by configuration */

#endif
