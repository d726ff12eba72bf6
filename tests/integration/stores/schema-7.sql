-- SPDX-License-Identifier: MIT
-- A store as the last release before promises and plans left it (schema 7), as text: F-1 on hold,
-- F-2 disputed, customer C-2 on hold (F-3 with an instalment that came later, F-6), F-4 disputed by
-- its file and released since, F-5 paid in part (2026-03-05, simulated).
pragma application_id = 1380732483;
pragma user_version = 7;
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
INSERT INTO "account" VALUES(1,1,'EUR',0,20514,20514,0,0,0,0,0);
INSERT INTO "account" VALUES(2,2,'EUR',0,20517,20517,0,0,0,0,0);
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
CREATE TABLE attempt (
        notice integer not null references notice,
        attempt integer not null,              -- counts from 1, as notice.attempts does
        begun integer,                         -- null: it never began
        ended integer,                         -- when its outcome was recorded
        outcome integer not null,              -- the state it led to: pending, failed, uncertain
        reason text not null,
        detail text not null,                  -- what the other side said
        primary key (notice, attempt)
) strict, without rowid;
CREATE TABLE body (
        notice integer primary key references notice,
        subject text not null,
        text text not null,
        html text
, template text not null default '', fields text) strict;
INSERT INTO "body" VALUES(1,'Petit rappel : vos 2 factures','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le règlement complet de vos 2 factures ci-dessous. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-1 du 1er février 2026 : 1 000,00 €, à régler depuis le 20 février 2026
• Facture F-2 du 1er février 2026 : 200,00 €, à régler depuis le 25 février 2026

Montant dû : 1 200,00 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant les références F-1 et F-2

Quelque chose ne va pas avec la livraison ou avec une facture ? Répondez simplement à ce message ou appelez-nous au +33 1 23 45 67 89, nous regarderons cela ensemble.
Si un règlement en une fois est difficile en ce moment, dites-le-nous : nous pouvons convenir d’un paiement en plusieurs fois.

Si votre règlement vient de partir, ne tenez pas compte de ce message, et merci.

Bien cordialement,

Atelier Dumont
12 rue des Lilas
69003 Lyon
Tél. +33 1 23 45 67 89
compta@atelier-dumont.example
RCS Lyon 812 345 678
TVA FR12812345678',NULL,'remind',NULL);
INSERT INTO "body" VALUES(2,'Petit rappel : votre facture F-3','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le règlement de votre facture F-3. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-3 du 1er février 2026 : 500,00 €, à régler depuis le 20 février 2026

Montant dû : 500,00 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-3

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
TVA FR12812345678',NULL,'remind',NULL);
INSERT INTO "body" VALUES(3,'Petit rappel : votre facture F-5','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le règlement de votre facture F-5. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-5 du 1er février 2026 (échéance 1/2) : 300,00 €, à régler depuis le 1er février 2026
• Facture F-5 du 1er février 2026 (échéance 2/2) : 300,00 €, à régler depuis le 1er mars 2026

Montant dû : 600,00 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-5

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
TVA FR12812345678',NULL,'remind',NULL);
INSERT INTO "body" VALUES(4,'Petit rappel : votre facture F-4','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le règlement de votre facture F-4. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-4 du 1er février 2026 : 80,00 €, à régler depuis le 22 février 2026

Montant dû : 80,00 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-4

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
TVA FR12812345678',NULL,'remind',NULL);
INSERT INTO "body" VALUES(5,'Petit rappel : votre facture F-5','Bonjour,

Sauf erreur de notre part, nous n’avons pas encore reçu le solde de votre facture F-5. C’est sans doute un oubli : pourriez-vous vérifier de votre côté ?

• Facture F-5 du 1er février 2026 (échéance 2/2) : 290,00 €, reste d’un montant de 300,00 €, à régler depuis le 1er mars 2026

Montant dû : 290,00 €

Par virement : Atelier Dumont, IBAN FR76 3000 6000 0112 3456 7890 189, en rappelant la référence F-5

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
TVA FR12812345678',NULL,'remind',NULL);
CREATE TABLE channel_error (
        channel text primary key,
        at integer not null,
        detail text not null
) strict, without rowid;
CREATE TABLE channel_tally (
        channel text primary key,
        sent integer not null,
        failed integer not null,
        cancelled integer not null,
        last_sent integer                      -- when the try that sent it began
) strict, without rowid;
INSERT INTO "channel_tally" VALUES('email',5,0,0,1772701200000000);
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
INSERT INTO "contact" VALUES(1,1,0,1,'reminder','standard',NULL,NULL,1,1,1772442000000000,20514,120000,NULL,'due',0,0,0,1,0,1);
INSERT INTO "contact" VALUES(2,2,0,1,'reminder','standard',NULL,NULL,3,1,1772442000000000,20514,50000,NULL,'due',0,0,0,1,0,1);
INSERT INTO "contact" VALUES(3,3,0,1,'reminder','standard',NULL,NULL,5,1,1772442000000000,20514,60000,NULL,'due',0,0,0,1,0,1);
INSERT INTO "contact" VALUES(4,2,0,1,'reminder','standard',NULL,NULL,4,1,1772701200000000,20517,8000,NULL,'due',0,0,0,1,0,1);
INSERT INTO "contact" VALUES(5,3,0,1,'reminder','standard',NULL,NULL,5,2,1772701200000000,20517,29000,NULL,'due',0,0,0,1,0,1);
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
INSERT INTO "contact_line" VALUES(1,1,2,1,'reminder',1,20000,0);
INSERT INTO "contact_line" VALUES(2,0,3,1,'reminder',1,50000,0);
INSERT INTO "contact_line" VALUES(3,0,5,1,'reminder',1,30000,0);
INSERT INTO "contact_line" VALUES(3,1,5,2,NULL,NULL,30000,0);
INSERT INTO "contact_line" VALUES(4,0,4,1,'reminder',1,8000,0);
INSERT INTO "contact_line" VALUES(5,0,5,2,'reminder',1,29000,0);
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
INSERT INTO "customer" VALUES(2,'C-2','Garage Petit',0,0,'','','','c-2@example.org','','','','',NULL,1,NULL,'','','','','','');
INSERT INTO "customer" VALUES(3,'C-3','Menuiserie Roux',0,0,'','','','c-3@example.org','','','','',NULL,0,NULL,'','','','','','');
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
INSERT INTO "done" VALUES(1,1,1,1,1,'reminder',1,1772442000000000,20514,NULL,0);
INSERT INTO "done" VALUES(1,2,1,1,1,'reminder',1,1772442000000000,20514,NULL,0);
INSERT INTO "done" VALUES(2,3,1,1,2,'reminder',1,1772442000000000,20514,NULL,0);
INSERT INTO "done" VALUES(2,4,1,1,4,'reminder',1,1772701200000000,20517,NULL,0);
INSERT INTO "done" VALUES(3,5,1,1,3,'reminder',1,1772442000000000,20514,NULL,0);
INSERT INTO "done" VALUES(3,5,2,1,5,'reminder',1,1772701200000000,20517,NULL,0);
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
INSERT INTO "fact" VALUES(1,'customer',1772434800000000,1,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "fact" VALUES(2,'customer',1772434800000000,2,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "fact" VALUES(3,'customer',1772434800000000,3,NULL,NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "fact" VALUES(4,'invoice',1772434800000000,NULL,NULL,1,1,20504,100000,NULL,'/tmp/h5b-oldfirm/invoices-2.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(5,'invoice',1772434800000000,NULL,NULL,2,1,20509,20000,NULL,'/tmp/h5b-oldfirm/invoices-2.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(6,'invoice',1772434800000000,NULL,NULL,3,1,20504,50000,NULL,'/tmp/h5b-oldfirm/invoices-2.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(7,'invoice',1772434800000000,NULL,NULL,4,1,20506,8000,NULL,'/tmp/h5b-oldfirm/invoices-2.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(8,'invoice',1772434800000000,NULL,NULL,5,1,20485,30000,NULL,'/tmp/h5b-oldfirm/invoices-2.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(9,'invoice',1772434800000000,NULL,NULL,5,2,20513,30000,NULL,'/tmp/h5b-oldfirm/invoices-2.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(10,'hold',1772528400000000,NULL,NULL,1,NULL,20553,0,NULL,NULL,'call back',NULL,NULL);
INSERT INTO "fact" VALUES(11,'dispute',1772528400000000,NULL,NULL,2,NULL,NULL,0,NULL,'quality','two are broken',NULL,NULL);
INSERT INTO "fact" VALUES(12,'hold',1772528400000000,2,NULL,NULL,NULL,NULL,0,NULL,NULL,'court',NULL,NULL);
INSERT INTO "fact" VALUES(13,'release',1772614800000000,NULL,NULL,4,NULL,20516,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "fact" VALUES(14,'payment',1772614800000000,NULL,3,5,NULL,20516,31000,'ctl-2026-03-04T09:00:00-3151321b6daaac3d','',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(15,'invoice',1772618400000000,NULL,NULL,6,1,20532,9000,NULL,'/tmp/h5b-oldfirm/invoices-3.csv',NULL,NULL,NULL);
INSERT INTO "fact" VALUES(16,'invoice',1772618400000000,NULL,NULL,3,2,20537,5000,NULL,'/tmp/h5b-oldfirm/invoices-3.csv',NULL,NULL,NULL);
CREATE TABLE imported_customer (
        customer integer primary key references customer,
        columns blob not null
) strict;
INSERT INTO "imported_customer" VALUES(1,X'426F756C616E6765726965204D617274696E00627573696E65737300676F6F647300000000632D31406578616D706C652E6F7267000000000000000000000000');
INSERT INTO "imported_customer" VALUES(2,X'47617261676520506574697400627573696E65737300676F6F647300000000632D32406578616D706C652E6F7267000000000000000000000000');
INSERT INTO "imported_customer" VALUES(3,X'4D656E7569736572696520526F757800627573696E65737300676F6F647300000000632D33406578616D706C652E6F7267000000000000000000000000');
CREATE TABLE imported_instalment (
        invoice integer not null references invoice,
        seq integer not null,
        columns blob not null,
        primary key (invoice, seq)
) strict, without rowid;
INSERT INTO "imported_instalment" VALUES(1,1,X'323032362D30322D303100323032362D30322D323000313030302E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(2,1,X'323032362D30322D303100323032362D30322D3235003230302E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(3,1,X'323032362D30322D303100323032362D30322D3230003530302E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(3,2,X'323032362D30322D303100323032362D30332D32350035302E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(4,1,X'323032362D30322D303100323032362D30322D32320038302E3030006469737075746564007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(5,1,X'323032362D30322D303100323032362D30322D3031003330302E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(5,2,X'323032362D30322D303100323032362D30332D3031003330302E3030006F70656E007472616E736665720000000000000000');
INSERT INTO "imported_instalment" VALUES(6,1,X'323032362D30322D303100323032362D30332D32300039302E3030006F70656E007472616E736665720000000000000000');
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
INSERT INTO "instalment" VALUES(1,1,1,'F-1',20485,20504,100000,100000,0,0,'',0,0,0,1,20553,NULL,NULL,0,0,0,0,0,0,0,1);
INSERT INTO "instalment" VALUES(1,2,1,'F-2',20485,20509,20000,20000,0,0,'',0,0,1,0,NULL,NULL,NULL,0,0,0,0,0,0,0,1);
INSERT INTO "instalment" VALUES(2,3,1,'F-3',20485,20504,50000,50000,0,0,'',0,0,0,1,NULL,NULL,NULL,0,0,0,0,0,0,0,1);
INSERT INTO "instalment" VALUES(2,3,2,'F-3',20485,20537,5000,5000,0,0,'',0,0,0,1,NULL,NULL,NULL,0,0,0,0,0,0,0,0);
INSERT INTO "instalment" VALUES(2,4,1,'F-4',20485,20506,8000,8000,0,0,'',0,0,0,0,NULL,20516,NULL,0,0,0,0,0,0,0,1);
INSERT INTO "instalment" VALUES(2,6,1,'F-6',20485,20532,9000,9000,0,0,'',0,0,0,1,NULL,NULL,NULL,0,0,0,0,0,0,0,0);
INSERT INTO "instalment" VALUES(3,5,1,'F-5',20485,20485,30000,0,0,0,'',0,1,0,0,NULL,NULL,NULL,0,0,0,0,0,0,1,1);
INSERT INTO "instalment" VALUES(3,5,2,'F-5',20485,20513,30000,29000,0,0,'',0,1,0,0,NULL,NULL,NULL,0,0,0,0,0,0,0,1);
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
INSERT INTO "invoice" VALUES(1,1,'F-1','','','',NULL,0,NULL,'',0,0,0,0,0,0);
INSERT INTO "invoice" VALUES(2,1,'F-2','','','',NULL,0,NULL,'',0,0,0,0,0,0);
INSERT INTO "invoice" VALUES(3,2,'F-3','','','',NULL,0,NULL,'',0,0,0,0,0,0);
INSERT INTO "invoice" VALUES(4,2,'F-4','','','',NULL,0,NULL,'',0,0,0,0,0,0);
INSERT INTO "invoice" VALUES(5,3,'F-5','','','',NULL,0,NULL,'',31000,0,0,0,0,0);
INSERT INTO "invoice" VALUES(6,2,'F-6','','','',NULL,0,NULL,'',0,0,0,0,0,0);
CREATE TABLE meta (
        id integer primary key check (id = 1),
        uuid text not null,
        generation integer not null default 0, -- advances whenever what was sent changes
        mode integer not null default 0 check (mode between 0 and 2),
        last_wake integer,
        newest_payment integer,                -- a day
        is_open integer not null default 0     -- in the file itself while there is a log beside it
, open_instalments integer not null default 0, watched_since integer) strict;
INSERT INTO "meta" VALUES(1,'9b8f90de7807c23efcb84e0fe5c81a48',10,2,1772701200000000,20516,0,7,NULL);
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
, ended_at integer) strict;
INSERT INTO "notice" VALUES(1,1,1,'email','c-1@example.org','fr','a12abc3b9456714348c3ec9037c4ee93@atelier-dumont.example',0,0,0,NULL,NULL,1772442000000000,NULL,3,'due','',1,NULL,0,1772442000000000,1772442000000000,NULL,NULL,1772442000000000);
INSERT INTO "notice" VALUES(2,2,2,'email','c-2@example.org','fr','189b9e83dcbd275c3b6f601b6c84a672@atelier-dumont.example',0,0,0,NULL,NULL,1772442000000000,NULL,3,'due','',1,NULL,0,1772442000000000,1772442000000000,NULL,NULL,1772442000000000);
INSERT INTO "notice" VALUES(3,3,3,'email','c-3@example.org','fr','250000aa3ab547fb23f8aded45b6f5b2@atelier-dumont.example',0,0,0,NULL,NULL,1772442000000000,NULL,3,'due','',1,NULL,0,1772442000000000,1772442000000000,NULL,NULL,1772442000000000);
INSERT INTO "notice" VALUES(4,4,2,'email','c-2@example.org','fr','3be623855157bc2fe95229776ee683f2@atelier-dumont.example',0,0,0,NULL,NULL,1772701200000000,NULL,3,'due','',1,NULL,0,1772701200000000,1772701200000000,NULL,NULL,1772701200000000);
INSERT INTO "notice" VALUES(5,5,3,'email','c-3@example.org','fr','7d6d38f074d9e2fe38730b4cc390a5c6@atelier-dumont.example',0,0,0,NULL,NULL,1772701200000000,NULL,3,'due','',1,NULL,0,1772701200000000,1772701200000000,NULL,NULL,1772701200000000);
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
INSERT INTO "notice_line" VALUES(1,2,1,'reminder',1,'email',1);
INSERT INTO "notice_line" VALUES(2,3,1,'reminder',1,'email',1);
INSERT INTO "notice_line" VALUES(3,5,1,'reminder',1,'email',1);
INSERT INTO "notice_line" VALUES(4,4,1,'reminder',1,'email',1);
INSERT INTO "notice_line" VALUES(5,5,2,'reminder',1,'email',1);
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
INSERT INTO "task" VALUES(1,'dispute',2,4,1,0,'F-4: Elle est contestée : une personne doit d''abord régler ce point.','relancectl release F-4
relancectl explain F-4',1772442000000000,1772701200000000);
INSERT INTO "task" VALUES(2,'dispute',1,2,1,0,'F-2: Elle est contestée : une personne doit d''abord régler ce point.','relancectl release F-2
relancectl explain F-2',1772701200000000,NULL);
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
CREATE INDEX task_open_by_id on task (id) where closed_at is null;
CREATE INDEX instalment_suspended on instalment (account) where is_suspended = 1;
CREATE INDEX notice_retried on notice (channel, state, reason, attempts)
where state = 0 and reason = 'retry' and attempts > 1;
COMMIT;
