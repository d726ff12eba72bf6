/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_WHATSAPP_MAPPING_H
#define RELANCED_WHATSAPP_MAPPING_H

/*
 * Which of the firm's templates at Meta stands for which message, as the owner wrote it: one line
 * for each, in
 *
 *         templates = [ "remind = payment_reminder(customer.name, numbers, total)",
 *                       "remind@en = payment_reminder_en[en_GB](customer.name, numbers, total)",
 *                       "resend = invoice_again(customer.name, total) with document" ];
 *         languages = [ "en = en_US" ];
 *
 * remind: the message's template_name, in any language that has no line of its own; remind@en: in
 * English. Then the template's name at Meta; its language code there, where it is not the
 * message's; the fields that its {{1}}, {{2}} … stand for; and whether its header is a document.
 * languages gives a language's code at Meta where that is not the language itself.
 */

#include "base/arena.h"
#include "base/strbuf.h"

#define MAPPING_FIELDS_MAX 32
#define MAPPING_CODE_SIZE 16

typedef struct Mapping {
        const char *key, *language; /* language "": any */
        const char *name, *code;    /* at Meta; code "": the message's language */
        const char *const *fields;  /* names of the message's fields, in order */
        size_t n_fields;
        bool has_document;
} Mapping;

typedef struct MappingLanguage {
        const char *language, *code;
} MappingLanguage;

typedef struct Mappings {
        Mapping *list;
        MappingLanguage *languages;
        size_t n, n_languages;
        Arena arena;
} Mappings;

/*
 * 0; -EINVAL: problem names the line and what was expected in it; -ENOMEM. The mappings are to be
 * released in any case.
 */
int mappings_parse(
        const char *templates, const char *languages, Mappings *ret_mappings, StrBuf *problem);
void mappings_release(Mappings *mappings);

/* The mapping of a message's template in its language ("pt-BR" falls back to "pt"), or NULL. */
const Mapping *mappings_find(const Mappings *mappings, const char *key, const char *language);

/* Meta's code for a message in this language. */
const char *mappings_code(const Mappings *mappings, const Mapping *mapping, const char *language,
        char buffer[MAPPING_CODE_SIZE]);

/* The fields that a mapping may name. */
const char *const *mapping_fields(size_t *ret_n);

#endif
