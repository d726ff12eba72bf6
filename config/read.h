/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CONFIG_READ_H
#define RELANCED_CONFIG_READ_H

/* Reading groups of the tree into structs by the table of keys, with every problem told. */

#include "config/keys.h"

typedef struct Reader {
        Arena *arena; /* what is read lives here */
        Problems *problems;
        const char *path;  /* of the configuration, absolute */
        const char *shown; /* the same as the user knows it: for problems */
        bool is_partial; /* the file could not be read to its end: nothing is known to be missing */
        size_t n_before; /* problems that were there before the tree: see reader_error() */
        int error;       /* sticky: 0 or -ENOMEM */
        const Calendar *calendars; /* the owner's, as far as they are read */
        size_t n_calendars;
} Reader;

/* The owner's calendar of that name, else the shipped one, or NULL. */
const Calendar *reader_calendar(const Reader *reader, const char *name);

/* Zeroed memory of the arena; NULL only when memory is out, and then reader->error says so. */
void *reader_alloc(Reader *reader, size_t n, size_t size);

/* Of a file that is partial, nothing more is told of a line that the scan had a problem with. */
void reader_error(Reader *reader, const Node *node, const char *format, ...) _printf_(3, 4);
void reader_warning(Reader *reader, const Node *node, const char *format, ...) _printf_(3, 4);
/* An error about something that is not there: told only when the whole file was read. */
void reader_missing(Reader *reader, const Node *node, const char *format, ...) _printf_(3, 4);

/* Gives every key of the section its default. */
void reader_preset(Section section, void *values);
/* Reads a group into values, over what they hold. other is called for members that are no key of
 * the section; NULL: they are errors. */
void reader_read(Reader *reader, const Node *group, Section section, void *values,
        void (*other)(void *owner, const Node *member), void *owner);

/* What reader_read() does for one value: that it is a text without control characters. */
bool reader_is_text(Reader *reader, const Node *node);
/* The texts of a list (each checked), or none for NULL. */
const char *const *reader_texts(Reader *reader, const Node *list, size_t *ret_n);
/* A list of { currency; amount } (elements of tolerance, min_total). */
Amounts reader_amounts(Reader *reader, const Node *list);
/* money_parse() with a problem at node when it is no amount. */
bool reader_amount(Reader *reader, const Node *node, const char *text, const char *currency,
        int64_t *ret_minor);

#endif
