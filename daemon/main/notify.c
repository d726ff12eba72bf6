/* SPDX-License-Identifier: MIT */
/* Owns the sentence about the daemon's state. A state that is not told costs nothing but that:
 * failures are ignored. */

#include "main/notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "engine/service.h"
#include "store/outbox.h"

#define WAITING_MAX 100 /* counted; more are "more than" */

static size_t count_pending(const Engine *engine)
{
        int64_t ids[WAITING_MAX + 1];
        size_t n;

        return store_list_state(engine->store, NOTICE_PENDING, 0, ids, ELEMENTSOF(ids), &n) < 0 ? 0
                                                                                                : n;
}

static void describe(const Engine *engine, StrBuf *text)
{
        const Service *service = engine->service;
        size_t n = count_pending(engine);
        LocalTime at = zone_local(engine->zone, service->next_wake);
        char day[DATE_TEXT_SIZE];

        if (service->is_waking)
                strbuf_add(text, "Going through the accounts");
        else
                strbuf_addf(text, "Next wake %s %02d:%02d", date_format(at.day, day),
                        at.minute / 60, at.minute % 60);
        if (n > WAITING_MAX)
                strbuf_addf(text, "; more than %d messages wait", WAITING_MAX);
        else if (n > 0)
                strbuf_addf(text, "; %zu message%s", n, n == 1 ? " waits" : "s wait");
        if (service->n_failed > 0)
                strbuf_addf(text, "; %zu file%s in inbox/failed", service->n_failed,
                        service->n_failed == 1 ? " is" : "s are");
        if (service->config_problem)
                strbuf_add(text, "; the changed configuration was refused");
        if (service->wake_error < 0)
                strbuf_add(text, "; the last wake failed");
}

static void tell(const Engine *engine, const char *before)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        describe(engine, &text);
        (void)sd_notifyf(false, "%sSTATUS=%s", before, strbuf_text(&text));
}

void notify_ready(const Engine *engine)
{
        tell(engine, "READY=1\n");
}

void notify_status(const Engine *engine)
{
        tell(engine, "");
}

void notify_reloading(void)
{
        (void)sd_notifyf(false,
                "RELOADING=1\nMONOTONIC_USEC=%" PRIi64 "\nSTATUS=Reading the configuration",
                clock_monotonic_usec());
}

void notify_stopping(void)
{
        (void)sd_notify(false, "STOPPING=1\nSTATUS=Finishing what is under way");
}
