/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_DOSSIER_H
#define RELANCED_ENGINE_DOSSIER_H

/*
 * A dossier as relanced-dossier(5) has it: all that is claimed and all that was sent and said about
 * it, as one JSON object, with the documents it names. Read from the store at one instant; nothing
 * is written.
 */

#include "engine/engine.h"
#include "sys/file.h"

typedef enum DossierPurpose {
        DOSSIER_AGENCY,
        DOSSIER_COURT,
        DOSSIER_PURPOSES
} DossierPurpose;
extern const char *const dossier_purpose_names[DOSSIER_PURPOSES];

typedef struct DossierAsked {
        int64_t account;
        int64_t invoice; /* 0: all of the account that are open */
        int seq;         /* of that invoice alone, and nothing else of it is claimed; 0: all */
        DossierPurpose purpose;
        const Now *now; /* as of the end of its day */
} DossierAsked;

typedef struct DossierDocument {
        char *name; /* in the dossier */
        int fd;
} DossierDocument;

typedef struct Dossier {
        char *json;
        size_t length;
        /* The same for the same day and the same facts, whenever it is made. */
        char fingerprint[SHA256_TEXT_SIZE];
        char *title; /* for a file's name: letters, digits, dot, - and _ */
        DossierDocument *documents;
        size_t n_documents;
        const char *problem; /* why there is none; NULL: there is one. In the arena, or static */
} Dossier;

/* Fills *dossier, which is released in any case. 0; -ENOENT: nothing of it is open; -ENODATA:
 * dossier->problem says what is missing. arena: for the time of the dossier. */
int dossier_make(Engine *engine, const DossierAsked *asked, Arena *arena, Dossier *dossier);
void dossier_release(Dossier *dossier);

#endif
