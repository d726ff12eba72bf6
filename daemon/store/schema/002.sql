-- SPDX-License-Identifier: MIT
-- Version 2: what a channel module is told of a message beside its texts.

-- The folder its texts came from: "remind", "thanks".
alter table body add column template text not null default '';
-- Of a WhatsApp text: the variables its template may use, a line "name=value" for each; else NULL.
alter table body add column fields text;

-- What may still leave. A folder that the configuration names in the action's place is not known
-- here; it was in no message of version 1.
update body set template = (
        select case c.kind when 3 then 'thanks' when 2 then 'reconnect' else
                case c.action when 0 then 'courtesy' when 1 then 'remind' when 2 then 'resend'
                        when 3 then 'deadline' when 4 then 'call' when 5 then 'suspend'
                        when 6 then 'agency' when 7 then 'legal' else '' end
        end
        from notice n join contact c on c.id = n.contact where n.id = body.notice)
where notice in (select id from notice where state in (0, 1, 2, 5));
