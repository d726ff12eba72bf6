/* SPDX-License-Identifier: MIT */
/* Owns the rules that give an invoice its policy (R21). Problems go to the reader. */

#include "config/parts.h"

#include "base/parse.h"

#define POLICY_OF_THE_REST "standard"

static const Policy *find_policy(
        Reader *reader, const Node *node, const char *name, const Rulebook *book)
{
        const Policy *policy = rulebook_find_policy(book, name);

        if (policy || !node)
                return policy;
        const char **names = reader_alloc(reader, book->n_policies, sizeof(*names));
        for (size_t i = 0; names && i < book->n_policies; i++)
                names[i] = book->policies[i].name;
        const char *nearest = names ? nearest_name(name, names, book->n_policies) : NULL;
        reader_missing(reader, node, "there is no policy \"%s\"%s%s%s", name,
                nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
        return NULL;
}

static void read_when(Reader *reader, const Node *group, const Config *config, AssignRule *rule)
{
        WhenValues values = { 0 };
        const char *currency;
        int64_t minor;

        reader_preset(SECTION_WHEN, &values);
        reader_read(reader, group, SECTION_WHEN, &values, NULL, NULL);
        rule->kind = values.kind;
        rule->relation = values.relation;
        rule->tag = is_empty(values.tag) ? NULL : values.tag;
        if (rule->tag && rule->tag[strcspn(rule->tag, " ,")])
                reader_error(reader, node_member(group, "tag"),
                        "\"%s\" is no tag: a tag has no blank or comma in it", rule->tag);
        rule->currency = is_empty(values.currency) ? NULL : values.currency;
        if (is_empty(values.amount))
                return;
        currency = rule->currency ? rule->currency : config->creditor.currency;
        Amount *amount = reader_alloc(reader, 1, sizeof(*amount));
        if (!amount || !reader_amount(reader, node_member(group, "amount"), values.amount, currency,
                               &minor))
                return;
        amount->minor = minor;
        memcpy(amount->currency, currency, CURRENCY_SIZE);
        rule->amount = amount;
}

static void read_rule(Reader *reader, const Node *node, const Config *config, AssignRule *rule)
{
        RuleValues values = { 0 };

        *rule = (AssignRule){ .kind = -1, .relation = -1 };
        reader_preset(SECTION_RULE, &values);
        reader_read(reader, node, SECTION_RULE, &values, NULL, NULL);
        if (values.when)
                read_when(reader, values.when, config, rule);
        if (values.policy)
                rule->policy = find_policy(
                        reader, node_member(node, "policy"), values.policy, &config->book);
}

static bool matches_all(const Node *rule)
{
        const Node *when = node_member(rule, "when");

        return !when || when->n_children == 0;
}

/* Whether every invoice that fits the later rule fits the earlier one, too. */
static bool covers(const AssignRule *earlier, const AssignRule *later)
{
        if (earlier->kind >= 0 && earlier->kind != later->kind)
                return false;
        if (earlier->relation >= 0 && earlier->relation != later->relation)
                return false;
        if (earlier->tag && (!later->tag || !streq(earlier->tag, later->tag)))
                return false;
        if (earlier->currency && (!later->currency || !streq(earlier->currency, later->currency)))
                return false;
        if (!earlier->amount)
                return true;
        return later->amount && streq(earlier->amount->currency, later->amount->currency) &&
               earlier->amount->minor <= later->amount->minor;
}

/* Every invoice needs a rule, and every rule an invoice that can get to it. rules: as they were
 * read from the list; NULL: not all could be. */
static void check_order(Reader *reader, const Node *list, const AssignRule *rules)
{
        const Node *all = NULL;

        for (size_t i = 0; i < list->n_children; i++) {
                const Node *rule = &list->children[i];
                if (all) {
                        reader_warning(reader, rule,
                                "this rule is never reached: the one in %s:%u fits every invoice",
                                all->file, all->line);
                        return;
                }
                if (matches_all(rule))
                        all = rule;
                for (size_t k = 0; rules && k < i && !all; k++)
                        if (covers(&rules[k], &rules[i])) {
                                reader_warning(reader, rule,
                                        "this rule is never reached: the one in %s:%u fits every "
                                        "invoice that it does",
                                        list->children[k].file, list->children[k].line);
                                break;
                        }
        }
        if (!all)
                reader_missing(reader, &list->children[list->n_children - 1],
                        "the last rule of assign must fit every invoice: add one that has only "
                        "a policy and no \"when\"");
}

/* What every configuration without rules has. */
static void add_rule_of_the_rest(Reader *reader, const Node *root, Config *config)
{
        AssignRule *rule = reader_alloc(reader, 1, sizeof(*rule));

        if (!rule)
                return;
        *rule = (AssignRule){ .kind = -1,
                .relation = -1,
                .policy = find_policy(reader, NULL, POLICY_OF_THE_REST, &config->book) };
        if (!rule->policy)
                reader_missing(reader, root,
                        "assign is missing, and there is no policy \"" POLICY_OF_THE_REST
                        "\" that would be used without it: add assign = ( { policy = \"…\"; } );");
        config->book.rules = rule;
        config->book.n_rules = 1;
}

void read_assign(Reader *reader, const Node *root, const FileValues *file, Config *config)
{
        const Node *list = file->assign;
        size_t n = list ? list->n_children : 0, n_errors = reader->problems->n_errors;

        if (n == 0) {
                add_rule_of_the_rest(reader, root, config);
                return;
        }
        AssignRule *rules = reader_alloc(reader, n, sizeof(*rules));
        if (!rules)
                return;
        for (size_t i = 0; i < n; i++)
                read_rule(reader, &list->children[i], config, &rules[i]);
        check_order(reader, list, reader->problems->n_errors == n_errors ? rules : NULL);
        config->book.rules = rules;
        config->book.n_rules = n;
}
