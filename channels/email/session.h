/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_SESSION_H
#define RELANCED_EMAIL_SESSION_H

/* One SMTP session by libESMTP: connection, TLS, AUTH, then letters one after another for as long
 * as the courier has some, SESSION_MAX at most. */

#include "channels/email/courier.h"

/* Once, before the first session. */
void session_start(void);

/*
 * Sends the letter and those that follow it. Each is finished when its outcome is known. Letters
 * that did not begin go back to the courier if a new session may do better; after a session that
 * came to nothing, all of the courier's are finished with the reason.
 */
void session_run(Courier *courier, Letter *letter);

#endif
