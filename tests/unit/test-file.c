/* SPDX-License-Identifier: MIT */
/* sys/file: whole reads, atomic writes, what a stranger named, digests, the program's own data. */

#include "sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

static char scratch[] = "/tmp/relanced-test-file-XXXXXX";
static int start_folder = -1;

/* Each test runs in a folder of its own. */
static int enter_scratch(void **state)
{
        static unsigned n;
        char path[64];

        (void)snprintf(path, sizeof(path), "%s/%u", scratch, n++);
        return mkdir(path, 0700) < 0 ? -1 : chdir(path);
}

static int make_scratch(void **state)
{
        start_folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return start_folder < 0 || !mkdtemp(scratch) ? -1 : 0;
}

static int run(const char *const arguments[])
{
        int status = -1;

        pid_t pid = fork();
        if (pid == 0) {
                (void)execvp(arguments[0], (char *const *)arguments);
                _exit(127);
        }
        assert_true(pid > 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        return status;
}

static int remove_scratch(void **state)
{
        const char *const arguments[] = { "rm", "-r", scratch, NULL };

        return fchdir(start_folder) < 0 ? -1 : run(arguments);
}

static void put(const char *path, const char *text)
{
        FILE *file = fopen(path, "we");

        assert_non_null(file);
        assert_int_equal(fputs(text, file) < 0, 0);
        assert_int_equal(fclose(file), 0);
}

static void a_file_is_read_whole_up_to_its_limit(void **state)
{
        _cleanup_(freep) char *text = NULL;
        size_t length = 0;

        put("a", "hello");
        assert_int_equal(file_read("a", 5, &text, &length), 0);
        assert_string_equal(text, "hello");
        assert_int_equal(length, 5);
        char *untouched = NULL;
        assert_int_equal(file_read("a", 4, &untouched, NULL), -EFBIG);
        assert_int_equal(file_read("missing", 4, &untouched, NULL), -ENOENT);
        assert_int_equal(file_read(".", 4, &untouched, NULL), -EINVAL);
        assert_int_equal(mkfifo("fifo", 0600), 0);
        assert_int_equal(file_read("fifo", 4, &untouched, NULL), -EINVAL);
        assert_null(untouched);
}

static void a_file_without_a_known_size_and_an_empty_one_are_read(void **state)
{
        _cleanup_(freep) char *text = NULL, *status = NULL;
        size_t length = 1;

        put("empty", "");
        assert_int_equal(file_read("empty", 0, &text, &length), 0);
        assert_int_equal(length, 0);
        assert_string_equal(text, "");
        assert_int_equal(file_read("/proc/self/status", 1 << 20, &status, &length), 0);
        assert_true(length > 0);
        assert_int_equal(file_read("/proc/self/status", 10, &status, NULL), -EFBIG);
}

static void a_socket_here(const char *path)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _cleanup_(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void only_regular_files_beneath_the_folder_are_opened(void **state)
{
        static const struct {
                const char *name;
                int result;
        } cases[] = {
                { "a.pdf", 0 },
                { "sub/b.pdf", 0 },
                { "missing.pdf", -ENOENT },
                { "sub/missing.pdf", -ENOENT },
                { "nosub/b.pdf", -ENOENT },
                { "a.pdf/b.pdf", -ENOTDIR },
                { "", -EINVAL },
                { ".", -EINVAL },
                { "..", -EINVAL },
                { "../docs/a.pdf", -EINVAL },
                { "sub/../a.pdf", -EINVAL },
                { "./a.pdf", -EINVAL },
                { "sub//b.pdf", -EINVAL },
                { "sub/", -EINVAL },
                { "/etc/passwd", -EINVAL },
                { "sub", -EINVAL },
                { "fifo", -EINVAL },
                { "socket", -EINVAL },
                { "link.pdf", -ELOOP },
                { "outside/secret", -ELOOP },
                { "dangling", -ELOOP },
                { "big.pdf", -EFBIG },
        };
        char long_name[NAME_MAX + 2];
        int fd = -1;

        assert_int_equal(mkdir("docs", 0700), 0);
        assert_int_equal(mkdir("docs/sub", 0700), 0);
        assert_int_equal(mkdir("elsewhere", 0700), 0);
        put("elsewhere/secret", "s");
        put("docs/a.pdf", "a");
        put("docs/sub/b.pdf", "b");
        put("docs/big.pdf", "0123456789");
        assert_int_equal(symlink("a.pdf", "docs/link.pdf"), 0);
        assert_int_equal(symlink("../elsewhere", "docs/outside"), 0);
        assert_int_equal(symlink("nothing", "docs/dangling"), 0);
        assert_int_equal(mkfifo("docs/fifo", 0600), 0);
        a_socket_here("docs/socket");
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                int r = file_open_beneath("docs", cases[i].name, 9, &fd);
                if (r != cases[i].result)
                        fail_msg("%s gave %d", cases[i].name, r);
                if (r == 0)
                        assert_int_equal(close(fd), 0);
        }
        memset(long_name, 'x', sizeof(long_name) - 1);
        long_name[sizeof(long_name) - 1] = '\0';
        assert_int_equal(file_open_beneath("docs", long_name, 9, &fd), -ENAMETOOLONG);
        assert_int_equal(file_open_beneath("nowhere", "a.pdf", 9, &fd), -ENOENT);
}

static void the_folder_itself_may_be_a_link(void **state)
{
        _cleanup_(closep) int fd = -1;

        assert_int_equal(mkdir("real", 0700), 0);
        put("real/a", "a");
        assert_int_equal(symlink("real", "docs"), 0);
        assert_int_equal(file_open_beneath("docs", "a", 9, &fd), 0);
}

static void a_digest_is_that_of_the_whole_file(void **state)
{
        static const char *const abc =
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        static const char *const empty =
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        static const char *const million = /* of the letter a, FIPS 180-2 */
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
        char text[SHA256_TEXT_SIZE];

        put("abc", "abc");
        _cleanup_(closep) int fd = open("abc", O_RDONLY | O_CLOEXEC);
        assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
        assert_int_equal(file_sha256(fd, text), 0);
        assert_string_equal(text, abc);
        assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
        bytes_sha256("abc", 3, text);
        assert_string_equal(text, abc);
        bytes_sha256(NULL, 0, text);
        assert_string_equal(text, empty);
        _cleanup_(freep) char *many = malloc(1000000);
        assert_non_null(many);
        memset(many, 'a', 1000000);
        bytes_sha256(many, 1000000, text);
        assert_string_equal(text, million);
}

static void folders_are_made_with_their_parents(void **state)
{
        struct stat info;

        assert_int_equal(folder_make("a/b/c", 0750), 0);
        assert_int_equal(stat("a/b/c", &info), 0);
        assert_true(S_ISDIR(info.st_mode));
        assert_int_equal(folder_make("a/b/c", 0750), 0);
        assert_int_equal(folder_make("a/b/d/", 0750), 0);
        put("file", "");
        assert_int_equal(folder_make("file", 0750), -ENOTDIR);
        assert_int_equal(folder_make("file/x", 0750), -ENOTDIR);
        assert_int_equal(folder_make("", 0750), -ENOENT);
}

static void a_relative_path_is_relative_to_the_file_that_names_it(void **state)
{
        static const struct {
                const char *base, *name, *path;
        } cases[] = {
                { "/etc/relanced/relanced.conf", "state", "/etc/relanced/state" },
                { "/etc/relanced/relanced.conf", "../x", "/etc/relanced/../x" },
                { "/etc/relanced/relanced.conf", "/var/lib", "/var/lib" },
                { "/relanced.conf", "state", "/state" },
                { "conf/relanced.conf", "state", "conf/state" },
                { "relanced.conf", "state", "state" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(freep) char *path = NULL;
                assert_int_equal(path_from_file(cases[i].base, cases[i].name, &path), 0);
                assert_string_equal(path, cases[i].path);
        }
}

static void in_a_build_tree_data_is_that_of_the_sources(void **state)
{
        static const char *const names[] = { "templates", "rates", "tone" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_(freep) char *path = NULL;
                char expected[PATH_MAX];
                (void)snprintf(
                        expected, sizeof(expected), "%s/config/%s", RELANCED_SOURCE_ROOT, names[i]);
                int r = data_folder(names[i], &path);
                if (access(expected, F_OK) < 0)
                        assert_int_equal(r, -ENOENT);
                else
                        assert_string_equal(path, expected);
        }
        char *none = NULL;
        assert_int_equal(data_folder("nothing", &none), -ENOENT);
        assert_int_equal(data_folder("../daemon", &none), -ENOENT);
        assert_null(none);
}

static void a_module_has_a_plain_name_or_an_absolute_path(void **state)
{
        static const char *const wrong[] = { "", ".", "..", "../file", "a/b", "file.so", "a b" };
        _cleanup_(freep) char *path = NULL;
        char *none = NULL;

        assert_int_equal(module_path("/opt/x/mine.so", &path), 0);
        assert_string_equal(path, "/opt/x/mine.so");
        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(module_path(wrong[i], &none), -EINVAL);
        assert_int_equal(module_path("no-such-module", &none), -ENOENT);
        assert_null(none);
}

/* Runs this program as prefix/sbin/program and gives what it finds for "templates", "modules",
 * module "one" and module "two". */
static void run_installed(char text[static PATH_MAX])
{
        const char *const where[] = { "prefix/sbin/program", "--where", NULL };
        char self[PATH_MAX] = "";
        const char *const copy[] = { "cp", self, where[0], NULL };

        assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
        assert_int_equal(run(copy), 0);
        int output = memfd_create("output", 0), saved = dup(STDOUT_FILENO);
        assert_true(output >= 0 && saved >= 0 && dup2(output, STDOUT_FILENO) >= 0);
        int status = run(where);
        assert_true(dup2(saved, STDOUT_FILENO) >= 0);
        (void)close(saved);
        assert_int_equal(status, 0);
        ssize_t length = pread(output, text, PATH_MAX - 1, 0);
        (void)close(output);
        assert_true(length >= 0);
        text[length] = '\0';
}

static void in_a_prefix_data_is_that_of_the_prefix(void **state)
{
        char text[PATH_MAX], expected[PATH_MAX], here[256];

        assert_non_null(getcwd(here, sizeof(here)));
        assert_int_equal(folder_make("prefix/sbin", 0700), 0);
        assert_int_equal(folder_make("prefix/share/relanced/templates", 0700), 0);
        assert_int_equal(folder_make("prefix/other", 0700), 0);
        assert_int_equal(folder_make("prefix/" RELANCED_LIBDIR "/relanced/channels/two", 0700), 0);
        put("prefix/" RELANCED_LIBDIR "/relanced/channels/one.so", "");
        put("prefix/" RELANCED_LIBDIR "/relanced/channels/two/two.so", "");
        put("build.ninja", ""); /* the prefix stands inside a build folder */
        run_installed(text);
        (void)snprintf(expected, sizeof(expected),
                "%1$s/prefix/share/relanced/templates\n"
                "%1$s/prefix/" RELANCED_LIBDIR "/relanced/channels\n"
                "%1$s/prefix/" RELANCED_LIBDIR "/relanced/channels/one.so\n"
                "%1$s/prefix/" RELANCED_LIBDIR "/relanced/channels/two/two.so\n",
                here);
        assert_string_equal(text, expected);
}

/* What the copy of this program in a prefix does. */
static int print_places(void)
{
        _cleanup_(freep) char *templates = NULL, *modules = NULL, *one = NULL, *two = NULL;

        if (data_folder("templates", &templates) < 0 || data_folder("modules", &modules) < 0 ||
                module_path("one", &one) < 0 || module_path("two", &two) < 0)
                return EXIT_FAILURE;
        (void)printf("%s\n%s\n%s\n%s\n", templates, modules, one, two);
        return EXIT_SUCCESS;
}

int main(int argc, char *argv[])
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_file_is_read_whole_up_to_its_limit, enter_scratch),
                cmocka_unit_test_setup(
                        a_file_without_a_known_size_and_an_empty_one_are_read, enter_scratch),
                cmocka_unit_test_setup(
                        only_regular_files_beneath_the_folder_are_opened, enter_scratch),
                cmocka_unit_test_setup(the_folder_itself_may_be_a_link, enter_scratch),
                cmocka_unit_test_setup(a_digest_is_that_of_the_whole_file, enter_scratch),
                cmocka_unit_test_setup(folders_are_made_with_their_parents, enter_scratch),
                cmocka_unit_test(a_relative_path_is_relative_to_the_file_that_names_it),
                cmocka_unit_test(in_a_build_tree_data_is_that_of_the_sources),
                cmocka_unit_test(a_module_has_a_plain_name_or_an_absolute_path),
                cmocka_unit_test_setup(in_a_prefix_data_is_that_of_the_prefix, enter_scratch),
        };

        if (argc == 2 && streq(argv[1], "--where"))
                return print_places();
        return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
