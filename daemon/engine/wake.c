/* SPDX-License-Identifier: MIT */
/*
 * Owns the wake: what no longer holds is cancelled, every account is decided page by page, what is
 * due goes into the outbox. A page is one step and one transaction, begun only when there is
 * something to write, and is decided at the instant it is reached: a wake that others hold up
 * queues nothing for a day or a window that is over by then. A record that cannot be decided or
 * composed is told as a task and the others go on (R23); only the store's own failure ends a wake.
 */

#include "engine/wake.h"

#include <errno.h>
#include <inttypes.h>

#include "engine/agency.h"
#include "engine/broken.h"
#include "engine/dossiers.h"
#include "engine/draft.h"
#include "engine/duties.h"
#include "engine/engine.h"
#include "engine/guards.h"
#include "engine/journal.h"
#include "engine/moment.h"
#include "engine/openings.h"
#include "engine/recheck.h"
#include "engine/settle.h"
#include "store/handover.h"
#include "sys/log.h"
#include "sys/message-ids.h"

/* Where notices are written, a page takes longer than others should have to wait. */
#define STEP_USEC 10000

struct Wake {
        Engine *engine;
        bool is_dry_run, is_writing;
        size_t phase;  /* of phases[] */
        int64_t after; /* the last one of the page before, in this phase */
        ClockReading began;
        Instant slot;      /* the time it was planned for */
        const char *why;   /* it runs */
        Now now;           /* of the step */
        int64_t step_usec; /* when it began */
        bool is_tasked;    /* the account at hand has open tasks */
        bool is_unpaid;    /* something waits for newer payments to be known (R19) */
        Task *tasks;       /* that it asks for; room is kept for the next account's */
        size_t n_tasks, n_tasks_room;
        Openings openings;
        Arena arena; /* of a page */
        Journal journal;
        WakeResult result;
};

/* Before the first write of a page. A dry run is inside its caller's transaction. */
static int wake_write(Wake *wake)
{
        if (wake->is_writing || wake->is_dry_run)
                return 0;
        int r = store_begin(wake->engine->store);
        wake->is_writing = r == 0;
        return r;
}

/* Ends a page: all of it, or nothing. */
static int wake_commit(Wake *wake, int r)
{
        Store *store = wake->engine->store;

        if (wake->is_writing) {
                wake->is_writing = false;
                if (r == 0)
                        r = store_commit(store);
                if (r < 0)
                        store_rollback(store);
        }
        if (r == 0 && !wake->is_dry_run)
                journal_write(&wake->journal, wake->engine);
        journal_forget(&wake->journal);
        return r;
}

static void keep(Wake *wake, const Task *task)
{
        if (wake->n_tasks < wake->n_tasks_room)
                wake->tasks[wake->n_tasks++] = *task;
}

/* Opens a task of the account at hand; it is kept as long as every wake asks for it again. */
static int open_task(Wake *wake, const Task *task)
{
        bool is_new = false;
        int r = wake_write(wake);

        if (r == 0)
                r = store_open_task(wake->engine->store, task, wake->now.instant, &is_new);
        if (r == 0 && is_new)
                wake->result.n_tasks++;
        if (r == 0)
                keep(wake, task);
        return r;
}

/* Where to look for what keeps a message from being made. */
static const char *problem_commands(Wake *wake, const Account *account, const DraftProblem *problem)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < account->n_instalments; i++) {
                const Instalment *instalment = &account->instalments[i];
                if (problem->invoice > 0 && instalment->invoice == problem->invoice) {
                        strbuf_addf(&text, "relancectl show %s", instalment->number);
                        return arena_strdup(&wake->arena, strbuf_text(&text));
                }
        }
        return "relanced --check";
}

/* R23: this account stays behind, told once in the log and as a task; the others go on. */
static int skip_account(Wake *wake, const Account *account, const DraftProblem *problem)
{
        const Task task = {
                .kind = problem->kind,
                .sentence = problem->sentence,
                .commands = problem_commands(wake, account, problem),
                .account = account->id,
                .invoice = problem->invoice,
                .seq = problem->seq,
        };

        if (!task.commands)
                return -ENOMEM;
        wake->result.n_failed++;
        journal_other(&wake->journal,
                &(JournalEntry){ .priority = LOG_ERR,
                        .message_id = MESSAGE_ACCOUNT_SKIPPED,
                        .customer = account->code,
                        .text = problem->invoice > 0 ? "a notice cannot be made: see its task"
                                                     : problem->sentence });
        return open_task(wake, &task);
}

static int put_draft(Wake *wake, const DraftSource *source, Draft *draft)
{
        int r = wake_write(wake);

        if (r == 0)
                r = draft_put(source, draft);
        if (r == OUTBOX_DUPLICATE)
                return 0;
        if (r < 0)
                return r;
        wake->result.n_contacts += draft->n_notices > 0;
        wake->result.n_notices += draft->n_notices;
        wake->result.n_tasks += draft->n_tasks;
        journal_queued(&wake->journal, source, draft);
        return 0;
}

static int queue_notices(Wake *wake, const Account *account, const Decision *decision)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < decision->n_notices; i++) {
                const DraftSource source = {
                        .engine = wake->engine,
                        .account = account,
                        .planned = &decision->notices[i],
                        .now = &wake->now,
                        .arena = &wake->arena,
                };
                DraftProblem problem;
                Draft draft;
                if (planned_is_settled(account, source.planned))
                        continue;
                r = draft_make(&source, &draft, &problem);
                if (r == 0)
                        r = put_draft(wake, &source, &draft);
                else if (r == -EAGAIN)
                        r = 0; /* when its dossier is there, it is decided afresh */
                else if (problem.sentence)
                        r = skip_account(wake, account, &problem);
        }
        return r;
}

static void keep_broken(Wake *wake, const Account *account, const Decision *decision)
{
        static const char *const kinds[] = { TASK_PROMISE_BROKEN, TASK_PLAN_BROKEN };

        for (size_t i = 0; i < account->n_instalments; i++) {
                if (!duty_of_broken_stays(&decision->judgements[i]))
                        continue;
                bool is_taken_back = account->instalments[i].promise == 0;
                for (size_t k = is_taken_back; k < ELEMENTSOF(kinds); k++)
                        keep(wake, &(Task){ .kind = kinds[k],
                                           .account = account->id,
                                           .invoice = account->instalments[i].invoice,
                                           .seq = account->instalments[i].seq });
        }
}

/* R17: who is asked to hand a file over may look at its dossier. */
static int prepare_dossier(Wake *wake, const Account *account, size_t i, const Task *task)
{
        const Instalment *instalment = &account->instalments[i];
        Action action =
                streq(task->kind, action_names[ACTION_LEGAL]) ? ACTION_LEGAL : ACTION_AGENCY;
        const DossierKey key = { instalment->invoice, instalment->seq, action };
        const char *problem;

        if (!wake->engine->dossiers || !streq(task->kind, action_names[action]))
                return 0;
        int r = dossiers_prepare(wake->engine->dossiers, account->id, &key, &wake->arena, &problem);
        if (r < 0 || !problem)
                return r;
        const char *sentence = dossiers_sentence(instalment->number, problem, &wake->arena);
        const DraftProblem told = { "dossier", sentence, instalment->invoice, instalment->seq };
        return sentence ? skip_account(wake, account, &told) : -ENOMEM;
}

/* Opens what the judgements ask for and closes what nothing asks for any more. */
static int keep_tasks(Wake *wake, const Account *account, const Decision *decision)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < account->n_instalments; i++) {
                const Judgement *judgement = &decision->judgements[i];
                const Duty duty = { wake->engine, account, i, &wake->arena };
                Task task;
                wake->is_unpaid |= judgement->reason == REASON_PAYMENTS_STALE;
                if (!judgement_task(judgement))
                        continue;
                r = duty_of_judgement(&duty, judgement, &task);
                if (r == 0)
                        r = open_task(wake, &task);
                if (r == 0)
                        r = prepare_dossier(wake, account, i, &task);
        }
        if (r < 0 || (wake->n_tasks == 0 && !wake->is_tasked))
                return r;
        keep_broken(wake, account, decision);
        r = wake_write(wake);
        return r < 0 ? r
                     : store_keep_tasks(wake->engine->store, account->id, wake->tasks,
                               wake->n_tasks, wake->now.instant);
}

/* Closed as policies are now, and nothing follows: the next wakes need not look at it. */
static int settle_closed(Wake *wake, const Account *account, const Decision *decision)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < account->n_instalments; i++) {
                const Instalment *instalment = &account->instalments[i];
                const Judgement *judgement = &decision->judgements[i];
                bool is_closed = judgement->verdict == VERDICT_CLOSED;
                if (is_closed == instalment->is_settled || judgement->has_follow_up)
                        continue;
                r = wake_write(wake);
                if (r == 0)
                        r = store_settle_instalment(wake->engine->store, account->id,
                                instalment->invoice, instalment->seq, is_closed);
        }
        return r;
}

static int take_back_approvals(Wake *wake, const Account *account, const Decision *decision)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < account->n_instalments; i++) {
                const Instalment *instalment = &account->instalments[i];
                if (!approval_is_overtaken(instalment, &decision->judgements[i]))
                        continue;
                r = wake_write(wake);
                if (r == 0)
                        r = store_take_back_approval(wake->engine->store, instalment->invoice,
                                instalment->seq, wake->now.instant, wake->now.local.day);
        }
        return r;
}

/* Room for those of each instalment and each notice, two about broken words, one of the account. */
static int start_tasks(Wake *wake, const Account *account)
{
        size_t n = 6 * account->n_instalments + 3;

        wake->n_tasks = 0;
        if (n <= wake->n_tasks_room)
                return 0;
        free(wake->tasks); /* none of the last account's is looked at again */
        wake->tasks = calloc(n, sizeof(*wake->tasks));
        wake->n_tasks_room = wake->tasks ? n : 0;
        return wake->tasks ? 0 : -ENOMEM;
}

/* R13, R15: what was not kept is recorded first; the account is decided as it is then. */
static int record_broken(Wake *wake, Account *account, Broken *broken)
{
        *broken = (Broken){
                .engine = wake->engine,
                .account = account,
                .now = &wake->now,
                .journal = &wake->journal,
                .arena = &wake->arena,
        };
        int r = broken_find(broken);
        if (r < 0 || !broken_is_any(broken))
                return r;
        r = wake_write(wake);
        if (r == 0)
                r = broken_record(broken);
        return r < 0 ? r
                     : store_load_account(
                               wake->engine->store, account->id, 0, &wake->arena, account);
}

/* R17 */
static int tell_agency(Wake *wake, const Account *account)
{
        AgencyNews news;
        size_t n = 0;

        if (!account_is_handed_over(account))
                return 0;
        int r = agency_find(wake->engine, account, &wake->arena, &news);
        if (r < 0 || news.n == 0)
                return r;
        r = wake_write(wake);
        if (r == 0)
                r = agency_tell(wake->engine, account, &news, wake->now.instant, &wake->arena, &n);
        wake->result.n_tasks += n;
        return r;
}

/* What an account needs before it is decided. */
static int prepare_account(Wake *wake, Account *account)
{
        Broken broken;

        int r = record_broken(wake, account, &broken);
        if (r == 0)
                r = account_complete(wake->engine, &wake->now, account);
        if (r == 0)
                r = start_tasks(wake, account);
        for (size_t i = 0; r == 0 && i < broken.n_tasks; i++)
                r = open_task(wake, &broken.tasks[i]);
        return r < 0 ? r : tell_agency(wake, account);
}

static int wake_account(Wake *wake, Account *account)
{
        Decision decision;

        int r = prepare_account(wake, account);
        if (r < 0)
                return r;
        wake->result.n_accounts++;
        wake->result.n_instalments += account->n_instalments;
        r = decide(&wake->engine->config->book, account, &wake->now, NULL, &wake->arena, &decision);
        if (r == -EOVERFLOW)
                return skip_account(wake, account,
                        &(DraftProblem){ .kind = "sum",
                                .sentence = "the amounts of this account are too large to be "
                                            "added up" });
        if (r == 0)
                r = queue_notices(wake, account, &decision);
        if (r == 0)
                r = openings_add(&wake->openings, wake->engine, decision.waiting_channels, account,
                        &wake->now, &wake->result.opening);
        if (r == 0)
                r = keep_tasks(wake, account, &decision);
        if (r == 0)
                r = take_back_approvals(wake, account, &decision);
        return r == 0 ? settle_closed(wake, account, &decision) : r;
}

/* Cancels one notice that has not begun, unless it still holds (R6, R9, R11). */
static int recheck_one(Wake *wake, int64_t id)
{
        Notice notice;
        Contact contact;
        Reason reason;

        int r = store_load_notice(wake->engine->store, id, false, &wake->arena, &notice);
        if (r == 0)
                r = store_load_contact(wake->engine->store, notice.contact, &wake->arena, &contact);
        if (r < 0)
                return r;
        const Recheck recheck = {
                .notice = &notice,
                .contact = &contact,
                .now = &wake->now,
                .arena = &wake->arena,
        };
        r = recheck_notice(wake->engine, &recheck, &reason);
        if (r != RECHECK_CANCEL)
                return r;
        r = wake_write(wake);
        if (r == 0)
                r = store_mark_cancelled(wake->engine->store, id, reason);
        if (r < 0)
                return r;
        wake->result.n_cancelled++;
        journal_notice(
                &wake->journal, LOG_INFO, MESSAGE_NOTICE_CANCELLED, id, "cancelled before it left");
        return 0;
}

/* Whether a step has taken so long that others should have their turn. */
static bool is_enough(const Wake *wake)
{
        return clock_monotonic_usec() - wake->step_usec >= STEP_USEC;
}

/* A phase's step: 1: there are more of it, 0: it is over, -errno. */
static int recheck_page(Wake *wake, NoticeState state)
{
        int64_t ids[PAGE_ACCOUNTS];
        size_t n;

        int r = store_list_state(wake->engine->store, state, wake->after, ids, ELEMENTSOF(ids), &n);
        if (r < 0 || n == 0)
                return r;
        wake->step_usec = clock_monotonic_usec(); /* as in wake_page() */
        for (size_t i = 0; r == 0 && i < n && !is_enough(wake); i++) {
                arena_reset(&wake->arena);
                r = recheck_one(wake, ids[i]);
                wake->after = ids[i];
        }
        return r < 0 ? r : 1;
}

static int recheck_pending(Wake *wake)
{
        return recheck_page(wake, NOTICE_PENDING);
}

static int recheck_handed(Wake *wake)
{
        return recheck_page(wake, NOTICE_HANDED);
}

static int load_page(Wake *wake, AccountPage *page, bool is_tasked[static PAGE_ACCOUNTS])
{
        Store *store = wake->engine->store;

        arena_reset(&wake->arena);
        int r = store_page_accounts(store, wake->after, &wake->arena, page);
        if (r < 0 || page->n == 0)
                return r;
        return store_find_tasked(store, page->accounts, page->n, is_tasked);
}

static int wake_page(Wake *wake)
{
        bool is_tasked[PAGE_ACCOUNTS];
        AccountPage page;

        int r = load_page(wake, &page, is_tasked);
        if (r < 0 || page.n == 0)
                return r;
        /* On a busy machine the reading alone takes so long: what is left over is read again. */
        wake->step_usec = clock_monotonic_usec();
        for (size_t i = 0; r == 0 && i < page.n && !is_enough(wake); i++) {
                wake->is_tasked = is_tasked[i];
                r = wake_account(wake, &page.accounts[i]);
                wake->after = page.accounts[i].id;
        }
        return r < 0 ? r : 1;
}

/* R18, R20: what holds everything back is known before anything is decided. */
static int note_begin(Wake *wake)
{
        wake->began = clock_reading(wake->engine);
        int r = wake_write(wake);

        return r < 0 ? r : guards_look(wake->engine, &wake->now, &wake->journal);
}

/* What was uncertain for too long is settled as its step says (DESIGN 5.6), unless the clock that
 * says so is not to be trusted. */
static int settle_overdue(Wake *wake)
{
        if (wake->now.guards & GUARD_BIT(GUARD_CLOCK))
                return 0;
        int r = wake_write(wake);

        return r < 0 ? r : settle_overdue_uncertain(wake->engine, &wake->now, &wake->journal);
}

static int note_end(Wake *wake)
{
        int r = wake_write(wake);

        if (r == 0)
                r = guards_note_payments(wake->engine, wake->is_unpaid, &wake->now, &wake->journal);
        if (r == 0)
                r = store_set_last_wake(wake->engine->store, wake->began.wall);
        return r < 0 ? r : guards_note_wake(wake->engine, &wake->began);
}

static int (*const phases[])(Wake *wake) = {
        note_begin,
        settle_overdue,
        recheck_pending,
        recheck_handed,
        wake_page,
        note_end,
};

static void log_done(const Wake *wake)
{
        const WakeResult *result = &wake->result;
        Instant slot = instant_is_set(wake->slot) ? wake->slot : wake->began.wall;
        char text[INSTANT_TEXT_SIZE];
        const LogField fields[] = {
                { "WAKE", instant_format(slot, zone_local(wake->engine->zone, slot).offset_minutes,
                                  text) },
                { "REASON", wake->why },
        };

        log_record(LOG_INFO, MESSAGE_WAKE_DONE, fields, ELEMENTSOF(fields),
                "wake: %zu accounts, %zu instalments; %zu notices queued, %zu cancelled, "
                "%zu tasks opened, %zu accounts passed over",
                result->n_accounts, result->n_instalments, result->n_notices, result->n_cancelled,
                result->n_tasks, result->n_failed);
}

int wake_new(Engine *engine, bool is_dry_run, Wake **ret_wake)
{
        Wake *wake = malloc(sizeof(*wake));

        if (!wake)
                return -ENOMEM;
        *wake = (Wake){
                .engine = engine,
                .is_dry_run = is_dry_run,
                .slot = INSTANT_NONE,
                .result = { .opening = INSTANT_NONE },
        };
        *ret_wake = wake;
        return 0;
}

void wake_free(Wake *wake)
{
        if (!wake)
                return;
        openings_release(&wake->openings);
        arena_release(&wake->arena);
        journal_release(&wake->journal);
        free(wake->tasks);
        free(wake);
}

void wake_plan(Wake *wake, Instant slot, const char *why)
{
        wake->slot = slot;
        wake->why = why;
}

int wake_step(Wake *wake)
{
        wake->now = engine_now(wake->engine);
        wake->result.guards = wake->now.guards;
        wake->step_usec = clock_monotonic_usec();
        int r = phases[wake->phase](wake);
        bool has_more = r > 0;
        r = wake_commit(wake, MIN(r, 0));
        if (r < 0 || has_more)
                return r < 0 ? r : 1;
        wake->after = 0;
        if (++wake->phase < ELEMENTSOF(phases))
                return 1;
        if (!wake->is_dry_run)
                log_done(wake);
        return 0;
}

const WakeResult *wake_result(const Wake *wake)
{
        return &wake->result;
}

int engine_wake(Engine *engine, bool is_dry_run, WakeResult *ret_result)
{
        _cleanup_(wake_freep) Wake *wake = NULL;

        int r = wake_new(engine, is_dry_run, &wake);
        if (r < 0)
                return r;
        do
                r = wake_step(wake);
        while (r > 0);
        if (r == 0)
                *ret_result = *wake_result(wake);
        return r;
}
