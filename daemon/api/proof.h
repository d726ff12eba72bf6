/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_PROOF_H
#define RELANCED_API_PROOF_H

/* The log's chain, walked for who asks whether it is whole (log --verify). */

#include "api/routes.h"

int proof_answer(Exchange *exchange);

#endif
