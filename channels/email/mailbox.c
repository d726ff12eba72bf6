/* SPDX-License-Identifier: MIT */
/*
 * Owns how an e-mail address stands on the wire: its domain as UTS #46 encodes it, the whole
 * checked as base/email.h checks what is imported. libESMTP would send anything: a line end in an
 * address makes it lie about the outcome, and UTF-8 means whatever the next server makes of it.
 * Never looks anything up.
 */

#include "channels/email/mailbox.h"

#include <unicode/uidna.h>

#include "base/email.h"

static bool is_ascii(const char *text)
{
        for (; *text; text++)
                if ((unsigned char)*text >= 0x80)
                        return false;
        return true;
}

/* The domain in ASCII, into size bytes. False: it has none. */
static bool domain_encode(const char *domain, char *ret_ascii, int size)
{
        UErrorCode status = U_ZERO_ERROR;
        UIDNAInfo info = UIDNA_INFO_INITIALIZER;

        UIDNA *idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_USE_STD3_RULES |
                                              UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ,
                &status);
        if (U_FAILURE(status))
                return false;
        int32_t length =
                uidna_nameToASCII_UTF8(idna, domain, -1, ret_ascii, size - 1, &info, &status);
        uidna_close(idna);
        if (U_FAILURE(status) || info.errors != 0 || length <= 0 || length >= size)
                return false;
        ret_ascii[length] = 0;
        return true;
}

const char *mailbox_encode(const char *address, char ret_wire[static MAILBOX_SIZE])
{
        char wire[2 * MAILBOX_SIZE], ascii[MAILBOX_SIZE];
        const char *fault = email_fault(address);

        if (fault)
                return fault;
        const char *domain = strchr(address, '@') + 1;
        size_t local = (size_t)(domain - address);
        if (!is_ascii(domain)) {
                if (!domain_encode(domain, ascii, sizeof(ascii)))
                        return "its domain cannot be a name of the Internet";
                domain = ascii;
        }
        memcpy(wire, address, local);
        memcpy(wire + local, domain, strlen(domain) + 1);
        fault = email_fault(wire); /* it may be longer now */
        if (!fault)
                memcpy(ret_wire, wire, strlen(wire) + 1);
        return fault;
}
