/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_PRINTING_H
#define RELANCED_ENGINE_PRINTING_H

/* relanced-paper at work on a dossier, beside everything else. */

#include "engine/dossier.h"

typedef struct sd_event sd_event;
typedef struct Printing Printing;

typedef struct PrintingOrder {
        sd_event *event;
        const char *kind;       /* as paper/paper.h has them: "dossier-zip" … */
        const Dossier *dossier; /* for the time of printing_new() */
        int into_fd;            /* an empty file; for the same time */
        uint64_t patience_usec; /* after which it is ended; 0: two minutes for each MiB */
        /* Called once, unless it is freed before: NULL, or a sentence that says why there is
         * nothing (valid during the call). May free the printing. */
        void (*done)(void *owner, const char *problem);
        void *owner;
} PrintingOrder;

/* -ENOENT: the program is not there, and PRINTING_MISSING says so; other -errno. */
#define PRINTING_MISSING "relanced-paper is not installed beside relanced"
int printing_new(const PrintingOrder *order, Printing **ret_printing);
/* Ends it if it has not ended yet. */
void printing_free(Printing *printing);
DEFINE_CLEANUP(Printing, printing_free)

#endif
