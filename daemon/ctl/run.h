/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_RUN_H
#define RELANCED_CTL_RUN_H

/* relancectl from its arguments to its exit code. */
int ctl_run(int argc, char *argv[]);

#endif
