/* SPDX-License-Identifier: MIT */
/* Owns the sentences for what was said and agreed, as a dossier tells it: a table by kind of fact
 * and language. What is only the firm's own business (its policies, corrected addresses) has none.
 */

#include <errno.h>

#include "engine/dossier-parts.h"

enum {
        FRENCH,
        ENGLISH,
        GERMAN,
        SPANISH,
        ITALIAN,
        DUTCH,
        LANGUAGES
};
static const char *const languages[LANGUAGES] = { "fr", "en", "de", "es", "it", "nl" };

/* {date}, {amount} and {reference} are the fact's; texts in brackets are left out where the amount
 * or the date that they are about is none. */
static const struct {
        const char *kind;
        const char *sentences[LANGUAGES];
} table[] = {
        { "promise", { "Le client promet de régler[ {amount}] au plus tard le {date}.",
                             "The customer promises to pay[ {amount}] by {date}.",
                             "Der Kunde sagt die Zahlung[ von {amount}] bis zum {date} zu.",
                             "El cliente promete pagar[ {amount}] a más tardar el {date}.",
                             "Il cliente promette di pagare[ {amount}] entro il giorno {date}.",
                             "De klant zegt betaling[ van {amount}] toe uiterlijk op {date}." } },
        { "promise-broken",
                { "Le règlement promis n’est pas arrivé.", "The promised payment has not come.",
                        "Die zugesagte Zahlung ist ausgeblieben.",
                        "El pago prometido no ha llegado.", "Il pagamento promesso non è arrivato.",
                        "De toegezegde betaling is uitgebleven." } },
        { "plan", { "Un échéancier est convenu.", "A payment plan is agreed.",
                          "Eine Ratenzahlung wird vereinbart.", "Se acuerda un plan de pagos.",
                          "Viene concordato un piano di pagamento.",
                          "Er wordt een betalingsregeling afgesproken." } },
        { "plan-broken", { "L’échéancier n’est pas respecté et prend fin.",
                                 "The payment plan is not kept and ends.",
                                 "Die Ratenzahlung wird nicht eingehalten und endet.",
                                 "El plan de pagos no se cumple y termina.",
                                 "Il piano di pagamento non è rispettato e decade.",
                                 "De betalingsregeling wordt niet nagekomen en vervalt." } },
        { "dispute", { "Le client conteste la facture : {reference}.",
                             "The customer disputes the invoice: {reference}.",
                             "Der Kunde beanstandet die Rechnung: {reference}.",
                             "El cliente impugna la factura: {reference}.",
                             "Il cliente contesta la fattura: {reference}.",
                             "De klant betwist de factuur: {reference}." } },
        { "hold", { "La relance est suspendue[ jusqu’au {date}].",
                          "The reminders are suspended[ until {date}].",
                          "Die Mahnungen ruhen[ bis zum {date}].",
                          "Los recordatorios quedan en suspenso[ hasta el {date}].",
                          "I solleciti sono sospesi[ fino al giorno {date}].",
                          "De herinneringen zijn opgeschort[ tot en met {date}]." } },
        { "release", { "La suspension, la contestation ou la promesse prend fin.",
                             "The suspension, dispute or promise ends.",
                             "Die Unterbrechung, Beanstandung oder Zusage endet.",
                             "Termina la suspensión, la impugnación o la promesa.",
                             "Termina la sospensione, la contestazione o la promessa.",
                             "De opschorting, betwisting of toezegging eindigt." } },
        { "reply", { "Le client a répondu.", "The customer has answered.",
                           "Der Kunde hat geantwortet.", "El cliente ha contestado.",
                           "Il cliente ha risposto.", "De klant heeft geantwoord." } },
        { "opt-out", { "Le client ne souhaite plus être contacté par {reference}.",
                             "The customer no longer wants to be contacted by {reference}.",
                             "Der Kunde möchte nicht mehr per {reference} kontaktiert werden.",
                             "El cliente no desea más mensajes por {reference}.",
                             "Il cliente non desidera più essere contattato via {reference}.",
                             "De klant wil niet meer via {reference} worden benaderd." } },
        { "done",
                { "Fait par une personne : {reference}.", "Done by a person: {reference}.",
                        "Persönlich erledigt: {reference}.", "Hecho por una persona: {reference}.",
                        "Fatto da una persona: {reference}.",
                        "Door een medewerker gedaan: {reference}." } },
        { "skip", { "Étape laissée de côté : {reference}.", "Step left out: {reference}.",
                          "Ausgelassener Schritt: {reference}.", "Paso omitido: {reference}.",
                          "Passo tralasciato: {reference}.", "Overgeslagen stap: {reference}." } },
        { "waive",
                { "Les pénalités courues jusqu’à ce jour sont abandonnées.",
                        "The charges that have come up to this day are waived.",
                        "Auf die bis zu diesem Tag angefallenen Zinsen und Kosten wird verzichtet.",
                        "Se renuncia a los recargos devengados hasta este día.",
                        "Si rinuncia agli oneri maturati fino a questo giorno.",
                        "De tot deze dag verschuldigde rente en kosten worden kwijtgescholden." } },
};

/* R14: what a dispute is about. */
static const struct {
        const char *reason;
        const char *words[LANGUAGES];
} reasons[] = {
        { "delivery-late", { "livraison en retard", "late delivery", "verspätete Lieferung",
                                   "entrega tardía", "consegna in ritardo", "te late levering" } },
        { "not-delivered", { "livraison non reçue", "not delivered", "nicht geliefert",
                                   "no entregado", "mancata consegna", "niet geleverd" } },
        { "defective", { "non-conformité ou défaut", "defective", "mangelhaft", "defectuoso",
                               "difetti o non conformità", "gebrekkig" } },
        { "quality", { "qualité", "quality", "Qualität", "calidad", "qualità", "kwaliteit" } },
        { "price", { "prix", "price", "Preis", "precio", "prezzo", "prijs" } },
        { "wrong-invoice", { "facture erronée", "wrong invoice", "falsche Rechnung",
                                   "factura errónea", "fattura errata", "onjuiste factuur" } },
        { "other", { "autre motif", "another reason", "anderer Grund", "otro motivo",
                           "altro motivo", "andere reden" } },
};

static size_t language_index(const char *language)
{
        for (size_t i = 0; i < LANGUAGES; i++)
                if (strncmp(language, languages[i], 2) == 0)
                        return i;
        return ENGLISH;
}

/* What a fact is about, in words where it is a reason for a dispute. */
static const char *reference_of(const Making *making, const FactReport *fact)
{
        size_t language = language_index(making->engine->config->creditor.language);

        for (size_t i = 0; i < ELEMENTSOF(reasons); i++)
                if (streq(fact->kind, "dispute") && streq(fact->reference, reasons[i].reason))
                        return reasons[i].words[language];
        return fact->reference;
}

/* What "{word}" stands for, "" where there is none; NULL: memory is out. */
static const char *value_of(const Making *making, const FactReport *fact, const char *word)
{
        Arena *arena = making->arena;

        if (strncmp(word, "{date}", 6) == 0)
                return locale_date(making->locale, fact->date, STYLE_TEXT, arena);
        if (strncmp(word, "{amount}", 8) == 0 && fact->amount != 0)
                return locale_amount(
                        making->locale, fact->amount, fact->currency, STYLE_TEXT, arena);
        return strncmp(word, "{reference}", 11) == 0 ? reference_of(making, fact) : "";
}

typedef struct Filling {
        const Making *making;
        const FactReport *fact;
        StrBuf *sentence;
        bool is_out_of_memory;
} Filling;

/* Adds text to its end or to the bracket that closes; false: a word in it stands for nothing. */
static bool add_filled(Filling *filling, const char *text, const char *end)
{
        bool is_whole = true;

        while (text < end) {
                const char *close = *text == '{' ? memchr(text, '}', (size_t)(end - text)) : NULL;
                if (!close) {
                        strbuf_add_char(filling->sentence, *text++);
                        continue;
                }
                const char *value = value_of(filling->making, filling->fact, text);
                filling->is_out_of_memory = filling->is_out_of_memory || !value;
                is_whole = is_whole && !is_empty(value);
                strbuf_add(filling->sentence, value ? value : "");
                text = close + 1;
        }
        return is_whole;
}

static void fill(Filling *filling, const char *text)
{
        while (*text) {
                const char *open = strchr(text, '[');
                const char *close = open ? strchr(open, ']') : NULL;
                if (!close) {
                        (void)add_filled(filling, text, text + strlen(text));
                        return;
                }
                (void)add_filled(filling, text, open);
                size_t before = filling->sentence->length;
                if (!add_filled(filling, open + 1, close))
                        strbuf_truncate(filling->sentence, before);
                text = close + 1;
        }
}

int dossier_sentence(const Making *making, const FactReport *fact, StrBuf *sentence)
{
        const char *language = making->engine->config->creditor.language;
        Filling filling = { making, fact, sentence, false };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                if (!streq(table[i].kind, fact->kind))
                        continue;
                fill(&filling, table[i].sentences[language_index(language)]);
                return filling.is_out_of_memory ? -ENOMEM : strbuf_error(sentence);
        }
        return 1;
}
