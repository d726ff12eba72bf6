/* SPDX-License-Identifier: MIT */
/* Owns the German of the papers; see words.h. */

#include "paper/words-of.h"

const Word words_de[] = {
        { "page", "Seite {1} von {2}" },
        { "as-of", "Stand {1}" },
        { "made", "Erstellt am {1}" },
        { "at", "{1} um {2}" },
        { "pair", "{1}: {2}" },

        { "title.letter", "Mahnung" },
        { "title.statement", "Kontoauszug" },
        { "title.charges", "Zinsen und Pauschalen" },
        { "title.agency", "Akte für das außergerichtliche Inkasso" },
        { "title.court", "Akte zur gerichtlichen Geltendmachung" },
        { "title.dossier", "Kundenakte" },

        { "party.creditor", "Gläubiger" },
        { "party.customer", "Kunde" },
        { "party.recipient", "Übergeben an" },
        { "party.id", "Kundennummer" },
        { "party.registration", "Registernummer" },
        { "party.vat", "USt-IdNr." },
        { "party.email", "E-Mail" },
        { "party.phone", "Telefon" },

        { "claim.asked", "Offener Betrag, Stand {1}" },
        { "claim.principal", "Rechnungen: noch offen" },
        { "claim.credit", "Abzüglich Guthaben" },
        { "claim.interest", "Verzugszinsen" },
        { "claim.fixed", "Verzugspauschale" },
        { "claim.total", "Summe" },
        { "claim.unclaimed", "Zinsen und Pauschalen, nicht verlangt" },
        { "claim.credit-left", "Verbleibendes Guthaben des Kunden" },

        { "section.contents", "Inhalt" },
        { "section.invoices", "Rechnungen" },
        { "section.statement", "Kontoauszug" },
        { "section.charges", "Zinsen und Pauschalen" },
        { "section.chronology", "Verlauf des Schriftwechsels" },
        { "section.proof", "Nachweis des Versands" },
        { "section.references", "Verträge, Lieferungen und Belege" },
        { "section.payment", "Zahlung per Überweisung" },

        { "column.invoice", "Rechnung" },
        { "column.issued", "Datum" },
        { "column.due", "Fällig am" },
        { "column.days-late", "Tage überfällig" },
        { "column.amount", "Betrag" },
        { "column.paid", "Bezahlt" },
        { "column.open", "Offen" },
        { "column.contract", "Vertrag oder Bestellung" },
        { "column.delivered", "Lieferung" },
        { "column.document", "Beleg" },
        { "column.date", "Datum" },
        { "column.operation", "Vorgang" },
        { "column.reference", "Referenz" },
        { "column.debit", "Soll" },
        { "column.credit", "Haben" },
        { "column.balance", "Saldo" },
        { "column.from", "Von" },
        { "column.to", "Bis" },
        { "column.days", "Tage" },
        { "column.base", "Offener Betrag" },
        { "column.rate", "Zinssatz im Jahr" },
        { "column.sum", "Zinsen" },
        { "column.instalment", "Rate" },

        { "invoices.instalment", "Rate {1}" },
        { "invoices.replaced", "Rate {1}, durch eine Ratenzahlung ersetzt" },
        { "invoices.fee", "Gebühr der Ratenzahlung" },
        { "invoices.enclosed", "{1} (liegt bei)" },
        { "invoices.not-enclosed", "{1} (liegt nicht bei)" },
        { "invoices.disputed", "{1} (bestritten)" },
        { "invoices.total", "Summe" },

        { "statement.invoice", "Rechnung" },
        { "statement.payment", "Zahlung" },
        { "statement.credit", "Gutschrift" },
        { "statement.refund", "Erstattung" },
        { "statement.chargeback", "Rücklastschrift" },
        { "statement.write-off", "Ausbuchung" },
        { "statement.fee", "Gebühr" },
        { "statement.discount", "Gewährter Nachlass" },
        { "statement.not-claimed", "Hier nicht geltend gemacht" },
        { "statement.on-account", "Guthaben" },
        { "statement.brought-forward", "Übertrag" },
        { "statement.balance", "Saldo am {1}" },
        { "statement.balance-credit", "Saldo am {1} zugunsten des Kunden" },
        { "statement.empty", "Keine Vorgänge." },
        { "statement.remark",
                "Dieser Auszug zeigt die geltend gemachten Rechnungen, jene, aus denen ein "
                "Guthaben stammt, und alles, was dazu bis zu diesem Tag erfasst ist; "
                "andere ausgeglichene Rechnungen stehen nicht darin. Fehlt etwas? Sagen Sie uns "
                "Bescheid, wir prüfen es gemeinsam mit Ihnen." },

        { "charges.none", "Es werden weder Zinsen noch Pauschalen verlangt." },
        { "charges.invoice", "Rechnung {1}" },
        { "charges.interest", "Zinsen dieser Rechnung" },
        { "charges.fixed", "Pauschale" },
        { "charges.source", "Rechtsgrundlage" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3), 6",
                "Richtlinie 2011/7/EU, Art. 2 Nr. 6, Art. 3 Abs. 3, Art. 6" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3)",
                "Richtlinie 2011/7/EU, Art. 2 Nr. 6, Art. 3 Abs. 3" },
        { "law.Loi du 2 août 2002, art. 5, 6", "Gesetz vom 2. August 2002, Art. 5, 6" },
        { "law.Loi du 2 août 2002, art. 5", "Gesetz vom 2. August 2002, Art. 5" },
        { "charges.total", "Summe der Zinsen und Pauschalen" },
        { "charges.unclaimed",
                "Diese Beträge werden nicht verlangt: Keine Rechnung ist mehr zu bezahlen, "
                "und für sich allein werden sie nicht eingefordert." },
        { "charges.method",
                "Einfache Zinsen, taggenau ab dem Tag nach der Fälligkeit, auf den an diesem "
                "Tag offenen Betrag: Betrag × Zinssatz im Jahr × Tage ÷ 365. Die Summe jeder "
                "Rechnung wird einmal auf die kleinste Einheit der Währung gerundet; eine Zeile "
                "kann "
                "daher um eine Einheit von ihrer eigenen Rechnung abweichen, ihre Summe nie." },

        { "chronology.channel", "Versand per {1}" },
        { "chronology.address", "Adresse" },
        { "chronology.invoices", "Rechnungen" },
        { "chronology.total", "Erbetener Betrag" },
        { "chronology.deadline", "Genannte Frist" },
        { "chronology.outcome", "Ergebnis" },
        { "chronology.delivery", "Zustellung" },
        { "chronology.reference", "Versandreferenz" },
        { "chronology.subject", "Betreff" },
        { "chronology.sha256", "SHA-256 der Nachricht" },
        { "chronology.chain", "Eintrag {1} des Registers" },
        { "chronology.empty", "Es ist nichts verzeichnet." },
        { "chronology.note",
                "Uhrzeiten, wie die Uhr des Gläubigers sie zeigte: die des Versands, bei "
                "Gesagtem und Vereinbartem die der Erfassung." },

        { "proof.chain",
                "Jeder Versand und jedes seiner Ergebnisse steht in einem Register, dessen "
                "Einträge verkettet sind: Jeder enthält den SHA-256-Wert des vorigen. Wer "
                "einen Eintrag ändert, hinzufügt oder entfernt, ändert alle folgenden." },
        { "proof.head", "Das Register hatte {1} Einträge; der Wert des letzten:" },
        { "proof.hash", "Der Wert jeder Nachricht ist der ihres Textes, wie er versandt wurde. "
                        "Beigefügte Belege sind durch den ihren bestimmt." },

        { "state.pending", "wartet" },
        { "state.handed", "wartet" },
        { "state.sent", "gesendet" },
        { "state.failed", "nicht gesendet" },
        { "state.uncertain", "Versand ungewiss" },
        { "state.cancelled", "zurückgezogen" },

        { "delivered.delivered", "zugestellt" },
        { "delivered.read", "gelesen" },
        { "delivered.bounced", "vom Empfänger abgewiesen" },

        { "channel.email", "E-Mail" },
        { "channel.sms", "SMS" },
        { "channel.whatsapp", "WhatsApp" },
        { "channel.paper", "Brief" },

        { "action.courtesy", "Hinweis vor Fälligkeit" },
        { "action.remind", "Zahlungserinnerung" },
        { "action.resend", "Rechnung erneut gesendet" },
        { "action.deadline", "Zahlungsbitte mit Frist" },
        { "action.call", "Anruf" },
        { "action.suspend", "Leistung ausgesetzt" },
        { "action.agency", "Übergabe an das Inkassobüro" },
        { "action.legal", "Übergabe an den Anwalt" },
        { "action.reconnect", "Leistung wieder aufgenommen" },

        { "occasion.thanks", "Dank" },
        { "occasion.promise-confirmed", "Zusage bestätigt" },
        { "occasion.promise-reminder", "Erinnerung an eine Zusage" },
        { "occasion.promise-broken", "Zusage nicht eingehalten" },
        { "occasion.plan-confirmed", "Ratenplan bestätigt" },
        { "occasion.opt-out-confirmed", "Abmeldung bestätigt" },
        { "occasion.reconnect", "Leistung wieder aufgenommen" },

        { "fact.promise", "Zahlungszusage" },
        { "fact.dispute", "Beanstandung" },
        { "fact.hold", "Aussetzung der Erinnerungen" },
        { "fact.release", "Wiederaufnahme" },
        { "fact.call", "Anruf" },
        { "fact.reply", "Antwort des Kunden" },
        { "fact.plan", "Ratenplan" },
        { "fact.payment", "Zahlung" },
        { "fact.credit", "Gutschrift" },
        { "fact.refund", "Erstattung" },
        { "fact.chargeback", "Rücklastschrift" },
        { "fact.write-off", "Ausbuchung" },
        { "fact.bounce", "Adresse abgewiesen" },
        { "fact.opt-out", "Abmeldung" },
        { "fact.skip", "Schritt übersprungen" },
        { "fact.note", "Notiz" },
        { "fact.promise-broken", "Nicht eingehaltene Zusage" },
        { "fact.plan-broken", "Ratenplan beendet" },
        { "fact.done", "Erledigt" },
        { "fact.waive", "Verzicht auf Zinsen und Kosten" },

        { "letter.date", "{1}" },
        { "letter.subject", "Mahnung: Rechnung {1}" },
        { "letter.subject-many", "Mahnung: {1} Rechnungen" },
        { "letter.greeting", "Sehr geehrte Damen und Herren," },
        { "letter.opening",
                "bis heute ist, soweit wir sehen, die Zahlung der folgenden Rechnungen nicht "
                "bei uns eingegangen." },
        { "letter.opening-one",
                "bis heute ist, soweit wir sehen, die Zahlung der folgenden Rechnung nicht bei "
                "uns eingegangen." },
        { "letter.opening-part",
                "bis heute sind, soweit wir sehen, die folgenden Rechnungen nicht vollständig "
                "bezahlt." },
        { "letter.opening-part-one",
                "bis heute ist, soweit wir sehen, die folgende Rechnung nur teilweise "
                "bezahlt." },
        { "letter.before",
                "Wir haben Ihnen dazu bereits geschrieben ({1}), ohne bisher mit Ihnen eine "
                "Lösung zu finden." },
        { "letter.demand",
                "Hiermit fordern wir Sie auf, den Betrag von {1} bis spätestens {2} zu zahlen." },
        { "letter.demand-eight-days",
                "Hiermit fordern wir Sie auf, den Betrag von {1} innerhalb von acht Tagen nach "
                "Erhalt dieses Schreibens zu zahlen." },
        { "letter.law", "Dieses Schreiben ist eine Mahnung im Sinne des § 286 Abs. 1 BGB." },
        { "letter.charges",
                "Zinsen und Pauschalen sind zum {1} berechnet ({2}); die genaue Aufstellung "
                "senden wir Ihnen gern zu." },
        { "letter.follows.suspension",
                "Ohne Zahlung innerhalb dieser Frist setzen wir unsere Leistung am folgenden Tag "
                "aus; sobald Ihre Zahlung eingeht, nehmen wir sie wieder auf." },
        { "letter.follows.agency", "Ohne Zahlung innerhalb dieser Frist übergeben wir den Vorgang "
                                   "an ein Inkassobüro." },
        { "letter.follows.court", "Ohne Zahlung innerhalb dieser Frist werden wir den Betrag "
                                  "gerichtlich geltend machen." },
        { "letter.contact",
                "Stimmt etwas mit einer Rechnung oder einer Lieferung nicht, oder würde Ihnen eine "
                "Ratenzahlung helfen? Bitte melden Sie sich innerhalb dieser Frist: Wir suchen "
                "gemeinsam eine Lösung. Ist Ihre Zahlung schon unterwegs, betrachten Sie dieses "
                "Schreiben bitte als gegenstandslos." },
        { "letter.closing", "Mit freundlichen Grüßen" },

        { "payment.holder", "Kontoinhaber" },
        { "payment.iban", "IBAN" },
        { "payment.bic", "BIC" },
        { "payment.reference", "Verwendungszweck" },
        { "payment.amount", "Betrag" },
};
const size_t n_words_de = ELEMENTSOF(words_de);
