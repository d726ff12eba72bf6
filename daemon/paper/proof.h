/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_PROOF_H
#define RELANCED_PAPER_PROOF_H

/* What proves the notices of a dossier: relanced-dossier(5) has the form of the records. */

#include <jansson.h>

#include "base/strbuf.h"

/* What is wrong with a notice of dossier.json: its text has another digest, its record says
 * another thing than the notice, an entry has another hash. Static text; NULL: nothing. */
const char *proof_of_notice(const json_t *notice);

/* Whether all the entries of a dossier can be of one chain with that head: each once, next to each
 * other where their numbers are, and none after the head. 1, 0 or -errno. */
int proof_is_one_chain(const json_t *model);

#endif
