/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_REPORT_H
#define RELANCED_STORE_REPORT_H

/*
 * What people look at: rows given to a callback, one at a time, in a stable order. Strings are
 * valid during the call only. A callback's non-zero result stops the listing and is returned; it
 * may call the store, but not for the listing that it is given a row of.
 */

#include "store/outbox.h"

/*
 * A listing of any length, page by page: at most some 256 rows and a few milliseconds at each step,
 * and nothing stays open between two. A row is given once, as it is when its turn has come; what is
 * added meanwhile may be left out. store_page_…() begin one that gives the same rows as
 * store_list_…(); store, filter texts and owner outlive it.
 */
typedef struct Pager Pager;
/* 0, a callback's result or -errno; *ret_more is set with 0: false after the last page. */
int pager_step(Pager *pager, bool *ret_more);
void pager_free(Pager *pager);
DEFINE_CLEANUP(Pager, pager_free)

/* Unset members (NULL, INSTANT_NONE, -1) match everything. */
typedef struct LogFilter {
        Instant since, until; /* of LogRow.at; until is the first instant after */
        const char *customer, *channel, *invoice; /* asked for or listed in the notice */
        const char *step; /* of the lead; an occasion; an action that has neither */
        int state;        /* NoticeState; handed: begun, too */
        bool only_open;   /* pending, handed, begun, uncertain */
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
        const char *reference, *delivered; /* or NULL; delivered, read, bounced */
} LogRow;
int store_list_log(Store *store, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner);
int store_page_log(Store *store, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner, Pager **ret_pager);
/* One notice. -ENOENT: there is none, or the filter (NULL: any) does not let it through. */
int store_get_log(Store *store, int64_t notice, const LogFilter *filter,
        int (*row)(void *owner, const LogRow *row), void *owner);

/* One try of a notice. */
typedef struct AttemptReport {
        int attempt;         /* counts from 1 */
        Instant begun;       /* INSTANT_NONE: it never began */
        Instant ended;       /* INSTANT_NONE: not yet, or of an earlier version */
        NoticeState outcome; /* pending: another try follows; begun: it is under way */
        Reason reason;
        const char *reference; /* of the other side, or NULL */
        const char *detail;    /* what it said, or "" */
} AttemptReport;
/* In order. Of notices of earlier versions only the last try is known. */
int store_list_attempts(Store *store, int64_t notice,
        int (*row)(void *owner, const AttemptReport *row), void *owner);

typedef struct InvoiceReport {
        const char *number, *customer, *customer_name, *currency, *document, *policy, *last_step;
        int seq;
        Date issued, due, promised_until;
        int64_t amount, open, account;
        InvoiceStatus status;
        bool is_held, is_disputed;
} InvoiceReport;
/* One row per instalment, by customer, due day, number and sequence: all, of one customer, or of
 * one invoice. only_open: open > 0 and not cancelled. */
int store_list_invoices(Store *store, const char *customer, const char *invoice,
        int (*row)(void *owner, const InvoiceReport *row), void *owner);
int store_page_invoices(Store *store, const char *customer, bool only_open,
        int (*row)(void *owner, const InvoiceReport *row), void *owner, Pager **ret_pager);

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
/* By customer and currency: all, or of one customer. */
int store_list_customers(Store *store, const char *customer,
        int (*row)(void *owner, const CustomerReport *row), void *owner);
int store_page_customers(Store *store, const char *customer,
        int (*row)(void *owner, const CustomerReport *row), void *owner, Pager **ret_pager);

typedef struct TaskReport {
        int64_t task, notice;
        const char *kind, *customer, *invoice, *sentence, *commands; /* NULL where none */
        int seq;                                                     /* 0: none */
        Instant since;
} TaskReport;
/* Open ones, oldest first. */
int store_list_tasks(Store *store, int (*row)(void *owner, const TaskReport *row), void *owner);
int store_page_tasks(Store *store, int (*row)(void *owner, const TaskReport *row), void *owner,
        Pager **ret_pager);
/* Open ones about an invoice or all of its account, or that keep back the whole account (R23). */
int store_list_invoice_tasks(Store *store, int64_t account, int64_t invoice,
        int (*row)(void *owner, const TaskReport *row), void *owner);

typedef struct FactReport {
        int64_t fact, withdraws; /* its number, for store_withdraw(); whose it takes back, or 0 */
        Instant at;
        Date date;
        const char *kind, *id, *reference, *note, *currency, *changes; /* "" where none */
        int64_t amount;                                                /* 0 where none */
        bool is_of_customer, is_withdrawn;
} FactReport;
/* All recorded of one invoice, and said of its whole customer, oldest first. -ENOENT. */
int store_list_facts(Store *store, const char *invoice,
        int (*row)(void *owner, const FactReport *row), void *owner);
/* What was paid to an account without an invoice, credited or taken back, oldest first. */
int store_list_account_facts(
        Store *store, int64_t account, int (*row)(void *owner, const FactReport *row), void *owner);

typedef struct StoreStatus {
        StoreMode mode;
        Instant last_wake, last_sent; /* or INSTANT_NONE */
        int64_t n_customers, n_open_instalments, n_tasks;
        int64_t n_notices[7]; /* by NoticeState */
        Date newest_payment;  /* or DATE_NONE */
} StoreStatus;
int store_get_status(Store *store, StoreStatus *ret_status);

#endif
