/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_COMPOSER_H
#define RELANCED_COMPOSE_COMPOSER_H

/* What compose.c (texts), check.c and stray.c (problems of templates) share. */

#include "compose/compose.h"
#include "compose/library.h"
#include "compose/locale.h"
#include "compose/transliterate.h"

/* The partial that an e-mail's HTML is put into; it alone may name subject and body. */
#define FRAME "frame"

struct Composer {
        const Config *config;
        Library *library;
        Locales *locales;
        Transliterator *transliterator;
};

/* One message being made. */
typedef struct Writer {
        Composer *composer;
        Form form;
        Arena *arena;
        const char *folder;
        const char *customers; /* the language of who reads it, as a tag */
        const LibraryEntry *entry;
        const char *fields;
        Message message;         /* out */
        TemplateProblem problem; /* of an error; its file may be NULL */
} Writer;

/* The entry, filled with the occasion, as it would leave: writer->message. 0, -ENOMEM, or -EINVAL
 * and writer->problem. */
int writer_write(Writer *writer, const Occasion *occasion);

/* The folder of a notice's texts: the step's template, else the action's name. step may be NULL. */
const char *template_folder(NoticeKind kind, Action action, const Step *step);

/* Warns of files and folders of the creditor's own that no message is made from. After a check,
 * which has read every partial that a text names. 0; -ENOMEM. */
int strays_check(Composer *composer, Problems *problems);

/*
 * A rendered text as it leaves: blank lines never double, none at the ends, no control characters.
 * An SMS becomes one line and its typography plain. NULL: memory is out.
 */
char *layout_text(const char *rendered, Form form, Arena *arena);

/* Splits "Subject: …", an empty line and the text, in place. -EINVAL: there is no such subject, or
 * one of the two is empty. */
int layout_split_subject(char *laid_out, const char **ret_subject, const char **ret_text);

/*
 * Paragraphs of a text whose values are escaped, as HTML: empty lines separate them, single line
 * breaks stay, lines of bullets become a list. What begins with a tag is HTML already and stays as
 * it is until the next empty line. NULL: memory is out.
 */
const char *html_of_paragraphs(const char *laid_out, Arena *arena);

#endif
