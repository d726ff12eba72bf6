/* SPDX-License-Identifier: MIT */
/*
 * Owns the guards: when each is set, what is told of it, and how they end. Never lifts one by
 * itself: what looked wrong once is for a person to judge. Fails as the store does.
 */

#include "engine/guards.h"

#include <errno.h>
#include <inttypes.h>

#include "engine/service.h"
#include "store/outbox.h"
#include "sys/log.h"
#include "sys/message-ids.h"

#define LOOK_AND_RESUME "relancectl forecast --resumed --days 1\nrelancectl resume"
#define HOUR_USEC (3600 * USEC_PER_SEC)

typedef struct GuardText {
        const char *message_id;
        int priority;
        const char *log;
        const char *english, *french; /* of the task; {when}: the last wake that is known */
        const char *commands;
} GuardText;

static const GuardText texts[GUARDS] = {
        [GUARD_PAUSED] = { MESSAGE_PAUSED, LOG_NOTICE,
                "a person has paused all sending: nothing leaves until relancectl resume",
                "All sending is paused by a person.", "Tous les envois sont suspendus.",
                "relancectl resume" },
        [GUARD_STALE] = { MESSAGE_STALE, LOG_ERR,
                "the last wake was too long ago: nothing leaves until relancectl resume",
                "The last look at the invoices was on {when}: payments may be missing since. "
                "Import them, then resume; until then nothing leaves.",
                "Les factures n'ont plus été examinées depuis le {when} : des règlements peuvent "
                "manquer. Importez-les, puis reprenez ; d'ici là rien ne part.",
                "relancectl import FILE\n" LOOK_AND_RESUME },
        [GUARD_CLOCK] = { MESSAGE_CLOCK_JUMP, LOG_ERR,
                "the clock has jumped since the last wake: nothing leaves until relancectl resume",
                "The machine's clock has jumped since the wake of {when}. Check its date and time, "
                "then resume; until then nothing leaves.",
                "L'horloge de la machine a fait un saut depuis le réveil du {when}. Vérifiez sa "
                "date et son heure, puis reprenez ; d'ici là rien ne part.",
                "date\n" LOOK_AND_RESUME },
        [GUARD_RESTORED] = { MESSAGE_RESTORED, LOG_ERR,
                "the store is a backup that was put back: nothing leaves until relancectl resume",
                "The store is older than what was last sent (a backup that was put back?). What "
                "left after its last wake of {when} is not in it, and would leave again. Look for "
                "it in the journal, in the copies of your mails or at the gateways, record each "
                "with relancectl skip and the payments since with relancectl import; then resume. "
                "Until then nothing leaves.",
                "La base est plus ancienne que les derniers envois (une sauvegarde restaurée ?). "
                "Ce qui est parti après son dernier réveil du {when} n'y figure pas et "
                "repartirait. Cherchez-le dans le journal, dans les copies de vos courriels ou "
                "chez les opérateurs, notez-le par relancectl skip et importez les règlements "
                "depuis ; puis reprenez. D'ici là rien ne part.",
                "journalctl MESSAGE_ID=" MESSAGE_NOTICE_SENT
                "\nrelancectl skip INVOICE STEP --note \"sent before the backup was put back\""
                "\nrelancectl import FILE\n" LOOK_AND_RESUME },
};

ClockReading clock_reading(const Engine *engine)
{
        ClockReading reading = {
                .wall = clock_now(&engine->clock),
                .clock = { .boottime_usec = clock_boottime_usec() },
        };

        if (clock_get_boot(reading.clock.boot) < 0)
                *reading.clock.boot = '\0';
        return reading;
}

bool clock_has_jumped(const ClockReading *before, const ClockReading *now, int hours)
{
        int64_t passed_usec = now->wall.usec - before->wall.usec;

        if (hours == 0)
                return false;
        if (*before->clock.boot && streq(before->clock.boot, now->clock.boot))
                passed_usec -= now->clock.boottime_usec - before->clock.boottime_usec;
        else
                passed_usec = MIN(passed_usec, INT64_C(0));
        return llabs(passed_usec) > hours * HOUR_USEC;
}

/* R18, in whole days on the creditor's calendar. */
bool guards_is_stale(const Engine *engine, Instant last, const Now *now)
{
        int days = engine->config->book.limits.stale_after_days;
        Date last_day = zone_local(engine->zone, last).day;

        return days > 0 && date_compare(now->local.day, date_add(last_day, days)) > 0;
}

/* A clock that has jumped says nothing about how long ago the last wake was. */
static int find_guards(Engine *engine, Instant last, const Now *now, unsigned *ret_guards)
{
        ClockReading before = { .wall = last }, reading = clock_reading(engine);
        int hours = engine->config->book.limits.clock_jump_hours;

        *ret_guards = 0;
        if (!instant_is_set(last))
                return 0;
        if (!clock_is_simulated(&engine->clock)) {
                int r = store_get_wake_clock(engine->store, &before.clock);
                if (r < 0)
                        return r;
                if (clock_has_jumped(&before, &reading, hours)) {
                        *ret_guards = GUARD_BIT(GUARD_CLOCK);
                        return 0;
                }
        }
        if (guards_is_stale(engine, last, now))
                *ret_guards = GUARD_BIT(GUARD_STALE);
        return 0;
}

static void add_sentence(
        StrBuf *sentence, const Engine *engine, const GuardText *text, Instant last)
{
        bool is_french = strncmp(engine->config->creditor.language, "fr", 2) == 0;
        const char *words = is_french ? text->french : text->english;
        const char *when = strstr(words, "{when}");
        char day[DATE_TEXT_SIZE];

        if (!when) {
                strbuf_add(sentence, words);
                return;
        }
        strbuf_add_bytes(sentence, words, (size_t)(when - words));
        if (instant_is_set(last)) {
                LocalTime local = zone_local(engine->zone, last);
                strbuf_addf(sentence, "%s %02d:%02d", date_format(local.day, day),
                        local.minute / 60, local.minute % 60);
        } else {
                strbuf_add(sentence, "…");
        }
        strbuf_add(sentence, when + strlen("{when}"));
}

static int open_task(
        Engine *engine, Guard guard, const char *note, const Now *now, Journal *journal)
{
        const GuardText *text = &texts[guard];
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        Instant last;
        bool is_new;

        int r = store_get_last_wake(engine->store, &last);
        if (r < 0)
                return r;
        add_sentence(&sentence, engine, text, last);
        if (!is_empty(note))
                strbuf_addf(&sentence, " (%s)", note);
        r = strbuf_error(&sentence);
        const Task task = {
                .kind = guard_names[guard],
                .sentence = strbuf_text(&sentence),
                .commands = text->commands,
        };
        if (r == 0)
                r = store_open_task(engine->store, &task, now->instant, &is_new);
        if (r == 0 && is_new)
                journal_other(journal, &(JournalEntry){ .priority = text->priority,
                                               .message_id = text->message_id,
                                               .reason = guard_names[guard],
                                               .text = text->log });
        return r;
}

static int open_tasks(Engine *engine, unsigned guards, const Now *now, Journal *journal)
{
        int r = 0;

        for (Guard guard = 0; r == 0 && guard < GUARDS; guard++)
                if (guards & GUARD_BIT(guard))
                        r = open_task(engine, guard, NULL, now, journal);
        return r;
}

int guards_look(Engine *engine, const Now *now, Journal *journal)
{
        unsigned guards, found = 0;
        Instant last;

        int r = store_get_guards(engine->store, &guards);
        if (r == 0)
                r = store_get_last_wake(engine->store, &last);
        if (r == 0)
                r = find_guards(engine, last, now, &found);
        if (r == 0 && (found & ~guards))
                r = store_set_guards(engine->store, guards | found);
        return r < 0 ? r : open_tasks(engine, guards | found, now, journal);
}

int guards_note_wake(Engine *engine, const ClockReading *began)
{
        return clock_is_simulated(&engine->clock)
                       ? 0
                       : store_set_wake_clock(engine->store, &began->clock);
}

int guards_note_payments(Engine *engine, bool is_holding, const Now *now, Journal *journal)
{
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        const char *kind = reason_code(REASON_PAYMENTS_STALE);
        const ReasonDetail detail = { .date = now->newest_payment };
        bool is_new;

        if (!is_holding)
                return store_close_task(engine->store, kind, 0, now->instant);
        reason_sentence(
                REASON_PAYMENTS_STALE, &detail, engine->config->creditor.language, &sentence);
        int r = strbuf_error(&sentence);
        const Task task = {
                .kind = kind,
                .sentence = strbuf_text(&sentence),
                .commands = "relancectl import FILE",
        };
        if (r == 0)
                r = store_open_task(engine->store, &task, now->instant, &is_new);
        if (r == 0 && is_new)
                journal_other(journal,
                        &(JournalEntry){ .priority = LOG_WARNING,
                                .message_id = MESSAGE_TASK_OPENED,
                                .reason = kind,
                                .text = "no deadline or worse leaves: payments are too old" });
        return r;
}

/* Ends a transaction of our own. */
static int finish(Engine *engine, Journal *journal, int r)
{
        if (r == 0)
                r = store_commit(engine->store);
        if (r < 0)
                store_rollback(engine->store);
        else
                journal_write(journal, engine);
        journal_release(journal);
        return r;
}

int guards_announce(Engine *engine)
{
        Now now = engine_now(engine);
        Journal journal = { 0 };

        if (!(now.guards & GUARD_BIT(GUARD_RESTORED)))
                return 0;
        int r = store_begin(engine->store);
        if (r < 0)
                return r;
        r = open_task(engine, GUARD_RESTORED, NULL, &now, &journal);
        return finish(engine, &journal, r);
}

int engine_pause(Engine *engine, const char *note)
{
        Now now = engine_now(engine);
        Journal journal = { 0 };

        int r = store_begin(engine->store);
        if (r < 0)
                return r;
        r = store_set_guards(engine->store, now.guards | GUARD_BIT(GUARD_PAUSED));
        if (r == 0)
                r = open_task(engine, GUARD_PAUSED, note, &now, &journal);
        return finish(engine, &journal, r);
}

/* A clock that was put right since its jump is not to be held against the next wake. */
static int accept_clock(Engine *engine)
{
        ClockReading reading = clock_reading(engine);
        Instant last;

        int r = store_get_last_wake(engine->store, &last);
        if (r < 0 || !instant_is_set(last) || clock_is_simulated(&engine->clock))
                return r;
        reading.clock.boottime_usec -= reading.wall.usec - last.usec;
        return store_set_wake_clock(engine->store, &reading.clock);
}

int engine_resume(Engine *engine)
{
        Now now = engine_now(engine);
        Journal journal = { 0 };

        if (now.guards == 0)
                return 0;
        int r = store_begin(engine->store);
        if (r < 0)
                return r;
        r = store_set_guards(engine->store, 0);
        for (Guard guard = 0; r == 0 && guard < GUARDS; guard++)
                r = store_close_task(engine->store, guard_names[guard], 0, now.instant);
        if (r == 0)
                r = accept_clock(engine);
        if (r == 0)
                journal_other(&journal,
                        &(JournalEntry){ .priority = LOG_NOTICE,
                                .message_id = MESSAGE_RESUMED,
                                .text = "a person has resumed: what is due leaves again" });
        r = finish(engine, &journal, r);
        if (r == 0)
                engine_expect_wake(engine);
        return r;
}
