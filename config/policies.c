/* SPDX-License-Identifier: MIT */
/* Owns the ladders: policies, their steps, and what about a ladder cannot be meant. Problems go to
 * the reader. */

#include "config/parts.h"

#define STEPS_MAX 100
#define TRIGGERS 5

/* A step as it was read, for the checks of a ladder as a whole. */
typedef struct Rung {
        const Node *node;
        const Step *step;
        bool is_timed; /* its timing could be read */
} Rung;

static bool set_timing(Reader *reader, const Node *node, const StepValues *values, Step *step)
{
        const Node *first = NULL;
        bool is_timed = false;

        for (int i = 0; i < TRIGGERS; i++) {
                const Node *given = node_member(node, trigger_names[i]);
                if (!given)
                        continue;
                if (first)
                        reader_error(reader, given,
                                "the step has two timings, %s and %s: it must have one",
                                first->name, given->name);
                first = first ? first : given;
                if (values->timing[i] == KEY_UNSET)
                        continue;
                step->trigger = (Trigger)i;
                step->days = values->timing[i];
                is_timed = true;
        }
        if (!first)
                reader_missing(reader, node,
                        "the step has no timing: it must have one of after_due, before_due, "
                        "after_issue, after_previous, after_deadline");
        return is_timed;
}

static void set_defaults(const StepValues *values, Step *step)
{
        if (values->attach != KEY_UNSET)
                step->attach = (Attach)values->attach;
        else
                step->attach = step->action == ACTION_RESEND ? ATTACH_OWN : ATTACH_NONE;
        if (values->on_uncertain != KEY_UNSET)
                step->on_uncertain = (OnUncertain)values->on_uncertain;
        else
                step->on_uncertain =
                        step->action <= ACTION_RESEND ? UNCERTAIN_ASSUME_SENT : UNCERTAIN_ASK;
}

/* A call is made, and a case handed over, by a person. */
static bool action_needs_route(Action action)
{
        return action != ACTION_CALL && action != ACTION_AGENCY && action != ACTION_LEGAL;
}

/* Whether its timing could be read. */
static bool read_step(
        Reader *reader, const Node *node, bool is_shipped, const Rulebook *book, Step *step)
{
        StepValues values = { 0 };
        OfferValues offer = { 0 };

        reader_preset(SECTION_STEP, &values);
        reader_read(reader, node, SECTION_STEP, &values, NULL, NULL);
        *step = (Step){
                .id = values.id ? values.id : "",
                .action = (Action)values.action,
                .end_of_month = values.end_of_month,
                .min_gap_days = values.min_gap_days,
                .deadline_days = values.deadline_days == KEY_UNSET ? 0 : values.deadline_days,
                .needs_approval = values.approve,
                .has_charges = values.charges,
                .min_total = reader_amounts(reader, values.min_total),
                .template = is_empty(values.template) ? NULL : values.template,
        };
        bool is_timed = set_timing(reader, node, &values, step);
        set_defaults(&values, step);
        step->n_routes = read_routes(reader, values.send, is_shipped, book, step->routes);
        if (values.offer)
                reader_read(reader, values.offer, SECTION_OFFER, &offer, NULL, NULL);
        if (!action_needs_route(step->action) || is_shipped)
                return is_timed;
        if (!node_member(node, "send"))
                reader_missing(reader, node,
                        "the step has no \"send\": nothing says by which "
                        "channel it goes");
        else if (values.send && values.send->n_children == 0)
                reader_error(reader, values.send, "\"send\" names no channel");
        return is_timed;
}

/* Days from the due date, if that is what the step counts from. */
static bool signed_days(const Step *step, int *ret_days)
{
        if (step->trigger != TRIGGER_AFTER_DUE && step->trigger != TRIGGER_BEFORE_DUE)
                return false;
        *ret_days = step->trigger == TRIGGER_AFTER_DUE ? step->days : -step->days;
        return true;
}

static bool step_goes_to_hook(const Step *step, const Rulebook *book)
{
        for (unsigned i = 0; i < step->n_routes; i++)
                for (unsigned k = 0; k < step->routes[i].n_channels; k++)
                        if (book->channels[step->routes[i].channels[k]].form == FORM_EVENT)
                                return true;
        return false;
}

static void check_rung(Reader *reader, const Rung *rung, bool has_deadline, const Rulebook *book)
{
        const Step *step = rung->step;

        if (step->action == ACTION_DEADLINE && step->deadline_days == 0 &&
                !node_member(rung->node, "deadline_days"))
                reader_warning(reader, rung->node,
                        "the step \"%s\" has no deadline_days: it will print no deadline",
                        step->id);
        if (step->trigger == TRIGGER_AFTER_DEADLINE && !has_deadline)
                reader_warning(reader, rung->node,
                        "the step \"%s\" counts from a deadline, and no step before it prints "
                        "one: it will never be due",
                        step->id);
        if (step->action == ACTION_SUSPEND && step->n_routes > 0 && !step_goes_to_hook(step, book))
                reader_warning(reader, rung->node,
                        "the step \"%s\" suspends a service, and none of its channels is a hook "
                        "that could",
                        step->id);
}

static void check_ladder(Reader *reader, const Rung *rungs, size_t n, const Rulebook *book)
{
        bool has_deadline = false;
        const Step *last = NULL; /* that counts from the due date */
        int days, last_days = 0;

        for (size_t i = 0; i < n; i++) {
                const Step *step = rungs[i].step;
                for (size_t k = 0; k < i && *step->id; k++)
                        if (streq(rungs[k].step->id, step->id)) {
                                reader_error(reader, rungs[i].node,
                                        "two steps have the id \"%s\": the other is in %s:%u",
                                        step->id, rungs[k].node->file, rungs[k].node->line);
                                break;
                        }
                if (!reader->is_partial && *step->id)
                        check_rung(reader, &rungs[i], has_deadline, book);
                has_deadline |= step->deadline_days > 0;
                if (!rungs[i].is_timed || !signed_days(step, &days))
                        continue;
                if (last && days < last_days && *step->id && *last->id)
                        reader_warning(reader, rungs[i].node,
                                "the step \"%s\" is timed before \"%s\", which stands above it: "
                                "steps go in the order they stand in",
                                step->id, last->id);
                last = step;
                last_days = days;
        }
}

static void read_steps(
        Reader *reader, const Node *list, bool is_shipped, const Rulebook *book, Policy *policy)
{
        size_t n = list ? list->n_children : 0, n_steps = 0;

        if (n > STEPS_MAX) {
                reader_error(
                        reader, list, "the policy has %zu steps: there can be %d", n, STEPS_MAX);
                n = 0;
        }
        Step *steps = reader_alloc(reader, n, sizeof(*steps));
        Rung *rungs = reader_alloc(reader, n, sizeof(*rungs));
        if (!steps || !rungs)
                return;
        for (size_t i = 0; i < n; i++) {
                Step *step = &steps[n_steps];
                bool is_timed = read_step(reader, &list->children[i], is_shipped, book, step);
                if (is_shipped && action_needs_route(step->action) && step->n_routes == 0)
                        continue;
                rungs[n_steps++] = (Rung){ &list->children[i], step, is_timed };
        }
        policy->steps = steps;
        policy->n_steps = n_steps;
        check_ladder(reader, rungs, n_steps, book);
}

static void read_policy(
        Reader *reader, const Node *node, bool is_shipped, const Rulebook *book, Policy *policy)
{
        PolicyValues values = { 0 };

        reader_preset(SECTION_POLICY, &values);
        reader_read(reader, node, SECTION_POLICY, &values, NULL, NULL);
        policy->min_gap_days = values.min_gap_days;
        policy->reopen_gap_days = values.reopen_gap_days;
        policy->lists_upcoming = values.list_upcoming;
        policy->tolerance = reader_amounts(reader, values.tolerance);
        policy->n_thanks_routes =
                read_routes(reader, values.thanks, is_shipped, book, policy->thanks_routes);
        read_steps(reader, values.steps, is_shipped, book, policy);
}

void read_policies(Reader *reader, const Node *group, bool is_shipped, Config *config)
{
        Policy *policies = reader_alloc(reader, group->n_children, sizeof(*policies));

        if (!policies)
                return;
        for (size_t i = 0; i < group->n_children; i++) {
                const Node *node = &group->children[i];
                policies[i].name = node->name;
                if (node->type == NODE_GROUP)
                        read_policy(reader, node, is_shipped, &config->book, &policies[i]);
                else
                        reader_error(reader, node, "policies.%s must be a group { … }, not %s",
                                node->name, node_type_name(node->type));
        }
        config->book.policies = policies;
        config->book.n_policies = group->n_children;
}
