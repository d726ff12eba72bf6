/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_CORE_DECIDING_H
#define RELANCED_CORE_DECIDING_H

/* Private to decide(): the account being decided, and what its parts share. contact.c makes the one
 * contact, aside.c and agreed.c what stands outside it. All in an arena; 0, -ENOMEM, -EOVERFLOW. */

#include "core/decide.h"

typedef struct Deciding {
        const Rulebook *book;
        const Account *account;
        const Now *now;
        const Forced *forced;
        Arena *arena;
        Decision *decision;
        uint32_t contact_channels; /* bits: a contact that is due waits for one of them to open */
} Deciding;

/* The step a judgement comes to next; it must have one. */
const Step *judgement_step(const Judgement *judgement);
/* What was due goes back to waiting, or to a person. not_before DATE_NONE: no day is known. */
void deciding_hold_back(Judgement *judgement, Verdict verdict, Reason reason, Date not_before);

/* By due date, number, seq. */
int instalment_compare(const Instalment *a, const Instalment *b);

/* Nothing of it is set yet: no lines, no routes, no dates. */
Planned planned_new(NoticeKind kind, Reason reason);
void planned_use_step(Planned *planned, const Step *step);
/* Takes the first usable alternative of each route (R4), for the customer or the recipient. Whether
 * there is one at all. */
bool deciding_choose_routes(const Deciding *d, Planned *planned);
/* R5: one open route is enough; the others follow when theirs opens that day. Where none is, the
 * decision waits for their channels. */
bool deciding_is_open(const Deciding *d, const Planned *planned);
/* R7: thanks and confirmations yield to a contact on the same day: one that has left, leaves now,
 * or will once its hour has come. */
bool deciding_has_contact_today(const Deciding *d);
/* Room for a line of every instalment; before the first planned_add_line(), which keeps order. */
int planned_make_lines(const Deciding *d, Planned *planned);
void planned_add_line(const Deciding *d, Planned *planned, NoticeLine line);
void deciding_add(Deciding *d, const Planned *planned);

/* R7: the first day on which a contact of this action may come, and which clause says so. */
Date contact_day(const Deciding *d, Action action, Reason *ret_reason);
/* R10: nobody is asked to approve what would be no notice: its sum is covered, or too small. */
int contact_drop_approvals(Deciding *d);
/* R4–R8, R10: at most one notice, the first of the decision. */
int plan_contact(Deciding *d);
/* R16, R17: what is due for one instalment alone. */
int plan_alone(Deciding *d);
/* Whether the file of an agency or legal step can be sent to anybody. */
bool handover_has_recipient(const Rulebook *book, const Step *step);
/* R16 */
int plan_reconnect(Deciding *d);
/* Occasions; after plan_contact(), to which they yield. R11: */
int plan_thanks(Deciding *d);
/* R13, R15: */
int plan_agreed(Deciding *d);
/* Whether there may be something agreed about the instalment to tell the customer of. */
bool instalment_is_agreed(const Instalment *instalment);

#endif
