/* SPDX-License-Identifier: MIT */
/*
 * Owns what is made of a session's conversation: which answers end it for everybody, that no mail
 * is offered before the login it needs (libESMTP would go on without), and how it is told to a
 * person. Never tells what the client said: it may be a password, or a customer's affair.
 */

#include <stdio.h>

#include "channels/email/transfer.h"

/* Refusals before the first mail: of nobody's message in particular. */
static enum relanced_outcome_kind kind_of(int code)
{
        return code / 100 == 5 ? RELANCED_CHANNEL_DOWN : RELANCED_RETRY;
}

static void on_auth_reply(Session *session, int code, const char *text)
{
        session->is_authenticated = code == 235;
        if (code / 100 != 4 && code / 100 != 5)
                return;
        session->auth_code = code;
        (void)snprintf(session->auth_text, sizeof(session->auth_text), "%s", text);
        if (code == 504) /* this way of logging in is not known: the library tries another */
                return;
        session_fault(session, kind_of(code), "the server refused the user name or password: %d %s",
                code, text);
        session_cut(session);
}

static void on_reply(void *owner, Verb verb, int code, const char *text)
{
        Session *session = owner;
        bool is_refused = code / 100 == 4 || code / 100 == 5;
        bool is_for_all = verb < VERB_MAIL;

        if (session->is_told || is_for_all)
                session_log(session, "%s: %d %s", verb_meaning(verb), code, text);
        if (verb == VERB_AUTH) {
                on_auth_reply(session, code, text);
        } else if (verb == VERB_STARTTLS) {
                session->is_tls_begun = code == 220;
                if (is_refused)
                        session_fault(session, code == 421 ? RELANCED_RETRY : RELANCED_CHANNEL_DOWN,
                                "the server refused TLS: %d %s", code, text);
        } else if (is_refused && is_for_all) {
                /* Who does not know EHLO is asked again, with HELO. */
                bool is_old = verb == VERB_EHLO &&
                              (code == 500 || code == 501 || code == 502 || code == 504);
                if (!is_old)
                        session_fault(session, kind_of(code), "the server refused %s: %d %s",
                                verb_meaning(verb), code, text);
        }
}

/* libESMTP offers mail without a login where the server knows no way to log in that it knows. */
static void check_login(Session *session)
{
        const Dialogue *dialogue = &session->dialogue;
        Verb last =
                dialogue->n_pending > 0 ? dialogue->pending[dialogue->n_pending - 1] : VERB_OTHER;

        if (!*session->courier->settings->username || session->is_authenticated ||
                last != VERB_MAIL)
                return;
        session_fault(session, RELANCED_CHANNEL_DOWN,
                "the server offers no way to log in that is known here (PLAIN, LOGIN)%s%s",
                session->auth_code ? ": " : "", session->auth_text);
        session_cut(session);
}

void session_monitor(const char *bytes, int length, int is_writing, void *owner)
{
        Session *session = owner;
        const Settings *settings = session->courier->settings;
        Dialogue *dialogue = &session->dialogue;
        int64_t now = courier_now_us();

        if (length <= 0)
                return;
        if (is_writing) {
                session->said_us = now;
                dialogue_said(dialogue, bytes, (size_t)length);
                /* The library says it even where the connection is gone. */
                session->is_polite = dialogue->n_pending == 1 && dialogue->pending[0] == VERB_QUIT;
                check_login(session);
                if (session->is_deaf)
                        session_hear_from(session, 1);
                return;
        }
        dialogue->on_reply = on_reply;
        /* The library's time limit is for each read. */
        if (now - session->said_us > (int64_t)settings->timeout_s * 1000000) {
                session_fault(session, RELANCED_RETRY, "%s gave no whole answer within %d s",
                        settings->server, settings->timeout_s);
                session_cut(session);
        }
        /* The buffer is the library's own, and parsed after this. */
        dialogue_heard(dialogue, (char *)bytes, (size_t)length);
        if (dialogue->fault) {
                session_fault(session, RELANCED_RETRY,
                        "%s is not to be trusted as a mail server: %s", settings->server,
                        dialogue->fault);
                session_cut(session);
        }
}
