/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_API_SHAPES_H
#define RELANCED_API_SHAPES_H

/* How rows look in JSON (DESIGN 4.1), made of the values of engine/shape.h. Each gives a new
 * reference, or NULL when memory is out. */

#include "engine/shape.h"
#include "store/report.h"

/* A customer and a currency: the unit that is written to. */
json_t *shape_account(const char *customer, const char *currency);
json_t *shape_log(const Zone *zone, const LogRow *row);
/* A notice that would leave: in the shape of the log, with neither number nor texts. */
json_t *shape_planned(const Zone *zone, const LogRow *row);
json_t *shape_invoice(const InvoiceReport *row);
json_t *shape_customer(const CustomerReport *row);
json_t *shape_task(const Zone *zone, const TaskReport *row);
json_t *shape_fact(const Zone *zone, const FactReport *row);

#endif
