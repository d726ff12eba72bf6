/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_DOSSIERS_H
#define RELANCED_STORE_DOSSIERS_H

/* What became of the dossiers that R17 asks for. */

#include "base/arena.h"
#include "core/account.h"
#include "store/store.h"

typedef struct DossierKey {
        int64_t invoice;
        int seq;
        Action action;
} DossierKey;

/* Texts are "" where there is none. */
typedef struct DossierRow {
        const char *file, *sha256, *fingerprint, *problem;
        int64_t size;
} DossierRow;

/* In place of the one before, in a transaction of its own where there is none. */
int store_put_dossier(Store *store, const DossierKey *key, const DossierRow *row);
/* -ENOENT: none was made yet. */
int store_get_dossier(Store *store, const DossierKey *key, Arena *arena, DossierRow *ret_row);

#endif
