/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_FLIGHT_H
#define RELANCED_ENGINE_FLIGHT_H

/*
 * Flight files (DESIGN 5.4): what a worker says became of its messages, kept where it outlives both
 * worker and daemon. The daemon makes the file, takes its lock and gives the open file away; the
 * lock lives as long as a process holds that open file, so whoever finds it free knows that nobody
 * can add to it any more.
 *
 * A record is one small write at the end of the file. A torn one is passed over when reading.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "channels/channel.h"
#include "engine/protocol.h"

/* Room is set aside for that many records; a worker is replaced when it may have written them. */
#define FLIGHT_RECORDS 512U
#define FLIGHT_RECORD_MAX 416U

typedef struct FlightRecord {
        uint64_t notice;
        uint32_t attempt;
        enum relanced_outcome_kind kind;
        uint32_t retry_after_s;
        char reference[REFERENCE_MAX + 1]; /* "": none */
        char detail[DETAIL_MAX + 1];
} FlightRecord;

typedef struct FlightLog {
        FlightRecord *records; /* in the order they were written */
        size_t n;
        int fd; /* holds the lock until flight_log_release() */
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

/* Takes the lock and reads. 0, or FLIGHT_HELD: a process still holds the file; -errno. */
#define FLIGHT_HELD 1
int flight_read(const char *path, FlightLog *ret_log);
void flight_log_release(FlightLog *log);

/* What the file says of that attempt, or NULL. */
const FlightRecord *flight_find(const FlightLog *log, uint64_t notice, uint32_t attempt);

/* The files in a folder, of any channel: calls back with path and channel. A non-zero result stops
 * the listing and is returned. */
int flight_list(const char *folder,
        int (*found)(void *owner, const char *path, const char *channel), void *owner);

#endif
