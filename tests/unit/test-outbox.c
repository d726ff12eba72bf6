/* SPDX-License-Identifier: MIT */
/* The outbox: what is unique, which states follow which, and what each means for instalments and
 * accounts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store-fixture.h"

#define LATER ((Instant){ NOON.usec + 3600 * USEC_PER_SEC })

/* A decision about F-1 (remind, prints a deadline) and F-2 (courtesy). */
typedef struct Sample {
        ContactLine lines[3];
        Contact contact;
        Notice notices[2];
} Sample;

static void sample(Sample *sample, const Account *account)
{
        int64_t f1 = account->instalments[0].invoice, f2 = account->instalments[1].invoice;

        *sample = (Sample){
                .lines = {
                        { .invoice = f1, .seq = 1, .step = "reminder", .action = ACTION_REMIND,
                                .open = 120000, .prints_deadline = true },
                        { .invoice = f2, .seq = 1, .step = "courtesy", .action = ACTION_COURTESY,
                                .open = 30000 },
                },
                .contact = { .account = account->id, .kind = NOTICE_CONTACT,
                        .action = ACTION_REMIND, .step = "reminder", .policy = "standard",
                        .lead_invoice = f1, .lead_seq = 1, .at = NOON, .day = TODAY,
                        .total = 150000, .deadline = date_add(TODAY, 8), .reason = REASON_DUE,
                        .on_uncertain = UNCERTAIN_ASK, .n_lines = 2 },
        };
        sample->contact.lines = sample->lines;
        sample->notices[0] = (Notice){ .channel = "email",
                .to = "martin@example.org",
                .language = "fr",
                .message_id = "m-1",
                .template_name = "remind",
                .subject = "Facture",
                .text = "Bonjour",
                .html = NULL,
                .form = FORM_EMAIL,
                .route = 0,
                .date = NOON,
                .not_before = INSTANT_NONE };
        sample->notices[1] = (Notice){ .channel = "sms",
                .to = "+33123456789",
                .language = "fr",
                .message_id = "m-2",
                .template_name = "remind",
                .subject = "",
                .text = "Bonjour",
                .form = FORM_SMS,
                .route = 1,
                .date = NOON,
                .not_before = INSTANT_NONE };
}

static Account add_sample(Fixture *fixture, Sample *given, size_t n)
{
        Account account = load_account(fixture, "C-1");

        sample(given, &account);
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &given->contact, given->notices, n));
        commit(fixture);
        return load_account(fixture, "C-1");
}

static void begin_notice(Fixture *fixture, int64_t id)
{
        begin(fixture);
        assert_ok(store_mark_handed(fixture->store, &id, 1));
        assert_ok(store_mark_begun(fixture->store, id, NOON));
        commit(fixture);
}

typedef enum Verb {
        HAND,
        UNHAND,
        BEGIN,
        SEND,
        FAIL,
        RETRY,
        DOUBT,
        CANCEL,
        RESEND,
        VERBS
} Verb;

static int apply(Store *store, Verb verb, int64_t id)
{
        switch (verb) {
        case HAND: return store_mark_handed(store, &id, 1);
        case UNHAND: return store_mark_unhanded(store, &id, 1, NOON);
        case BEGIN: return store_mark_begun(store, id, NOON);
        case SEND: return store_mark_sent(store, id, REASON_DUE, NOON, TODAY, "r");
        case FAIL:
                return store_mark_failed(store, id, REASON_REFUSED_ADDRESS, "no such user", NOON);
        case RETRY: return store_mark_retry(store, id, REASON_RETRY, "busy", LATER, NOON);
        case DOUBT: return store_mark_uncertain(store, id, REASON_WORKER_DIED, NULL, NOON);
        case CANCEL: return store_mark_cancelled(store, id, REASON_CHANGED);
        case RESEND: return store_mark_resend(store, id);
        case VERBS: break;
        }
        return -EINVAL;
}

static void only_the_steps_of_the_protocol_are_taken(void **state)
{
        Fixture *fixture = *state;
        /* From each state, where each verb leads; -1: nowhere. */
        enum {
                P = NOTICE_PENDING,
                H = NOTICE_HANDED,
                B = NOTICE_BEGUN,
                S = NOTICE_SENT,
                F = NOTICE_FAILED,
                U = NOTICE_UNCERTAIN,
                C = NOTICE_CANCELLED,
                X = -1
        };
        static const struct {
                Verb path[3];
                size_t n;
                int leads_to[VERBS]; /* HAND UNHAND BEGIN SEND FAIL RETRY DOUBT CANCEL RESEND */
        } cases[] = {
                { { 0 }, 0, { H, X, X, X, X, X, X, C, X } },
                { { HAND }, 1, { X, P, B, X, F, P, X, C, X } },
                { { HAND, BEGIN }, 2, { X, X, X, S, F, P, U, X, X } },
                { { HAND, BEGIN, SEND }, 3, { X, X, X, X, X, X, X, X, X } },
                { { HAND, BEGIN, FAIL }, 3, { X, X, X, X, X, X, X, X, X } },
                { { HAND, BEGIN, DOUBT }, 3, { X, X, X, S, F, X, X, X, P } },
                { { CANCEL }, 1, { X, X, X, X, X, X, X, X, X } },
        };
        Notice notice;

        Account account = fill(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                for (Verb verb = HAND; verb < VERBS; verb++) {
                        Sample given;
                        sample(&given, &account);
                        begin(fixture);
                        assert_ok(store_add_contact(
                                fixture->store, &given.contact, given.notices, 1));
                        for (size_t k = 0; k < cases[i].n; k++)
                                assert_ok(apply(
                                        fixture->store, cases[i].path[k], given.notices[0].id));
                        int r = apply(fixture->store, verb, given.notices[0].id);
                        assert_int_equal(r, cases[i].leads_to[verb] == X ? -EPERM : 0);
                        assert_ok(store_load_notice(fixture->store, given.notices[0].id, false,
                                &fixture->arena, &notice));
                        if (r == 0)
                                assert_int_equal((int)notice.state, cases[i].leads_to[verb]);
                        store_rollback(fixture->store);
                }
        }
        begin(fixture);
        for (Verb verb = HAND; verb < VERBS; verb++)
                assert_int_equal(apply(fixture->store, verb, 12345), -ENOENT);
        store_rollback(fixture->store);
}

static void a_decision_is_read_back_as_it_was_written(void **state)
{
        Fixture *fixture = *state;
        const Attachment attachment = { "F-1.pdf", "2026/f1.pdf", "abcd", 1234 };
        Sample given;
        Contact contact;
        Notice notice;

        Account account = fill(fixture);
        sample(&given, &account);
        given.lines[2] = (ContactLine){ .invoice = given.lines[1].invoice, .seq = 1, .open = 7 };
        given.contact.n_lines = 3;
        given.contact.attachments = &attachment;
        given.contact.n_attachments = 1;
        given.notices[1].not_before = LATER;
        given.notices[1].html = "<p>";
        given.notices[1].template_name = "soft";
        given.notices[1].fields = "total=1 200,00 €\ncredit=\n";
        given.notices[1].cc = "a@b.example, c@d.example";
        given.notices[1].references = "m-0 m-1";
        given.notices[1].payment_code = "BCD\n002";
        given.notices[1].may_chat = true;
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &given.contact, given.notices, 2));
        commit(fixture);
        assert_ok(store_load_contact(fixture->store, given.contact.id, &fixture->arena, &contact));
        assert_int_equal(contact.account, account.id);
        assert_string_equal(contact.step, "reminder");
        assert_string_equal(contact.policy, "standard");
        assert_null(contact.occasion);
        assert_int_equal(contact.action, ACTION_REMIND);
        assert_int_equal(contact.deadline.days, given.contact.deadline.days);
        assert_int_equal(contact.total, 150000);
        assert_int_equal(contact.reason, REASON_DUE);
        assert_int_equal(contact.on_uncertain, UNCERTAIN_ASK);
        assert_int_equal(contact.n_lines, 3);
        assert_string_equal(contact.lines[1].step, "courtesy");
        assert_true(contact.lines[0].prints_deadline);
        assert_null(contact.lines[2].step);
        assert_int_equal(contact.lines[2].open, 7);
        assert_int_equal(contact.n_attachments, 1);
        assert_string_equal(contact.attachments[0].document, "2026/f1.pdf");
        assert_int_equal(contact.attachments[0].size, 1234);
        assert_ok(store_load_notice(
                fixture->store, given.notices[1].id, true, &fixture->arena, &notice));
        assert_string_equal(notice.channel, "sms");
        assert_string_equal(notice.to, "+33123456789");
        assert_string_equal(notice.message_id, "m-2");
        assert_string_equal(notice.text, "Bonjour");
        assert_string_equal(notice.html, "<p>");
        assert_string_equal(notice.template_name, "soft");
        assert_string_equal(notice.fields, "total=1 200,00 €\ncredit=\n");
        assert_string_equal(notice.cc, "a@b.example, c@d.example");
        assert_string_equal(notice.references, "m-0 m-1");
        assert_string_equal(notice.payment_code, "BCD\n002");
        assert_true(notice.may_chat);
        assert_int_equal(notice.form, FORM_SMS);
        assert_int_equal(notice.route, 1);
        assert_int_equal(notice.not_before.usec, LATER.usec);
        assert_false(instant_is_set(notice.next_try));
        assert_int_equal(notice.day.days, TODAY.days);
        assert_int_equal(
                store_load_notice(fixture->store, 99, true, &fixture->arena, &notice), -ENOENT);
        assert_int_equal(
                store_load_contact(fixture->store, 99, &fixture->arena, &contact), -ENOENT);
}

static void a_step_is_queued_once_while_it_lives(void **state)
{
        Fixture *fixture = *state;
        Sample given, again;

        fill(fixture);
        Account account = add_sample(fixture, &given, 2);
        sample(&again, &account);
        begin(fixture);
        assert_int_equal(store_add_contact(fixture->store, &again.contact, again.notices, 2),
                OUTBOX_DUPLICATE);
        again.contact.is_forced = true;
        assert_int_equal(store_add_contact(fixture->store, &again.contact, again.notices, 1),
                OUTBOX_DUPLICATE);
        assert_ok(store_mark_cancelled(fixture->store, given.notices[0].id, REASON_CHANGED));
        assert_int_equal(store_add_contact(fixture->store, &again.contact, again.notices, 2),
                OUTBOX_DUPLICATE);
        assert_int_equal(store_add_contact(fixture->store, &again.contact, again.notices, 1), 0);
        commit(fixture);
        assert_verified(fixture);
}

static void a_person_may_send_a_step_again_once_it_was_sent(void **state)
{
        Fixture *fixture = *state;
        Sample given, again;

        fill(fixture);
        Account account = add_sample(fixture, &given, 1);
        begin_notice(fixture, given.notices[0].id);
        begin(fixture);
        assert_ok(apply(fixture->store, SEND, given.notices[0].id));
        commit(fixture);
        for (int i = 0; i < 2; i++) {
                sample(&again, &account);
                begin(fixture);
                assert_int_equal(
                        store_add_contact(fixture->store, &again.contact, again.notices, 1),
                        OUTBOX_DUPLICATE);
                again.contact.is_forced = true;
                assert_ok(store_add_contact(fixture->store, &again.contact, again.notices, 1));
                commit(fixture);
                begin_notice(fixture, again.notices[0].id);
                begin(fixture);
                assert_ok(apply(fixture->store, SEND, again.notices[0].id));
                commit(fixture);
        }
        account = load_account(fixture, "C-1");
        assert_int_equal(account.instalments[0].n_done, 3);
        assert_verified(fixture);
}

static void an_occasion_is_told_once(void **state)
{
        Fixture *fixture = *state;
        Sample given, again;

        Account account = fill(fixture);
        sample(&given, &account);
        given.contact.kind = NOTICE_THANKS;
        given.contact.step = NULL;
        given.contact.occasion = "thanks";
        given.contact.subject_key = "F-1";
        given.lines[0].step = given.lines[1].step = NULL;
        again = given;
        again.contact.lines = again.lines;
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &given.contact, given.notices, 1));
        assert_int_equal(store_add_contact(fixture->store, &again.contact, again.notices, 1),
                OUTBOX_DUPLICATE);
        again.contact.subject_key = "F-2";
        assert_ok(store_add_contact(fixture->store, &again.contact, again.notices, 1));
        assert_ok(store_mark_cancelled(fixture->store, given.notices[0].id, REASON_DAY_OVER));
        assert_ok(store_add_contact(fixture->store, &given.contact, given.notices, 1));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(account.has_contact_in_flight);
        assert_false(account.instalments[0].is_in_flight);
}

static void what_is_in_flight_holds_its_instalments_and_account(void **state)
{
        Fixture *fixture = *state;
        Sample given;

        fill(fixture);
        Account account = add_sample(fixture, &given, 2);
        assert_true(account.has_contact_in_flight);
        assert_true(account.instalments[0].is_in_flight);
        assert_true(account.instalments[1].is_in_flight);
        assert_false(date_is_set(account.last_contact));
        begin_notice(fixture, given.notices[0].id);
        account = load_account(fixture, "C-1");
        assert_int_equal(account.last_contact.days, TODAY.days);
        assert_int_equal(account.last_pressed.days, TODAY.days);
        begin(fixture);
        assert_ok(apply(fixture->store, RETRY, given.notices[0].id));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(date_is_set(account.last_contact));
        begin(fixture);
        assert_ok(apply(fixture->store, CANCEL, given.notices[0].id));
        assert_ok(apply(fixture->store, CANCEL, given.notices[1].id));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(account.has_contact_in_flight);
        assert_false(account.instalments[0].is_in_flight);
        assert_int_equal(account.instalments[0].n_done, 0);
        assert_verified(fixture);
}

static void a_courtesy_notice_is_a_contact_that_does_not_press(void **state)
{
        Fixture *fixture = *state;
        Sample given;

        Account account = fill(fixture);
        sample(&given, &account);
        given.contact.action = given.lines[0].action = ACTION_COURTESY;
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &given.contact, given.notices, 1));
        commit(fixture);
        begin_notice(fixture, given.notices[0].id);
        account = load_account(fixture, "C-1");
        assert_int_equal(account.last_contact.days, TODAY.days);
        assert_false(date_is_set(account.last_pressed));
}

static void the_first_route_sent_completes_each_lines_own_step_once(void **state)
{
        Fixture *fixture = *state;
        Sample given;

        fill(fixture);
        add_sample(fixture, &given, 2);
        for (int i = 0; i < 2; i++) {
                begin_notice(fixture, given.notices[i].id);
                begin(fixture);
                assert_ok(apply(fixture->store, SEND, given.notices[i].id));
                commit(fixture);
                Account account = load_account(fixture, "C-1");
                assert_int_equal(account.has_contact_in_flight, i == 0);
                assert_int_equal(account.instalments[0].n_done, 1);
                assert_int_equal(account.instalments[1].n_done, 1);
                const Done *done = account.instalments[0].done;
                assert_string_equal(done->step, "reminder");
                assert_int_equal(done->action, ACTION_REMIND);
                assert_int_equal(done->contact, given.contact.id);
                assert_int_equal(done->at.usec, NOON.usec);
                assert_int_equal(done->on.days, TODAY.days);
                assert_int_equal(done->deadline.days, given.contact.deadline.days);
                assert_false(done->is_skip);
                assert_string_equal(account.instalments[1].done->step, "courtesy");
                assert_false(date_is_set(account.instalments[1].done->deadline));
        }
        assert_verified(fixture);
}

static void an_uncertain_notice_blocks_until_it_is_settled(void **state)
{
        Fixture *fixture = *state;
        static const struct {
                Verb settled;
                size_t n_done;
        } cases[] = { { SEND, 1 }, { FAIL, 0 }, { RESEND, 0 } };
        int64_t ids[4];
        size_t n;

        fill(fixture);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                Sample given;
                Account account = load_account(fixture, "C-1");
                sample(&given, &account);
                given.lines[0].step = cases[i].settled == SEND   ? "a"
                                      : cases[i].settled == FAIL ? "b"
                                                                 : "c";
                given.contact.n_lines = 1;
                size_t n_done = account.instalments[0].n_done;
                begin(fixture);
                assert_ok(store_add_contact(fixture->store, &given.contact, given.notices, 1));
                commit(fixture);
                begin_notice(fixture, given.notices[0].id);
                begin(fixture);
                assert_ok(apply(fixture->store, DOUBT, given.notices[0].id));
                commit(fixture);
                account = load_account(fixture, "C-1");
                assert_true(account.instalments[0].is_uncertain);
                assert_false(account.instalments[0].is_in_flight);
                assert_false(account.instalments[1].is_uncertain);
                assert_ok(store_list_state(fixture->store, NOTICE_UNCERTAIN, 0, ids, 4, &n));
                assert_int_equal(n, 1);
                begin(fixture);
                assert_ok(apply(fixture->store, cases[i].settled, given.notices[0].id));
                commit(fixture);
                account = load_account(fixture, "C-1");
                assert_false(account.instalments[0].is_uncertain);
                assert_int_equal(account.instalments[0].n_done, n_done + cases[i].n_done);
        }
        assert_verified(fixture);
}

static void an_uncertain_notice_beside_a_sent_one_blocks_nothing(void **state)
{
        Fixture *fixture = *state;
        Sample given;

        fill(fixture);
        add_sample(fixture, &given, 2);
        begin_notice(fixture, given.notices[0].id);
        begin_notice(fixture, given.notices[1].id);
        begin(fixture);
        assert_ok(apply(fixture->store, DOUBT, given.notices[0].id));
        commit(fixture);
        assert_true(load_account(fixture, "C-1").instalments[0].is_uncertain);
        begin(fixture);
        assert_ok(apply(fixture->store, SEND, given.notices[1].id));
        commit(fixture);
        assert_false(load_account(fixture, "C-1").instalments[0].is_uncertain);
        assert_int_equal(load_account(fixture, "C-1").instalments[0].n_done, 1);
        begin(fixture);
        assert_ok(apply(fixture->store, SEND, given.notices[0].id));
        commit(fixture);
        assert_int_equal(load_account(fixture, "C-1").instalments[0].n_done, 1);
        assert_verified(fixture);
}

static void a_suspension_lasts_until_a_reconnection_was_sent(void **state)
{
        Fixture *fixture = *state;
        Sample suspend, reconnect, again;

        Account account = fill(fixture);
        sample(&suspend, &account);
        suspend.contact.kind = NOTICE_SUSPEND;
        suspend.contact.action = suspend.lines[0].action = ACTION_SUSPEND;
        suspend.contact.step = suspend.lines[0].step = "suspend";
        suspend.contact.n_lines = 1;
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &suspend.contact, suspend.notices, 1));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(account.has_contact_in_flight);
        assert_true(account.instalments[0].is_in_flight);
        begin_notice(fixture, suspend.notices[0].id);
        begin(fixture);
        assert_ok(apply(fixture->store, SEND, suspend.notices[0].id));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_true(account.instalments[0].is_suspended);
        assert_false(date_is_set(account.last_contact));

        sample(&reconnect, &account);
        reconnect.contact.kind = NOTICE_RECONNECT;
        reconnect.contact.action = ACTION_RECONNECT;
        reconnect.contact.step = reconnect.lines[0].step = NULL;
        reconnect.contact.n_lines = 1;
        again = reconnect;
        again.contact.lines = again.lines;
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &reconnect.contact, reconnect.notices, 1));
        assert_int_equal(store_add_contact(fixture->store, &again.contact, again.notices, 1),
                OUTBOX_DUPLICATE);
        commit(fixture);
        assert_true(load_account(fixture, "C-1").instalments[0].is_suspended);
        begin_notice(fixture, reconnect.notices[0].id);
        begin(fixture);
        assert_ok(apply(fixture->store, SEND, reconnect.notices[0].id));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_false(account.instalments[0].is_suspended);
        assert_int_equal(account.instalments[0].n_done, 1);
        assert_ok(store_load_account(
                fixture->store, account.id, reconnect.contact.id, &fixture->arena, &account));
        assert_true(account.instalments[0].is_suspended);
        assert_ok(store_load_account(
                fixture->store, account.id, suspend.contact.id, &fixture->arena, &account));
        assert_false(account.instalments[0].is_suspended);
        assert_verified(fixture);
}

static void a_contact_can_be_thought_away(void **state)
{
        Fixture *fixture = *state;
        Sample first, second;
        Account account, without;

        fill(fixture);
        account = add_sample(fixture, &first, 1);
        begin_notice(fixture, first.notices[0].id);
        begin(fixture);
        assert_ok(apply(fixture->store, SEND, first.notices[0].id));
        commit(fixture);
        sample(&second, &account);
        second.contact.day = date_add(TODAY, 7);
        second.lines[0].step = second.contact.step = "resend";
        second.lines[0].action = second.contact.action = ACTION_RESEND;
        second.contact.n_lines = 1;
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &second.contact, second.notices, 2));
        commit(fixture);
        begin_notice(fixture, second.notices[0].id);
        begin_notice(fixture, second.notices[1].id);
        begin(fixture);
        assert_ok(apply(fixture->store, SEND, second.notices[0].id));
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_int_equal(account.instalments[0].n_done, 2);
        assert_true(account.instalments[0].is_in_flight);
        assert_int_equal(date_difference(account.last_contact, TODAY), 7);

        assert_ok(store_load_account(
                fixture->store, account.id, second.contact.id, &fixture->arena, &without));
        assert_int_equal(without.instalments[0].n_done, 1);
        assert_string_equal(without.instalments[0].done->step, "reminder");
        assert_false(without.instalments[0].is_in_flight);
        assert_false(without.has_contact_in_flight);
        assert_int_equal(without.last_contact.days, TODAY.days);
        assert_int_equal(without.last_pressed.days, TODAY.days);

        assert_ok(store_load_account(
                fixture->store, account.id, first.contact.id, &fixture->arena, &without));
        assert_int_equal(without.instalments[0].n_done, 1);
        assert_string_equal(without.instalments[0].done->step, "resend");
        assert_int_equal(without.instalments[1].n_done, 0);
        assert_true(without.instalments[0].is_in_flight);
        assert_int_equal(date_difference(without.last_contact, TODAY), 7);
}

static void the_next_alternative_joins_its_contact(void **state)
{
        Fixture *fixture = *state;
        Sample given;
        Notice next;

        fill(fixture);
        Account account = add_sample(fixture, &given, 1);
        next = given.notices[1];
        next.alternative = 1;
        begin_notice(fixture, given.notices[0].id);
        begin(fixture);
        assert_ok(apply(fixture->store, FAIL, given.notices[0].id));
        assert_ok(store_add_notice(fixture->store, given.contact.id, &next));
        assert_int_equal(
                store_add_notice(fixture->store, given.contact.id, &next), OUTBOX_DUPLICATE);
        commit(fixture);
        account = load_account(fixture, "C-1");
        assert_true(account.instalments[0].is_in_flight);
        assert_false(date_is_set(account.last_contact));
        assert_int_equal(next.contact, given.contact.id);
        begin(fixture);
        assert_int_equal(store_add_notice(fixture->store, 99, &next), -ENOENT);
        store_rollback(fixture->store);
        assert_verified(fixture);
}

static void ready_is_what_may_be_tried_now_oldest_first(void **state)
{
        Fixture *fixture = *state;
        Sample given[3];
        int64_t ids[8];
        size_t n;
        Instant next;

        Account account = fill(fixture);
        begin(fixture);
        for (int i = 0; i < 3; i++) {
                static const char *const steps[] = { "a", "b", "c" };
                sample(&given[i], &account);
                given[i].lines[0].step = steps[i];
                given[i].contact.n_lines = 1;
                if (i == 1)
                        given[i].notices[0].not_before = LATER;
                assert_ok(
                        store_add_contact(fixture->store, &given[i].contact, given[i].notices, 2));
        }
        commit(fixture);
        assert_ok(store_list_ready(fixture->store, "email", NOON, ids, 8, &n));
        assert_int_equal(n, 2);
        assert_int_equal(ids[0], given[0].notices[0].id);
        assert_int_equal(ids[1], given[2].notices[0].id);
        assert_ok(store_list_ready(fixture->store, "email", NOON, ids, 1, &n));
        assert_int_equal(n, 1);
        assert_ok(store_list_ready(fixture->store, "email", LATER, ids, 8, &n));
        assert_int_equal(n, 3);
        assert_ok(store_list_ready(fixture->store, "sms", NOON, ids, 8, &n));
        assert_int_equal(n, 3);
        assert_ok(store_list_ready(fixture->store, "hook", NOON, ids, 8, &n));
        assert_int_equal(n, 0);
        assert_ok(store_next_ready(fixture->store, NOON, &next));
        assert_int_equal(next.usec, LATER.usec);
        assert_ok(store_next_ready(fixture->store, LATER, &next));
        assert_false(instant_is_set(next));

        begin_notice(fixture, given[0].notices[1].id);
        begin(fixture);
        Instant soon = { NOON.usec + USEC_PER_SEC };
        assert_ok(store_mark_retry(
                fixture->store, given[0].notices[1].id, REASON_RETRY, "busy", soon, NOON));
        commit(fixture);
        assert_ok(store_list_ready(fixture->store, "sms", NOON, ids, 8, &n));
        assert_int_equal(n, 2);
        assert_ok(store_next_ready(fixture->store, NOON, &next));
        assert_int_equal(next.usec, soon.usec);
        assert_ok(store_list_state(fixture->store, NOTICE_PENDING, 0, ids, 8, &n));
        assert_int_equal(n, 6);
        assert_ok(store_list_state(fixture->store, NOTICE_PENDING, ids[3], ids, 8, &n));
        assert_int_equal(n, 2);
}

static void an_attempt_is_counted_when_it_begins(void **state)
{
        Fixture *fixture = *state;
        Sample given;
        Notice notice;

        fill(fixture);
        add_sample(fixture, &given, 1);
        for (int i = 1; i <= 3; i++) {
                begin_notice(fixture, given.notices[0].id);
                begin(fixture);
                assert_ok(apply(fixture->store, RETRY, given.notices[0].id));
                commit(fixture);
                assert_ok(store_load_notice(
                        fixture->store, given.notices[0].id, true, &fixture->arena, &notice));
                assert_int_equal(notice.attempts, i);
                assert_string_equal(notice.text, "Bonjour");
                assert_string_equal(notice.message_id, "m-1");
        }
}

static void no_route_left_sets_the_leads_step_aside_until_the_contact_changes(void **state)
{
        Fixture *fixture = *state;
        CustomerRow customer = customer_row("C-1");
        Sample given;

        fill(fixture);
        add_sample(fixture, &given, 1);
        for (int i = 0; i < 2; i++) {
                begin(fixture);
                assert_ok(store_stand_aside(fixture->store, given.contact.id));
                commit(fixture);
                Account account = load_account(fixture, "C-1");
                assert_true(account.instalments[0].is_aside);
                assert_false(account.instalments[1].is_aside);
                if (i == 0) {
                        begin(fixture);
                        assert_ok(store_contact(
                                fixture->store, "C-1", "new@example.org", NULL, NULL, NOON));
                        commit(fixture);
                } else {
                        customer.email = "newer@example.org";
                        assert_int_equal(put_customer(fixture, &customer), PUT_CHANGED);
                }
                assert_false(load_account(fixture, "C-1").instalments[0].is_aside);
        }
}

typedef struct Refusals {
        size_t n;
        char channel[16], address[32];
} Refusals;

static void on_refused(void *owner, const char *channel, const char *address)
{
        Refusals *refusals = owner;

        refusals->n++;
        snprintf(refusals->channel, sizeof(refusals->channel), "%s", channel);
        snprintf(refusals->address, sizeof(refusals->address), "%s", address);
}

static void a_refused_address_is_remembered_until_the_contact_changes(void **state)
{
        Fixture *fixture = *state;
        CustomerRow row = customer_row("C-1");
        Refusals refusals = { 0 };

        Account account = fill(fixture);
        assert_false(load_account(fixture, "C-1").has_refusals);
        begin(fixture);
        for (int i = 0; i < 2; i++)
                assert_ok(store_refuse_address(fixture->store, account.customer, "email",
                        "martin@example.org", "no such user"));
        assert_ok(
                store_refuse_address(fixture->store, account.customer, "sms", "+33123456789", ""));
        commit(fixture);
        assert_true(load_account(fixture, "C-1").has_refusals);
        assert_ok(store_refused_channels(fixture->store, account.customer, on_refused, &refusals));
        assert_int_equal(refusals.n, 2);
        row.email = "other@example.org";
        put_customer(fixture, &row);
        refusals.n = 0;
        assert_ok(store_refused_channels(fixture->store, account.customer, on_refused, &refusals));
        assert_int_equal(refusals.n, 1);
        assert_string_equal(refusals.channel, "sms");
        assert_string_equal(refusals.address, "+33123456789");
        begin(fixture);
        assert_ok(store_contact(fixture->store, "C-1", NULL, NULL, NULL, NOON));
        commit(fixture);
        assert_false(load_account(fixture, "C-1").has_refusals);
}

static int count_task(void *owner, const TaskReport *task)
{
        ++*(int *)owner;
        return 0;
}

static int count_tasks(Fixture *fixture)
{
        int n = 0;

        assert_ok(store_list_tasks(fixture->store, count_task, &n));
        return n;
}

static void a_task_is_open_once_and_closes_with_its_cause(void **state)
{
        Fixture *fixture = *state;
        bool is_new;

        Account account = fill(fixture);
        const Task call = { .kind = "call",
                .sentence = "Call.",
                .commands = "relancectl done",
                .account = account.id,
                .invoice = account.instalments[0].invoice,
                .seq = 1 };
        const Task doubt = { .kind = "uncertain",
                .sentence = "?",
                .commands = "",
                .account = account.id,
                .notice = 7 };
        Task other = call;
        other.seq = 2;
        begin(fixture);
        assert_ok(store_open_task(fixture->store, &call, NOON, &is_new));
        assert_true(is_new);
        assert_ok(store_open_task(fixture->store, &call, NOON, &is_new));
        assert_false(is_new);
        assert_ok(store_open_task(fixture->store, &other, NOON, NULL));
        assert_ok(store_open_task(fixture->store, &doubt, NOON, NULL));
        assert_int_equal(count_tasks(fixture), 3);
        assert_ok(store_keep_tasks(fixture->store, account.id, &call, 1, NOON));
        assert_int_equal(count_tasks(fixture), 2);
        assert_ok(store_keep_tasks(fixture->store, account.id, NULL, 0, NOON));
        assert_int_equal(count_tasks(fixture), 1);
        assert_ok(store_open_task(fixture->store, &call, NOON, &is_new));
        assert_true(is_new);
        assert_ok(store_close_task(fixture->store, "uncertain", 8, NOON));
        assert_int_equal(count_tasks(fixture), 2);
        assert_ok(store_close_task(fixture->store, "uncertain", 7, NOON));
        assert_int_equal(count_tasks(fixture), 1);
        commit(fixture);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                TEST(only_the_steps_of_the_protocol_are_taken),
                TEST(a_decision_is_read_back_as_it_was_written),
                TEST(a_step_is_queued_once_while_it_lives),
                TEST(a_person_may_send_a_step_again_once_it_was_sent),
                TEST(an_occasion_is_told_once),
                TEST(what_is_in_flight_holds_its_instalments_and_account),
                TEST(a_courtesy_notice_is_a_contact_that_does_not_press),
                TEST(the_first_route_sent_completes_each_lines_own_step_once),
                TEST(an_uncertain_notice_blocks_until_it_is_settled),
                TEST(an_uncertain_notice_beside_a_sent_one_blocks_nothing),
                TEST(a_suspension_lasts_until_a_reconnection_was_sent),
                TEST(a_contact_can_be_thought_away),
                TEST(the_next_alternative_joins_its_contact),
                TEST(ready_is_what_may_be_tried_now_oldest_first),
                TEST(an_attempt_is_counted_when_it_begins),
                TEST(no_route_left_sets_the_leads_step_aside_until_the_contact_changes),
                TEST(a_refused_address_is_remembered_until_the_contact_changes),
                TEST(a_task_is_open_once_and_closes_with_its_cause),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
