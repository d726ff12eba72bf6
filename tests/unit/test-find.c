/* SPDX-License-Identifier: MIT */
/* Whom relancectl asks: a table of what was said on the command line and in the environment. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "ctl/find.h"

static void the_command_line_says_whom_to_ask(void **state)
{
        static const struct {
                const char *socket, *config, *at, *environment;
                Where where;
                const char *path;
        } cases[] = {
                { NULL, NULL, NULL, NULL, WHERE_STANDARD, "/run/relanced" },
                { NULL, NULL, NULL, "", WHERE_STANDARD, "/run/relanced" },
                { "/x.sock", NULL, NULL, NULL, WHERE_NAMED, "/x.sock" },
                { "/x.sock", NULL, NULL, "/y.sock", WHERE_NAMED, "/x.sock" },
                { "/x.sock", "/y.conf", NULL, NULL, WHERE_NAMED, "/x.sock" },
                { NULL, NULL, NULL, "/y.sock", WHERE_NAMED, "/y.sock" },
                /* What stands on this command line is meant more than what stands in the
                 * environment: two firms must not be mixed up. */
                { NULL, "/y.conf", NULL, "/y.sock", WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/relanced.conf", NULL, "/y.sock", WHERE_STANDARD,
                        "/run/relanced" },
                { NULL, NULL, "2026-03-05", "/y.sock", WHERE_NAMED, "/y.sock" },
                { NULL, NULL, "2026-03-05", NULL, WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/relanced.conf", NULL, NULL, WHERE_STANDARD,
                        "/run/relanced" },
                { NULL, "/etc/relanced/acme.conf", NULL, NULL, WHERE_STANDARD,
                        "/run/relanced/acme" },
                { NULL, "/etc/relanced/a.b.conf", NULL, NULL, WHERE_STANDARD, "/run/relanced/a.b" },
                { NULL, "/etc/relanced/acme.conf", "2026-03-05", NULL, WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/.conf", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/...conf", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/sub/acme.conf", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/../acme.conf", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/acme.cfg", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "/etc/relanced/acme", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "/srv/relanced.conf", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "relanced.conf", NULL, NULL, WHERE_PRIVATE, "" },
                { NULL, "", NULL, NULL, WHERE_PRIVATE, "" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                StrBuf path = STRBUF_INIT;
                Invocation invocation = {
                        .socket = cases[i].socket, .config = cases[i].config, .at = cases[i].at
                };
                Where where = where_to_ask(&invocation, cases[i].environment, &path);
                if (where != cases[i].where || !streq(strbuf_text(&path), cases[i].path))
                        fail_msg("case %zu: %d %s", i, (int)where, strbuf_text(&path));
                strbuf_release(&path);
        }
}

static int bind_at(const char *path)
{
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
        return fd;
}

static void a_socket_is_one_where_somebody_listens(void **state)
{
        char folder[] = "/tmp/relanced-find-XXXXXX", path[64], file[64];
        int found = -1;

        assert_non_null(mkdtemp(folder));
        snprintf(path, sizeof(path), "%s/a.sock", folder);
        snprintf(file, sizeof(file), "%s/file", folder);
        int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(close(fd), 0);

        assert_int_equal(socket_find(path, &found), -ENOENT);
        assert_int_equal(socket_find(folder, &found), -EISDIR);
        assert_int_equal(socket_find(file, &found), -ENOTSOCK);
        int listener = bind_at(path);
        assert_int_equal(socket_find(path, &found), -ECONNREFUSED);
        assert_int_equal(listen(listener, 8), 0);
        assert_int_equal(socket_find(path, &found), 0);
        assert_int_equal(close(found), 0);
        assert_int_equal(close(listener), 0);
        assert_int_equal(socket_find(path, &found), -ECONNREFUSED);

        assert_int_equal(unlink(path) | unlink(file) | rmdir(folder), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_command_line_says_whom_to_ask),
                cmocka_unit_test(a_socket_is_one_where_somebody_listens),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
