/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_PROTOCOL_H
#define RELANCED_ENGINE_PROTOCOL_H

/*
 * What the daemon and a channel worker say to each other: one record of the SOCK_SEQPACKET pair is
 * one packet. A worker may be mad: packet_decode() takes any bytes and believes none of them.
 *
 *         daemon   LOAD ──▶        OPEN ──▶              MESSAGE ──▶          ANSWER ──▶
 *         worker          ◀── DESCRIPTION  ◀── READY                ◀── BEGIN         ◀── FINISH
 *
 * FAILED takes the place of DESCRIPTION or READY; LOG may come at any time. The daemon closes its
 * end for writing when no more messages come. RENDER in the place of MESSAGE: its bytes are only
 * shown, in the file that OPEN has brought for them, and RENDERED says so.
 */

#include "base/arena.h"
#include "base/strbuf.h"
#include "channels/channel.h"
#include "sys/process.h"

#define ATTACHMENTS_MAX (PACKET_FDS_MAX - 1) /* of one message, beside a memory file */
#define REFERENCE_MAX 132 /* bytes of an outcome's reference and detail; more is cut off */
#define DETAIL_MAX 240
#define PACKET_LARGE_MAX ((size_t)16 * 1024 * 1024)

/* The detail of an outcome when the module's check_address() has refused. */
#define ADDRESS_REFUSED "the channel cannot write to such an address"

typedef enum PacketType {
        PACKET_LOAD,
        PACKET_OPEN,
        PACKET_MESSAGE,
        PACKET_RENDER,
        PACKET_ANSWER,
        PACKET_DESCRIPTION,
        PACKET_READY,
        PACKET_FAILED,
        PACKET_BEGIN,
        PACKET_FINISH,
        PACKET_RENDERED,
        PACKET_LOG,
        PACKET_TYPE_MAX
} PacketType;

/* Which members count: see the types in the comments. */
typedef struct Packet {
        PacketType type;
        const char *text; /* LOAD: the module's path; FAILED, RENDERED, LOG: the text */
        unsigned level;   /* LOG */
        bool is_go;       /* ANSWER; FINISH: begin() had let it go; RENDERED: it is there */
        uint64_t notice;  /* ANSWER, BEGIN, FINISH */
        unsigned attempt; /* ANSWER, BEGIN, FINISH */
        const char *name; /* DESCRIPTION: the module's name and help */
        const char *help;
        enum relanced_form form;         /* DESCRIPTION */
        struct relanced_option *options; /* DESCRIPTION: with the ending NULL name */
        struct relanced_value *values;   /* OPEN: with the ending NULL name */
        struct relanced_message message; /* MESSAGE, RENDER: fds travel beside it and are -1 here */
        struct relanced_attachment *attachments; /* message.attachments, to fill in the fds */
        struct relanced_outcome outcome;         /* FINISH */
} Packet;

/* Adds the bytes of a packet; strbuf_error() tells of failure. */
void packet_encode(const Packet *packet, StrBuf *bytes);

/* Texts of the packet point into bytes, arrays live in the arena. -EBADMSG: no packet; -ENOMEM. */
int packet_decode(const void *bytes, size_t length, Arena *arena, Packet *ret_packet);

/* Encodes and sends, in a sealed memory file when it is larger than PACKET_SIZE_MAX. -EAGAIN … */
int packet_ship(int socket_fd, const Packet *packet, const int *fds, size_t n_fds);
/* The same for a packet that packet_encode() has made. */
int packet_ship_bytes(int socket_fd, const StrBuf *bytes, const int *fds, size_t n_fds);

/*
 * Receives one packet, all of it in the arena. 1; 0: the peer is gone; -EBADMSG; -EAGAIN … fds has
 * room for PACKET_FDS_MAX; they are the caller's. takes_large: memory files are understood: only
 * from a peer that is believed.
 */
int packet_fetch(int socket_fd, bool takes_large, Arena *arena, Packet *ret_packet, int *fds,
        size_t *ret_n_fds);

#endif
