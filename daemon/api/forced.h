/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_FORCED_H
#define RELANCED_API_FORCED_H

/* A step that a person wants to see or to send now. */

#include "api/routes.h"

typedef struct ForcedPlan {
        Account account;
        Decision decision;
        const Planned *planned; /* the notice that carries the step */
        size_t instalment;      /* that was meant: index in the account */
} ForcedPlan;

/*
 * Finds the notice for the request's invoice and step (else its next). 0 and *ret_plan (in the
 * exchange's arena); 1: refused, the reply says why; or -errno.
 */
int forced_plan(Exchange *exchange, bool is_preview, ForcedPlan *ret_plan);

/* 0 (also without a step or a policy), or 1: the policy has no such step, and it is refused. */
int forced_check_step(Exchange *exchange, const char *step, const Policy *policy);

/* Refuses because its texts could not be made. Always 1. */
int forced_no_text(Exchange *exchange, const char *problem, int error);

#endif
