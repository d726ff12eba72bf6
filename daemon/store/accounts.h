/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_ACCOUNTS_H
#define RELANCED_STORE_ACCOUNTS_H

/* Reading accounts for decide(). */

#include "base/arena.h"
#include "core/account.h"
#include "store/store.h"

#define PAGE_ACCOUNTS 256

/* Accounts as decide() wants them, except customer_time and refused_channels, which the caller
 * fills (see below). Valid until the arena is reset. Instalments that are settled with nothing open
 * are left out by store_page_accounts(), not by store_load_account(). */
typedef struct AccountPage {
        Account *accounts;
        size_t n;
} AccountPage;

/*
 * The next at most PAGE_ACCOUNTS accounts with an id above after, by id; n = 0 at the end. No
 * cursor stays open.
 */
int store_page_accounts(Store *store, int64_t after, Arena *arena, AccountPage *ret_page);

/* For each of the accounts, in the order of their ids and at least one: whether it has open
 * tasks. */
int store_find_tasked(Store *store, const Account *accounts, size_t n, bool *ret_is_tasked);

/*
 * One account whole. except_contact ≠ 0: as though that contact had never been decided (R9): its
 * steps are not done, its notices neither in flight nor uncertain, its day no contact.
 * -ENOENT: no such account.
 */
int store_load_account(
        Store *store, int64_t account, int64_t except_contact, Arena *arena, Account *ret_account);

/* Accounts of a customer (code) or of an invoice (number); -ENOENT: no such customer, invoice. */
int store_find_accounts(
        Store *store, const char *customer, Arena *arena, int64_t **ret_accounts, size_t *ret_n);
int store_find_invoice(
        Store *store, const char *number, int64_t *ret_account, int64_t *ret_invoice);

/* Accounts with a suspended instalment (R16) and an id above after, by id, at most max. */
int store_list_suspended(Store *store, int64_t after, int64_t *accounts, size_t max, size_t *ret_n);
int store_is_suspended(Store *store, int64_t account, bool *ret_is_suspended);

/* Its notices that are pending, handed or begun, or uncertain with no other route of their contact
 * sent: by id, at most max. */
int store_list_underway(Store *store, int64_t account, int64_t *notices, size_t max, size_t *ret_n);
/* 1: a notice of that occasion about that subject is in the outbox, neither failed nor cancelled;
 * 0: none. */
int store_has_occasion(
        Store *store, int64_t account, const char *occasion, const char *subject_key);
/* 1: the sum that a promise was confirmed with in writing; 0: it was not confirmed. */
int store_confirmed_sum(Store *store, int64_t account, int64_t promise, int64_t *ret_minor);

/* The account's invoices that leave credit to it: paid too much, cancelled after they were paid,
 * credit notes (R10). */
int store_find_overpaid(
        Store *store, int64_t account, Arena *arena, int64_t **ret_invoices, size_t *ret_n);

/* What refuses a customer's channels: addresses marked by a channel, opt-outs. Calls back for each
 * channel name; never for one whose account has no refusals. */
int store_refused_channels(Store *store, int64_t customer,
        void (*refused)(void *owner, const char *channel, const char *address), void *owner);

/* Marks an instalment settled: closed, and nothing follows; or no longer so. */
int store_settle_instalment(
        Store *store, int64_t account, int64_t invoice, int seq, bool is_settled);

/* What composing a notice needs of an invoice, beyond Instalment; "" where not given. */
typedef struct PlanPart {
        int64_t plan; /* its fact */
        int seq;
} PlanPart;

typedef struct InvoiceDetail {
        const char *number, *document, *payment_url, *contract;
        Date issued, delivered;
        int64_t amount; /* sum of its instalments; a plan's parts are none of its own */
        int n_instalments;
        int discount_percent_hundredths; /* 2.5 % = 250; 0 = none */
        Date discount_until;
        const PlanPart *parts; /* of all its plans, broken or not, by seq (R15) */
        size_t n_parts;
        const int64_t *discounts;    /* by seq from 1 on: what it leaves off of each instalment */
        int n_discounts;             /* 0: it has no discount */
        const char *document_sha256; /* as first decided, or "" */
        int n_document_customers;    /* customers whose invoices name the same document */
} InvoiceDetail;
int store_load_invoice(Store *store, int64_t invoice, Arena *arena, InvoiceDetail *ret_detail);
/* Remembers the digest a document had when it was first decided to attach it. */
int store_set_document_sha256(Store *store, int64_t invoice, const char *sha256);

/* Who is written to. */
typedef struct CustomerDetail {
        const char *code, *name, *contact_name, *cc, *address, *postcode, *city, *country,
                *registration, *language;
} CustomerDetail;
int store_load_customer(Store *store, int64_t customer, Arena *arena, CustomerDetail *ret_detail);

#endif
