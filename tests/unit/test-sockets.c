/* SPDX-License-Identifier: MIT */
/* Where the daemon listens: sockets that systemd passes, and its own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "main/arguments.h"
#include "main/sockets.h"

#define FIRST_FD 3

typedef struct World {
        char folder[4000];
        Config config;
        Sockets sockets;
} World;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        return remove(path);
}

static int set_up(void **state)
{
        World *world = calloc(1, sizeof(*world));

        assert_non_null(world);
        snprintf(world->folder, sizeof(world->folder), "/tmp/relanced-sockets-XXXXXX");
        assert_non_null(mkdtemp(world->folder));
        world->config = (Config){ .state = world->folder };
        world->sockets = SOCKETS_NONE;
        *state = world;
        return 0;
}

static int tear_down(void **state)
{
        World *world = *state;

        sockets_release(&world->sockets);
        world->folder[strlen("/tmp/relanced-sockets-XXXXXX")] = '\0';
        (void)nftw(world->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
        free(world);
        return 0;
}

static int connect_to(const char *path)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int handle = open(path, O_PATH | O_CLOEXEC);

        snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", handle);
        int r = handle < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0
                        ? -errno
                        : 0;
        (void)close(handle);
        (void)close(fd);
        return r;
}

static void assert_own_sockets(World *world)
{
        static const Right rights[] = { RIGHT_READ, RIGHT_OPERATE, RIGHT_REPORT };
        char path[4096];
        struct stat status;

        assert_int_equal(world->sockets.n, RIGHTS);
        for (int i = 0; i < RIGHTS; i++) {
                assert_int_equal(world->sockets.list[i].right, rights[i]);
                assert_true(fcntl(world->sockets.list[i].fd, F_GETFL) & O_NONBLOCK);
                assert_true(fcntl(world->sockets.list[i].fd, F_GETFD) & FD_CLOEXEC);
                snprintf(path, sizeof(path), "%s/sockets/%s.sock", world->folder, right_names[i]);
                assert_int_equal(stat(path, &status), 0);
                assert_int_equal(status.st_mode & 07777, 0660);
                assert_int_equal(connect_to(path), 0);
        }
        snprintf(path, sizeof(path), "%s/sockets/operate.sock", world->folder);
        assert_string_equal(world->sockets.announced, path);
}

static void without_systemd_there_is_a_socket_for_each_right(void **state)
{
        World *world = *state;
        char path[4096];
        struct stat status;

        assert_int_equal(sockets_open(&world->config, &world->sockets), EXIT_DONE);
        assert_own_sockets(world);
        snprintf(path, sizeof(path), "%s/sockets", world->folder);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0700);
        snprintf(path, sizeof(path), "%s", world->sockets.announced);
        sockets_release(&world->sockets);
        assert_int_equal(connect_to(path), -ENOENT);
}

static void what_a_dead_daemon_left_is_replaced(void **state)
{
        World *world = *state;
        char path[4096];
        int status;

        pid_t dead = fork();
        if (dead == 0)
                _exit(sockets_open(&world->config, &world->sockets));
        assert_int_equal(waitpid(dead, &status, 0), dead);
        assert_int_equal(status, EXIT_DONE);
        snprintf(path, sizeof(path), "%s/sockets/operate.sock", world->folder);
        assert_int_equal(connect_to(path), -ECONNREFUSED);
        assert_int_equal(sockets_open(&world->config, &world->sockets), EXIT_DONE);
        assert_own_sockets(world);
}

static void a_path_longer_than_an_address_is_fine(void **state)
{
        World *world = *state;

        for (int i = 0; i < 10; i++) {
                size_t n = strlen(world->folder);
                snprintf(world->folder + n, sizeof(world->folder) - n, "/a folder's long name %d",
                        i);
                assert_int_equal(mkdir(world->folder, 0700), 0);
        }
        assert_int_equal(sockets_open(&world->config, &world->sockets), EXIT_DONE);
        assert_own_sockets(world);
}

/* An owner may open it to a group; nobody else may put sockets of their own into it. */
static void a_folder_that_is_there_keeps_its_mode_if_it_is_safe(void **state)
{
        static const struct {
                mode_t mode;
                int status;
        } cases[] = {
                { 0700, EXIT_DONE },
                { 0750, EXIT_DONE },
                { 02755, EXIT_DONE },
                { 0770, EXIT_REFUSED },
                { 01777, EXIT_REFUSED },
                { 0702, EXIT_REFUSED },
        };
        World *world = *state;
        char path[4096];
        struct stat status;

        snprintf(path, sizeof(path), "%s/sockets", world->folder);
        assert_int_equal(mkdir(path, 0700), 0);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                assert_int_equal(chmod(path, cases[i].mode), 0);
                assert_int_equal(sockets_open(&world->config, &world->sockets), cases[i].status);
                assert_int_equal(stat(path, &status), 0);
                assert_int_equal(status.st_mode & 07777, cases[i].mode);
                sockets_release(&world->sockets);
        }
}

static void what_is_no_folder_is_refused(void **state)
{
        World *world = *state;
        char path[4096], away[4096];

        snprintf(path, sizeof(path), "%s/sockets", world->folder);
        snprintf(away, sizeof(away), "%s/away", world->folder);
        assert_int_equal(mkdir(away, 0700), 0);
        assert_int_equal(symlink(away, path), 0);
        assert_int_equal(sockets_open(&world->config, &world->sockets), EXIT_REFUSED);
        assert_int_equal(unlink(path), 0);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(close(fd), 0);
        assert_int_equal(sockets_open(&world->config, &world->sockets), EXIT_REFUSED);
}

/* What systemd would pass: descriptors from 3 on, each of a kind, in a process of their own. */
typedef enum Kind {
        KIND_NONE,
        KIND_STREAM,
        KIND_DATAGRAM,
        KIND_CONNECTED,
        KIND_INTERNET,
        KIND_FILE
} Kind;

static int make(Kind kind, const char *path)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int type = kind == KIND_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM;
        int fd = socket(kind == KIND_INTERNET ? AF_INET : AF_UNIX, type, 0);

        if (kind == KIND_FILE) {
                (void)close(fd);
                return open("/dev/null", O_RDWR); /* NOLINT: it is to be inherited */
        }
        assert_true(strlen(path) < sizeof(address.sun_path));
        memcpy(address.sun_path, path, strlen(path) + 1);
        if (kind != KIND_INTERNET &&
                bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
                return -1;
        if ((kind == KIND_STREAM || kind == KIND_INTERNET) && listen(fd, 8) < 0)
                return -1;
        return fd;
}

typedef struct Passed {
        const char *names;
        Kind kinds[4];
        int status;
        const char *announced; /* its file; NULL: none */
} Passed;

/* In a child: its exit status says what was wrong. */
static int take_passed(World *world, const Passed *passed)
{
        char pid[32], n[32], path[4096];
        int made[4], count = 0;

        for (; count < 4 && passed->kinds[count] != KIND_NONE; count++) {
                snprintf(path, sizeof(path), "%s/%d.sock", world->folder, count);
                int fd = make(passed->kinds[count], path);
                made[count] = fcntl(fd, F_DUPFD, 100);
                (void)close(fd);
                if (made[count] < 0)
                        return 10;
        }
        for (int i = 0; i < count; i++)
                if (dup2(made[i], FIRST_FD + i) < 0)
                        return 11;
        snprintf(pid, sizeof(pid), "%d", (int)getpid());
        snprintf(n, sizeof(n), "%d", count);
        (void)setenv("LISTEN_PID", pid, true);
        (void)setenv("LISTEN_FDS", n, true);
        (void)setenv("LISTEN_FDNAMES", passed->names, true);
        if (sockets_open(&world->config, &world->sockets) != passed->status)
                return 12;
        if (passed->status != EXIT_DONE)
                return 0;
        if (world->sockets.n != (size_t)count || getenv("LISTEN_FDS"))
                return 13;
        for (int i = 0; i < count; i++)
                if (world->sockets.list[i].fd != FIRST_FD + i ||
                        !(fcntl(FIRST_FD + i, F_GETFL) & O_NONBLOCK) ||
                        !(fcntl(FIRST_FD + i, F_GETFD) & FD_CLOEXEC))
                        return 14;
        if (passed->announced)
                snprintf(path, sizeof(path), "%s/%s", world->folder, passed->announced);
        if (!streq_or_null(world->sockets.announced, passed->announced ? path : NULL))
                return 15;
        sockets_release(&world->sockets);
        if (passed->announced && access(path, F_OK) < 0)
                return 16; /* they are systemd's and stay */
        return 0;
}

static void what_systemd_passes_is_taken_by_its_name_or_refused(void **state)
{
        static const Passed cases[] = {
                { "read:operate:report", { KIND_STREAM, KIND_STREAM, KIND_STREAM }, EXIT_DONE,
                        "1.sock" },
                { "report:read", { KIND_STREAM, KIND_STREAM }, EXIT_DONE, "1.sock" },
                { "report", { KIND_STREAM }, EXIT_DONE, NULL },
                { "operate:operate", { KIND_STREAM, KIND_STREAM }, EXIT_DONE, "0.sock" },
                { "unknown", { KIND_STREAM }, EXIT_REFUSED, NULL },
                { "relanced-read.socket", { KIND_STREAM }, EXIT_REFUSED, NULL },
                { "read:", { KIND_STREAM, KIND_STREAM }, EXIT_REFUSED, NULL },
                { "read", { KIND_DATAGRAM }, EXIT_REFUSED, NULL },
                { "read", { KIND_CONNECTED }, EXIT_REFUSED, NULL },
                { "read", { KIND_INTERNET }, EXIT_REFUSED, NULL },
                { "read:operate", { KIND_STREAM, KIND_FILE }, EXIT_REFUSED, NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                World *world = NULL;
                int status;
                assert_int_equal(set_up((void **)&world), 0);
                pid_t child = fork();
                if (child == 0)
                        _exit(take_passed(world, &cases[i]));
                assert_int_equal(waitpid(child, &status, 0), child);
                if (status != 0)
                        fail_msg("%s: %d", cases[i].names, WEXITSTATUS(status));
                assert_int_equal(tear_down((void **)&world), 0);
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(without_systemd_there_is_a_socket_for_each_right),
                TEST(what_a_dead_daemon_left_is_replaced),
                TEST(a_path_longer_than_an_address_is_fine),
                TEST(a_folder_that_is_there_keeps_its_mode_if_it_is_safe),
                TEST(what_is_no_folder_is_refused),
                cmocka_unit_test(what_systemd_passes_is_taken_by_its_name_or_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
