/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_FOLDER_H
#define RELANCED_CTL_FOLDER_H

/* A new folder that nobody else can look into, for files of a few moments. */

#define FOLDER_SIZE 96 /* "/socket" fits behind it in the name of a socket */

/* Beneath TMPDIR; in /tmp where that is not given, not absolute, or too long. Whoever asks removes
 * it. 0; -errno, and *folder is what it was to be called. */
int folder_new(char folder[static FOLDER_SIZE]);

#endif
