/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_WHATSAPP_CLOUD_H
#define RELANCED_WHATSAPP_CLOUD_H

/* Meta's Cloud API as a provider of channels/http: a document is uploaded first, which sends
 * nothing to anybody, then the message is asked for. */

#include "channels/http/http.h"
#include "channels/whatsapp/mapping.h"

typedef struct Cloud {
        const char *url, *phone_id, *token; /* borrowed; the URL without a slash at its end */
        Mappings mappings;
        struct relanced_host *host; /* while it delivers */
} Cloud;

/* Its state is a Cloud. */
extern const HttpProvider cloud_provider;

#endif
