/* SPDX-License-Identifier: MIT */
/*
 * Owns the waiting in line: a descriptor that is always ready, and looked at while a turn is
 * wanted. Nobody is woken for a turn that is not wanted. Fails only when it is made.
 */

#include "sys/turn.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <systemd/sd-event.h>

struct Turn {
        void (*call)(void *owner);
        void *owner;
        int fd;
        sd_event_source *source;
};

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *owner)
{
        Turn *turn = owner;

        turn->call(turn->owner);
        return 0;
}

int turn_new(sd_event *event, void (*call)(void *owner), void *owner, Turn **ret_turn)
{
        _cleanup_(turn_freep) Turn *turn = malloc(sizeof(*turn));

        if (!turn)
                return -ENOMEM;
        *turn = (Turn){ .call = call, .owner = owner };
        turn->fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
        if (turn->fd < 0)
                return -errno;
        int r = sd_event_add_io(event, &turn->source, turn->fd, EPOLLIN, on_ready, turn);
        if (r >= 0)
                r = sd_event_source_set_priority(turn->source, PRIORITY_WORK);
        if (r >= 0)
                r = sd_event_source_set_enabled(turn->source, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret_turn = TAKE_PTR(turn);
        return 0;
}

void turn_free(Turn *turn)
{
        if (!turn)
                return;
        sd_event_source_disable_unref(turn->source);
        closep(&turn->fd);
        free(turn);
}

void turn_want(Turn *turn)
{
        (void)sd_event_source_set_enabled(turn->source, SD_EVENT_ONESHOT);
}

void turn_cancel(Turn *turn)
{
        (void)sd_event_source_set_enabled(turn->source, SD_EVENT_OFF);
}
