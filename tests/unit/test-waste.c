/* SPDX-License-Identifier: MIT */
/* Files that nobody needs any more, let go of in turns. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>

#include <cmocka.h>

#include "api/waste.h"

#define MEGABYTE ((off_t)1024 * 1024)

static off_t size_of(int fd)
{
        struct stat file;

        assert_int_equal(fstat(fd, &file), 0);
        return file.st_size;
}

static int set_up(void **state)
{
        sd_event *event;

        assert_int_equal(sd_event_new(&event), 0);
        *state = event;
        return 0;
}

static int tear_down(void **state)
{
        sd_event_unref(*state);
        return 0;
}

static void a_large_file_goes_piece_by_piece(void **state)
{
        int fd = memfd_create("large", MFD_CLOEXEC), seen = dup(fd), n = 0;
        Waste *waste;

        assert_int_equal(waste_new(*state, &waste), 0);
        assert_int_equal(ftruncate(fd, 100 * MEGABYTE), 0);
        waste_add(waste, fd);
        for (off_t size = 100 * MEGABYTE; sd_event_run(*state, 0) > 0; n++) {
                assert_in_range(size - size_of(seen), 1, 16 * MEGABYTE);
                size = size_of(seen);
        }
        assert_in_range(n, 7, 100);
        assert_int_equal(size_of(seen), 0);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
        assert_int_equal(close(seen), 0);
        waste_free(waste);
}

static void a_small_one_or_none_goes_at_once(void **state)
{
        int fd = memfd_create("small", MFD_CLOEXEC);
        Waste *waste;

        assert_int_equal(waste_new(*state, &waste), 0);
        assert_int_equal(ftruncate(fd, MEGABYTE), 0);
        waste_add(waste, fd);
        waste_add(waste, -1);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
        assert_int_equal(sd_event_run(*state, 0), 0);
        waste_free(waste);
}

static void what_is_left_goes_at_the_end(void **state)
{
        int fd = memfd_create("large", MFD_CLOEXEC);
        Waste *waste;

        assert_int_equal(waste_new(*state, &waste), 0);
        assert_int_equal(ftruncate(fd, 100 * MEGABYTE), 0);
        waste_add(waste, fd);
        waste_free(waste);
        assert_int_equal(fcntl(fd, F_GETFD), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        a_large_file_goes_piece_by_piece, set_up, tear_down),
                cmocka_unit_test_setup_teardown(
                        a_small_one_or_none_goes_at_once, set_up, tear_down),
                cmocka_unit_test_setup_teardown(what_is_left_goes_at_the_end, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
