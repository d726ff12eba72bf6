# SPDX-License-Identifier: MIT
"""Whatever a channel answers and however its module fails: nothing twice, nothing lost, nothing
stuck. Channels here are tests/integration/scripted.c, which does what its script says."""

import datetime
import pathlib
import shutil
import signal
import subprocess
import time

import firm as firms
import pytest

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 30  # less than a worker may idle
DAY1, DAY2, DAY3 = "2026-03-05T09:00", "2026-03-06T09:00", "2026-03-09T09:00"


@pytest.fixture(scope="session")
def module(tmp_path_factory):
    if not shutil.which("cc"):
        pytest.skip("needs a compiler")
    path = tmp_path_factory.mktemp("module") / "scripted.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-Wall", "-fPIC", "-shared", f"-I{firms.REPOSITORY}",
                    HERE / "scripted.c", "-o", path], check=True)
    return path


class Scripted(firms.Firm):
    """A firm whose channels do as they are told."""

    def __init__(self, folder, module):
        super().__init__(folder)
        for name, address in (("email", "email"), ("sms", "phone"), ("whatsapp", "whatsapp")):
            self.config["channels"][name] = {
                "module": str(module), "address": address, "folder": f"out/{name}", "timeout_s": 1}
        self.policy([["email|sms"]])
        self.init()

    def policy(self, routes, **step):
        """A ladder of steps, three days apart, with these routes."""
        self.config["policies"]["standard"] = {"steps": [
            {"id": f"s{n}", "action": "remind", "after_due": 3 * n, "send": send, **step}
            for n, send in enumerate(routes, 1)]}
        self.write_config()

    def script(self, channel, *lines):
        folder = self.folder / "out" / channel
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "used").unlink(missing_ok=True)
        (folder / "script").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def received(self, channel):
        path = self.folder / "out" / channel / "received"
        return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []

    def once(self, at):
        """A wake of which the status is judged elsewhere; one that waits for nothing."""
        began = time.monotonic()
        done = self.relanced("--once", "--at", at, status=None)
        assert time.monotonic() - began < PATIENCE_S
        return done

    def states(self):
        return [f'{notice["channel"]} {notice["state"]}'
                for notice in sorted(self.log(), key=lambda notice: notice["notice"])]

    def tasks(self):
        return sorted(task["kind"] for task in self.json("tasks"))


@pytest.fixture
def scripted(tmp_path, module):
    firm = Scripted(tmp_path / "firm", module)
    firm.load([firms.customer(phone="+33612345678")], [firms.invoice()], at="2026-03-03T09:00")
    return firm


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
def test_an_outcome_becomes_a_state(scripted, word, states, n_received, tasks):
    scripted.policy([["email"]])
    scripted.script("email", f"* {word}")
    scripted.once(DAY1)
    assert scripted.states() == states
    assert len(scripted.received("email")) == n_received
    assert scripted.tasks() == tasks
    scripted.once(DAY1)
    assert scripted.states()[:len(states)] in (states, ["email sent"])
    assert len(set(scripted.received("email"))) == len(scripted.received("email"))


def test_a_task_says_what_to_type_next(scripted):
    """Commands that lead to the fault, each of which there is."""
    scripted.policy([["email"]], attach="own")
    scripted.load([firms.customer(), firms.customer("C-2")],
                  [firms.invoice(), firms.invoice("F-2", "C-2", document="away.pdf")],
                  at="2026-03-03T09:00")
    scripted.script("email", "* refused-message")
    scripted.once(DAY1)
    commands = {task["kind"]: task["commands"] for task in scripted.json("tasks")}
    assert commands["all-routes-refused"] == ["relancectl contact C-1 --email ADDRESS",
                                              "relancectl show F-1"]
    assert commands["no-document"] == ["relancectl show F-2"]
    scripted.ctl("contact", "C-1", "--email", "new@example.org", at=DAY2)
    scripted.script("email", "* down")
    scripted.once(DAY2)
    commands = {task["kind"]: task["commands"] for task in scripted.json("tasks")}
    assert commands["channel-down"] == ["relancectl channels email",
                                        "relancectl test email --to ADDRESS"]


@pytest.mark.parametrize("word, said", [
    ("begun-refused-message", "spam"), ("retry", "busy"), ("begun-uncertain", "no answer")])
def test_an_invoice_is_shown_with_what_the_other_side_said(scripted, word, said):
    scripted.policy([["email"]])
    scripted.script("email", f"* {word}")
    scripted.once(DAY1)
    [page] = scripted.json("show", "F-1")
    [notice] = page["notices"]
    assert said in notice["detail"]
    assert f"  {notice['notice']}: " in scripted.ctl("show", "F-1").stdout
    assert said in scripted.ctl("show", "F-1").stdout


def real_firm(tmp_path, module):
    """Two customers, late since yesterday by the real clock, written to at any hour."""
    firm = Scripted(tmp_path / "firm", module)
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    firm.config["channels"]["email"].update(timeout_s=60)
    firm.policy([["email"]])
    late = datetime.date.today() - datetime.timedelta(days=4)
    firm.load([firms.customer("C-1"), firms.customer("C-2")],
              [firms.invoice("F-1", "C-1", issued=late, due=late),
               firms.invoice("F-2", "C-2", issued=late, due=late)])
    return firm


def await_that(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_earlier_try_does_not_speak_for_a_later_one(tmp_path, module):
    """C-1 is to come again, comes again while C-2 takes long, is sent, and the daemon never hears of
    it: the flight file holds two words about one message."""
    firm = real_firm(tmp_path, module)
    firm.script("email", "c-1 retry-soon", "c-2 acted-slow", "c-1 acted-freeze")
    flights = firm.state / "flight"
    with subprocess.Popen([firms.RELANCED, "--config", firm.path, "--once"], env=firm.environment,
                          stderr=subprocess.DEVNULL) as daemon:
        await_that(lambda: sum(path.read_bytes().count(b"ref") for path in flights.glob("*")) == 2)
        daemon.send_signal(signal.SIGKILL)
    firm.relanced("--once")
    assert firm.states() == ["email sent", "email sent"]
    assert len(firm.received("email")) == 2


# Routes (R4)

def test_the_next_alternative_is_composed_for_its_own_channel(scripted):
    scripted.script("email", "* refused-address")
    scripted.once(DAY1)
    assert scripted.states() == ["email failed", "sms sent"]
    [email, sms] = scripted.log()
    assert email["subject"] and sms["to"] == "+33612345678"
    assert [step["step"] for step in scripted.json("explain", "F-1")[0]["done"]] == ["s1"]
    assert scripted.tasks() == []


@pytest.mark.parametrize("words, states, done", [
    (("refused-message", "acted-sent"), ["email failed", "sms sent"], ["s1"]),
    (("acted-sent", "refused-message"), ["email sent", "sms failed"], ["s1"]),
    (("refused-address", "acted-uncertain"), ["email failed", "sms uncertain"], []),
    (("refused-address", "refused-address"), ["email failed", "sms failed"], []),
    (("retry", "refused-address"), ["email pending", "sms failed"], []),
])
def test_one_route_is_enough(scripted, words, states, done):
    scripted.policy([["email", "sms"]])
    scripted.script("email", f"* {words[0]}")
    scripted.script("sms", f"* {words[1]}")
    scripted.once(DAY1)
    assert sorted(scripted.states()) == states
    assert [step["step"] for step in scripted.json("explain", "F-1")[0]["done"]] == done
    assert ("all-routes-refused" in scripted.tasks()) == (states == ["email failed", "sms failed"])


def by_command(firm, email):
    firm.ctl("contact", "C-1", "--email", email, at=DAY2)


def by_import(firm, email):
    firm.load([firms.customer(phone="+33612345678", email=email)], at=DAY2)


@pytest.mark.parametrize("correct", [by_command, by_import])
@pytest.mark.parametrize("word", ["refused-address", "refused-message"])
def test_standing_aside_ends_with_a_new_address(scripted, correct, word):
    scripted.script("email", f"c-1@ {word}")
    scripted.script("sms", f"* {word}")
    scripted.once(DAY1)
    assert scripted.tasks() == ["all-routes-refused"]
    scripted.once(DAY2)
    assert scripted.states() == ["email failed", "sms failed"]
    assert scripted.tasks() == ["all-routes-refused"]
    correct(scripted, "new@example.org")
    scripted.once(DAY2)
    assert scripted.states()[2:] == ["email sent"]
    assert scripted.tasks() == []


def test_what_stands_aside_and_is_paid_leaves_no_task(scripted):
    scripted.policy([["email"]])
    scripted.script("email", "* refused-address")
    scripted.once(DAY1)
    assert scripted.tasks() == ["all-routes-refused"]
    scripted.ctl("pay", "F-1", "1200.00", at=DAY2)
    scripted.once(DAY2)
    assert scripted.tasks() == []


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
def test_uncertain_ends_as_its_step_says(scripted, wish, later, states, n_received, tasks):
    scripted.policy([["email"]], on_uncertain=wish)
    scripted.script("email", "* acted-uncertain")
    scripted.once(DAY1)
    scripted.once(later)
    assert scripted.states() == states
    assert len(scripted.received("email")) == n_received
    assert len(set(scripted.received("email"))) == 1
    assert scripted.tasks() == tasks


def test_what_is_sent_again_waits_for_its_window(scripted):
    """The same bytes on Monday, not another message: the weekend is no reason to decide afresh."""
    scripted.policy([["email"]], on_uncertain="resend")
    scripted.script("email", "* acted-uncertain")
    scripted.once("2026-03-06T09:00")
    scripted.once("2026-03-07T10:00")
    scripted.once(DAY3)
    assert scripted.states() == ["email sent"]
    assert len(scripted.received("email")) == 2
    assert len(set(scripted.received("email"))) == 1


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


def test_an_edited_ladder_is_never_stuck(scripted):
    """The step that was sent first now stands last: what was sent is not due again."""
    scripted.policy([["email"], ["email"]])
    scripted.once(DAY1)
    scripted.once("2026-03-09T09:00")
    assert [notice["step"] for notice in scripted.sent()] == ["s1", "s2"]
    steps = scripted.config["policies"]["standard"]["steps"]
    new = {"id": "s3", "action": "remind", "after_due": 9, "send": ["email"]}
    scripted.config["policies"]["standard"]["steps"] = [
        {**steps[1], "after_due": 1}, {**steps[0], "after_due": 2}, new]
    scripted.write_config()
    scripted.once("2026-03-16T09:00")
    scripted.once("2026-03-23T09:00")
    assert "s3" in [notice["step"] for notice in scripted.sent()]


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


def test_a_server_that_is_not_there_is_a_problem_until_it_is(scripted):
    scripted.policy([["email"]])
    scripted.script("email", *["* retry"] * 20)
    scripted.once(DAY1)
    assert scripted.json("status")[0]["ok"]  # as a first try where strangers are kept waiting
    scripted.once("2026-03-05T12:00")
    status = scripted.json("status", status=1)[0]
    assert not status["ok"] and "busy" in status["problems"][0], status
    scripted.script("email")
    scripted.once("2026-03-05T15:00")
    assert scripted.states() == ["email sent"]
    assert scripted.json("status")[0]["ok"]


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
def test_a_task_about_a_text_ends_with_its_cause(scripted, ends):
    scripted.policy([["email"]], template="mine")
    scripted.once(DAY1)
    assert scripted.tasks() == ["template"]
    if ends == "mended":
        scripted.policy([["email"]])
    else:
        scripted.ctl("pay", "F-1", "1200.00", at=DAY2)
    scripted.once(DAY2)
    assert scripted.tasks() == []
    assert scripted.states() == (["email sent"] if ends == "mended" else [])


@pytest.mark.parametrize("word, state, done", [("sent", "sent", ["s1"]), ("failed", "sent", ["s1"])])
def test_a_person_settles_what_is_uncertain(scripted, word, state, done):
    """Sent: the step is done. Failed: it is decided again, and leaves this time."""
    scripted.script("email", "* begun-uncertain")
    scripted.once(DAY1)
    assert scripted.states() == ["email uncertain"]
    scripted.ctl("settle", "1", word, at=DAY1)
    assert scripted.states() == [f"email {word}"]
    assert scripted.tasks() == []
    scripted.script("email", "acted-sent")
    scripted.once(DAY2)
    assert scripted.states()[-1] == f"email {state}"
    assert len(scripted.received("email")) == (word == "failed")
    [row] = scripted.json("explain", "F-1", at=DAY2)
    assert [each["step"] for each in row["done"]] == done
    scripted.ctl("settle", "1", "sent", at=DAY2, status=1)


def test_what_is_no_flight_file_is_set_aside(scripted):
    folder = scripted.folder / "state/flight"
    folder.mkdir(exist_ok=True)
    name = "email.0123456789abcdef.flight"
    (folder / name).mkdir()
    scripted.script("email", "acted-sent")
    assert name in scripted.once(DAY1).stderr
    assert scripted.states() == ["email sent"]
    assert [path.name for path in folder.iterdir()] == [f"{name}.unreadable"]
