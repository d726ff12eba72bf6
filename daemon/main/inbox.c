/* SPDX-License-Identifier: MIT */
/*
 * Owns the inbox: its folders, the watch on them, and when what was dropped is taken. Each look
 * compares all that is there with the look before; the watch only says when to look, so that
 * nothing depends on its events being complete. Trouble with the folders is told once and tried
 * again every minute.
 */

#include "main/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <systemd/sd-event.h>

#include "main/dropped.h"
#include "main/round.h"
#include "main/shelf.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/message-ids.h"
#include "sys/turn.h"

#define DONE "done"
#define FAILED "failed"
#define LOOK_USEC (USEC_PER_SEC / 4)
/* Files that are ready wait so long for others that are still being written. */
#define COMPANY_USEC (5 * USEC_PER_SEC)
/* While somebody has a file open and nothing happens: its closing is watched, too. */
#define SLOW_LOOK_USEC (5 * USEC_PER_SEC)
/* After trouble with a folder or the store, and where nothing can be watched. */
#define RETRY_USEC (60 * USEC_PER_SEC)

#define WATCH_EVENTS                                                                               \
        (IN_CREATE | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |        \
                IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define WATCH_FAILED (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)
/* What is watched is not that folder any more. */
#define WATCH_ENDS (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT)

struct Inbox {
        Engine *engine;
        char *path;
        int inbox_fd, done_fd, failed_fd;
        sd_event_source *watch, *failed_watch, *timer;
        DroppedList dropped;
        Round *round;
        size_t n_failed;
        int folder_trouble, round_trouble; /* the -errno that was told last, 0: none */
        int64_t look_usec;                 /* when the timer is due, 0: it is not set */
        bool is_closed, was_idle;
        bool has_news; /* since the last look */
        void (*on_idle)(void *owner);
        void *owner;
};

static void forget_watches(Inbox *inbox)
{
        inbox->watch = sd_event_source_disable_unref(inbox->watch);
        inbox->failed_watch = sd_event_source_disable_unref(inbox->failed_watch);
}

static void close_folders(Inbox *inbox)
{
        closep(&inbox->inbox_fd);
        closep(&inbox->done_fd);
        closep(&inbox->failed_fd);
}

void inbox_free(Inbox *inbox)
{
        if (!inbox)
                return;
        round_free(inbox->round);
        sd_event_source_disable_unref(inbox->timer);
        forget_watches(inbox);
        close_folders(inbox);
        dropped_release(&inbox->dropped);
        free(inbox->path);
        free(inbox);
}

static void plan_look(Inbox *inbox, uint64_t usec)
{
        int64_t look_usec = clock_monotonic_usec() + (int64_t)usec;

        if (inbox->is_closed || (inbox->look_usec != 0 && inbox->look_usec <= look_usec))
                return;
        inbox->look_usec = look_usec;
        (void)sd_event_source_set_time_relative(inbox->timer, usec);
        (void)sd_event_source_set_enabled(inbox->timer, SD_EVENT_ONESHOT);
}

/* Told once, as long as it stays the same. */
static void tell_trouble(int *last, const char *what, int error)
{
        if (*last == error)
                return;
        *last = error;
        log_record(
                LOG_ERR, MESSAGE_INBOX_TROUBLE, NULL, 0, "inbox: %s: %s", what, strerror(-error));
}

static int on_event(sd_event_source *source, const struct inotify_event *event, void *owner)
{
        Inbox *inbox = owner;

        inbox->has_news = true;
        if (event->mask & WATCH_ENDS)
                forget_watches(inbox);
        if (!inbox->round)
                plan_look(inbox, LOOK_USEC);
        return 0;
}

static int watch_folder(Inbox *inbox, const char *path, uint32_t events, sd_event_source **watch)
{
        int r = sd_event_add_inotify(inbox->engine->event, watch, path, events, on_event, inbox);

        if (r < 0)
                return r;
        return sd_event_source_set_priority(*watch, PRIORITY_WORK);
}

/* The folder, made if missing; a link to one elsewhere is its owner's choice. */
static int open_folder(const char *path, int *ret_fd)
{
        int r = folder_make(path, 0700);

        if (r < 0)
                return r;
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        closep(ret_fd);
        *ret_fd = fd;
        return 0;
}

static int open_folders(Inbox *inbox)
{
        _cleanup_(freep) char *done = NULL, *failed = NULL;

        if (asprintf(&done, "%s/" DONE, inbox->path) < 0 ||
                asprintf(&failed, "%s/" FAILED, inbox->path) < 0)
                return -ENOMEM;
        int r = open_folder(inbox->path, &inbox->inbox_fd);
        if (r == 0)
                r = open_folder(done, &inbox->done_fd);
        if (r == 0)
                r = open_folder(failed, &inbox->failed_fd);
        if (r < 0) {
                tell_trouble(&inbox->folder_trouble, "its folders cannot be used", r);
                return r;
        }
        if (!inbox->watch)
                r = watch_folder(inbox, inbox->path, WATCH_EVENTS, &inbox->watch);
        if (r >= 0 && !inbox->failed_watch)
                r = watch_folder(inbox, failed, WATCH_FAILED, &inbox->failed_watch);
        if (r < 0)
                tell_trouble(&inbox->folder_trouble,
                        "it cannot be watched, and is looked into every minute", r);
        else
                inbox->folder_trouble = 0;
        return 0;
}

static size_t count_failed(const Inbox *inbox)
{
        size_t ending = strlen(SHELF_PROBLEMS), n = 0;
        int fd = openat(inbox->failed_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *dir = fd < 0 ? NULL : fdopendir(fd);

        if (!dir) {
                closep(&fd);
                return 0;
        }
        for (struct dirent *entry; (entry = readdir(dir));) {
                size_t length = strlen(entry->d_name);
                n += *entry->d_name != '.' &&
                     (length < ending || !streq(entry->d_name + length - ending, SHELF_PROBLEMS));
        }
        (void)closedir(dir);
        return n;
}

static void tell_idle(Inbox *inbox)
{
        bool is_idle = inbox_is_idle(inbox);

        if (is_idle && !inbox->was_idle && inbox->on_idle)
                inbox->on_idle(inbox->owner);
        inbox->was_idle = is_idle;
}

static void on_round_done(void *owner, int result)
{
        Inbox *inbox = owner;

        round_free(TAKE_PTR(inbox->round));
        if (result < 0)
                tell_trouble(&inbox->round_trouble, "its files wait, the store cannot record them",
                        result);
        else
                inbox->round_trouble = 0;
        plan_look(inbox, result < 0 ? RETRY_USEC : 0);
}

static void start_round(Inbox *inbox)
{
        const RoundOrder order = {
                .engine = inbox->engine,
                .dropped = &inbox->dropped,
                .inbox_fd = inbox->inbox_fd,
                .done_fd = inbox->done_fd,
                .failed_fd = inbox->failed_fd,
                .done = on_round_done,
                .owner = inbox,
        };
        int r = round_new(&order, &inbox->round);

        if (r == 0)
                return;
        tell_trouble(&inbox->round_trouble, "its files cannot be taken yet", r);
        plan_look(inbox, RETRY_USEC);
}

/* Whether those that are ready have waited long enough for those that are not. */
static bool is_time(const DroppedList *dropped, int64_t now_usec)
{
        if (dropped->n_ready + dropped->n_left == dropped->n)
                return dropped->n_ready > 0;
        for (size_t i = 0; i < dropped->n; i++)
                if (dropped->list[i].is_ready &&
                        now_usec - dropped->list[i].since_usec >= COMPANY_USEC)
                        return true;
        return false;
}

/* When to look again for what is not ready yet; 0: there is nothing like that. */
static uint64_t next_look(const Inbox *inbox, int64_t now_usec)
{
        const DroppedList *dropped = &inbox->dropped;

        if (dropped->n == dropped->n_left)
                return inbox->watch ? 0 : RETRY_USEC;
        if (dropped->n_ready > 0)
                return LOOK_USEC;
        for (size_t i = 0; i < dropped->n; i++)
                if (now_usec - dropped->list[i].since_usec < 2 * DROPPED_QUIET_USEC)
                        return LOOK_USEC;
        return SLOW_LOOK_USEC;
}

static void look(Inbox *inbox)
{
        static const char *const except[] = { DONE, FAILED, NULL };
        int64_t now_usec = clock_monotonic_usec();

        inbox->engine->doing = "the inbox";
        inbox->has_news = false;
        int r = open_folders(inbox);
        if (r == 0) {
                inbox->n_failed = count_failed(inbox);
                r = dropped_look(&inbox->dropped, inbox->inbox_fd, except, now_usec);
                if (r < 0)
                        tell_trouble(&inbox->folder_trouble, "it cannot be read", r);
        }
        if (r < 0) {
                plan_look(inbox, RETRY_USEC);
        } else if (is_time(&inbox->dropped, now_usec)) {
                start_round(inbox);
        } else {
                uint64_t usec = next_look(inbox, now_usec);
                if (usec > 0)
                        plan_look(inbox, usec);
        }
        tell_idle(inbox);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *owner)
{
        Inbox *inbox = owner;

        inbox->engine->doing = "a look into the inbox";
        inbox->look_usec = 0;
        if (!inbox->is_closed && !inbox->round)
                look(inbox);
        return 0;
}

int inbox_new(Engine *engine, Inbox **ret_inbox)
{
        _cleanup_(inbox_freep) Inbox *inbox = malloc(sizeof(*inbox));

        if (!inbox)
                return -ENOMEM;
        *inbox = (Inbox){ .engine = engine, .inbox_fd = -1, .done_fd = -1, .failed_fd = -1 };
        if (asprintf(&inbox->path, "%s/inbox", engine->config->state) < 0) {
                inbox->path = NULL;
                return -ENOMEM;
        }
        int r = sd_event_add_time_relative(
                engine->event, &inbox->timer, CLOCK_MONOTONIC, 0, 1, on_timer, inbox);
        if (r >= 0)
                r = sd_event_source_set_priority(inbox->timer, PRIORITY_WORK);
        if (r < 0)
                return r;
        look(inbox);
        *ret_inbox = TAKE_PTR(inbox);
        return 0;
}

bool inbox_is_idle(const Inbox *inbox)
{
        return !inbox->round && !inbox->has_news && inbox->dropped.n == inbox->dropped.n_left;
}

void inbox_on_idle(Inbox *inbox, void (*call)(void *owner), void *owner)
{
        inbox->on_idle = call;
        inbox->owner = owner;
}

void inbox_close(Inbox *inbox)
{
        inbox->is_closed = true;
        (void)sd_event_source_set_enabled(inbox->timer, SD_EVENT_OFF);
}

void inbox_count(const Inbox *inbox, size_t *ret_n_waiting, size_t *ret_n_failed)
{
        *ret_n_waiting = inbox->dropped.n - inbox->dropped.n_left;
        *ret_n_failed = inbox->n_failed;
}
