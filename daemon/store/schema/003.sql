-- SPDX-License-Identifier: MIT
-- Version 3: what was last said of a channel that did not send, for people.

create table channel_error (
        channel text primary key,
        at integer not null,
        detail text not null
) strict, without rowid;

-- The newest that is known of each; its time, where it had begun, is that of the attempt.
insert into channel_error (channel, at, detail)
select channel, coalesce(begun_at, date), detail from notice n
where detail <> '' and state <> 3 and not exists (
        select 1 from notice o where o.channel = n.channel and o.detail <> '' and o.state <> 3
        and (coalesce(o.begun_at, o.date), o.id) > (coalesce(n.begun_at, n.date), n.id));
