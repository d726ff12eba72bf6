/* SPDX-License-Identifier: MIT */
/* Owns where the program's own data lies (file.h: data_folder, module_path), told by where the
 * running binary stands. An installed prefix goes before a build tree, so that a prefix inside a
 * build folder is whole in itself. Never creates anything. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "sys/file.h"

/* In the source tree these lie beneath config/, in a prefix beneath share/relanced/. */
static const char *const shared_folders[] = { "templates", "rates", "tone" };

/* printf into a path, of which "" says that it was too long. */
static void _printf_(2, 3) path_set(char path[static PATH_MAX], const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        int length = vsnprintf(path, PATH_MAX, format, arguments);
        va_end(arguments);
        if (length < 0 || length >= PATH_MAX)
                path[0] = '\0';
}

static bool is_folder(const char *path)
{
        struct stat info;

        return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_file(const char *path)
{
        struct stat info;

        return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Cuts the last component; false when there is none left. */
static bool path_cut(char *path)
{
        char *slash = strrchr(path, '/');

        if (!slash)
                return false;
        *slash = '\0';
        return true;
}

static bool own_folder(char path[static PATH_MAX])
{
        ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

        if (length < 0)
                return false;
        path[length] = '\0';
        return path_cut(path);
}

static bool find_installed(const char *prefix, const char *what, char path[static PATH_MAX])
{
        if (streq(what, "modules"))
                path_set(path, "%s/%s/relanced/channels", prefix, RELANCED_LIBDIR);
        else
                path_set(path, "%s/share/relanced/%s", prefix, what);
        return is_folder(path);
}

/* folder is a parent of the binary, which is in the build tree when one of them is its root. */
static bool find_in_build(const char *folder, const char *what, char path[static PATH_MAX])
{
        path_set(path, "%s/build.ninja", folder);
        if (!is_file(path))
                return false;
        if (streq(what, "modules"))
                path_set(path, "%s/channels", folder);
        else
                path_set(path, "%s/config/%s", RELANCED_SOURCE_ROOT, what);
        return is_folder(path);
}

static bool is_data_name(const char *what)
{
        for (size_t i = 0; i < ELEMENTSOF(shared_folders); i++)
                if (streq(what, shared_folders[i]))
                        return true;
        return streq(what, "modules");
}

static bool find_data(const char *what, char path[static PATH_MAX])
{
        char own[PATH_MAX], prefix[PATH_MAX];

        if (!is_data_name(what) || !own_folder(own))
                return false;
        path_set(prefix, "%s", own);
        if (path_cut(prefix) && find_installed(prefix, what, path))
                return true;
        do {
                if (find_in_build(own, what, path))
                        return true;
        } while (path_cut(own));
        return false;
}

int data_folder(const char *what, char **ret_path)
{
        char path[PATH_MAX];

        if (!find_data(what, path))
                return -ENOENT;
        char *copy = strdup(path);
        if (!copy)
                return -ENOMEM;
        *ret_path = copy;
        return 0;
}

int module_path(const char *name, char **ret_path)
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_-";
        char folder[PATH_MAX], path[PATH_MAX];

        if (*name == '/') {
                path_set(path, "%s", name);
        } else {
                if (!*name || name[strspn(name, allowed)])
                        return -EINVAL;
                if (!find_data("modules", folder))
                        return -ENOENT;
                path_set(path, "%s/%s.so", folder, name);
                if (!is_file(path))
                        path_set(path, "%s/%s/%s.so", folder, name, name);
                if (!is_file(path))
                        return -ENOENT;
        }
        char *copy = strdup(path);
        if (!copy)
                return -ENOMEM;
        *ret_path = copy;
        return 0;
}
