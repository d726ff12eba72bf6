/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_FOLLOW_H
#define RELANCED_API_FOLLOW_H

#include "api/routes.h"

/*
 * Answers with one line, in the shape of the log, for each change of a notice that the filter lets
 * through, and never ends; with filter->since, what there is comes first. A line {"lost": N} tells
 * of changes that the client was too slow for. The filter's texts are those of the request.
 */
int follow_log(Exchange *exchange, const LogFilter *filter);

#endif
