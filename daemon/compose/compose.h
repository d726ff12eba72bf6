/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_COMPOSE_COMPOSE_H
#define RELANCED_COMPOSE_COMPOSE_H

/*
 * A decision's texts. The HTML of an e-mail is made from its text's own template, so that both say
 * the same. A composer holds the compiled templates and locales; what it makes depends on
 * its arguments alone. It never decides, never reads the store or a clock.
 */

#include "base/arena.h"
#include "config/config.h"
#include "core/charges.h"
#include "core/decide.h"
#include "store/accounts.h"
#include "store/outbox.h"
#include "sys/file.h"

typedef struct Composer Composer;

/* The configuration must outlive the composer. Templates: config->templates first, then the
 * shipped ones. 0 or -errno; a template that is missing or wrong is told when it is used, or by
 * composer_check(). */
int composer_new(const Config *config, Composer **ret_composer);
void composer_free(Composer *composer);
DEFINE_CLEANUP(Composer, composer_free)

/* Compiles every template of every language, action and form that the configuration can need, fills
 * it with an example, and reports what is missing, malformed, names an unknown variable or leaves
 * nothing to send, with file and line; and words of the tone list as warnings (R26). */
int composer_check(Composer *composer, Problems *problems);

/* What one message is made from. details[i] belongs to account->instalments[i].invoice; only those
 * of the planned lines must be filled. */
typedef struct Occasion {
        const Account *account;
        const CustomerDetail *customer;
        const InvoiceDetail *details;
        const Charges
                *charges; /* beside details, of the same invoices; NULL: none are told (R24) */
        const Planned *planned;
        const Attachment *attachments;
        size_t n_attachments;
        const char *payment_code; /* what the QR code of an e-mail says, or NULL */
        int64_t promised;    /* the sum a promise was confirmed with; 0: what is still to come */
        int max_parts;       /* of an SMS: takes its short text rather than more; 0: no limit */
        bool transliterates; /* an SMS into the GSM alphabet */
        Instant now;
        LocalTime local; /* the creditor's */
} Occasion;

typedef struct Message {
        const char *language;      /* of the templates really used: "fr", "en" */
        const char *subject;       /* one line; "" for forms that have none */
        const char *text;          /* never empty */
        const char *html;          /* the same as a page, of e-mails; else NULL */
        const char *payment_code;  /* the occasion's, if the page shows its image "cid:pay" */
        const char *template_name; /* the folder of its texts: "remind" */
        const char *fields;        /* of FORM_WHATSAPP: see context_fields(); else NULL */
} Message;

/*
 * An SMS that has no text of max_parts is given all the same: its module refuses it, never cuts it.
 * Lives in the arena. 0; -ENOENT (no template), -EINVAL (a template is malformed or names an
 * unknown variable): then *ret_problem (arena) says which file, line and what, and the notice must
 * not leave.
 */
int composer_compose(Composer *composer, const Occasion *occasion, Form form, Arena *arena,
        Message *ret_message, const char **ret_problem);

/*
 * An invoice's document as it may be attached: opened beneath the folder, regular, at most 10 MiB,
 * and its digest. 0 and *ret_fd; -errno and *ret_problem (static text) says what is wrong with it.
 */
int document_open(const char *folder, const char *name, int *ret_fd, int64_t *ret_size,
        char sha256[static SHA256_TEXT_SIZE], const char **ret_problem);

/* Whether its reader is the customer. The firm's own people, and whom it instructs, get notes about
 * the customer: in the firm's language, without copies and without a code to pay by. */
bool notice_is_for_customer(const Planned *planned);

/* A notice as its reader is told of it: a demand of what is due asks for nothing else, and what is
 * grouped with it before its day (R8) is only mentioned. The same notice where there is none of
 * that. Lives in the arena. 0 or -ENOMEM. */
int notice_due_now(const Planned *planned, const Account *account, Date today, Arena *arena,
        const Planned **ret_planned);

#endif
