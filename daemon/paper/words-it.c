/* SPDX-License-Identifier: MIT */
/* Owns the Italian of the papers; see words.h. */

#include "paper/words-of.h"

const Word words_it[] = {
        { "page", "Pagina {1} di {2}" },
        { "as-of", "Al {1}" },
        { "made", "Redatto il {1}" },
        { "at", "{1} alle {2}" },
        { "pair", "{1}: {2}" },

        { "title.letter", "Costituzione in mora" },
        { "title.statement", "Estratto conto" },
        { "title.charges", "Interessi e indennizzi" },
        { "title.agency", "Fascicolo per il recupero stragiudiziale" },
        { "title.court", "Fascicolo per la domanda di pagamento" },
        { "title.dossier", "Fascicolo del cliente" },

        { "party.creditor", "Creditore" },
        { "party.customer", "Cliente" },
        { "party.recipient", "Consegnato a" },
        { "party.id", "Codice cliente" },
        { "party.registration", "Registro imprese" },
        { "party.vat", "Partita IVA" },
        { "party.email", "E-mail" },
        { "party.phone", "Telefono" },

        { "claim.asked", "Importo dovuto al {1}" },
        { "claim.principal", "Fatture: ancora da pagare" },
        { "claim.credit", "Meno crediti del cliente" },
        { "claim.interest", "Interessi di mora" },
        { "claim.fixed", "Importo forfettario per i costi di recupero" },
        { "claim.total", "Totale" },
        { "claim.unclaimed", "Interessi e indennizzi, non richiesti" },
        { "claim.credit-left", "Credito residuo del cliente" },

        { "section.contents", "Contenuto" },
        { "section.invoices", "Fatture" },
        { "section.statement", "Estratto conto" },
        { "section.charges", "Interessi e indennizzi" },
        { "section.chronology", "Cronologia delle comunicazioni" },
        { "section.proof", "Prova degli invii" },
        { "section.references", "Contratti, consegne e documenti" },
        { "section.payment", "Per pagare con bonifico" },

        { "column.invoice", "Fattura" },
        { "column.issued", "Emessa il" },
        { "column.due", "Scadenza" },
        { "column.days-late", "Giorni di ritardo" },
        { "column.amount", "Importo" },
        { "column.paid", "Pagato" },
        { "column.open", "Da pagare" },
        { "column.contract", "Contratto o ordine" },
        { "column.delivered", "Consegna" },
        { "column.document", "Documento" },
        { "column.date", "Data" },
        { "column.operation", "Operazione" },
        { "column.reference", "Riferimento" },
        { "column.debit", "Dare" },
        { "column.credit", "Avere" },
        { "column.balance", "Saldo" },
        { "column.from", "Dal" },
        { "column.to", "Al" },
        { "column.days", "Giorni" },
        { "column.base", "Importo dovuto" },
        { "column.rate", "Tasso annuo" },
        { "column.sum", "Interessi" },
        { "column.instalment", "Rata" },

        { "invoices.instalment", "Rata {1}" },
        { "invoices.replaced", "Rata {1}, sostituita da un piano di pagamento" },
        { "invoices.fee", "Spese del piano di pagamento" },
        { "invoices.enclosed", "{1} (allegato)" },
        { "invoices.not-enclosed", "{1} (non allegato)" },
        { "invoices.disputed", "{1} (contestata)" },
        { "invoices.total", "Totale" },

        { "statement.invoice", "Fattura" },
        { "statement.payment", "Pagamento" },
        { "statement.credit", "Nota di credito" },
        { "statement.refund", "Rimborso" },
        { "statement.chargeback", "Pagamento stornato" },
        { "statement.write-off", "Stralcio" },
        { "statement.fee", "Spese" },
        { "statement.discount", "Sconto concesso" },
        { "statement.not-claimed", "Non richiesto qui" },
        { "statement.on-account", "Credito in conto" },
        { "statement.brought-forward", "Riporto" },
        { "statement.balance", "Saldo al {1}" },
        { "statement.balance-credit", "Saldo al {1}, a favore del cliente" },
        { "statement.empty", "Nessuna operazione." },
        { "statement.remark",
                "Questo estratto riporta le fatture richieste, quelle da cui deriva un "
                "credito e tutto ciò che è registrato al riguardo a quella data; le altre "
                "fatture saldate non vi figurano. Manca qualcosa? Ce lo dica e lo verificheremo "
                "insieme." },

        { "charges.none", "Non sono richiesti né interessi né indennizzi." },
        { "charges.invoice", "Fattura {1}" },
        { "charges.interest", "Interessi della fattura" },
        { "charges.fixed", "Importo forfettario" },
        { "charges.source", "Fondamento giuridico" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3), 6",
                "Direttiva 2011/7/UE, artt. 2, punto 6, 3, par. 3, e 6" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3)",
                "Direttiva 2011/7/UE, artt. 2, punto 6, e 3, par. 3" },
        { "law.Loi du 2 août 2002, art. 5, 6", "Loi du 2 août 2002, art. 5, 6" },
        { "law.Loi du 2 août 2002, art. 5", "Loi du 2 août 2002, art. 5" },
        { "charges.total", "Totale di interessi e indennizzi" },
        { "charges.unclaimed",
                "Questi importi non sono richiesti: nessuna fattura resta da pagare e da soli "
                "non vengono chiesti." },
        { "charges.method",
                "Interessi semplici, giorno per giorno, dal giorno dopo la scadenza, "
                "sull’importo dovuto in quel giorno: importo × tasso annuo × giorni ÷ 365. Il "
                "totale di ogni fattura è arrotondato una sola volta, all’unità minima della "
                "valuta; una riga può quindi scostarsi di un’unità dal proprio calcolo, mai la "
                "loro somma." },

        { "chronology.channel", "Inviato via {1}" },
        { "chronology.address", "Indirizzo" },
        { "chronology.invoices", "Fatture" },
        { "chronology.total", "Somma richiesta" },
        { "chronology.deadline", "Termine indicato" },
        { "chronology.outcome", "Esito" },
        { "chronology.delivery", "Ricevuta" },
        { "chronology.reference", "Riferimento d’invio" },
        { "chronology.subject", "Oggetto" },
        { "chronology.sha256", "SHA-256 del messaggio" },
        { "chronology.chain", "Iscrizione {1} nel registro" },
        { "chronology.empty", "Nessuna comunicazione registrata." },
        { "chronology.note",
                "Ore indicate dall’orologio del creditore: quella dell’invio o, per quanto "
                "detto e concordato, quella della registrazione." },

        { "proof.chain",
                "Ogni invio e ogni suo esito sono iscritti in un registro le cui iscrizioni "
                "sono concatenate: ciascuna contiene l’impronta SHA-256 della precedente. "
                "Modificare, aggiungere o togliere un’iscrizione cambia tutte le successive." },
        { "proof.head", "Il registro contava {1} iscrizioni; impronta dell’ultima:" },
        { "proof.hash",
                "L’impronta di ogni messaggio è quella del suo testo così come è partito. I "
                "documenti allegati sono identificati dalla propria." },

        { "state.pending", "in attesa" },
        { "state.handed", "in attesa" },
        { "state.sent", "inviato" },
        { "state.failed", "non inviato" },
        { "state.uncertain", "invio incerto" },
        { "state.cancelled", "annullato" },

        { "delivered.delivered", "consegnato" },
        { "delivered.read", "letto" },
        { "delivered.bounced", "rifiutato dal destinatario" },

        { "channel.email", "e-mail" },
        { "channel.sms", "SMS" },
        { "channel.whatsapp", "WhatsApp" },
        { "channel.paper", "lettera" },

        { "action.courtesy", "Avviso prima della scadenza" },
        { "action.remind", "Promemoria" },
        { "action.resend", "Fattura inviata di nuovo" },
        { "action.deadline", "Richiesta con termine" },
        { "action.call", "Telefonata" },
        { "action.suspend", "Sospensione del servizio" },
        { "action.agency", "Consegna all’agenzia" },
        { "action.legal", "Consegna all’avvocato" },
        { "action.reconnect", "Servizio ripristinato" },

        { "occasion.thanks", "Ringraziamento" },
        { "occasion.promise-confirmed", "Promessa confermata" },
        { "occasion.promise-reminder", "Promemoria di una promessa" },
        { "occasion.promise-broken", "Promessa non mantenuta" },
        { "occasion.plan-confirmed", "Piano di rate confermato" },
        { "occasion.opt-out-confirmed", "Disiscrizione confermata" },
        { "occasion.reconnect", "Servizio ripristinato" },

        { "fact.promise", "Promessa di pagamento" },
        { "fact.dispute", "Contestazione" },
        { "fact.hold", "Sospensione dei promemoria" },
        { "fact.release", "Ripresa" },
        { "fact.call", "Telefonata" },
        { "fact.reply", "Risposta del cliente" },
        { "fact.plan", "Piano di rate" },
        { "fact.payment", "Pagamento" },
        { "fact.credit", "Nota di credito" },
        { "fact.refund", "Rimborso" },
        { "fact.chargeback", "Pagamento stornato" },
        { "fact.write-off", "Stralcio" },
        { "fact.bounce", "Indirizzo rifiutato" },
        { "fact.opt-out", "Disiscrizione" },
        { "fact.skip", "Passaggio saltato" },
        { "fact.note", "Nota" },
        { "fact.promise-broken", "Promessa non mantenuta" },
        { "fact.plan-broken", "Fine del piano di rate" },
        { "fact.done", "Fatto" },
        { "fact.waive", "Rinuncia agli oneri" },

        { "letter.date", "{1}" },
        { "letter.subject", "Oggetto: costituzione in mora, fattura {1}" },
        { "letter.subject-many", "Oggetto: costituzione in mora, {1} fatture" },
        { "letter.greeting", "Gentile cliente," },
        { "letter.opening",
                "a oggi, salvo nostro errore, non ci è pervenuto il pagamento delle fatture "
                "seguenti." },
        { "letter.opening-one",
                "a oggi, salvo nostro errore, non ci è pervenuto il pagamento della fattura "
                "seguente." },
        { "letter.opening-part",
                "a oggi, salvo nostro errore, le fatture seguenti non sono state pagate per "
                "intero." },
        { "letter.opening-part-one",
                "a oggi, salvo nostro errore, la fattura seguente è stata pagata solo in "
                "parte." },
        { "letter.before", "Le abbiamo già scritto in proposito ({1}), senza aver ancora trovato "
                           "una soluzione con Lei." },
        { "letter.demand",
                "Con la presente La invitiamo formalmente a pagare la somma di {1} entro il {2}." },
        { "letter.demand-eight-days",
                "Con la presente La invitiamo formalmente a pagare la somma di {1} entro otto "
                "giorni dal ricevimento di questa lettera." },
        { "letter.law", "Questa lettera vale come costituzione in mora ai sensi dell’art. 1219 del "
                        "Codice civile." },
        { "letter.charges", "Interessi e indennizzi sono calcolati al {1} ({2}); saremo lieti di "
                            "inviarLe il calcolo dettagliato." },
        { "letter.follows.suspension",
                "Senza pagamento entro tale termine il servizio sarà sospeso dal giorno seguente; "
                "sarà ripristinato appena riceveremo il pagamento." },
        { "letter.follows.agency", "Senza pagamento entro tale termine affideremo la pratica a una "
                                   "società di recupero crediti." },
        { "letter.follows.court",
                "Senza pagamento entro tale termine ci rivolgeremo al tribunale competente." },
        { "letter.contact",
                "Se una fattura o una consegna presenta un problema, o se un pagamento a rate può "
                "aiutarLa, ce lo faccia sapere entro tale termine: cercheremo una soluzione con "
                "Lei. Se il pagamento è già in corso, non tenga conto di questa lettera." },
        { "letter.closing", "Distinti saluti" },

        { "payment.holder", "Intestatario" },
        { "payment.iban", "IBAN" },
        { "payment.bic", "BIC" },
        { "payment.reference", "Causale" },
        { "payment.amount", "Importo" },
};
const size_t n_words_it = ELEMENTSOF(words_it);
