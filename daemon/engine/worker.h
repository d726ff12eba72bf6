/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_WORKER_H
#define RELANCED_ENGINE_WORKER_H

/* The channel worker's side of DESIGN 5: loads one module and offers it the host. Runs in a process
 * of its own, started by dispatch as `relanced --worker channel` with a socket as descriptor 3. */

int channel_worker_main(int socket_fd);

#endif
