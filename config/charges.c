/* SPDX-License-Identifier: MIT */
/*
 * Owns what late payment costs, as configured: a regime for each kind of customer, and the tables
 * of reference rates, the shipped ones under the creditor's own. Problems go to the reader; a table
 * that is nowhere is empty, and whoever needs a rate of it will say so.
 */

#include "config/parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/parse.h"
#include "base/strbuf.h"
#include "sys/file.h"

#define SUFFIX ".conf"
#define RATE_HUNDREDTHS_MAX 10000

/* "-0.88" in hundredths. */
static bool percent_parse(const char *text, int *ret_hundredths)
{
        int64_t hundredths;

        /* As amounts of a currency with two decimals are written. */
        if (money_parse(text, "EUR", &hundredths) < 0 || hundredths > RATE_HUNDREDTHS_MAX ||
                hundredths < -RATE_HUNDREDTHS_MAX)
                return false;
        *ret_hundredths = (int)hundredths;
        return true;
}

/* "2026-S1 2.15" */
static bool read_rate(Reader *reader, const Node *node, ReferenceRate *rate)
{
        char half_year[HALF_YEAR_TEXT_SIZE] = "";
        size_t length = strcspn(node->text, " ");
        const char *percent = node->text + length + strspn(node->text + length, " ");

        if (length < sizeof(half_year))
                memcpy(half_year, node->text, length);
        if (half_year_parse(half_year, &rate->half_year) < 0) {
                reader_error(reader, node,
                        "\"%s\" does not begin with a half-year: a rate is written as "
                        "\"2026-S1 2.15\"",
                        node->text);
                return false;
        }
        if (!percent_parse(percent, &rate->hundredths)) {
                reader_error(reader, node,
                        "\"%s\" is no rate in percent from -100.00 to 100.00: it is written as "
                        "\"%s 2.15\"",
                        node->text, half_year);
                return false;
        }
        return true;
}

/* Each half-year once, the oldest first, so that a slip of the pen shows. */
static bool follows(
        Reader *reader, const Node *node, const ReferenceRate *rate, const RateTable *table)
{
        char text[HALF_YEAR_TEXT_SIZE];

        if (table->n == 0 || rate->half_year > table->rates[table->n - 1].half_year)
                return true;
        half_year_format(rate->half_year, text);
        for (size_t i = 0; i < table->n; i++)
                if (table->rates[i].half_year == rate->half_year) {
                        reader_error(reader, node, "%s is given twice", text);
                        return false;
                }
        reader_error(reader, node, "%s is out of order: half-years go from the oldest on", text);
        return false;
}

static RateTable read_list(Reader *reader, const Node *list)
{
        ReferenceRate *rates = reader_alloc(reader, list->n_children, sizeof(*rates));
        RateTable table = { .rates = rates };

        for (size_t i = 0; rates && i < list->n_children; i++) {
                const Node *node = &list->children[i];
                if (node->type != NODE_TEXT)
                        reader_error(reader, node,
                                "rates must be a list of texts, such as "
                                "[ \"2026-S1 2.15\" ], not of %s",
                                node_type_name(node->type));
                else if (read_rate(reader, node, &rates[table.n]) &&
                         follows(reader, node, &rates[table.n], &table))
                        table.n++;
        }
        return table;
}

/* Of a file of rates; one that is not there has none. */
static RateTable read_table(Reader *reader, const char *path)
{
        static const char *const known[] = { "rates" };
        Reader of_file = *reader;
        RateTable table = { 0 };
        Node root = { 0 };
        const Node *list = NULL;

        of_file.path = of_file.shown = path;
        of_file.is_partial = false;
        if (!read_file_tree(&of_file, &root)) {
                reader->error = of_file.error;
                return table;
        }
        for (size_t i = 0; i < root.n_children; i++) {
                const Node *node = &root.children[i];
                if (streq(node->name, "rates") && node->type == NODE_LIST)
                        list = node;
                else if (streq(node->name, "rates"))
                        reader_error(&of_file, node,
                                "rates must be a list of texts, such as [ \"2026-S1 2.15\" ], "
                                "not %s",
                                node_type_name(node->type));
                else
                        reader_error(&of_file, node, "unknown key %s%s", node->name,
                                nearest_name(node->name, known, 1) ? "; did you mean \"rates\"?"
                                                                   : "");
        }
        if (list)
                table = read_list(&of_file, list);
        else if (!node_member(&root, "rates"))
                reader_missing(&of_file, &root,
                        "rates is missing: a list such as [ \"2026-S1 2.15\" ], the oldest first");
        reader->error = of_file.error;
        return table;
}

/* Both, by half-year; the creditor's own go before the shipped ones. */
static RateTable merge_tables(Reader *reader, const RateTable *own, const RateTable *shipped)
{
        ReferenceRate *rates = reader_alloc(reader, own->n + shipped->n, sizeof(*rates));
        size_t i = 0, k = 0, n = 0;

        while (rates && (i < own->n || k < shipped->n)) {
                if (i == own->n ||
                        (k < shipped->n && shipped->rates[k].half_year < own->rates[i].half_year)) {
                        rates[n++] = shipped->rates[k++];
                        continue;
                }
                if (k < shipped->n && shipped->rates[k].half_year == own->rates[i].half_year)
                        k++;
                rates[n++] = own->rates[i++];
        }
        return (RateTable){ rates, n };
}

static bool is_there(const char *path)
{
        struct stat info;

        return stat(path, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static RateTable read_folder_table(Reader *reader, const char *folder, const char *name)
{
        _cleanup_(strbuf_release) StrBuf text = STRBUF_INIT;

        if (!folder)
                return (RateTable){ 0 };
        strbuf_addf(&text, "%s/%s" SUFFIX, folder, name);
        const char *path = arena_strdup(reader->arena, strbuf_text(&text));
        if (!path || strbuf_error(&text) < 0) {
                reader->error = -ENOMEM;
                return (RateTable){ 0 };
        }
        return is_there(path) ? read_table(reader, path) : (RateTable){ 0 };
}

/* A file that nobody will ever read, most often for a slip in its name. */
static void check_names(Reader *reader, const char *folder)
{
        DIR *listing = opendir(folder);

        for (struct dirent *item; listing && (item = readdir(listing));) {
                size_t length = strlen(item->d_name);
                char name[256];
                int source;
                if (length <= strlen(SUFFIX) || item->d_name[0] == '.' ||
                        !streq(item->d_name + length - strlen(SUFFIX), SUFFIX))
                        continue;
                (void)snprintf(
                        name, sizeof(name), "%.*s", (int)(length - strlen(SUFFIX)), item->d_name);
                if (parse_name(name, rate_source_names, RATE_SOURCES, &source) == 0)
                        continue;
                const char *nearest = nearest_name(name, rate_source_names, RATE_SOURCES);
                problems_add(reader->problems, true, folder, 0,
                        "%s: no charges go by a table of that name%s%s%s", item->d_name,
                        nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                        nearest ? SUFFIX "\"?" : "");
        }
        if (listing)
                (void)closedir(listing);
}

static void read_tables(Reader *reader, const Node *root, bool is_given, Config *config)
{
        _cleanup_(freep) char *shipped = NULL;
        struct stat info;
        bool has_own = stat(config->rates, &info) == 0 && S_ISDIR(info.st_mode);

        if (data_folder("rates", &shipped) == -ENOMEM)
                reader->error = -ENOMEM;
        if (has_own)
                check_names(reader, config->rates);
        else if (is_given)
                reader_error(reader, node_member(root, "rates"), "rates: there is no folder %s",
                        config->rates);
        for (int i = 0; i < RATE_SOURCES && !reader->error; i++) {
                const RateTable own = read_folder_table(
                        reader, has_own ? config->rates : NULL, rate_source_names[i]);
                const RateTable other = read_folder_table(reader, shipped, rate_source_names[i]);
                config->charges.tables[i] = merge_tables(reader, &own, &other);
        }
}

static void read_regimes(Reader *reader, const Node *group, Config *config)
{
        ChargesValues values = { 0 };

        reader_preset(SECTION_CHARGES, &values);
        if (group)
                reader_read(reader, group, SECTION_CHARGES, &values, NULL, NULL);
        const int chosen[] = {
                [KIND_BUSINESS] = values.business,
                [KIND_CONSUMER] = values.consumer,
                [KIND_PUBLIC] = values.public,
        };
        for (size_t i = 0; i < ELEMENTSOF(chosen); i++)
                config->charges.regimes[i] =
                        chosen[i] == REGIMES
                                ? regime_of_country(config->creditor.country, (CustomerKind)i)
                                : (Regime)chosen[i];
        config->charges.fixed = reader_amounts(reader, values.fixed);
        Regime consumer = config->charges.regimes[KIND_CONSUMER];
        if (consumer != REGIME_NONE && consumer != REGIME_DE)
                reader_warning(reader, node_member(group, "consumer"),
                        "charges.consumer: \"%s\" is a law between firms; a consumer owes such "
                        "interest only where her contract says so, and never the fixed sum",
                        regime_names[consumer]);
}

void read_charges(Reader *reader, const Node *root, const FileValues *file, Config *config)
{
        read_regimes(reader, file->charges, config);
        read_tables(reader, root, !is_empty(file->rates), config);
}
