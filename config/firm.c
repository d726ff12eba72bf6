/* SPDX-License-Identifier: MIT */
/* Owns what the configuration says of the firm itself: who it is, where its files are, when it
 * wakes and sends, and its guards. Problems go to the reader. */

#include "config/parts.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/strbuf.h"
#include "config/codes.h"
#include "core/epc.h"
#include "sys/file.h"

#define WAKES_MAX 96

/* Relative to the configuration's folder; lives in the arena. */
static const char *read_path(Reader *reader, const char *name)
{
        _cleanup_(freep) char *path = NULL;
        const char *kept = NULL;

        if (path_from_file(reader->path, name, &path) == 0)
                kept = arena_strdup(reader->arena, path);
        if (!kept)
                reader->error = -ENOMEM;
        return kept ? kept : "";
}

static const char *read_path_in(Reader *reader, const char *folder, const char *name)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        strbuf_addf(&path, "%s/%s", folder, name);
        const char *kept = arena_strdup(reader->arena, strbuf_text(&path));
        if (!kept || strbuf_error(&path) < 0)
                reader->error = -ENOMEM;
        return kept ? kept : "";
}

static ConfigPlace place_of(const Reader *reader, const Node *root, const char *name)
{
        const Node *node = node_member(root, name);

        return node ? (ConfigPlace){ node->file, node->line } : (ConfigPlace){ reader->path, 0 };
}

/*
 * systemd's is given to the service alone. Who runs relanced by hand on the same state takes the
 * same: there are not to be two fences. /var/cache/NAME/… for /var/lib/NAME/…, where there is a
 * /var/cache/NAME; else cache in the state folder.
 */
static const char *default_cache(Reader *reader, const char *state)
{
        static const char lib[] = "/var/lib/", cache[] = "/var/cache";
        const char *given = getenv("CACHE_DIRECTORY"); /* several are joined by ":" */
        _cleanup_(strbuf_release) StrBuf folder = STRBUF_INIT;
        struct stat status;

        if (!is_empty(given))
                return arena_strndup(reader->arena, given, strcspn(given, ":"));
        const char *name = strncmp(state, lib, strlen(lib)) == 0 ? state + strlen(lib) : "";
        if (!is_empty(name)) {
                strbuf_addf(&folder, "%s/%.*s", cache, (int)strcspn(name, "/"), name);
                if (stat(strbuf_text(&folder), &status) == 0 && S_ISDIR(status.st_mode))
                        return read_path_in(reader, cache, name);
        }
        return read_path_in(reader, state, "cache");
}

/* The firm NAME of /etc/relanced/NAME.conf has a unit and a folder of its own: the folder of
 * relanced.conf is another firm's. */
static void need_own_state(Reader *reader, const Node *root)
{
        static const char folder[] = "/etc/relanced/";
        const char *name = reader->path + strlen(folder);

        if (strncmp(reader->path, folder, strlen(folder)) != 0 || streq(name, "relanced.conf"))
                return;
        reader_missing(reader, root,
                "state is missing: a firm that has %s needs a folder of its own: state = "
                "\"/var/lib/relanced/%.*s\";",
                name, (int)strcspn(name, "."), name);
}

/* The folder named, else the one beside the file; "": there is none. */
static const char *read_templates(Reader *reader, const char *named)
{
        struct stat status;
        const char *path = read_path(reader, is_empty(named) ? "templates" : named);
        bool is_there = stat(path, &status) == 0 && S_ISDIR(status.st_mode);

        return is_there || !is_empty(named) ? path : "";
}

static void read_folders(Reader *reader, const Node *root, const FileValues *file, Config *config)
{
        if (is_empty(file->state))
                reader_error(reader, node_member(root, "state"), "state must name a folder");
        if (!node_member(root, "state"))
                need_own_state(reader, root);
        config->state = read_path(reader, file->state);
        config->documents = is_empty(file->documents)
                                    ? read_path_in(reader, config->state, "documents")
                                    : read_path(reader, file->documents);
        config->templates = read_templates(reader, file->templates);
        config->rates = read_path(reader, is_empty(file->rates) ? "rates" : file->rates);
        config->cache = is_empty(file->cache) ? default_cache(reader, config->state)
                                              : read_path(reader, file->cache);
        config->state_place = place_of(reader, root, "state");
        config->cache_place = place_of(reader, root, "cache");
}

/* An IBAN or BIC as banks write it, however it was typed or pasted: in capitals, blanks plain. */
static const char *bank_code(Reader *reader, const char *text)
{
        static const char *const blanks[] = { "\u00a0", "\u2009", "\u202f" };
        StrBuf code = STRBUF_INIT;

        while (*text) {
                size_t length = 0;
                for (size_t i = 0; i < ELEMENTSOF(blanks) && length == 0; i++)
                        if (strncmp(text, blanks[i], strlen(blanks[i])) == 0)
                                length = strlen(blanks[i]);
                char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
                strbuf_add_char(&code, length > 0 ? ' ' : c);
                text += MAX(length, (size_t)1);
        }
        const char *kept = arena_strdup(reader->arena, strbuf_text(&code));
        if (!kept || strbuf_error(&code) < 0)
                reader->error = -ENOMEM;
        strbuf_release(&code);
        return kept ? kept : "";
}

static void read_creditor(Reader *reader, const Node *root, const Node *group, Config *config)
{
        const Node nothing = { .parent = root, .name = "creditor", .type = NODE_GROUP };
        CreditorValues values = { 0 };

        reader_preset(SECTION_CREDITOR, &values);
        reader_read(reader, group ? group : &nothing, SECTION_CREDITOR, &values, NULL, NULL);
        config->creditor = values.creditor;
        config->creditor.address =
                reader_texts(reader, values.address, &config->creditor.n_address);
        if (values.creditor.iban)
                config->creditor.iban = bank_code(reader, values.creditor.iban);
        if (values.creditor.bic)
                config->creditor.bic = bank_code(reader, values.creditor.bic);
        if (values.creditor.name && streq(values.creditor.name, "Your firm"))
                reader_warning(reader, node_member(group, "name"),
                        "creditor.name: is still \"Your firm\", and so customers would read it");
        if (!is_empty(config->creditor.iban) && !iban_is_valid(config->creditor.iban))
                reader_warning(reader, node_member(group, "iban"),
                        "creditor.iban: its check digits are wrong, so no bank will take it");
        if (!is_empty(config->creditor.bic) && !bic_is_valid(config->creditor.bic))
                reader_warning(reader, node_member(group, "bic"),
                        "creditor.bic: \"%s\" is none: it has 8 or 11 capital letters and digits",
                        config->creditor.bic);
}

static bool read_wake_time(
        Reader *reader, const Node *node, const char *text, int *minutes, size_t n)
{
        int minute;

        if (minute_parse(text, &minute) < 0 || minute == 24 * 60) {
                reader_error(reader, node,
                        "wake.at: \"%s\" is no time of day: it is written as \"09:00\"", text);
                return false;
        }
        size_t i = n;
        for (; i > 0 && minutes[i - 1] >= minute; i--)
                if (minutes[i - 1] == minute) {
                        reader_error(reader, node, "wake.at: \"%s\" is given twice", text);
                        return false;
                }
        memmove(minutes + i + 1, minutes + i, (n - i) * sizeof(*minutes));
        minutes[i] = minute;
        return true;
}

static void read_wake(Reader *reader, const Node *group, Config *config)
{
        static const int preset[] = { 9 * 60, 14 * 60 };
        WakeValues values = { 0 };
        size_t n;

        reader_preset(SECTION_WAKE, &values);
        if (group)
                reader_read(reader, group, SECTION_WAKE, &values, NULL, NULL);
        config->wake_days = values.days;
        config->wake_minutes = preset;
        config->n_wake_minutes = ELEMENTSOF(preset);
        if (!values.at)
                return;
        if (values.at->n_children == 0 || values.at->n_children > WAKES_MAX) {
                reader_error(
                        reader, values.at, "wake.at must have 1 to %d times of day", WAKES_MAX);
                return;
        }
        const char *const *texts = reader_texts(reader, values.at, &n);
        int *minutes = reader_alloc(reader, n, sizeof(*minutes));
        config->n_wake_minutes = 0;
        for (size_t i = 0; texts && minutes && i < n; i++)
                config->n_wake_minutes += read_wake_time(
                        reader, values.at, texts[i], minutes, config->n_wake_minutes);
        config->wake_minutes = minutes;
}

void read_window(Reader *reader, const Node *group, const char *country, Window *window)
{
        WindowValues values = { window->days, window->from_minute, window->to_minute, "" };
        const Node *place = group ? node_member(group, "to") : NULL;
        size_t n_errors = reader->problems->n_errors;

        if (group)
                reader_read(reader, group, SECTION_SENDING, &values, NULL, NULL);
        if (values.from >= values.to && reader->problems->n_errors == n_errors)
                reader_error(reader, place ? place : group,
                        "the sending window is never open: \"from\" must be earlier than \"to\"");
        window->days = values.days;
        window->from_minute = values.from;
        window->to_minute = values.to;
        if (*values.holidays)
                window->calendar = reader_calendar(reader, values.holidays);
        else if (!window->calendar)
                window->calendar = reader_calendar(reader, country);
}

static void read_sending(Reader *reader, const Node *root, const FileValues *file, Config *config)
{
        Window *window = &config->book.sending;
        WindowValues preset = { 0 };

        reader_preset(SECTION_SENDING, &preset);
        *window = (Window){ preset.days, preset.from, preset.to, NULL };
        read_window(reader, file->sending, config->creditor.country, window);
        if (window->calendar)
                return;
        window->calendar = calendar_find("none");
        if (file->sending && node_member(file->sending, "holidays"))
                return;
        reader_missing(reader, file->sending ? file->sending : root,
                "sending.holidays is missing: there is no calendar of public holidays for the "
                "creditor's country \"%s\", so one must be named, or \"none\"",
                config->creditor.country);
}

/* The longest time between two wakes of a week, in days. */
static int days_between_wakes(unsigned days)
{
        int longest = 0, run = 0;

        for (int i = 0; i < 14; i++) {
                run++;
                if (!(days & (1U << (i % 7))))
                        continue;
                longest = i < 7 ? longest : MAX(longest, run);
                run = 0;
        }
        return longest;
}

/* R18 would hold everything back after each pause of an ordinary week. */
static void check_stale(Reader *reader, const Node *group, const Config *config)
{
        int limit = config->book.limits.stale_after_days;
        int longest = days_between_wakes(config->wake_days);

        if (limit > 0 && longest > limit)
                reader_warning(reader, group,
                        "limits.stale_after_days = %d, and wake.days leaves %d days between two "
                        "wakes: after each such pause nothing would leave until a person resumes",
                        limit, longest);
}

static Recipient read_recipient(Reader *reader, const Node *group)
{
        RecipientValues values = { 0 };

        if (group)
                reader_read(reader, group, SECTION_RECIPIENT, &values, NULL, NULL);
        return (Recipient){ values.name ? values.name : "", values.email ? values.email : "" };
}

void read_firm(Reader *reader, const Node *root, const FileValues *file, Config *config)
{
        read_folders(reader, root, file, config);
        read_creditor(reader, root, file->creditor, config);
        read_calendars(reader, file->calendars, config->creditor.country);
        read_wake(reader, file->wake, config);
        read_sending(reader, root, file, config);
        reader_preset(SECTION_LIMITS, &config->book.limits);
        if (file->limits)
                reader_read(reader, file->limits, SECTION_LIMITS, &config->book.limits, NULL, NULL);
        if (file->wake)
                check_stale(reader, file->wake, config);
        config->book.agency = read_recipient(reader, file->agency);
        config->book.legal = read_recipient(reader, file->legal);
}
