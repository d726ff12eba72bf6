/* SPDX-License-Identifier: MIT */
/* Owns the way of a record to the journal or to stderr. Whatever a value holds, it stays within its
 * record: control characters, invalid UTF-8 and what turns the direction of text are written as
 * escapes. Cannot fail: a record that cannot be written is lost; errno is left as it was. */

#include "sys/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

#include "base/character.h"
#include "base/parse.h"
#include "base/strbuf.h"

#define FIELDS_MAX 80
#define VALUE_MAX 4096 /* bytes of a value that are written */

/* NAME=value of every field, in order. */
typedef struct Record {
        LogField fields[FIELDS_MAX];
        size_t n;
} Record;

static int log_level = LOG_INFO;

void log_set_level(int level)
{
        log_level = level;
}

static void record_add(Record *record, const char *name, const char *value)
{
        if (value && record->n < FIELDS_MAX)
                record->fields[record->n++] = (LogField){ name, value };
}

/* Would act on a terminal or a reader instead of being seen. */
static bool is_active(const char *text)
{
        uint32_t c = character_next(&text);

        return character_is_control(c) || character_turns(c);
}

static void add_escaped(StrBuf *line, const char *value, bool is_quoted)
{
        size_t rest = strlen(value), limit = MIN(rest, (size_t)VALUE_MAX), i = 0;

        while (i < limit) {
                size_t length = utf8_length(value + i, rest - i);
                if (value[i] == '\n') {
                        strbuf_add(line, "\\n");
                } else if (length == 0 || is_active(value + i)) {
                        length = MAX(length, (size_t)1);
                        for (size_t k = 0; k < length; k++)
                                strbuf_addf(line, "\\x%02x", (unsigned char)value[i + k]);
                } else {
                        if (is_quoted && (value[i] == '"' || value[i] == '\\'))
                                strbuf_add_char(line, '\\');
                        strbuf_add_bytes(line, value + i, length);
                }
                i += length;
        }
        if (i < rest)
                strbuf_add(line, "…");
}

static bool is_bare(const char *value)
{
        static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789.,:;/@+_-%|*";
        size_t length = strspn(value, bare);

        return length > 0 && length <= VALUE_MAX && !value[length];
}

static void write_to_stderr(const Record *record)
{
        _cleanup_(strbuf_release) StrBuf line = STRBUF_INIT;

        for (size_t i = 0; i < record->n; i++) {
                const LogField *field = &record->fields[i];
                bool is_quoted = !is_bare(field->value);
                strbuf_addf(&line, "%s%s=%s", i > 0 ? " " : "", field->name, is_quoted ? "\"" : "");
                add_escaped(&line, field->value, is_quoted);
                if (is_quoted)
                        strbuf_add_char(&line, '"');
        }
        strbuf_add_char(&line, '\n');
        if (strbuf_error(&line) < 0)
                return;
        /* One write, so that lines of several processes do not mix. */
        ssize_t n = write(STDERR_FILENO, line.text, line.length);
        (void)n;
}

static bool write_to_journal(const Record *record)
{
        StrBuf texts[FIELDS_MAX] = { 0 };
        struct iovec vectors[FIELDS_MAX];
        bool is_sent = true;

        for (size_t i = 0; i < record->n; i++) {
                strbuf_addf(&texts[i], "%s=", record->fields[i].name);
                add_escaped(&texts[i], record->fields[i].value, false);
                vectors[i] = (struct iovec){ texts[i].text, texts[i].length };
                is_sent = is_sent && strbuf_error(&texts[i]) == 0;
        }
        is_sent = is_sent && sd_journal_sendv(vectors, (int)record->n) >= 0;
        for (size_t i = 0; i < record->n; i++)
                strbuf_release(&texts[i]);
        return is_sent;
}

/* systemd names the stream it connected: "device:inode". Another stderr since then is not it. */
static bool is_journal_stderr(void)
{
        const char *stream = getenv("JOURNAL_STREAM");
        char name[64];
        struct stat info;

        if (is_empty(stream) || fstat(STDERR_FILENO, &info) < 0)
                return false;
        (void)snprintf(
                name, sizeof(name), "%ju:%ju", (uintmax_t)info.st_dev, (uintmax_t)info.st_ino);
        return streq(stream, name);
}

static void _printf_(5, 0) log_write(int priority, const char *message_id, const LogField *fields,
        size_t n, const char *format, va_list arguments)
{
        _cleanup_(strbuf_release) StrBuf message = STRBUF_INIT;
        char priority_text[] = { (char)('0' + LOG_PRI(priority)), '\0' };
        Record record = { .n = 0 };
        int saved_errno = errno;

        if (LOG_PRI(priority) > log_level)
                return;
        strbuf_vaddf(&message, format, arguments);
        record_add(&record, "PRIORITY", priority_text);
        record_add(&record, "MESSAGE", strbuf_text(&message));
        record_add(&record, "MESSAGE_ID", message_id);
        for (size_t i = 0; i < n; i++)
                record_add(&record, fields[i].name, fields[i].value);
        if (!is_journal_stderr() || !write_to_journal(&record))
                write_to_stderr(&record);
        errno = saved_errno;
}

void log_plain(int priority, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        log_write(priority, NULL, NULL, 0, format, arguments);
        va_end(arguments);
}

void log_record(int priority, const char *message_id, const LogField *fields, size_t n,
        const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        log_write(priority, message_id, fields, n, format, arguments);
        va_end(arguments);
}
