/* SPDX-License-Identifier: MIT */
/* Any bytes as a template: compiled, checked and rendered against data that are as hostile. The
 * input is its own partial, so that recursion is met too. */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "compose/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int find_itself(void *owner, const char *name, size_t length, const Template **ret_partial,
        TemplateProblem *ret_problem)
{
        *ret_partial = owner;
        return length == 1 && *name == 'p' ? 0 : -ENOENT;
}

static void ignore(void *owner, const TemplateProblem *problem)
{
        assert(problem->file && *problem->text);
}

static const Value *hostile_data(Arena *arena)
{
        ValueMaker maker = { .arena = arena };
        Value *root = value_object(&maker), *list = value_list(&maker);

        for (int i = 0; i < 3; i++) {
                Value *item = value_object(&maker);
                value_set(item, "b", value_text(&maker, "{{#a}}\n\"<\x01"));
                value_append(list, item);
        }
        value_set(root, "a", list);
        value_set(root, "t", value_flag(&maker, true));
        value_set(root, "f", value_flag(&maker, false));
        value_set(root, "x", value_text(&maker, "{{>p}}"));
        return root;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        _cleanup_(template_freep) Template *template = NULL;
        const Value *data = hostile_data(&arena);
        TemplateProblem problem = { 0 };

        if (template_compile("input", (const char *)bytes, size, &template, &problem) < 0)
                return 0;
        for (Escape escape = ESCAPE_NONE; escape <= ESCAPE_JSON; escape++) {
                _cleanup_(strbuf_release) StrBuf output = { .limit = 64 * 1024 };
                TemplateOptions options = {
                        .escape = escape,
                        .is_strict = escape == ESCAPE_NONE,
                        .find_partial = find_itself,
                        .owner = template,
                };
                (void)template_render(template, data, &options, &output, &problem);
                (void)template_check(template, data, &options, ignore, NULL);
        }
        return 0;
}
