/* SPDX-License-Identifier: MIT */
/* Any text as the options templates and languages of the channel whatsapp: mappings that are found
 * again, or a sentence that says why not. */

#include "channels/whatsapp/mapping.h"

#include <errno.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_mapping(const Mappings *mappings, const Mapping *mapping)
{
        char buffer[MAPPING_CODE_SIZE];
        const char *code = mappings_code(mappings, mapping, mapping->language, buffer);

        assert(*mapping->key && *mapping->name && mapping->n_fields <= MAPPING_FIELDS_MAX);
        assert(strlen(code) < MAPPING_CODE_SIZE);
        assert(mappings_find(mappings, mapping->key,
                       *mapping->language ? mapping->language : "?") == mapping);
        for (size_t i = 0; i < mapping->n_fields; i++)
                assert(*mapping->fields[i]);
}

/* What follows a form feed is the option languages. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(freep) char *text = size > 0 ? strndup((const char *)bytes, size) : strdup("");
        _cleanup_(strbuf_release) StrBuf problem = STRBUF_INIT;
        Mappings mappings;

        assert(text);
        char *languages = strchr(text, '\f');
        if (languages)
                *languages++ = '\0';
        int r = mappings_parse(text, languages ? languages : "", &mappings, &problem);
        assert((r == 0) == (problem.length == 0));
        for (size_t i = 0; r == 0 && i < mappings.n; i++)
                check_mapping(&mappings, &mappings.list[i]);
        mappings_release(&mappings);
        return 0;
}
