/* SPDX-License-Identifier: MIT */
/*
 * Owns what makes a dossier a proof: which digests must agree. Never looks at what the PDFs show.
 * Stops at the first thing that is wrong and names it by its place in the dossier.
 */

#include "paper/verify.h"

#include <errno.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "paper/dossier.h"
#include "paper/proof.h"
#include "paper/unbundle.h"
#include "sys/file.h"

#define MANIFEST "MANIFEST"
#define MODEL "dossier.json"
#define DIGEST_LENGTH (SHA256_TEXT_SIZE - 1)

typedef struct Verdict {
        size_t n_files, n_notices;
        bool is_packed_anew; /* the files are right; their ZIP has no seal */
        StrBuf problem;      /* the first thing that is wrong; "" where nothing is */
} Verdict;

typedef struct Verifying {
        BundledFiles files;
        bool *listed; /* by file: MANIFEST has a line for it */
        Arena arena;
        Verdict *verdict;
} Verifying;

static const char unsealed[] =
        "its files agree, but it is not the ZIP that was made: something around them was changed";

/* A stranger's file may have names that do something to a terminal, or are no text. */
static void disarm(char *text)
{
        bool is_text = utf8_is_valid(text, strlen(text));

        for (unsigned char *c = (unsigned char *)text; *c; c++) {
                if (is_text && *c == 0xC2 && c[1] < 0xA0) /* a control of C1 */
                        *c++ = '?';
                else if (is_text && *c >= 0x20 && *c != 0x7F)
                        continue;
                else if (!is_text && *c >= 0x20 && *c < 0x7F)
                        continue;
                *c = '?';
        }
}

/* 1: something is wrong, and stands in the verdict. */
static int _printf_(2, 3) wrong(Verifying *verifying, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        strbuf_vaddf(&verifying->verdict->problem, format, arguments);
        va_end(arguments);
        if (verifying->verdict->problem.length > 0)
                disarm(verifying->verdict->problem.text);
        return 1;
}

/* "9f86…  invoices/F-1.pdf" */
static int check_line(Verifying *verifying, const char *line, size_t length)
{
        const char *name = line + DIGEST_LENGTH + 2;

        if (length <= DIGEST_LENGTH + 2 || memcmp(line + DIGEST_LENGTH, "  ", 2) != 0)
                return wrong(verifying, MANIFEST ": a line is not \"SHA-256  name\"");
        for (size_t i = 0; i < verifying->files.n; i++) {
                const BundledFile *file = &verifying->files.files[i];
                if (strlen(file->name) != length - DIGEST_LENGTH - 2 ||
                        memcmp(file->name, name, strlen(file->name)) != 0)
                        continue;
                if (verifying->listed[i])
                        return wrong(verifying, "%s: is listed twice in " MANIFEST, file->name);
                if (memcmp(file->sha256, line, DIGEST_LENGTH) != 0)
                        return wrong(verifying, "%s: is not the file that " MANIFEST " lists",
                                file->name);
                verifying->listed[i] = true;
                verifying->verdict->n_files++;
                return 0;
        }
        return wrong(verifying, "%.*s: is listed in " MANIFEST " and missing",
                (int)(length - DIGEST_LENGTH - 2), name);
}

/* Every file once, and no other. */
static int check_manifest(Verifying *verifying)
{
        const BundledFile *manifest = bundled_find(&verifying->files, MANIFEST);
        int r = 0;

        if (!manifest)
                return wrong(verifying, MANIFEST ": is missing");
        if (strlen(manifest->bytes) != manifest->length)
                return wrong(verifying, MANIFEST ": is no text");
        verifying->listed = arena_alloc_array(&verifying->arena, verifying->files.n, sizeof(bool));
        if (!verifying->listed)
                return -ENOMEM;
        for (const char *line = manifest->bytes, *end; r == 0 && *line; line = end + 1) {
                end = strchr(line, '\n');
                if (!end)
                        return wrong(verifying, MANIFEST ": its last line has no end");
                r = check_line(verifying, line, (size_t)(end - line));
        }
        if (r != 0 || verifying->verdict->n_files + 1 == verifying->files.n)
                return r;
        return wrong(verifying, MANIFEST ": does not list every file once");
}

static int check_notices(Verifying *verifying, const json_t *model)
{
        const json_t *notice;
        size_t i;

        json_array_foreach(json_object_get(model, "notices"), i, notice)
        {
                const char *problem = proof_of_notice(notice);
                if (problem)
                        return wrong(verifying, MODEL ": notice %lld: %s",
                                (long long)json_integer_value(json_object_get(notice, "notice")),
                                problem);
                verifying->verdict->n_notices++;
        }
        int r = proof_is_one_chain(model);
        return r == 0 ? wrong(verifying, MODEL ": its entries are not of one log") : MIN(r, 0);
}

/* The invoice that is claimed is the one that is enclosed. */
static int check_document(Verifying *verifying, const PaperDocument *document)
{
        _cleanup_(strbuf_release) StrBuf name = STRBUF_INIT;

        strbuf_addf(&name, "invoices/%s", document->name);
        const BundledFile *file = bundled_find(&verifying->files, strbuf_text(&name));
        if (strbuf_error(&name) < 0)
                return strbuf_error(&name);
        if (!file)
                return wrong(verifying, "%s: is missing", strbuf_text(&name));
        if (!streq(file->sha256, document->sha256))
                return wrong(
                        verifying, "%s: is not the document of the invoice", strbuf_text(&name));
        return 0;
}

/* A customer may have more to his credit than is claimed. */
static bool ends_with_claim(const Dossier *dossier)
{
        const Sums *claim = &dossier->claim;
        size_t n = dossier->n_statement;
        int64_t balance = 0;

        for (size_t i = 0; i < n; i++) {
                const PaperEntry *entry = &dossier->statement[i];
                if (money_add(&balance, entry->debit) < 0 ||
                        money_add(&balance, -entry->credit) < 0 || balance != entry->balance)
                        return false;
        }
        return n == 0 || balance == claim->principal - claim->credit ||
               (balance < 0 && claim->credit == claim->principal);
}

/* What is claimed is what the invoices say, and what the statement ends with. */
static int check_sums(Verifying *verifying, const Dossier *dossier)
{
        const Sums *claim = &dossier->claim;
        Sums found = { 0 };
        bool is_sum = true;

        for (size_t i = 0; i < dossier->n_invoices; i++) {
                const PaperInvoice *invoice = &dossier->invoices[i];
                is_sum = is_sum && money_add(&found.principal, invoice->open) == 0;
                if (!invoice->charges)
                        continue;
                is_sum = is_sum && money_add(&found.interest, invoice->charges->interest) == 0 &&
                         money_add(&found.fixed, invoice->charges->fixed) == 0;
        }
        is_sum = is_sum && found.principal == claim->principal;
        if (is_sum && claim->unclaimed > 0)
                is_sum = claim->charges == 0 && money_add(&found.interest, found.fixed) == 0 &&
                         found.interest == claim->unclaimed;
        else
                is_sum = is_sum && found.interest == claim->interest && found.fixed == claim->fixed;
        is_sum = is_sum && ends_with_claim(dossier);
        return is_sum ? 0 : wrong(verifying, MODEL ": its sums do not agree");
}

static int check_dossier(Verifying *verifying, const BundledFile *file)
{
        const char *problem = NULL;
        Dossier dossier;
        int r = dossier_parse(file->bytes, file->length, &verifying->arena, &dossier, &problem);

        if (r == -EINVAL)
                return wrong(verifying, MODEL ": %s", problem);
        for (size_t i = 0; r == 0 && i < dossier.n_invoices; i++)
                if (dossier.invoices[i].document)
                        r = check_document(verifying, dossier.invoices[i].document);
        return r == 0 ? check_sums(verifying, &dossier) : r;
}

static int check_files(Verifying *verifying)
{
        int r = check_manifest(verifying);

        if (r != 0)
                return r;
        const BundledFile *file = bundled_find(&verifying->files, MODEL);
        if (!file)
                return wrong(verifying, MODEL ": is missing");
        r = check_dossier(verifying, file);
        if (r != 0)
                return r;
        json_t *model = json_loadb(file->bytes, file->length, JSON_REJECT_DUPLICATES, NULL);
        r = model ? check_notices(verifying, model) : -ENOMEM;
        json_decref(model);
        return r;
}

static bool is_read(const char *name)
{
        return streq(name, MANIFEST) || streq(name, MODEL);
}

/* -errno: the file cannot be read at all. */
static int verify_dossier(int fd, Verdict *ret_verdict)
{
        Verifying verifying = { .verdict = ret_verdict };
        const char *problem = NULL;

        *ret_verdict = (Verdict){ 0 };
        int r = unbundle(fd, is_read, &verifying.arena, &verifying.files, &problem);
        if (r == -EBADMSG && problem)
                r = wrong(&verifying, "%s", problem);
        else if (r == 0)
                r = check_files(&verifying);
        if (r == 0) {
                r = bundle_check_seal(fd);
                if (r == -EBADMSG)
                        r = wrong(&verifying, "%s", unsealed);
                ret_verdict->is_packed_anew = r == 0;
        }
        arena_release(&verifying.arena);
        return MIN(r, 0);
}

static void print_json(const char *name, const Verdict *verdict)
{
        bool is_right = verdict->problem.length == 0;
        json_t *line = json_pack("{s:b, s:s, s:I, s:I, s:s?}", "verified", is_right, "file", name,
                "files", (json_int_t)verdict->n_files, "notices", (json_int_t)verdict->n_notices,
                "problem", is_right ? NULL : strbuf_text(&verdict->problem));

        if (line)
                (void)json_dumpf(line, stdout, JSON_COMPACT), (void)puts("");
        json_decref(line);
}

int verify_run(int argc, char *argv[])
{
        const char *name = argc > 2 ? argv[2] : "dossier";
        bool is_json = argc > 3 && streq(argv[3], "--json");
        Verdict verdict;

        (void)setlocale(LC_CTYPE, "C.UTF-8");
        int r = verify_dossier(STDIN_FILENO, &verdict);
        if (r < 0) {
                (void)fprintf(stderr, "%s: cannot be read: %s\n", name, strerror(-r));
                return 1;
        }
        bool is_right = verdict.problem.length == 0;
        if (is_json)
                print_json(name, &verdict);
        else if (is_right)
                (void)printf("%s: %zu files and %zu notices are as they were when it was made%s.\n",
                        name, verdict.n_files, verdict.n_notices,
                        verdict.is_packed_anew ? "; somebody has packed them anew" : "");
        if (!is_right)
                (void)fprintf(stderr, "%s: %s\n", name, strbuf_text(&verdict.problem));
        strbuf_release(&verdict.problem);
        return fflush(stdout) == EOF || !is_right;
}
