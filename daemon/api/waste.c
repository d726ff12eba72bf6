/* SPDX-License-Identifier: MIT */
/*
 * Owns files on their way out. Never looks into one. What cannot be shortened is closed as it is.
 */

#include "api/waste.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>

/* A few milliseconds of work for a file system in memory. */
#define PIECE ((off_t)8 * 1024 * 1024)

typedef struct Item {
        int fd;
        off_t size;
        struct Item *next;
} Item;

struct Waste {
        Turn *turn;
        Item *first;
};

static void drop_first(Waste *waste)
{
        Item *item = waste->first;

        waste->first = item->next;
        (void)close(item->fd);
        free(item);
}

static void on_turn(void *owner)
{
        Waste *waste = owner;
        Item *item = waste->first;

        item->size -= MIN(item->size, PIECE);
        if (ftruncate(item->fd, item->size) < 0 || item->size == 0)
                drop_first(waste);
        if (waste->first)
                turn_want(waste->turn);
}

int waste_new(sd_event *event, Waste **ret_waste)
{
        _cleanup_(waste_freep) Waste *waste = calloc(1, sizeof(*waste));

        if (!waste)
                return -ENOMEM;
        int r = turn_new(event, on_turn, waste, &waste->turn);
        if (r < 0)
                return r;
        *ret_waste = TAKE_PTR(waste);
        return 0;
}

void waste_free(Waste *waste)
{
        if (!waste)
                return;
        while (waste->first)
                drop_first(waste);
        turn_free(waste->turn);
        free(waste);
}

void waste_add(Waste *waste, int fd)
{
        struct stat file;
        Item *item = NULL;

        if (fd < 0)
                return;
        if (fstat(fd, &file) == 0 && file.st_size > PIECE)
                item = malloc(sizeof(*item));
        if (!item) {
                (void)close(fd);
                return;
        }
        *item = (Item){ fd, file.st_size, waste->first };
        waste->first = item;
        turn_want(waste->turn);
}
