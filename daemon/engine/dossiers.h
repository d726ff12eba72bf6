/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_DOSSIERS_H
#define RELANCED_ENGINE_DOSSIERS_H

/*
 * The dossiers that R17 asks for: made one after the other beside everything else, kept in the
 * state folder, ready to be attached to the notice that hands the file over.
 */

#include "engine/engine.h"
#include "store/dossiers.h"
#include "store/outbox.h"
#include "sys/file.h"

typedef struct Dossiers Dossiers;

int dossiers_new(Engine *engine, Dossiers **ret_dossiers);
/* Ends what is being made. */
void dossiers_free(Dossiers *dossiers);
DEFINE_CLEANUP(Dossiers, dossiers_free)

/* Runs the loop until nothing is being made any more, or stop is set. 1: a further wake has
 * something to do; 0; -errno. */
int dossiers_await(Dossiers *dossiers, const bool *stop);
/* Nothing is being made, or waits to be. */
bool dossiers_is_idle(const Dossiers *dossiers);
/* Whether any was made, or failed, since the last time it was asked. */
bool dossiers_take_news(Dossiers *dossiers);

/* A step that a person is asked about: its dossier is made unless there is one. *ret_problem: why
 * the last try gave none, or NULL; it is tried again. */
int dossiers_prepare(Dossiers *dossiers, int64_t account, const DossierKey *key, Arena *arena,
        const char **ret_problem);

typedef enum DossierStanding {
        DOSSIER_READY,
        DOSSIER_COMING, /* it is made anew: the day or the facts are others */
        DOSSIER_FAILED, /* *ret_problem says why; it is tried again */
} DossierStanding;
/* For the notice that hands a file over: of which instalment, at which instant. */
typedef struct DossierFor {
        int64_t account;
        DossierKey key;
        const Now *now;
} DossierFor;
/* A DossierStanding or -errno. */
int dossiers_attach(Dossiers *dossiers, const DossierFor *what, Arena *arena,
        Attachment *ret_attachment, const char **ret_problem);
/* The same for who only looks: the file that is kept, current or not, and nothing is made. Where
 * none is kept yet, DOSSIER_COMING with its name alone: document and sha256 are "". */
int dossiers_show(Dossiers *dossiers, const DossierFor *what, Arena *arena,
        Attachment *ret_attachment, const char **ret_problem);

/* What a task says of a problem (arena); NULL: memory is out. */
const char *dossiers_sentence(const char *number, const char *problem, Arena *arena);

/* An attachment's document that is one of these: no document of an invoice can have such a name. */
static inline bool document_is_dossier(const char *document)
{
        return *document == '/';
}
/* Opens it, as document_open() does. */
int dossier_open(const Config *config, const char *document, int *ret_fd, int64_t *ret_size,
        char sha256[static SHA256_TEXT_SIZE]);
/* Where a person finds it (arena); NULL: memory is out. */
const char *dossier_path(const Config *config, const char *file, Arena *arena);

#endif
