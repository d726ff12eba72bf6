/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_WIRE_H
#define RELANCED_INTAKE_WIRE_H

/*
 * What an intake worker says, as packets of items. The worker's order of items: one KIND (in a
 * packet of its own), then WARNING, ERROR, ROW and SKIPPED as they come in the file, END. A file
 * whose kind cannot be told has no KIND. The reading side trusts nothing: lengths, UTF-8 and NULs
 * are checked here, order and number by the job.
 */

#include <stdint.h>

#include "intake/csv.h"
#include "sys/process.h"

typedef enum WireType {
        WIRE_KIND = 1, /* value: FileKind */
        WIRE_WARNING,  /* text, line */
        WIRE_ERROR,    /* text, line */
        WIRE_ROW,      /* fields, line; value: whether the row has a line end */
        WIRE_SKIPPED,  /* text: the key or "", line */
        WIRE_END,      /* value: 0, or the errno with which reading the file failed */
} WireType;

#define WIRE_TEXT_MAX 2048

/* Items being collected for one packet. */
typedef struct WirePacket {
        size_t length;
        unsigned char bytes[PACKET_SIZE_MAX];
} WirePacket;

/* They add an item, or return false: it does not fit behind the ones that are there. */
bool wire_add_value(WirePacket *packet, WireType type, unsigned value);
bool wire_add_text(WirePacket *packet, WireType type, unsigned line, const char *text); /* is cut */
bool wire_add_row(
        WirePacket *packet, unsigned line, bool has_line_end, const CsvField *fields, size_t n);

typedef struct WireItem {
        WireType type;
        uint32_t value, line;
        const char *payload; /* into the packet */
        size_t length;
} WireItem;

/* 1: the item at *offset, which moves on; 0: no more; -EBADMSG. */
int wire_next(const void *bytes, size_t length, size_t *offset, WireItem *ret_item);
/* A WARNING's, ERROR's, SKIPPED's text, in the packet; -EBADMSG. */
int wire_text(const WireItem *item, const char **ret_text);
/* A ROW's fields, exactly n of them, in the packet; -EBADMSG. */
int wire_row(const WireItem *item, const char *fields[], size_t n);

#endif
