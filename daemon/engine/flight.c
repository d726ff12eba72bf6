/* SPDX-License-Identifier: MIT */
/*
 * Owns the form of flight files: a head that tells one file from another, then notes and outcomes,
 * each with a checksum. Never syncs: it guards against the death of processes; after the death of
 * the machine a begun message without an outcome is uncertain, which is true. Room is set aside
 * beforehand, so that an outcome can be written down on a full disk.
 */

#include "engine/flight.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "sys/clock.h"
#include "sys/file.h"

#define FILE_MAGIC UINT32_C(0x464c4831)
#define NOTE_MAGIC UINT32_C(0x464c4e31)
#define RECORD_MAGIC UINT32_C(0x464c5431)
#define FILE_SUFFIX ".flight"
#define FILE_SIZE_MAX ((off_t)4 * 1024 * 1024)

/* What stands first. */
typedef struct FileHead {
        uint32_t magic, unused;
        sd_id128_t boot;
        uint64_t device, inode; /* of this file */
        uint64_t checksum;      /* of the members above */
} FileHead;

typedef struct NoteBytes {
        uint32_t magic, step;
        uint64_t notice;
        uint32_t attempt, unused;
        uint64_t checksum; /* of the members above */
} NoteBytes;

typedef struct RecordHead {
        uint32_t magic;
        uint16_t reference_length, detail_length;
        uint64_t notice;
        uint32_t attempt, kind, retry_after_s, unused;
        uint64_t checksum; /* of head (with checksum 0) and texts */
} RecordHead;

_Static_assert(sizeof(NoteBytes) == FLIGHT_NOTE_MAX, "a note fits the room set aside for it");
_Static_assert(sizeof(RecordHead) + REFERENCE_MAX + DETAIL_MAX <= FLIGHT_RECORD_MAX,
        "a record fits the room set aside for it");

#define CHECKSUM_START UINT64_C(0xcbf29ce484222325)

/* FNV-1a. */
static uint64_t checksum_add(uint64_t sum, const void *bytes, size_t length)
{
        const unsigned char *at = bytes;

        for (size_t i = 0; i < length; i++)
                sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
        return sum;
}

static uint64_t checksum_of(const RecordHead *head, const char *texts)
{
        RecordHead bare = *head;

        bare.checksum = 0;
        uint64_t sum = checksum_add(CHECKSUM_START, &bare, sizeof(bare));
        return checksum_add(sum, texts, (size_t)head->reference_length + head->detail_length);
}

/* Copies what fits, whole characters only, as one harmless line. */
static void copy_line(char *to, size_t size, const char *from)
{
        size_t length = strnlen(from ? from : "", size - 1);

        while (length > 0 && from[length] && ((unsigned char)from[length] & 0xC0) == 0x80)
                length--;
        bool is_text = utf8_is_valid(from ? from : "", length);
        for (size_t i = 0; i < length; i++) {
                unsigned char c = (unsigned char)from[i];
                to[i] = (char)(c < 0x20 || c == 0x7F || (c >= 0x80 && !is_text) ? '?' : c);
        }
        to[length] = 0;
}

FlightRecord flight_record(
        uint64_t notice, unsigned attempt, const struct relanced_outcome *outcome)
{
        FlightRecord record = {
                .notice = notice,
                .attempt = attempt,
                .kind = outcome->kind,
                .retry_after_s = outcome->retry_after_s,
        };

        copy_line(record.reference, sizeof(record.reference), outcome->reference);
        copy_line(record.detail, sizeof(record.detail), outcome->detail);
        return record;
}

/* One write, which the kernel puts at the end of the file as a whole. */
static int append(int fd, const void *bytes, size_t length)
{
        ssize_t n;

        do
                n = write(fd, bytes, length);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        return (size_t)n == length ? 0 : -EIO;
}

static int get_boot(sd_id128_t *ret_boot)
{
        char text[BOOT_TEXT_SIZE];
        int r = clock_get_boot(text);

        return r < 0 ? r : sd_id128_from_string(text, ret_boot);
}

/* What the head of this very file would be, now. */
static int make_head(int fd, FileHead *ret_head)
{
        FileHead head = { .magic = FILE_MAGIC };
        struct stat status;

        if (fstat(fd, &status) < 0)
                return -errno;
        int r = get_boot(&head.boot);
        if (r < 0)
                return r;
        head.device = status.st_dev;
        head.inode = status.st_ino;
        head.checksum = checksum_add(CHECKSUM_START, &head, offsetof(FileHead, checksum));
        *ret_head = head;
        return 0;
}

/* Where the boot has no number the file goes without a head, and proves nothing later. */
static int prepare(int fd)
{
        FileHead head;

        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return -errno;
        if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)(sizeof(head) + FLIGHT_SIZE_MAX)) < 0 &&
                errno != EOPNOTSUPP)
                return -errno;
        return make_head(fd, &head) < 0 ? 0 : append(fd, &head, sizeof(head));
}

int flight_create(const char *folder, const char *channel, char **ret_path, int *ret_fd)
{
        StrBuf name = STRBUF_INIT;
        _cleanup_(freep) char *path = NULL;
        uint64_t unique;

        if (getrandom(&unique, sizeof(unique), 0) != sizeof(unique))
                return -EIO;
        strbuf_addf(
                &name, "%s/%s.%016llx" FILE_SUFFIX, folder, channel, (unsigned long long)unique);
        int r = strbuf_take(&name, &path);
        if (r < 0)
                return r;
        _cleanup_(closep) int fd =
                open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        r = prepare(fd);
        if (r < 0) {
                (void)unlink(path);
                return r;
        }
        *ret_path = TAKE_PTR(path);
        *ret_fd = TAKE_FD(fd);
        return 0;
}

int flight_note(int fd, const FlightNote *note)
{
        NoteBytes bytes = {
                .magic = NOTE_MAGIC,
                .step = note->step,
                .notice = note->notice,
                .attempt = note->attempt,
        };

        bytes.checksum = checksum_add(CHECKSUM_START, &bytes, offsetof(NoteBytes, checksum));
        return append(fd, &bytes, sizeof(bytes));
}

int flight_append(int fd, const FlightRecord *record)
{
        char bytes[FLIGHT_RECORD_MAX];
        RecordHead head = {
                .magic = RECORD_MAGIC,
                .reference_length = (uint16_t)strlen(record->reference),
                .detail_length = (uint16_t)strlen(record->detail),
                .notice = record->notice,
                .attempt = record->attempt,
                .kind = record->kind,
                .retry_after_s = record->retry_after_s,
        };
        char *texts = bytes + sizeof(head);
        size_t length = sizeof(head) + head.reference_length + head.detail_length;

        memcpy(texts, record->reference, head.reference_length);
        memcpy(texts + head.reference_length, record->detail, head.detail_length);
        head.checksum = checksum_of(&head, texts);
        memcpy(bytes, &head, sizeof(head));
        return append(fd, bytes, length);
}

/* Whether the file begins with the head that was written when it was made, on this boot. */
static bool is_own_head(int fd, const char *bytes, size_t length)
{
        FileHead expected;

        return length >= sizeof(expected) && make_head(fd, &expected) == 0 &&
               memcmp(bytes, &expected, sizeof(expected)) == 0;
}

/* The length of the note at bytes, or 0. */
static size_t parse_note(const char *bytes, size_t length, FlightNote *ret_note)
{
        NoteBytes note;

        if (length < sizeof(note))
                return 0;
        memcpy(&note, bytes, sizeof(note));
        if (note.magic != NOTE_MAGIC || note.step > FLIGHT_LEAVING ||
                checksum_add(CHECKSUM_START, &note, offsetof(NoteBytes, checksum)) != note.checksum)
                return 0;
        *ret_note = (FlightNote){ note.notice, note.attempt, (FlightStep)note.step };
        return sizeof(note);
}

/* The length of the record at bytes, or 0: there is none, or not a whole one. */
static size_t parse_record(const char *bytes, size_t length, FlightRecord *ret_record)
{
        RecordHead head;

        if (length < sizeof(head))
                return 0;
        memcpy(&head, bytes, sizeof(head));
        if (head.magic != RECORD_MAGIC || head.reference_length > REFERENCE_MAX ||
                head.detail_length > DETAIL_MAX || head.kind > RELANCED_UNCERTAIN)
                return 0;
        const char *texts = bytes + sizeof(head);
        size_t size = sizeof(head) + head.reference_length + head.detail_length;
        if (size > length || checksum_of(&head, texts) != head.checksum)
                return 0;
        *ret_record = (FlightRecord){
                .notice = head.notice,
                .attempt = head.attempt,
                .kind = head.kind,
                .retry_after_s = head.retry_after_s,
        };
        memcpy(ret_record->reference, texts, head.reference_length);
        memcpy(ret_record->detail, texts + head.reference_length, head.detail_length);
        return size;
}

/* A torn record (a full disk, a kill, a power cut) does not hide the whole ones behind it. But then
 * the file is not whole, wherever it is torn: nobody can say what it was. */
static int parse_records(const char *bytes, size_t length, FlightLog *log)
{
        size_t at = log->is_whole ? sizeof(FileHead) : 0;

        log->records = calloc(length / sizeof(RecordHead) + 1, sizeof(*log->records));
        log->notes = calloc(length / sizeof(NoteBytes) + 1, sizeof(*log->notes));
        if (!log->records || !log->notes)
                return -ENOMEM;
        while (at < length) {
                size_t note = parse_note(bytes + at, length - at, &log->notes[log->n_notes]);
                size_t record = parse_record(bytes + at, length - at, &log->records[log->n]);
                log->n_notes += note > 0;
                log->n += record > 0;
                log->is_whole = log->is_whole && note + record > 0;
                at += MAX(note + record, (size_t)1);
        }
        return 0;
}

static int read_all(int fd, char **ret_bytes, size_t *ret_length)
{
        struct stat status;

        if (fstat(fd, &status) < 0)
                return -errno;
        if (!S_ISREG(status.st_mode) || status.st_size > FILE_SIZE_MAX)
                return -EBADMSG;
        size_t size = (size_t)status.st_size;
        _cleanup_(freep) char *bytes = malloc(size + 1);
        if (!bytes)
                return -ENOMEM;
        int r = fd_read_begin(fd, bytes, size, ret_length);
        if (r == 0)
                *ret_bytes = TAKE_PTR(bytes);
        return r;
}

int flight_read(const char *path, FlightLog *ret_log)
{
        FlightLog log = FLIGHT_LOG_INIT;
        _cleanup_(freep) char *bytes = NULL;
        size_t length = 0;

        log.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (log.fd < 0)
                return -errno;
        int r = 0;
        if (flock(log.fd, LOCK_EX | LOCK_NB) < 0)
                r = errno == EWOULDBLOCK ? FLIGHT_HELD : -errno;
        if (r == 0)
                r = read_all(log.fd, &bytes, &length);
        if (r == 0)
                log.is_whole = is_own_head(log.fd, bytes, length);
        if (r == 0)
                r = parse_records(bytes, length, &log);
        if (r != 0) {
                flight_log_release(&log);
                return r;
        }
        *ret_log = log;
        return 0;
}

void flight_log_release(FlightLog *log)
{
        free(log->records);
        free(log->notes);
        if (log->fd >= 0)
                (void)close(log->fd);
        *log = FLIGHT_LOG_INIT;
}

const FlightRecord *flight_find(const FlightLog *log, uint64_t notice, uint32_t attempt)
{
        for (size_t i = 0; i < log->n; i++) {
                if (log->records[i].notice == notice && log->records[i].attempt == attempt)
                        return &log->records[i];
        }
        return NULL;
}

static bool has_note(const FlightLog *log, uint64_t notice, uint32_t attempt, FlightStep step)
{
        for (size_t i = 0; i < log->n_notes; i++) {
                const FlightNote *note = &log->notes[i];
                if (note->notice == notice && note->attempt == attempt && note->step == step)
                        return true;
        }
        return false;
}

bool flight_proves_unsent(const FlightLog *logs, size_t n, uint64_t notice, uint32_t attempt)
{
        bool is_asked = false;

        for (size_t i = 0; i < n; i++) {
                if (!logs[i].is_whole || has_note(&logs[i], notice, attempt, FLIGHT_LEAVING))
                        return false;
                is_asked = is_asked || has_note(&logs[i], notice, attempt, FLIGHT_ASKED);
        }
        return is_asked;
}

/* "CHANNEL.0123456789abcdef.flight" → the length of CHANNEL, or 0. */
static size_t channel_length(const char *name)
{
        size_t length = strlen(name), tail = 1 + 16 + strlen(FILE_SUFFIX);

        if (length <= tail || !streq(name + length - strlen(FILE_SUFFIX), FILE_SUFFIX))
                return 0;
        return name[length - tail] == '.' ? length - tail : 0;
}

static int found_file(const char *folder, const char *name,
        int (*found)(void *owner, const char *path, const char *channel), void *owner)
{
        _cleanup_(freep) char *path = NULL, *channel = NULL;
        size_t length = channel_length(name);

        if (length == 0)
                return 0;
        channel = strndup(name, length);
        if (!channel || asprintf(&path, "%s/%s", folder, name) < 0)
                return -ENOMEM;
        return found(owner, path, channel);
}

int flight_list(const char *folder,
        int (*found)(void *owner, const char *path, const char *channel), void *owner)
{
        struct dirent *entry;
        int r = 0;
        DIR *directory = opendir(folder);

        if (!directory)
                return -errno;
        while (r == 0 && (errno = 0, entry = readdir(directory)))
                r = found_file(folder, entry->d_name, found, owner);
        if (r == 0 && errno != 0)
                r = -errno;
        (void)closedir(directory);
        return r;
}
