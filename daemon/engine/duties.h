/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_ENGINE_DUTIES_H
#define RELANCED_ENGINE_DUTIES_H

/* The words of tasks: what a person is told, in the creditor's language, and what she may type.
 * Pure text: who finds a cause opens the task. */

#include "core/decide.h"
#include "engine/engine.h"
#include "store/outbox.h"

typedef struct Duty {
        const Engine *engine;
        const Account *account;
        size_t instalment; /* index in the account */
        Arena *arena;      /* the task's texts live there */
} Duty;

/* What a judgement asks for, see judgement_task(). -ENOMEM, here and below. */
int duty_of_judgement(const Duty *duty, const Judgement *judgement, Task *ret_task);
/* R13: a promise that was not kept. until: its day. */
int duty_of_promise(const Duty *duty, Date until, Task *ret_task);
/* R15: a part of a plan that is late, since that day. */
int duty_of_plan(const Duty *duty, Date due, Task *ret_task);
/* Whether the task about either stays, until a person is done with it: something is owed, and
 * nothing new was promised. Where nobody may write to the customer, a person is all the more
 * needed. */
bool duty_of_broken_stays(const Judgement *judgement);
/* R17: something has moved after the file was handed over. */
int duty_of_agency(const Duty *duty, Task *ret_task);

/* Kinds of task that are about what has happened: opened once, and kept as long as their instalment
 * is open and nothing new was promised. */
#define TASK_PROMISE_BROKEN "promise-broken"
#define TASK_PLAN_BROKEN "plan-broken"
/* Kept until a person has done it. */
#define TASK_TELL_AGENCY "tell-agency"

#endif
