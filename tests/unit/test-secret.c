/* SPDX-License-Identifier: MIT */
/* Where a secret may be kept, and what is said of every other place: never what is in it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "engine/secret.h"
#include "sys/file.h"

#define NOBODY 65534

static char folder[] = "/tmp/relanced-secret-XXXXXX";
static char path[64], target[64], large[16386];

typedef enum Place {
        PLACE_NONE,
        PLACE_FILE,
        PLACE_FOLDER,
        PLACE_PIPE,
        PLACE_LINK
} Place;

#define BYTES(text) text, sizeof(text) - 1

typedef struct Case {
        const char *name;
        Place place;
        mode_t mode;
        const char *bytes;
        size_t length;
        const char *secret; /* NULL: refused */
        const char *said;   /* the problem after the path */
} Case;

static const Case cases[] = {
        { "a closed file", PLACE_FILE, 0600, BYTES("hunter2\n"), "hunter2", NULL },
        { "one that only can be read", PLACE_FILE, 0400, BYTES("hunter2"), "hunter2", NULL },
        { "with the end of line of Windows", PLACE_FILE, 0600, BYTES("hunter2\r\n"), "hunter2",
                NULL },
        { "with blanks of its own", PLACE_FILE, 0600, BYTES(" hunter 2 \n"), " hunter 2 ", NULL },
        { "with letters of the world", PLACE_FILE, 0600, BYTES("mot dé passe"), "mot dé passe",
                NULL },
        { "readable by all", PLACE_FILE, 0644, BYTES("hunter2"), NULL,
                "mode 0644, owner me: must be closed to group and others: chmod 600" },
        { "readable by the group", PLACE_FILE, 0640, BYTES("hunter2"), NULL,
                "mode 0640, owner me: must be closed to group and others: chmod 600" },
        { "writable by the group", PLACE_FILE, 0620, BYTES("hunter2"), NULL,
                "mode 0620, owner me: must be closed to group and others: chmod 600" },
        { "writable by others", PLACE_FILE, 0602, BYTES("hunter2"), NULL,
                "mode 0602, owner me: must be closed to group and others: chmod 600" },
        { "with the sticky bit and open", PLACE_FILE, 01777, BYTES("hunter2"), NULL,
                "mode 1777, owner me: must be closed to group and others: chmod 600" },
        { "empty", PLACE_FILE, 0600, BYTES(""), NULL, "mode 0600, owner me: is empty" },
        { "an empty line", PLACE_FILE, 0600, BYTES("\r\n"), NULL, "mode 0600, owner me: is empty" },
        { "with a NUL", PLACE_FILE, 0600, BYTES("hun\0ter2\n"), NULL,
                "mode 0600, owner me: holds a NUL byte" },
        { "of two lines", PLACE_FILE, 0600, BYTES("hunter2\nX-Evil: 1\n"), NULL,
                "mode 0600, owner me: holds more than one line, or a control character" },
        { "with a carriage return inside", PLACE_FILE, 0600, BYTES("hunter2\rx"), NULL,
                "mode 0600, owner me: holds more than one line, or a control character" },
        { "one byte too large", PLACE_FILE, 0600, large, 16385, NULL,
                "mode 0600, owner me: is too large for a secret" },
        { "missing", PLACE_NONE, 0, NULL, 0, NULL, "No such file or directory" },
        { "a folder", PLACE_FOLDER, 0700, NULL, 0, NULL,
                "mode 0700, owner me: is a folder, not a file" },
        { "a pipe", PLACE_PIPE, 0600, NULL, 0, NULL, "mode 0600, owner me: is a pipe, not a file" },
        { "a link to a closed file", PLACE_LINK, 0600, BYTES("hunter2"), NULL,
                "mode 0777, owner me: is a symbolic link: name the file that it leads to" },
};

static void make_file(const char *name, mode_t mode, const char *bytes, size_t length)
{
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(fd_write_all(fd, bytes, length), 0);
        assert_int_equal(fchmod(fd, mode), 0);
        (void)close(fd);
}

static void make_place(const Case *c)
{
        switch (c->place) {
        case PLACE_NONE: break;
        case PLACE_FILE: make_file(path, c->mode, c->bytes, c->length); break;
        case PLACE_FOLDER: assert_int_equal(mkdir(path, c->mode), 0); break;
        case PLACE_PIPE: assert_int_equal(mkfifo(path, c->mode), 0); break;
        case PLACE_LINK:
                make_file(target, c->mode, c->bytes, c->length);
                assert_int_equal(symlink(target, path), 0);
                break;
        }
}

/* "PATH: " and said, with the name of who runs this in the place of "me". */
static void assert_said(const StrBuf *problem, const char *said)
{
        StrBuf expected = STRBUF_INIT;
        const char *me = strstr(said, "owner me:"), *user = geteuid() == 0 ? "root" : NULL;

        strbuf_addf(&expected, "%s: ", path);
        if (me && user)
                strbuf_addf(&expected, "%.*sowner %s%s", (int)(me - said), said, user, me + 8);
        else
                strbuf_add(&expected, said);
        if (!me || user)
                assert_string_equal(strbuf_text(problem), strbuf_text(&expected));
        assert_null(strstr(strbuf_text(problem), "unter"));
        strbuf_release(&expected);
}

static void a_secret_is_read_from_a_closed_file_alone(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Case *c = &cases[i];
                _cleanup_(strbuf_release) StrBuf problem = STRBUF_INIT;
                _cleanup_(freep) char *text = NULL;
                print_message("%s\n", c->name);
                make_place(c);
                int r = secret_read(path, false, &text, &problem);
                assert_int_equal(r, c->secret ? 0 : -EINVAL);
                if (c->secret)
                        assert_string_equal(text, c->secret);
                else
                        assert_said(&problem, c->said);
                (void)remove(path);
                (void)remove(target);
        }
}

static void a_file_of_somebody_else_is_refused_whose_it_is_said(void **state)
{
        _cleanup_(strbuf_release) StrBuf problem = STRBUF_INIT;
        _cleanup_(freep) char *text = NULL;

        make_file(path, 0600, "hunter2", 7);
        if (chown(path, NOBODY, (gid_t)-1) < 0) {
                (void)unlink(path);
                skip(); /* only root can give a file away */
        }
        assert_int_equal(secret_read(path, false, &text, &problem), -EINVAL);
        assert_non_null(strstr(strbuf_text(&problem), "mode 0600, owner nobody: must be owned by"));
        (void)unlink(path);
}

/* systemd shows a credential to the service by an access list: its mode says nothing. */
static void a_credential_is_guarded_by_its_folder(void **state)
{
        _cleanup_(strbuf_release) StrBuf problem = STRBUF_INIT;
        _cleanup_(freep) char *text = NULL;

        make_file(path, 0440, "hunter2", 7);
        assert_int_equal(secret_read(path, true, &text, &problem), 0);
        assert_string_equal(text, "hunter2");
        (void)unlink(path);
        assert_int_equal(mkdir(path, 0700), 0);
        assert_int_equal(secret_read(path, true, &text, &problem), -EINVAL);
        (void)rmdir(path);
}

static int make_folder(void **state)
{
        memset(large, 'x', sizeof(large));
        if (!mkdtemp(folder))
                return -1;
        (void)snprintf(path, sizeof(path), "%s/smtp", folder);
        (void)snprintf(target, sizeof(target), "%s/target", folder);
        return 0;
}

static int remove_folder(void **state)
{
        return rmdir(folder);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_secret_is_read_from_a_closed_file_alone),
                cmocka_unit_test(a_file_of_somebody_else_is_refused_whose_it_is_said),
                cmocka_unit_test(a_credential_is_guarded_by_its_folder),
        };

        return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
