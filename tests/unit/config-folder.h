/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_CONFIG_FOLDER_H
#define RELANCED_TESTS_CONFIG_FOLDER_H

/* Configurations written to a folder of the test's own, which it makes with mkdtemp() and removes.
 * Include after <cmocka.h>. */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "config/config.h"

#define NAME_SIZE 300

static char folder[] = "/tmp/relanced-config-XXXXXX";

static void write_text(const char *name, const char *text, size_t length)
{
        char path[NAME_SIZE];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, length), length);
        close(fd);
}

static int load_named(const char *name, Problems *problems, Config **ret_config)
{
        char path[NAME_SIZE];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
        return config_load(path, problems, ret_config);
}

#endif
