-- SPDX-License-Identifier: MIT
-- A store as the first release left it (schema 1), as text: customers with invoices and payments,
-- a reminder that was sent, one that is uncertain, and one by WhatsApp that waits for a retry on
-- 2026-03-05 (simulated).
pragma application_id = 1380732483;
pragma user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE account (
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
INSERT INTO "account" VALUES(1,1,'EUR',0,20517,20517,0,0,0,0,0);
INSERT INTO "account" VALUES(2,2,'EUR',0,20517,20517,1,0,0,0,0);
INSERT INTO "account" VALUES(3,3,'EUR',0,20517,20517,0,0,0,0,0);
CREATE TABLE attachment (
        contact integer not null references contact,
        position integer not null,
        name text not null,
        document text not null,
        sha256 text not null,
        size integer not null,
        primary key (contact, position)
) strict, without rowid;
CREATE TABLE body (
        notice integer primary key references notice,
        subject text not null,
        text text not null,
        html text
) strict;
INSERT INTO "body" VALUES(1,'Petit rappel : votre facture F-1','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le solde de votre facture F-1. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-1 du 1er février 2026 : 1 000,00 €, reste d’un montant de 1 200,00 €, à régler depuis le 2 mars 2026

Montant dû : 1 000,00 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-1

Quelque chose ne va pas avec la livraison ou avec la facture ? Répondez simplement à ce message ou appelez-nous au +33 1 23 45 67 89, nous regarderons cela ensemble.
Si un règlement en une fois est difficile en ce moment, dites-le-nous : nous pouvons convenir d’un paiement en plusieurs fois.

Si votre règlement vient de partir, ne tenez pas compte de ce message, et merci.

Bien cordialement,

Atelier Dumont
12 rue des Lilas
69003 Lyon
Tél. +33 1 23 45 67 89
compta@atelier-dumont.example
RCS Lyon 812 345 678
TVA FR12812345678',NULL);
INSERT INTO "body" VALUES(2,'Petit rappel : votre facture F-2','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le règlement de votre facture F-2. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-2 du 1er février 2026 : 340,50 €, à régler depuis le 2 mars 2026

Montant dû : 340,50 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-2

Quelque chose ne va pas avec la livraison ou avec la facture ? Répondez simplement à ce message ou appelez-nous au +33 1 23 45 67 89, nous regarderons cela ensemble.
Si un règlement en une fois est difficile en ce moment, dites-le-nous : nous pouvons convenir d’un paiement en plusieurs fois.

Si votre règlement vient de partir, ne tenez pas compte de ce message, et merci.

Bien cordialement,

Atelier Dumont
12 rue des Lilas
69003 Lyon
Tél. +33 1 23 45 67 89
compta@atelier-dumont.example
RCS Lyon 812 345 678
TVA FR12812345678',NULL);
INSERT INTO "body" VALUES(3,'','Bonjour,

Petit rappel (Atelier Dumont) : sauf erreur de notre part, votre facture F-2 reste à régler. C’est sans doute un oubli.

• Facture F-2 du 1er février 2026 : 340,50 €, à régler depuis le 2 mars 2026

Montant dû : 340,50 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-2

Quelque chose ne va pas avec la livraison ou avec la facture ? Répondez simplement à ce message ou appelez-nous au +33 1 23 45 67 89, nous regarderons cela ensemble.
Si un règlement en une fois est difficile en ce moment, dites-le-nous : nous pouvons convenir d’un paiement en plusieurs fois.

Si votre règlement vient de partir, ne tenez pas compte de ce message, et merci.',NULL);
INSERT INTO "body" VALUES(4,'Petit rappel : votre facture F-3','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le règlement de votre facture F-3. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-3 du 1er février 2026 : 75,00 €, à régler depuis le 3 mars 2026

Montant dû : 75,00 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-3

Quelque chose ne va pas avec le service ou avec la facture ? Répondez simplement à ce message ou appelez-nous au +33 1 23 45 67 89, nous regarderons cela ensemble.
Si un règlement en une fois est difficile en ce moment, dites-le-nous : nous pouvons convenir d’un paiement en plusieurs fois.

Si votre règlement vient de partir, ne tenez pas compte de ce message, et merci.

Bien cordialement,

Atelier Dumont
12 rue des Lilas
69003 Lyon
Tél. +33 1 23 45 67 89
compta@atelier-dumont.example
RCS Lyon 812 345 678
TVA FR12812345678',NULL);
CREATE TABLE contact (
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
INSERT INTO "contact" VALUES(1,1,0,1,'reminder','standard',NULL,NULL,1,1,1772697600000000,20517,100000,NULL,'due',0,0,0,1,0,1);
INSERT INTO "contact" VALUES(2,2,0,1,'reminder','standard',NULL,NULL,2,1,1772697600000000,20517,34050,NULL,'due',0,0,1,1,0,1);
INSERT INTO "contact" VALUES(3,3,0,1,'reminder','subscription',NULL,NULL,3,1,1772697600000000,20517,7500,NULL,'due',0,0,0,1,1,0);
CREATE TABLE contact_line (
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
INSERT INTO "contact_line" VALUES(1,0,1,1,'reminder',1,100000,0);
INSERT INTO "contact_line" VALUES(2,0,2,1,'reminder',1,34050,0);
INSERT INTO "contact_line" VALUES(3,0,3,1,'reminder',1,7500,0);
CREATE TABLE customer (
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
INSERT INTO "customer" VALUES(1,'C-1','Boulangerie Martin',0,0,'','','','c-1@example.org','','','','',NULL,0,NULL,'','','','','','');
INSERT INTO "customer" VALUES(2,'C-2','Garage Leroy',0,0,'','','','c-2@example.org','','+33612345679','','',20463,0,NULL,'','','','','','');
INSERT INTO "customer" VALUES(3,'C-3','Café du Port',0,1,'','','','c-3@example.org','+33612345678','','','',NULL,0,NULL,'','','','','','');
CREATE TABLE done (
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
INSERT INTO "done" VALUES(1,1,1,1,1,'reminder',1,1772697600000000,20517,NULL,0);
INSERT INTO "done" VALUES(2,2,1,1,2,'reminder',1,1772697600000000,20517,NULL,0);
CREATE TABLE fact (
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
INSERT INTO "fact" VALUES(1,'customer',1772611200000000,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "fact" VALUES(2,'customer',1772611200000000,2,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "fact" VALUES(3,'customer',1772611200000000,3,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "fact" VALUES(4,'invoice',1772611200000000,NULL,NULL,1,1,20514,120000,NULL,'invoices.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(5,'invoice',1772611200000000,NULL,NULL,2,1,20514,34050,NULL,'invoices.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(6,'invoice',1772611200000000,NULL,NULL,3,1,20515,7500,NULL,'invoices.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(7,'invoice',1772611200000000,NULL,NULL,4,1,20504,8000,NULL,'invoices.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(8,'payment',1772611200000000,NULL,1,1,NULL,20513,20000,'P-1','VIR 1',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(9,'payment',1772611200000000,NULL,1,4,NULL,20514,8000,'P-2','VIR 2',NULL,NULL,NULL);
CREATE TABLE imported_customer (
        customer integer primary key references customer,
        columns blob not null
) strict;
INSERT INTO "imported_customer" VALUES(1,X'426F756C616E6765726965204D617274696E00627573696E65737300676F6F647300000000632D31406578616D706C652E6F7267000000000000000000000000');
INSERT INTO "imported_customer" VALUES(2,X'476172616765204C65726F7900627573696E65737300676F6F647300000000632D32406578616D706C652E6F726700002B3333363132333435363739000000323032362D30312D313000000000000000');
INSERT INTO "imported_customer" VALUES(3,X'436166C3A920647520506F727400627573696E657373007365727669636500000000632D33406578616D706C652E6F7267002B33333631323334353637380000000000000000000000');
CREATE TABLE imported_instalment (
        invoice integer not null references invoice,
        seq integer not null,
        columns blob not null,
        primary key (invoice, seq)
) strict, without rowid;
INSERT INTO "imported_instalment" VALUES(1,1,X'323032362D30322D303100323032362D30332D303200313230302E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(2,1,X'323032362D30322D303100323032362D30332D3032003334302E3530006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(3,1,X'323032362D30322D303100323032362D30332D30330037352E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(4,1,X'323032362D30312D323000323032362D30322D32300038302E3030006F70656E007472616E736665720000000000000000');
CREATE TABLE instalment (
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
INSERT INTO "instalment" VALUES(1,1,1,'F-1',20485,20514,120000,100000,0,0,'',0,1,0,0,NULL,NULL,NULL,0,0,0,0,0,0,0,1);
INSERT INTO "instalment" VALUES(1,4,1,'F-4',20473,20504,8000,0,0,0,'',0,1,0,0,NULL,NULL,NULL,0,0,0,0,0,0,1,0);
INSERT INTO "instalment" VALUES(2,2,1,'F-2',20485,20514,34050,34050,0,0,'',0,0,0,0,NULL,NULL,NULL,0,0,0,1,0,0,0,1);
INSERT INTO "instalment" VALUES(3,3,1,'F-3',20485,20515,7500,7500,0,0,'',0,0,0,0,NULL,NULL,NULL,0,0,0,0,1,0,0,0);
CREATE TABLE invoice (
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
INSERT INTO "invoice" VALUES(1,1,'F-1','','','',NULL,0,NULL,'',20000,0,0,0,0,0);
INSERT INTO "invoice" VALUES(2,2,'F-2','','','',NULL,0,NULL,'',0,0,0,0,0,0);
INSERT INTO "invoice" VALUES(3,3,'F-3','','','',NULL,0,NULL,'',0,0,0,0,0,0);
INSERT INTO "invoice" VALUES(4,1,'F-4','','','',NULL,0,NULL,'',8000,0,0,0,0,0);
CREATE TABLE meta (
        id integer primary key check (id = 1),
        uuid text not null,
        generation integer not null default 0, -- advances whenever what was sent changes
        mode integer not null default 0 check (mode between 0 and 2),
        last_wake integer,
        newest_payment integer,                -- a day
        is_open integer not null default 0     -- in the file itself while there is a log beside it
) strict;
INSERT INTO "meta" VALUES(1,'73fecf69fabd3685e082fa44aa8212a6',6,2,1772697600000000,20514,0);
CREATE TABLE notice (
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
INSERT INTO "notice" VALUES(1,1,1,'email','c-1@example.org','fr','87680f3887ea7f34a7b35972376971d1@atelier-dumont.example',0,0,0,NULL,NULL,1772697600000000,NULL,3,'due','',1,NULL,0,1772697600000000,1772697600000000,'ref',NULL);
INSERT INTO "notice" VALUES(2,2,2,'email','c-2@example.org','fr','09914639300cf37fdb3d8f5c85c72d10@atelier-dumont.example',0,0,0,NULL,NULL,1772697600000000,NULL,3,'due','',1,NULL,0,1772697600000000,1772697600000000,'ref',NULL);
INSERT INTO "notice" VALUES(3,2,2,'whatsapp','+33612345679','fr','c14d3811497a64f5c292737ed536682d@atelier-dumont.example',2,1,0,NULL,NULL,1772697600000000,NULL,0,'retry','busy',1,1772697659915168,1772697659915168,NULL,NULL,NULL,NULL);
INSERT INTO "notice" VALUES(4,3,3,'email','c-3@example.org','fr','92e5a720ca0820969d593d95a588078a@atelier-dumont.example',0,0,0,NULL,NULL,1772697600000000,NULL,5,'may-have-been-sent','no answer',1,NULL,0,1772697600000000,NULL,NULL,NULL);
CREATE TABLE notice_line (
        notice integer not null references notice,
        invoice integer not null,
        seq integer not null,
        step text not null,
        occurrence integer not null,
        channel text not null,
        is_live integer not null default 1,
        primary key (notice, invoice, seq)
) strict, without rowid;
INSERT INTO "notice_line" VALUES(1,1,1,'reminder',1,'email',1);
INSERT INTO "notice_line" VALUES(2,2,1,'reminder',1,'email',1);
INSERT INTO "notice_line" VALUES(3,2,1,'reminder',1,'whatsapp',1);
INSERT INTO "notice_line" VALUES(4,3,1,'reminder',1,'email',1);
CREATE TABLE refusal (
        customer integer not null references customer,
        channel text not null,
        address text not null,
        detail text not null,
        primary key (customer, channel, address)
) strict, without rowid;
CREATE TABLE task (
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
INSERT INTO "task" VALUES(1,'uncertain',3,3,1,4,'F-3: Le canal email ne sait pas dire si le message est parti. (email: no answer)','relancectl settle 4 sent
relancectl settle 4 failed',1772697600000000,NULL);
CREATE INDEX invoice_document on invoice (document) where document <> '';
CREATE INDEX fact_invoice on fact (invoice) where invoice is not null;
CREATE INDEX fact_external on fact (external_id) where external_id is not null;
CREATE UNIQUE INDEX fact_withdraws on fact (withdraws) where withdraws is not null;
CREATE TRIGGER fact_never_edited before update on fact
begin
        select raise(abort, 'facts are never edited');
end;
CREATE TRIGGER fact_never_deleted before delete on fact
begin
        select raise(abort, 'facts are never deleted');
end;
CREATE INDEX contact_counted on contact (account, day, action) where kind = 0 and is_counted = 1;
CREATE INDEX contact_in_flight on contact (account, kind) where is_in_flight = 1;
CREATE INDEX contact_uncertain on contact (account, kind) where is_uncertain = 1;
CREATE INDEX contact_line_instalment on contact_line (invoice, seq);
CREATE INDEX notice_contact on notice (contact);
CREATE INDEX notice_ready on notice (channel, ready_at) where state = 0;
CREATE INDEX notice_open on notice (state) where state in (0, 1, 2, 5);
CREATE UNIQUE INDEX notice_occasion on notice (account, occasion, subject_key, channel)
        where occasion is not null and state not in (4, 6);
CREATE UNIQUE INDEX notice_line_once on notice_line (invoice, seq, step, occurrence, channel)
        where is_live = 1;
CREATE UNIQUE INDEX task_same on task (kind, account, invoice, seq, notice)
        where closed_at is null;
CREATE INDEX task_open on task (account) where closed_at is null;
COMMIT;
