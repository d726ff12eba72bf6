/* SPDX-License-Identifier: MIT */
/* relanced-paper at work: how it ends is told once, and nothing of it comes later. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <systemd/sd-event.h>

#include <cmocka.h>

#include "engine/printing.h"

#define SHORT_USEC (USEC_PER_SEC / 5)

static char statement[] =
        "{\"format\":\"relanced-dossier-1\",\"purpose\":\"statement\","
        "\"made\":\"2026-02-03T09:00:00+01:00\",\"as_of\":\"2026-02-03\",\"language\":\"fr\","
        "\"creditor\":{\"name\":\"Atelier\"},\"customer\":{\"id\":\"C-1\",\"name\":\"Martin\"},"
        "\"currency\":\"EUR\",\"claim\":{\"principal\":\"10.00\",\"credit\":\"0.00\","
        "\"interest\":\"0.00\",\"fixed\":\"0.00\",\"charges\":\"0.00\",\"total\":\"10.00\"},"
        "\"invoices\":[]}";

typedef struct Desk {
        sd_event *event;
        Printing *printing;
        int n_done;
        char problem[512];
} Desk;

static void on_done(void *owner, const char *problem)
{
        Desk *desk = owner;

        desk->n_done++;
        (void)snprintf(desk->problem, sizeof(desk->problem), "%s", problem ? problem : "");
}

static int set_up(void **state)
{
        Desk *desk = calloc(1, sizeof(*desk));

        assert_non_null(desk);
        assert_int_equal(sd_event_new(&desk->event), 0);
        *state = desk;
        return 0;
}

static int tear_down(void **state)
{
        Desk *desk = *state;

        printing_free(desk->printing);
        sd_event_unref(desk->event);
        free(desk);
        return 0;
}

static void start(Desk *desk, const char *kind, int into_fd, int64_t patience_usec)
{
        const Dossier dossier = { .json = statement, .length = strlen(statement) };
        const PrintingOrder order = {
                .event = desk->event,
                .kind = kind,
                .dossier = &dossier,
                .into_fd = into_fd,
                .patience_usec = (uint64_t)patience_usec,
                .done = on_done,
                .owner = desk,
        };

        assert_int_equal(printing_new(&order, &desk->printing), 0);
}

static void await(Desk *desk)
{
        while (desk->n_done == 0)
                assert_true(sd_event_run(desk->event, UINT64_MAX) >= 0);
}

static void what_was_printed_is_in_the_file(void **state)
{
        _cleanup_(closep) int fd = memfd_create("statement", MFD_CLOEXEC);
        Desk *desk = *state;
        char head[5] = "";

        start(desk, "statement", fd, 0);
        await(desk);
        assert_string_equal(desk->problem, "");
        assert_int_equal(pread(fd, head, 4, 0), 4);
        assert_string_equal(head, "%PDF");
}

static void what_is_wrong_is_told_in_its_own_words(void **state)
{
        _cleanup_(closep) int fd = memfd_create("nothing", MFD_CLOEXEC);
        Desk *desk = *state;

        start(desk, "poster", fd, 0);
        await(desk);
        assert_non_null(strstr(desk->problem, "ended with 2: relanced-paper: usage:"));
}

/* Who asked may keep it for long: an answer is read by its client. The process may be slow to start
 * on a busy machine: until it ends in time, patience grows. */
static void after_its_end_patience_runs_out_for_nobody(void **state)
{
        _cleanup_(closep) int fd = memfd_create("nothing", MFD_CLOEXEC);
        Desk *desk = *state;

        for (int64_t patience_usec = SHORT_USEC; strstr(desk->problem, "ended with 2") == NULL;
                patience_usec *= 2) {
                printing_free(desk->printing);
                desk->n_done = 0;
                start(desk, "poster", fd, patience_usec);
                await(desk);
                while (sd_event_run(desk->event, (uint64_t)(patience_usec + SHORT_USEC)) > 0)
                        continue;
        }
        assert_int_equal(desk->n_done, 1);
}

/* It writes to a pipe that nobody empties. */
static void one_that_hangs_is_ended(void **state)
{
        _cleanup_(closep) int reader = -1, writer = -1;
        Desk *desk = *state;
        int ends[2];

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        reader = ends[0];
        writer = ends[1];
        assert_true(fcntl(writer, F_SETPIPE_SZ, 4096) > 0);
        start(desk, "statement", writer, SHORT_USEC);
        await(desk);
        assert_non_null(strstr(desk->problem, "was ended"));
        assert_int_equal(desk->n_done, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(what_was_printed_is_in_the_file, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        what_is_wrong_is_told_in_its_own_words, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        after_its_end_patience_runs_out_for_nobody, set_up, tear_down),
                cmocka_unit_test_setup_teardown(one_that_hangs_is_ended, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
