/* SPDX-License-Identifier: MIT */
/*
 * Owns who is copied, what a mail is an answer to, what its payment code says, and who may be
 * answered freely. All of it goes into the outbox with the texts: a retry asks nothing anew. Never
 * checks an address: the channel knows what it can write to.
 */

#include "engine/beside.h"

#include <errno.h>

#include "compose/context.h"
#include "config/codes.h"
#include "core/epc.h"
#include "store/persons.h"
#include "store/thread.h"

#define NUMBERS_MAX 64                       /* more than the text of a transfer holds */
#define CHAT_USEC (23 * 3600 * USEC_PER_SEC) /* of 24 hours */

/* Whether its total is what the customer should pay now. A plan's is all of its parts. */
static bool asks_for_total(const Planned *planned)
{
        switch (planned->kind) {
        case NOTICE_CONTACT:
        case NOTICE_SUSPEND:
        case NOTICE_PROMISE_CONFIRMED:
        case NOTICE_PROMISE_REMINDER: return notice_is_for_customer(planned);
        case NOTICE_RECONNECT:
        case NOTICE_THANKS:
        case NOTICE_PLAN_CONFIRMED:
        case NOTICE_HANDOVER: return false;
        }
        return false;
}

/* Of the invoices whose sum it is, each once and as the message shows it: how many; -ENOMEM. */
static int list_numbers(
        const DraftSource *source, const Planned *planned, const char *numbers[static NUMBERS_MAX])
{
        int n = 0;

        for (size_t i = 0; i < planned->n_lines && n < NUMBERS_MAX; i++) {
                const NoticeLine *line = &planned->lines[i];
                const Instalment *instalment = &source->account->instalments[line->instalment];
                const char *number = text_one_line(instalment->number, 0, source->arena);
                bool is_listed = line->is_mentioned;
                if (!number)
                        return -ENOMEM;
                for (int k = 0; k < n && !is_listed; k++)
                        is_listed = streq(numbers[k], number);
                if (!is_listed)
                        numbers[n++] = number;
        }
        return n;
}

int beside_payment_code(const DraftSource *source, Form form, const char **ret_code)
{
        const Creditor *creditor = &source->engine->config->creditor;
        const char *numbers[NUMBERS_MAX];
        const Planned *told;
        char text[EPC_SIZE];

        *ret_code = NULL;
        if (form != FORM_EMAIL || !asks_for_total(source->planned) ||
                !streq(source->account->currency, "EUR") || !iban_is_valid(creditor->iban))
                return 0;
        int n = notice_due_now(
                source->planned, source->account, source->now->local.day, source->arena, &told);
        if (n == 0)
                n = list_numbers(source, told, numbers);
        if (n < 0)
                return n;
        const EpcTransfer transfer = {
                .name = creditor->name,
                .iban = creditor->iban,
                .bic = creditor->bic,
                .cents = told->total,
                .numbers = numbers,
                .n_numbers = (size_t)n,
        };
        if (!epc_write(&transfer, text))
                return 0;
        *ret_code = arena_strdup(source->arena, text);
        return *ret_code ? 0 : -ENOMEM;
}

/* The mails before this one, by blank, or "". */
static int join(const Thread *thread, Arena *arena, const char **ret_references)
{
        StrBuf text = STRBUF_INIT;

        for (size_t i = 0; i < thread->n; i++)
                strbuf_addf(&text, "%s%s", i > 0 ? " " : "", thread->message_ids[i]);
        *ret_references = strbuf_error(&text) < 0 ? NULL : arena_strdup(arena, strbuf_text(&text));
        strbuf_release(&text);
        return *ret_references ? 0 : -ENOMEM;
}

/* By WhatsApp who has written is answered freely for a day; the notice may wait a while for its
 * turn. */
static int fill_chat(const DraftSource *source, Notice *notice)
{
        const Instant since = { source->now->instant.usec - CHAT_USEC };

        if (!notice_is_for_customer(source->planned))
                return 0;
        return store_has_written(source->engine->store, source->account->customer, notice->channel,
                since, &notice->may_chat);
}

static int fill_mail(const DraftSource *source, const CustomerDetail *customer, Notice *notice)
{
        const Planned *planned = source->planned;
        Thread thread = { .n = 0 };
        int r = 0;

        notice->cc = notice_is_for_customer(planned) ? customer->cc : "";
        for (size_t i = 0; r == 0 && i < planned->n_lines; i++) {
                const Instalment *instalment =
                        &source->account->instalments[planned->lines[i].instalment];
                bool is_aside = planned->kind == NOTICE_CONTACT && planned->lines[i].step < 0;
                if (!is_aside) /* what is only listed has mails of its own */
                        r = store_add_to_thread(source->engine->store, instalment->invoice,
                                instalment->seq, notice->to, source->arena, &thread);
        }
        return r < 0 ? r : join(&thread, source->arena, &notice->references);
}

int beside_fill(const DraftSource *source, const CustomerDetail *customer, Notice *notice)
{
        switch (notice->form) {
        case FORM_EMAIL: return fill_mail(source, customer, notice);
        case FORM_WHATSAPP: return fill_chat(source, notice);
        case FORM_SMS:
        case FORM_EVENT: return 0;
        }
        return 0;
}

int beside_promised(const DraftSource *source, int64_t *ret_minor)
{
        const Planned *planned = source->planned;
        const Instalment *lead = &source->account->instalments[planned->lead];
        int64_t minor = 0;
        int r = 0;

        if (planned->kind == NOTICE_PROMISE_REMINDER)
                r = store_confirmed_sum(
                        source->engine->store, source->account->id, lead->promise, &minor);
        if (r < 0)
                return r;
        *ret_minor = minor;
        return 0;
}
