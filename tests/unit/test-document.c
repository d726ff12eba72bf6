/* SPDX-License-Identifier: MIT */
/* document.c: which file may be attached, and what a person is told of the others. */

#include "compose/compose.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
/* needs setjmp.h, stdarg.h and stddef.h */
#include <cmocka.h>

typedef struct Fixture {
        char parent[40], folder[64];
} Fixture;

static void path_in(const Fixture *fixture, const char *name, char path[static 128])
{
        (void)snprintf(path, 128, "%s/%s", fixture->folder, name);
}

static int write_file(const Fixture *fixture, const char *name, const char *text, off_t size)
{
        char path[128];

        path_in(fixture, name, path);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, text, strlen(text)) < 0 || ftruncate(fd, size) < 0)
                return -1;
        return close(fd);
}

static int fixture_set_up(void **state)
{
        static Fixture fixture = { .parent = "/tmp/test-document-XXXXXX" };
        char path[128];

        *state = &fixture;
        if (!mkdtemp(fixture.parent))
                return -1;
        (void)snprintf(fixture.folder, sizeof(fixture.folder), "%s/documents", fixture.parent);
        if (mkdir(fixture.folder, 0700) < 0)
                return -1;
        path_in(&fixture, "2026", path);
        if (mkdir(path, 0700) < 0)
                return -1;
        path_in(&fixture, "link.pdf", path);
        if (symlink("F-1.pdf", path) < 0)
                return -1;
        path_in(&fixture, "linked", path);
        if (symlink("2026", path) < 0)
                return -1;
        path_in(&fixture, "fifo.pdf", path);
        if (mkfifo(path, 0600) < 0)
                return -1;
        if (write_file(&fixture, "../secret.pdf", "secret", 6) < 0 ||
                write_file(&fixture, "F-1.pdf", "abc", 3) < 0 ||
                write_file(&fixture, "2026/F-2.pdf", "abc", 3) < 0 ||
                write_file(&fixture, "full.pdf", "", 10 * 1024 * 1024) < 0)
                return -1;
        return write_file(&fixture, "large.pdf", "", 10 * 1024 * 1024 + 1);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
        return remove(path);
}

static int fixture_tear_down(void **state)
{
        const Fixture *fixture = *state;

        return nftw(fixture->parent, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void a_regular_file_beneath_the_folder_is_opened_with_its_digest(void **state)
{
        static const char *const names[] = { "F-1.pdf", "2026/F-2.pdf" };
        const Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_(closep) int fd = -1;
                int64_t size = 0;
                char sha256[SHA256_TEXT_SIZE], text[8] = "";
                const char *problem = NULL;
                assert_int_equal(
                        document_open(fixture->folder, names[i], &fd, &size, sha256, &problem), 0);
                assert_int_equal(size, 3);
                assert_string_equal(
                        sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
                assert_int_equal(read(fd, text, sizeof(text)), 3);
                assert_string_equal(text, "abc");
        }
}

static void ten_mebibytes_are_just_right(void **state)
{
        const Fixture *fixture = *state;
        _cleanup_(closep) int fd = -1;
        int64_t size = 0;
        char sha256[SHA256_TEXT_SIZE];
        const char *problem = NULL;

        assert_int_equal(
                document_open(fixture->folder, "full.pdf", &fd, &size, sha256, &problem), 0);
        assert_int_equal(size, 10 * 1024 * 1024);
}

static void what_may_not_be_attached_is_told(void **state)
{
        static const struct {
                const char *name, *problem;
        } cases[] = {
                { "absent.pdf", "is missing" },
                { "2025/absent.pdf", "is missing" },
                { "F-1.pdf/x", "is missing" },
                { "link.pdf", "is a symbolic link" },
                { "linked/F-2.pdf", "is a symbolic link" },
                { "../secret.pdf", "leaves the documents folder" },
                { "2026/../../secret.pdf", "leaves the documents folder" },
                { "2026/..", "leaves the documents folder" },
                { "..", "leaves the documents folder" },
                { "/etc/passwd", "leaves the documents folder" },
                { "2026", "is not a regular file" },
                { "fifo.pdf", "is not a regular file" },
                { "large.pdf", "is larger than 10 MiB" },
                { "", "has no name" },
        };
        const Fixture *fixture = *state;

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int fd = -1;
                int64_t size = -1;
                char sha256[SHA256_TEXT_SIZE];
                const char *problem = NULL;
                int r = document_open(fixture->folder, cases[i].name, &fd, &size, sha256, &problem);
                assert_true(r < 0);
                assert_int_equal(fd, -1);
                assert_int_equal(size, -1);
                if (!streq(problem, cases[i].problem))
                        fail_msg("%s: \"%s\", expected \"%s\"", cases[i].name, problem,
                                cases[i].problem);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_regular_file_beneath_the_folder_is_opened_with_its_digest),
                cmocka_unit_test(ten_mebibytes_are_just_right),
                cmocka_unit_test(what_may_not_be_attached_is_told),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
