/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_FIRM_H
#define RELANCED_MAIN_FIRM_H

/* A firm made ready to work on: configuration, composer, store, engine. All that can be wrong is
 * told in a sentence that says what to do. */

#include "engine/engine.h"
#include "main/arguments.h"

typedef struct Firm {
        Config *config;
        Composer *composer;
        Store *store;
        Engine *engine;
        Clock clock;
} Firm;

void firm_release(Firm *firm);

/* Reads the configuration and --at; started as root, becomes the owner of the state folder. An exit
 * status; EXIT_DONE: all is well. */
int firm_configure(const Arguments *arguments, Firm *firm);
/* The clock that --at asks for; EXIT_USAGE when it is no time. */
int firm_set_clock(const Arguments *arguments, Firm *firm);
/* Opens the rest. patience_ms: how long a store is waited for that somebody has who cannot be
 * asked: another command, or a daemon that is about to start. */
int firm_open(Firm *firm, int patience_ms);

/*
 * What a store was made for by its first sending it keeps for good (DESIGN 4.1): a simulated one
 * never sends for real, --at refuses any other. is_sending: makes a fresh store what it will be.
 */
int firm_claim(Firm *firm, bool is_sending);

/* Every problem on stderr, "file:line: text"; whether there is an error among them. */
bool problems_print(const Problems *problems);

#endif
