/* SPDX-License-Identifier: MIT */
/*
 * Owns the order of an import: all files are given to workers at once, each tells its kind, then
 * they are taken in the order customers, invoices, payments. A worker whose turn has not come waits
 * in send() when the socket is full, so nothing is kept here. Blocks until all is done; never logs.
 */

#include "intake/intake.h"

#include <errno.h>
#include <poll.h>

#include "intake/job.h"
#include "sys/clock.h"

/* Waits for a packet and lets the job take it. */
static int job_wait(ImportJob *job)
{
        int64_t deadline = clock_monotonic_usec() + JOB_PATIENCE_USEC;

        for (;;) {
                struct pollfd waiting = { .fd = import_job_fd(job), .events = POLLIN };
                int64_t left = deadline - clock_monotonic_usec();
                int r = left > 0 ? poll(&waiting, 1, (int)(left / 1000) + 1) : 0;

                if (r > 0)
                        return import_job_step(job);
                if (r == 0)
                        return import_job_give_up(job,
                                "the program that reads this file gave no sign of life for a "
                                "minute; the rest of the file is not imported");
                if (errno != EINTR)
                        return -errno;
        }
}

static int job_run(ImportJob *job, JobState state)
{
        int r = 0;

        while (r == 0 && import_job_state(job) == state)
                r = job_wait(job);
        return r;
}

static int import_jobs(ImportJob *const jobs[], size_t n)
{
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++)
                r = job_run(jobs[i], JOB_ASKED);
        for (int kind = 0; kind < FILE_KINDS; kind++) {
                for (size_t i = 0; i < n && r == 0; i++) {
                        if (import_job_state(jobs[i]) != JOB_TOLD ||
                                import_job_kind(jobs[i]) != kind)
                                continue;
                        r = import_job_open(jobs[i]);
                        if (r == 0)
                                r = job_run(jobs[i], JOB_READING);
                }
        }
        return r;
}

int intake_import(
        const ImportContext *context, const ImportFile *files, size_t n, ImportResult *results)
{
        ImportJob **jobs = calloc(n, sizeof(*jobs));
        int r = jobs || n == 0 ? 0 : -ENOMEM;

        for (size_t i = 0; i < n && r == 0; i++) {
                r = import_job_new(context, files[i].name, &results[i], &jobs[i]);
                if (r == 0)
                        import_job_start(jobs[i], files[i].fd);
        }
        if (r == 0)
                r = import_jobs(jobs, n);
        if (r < 0)
                store_rollback(context->store);
        for (size_t i = 0; jobs && i < n; i++)
                import_job_free(jobs[i]);
        free(jobs);
        return r;
}
