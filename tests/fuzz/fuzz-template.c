/* SPDX-License-Identifier: MIT */
/* Any bytes as a template: set, compiled, checked and rendered against data that are as hostile,
 * also as the text of a page, which must come out without markup. The input is its own partial, so
 * that recursion is met too. */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "compose/composer.h"
#include "compose/typography.h"

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
                value_set(item, "b", value_text(&maker, "{{#a}}\n\"<\x01\u05d0"));
                value_append(list, item);
        }
        value_set(root, "a", list);
        value_set(root, "t", value_flag(&maker, true));
        value_set(root, "f", value_flag(&maker, false));
        value_set(root, "x", value_text(&maker, "{{>p}}"));
        return root;
}

/* Of plain text nothing but what keeps names apart is a tag. */
static void render_plain(Template *template, const Value *data, Arena *arena)
{
        _cleanup_(strbuf_release) StrBuf output = { .limit = 64 * 1024 };
        TemplateProblem problem = { 0 };
        TemplateOptions options = {
                .escape = ESCAPE_HTML,
                .is_chomping = true,
                .find_partial = find_itself,
                .owner = template,
        };

        template_mark_plain(template);
        if (template_render(template, data, &options, &output, &problem) < 0)
                return;
        for (const char *p = strbuf_text(&output); (p = strchr(p, '<')); p++)
                assert(strncmp(p, "<bdi>", 5) == 0 || strncmp(p, "</bdi>", 6) == 0);
        char *laid_out = layout_text(strbuf_text(&output), FORM_EMAIL, arena);
        assert(laid_out && html_of_paragraphs(laid_out, arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(freep) char *set = NULL;
        size_t length = size;
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        _cleanup_(template_freep) Template *template = NULL;
        const Value *data = hostile_data(&arena);
        TemplateProblem problem = { 0 };

        assert(typography_set("fr", (const char *)bytes, size, &set, &length) == 0);
        if (template_compile("input", set, length, &template, &problem) < 0)
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
        render_plain(template, data, &arena);
        return 0;
}
