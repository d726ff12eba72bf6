/* SPDX-License-Identifier: MIT */
/*
 * Owns the two requests that a message may take, and whether it is one of Meta's templates or free
 * text: that is for who has written within a day, once; a second try is by template where there is
 * one, since the day may be over. What is wrong with a message is found before anything is uploaded
 * or sent for it. Says at debug level what was asked and answered, without
 * numbers, texts or the token.
 */

#include "channels/whatsapp/cloud.h"

#include <inttypes.h>

#include "channels/whatsapp/answer.h"
#include "channels/whatsapp/body.h"

/* Meta takes documents up to 100 MB; an invoice of more than this is a mistake. */
#define DOCUMENT_BYTES_MAX ((int64_t)16 * 1024 * 1024)
#define TEST_TEMPLATE "test"

static const struct relanced_attachment *find_document(const struct relanced_message *message)
{
        for (size_t i = 0; i < message->n_attachments; i++)
                if (streq(message->attachments[i].type, "application/pdf"))
                        return &message->attachments[i];
        return NULL;
}

static bool is_test(const struct relanced_message *message)
{
        return streq(message->template_name, TEST_TEMPLATE);
}

/* What a message is to be sent as: by a template, or else freely. */
typedef struct Choice {
        const Mapping *mapping;
        const struct relanced_attachment *document;
        bool is_chat;
} Choice;

static Choice choose(const Cloud *cloud, const struct relanced_message *message)
{
        const struct relanced_attachment *document = find_document(message);
        const Mapping *mapping =
                mappings_find(&cloud->mappings, message->template_name, message->language);

        if (message->may_chat && (!mapping || message->attempt <= 1) &&
                body_text_fits(message->text, document != NULL))
                return (Choice){ NULL, document, true };
        return (Choice){ mapping, mapping && mapping->has_document ? document : NULL, false };
}

static int refuse(HttpVerdict *verdict, const char *detail)
{
        verdict->outcome.kind = RELANCED_REFUSED_MESSAGE;
        http_set_detail(verdict, "%s", detail);
        return HTTP_DONE;
}

static int refuse_unmapped(const struct relanced_message *message, HttpVerdict *verdict)
{
        verdict->outcome.kind = RELANCED_REFUSED_MESSAGE;
        http_set_detail(verdict,
                "no template at Meta stands for %s in %s: add \"%s = TEMPLATE(customer.name, "
                "total)\" to this channel's templates, with the template's name and fields",
                message->template_name, message->language, message->template_name);
        return HTTP_DONE;
}

/* NULL, or why the document that the template's header is to be cannot go (static). */
static const char *document_fault(const struct relanced_attachment *document)
{
        if (!document)
                return "the template wants a document, and this message has no PDF: attach one in "
                       "the step, or map a template without";
        if (document->size > DOCUMENT_BYTES_MAX)
                return "the document is larger than 16 MiB";
        return document->size > 0 ? NULL : "the document is empty";
}

/* What the message is to be sent as. HTTP_SEND, or HTTP_DONE and the verdict. */
static int make_draft(const Cloud *cloud, const struct relanced_message *message,
        char code[MAPPING_CODE_SIZE], Draft *ret_draft, HttpVerdict *verdict)
{
        Choice choice = choose(cloud, message);
        Draft draft = {
                .message = message, .mapping = choice.mapping, .document = choice.document
        };

        if (!choice.mapping && !choice.is_chat && !is_test(message))
                return refuse_unmapped(message, verdict);
        if (choice.mapping)
                draft.code =
                        mappings_code(&cloud->mappings, draft.mapping, message->language, code);
        if (choice.document || (choice.mapping && choice.mapping->has_document)) {
                const char *fault = document_fault(choice.document);
                if (fault)
                        return refuse(verdict, fault);
        }
        *ret_draft = draft;
        return HTTP_SEND;
}

/* What http.c does not say: it logs each request's address and answer. */
static void log_asked(const Cloud *cloud, const Draft *draft, bool is_upload)
{
        StrBuf text = STRBUF_INIT;

        strbuf_addf(&text, "notice %" PRIu64 ": ", draft->message->notice);
        if (is_upload)
                strbuf_addf(
                        &text, "uploads its document, %" PRId64 " bytes", draft->document->size);
        else if (draft->mapping)
                strbuf_addf(&text, "asks for template %s (%s) with %zu fields%s",
                        draft->mapping->name, draft->code, draft->mapping->n_fields,
                        draft->document ? " and the document" : "");
        else
                strbuf_addf(&text, "asks for free text%s: %s",
                        draft->document ? " under the document" : "",
                        draft->message->may_chat ? "the recipient has just written"
                                                 : "no template is mapped for tests");
        cloud->host->log(cloud->host, RELANCED_DEBUG, strbuf_text(&text));
        strbuf_release(&text);
}

static void start_request(const Cloud *cloud, const char *endpoint, HttpRequest *request)
{
        request->method = "POST";
        strbuf_addf(&request->url, "%s/%s/%s", cloud->url, cloud->phone_id, endpoint);
        strbuf_addf(&request->headers, "Authorization: Bearer %s\nAccept: application/json\n",
                cloud->token);
}

static void ask_upload(const Cloud *cloud, const Draft *draft, HttpRequest *request)
{
        start_request(cloud, "media", request);
        strbuf_addf(&request->form, "messaging_product=whatsapp\ntype=%s\n", draft->document->type);
        request->file = (HttpFile){
                .field = "file",
                .name = draft->document->name,
                .type = draft->document->type,
                .fd = draft->document->fd,
                .size = draft->document->size,
        };
}

static int refuse_without_memory(HttpVerdict *verdict)
{
        verdict->outcome.kind = RELANCED_RETRY;
        http_set_detail(verdict, "there is not enough memory for the request");
        return HTTP_DONE;
}

static int cloud_ask(
        void *state, HttpExchange *exchange, HttpRequest *request, HttpVerdict *verdict)
{
        const Cloud *cloud = state;
        char code[MAPPING_CODE_SIZE];
        _cleanup_(strbuf_release) StrBuf body = STRBUF_INIT, problem = STRBUF_INIT;
        Draft draft;

        if (make_draft(cloud, exchange->message, code, &draft, verdict) == HTTP_DONE)
                return HTTP_DONE;
        bool is_upload = draft.document && exchange->stage == 0;
        draft.media_id = exchange->note;
        /* Made for an upload, too: nothing is uploaded for a message that cannot follow. */
        int r = body_make(&draft, &body, &problem);
        if (r == BODY_REFUSED)
                return refuse(verdict, strbuf_text(&problem));
        if (r < 0)
                return refuse_without_memory(verdict);
        log_asked(cloud, &draft, is_upload);
        if (is_upload) {
                ask_upload(cloud, &draft, request);
        } else {
                start_request(cloud, "messages", request);
                strbuf_add(&request->headers, "Content-Type: application/json\n");
                strbuf_add_bytes(&request->body, body.text, body.length);
                request->is_irrevocable = true;
        }
        return HTTP_SEND;
}

/* What a person should know of a message that went. */
static void add_remark(HttpVerdict *verdict, const char *remark)
{
        http_set_detail(verdict, "%s; %s", verdict->detail, remark);
}

/* Free text that Meta does not take any more has a template for its next try, if one is mapped. */
static void judge_chat(
        const Cloud *cloud, const struct relanced_message *message, HttpVerdict *verdict)
{
        if (verdict->outcome.kind == RELANCED_REFUSED_MESSAGE &&
                mappings_find(&cloud->mappings, message->template_name, message->language)) {
                verdict->outcome.kind = RELANCED_RETRY;
                verdict->outcome.retry_after_s = 1;
                add_remark(verdict, "its template goes instead");
        }
}

static int cloud_judge(
        void *state, HttpExchange *exchange, const HttpReply *reply, HttpVerdict *verdict)
{
        const Cloud *cloud = state;
        const struct relanced_message *message = exchange->message;
        Choice choice = choose(cloud, message);

        if (choice.document && exchange->stage == 0)
                return answer_judge_upload(reply, message->attempt, exchange->note, verdict);
        answer_judge_message(reply, message->attempt, verdict);
        if (choice.is_chat)
                judge_chat(cloud, message, verdict);
        if (verdict->outcome.kind != RELANCED_SENT)
                return HTTP_DONE;
        if (!choice.mapping && !choice.is_chat)
                add_remark(verdict, "a plain text only arrives if this number has written to the "
                                    "firm's within 24 hours: for a test at any time add \"test = "
                                    "TEMPLATE(…)\" to this channel's templates");
        else if (choice.document && message->n_attachments > 1)
                add_remark(verdict, "only the first document went along: a message carries one");
        return HTTP_DONE;
}

const HttpProvider cloud_provider = { cloud_ask, cloud_judge };
