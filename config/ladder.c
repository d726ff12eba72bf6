/* SPDX-License-Identifier: MIT */
/* Owns what about each step of a ladder cannot be meant, and who takes the files that it hands
 * over; what its settings say against each other is in sense.c. Problems go to the reader. */

#include "config/parts.h"

static bool step_goes_to_hook(const Step *step, const Rulebook *book)
{
        for (unsigned i = 0; i < step->n_routes; i++)
                for (unsigned k = 0; k < step->routes[i].n_channels; k++)
                        if (book->channels[step->routes[i].channels[k]].form == FORM_EVENT)
                                return true;
        return false;
}

/* Agency and lawyer read letters. */
static void check_handover_routes(Reader *reader, const Rung *rung, const Rulebook *book)
{
        const Step *step = rung->step;

        for (unsigned i = 0; i < step->n_routes; i++)
                for (unsigned k = 0; k < step->routes[i].n_channels; k++) {
                        const Channel *channel = &book->channels[step->routes[i].channels[k]];
                        if (channel->form == FORM_SMS || channel->form == FORM_WHATSAPP)
                                reader_error(reader, node_member(rung->node, "send"),
                                        "the step \"%s\" hands a file over by e-mail: the "
                                        "channel \"%s\" cannot carry it",
                                        step->id, channel->name);
                }
}

static bool hands_over(const Step *step)
{
        return step->action == ACTION_AGENCY || step->action == ACTION_LEGAL;
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
        if (hands_over(step))
                check_handover_routes(reader, rung, book);
}

/* What stands below a step that hands over: the customer hears nothing more from there (R17). */
static void check_after_handover(Reader *reader, const Rung *rung, const Step *handed)
{
        if (handed && rung->step->action <= ACTION_DEADLINE)
                reader_warning(reader, rung->node,
                        "the step \"%s\" stands below \"%s\", from which on nothing more goes "
                        "to the customer: it will never be sent",
                        rung->step->id, handed->id);
}

void check_ladder(Reader *reader, const Rung *rungs, size_t n, const Rulebook *book)
{
        bool has_deadline = false;
        const Step *handed = NULL; /* that hands over */

        for (size_t i = 0; i < n; i++) {
                const Step *step = rungs[i].step;
                for (size_t k = 0; k < i && *step->id; k++)
                        if (streq(rungs[k].step->id, step->id)) {
                                reader_error(reader, rungs[i].node,
                                        "two steps have the id \"%s\": the other is in %s:%u",
                                        step->id, rungs[k].node->file, rungs[k].node->line);
                                break;
                        }
                if (!reader->is_partial && *step->id) {
                        check_rung(reader, &rungs[i], has_deadline, book);
                        check_after_handover(reader, &rungs[i], handed);
                }
                handed = hands_over(step) ? step : handed;
                has_deadline |= step->deadline_days > 0;
        }
}

/* The first step of the owner's policies that has the action, with its node. */
static const Step *find_action(
        const Node *group, const Rulebook *book, Action action, const Node **ret_node)
{
        for (size_t i = 0; i < group->n_children && i < book->n_policies; i++) {
                const Policy *policy = &book->policies[i];
                const Node *list = node_member(&group->children[i], "steps");
                for (size_t k = 0; k < policy->n_steps; k++)
                        if (policy->steps[k].action == action) {
                                *ret_node = &list->children[k];
                                return &policy->steps[k];
                        }
        }
        return NULL;
}

void check_recipients(Reader *reader, const FileValues *file, const Rulebook *book)
{
        const struct {
                Action action;
                const Recipient *recipient;
        } cases[] = {
                { ACTION_AGENCY, &book->agency },
                { ACTION_LEGAL, &book->legal },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases) && !reader->is_partial; i++) {
                const Node *node = NULL;
                const Step *step = find_action(file->policies, book, cases[i].action, &node);
                if (step && !is_empty(cases[i].recipient->email) && step->n_routes == 0 &&
                        book->handover.n_channels == 0)
                        reader_warning(reader, node,
                                "the step \"%s\" hands files over by e-mail, and no channel "
                                "sends e-mail",
                                step->id);
        }
}
