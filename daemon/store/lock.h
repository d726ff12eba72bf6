/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_LOCK_H
#define RELANCED_STORE_LOCK_H

/* Private to store/: relanced.lock, which one process at a time has. */

/* 0 and a locked descriptor, STORE_LOCKED and the holder's pid (0: not known), or -errno. */
int lock_take(const char *state_folder, int *ret_fd, int *ret_pid);
/* Gives it back; the file is left empty. */
void lock_release(int *fd);

#endif
