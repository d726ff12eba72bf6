/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_LOCAL_H
#define RELANCED_CTL_LOCAL_H

/* Commands that need no daemon; each gives an exit code. */

#include "ctl/commands.h"

#define CONFIG_DEFAULT "/etc/relanced/relanced.conf"

int run_check(const Invocation *invocation);
int run_help(const Invocation *invocation);
int run_completion(const Invocation *invocation);
int run_verify(const Invocation *invocation); /* dossier --verify FILE */

#endif
