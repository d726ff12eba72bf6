/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_SECRET_H
#define RELANCED_ENGINE_SECRET_H

/* Passwords and keys: where they may stand (DESIGN 4.3), and what they are. */

#include "base/macros.h"
#include "base/strbuf.h"

/*
 * The one line that a secret's file holds, without the end of the line (free()). A file must be
 * owned by root or by this user and closed to everybody else; a credential of systemd is guarded by
 * its folder. 0; -EINVAL: problem gets the path, mode and owner and what is wrong with it, never
 * anything of the content; -ENOMEM.
 */
int secret_read(const char *path, bool is_credential, char **ret_text, StrBuf *problem);

#endif
