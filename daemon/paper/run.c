/* SPDX-License-Identifier: MIT */
/*
 * Owns the program: its command line, what it reads and writes, and its exit status. All is made in
 * memory first; standard output is written to only when it is whole. Says where something is
 * wrong, never what stood there.
 */

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "paper/bundle.h"
#include "paper/paper.h"
#include "paper/press.h"
#include "sys/file.h"

#define JSON_LIMIT ((size_t)64 * 1024 * 1024)
#define DOCUMENT_LIMIT ((size_t)256 * 1024 * 1024)
#define OUTPUT_LIMIT ((size_t)1024 * 1024 * 1024)
#define CHUNK_SIZE ((size_t)64 * 1024)

const char *const paper_kind_names[PAPER_KINDS] = {
        [PAPER_LETTER] = "letter",
        [PAPER_STATEMENT] = "statement",
        [PAPER_CHARGES] = "charges",
        [PAPER_DOSSIER_PDF] = "dossier-pdf",
        [PAPER_DOSSIER_ZIP] = "dossier-zip",
};

/* A document that was given, open. */
typedef struct Given {
        const char *name;
        int fd;
} Given;

typedef struct Run {
        PaperKind kind;
        Given *given;
        size_t n_given;
        StrBuf json, output;
        Arena arena;
        Dossier dossier;
        Press press;
        Locales *locales;
} Run;

static PaperStatus complain(PaperStatus status, const char *format, ...) _printf_(2, 3);
static PaperStatus complain(PaperStatus status, const char *format, ...)
{
        va_list arguments;

        va_start(arguments, format);
        (void)fputs("relanced-paper: ", stderr);
        (void)vfprintf(stderr, format, arguments);
        (void)fputc('\n', stderr);
        va_end(arguments);
        return status;
}

static PaperStatus complain_errno(const char *what, int error)
{
        if (error == -ENODATA)
                return complain(PAPER_FAILED,
                        "no fonts are installed: fonts-lato and fonts-dejavu-core have them");
        return complain(PAPER_FAILED, "%s: %s", what, strerror(-error));
}

static PaperStatus complain_usage(void)
{
        return complain(PAPER_USAGE, "usage: relanced-paper letter | statement | charges | "
                                     "dossier-pdf | dossier-zip [--document NAME=FD]...");
}

/* NAME=FD, the last = counts. */
static int take_document(Run *run, const char *argument)
{
        const char *sign = strrchr(argument, '=');
        Given *given = &run->given[run->n_given];

        if (!sign || parse_int(sign + 1, 3, INT32_MAX, &given->fd) < 0)
                return -EINVAL;
        given->name = arena_strndup(&run->arena, argument, (size_t)(sign - argument));
        if (!given->name)
                return -ENOMEM;
        run->n_given++;
        return 0;
}

static PaperStatus take_arguments(Run *run, int argc, char *argv[])
{
        int kind = 0;

        if (argc < 2 || parse_name(argv[1], paper_kind_names, PAPER_KINDS, &kind) < 0)
                return complain_usage();
        run->kind = (PaperKind)kind;
        run->given = arena_alloc_array(&run->arena, (size_t)argc, sizeof(Given));
        if (!run->given)
                return complain_errno("arguments", -ENOMEM);
        for (int i = 2; i < argc; i += 2)
                if (!streq(argv[i], "--document") || i + 1 >= argc ||
                        take_document(run, argv[i + 1]) < 0)
                        return complain_usage();
        return PAPER_DONE;
}

/* All that is left of a descriptor. */
static int read_all(int fd, size_t limit, StrBuf *ret_bytes)
{
        char *chunk = malloc(CHUNK_SIZE);
        ssize_t n = chunk ? 1 : 0;
        int r = chunk ? 0 : -ENOMEM;

        ret_bytes->limit = limit;
        while (r == 0 && n > 0) {
                n = read(fd, chunk, CHUNK_SIZE);
                if (n > 0)
                        strbuf_add_bytes(ret_bytes, chunk, (size_t)n);
                if (n < 0)
                        r = errno == EINTR ? 0 : -errno;
                n = n < 0 && r == 0 ? 1 : n;
                if (r == 0)
                        r = strbuf_error(ret_bytes);
        }
        free(chunk);
        return r;
}

static PaperStatus read_json(Run *run)
{
        const char *problem = NULL;
        int r = read_all(STDIN_FILENO, JSON_LIMIT, &run->json);

        if (r < 0)
                return complain_errno("reading the JSON", r);
        r = dossier_parse(
                strbuf_text(&run->json), run->json.length, &run->arena, &run->dossier, &problem);
        if (r == -EINVAL)
                return complain(PAPER_BAD_JSON, "%s", problem);
        return r < 0 ? complain_errno("reading the JSON", r) : PAPER_DONE;
}

static const Given *find_given(const Run *run, const char *name)
{
        for (size_t i = 0; i < run->n_given; i++)
                if (streq(run->given[i].name, name))
                        return &run->given[i];
        return NULL;
}

static bool is_document(const Dossier *dossier, const char *name)
{
        for (size_t i = 0; i < dossier->n_invoices; i++)
                if (dossier->invoices[i].document &&
                        streq(dossier->invoices[i].document->name, name))
                        return true;
        return false;
}

static PaperStatus check_document(const Given *given, const PaperDocument *document, size_t i)
{
        char digest[SHA256_TEXT_SIZE];
        struct stat info;

        if (fstat(given->fd, &info) < 0)
                return complain(
                        PAPER_BAD_DOCUMENT, "invoices[%zu].document: %s", i, strerror(errno));
        if (!S_ISREG(info.st_mode) || (uintmax_t)info.st_size > DOCUMENT_LIMIT)
                return complain(PAPER_BAD_DOCUMENT,
                        "invoices[%zu].document: is no regular file of at most %zu MiB", i,
                        DOCUMENT_LIMIT >> 20);
        int r = file_sha256(given->fd, digest);
        if (r < 0)
                return complain(PAPER_BAD_DOCUMENT, "invoices[%zu].document: %s", i, strerror(-r));
        if (!streq(digest, document->sha256))
                return complain(PAPER_BAD_DOCUMENT,
                        "invoices[%zu].document: the file is not the one with that SHA-256", i);
        return PAPER_DONE;
}

/* Which documents come along, and that they are what the JSON says. */
static PaperStatus check_documents(Run *run)
{
        const Dossier *dossier = &run->dossier;
        bool *enclosed = arena_alloc_array(&run->arena, dossier->n_invoices, sizeof(bool));

        if (!enclosed)
                return complain_errno("documents", -ENOMEM);
        for (size_t i = 0; i < run->n_given; i++)
                if (!is_document(dossier, run->given[i].name))
                        return complain(PAPER_BAD_DOCUMENT,
                                "--document %zu: no invoice has a document of that name", i + 1);
        for (size_t i = 0; i < dossier->n_invoices; i++) {
                const PaperDocument *document = dossier->invoices[i].document;
                const Given *given = document ? find_given(run, document->name) : NULL;
                PaperStatus status = given ? check_document(given, document, i) : PAPER_DONE;
                if (status != PAPER_DONE)
                        return status;
                enclosed[i] = given;
        }
        run->press.enclosed = enclosed;
        return PAPER_DONE;
}

/* Words and figures are of one language. -ENOMEM. */
static int speak(Run *run, const char *tag)
{
        Press *press = &run->press;

        press->language = language_of(tag);
        press->locale = locales_get(run->locales, language_is_known(tag) ? tag : "en");
        return press->locale ? 0 : -ENOMEM;
}

static PaperStatus prepare_press(Run *run)
{
        Press *press = &run->press;
        int r = locales_new(&run->locales);

        if (r < 0)
                return complain_errno("languages", r);
        press->dossier = &run->dossier;
        press->arena = &run->arena;
        r = speak(run, run->dossier.language);
        press->home = press->locale;
        return r == 0 ? PAPER_DONE : complain_errno("languages", r);
}

static int add_pdf(Run *run, Bundle *bundle, PaperKind kind, const char *name)
{
        _cleanup_(strbuf_release) StrBuf pdf = { .limit = OUTPUT_LIMIT };
        int r = press_print(&run->press, kind, &pdf);

        return r < 0 ? r : bundle_add(bundle, name, strbuf_text(&pdf), pdf.length);
}

/* Whether the i-th invoice brings a document that none before it brought. */
static bool brings_document(const Run *run, size_t i)
{
        const PaperInvoice *invoices = run->dossier.invoices;

        for (size_t k = 0; k < i && run->press.enclosed[i]; k++)
                if (invoices[k].document &&
                        streq(invoices[k].document->name, invoices[i].document->name))
                        return false;
        return run->press.enclosed[i];
}

/* Read again, and checked again: a file may change at any time. -ESTALE: it did. */
static int read_document(const Run *run, size_t i, StrBuf *ret_bytes)
{
        const PaperDocument *document = run->dossier.invoices[i].document;
        char digest[SHA256_TEXT_SIZE];
        int fd = find_given(run, document->name)->fd;

        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        int r = read_all(fd, DOCUMENT_LIMIT, ret_bytes);
        if (r < 0)
                return r;
        bytes_sha256(strbuf_text(ret_bytes), ret_bytes->length, digest);
        return streq(digest, document->sha256) ? 0 : -ESTALE;
}

static int add_document(const Run *run, Bundle *bundle, size_t i)
{
        _cleanup_(strbuf_release) StrBuf bytes = STRBUF_INIT, name = STRBUF_INIT;
        int r = read_document(run, i, &bytes);

        strbuf_addf(&name, "invoices/%s", run->dossier.invoices[i].document->name);
        if (r == 0)
                r = strbuf_error(&name);
        return r < 0 ? r
                     : bundle_add(bundle, strbuf_text(&name), strbuf_text(&bytes), bytes.length);
}

/* The customer reads it: in his language where it is known. -ENOENT, -EALREADY: there is nothing to
 * demand. */
static int print_letter(Run *run, StrBuf *ret_pdf)
{
        const char *theirs = run->dossier.customer.language;
        const Press whole = run->press;
        Dossier demanded;
        int r = letter_demands(&run->dossier, &run->arena, &demanded);

        if (r < 0)
                return r;
        if (theirs && language_is_known(theirs))
                demanded.language = theirs;
        r = speak(run, demanded.language);
        run->press.dossier = &demanded;
        if (r == 0)
                r = press_print(&run->press, PAPER_LETTER, ret_pdf);
        run->press = whole;
        return r;
}

static int add_letter(Run *run, Bundle *bundle)
{
        _cleanup_(strbuf_release) StrBuf pdf = { .limit = OUTPUT_LIMIT };
        int r = print_letter(run, &pdf);

        if (r == -ENOENT || r == -EALREADY)
                return 0;
        return r < 0 ? r : bundle_add(bundle, "letter.pdf", strbuf_text(&pdf), pdf.length);
}

static int make_bundle(Run *run)
{
        _cleanup_(bundle_freep) Bundle *bundle = NULL;
        int r = bundle_new(run->dossier.made.instant, &run->output, &bundle);

        if (r == 0)
                r = add_pdf(run, bundle, PAPER_DOSSIER_PDF, "dossier.pdf");
        if (r == 0)
                r = add_letter(run, bundle);
        if (r == 0)
                r = bundle_add(bundle, "dossier.json", strbuf_text(&run->json), run->json.length);
        for (size_t i = 0; r == 0 && i < run->dossier.n_invoices; i++)
                if (brings_document(run, i))
                        r = add_document(run, bundle, i);
        return r < 0 ? r : bundle_finish(bundle);
}

/* One file: the documents are within it. */
static int make_dossier(Run *run)
{
        size_t n = run->dossier.n_invoices;
        StrBuf *bytes = arena_alloc_array(&run->arena, n, sizeof(StrBuf));
        AnnexFile *files = arena_alloc_array(&run->arena, n, sizeof(AnnexFile));
        int r = bytes && files ? 0 : -ENOMEM;

        for (size_t i = 0; r == 0 && i < n; i++) {
                if (!brings_document(run, i))
                        continue;
                r = read_document(run, i, &bytes[i]);
                files[run->press.n_files++] = (AnnexFile){ run->dossier.invoices[i].document->name,
                        strbuf_text(&bytes[i]), bytes[i].length };
        }
        run->press.files = files;
        if (r == 0)
                r = press_print(&run->press, PAPER_DOSSIER_PDF, &run->output);
        for (size_t i = 0; bytes && i < n; i++)
                strbuf_release(&bytes[i]);
        return r;
}

static int make(Run *run)
{
        switch (run->kind) {
        case PAPER_DOSSIER_ZIP: return make_bundle(run);
        case PAPER_DOSSIER_PDF: return make_dossier(run);
        case PAPER_LETTER: return print_letter(run, &run->output);
        case PAPER_STATEMENT:
        case PAPER_CHARGES:
        case PAPER_KINDS: break;
        }
        return press_print(&run->press, run->kind, &run->output);
}

static PaperStatus make_output(Run *run)
{
        run->output.limit = OUTPUT_LIMIT;
        int r = make(run);

        if (r == -ESTALE)
                return complain(PAPER_BAD_DOCUMENT, "invoices: a document changed meanwhile");
        if (r == -ENOENT)
                return complain(PAPER_FAILED, "there is nothing to demand: none of it is late, or "
                                              "it is disputed, held or promised");
        if (r == -EALREADY)
                return complain(PAPER_FAILED, "there is nothing to demand: what the customer has "
                                              "to his credit covers it");
        if (r < 0)
                return complain_errno(paper_kind_names[run->kind], r);
        r = fd_write_all(STDOUT_FILENO, strbuf_text(&run->output), run->output.length);
        return r < 0 ? complain_errno("writing", r) : PAPER_DONE;
}

/* No rights are won, no memory is left behind, and nothing depends on where the machine stands. */
static int settle_down(void)
{
        const struct rlimit none = { 0, 0 };

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || setrlimit(RLIMIT_CORE, &none) < 0 ||
                setenv("TZ", "UTC", true) < 0)
                return -errno;
        (void)setlocale(LC_CTYPE, "C.UTF-8");
        return 0;
}

int paper_run(int argc, char *argv[])
{
        Run run = { 0 };
        int r = settle_down();
        PaperStatus status = r < 0 ? complain_errno("start", r) : take_arguments(&run, argc, argv);

        if (status == PAPER_DONE)
                status = read_json(&run);
        if (status == PAPER_DONE)
                status = check_documents(&run);
        if (status == PAPER_DONE)
                status = prepare_press(&run);
        if (status == PAPER_DONE)
                status = make_output(&run);
        locales_free(run.locales);
        strbuf_release(&run.json);
        strbuf_release(&run.output);
        arena_release(&run.arena);
        return (int)status;
}
