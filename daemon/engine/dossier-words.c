/* SPDX-License-Identifier: MIT */
/* Owns the sentences for what was said and agreed, as a dossier tells it: a table by kind of fact
 * and language. What is only the firm's own business (its policies, corrected addresses) has none.
 */

#include <errno.h>
#include <stdio.h>

#include "engine/dossier-parts.h"

#define PARTS_MAX 120

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

/* {date}, {amount}, {reference}, {parts} and {fee} are the fact's; texts in brackets are left out
 * where there is none of what they are about. */
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
        { "plan", { "Un échéancier est convenu[ : {parts}][, dont {fee} de frais].",
                          "A payment plan is agreed[: {parts}][, of which {fee} is a fee].",
                          "Eine Ratenzahlung wird vereinbart[: {parts}][, davon {fee} Gebühr].",
                          "Se acuerda un plan de pagos[: {parts}][, con {fee} de gastos].",
                          "Viene concordato un piano di pagamento[: {parts}][, di cui {fee} di "
                          "spese].",
                          "Er wordt een betalingsregeling afgesproken[: {parts}][, waarvan {fee} "
                          "kosten]." } },
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

static const char *const actions[ACTION_MAX][LANGUAGES] = {
        [ACTION_COURTESY] = { "rappel avant échéance", "reminder before the due date",
                "Hinweis vor Fälligkeit", "aviso antes del vencimiento",
                "avviso prima della scadenza", "bericht vóór de vervaldag" },
        [ACTION_REMIND] = { "rappel", "reminder", "Erinnerung", "recordatorio", "sollecito",
                "herinnering" },
        [ACTION_RESEND] = { "nouvel envoi de la facture", "invoice sent again",
                "erneute Zusendung der Rechnung", "nuevo envío de la factura",
                "nuovo invio della fattura", "factuur opnieuw verzonden" },
        [ACTION_DEADLINE] = { "demande avec date limite", "request with a deadline",
                "Aufforderung mit Frist", "requerimiento con fecha límite", "richiesta con termine",
                "verzoek met uiterste datum" },
        [ACTION_CALL] = { "appel", "call", "Anruf", "llamada", "telefonata", "telefoongesprek" },
        [ACTION_SUSPEND] = { "suspension du service", "suspension of the service",
                "Unterbrechung der Leistung", "suspensión del servicio", "sospensione del servizio",
                "opschorting van de dienst" },
        [ACTION_AGENCY] = { "remise à l’agence", "handed to the agency", "Übergabe an das Inkasso",
                "entrega a la agencia", "consegna all’agenzia",
                "overdracht aan het incassobureau" },
        [ACTION_LEGAL] = { "remise à l’avocat", "handed to the lawyer", "Übergabe an den Anwalt",
                "entrega al abogado", "consegna all’avvocato", "overdracht aan de advocaat" },
        [ACTION_RECONNECT] = { "rétablissement du service", "restoration of the service",
                "Wiederaufnahme der Leistung", "restablecimiento del servicio",
                "ripristino del servizio", "herstel van de dienst" },
};

/* R13: a promise of no sum. */
static const char *const all_that_is_open[LANGUAGES] = { "tout ce qui est dû", "all that is open",
        "allem, was offen ist", "todo lo pendiente", "tutto il dovuto", "alles wat openstaat" };

/* "345,84 € le 30 mars 2026" */
static const char *const between[LANGUAGES] = { "le", "on", "am", "el", "il", "op" };

static size_t language_index(const char *language)
{
        for (size_t i = 0; i < LANGUAGES; i++)
                if (strncmp(language, languages[i], 2) == 0)
                        return i;
        return ENGLISH;
}

static size_t language_of(const Making *making)
{
        return language_index(making->engine->config->creditor.language);
}

/* A step that somebody did or left out: its action, and its id where that is another word. */
static const char *step_of(const Making *making, const FactReport *fact)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        const DossierInvoice *invoice = &making->invoices[making->at];
        const Done *found = NULL;

        for (size_t i = invoice->first; i < invoice->first + invoice->n; i++) {
                const Instalment *instalment = &making->account.instalments[i];
                for (size_t k = 0; k < instalment->n_done; k++)
                        if (streq(instalment->done[k].step, fact->reference))
                                found = &instalment->done[k];
        }
        if (!found)
                return fact->reference;
        strbuf_add(&text, actions[found->action][language_of(making)]);
        if (!streq(found->step, action_names[found->action]))
                strbuf_addf(&text, " (%s)", found->step);
        return strbuf_error(&text) < 0 ? NULL : arena_strdup(making->arena, strbuf_text(&text));
}

/* What a fact is about, in words where there are some for it. */
static const char *reference_of(const Making *making, const FactReport *fact)
{
        size_t language = language_of(making);

        if (!fact->is_of_customer && (streq(fact->kind, "done") || streq(fact->kind, "skip")))
                return step_of(making, fact);

        for (size_t i = 0; i < ELEMENTSOF(reasons); i++)
                if (streq(fact->kind, "dispute") && streq(fact->reference, reasons[i].reason))
                        return reasons[i].words[language];
        return fact->reference;
}

static const char *money_of(const Making *making, int64_t minor)
{
        return locale_amount(
                making->locale, minor, making->account.currency, STYLE_TEXT, making->arena);
}

/* What was promised, else what it was confirmed with. */
static const char *amount_of(const Making *making, const FactReport *fact)
{
        int64_t amount = fact->amount;

        if (amount == 0 && streq(fact->kind, "promise")) {
                int r = store_confirmed_sum(
                        making->engine->store, making->account.id, fact->fact, &amount);
                if (r <= 0 || amount == 0)
                        return all_that_is_open[language_of(making)];
        }
        return amount == 0 ? "" : money_of(making, amount);
}

/* Of a plan: "2: 2026-03-30 345.84; 3: …", as store/plans.c has it. */
static const char *parts_of(const Making *making, const FactReport *fact)
{
        const char *items[PARTS_MAX];
        size_t n = 0;

        for (const char *p = fact->changes; n < PARTS_MAX && (p = strchr(p, ':'));) {
                _cleanup_(strbuf_release) StrBuf item = STRBUF_INIT;
                char day[DATE_TEXT_SIZE], amount[MONEY_TEXT_SIZE];
                int64_t minor;
                Date date;
                if (sscanf(p, ": %10[0-9-] %22[0-9.]", day, amount) != 2 ||
                        date_parse(day, &date) < 0 ||
                        money_parse(amount, making->account.currency, &minor) < 0)
                        return "";
                const char *sum = money_of(making, minor);
                const char *when = locale_date(making->locale, date, STYLE_TEXT, making->arena);
                if (!sum || !when)
                        return NULL;
                strbuf_addf(&item, "%s %s %s", sum, between[language_of(making)], when);
                items[n] = strbuf_error(&item) < 0
                                   ? NULL
                                   : arena_strdup(making->arena, strbuf_text(&item));
                if (!items[n++])
                        return NULL;
                p++;
        }
        return n == 0 ? "" : locale_list(making->locale, items, n, making->arena);
}

/* Of a plan, as it was agreed: what lapsed of it (R15) is what the parts lack of their sum. */
static const char *fee_of(const Making *making, const FactReport *fact)
{
        int64_t fee = fact->amount;
        bool is_any = false;

        for (size_t i = 0; i < making->account.n_instalments; i++) {
                const Instalment *each = &making->account.instalments[i];
                if (each->plan != fact->fact)
                        continue;
                is_any = true;
                fee += each->fee - each->amount;
        }
        return is_any && fee > 0 ? money_of(making, fee) : "";
}

/* What "{word}" stands for, "" where there is none; NULL: memory is out. */
static const char *value_of(const Making *making, const FactReport *fact, const char *word)
{
        Arena *arena = making->arena;

        if (strncmp(word, "{date}", 6) == 0)
                return locale_date(making->locale, fact->date, STYLE_TEXT, arena);
        if (strncmp(word, "{amount}", 8) == 0)
                return amount_of(making, fact);
        if (strncmp(word, "{parts}", 7) == 0)
                return parts_of(making, fact);
        if (strncmp(word, "{fee}", 5) == 0)
                return fee_of(making, fact);
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
