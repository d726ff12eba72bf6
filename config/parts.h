/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_PARTS_H
#define RELANCED_CONFIG_PARTS_H

/* The parts of a configuration, in the order they need each other. Each reads its groups of the
 * file and fills its members of config; problems go to the reader. */

#include "config/read.h"

/* The file reader->path as a tree; false: it could not be read at all, and that is told. */
bool read_file_tree(Reader *reader, Node *root);
/* creditor, folders, wake, sending, limits, agency, legal */
void read_firm(Reader *reader, const Node *root, const FileValues *file, Config *config);
/* calendars: before whatever names one. country: whose calendar one is like by default. */
void read_calendars(Reader *reader, const Node *group, const char *country);
/* That each is used. After channels. */
void check_calendars(Reader *reader, const Node *group, const Rulebook *book);
/* A sending window over what it holds already. */
void read_window(Reader *reader, const Node *group, const char *country, Window *window);
/* channels */
void read_channels(Reader *reader, const FileValues *file, Config *config);
/* policies: after channels. shipped: the group of those that are not the owner's; what they have
 * for a channel that is not configured is left out. group NULL: there are no others. */
void read_policies(Reader *reader, const Node *group, const Node *shipped, Config *config);

/* A step as it was read, for the checks of a ladder as a whole. */
typedef struct Rung {
        const Node *node;
        const Step *step;
        bool is_timed; /* its timing could be read */
} Rung;
void check_ladder(Reader *reader, const Rung *rungs, size_t n, const Rulebook *book);
/* What the settings of a ladder say against each other; nothing of it may be in error. */
void check_sense(
        Reader *reader, const Rung *rungs, size_t n, const Policy *policy, const Limits *limits);
/* That somebody takes what the owner's policies hand over (R17). */
void check_recipients(Reader *reader, const FileValues *file, const Rulebook *book);

/* A list of routes into routes[ROUTES_MAX]; gives their number. */
unsigned read_routes(
        Reader *reader, const Node *list, bool is_shipped, const Rulebook *book, Route *routes);
/* charges, and the tables of rates: after the firm. */
void read_charges(Reader *reader, const Node *root, const FileValues *file, Config *config);
/* assign: after policies. */
void read_assign(Reader *reader, const Node *root, const FileValues *file, Config *config);

#endif
