/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_TYPOGRAPHY_H
#define RELANCED_COMPOSE_TYPOGRAPHY_H

/* How a language sets what its template's author typed. */

#include <stddef.h>

/*
 * French: the space before ; : ! ? and inside « » becomes one that is narrow and does not break.
 * Tags of templates and of HTML are left as they are. 0 and *ret_text, free(), NULL where nothing
 * is to be set; -ENOMEM.
 */
int typography_set(const char *language, const char *source, size_t length, char **ret_text,
        size_t *ret_length);

#endif
