/* SPDX-License-Identifier: MIT */
/*
 * Owns the making of mails for a preview: one worker after the other loads the channel's module,
 * which is never loaded here, and renders one. Nothing is sent and nothing is written down. The
 * loop goes on meanwhile. A mail that cannot be made refuses the whole preview, in the module's or
 * the checker's own words.
 */

#include "api/mail.h"

#include <errno.h>

#include "api/shapes.h"
#include "base/parse.h"
#include "engine/dossiers.h"
#include "engine/protocol.h"
#include "engine/service.h"
#include "engine/trial.h"

typedef struct Mail {
        json_t *row;
        const Notice *notice;
        struct relanced_message message;
        struct relanced_attachment attachments[ATTACHMENTS_MAX];
        size_t channel; /* its index */
} Mail;

typedef struct Work {
        Mail *mails;
        size_t n, at; /* the one that is being made */
        Trial *trial;
} Work;

static void close_attachments(Mail *mail)
{
        for (size_t i = 0; i < mail->message.n_attachments; i++)
                closep(&mail->attachments[i].fd);
        mail->message.n_attachments = 0;
}

static void work_free(void *owner)
{
        Work *work = owner;

        trial_free(work->trial);
        for (size_t i = 0; i < work->n; i++) {
                close_attachments(&work->mails[i]);
                json_decref(work->mails[i].row);
        }
        free(work->mails);
        free(work);
}

/* 0; 1: refused, one cannot be attached; -errno. A dossier that is still to be made is left out. */
static int open_attachments(Exchange *exchange, const Contact *contact, Mail *mail)
{
        const Config *config = exchange->config;

        for (size_t i = 0; i < contact->n_attachments && i < ATTACHMENTS_MAX; i++) {
                const Attachment *attachment = &contact->attachments[i];
                const char *problem = "cannot be read";
                bool is_dossier = document_is_dossier(attachment->document);
                char sha256[SHA256_TEXT_SIZE];
                int64_t size;
                int fd;
                if (is_empty(attachment->document))
                        continue;
                int r = is_dossier ? dossier_open(config, attachment->document, &fd, &size, sha256)
                                   : document_open(config->documents, attachment->document, &fd,
                                             &size, sha256, &problem);
                if (r < 0)
                        return reply_refuse(&exchange->reply, REPLY_REFUSED, "the document %s %s",
                                       attachment->document, problem),
                               1;
                mail->attachments[mail->message.n_attachments++] = (struct relanced_attachment){
                        .name = attachment->name,
                        .type = is_dossier ? "application/zip" : "application/pdf",
                        .fd = fd,
                        .size = size,
                };
        }
        return 0;
}

static void fill_message(Mail *mail)
{
        const Notice *notice = mail->notice;

        mail->message = (struct relanced_message){
                .attempt = 1,
                .to = notice->to ? notice->to : "",
                .cc = notice->cc ? notice->cc : "",
                .language = notice->language,
                .subject = notice->subject,
                .text = notice->text,
                .html = notice->html,
                .message_id = notice->message_id,
                .references = notice->references ? notice->references : "",
                .date = notice->date.usec / USEC_PER_SEC,
                .attachments = mail->attachments,
                .template_name = notice->template_name,
                .payment_code = notice->payment_code,
        };
}

static int start_trial(Exchange *exchange, Work *work)
{
        const TrialOrder order = {
                .config = exchange->config,
                .channel = work->mails[work->at].channel,
                .message = &work->mails[work->at].message,
                .is_rendered = true,
                .folder = exchange->config->cache,
                .event = exchange->engine->event,
        };

        return trial_new(&order, &work->trial);
}

/* What came of one. 0; 1: refused. */
static int take(Exchange *exchange, Work *work)
{
        const TrialReport *report = trial_report(work->trial);
        Mail *mail = &work->mails[work->at];
        const char *why = report->outcome.detail;

        if (!report->rendered)
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "channel %s makes no mail of this message: %s",
                               mail->notice->channel,
                               is_empty(why) ? "its module gives none" : why),
                       1;
        if (!utf8_is_valid(report->rendered, report->rendered_length))
                return reply_refuse(&exchange->reply, REPLY_REFUSED,
                               "channel %s makes a mail that is no text", mail->notice->channel),
                       1;
        shape_put(
                &mail->row, "eml", json_stringn_nocheck(report->rendered, report->rendered_length));
        reply_add(&exchange->reply, TAKE_PTR(mail->row));
        trial_free(work->trial);
        work->trial = NULL;
        close_attachments(mail);
        work->at++;
        return 0;
}

static int resume_mail(Exchange *exchange)
{
        const Service *service = exchange->engine->service;
        Work *work = exchange->work;

        if (service && service->is_stopping) {
                exchange->resume = NULL;
                return reply_refuse(&exchange->reply, REPLY_BUSY,
                        "the daemon is about to end: ask again once it runs");
        }
        while (trial_is_done(work->trial)) {
                int r = take(exchange, work);
                if (r == 0 && work->at < work->n) {
                        r = start_trial(exchange, work);
                        if (r == 0)
                                continue;
                }
                exchange->resume = NULL;
                return MIN(r, 0);
        }
        return 0;
}

/* 0; 1: refused; -errno. Rows are the work's from the first on. */
static int fill(Exchange *exchange, const Contact *contact, const MailAsked *asked, Work *work)
{
        const Rulebook *book = &exchange->config->book;
        int r = 0;

        for (size_t i = 0; i < work->n; i++) {
                Mail *mail = &work->mails[i];
                mail->row = asked[i].row;
                mail->notice = asked[i].notice;
                fill_message(mail);
                mail->channel = (size_t)rulebook_find_channel(book, mail->notice->channel);
        }
        for (size_t i = 0; r == 0 && i < work->n; i++)
                r = open_attachments(exchange, contact, &work->mails[i]);
        return r;
}

int mail_start(Exchange *exchange, const Contact *contact, const MailAsked *asked, size_t n)
{
        Work *work = calloc(1, sizeof(*work));
        Mail *mails = calloc(n, sizeof(*mails));

        if (!work || !mails) {
                for (size_t i = 0; i < n; i++)
                        json_decref(asked[i].row);
                free(work);
                free(mails);
                return -ENOMEM;
        }
        *work = (Work){ .mails = mails, .n = n };
        exchange->work = work;
        exchange->free_work = work_free;
        int r = fill(exchange, contact, asked, work);
        if (r == 0)
                r = start_trial(exchange, work);
        if (r != 0)
                return MIN(r, 0);
        exchange->resume = resume_mail;
        return resume_mail(exchange);
}
