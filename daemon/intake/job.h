/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_JOB_H
#define RELANCED_INTAKE_JOB_H

/*
 * The import of one file as a state machine: a worker reads the file, each packet it sends is one
 * step. Nothing here waits; whoever owns the loop polls import_job_fd() for reading while the job
 * is ASKED or READING, calls import_job_step() when it is readable, and import_job_give_up() when
 * JOB_PATIENCE_USEC passed without a packet. Errors of the file are told as messages; only those of
 * the store are returned.
 */

#include "intake/columns.h"
#include "intake/intake.h"

#define JOB_PATIENCE_USEC (60 * USEC_PER_SEC)

typedef enum JobState {
        JOB_ASKED,   /* the worker has the file and will tell its kind */
        JOB_TOLD,    /* the kind is known; import_job_open() when its turn has come */
        JOB_READING, /* rows arrive and are put, within a transaction */
        JOB_DONE,
} JobState;

typedef struct ImportJob ImportJob;

/* context, name and result outlive the job. -ENOMEM. */
int import_job_new(
        const ImportContext *context, const char *name, ImportResult *result, ImportJob **ret_job);
/* Ends its worker. Does not touch the store: see import_job_give_up(). */
void import_job_free(ImportJob *job);
DEFINE_CLEANUP(ImportJob, import_job_free)

/* Starts a worker and gives it the file; a failure is told and the job is DONE. */
void import_job_start(ImportJob *job, int file_fd);
/* Takes over a worker that has been started; pid 0: none. items_max: more are nonsense. */
void import_job_attach(ImportJob *job, int socket_fd, pid_t pid, uint64_t items_max);

JobState import_job_state(const ImportJob *job);
/* From JOB_TOLD on, if the kind could be told; else -1. */
int import_job_kind(const ImportJob *job);
int import_job_fd(const ImportJob *job);

/* JOB_TOLD → JOB_READING. -errno of the store. */
int import_job_open(ImportJob *job);
/* Takes one packet. -errno of the store: its transaction is to be rolled back. */
int import_job_step(ImportJob *job);
/* Tells why, keeps what was put so far, DONE. -errno of the store. */
int import_job_give_up(ImportJob *job, const char *why);

#endif
