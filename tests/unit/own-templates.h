/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_OWN_TEMPLATES_H
#define RELANCED_TESTS_OWN_TEMPLATES_H

/* A firm with templates of its own, for the tests of compose/. Included after occasion.h. */

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

/* A folder of templates of the user's own. */
typedef struct Own {
        char folder[32];
        Config config;
        Composer *composer;
        Problems problems;
} Own;

static inline void own_make(Own *own)
{
        *own = (Own){ .folder = "/tmp/test-compose-XXXXXX", .config = scene_config() };
        assert_non_null(mkdtemp(own->folder));
        own->config.templates = own->folder;
        assert_int_equal(composer_new(&own->config, &own->composer), 0);
}

static inline void own_write(const Own *own, const char *name, const char *text)
{
        char path[256];

        (void)snprintf(path, sizeof(path), "%s/%s", own->folder, name);
        for (char *p = path + strlen(own->folder) + 1; (p = strchr(p, '/')); p++) {
                *p = '\0';
                (void)mkdir(path, 0700);
                *p = '/';
        }
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
        (void)close(fd);
}

static inline int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
        return remove(path);
}

static inline void own_remove(Own *own)
{
        composer_free(own->composer);
        problems_release(&own->problems);
        assert_int_equal(nftw(own->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline bool own_has_problem(
        const Own *own, const char *name, unsigned line, const char *text)
{
        for (size_t i = 0; i < own->problems.n; i++) {
                const Problem *problem = &own->problems.list[i];
                if (problem->line == line && problem->file && strstr(problem->file, name) &&
                        strstr(problem->text, text))
                        return true;
        }
        return false;
}

static inline int own_compose(
        Own *own, Scene *scene, Form form, Arena *arena, Message *message, const char **problem)
{
        return composer_compose(own->composer, &scene->occasion, form, arena, message, problem);
}

#endif
