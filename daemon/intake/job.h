/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_JOB_H
#define RELANCED_INTAKE_JOB_H

/*
 * The import of one file as a state machine: a worker reads the file, each packet it sends is one
 * step. Nothing here waits, begins a transaction or ends one; whoever owns the loop calls
 * import_job_step() when import_job_fd() is readable, and import_job_give_up() when nothing came
 * for too long. Errors of the file are told as messages; only those of the store are returned.
 */

#include "intake/columns.h"
#include "intake/intake.h"

typedef enum JobState {
        JOB_NEW,     /* import_job_start() */
        JOB_ASKED,   /* the worker has the file and will tell its kind */
        JOB_TOLD,    /* the kind is known; import_job_open() when its turn has come */
        JOB_READING, /* rows arrive and are put; steps need a transaction of the caller's */
        JOB_ENDING,  /* so does this: what the file lacks is withdrawn; no packet is awaited */
        JOB_DONE,
} JobState;

typedef struct ImportJob ImportJob;

/* i: the file's index in its import, for messages. context, name and result outlive the job.
 * -ENOMEM. */
int import_job_new(const ImportContext *context, size_t i, const char *name, ImportResult *result,
        ImportJob **ret_job);
/* Ends its worker; what was put stays. */
void import_job_free(ImportJob *job);
DEFINE_CLEANUP(ImportJob, import_job_free)

/* Starts a worker and gives it the file; a failure is told and the job is DONE. */
void import_job_start(ImportJob *job, int file_fd);
/* Of a job that is TOLD: ends its worker, so that not too many wait for their turn. It is NEW
 * again, and keeps its kind. */
void import_job_park(ImportJob *job);
/* Takes over a worker that has been started; pid 0: none. items_max: more are nonsense. */
void import_job_attach(ImportJob *job, int socket_fd, pid_t pid, uint64_t items_max);

JobState import_job_state(const ImportJob *job);
/* Once it was TOLD; else -1. */
int import_job_kind(const ImportJob *job);
int import_job_fd(const ImportJob *job); /* -1: it has none */
/* Its worker runs. One that has sent all of a small file has ended before anybody reads it. */
bool import_job_is_alive(ImportJob *job);
/* Of a job that is NEW, ENDING or DONE. The loop must have forgotten the descriptor before: a
 * process that is being started may hold a copy of it for a moment. */
void import_job_close(ImportJob *job);

/* JOB_TOLD → JOB_READING, in a transaction. -errno of the store. */
int import_job_open(ImportJob *job);
/* Takes one packet, or ends a little more. 0; JOB_WAITS: there was none; -errno of the store: its
 * transaction is to be rolled back. */
#define JOB_WAITS 1
int import_job_step(ImportJob *job);
/* Tells why, keeps what was put so far, DONE. */
void import_job_give_up(ImportJob *job, const char *why);

#endif
