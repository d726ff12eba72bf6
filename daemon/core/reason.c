/* SPDX-License-Identifier: MIT */
/*
 * Owns the codes and sentences of reasons. In a sentence {step}, {date} and {text} stand for
 * the detail's members, always in a part in [brackets], which is left out when one is not set.
 */

#include "core/reason.h"

#include <errno.h>

typedef struct ReasonText {
        const char *code, *english, *french;
} ReasonText;

static const ReasonText texts[REASON_MAX] = {
        [REASON_DUE] = { "due", "The step[ {step}] is due.", "L'étape[ {step}] est à faire." },
        [REASON_DRAFT] = { "draft", "The invoice is a draft and is not chased.",
                "La facture est un brouillon : elle n'est pas relancée." },
        [REASON_CANCELLED] = { "cancelled", "The invoice is cancelled.",
                "La facture est annulée." },
        [REASON_CREDIT_NOTE] = { "credit-note",
                "Its amount is not positive: it is a credit, nothing is asked for it.",
                "Son montant n'est pas positif : c'est un avoir, rien n'est demandé." },
        [REASON_NO_DUE_DATE] = { "no-due-date", "The invoice has no due date and is not chased.",
                "La facture n'a pas d'échéance : elle n'est pas relancée." },
        [REASON_DIRECT_DEBIT] = { "direct-debit",
                "It is collected by direct debit and not chased unless that is rejected.",
                "Elle est prélevée : elle n'est relancée que si le prélèvement est rejeté." },
        [REASON_DO_NOT_CONTACT] = { "do-not-contact",
                "The customer is tagged do_not_contact and is not chased.",
                "Le client porte la marque do_not_contact : il n'est pas relancé." },
        [REASON_UNKNOWN_POLICY] = { "unknown-policy",
                "Its policy[ {text}] is not in the configuration.",
                "Sa règle de relance[ {text}] n'est pas dans la configuration." },
        [REASON_NO_STEPS] = { "no-steps", "Its policy[ {text}] chases nobody.",
                "Sa règle de relance[ {text}] ne relance personne." },
        [REASON_PAID] = { "paid",
                "Nothing of it is open any more: it is paid, credited or written off.",
                "Il n'en reste rien à payer : elle est réglée, créditée ou passée en perte." },
        [REASON_TOLERATED] = { "tolerated", "What is left is within the policy's tolerance.",
                "Le reste est dans la tolérance de la règle de relance." },
        [REASON_DISPUTED] = { "disputed", "It is disputed: a person must settle that first.",
                "Elle est contestée : une personne doit d'abord régler ce point." },
        [REASON_HELD] = { "held", "It is on hold[ until {date}].",
                "Elle est suspendue[ jusqu'au {date}]." },
        [REASON_HANDED_OVER] = { "handed-over",
                "It was handed over; nothing automatic reaches the customer about it.",
                "Le dossier est transmis ; plus rien d'automatique ne part vers le client." },
        [REASON_UNCERTAIN] = { "uncertain",
                "A notice may or may not have left: that must be settled first.",
                "Un message est peut-être parti : il faut d'abord le vérifier." },
        [REASON_IN_FLIGHT] = { "in-flight", "A notice about it is on its way.",
                "Un message à son sujet est en cours d'envoi." },
        [REASON_ALL_ROUTES_REFUSED] = { "all-routes-refused",
                "Every channel refused the last notice; it waits for another address.",
                "Tous les canaux ont refusé le dernier message ; une autre adresse est attendue." },
        [REASON_NO_ADDRESS] = { "no-address",
                "No channel of the step[ {step}] can reach the customer: an address is missing or "
                "refused, or he has opted out.",
                "Aucun canal de l'étape[ {step}] ne peut joindre le client : adresse absente ou "
                "refusée, ou désinscription." },
        [REASON_LADDER_DONE] = { "ladder-done", "All steps of its ladder are behind it.",
                "Toutes les étapes de sa relance sont passées." },
        [REASON_LADDER_DONE_REOPENED] = { "reopened-without-step",
                "It was reopened[ on {date}] and no step is left: a person must decide.",
                "Elle est rouverte[ depuis le {date}] et aucune étape ne reste : à vous de "
                "décider." },
        [REASON_NOT_A_SERVICE] = { "not-a-service",
                "Only a service can be suspended; this customer buys goods.",
                "Seul un service peut être suspendu ; ce client achète des biens." },
        [REASON_NO_DEADLINE] = { "no-deadline",
                "The step[ {step}] counts from a deadline, and none was printed yet.",
                "L'étape[ {step}] part d'un délai, et aucun n'a encore été annoncé." },
        [REASON_NOT_YET] = { "not-yet", "The step[ {step}] is yet to come[, not before {date}].",
                "L'étape[ {step}] est à venir[, pas avant le {date}]." },
        [REASON_GAP] = { "gap", "The step before was recent[: {step} not before {date}].",
                "L'étape précédente est récente[ : {step} pas avant le {date}]." },
        [REASON_STEP_TODAY] = { "step-today", "One step a day at most[: {step} not before {date}].",
                "Une étape par jour au plus[ : {step} pas avant le {date}]." },
        [REASON_DEADLINE_RUNNING] = { "deadline-running",
                "A printed deadline is still running[: {step} not before {date}].",
                "Un délai annoncé court encore[ : {step} pas avant le {date}]." },
        [REASON_RELEASED] = { "released",
                "A hold, dispute or promise has ended[: {step} not before {date}].",
                "Une suspension, contestation ou promesse a pris fin[ : {step} pas avant le "
                "{date}]." },
        [REASON_REOPENED] = { "reopened", "A payment was undone[: {step} not before {date}].",
                "Un règlement a été annulé[ : {step} pas avant le {date}]." },
        [REASON_NEEDS_APPROVAL] = { "needs-approval",
                "The step[ {step}] waits for a person's approval.",
                "L'étape[ {step}] attend l'accord d'une personne." },
        [REASON_NEEDS_CALL] = { "needs-call", "The next step is a call by a person.",
                "L'étape suivante est un appel téléphonique." },
        [REASON_NEEDS_PERSON] = { "needs-person",
                "The step[ {step}] hands the file over: a person must approve that.",
                "L'étape[ {step}] transmet le dossier : une personne doit l'approuver." },
        [REASON_MIN_TOTAL] = { "below-min-total",
                "The sum is below what the step[ {step}] asks for at least.",
                "La somme est inférieure au minimum de l'étape[ {step}]." },
        [REASON_COVERED] = { "covered", "Credit on the account covers what is open.",
                "Une somme au crédit du compte couvre ce qui reste à régler." },
        [REASON_CONTACT_IN_FLIGHT] = { "contact-in-flight",
                "Another notice to this customer is on its way.",
                "Un autre message à ce client est en cours d'envoi." },
        [REASON_CONTACT_TODAY] = { "contact-today",
                "The customer was already written to that day[: {step} not before {date}].",
                "Un message est déjà parti ce jour-là[ : {step} pas avant le {date}]." },
        [REASON_CONTACT_GAP] = { "contact-gap",
                "The customer was written to lately[: {step} not before {date}].",
                "Un message est parti récemment[ : {step} pas avant le {date}]." },
        [REASON_OUTSIDE_WINDOW] = { "outside-window",
                "It is outside the hours in which messages may leave.",
                "Hors des heures d'envoi." },
        [REASON_DAY_OVER] = { "day-over", "It did not leave on its day; decided again.",
                "Le message n'est pas parti le jour prévu ; il est décidé à nouveau." },
        [REASON_CHANGED] = { "changed", "What it says is no longer so; decided again.",
                "Ce qu'il dit n'est plus exact ; il est décidé à nouveau." },
        [REASON_REFUSED_ADDRESS] = { "refused-address",
                "The channel[ {text}] refuses this address.",
                "Le canal[ {text}] refuse cette adresse." },
        [REASON_REFUSED_MESSAGE] = { "refused-message",
                "The channel[ {text}] refuses this message.",
                "Le canal[ {text}] refuse ce message." },
        [REASON_RETRY] = { "retry", "It has surely not left and is tried again later.",
                "Il n'est sûrement pas parti et sera réessayé." },
        [REASON_CHANNEL_DOWN] = { "channel-down",
                "The channel[ {text}] cannot send until a person has looked at it.",
                "Le canal[ {text}] ne peut rien envoyer avant une intervention." },
        [REASON_WORKER_DIED] = { "worker-died",
                "The worker ended in the middle of it: it may have left.",
                "L'envoi s'est interrompu : le message est peut-être parti." },
        [REASON_MAY_HAVE_BEEN_SENT] = { "may-have-been-sent",
                "The channel[ {text}] cannot tell whether it left.",
                "Le canal[ {text}] ne sait pas dire si le message est parti." },
        [REASON_SETTLED_BY_PERSON] = { "settled-by-person", "A person settled it.",
                "Une personne l'a confirmé." },
        [REASON_ASSUMED_SENT] = { "assumed-sent", "Nothing more was heard of it: taken as sent.",
                "Sans autre nouvelle, le message est tenu pour envoyé." },
        [REASON_BY_PERSON] = { "by-person", "A person asked for it.",
                "À la demande d'une personne." },
        [REASON_THANKS] = { "thanks", "It is paid: thanks are sent.",
                "Elle est réglée : un remerciement est envoyé." },
        [REASON_RECONNECT] = { "reconnect",
                "Nothing that was suspended is open any more: the service comes back.",
                "Plus rien de suspendu ne reste à régler : le service est rétabli." },
        [REASON_PROMISED] = { "promised", "A payment was promised[ until {date}].",
                "Un règlement est promis[ pour le {date}]." },
        [REASON_PLANNED] = { "planned",
                "What was open of it is paid in parts: those are asked for instead.",
                "Son solde est réglé par échéances : ce sont elles qui sont demandées." },
        [REASON_SETTLED] = { "settled", "It was paid in time for a discount: the rest is settled.",
                "Elle a été réglée à temps pour une remise : le reste est soldé." },
        [REASON_ADOPTION] = { "adoption",
                "It was old already when it first came in: a person must approve its first step.",
                "Elle était déjà ancienne à son arrivée : sa première étape attend votre accord." },
        [REASON_STALE] = { "stale",
                "Nothing had looked at the invoices for long: nothing leaves until you resume.",
                "Les factures n'avaient pas été examinées depuis longtemps : rien ne part avant "
                "votre accord." },
        [REASON_PAYMENTS_STALE] = { "payments-stale",
                "The newest imported payment[, of {date},] is too old: no deadline or worse "
                "leaves.",
                "Le dernier règlement importé[, du {date},] est trop ancien : aucun délai, ni rien "
                "de "
                "plus sévère, ne part." },
        [REASON_CLOCK_JUMP] = { "clock-jump",
                "The clock has jumped: nothing leaves until you resume.",
                "L'horloge a fait un saut : rien ne part avant votre accord." },
        [REASON_RESTORED] = { "restored",
                "The store is older than what was sent: nothing leaves until you resume.",
                "La base est plus ancienne que les envois : rien ne part avant votre accord." },
        [REASON_PAUSED] = { "paused", "A person paused all sending.",
                "Une personne a suspendu tous les envois." },
        [REASON_REPLIED] = { "replied", "The customer has answered: a pause[ until {date}].",
                "Le client a répondu : pause[ jusqu'au {date}]." },
        [REASON_NO_RECIPIENT] = { "no-recipient",
                "The configuration names nobody the file could be sent to.",
                "La configuration ne nomme personne à qui transmettre le dossier." },
        [REASON_NO_RATE] = { "no-rate", "Its charges cannot be told[: the rate {text} is missing].",
                "Ses pénalités ne peuvent être calculées[ : le taux {text} manque]." },
        [REASON_APPROVED] = { "approved", "A person approved that the file is sent.",
                "Une personne a approuvé l'envoi du dossier." },
        [REASON_PROMISE_CONFIRMED] = { "promise-confirmed", "A promise is confirmed in writing.",
                "Une promesse est confirmée par écrit." },
        [REASON_PROMISE_REMINDER] = { "promise-reminder", "A promised payment is near: a reminder.",
                "Un règlement promis approche : un rappel." },
        [REASON_PLAN_CONFIRMED] = { "plan-confirmed", "A plan of payments is confirmed in writing.",
                "Un échéancier est confirmé par écrit." },
};

const char *reason_code(Reason reason)
{
        return texts[reason].code;
}

int reason_find(const char *code, Reason *ret_reason)
{
        for (int i = 0; i < REASON_MAX; i++) {
                if (!streq(texts[i].code, code))
                        continue;
                *ret_reason = (Reason)i;
                return 0;
        }
        return -EINVAL;
}

/* Adds the member that p names ("{step}…") and gives its length; 0: it is not set. */
static size_t add_member(const char *p, const ReasonDetail *detail, StrBuf *sentence)
{
        char date[DATE_TEXT_SIZE];
        const struct {
                const char *name, *value;
        } members[] = {
                { "{step}", detail->step },
                { "{date}", date_is_set(detail->date) ? date_format(detail->date, date) : NULL },
                { "{text}", detail->text },
        };

        for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                size_t length = strlen(members[i].name);
                if (strncmp(p, members[i].name, length) != 0)
                        continue;
                if (!members[i].value)
                        return 0;
                strbuf_add(sentence, members[i].value);
                return length;
        }
        return 0;
}

/* Adds the part in brackets at *p, or nothing when a member it names is not set; *p is left behind
 * its closing bracket. */
static void add_part(const char **p, const ReasonDetail *detail, StrBuf *sentence)
{
        size_t before = sentence->length;
        bool is_whole = true;

        for ((*p)++; **p && **p != ']';) {
                if (**p != '{') {
                        strbuf_add_char(sentence, *(*p)++);
                        continue;
                }
                size_t length = add_member(*p, detail, sentence);
                is_whole = is_whole && length > 0;
                *p += length > 0 ? length : strcspn(*p, "}") + 1;
        }
        if (!is_whole)
                strbuf_truncate(sentence, before);
        *p += **p == ']';
}

void reason_sentence(
        Reason reason, const ReasonDetail *detail, const char *language, StrBuf *sentence)
{
        bool is_french = strncmp(language, "fr", 2) == 0;
        const char *p = is_french ? texts[reason].french : texts[reason].english;

        while (*p) {
                if (*p == '[')
                        add_part(&p, detail, sentence);
                else
                        strbuf_add_char(sentence, *p++);
        }
}
