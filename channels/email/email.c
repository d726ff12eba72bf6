/* SPDX-License-Identifier: MIT */
/*
 * The channel for e-mail: the module's border with the host. Mail goes to one configured server, by
 * libESMTP. What it sends is in mime.c, how in session.c, what an answer means in verdict.c.
 */
#include <errno.h>

#include "base/macros.h"
#include "channels/channel.h"
#include "channels/email/session.h"

typedef struct Email {
        Settings settings;
        Tls *tls;
} Email;

static void email_close(void *state)
{
        Email *email = state;

        if (!email)
                return;
        tls_free(email->tls);
        free(email);
}

static int email_open(const struct relanced_value *values, void **state, const char **error)
{
        StrBuf problem = STRBUF_INIT;
        Email *email = calloc(1, sizeof(*email));
        int r = email ? settings_read(values, &email->settings, &problem) : -ENOMEM;

        if (r == 0 && email->settings.has_tls)
                r = tls_new(email->settings.server, email->settings.ca_file, &email->tls, &problem);
        if (r == 0) {
                session_start();
                mime_start();
                *state = email;
                return 0;
        }
        char *text;
        bool is_said = problem.length > 0 && strbuf_take(&problem, &text) == 0;
        *error = is_said ? text : strerror(-r);
        email_close(email);
        return -1;
}

static int email_check_address(void *state, const char *address)
{
        char wire[MAILBOX_SIZE];

        (void)state;
        return mailbox_encode(address, wire) ? -EINVAL : 0;
}

static int email_render(
        void *state, const struct relanced_message *message, char **ret, size_t *ret_length)
{
        Email *email = state;
        StrBuf mail = STRBUF_INIT;
        Envelope envelope;

        if (envelope_address(message, &envelope))
                return -EINVAL;
        int r = mime_build(&email->settings.mime, message, &envelope, &mail);
        size_t length = mail.length;
        if (r == 0)
                r = strbuf_take(&mail, ret);
        if (r == 0)
                *ret_length = length;
        strbuf_release(&mail);
        return r;
}

static int email_deliver(void *state, struct relanced_host *host)
{
        Email *email = state;
        Courier courier = { .settings = &email->settings, .tls = email->tls, .host = host };

        while (!courier.is_over || courier.queue) {
                Letter *letter = courier_take(&courier, -1);
                if (letter)
                        session_run(&courier, letter);
        }
        return 0;
}

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "email", "sends e-mail through a mail server (SMTP)",
        RELANCED_EMAIL, settings_options, email_open, email_check_address, email_deliver, NULL,
        email_close, email_render };
