/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SYS_LOG_H
#define RELANCED_SYS_LOG_H

/*
 * The log (DESIGN 4.5): structured fields to the journal where stderr is connected to one, else the
 * same as key=value on stderr, escaped, one line a record. Above LOG_DEBUG no name, address,
 * amount or body of a customer, and never a secret.
 */

#include <syslog.h>

#include "base/macros.h"

typedef struct LogField {
        const char *name;  /* "NOTICE", "INVOICE", "CUSTOMER", "CHANNEL", "STEP", "STATE", … */
        const char *value; /* NULL: left out */
} LogField;

/* Records of a lower priority than this (LOG_ERR … LOG_DEBUG) are dropped; default LOG_INFO. */
void log_set_level(int level);

void log_plain(int priority, const char *format, ...) _printf_(2, 3);

/* message_id: one of the MESSAGE_* ids of sys/message-ids.h, or NULL. */
void log_record(int priority, const char *message_id, const LogField *fields, size_t n,
        const char *format, ...) _printf_(5, 6);

#define log_error(...) log_plain(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_plain(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_plain(LOG_NOTICE, __VA_ARGS__)
#define log_debug(...) log_plain(LOG_DEBUG, __VA_ARGS__)

#endif
