/* SPDX-License-Identifier: MIT */
/* Owns the English of the papers, which also stands in for languages that are not there; see
 * words.h. Its keys are the keys. */

#include "paper/words-of.h"

const Word words_en[] = {
        { "page", "Page {1} of {2}" },
        { "as-of", "As of {1}" },
        { "made", "Made on {1}" },
        { "at", "{1} at {2}" },
        { "pair", "{1}: {2}" },

        { "title.letter", "Formal notice of payment due" },
        { "title.statement", "Statement of account" },
        { "title.charges", "Interest and compensation" },
        { "title.agency", "File for amicable collection" },
        { "title.court", "File for a claim for payment" },
        { "title.dossier", "Customer file" },

        { "party.creditor", "Creditor" },
        { "party.customer", "Customer" },
        { "party.recipient", "Handed to" },
        { "party.id", "Customer number" },
        { "party.registration", "Registration" },
        { "party.vat", "VAT number" },
        { "party.email", "E-mail" },
        { "party.phone", "Telephone" },

        { "claim.asked", "Amount due as of {1}" },
        { "claim.principal", "Invoices: still open" },
        { "claim.credit", "Less credit on the account" },
        { "claim.interest", "Interest for late payment" },
        { "claim.fixed", "Fixed sum for recovery costs" },
        { "claim.total", "Total" },
        { "claim.unclaimed", "Interest and fixed sums, not claimed" },
        { "claim.credit-left", "Credit left to the customer" },

        { "section.contents", "Contents" },
        { "section.invoices", "Invoices" },
        { "section.statement", "Statement of account" },
        { "section.charges", "Interest and compensation" },
        { "section.chronology", "What was sent and said" },
        { "section.proof", "Proof of what was sent" },
        { "section.references", "Contracts, deliveries and documents" },
        { "section.payment", "To pay by bank transfer" },

        { "column.invoice", "Invoice" },
        { "column.issued", "Issued" },
        { "column.due", "Due" },
        { "column.days-late", "Days late" },
        { "column.amount", "Amount" },
        { "column.paid", "Paid" },
        { "column.open", "Open" },
        { "column.contract", "Contract or order" },
        { "column.delivered", "Delivery" },
        { "column.document", "Document" },
        { "column.date", "Date" },
        { "column.operation", "Entry" },
        { "column.reference", "Reference" },
        { "column.debit", "Debit" },
        { "column.credit", "Credit" },
        { "column.balance", "Balance" },
        { "column.from", "From" },
        { "column.to", "To" },
        { "column.days", "Days" },
        { "column.base", "Open amount" },
        { "column.rate", "Annual rate" },
        { "column.sum", "Interest" },
        { "column.instalment", "Instalment" },

        { "invoices.instalment", "Instalment {1}" },
        { "invoices.replaced", "Instalment {1}, replaced by a payment plan" },
        { "invoices.fee", "Fee of the payment plan" },
        { "invoices.enclosed", "{1} (enclosed)" },
        { "invoices.not-enclosed", "{1} (not enclosed)" },
        { "invoices.disputed", "{1} (disputed)" },
        { "invoices.total", "Total" },

        { "statement.invoice", "Invoice" },
        { "statement.payment", "Payment" },
        { "statement.credit", "Credit note" },
        { "statement.refund", "Refund" },
        { "statement.chargeback", "Payment charged back" },
        { "statement.write-off", "Written off" },
        { "statement.fee", "Fee" },
        { "statement.discount", "Discount granted" },
        { "statement.not-claimed", "Not claimed here" },
        { "statement.on-account", "Credit on account" },
        { "statement.brought-forward", "Brought forward" },
        { "statement.balance", "Balance on {1}" },
        { "statement.balance-credit", "Balance on {1}, in the customer’s favour" },
        { "statement.empty", "No entries." },
        { "statement.remark",
                "This statement shows the invoices that are claimed, those that a credit "
                "comes from, and all that is recorded of them by that day; other invoices "
                "that are settled are left out. Is something missing? Let us know and we will "
                "check "
                "it with you." },

        { "charges.none", "No interest and no fixed sum are asked for." },
        { "charges.invoice", "Invoice {1}" },
        { "charges.interest", "Interest on this invoice" },
        { "charges.fixed", "Fixed sum" },
        { "charges.source", "Legal source" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3), 6",
                "Directive 2011/7/EU, art. 2(6), 3(3), 6" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3)", "Directive 2011/7/EU, art. 2(6), 3(3)" },
        { "law.Loi du 2 août 2002, art. 5, 6", "Loi du 2 août 2002, art. 5, 6" },
        { "law.Loi du 2 août 2002, art. 5", "Loi du 2 août 2002, art. 5" },
        { "charges.total", "Total of interest and fixed sums" },
        { "charges.unclaimed",
                "These charges are not claimed: no invoice is left to be paid, and they are "
                "not asked for by themselves." },
        { "charges.method", "Simple interest, day by day, from the day after the due date, on what "
                            "was open on that day: amount × annual rate × days ÷ 365. The total of "
                            "each invoice is rounded once; a line may therefore differ from its "
                            "own calculation by the currency’s smallest unit, their sum never "
                            "does." },

        { "chronology.channel", "Sent by {1}" },
        { "chronology.address", "Address" },
        { "chronology.invoices", "Invoices" },
        { "chronology.total", "Sum asked for" },
        { "chronology.deadline", "Deadline given" },
        { "chronology.outcome", "Outcome" },
        { "chronology.delivery", "Receipt" },
        { "chronology.reference", "Sender’s reference" },
        { "chronology.subject", "Subject" },
        { "chronology.sha256", "SHA-256 of the message" },
        { "chronology.chain", "Entry {1} of the register" },
        { "chronology.empty", "Nothing is recorded." },
        { "chronology.note",
                "Times as the creditor’s clock showed them: of sending, or of recording for "
                "what was said and agreed." },

        { "proof.chain", "Each message and each of its outcomes is entered into a register whose "
                         "entries are "
                         "chained: each holds the SHA-256 of the one before. Changing, adding or "
                         "removing an "
                         "entry changes all that follow." },
        { "proof.head", "The register held {1} entries; the digest of the last one:" },
        { "proof.hash",
                "The digest of each message is that of its text as it was sent. Enclosed documents "
                "are identified by theirs." },

        { "state.pending", "waiting" },
        { "state.handed", "waiting" },
        { "state.sent", "sent" },
        { "state.failed", "not sent" },
        { "state.uncertain", "may have been sent" },
        { "state.cancelled", "cancelled" },
        { "delivered.delivered", "delivered" },
        { "delivered.read", "read" },
        { "delivered.bounced", "refused by the receiver" },

        { "channel.email", "e-mail" },
        { "channel.sms", "SMS" },
        { "channel.whatsapp", "WhatsApp" },
        { "channel.paper", "letter" },

        { "action.courtesy", "Courtesy notice" },
        { "action.remind", "Reminder" },
        { "action.resend", "Invoice sent again" },
        { "action.deadline", "Request with a deadline" },
        { "action.call", "Call" },
        { "action.suspend", "Service suspended" },
        { "action.agency", "Handed to the agency" },
        { "action.legal", "Handed to the lawyer" },
        { "action.reconnect", "Service restored" },
        { "occasion.thanks", "Thanks" },
        { "occasion.promise-confirmed", "Promise confirmed" },
        { "occasion.promise-reminder", "Reminder of a promise" },
        { "occasion.promise-broken", "Promise not kept" },
        { "occasion.plan-confirmed", "Instalment plan confirmed" },
        { "occasion.opt-out-confirmed", "Opt-out confirmed" },
        { "occasion.reconnect", "Service restored" },

        { "fact.promise", "Promise to pay" },
        { "fact.dispute", "Dispute" },
        { "fact.hold", "Hold" },
        { "fact.release", "Release" },
        { "fact.call", "Call" },
        { "fact.reply", "Customer’s reply" },
        { "fact.plan", "Instalment plan" },
        { "fact.payment", "Payment" },
        { "fact.credit", "Credit note" },
        { "fact.refund", "Refund" },
        { "fact.chargeback", "Payment charged back" },
        { "fact.write-off", "Written off" },
        { "fact.bounce", "Address refused" },
        { "fact.opt-out", "Opt-out" },
        { "fact.skip", "Step skipped" },
        { "fact.note", "Note" },
        { "fact.promise-broken", "Promise not kept" },
        { "fact.plan-broken", "Instalment plan ended" },
        { "fact.done", "Done" },
        { "fact.waive", "Charges waived" },

        { "letter.date", "{1}" },
        { "letter.subject", "Formal notice of payment due: invoice {1}" },
        { "letter.subject-many", "Formal notice of payment due: {1} invoices" },
        { "letter.greeting", "Dear Sir or Madam," },
        { "letter.opening",
                "As of today, and unless we are mistaken, payment of the invoices below has not "
                "reached us." },
        { "letter.opening-one",
                "As of today, and unless we are mistaken, payment of the invoice below has not "
                "reached us." },
        { "letter.opening-part",
                "As of today, and unless we are mistaken, the invoices below have not been "
                "paid in full." },
        { "letter.opening-part-one",
                "As of today, and unless we are mistaken, the invoice below has only been "
                "paid in part." },
        { "letter.before",
                "We have already written to you about this ({1}), without finding a solution with "
                "you so far." },
        { "letter.demand",
                "We hereby formally ask you to pay the sum of {1} by {2} at the latest." },
        { "letter.demand-eight-days",
                "We hereby formally ask you to pay the sum of {1} within eight days of receiving "
                "this letter." },
        { "letter.law", "This letter is a formal demand for payment." },
        { "letter.charges", "Interest and fixed sums are calculated as of {1} ({2}); we will "
                            "gladly send you the detailed calculation." },
        { "letter.follows.suspension",
                "Without payment within that time the service will be suspended the following day; "
                "it will be restored as soon as your payment arrives." },
        { "letter.follows.agency", "Without payment within that time we will hand this matter to a "
                                   "collection agency." },
        { "letter.follows.court", "Without payment within that time we will apply to the competent "
                                  "court for payment." },
        { "letter.contact",
                "If something is wrong with an invoice or a delivery, or if paying in instalments "
                "would help, please tell us within that time: we will look for a solution with "
                "you. If your payment is already on its way, please disregard this letter." },
        { "letter.closing", "Yours faithfully," },

        { "payment.holder", "Account holder" },
        { "payment.iban", "IBAN" },
        { "payment.bic", "BIC" },
        { "payment.reference", "Reference to give" },
        { "payment.amount", "Amount" },
};
const size_t n_words_en = ELEMENTSOF(words_en);
