/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CHANNEL_H
#define RELANCED_CHANNEL_H

/*
 * The channel module: how a message leaves. Plain C99, also compiles as C++.
 *
 * A module is a shared object that uses RELANCED_CHANNEL once; relanced-channel(3) tells more of
 * all that is here. relanced loads it in a worker process of its own, which knows the channel's
 * options alone; it may block, hang or crash. open() is called, deliver() once, close(). It pulls:
 *
 *         while (host->next(host, &message, -1) > 0) {
 *                 … everything that can be taken back …
 *                 if (host->begin(host, message) < 0)
 *                         … outcome.kind = RELANCED_RETRY …
 *                 else
 *                         … the act that cannot be taken back …
 *                 host->finish(host, message, &outcome);
 *         }
 *
 * Every message taken is finished exactly once. See channels/file for the smallest useful module.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RELANCED_CHANNEL_ABI 3U

/* clang-format off */
/* What a channel's option is. The last three also say what its worker may touch. */
enum relanced_option_type {
        RELANCED_TEXT, RELANCED_INTEGER, RELANCED_BOOLEAN,
        RELANCED_TEXTS,     /* a list of texts; arrives as one line for each */
        RELANCED_SECRET,    /* a credential or a closed file; arrives as its content */
        RELANCED_DIRECTORY, /* a folder it writes into; made before open() if missing */
        RELANCED_PROGRAM,   /* a program it runs */
        RELANCED_NETWORK    /* a host name or URL it talks to */
};

/* The form of text a channel carries: chooses the template, and the manners of DESIGN R5. */
enum relanced_form {
        RELANCED_ANY, RELANCED_EMAIL, RELANCED_SMS, RELANCED_WHATSAPP, RELANCED_EVENT
};

enum relanced_level { /* as in syslog.h */
        RELANCED_ERROR = 3, RELANCED_WARNING = 4, RELANCED_INFO = 6, RELANCED_DEBUG = 7
};
/* clang-format on */

/* The table ends with an option whose name is NULL. The default is text; NULL: must be given;
 * "=email": as the creditor's. */
struct relanced_option {
        const char *name;
        enum relanced_option_type type;
        const char *preset;
        int64_t min, max; /* of an integer, both inclusive */
        const char *help; /* one line: what it does, its unit */
};

/* An option's value as text, checked against the table, defaults filled in; a path is absolute.
 * The list has the table's order and ends with a name of NULL. */
struct relanced_value {
        const char *name, *value;
};

struct relanced_attachment {
        const char *name, *type; /* as the recipient sees it; "application/pdf" */
        int fd;                  /* open for reading, at its beginning; the host closes it */
        int64_t size;            /* bytes */
};

/* Lives until finished; all but attempt is the same for every attempt. Texts are UTF-8 without
 * control characters but newline in text, html and payment_code. */
struct relanced_message {
        uint64_t notice;         /* its id: stable over retries, unique in the creditor's log */
        unsigned attempt;        /* 1, 2, … */
        const char *to;          /* as check_address() accepted it; "" where none is needed */
        const char *cc;          /* of an e-mail: more addresses, unchecked, by comma; or "" */
        const char *language;    /* "fr" */
        const char *subject;     /* one line, "" where the form has none */
        const char *text, *html; /* html may be NULL */
        const char *message_id;  /* without <> */
        const char *references;  /* those of earlier mails on this matter, oldest first, by blank */
        int64_t date;            /* seconds since 1970 */
        const struct relanced_attachment *attachments;
        size_t n_attachments;
        const char *template_name;           /* the folder of its texts: "remind"; "test" */
        const struct relanced_value *fields; /* what a WhatsApp template may name, or NULL */
        const char *payment_code; /* what a QR code to pay by says (EPC069-12), or NULL */
        int may_chat; /* the recipient wrote by this channel a short while ago (WhatsApp) */
};

enum relanced_outcome_kind {
        RELANCED_SENT,            /* accepted by whoever takes it on */
        RELANCED_RETRY,           /* surely not sent; may be tried again */
        RELANCED_REFUSED_ADDRESS, /* surely not sent, and never to this address */
        RELANCED_REFUSED_MESSAGE, /* surely not sent; this text never will be */
        RELANCED_CHANNEL_DOWN, /* surely not sent; a person must act first: password, credit … */
        RELANCED_UNCERTAIN     /* may have been sent */
};

struct relanced_outcome {
        enum relanced_outcome_kind kind;
        unsigned retry_after_s; /* of RETRY and CHANNEL_DOWN; 0: the daemon's own back-off */
        const char *reference;  /* the gateway's id, or NULL; copied */
        const char *detail;     /* for a person: what was answered, no secret; or NULL; copied */
};

/* What the worker offers a module. Not to be called from several threads at once. */
struct relanced_host {
        /* 1: *message is the module's until finished. 0: none within ms (-1: for ever).
         * < 0: no more will come; finish what was taken and return. */
        int (*next)(struct relanced_host *host, const struct relanced_message **message, int ms);
        /* Optional: begin() of it comes within milliseconds; whether that would answer at once. */
        void (*ask)(struct relanced_host *host, const struct relanced_message *message);
        int (*is_answered)(struct relanced_host *host, const struct relanced_message *message);
        /* Asked right before the first act that cannot be taken back. 0: go. < 0: this message
         * must not leave; finish it with any "surely not sent" kind. At most once a message. */
        int (*begin)(struct relanced_host *host, const struct relanced_message *message);
        /* Once for each message taken, from whatever point it got to. */
        void (*finish)(struct relanced_host *host, const struct relanced_message *message,
                const struct relanced_outcome *outcome);
        /* To the daemon's log; name no customer, amount or secret above debug level. */
        void (*log)(struct relanced_host *host, enum relanced_level level, const char *text);
        int fd; /* to wait for beside sockets of one's own, after next() of 0 ms gave none */
};

struct relanced_channel {
        uint32_t abi; /* first, and matched exactly */
        const char *name, *help;
        enum relanced_form form; /* RELANCED_ANY: as the configured channel's name or address */
        const struct relanced_option *options;
        /* No network. 0 and *state; else *error (static or strdup'ed, never freed) says why. */
        int (*open)(const struct relanced_value *values, void **state, const char **error);
        /* Pure. 0, or < 0: this address can never be written to. NULL: any will do. */
        int (*check_address)(void *state, const char *address);
        /* Returns when next() gives < 0, or earlier with < 0 when it cannot go on. */
        int (*deliver)(void *state, struct relanced_host *host);
        /* One inbound callback's body → the outcome it tells of (pure). < 0: not understood. */
        int (*receipt)(void *state, const char *body, size_t length, uint64_t *notice,
                struct relanced_outcome *outcome);
        void (*close)(void *state); /* NULL: nothing to close */
        /* Pure: the bytes that deliver() would send, malloc'ed. < 0: none. NULL: none to show. */
        int (*render)(void *state, const struct relanced_message *message, char **ret,
                size_t *ret_length);
};

/* Once per module, at file scope: RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "file", … }; */
extern const struct relanced_channel relanced_channel __attribute__((visibility("default")));
#define RELANCED_CHANNEL const struct relanced_channel relanced_channel

#ifdef __cplusplus
}
#endif

#endif
