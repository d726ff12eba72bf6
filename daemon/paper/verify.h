/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_VERIFY_H
#define RELANCED_PAPER_VERIFY_H

/*
 * Whether a dossier is still what it was when it was made: every file of the ZIP against MANIFEST,
 * in dossier.json every sum, and every notice against the entries of the log's chain; and the ZIP
 * against its seal.
 */

/* The command: `relanced-paper verify NAME [--json] <FILE`; its exit status, 1: something is
 * wrong. */
int verify_run(int argc, char *argv[]);

#endif
