/* SPDX-License-Identifier: MIT */
/* Owns the Dutch of the papers; see words.h. */

#include "paper/words-of.h"

const Word words_nl[] = {
        { "page", "Pagina {1} van {2}" },
        { "as-of", "Per {1}" },
        { "made", "Opgemaakt op {1}" },
        { "at", "{1} om {2}" },
        { "pair", "{1}: {2}" },

        { "title.letter", "Ingebrekestelling" },
        { "title.statement", "Rekeningoverzicht" },
        { "title.charges", "Rente en vergoedingen" },
        { "title.agency", "Dossier voor minnelijke incasso" },
        { "title.court", "Dossier voor een vordering in rechte" },
        { "title.dossier", "Klantdossier" },

        { "party.creditor", "Schuldeiser" },
        { "party.customer", "Klant" },
        { "party.recipient", "Overgedragen aan" },
        { "party.id", "Klantnummer" },
        { "party.registration", "Registratie" },
        { "party.vat", "Btw-nummer" },
        { "party.email", "E-mail" },
        { "party.phone", "Telefoon" },

        { "claim.asked", "Te betalen per {1}" },
        { "claim.principal", "Facturen: nog open" },
        { "claim.credit", "Af: tegoed van de klant" },
        { "claim.interest", "Rente wegens late betaling" },
        { "claim.fixed", "Vaste vergoeding voor incassokosten" },
        { "claim.total", "Totaal" },
        { "claim.unclaimed", "Rente en vergoedingen, niet gevorderd" },
        { "claim.credit-left", "Resterend tegoed van de klant" },

        { "section.contents", "Inhoud" },
        { "section.invoices", "Facturen" },
        { "section.statement", "Rekeningoverzicht" },
        { "section.charges", "Rente en vergoedingen" },
        { "section.chronology", "Verloop van de berichten" },
        { "section.proof", "Bewijs van verzending" },
        { "section.references", "Contracten, leveringen en stukken" },
        { "section.payment", "Betalen per overschrijving" },

        { "column.invoice", "Factuur" },
        { "column.issued", "Datum" },
        { "column.due", "Vervaldatum" },
        { "column.days-late", "Dagen te laat" },
        { "column.amount", "Bedrag" },
        { "column.paid", "Betaald" },
        { "column.open", "Open" },
        { "column.contract", "Contract of bestelling" },
        { "column.delivered", "Levering" },
        { "column.document", "Stuk" },
        { "column.date", "Datum" },
        { "column.operation", "Omschrijving" },
        { "column.reference", "Kenmerk" },
        { "column.debit", "Debet" },
        { "column.credit", "Credit" },
        { "column.balance", "Saldo" },
        { "column.from", "Van" },
        { "column.to", "Tot en met" },
        { "column.days", "Dagen" },
        { "column.base", "Open bedrag" },
        { "column.rate", "Rente per jaar" },
        { "column.sum", "Rente" },
        { "column.instalment", "Termijn" },

        { "invoices.instalment", "Termijn {1}" },
        { "invoices.replaced", "Termijn {1}, vervangen door een betalingsregeling" },
        { "invoices.fee", "Kosten van de betalingsregeling" },
        { "invoices.enclosed", "{1} (bijgevoegd)" },
        { "invoices.not-enclosed", "{1} (niet bijgevoegd)" },
        { "invoices.disputed", "{1} (betwist)" },
        { "invoices.total", "Totaal" },

        { "statement.invoice", "Factuur" },
        { "statement.payment", "Betaling" },
        { "statement.credit", "Creditnota" },
        { "statement.refund", "Terugbetaling" },
        { "statement.chargeback", "Gestorneerde betaling" },
        { "statement.write-off", "Afgeboekt" },
        { "statement.fee", "Kosten" },
        { "statement.discount", "Toegekende korting" },
        { "statement.not-claimed", "Hier niet gevorderd" },
        { "statement.on-account", "Tegoed" },
        { "statement.brought-forward", "Vorig saldo" },
        { "statement.balance", "Saldo op {1}" },
        { "statement.balance-credit", "Saldo op {1}, ten gunste van de klant" },
        { "statement.empty", "Geen boekingen." },
        { "statement.remark",
                "Dit overzicht toont de gevorderde facturen, die waaruit een tegoed komt, en "
                "alles wat daarover tot die dag is geboekt; andere betaalde facturen staan er niet "
                "in. Ontbreekt er iets? Laat het ons weten, dan kijken we het samen met u na." },

        { "charges.none", "Er worden geen rente en geen vergoedingen gevraagd." },
        { "charges.invoice", "Factuur {1}" },
        { "charges.interest", "Rente op deze factuur" },
        { "charges.fixed", "Vaste vergoeding" },
        { "charges.source", "Rechtsgrond" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3), 6",
                "Richtlijn 2011/7/EU, art. 2, punt 6, 3, lid 3, en 6" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3)",
                "Richtlijn 2011/7/EU, art. 2, punt 6, en 3, lid 3" },
        { "law.Loi du 2 août 2002, art. 5, 6", "Wet van 2 augustus 2002, art. 5, 6" },
        { "law.Loi du 2 août 2002, art. 5", "Wet van 2 augustus 2002, art. 5" },
        { "charges.total", "Totaal van rente en vergoedingen" },
        { "charges.unclaimed",
                "Deze bedragen worden niet gevorderd: er is geen factuur meer te betalen, en "
                "op zichzelf worden ze niet gevraagd." },
        { "charges.method",
                "Enkelvoudige rente, dag voor dag, vanaf de dag na de vervaldatum, over het "
                "bedrag dat die dag open stond: bedrag × rente per jaar × dagen ÷ 365. Het "
                "totaal van elke factuur wordt één keer op de kleinste eenheid van de munt "
                "afgerond; "
                "een regel kan daarom een eenheid van zijn eigen berekening afwijken, hun som "
                "nooit." },

        { "chronology.channel", "Verzonden per {1}" },
        { "chronology.address", "Adres" },
        { "chronology.invoices", "Facturen" },
        { "chronology.total", "Gevraagd bedrag" },
        { "chronology.deadline", "Genoemde termijn" },
        { "chronology.outcome", "Resultaat" },
        { "chronology.delivery", "Ontvangstbevestiging" },
        { "chronology.reference", "Verzendkenmerk" },
        { "chronology.subject", "Onderwerp" },
        { "chronology.sha256", "SHA-256 van het bericht" },
        { "chronology.chain", "Inschrijving {1} in het register" },
        { "chronology.empty", "Er is niets vastgelegd." },
        { "chronology.note",
                "Tijden volgens de klok van de schuldeiser: die van verzending, of die van "
                "vastlegging bij wat is gezegd en afgesproken." },

        { "proof.chain",
                "Elke verzending en elk resultaat daarvan staat in een register waarvan de "
                "inschrijvingen aaneengeschakeld zijn: elke bevat de SHA-256-waarde van de "
                "vorige. Wie een inschrijving wijzigt, toevoegt of weghaalt, verandert alle "
                "volgende." },
        { "proof.head", "Het register telde {1} inschrijvingen; de waarde van de laatste:" },
        { "proof.hash", "De waarde van elk bericht is die van zijn tekst zoals die is verzonden. "
                        "Bijgevoegde stukken zijn te herkennen aan de hunne." },

        { "state.pending", "wacht" },
        { "state.handed", "wacht" },
        { "state.sent", "verzonden" },
        { "state.failed", "niet verzonden" },
        { "state.uncertain", "verzending onzeker" },
        { "state.cancelled", "ingetrokken" },

        { "delivered.delivered", "afgeleverd" },
        { "delivered.read", "gelezen" },
        { "delivered.bounced", "geweigerd door de ontvanger" },

        { "channel.email", "e-mail" },
        { "channel.sms", "sms" },
        { "channel.whatsapp", "WhatsApp" },
        { "channel.paper", "brief" },

        { "action.courtesy", "Bericht vóór de vervaldatum" },
        { "action.remind", "Herinnering" },
        { "action.resend", "Factuur opnieuw verzonden" },
        { "action.deadline", "Verzoek met een termijn" },
        { "action.call", "Telefoongesprek" },
        { "action.suspend", "Dienstverlening opgeschort" },
        { "action.agency", "Overgedragen aan het incassobureau" },
        { "action.legal", "Overgedragen aan de advocaat" },
        { "action.reconnect", "Dienstverlening hervat" },

        { "occasion.thanks", "Bedankt" },
        { "occasion.promise-confirmed", "Toezegging bevestigd" },
        { "occasion.promise-reminder", "Herinnering aan een toezegging" },
        { "occasion.promise-broken", "Toezegging niet nagekomen" },
        { "occasion.plan-confirmed", "Betalingsregeling bevestigd" },
        { "occasion.opt-out-confirmed", "Afmelding bevestigd" },
        { "occasion.reconnect", "Dienstverlening hervat" },

        { "fact.promise", "Toezegging te betalen" },
        { "fact.dispute", "Bezwaar van de klant" },
        { "fact.hold", "Herinneringen gepauzeerd" },
        { "fact.release", "Hervat" },
        { "fact.call", "Telefoongesprek" },
        { "fact.reply", "Antwoord van de klant" },
        { "fact.plan", "Betalingsregeling" },
        { "fact.payment", "Betaling" },
        { "fact.credit", "Creditnota" },
        { "fact.refund", "Terugbetaling" },
        { "fact.chargeback", "Gestorneerde betaling" },
        { "fact.write-off", "Afgeboekt" },
        { "fact.bounce", "Adres geweigerd" },
        { "fact.opt-out", "Afmelding" },
        { "fact.skip", "Stap overgeslagen" },
        { "fact.note", "Notitie" },
        { "fact.promise-broken", "Toezegging niet nagekomen" },
        { "fact.plan-broken", "Einde van de betalingsregeling" },
        { "fact.done", "Gedaan" },
        { "fact.waive", "Kwijtschelding van rente en kosten" },

        { "letter.date", "{1}" },
        { "letter.subject", "Betreft: ingebrekestelling, factuur {1}" },
        { "letter.subject-many", "Betreft: ingebrekestelling, {1} facturen" },
        { "letter.greeting", "Geachte heer of mevrouw," },
        { "letter.opening",
                "Tot op heden hebben wij, voor zover wij kunnen nagaan, de betaling van "
                "onderstaande facturen niet ontvangen." },
        { "letter.opening-one",
                "Tot op heden hebben wij, voor zover wij kunnen nagaan, de betaling van "
                "onderstaande factuur niet ontvangen." },
        { "letter.opening-part",
                "Tot op heden zijn, voor zover wij kunnen nagaan, onderstaande facturen niet "
                "volledig betaald." },
        { "letter.opening-part-one",
                "Tot op heden is, voor zover wij kunnen nagaan, onderstaande factuur slechts "
                "gedeeltelijk betaald." },
        { "letter.before", "Wij hebben u hierover al geschreven ({1}), zonder dat wij samen al een "
                           "oplossing hebben gevonden." },
        { "letter.demand", "Hierbij verzoeken wij u formeel het bedrag van {1} uiterlijk op {2} te "
                           "betalen." },
        { "letter.demand-eight-days",
                "Hierbij verzoeken wij u formeel het bedrag van {1} te betalen binnen acht "
                "dagen na ontvangst van deze brief." },
        { "letter.law", "Deze brief is een ingebrekestelling in de zin van artikel 6:82 van het "
                        "Burgerlijk Wetboek." },
        { "letter.charges",
                "Rente en vergoedingen zijn berekend per {1} ({2}); de berekening sturen wij u "
                "graag toe." },
        { "letter.follows.suspension",
                "Zonder betaling binnen die termijn wordt onze dienstverlening de volgende dag "
                "opgeschort; zodra uw betaling binnen is, wordt die hervat." },
        { "letter.follows.agency", "Zonder betaling binnen die termijn dragen wij dit dossier over "
                                   "aan een incassobureau." },
        { "letter.follows.court", "Zonder betaling binnen die termijn leggen wij de zaak voor aan "
                                  "de bevoegde rechter." },
        { "letter.contact", "Klopt er iets niet aan een factuur of een levering, of zou betalen in "
                            "termijnen u helpen? Laat het ons binnen die termijn weten: dan zoeken "
                            "wij samen met u een oplossing. Is uw betaling al onderweg, dan kunt u "
                            "deze brief als niet verzonden beschouwen." },
        { "letter.closing", "Met vriendelijke groet," },

        { "payment.holder", "Rekeninghouder" },
        { "payment.iban", "IBAN" },
        { "payment.bic", "BIC" },
        { "payment.reference", "Omschrijving" },
        { "payment.amount", "Bedrag" },
};
const size_t n_words_nl = ELEMENTSOF(words_nl);
