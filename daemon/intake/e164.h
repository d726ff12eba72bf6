/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_E164_H
#define RELANCED_INTAKE_E164_H

/*
 * The border between phone.c and e164.cc, which is a shared object of its own: libphonenumber and
 * what it needs would lengthen the start of every process by half, and hardly any reads a number.
 * Plain C on this side: no exception passes.
 */

#include "intake/phone.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As phone_to_e164(), but for the last fault. */
typedef PhoneFault E164(const char *digits, const char *country, char *ret_phone);
extern E164 relanced_e164 __attribute__((visibility("default")));
#define E164_SYMBOL "relanced_e164"

#ifdef __cplusplus
}
#endif

#endif
