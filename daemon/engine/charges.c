/* SPDX-License-Identifier: MIT */
/*
 * Owns the way from the store's ledger to a claim: which parts bear charges at all, what of them
 * the policies forgo, which civil days facts are of. Never changes anything, never guesses a rate.
 */

#include "engine/charges.h"

#include <errno.h>

#include "store/ledger.h"

static Date civil_day(const Engine *engine, Instant at)
{
        return instant_is_set(at) ? zone_local(engine->zone, at).day : DATE_NONE;
}

/* R10: no more than that open is nothing. */
static int64_t tolerated(const Engine *engine, const Account *account, const LedgerPart *from)
{
        const Instalment instalment = { .policy = from->policy, .amount = from->part.amount };
        const Policy *policy = rulebook_policy_of(&engine->config->book, account, &instalment);

        return policy ? amounts_get(&policy->tolerance, account->currency) : 0;
}

/* R22: what is not chased because it is not the customer's to act is not late either. */
static bool is_exempt(const LedgerPart *from)
{
        return from->status == STATUS_DRAFT ||
               (from->method == METHOD_DIRECT_DEBIT && !from->collection_failed);
}

static Part make_part(const Engine *engine, const Account *account, const LedgerPart *from)
{
        Part part = from->part;

        part.since = civil_day(engine, from->planned);
        part.until = civil_day(engine, from->replaced);
        part.forgone = MAX(from->granted, tolerated(engine, account, from));
        part.is_exempt = is_exempt(from);
        if (from->status == STATUS_CANCELLED)
                part.amount = part.kept = 0;
        return part;
}

static int load_claim(const Engine *engine, const ChargesAsked *asked, Arena *arena, Claim *claim,
        const int **ret_seqs)
{
        const Account *account = asked->account;
        Ledger ledger;
        int r = store_load_ledger(engine->store, account->id, asked->invoice, arena, &ledger);

        if (r < 0)
                return r;
        Part *parts = arena_alloc_array(arena, ledger.n_parts, sizeof(*parts));
        int *seqs = arena_alloc_array(arena, ledger.n_parts, sizeof(*seqs));
        if (!parts || !seqs)
                return -ENOMEM;
        for (size_t i = 0; i < ledger.n_parts; i++) {
                parts[i] = make_part(engine, account, &ledger.parts[i]);
                seqs[i] = ledger.parts[i].seq;
        }
        *claim = (Claim){
                .currency = account->currency,
                .kind = account->kind,
                .parts = parts,
                .n_parts = ledger.n_parts,
                .changes = ledger.changes,
                .n_changes = ledger.n_changes,
                .settled_until = civil_day(engine, ledger.settled),
        };
        *ret_seqs = seqs;
        return 0;
}

static bool is_open(const ChargesAsked *asked, int seq)
{
        const Account *account = asked->account;

        for (size_t i = 0; i < account->n_instalments; i++) {
                const Instalment *instalment = &account->instalments[i];
                if (instalment->invoice == asked->invoice && instalment->seq == seq)
                        return instalment->open > 0 && instalment->status != STATUS_CANCELLED &&
                               instalment->status != STATUS_DRAFT;
        }
        return false;
}

/* Leaves of a sheet the share of one instalment. */
static int take_share(const ChargesAsked *asked, const int *seqs, Arena *arena, ChargeSheet *sheet)
{
        ChargePeriod *kept = arena_alloc_array(arena, MAX(sheet->n, (size_t)1), sizeof(*kept));
        bool is_oldest = is_open(asked, asked->seq);
        size_t n = 0;

        if (!kept)
                return -ENOMEM;
        for (int seq = 1; seq < asked->seq; seq++)
                is_oldest = is_oldest && !is_open(asked, seq);
        sheet->charges.interest = 0;
        for (size_t i = 0; i < sheet->n; i++) {
                int seq = seqs[sheet->periods[i].part];
                if (seq != asked->seq && !(is_oldest && !is_open(asked, seq)))
                        continue;
                kept[n++] = sheet->periods[i];
                sheet->charges.interest += sheet->periods[i].sum;
        }
        if (!is_oldest)
                sheet->charges.fixed = 0;
        sheet->periods = kept;
        sheet->n = n;
        return 0;
}

static int charges_of_share(const Engine *engine, const ChargesAsked *asked, Arena *arena,
        Charges *ret_charges, MissingRate *ret_missing)
{
        const int *seqs;
        ChargeSheet sheet;
        int r = engine_charge_sheet(engine, asked, arena, &sheet, &seqs, ret_missing);

        if (r == 0)
                *ret_charges = sheet.charges;
        return r;
}

int engine_charges(const Engine *engine, const ChargesAsked *asked, Arena *arena,
        Charges *ret_charges, MissingRate *ret_missing)
{
        const int *seqs;
        Claim claim;

        if (asked->seq > 0)
                return charges_of_share(engine, asked, arena, ret_charges, ret_missing);
        int r = load_claim(engine, asked, arena, &claim, &seqs);

        return r < 0 ? r
                     : charges_of(&engine->config->charges, &claim, asked->today, arena,
                               ret_charges, ret_missing);
}

int engine_charge_sheet(const Engine *engine, const ChargesAsked *asked, Arena *arena,
        ChargeSheet *ret_sheet, const int **ret_seqs, MissingRate *ret_missing)
{
        Claim claim;
        int r = load_claim(engine, asked, arena, &claim, ret_seqs);

        if (r == 0)
                r = charges_sheet(&engine->config->charges, &claim, asked->today, arena, ret_sheet,
                        ret_missing);
        return r != 0 || asked->seq == 0 ? r : take_share(asked, *ret_seqs, arena, ret_sheet);
}

const char *missing_rate_sentence(const Config *config, const MissingRate *missing, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;
        char text[MISSING_RATE_TEXT_SIZE];
        const ReasonDetail detail = { .date = DATE_NONE,
                .text = missing_rate_format(missing, text) };
        bool is_french = strncmp(config->creditor.language, "fr", 2) == 0;

        reason_sentence(REASON_NO_RATE, &detail, config->creditor.language, &sentence);
        strbuf_addf(&sentence, is_french ? " À ajouter dans %s/%s.conf." : " Add it to %s/%s.conf.",
                config->rates, rate_source_names[missing->source]);
        return strbuf_error(&sentence) < 0 ? NULL : arena_strdup(arena, strbuf_text(&sentence));
}

bool shows_charges(const Planned *planned)
{
        return planned->kind == NOTICE_HANDOVER || (planned->step && planned->step->has_charges);
}
