/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_MOMENT_H
#define RELANCED_ENGINE_MOMENT_H

/* Where a customer's clock and a channel's window stand: what decide() needs and no table holds. */

#include "engine/engine.h"

/* The customer's zone; the creditor's where none is given or it is unknown. */
const Zone *customer_zone(const Engine *engine, const Account *account);

/* Fills what the store leaves out of an account: customer_time and refused_channels. */
int account_complete(Engine *engine, const Now *now, Account *account);

/* The first instant, from that one on, at which a channel may speak to the account's customer (R5).
 * false: not within a year, or never. */
bool channel_next_opening(const Engine *engine, unsigned channel, const Account *account,
        Instant from, Instant *ret_opening);

/*
 * The instant of today from which on a channel may speak to the account's customer (R5);
 * INSTANT_NONE: it may now. false: not today any more.
 */
bool channel_opening(const Engine *engine, unsigned channel, const Account *account, const Now *now,
        Instant *ret_opening);

#endif
