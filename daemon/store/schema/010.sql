-- SPDX-License-Identifier: MIT
-- Version 10: what happened to notices, as a chain: each entry's hash covers the one before it.

-- SHA-256 of the notice's record (record.h): whom it asks for what, and its texts.
alter table notice add column digest text;

-- The instant is null in entries for what an earlier version had sent; begun, too, where nothing
-- began. message: the digest the notice had.
create table chain (
        entry integer primary key,             -- counts from 1
        notice integer not null references notice,
        event text not null,
        at integer,
        begun integer,
        attempt integer not null,
        reason text not null,
        reference text,
        detail text not null,
        message text not null,
        hash text not null
) strict;

create index chain_notice on chain (notice);

create trigger chain_never_edited before update on chain
begin
        select raise(abort, 'the log is never edited');
end;

create trigger chain_never_shortened before delete on chain
begin
        select raise(abort, 'the log is never shortened');
end;

-- The last dossier of an instalment that a person is asked to hand over (R17), in the state folder.
create table dossier (
        invoice integer not null,
        seq integer not null,
        action integer not null,
        file text not null,                    -- beneath dossiers/; '' where it could not be made
        sha256 text not null,
        size integer not null,
        fingerprint text not null,             -- of the day and the facts it was made of
        problem text not null,                 -- why there is none
        primary key (invoice, seq, action)
) strict, without rowid;
