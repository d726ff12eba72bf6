/* SPDX-License-Identifier: MIT */
/* template.c, render.c and value.c: the official specification where it is at hand, the essential
 * cases of it always, and what we promise beyond it: lines, strictness, bounds. */

#include "compose/template.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
/* needs the four above */
#include <cmocka.h>

typedef struct Partials {
        json_t *sources;
        struct {
                char name[32];
                Template *template;
        } compiled[8];
        size_t n;
} Partials;

static void partials_release(Partials *partials)
{
        for (size_t i = 0; i < partials->n; i++)
                template_free(partials->compiled[i].template);
}

static int find_partial(void *owner, const char *name, size_t length, const Template **ret_partial,
        TemplateProblem *ret_problem)
{
        Partials *partials = owner;
        char key[32];

        (void)snprintf(key, sizeof(key), "%.*s", (int)length, name);
        for (size_t i = 0; i < partials->n; i++)
                if (streq(partials->compiled[i].name, key)) {
                        *ret_partial = partials->compiled[i].template;
                        return 0;
                }
        const char *source = json_string_value(json_object_get(partials->sources, key));
        if (!source)
                return -ENOENT;
        assert_true(partials->n < ELEMENTSOF(partials->compiled));
        Template *template = NULL;
        int r = template_compile("partial", source, strlen(source), &template, ret_problem);
        if (r < 0)
                return r;
        memcpy(partials->compiled[partials->n].name, key, sizeof(key));
        partials->compiled[partials->n++].template = template;
        *ret_partial = template;
        return 0;
}

static Value *value_of_json(ValueMaker *maker, json_t *json)
{
        const char *name;
        json_t *member;
        size_t i;
        char number[32];

        switch (json_typeof(json)) {
        case JSON_OBJECT: {
                Value *object = value_object(maker);
                json_object_foreach(json, name, member)
                        value_set(object, name, value_of_json(maker, member));
                return object;
        }
        case JSON_ARRAY: {
                Value *list = value_list(maker);
                json_array_foreach(json, i, member)
                        value_append(list, value_of_json(maker, member));
                return list;
        }
        case JSON_STRING: return value_text(maker, json_string_value(json));
        case JSON_INTEGER:
                (void)snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(json));
                return value_text(maker, arena_strdup(maker->arena, number));
        case JSON_REAL:
                (void)snprintf(number, sizeof(number), "%g", json_real_value(json));
                return value_text(maker, arena_strdup(maker->arena, number));
        case JSON_TRUE: return value_flag(maker, true);
        case JSON_FALSE: return value_flag(maker, false);
        case JSON_NULL: return value_nothing(maker);
        }
        return NULL;
}

/* 0 and the output, or the error of compiling or rendering. */
static int render(const char *source, json_t *data, json_t *sources, TemplateOptions options,
        StrBuf *output, TemplateProblem *problem)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        _cleanup_(template_freep) Template *template = NULL;
        _cleanup_(partials_release) Partials partials = { .sources = sources };
        ValueMaker maker = { .arena = &arena };
        static char file[64];

        int r = template_compile("test", source, strlen(source), &template, problem);
        if (r < 0)
                return r;
        options.find_partial = find_partial;
        options.owner = &partials;
        r = template_render(template, value_of_json(&maker, data), &options, output, problem);
        if (r < 0 && r != -ENOMEM) {
                (void)snprintf(file, sizeof(file), "%s", problem->file);
                problem->file = file; /* the template ends here */
        }
        return r;
}

static void the_official_specification_holds(void **state)
{
        static const char *const modules[] = { "comments", "delimiters", "interpolation",
                "inverted", "partials", "sections" };
        const char *shared = getenv("RELANCED_SHARED");
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(modules); i++) {
                char path[4096];
                (void)snprintf(path, sizeof(path), "%s/data/mustache/%s.json", shared ? shared : "",
                        modules[i]);
                json_t *file = json_load_file(path, 0, NULL), *test;
                if (!file)
                        continue;
                size_t k;
                json_array_foreach(json_object_get(file, "tests"), k, test)
                {
                        _cleanup_(strbuf_release) StrBuf output = STRBUF_INIT;
                        TemplateProblem problem = { 0 };
                        const char *name = json_string_value(json_object_get(test, "name"));
                        int r = render(json_string_value(json_object_get(test, "template")),
                                json_object_get(test, "data"), json_object_get(test, "partials"),
                                (TemplateOptions){ .escape = ESCAPE_HTML }, &output, &problem);
                        if (r < 0)
                                fail_msg("%s: %s: %s", modules[i], name, problem.text);
                        const char *expected = json_string_value(json_object_get(test, "expected"));
                        if (!streq(strbuf_text(&output), expected))
                                fail_msg("%s: %s: \"%s\" instead of \"%s\"", modules[i], name,
                                        strbuf_text(&output), expected);
                        n++;
                }
                json_decref(file);
        }
        if (n == 0) {
                print_message("the specification is not at hand: set RELANCED_SHARED\n");
                skip();
        }
        assert_true(n > 100);
}

typedef struct Case {
        const char *source, *data, *partials, *expected;
} Case;

/* JSON in a C string is easier to read with single quotes. */
static void with_double_quotes(const char *text, char *json, size_t size)
{
        (void)snprintf(json, size, "%s", text);
        for (char *p = json; (p = strchr(p, '\'')); p++)
                *p = '"';
}

static void templates_render_as_specified(void **state)
{
        static const Case cases[] = {
                { "Hello {{a}}{{b}}", "{'a': 'you'}", "", "Hello you" },
                { "{{a}} {{{a}}} {{&a}}", "{'a': '<&\\u0027>'}", "",
                        "&lt;&amp;&#39;&gt; <&'> <&'>" },
                { "{{a.b.c}}", "{'a': {'b': {'c': 'x'}}}", "", "x" },
                { "{{#a}}{{b}}{{/a}}", "{'a': {'c': 'x'}, 'b': 'outer'}", "", "outer" },
                { "{{#l}}<{{.}}>{{/l}}{{^l}}none{{/l}}", "{'l': ['1', '2']}", "", "<1><2>" },
                { "{{#l}}<{{.}}>{{/l}}{{^l}}none{{/l}}", "{'l': []}", "", "none" },
                { "{{#t}}yes{{/t}}{{^t}}no{{/t}}", "{'t': ''}", "", "no" },
                { "{{^n}}{{#l}}{{^n}}{{.}}{{/n}}{{/l}}{{/n}}", "{'l': ['1']}", "", "1" },
                { "a\n{{#t}}\nb\n{{/t}}\nc\n", "{'t': true}", "", "a\nb\nc\n" },
                { "a\r\n{{! gone }}\r\nb\r\n", "{}", "", "a\r\nb\r\n" },
                { "a {{! stays\n in line }} b", "{}", "", "a  b" },
                { "{{=<% %>=}}<% a %>{{a}}<%={{ }}=%>{{a}}", "{'a': 'x'}", "", "x{{a}}x" },
                { "  {{> p}}\n.", "{'x': '1\\n2'}", "{'p': 'a{{{x}}}\\n{{x}}\\n'}",
                        "  a1\n2\n  1\n2\n." },
                { " {{>p}}\n", "{'t': true}",
                        "{'p': '{{#t}}\\nx\\n{{/t}} y\\n  {{>q}}\\n', 'q': 'z'}", " x\n  y\n   z" },
                { "\uFEFFa\t\r\n{{#t}}\r\nb\r\n{{/t}}\r\n", "{'t': true}", "", "a\t\r\nb\r\n" },
                { "-{{>p}}-", "{}", "{'p': '1\\n2'}", "-1\n2-" },
                { "{{a}}", "{'a': '{{b}}', 'b': 'never'}", "", "{{b}}" },
                { "{{#a}}{{b}}{{/a}}", "{'a': '{{/a}}', 'b': '{{#a}}'}", "", "{{#a}}" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(strbuf_release) StrBuf output = STRBUF_INIT;
                TemplateProblem problem = { 0 };
                char data[256], sources[256];
                with_double_quotes(cases[i].data, data, sizeof(data));
                with_double_quotes(cases[i].partials, sources, sizeof(sources));
                json_t *json = json_loads(data, 0, NULL), *partials = json_loads(sources, 0, NULL);
                assert_non_null(json);
                int r = render(cases[i].source, json, partials,
                        (TemplateOptions){ .escape = ESCAPE_HTML }, &output, &problem);
                json_decref(json);
                json_decref(partials);
                if (r < 0)
                        fail_msg("case %zu: %s", i, problem.text);
                assert_string_equal(strbuf_text(&output), cases[i].expected);
        }
}

static void malformed_templates_are_refused_with_their_line(void **state)
{
        static const struct {
                const char *source, *text;
                unsigned line;
        } cases[] = {
                { "a\n{{#b}}\nc\n", "the section {{#b}} is never closed", 2 },
                { "\n\n{{^b}}{{#c}}{{/c}}", "the section {{^b}} is never closed", 3 },
                { "a\n\n  {{/b}}\n", "{{/b}} closes no section", 3 },
                { "{{#a}}\n{{#b}}\n{{/a}}\n{{/b}}",
                        "{{/a}} where {{/b}} is expected, for the section of line 2", 3 },
                { "a\nb {{c", "a tag is not closed by \"}}\"", 2 },
                { "{{! a\n b }}\n{{{c}}", "a tag is not closed by \"}}}\"", 3 },
                { "\n{{}}", "\"\" is not a name", 2 },
                { "{{a b}}", "\"a b\" is not a name", 1 },
                { "{{a..b}}", "\"a..b\" is not a name", 1 },
                { "{{.a}}", "\".a\" is not a name", 1 },
                { "{{#a.}}{{/a.}}", "\"a.\" is not a name", 1 },
                { "{{$block}}", "\"$block\" is not a name", 1 },
                { "\n{{=<% =}}", "a change of delimiters is written {{=<< >>=}}", 2 },
                { "{{=<% % %>=}}", "a change of delimiters names two of them", 1 },
                { "{{=% a=b=}}", "a change of delimiters names two of them", 1 },
                { "{{=01234567890123456 b=}}", "a change of delimiters is written {{=<< >>=}}", 1 },
                { "a\xff", "is not UTF-8", 0 },
                { "a\nl\xc2\x92 b", "holds a control character: it was wrongly converted to UTF-8",
                        2 },
                { "a\nb\x1b", "holds a control character: it was wrongly converted to UTF-8", 2 },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Template *template = NULL;
                TemplateProblem problem = { 0 };
                int r = template_compile(
                        "f.txt", cases[i].source, strlen(cases[i].source), &template, &problem);
                assert_int_equal(r, -EINVAL);
                assert_null(template);
                assert_string_equal(problem.text, cases[i].text);
                assert_int_equal(problem.line, cases[i].line);
                assert_string_equal(problem.file, "f.txt");
        }
}

static void a_section_may_not_nest_without_bound(void **state)
{
        _cleanup_(strbuf_release) StrBuf source = STRBUF_INIT;
        Template *template = NULL;
        TemplateProblem problem = { 0 };

        for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
                strbuf_add(&source, "{{#a}}");
        int r = template_compile("f", source.text, source.length, &template, &problem);
        assert_int_equal(r, -EINVAL);
        assert_string_equal(problem.text, "sections nest more than 32 deep");
}

static void strict_rendering_refuses_what_the_data_do_not_know(void **state)
{
        static const struct {
                const char *source, *text;
                unsigned line;
        } cases[] = {
                { "\n{{invoce}}", "unknown variable \"invoce\"; did you mean \"invoice\"?", 2 },
                { "{{customer.nam}}",
                        "unknown variable \"customer.nam\"; did you mean \"customer.name\"?", 1 },
                { "{{customer.zzzzzz}}", "unknown variable \"customer.zzzzzz\"", 1 },
                { "{{#lines}}\n{{numbr}}{{/lines}}",
                        "unknown variable \"numbr\"; did you mean \"number\"?", 2 },
                { "{{number}}", "unknown variable \"number\"", 1 },
                { "{{^nothing_like}}{{/nothing_like}}", "unknown variable \"nothing_like\"", 1 },
                { "a\n{{>absent}}", "there is no partial \"absent\"", 2 },
                { "{{lines}}", "\"lines\" is no text but a list: it needs a section", 1 },
                { "{{customer}}",
                        "\"customer\" is no text but a group of variables: it needs a section", 1 },
        };
        json_t *data = json_loads("{\"invoice\": \"F-1\", \"customer\": {\"name\": \"A\"},"
                                  " \"lines\": [{\"number\": \"1\"}]}",
                0, NULL);

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(strbuf_release) StrBuf output = STRBUF_INIT;
                TemplateProblem problem = { 0 };
                int r = render(cases[i].source, data, NULL, (TemplateOptions){ .is_strict = true },
                        &output, &problem);
                assert_int_equal(r, -EINVAL);
                assert_string_equal(problem.text, cases[i].text);
                assert_int_equal(problem.line, cases[i].line);
        }
        json_decref(data);
}

typedef struct Found {
        char lines[1024];
} Found;

static void note_problem(void *owner, const TemplateProblem *problem)
{
        Found *found = owner;
        size_t used = strlen(found->lines);

        (void)snprintf(found->lines + used, sizeof(found->lines) - used, "%s:%u: %s\n",
                problem->file, problem->line, problem->text);
}

static void checking_finds_every_problem_on_every_branch(void **state)
{
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        _cleanup_(template_freep) Template *template = NULL;
        json_t *data = json_loads(
                "{\"a\": \"x\", \"flag\": false, \"lines\": [{\"number\": \"1\"}]}", 0, NULL);
        _cleanup_(partials_release) Partials partials = {
                .sources = json_loads("{\"p\": \"\\n{{number}}{{wrong}}\", \"bad\": \"{{#x}}\","
                                      " \"own\": \"{{#lines}}{{>own}}{{/lines}}\"}",
                        0, NULL),
        };
        ValueMaker maker = { .arena = &arena };
        const Value *sample = value_of_json(&maker, data);
        TemplateOptions options = {
                .is_strict = true, .find_partial = find_partial, .owner = &partials
        };
        TemplateProblem problem;
        Found found = { "" };
        const char *source =
                "{{#flag}}{{one}}{{/flag}}\n{{^a}}{{two}}{{/a}}\n{{>p}}\n"
                "{{#lines}}{{number}}{{a}}{{>p}}{{/lines}}\n{{#gone}}{{three}}{{/gone}}"
                "{{>bad}}{{>none}}";

        assert_int_equal(template_compile("t", source, strlen(source), &template, &problem), 0);
        assert_int_equal(template_check(template, sample, &options, note_problem, &found), 0);
        assert_string_equal(found.lines, "t:1: unknown variable \"one\"\n"
                                         "t:2: unknown variable \"two\"\n"
                                         "partial:2: unknown variable \"number\"\n"
                                         "partial:2: unknown variable \"wrong\"\n"
                                         "partial:2: unknown variable \"wrong\"\n"
                                         "t:5: unknown variable \"gone\"\n"
                                         "t:5: unknown variable \"three\"\n"
                                         "partial:1: the section {{#x}} is never closed\n"
                                         "t:5: there is no partial \"none\"\n");
        template_free(TAKE_PTR(template));
        found = (Found){ "" };
        assert_int_equal(template_compile("t", "{{>own}}", 8, &template, &problem), 0);
        assert_int_equal(template_check(template, sample, &options, note_problem, &found), 0);
        assert_string_equal(found.lines, "partial:1: sections and partials nest too deep\n");
        json_decref(data);
        json_decref(partials.sources);
}

static void rendering_is_bounded(void **state)
{
        static const struct {
                const char *source, *partials;
                int error;
        } cases[] = {
                { "{{>p}}", "{\"p\": \"{{>p}}{{>p}}\"}", -ELOOP },
                { "{{>a}}", "{\"a\": \"{{>b}}\", \"b\": \"{{>a}}\"}", -ELOOP },
                { "{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}"
                  "{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}",
                        "{}", -E2BIG },
                { "{{#l}}{{#l}}{{long}}{{/l}}{{/l}}", "{}", -E2BIG },
        };
        json_t *data = json_loads("{\"l\": [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\"],"
                                  " \"long\": \"0123456789012345678901234567890123456789\"}",
                0, NULL);

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(strbuf_release) StrBuf output = { .limit = 2000 };
                TemplateProblem problem = { 0 };
                json_t *partials = json_loads(cases[i].partials, 0, NULL);
                int r = render(
                        cases[i].source, data, partials, (TemplateOptions){ 0 }, &output, &problem);
                assert_int_equal(r, cases[i].error);
                assert_true(problem.line == 1);
                json_decref(partials);
        }
        json_decref(data);
}

static void escaping_follows_the_form(void **state)
{
        static const struct {
                Escape escape;
                const char *expected;
        } cases[] = {
                { ESCAPE_NONE, "a\"b\\<&>\n\x01é" },
                { ESCAPE_HTML, "a&quot;b\\&lt;&amp;&gt;\n\x01é" },
                { ESCAPE_JSON, "a\\\"b\\\\<&>\\u000a\\u0001é" },
        };
        json_t *data = json_loads("{\"a\": \"a\\\"b\\\\<&>\\n\\u0001é\", \"f\": true}", 0, NULL);

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(strbuf_release) StrBuf output = STRBUF_INIT;
                TemplateProblem problem;
                int r = render("{{a}}", data, NULL, (TemplateOptions){ .escape = cases[i].escape },
                        &output, &problem);
                assert_int_equal(r, 0);
                assert_string_equal(strbuf_text(&output), cases[i].expected);
        }
        _cleanup_(strbuf_release) StrBuf output = STRBUF_INIT;
        TemplateProblem problem;
        assert_int_equal(render("{{f}}", data, NULL, (TemplateOptions){ 0 }, &output, &problem), 0);
        assert_string_equal(strbuf_text(&output), "true");
        json_decref(data);
}

static void literal_texts_are_listed_line_by_line(void **state)
{
        _cleanup_(template_freep) Template *template = NULL;
        TemplateProblem problem;
        const char *source = "one\ntwo {{a}} three\n{{#b}}\nfour{{/b}}";
        static const struct {
                const char *text;
                unsigned line;
        } expected[] = { { "one\n", 1 }, { "two ", 2 }, { " three\n", 2 }, { "four", 4 } };
        size_t position = 0, length, n = 0;
        const char *text;
        unsigned line;

        assert_int_equal(template_compile("t", source, strlen(source), &template, &problem), 0);
        while (template_next_text(template, &position, &text, &length, &line)) {
                assert_true(n < ELEMENTSOF(expected));
                assert_int_equal(length, strlen(expected[n].text));
                assert_memory_equal(text, expected[n].text, length);
                assert_int_equal(line, expected[n].line);
                n++;
        }
        assert_int_equal(n, ELEMENTSOF(expected));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_official_specification_holds),
                cmocka_unit_test(templates_render_as_specified),
                cmocka_unit_test(malformed_templates_are_refused_with_their_line),
                cmocka_unit_test(a_section_may_not_nest_without_bound),
                cmocka_unit_test(strict_rendering_refuses_what_the_data_do_not_know),
                cmocka_unit_test(checking_finds_every_problem_on_every_branch),
                cmocka_unit_test(rendering_is_bounded),
                cmocka_unit_test(escaping_follows_the_form),
                cmocka_unit_test(literal_texts_are_listed_line_by_line),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
