# SPDX-License-Identifier: MIT
"""Whatever a channel answers and however its module fails: nothing twice, nothing lost, nothing
stuck. Channels here do what their script says (scripted.py)."""

import datetime
import signal
import subprocess
import time

import firm as firms
import pytest
from scripted import Scripted
from servers.process import wait_until

DAY1, DAY2, DAY3 = "2026-03-05T09:00", "2026-03-06T09:00", "2026-03-09T09:00"

# script of email → what stands in the log after the wake, what was received, tasks
ONE_ROUTE = [
    ("acted-sent", ["email sent"], 1, []),
    ("refused-address", ["email failed"], 0, ["all-routes-refused"]),
    ("begun-refused-address", ["email failed"], 0, ["all-routes-refused"]),
    ("refused-message", ["email failed"], 0, ["all-routes-refused"]),
    ("begun-refused-message", ["email failed"], 0, ["all-routes-refused"]),
    ("retry", ["email pending"], 0, []),
    ("begun-retry", ["email pending"], 0, []),
    ("down", ["email pending"], 0, ["channel-down"]),
    ("begun-down", ["email pending"], 0, ["channel-down"]),
    ("begun-uncertain", ["email uncertain"], 0, ["uncertain"]),
    ("acted-uncertain", ["email uncertain"], 1, ["uncertain"]),
    ("uncertain", ["email uncertain"], 0, ["uncertain"]),
    ("sent", ["email sent"], 0, []),
    ("begun-abort", ["email uncertain"], 0, ["uncertain"]),
    ("acted-abort", ["email uncertain"], 1, ["uncertain"]),
    ("begun-exit", ["email uncertain"], 0, ["uncertain"]),
    ("acted-exit", ["email uncertain"], 1, ["uncertain"]),
    ("begun-hang", ["email uncertain"], 0, ["uncertain"]),
    ("acted-hang", ["email uncertain"], 1, ["uncertain"]),
    ("begun-chatter", ["email uncertain"], 0, ["uncertain"]),
    ("acted-close", ["email uncertain"], 1, ["uncertain"]),
    ("hang", ["email pending"], 0, []),
    ("chatter", ["email pending"], 0, []),
    ("flood", ["email pending"], 0, []),
    ("abort", ["email sent"], 1, []),
    ("exit", ["email sent"], 1, []),
    ("close", ["email sent"], 1, []),
]


@pytest.mark.parametrize("word, states, n_received, tasks", ONE_ROUTE, ids=[c[0] for c in ONE_ROUTE])
def test_an_outcome_becomes_a_state(late, word, states, n_received, tasks):
    late.policy([["email"]])
    late.script("email", f"* {word}")
    late.once(DAY1)
    assert late.states() == states
    assert len(late.received("email")) == n_received
    assert late.tasks() == tasks
    late.once(DAY1)
    assert late.states()[:len(states)] in (states, ["email sent"])
    assert len(set(late.received("email"))) == len(late.received("email"))


def test_a_task_says_what_to_type_next(late):
    """Commands that lead to the fault, each of which there is."""
    late.policy([["email"]], attach="own")
    late.load([firms.customer(), firms.customer("C-2")],
                  [firms.invoice(), firms.invoice("F-2", "C-2", document="away.pdf")],
                  at="2026-03-03T09:00")
    late.script("email", "* refused-message")
    late.once(DAY1)
    commands = {task["kind"]: task["commands"] for task in late.json("tasks")}
    assert commands["all-routes-refused"] == ["relancectl contact C-1 --email ADDRESS",
                                              "relancectl show F-1"]
    assert commands["no-document"] == ["relancectl show F-2"]
    late.ctl("contact", "C-1", "--email", "new@example.org", at=DAY2)
    late.script("email", "* down")
    late.once(DAY2)
    commands = {task["kind"]: task["commands"] for task in late.json("tasks")}
    assert commands["channel-down"] == ["relancectl channels email",
                                        "relancectl test email --to ADDRESS"]


def test_an_invoice_names_what_keeps_its_whole_account_back(late):
    """R23: F-2's document is missing, and F-1 waits with it."""
    late.policy([["email"]], attach="overdue")
    late.load([firms.customer()], [firms.invoice("F-2", document="away.pdf")],
              at="2026-03-03T09:00")
    late.once(DAY1)
    assert late.states() == [] and late.tasks() == ["no-document"]
    [row] = late.json("explain", "F-1", at=DAY1)
    assert [(task["kind"], task["invoice"]) for task in row["tasks"]] == [("no-document", "F-2")]
    assert "F-2" in late.ctl("explain", "F-1", at=DAY1).stdout


@pytest.mark.parametrize("word, said", [
    ("begun-refused-message", "spam"), ("retry", "busy"), ("begun-uncertain", "no answer")])
def test_an_invoice_is_shown_with_what_the_other_side_said(late, word, said):
    late.policy([["email"]])
    late.script("email", f"* {word}")
    late.once(DAY1)
    [page] = late.json("show", "F-1")
    [notice] = page["notices"]
    assert said in notice["detail"]
    assert f"  {notice['notice']}: " in late.ctl("show", "F-1").stdout
    assert said in late.ctl("show", "F-1").stdout


def real_firm(tmp_path, module):
    """Two customers, late since yesterday by the real clock, written to at any hour."""
    firm = Scripted(tmp_path / "firm", module)
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    firm.config["channels"]["email"].update(timeout_s=60)
    firm.policy([["email"]])
    day = datetime.date.today() - datetime.timedelta(days=4)
    firm.load([firms.customer("C-1"), firms.customer("C-2")],
              [firms.invoice("F-1", "C-1", issued=day, due=day),
               firms.invoice("F-2", "C-2", issued=day, due=day)])
    return firm


def test_an_earlier_try_does_not_speak_for_a_later_one(tmp_path, module):
    """C-1 is to come again, comes again while C-2 takes long, is sent, and the daemon never hears of
    it: the flight file holds two words about one message."""
    firm = real_firm(tmp_path, module)
    firm.script("email", "c-1 retry-soon", "c-2 acted-slow", "c-1 acted-freeze")
    flights = firm.state / "flight"
    with subprocess.Popen([firms.RELANCED, "--config", firm.path, "--once"], env=firm.environment,
                          stderr=subprocess.DEVNULL) as daemon:
        wait_until(lambda: sum(path.read_bytes().count(b"ref")
                               for path in flights.glob("*")) == 2, "two words")
        daemon.send_signal(signal.SIGKILL)
    firm.relanced("--once")
    assert firm.states() == ["email sent", "email sent"]
    assert len(firm.received("email")) == 2


# Routes (R4)

def test_the_next_alternative_is_composed_for_its_own_channel(late):
    late.script("email", "* refused-address")
    late.once(DAY1)
    assert late.states() == ["email failed", "sms sent"]
    [email, sms] = late.log()
    assert email["subject"] and sms["to"] == "+33612345678"
    assert [step["step"] for step in late.json("explain", "F-1")[0]["done"]] == ["s1"]
    assert late.tasks() == []


@pytest.mark.parametrize("words, states, done", [
    (("refused-message", "acted-sent"), ["email failed", "sms sent"], ["s1"]),
    (("acted-sent", "refused-message"), ["email sent", "sms failed"], ["s1"]),
    (("refused-address", "acted-uncertain"), ["email failed", "sms uncertain"], []),
    (("refused-address", "refused-address"), ["email failed", "sms failed"], []),
    (("retry", "refused-address"), ["email pending", "sms failed"], []),
])
def test_one_route_is_enough(late, words, states, done):
    late.policy([["email", "sms"]])
    late.script("email", f"* {words[0]}")
    late.script("sms", f"* {words[1]}")
    late.once(DAY1)
    assert sorted(late.states()) == states
    assert [step["step"] for step in late.json("explain", "F-1")[0]["done"]] == done
    assert ("all-routes-refused" in late.tasks()) == (states == ["email failed", "sms failed"])


def by_command(firm, email):
    firm.ctl("contact", "C-1", "--email", email, at=DAY2)


def by_import(firm, email):
    firm.load([firms.customer(phone="+33612345678", email=email)], at=DAY2)


@pytest.mark.parametrize("correct", [by_command, by_import])
@pytest.mark.parametrize("word", ["refused-address", "refused-message"])
def test_standing_aside_ends_with_a_new_address(late, correct, word):
    late.script("email", f"c-1@ {word}")
    late.script("sms", f"* {word}")
    late.once(DAY1)
    assert late.tasks() == ["all-routes-refused"]
    late.once(DAY2)
    assert late.states() == ["email failed", "sms failed"]
    assert late.tasks() == ["all-routes-refused"]
    correct(late, "new@example.org")
    late.once(DAY2)
    assert late.states()[2:] == ["email sent"]
    assert late.tasks() == []


def test_what_stands_aside_and_is_paid_leaves_no_task(late):
    late.policy([["email"]])
    late.script("email", "* refused-address")
    late.once(DAY1)
    assert late.tasks() == ["all-routes-refused"]
    late.ctl("pay", "F-1", "1200.00", at=DAY2)
    late.once(DAY2)
    assert late.tasks() == []


def test_a_route_in_its_night_waits_for_the_other_s_day(tmp_path, module):
    """09:00 in Paris is 03:00 in New York: no SMS before 14:00."""
    firm = Scripted(tmp_path / "firm", module)
    firm.policy([["email", "sms"]])
    firm.load([firms.customer(phone="+12125550100", timezone="America/New_York")],
              [firms.invoice()], at="2026-03-03T09:00")
    firm.script("email", "* refused-address")
    firm.once(DAY1)
    assert firm.states() == ["email failed", "sms pending"]
    assert firm.tasks() == []
    firm.once("2026-03-05T14:30")
    assert firm.states() == ["email failed", "sms sent"]


# Uncertain (DESIGN 5.6)

@pytest.mark.parametrize("wish, later, states, n_received, tasks", [
    ("assume-sent", DAY2, ["email sent"], 1, []),
    ("assume-sent", "2026-03-05T23:00", ["email uncertain"], 1, ["uncertain"]),
    ("resend", DAY2, ["email sent"], 2, []),
    ("ask", DAY3, ["email uncertain"], 1, ["uncertain"]),
])
def test_uncertain_ends_as_its_step_says(late, wish, later, states, n_received, tasks):
    late.policy([["email"]], on_uncertain=wish)
    late.script("email", "* acted-uncertain")
    late.once(DAY1)
    late.once(later)
    assert late.states() == states
    assert len(late.received("email")) == n_received
    assert len(set(late.received("email"))) == 1
    assert late.tasks() == tasks


def test_what_is_sent_again_waits_for_its_window(late):
    """The same bytes on Monday, not another message: the weekend is no reason to decide afresh."""
    late.policy([["email"]], on_uncertain="resend")
    late.script("email", "* acted-uncertain")
    late.once("2026-03-06T09:00")
    late.once("2026-03-07T10:00")
    late.once(DAY3)
    assert late.states() == ["email sent"]
    assert len(late.received("email")) == 2
    assert len(set(late.received("email"))) == 1


# A module that fails

@pytest.mark.parametrize("fault", ["abort", "exit", "close"])
def test_one_poisonous_message_holds_up_no_other(tmp_path, module, fault):
    firm = Scripted(tmp_path / "firm", module)
    firm.policy([["email"]])
    codes = [f"C-{n}" for n in range(10, 22)]
    firm.load([firms.customer(code) for code in codes],
              [firms.invoice(f"F-{code}", code) for code in codes], at="2026-03-03T09:00")
    firm.script("email", *[f"c-12 {fault}"] * 30)
    firm.once(DAY1)
    assert len(firm.received("email")) == 11
    assert firm.states().count("email sent") == 11
    assert firm.states().count("email failed") == 1
    assert firm.tasks() == ["all-routes-refused"]


def test_a_suspended_channel_alerts_once_and_heals_in_a_later_run(tmp_path, module):
    firm = Scripted(tmp_path / "firm", module)
    firm.policy([["email"]])
    codes = [f"C-{n}" for n in range(10, 22)]
    firm.load([firms.customer(code) for code in codes],
              [firms.invoice(f"F-{code}", code) for code in codes], at="2026-03-03T09:00")
    firm.script("email", *["* down"] * 100)
    for hour in (9, 11, 14):
        assert firm.once(f"2026-03-05T{hour:02}:00").returncode == 1
        assert firm.tasks() == ["channel-down"]
    firm.script("email")
    assert firm.once("2026-03-05T15:00").returncode == 0
    assert firm.states() == ["email sent"] * 12
    assert firm.tasks() == []


def test_an_edited_ladder_is_never_stuck(late):
    """The step that was sent first now stands last: what was sent is not due again."""
    late.policy([["email"], ["email"]])
    late.once(DAY1)
    late.once("2026-03-09T09:00")
    assert [notice["step"] for notice in late.sent()] == ["s1", "s2"]
    steps = late.config["policies"]["standard"]["steps"]
    new = {"id": "s3", "action": "remind", "after_due": 9, "send": ["email"]}
    late.config["policies"]["standard"]["steps"] = [
        {**steps[1], "after_due": 1}, {**steps[0], "after_due": 2}, new]
    late.write_config()
    late.once("2026-03-16T09:00")
    late.once("2026-03-23T09:00")
    assert "s3" in [notice["step"] for notice in late.sent()]


def test_documents_that_changed_while_their_notices_waited_stop_nothing(tmp_path, module):
    """More of them than are looked at in one go."""
    firm = Scripted(tmp_path / "firm", module)
    firm.policy([["email"]], attach="own")
    documents = [firm.folder / f"documents/{n}.pdf" for n in range(130)]
    for document in documents:
        document.write_bytes(b"%PDF-1.4\n")
    firm.load([firms.customer()],
              [firms.invoice("F-0")], at="2026-03-03T09:00")
    firm.load([firms.customer(f"D-{n}") for n in range(130)],
              [firms.invoice(f"G-{n}", f"D-{n}", document=f"{n}.pdf") for n in range(130)],
              at="2026-03-03T09:00")
    firm.script("email", *["* down"] * 200)
    firm.once(DAY1)
    for document in documents:
        document.write_bytes(b"%PDF-1.4\nchanged")
    firm.script("email")
    assert firm.once("2026-03-05T14:00").returncode == 0
    assert sorted(firm.states()) == ["email cancelled"] * 130 + ["email sent"]


def test_a_server_that_is_not_there_is_a_problem_until_it_is(late):
    late.policy([["email"]])
    late.script("email", *["* retry"] * 20)
    late.once(DAY1)
    assert late.json("status")[0]["ok"]  # as a first try where strangers are kept waiting
    late.once("2026-03-05T12:00")
    status = late.json("status", status=1)[0]
    assert not status["ok"] and "busy" in status["problems"][0], status
    late.script("email")
    late.once("2026-03-05T15:00")
    assert late.states() == ["email sent"]
    assert late.json("status")[0]["ok"]


def test_a_mail_that_another_route_made_needless_and_its_document_impossible_is_told(
        tmp_path, module):
    firm = Scripted(tmp_path / "firm", module)
    firm.policy([["email", "sms"]], attach="own")
    document = firm.folder / "documents/1.pdf"
    document.write_bytes(b"%PDF-1.4\n")
    firm.load([firms.customer(phone="+33612345678")], [firms.invoice(document="1.pdf")],
              at="2026-03-03T09:00")
    firm.script("email", "* down")
    firm.once(DAY1)
    assert firm.states() == ["email pending", "sms sent"]
    document.write_bytes(b"%PDF-1.4\nchanged")
    firm.once("2026-03-05T14:00")
    assert firm.states() == ["email cancelled", "sms sent"]
    assert "document" in firm.tasks()


def test_who_has_paid_is_not_left_cut_off_in_silence(tmp_path, module):
    firm = Scripted(tmp_path / "firm", module)
    firm.config["channels"]["hook"] = {"module": str(module), "folder": "out/hook"}
    firm.config["policies"]["subscription"] = {"steps": [
        {"id": "d", "action": "deadline", "after_due": 1, "deadline_days": 2, "send": ["email"]},
        {"id": "s", "action": "suspend", "after_deadline": 1, "send": ["hook"]}]}
    firm.write_config()
    firm.load([firms.customer(relation="service")], [firms.invoice()], at="2026-03-03T09:00")
    firm.script("hook", "* acted-sent", "* refused-address")
    firm.once("2026-03-05T09:00")
    firm.once("2026-03-10T09:00")
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-11T10:00")
    firm.once("2026-03-11T11:00")
    assert firm.states() == ["email sent", "hook sent", "hook failed"]
    firm.once("2026-03-12T09:00")
    assert firm.tasks() == ["all-routes-refused"]
    firm.ctl("contact", "C-1", "--email", "new@example.org", at="2026-03-12T10:00")
    firm.once("2026-03-12T11:00")
    assert firm.states()[3:] == ["hook sent"]
    assert firm.tasks() == []


@pytest.mark.parametrize("ends", ["mended", "paid"])
def test_a_task_about_a_text_ends_with_its_cause(late, ends):
    late.policy([["email"]], template="mine")
    late.once(DAY1)
    assert late.tasks() == ["template"]
    if ends == "mended":
        late.policy([["email"]])
    else:
        late.ctl("pay", "F-1", "1200.00", at=DAY2)
    late.once(DAY2)
    assert late.tasks() == []
    assert late.states() == (["email sent"] if ends == "mended" else [])


@pytest.mark.parametrize("word, state, done", [("sent", "sent", ["s1"]), ("failed", "sent", ["s1"])])
def test_a_person_settles_what_is_uncertain(late, word, state, done):
    """Sent: the step is done. Failed: it is decided again, and leaves this time."""
    late.script("email", "* begun-uncertain")
    late.once(DAY1)
    assert late.states() == ["email uncertain"]
    late.ctl("settle", "1", word, at=DAY1)
    assert late.states() == [f"email {word}"]
    assert late.tasks() == []
    late.script("email", "acted-sent")
    late.once(DAY2)
    assert late.states()[-1] == f"email {state}"
    assert len(late.received("email")) == (word == "failed")
    [row] = late.json("explain", "F-1", at=DAY2)
    assert [each["step"] for each in row["done"]] == done
    late.ctl("settle", "1", "sent", at=DAY2, status=1)


def test_who_was_cut_off_after_all_is_not_left_so_once_paid(tmp_path, module):
    """A wake has seen it paid before anybody knew that the service was suspended."""
    firm = Scripted(tmp_path / "firm", module)
    firm.config["channels"]["hook"] = {"module": str(module), "folder": "out/hook"}
    firm.config["policies"]["subscription"] = {"steps": [
        {"id": "d", "action": "deadline", "after_due": 1, "deadline_days": 2, "send": ["email"]},
        {"id": "s", "action": "suspend", "after_deadline": 1, "send": ["hook"]}]}
    firm.write_config()
    firm.load([firms.customer(relation="service")], [firms.invoice()], at="2026-03-03T09:00")
    firm.script("hook", "* begun-uncertain", "* acted-sent")
    firm.once("2026-03-05T09:00")
    firm.once("2026-03-10T09:00")
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-11T10:00")
    firm.once("2026-03-11T11:00")
    assert firm.states() == ["email sent", "hook uncertain"]
    firm.ctl("settle", "2", "sent", at="2026-03-11T12:00")
    firm.once("2026-03-12T09:00")
    assert firm.states() == ["email sent", "hook sent", "hook sent"]
    assert [notice["action"] for notice in firm.log()][-1] == "reconnect"
    firm.once("2026-03-13T09:00")
    assert len(firm.states()) == 3 and firm.tasks() == []


def test_who_has_the_file_after_all_is_told_that_it_was_paid(tmp_path, module):
    firm = Scripted(tmp_path / "firm", module)
    firm.config["agency"] = {"name": "Recouvrement", "email": "agency@example.org"}
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "agency", "action": "agency", "after_due": 3, "send": ["email"]}]}
    firm.write_config()
    firm.load([firms.customer()], [firms.invoice()], at="2026-03-03T09:00")
    firm.script("email", "* begun-uncertain")
    firm.once("2026-03-05T09:00")
    firm.ctl("approve", "agency", at="2026-03-05T10:00")
    firm.once("2026-03-05T11:00")
    assert firm.states() == ["email uncertain"]
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-06T10:00")
    firm.once("2026-03-06T11:00")
    firm.ctl("settle", "1", "sent", at="2026-03-06T12:00")
    firm.once("2026-03-09T09:00")
    assert firm.tasks() == ["tell-agency"]


def test_what_is_no_flight_file_is_set_aside(late):
    folder = late.folder / "state/flight"
    folder.mkdir(exist_ok=True)
    name = "email.0123456789abcdef.flight"
    (folder / name).mkdir()
    late.script("email", "acted-sent")
    assert name in late.once(DAY1).stderr
    assert late.states() == ["email sent"]
    assert [path.name for path in folder.iterdir()] == [f"{name}.unreadable"]
