/* SPDX-License-Identifier: MIT */
/* Owns the French of the papers; see words.h, which sets its spaces. */

#include "paper/words-of.h"

const Word words_fr[] = {
        { "page", "Page {1} / {2}" },
        { "as-of", "Arrêté au {1}" },
        { "made", "Établi le {1}" },
        { "at", "{1} à {2}" },
        { "pair", "{1} : {2}" },

        { "title.letter", "Mise en demeure de payer" },
        { "title.statement", "Relevé de compte" },
        { "title.charges", "Décompte des intérêts et indemnités" },
        { "title.agency", "Dossier de recouvrement amiable" },
        { "title.court", "Dossier de demande en paiement" },
        { "title.dossier", "Dossier client" },

        { "party.creditor", "Créancier" },
        { "party.customer", "Client" },
        { "party.recipient", "Remis à" },
        { "party.id", "Numéro de client" },
        { "party.registration", "Immatriculation" },
        { "party.vat", "N° de TVA" },
        { "party.email", "E-mail" },
        { "party.phone", "Téléphone" },

        { "claim.asked", "Montant dû au {1}" },
        { "claim.principal", "Factures : reste dû" },
        { "claim.credit", "Avoirs et acomptes à déduire" },
        { "claim.interest", "Intérêts de retard" },
        { "claim.fixed", "Indemnité forfaitaire de recouvrement" },
        { "claim.total", "Total" },
        { "claim.unclaimed", "Intérêts et indemnités, non réclamés" },
        { "claim.credit-left", "Crédit qui reste au client" },

        { "section.contents", "Contenu" },
        { "section.invoices", "Factures" },
        { "section.statement", "Relevé de compte" },
        { "section.charges", "Intérêts et indemnités" },
        { "section.chronology", "Chronologie des échanges" },
        { "section.proof", "Preuve des envois" },
        { "section.references", "Contrats, livraisons et pièces" },
        { "section.payment", "Pour régler par virement" },

        { "column.invoice", "Facture" },
        { "column.issued", "Émise le" },
        { "column.due", "Échéance" },
        { "column.days-late", "Jours de retard" },
        { "column.amount", "Montant" },
        { "column.paid", "Réglé" },
        { "column.open", "Reste dû" },
        { "column.contract", "Contrat ou commande" },
        { "column.delivered", "Livraison" },
        { "column.document", "Pièce" },
        { "column.date", "Date" },
        { "column.operation", "Opération" },
        { "column.reference", "Référence" },
        { "column.debit", "Débit" },
        { "column.credit", "Crédit" },
        { "column.balance", "Solde" },
        { "column.from", "Du" },
        { "column.to", "Au" },
        { "column.days", "Jours" },
        { "column.base", "Montant dû" },
        { "column.rate", "Taux annuel" },
        { "column.sum", "Intérêts" },
        { "column.instalment", "Échéance n°" },

        { "invoices.instalment", "Échéance {1}" },
        { "invoices.replaced", "Échéance {1}, remplacée par un échéancier" },
        { "invoices.fee", "Frais de l’échéancier" },
        { "invoices.enclosed", "{1} (jointe)" },
        { "invoices.not-enclosed", "{1} (non jointe)" },
        { "invoices.disputed", "{1} (contestée)" },
        { "invoices.total", "Total" },

        { "statement.invoice", "Facture" },
        { "statement.payment", "Règlement" },
        { "statement.credit", "Avoir" },
        { "statement.refund", "Remboursement" },
        { "statement.chargeback", "Paiement rejeté" },
        { "statement.write-off", "Abandon de créance" },
        { "statement.fee", "Frais" },
        { "statement.discount", "Escompte accordé" },
        { "statement.not-claimed", "Non réclamé ici" },
        { "statement.on-account", "Crédit du compte" },
        { "statement.brought-forward", "Report" },
        { "statement.balance", "Solde au {1}" },
        { "statement.balance-credit", "Solde au {1}, en faveur du client" },
        { "statement.empty", "Aucune opération." },
        { "statement.remark",
                "Ce relevé reprend les factures réclamées, celles dont vient un crédit, et "
                "tout ce qui est enregistré à leur sujet à cette date ; les autres factures "
                "soldées n’y sont pas. Une opération vous semble manquer ? Répondez-nous, nous la "
                "vérifierons avec vous." },

        { "charges.none", "Aucun intérêt ni aucune indemnité ne sont demandés." },
        { "charges.invoice", "Facture {1}" },
        { "charges.interest", "Intérêts de la facture" },
        { "charges.fixed", "Indemnité forfaitaire" },
        { "charges.source", "Fondement" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3), 6",
                "Directive 2011/7/UE, art. 2(6), 3(3), 6" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3)", "Directive 2011/7/UE, art. 2(6), 3(3)" },
        { "law.Loi du 2 août 2002, art. 5, 6", "Loi du 2 août 2002, art. 5, 6" },
        { "law.Loi du 2 août 2002, art. 5", "Loi du 2 août 2002, art. 5" },
        { "charges.total", "Total des intérêts et indemnités" },
        { "charges.unclaimed",
                "Ces frais ne sont pas réclamés : aucune facture ne reste à régler, et ils ne "
                "sont pas demandés seuls." },
        { "charges.method",
                "Intérêts simples, jour par jour, dès le lendemain de l’échéance, sur le montant "
                "restant dû ce jour-là : montant × taux annuel × jours ÷ 365. Le total de chaque "
                "facture est arrondi une seule fois, à la plus petite unité de la monnaie ; une "
                "ligne peut donc s’écarter d’une unité de son propre calcul, jamais leur somme." },

        { "chronology.channel", "Envoi par {1}" },
        { "chronology.address", "Adresse" },
        { "chronology.invoices", "Factures" },
        { "chronology.total", "Somme demandée" },
        { "chronology.deadline", "Date limite indiquée" },
        { "chronology.outcome", "Résultat" },
        { "chronology.delivery", "Accusé" },
        { "chronology.reference", "Référence d’envoi" },
        { "chronology.subject", "Objet" },
        { "chronology.sha256", "SHA-256 du message" },
        { "chronology.chain", "Inscription {1} au registre" },
        { "chronology.empty", "Aucun échange n’est enregistré." },
        { "chronology.note",
                "Heures telles que l’horloge du créancier les indiquait : celle de l’envoi, "
                "ou celle de l’enregistrement pour ce qui a été dit ou convenu." },

        { "proof.chain",
                "Chaque envoi et chacun de ses résultats sont inscrits dans un registre dont les "
                "inscriptions sont enchaînées : chacune contient l’empreinte SHA-256 de la "
                "précédente. Modifier, ajouter ou retirer une inscription change toutes les "
                "suivantes." },
        { "proof.head", "Le registre comptait {1} inscriptions ; empreinte de la dernière :" },
        { "proof.hash",
                "L’empreinte de chaque message est celle de son texte tel qu’il est parti. Les "
                "pièces jointes s’identifient par la leur." },

        { "state.pending", "en attente" },
        { "state.handed", "en attente" },
        { "state.sent", "envoyé" },
        { "state.failed", "non envoyé" },
        { "state.uncertain", "envoi incertain" },
        { "state.cancelled", "annulé" },
        { "delivered.delivered", "remis" },
        { "delivered.read", "lu" },
        { "delivered.bounced", "refusé par le destinataire" },

        { "channel.email", "e-mail" },
        { "channel.sms", "SMS" },
        { "channel.whatsapp", "WhatsApp" },
        { "channel.paper", "courrier" },

        { "action.courtesy", "Rappel avant échéance" },
        { "action.remind", "Rappel" },
        { "action.resend", "Nouvel envoi de la facture" },
        { "action.deadline", "Demande avec date limite" },
        { "action.call", "Appel" },
        { "action.suspend", "Suspension du service" },
        { "action.agency", "Remise à l’agence" },
        { "action.legal", "Remise à l’avocat" },
        { "action.reconnect", "Rétablissement du service" },
        { "occasion.thanks", "Remerciement" },
        { "occasion.promise-confirmed", "Promesse confirmée" },
        { "occasion.promise-reminder", "Rappel d’une promesse" },
        { "occasion.promise-broken", "Promesse non tenue" },
        { "occasion.plan-confirmed", "Échéancier confirmé" },
        { "occasion.opt-out-confirmed", "Désinscription confirmée" },
        { "occasion.reconnect", "Rétablissement du service" },

        { "fact.promise", "Promesse de règlement" },
        { "fact.dispute", "Contestation" },
        { "fact.hold", "Suspension des relances" },
        { "fact.release", "Reprise" },
        { "fact.call", "Appel" },
        { "fact.reply", "Réponse du client" },
        { "fact.plan", "Échéancier" },
        { "fact.payment", "Règlement" },
        { "fact.credit", "Avoir" },
        { "fact.refund", "Remboursement" },
        { "fact.chargeback", "Paiement rejeté" },
        { "fact.write-off", "Abandon de créance" },
        { "fact.bounce", "Adresse refusée" },
        { "fact.opt-out", "Désinscription" },
        { "fact.skip", "Étape passée" },
        { "fact.note", "Note" },
        { "fact.promise-broken", "Promesse non tenue" },
        { "fact.plan-broken", "Fin de l’échéancier" },
        { "fact.done", "Fait" },
        { "fact.waive", "Abandon des pénalités" },

        { "letter.date", "Le {1}" },
        { "letter.subject", "Objet : mise en demeure de payer, facture {1}" },
        { "letter.subject-many", "Objet : mise en demeure de payer, {1} factures" },
        { "letter.greeting", "Madame, Monsieur," },
        { "letter.opening",
                "À ce jour, et sauf erreur de notre part, le règlement des factures ci-dessous ne "
                "nous est pas parvenu." },
        { "letter.opening-one",
                "À ce jour, et sauf erreur de notre part, le règlement de la facture ci-dessous ne "
                "nous est pas parvenu." },
        { "letter.opening-part",
                "À ce jour, et sauf erreur de notre part, les factures ci-dessous n’ont pas "
                "été réglées en totalité." },
        { "letter.opening-part-one",
                "À ce jour, et sauf erreur de notre part, la facture ci-dessous n’a été que "
                "partiellement réglée." },
        { "letter.before",
                "Nous vous avons déjà écrit à ce sujet ({1}), sans avoir encore trouvé de solution "
                "avec vous." },
        { "letter.demand",
                "Par la présente, nous vous mettons en demeure de nous régler la somme de {1} au "
                "plus tard le {2}." },
        { "letter.demand-eight-days",
                "Par la présente, nous vous mettons en demeure de nous régler la somme de {1} dans "
                "les huit jours suivant la réception de cette lettre." },
        { "letter.law",
                "Cette lettre vaut mise en demeure au sens de l’article 1344 du Code civil." },
        { "letter.charges", "Les intérêts et indemnités sont calculés au {1} ({2}) ; le décompte "
                            "détaillé vous est remis sur simple demande." },
        { "letter.follows.suspension",
                "Sans règlement dans ce délai, le service sera suspendu dès le lendemain de son "
                "terme ; il sera rétabli dès réception de votre paiement." },
        { "letter.follows.agency", "Sans règlement dans ce délai, nous confierons le suivi de ce "
                                   "dossier à une société de recouvrement." },
        { "letter.follows.court", "Sans règlement dans ce délai, nous demanderons le paiement au "
                                  "tribunal compétent." },
        { "letter.contact", "Si une facture ou une livraison pose difficulté, ou si un règlement "
                            "en plusieurs fois vous aiderait, dites-le-nous dans ce délai : nous "
                            "chercherons une solution avec vous. Si votre règlement est déjà en "
                            "route, merci de ne pas tenir compte de cette lettre." },
        { "letter.closing",
                "Nous vous prions d’agréer, Madame, Monsieur, l’expression de nos salutations "
                "distinguées." },

        { "payment.holder", "Titulaire" },
        { "payment.iban", "IBAN" },
        { "payment.bic", "BIC" },
        { "payment.reference", "Référence à indiquer" },
        { "payment.amount", "Montant" },
};
const size_t n_words_fr = ELEMENTSOF(words_fr);
