-- SPDX-License-Identifier: MIT
-- Version 6: what people ask for often is counted as it changes, so that nobody has to walk through
-- all of it. What has not ended (notice_open) is never that much.

-- Instalments with anything open; nothing is on what was cancelled.
alter table meta add column open_instalments integer not null default 0;

update meta set open_instalments = (
        select count(*) from instalment where open > 0);

-- Notices that have ended, by channel.
create table channel_tally (
        channel text primary key,
        sent integer not null,
        failed integer not null,
        cancelled integer not null,
        last_sent integer                      -- when the try that sent it began
) strict, without rowid;

insert into channel_tally (channel, sent, failed, cancelled, last_sent)
select channel, count(iif(state = 3, 1, null)), count(iif(state = 4, 1, null)),
        count(iif(state = 6, 1, null)), max(sent_at)
from notice where state in (3, 4, 6) group by channel;

-- Those that met a fault which may pass, more than once, and wait.
create index notice_retried on notice (channel, state, reason, attempts)
where state = 0 and reason = 'retry' and attempts > 1;
