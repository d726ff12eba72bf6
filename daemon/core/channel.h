/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_CHANNEL_H
#define RELANCED_CORE_CHANNEL_H

/* The configured ways out, and the routes of a step through them, as decide() sees them. */

#include "core/account.h"
#include "core/calendar.h"

#define CHANNELS_MAX 32
#define ROUTES_MAX 8       /* routes of a step */
#define ALTERNATIVES_MAX 4 /* channels of a route */

/* The form of a message: which text it carries and which manners bind it. */
typedef enum Form {
        FORM_EMAIL,
        FORM_SMS,
        FORM_WHATSAPP,
        FORM_EVENT
} Form;

typedef struct Channel {
        const char *name;
        Form form;             /* SMS and WhatsApp keep the customer's night (R5) */
        AddressColumn address; /* ADDRESS_NONE: needs none (a hook) */
        const Window *window;  /* its own sending window, or NULL: the creditor's */
} Channel;

/* Alternatives in order: indices into Rulebook.channels. */
typedef struct Route {
        unsigned n_channels;
        unsigned char channels[ALTERNATIVES_MAX];
} Route;

#endif
