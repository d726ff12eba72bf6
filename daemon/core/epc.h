/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_EPC_H
#define RELANCED_CORE_EPC_H

/*
 * What a QR code says so that a telephone fills in a SEPA credit transfer: EPC069-12, version 002,
 * UTF-8. At most 331 bytes, which with error correction M make a code of version 13.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

#define EPC_SIZE 332 /* with the NUL */

typedef struct EpcTransfer {
        const char *name; /* of who is paid; cut to 70 characters */
        const char *iban; /* with right check digits; blanks are fine */
        const char *bic;  /* "" without; what is none is left out */
        int64_t cents;
        const char *const *numbers; /* of the invoices, which stand in the transfer's text */
        size_t n_numbers;
} EpcTransfer;

/* Writes the code's text. False: there can be none, because there is nothing to pay or too much, or
 * the account is not of SEPA, or it is outside the EEA and its BIC is not known. Numbers are never
 * cut: those that do not fit are left out, and three dots stand for them. */
bool epc_write(const EpcTransfer *transfer, char ret_text[static EPC_SIZE]);

/* Whether text has the form of a BIC (ISO 9362), in capitals. */
bool bic_is_valid(const char *text);

#endif
