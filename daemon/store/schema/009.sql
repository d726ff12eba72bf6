-- SPDX-License-Identifier: MIT
-- Version 9: what else the bytes of a message depend on.

alter table body add column cc text not null default '';       -- addresses, by comma
-- Message-IDs of earlier mails about the same instalments, oldest first, by blank.
alter table body add column refs text not null default '';
alter table body add column payment_code text;                 -- what its QR code says
alter table body add column may_chat integer not null default 0;
