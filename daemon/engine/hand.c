/* SPDX-License-Identifier: MIT */
/*
 * Owns the choice of what goes to which worker: the oldest ready notices first, within the room of
 * its workers, the channel's rate, and one at a time for those that were there when a worker
 * crashed. Handing is one transaction and promises nothing yet (DESIGN 5.2). A notice whose
 * document is no longer the one it names is cancelled: its bytes could not be the same.
 */

#include <errno.h>

#include "engine/dossiers.h"
#include "engine/draft.h"
#include "engine/protocol.h"
#include "engine/workers.h"
#include "sys/log.h"
#include "sys/message-ids.h"
#include "sys/process.h"

#define BATCH_FDS_MAX 256U
#define WORKER_FDS_MAX 48U /* a process may have 1024, and as many on their way to others */

/* Bytes of a packet in a socket: the kernel rounds up and adds its own part. A large one travels in
 * a memory file. */
#define PACKET_COST(length) ((length) > PACKET_SIZE_MAX ? (size_t)1024 : 2 * (length) + 1024)

/* A message made ready for a worker. */
typedef struct Prepared {
        Worker *worker;
        Parcel parcel;
        StrBuf bytes;
        int fds[ATTACHMENTS_MAX];
        size_t n_fds;
        int64_t contact;
        bool is_broken; /* a document has changed, or it is too large to be carried */
} Prepared;

typedef struct Batch {
        Dispatch *dispatch;
        Now now;
        Arena arena;
        Prepared *list;
        size_t n, n_room, n_fds;
} Batch;

Suspect *dispatch_find_suspect(const Dispatch *dispatch, int64_t notice)
{
        for (size_t i = 0; i < dispatch->n_suspects; i++) {
                if (dispatch->suspects[i].notice == notice)
                        return &dispatch->suspects[i];
        }
        return NULL;
}

int dispatch_add_suspect(Dispatch *dispatch, int64_t notice)
{
        Suspect *grown = reallocarray(dispatch->suspects, dispatch->n_suspects + 1, sizeof(*grown));

        if (!grown)
                return -ENOMEM;
        dispatch->suspects = grown;
        grown[dispatch->n_suspects++] = (Suspect){ .notice = notice, .n_crashes = 1 };
        return 0;
}

void dispatch_clear_suspect(Dispatch *dispatch, int64_t notice)
{
        Suspect *suspect = dispatch_find_suspect(dispatch, notice);

        if (suspect)
                *suspect = dispatch->suspects[--dispatch->n_suspects];
}

/* Opens what the contact names and compares the digests. */
static int open_attachments(Batch *batch, const Contact *contact, Prepared *prepared,
        struct relanced_attachment *attachments)
{
        const Config *config = batch->dispatch->engine->config;

        for (size_t i = 0; i < contact->n_attachments && i < ATTACHMENTS_MAX; i++) {
                const Attachment *attachment = &contact->attachments[i];
                const char *problem;
                char sha256[SHA256_TEXT_SIZE];
                int64_t size;
                int fd;
                bool is_dossier = document_is_dossier(attachment->document);
                int r = is_dossier ? dossier_open(config, attachment->document, &fd, &size, sha256)
                                   : document_open(config->documents, attachment->document, &fd,
                                             &size, sha256, &problem);
                if (r == -ENOMEM || r == -EMFILE || r == -ENFILE)
                        return r;
                if (r == 0)
                        prepared->fds[prepared->n_fds++] = fd;
                prepared->is_broken = r < 0 || !streq(sha256, attachment->sha256);
                if (prepared->is_broken)
                        return 0;
                attachments[i] = (struct relanced_attachment){
                        .name = attachment->name,
                        .type = is_dossier ? "application/zip" : "application/pdf",
                        .fd = -1,
                        .size = size,
                };
        }
        return 0;
}

/* A line "name=value" for each, as they were put into the outbox. */
static int split_fields(const char *lines, Arena *arena, struct relanced_value **ret_fields)
{
        char *at = arena_strdup(arena, lines);
        size_t n = 0;

        for (const char *p = lines; (p = strchr(p, '\n')); p++)
                n++;
        struct relanced_value *fields = arena_alloc_array(arena, n + 1, sizeof(*fields));
        if (!at || !fields)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                char *end = strchr(at, '\n'), *equals = memchr(at, '=', (size_t)(end - at));
                if (!equals)
                        return -EUCLEAN;
                *end = *equals = '\0';
                fields[i] = (struct relanced_value){ at, equals + 1 };
                at = end + 1;
        }
        *ret_fields = fields;
        return 0;
}

static void encode(const Notice *notice, const struct relanced_attachment *attachments,
        const struct relanced_value *fields, Prepared *prepared)
{
        const Packet packet = {
                .type = PACKET_MESSAGE,
                .message = {
                        .notice = (uint64_t)notice->id,
                        .attempt = (unsigned)notice->attempts + 1,
                        .to = notice->to,
                        .cc = notice->cc,
                        .language = notice->language,
                        .subject = notice->subject,
                        .text = notice->text,
                        .html = notice->html,
                        .message_id = notice->message_id,
                        .references = notice->references,
                        .date = notice->date.usec / USEC_PER_SEC,
                        .attachments = attachments,
                        .n_attachments = prepared->n_fds,
                        .template_name = notice->template_name,
                        .fields = fields,
                        .payment_code = notice->payment_code,
                        .may_chat = notice->may_chat,
                },
        };

        prepared->bytes.limit = PACKET_LARGE_MAX;
        packet_encode(&packet, &prepared->bytes);
        prepared->parcel = (Parcel){
                .notice = notice->id,
                .attempt = (uint32_t)notice->attempts + 1,
                .n_fds = prepared->n_fds,
        };
}

static int prepare(Batch *batch, int64_t id, Prepared *prepared)
{
        struct relanced_attachment attachments[ATTACHMENTS_MAX];
        Store *store = batch->dispatch->engine->store;
        struct relanced_value *fields = NULL;
        Notice notice;
        Contact contact;

        int r = store_load_notice(store, id, true, &batch->arena, &notice);
        if (r == 0 && form_takes_documents(notice.form))
                r = store_load_contact(store, notice.contact, &batch->arena, &contact);
        if (r == 0 && form_takes_documents(notice.form))
                r = open_attachments(batch, &contact, prepared, attachments);
        if (r == 0 && notice.fields)
                r = split_fields(notice.fields, &batch->arena, &fields);
        if (r < 0)
                return r;
        prepared->parcel.notice = id;
        prepared->contact = notice.contact;
        if (prepared->is_broken) /* its attachments are not all there to be encoded */
                return 0;
        encode(&notice, attachments, fields, prepared);
        if (strbuf_error(&prepared->bytes) == -E2BIG)
                prepared->is_broken = true;
        return strbuf_error(&prepared->bytes) == -ENOMEM ? -ENOMEM : 0;
}

static void prepared_release(Prepared *prepared)
{
        strbuf_release(&prepared->bytes);
        for (size_t i = 0; i < prepared->n_fds; i++)
                (void)close(prepared->fds[i]);
}

static size_t in_flight(const Outlet *outlet)
{
        return MIN((size_t)outlet->config->in_flight, IN_FLIGHT_MAX);
}

/* Whether a message fits beside what the worker has; one without any takes it whatever its size. */
static bool has_room(const Worker *worker, const Prepared *prepared)
{
        if (worker->n_parcels == 0 || !prepared)
                return true;
        return PACKET_COST(prepared->bytes.length) <= worker_room(worker) &&
               worker->n_fds + prepared->n_fds <= WORKER_FDS_MAX;
}

/* The worker with fewest messages that has room for that one (NULL: for any), or NULL. is_alone:
 * only one without any. */
static Worker *find_room(const Outlet *outlet, const Prepared *prepared, bool is_alone)
{
        size_t limit = MIN(in_flight(outlet), outlet->share);
        Worker *best = NULL;

        for (Worker *worker = outlet->workers; worker; worker = worker->next) {
                bool has_suspect = worker->n_parcels == 1 && dispatch_find_suspect(outlet->dispatch,
                                                                     worker->parcels[0].notice);
                if (worker->state != WORKER_READY || worker->n_parcels >= limit || has_suspect ||
                        worker->n_handed >= FLIGHT_RECORDS || (is_alone && worker->n_parcels > 0) ||
                        !has_room(worker, prepared))
                        continue;
                if (!best || worker->n_parcels < best->n_parcels)
                        best = worker;
        }
        return best;
}

/* Full flight files: their workers end when they have nothing left, and make room for others. */
static void retire_workers(Outlet *outlet)
{
        for (Worker *worker = outlet->workers; worker; worker = worker->next) {
                if (worker->n_handed >= FLIGHT_RECORDS && worker->n_parcels == 0)
                        worker_stop(worker);
        }
}

static void add_parcel(Worker *worker, const Prepared *prepared)
{
        if (worker->n_parcels == 0) /* it had nothing to say until now */
                worker->progress_usec = clock_monotonic_usec();
        worker->parcels[worker->n_parcels] = prepared->parcel;
        worker->parcels[worker->n_parcels++].is_probe = worker->outlet->is_down;
        worker->n_fds += prepared->parcel.n_fds;
        worker->n_unsent += PACKET_COST(prepared->bytes.length);
        worker->n_handed++;
}

static Prepared *batch_grow(Batch *batch)
{
        if (batch->n == batch->n_room) {
                size_t room = MAX(batch->n_room * 2, (size_t)64);
                Prepared *grown = reallocarray(batch->list, room, sizeof(*grown));
                if (!grown)
                        return NULL;
                batch->list = grown;
                batch->n_room = room;
        }
        batch->list[batch->n] = (Prepared){ .bytes = STRBUF_INIT };
        return &batch->list[batch->n];
}

/* Finds room for one notice. 1: it goes, 0: there is none, -errno. */
static int batch_add(Batch *batch, Outlet *outlet, int64_t id)
{
        bool is_alone = dispatch_find_suspect(batch->dispatch, id) || outlet->is_down;

        if (!find_room(outlet, NULL, is_alone) || batch->n_fds >= BATCH_FDS_MAX)
                return 0;
        Prepared *prepared = batch_grow(batch);
        if (!prepared)
                return -ENOMEM;
        batch->n++; /* from here on the batch releases it */
        int r = prepare(batch, id, prepared);
        if (r < 0)
                return r;
        prepared->worker = find_room(outlet, prepared, is_alone);
        if (!prepared->worker && !prepared->is_broken) {
                prepared_release(prepared);
                batch->n--;
                return 0;
        }
        batch->n_fds += prepared->n_fds;
        if (!prepared->is_broken)
                add_parcel(prepared->worker, prepared);
        return 1;
}

/* Workers for as many messages as wait or are under way, up to what is configured; one to find out
 * whether a suspended channel works again. Then each worker's share of them, so that the first one
 * to be ready does not take all. */
static void share_out(Outlet *outlet, size_t n_ready)
{
        size_t n_workers = 0, n_messages = n_ready;

        for (const Worker *worker = outlet->workers; worker; worker = worker->next) {
                n_workers += worker->state <= WORKER_READY;
                n_messages += worker->n_parcels;
        }
        size_t wanted = outlet->is_down ? 1 : MIN((size_t)outlet->config->workers, n_messages);
        while (n_workers < wanted && outlet->n_workers < (size_t)outlet->config->workers) {
                if (worker_start(outlet) < 0) /* the outlet is down */
                        return;
                n_workers++;
        }
        outlet->share = (n_messages + n_workers - 1) / MAX(n_workers, (size_t)1);
}

/* How many messages could be with workers beside those that are. */
static size_t count_room(const Outlet *outlet)
{
        size_t room = (size_t)outlet->config->workers * in_flight(outlet);

        for (const Worker *worker = outlet->workers; worker; worker = worker->next)
                room -= MIN(worker->n_parcels, room);
        return room;
}

static int batch_add_outlet(Batch *batch, Outlet *outlet)
{
        int64_t ids[IN_FLIGHT_MAX * 2], now_usec = clock_monotonic_usec();
        size_t n, n_taken = 0, max = MIN(count_room(outlet) + 1, ELEMENTSOF(ids));
        int r = 0;

        retire_workers(outlet);
        outlet->has_ready = false;
        if (outlet->is_down && now_usec < outlet->retry_usec)
                return 0;
        outlet->again_usec = 0;
        size_t allowed = rate_allows(&outlet->rate, now_usec, outlet->is_down ? 1 : max);
        r = store_list_ready(batch->dispatch->engine->store, outlet->config->name,
                batch->now.instant, ids, max, &n);
        if (r < 0 || n == 0)
                return r;
        outlet->ready = ids[0];
        share_out(outlet, n);
        while (n_taken < MIN(n, allowed) && (r = batch_add(batch, outlet, ids[n_taken])) > 0)
                n_taken++;
        outlet->has_ready = n_taken < n || n == max;
        if (n_taken > 0)
                rate_spend(&outlet->rate, now_usec, n_taken);
        if (n_taken == allowed && n_taken < n && outlet->rate.interval_usec > 0)
                outlet->again_usec = outlet->rate.next_usec;
        return MIN(r, 0);
}

/* By another route the step was or will be done, and nobody would decide this one afresh. */
static int tell_missed(Batch *batch, int64_t id)
{
        Store *store = batch->dispatch->engine->store;
        bool is_hopeful, is_new;
        Contact contact;
        InvoiceDetail invoice;
        StrBuf sentence = STRBUF_INIT;

        int r = store_contact_is_hopeful(store, id, &is_hopeful);
        if (r < 0 || !is_hopeful)
                return r;
        r = store_load_contact(store, id, &batch->arena, &contact);
        if (r == 0)
                r = store_load_invoice(store, contact.lead_invoice, &batch->arena, &invoice);
        if (r < 0)
                return r;
        strbuf_addf(&sentence,
                "%s: a document of step %s changed before its message left; that message was not "
                "sent, the step goes by its other route",
                invoice.number, contact.step ? contact.step : "reconnect");
        const Task task = {
                .kind = "document",
                .sentence = strbuf_text(&sentence),
                .commands = "",
                .account = contact.account,
                .invoice = contact.lead_invoice,
                .seq = contact.lead_seq,
        };
        r = strbuf_error(&sentence);
        if (r == 0)
                r = store_open_task(store, &task, batch->now.instant, &is_new);
        strbuf_release(&sentence);
        return r;
}

/* The notice cannot be what was decided any more; without its document it is decided afresh. */
static int cancel_broken(Batch *batch, const Prepared *prepared)
{
        Dispatch *dispatch = batch->dispatch;
        int64_t id = prepared->parcel.notice;

        journal_notice(&dispatch->journal, LOG_WARNING, MESSAGE_NOTICE_CANCELLED, id,
                "cancelled, its document has changed");
        dispatch->is_wanted = true; /* no worker will say that there is room for the next ones */
        dispatch_request_turn(dispatch);
        int r = store_mark_cancelled(dispatch->engine->store, id, REASON_CHANGED);
        return r == 0 ? tell_missed(batch, prepared->contact) : r;
}

static int batch_record(Batch *batch)
{
        Store *store = batch->dispatch->engine->store;

        int r = store_begin_lazily(store);
        for (size_t i = 0; r == 0 && i < batch->n; i++) {
                const Prepared *prepared = &batch->list[i];
                r = prepared->is_broken ? cancel_broken(batch, prepared)
                                        : store_mark_handed(store, &prepared->parcel.notice, 1);
        }
        if (r == 0)
                r = store_commit(store);
        if (r < 0) {
                store_rollback(store);
                journal_forget(&batch->dispatch->journal);
        }
        journal_write(&batch->dispatch->journal, batch->dispatch->engine);
        return r;
}

/* Nothing was handed after all. */
static void batch_take_back(Batch *batch)
{
        for (size_t i = 0; i < batch->n; i++) {
                const Prepared *prepared = &batch->list[i];
                Parcel *parcel = prepared->worker ? worker_find_parcel(prepared->worker,
                                                            (uint64_t)prepared->parcel.notice,
                                                            prepared->parcel.attempt)
                                                  : NULL;
                if (parcel)
                        worker_remove_parcel(prepared->worker, parcel);
        }
}

/* A packet that does not go through means a worker that does not listen: its death gives back all
 * that it has. */
static void batch_send(Batch *batch)
{
        for (size_t i = 0; i < batch->n; i++) {
                Prepared *prepared = &batch->list[i];
                if (prepared->is_broken || prepared->worker->state != WORKER_READY)
                        continue;
                if (packet_ship_bytes(prepared->worker->fd, &prepared->bytes, prepared->fds,
                            prepared->n_fds) < 0)
                        worker_kill(prepared->worker, false);
        }
}

int dispatch_hand_out(Dispatch *dispatch)
{
        Batch batch = { .dispatch = dispatch, .now = engine_now(dispatch->engine) };
        int r = 0;

        for (size_t i = 0; r == 0 && i < dispatch->n_outlets; i++)
                r = batch_add_outlet(&batch, &dispatch->outlets[i]);
        if (r == 0 && batch.n > 0)
                r = batch_record(&batch);
        if (r == 0)
                batch_send(&batch);
        else
                batch_take_back(&batch);
        for (size_t i = 0; i < batch.n; i++) {
                if (batch.list[i].worker)
                        batch.list[i].worker->n_unsent = 0;
        }
        for (size_t i = 0; i < batch.n; i++)
                prepared_release(&batch.list[i]);
        free(batch.list);
        arena_release(&batch.arena);
        return r;
}
