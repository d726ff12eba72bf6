/* SPDX-License-Identifier: MIT */
/*
 * Owns the incremental update: objects numbered on after the last, a table of where they are, and
 * a trailer that leads back to cairo's. Understands no PDF but one that cairo wrote as PDF 1.4,
 * with a plain table of objects; anything else is refused, untouched.
 */

#include "paper/annex.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "base/parse.h"
#include "paper/clean.h"
#include "paper/srgb.h"
#include "sys/file.h"

#define ENTRY_SIZE 20 /* of the table */
#define TAIL_SIZE 512
#define OBJECTS_MAX 4096

typedef struct Update {
        StrBuf *pdf;
        size_t table, table_size; /* cairo's table, and how many objects it has */
        size_t next;              /* the next free number */
        size_t root, info;
        struct {
                size_t number, offset;
        } written[OBJECTS_MAX];
        size_t n_written;
} Update;

/* The number after the last key in the tail of the file. */
static int number_after(const char *tail, const char *key, size_t *ret_number)
{
        const char *found = NULL;
        char digits[12] = "";
        int number;

        for (const char *p = tail; (p = strstr(p, key)); p++)
                found = p;
        if (!found)
                return -EBADMSG;
        found += strlen(key);
        size_t length = strspn(found, "0123456789");
        if (length == 0 || length >= sizeof(digits))
                return -EBADMSG;
        memcpy(digits, found, length);
        if (parse_int(digits, 0, INT32_MAX, &number) < 0)
                return -EBADMSG;
        *ret_number = (size_t)number;
        return 0;
}

static int read_trailer(Update *update)
{
        const StrBuf *pdf = update->pdf;
        char tail[TAIL_SIZE + 1] = "";
        char head[32];
        size_t length = MIN(pdf->length, (size_t)TAIL_SIZE);

        for (size_t i = 0; i < length; i++) { /* bytes that are no text end no string */
                char c = pdf->text[pdf->length - length + i];
                tail[i] = c ? c : ' ';
        }
        if (number_after(tail, "startxref\n", &update->table) < 0 ||
                number_after(tail, "/Size ", &update->table_size) < 0 ||
                number_after(tail, "/Root ", &update->root) < 0 ||
                number_after(tail, "/Info ", &update->info) < 0)
                return -EBADMSG;
        int n = snprintf(head, sizeof(head), "xref\n0 %zu\n", update->table_size);
        if (update->table + (size_t)n + ENTRY_SIZE * update->table_size > pdf->length ||
                memcmp(pdf->text + update->table, head, (size_t)n) != 0)
                return -EBADMSG;
        update->table += (size_t)n;
        update->next = update->table_size;
        return 0;
}

/* What is within << and the last >> of an object of cairo's: a copy (free()). */
static int read_dictionary(const Update *update, size_t number, char **ret_text)
{
        const StrBuf *pdf = update->pdf;
        char digits[11] = "";
        int offset;

        if (number >= update->table_size)
                return -EBADMSG;
        memcpy(digits, pdf->text + update->table + ENTRY_SIZE * number, 10);
        if (parse_int(digits, 0, INT32_MAX, &offset) < 0 || (size_t)offset >= pdf->length)
                return -EBADMSG;
        const char *from = strbuf_text(pdf) + offset;
        const char *end = memmem(from, pdf->length - (size_t)offset, "endobj", 6);
        const char *open = end ? memmem(from, (size_t)(end - from), "<<", 2) : NULL;
        while (open && end > open && (end[0] != '>' || end[1] != '>'))
                end--;
        if (!open || end <= open + 1)
                return -EBADMSG;
        *ret_text = strndup(open + 2, (size_t)(end - open) - 2);
        return *ret_text ? 0 : -ENOMEM;
}

static void begin_object(Update *update, size_t number)
{
        if (update->n_written == OBJECTS_MAX) {
                update->pdf->error = -E2BIG;
                return;
        }
        update->written[update->n_written].number = number;
        update->written[update->n_written++].offset = update->pdf->length;
        strbuf_addf(update->pdf, "%zu 0 obj\n", number);
}

static size_t add_stream(Update *update, const char *dictionary, const char *bytes, size_t length)
{
        size_t number = update->next++;

        begin_object(update, number);
        strbuf_addf(update->pdf, "<< %s /Length %zu >>\nstream\n", dictionary, length);
        strbuf_add_bytes(update->pdf, bytes, length);
        strbuf_add(update->pdf, "\nendstream\nendobj\n");
        return number;
}

static void add_escaped(StrBuf *xml, const char *text)
{
        for (; *text; text++)
                switch (*text) {
                case '&': strbuf_add(xml, "&amp;"); break;
                case '<': strbuf_add(xml, "&lt;"); break;
                case '>': strbuf_add(xml, "&gt;"); break;
                default: strbuf_add_char(xml, *text);
                }
}

static size_t add_metadata(Update *update, const Annex *annex)
{
        _cleanup_(strbuf_release) StrBuf xml = STRBUF_INIT;
        const struct {
                const char *before, *text, *after;
        } rows[] = {
                { "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">", annex->title,
                        "</rdf:li></rdf:Alt></dc:title>\n" },
                { "<dc:creator><rdf:Seq><rdf:li>", annex->author,
                        "</rdf:li></rdf:Seq></dc:creator>\n" },
                { "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">", annex->subject,
                        "</rdf:li></rdf:Alt></dc:description>\n" },
                { "<dc:language><rdf:Bag><rdf:li>", annex->language,
                        "</rdf:li></rdf:Bag></dc:language>\n" },
                { "<xmp:CreateDate>", annex->made, "</xmp:CreateDate>\n" },
                { "<xmp:ModifyDate>", annex->made, "</xmp:ModifyDate>\n" },
                { "<xmp:CreatorTool>", "relanced " RELANCED_VERSION, "</xmp:CreatorTool>\n" },
        };

        strbuf_add(&xml, "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                         "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                         "<rdf:Description rdf:about=\"\""
                         " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
                         " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n");
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                strbuf_add(&xml, rows[i].before);
                add_escaped(&xml, rows[i].text);
                strbuf_add(&xml, rows[i].after);
        }
        strbuf_add(&xml, "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>");
        if (strbuf_error(&xml) < 0)
                update->pdf->error = strbuf_error(&xml);
        return add_stream(update, "/Type /Metadata /Subtype /XML", strbuf_text(&xml), xml.length);
}

static size_t add_file(Update *update, const AnnexFile *file)
{
        char dictionary[96];

        (void)snprintf(dictionary, sizeof(dictionary),
                "/Type /EmbeddedFile /Subtype /application#2Fpdf /Params << /Size %zu >>",
                file->length);
        size_t stream = add_stream(update, dictionary, file->bytes, file->length);
        size_t number = update->next++;
        begin_object(update, number);
        strbuf_add(update->pdf, "<< /Type /Filespec /AFRelationship /Supplement /F ");
        clean_add_utf16(update->pdf, file->name);
        strbuf_add(update->pdf, " /UF ");
        clean_add_utf16(update->pdf, file->name);
        strbuf_addf(update->pdf, " /EF << /F %zu 0 R /UF %zu 0 R >> >>\nendobj\n", stream, stream);
        return number;
}

/* The files in the dictionary of names, cairo's own if it has one. */
static int add_files(Update *update, const Annex *annex, size_t *ret_names)
{
        _cleanup_(strbuf_release) StrBuf entries = STRBUF_INIT;
        _cleanup_(freep) char *names = NULL;
        int r = 0;

        for (size_t i = 0; i < annex->n_files; i++)
                strbuf_addf(&entries, " (%04zu) %zu 0 R", i, add_file(update, &annex->files[i]));
        if (*ret_names > 0)
                r = read_dictionary(update, *ret_names, &names);
        else
                *ret_names = update->next++;
        if (r < 0)
                return r;
        begin_object(update, *ret_names);
        strbuf_addf(update->pdf, "<< %s /EmbeddedFiles << /Names [%s ] >> >>\nendobj\n",
                names ? names : "", strbuf_text(&entries));
        return strbuf_error(&entries);
}

static int add_catalog(Update *update, const Annex *annex)
{
        _cleanup_(freep) char *catalog = NULL;
        size_t names = 0;
        int r = read_dictionary(update, update->root, &catalog);

        if (r < 0)
                return r;
        bool has_names = number_after(catalog, "/Names ", &names) == 0;
        size_t metadata = add_metadata(update, annex);
        size_t colours = add_stream(update, "/N 3", srgb_profile, sizeof(srgb_profile));
        if (annex->n_files > 0)
                r = add_files(update, annex, &names);
        if (r < 0)
                return r;
        begin_object(update, update->root);
        strbuf_addf(update->pdf,
                "<<%s /ViewerPreferences << /DisplayDocTitle true >> /Metadata %zu 0 R"
                " /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /DestOutputProfile %zu 0 R"
                " /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) >>] /Lang ",
                catalog, metadata, colours);
        clean_add_utf16(update->pdf, annex->language);
        if (!has_names && names > 0)
                strbuf_addf(update->pdf, " /Names %zu 0 R", names);
        strbuf_add(update->pdf, " >>\nendobj\n");
        return 0;
}

/* Where the objects are, each in a section of its own, and the way back to the first table. */
static void add_table(Update *update, size_t first_table, const char *digest)
{
        size_t table = update->pdf->length;

        strbuf_add(update->pdf, "xref\n");
        for (size_t i = 0; i < update->n_written; i++)
                strbuf_addf(update->pdf, "%zu 1\n%010zu 00000 n \n", update->written[i].number,
                        update->written[i].offset);
        strbuf_addf(update->pdf,
                "trailer\n<< /Size %zu /Root %zu 0 R /Info %zu 0 R /Prev %zu"
                " /ID [<%.32s> <%.32s>] >>\nstartxref\n%zu\n%%%%EOF\n",
                update->next, update->root, update->info, first_table, digest, digest, table);
}

int annex_append(StrBuf *pdf, const Annex *annex)
{
        _cleanup_(freep) Update *update = calloc(1, sizeof(Update));
        char digest[SHA256_TEXT_SIZE];

        if (!update)
                return -ENOMEM;
        update->pdf = pdf;
        int r = read_trailer(update);
        if (r < 0)
                return r;
        size_t first_table = update->table;
        while (first_table > 0 && memcmp(pdf->text + first_table, "xref\n", 5) != 0)
                first_table--;
        bytes_sha256(strbuf_text(pdf), pdf->length, digest);
        r = add_catalog(update, annex);
        if (r < 0)
                return r;
        add_table(update, first_table, digest);
        return strbuf_error(pdf);
}
