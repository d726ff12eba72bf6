/* SPDX-License-Identifier: MIT */
/*
 * Owns the form of flight files: records of a head, two texts and a checksum over both. Never
 * syncs: it guards against the death of processes; after the death of the machine a begun message
 * without a record is uncertain, which is true. Room is set aside beforehand, so that an outcome
 * can be written down on a full disk.
 */

#include "engine/flight.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "base/strbuf.h"

#define RECORD_MAGIC UINT32_C(0x464c5431)
#define FILE_SUFFIX ".flight"
#define FILE_SIZE_MAX ((off_t)4 * 1024 * 1024)

typedef struct RecordHead {
        uint32_t magic;
        uint16_t reference_length, detail_length;
        uint64_t notice;
        uint32_t attempt, kind, retry_after_s, unused;
        uint64_t checksum; /* of head (with checksum 0) and texts */
} RecordHead;

_Static_assert(sizeof(RecordHead) + REFERENCE_MAX + DETAIL_MAX <= FLIGHT_RECORD_MAX,
        "a record fits the room set aside for it");

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
        uint64_t sum = checksum_add(UINT64_C(0xcbf29ce484222325), &bare, sizeof(bare));
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
        if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)FLIGHT_RECORDS * FLIGHT_RECORD_MAX) < 0 &&
                errno != EOPNOTSUPP)
                r = -errno;
        else if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                r = -errno;
        if (r < 0) {
                (void)unlink(path);
                return r;
        }
        *ret_path = TAKE_PTR(path);
        *ret_fd = TAKE_FD(fd);
        return 0;
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
        ssize_t n;
        do
                n = write(fd, bytes, length);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        return (size_t)n == length ? 0 : -EIO;
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

/* A torn record (a full disk, a power cut) does not hide the whole ones behind it. */
static int parse_records(const char *bytes, size_t length, FlightLog *log)
{
        log->records = calloc(length / sizeof(RecordHead) + 1, sizeof(*log->records));
        if (!log->records)
                return -ENOMEM;
        for (size_t at = 0; at < length;) {
                size_t size = parse_record(bytes + at, length - at, &log->records[log->n]);
                log->n += size > 0;
                at += size > 0 ? size : 1;
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
        size_t size = (size_t)status.st_size, length = 0;
        _cleanup_(freep) char *bytes = malloc(size + 1);
        if (!bytes)
                return -ENOMEM;
        while (length < size) {
                ssize_t n = pread(fd, bytes + length, size - length, (off_t)length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                length += (size_t)n;
        }
        *ret_bytes = TAKE_PTR(bytes);
        *ret_length = length;
        return 0;
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
