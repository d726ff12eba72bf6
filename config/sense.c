/* SPDX-License-Identifier: MIT */
/* Owns what the settings of a ladder say against each other: a day that others never let a step
 * have, an offer still open when the next step comes, a sum that a tolerance makes vain. Warnings
 * alone, to the reader: the rules settle each of them (R2, R7, R10), only not as it was written. */

#include "config/parts.h"

/* How many days there must be between two steps, and the setting that says so. */
typedef struct Room {
        int days;
        const char *because;
} Room;

static int signed_days(const Step *step)
{
        return step->trigger == TRIGGER_BEFORE_DUE ? -step->days : step->days;
}

static bool counts_from_due(const Step *step)
{
        return step->trigger == TRIGGER_AFTER_DUE || step->trigger == TRIGGER_BEFORE_DUE;
}

/* Whether their numbers count from one day. */
static bool has_same_start(const Step *a, const Step *b)
{
        return (counts_from_due(a) && counts_from_due(b)) ||
               (a->trigger == TRIGGER_AFTER_ISSUE && b->trigger == TRIGGER_AFTER_ISSUE);
}

/* Days from the one above to the one below by their timings alone. next: it stands right below. */
static bool timed_distance(const Step *above, const Step *below, bool next, int *ret_days)
{
        if (has_same_start(above, below))
                *ret_days = signed_days(below) - signed_days(above);
        else if (next && below->trigger == TRIGGER_AFTER_PREVIOUS)
                *ret_days = MAX(below->days, 1);
        else if (next && below->trigger == TRIGGER_AFTER_DEADLINE && above->deadline_days > 0)
                *ret_days = above->deadline_days + MAX(below->days, 1);
        else
                return false;
        return true;
}

static bool is_pressing(const Step *step)
{
        return step->action == ACTION_REMIND || step->action == ACTION_RESEND ||
               step->action == ACTION_DEADLINE;
}

static void need(Room *room, int days, const char *because)
{
        if (days > room->days)
                *room = (Room){ days, because };
}

/* R2, R3, R7: what keeps them apart, whatever their timings. */
static Room needed_room(
        const Step *above, const Step *below, const Policy *policy, const Limits *limits)
{
        Room room = { 1, "an invoice takes one step a day" };

        if (below->min_gap_days >= 0)
                need(&room, below->min_gap_days, "its min_gap_days asks for more");
        else
                need(&room, policy->min_gap_days, "the policy's min_gap_days asks for more");
        if (is_pressing(above) && is_pressing(below))
                need(&room, limits->contact_gap_days, "limits.contact_gap_days asks for more");
        if (above->deadline_days > 0)
                need(&room, above->deadline_days + 1, "the deadline printed must have passed");
        return room;
}

static const char *plural(int n)
{
        return n == 1 ? "" : "s";
}

/* Between a step and the last one above it that it can be compared with. */
static void check_distance(
        Reader *reader, const Rung *rungs, size_t i, const Policy *policy, const Limits *limits)
{
        const Step *step = rungs[i].step;

        for (size_t k = i; k-- > 0;) {
                const Step *above = rungs[k].step;
                int days;
                if (!timed_distance(above, step, k + 1 == i, &days))
                        continue;
                Room room = needed_room(above, step, policy, limits);
                if (days < 0)
                        reader_warning(reader, rungs[i].node,
                                "the step \"%s\" is timed before \"%s\", which stands above it: "
                                "steps go in the order they stand in",
                                step->id, above->id);
                else if (days < room.days)
                        reader_warning(reader, rungs[i].node,
                                "the step \"%s\" is timed %d day%s after \"%s\", and it will come "
                                "%d after it at the soonest: %s",
                                step->id, days, plural(days), above->id, room.days, room.because);
                return;
        }
}

/* It ends before the customer is asked for the whole sum again, and not after a last date. */
static void check_offer(
        Reader *reader, const Rung *rungs, size_t n, const Policy *policy, const Limits *limits)
{
        const Step *step = rungs[0].step;
        const Node *node = node_member(rungs[0].node, "offer");
        int valid = step->offer_days, days;

        if (step->deadline_days > 0 && valid > step->deadline_days)
                reader_warning(reader, node,
                        "the step \"%s\" gives %d day%s to pay, and its offer is good for %d: the "
                        "lower sum could still be paid after the deadline",
                        step->id, step->deadline_days, plural(step->deadline_days), valid);
        for (size_t k = 1; k < n; k++) {
                const Step *below = rungs[k].step;
                if (!timed_distance(step, below, k == 1, &days) || days < 0)
                        continue;
                days = MAX(days, needed_room(step, below, policy, limits).days);
                if (days > valid)
                        continue;
                reader_warning(reader, node,
                        "the offer of the step \"%s\" is good for %d day%s, and the step \"%s\" "
                        "comes %d day%s after it: the offer would still be open",
                        step->id, valid, plural(valid), below->id, days, plural(days));
                return;
        }
}

/* What is too little to ask for is not asked for whatever the step says (R10). */
static void check_sums(Reader *reader, const Rung *rung, const Policy *policy)
{
        const Amounts *sums = &rung->step->min_total;

        for (size_t i = 0; i < sums->n; i++)
                if (sums->list[i].minor <= amounts_get(&policy->tolerance, sums->list[i].currency))
                        reader_warning(reader, node_member(rung->node, "min_total"),
                                "the min_total of the step \"%s\" in %s does nothing: the "
                                "tolerance of its policy is no smaller",
                                rung->step->id, sums->list[i].currency);
}

/* What the steps above leave a formal notice or a suspension without (R16). */
static void check_above(Reader *reader, const Rung *rungs, size_t i)
{
        const Step *step = rungs[i].step;
        bool has_reminder = false, has_deadline = false;

        for (size_t k = 0; k < i; k++) {
                has_reminder |= rungs[k].step->action != ACTION_SUSPEND;
                has_deadline |= rungs[k].step->deadline_days > 0;
        }
        if (step->action == ACTION_DEADLINE && !has_reminder)
                reader_warning(reader, rungs[i].node,
                        "the step \"%s\" is a formal notice, and no step above it reminds the "
                        "customer first",
                        step->id);
        if (step->action == ACTION_SUSPEND && step->trigger != TRIGGER_AFTER_DEADLINE &&
                !has_deadline)
                reader_warning(reader, rungs[i].node,
                        "the step \"%s\" suspends only after a deadline has passed, and no step "
                        "above it prints one: it will never be due",
                        step->id);
}

void check_sense(
        Reader *reader, const Rung *rungs, size_t n, const Policy *policy, const Limits *limits)
{
        for (size_t i = 0; i < n; i++) {
                check_distance(reader, rungs, i, policy, limits);
                check_above(reader, rungs, i);
                check_sums(reader, &rungs[i], policy);
                if (rungs[i].step->offer_percent > 0)
                        check_offer(reader, &rungs[i], n - i, policy, limits);
        }
}
