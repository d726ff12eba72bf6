/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_SRGB_H
#define RELANCED_PAPER_SRGB_H

/* What the colours of a PDF mean: the profile of sRGB, as ICC.1:2001-04 has profiles. */

#define SRGB_PROFILE_SIZE 536

extern const char srgb_profile[SRGB_PROFILE_SIZE];

#endif
