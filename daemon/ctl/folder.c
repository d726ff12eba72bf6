/* SPDX-License-Identifier: MIT */
/* Owns where folders of a few moments are made. Never removes one. */

#include "ctl/folder.h"

#include <errno.h>
#include <stdio.h>

#include "base/macros.h"

#define NAME "relancectl-XXXXXX"

int folder_new(char folder[static FOLDER_SIZE])
{
        const char *place = secure_getenv("TMPDIR");

        if (!place || *place != '/' || strlen(place) + sizeof("/" NAME) > FOLDER_SIZE)
                place = "/tmp";
        (void)snprintf(folder, FOLDER_SIZE, "%s/" NAME, place);
        return mkdtemp(folder) ? 0 : -errno;
}
