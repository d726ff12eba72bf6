/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_FIELD_H
#define RELANCED_INTAKE_FIELD_H

/*
 * What a single value must look like, one function a notion. Pure. Texts are UTF-8 without a NUL.
 * Those that give a text write the normal form of it (what the store keeps) into a buffer at least
 * as large as the text itself, and one byte for the NUL.
 */

#include <stdint.h>

#include "base/macros.h"
#include "intake/phone.h"

/*
 * A telephone number as people write it → E.164. An optional + and digits; blanks, dots, dashes,
 * slashes and parentheses between them are dropped. Without a country code it is one of that
 * country ("FR", "" if none is known). 0, -ENOMEM, or -EINVAL and why, to stand within a sentence
 * (static).
 */
int phone_read(const char *text, const char *country, char ret_phone[static PHONE_SIZE],
        const char **ret_fault);

/* "fr", "fr-FR" (also "fr_fr"). -EINVAL. */
int language_normalise(const char *text, char *ret_language);

/* "FR" (also "fr"). -EINVAL. */
int country_normalise(const char *text, char *ret_country);

/* http or https, a host, printable ASCII, at most 2048 bytes. */
bool url_is_plausible(const char *text);

/* A relative path without empty, "." and ".." components and control characters. */
bool path_is_plausible(const char *text);

/* The shape of an IANA zone name; whether there is such a zone is sys/zone.h's business. */
bool zone_name_is_plausible(const char *text);

/* "2", "2.5", "2,25" → hundredths, 0 to 100 %; -EINVAL. */
int percent_parse(const char *text, int *ret_hundredths);

/* Line ends and tabs become single blanks. -EINVAL: another control character. */
int line_normalise(const char *text, char *ret_line);

/* Line ends become LF, tabs blanks. -EINVAL: another control character. */
int lines_normalise(const char *text, char *ret_lines);

#endif
