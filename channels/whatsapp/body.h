/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_WHATSAPP_BODY_H
#define RELANCED_WHATSAPP_BODY_H

/* What Meta is asked for, as JSON (POST /{phone_id}/messages of the Cloud API, v23.0). */

#include "channels/channel.h"
#include "channels/whatsapp/mapping.h"

enum {
        BODY_MADE = 0,
        BODY_REFUSED = 1 /* the message cannot be put into its template; the problem says why */
};

/* A message and what it is sent as. */
typedef struct Draft {
        const struct relanced_message *message;
        const Mapping *mapping; /* NULL: free text, as to who has just written */
        const char *code;       /* of the language, at Meta */
        const struct relanced_attachment *document; /* the header, or what the text is under */
        const char *media_id;                       /* of the document; "" before it is uploaded */
} Draft;

/* Whether a message's text, or the one under its document, is no longer than Meta takes. */
bool body_text_fits(const char *text, bool has_document);

/* BODY_MADE and the body added; BODY_REFUSED and a sentence in problem; -ENOMEM. */
int body_make(const Draft *draft, StrBuf *body, StrBuf *problem);

#endif
