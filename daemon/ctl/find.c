/* SPDX-License-Identifier: MIT */
/*
 * Owns the choice of whom to ask. A socket that nobody listens on is no daemon; one that is closed
 * to this account is told, with the group that it is for. Never asks anything itself.
 */

#include "ctl/find.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>

#include "ctl/local.h"
#include "ctl/text.h"

#define CONFIG_FOLDER "/etc/relanced/"
#define CONFIG_ENDING ".conf"
#define RUN_FOLDER "/run/relanced"

/* "/etc/relanced/NAME.conf" → "/run/relanced/NAME", relanced.conf → "/run/relanced"; as its unit
 * has it. False: it is another configuration. */
static bool find_standard(const char *config, StrBuf *folder)
{
        size_t n = strlen(config), n_folder = strlen(CONFIG_FOLDER),
               n_ending = strlen(CONFIG_ENDING);

        if (streq(config, CONFIG_DEFAULT)) {
                strbuf_add(folder, RUN_FOLDER);
                return true;
        }
        if (n <= n_folder + n_ending || strncmp(config, CONFIG_FOLDER, n_folder) != 0 ||
                !streq(config + n - n_ending, CONFIG_ENDING) || config[n_folder] == '.' ||
                strchr(config + n_folder, '/'))
                return false;
        strbuf_add(folder, RUN_FOLDER "/");
        strbuf_add_bytes(folder, config + n_folder, n - n_folder - n_ending);
        return true;
}

Where where_to_ask(const Invocation *invocation, const char *environment, StrBuf *path)
{
        const char *config = invocation->config ? invocation->config : CONFIG_DEFAULT;

        if (invocation->socket) {
                strbuf_add(path, invocation->socket);
                return WHERE_NAMED;
        }
        if (!invocation->config && !is_empty(environment)) {
                strbuf_add(path, environment);
                return WHERE_NAMED;
        }
        return !invocation->at && find_standard(config, path) ? WHERE_STANDARD : WHERE_PRIVATE;
}

static bool is_absence(int error)
{
        return error == -ENOENT || error == -ECONNREFUSED || error == -ENOTDIR;
}

/* Of two reasons why nobody was reached, the one that says more. */
static int weigh(int error, int other)
{
        return error == -ENOENT || (is_absence(error) && !is_absence(other)) ? other : error;
}

/* The first of the folder's sockets that lets us in. */
static int find_in(const char *folder, const Invocation *invocation, Daemon *daemon)
{
        static const char *const for_most[] = { "operate", "read", "report" };
        static const char *const for_import[] = { "operate", "report", "read" };
        bool is_import = streq(invocation->command->name, "import");
        const char *const *names = is_import ? for_import : for_most;
        int error = -ENOENT;

        for (size_t i = 0; i < ELEMENTSOF(for_most); i++) {
                _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;
                strbuf_addf(&path, "%s/%s.sock", folder, names[i]);
                int r = socket_find(strbuf_text(&path), &daemon->launched.socket_fd);
                if (r == 0)
                        return 0;
                if (r == -EACCES && !daemon->closed)
                        daemon->closed = strdup(strbuf_text(&path));
                error = weigh(error, r);
        }
        return error;
}

/* path: a socket, or a folder with sockets. */
static int find_named(const char *path, const Invocation *invocation, Daemon *daemon)
{
        int r = socket_find(path, &daemon->launched.socket_fd);

        return r == -EISDIR ? find_in(path, invocation, daemon) : r;
}

/* "the group relanced-operate", from who owns the socket. */
static void add_group(const char *path, StrBuf *text)
{
        struct stat status;
        const struct group *group = stat(path, &status) == 0 ? getgrgid(status.st_gid) : NULL;

        if (group && status.st_gid != 0)
                strbuf_addf(text, "the group '%s'", group->gr_name);
        else
                strbuf_add(text, "another account or group");
}

void daemon_explain_closed(const Daemon *daemon)
{
        StrBuf whose = STRBUF_INIT;

        if (!daemon->closed)
                return;
        add_group(daemon->closed, &whose);
        text_complain("your account may not use %s, which would allow it: that is for %s",
                daemon->closed, strbuf_text(&whose));
        strbuf_release(&whose);
}

static int explain_unreachable(const char *path, int error, const Daemon *daemon)
{
        const char *shown = daemon->closed ? daemon->closed : path;
        StrBuf whose = STRBUF_INIT;

        if (error == -EACCES) {
                add_group(shown, &whose);
                text_complain("your account may not ask the daemon at %s: that is for %s", shown,
                        strbuf_text(&whose));
        } else if (error == -EAGAIN) {
                text_complain("the daemon at %s does not take any connection: it hangs, or is very "
                              "busy",
                        path);
        } else {
                text_complain("no daemon answers at %s: %s", path,
                        error == -ECONNREFUSED ? "it is not running" : strerror(-error));
        }
        strbuf_release(&whose);
        return EXIT_UNREACHABLE;
}

static void forget_closed(Daemon *daemon)
{
        free(daemon->closed);
        daemon->closed = NULL;
}

/* The daemon that has the store, at the socket that it has told; beside that one are the others. */
static int find_holder(const char *path, const Invocation *invocation, Daemon *daemon)
{
        static const char name[] = "/operate.sock";
        size_t n = strlen(path), n_name = strlen(name);

        forget_closed(daemon);
        int r = socket_find(path, &daemon->launched.socket_fd);
        if (r != -EACCES || n <= n_name || !streq(path + n - n_name, name))
                return r;
        _cleanup_(freep) char *folder = strndup(path, n - n_name);
        return folder ? find_in(folder, invocation, daemon) : -ENOMEM;
}

static int refuse_time(void)
{
        text_complain("--at cannot be used while a daemon runs on this store: it lives in real "
                      "time");
        return EXIT_REFUSED;
}

/* A private relanced has ended without serving. */
static int explain_end(Daemon *daemon)
{
        int status = launched_wait(&daemon->launched);

        launched_relay(&daemon->launched);
        if (status > 128)
                text_complain("relanced was ended by signal %d (%s)", status - 128,
                        strsignal(status - 128));
        daemon_explain_closed(daemon);
        bool is_missed = daemon->is_service && !daemon->closed && geteuid() != 0;
        if (is_missed)
                text_complain(
                        "the service does not run (see systemctl status), and without it only "
                        "root can look");
        if (status == EXIT_UNREACHABLE || daemon->closed || is_missed)
                return EXIT_UNREACHABLE;
        return status == EXIT_USAGE ? EXIT_USAGE : EXIT_REFUSED; /* of --at, handed on as it is */
}

static int find_private(const Invocation *invocation, Daemon *daemon)
{
        const char *config = invocation->config ? invocation->config : CONFIG_DEFAULT;
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        int r = launch_private(config, invocation->at, &daemon->launched);
        if (r < 0) {
                text_complain("relanced cannot be started: %s", strerror(-r));
                return EXIT_UNREACHABLE;
        }
        switch (launched_greeting(&daemon->launched, &path)) {
        case GREETING_SERVES: daemon->is_private = true; return EXIT_DONE;
        case GREETING_NONE: return explain_end(daemon);
        case GREETING_HELD: break;
        }
        (void)launched_wait(&daemon->launched);
        launched_release(&daemon->launched);
        if (invocation->at)
                return refuse_time();
        r = find_holder(strbuf_text(&path), invocation, daemon);
        return r == 0 ? EXIT_DONE : explain_unreachable(strbuf_text(&path), r, daemon);
}

int daemon_find(const Invocation *invocation, Daemon *daemon)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;
        int r = 0;

        switch (where_to_ask(invocation, getenv("RELANCED_SOCKET"), &path)) {
        case WHERE_NAMED:
                if (invocation->at) {
                        text_complain("--at cannot be used with a running daemon "
                                      "(RELANCED_SOCKET)");
                        return EXIT_USAGE;
                }
                r = find_named(strbuf_text(&path), invocation, daemon);
                return r == 0 ? EXIT_DONE : explain_unreachable(strbuf_text(&path), r, daemon);
        case WHERE_STANDARD:
                r = find_in(strbuf_text(&path), invocation, daemon);
                if (r == 0)
                        return EXIT_DONE;
                if (r == -EAGAIN)
                        return explain_unreachable(strbuf_text(&path), r, daemon);
                daemon->is_dead = r == -ECONNREFUSED;
                daemon->is_service = true;
                return find_private(invocation, daemon);
        case WHERE_PRIVATE: return find_private(invocation, daemon);
        }
        return EXIT_UNREACHABLE;
}

void daemon_release(Daemon *daemon)
{
        (void)launched_wait(&daemon->launched);
        launched_release(&daemon->launched);
        forget_closed(daemon);
        *daemon = DAEMON_NONE;
}
