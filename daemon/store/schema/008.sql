-- SPDX-License-Identifier: MIT
-- Version 8: promises, plans, offers, approvals, pauses and guards.

-- Why nothing leaves, as bits of decide.h's guards; and the clocks at the last wake.
alter table meta add column guards integer not null default 0;
alter table meta add column wake_boottime integer;     -- microseconds since that boot
alter table meta add column wake_boot text not null default '';

alter table customer add column paused_until integer;  -- last day, after a reply

-- The channels a customer wants no messages by.
create table opt_out (
        customer integer not null references customer,
        channel text not null,
        fact integer not null references fact,
        primary key (customer, channel)
) strict, without rowid;

-- When an instalment first came in: null on all that came before this was noted.
alter table instalment add column imported_on integer;
-- Whether it has a row of terms: read only where there is one.
alter table instalment add column has_terms integer not null default 0;

-- What was agreed of an instalment, or offered: few have any of it.
create table terms (
        account integer not null,
        invoice integer not null,
        seq integer not null,
        promise integer not null default 0,        -- the last one's fact
        promised_until integer,
        promised_rest integer not null default 0,
        n_promises integer not null default 0,
        is_adopted integer not null default 0,
        approved text not null default '',         -- the step that may go
        plan integer not null default 0,           -- the fact it is a part of
        is_plan_broken integer not null default 0,
        fee integer not null default 0,            -- of its amount
        replaced_by integer not null default 0,    -- the plan's fact
        taken integer not null default 0,          -- of its amount: now that plan's
        said integer not null default 0,           -- bits by contact.kind
        said_on integer,                           -- day of the last of these
        offer_until integer,
        offer_discount integer not null default 0,
        granted integer not null default 0,        -- of its amount: left off for good
        primary key (account, invoice, seq),
        foreign key (account, invoice, seq) references instalment
) strict, without rowid;

-- The fact that put a step behind an instalment; null: a contact did.
alter table done add column fact integer references fact;

alter table contact add column offer_until integer;
alter table contact_line add column discount integer not null default 0;

-- Where a row stands among those of its invoice's file, if a plan's part has that number; else null.
alter table imported_instalment add column place integer;

create index fact_customer on fact (customer) where customer is not null;
