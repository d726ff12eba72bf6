/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_FLIGHT_H
#define RELANCED_ENGINE_FLIGHT_H

/*
 * Flight files (DESIGN 5.4): what a worker says became of its messages, kept where it outlives both
 * worker and daemon. The daemon makes the file, takes its lock and gives the open file away; the
 * lock lives as long as a process holds that open file, so whoever finds it free knows that nobody
 * can add to it any more.
 *
 * For each attempt the worker notes ASKED before it asks the daemon to begin, LEAVING before the
 * module hears "go", and the outcome. So an attempt that the store has as begun and that is only
 * ASKED here has surely not left, as long as nothing can be missing: the file is whole to its last
 * byte, is the very file that was made (no copy), and was written since the machine was started.
 * Nothing here is ever synced: after a power cut the end of a file may be lost, and the number of
 * the boot tells so. A disk that loses what was written without a restart of the machine (pulled
 * out, or put back to a snapshot) is not recognised.
 *
 * A record is one small write at the end of the file. A torn one is passed over when reading.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "channels/channel.h"
#include "engine/protocol.h"

/* Room is set aside for that many records; a worker is replaced when it may have written them. */
#define FLIGHT_RECORDS 1024U
#define FLIGHT_RECORD_MAX 432U /* an outcome */
#define FLIGHT_NOTE_MAX 32U    /* a step towards it */
#define FLIGHT_SIZE_MAX (FLIGHT_RECORDS * (FLIGHT_RECORD_MAX + 2 * FLIGHT_NOTE_MAX))

typedef struct FlightRecord {
        uint64_t notice;
        uint32_t attempt;
        enum relanced_outcome_kind kind;
        uint32_t retry_after_s;
        char reference[REFERENCE_MAX + 1]; /* "": none */
        char detail[DETAIL_MAX + 1];
} FlightRecord;

/* How far an attempt had got. */
typedef enum FlightStep {
        FLIGHT_ASKED,
        FLIGHT_LEAVING
} FlightStep;

typedef struct FlightNote {
        uint64_t notice;
        uint32_t attempt;
        FlightStep step;
} FlightNote;

typedef struct FlightLog {
        FlightRecord *records; /* in the order they were written */
        size_t n;
        FlightNote *notes; /* likewise */
        size_t n_notes;
        bool is_whole; /* nothing that was written is missing */
        int fd;        /* holds the lock until flight_log_release() */
} FlightLog;
#define FLIGHT_LOG_INIT ((FlightLog){ .fd = -1 })

/* A record of an outcome; texts are cut to size, control characters and bad UTF-8 become '?'. */
FlightRecord flight_record(
        uint64_t notice, unsigned attempt, const struct relanced_outcome *outcome);

/* A new file of a channel in the folder, with room set aside, locked. Its descriptor is to be given
 * to the worker and closed. -ENOSPC … */
int flight_create(const char *folder, const char *channel, char **ret_path, int *ret_fd);

/* Appends one record. -errno; -EIO: written in part. */
int flight_append(int fd, const FlightRecord *record);
int flight_note(int fd, const FlightNote *note);

/* Takes the lock and reads. 0, or FLIGHT_HELD: a process still holds the file; -errno. */
#define FLIGHT_HELD 1
int flight_read(const char *path, FlightLog *ret_log);
void flight_log_release(FlightLog *log);

/* What the file says of that attempt, or NULL. */
const FlightRecord *flight_find(const FlightLog *log, uint64_t notice, uint32_t attempt);

/* Whether an attempt without an outcome had surely not left. logs: all files that could speak of
 * it; one that is missing or not whole proves nothing. */
bool flight_proves_unsent(const FlightLog *logs, size_t n, uint64_t notice, uint32_t attempt);

/* The files in a folder, of any channel: calls back with path and channel. A non-zero result stops
 * the listing and is returned. */
int flight_list(const char *folder,
        int (*found)(void *owner, const char *path, const char *channel), void *owner);

#endif
