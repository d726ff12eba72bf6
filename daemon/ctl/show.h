/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CTL_SHOW_H
#define RELANCED_CTL_SHOW_H

/* Answers as people read them, and what an answer means for the exit code. */

#include <jansson.h>

#include "ctl/commands.h"

struct Rows {
        json_t **list;
        size_t n;
};

/* Print on stdout. */
void show_status(const Invocation *invocation, const Rows *rows);
void show_import(const Invocation *invocation, const Rows *rows); /* problems on stderr */
void show_invoices(const Invocation *invocation, const Rows *rows);
void show_customers(const Invocation *invocation, const Rows *rows);
void show_tasks(const Invocation *invocation, const Rows *rows);
void show_log(const Invocation *invocation, const Rows *rows);
void show_verified(const Invocation *invocation, const Rows *rows);
void show_log_line(const Invocation *invocation, const Rows *rows);
void show_page(const Invocation *invocation, const Rows *rows); /* of an invoice or a notice */
void show_notice(const Invocation *invocation, const Rows *rows);
void show_explain(const Invocation *invocation, const Rows *rows);
void show_forecast(const Invocation *invocation, const Rows *rows);
void show_recorded(const Invocation *invocation, const Rows *rows);
void show_sent(const Invocation *invocation, const Rows *rows);
void show_woken(const Invocation *invocation, const Rows *rows);
void show_channels(const Invocation *invocation, const Rows *rows);
void show_test(const Invocation *invocation, const Rows *rows);

/* An exit code. */
int make_preview(const Invocation *invocation, const Rows *rows);

/* Parts of pages. */
void show_line(const char *label, const char *value); /* "Label     value", if there is a value */
void show_member(const char *label, const json_t *row, const char *path); /* times as minutes */
/* "Label     quality: scratched (fact 12)", if there is a dispute. */
void show_dispute(const char *label, const json_t *dispute);
void show_log_rows(json_t *const rows[], size_t n);
/* "F-1 F-2/2 (F-3)": what a notice asks for, and what it only lists. Overwrites the text. */
const char *notice_lines(const json_t *notice, const char *path, StrBuf *text);

/* An exit code, with a sentence on stderr if it is not 0. */
int judge_status(const Rows *rows);
int judge_import(const Rows *rows);
int judge_sent(const Rows *rows);
int judge_answered(const Rows *rows);
int judge_woken(const Rows *rows);
int judge_channels(const Rows *rows);
int judge_test(const Rows *rows);
int judge_verified(const Rows *rows);

#endif
