/* SPDX-License-Identifier: MIT */
/*
 * Owns the making of dossiers and their files: one relanced-paper at a time, a file that is whole
 * when it has its name, a row in the store for each. A dossier that cannot be made is a problem
 * that the next wake tells as a task; the file is not handed over without it.
 */

#include "engine/dossiers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>

#include "engine/dossier.h"
#include "engine/printing.h"
#include "sys/file.h"
#include "sys/log.h"

#define FOLDER "dossiers"
#define NEW_FILE FOLDER "/.new"
#define SIZE_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define ATTACHED_MAX (INT64_C(18) * 1024 * 1024) /* what most mail servers take, encoded */
#define WANTED_MAX 1024

typedef struct Wanted {
        int64_t account;
        DossierKey key;
} Wanted;

struct Dossiers {
        Engine *engine;
        Turn *turn;
        Wanted wanted[WANTED_MAX]; /* the first one is at hand while there is a printing */
        size_t n;
        Printing *printing;
        int new_fd;
        char *file, *fingerprint; /* of what is being made */
        bool has_news;
};

static char *state_path(const Config *config, const char *name)
{
        StrBuf path = STRBUF_INIT;
        char *text = NULL;

        strbuf_addf(&path, "%s/%s", config->state, name);
        if (strbuf_take(&path, &text) < 0)
                strbuf_release(&path);
        return text;
}

static void forget(Dossiers *dossiers)
{
        printing_free(dossiers->printing);
        closep(&dossiers->new_fd);
        free(dossiers->file);
        free(dossiers->fingerprint);
        dossiers->printing = NULL;
        dossiers->new_fd = -1;
        dossiers->file = dossiers->fingerprint = NULL;
}

/* That it failed again for the same reason is none: nobody would ever stop trying. */
static bool is_news(Dossiers *dossiers, const DossierRow *row)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        DossierRow before;
        int r = store_get_dossier(
                dossiers->engine->store, &dossiers->wanted[0].key, &arena, &before);

        return r < 0 || !*row->problem || !streq(before.problem, row->problem) ||
               !streq(before.fingerprint, row->fingerprint);
}

/* The one at hand is over, well or not; the others have their turn. */
static void end_one(Dossiers *dossiers, const DossierRow *row)
{
        bool has_news = is_news(dossiers, row);
        int r = store_put_dossier(dossiers->engine->store, &dossiers->wanted[0].key, row);

        if (r < 0)
                log_error("what became of a dossier cannot be recorded: %s; the next wake makes it "
                          "again",
                        strerror(-r));
        forget(dossiers);
        dossiers->n--;
        memmove(dossiers->wanted, dossiers->wanted + 1, dossiers->n * sizeof(Wanted));
        dossiers->has_news = dossiers->has_news || (r == 0 && has_news);
        if (dossiers->n > 0)
                turn_want(dossiers->turn);
        else if (dossiers->has_news)
                engine_expect_wake(dossiers->engine);
}

static void fail(Dossiers *dossiers, const char *problem)
{
        const DossierRow row = { "", "", dossiers->fingerprint ? dossiers->fingerprint : "",
                problem, 0 };

        end_one(dossiers, &row);
}

/* Its name tells what it is; only a whole file has it. */
static int name_file(Dossiers *dossiers)
{
        const Config *config = dossiers->engine->config;
        _cleanup_(freep) char *from = state_path(config, NEW_FILE);
        _cleanup_(freep) char *folder = state_path(config, FOLDER);
        StrBuf name = STRBUF_INIT;
        int r = 0;

        strbuf_addf(&name, FOLDER "/%s", dossiers->file);
        _cleanup_(freep) char *to = state_path(config, strbuf_text(&name));
        strbuf_release(&name);
        if (!from || !to || !folder)
                return -ENOMEM;
        if (fsync(dossiers->new_fd) < 0 || rename(from, to) < 0)
                r = -errno;
        _cleanup_(closep) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (r == 0 && (fd < 0 || fsync(fd) < 0))
                r = -errno;
        return r;
}

static void on_done(void *owner, const char *problem)
{
        Dossiers *dossiers = owner;
        struct stat status;
        char sha256[SHA256_TEXT_SIZE];

        if (problem) {
                fail(dossiers, problem);
                return;
        }
        int r = fstat(dossiers->new_fd, &status) < 0 ? -errno
                                                     : file_sha256(dossiers->new_fd, sha256);
        if (r == 0)
                r = name_file(dossiers);
        if (r < 0) {
                fail(dossiers, strerror(-r));
                return;
        }
        const DossierRow row = { dossiers->file, sha256, dossiers->fingerprint, "",
                status.st_size };
        end_one(dossiers, &row);
}

static int open_new(Dossiers *dossiers)
{
        _cleanup_(freep) char *folder = state_path(dossiers->engine->config, FOLDER);
        _cleanup_(freep) char *path = state_path(dossiers->engine->config, NEW_FILE);

        if (!folder || !path)
                return -ENOMEM;
        int r = folder_make(folder, 0700);
        if (r < 0)
                return r;
        if (unlink(path) < 0 && errno != ENOENT)
                return -errno;
        dossiers->new_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        return dossiers->new_fd < 0 ? -errno : 0;
}

static DossierPurpose purpose_of(Action action)
{
        return action == ACTION_LEGAL ? DOSSIER_COURT : DOSSIER_AGENCY;
}

/* -ENODATA: dossier->problem says why there can be none. */
static int make(Engine *engine, const DossierFor *what, Arena *arena, Dossier *dossier)
{
        const DossierAsked asked = {
                .account = what->account,
                .invoice = what->key.invoice,
                .seq = what->key.seq,
                .purpose = purpose_of(what->key.action),
                .now = what->now,
        };

        return dossier_make(engine, &asked, arena, dossier);
}

/* "F-1_1_agency_17.zip" */
static int take_names(Dossiers *dossiers, const Dossier *dossier)
{
        const DossierKey *key = &dossiers->wanted[0].key;
        StrBuf name = STRBUF_INIT;

        strbuf_addf(&name, "%s_%d_%s_%lld.zip", dossier->title, key->seq, action_names[key->action],
                (long long)key->invoice);
        int r = strbuf_take(&name, &dossiers->file);
        strbuf_release(&name);
        dossiers->fingerprint = strdup(dossier->fingerprint);
        return r < 0 ? r : dossiers->fingerprint ? 0 : -ENOMEM;
}

static int start(Dossiers *dossiers, Dossier *dossier)
{
        const PrintingOrder order = {
                .event = dossiers->engine->event,
                .kind = "dossier-zip",
                .dossier = dossier,
                .into_fd = dossiers->new_fd,
                .done = on_done,
                .owner = dossiers,
        };

        int r = printing_new(&order, &dossiers->printing);

        if (r == -ENOENT)
                dossier->problem = PRINTING_MISSING;
        return r;
}

static void on_turn(void *owner)
{
        Dossiers *dossiers = owner;
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        _cleanup_(dossier_release) Dossier dossier = { 0 };

        if (dossiers->n == 0 || dossiers->printing)
                return;
        const Wanted *wanted = &dossiers->wanted[0];
        const Now now = engine_now(dossiers->engine);
        const DossierFor what = { wanted->account, wanted->key, &now };
        int r = make(dossiers->engine, &what, &arena, &dossier);
        if (r == 0)
                r = take_names(dossiers, &dossier);
        if (r == 0)
                r = open_new(dossiers);
        if (r == 0)
                r = start(dossiers, &dossier);
        if (r < 0)
                fail(dossiers, dossier.problem ? dossier.problem : strerror(-r));
}

int dossiers_new(Engine *engine, Dossiers **ret_dossiers)
{
        _cleanup_(dossiers_freep) Dossiers *dossiers = malloc(sizeof(*dossiers));

        if (!dossiers)
                return -ENOMEM;
        *dossiers = (Dossiers){ .engine = engine, .new_fd = -1 };
        int r = turn_new(engine->event, on_turn, dossiers, &dossiers->turn);
        if (r == 0)
                *ret_dossiers = TAKE_PTR(dossiers);
        return r;
}

void dossiers_free(Dossiers *dossiers)
{
        if (!dossiers)
                return;
        forget(dossiers);
        turn_free(dossiers->turn);
        free(dossiers);
}

bool dossiers_is_idle(const Dossiers *dossiers)
{
        return !dossiers || dossiers->n == 0;
}

bool dossiers_take_news(Dossiers *dossiers)
{
        bool has_news = dossiers && dossiers->has_news;

        if (dossiers)
                dossiers->has_news = false;
        return has_news;
}

int dossiers_await(Dossiers *dossiers, const bool *stop)
{
        int r = 0;

        while (r >= 0 && !*stop && !dossiers_is_idle(dossiers))
                r = sd_event_run(dossiers->engine->event, UINT64_MAX);
        return r < 0 ? r : dossiers_take_news(dossiers);
}

/* Too many at once: the next wake asks again. */
static void want(Dossiers *dossiers, int64_t account, const DossierKey *key)
{
        for (size_t i = 0; i < dossiers->n; i++) {
                const DossierKey *other = &dossiers->wanted[i].key;
                if (other->invoice == key->invoice && other->seq == key->seq &&
                        other->action == key->action)
                        return;
        }
        if (dossiers->n == WANTED_MAX)
                return;
        dossiers->wanted[dossiers->n++] = (Wanted){ account, *key };
        turn_want(dossiers->turn);
}

int dossiers_prepare(Dossiers *dossiers, int64_t account, const DossierKey *key, Arena *arena,
        const char **ret_problem)
{
        DossierRow row;
        int r = store_get_dossier(dossiers->engine->store, key, arena, &row);

        *ret_problem = NULL;
        if (r < 0 && r != -ENOENT)
                return r;
        if (r == 0 && *row.problem)
                *ret_problem = row.problem;
        if (r == -ENOENT || *row.problem)
                want(dossiers, account, key);
        return 0;
}

/* As the mail has it; NULL: memory is out. */
static const char *shown_name(const Dossier *dossier, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf name = STRBUF_INIT;

        strbuf_addf(&name, "%s.zip", dossier->title);
        return strbuf_error(&name) < 0 ? NULL : arena_strdup(arena, strbuf_text(&name));
}

static int attach(Dossiers *dossiers, const DossierRow *row, const Dossier *dossier, Arena *arena,
        Attachment *ret_attachment)
{
        _cleanup_(strbuf_release) StrBuf document = STRBUF_INIT;
        char sha256[SHA256_TEXT_SIZE];
        int64_t size;
        int fd;

        strbuf_addf(&document, "/" FOLDER "/%s", row->file);
        int r = dossier_open(dossiers->engine->config, strbuf_text(&document), &fd, &size, sha256);
        if (r < 0)
                return r;
        (void)close(fd);
        if (!streq(sha256, row->sha256))
                return -ESTALE;
        *ret_attachment = (Attachment){
                .name = shown_name(dossier, arena),
                .document = arena_strdup(arena, strbuf_text(&document)),
                .sha256 = row->sha256,
                .size = size,
        };
        return ret_attachment->name && ret_attachment->document ? 0 : -ENOMEM;
}

/* A person can take it from where it lies. */
static int refuse_size(
        Dossiers *dossiers, const DossierRow *row, Arena *arena, const char **ret_problem)
{
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        const char *path = dossier_path(dossiers->engine->config, row->file, arena);

        strbuf_addf(&sentence, "%s is too large for a mail", path ? path : "");
        *ret_problem = path ? arena_strdup(arena, strbuf_text(&sentence)) : NULL;
        return *ret_problem ? DOSSIER_FAILED : -ENOMEM;
}

int dossiers_attach(Dossiers *dossiers, const DossierFor *what, Arena *arena,
        Attachment *ret_attachment, const char **ret_problem)
{
        _cleanup_(dossier_release) Dossier dossier = { 0 };
        DossierRow row = { 0 };
        int r = store_get_dossier(dossiers->engine->store, &what->key, arena, &row);
        bool is_there = r == 0;

        if (r < 0 && r != -ENOENT)
                return r;
        r = make(dossiers->engine, what, arena, &dossier);
        if (r < 0 && r != -ENODATA)
                return r;
        *ret_problem = dossier.problem;
        if (r == -ENODATA)
                return DOSSIER_FAILED;
        bool is_current = is_there && streq(row.fingerprint, dossier.fingerprint);
        if (is_current && !*row.problem && row.size > ATTACHED_MAX)
                return refuse_size(dossiers, &row, arena, ret_problem);
        if (is_current && !*row.problem &&
                attach(dossiers, &row, &dossier, arena, ret_attachment) == 0)
                return DOSSIER_READY;
        want(dossiers, what->account, &what->key);
        if (!is_current || !*row.problem)
                return DOSSIER_COMING;
        *ret_problem = row.problem;
        return DOSSIER_FAILED;
}

int dossiers_show(Dossiers *dossiers, const DossierFor *what, Arena *arena,
        Attachment *ret_attachment, const char **ret_problem)
{
        _cleanup_(dossier_release) Dossier dossier = { 0 };
        DossierRow row = { 0 };
        int r = make(dossiers->engine, what, arena, &dossier);

        *ret_problem = dossier.problem;
        if (r < 0)
                return r == -ENODATA ? DOSSIER_FAILED : r;
        r = store_get_dossier(dossiers->engine->store, &what->key, arena, &row);
        if (r < 0 && r != -ENOENT)
                return r;
        if (r == 0 && !*row.problem && attach(dossiers, &row, &dossier, arena, ret_attachment) == 0)
                return DOSSIER_READY;
        *ret_attachment = (Attachment){
                .name = shown_name(&dossier, arena),
                .document = "",
                .sha256 = "",
        };
        return ret_attachment->name ? DOSSIER_COMING : -ENOMEM;
}

int dossier_open(const Config *config, const char *document, int *ret_fd, int64_t *ret_size,
        char sha256[static SHA256_TEXT_SIZE])
{
        struct stat status;
        _cleanup_(closep) int fd = -1;
        int r = file_open_beneath(config->state, document + 1, SIZE_MAX_BYTES, &fd);

        if (r == 0)
                r = fstat(fd, &status) < 0 ? -errno : file_sha256(fd, sha256);
        if (r < 0)
                return r;
        *ret_size = status.st_size;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

const char *dossier_path(const Config *config, const char *file, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        strbuf_addf(&path, "%s/" FOLDER "/%s", config->state, file);
        return strbuf_error(&path) < 0 ? NULL : arena_strdup(arena, strbuf_text(&path));
}

const char *dossiers_sentence(const char *number, const char *problem, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;

        strbuf_addf(&sentence,
                "%s: its dossier cannot be made, and the file is not handed over without it: %s",
                number, problem);
        return strbuf_error(&sentence) < 0 ? NULL : arena_strdup(arena, strbuf_text(&sentence));
}
