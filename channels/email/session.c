/* SPDX-License-Identifier: MIT */
/*
 * Owns a libESMTP session: what is set before it, its events, and what its end means. The library
 * reports little (a failed handshake is "success" with nothing sent), so its monitor is read along
 * (dialogue.h) and the first thing that goes wrong is kept. New letters are added to the library's
 * list while it works through it: a connection lasts as long as there is work. Letters that did not
 * begin are never lost: they go to the next session, or back to the daemon.
 */

#include "channels/email/session.h"

#include <arpa/inet.h>
#include <auth-client.h>
#include <errno.h>
#include <libesmtp.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "channels/email/transfer.h"

#define IDLE_MS 100 /* a connection without work is kept so long */
#define DESCRIPTORS_MAX 65536
#define TICKETS_MAX 16384 /* bytes of TLS that come without being asked for */

void session_start(void)
{
        auth_client_init();
        /* A server that hangs up is no reason to die. */
        (void)signal(SIGPIPE, SIG_IGN);
        /* libESMTP looks there for a certificate of ours, and does without TLS where it may not
         * look: a service has no home. */
        (void)setenv("HOME", "/nonexistent", 1);
        (void)unsetenv("XDG_CONFIG_DIR");
}

void session_log(Session *session, const char *format, ...)
{
        StrBuf text = STRBUF_INIT;
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&text, format, arguments);
        va_end(arguments);
        session->courier->host->log(session->courier->host, RELANCED_DEBUG, strbuf_text(&text));
        strbuf_release(&text);
}

void session_fault(Session *session, enum relanced_outcome_kind kind, const char *format, ...)
{
        va_list arguments;

        if (session->is_faulty)
                return;
        session->is_faulty = true;
        session->fault_kind = kind;
        va_start(arguments, format);
        strbuf_vaddf(&session->fault, format, arguments);
        va_end(arguments);
}

void session_cut(Session *session)
{
        if (session->fd >= 0)
                (void)shutdown(session->fd, SHUT_RDWR);
}

/* A TLS 1.3 server sends tickets behind the handshake. The library would take them for the reply
 * to EHLO and wait for the rest of it, with EHLO still in its buffer: until that is written, bytes
 * that come in are not to wake it. */
void session_hear_from(Session *session, int bytes)
{
        session->is_deaf = bytes > 1;
        if (session->fd >= 0)
                (void)setsockopt(session->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
}

/* The library writes 2 KiB at a time: a message then is one segment instead of six. */
void session_hold_back(Session *session, bool is_held)
{
        if (session->fd >= 0)
                (void)setsockopt(
                        session->fd, IPPROTO_TCP, TCP_CORK, &(int){ is_held }, sizeof(int));
}

/* The library hides its socket: it is the only TCP connection of this process. -1: not found. */
static int find_connection(void)
{
        for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
                struct sockaddr_storage peer;
                socklen_t length = sizeof(peer);
                if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0 &&
                        (peer.ss_family == AF_INET || peer.ss_family == AF_INET6))
                        return fd;
        }
        return -1;
}

static void on_alarm(int signal)
{
        (void)signal; /* connect() ends with EINTR: that is all */
}

/* connect() knows no time limit. Only there may a signal come: it would make the library drop what
 * it is writing. seconds 0: no more. */
static void limit_connect(int seconds)
{
        struct sigaction action = { .sa_handler = seconds ? on_alarm : SIG_IGN };
        struct itimerval timer = { { seconds ? 1 : 0, 0 }, { seconds, 0 } };
        sigset_t alarm;

        (void)sigemptyset(&alarm);
        (void)sigaddset(&alarm, SIGALRM);
        (void)sigprocmask(SIG_UNBLOCK, &alarm, NULL);
        (void)sigaction(SIGALRM, &action, NULL);
        (void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void on_connect(Session *session)
{
        const Settings *settings = session->courier->settings;

        limit_connect(0);
        /* An earlier address of the server does not count. */
        strbuf_release(&session->fault);
        session->is_faulty = false;
        session->fault_kind = RELANCED_RETRY;
        session->is_reached = true;
        session->fd = find_connection();
        /* 43 ms a message with Nagle's algorithm. */
        if (session->fd >= 0)
                (void)setsockopt(session->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
        dialogue_start(&session->dialogue);
        session->said_us = courier_now_us();
        session_log(session, "connected to %s, port %d", settings->server, settings->port);
}

/* Keeps one letter ahead in the library's list. */
static void extend(Session *session, int wait_ms)
{
        bool is_full = session->is_closing || session->n_messages >= SESSION_MAX;

        for (const Transfer *each = session->transfers; each; each = each->next)
                is_full = is_full || !each->is_accepted;
        if (is_full || session->is_faulty || session->is_polite)
                return;
        Letter *letter = courier_take(session->courier, wait_ms);
        if (!letter)
                return;
        session->is_closing =
                letter_has_copies(session->courier, letter) && !session->dialogue.is_stepwise;
        if (session->is_closing) /* its session has to speak another way from the beginning */
                courier_put_back(session->courier, letter);
        else
                (void)transfer_add(session, letter);
}

static void on_mail_status(Session *session, Transfer *transfer)
{
        if (smtp_reverse_path_status(transfer->message)->code / 100 != 2) {
                transfer_end(transfer);
                extend(session, 0);
                return;
        }
        transfer->is_accepted = true;
        courier_ask(session->courier, transfer->letter);
        extend(session, 0);
}

static void on_message_sent(Session *session, Transfer *transfer)
{
        int64_t now = courier_now_us();

        courier_measure(session->courier, now - session->mark_us);
        transfer_end(transfer);
        extend(session, session->transfers ? 0 : IDLE_MS);
        session->mark_us = session->transfers ? courier_now_us() : now;
}

static void on_tls(Session *session, const void *ssl)
{
        StrBuf text = STRBUF_INIT;

        session->is_tls = true;
        session_hear_from(session, TICKETS_MAX);
        tls_describe(ssl, &text);
        session_log(session, "TLS: %s", strbuf_text(&text));
        strbuf_release(&text);
}

static void on_event(smtp_session_t smtp, int event, void *owner, ...)
{
        Session *session = owner;
        va_list arguments;

        (void)smtp;
        va_start(arguments, owner);
        if (event == SMTP_EV_CONNECT) {
                on_connect(session);
        } else if (event == SMTP_EV_DISCONNECT) {
                session->fd = -1;
                limit_connect(session->courier->settings->timeout_s);
        } else if (event == SMTP_EV_MAILSTATUS) {
                (void)va_arg(arguments, const char *);
                on_mail_status(session,
                        smtp_message_get_application_data(va_arg(arguments, smtp_message_t)));
        } else if (event == SMTP_EV_MESSAGESENT) {
                on_message_sent(session,
                        smtp_message_get_application_data(va_arg(arguments, smtp_message_t)));
        } else if (event == SMTP_EV_STARTTLS_OK) {
                on_tls(session, va_arg(arguments, const void *));
        } else if (event == SMTP_EV_WRONG_PEER_CERTIFICATE) {
                /* Its own comparison of names comes after the one that counts. */
                *va_arg(arguments, int *) = 1;
        } else if (event == SMTP_EV_EXTNA_STARTTLS) {
                session_fault(session, RELANCED_CHANNEL_DOWN,
                        "%s does not offer TLS (STARTTLS), and nothing is sent without; "
                        "if that is as it should be, set tls = \"none\"",
                        session->courier->settings->server);
        }
        va_end(arguments);
}

static int on_credentials(auth_client_request_t request, char **result, int fields, void *owner)
{
        const Settings *settings = owner;

        for (int i = 0; i < fields; i++)
                result[i] = request[i].flags & AUTH_USER   ? (char *)settings->username
                            : request[i].flags & AUTH_PASS ? (char *)settings->password
                                                           : NULL;
        return 1;
}

/* 0, or < 0: no memory. */
static int prepare(Session *session, auth_context_t *ret_auth)
{
        static const int limits[] = { Timeout_GREETING, Timeout_ENVELOPE, Timeout_DATA,
                Timeout_TRANSFER, Timeout_DATA2 };
        const Settings *settings = session->courier->settings;
        char server[300];

        session->smtp = smtp_create_session();
        if (!session->smtp)
                return -ENOMEM;
        (void)snprintf(server, sizeof(server), "%s:%d", settings->server, settings->port);
        smtp_set_server(session->smtp, server);
        if (*settings->hello)
                smtp_set_hostname(session->smtp, settings->hello);
        smtp_set_eventcb(session->smtp, (smtp_eventcb_t)on_event, session);
        smtp_set_monitorcb(session->smtp, session_monitor, session, 0);
        for (size_t i = 0; i < ELEMENTSOF(limits); i++)
                smtp_set_timeout(session->smtp, limits[i] | Timeout_OVERRIDE_RFC2822_MINIMUM,
                        settings->timeout_s * 1000L);
        if (session->courier->tls && tls_attach(session->courier->tls, session->smtp) < 0)
                return -ENOMEM;
        if (!*settings->username)
                return 0;
        *ret_auth = auth_create_context();
        if (!*ret_auth)
                return -ENOMEM;
        auth_set_mechanism_flags(*ret_auth, AUTH_PLUGIN_PLAIN, 0);
        auth_set_interact_cb(*ret_auth, on_credentials, (void *)settings);
        smtp_auth_set_context(session->smtp, *ret_auth);
        return 0;
}

static bool is_late(int64_t since_us, const Settings *settings)
{
        return courier_now_us() - since_us >= (int64_t)settings->timeout_s * 1000000;
}

static void explain_no_connection(Session *session)
{
        const Settings *settings = session->courier->settings;
        char reason[128] = "";

        if (is_late(session->mark_us, settings))
                (void)snprintf(
                        reason, sizeof(reason), "no answer within %d s", settings->timeout_s);
        else
                smtp_strerror(smtp_errno(), reason, sizeof(reason));
        session_fault(session, RELANCED_RETRY, "%s, port %d, cannot be reached: %s",
                settings->server, settings->port, reason);
}

static void explain_lost_connection(Session *session)
{
        const Settings *settings = session->courier->settings;
        const Dialogue *dialogue = &session->dialogue;
        bool is_open = dialogue->n_pending > 0;
        StrBuf text = STRBUF_INIT;

        if (is_late(session->said_us, settings))
                strbuf_addf(&text, "%s gave no answer within %d s", settings->server,
                        settings->timeout_s);
        else
                strbuf_addf(&text, "the connection to %s was lost", settings->server);
        session_fault(session, RELANCED_RETRY, "%s%s%s", strbuf_text(&text), is_open ? " at " : "",
                is_open ? verb_meaning(dialogue->pending[0]) : "");
        strbuf_release(&text);
}

/* A session that ended by accident: what a person should know, unless that is known already. */
static void explain_end(Session *session)
{
        StrBuf text = STRBUF_INIT;

        if (!session->is_reached)
                explain_no_connection(session);
        else if (session->is_tls_begun && !session->is_tls &&
                 tls_problem(session->courier->tls, &text))
                session_fault(session, RELANCED_CHANNEL_DOWN, "%s", strbuf_text(&text));
        else
                explain_lost_connection(session);
        strbuf_release(&text);
}

/* What the session leaves behind, last to first, so that it is put back in order. */
static void end_transfers(Session *session)
{
        while (session->transfers) {
                Transfer *last = session->transfers;
                while (last->next)
                        last = last->next;
                transfer_end(last);
        }
}

/* Nothing more is tried with this server now. */
static void give_up(Session *session)
{
        session_fault(session, RELANCED_RETRY, "the session ended before any message was offered");
        session_log(session, "%s", strbuf_text(&session->fault));
        courier_finish_all(
                session->courier, &(struct relanced_outcome){ .kind = session->fault_kind,
                                          .detail = strbuf_text(&session->fault) });
}

void session_run(Courier *courier, Letter *letter)
{
        Session session = {
                .courier = courier,
                .fd = -1,
                .fault_kind = RELANCED_RETRY,
                .mark_us = courier_now_us(),
        };
        auth_context_t auth = NULL;

        session.dialogue.owner = &session;
        /* RCPT, RCPT, DATA: for a third reply behind a broken one libESMTP has no handler. */
        session.dialogue.is_stepwise = letter_has_copies(courier, letter);
        session.is_told =
                streq(letter->message->template_name, "test") || letter->message->attempt > 1;
        if (courier->tls)
                tls_reset(courier->tls);
        if (prepare(&session, &auth) < 0) {
                session_fault(&session, RELANCED_RETRY, "there is no memory");
                courier_put_back(courier, letter);
        } else if (transfer_add(&session, letter)) {
                limit_connect(courier->settings->timeout_s);
                (void)smtp_start_session(session.smtp);
                limit_connect(0);
                if (!session.is_polite || session.is_faulty)
                        explain_end(&session);
                end_transfers(&session);
        }
        if (session.n_answered == 0 || session.fault_kind == RELANCED_CHANNEL_DOWN)
                give_up(&session);
        if (session.smtp)
                smtp_destroy_session(session.smtp);
        if (auth)
                auth_destroy_context(auth);
        strbuf_release(&session.fault);
}
