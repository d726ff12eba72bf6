/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_SYS_PROCESS_H
#define RELANCED_SYS_PROCESS_H

/*
 * Worker processes: this binary executed again with a SOCK_SEQPACKET pair. A worker has a clean
 * environment (PATH, LANG=C.UTF-8, TZ), no descriptor but 0–2 and 3, its own session, and gets
 * SIGKILL when the process that started it dies.
 */

#include <sys/types.h>

#include "base/macros.h"

/* The descriptor of the socket in a worker. */
#define WORKER_FD 3
/* The largest packet that is sent; larger contents travel in a sealed memory file. */
#define PACKET_SIZE_MAX (64 * 1024)
#define PACKET_FDS_MAX 16 /* of one packet */

/* kind: "channel" or "intake", given as --worker KIND. *ret_fd: our end, close-on-exec. Its stdin
 * is /dev/null, its stdout our stderr. The caller waits for the process. */
int process_start_worker(const char *kind, pid_t *ret_pid, int *ret_fd);

/* In a child between fork() and exec: a session of its own, and SIGKILL when the parent dies;
 * false: the parent is dead already. Then, right before exec: every signal as it was at first.
 * Where the exec fails, the child exits with this status. */
#define EXIT_NOT_STARTED 127
bool child_begin(pid_t parent);
void child_reset_signals(void);

/* Called first thing in a worker: dies with its parent, or at once if that is already dead.
 * -ENOTSOCK, -EBADF: nobody has started this process as a worker. */
int process_become_worker(void);

/* One packet of at least a byte with up to PACKET_FDS_MAX descriptors, which stay open here.
 * -EAGAIN on a full non-blocking socket, -EPIPE when the peer is gone, -EMSGSIZE … Never raises
 * SIGPIPE. */
int packet_send(int socket_fd, const void *bytes, size_t length, const int *fds, size_t n_fds);
/*
 * Receives one packet; descriptors beyond max_fds are closed, the others close on exec. Its length;
 * 0: the peer is gone and all it sent was received. -EMSGSIZE: it was longer than size, -EBADMSG:
 * descriptors got lost on the way; the packet is gone with its descriptors then. ret_n_fds may be
 * NULL when max_fds is 0.
 */
ssize_t packet_receive(
        int socket_fd, void *bytes, size_t size, int *fds, size_t max_fds, size_t *ret_n_fds);

/* A sealed memory file with these bytes, its offset at the beginning. */
int memory_file(const char *name, const void *bytes, size_t length, int *ret_fd);

#endif
