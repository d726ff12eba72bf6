/* SPDX-License-Identifier: MIT */
/*
 * A host for one channel module, without a daemon: loads it, opens it with the options named on the
 * command line, gives it the messages of standard input and tells on standard output, line by line,
 * what the module did. drive.py speaks to it.
 *
 *         drive MODULE [--refuse=NOTICE] [--begin-ms=N] [--begin-when=PATH] [--check=ADDRESS]
 *                 [NAME=VALUE …]
 *         in:   notice=7<TAB>to=a@b.example<TAB>text=…<TAB>attach=PATH<TAB>field.X=… (\n \t \\)
 *         out:  open | fault TEXT | address good|bad | begin 7 | twice 7
 *               finish 7 KIND RETRY_AFTER_S<TAB>REFERENCE<TAB>DETAIL | log LEVEL TEXT | over STATUS
 *
 * Values come in the module's order, defaults filled in; "=email" defaults are not known here. With
 * --begin-when, begin() of a message after the first answers when there is that file.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "channels/channel.h"

#define MESSAGES_MAX 20000
#define OPTIONS_MAX 64
#define FIELDS_MAX 64

typedef struct Letter {
        struct relanced_message message;
        struct relanced_attachment attachments[16];
        struct relanced_value fields[FIELDS_MAX + 1];
        size_t n_fields;
        int is_begun, is_finished;
} Letter;

static Letter letters[MESSAGES_MAX];
static size_t n_letters, n_given, n_open;
static uint64_t refused;
static unsigned begin_ms;
static const char *begin_when;
static int is_rendering;
static const char *const kinds[] = { "sent", "retry", "refused-address", "refused-message",
        "channel-down", "uncertain" };

static const char *text_of(const char *text)
{
        return text ? text : "";
}

/* A tab, newline or backslash in a text would break the lines that drive.py reads. */
static void print_escaped(const char *text)
{
        for (; *text; text++) {
                if (*text == '\n' || *text == '\t' || *text == '\\')
                        printf("\\%c", *text == '\n' ? 'n' : *text == '\t' ? 't' : '\\');
                else
                        putchar(*text);
        }
}

static char *unescape(char *text)
{
        char *to = text;

        for (const char *from = text; *from; from++) {
                if (*from == '\\' && from[1]) {
                        from++;
                        *to++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
                } else {
                        *to++ = *from;
                }
        }
        *to = 0;
        return text;
}

static int open_attachment(struct relanced_message *message, Letter *letter, char *path)
{
        struct stat status;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        const char *slash = strrchr(path, '/');

        if (fd < 0 || fstat(fd, &status) < 0)
                return -1;
        letter->attachments[message->n_attachments++] = (struct relanced_attachment){
                .name = slash ? slash + 1 : path,
                .type = "application/pdf",
                .fd = fd,
                .size = status.st_size,
        };
        message->attachments = letter->attachments;
        return 0;
}

static int set_part(Letter *letter, char *name, char *value)
{
        struct relanced_message *message = &letter->message;
        const struct {
                const char *name;
                const char **value;
        } texts[] = {
                { "to", &message->to },
                { "cc", &message->cc },
                { "language", &message->language },
                { "subject", &message->subject },
                { "text", &message->text },
                { "html", &message->html },
                { "message_id", &message->message_id },
                { "references", &message->references },
                { "payment_code", &message->payment_code },
                { "template", &message->template_name },
        };

        for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
                if (strcmp(name, texts[i].name) == 0) {
                        *texts[i].value = value;
                        return 0;
                }
        }
        if (strncmp(name, "field.", 6) == 0 && letter->n_fields < FIELDS_MAX) {
                letter->fields[letter->n_fields++] = (struct relanced_value){ name + 6, value };
                message->fields = letter->fields;
                return 0;
        }
        if (strcmp(name, "notice") == 0)
                message->notice = strtoumax(value, NULL, 10);
        else if (strcmp(name, "attempt") == 0)
                message->attempt = (unsigned)strtoumax(value, NULL, 10);
        else if (strcmp(name, "may_chat") == 0)
                message->may_chat = strcmp(value, "1") == 0;
        else if (strcmp(name, "date") == 0)
                message->date = strtoimax(value, NULL, 10);
        else
                return strcmp(name, "attach") == 0 ? open_attachment(message, letter, value) : -1;
        return 0;
}

static int read_letter(char *line)
{
        Letter *letter = &letters[n_letters];

        letter->message = (struct relanced_message){ .attempt = 1,
                .to = "",
                .cc = "",
                .language = "en",
                .subject = "",
                .text = "",
                .message_id = "test@relanced.example",
                .references = "",
                .template_name = "remind" };
        for (char *part = line, *next; part; part = next) {
                next = strchr(part, '\t');
                if (next)
                        *next++ = 0;
                char *value = strchr(part, '=');
                if (!value)
                        return -1;
                *value++ = 0;
                if (set_part(letter, part, unescape(value)) < 0)
                        return -1;
        }
        n_letters++;
        return 0;
}

static int read_letters(void)
{
        char *line = NULL;
        size_t size = 0;

        for (ssize_t n; (n = getline(&line, &size, stdin)) > 0 && n_letters < MESSAGES_MAX;) {
                line[n - 1] = 0;
                char *copy = strdup(line);
                if (!copy || read_letter(copy) < 0)
                        return -1;
        }
        free(line);
        return 0;
}

static int drive_next(
        struct relanced_host *host, const struct relanced_message **message, int wait_ms)
{
        if (n_given == n_letters)
                return wait_ms < 0 || n_open == 0 ? -1 : 0;
        *message = &letters[n_given++].message;
        n_open++;
        return 1;
}

static void drive_ask(struct relanced_host *host, const struct relanced_message *message)
{
}

static int drive_is_answered(struct relanced_host *host, const struct relanced_message *message)
{
        return 1;
}

static int drive_begin(struct relanced_host *host, const struct relanced_message *message)
{
        Letter *letter = (Letter *)message;

        printf("%s %llu\n", letter->is_begun ? "twice" : "begin",
                (unsigned long long)message->notice);
        if (letter->is_begun)
                return -1;
        if (begin_ms > 0)
                usleep(begin_ms * 1000);
        while (begin_when && n_given > 1 && access(begin_when, F_OK) < 0)
                usleep(1000);
        letter->is_begun = 1;
        return message->notice == refused ? -1 : 0;
}

static void drive_finish(struct relanced_host *host, const struct relanced_message *message,
        const struct relanced_outcome *outcome)
{
        Letter *letter = (Letter *)message;

        printf("finish%s %llu %s %u\t", letter->is_finished ? "ed-already" : "",
                (unsigned long long)message->notice, kinds[outcome->kind], outcome->retry_after_s);
        print_escaped(text_of(outcome->reference));
        putchar('\t');
        print_escaped(text_of(outcome->detail));
        putchar('\n');
        n_open -= !letter->is_finished;
        letter->is_finished = 1;
}

static void drive_log(struct relanced_host *host, enum relanced_level level, const char *text)
{
        printf("log %d ", level);
        print_escaped(text);
        putchar('\n');
}

/* The given value of an option, its default, or NULL. */
static const char *value_of(const struct relanced_option *option, char **arguments)
{
        size_t length = strlen(option->name);

        for (; *arguments; arguments++)
                if (strncmp(*arguments, option->name, length) == 0 && (*arguments)[length] == '=')
                        return unescape(*arguments + length + 1);
        return option->preset && option->preset[0] == '=' ? "" : option->preset;
}

static int fault(const char *text)
{
        printf("fault %s\n", text_of(text));
        return EXIT_FAILURE;
}

/* What each message would be, in hexadecimal digits; nothing where it cannot be. */
static void render_all(const struct relanced_channel *channel, void *state)
{
        for (size_t i = 0; channel->render && i < n_letters; i++) {
                char *bytes = NULL;
                size_t length = 0;
                if (channel->render(state, &letters[i].message, &bytes, &length) < 0)
                        length = 0;
                printf("rendered %llu ", (unsigned long long)letters[i].message.notice);
                for (size_t k = 0; k < length; k++)
                        printf("%02x", (unsigned char)bytes[k]);
                putchar('\n');
                free(bytes);
        }
}

static int run(const struct relanced_channel *channel, char **arguments, const char *address)
{
        static struct relanced_value values[OPTIONS_MAX + 1];
        struct relanced_host host = { drive_next, drive_ask, drive_is_answered, drive_begin,
                drive_finish, drive_log, eventfd(0, EFD_CLOEXEC) }; /* never any news */
        void *state = NULL;
        const char *error = "";

        for (size_t i = 0; channel->options && channel->options[i].name; i++) {
                values[i].name = channel->options[i].name;
                values[i].value = value_of(&channel->options[i], arguments);
                if (!values[i].value)
                        return fault(values[i].name);
        }
        if (channel->open(values, &state, &error) != 0)
                return fault(error);
        printf("open\n");
        if (address && channel->check_address)
                printf("address %s\n", channel->check_address(state, address) < 0 ? "bad" : "good");
        if (is_rendering)
                render_all(channel, state);
        int r = address ? 0 : channel->deliver(state, &host);
        printf("over %d\n", r);
        if (channel->close)
                channel->close(state);
        return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
        const char *address = NULL;

        setvbuf(stdout, NULL, _IOLBF, 0);
        for (int i = 2; i < argc; i++) {
                if (strncmp(argv[i], "--refuse=", 9) == 0)
                        refused = strtoumax(argv[i] + 9, NULL, 10);
                else if (strncmp(argv[i], "--begin-ms=", 11) == 0)
                        begin_ms = (unsigned)strtoumax(argv[i] + 11, NULL, 10);
                else if (strncmp(argv[i], "--begin-when=", 13) == 0)
                        begin_when = argv[i] + 13;
                else if (strcmp(argv[i], "--render=1") == 0)
                        is_rendering = 1;
                else if (strncmp(argv[i], "--check=", 8) == 0)
                        address = argv[i] + 8;
        }
        void *module = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
        const struct relanced_channel *channel = module ? dlsym(module, "relanced_channel") : NULL;
        if (!channel)
                return fault(argc > 1 ? dlerror() : "drive MODULE …");
        if (!address && read_letters() < 0)
                return fault("a message that is not understood");
        return run(channel, argv + 2, address);
}
