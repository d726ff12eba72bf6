/* SPDX-License-Identifier: MIT */
/* Owns the rows about dossiers. Never looks at a file. */

#include "store/dossiers.h"

#include <errno.h>

#include "store/database.h"

int store_put_dossier(Store *store, const DossierKey *key, const DossierRow *row)
{
        bool is_own;
        int r = db_join(store, &is_own);

        if (r < 0)
                return r;
        r = db_run(store,
                "insert or replace into dossier (invoice, seq, action, file, sha256, size, "
                "fingerprint, problem) values (?, ?, ?, ?, ?, ?, ?, ?)",
                VALUES(INT(key->invoice), INT(key->seq), INT(key->action), TEXT(row->file),
                        TEXT(row->sha256), INT(row->size), TEXT(row->fingerprint),
                        TEXT(row->problem)));
        return db_leave(store, is_own, r);
}

int store_get_dossier(Store *store, const DossierKey *key, Arena *arena, DossierRow *ret_row)
{
        ROWS(rows);
        int r = rows_open(&rows, store,
                "select file, sha256, fingerprint, problem, size from dossier "
                "where invoice = ? and seq = ? and action = ?",
                VALUES(INT(key->invoice), INT(key->seq), INT(key->action)));

        if (r == 0)
                r = rows_next(&rows);
        if (r <= 0)
                return r < 0 ? r : -ENOENT;
        const DossierRow row = {
                .file = row_copy(&rows, 0, arena),
                .sha256 = row_copy(&rows, 1, arena),
                .fingerprint = row_copy(&rows, 2, arena),
                .problem = row_copy(&rows, 3, arena),
                .size = row_integer(&rows, 4),
        };
        if (!row.file || !row.sha256 || !row.fingerprint || !row.problem)
                return -ENOMEM;
        *ret_row = row;
        return 0;
}
