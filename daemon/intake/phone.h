/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_INTAKE_PHONE_H
#define RELANCED_INTAKE_PHONE_H

/*
 * The plans of telephone numbers of all countries, as libphonenumber knows them.
 *
 * A number is good when its country has numbers of that length. Whether its range is in use is not
 * asked: the library's lists are as old as the distribution, and a range that was allotted since
 * must not cost a customer the row; what reaches nobody is refused by the gateway.
 */

#define PHONE_SIZE 17 /* +, 15 digits, NUL */

typedef enum PhoneFault {
        PHONE_GOOD,
        PHONE_NO_COUNTRY, /* neither a known country code ahead nor a known country */
        PHONE_TOO_SHORT,
        PHONE_TOO_LONG,
        PHONE_NO_NUMBER, /* its country has none of that length, or none that begins so */
        PHONE_NO_MEMORY,
        PHONE_NO_LIBRARY, /* the part that knows is missing or broken */
} PhoneFault;

/* digits: an optional + and at most 24 digits. country: "FR", of a number without a country code.
 * The first call takes some 10 ms: it loads the library. */
PhoneFault phone_to_e164(const char *digits, const char *country, char *ret_phone);

#endif
