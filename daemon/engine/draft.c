/* SPDX-License-Identifier: MIT */
/*
 * Owns the way from a planned notice to rows of the outbox: which routes, which documents, the
 * texts, the Message-ID. Writes in draft_put() alone, which draft_queue() gives a transaction.
 * Fails as templates do, in words.
 */

#include "engine/draft.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/random.h>

#include "compose/context.h"
#include "engine/beside.h"
#include "engine/charges.h"
#include "engine/dossiers.h"
#include "engine/journal.h"
#include "engine/moment.h"
#include "engine/protocol.h"

#define ATTACHED_BYTES_MAX (INT64_C(20) * 1024 * 1024) /* what most mail servers take */

typedef struct Making {
        const DraftSource *source;
        CustomerDetail customer;
        InvoiceDetail *details; /* as many as the account has instalments */
        Charges *charges;       /* as many, or NULL */
        int64_t promised;       /* see beside_promised() */
        Attachment *attachments;
        size_t n_attachments;
        int64_t n_bytes;
        Draft *draft;
        DraftProblem *problem;
} Making;

static const Instalment *line_instalment(const DraftSource *source, size_t line)
{
        return &source->account->instalments[source->planned->lines[line].instalment];
}

static int load_details(Making *making)
{
        const DraftSource *source = making->source;
        Store *store = source->engine->store;
        int r = store_load_customer(
                store, source->account->customer, source->arena, &making->customer);

        making->details = arena_alloc_array(
                source->arena, source->account->n_instalments, sizeof(InvoiceDetail));
        if (!making->details)
                return -ENOMEM;
        for (size_t i = 0; r == 0 && i < source->planned->n_lines; i++)
                r = store_load_invoice(store, line_instalment(source, i)->invoice, source->arena,
                        &making->details[source->planned->lines[i].instalment]);
        return r == 0 ? beside_promised(source, &making->promised) : r;
}

/* Nothing is told rather than a guess. */
static int hold_back_charges(
        const Making *making, const Instalment *instalment, int r, const MissingRate *missing)
{
        DraftProblem problem = { "rate", NULL, instalment->invoice, instalment->seq };

        if (r == CHARGES_NO_RATE)
                problem.sentence = missing_rate_sentence(
                        making->source->engine->config, missing, making->source->arena);
        else if (r == -EOVERFLOW)
                problem.sentence = "the amounts are too large for their charges to be told";
        else
                return r;
        *making->problem = problem;
        return problem.sentence ? -ENODATA : -ENOMEM;
}

/* R24: of every invoice that is asked for, where the notice tells of them. */
static int load_charges(Making *making)
{
        const DraftSource *source = making->source;
        MissingRate missing;

        if (!shows_charges(source->planned))
                return 0;
        making->charges =
                arena_alloc_array(source->arena, source->account->n_instalments, sizeof(Charges));
        if (!making->charges)
                return -ENOMEM;
        for (size_t i = 0; i < source->planned->n_lines; i++) {
                const NoticeLine *line = &source->planned->lines[i];
                const Instalment *instalment = line_instalment(source, i);
                if (line->is_mentioned)
                        continue;
                const ChargesAsked asked = {
                        .account = source->account,
                        .invoice = instalment->invoice,
                        .today = source->now->local.day,
                        .seq = source->planned->kind == NOTICE_HANDOVER ? instalment->seq : 0,
                };
                int r = engine_charges(source->engine, &asked, source->arena,
                        &making->charges[line->instalment], &missing);
                if (r != 0)
                        return hold_back_charges(making, instalment, r, &missing);
        }
        return 0;
}

static const char *fault_sentence(
        const Making *making, const Instalment *instalment, const char *document, const char *what)
{
        _cleanup_(strbuf_release) StrBuf sentence = STRBUF_INIT;

        strbuf_addf(&sentence, "%s: the document %s %s", instalment->number, document, what);
        return arena_strdup(making->source->arena, strbuf_text(&sentence));
}

/* It is left out, and a person is told. */
static int leave_out(
        Making *making, const Instalment *instalment, const char *document, const char *what)
{
        Draft *draft = making->draft;
        const char *sentence = fault_sentence(making, instalment, document, what);

        if (!sentence)
                return -ENOMEM;
        draft->faults[draft->n_faults++] =
                (DocumentFault){ instalment->invoice, instalment->seq, sentence };
        return 0;
}

/* Without it nothing goes: a message that promises a copy has to bring it. */
static int hold_back(
        Making *making, const Instalment *instalment, const char *document, const char *what)
{
        const char *sentence = fault_sentence(making, instalment, document, what);

        if (!sentence)
                return -ENOMEM;
        *making->problem =
                (DraftProblem){ "no-document", sentence, instalment->invoice, instalment->seq };
        return -ENODATA;
}

/* What the message calls it: nothing that turns round what is read. */
static const char *shown_name(const char *document, Arena *arena)
{
        const char *slash = strrchr(document, '/');

        return text_one_line(slash ? slash + 1 : document, 0, arena);
}

/* Attached, or left out, by another line. */
static bool is_settled(const Making *making, int64_t invoice, const char *document)
{
        for (size_t i = 0; i < making->n_attachments; i++)
                if (streq(making->attachments[i].document, document))
                        return true;
        for (size_t i = 0; i < making->draft->n_faults; i++)
                if (making->draft->faults[i].invoice == invoice)
                        return true;
        return false;
}

/* Attaches an invoice's document, or says why not. */
static int attach(Making *making, const Instalment *instalment, const InvoiceDetail *detail)
{
        Arena *arena = making->source->arena;
        char sha256[SHA256_TEXT_SIZE];
        const char *what = NULL;
        int64_t size = 0;
        _cleanup_(closep) int fd = -1;

        if (detail->n_document_customers > 1)
                return leave_out(making, instalment, detail->document,
                        "is named by invoices of several customers and was not attached");
        int r = document_open(making->source->engine->config->documents, detail->document, &fd,
                &size, sha256, &what);
        if (r < 0)
                return r == -ENOMEM ? r : hold_back(making, instalment, detail->document, what);
        if (*detail->document_sha256 && !streq(detail->document_sha256, sha256))
                return leave_out(making, instalment, detail->document,
                        "is not the file any more that was decided on and was not attached");
        if (making->n_attachments == ATTACHMENTS_MAX || making->n_bytes + size > ATTACHED_BYTES_MAX)
                return leave_out(making, instalment, detail->document,
                        "does not fit the message beside the others and was not attached");
        char *copy = arena_strdup(arena, sha256);
        const char *name = shown_name(detail->document, arena);
        if (!copy || !name)
                return -ENOMEM;
        making->n_bytes += size;
        making->attachments[making->n_attachments++] = (Attachment){
                .name = name,
                .document = detail->document,
                .sha256 = copy,
                .size = size,
        };
        if (!*detail->document_sha256)
                making->draft->digests[making->draft->n_digests++] =
                        (DocumentDigest){ instalment->invoice, copy };
        return 0;
}

/* Whether the step wants a line's document; a file that is handed over has it always (R17). */
static bool wants_document(const DraftSource *source, size_t line)
{
        const Step *step = source->planned->step;

        if (source->planned->kind == NOTICE_HANDOVER)
                return true;
        if (!step || step->attach == ATTACH_NONE)
                return false;
        if (source->planned->lines[line].step >= 0)
                return true;
        return step->attach == ATTACH_OVERDUE &&
               date_compare(line_instalment(source, line)->due, source->now->local.day) < 0;
}

/* R17: its dossier has the documents, too. -EAGAIN: it is still to be made. */
static int attach_dossier(Making *making)
{
        const DraftSource *source = making->source;
        const Instalment *lead = &source->account->instalments[source->planned->lead];
        const DossierFor what = {
                source->account->id,
                { lead->invoice, lead->seq, source->planned->action },
                source->now,
        };
        const char *problem = NULL;
        int r = (source->is_preview ? dossiers_show : dossiers_attach)(
                source->engine->dossiers, &what, source->arena, &making->attachments[0], &problem);

        if (r == DOSSIER_COMING && !source->is_preview)
                return -EAGAIN;
        if (r == DOSSIER_READY || r == DOSSIER_COMING) {
                making->n_attachments = 1;
                return 0;
        }
        if (r != DOSSIER_FAILED)
                return r;
        *making->problem = (DraftProblem){ "dossier",
                dossiers_sentence(lead->number, problem, source->arena), lead->invoice, lead->seq };
        return making->problem->sentence ? -ENODATA : -ENOMEM;
}

static int attach_all(Making *making)
{
        const DraftSource *source = making->source;
        size_t n = source->planned->n_lines;

        making->attachments = arena_alloc_array(source->arena, ATTACHMENTS_MAX, sizeof(Attachment));
        making->draft->faults = arena_alloc_array(source->arena, n, sizeof(DocumentFault));
        making->draft->digests = arena_alloc_array(source->arena, n, sizeof(DocumentDigest));
        if (!making->attachments || !making->draft->faults || !making->draft->digests)
                return -ENOMEM;
        if (source->planned->kind == NOTICE_HANDOVER && source->engine->dossiers)
                return attach_dossier(making);
        for (size_t i = 0; i < n; i++) {
                const Instalment *instalment = line_instalment(source, i);
                const InvoiceDetail *detail =
                        &making->details[source->planned->lines[i].instalment];
                if (!wants_document(source, i) || !*detail->document ||
                        is_settled(making, instalment->invoice, detail->document))
                        continue;
                int r = attach(making, instalment, detail);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The part behind the @ of the creditor's address: Message-IDs are of its domain, unless that is an
 * internationalised one, which no header of that kind may hold. */
static const char *mail_domain(const Config *config)
{
        const char *at = strrchr(config->creditor.email, '@');

        for (const char *p = at; p && *p; p++)
                if ((unsigned char)*p >= 0x80)
                        return "localhost";
        return at && at[1] ? at + 1 : "localhost";
}

const char *draft_message_id(const Config *config, Arena *arena)
{
        uint64_t random[2];
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        if (getrandom(random, sizeof(random), 0) != sizeof(random))
                return NULL;
        strbuf_addf(&text, "%016" PRIx64 "%016" PRIx64 "@%s", random[0], random[1],
                mail_domain(config));
        return strbuf_error(&text) < 0 ? NULL : arena_strdup(arena, strbuf_text(&text));
}

const char *draft_address(const Account *account, const Planned *planned, const Channel *channel)
{
        if (planned->recipient && channel->address != ADDRESS_NONE)
                return planned->recipient->email;
        return account->addresses[channel->address];
}

static int make_notice(const Making *making, unsigned route, unsigned alternative,
        Notice *ret_notice, const char **ret_problem)
{
        const DraftSource *source = making->source;
        const Engine *engine = source->engine;
        const Planned *planned = source->planned;
        unsigned index = planned->routes[route].channels[alternative];
        const Channel *channel = &engine->config->book.channels[index];
        Account account = *source->account;
        const char *payment_code;
        Message message;

        int r = beside_payment_code(source, channel->form, &payment_code);
        if (r < 0)
                return r;
        const Occasion occasion = {
                .account = &account,
                .customer = &making->customer,
                .details = making->details,
                .charges = making->charges,
                .planned = planned,
                .attachments = making->attachments,
                .n_attachments = form_takes_documents(channel->form) ? making->n_attachments : 0,
                .payment_code = payment_code,
                .promised = making->promised,
                .max_parts = engine->config->channels[index].max_parts,
                .transliterates = engine->config->channels[index].transliterates,
                .now = source->now->instant,
                .local = source->now->local,
        };
        if (planned->recipient) /* who is no customer is written to in the creditor's language */
                account.language = "";
        r = composer_compose(
                engine->composer, &occasion, channel->form, source->arena, &message, ret_problem);
        if (r < 0)
                return r;
        *ret_notice = (Notice){
                .channel = channel->name,
                .to = draft_address(source->account, planned, channel),
                .language = message.language,
                .message_id = draft_message_id(engine->config, source->arena),
                .subject = message.subject ? message.subject : "",
                .text = message.text,
                .html = message.html,
                .template_name = message.template_name,
                .fields = message.fields,
                .payment_code = message.payment_code,
                .form = channel->form,
                .route = route,
                .alternative = alternative,
                .date = source->now->instant,
                .not_before = INSTANT_NONE,
                .next_try = INSTANT_NONE,
                .begun_at = INSTANT_NONE,
                .reason = planned->reason,
                .day = source->now->local.day,
        };
        return ret_notice->message_id ? beside_fill(source, &making->customer, ret_notice)
                                      : -ENOMEM;
}

/* A second route through the same channel would be the same message twice. */
static bool is_taken(const Draft *draft, const char *channel)
{
        for (size_t i = 0; i < draft->n_notices; i++) {
                if (streq(draft->notices[i].channel, channel))
                        return true;
        }
        return false;
}

/* Reconnecting does not wait for a window (R16). */
static bool may_leave_today(const DraftSource *source, unsigned channel, Instant *ret_opening)
{
        if (source->is_preview || source->planned->kind == NOTICE_RECONNECT)
                return true;
        return channel_opening(source->engine, channel, source->account, source->now, ret_opening);
}

/* A notice for each route that may leave today; the others do not leave at all (R5). */
static int make_notices(const Making *making, const char **ret_problem)
{
        const DraftSource *source = making->source;
        const Planned *planned = source->planned;
        Draft *draft = making->draft;

        draft->notices = arena_alloc_array(source->arena, planned->n_routes, sizeof(Notice));
        if (!draft->notices)
                return -ENOMEM;
        for (unsigned route = 0; route < planned->n_routes; route++) {
                Instant opening = INSTANT_NONE;
                if (planned->chosen[route] < 0)
                        continue;
                unsigned alternative = (unsigned)planned->chosen[route];
                unsigned channel = planned->routes[route].channels[alternative];
                if (is_taken(draft, source->engine->config->book.channels[channel].name))
                        continue;
                if (!may_leave_today(source, channel, &opening))
                        continue;
                Notice *notice = &draft->notices[draft->n_notices];
                int r = make_notice(making, route, alternative, notice, ret_problem);
                if (r < 0)
                        return r;
                notice->not_before = opening;
                draft->n_notices++;
        }
        return 0;
}

static int make_lines(const DraftSource *source, ContactLine **ret_lines)
{
        const Planned *planned = source->planned;
        ContactLine *lines = arena_alloc_array(source->arena, planned->n_lines, sizeof(*lines));

        if (!lines)
                return -ENOMEM;
        for (size_t i = 0; i < planned->n_lines; i++) {
                const Instalment *instalment = line_instalment(source, i);
                lines[i] = (ContactLine){
                        .invoice = instalment->invoice,
                        .seq = instalment->seq,
                        .open = instalment->open,
                        .discount = planned->lines[i].discount,
                };
                if (planned->lines[i].step < 0)
                        continue;
                const Policy *policy = rulebook_policy_of(
                        &source->engine->config->book, source->account, instalment);
                const Step *step = &policy->steps[planned->lines[i].step];
                lines[i].step = step->id;
                lines[i].action = step->action;
                lines[i].prints_deadline = step->deadline_days > 0;
        }
        *ret_lines = lines;
        return 0;
}

/* What an occasion is about, by which it comes once: an invoice, the fact of a promise or plan.
 * NULL: it is none, or there is no memory. */
static const char *subject_key(const DraftSource *source, const Instalment *lead)
{
        StrBuf text = STRBUF_INIT;

        switch (source->planned->kind) {
        case NOTICE_THANKS: return lead->number;
        case NOTICE_PROMISE_CONFIRMED:
        case NOTICE_PROMISE_REMINDER: strbuf_addf(&text, "%" PRId64, lead->promise); break;
        case NOTICE_PLAN_CONFIRMED: strbuf_addf(&text, "%" PRId64, lead->plan); break;
        case NOTICE_CONTACT:
        case NOTICE_SUSPEND:
        case NOTICE_RECONNECT:
        case NOTICE_HANDOVER: return NULL;
        }
        const char *copy = arena_strdup(source->arena, strbuf_text(&text));
        strbuf_release(&text);
        return copy;
}

static int make_contact(const Making *making)
{
        const DraftSource *source = making->source;
        const Planned *planned = source->planned;
        const Instalment *lead = &source->account->instalments[planned->lead];
        const char *occasion = occasion_names[planned->kind];
        const char *subject = subject_key(source, lead);
        ContactLine *lines;

        int r = occasion && !subject ? -ENOMEM : make_lines(source, &lines);
        if (r < 0)
                return r;
        making->draft->contact = (Contact){
                .account = source->account->id,
                .kind = planned->kind,
                .action = planned->action,
                .step = planned->step ? planned->step->id : NULL,
                .policy = planned->policy ? planned->policy->name : NULL,
                .occasion = occasion,
                .subject_key = subject,
                .lead_invoice = lead->invoice,
                .lead_seq = lead->seq,
                .at = source->now->instant,
                .day = source->now->local.day,
                .total = planned->total,
                .deadline = planned->deadline,
                .offer_until = planned->offer_until,
                .reason = planned->reason,
                .on_uncertain = planned->step ? planned->step->on_uncertain : UNCERTAIN_ASSUME_SENT,
                .is_forced = source->is_forced,
                .lines = lines,
                .n_lines = planned->n_lines,
                .attachments = making->attachments,
                .n_attachments = making->n_attachments,
        };
        return 0;
}

int draft_make(const DraftSource *source, Draft *ret_draft, DraftProblem *ret_problem)
{
        Draft draft = { 0 };
        Making making = { .source = source, .draft = &draft, .problem = ret_problem };

        *ret_problem = (DraftProblem){ .kind = "template" };
        int r = load_details(&making);
        if (r == 0)
                r = load_charges(&making);
        if (r == 0)
                r = attach_all(&making);
        if (r == 0)
                r = make_notices(&making, &ret_problem->sentence);
        if (r == 0)
                r = make_contact(&making);
        if (r < 0)
                return r;
        *ret_draft = draft;
        return 0;
}

int draft_make_alternative(const DraftSource *source, const Contact *contact, unsigned route,
        unsigned alternative, Notice *ret_notice, const char **ret_problem)
{
        Making making = {
                .source = source,
                .attachments = (Attachment *)contact->attachments,
                .n_attachments = contact->n_attachments,
        };
        unsigned channel = source->planned->routes[route].channels[alternative];
        Instant opening = INSTANT_NONE;
        DraftProblem problem = { 0 };

        *ret_problem = NULL;
        if (!may_leave_today(source, channel, &opening))
                return -EAGAIN;
        making.problem = &problem;
        int r = load_details(&making);
        if (r == 0)
                r = load_charges(&making);
        *ret_problem = problem.sentence;
        if (r == 0)
                r = make_notice(&making, route, alternative, ret_notice, ret_problem);
        if (r == 0)
                ret_notice->not_before = opening;
        return r;
}

static int put_documents(const DraftSource *source, Draft *draft)
{
        Store *store = source->engine->store;
        int r = 0;

        for (size_t i = 0; r == 0 && i < draft->n_digests; i++)
                r = store_set_document_sha256(
                        store, draft->digests[i].invoice, draft->digests[i].sha256);
        for (size_t i = 0; r == 0 && i < draft->n_faults; i++) {
                const Task task = {
                        .kind = "document",
                        .sentence = draft->faults[i].sentence,
                        .commands = "",
                        .account = source->account->id,
                        .invoice = draft->faults[i].invoice,
                        .seq = draft->faults[i].seq,
                };
                bool is_new;
                r = store_open_task(store, &task, source->now->instant, &is_new);
                draft->n_tasks += r == 0 && is_new;
        }
        return r;
}

int draft_put(const DraftSource *source, Draft *draft)
{
        if (draft->n_notices == 0)
                return 0;
        int r = store_add_contact(
                source->engine->store, &draft->contact, draft->notices, draft->n_notices);
        return r == 0 ? put_documents(source, draft) : r;
}

int draft_queue(const DraftSource *source, Draft *draft)
{
        Store *store = source->engine->store;
        Journal journal = { 0 };

        int r = store_begin(store);
        if (r == 0)
                r = draft_put(source, draft);
        if (r == 0)
                r = store_commit(store);
        if (r != 0) {
                store_rollback(store);
                return r;
        }
        journal_queued(&journal, source, draft);
        journal_write(&journal, source->engine);
        journal_release(&journal);
        return 0;
}
