/* SPDX-License-Identifier: MIT */
/*
 * Owns the plain form of a notice's variables, for messages that somebody else's template is filled
 * with: every text and flag of the context by its name, a line "name=value" for each. Lists are
 * left out: their items have no name of their own. Fails only for want of memory.
 */

#include "base/strbuf.h"
#include "compose/context.h"

/* A context's texts are of one line (context.h), so that no value can look like another's. */
static void add_members(const Value *object, const char *prefix, StrBuf *lines)
{
        for (const Value *member = object->first; member; member = member->next) {
                switch (member->kind) {
                case VALUE_NOTHING:
                case VALUE_FLAG:
                case VALUE_TEXT:
                        strbuf_addf(lines, "%s%s=%s\n", prefix, member->name,
                                member->kind != VALUE_FLAG ? member->text
                                : member->is_set           ? "true"
                                                           : "");
                        break;
                case VALUE_OBJECT: {
                        _cleanup_(strbuf_release) StrBuf inner = STRBUF_INIT;
                        strbuf_addf(&inner, "%s%s.", prefix, member->name);
                        add_members(member, strbuf_text(&inner), lines);
                        break;
                }
                case VALUE_LIST: break;
                }
        }
}

const char *context_fields(const Value *context, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf lines = STRBUF_INIT;

        add_members(context, "", &lines);
        return strbuf_error(&lines) < 0 ? NULL : arena_strdup(arena, strbuf_text(&lines));
}
