/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_TESTS_WORDS_FIXTURE_H
#define RELANCED_TESTS_WORDS_FIXTURE_H

/* What a person says, in a transaction of its own each; and notices that were sent. Included after
 * store-fixture.h. */

#define DAY_AFTER(n) date_add(TODAY, n)
#define AT_DAY(n) ((Instant){ NOON.usec + (n)*INT64_C(86400) * USEC_PER_SEC })

static inline const Instalment *find(const Account *account, const char *number, int seq)
{
        for (size_t i = 0; i < account->n_instalments; i++)
                if (streq(account->instalments[i].number, number) &&
                        account->instalments[i].seq == seq)
                        return &account->instalments[i];
        return NULL;
}

/* In the arena: what was read last goes on being there. */
static inline const Instalment *look(Fixture *fixture, const char *number, int seq)
{
        Account *account = arena_alloc(&fixture->arena, sizeof(*account));

        assert_non_null(account);
        *account = load_account(fixture, "C-1");
        return find(account, number, seq);
}

/* Payments from the account's invoices, dated so many days from TODAY, known on the same day. */
static inline int64_t pay(Fixture *fixture, const char *invoice, int64_t amount, int day)
{
        const PaymentRow row = { .id = "",
                .invoice = invoice,
                .customer = "",
                .currency = "EUR",
                .reference = "",
                .date = DAY_AFTER(day),
                .amount = amount,
                .kind = FACT_PAYMENT };
        int64_t fact;

        begin(fixture);
        assert_int_equal(
                store_put_payment(fixture->store, &row, AT_DAY(day), DAY_AFTER(day)), PUT_ADDED);
        assert_ok(store_last_fact(fixture->store, &fact));
        commit(fixture);
        return fact;
}

static inline int try_promise(
        Fixture *fixture, const char *invoice, int day, int64_t amount, int64_t *ret_fact)
{
        const Promise promise = {
                .invoice = invoice, .until = DAY_AFTER(day), .amount = amount, .max_promises = 2
        };

        begin(fixture);
        int r = store_promise(fixture->store, &promise, NOON, ret_fact);
        commit(fixture);
        return r;
}

static inline int64_t promise(Fixture *fixture, const char *invoice, int day, int64_t amount)
{
        int64_t fact;

        assert_int_equal(try_promise(fixture, invoice, day, amount, &fact), SAID);
        return fact;
}

static inline void release(Fixture *fixture, const char *invoice, int day)
{
        begin(fixture);
        assert_ok(store_release(
                fixture->store, &(Target){ .invoice = invoice }, DAY_AFTER(day), AT_DAY(day)));
        commit(fixture);
}

static inline int try_undo(Fixture *fixture, int64_t fact, int day)
{
        int64_t undo;

        begin(fixture);
        int r = store_withdraw(fixture->store, fact, AT_DAY(day), DAY_AFTER(day), &undo);
        commit(fixture);
        return r;
}

static inline void undo(Fixture *fixture, int64_t fact)
{
        assert_int_equal(try_undo(fixture, fact, 0), SAID);
        assert_verified(fixture);
}

static inline int try_plan(
        Fixture *fixture, const char *invoice, int n_parts, int64_t fee, int64_t *ret_fact)
{
        Date days[12];
        const PlanOrder order = {
                .invoice = invoice, .n_parts = n_parts, .days = days, .fee = fee, .policy = "plan"
        };

        for (int i = 0; i < n_parts; i++)
                days[i] = DAY_AFTER(10 + 30 * i);
        begin(fixture);
        int r = store_plan(fixture->store, &order, NOON, TODAY, ret_fact);
        commit(fixture);
        return r;
}

/* Of parts that are due on the days 10, 40, 70 … */
static inline int64_t plan(Fixture *fixture, const char *invoice, int n_parts, int64_t fee)
{
        int64_t fact;

        assert_int_equal(try_plan(fixture, invoice, n_parts, fee, &fact), SAID);
        return fact;
}

/* A contact of one line, by e-mail. */
static inline int64_t add_notice(Fixture *fixture, Contact contact, const ContactLine *line)
{
        Notice notice = { .channel = "email",
                .to = "martin@example.org",
                .language = "fr",
                .message_id = "m",
                .template_name = "x",
                .subject = "x",
                .text = "x",
                .form = FORM_EMAIL,
                .date = NOON,
                .not_before = INSTANT_NONE };

        contact.lines = line;
        contact.n_lines = 1;
        contact.lead_invoice = line->invoice;
        contact.lead_seq = line->seq;
        contact.at = NOON;
        contact.day = TODAY;
        begin(fixture);
        assert_ok(store_add_contact(fixture->store, &contact, &notice, 1));
        commit(fixture);
        return notice.id;
}

static inline void send_notice(Fixture *fixture, int64_t notice)
{
        begin(fixture);
        assert_ok(store_mark_handed(fixture->store, &notice, 1));
        assert_ok(store_mark_begun(fixture->store, notice, NOON));
        assert_ok(store_mark_sent(fixture->store, notice, REASON_DUE, NOON, TODAY, NULL));
        commit(fixture);
}

#endif
