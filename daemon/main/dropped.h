/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_MAIN_DROPPED_H
#define RELANCED_MAIN_DROPPED_H

/*
 * What lies in a folder that people drop files into, and which of it is complete: not changed for
 * a second, and open for writing by nobody, as far as the system tells. No clock of files is
 * believed.
 */

#include <stdint.h>
#include <sys/stat.h>

#include "base/macros.h"

#define DROPPED_QUIET_USEC INT64_C(1000000)

/* The same as long as nobody has changed or exchanged the file. */
typedef struct DroppedStamp {
        dev_t device;
        ino_t inode;
        mode_t mode;
        off_t size;
        struct timespec modified, changed;
} DroppedStamp;

typedef struct Dropped {
        char *name;
        DroppedStamp stamp;
        int64_t since_usec; /* seen with this stamp */
        bool is_ready;
        bool is_left; /* could not be taken away: left alone until it changes */
} Dropped;

typedef struct DroppedList {
        Dropped *list; /* by name */
        size_t n, n_ready, n_left;
} DroppedList;

void dropped_release(DroppedList *list);

/* Looks again. now_usec: of the monotonic clock. -errno: the list is as it was. Hidden names and
 * those of unfinished downloads are passed over, and so are the names in except (NULL ends it). */
int dropped_look(DroppedList *list, int folder_fd, const char *const except[], int64_t now_usec);

/* The stamp of what has that name now, itself if it is a link; "": of the descriptor. */
int dropped_stamp(int folder_fd, const char *name, DroppedStamp *ret_stamp);
bool dropped_is_same(const DroppedStamp *a, const DroppedStamp *b);

/* It stays where it is and is not ready again until it changes. */
void dropped_leave(DroppedList *list, const char *name);

#endif
