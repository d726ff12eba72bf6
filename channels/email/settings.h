/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_SETTINGS_H
#define RELANCED_EMAIL_SETTINGS_H

/* The options of an e-mail channel: their table, and their values once checked. */

#include <stdbool.h>

#include "base/strbuf.h"
#include "channels/channel.h"
#include "channels/email/mailbox.h"
#include "channels/email/mime.h"

extern const struct relanced_option settings_options[];

typedef struct Settings {
        const char *server;
        int port;
        bool has_tls;
        const char *username, *password; /* username "": no AUTH */
        const char *ca_file, *hello;     /* "" when not given */
        int timeout_s;                   /* of one answer; shorter than a silent worker may be */
        MimeSettings mime;
        char from[MAILBOX_SIZE], reply_to[MAILBOX_SIZE];
        char copy_to[MAILBOX_SIZE]; /* "": no copy */
} Settings;

/* Values as open() gets them, which must outlive the settings. 0; -EINVAL and a sentence in
 * problem. */
int settings_read(const struct relanced_value *values, Settings *ret, StrBuf *problem);

#endif
