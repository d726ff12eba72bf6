/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_COMPOSER_H
#define RELANCED_COMPOSE_COMPOSER_H

/* What compose.c (texts) and check.c (problems of templates) share. */

#include "compose/compose.h"
#include "compose/library.h"
#include "compose/locale.h"

struct Composer {
        const Config *config;
        Library *library;
        Locales *locales;
};

/* The folder of a notice's texts: the step's template, else the action's name. step may be NULL. */
const char *template_folder(NoticeKind kind, Action action, const Step *step);

/*
 * A rendered text as it leaves: blank lines never double, none at the ends, no control characters.
 * An SMS becomes one line and its typography plain. NULL: memory is out.
 */
char *layout_text(const char *rendered, Form form, Arena *arena);

/* Splits "Subject: …", an empty line and the text, in place. -EINVAL: there is no such subject, or
 * one of the two is empty. */
int layout_split_subject(char *laid_out, const char **ret_subject, const char **ret_text);

#endif
