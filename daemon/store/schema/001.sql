-- SPDX-License-Identifier: MIT
-- The store, version 1. This file is never edited once released: changes are later files.
--
-- Days are days since 1970-01-01, instants microseconds since then (UTC), amounts minor units;
-- NULL is "none". Numbers of kinds, actions and states are those of the enums that account.h,
-- decide.h, policy.h and outbox.h declare (pinned in database.c); reasons are stored as their
-- codes.

-- The store itself: one row.
create table meta (
        id integer primary key check (id = 1),
        uuid text not null,
        generation integer not null default 0, -- advances whenever what was sent changes
        mode integer not null default 0 check (mode between 0 and 2),
        last_wake integer,
        newest_payment integer,                -- a day
        is_open integer not null default 0     -- in the file itself while there is a log beside it
) strict;

insert into meta (id, uuid) values (1, lower(hex(randomblob(16))));

create table customer (
        id integer primary key,
        code text not null unique,
        name text not null,
        kind integer not null check (kind between 0 and 2),
        relation integer not null check (relation between 0 and 1),
        language text not null,
        timezone text not null,
        country text not null,
        email text not null,
        phone text not null,
        whatsapp text not null,
        policy text not null,
        tags text not null,
        whatsapp_opt_in integer,
        is_held integer not null default 0,    -- for invoices that come later
        held_until integer,
        contact_name text not null,
        cc text not null,
        address text not null,
        postcode text not null,
        city text not null,
        registration text not null
) strict;

-- (customer, currency). The sums are of facts without an invoice; left_over is of its invoices.
create table account (
        id integer primary key,
        customer integer not null references customer,
        currency text not null,
        unassigned integer not null default 0,
        last_contact integer,
        last_pressed integer,
        has_contact_in_flight integer not null default 0,
        payments integer not null default 0,
        credits integer not null default 0,
        undone integer not null default 0,
        left_over integer not null default 0,
        unique (customer, currency)
) strict;

-- A document number, and the sums of its facts.
create table invoice (
        id integer primary key,
        account integer not null references account,
        number text not null unique,
        document text not null,
        payment_url text not null,
        contract text not null,
        delivered integer,
        discount_percent_hundredths integer not null,
        discount_until integer,
        document_sha256 text not null default '',
        payments integer not null default 0,
        credits integer not null default 0,
        undone integer not null default 0,
        n_write_offs integer not null default 0,
        n_chargebacks integer not null default 0,
        left_over integer not null default 0
) strict;

create index invoice_document on invoice (document) where document <> '';

-- What a wake reads, clustered by account; the invoice's number is repeated here on purpose.
create table instalment (
        account integer not null references account,
        invoice integer not null references invoice,
        seq integer not null,
        number text not null,
        issued integer,
        due integer,
        amount integer not null,
        open integer not null,
        status integer not null check (status between 0 and 3),
        method integer not null check (method between 0 and 3),
        policy text not null,
        collection_failed integer not null default 0,
        has_payment integer not null default 0,
        is_disputed integer not null default 0,
        is_held integer not null default 0,
        held_until integer,
        released_on integer,
        reopened_on integer,
        reopened_from integer not null default 0,
        is_handed_over integer not null default 0,
        is_suspended integer not null default 0,
        is_in_flight integer not null default 0,
        is_uncertain integer not null default 0,
        is_aside integer not null default 0,
        is_settled integer not null default 0,
        n_done integer not null default 0,     -- rows of done: read only where there are any
        primary key (account, invoice, seq)
) strict, without rowid;

-- Steps behind an instalment: sent, or skipped by a person (contact 0).
create table done (
        account integer not null,
        invoice integer not null,
        seq integer not null,
        position integer not null,
        contact integer not null,
        step text not null,
        action integer not null,
        at integer not null,
        day integer not null,
        deadline integer,
        is_skip integer not null default 0,
        primary key (account, invoice, seq, position),
        foreign key (account, invoice, seq) references instalment
) strict, without rowid;

-- What happened, in order of arrival; never edited. A fact is withdrawn by a later one.
create table fact (
        id integer primary key,
        kind text not null,
        at integer not null,
        customer integer references customer,
        account integer references account,
        invoice integer references invoice,
        seq integer,
        date integer,
        amount integer not null default 0,
        external_id text,
        reference text,
        note text,
        changes text,
        withdraws integer references fact
) strict;

create index fact_invoice on fact (invoice) where invoice is not null;
create index fact_external on fact (external_id) where external_id is not null;
create unique index fact_withdraws on fact (withdraws) where withdraws is not null;

create trigger fact_never_edited before update on fact
begin
        select raise(abort, 'facts are never edited');
end;

create trigger fact_never_deleted before delete on fact
begin
        select raise(abort, 'facts are never deleted');
end;

-- The rows as last imported, to tell what a file has changed from what a person has: the columns'
-- texts in the order of the code, each followed by a NUL byte; later versions add at the end.
create table imported_customer (
        customer integer primary key references customer,
        columns blob not null
) strict;

create table imported_instalment (
        invoice integer not null references invoice,
        seq integer not null,
        columns blob not null,
        primary key (invoice, seq)
) strict, without rowid;

-- One decision. The four last columns follow from the states of its notices.
create table contact (
        id integer primary key,
        account integer not null references account,
        kind integer not null,
        action integer not null,
        step text,
        policy text,
        occasion text,
        subject_key text,
        lead_invoice integer,
        lead_seq integer,
        at integer not null,
        day integer not null,
        total integer not null,
        deadline integer,
        reason text not null,
        on_uncertain integer not null,
        is_forced integer not null,
        is_in_flight integer not null default 0, -- one is pending, handed or begun
        is_counted integer not null default 0,   -- one is begun, sent or uncertain
        is_uncertain integer not null default 0, -- one is uncertain and none is sent
        is_complete integer not null default 0   -- one is sent
) strict;

create index contact_counted on contact (account, day, action) where kind = 0 and is_counted = 1;
create index contact_in_flight on contact (account, kind) where is_in_flight = 1;
create index contact_uncertain on contact (account, kind) where is_uncertain = 1;

create table contact_line (
        contact integer not null references contact,
        position integer not null,
        invoice integer not null references invoice,
        seq integer not null,
        step text,
        action integer,
        open integer not null,
        prints_deadline integer not null,
        primary key (contact, position)
) strict, without rowid;

create index contact_line_instalment on contact_line (invoice, seq);

create table attachment (
        contact integer not null references contact,
        position integer not null,
        name text not null,
        document text not null,
        sha256 text not null,
        size integer not null,
        primary key (contact, position)
) strict, without rowid;

create table notice (
        id integer primary key,
        contact integer not null references contact,
        account integer not null references account,
        channel text not null,
        recipient text not null,
        language text not null,
        message_id text not null,
        form integer not null,
        route integer not null,
        alternative integer not null,
        occasion text,
        subject_key text,
        date integer not null,
        not_before integer,
        state integer not null check (state between 0 and 6),
        reason text not null,
        detail text not null default '',
        attempts integer not null default 0,
        next_try integer,
        ready_at integer not null default 0,   -- the later of not_before and next_try, or 0
        begun_at integer,
        sent_at integer,
        reference text,
        delivered text
) strict;

create index notice_contact on notice (contact);
create index notice_ready on notice (channel, ready_at) where state = 0;
create index notice_open on notice (state) where state in (0, 1, 2, 5);
create unique index notice_occasion on notice (account, occasion, subject_key, channel)
        where occasion is not null and state not in (4, 6);

create table body (
        notice integer primary key references notice,
        subject text not null,
        text text not null,
        html text
) strict;

-- One notice for each (instalment, step, occurrence, channel) while it is neither failed nor
-- cancelled; the occurrence tells a step that a person sends again from the first time.
create table notice_line (
        notice integer not null references notice,
        invoice integer not null,
        seq integer not null,
        step text not null,
        occurrence integer not null,
        channel text not null,
        is_live integer not null default 1,
        primary key (notice, invoice, seq)
) strict, without rowid;

create unique index notice_line_once on notice_line (invoice, seq, step, occurrence, channel)
        where is_live = 1;

-- Addresses that a channel has refused.
create table refusal (
        customer integer not null references customer,
        channel text not null,
        address text not null,
        detail text not null,
        primary key (customer, channel, address)
) strict, without rowid;

-- What only a person can do. 0: none.
create table task (
        id integer primary key,
        kind text not null,
        account integer not null,
        invoice integer not null,
        seq integer not null,
        notice integer not null,
        sentence text not null,
        commands text not null,
        since integer not null,
        closed_at integer
) strict;

create unique index task_same on task (kind, account, invoice, seq, notice)
        where closed_at is null;
create index task_open on task (account) where closed_at is null;
