/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CHANNEL_H
#define RELANCED_CHANNEL_H

/*
 * The channel module: how a message leaves. Plain C99, also compiles as C++.
 *
 * A module is a shared object that uses RELANCED_CHANNEL once. relanced loads it in a worker
 * process of its own, which has no database, knows the channel's options alone and dies with the
 * daemon. The code is plain and blocking; it may hang or crash: the daemon ends the worker and
 * knows precisely which messages had begun. open() is called, deliver() once, close(). It pulls:
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

#define RELANCED_CHANNEL_ABI 2U

/* What a channel's option is. The last three also say what its worker may touch. */
/* clang-format off */
enum relanced_option_type {
        RELANCED_TEXT, RELANCED_INTEGER, RELANCED_BOOLEAN,
        RELANCED_TEXTS,     /* a list of texts; arrives as one line for each */
        RELANCED_SECRET,    /* a credential or a closed file; arrives as its content */
        RELANCED_DIRECTORY, /* a folder it writes into; made before open() if missing */
        RELANCED_PROGRAM,   /* a program it runs */
        RELANCED_NETWORK    /* a host name or URL it talks to */
};
/* clang-format on */

/* The table ends with an option whose name is NULL. One that is named as a key of every channel
 * (timeout_s, in_flight) takes that key's value. The default is text; NULL: must be given;
 * "=email": as the creditor's (name, email, phone, country, copy_to). */
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

/* Lives until finished. Texts are UTF-8 without control characters but newline in text. */
struct relanced_message {
        uint64_t notice;         /* its id: stable over retries, unique in the creditor's log */
        unsigned attempt;        /* 1, 2, … */
        const char *to;          /* as check_address() accepted it; "" where none is needed */
        const char *language;    /* "fr" */
        const char *subject;     /* one line, "" where the form has none */
        const char *text, *html; /* html may be NULL */
        const char *message_id;  /* without <>: the same for every attempt */
        int64_t date;            /* seconds since 1970: the same for every attempt */
        const struct relanced_attachment *attachments;
        size_t n_attachments;
        const char *template_name; /* the folder of its texts: "remind"; "test" */
        /* Of a WhatsApp text: the variables its template may use, one line each; else NULL. */
        const struct relanced_value *fields;
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

/* clang-format off */
enum relanced_level { /* as in syslog.h */
        RELANCED_ERROR = 3, RELANCED_WARNING = 4, RELANCED_INFO = 6, RELANCED_DEBUG = 7
};

/* The form of text a channel carries: chooses the template, and the manners of DESIGN R5. */
enum relanced_form {
        RELANCED_ANY, RELANCED_EMAIL, RELANCED_SMS, RELANCED_WHATSAPP, RELANCED_EVENT
};
/* clang-format on */

/* What the worker offers a module. Not to be called from several threads at once. */
struct relanced_host {
        /* 1: *message is the module's until finished. 0: none within ms (-1: for ever).
         * < 0: no more will come; finish what was taken and return. */
        int (*next)(struct relanced_host *host, const struct relanced_message **message, int ms);
        /* Optional, returns at once: begin() of this message comes within milliseconds, so that
         * several wait for the disk together; and whether begin() would now answer at once. */
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
};

/* Once per module, at file scope: RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "file", … }; */
extern const struct relanced_channel relanced_channel __attribute__((visibility("default")));
#define RELANCED_CHANNEL const struct relanced_channel relanced_channel

#ifdef __cplusplus
}
#endif

#endif
