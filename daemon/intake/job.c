/* SPDX-License-Identifier: MIT */
/*
 * Owns one worker and the rows it sends, until they are in the store. Everything a worker says is
 * checked as though it came from the network: order, lengths, UTF-8, number. Never waits, never
 * logs, never begins or ends a transaction; what is wrong with a file becomes a message, what is
 * wrong with the store is returned.
 */

#include "intake/job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/arena.h"
#include "intake/quote.h"
#include "intake/row.h"
#include "intake/wire.h"
#include "sys/process.h"

/* More messages than this help nobody; the rest is counted. */
#define MESSAGES_MAX 1000
/* Items that need not stand for a byte of the file: those about the header. */
#define ITEMS_EXTRA (CSV_FIELDS_MAX + 64)

struct ImportJob {
        const ImportContext *context;
        size_t i; /* in its import */
        const char *name;
        ImportResult *result;
        JobState state;
        int kind; /* FileKind, or -1 */
        int socket_fd;
        pid_t pid;  /* 0: none, or it has ended */
        int status; /* of its end; -1: there was none */
        uint64_t n_items, items_max;
        unsigned line; /* the last one heard of */
        size_t n_told, n_untold, n_withdrawn_told;
        int64_t run;      /* of the store, while READING or ENDING */
        bool is_doubtful; /* a row whose key could not be read was left out */
        Arena arena;      /* one row */
        WirePacket packet;
};

int import_job_new(const ImportContext *context, size_t i, const char *name, ImportResult *result,
        ImportJob **ret_job)
{
        ImportJob *job = calloc(1, sizeof(*job));

        if (!job)
                return -ENOMEM;
        job->context = context;
        job->i = i;
        job->name = name;
        job->result = result;
        job->kind = -1;
        job->socket_fd = -1;
        job->status = -1;
        job->arena = ARENA_INIT;
        *result = (ImportResult){ .kind = "" };
        *ret_job = job;
        return 0;
}

/* Ends the worker; its wait status, -1: there was none. One that has died keeps the status it died
 * with; one that lives on though it closed its socket is not waited for. */
static int job_end_worker(ImportJob *job)
{
        if (job->pid <= 0)
                return job->status;
        (void)kill(job->pid, SIGKILL);
        while (waitpid(job->pid, &job->status, 0) < 0)
                if (errno != EINTR) {
                        job->status = -1;
                        break;
                }
        job->pid = 0;
        return job->status;
}

bool import_job_is_alive(ImportJob *job)
{
        if (job->pid > 0 && waitpid(job->pid, &job->status, WNOHANG) == job->pid)
                job->pid = 0;
        return job->pid > 0;
}

void import_job_close(ImportJob *job)
{
        if (job->socket_fd >= 0)
                (void)close(TAKE_FD(job->socket_fd));
}

void import_job_free(ImportJob *job)
{
        if (!job)
                return;
        (void)job_end_worker(job);
        import_job_close(job);
        if (job->state == JOB_READING || job->state == JOB_ENDING)
                store_import_drop(job->context->store, job->run);
        arena_release(&job->arena);
        free(job);
}

JobState import_job_state(const ImportJob *job)
{
        return job->state;
}

int import_job_kind(const ImportJob *job)
{
        return job->kind;
}

int import_job_fd(const ImportJob *job)
{
        return job->socket_fd;
}

/* Tells a problem; line 0: of the file as a whole. */
static void job_tell(ImportJob *job, bool is_warning, unsigned line, const char *what)
{
        StrBuf text = STRBUF_INIT;

        if (is_warning)
                job->result->n_warnings++;
        else
                job->result->n_errors++;
        if (job->n_told >= MESSAGES_MAX) {
                job->n_untold++;
                return;
        }
        job->n_told++;
        strbuf_add(&text, job->name);
        if (line > 0)
                strbuf_addf(&text, ":%u", line);
        strbuf_addf(&text, ": %s", what);
        /* Out of memory, the bare sentence still says what is wrong. */
        job->context->message(job->context->owner, job->i, is_warning,
                strbuf_error(&text) ? what : strbuf_text(&text));
        strbuf_release(&text);
}

static void job_tell_rest(ImportJob *job)
{
        StrBuf text = STRBUF_INIT;

        if (job->n_untold == 0)
                return;
        strbuf_addf(&text, "%s: %zu more problems of this file are not shown", job->name,
                job->n_untold);
        job->context->message(job->context->owner, job->i, true, strbuf_text(&text));
        strbuf_release(&text);
}

static void job_finish(ImportJob *job)
{
        if (job->state == JOB_READING || job->state == JOB_ENDING)
                store_import_drop(job->context->store, job->run);
        job->state = JOB_DONE;
        job_tell_rest(job);
}

void import_job_give_up(ImportJob *job, const char *why)
{
        (void)job_end_worker(job);
        job_tell(job, false, 0, why);
        job_finish(job);
}

/* The worker is gone before it said END. */
static void job_lost(ImportJob *job)
{
        int status = job_end_worker(job);
        StrBuf why = STRBUF_INIT;

        strbuf_add(&why, "the program that reads this file ");
        if (status >= 0 && WIFSIGNALED(status))
                strbuf_addf(&why, "was ended by signal %d", WTERMSIG(status));
        else
                strbuf_add(&why, "ended early");
        if (job->line > 0)
                strbuf_addf(&why, " after line %u", job->line);
        strbuf_add(&why, "; the rest of the file is not imported");
        import_job_give_up(job, strbuf_text(&why));
        strbuf_release(&why);
}

void import_job_attach(ImportJob *job, int socket_fd, pid_t pid, uint64_t items_max)
{
        (void)fcntl(socket_fd, F_SETFL, O_NONBLOCK);
        job->socket_fd = socket_fd;
        job->pid = pid;
        job->status = -1;
        job->items_max = items_max;
        job->n_items = 0;
        job->state = JOB_ASKED;
}

void import_job_park(ImportJob *job)
{
        (void)job_end_worker(job);
        job->state = JOB_NEW;
}

/* A file of n bytes cannot hold more rows, nor more errors, than bytes. */
static uint64_t items_of_file(int file_fd)
{
        struct stat status;

        if (fstat(file_fd, &status) < 0 || !S_ISREG(status.st_mode))
                return UINT64_MAX;
        return (uint64_t)status.st_size + ITEMS_EXTRA;
}

void import_job_start(ImportJob *job, int file_fd)
{
        StrBuf why = STRBUF_INIT;
        int socket_fd = -1;
        pid_t pid = 0;
        int r = process_start_worker("intake", &pid, &socket_fd);

        if (r == 0) {
                import_job_attach(job, socket_fd, pid, items_of_file(file_fd));
                r = packet_send(socket_fd, "file", 4, &file_fd, 1);
        }
        if (r < 0) {
                strbuf_addf(&why, "it cannot be read: %s", strerror(-r));
                import_job_give_up(job, strbuf_text(&why));
                strbuf_release(&why);
        }
}

static void on_withdrawn(void *owner, const WithdrawnRow *row)
{
        ImportJob *job = owner;

        if (job->n_withdrawn_told++ < MESSAGES_MAX)
                job->context->withdrawn(job->context->owner, job->i, row);
}

int import_job_open(ImportJob *job)
{
        const ImportContext *context = job->context;
        int r = store_import_begin(
                context->store, job->name, context->at, context->today, &job->run);

        if (r < 0)
                return r;
        job->state = JOB_READING;
        if (context->withdrawn)
                store_import_watch(context->store, job->run, on_withdrawn, job);
        return 0;
}

/* A row that does not count. Later instalments of its invoice keep their places; if it cannot be
 * told which invoice that is, none of the file loses instalments. */
static int job_skip(ImportJob *job, const char *key)
{
        if (job->kind != FILE_INVOICES)
                return 0;
        if (!key) {
                job->is_doubtful = true;
                return 0;
        }
        return store_skip_invoice(job->context->store, job->run, key);
}

static void on_report(void *owner, const char *text)
{
        ImportJob *job = owner;

        job_tell(job, false, job->line, text);
}

/* Tells `column: "value" rest`, and of which invoice if it is about one. */
static void job_tell_refusal(
        ImportJob *job, const char *column, const char *value, const char *rest, const char *about)
{
        StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "%s: ", column);
        quote_add(&text, value, strlen(value));
        strbuf_add(&text, rest);
        if (about) {
                quote_add(&text, about, strlen(about));
                strbuf_add(&text, "; expected the one it was imported with");
        }
        job_tell(job, false, job->line, strbuf_text(&text));
        strbuf_release(&text);
}

/* Warns `column: "value" rest` of a row that counts. */
static void job_warn_of(ImportJob *job, const char *column, const char *value, const char *rest)
{
        StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "%s: ", column);
        quote_add(&text, value, strlen(value));
        strbuf_add(&text, rest);
        job_tell(job, true, job->line, strbuf_text(&text));
        strbuf_release(&text);
}

/* What the store made of a row. Names that a kind lacks are "". */
static void job_count(
        ImportJob *job, Put put, const char *customer, const char *invoice, const char *currency)
{
        switch (put) {
        case PUT_SAME: job->result->n_same++; break;
        case PUT_ADDED: job->result->n_added++; break;
        case PUT_CHANGED: job->result->n_changed++; break;
        case PUT_UNKNOWN_CUSTOMER:
                job_tell_refusal(job, "customer", customer,
                        " is not known; expected the id of an imported customer", NULL);
                break;
        case PUT_UNKNOWN_INVOICE:
                job_tell_refusal(job, "invoice", invoice,
                        " is not known; expected the number of an imported invoice", NULL);
                break;
        case PUT_OTHER_CUSTOMER:
                job_tell_refusal(
                        job, "customer", customer, " is not the customer of invoice ", invoice);
                break;
        case PUT_OTHER_CURRENCY:
                job_tell_refusal(
                        job, "currency", currency, " is not the currency of invoice ", invoice);
                break;
        case PUT_NO_TARGET:
                job_tell(job, false, job->line,
                        "invoice: is empty, and so is customer; expected one of them");
                break;
        }
}

static int job_put_customer(ImportJob *job, RowCheck *check, const char *const fields[])
{
        CustomerRow row;
        int r = row_read_customer(check, fields, &row);

        if (r != 0)
                return r;
        r = store_put_customer(job->context->store, &row, job->context->at);
        if (r >= 0)
                job_count(job, (Put)r, row.id, "", "");
        return r;
}

static int job_put_invoice(ImportJob *job, RowCheck *check, const char *const fields[])
{
        InvoiceRow row;
        int r = row_read_invoice(check, fields, &row);

        if (r < 0)
                return r;
        if (r > 0)
                return job_skip(job, row_key(check->arena, fields[INVOICE_NUMBER]));
        r = store_put_invoice(job->context->store, job->run, &row, job->context->at);
        if (r < 0)
                return r;
        job_count(job, (Put)r, row.customer, row.number, row.currency);
        if (r >= PUT_REFUSED)
                return r;
        r = store_is_row_doubled(job->context->store, job->run, &row);
        if (r > 0)
                job_warn_of(job, "number", row.number,
                        " stands twice with the same due date and amount, which makes two "
                        "instalments; if the row was doubled, take one out and import it again");
        return r;
}

static int job_put_payment(ImportJob *job, RowCheck *check, const char *const fields[])
{
        char day[DATE_TEXT_SIZE];
        PaymentRow row;
        int r = row_read_payment(check, fields, &row);

        if (r != 0)
                return r;
        r = store_put_payment(job->context->store, &row, job->context->at, job->context->today);
        if (r >= 0)
                job_count(job, (Put)r, row.customer, row.invoice, row.currency);
        if (r >= 0 && r < PUT_REFUSED && row.kind == FACT_PAYMENT &&
                date_compare(row.date, job->context->today) > 0)
                job_warn_of(job, "date", date_format(row.date, day),
                        " is yet to come; the payment counts from now on");
        return r;
}

static int job_put_row(ImportJob *job, const char *const fields[], bool has_line_end)
{
        RowCheck check = {
                .book = &job->context->config->book,
                .country = job->context->config->creditor.country,
                .arena = &job->arena,
                .report = on_report,
                .owner = job,
        };
        size_t n_errors = job->result->n_errors;
        int r = 0;

        arena_reset(&job->arena);
        job->result->n_rows++;
        switch ((FileKind)job->kind) {
        case FILE_CUSTOMERS: r = job_put_customer(job, &check, fields); break;
        case FILE_INVOICES: r = job_put_invoice(job, &check, fields); break;
        case FILE_PAYMENTS: r = job_put_payment(job, &check, fields); break;
        }
        if (r == -EOVERFLOW) /* this row did nothing, and the transaction stands */
                job_tell(job, false, job->line,
                        "amount: is too large for the sums of its account; expected a smaller one");
        else if (r < 0)
                return r;
        if (!has_line_end && job->result->n_errors > n_errors)
                job_tell(job, true, job->line,
                        "the file ends within this line and may be truncated");
        return 0;
}

/* The worker has said END. */
static void job_end(ImportJob *job, unsigned error)
{
        StrBuf why = STRBUF_INIT;

        (void)job_end_worker(job);
        if (error != 0) {
                strbuf_addf(&why, "it cannot be read: %s", strerror((int)(error & 0xFFF)));
                import_job_give_up(job, strbuf_text(&why));
                strbuf_release(&why);
                return;
        }
        if (job->state == JOB_READING && !job->is_doubtful) {
                job->state = JOB_ENDING;
                return;
        }
        if (job->state == JOB_READING)
                job_tell(job, true, 0,
                        "a row could not be read, so no instalment that the file "
                        "lacks was withdrawn");
        job_finish(job);
}

static int job_withdraw(ImportJob *job)
{
        size_t n = 0;
        int r = store_import_end(job->context->store, job->run, &n);

        if (r < 0)
                return r;
        job->result->n_withdrawn += n;
        if (r == 0)
                job_finish(job);
        return 0;
}

/* -EBADMSG: nonsense. */
static int job_take_kind(ImportJob *job, const WireItem *item)
{
        if (job->state != JOB_ASKED || item->value >= FILE_KINDS ||
                (job->kind >= 0 && job->kind != (int)item->value))
                return -EBADMSG;
        job->kind = (int)item->value;
        job->result->kind = layouts[job->kind].name;
        job->state = JOB_TOLD;
        return 0;
}

/* *ret_store_error: 0 or what the store failed with. -EBADMSG: nonsense. */
static int job_take_row(ImportJob *job, const WireItem *item, int *ret_store_error)
{
        const char *fields[COLUMNS_MAX];
        const char *key;

        if (job->state != JOB_READING)
                return -EBADMSG;
        if (item->type == WIRE_ROW) {
                if (wire_row(item, fields, layouts[job->kind].n_columns) < 0)
                        return -EBADMSG;
                *ret_store_error = job_put_row(job, fields, item->value);
                return 0;
        }
        if (wire_text(item, &key) < 0)
                return -EBADMSG;
        arena_reset(&job->arena);
        job->result->n_rows++;
        *ret_store_error = job_skip(job, row_key(&job->arena, key));
        return 0;
}

static int job_take_item(ImportJob *job, const WireItem *item, int *ret_store_error)
{
        const char *text;

        job->line = item->line > 0 ? item->line : job->line;
        switch (item->type) {
        case WIRE_KIND: return job_take_kind(job, item);
        case WIRE_WARNING:
        case WIRE_ERROR:
                if (wire_text(item, &text) < 0 || has_control(text))
                        return -EBADMSG;
                job_tell(job, item->type == WIRE_WARNING, item->line, text);
                return 0;
        case WIRE_ROW:
        case WIRE_SKIPPED: return job_take_row(job, item, ret_store_error);
        case WIRE_END: job_end(job, item->value); return 0;
        }
        return -EBADMSG;
}

static void job_nonsense(ImportJob *job)
{
        import_job_give_up(job, "the program that reads this file sends nonsense; the rest "
                                "of the file is not imported");
}

static int job_take_packet(ImportJob *job, size_t length)
{
        WireItem item;
        size_t offset = 0;
        int r, store_error = 0;

        while ((r = wire_next(job->packet.bytes, length, &offset, &item)) > 0) {
                r = -EBADMSG;
                if (job->state == JOB_ASKED || job->state == JOB_READING)
                        if (job->n_items++ < job->items_max)
                                r = job_take_item(job, &item, &store_error);
                if (store_error < 0)
                        return store_error;
                if (r < 0)
                        break;
        }
        if (r < 0 && job->state != JOB_DONE)
                job_nonsense(job);
        return 0;
}

int import_job_step(ImportJob *job)
{
        size_t n_fds = 0;

        if (job->state == JOB_ENDING)
                return job_withdraw(job);
        ssize_t n = packet_receive(
                job->socket_fd, job->packet.bytes, sizeof(job->packet.bytes), NULL, 0, &n_fds);
        if (n == -EAGAIN)
                return JOB_WAITS;
        if (n > 0)
                return job_take_packet(job, (size_t)n);
        if (n == -EMSGSIZE || n == -EBADMSG)
                job_nonsense(job);
        else
                job_lost(job);
        return 0;
}
