/* SPDX-License-Identifier: MIT */
/*
 * Owns what may be configured of an e-mail channel, and the sentences for what may not: a password
 * in clear text to another machine, a server that libESMTP cannot be told, an address that is none.
 * No network: a server that is not there is found out later.
 */

#include "channels/email/settings.h"

#include <arpa/inet.h>
#include <errno.h>

#include "base/macros.h"
#include "base/parse.h"

/* In the table's order, which is that of the values. */
enum {
        SERVER,
        PORT,
        TLS,
        USERNAME,
        PASSWORD,
        FROM,
        FROM_NAME,
        REPLY_TO,
        COPY_TO,
        CA_FILE,
        HELLO,
        TIMEOUT_S
};

const struct relanced_option settings_options[] = {
        [SERVER] = { "server", RELANCED_NETWORK, "localhost", 0, 0,
                "mail server that takes the mails on: its name or IPv4 address" },
        [PORT] = { "port", RELANCED_INTEGER, "25", 1, 65535,
                "its port: 25 on this machine, 587 at a provider" },
        [TLS] = { "tls", RELANCED_TEXT, "starttls", 0, 0,
                "\"starttls\": never without a verified certificate; \"none\": clear text" },
        [USERNAME] = { "username", RELANCED_TEXT, "", 0, 0, "to log in with; empty: no login" },
        [PASSWORD] = { "password", RELANCED_SECRET, "", 0, 0, "of the username" },
        [FROM] = { "from", RELANCED_TEXT, "=email", 0, 0, "sender; bounces go there too" },
        [FROM_NAME] = { "from_name", RELANCED_TEXT, "=name", 0, 0, "name beside the sender" },
        [REPLY_TO] = { "reply_to", RELANCED_TEXT, "", 0, 0, "where answers go, if not to from" },
        [COPY_TO] = { "copy_to", RELANCED_TEXT, "=copy_to", 0, 0,
                "gets an archive copy of every mail, unseen by the customer" },
        [CA_FILE] = { "ca_file", RELANCED_TEXT, "", 0, 0,
                "certificates (PEM) to trust beside the system's; an absolute path" },
        [HELLO] = { "hello", RELANCED_TEXT, "", 0, 0,
                "name this machine gives itself (EHLO); empty: its host name" },
        [TIMEOUT_S] = { "timeout_s", RELANCED_INTEGER, "60", 1, 3600,
                "seconds an answer of the server may take" },
        { NULL },
};

static bool is_printable(const char *text)
{
        for (; *text; text++)
                if (*text <= 0x20 || *text >= 0x7f)
                        return false;
        return true;
}

/* Whether what is said to it leaves this machine. */
static bool is_loopback(const char *server)
{
        struct in_addr address;

        if (strcasecmp(server, "localhost") == 0)
                return true;
        return inet_pton(AF_INET, server, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static int read_server(const struct relanced_value *values, Settings *settings, StrBuf *problem)
{
        const char *server = values[SERVER].value;

        if (strchr(server, ':'))
                strbuf_addf(problem,
                        "server: %s: give a name or an IPv4 address alone; the port is an option "
                        "of its own, and an IPv6 server needs a name (/etc/hosts will do)",
                        server);
        else if (!*server || strlen(server) > 253 || !is_printable(server) ||
                 strpbrk(server, "/@<>\""))
                strbuf_addf(problem, "server: \"%s\" is not the name of a server", server);
        if (parse_int(values[PORT].value, 1, 65535, &settings->port) < 0)
                strbuf_add(problem, "port: must be between 1 and 65535");
        else if (settings->port == 465)
                strbuf_add(problem,
                        "port: 465 wants TLS from the first byte on, which is not offered; use "
                        "port = 587 with tls = \"starttls\": the same server has it");
        settings->server = server;
        return problem->length > 0 ? -EINVAL : 0;
}

static int read_safety(const struct relanced_value *values, Settings *settings, StrBuf *problem)
{
        const char *tls = values[TLS].value;

        settings->has_tls = streq(tls, "starttls");
        settings->username = values[USERNAME].value;
        settings->password = values[PASSWORD].value;
        settings->ca_file = values[CA_FILE].value;
        if (!settings->has_tls && !streq(tls, "none"))
                strbuf_addf(problem, "tls: must be \"starttls\" or \"none\", not \"%s\"", tls);
        else if (*settings->username && !*settings->password)
                strbuf_add(problem, "password: is missing, there is a username");
        else if (*settings->password && !*settings->username)
                strbuf_add(problem, "username: is missing, there is a password");
        else if (*settings->username && !settings->has_tls && !is_loopback(settings->server))
                strbuf_addf(problem,
                        "tls: \"none\" would show the password to whoever listens on the way to "
                        "%s; use tls = \"starttls\"",
                        settings->server);
        else if (*settings->ca_file && !settings->has_tls)
                strbuf_add(problem, "ca_file: is of no use with tls = \"none\"");
        else if (*settings->ca_file && settings->ca_file[0] != '/')
                strbuf_addf(problem, "ca_file: %s: must be an absolute path", settings->ca_file);
        return problem->length > 0 ? -EINVAL : 0;
}

static void read_address(
        const struct relanced_value *value, char ret_wire[static MAILBOX_SIZE], StrBuf *problem)
{
        const char *fault = *value->value ? mailbox_encode(value->value, ret_wire) : NULL;

        if (fault && problem->length == 0)
                strbuf_addf(problem, "%s: %s is not an e-mail address: %s", value->name,
                        value->value, fault);
}

static int read_persons(const struct relanced_value *values, Settings *settings, StrBuf *problem)
{
        read_address(&values[FROM], settings->from, problem);
        read_address(&values[REPLY_TO], settings->reply_to, problem);
        read_address(&values[COPY_TO], settings->copy_to, problem);
        if (!*values[FROM].value)
                strbuf_add(problem, "from: is missing, and the creditor has no email either");
        const char *name = values[FROM_NAME].value;
        if (strlen(name) > 200 || !mime_is_header(name) || strstr(name, "=?"))
                strbuf_add(problem, "from_name: must be one line of at most 200 bytes");
        settings->mime = (MimeSettings){
                .from = settings->from,
                .from_name = name,
                .reply_to = settings->reply_to,
        };
        return problem->length > 0 ? -EINVAL : 0;
}

int settings_read(const struct relanced_value *values, Settings *ret, StrBuf *problem)
{
        int timeout_s;

        *ret = (Settings){ .hello = values[HELLO].value };
        if (read_server(values, ret, problem) < 0 || read_safety(values, ret, problem) < 0 ||
                read_persons(values, ret, problem) < 0)
                return -EINVAL;
        if (strlen(ret->hello) > 253 || !is_printable(ret->hello)) {
                strbuf_addf(problem, "hello: \"%s\" is not the name of a machine", ret->hello);
                return -EINVAL;
        }
        if (parse_int(values[TIMEOUT_S].value, 1, 3600, &timeout_s) < 0) {
                strbuf_add(problem, "timeout_s: must be between 1 and 3600");
                return -EINVAL;
        }
        /* The module gives up before the daemon gives it up. */
        ret->timeout_s = MAX(1, timeout_s * 4 / 5);
        return 0;
}
