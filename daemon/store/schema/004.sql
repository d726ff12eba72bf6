-- SPDX-License-Identifier: MIT
-- Version 4: what became of each try of a notice, and listings that are read page by page.

-- The tries of a notice that did not send it, for people. The one that did, or that is under way,
-- stands in the notice itself.
create table attempt (
        notice integer not null references notice,
        attempt integer not null,              -- counts from 1, as notice.attempts does
        begun integer,                         -- null: it never began
        ended integer,                         -- when its outcome was recorded
        outcome integer not null,              -- the state it led to: pending, failed, uncertain
        reason text not null,
        detail text not null,                  -- what the other side said
        primary key (notice, attempt)
) strict, without rowid;

-- When the outcome of the try that sent it was recorded; sent_at is when that try began.
alter table notice add column ended_at integer;

-- Of earlier tries the last one is known.
insert into attempt (notice, attempt, begun, ended, outcome, reason, detail)
select id, attempts, begun_at, null, state, reason, detail from notice
where attempts > 0 and state in (0, 4, 5);

-- Open tasks in the order of their numbers.
create index task_open_by_id on task (id) where closed_at is null;
