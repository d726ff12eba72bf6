/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_EMAIL_MAILBOX_H
#define RELANCED_EMAIL_MAILBOX_H

/* An e-mail address as SMTP carries it: all ASCII, its domain as UTS #46 (non-transitional) encodes
 * it. Pure. */

#include <stddef.h>

/* RFC 5321, 4.5.3.1: octets of a path without its angle brackets. */
#define MAILBOX_MAX 254
#define MAILBOX_SIZE (MAILBOX_MAX + 1)

/* The address as it stands on the wire, in ret_wire. NULL, or why it can never be written to
 * (static), and ret_wire is not touched. */
const char *mailbox_encode(const char *address, char ret_wire[static MAILBOX_SIZE]);

#endif
