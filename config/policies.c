/* SPDX-License-Identifier: MIT */
/* Owns the ladders: policies and their steps, the owner's and the shipped ones. Problems go to the
 * reader. */

#include "config/parts.h"

#define STEPS_MAX 100
#define TRIGGERS 5
#define POLICY_OF_PLANS "plan" /* that the parts of every plan carry (R15) */

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

/* A discount is for the customer to read (R8: what only she is sent). */
static void read_offer(Reader *reader, const StepValues *values, Step *step)
{
        OfferValues offer = { 0 };

        if (!values->offer)
                return;
        reader_preset(SECTION_OFFER, &offer);
        reader_read(reader, values->offer, SECTION_OFFER, &offer, NULL, NULL);
        if (values->action > ACTION_DEADLINE)
                reader_error(reader, values->offer,
                        "the step \"%s\" has an offer, and its action %s tells the customer "
                        "nothing: courtesy, remind, resend and deadline do",
                        step->id, action_names[values->action]);
        step->offer_percent = MAX(offer.percent, 0);
        step->offer_days = MAX(offer.valid_days, 0);
}

/* Whether its timing could be read. */
static bool read_step(
        Reader *reader, const Node *node, bool is_shipped, const Rulebook *book, Step *step)
{
        StepValues values = { 0 };

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
        read_offer(reader, &values, step);
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

static void read_steps(
        Reader *reader, const Node *list, bool is_shipped, const Rulebook *book, Policy *policy)
{
        size_t n = list ? list->n_children : 0, n_steps = 0, n_errors = reader->problems->n_errors;

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
        if (!is_shipped && !reader->is_partial && reader->problems->n_errors == n_errors)
                check_sense(reader, rungs, n_steps, policy, &book->limits);
}

/* One that is for a person, not for a program of the firm's. */
static bool route_reaches_customer(const Route *route, const Rulebook *book)
{
        for (unsigned i = 0; i < route->n_channels; i++)
                if (book->channels[route->channels[i]].form != FORM_EVENT)
                        return true;
        return false;
}

/* What a policy says nothing of goes the way its first letter to the customer goes. */
static void set_confirm_routes(const Rulebook *book, Policy *policy)
{
        for (size_t i = 0; i < policy->n_steps && policy->n_confirm_routes == 0; i++) {
                const Step *step = &policy->steps[i];
                for (unsigned k = 0; step->action <= ACTION_DEADLINE && k < step->n_routes; k++)
                        if (route_reaches_customer(&step->routes[k], book))
                                policy->confirm_routes[policy->n_confirm_routes++] =
                                        step->routes[k];
        }
}

static void read_policy(
        Reader *reader, const Node *node, bool is_shipped, const Rulebook *book, Policy *policy)
{
        PolicyValues values = { 0 };

        reader_preset(SECTION_POLICY, &values);
        reader_read(reader, node, SECTION_POLICY, &values, NULL, NULL);
        policy->min_gap_days = values.min_gap_days;
        policy->reopen_gap_days = values.reopen_gap_days;
        policy->max_promises = values.max_promises;
        policy->remind_before_days = values.remind_before_days;
        policy->grace_days = values.grace_days;
        policy->lists_upcoming = values.list_upcoming;
        policy->tolerance = reader_amounts(reader, values.tolerance);
        policy->n_thanks_routes =
                read_routes(reader, values.thanks, is_shipped, book, policy->thanks_routes);
        read_steps(reader, values.steps, is_shipped, book, policy);
        policy->n_confirm_routes =
                read_routes(reader, values.confirm, is_shipped, book, policy->confirm_routes);
        if (!values.confirm)
                set_confirm_routes(book, policy);
}

/* The owner's, and of the shipped ones what he does without: all where he has none, else the one
 * that plans need. */
void read_policies(Reader *reader, const Node *group, const Node *shipped, Config *config)
{
        const Node nothing = { .type = NODE_GROUP };
        const Node *own = group ? group : &nothing;
        Policy *policies =
                reader_alloc(reader, own->n_children + shipped->n_children, sizeof(*policies));
        size_t n = 0;

        if (!policies)
                return;
        for (size_t i = 0; i < own->n_children; i++) {
                const Node *node = &own->children[i];
                policies[n].name = node->name;
                if (node->type == NODE_GROUP)
                        read_policy(reader, node, false, &config->book, &policies[n]);
                else
                        reader_error(reader, node, "policies.%s must be a group { … }, not %s",
                                node->name, node_type_name(node->type));
                n++;
        }
        for (size_t i = 0; i < shipped->n_children; i++) {
                const Node *node = &shipped->children[i];
                if (group && (!streq(node->name, POLICY_OF_PLANS) ||
                                     node_member(group, POLICY_OF_PLANS)))
                        continue;
                policies[n].name = node->name;
                read_policy(reader, node, true, &config->book, &policies[n++]);
        }
        config->book.policies = policies;
        config->book.n_policies = n;
}
