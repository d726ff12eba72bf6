/* SPDX-License-Identifier: MIT */
/*
 * Owns the browser that draws: which one, its command line, its folder, which is gone afterwards
 * (after Ctrl-C, too), and its end if it hangs. Runs no shell. Chromium draws a window, not a page:
 * it is asked for the page's height before.
 */

#include "ctl/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/parse.h"
#include "ctl/folder.h"
#include "ctl/text.h"

#define WIDTH 680 /* of the page as a mail client on a desk shows it */
#define HEIGHT_DEFAULT 2000
#define HEIGHT_MAX 20000
#define PATIENCE_MS 60000
#define ARGUMENTS_MAX 24

#define HEIGHT "data-height=\""
#define MEASURE                                                                                    \
        "<script>document.documentElement.dataset.height="                                         \
        "Math.ceil(document.documentElement.scrollHeight)</script>"

extern char **environ;

#define PATH_SIZE (FOLDER_SIZE + 32)

/* Files of one drawing. While it lasts, what would end this program waits. */
typedef struct Desk {
        char folder[FOLDER_SIZE];
        char page[PATH_SIZE], measured[PATH_SIZE], said[PATH_SIZE], picture[PATH_SIZE];
        char profile[PATH_SIZE];
        sigset_t before; /* signals that waited before */
        int signal_fd;   /* readable: somebody wants this program to end */
} Desk;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
        (void)info, (void)kind, (void)walk;
        (void)remove(path);
        return 0;
}

/* What was waited for comes now, and may end the program. */
static void desk_clear(Desk *desk)
{
        if (*desk->page)
                (void)nftw(desk->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
        closep(&desk->signal_fd);
        (void)sigprocmask(SIG_SETMASK, &desk->before, NULL);
}

static int desk_guard(Desk *desk)
{
        sigset_t ends;

        (void)sigemptyset(&ends);
        (void)sigaddset(&ends, SIGHUP);
        (void)sigaddset(&ends, SIGINT);
        (void)sigaddset(&ends, SIGTERM);
        if (sigprocmask(SIG_BLOCK, &ends, &desk->before) < 0)
                return -errno;
        desk->signal_fd = signalfd(-1, &ends, SFD_CLOEXEC);
        return desk->signal_fd < 0 ? -errno : 0;
}

static int desk_set(Desk *desk)
{
        *desk = (Desk){ .signal_fd = -1 };
        int r = desk_guard(desk);
        if (r == 0)
                r = folder_new(desk->folder);
        if (r < 0)
                return r;
        (void)snprintf(desk->page, PATH_SIZE, "%s/page.html", desk->folder);
        (void)snprintf(desk->measured, PATH_SIZE, "%s/measured.html", desk->folder);
        (void)snprintf(desk->said, PATH_SIZE, "%s/said", desk->folder);
        (void)snprintf(desk->picture, PATH_SIZE, "%s/picture.png", desk->folder);
        (void)snprintf(desk->profile, PATH_SIZE, "--user-data-dir=%s/profile", desk->folder);
        return 0;
}

static int write_file(const char *path, const char *first, const char *second)
{
        FILE *file = fopen(path, "wxe");

        if (!file)
                return -errno;
        bool is_written = fputs(first, file) != EOF && fputs(second, file) != EOF;
        return fclose(file) == 0 && is_written ? 0 : -EIO;
}

static int read_file(const char *path, StrBuf *bytes)
{
        FILE *file = fopen(path, "re");
        char block[16384];
        size_t n;

        if (!file)
                return -errno;
        while ((n = fread(block, 1, sizeof(block), file)) > 0)
                strbuf_add_bytes(bytes, block, n);
        bool is_whole = !ferror(file);
        (void)fclose(file);
        return is_whole ? strbuf_error(bytes) : -EIO;
}

/* How it ended; -ETIMEDOUT: it did not, and was made to; -EINTR: so was it, because this program is
 * to end. */
static int wait_for(const Desk *desk, pid_t pid)
{
        _cleanup_(closep) int pid_fd = pidfd_open(pid, 0);
        struct pollfd pollers[] = { { .fd = pid_fd, .events = POLLIN },
                { .fd = desk->signal_fd, .events = POLLIN } };
        int status = 0, n = 0;

        while (pid_fd >= 0 && (n = poll(pollers, ELEMENTSOF(pollers), PATIENCE_MS)) < 0 &&
                errno == EINTR)
                continue;
        (void)kill(-pid, SIGKILL); /* what it has started, too */
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                continue;
        if (n <= 0)
                return -ETIMEDOUT;
        if (pollers[1].revents != 0)
                return -EINTR;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs it in a group of its own, what it says in the file said. Its exit status; -ENOENT: there is
 * no such program; -errno. */
static int run(const Desk *desk, const char *const arguments[])
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        pid_t pid;
        int r = posix_spawn_file_actions_init(&actions);

        if (r != 0)
                return -r;
        r = posix_spawnattr_init(&attributes);
        if (r == 0) {
                (void)posix_spawnattr_setflags(
                        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
                (void)posix_spawnattr_setsigmask(&attributes, &desk->before);
                r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
                if (r == 0)
                        r = posix_spawn_file_actions_addopen(
                                &actions, 1, desk->said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
                if (r == 0)
                        r = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
                if (r == 0)
                        r = posix_spawnp(&pid, arguments[0], &actions, &attributes,
                                (char *const *)arguments, environ);
                (void)posix_spawnattr_destroy(&attributes);
        }
        (void)posix_spawn_file_actions_destroy(&actions);
        return r != 0 ? -r : wait_for(desk, pid);
}

static int run_chromium(const char *program, const Desk *desk, const char *const more[])
{
        const char *arguments[ARGUMENTS_MAX] = { program, "--headless", "--disable-gpu",
                "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-sync",
                "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
                "--force-color-profile=srgb", desk->profile };
        size_t n = 0;

        while (arguments[n])
                n++;
        if (geteuid() == 0) /* who may do anything has no sandbox */
                arguments[n++] = "--no-sandbox";
        for (size_t i = 0; more[i]; i++)
                arguments[n++] = more[i];
        return run(desk, arguments);
}

/* The page's height, or what mostly does. */
static int find_height(const Desk *desk)
{
        _cleanup_(strbuf_release) StrBuf said = STRBUF_INIT;
        int height = HEIGHT_DEFAULT;

        if (read_file(desk->said, &said) < 0)
                return height;
        char *at = said.length > 0 ? strstr(said.text, HEIGHT) : NULL;
        if (at) {
                at += strlen(HEIGHT);
                at[strspn(at, "0123456789")] = '\0';
                (void)parse_int(at, 1, HEIGHT_MAX, &height);
        }
        return height;
}

static int draw_by_chromium(const char *program, const Desk *desk)
{
        char size[64], picture[2 * PATH_SIZE], wide[64];

        (void)snprintf(wide, sizeof(wide), "--window-size=%d,800", WIDTH);
        int r = run_chromium(
                program, desk, (const char *const[]){ wide, "--dump-dom", desk->measured, NULL });
        if (r != 0)
                return r;
        (void)snprintf(size, sizeof(size), "--window-size=%d,%d", WIDTH, find_height(desk));
        (void)snprintf(picture, sizeof(picture), "--screenshot=%s", desk->picture);
        return run_chromium(
                program, desk, (const char *const[]){ size, picture, desk->page, NULL });
}

static int draw_by_wkhtmltoimage(const char *program, const Desk *desk)
{
        char width[16];

        (void)snprintf(width, sizeof(width), "%d", WIDTH);
        const char *const arguments[] = { program, "--quiet", "--width", width,
                "--disable-javascript", "--disable-local-file-access", "--proxy",
                "http://127.0.0.1:9", "--format", "png", desk->page, desk->picture, NULL };
        return run(desk, arguments);
}

static const struct {
        const char *program;
        int (*draw)(const char *program, const Desk *desk);
} browsers[] = {
        { "chromium", draw_by_chromium },
        { "chromium-browser", draw_by_chromium },
        { "google-chrome", draw_by_chromium },
        { "wkhtmltoimage", draw_by_wkhtmltoimage },
};

/* By the first browser that there is. */
static int draw(const Desk *desk, StrBuf *png)
{
        const char *program = NULL;
        int r = -ENOENT;

        for (size_t i = 0; r == -ENOENT && i < ELEMENTSOF(browsers); i++) {
                program = browsers[i].program;
                r = browsers[i].draw(program, desk);
        }
        if (r == -ENOENT)
                text_complain("a picture is drawn by chromium or wkhtmltoimage, and neither is "
                              "installed: apt install chromium, or wkhtmltopdf");
        else if (r == -ETIMEDOUT)
                text_complain("%s gave no picture within %d s", program, PATIENCE_MS / 1000);
        else if (r < 0 && r != -EINTR)
                text_complain("%s cannot be run: %s", program, strerror(-r));
        else if (r > 0)
                text_complain("%s ended with exit status %d and no picture", program, r);
        if (r != 0)
                return r < 0 ? r : -EIO;
        r = read_file(desk->picture, png);
        if (r < 0)
                text_complain("%s has made no picture", program);
        return r;
}

int picture_draw(const char *html, StrBuf *png)
{
        Desk desk;
        int r = desk_set(&desk);

        if (r == 0)
                r = write_file(desk.page, html, "");
        if (r == 0)
                r = write_file(desk.measured, html, MEASURE);
        if (r < 0)
                text_complain("%s: %s", desk.folder, strerror(-r));
        else
                r = draw(&desk, png);
        desk_clear(&desk);
        return r;
}
