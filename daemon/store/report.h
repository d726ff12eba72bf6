/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_REPORT_H
#define RELANCED_STORE_REPORT_H

/*
 * What people look at: rows given to a callback, one at a time, in a stable order. Strings are
 * valid during the call only. A callback's non-zero result stops the listing and is returned.
 */

#include "store/outbox.h"

/* Unset members (NULL, INSTANT_NONE, -1) match everything. */
typedef struct LogFilter {
        Instant since;
        const char *customer, *channel, *invoice;
        int state;      /* NoticeState */
        bool only_open; /* pending, handed, begun, uncertain */
} LogFilter;

typedef struct LogLine {
        const char *invoice;
        int seq;
        const char *step; /* or NULL */
        int64_t open;
} LogLine;

/* One notice of the log, oldest first (DESIGN 4.1). */
typedef struct LogRow {
        int64_t notice, contact;
        Instant at; /* when it was sent, else decided */
        const char *customer, *customer_name, *currency;
        const char *step, *occasion; /* NULL where none */
        Action action;               /* no meaning with an occasion */
        const LogLine *lines;
        size_t n_lines;
        int64_t total;
        Date deadline;
        const char *channel, *to, *subject, *text;
        NoticeState state;
        Reason reason;
        const char *detail; /* what the channel said, or "" */
        int attempts;
        const char *reference; /* or NULL */
        const char *delivered; /* delivered, read, bounced, or NULL */
} LogRow;
int store_list_log(Store *store, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner);
/* One notice, or -ENOENT. */
int store_get_log(
        Store *store, int64_t notice, int (*row)(void *owner, const LogRow *row), void *owner);

typedef struct InvoiceReport {
        const char *number, *customer, *customer_name, *currency, *document, *policy, *last_step;
        int seq;
        Date issued, due;
        int64_t amount, open, account;
        InvoiceStatus status;
        bool is_held, is_disputed;
} InvoiceReport;
/* customer: NULL = all; only_open: open > 0 and not cancelled. One row per instalment. */
int store_list_invoices(Store *store, const char *customer, const char *invoice, bool only_open,
        int (*row)(void *owner, const InvoiceReport *row), void *owner);

typedef struct CustomerReport {
        const char *code, *name, *email, *phone, *whatsapp, *language, *country, *policy, *tags;
        CustomerKind kind;
        Relation relation;
        Date whatsapp_opt_in;
        size_t n_open;        /* open instalments */
        const char *currency; /* of one of its accounts; one row per account, "" = none */
        int64_t open, unassigned;
        Date last_contact;
} CustomerReport;
int store_list_customers(Store *store, const char *customer,
        int (*row)(void *owner, const CustomerReport *row), void *owner);

typedef struct TaskReport {
        int64_t task, notice;
        const char *kind, *customer, *invoice, *sentence, *commands; /* NULL where none */
        int seq;                                                     /* 0: none */
        Instant since;
} TaskReport;
int store_list_tasks(Store *store, int (*row)(void *owner, const TaskReport *row), void *owner);

typedef struct FactReport {
        Instant at;
        Date date;
        const char *kind, *id, *reference, *note, *currency, *changes; /* "" where none */
        int64_t amount;                                                /* 0 where none */
        bool is_withdrawn;
} FactReport;
/* Everything recorded of one invoice, oldest first. -ENOENT. */
int store_list_facts(Store *store, const char *invoice,
        int (*row)(void *owner, const FactReport *row), void *owner);

typedef struct StoreStatus {
        StoreMode mode;
        Instant last_wake;
        int64_t n_customers, n_open_instalments, n_tasks;
        int64_t n_notices[7]; /* by NoticeState */
        Instant last_sent;    /* or INSTANT_NONE */
        Date newest_payment;  /* or DATE_NONE */
} StoreStatus;
int store_get_status(Store *store, StoreStatus *ret_status);

#endif
