/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_EXAMPLE_H
#define RELANCED_COMPOSE_EXAMPLE_H

/* Made-up notices, in memory alone, that templates are tried with before a customer's are. */

#include "compose/compose.h"

typedef enum ExampleCase {
        EXAMPLE_ONE,  /* an invoice of a firm, late, and no more */
        EXAMPLE_FULL, /* three, partly paid, with all that a notice can tell of */
        EXAMPLE_BARE, /* a service for somebody of whom the name alone is known, due today */
} ExampleCase;
#define EXAMPLES 3

/* What notice it is. */
typedef struct ExampleWish {
        NoticeKind kind;
        Action action;
        const Policy *policy; /* NULL: none */
        const Step *step;     /* NULL: outside the ladder */
        const char *language; /* of who reads it */
} ExampleWish;

#define EXAMPLE_LINES 3
typedef struct Example {
        Account account;
        CustomerDetail customer;
        Instalment instalments[EXAMPLE_LINES];
        InvoiceDetail details[EXAMPLE_LINES];
        Charges charges[EXAMPLE_LINES];
        NoticeLine lines[EXAMPLE_LINES];
        Attachment attachment;
        Recipient recipient;
        Done done;
        Planned planned;
        Occasion occasion;
} Example;

/* The example points into itself and what it was wished from; there is nothing to free. */
void example_make(Example *example, const ExampleWish *wish, ExampleCase which);

#endif
