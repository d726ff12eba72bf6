/* SPDX-License-Identifier: MIT */
/* Owns the list of what is wrong with a configuration; see config.h for the contract. */

#include "config/config.h"

#include "base/strbuf.h"

void problems_release(Problems *problems)
{
        if (!problems)
                return;
        for (size_t i = 0; i < problems->n; i++) {
                free(problems->list[i].file);
                free(problems->list[i].text);
        }
        free(problems->list);
        *problems = (Problems){ 0 };
}

void problems_add(Problems *problems, bool is_warning, const char *file, unsigned line,
        const char *format, ...)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;
        Problem problem = { .is_warning = is_warning, .line = line };
        va_list arguments;

        /* An error counts even where there is no memory left to say which. */
        problems->n_errors += !is_warning;
        va_start(arguments, format);
        strbuf_vaddf(&text, format, arguments);
        va_end(arguments);
        Problem *list = reallocarray(problems->list, problems->n + 1, sizeof(*list));
        if (list)
                problems->list = list;
        problem.file = file ? strdup(file) : NULL;
        if (!list || (file && !problem.file) || strbuf_take(&text, &problem.text) < 0) {
                free(problem.file);
                problems->is_incomplete = true;
                return;
        }
        problems->list[problems->n++] = problem;
}
