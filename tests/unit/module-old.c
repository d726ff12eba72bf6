/* SPDX-License-Identifier: MIT */
/* A module of another ABI: nothing but its first number may be looked at. */

#include <stddef.h>
#include <stdint.h>

__attribute__((visibility("default"))) extern const uint32_t relanced_channel;
const uint32_t relanced_channel = 7777;
