/* SPDX-License-Identifier: MIT */
/* Any bytes as a configuration: a configuration or words, never both, never neither. */

#include "config/config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses the text that a syntax error is found at. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
        return "leak:libconfig.so";
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(closep) int fd = memfd_create("configuration", MFD_CLOEXEC);
        _cleanup_(config_freep) Config *config = NULL;
        char path[sizeof("/proc/self/fd/") + 12];
        Problems problems = { 0 };

        if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
                return 0;
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        int r = config_load(path, &problems, &config);
        assert((r == 0) == (config != NULL));
        assert((r == 0) == (problems.n_errors == 0));
        assert(!config || config->book.n_rules > 0);
        assert(!config || config->book.rules[config->book.n_rules - 1].policy);
        assert(!config || (config->book.sending.calendar && config->n_wake_minutes > 0));
        problems_release(&problems);
        return 0;
}
