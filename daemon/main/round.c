/* SPDX-License-Identifier: MIT */
/*
 * Owns the way of files from the inbox into the store and to where they are put away. A file moves
 * only when its rows are durable, and only if it is still the one that was read. File names may
 * hold a customer's name, so they stand in problems.txt and, in the log, at debug level alone.
 */

#include "main/round.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/parse.h"
#include "engine/reconnect.h"
#include "intake/intake.h"
#include "intake/quote.h"
#include "main/shelf.h"
#include "sys/log.h"
#include "sys/message-ids.h"
#include "sys/turn.h"

/* More are taken in the next round: each needs a descriptor. */
#define FILES_MAX 256
#define FILE_SIZE_MAX (INT64_C(4) * 1024 * 1024 * 1024)

typedef struct Item {
        char *name, *shown; /* shown: in messages, printable */
        DroppedStamp stamp;
        int fd;               /* -1: refused */
        const char *refusal;  /* static: why it is not even read */
        ImportResult *result; /* NULL: refused */
        StrBuf problems;      /* a line for each */
        StrBuf withdrawn;     /* a line for each instalment */
} Item;

typedef enum Phase {
        PHASE_IMPORTING,
        PHASE_MOVING,
        PHASE_RECONNECTING,
} Phase;

struct Round {
        RoundOrder order;
        Config *config; /* held */
        Phase phase;
        Item *items;
        size_t n, at;
        size_t n_files; /* those that are read */
        ImportFile files[FILES_MAX];
        ImportResult results[FILES_MAX];
        size_t which[FILES_MAX]; /* files[i] is items[which[i]] */
        Import *import;
        Turn *turn;
        int64_t reconnected;
        char time[DATE_TEXT_SIZE + 8];
};

static void item_release(Item *item)
{
        closep(&item->fd);
        strbuf_release(&item->problems);
        strbuf_release(&item->withdrawn);
        free(item->name);
        free(item->shown);
}

void round_free(Round *round)
{
        if (!round)
                return;
        import_free(round->import);
        turn_free(round->turn);
        for (size_t i = 0; i < round->n; i++)
                item_release(&round->items[i]);
        free(round->items);
        config_free(round->config);
        free(round);
}

/* Its end; may free the round. */
static void finish(Round *round, int result)
{
        round->order.done(round->order.owner, result);
}

static const char *refusal_of_mode(mode_t mode)
{
        if (S_ISDIR(mode))
                return "it is a folder; drop its files themselves";
        if (S_ISLNK(mode))
                return "it is a symbolic link; drop the file itself";
        return S_ISREG(mode) ? NULL : "it is no file";
}

static const char *refusal_of_error(int error)
{
        if (error == -EACCES || error == -EPERM)
                return "it cannot be read: the service has no right to";
        return "it cannot be read";
}

/* 0, also of one that is refused; 1: it is gone or changed, and is looked at again; -EMFILE … */
static int open_item(Round *round, Item *item)
{
        int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
        DroppedStamp now;

        item->refusal = refusal_of_mode(item->stamp.mode);
        if (!item->refusal && item->stamp.size > FILE_SIZE_MAX)
                item->refusal = "it is larger than 4 GiB; split it";
        if (item->refusal)
                return 0;
        item->fd = openat(round->order.inbox_fd, item->name, flags);
        if (item->fd < 0) {
                if (errno == ENOENT || errno == ELOOP)
                        return 1;
                if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
                        return -errno;
                item->refusal = refusal_of_error(-errno);
                return 0;
        }
        if (dropped_stamp(item->fd, "", &now) < 0 || !dropped_is_same(&now, &item->stamp))
                return 1;
        return 0;
}

/* A name that is not plain text is quoted. */
static char *shown_name(const char *name)
{
        StrBuf text = STRBUF_INIT;
        char *shown = NULL;

        if (utf8_is_valid(name, strlen(name)) && !has_control(name))
                return strdup(name);
        quote_add(&text, name, strlen(name));
        if (strbuf_take(&text, &shown) < 0)
                strbuf_release(&text);
        return shown;
}

static int add_item(Round *round, const Dropped *dropped)
{
        Item *item = &round->items[round->n];

        *item = (Item){ .fd = -1,
                .stamp = dropped->stamp,
                .name = strdup(dropped->name),
                .shown = shown_name(dropped->name) };
        int r = item->name && item->shown ? open_item(round, item) : -ENOMEM;
        if (r != 0) {
                item_release(item);
                return r;
        }
        if (item->fd >= 0) {
                round->which[round->n_files] = round->n;
                round->files[round->n_files] = (ImportFile){ item->shown, item->fd };
                item->result = &round->results[round->n_files++];
        }
        round->n++;
        return 0;
}

/* As many as there are descriptors for, but at least one. */
static int take_items(Round *round)
{
        const DroppedList *dropped = round->order.dropped;
        int r = 0;

        round->items = calloc(FILES_MAX, sizeof(*round->items));
        if (!round->items)
                return -ENOMEM;
        for (size_t i = 0; i < dropped->n && round->n < FILES_MAX && r >= 0; i++)
                if (dropped->list[i].is_ready)
                        r = add_item(round, &dropped->list[i]);
        return r < 0 && round->n == 0 ? r : 0;
}

static void on_message(void *owner, size_t i, bool is_warning, const char *text)
{
        Round *round = owner;
        StrBuf *problems = &round->items[round->which[i]].problems;

        strbuf_addf(problems, "%s%s\n", is_warning ? "warning: " : "", text);
}

static void on_withdrawn(void *owner, size_t i, const WithdrawnRow *row)
{
        Round *round = owner;
        StrBuf *withdrawn = &round->items[round->which[i]].withdrawn;
        char due[DATE_TEXT_SIZE], amount[MONEY_TEXT_SIZE];

        strbuf_addf(withdrawn, "%s, instalment %d%s%s, %s %s\n", row->number, row->seq,
                date_is_set(row->due) ? ", due " : "", date_format(row->due, due),
                money_format(row->amount, row->currency, amount), row->currency);
}

static bool is_refused(const Item *item)
{
        return !item->result || item->result->n_errors > 0 || is_empty(item->result->kind);
}

/* What a person reads beside the file. NULL: there is nothing to say. */
static const char *make_problems(const Item *item, StrBuf *text)
{
        const ImportResult *result = item->result;

        if (!result) {
                strbuf_addf(text, "%s: %s\n", item->shown, item->refusal);
                return strbuf_text(text);
        }
        if (result->n_errors == 0 && result->n_warnings == 0 && result->n_withdrawn == 0)
                return NULL;
        if (!is_empty(result->kind) && result->n_errors + result->n_warnings > 0)
                strbuf_addf(text,
                        "%s: %zu of its %zu rows count all the same; problems: %zu, warnings: "
                        "%zu\n",
                        item->shown, result->n_added + result->n_changed + result->n_same,
                        result->n_rows, result->n_errors, result->n_warnings);
        strbuf_add(text, strbuf_text(&item->problems));
        if (result->n_withdrawn > 0)
                strbuf_addf(text,
                        "%s: instalments withdrawn, as it has no row for them any more: %zu\n%s",
                        item->shown, result->n_withdrawn, strbuf_text(&item->withdrawn));
        if (result->n_errors > 0)
                strbuf_add(text, "\nMend this at its source and drop the file again: what counts "
                                 "already does not count twice.\n");
        return strbuf_text(text);
}

static void log_imported(const Item *item)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        log_debug("inbox: file %s", item->shown);
        if (!item->result) {
                log_record(LOG_WARNING, MESSAGE_IMPORT_FAILED, NULL, 0,
                        "inbox: something that was dropped is put into failed/: %s", item->refusal);
                return;
        }
        bool is_failed = is_refused(item);
        import_result_describe(item->result, &text);
        log_record(is_failed ? LOG_WARNING : LOG_INFO,
                is_failed ? MESSAGE_IMPORT_FAILED : MESSAGE_IMPORT_DONE, NULL, 0, "inbox: %s%s",
                strbuf_text(&text), is_failed ? "; it is put into failed/" : "");
}

/* Somebody has exchanged or changed it meanwhile: then it is for the next round. */
static bool is_same_file(const Round *round, const Item *item)
{
        DroppedStamp now;

        return dropped_stamp(round->order.inbox_fd, item->name, &now) == 0 &&
               dropped_is_same(&now, &item->stamp);
}

static void put_away(Round *round, Item *item)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        bool is_failed = is_refused(item);
        const Shelving shelving = {
                .from_fd = round->order.inbox_fd,
                .to_fd = is_failed ? round->order.failed_fd : round->order.done_fd,
                .name = item->name,
                .time = round->time,
                .problems = make_problems(item, &text),
        };

        log_imported(item);
        if (!is_same_file(round, item))
                return;
        int r = shelf_put(&shelving);
        if (r == 0 || r == -ENOENT)
                return;
        dropped_leave(round->order.dropped, item->name);
        log_record(LOG_ERR, MESSAGE_INBOX_TROUBLE, NULL, 0,
                "inbox: a file cannot be moved to %s/: %s; it is left where it is until somebody "
                "changes it",
                is_failed ? "failed" : "done", strerror(-r));
}

/* What was moved stays moved; where a folder cannot be synced, a power cut brings the file back,
 * and it is imported once more. */
static void sync_folders(const Round *round)
{
        (void)fsync(round->order.done_fd);
        (void)fsync(round->order.failed_fd);
        (void)fsync(round->order.inbox_fd);
}

static void on_turn(void *owner)
{
        Round *round = owner;

        round->order.engine->doing = "the inbox";
        if (round->phase == PHASE_MOVING && round->at < round->n) {
                put_away(round, &round->items[round->at++]);
        } else if (round->phase == PHASE_MOVING) {
                sync_folders(round);
                round->phase = PHASE_RECONNECTING;
        } else if (engine_reconnect_some(round->order.engine, &round->reconnected) <= 0) {
                /* What cannot be queued now is queued by the next wake. */
                finish(round, 0);
                return;
        }
        turn_want(round->turn);
}

static void on_imported(void *owner, int result)
{
        Round *round = owner;

        if (result < 0) {
                finish(round, result);
                return;
        }
        round->phase = PHASE_MOVING;
        turn_want(round->turn);
}

static int start_import(Round *round)
{
        const Now now = engine_now(round->order.engine);
        const ImportOrder order = {
                .context = { .store = round->order.engine->store,
                        .config = round->config,
                        .at = now.instant,
                        .today = now.local.day,
                        .message = on_message,
                        .withdrawn = on_withdrawn,
                        .owner = round },
                .files = round->files,
                .n = round->n_files,
                .results = round->results,
                .done = on_imported,
                .owner = round,
        };
        char day[DATE_TEXT_SIZE];

        (void)snprintf(round->time, sizeof(round->time), "%sT%02d%02d",
                date_format(now.local.day, day), now.local.minute / 60, now.local.minute % 60);
        return import_new(round->order.engine->event, &order, &round->import);
}

int round_new(const RoundOrder *order, Round **ret_round)
{
        _cleanup_(round_freep) Round *round = calloc(1, sizeof(*round));

        if (!round)
                return -ENOMEM;
        round->order = *order;
        round->config = config_hold(order->engine->config);
        int r = turn_new(order->engine->event, on_turn, round, &round->turn);
        if (r == 0)
                r = take_items(round);
        if (r == 0)
                r = start_import(round);
        if (r < 0)
                return r;
        *ret_round = TAKE_PTR(round);
        return 0;
}
