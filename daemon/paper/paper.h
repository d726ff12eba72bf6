/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_PAPER_PAPER_H
#define RELANCED_PAPER_PAPER_H

/*
 * What a firm prints: letter, statement, charges sheet and dossier, drawn from one JSON object.
 *
 *     relanced-paper KIND [--document NAME=FD]… <JSON >FILE
 *
 *     KIND  letter        the formal notice                  (PDF)
 *           statement     the statement of account           (PDF)
 *           charges       how interest was reckoned          (PDF)
 *           dossier-pdf   all of it, the invoices attached    (PDF)
 *           dossier-zip   dossier.pdf, letter.pdf, dossier.json, invoices/NAME…, MANIFEST
 *
 *     relanced-paper verify NAME [--json] <FILE     whether a dossier is what it was (verify.h)
 *
 * A worker without rights: JSON on descriptor 0, the file to descriptor 1 (a pipe or a file), one
 * line about what is wrong to descriptor 2, the invoices as open regular files on descriptors of
 * their own. It opens nothing but fonts, knows no clock, network or store. The same JSON and
 * documents give the same bytes (and the same fonts). Nothing is written to 1 unless all is well.
 *
 * Exit status, with the line on descriptor 2 ("relanced-paper: invoices[2].due: …"; it names
 * members and documents by their place, never the customer, an address or an amount):
 *     0  done
 *     1  memory, fonts, reading or writing failed
 *     2  the command line is wrong
 *     3  the JSON is not as below: the member is named
 *     4  a document given is none of the JSON's, no regular file, or has another SHA-256
 *
 * The JSON. Members marked ? may be absent or null; unknown ones are left alone (dossier.json is
 * the JSON as it came). MONEY is "1200.00", exact in the one currency of the object; DATE
 * "2026-03-05"; INSTANT RFC 3339 with the creditor's offset, shown as it stands.
 *
 *   "format"    "relanced-dossier-1"
 *   "purpose"   "agency", "court", "statement" or "letter"
 *   "made"      INSTANT: the date in the PDF's metadata and of the ZIP's entries
 *   "as_of"     DATE: what is owed, at the end of this day
 *   "language"  "fr", "en-GB" …; words in fr, en, de, es, it, nl, for others in English
 *   "creditor"  { "name", "address"? [lines], "country"?, "registration"?, "vat"?, "iban"?, "bic"?,
 *                 "email"?, "phone"? }
 *   "recipient"? { "name", "email"? }                            the agency or the lawyer
 *   "customer"  { "id", "name", "kind"?, "relation"?, "contact_name"?, "address"? [lines],
 *                 "country"?, "registration"?, "email"?, "phone"?, "language"? }
 *               language: of the letter, where it is one of those; else it is in the dossier's
 *   "currency"  ISO 4217
 *   "claim"     { "principal", "credit", "interest", "fixed", "charges", "total",
 *                 "unclaimed"?, "credit_left"? }   MONEY
 *               principal: open amounts; credit: unassigned, taken off; charges = interest + fixed;
 *               total = principal - credit + charges; unclaimed: charges of the invoices that are
 *               not asked for, as the total is 0; credit_left: to the customer's, and not taken off
 *   "letter"?   { "deadline"? DATE, "follows"? "suspension" | "agency" | "court" }
 *               without a deadline the letter asks for payment within eight days of receipt
 *   "invoices"  [ { "number", "issued"? DATE, "due"? DATE, "contract"?, "delivered"?,
 *                   "amount", "paid", "open" MONEY, "aside"? "disputed" | "held" | "promised",
 *                   "document"? { "name", "sha256", "size"? },
 *                   "instalments"? [ { "instalment" integer, "due"? DATE, "amount", "open" MONEY,
 *                                      "days_late" integer, "plan"? "part" | "replaced",
 *                                      "fee"? MONEY } ],
 *                   "charges"? { "interest", "fixed" MONEY, "regime", "source",
 *                                "periods" [ { "instalment"? integer, "from", "to" DATE,
 *                                  "days" integer, "base" MONEY, "rate" "12.15", "sum" MONEY } ] }
 *                 } ]
 *               aside: the letter does not demand it; of an invoice that is late, it demands all
 *               that is open. document.name: a plain file name (no "/", no control character, no
 *               leading dot, at most 200 bytes), the name in invoices/ of the ZIP and the NAME of
 *               --document. Two invoices may share one; the same name with two hashes is refused.
 *               Without a --document the dossier lists it as not enclosed.
 *   "statement"? [ { "date" DATE, "kind", "invoice"?, "reference"?, "debit"?, "credit"? MONEY,
 *                    "balance" MONEY } ]
 *               kind: "invoice", "payment", "credit", "refund", "chargeback", "write-off", "fee",
 *               "discount", "not-claimed", "on-account" or "brought-forward"; another word is
 *               printed as it is
 *   "notices"?  [ { "notice" (integer or text), "at" INSTANT, "step"?, "action"?, "occasion"?,
 *                   "lines"? [ { "invoice", "instalment"?, … } ], "total"? MONEY,
 *                   "deadline"? DATE, "channel", "to"?, "state", "reason"?, "reference"?,
 *                   "delivered"? "delivered" | "read" | "bounced", "delivered_at"? INSTANT,
 *                   "subject"?, "text"?, "sha256"?,
 *                   "chain"? { "entry", "previous", "hash" } } ]
 *   "facts"?    [ { "at"? INSTANT, "date" DATE (or INSTANT), "kind", "invoice"?, "sentence",
 *                   "note"? } ]
 *               with notices: the chronology, by day and hour; what has a day alone stands before
 *               all of that day
 *   "chain"?    { "entries" integer, "head" }
 */

#include <stdio.h>

#include "base/macros.h"

typedef enum PaperKind {
        PAPER_LETTER,
        PAPER_STATEMENT,
        PAPER_CHARGES,
        PAPER_DOSSIER_PDF,
        PAPER_DOSSIER_ZIP,
        PAPER_KINDS
} PaperKind;
extern const char *const paper_kind_names[PAPER_KINDS];

typedef enum PaperStatus {
        PAPER_DONE,
        PAPER_FAILED,
        PAPER_USAGE,
        PAPER_BAD_JSON,
        PAPER_BAD_DOCUMENT
} PaperStatus;

/* The program: its exit status. */
int paper_run(int argc, char *argv[]);

#endif
