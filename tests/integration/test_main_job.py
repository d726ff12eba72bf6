# SPDX-License-Identifier: MIT
"""The main job from end to end through the command line: facts in, notices out, a log to read; and
what is said when something is wrong."""

import os
import re
import signal
import sqlite3
import subprocess

import firm as firms
import pytest
from servers.process import wait_until

AT = "2026-03-05T09:00"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

LOG_KEYS = {"notice", "at", "account", "step", "action", "occasion", "lines", "total", "deadline",
            "channel", "to", "state", "reason", "attempts", "reference", "delivered", "subject"}
EXPLAIN_KEYS = {"invoice", "instalment", "open", "days_late", "policy", "done", "next", "charges",
                "reason", "sentence", "also", "tasks"}
TASK_KEYS = {"task", "kind", "customer", "invoice", "instalment", "since", "sentence", "commands"}

MONEY = re.compile(r"-?\d+\.\d\d")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def one_late_invoice(firm, **columns):
    firm.load([firms.customer()], [firms.invoice(**columns)], at=AT)


# The log and its shape (DESIGN 4.1)

def test_the_log_has_the_documented_shape(firm):
    firm.config["policies"]["standard"]["steps"][1].update(action="deadline", deadline_days=8)
    firm.write_config()
    firm.load([firms.customer()],
              [firms.invoice(), firms.invoice("F-2", due="2026-03-04", amount="80,5")], at=AT)
    firm.wake(AT)

    [notice] = firm.log()

    assert set(notice) == LOG_KEYS
    assert type(notice["notice"]) is int and notice["notice"] > 0
    assert INSTANT.fullmatch(notice["at"]) and notice["at"].startswith("2026-03-05T09:00:00")
    assert notice["at"].endswith("+01:00")
    assert notice["account"] == {"customer": "C-1", "currency": "EUR"}
    assert notice["step"] == "reminder" and notice["action"] == "deadline"
    assert notice["lines"] == [
        {"invoice": "F-1", "instalment": 1, "step": "reminder", "open": "1200.00"},
        {"invoice": "F-2", "instalment": 1, "step": None, "open": "80.50"}]
    assert notice["total"] == "1280.50"
    assert notice["deadline"] == "2026-03-13"
    assert notice["channel"] == "email"
    assert notice["to"] == "c-1@example.org"
    assert notice["state"] == "sent"
    assert isinstance(notice["reason"], str) and notice["reason"]
    assert notice["attempts"] == 1 and type(notice["attempts"]) is int
    assert notice["reference"] is None or isinstance(notice["reference"], str)
    assert notice["delivered"] is None
    assert isinstance(notice["subject"], str) and notice["subject"]


def test_a_notice_without_a_deadline_has_none(firm):
    one_late_invoice(firm)
    firm.wake(AT)
    [notice] = firm.log()
    assert notice["deadline"] is None and notice["action"] == "remind"


def test_the_log_prints_one_object_a_line_and_can_be_filtered(firm):
    firm.load([firms.customer(), firms.customer("C-2", "Garage Petit", phone="+33612345678")],
              [firms.invoice(), firms.invoice("F-2", "C-2")], at=AT)
    firm.wake(AT)
    assert len(firm.ctl("--json", "log").stdout.splitlines()) == 2
    assert [each["account"]["customer"] for each in firm.log("--customer", "C-2")] == ["C-2"]
    assert len(firm.log("--channel", "email")) == 2 and firm.log("--channel", "sms") == []
    assert len(firm.log("--state", "sent")) == 2 and firm.log("--state", "failed") == []
    assert firm.log("--since", "2026-03-06") == [] and len(firm.log("--since", "2026-03-05")) == 2


def test_explain_has_the_documented_shape(firm):
    one_late_invoice(firm)
    firm.wake(AT)
    [got] = firm.json("explain", "F-1", at="2026-03-06T09:00")
    assert set(got) == EXPLAIN_KEYS
    assert got["invoice"] == "F-1" and got["instalment"] == 1
    assert got["open"] == "1200.00" and got["days_late"] == 4 and got["policy"] == "standard"
    [done] = got["done"]
    assert set(done) == {"step", "at"} and done["step"] == "reminder" and INSTANT.fullmatch(done["at"])
    assert set(got["next"]) == {"step", "earliest", "at"}
    assert got["next"]["step"] == "resend" and got["next"]["earliest"] == "2026-03-12"
    assert got["reason"] == "not-yet"
    assert got["sentence"].endswith(".") and len(got["sentence"]) > 15


def test_what_waits_for_a_sum_has_no_day(firm):
    """Credit covers it (R10): no date can be promised."""
    firm.load([firms.customer()], [firms.invoice()],
              [{"id": "P-1", "customer": "C-1", "date": "2026-03-03", "amount": "1199.50",
                "currency": "EUR"}], at=AT)
    [got] = firm.json("explain", "F-1", at=AT)
    assert got["reason"] == "covered" and got["next"]["step"] == "reminder"
    assert got["next"]["at"] is None


def test_a_task_has_the_documented_shape(firm):
    firm.load([firms.customer(email="")], [firms.invoice()], at=AT)
    firm.wake(AT)
    [task] = firm.json("tasks")
    assert set(task) == TASK_KEYS
    assert type(task["task"]) is int and task["kind"] == "no-address"
    assert (task["customer"], task["invoice"], task["instalment"]) == ("C-1", "F-1", 1)
    assert INSTANT.fullmatch(task["since"]) and task["sentence"].endswith(".")
    assert "relancectl contact C-1" in str(task["commands"])


def test_the_message_says_what_is_owed_to_whom(firm):
    one_late_invoice(firm)
    firm.wake(AT)
    [text] = firm.files("email").values()
    [notice] = firm.log()
    assert "To: c-1@example.org" in text and notice["subject"] in text
    assert "F-1" in text and "Atelier Dumont" in text
    assert re.search(r"1\s200,00\s€", text) and "2 mars 2026" in text
    assert "dette" not in text.lower() and "{{" not in text


def test_the_language_is_the_customers(firm):
    firm.load([firms.customer(language="en")], [firms.invoice()], at=AT)
    firm.wake(AT)
    [text] = firm.files("email").values()
    assert re.search(r"1,200\.00", text) and "March" in text


# Wakes

def test_twenty_four_wakes_in_a_day_are_as_good_as_one(tmp_path):
    logs = []
    for name, hours in (("once", [9]), ("hourly", range(24))):
        each = firms.Firm(tmp_path / name)
        each.init()
        each.load([firms.customer(phone="+33612345678"), firms.customer("C-2", "Garage Petit")],
                  [firms.invoice(), firms.invoice("F-2", "C-2", due="2026-02-23"),
                   firms.invoice("F-3", "C-2", due="2026-03-08")], at="2026-03-05T00:00")
        for hour in hours:
            each.wake(f"2026-03-05T{hour:02}:00")
        logs.append([{key: value for key, value in notice.items() if key != "notice"}
                     for notice in each.log()])
    assert logs[0] == logs[1] and len(logs[0]) == 2


def test_a_dry_run_changes_nothing_and_says_what_would_leave(firm):
    one_late_invoice(firm)
    before = {path: path.read_bytes() for path in firm.folder.rglob("*") if path.is_file()}
    done = firm.relanced("--once", "--dry-run", "--at", AT)
    after = {path: path.read_bytes() for path in firm.folder.rglob("*") if path.is_file()}
    assert before == after
    assert firm.log() == [] and firm.files("email") == {}
    assert "F-1" in done.stdout or "1" in done.stdout
    firm.wake(AT)
    assert len(firm.sent()) == 1


def test_a_dry_run_does_not_mark_a_store_simulated(firm):
    one_late_invoice_without_time(firm)
    firm.relanced("--once", "--dry-run", "--at", AT)
    firm.relanced("--once")


def one_late_invoice_without_time(firm):
    """In real time: nothing is ever due, so that a real run sends nothing."""
    firm.load([firms.customer()], [firms.invoice(due="2199-12-31", issued="2199-12-01")])


def test_a_simulated_store_never_sends_for_real(firm):
    one_late_invoice(firm)
    firm.wake(AT)
    done = firm.relanced("--once", status=1)
    assert "simulated" in done.stderr
    done = firm.relanced(status=78)
    assert "simulated" in done.stderr
    assert len(firm.sent()) == 1


def test_time_is_not_played_with_in_a_store_that_has_really_sent(firm):
    firm.config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    firm.config["limits"]["contact_gap_days"] = 0
    firm.write_config()
    firm.load([firms.customer()], [firms.invoice()])
    firm.relanced("--once")
    assert len(firm.sent()) == 1
    done = firm.relanced("--once", "--at", "2030-03-05T09:00", status=1)
    assert "--at" in done.stderr
    firm.relanced("--once", "--dry-run", "--at", "2030-03-05T09:00")
    firm.ctl("pay", "F-1", "10.00", at="2030-03-05T09:00", status=1)


def test_at_needs_a_command_that_it_belongs_to(firm):
    assert "--at" in firm.relanced("--at", AT, status=2).stderr


@pytest.mark.parametrize("time_text", ["yesterday", "2026-02-30", "2026-03-05T25:00", "5/3/2026", ""])
def test_a_time_that_is_none_is_refused(firm, time_text):
    done = firm.relanced("--once", "--at", time_text, status=2)
    assert done.stderr.strip() and firm.log() == []


@pytest.mark.parametrize("time_text", ["2026-03-05T09:00", "2026-03-05T09:00:00+01:00",
                                       "2026-03-05T08:00:00Z"])
def test_a_time_may_be_local_or_have_an_offset(firm, time_text):
    one_late_invoice(firm)
    firm.wake(time_text)
    assert [notice["at"] for notice in firm.sent()] == ["2026-03-05T09:00:00+01:00"]


# Two processes

def test_a_second_process_refuses_and_names_the_first(firm):
    firm.config["channels"]["email"]["delay_ms"] = 30000
    firm.write_config()
    one_late_invoice(firm)
    first = subprocess.Popen([firms.RELANCED, "--config", firm.path, "--once", "--at", AT],
                             env=firm.environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        folder = firm.folder / "out/email"
        wait_until(lambda: any(folder.iterdir()) or first.poll() is not None, "a message begun")
        assert first.poll() is None
        second = firm.relanced("--once", "--at", AT, status=1)
        assert str(first.pid) in second.stderr
        control = firm.ctl("log", status=4)
        assert control.stderr.strip()
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    firm.config["channels"]["email"]["delay_ms"] = 0
    firm.write_config()
    firm.wake(AT)
    [notice] = firm.log()
    assert notice["state"] in ("uncertain", "sent") and len(firm.files("email")) <= 1


def test_nothing_is_left_running(firm):
    one_late_invoice(firm)
    firm.wake(AT)
    firm.ctl("status")

    def of_this_firm(pid):
        try:
            links = [os.readlink(f"/proc/{pid}/cwd")]
            links += [os.readlink(each.path) for each in os.scandir(f"/proc/{pid}/fd")]
        except OSError:
            return False
        return any(link.startswith(str(firm.folder)) for link in links)

    wait_until(lambda: not any(of_this_firm(pid) for pid in os.listdir("/proc")
                                    if pid.isdigit() and int(pid) != os.getpid()), "an end of all")


# Configuration

def test_check_finds_every_error_in_one_run(firm):
    text = firms.config_text(firm.config)
    text = text.replace("contact_gap_days = 3", "contact_gap_day = 3")
    text = text.replace("uncertain_hours = 24", "uncertain_hours = -1")
    text = text.replace('timezone = "Europe/Paris"', 'timezone = "Europe/Pariss"')
    text = text.replace('"whatsapp|sms"', '"whatsap|sms"')
    text = text.replace('policy = "subscription"', 'policy = "subscriptions"')
    text = text.replace('"out/sms";', '"out/sms"; timeout = 9;')
    text = text.replace('module = "file";\n    path = "out/hook"', 'module = "pigeon"')
    text = text.replace('after_due = 20;', 'after_due = 20; template = "nowhere";')
    text = text.replace('action = "agency"', 'action = "agence"')
    firm.write_config(text)
    done = firm.relanced("--check", status=1)
    said = done.stdout + done.stderr

    def line_of(word):
        return next(n for n, line in enumerate(text.splitlines(), 1) if word in line)

    for word, near in (("contact_gap_day", "contact_gap_days"), ("uncertain_hours", ""),
                       ("Europe/Pariss", ""), ('"whatsap|', "whatsapp"),
                       ("subscriptions", "subscription"), ("timeout", "timeout_s"),
                       ("agence", "agency")):
        [said_line] = [line for line in said.splitlines()
                       if f"relanced.conf:{line_of(word)}:" in line]
        assert word.strip('"|') in said_line and near in said_line
    assert "pigeon" in said and "nowhere" in said


@pytest.mark.parametrize("line, words", [
    ('colour = "red";', ["colour"]),
    ('limit = { contact_gap_days = 3; };', ["limit", "limits"]),
    ('state = "elsewhere";', ["state"]),
    ('sending = { from = "09:00" }', ["sending"]),
    ('wake = {', []),
])
def test_a_wrong_line_is_named(firm, line, words):
    text = firms.config_text(firm.config) + line + "\n"
    firm.write_config(text)
    done = firm.relanced("--check", status=1)
    assert "relanced.conf:" in done.stderr + done.stdout
    for word in words:
        assert word in done.stderr + done.stdout
    firm.relanced("--once", "--at", AT, status=1)


def test_a_good_configuration_passes(firm):
    firm.relanced("--check")
    firm.ctl("check")


def test_the_shipped_configurations_pass():
    for path in (firms.REPOSITORY / "config/example/relanced.conf",):
        if not path.exists():
            pytest.skip(f"{path} is not there")
        done = subprocess.run([firms.RELANCED, "--config", path, "--check"], capture_output=True,
                              text=True, timeout=firms.TIMEOUT_S, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_configuration_that_is_not_there_is_named(tmp_path):
    done = subprocess.run([firms.RELANCED, "--config", tmp_path / "none.conf", "--check"],
                          capture_output=True, text=True, timeout=firms.TIMEOUT_S, check=False)
    assert done.returncode == 1 and "none.conf" in done.stderr + done.stdout


def test_an_unknown_module_is_named(firm):
    firm.config["channels"]["sms"]["module"] = "pigeon"
    firm.write_config()
    done = firm.relanced("--check", status=1)
    assert "pigeon" in done.stderr + done.stdout


def test_an_unknown_option_of_a_module_is_named(firm):
    firm.config["channels"]["email"]["pathh"] = "x"
    firm.write_config()
    done = firm.relanced("--check", status=1)
    assert "pathh" in done.stderr + done.stdout and "path" in done.stderr + done.stdout


# Templates

def own_template(firm, name, text):
    firm.config["templates"] = "templates"
    path = firm.folder / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    firm.write_config()


def test_a_template_that_is_missing_is_named_and_stops_only_what_needs_it(firm):
    firm.config["policies"]["other"] = {"steps": [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"],
         "template": "nowhere"}]}
    firm.write_config()
    done = firm.relanced("--check", status=1)
    assert "nowhere" in done.stderr + done.stdout
    firm.load([firms.customer(), firms.customer("C-2", "Garage Petit")],
              [firms.invoice(policy="other"), firms.invoice("F-2", "C-2")], at=AT)
    firm.relanced("--once", "--at", AT, status=None)
    assert [notice["lines"][0]["invoice"] for notice in firm.sent()] == ["F-2"]
    assert any("nowhere" in task["sentence"] for task in firm.json("tasks")) or \
        "nowhere" in firm.relanced("--once", "--at", "2026-03-05T10:00", status=None).stderr


def shipped_template_path():
    found = [path.relative_to(firms.REPOSITORY / "config/templates") for path in
             (firms.REPOSITORY / "config/templates/fr").rglob("*") if path.is_file()
             and "remind" in path.parts and "email" in path.name]
    assert found, "config/templates/fr has no text of a reminder's e-mail"
    return found[0]


def test_an_unknown_template_variable_is_named_with_its_line(firm):
    own_template(firm, shipped_template_path(), "Sujet\n\nBonjour {{customer.nmae}}\n")
    done = firm.relanced("--check", status=1)
    said = done.stderr + done.stdout
    assert "customer.nmae" in said and re.search(r":3:", said)
    firm.load([firms.customer(), firms.customer("C-2", "Smith", language="en")],
              [firms.invoice(), firms.invoice("F-2", "C-2")], at=AT)
    firm.relanced("--once", "--at", AT, status=None)
    assert [notice["lines"][0]["invoice"] for notice in firm.sent()] == ["F-2"]


# Documents

def resend_at_once(firm):
    firm.config["policies"]["standard"]["steps"] = [
        {"id": "resend", "action": "resend", "after_due": 3, "send": ["email"], "attach": "own"}]
    firm.write_config()


def test_a_document_is_attached(firm):
    resend_at_once(firm)
    (firm.folder / "documents/F-1.pdf").write_bytes(PDF)
    one_late_invoice(firm, document="F-1.pdf")
    firm.wake(AT)
    [text] = firm.files("email").values()
    assert "F-1.pdf" in text


@pytest.mark.parametrize("case", ["missing", "symlink", "dots", "absolute", "folder", "fifo",
                                  "link in the way", "huge"])
def test_a_bad_document_is_told_and_never_attached(firm, case):
    resend_at_once(firm)
    documents = firm.folder / "documents"
    secret = firm.folder / "secret.pdf"
    secret.write_bytes(PDF)
    name = {"dots": "../secret.pdf", "absolute": str(secret), "link in the way": "sub/secret.pdf",
            }.get(case, "F-1.pdf")
    if case == "symlink":
        (documents / "F-1.pdf").symlink_to(secret)
    elif case == "link in the way":
        (documents / "sub").symlink_to(firm.folder)
    elif case == "folder":
        (documents / "F-1.pdf").mkdir()
    elif case == "fifo":
        os.mkfifo(documents / "F-1.pdf")
    elif case == "huge":
        with open(documents / "F-1.pdf", "wb") as file:
            file.truncate(11 << 20)
    (documents / "F-2.pdf").write_bytes(PDF)
    is_refused = case in ("dots", "absolute")
    done = firm.load([firms.customer(), firms.customer("C-2", "Garage Petit")],
                     [firms.invoice(document=name), firms.invoice("F-2", "C-2", document="F-2.pdf")],
                     at=AT, status=1 if is_refused else 0)
    firm.relanced("--once", "--at", AT, status=None)
    by_invoice = {notice["lines"][0]["invoice"]: firm.files("email")[f"{notice['notice']}.txt"]
                  for notice in firm.sent()}
    assert "Attachment: F-2.pdf" in by_invoice["F-2"]
    assert "Attachment:" not in by_invoice.get("F-1", "")
    assert "ci-joint" not in by_invoice.get("F-1", "")
    if is_refused:
        assert re.search(r"invoices-\d+\.csv:2: document: ", done.stderr)
    else:
        [task] = firm.json("tasks")
        assert (task["customer"], task["invoice"]) == ("C-1", "F-1") and name in task["sentence"]


def test_what_does_not_fit_a_message_is_told(firm):
    """Fifteen documents are enough for one mail; the sixteenth is a person's to send."""
    resend_at_once(firm)
    numbers = [f"F-{n:02}" for n in range(1, 17)]
    for number in numbers:
        (firm.folder / f"documents/{number}.pdf").write_bytes(PDF)
    firm.load([firms.customer()],
              [firms.invoice(number, document=f"{number}.pdf") for number in numbers], at=AT)
    firm.wake(AT)
    [message] = firm.files("email").values()
    assert message.count("Attachment: ") == 15
    [task] = [task for task in firm.json("tasks") if task["kind"] == "document"]
    assert task["invoice"] == "F-16" and "F-16.pdf" in task["sentence"]


def test_a_document_of_two_customers_is_a_task_and_no_attachment(firm):
    resend_at_once(firm)
    (firm.folder / "documents/shared.pdf").write_bytes(PDF)
    firm.load([firms.customer(), firms.customer("C-2", "Garage Petit")],
              [firms.invoice(document="shared.pdf"),
               firms.invoice("F-2", "C-2", document="shared.pdf")], at=AT, status=None)
    firm.relanced("--once", "--at", AT, status=None)
    assert not any("shared.pdf" in text for text in firm.files("email").values())
    assert firm.json("tasks")


# Folders and the store

def test_a_folder_that_cannot_be_written_keeps_the_notices(firm):
    one_late_invoice(firm)
    folder = firm.folder / "out/email"
    folder.rmdir()
    folder.write_text("a file\n", encoding="utf-8")
    done = firm.relanced("--once", "--at", AT, status=None)
    assert done.stderr.strip()
    assert [notice["state"] for notice in firm.log()] == ["pending"]
    folder.unlink()
    firm.wake("2026-03-05T14:00")
    assert len(firm.sent()) == 1 and len(firm.files("email")) == 1


def test_without_a_store_nothing_starts_over(bare_firm):
    for done in (bare_firm.relanced("--once", "--at", AT, status=1),
                 bare_firm.ctl("log", status=1)):
        assert "--init" in done.stderr
    assert not list(bare_firm.folder.glob("state/*.db"))


def test_a_store_is_made_only_once(firm):
    one_late_invoice(firm)
    firm.relanced("--init", status=1)
    assert len(firm.json("invoices")) == 1


def database(firm):
    [path] = [path for path in firm.state.iterdir() if path.is_file()
              and path.read_bytes()[:15] == b"SQLite format 3"]
    return path


@pytest.mark.parametrize("harm", ["garbage", "truncated", "empty", "header", "gone"])
def test_a_store_that_is_damaged_is_refused_with_a_way_out(firm, harm):
    one_late_invoice(firm)
    path = database(firm)
    for beside in firm.state.glob(path.name + "-*"):
        beside.unlink()
    if harm == "garbage":
        path.write_bytes(b"no database at all\n" * 999)
    elif harm == "truncated":
        os.truncate(path, path.stat().st_size // 2)
    elif harm == "empty":
        os.truncate(path, 0)
    elif harm == "header":
        with open(path, "r+b") as file:
            file.seek(100)
            file.write(os.urandom(3000))
    else:
        path.unlink()
    done = firm.relanced("--once", "--at", AT, status=1)
    assert re.search(r"backup|restore|--init|recover", done.stderr), done.stderr
    assert firm.files("email") == {}


def test_a_store_of_a_newer_version_is_refused(firm):
    path = database(firm)
    connection = sqlite3.connect(path)
    [[version]] = connection.execute("PRAGMA user_version").fetchall()
    connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.commit()
    connection.close()
    done = firm.relanced("--once", "--at", AT, status=1)
    assert re.search(r"newer|later", done.stderr), done.stderr


def test_somebody_elses_database_is_refused(firm):
    path = database(firm)
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE cats (name TEXT)")
    connection.commit()
    connection.close()
    assert firm.relanced("--once", "--at", AT, status=1).stderr.strip()


def test_a_backup_is_a_store(firm, tmp_path):
    one_late_invoice(firm)
    firm.wake(AT)
    firm.ctl("backup", tmp_path / "copy.db")
    connection = sqlite3.connect(tmp_path / "copy.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    firm.ctl("backup", tmp_path / "copy.db", status=1)


# Facts

def test_importing_the_same_files_twice_changes_nothing(firm):
    files = [firm.csv("customers", [firms.customer(), firms.customer("C-2", "Garage Petit")]),
             firm.csv("invoices", [firms.invoice(), firms.invoice(due="2026-04-02", amount="10.00"),
                                   firms.invoice("F-2", "C-2")]),
             firm.csv("payments", [{"id": "P-1", "invoice": "F-1", "date": "2026-03-01",
                                    "amount": "200.00", "currency": "EUR", "kind": "payment"}])]
    firm.ctl("import", *files, at=AT)
    before = [firm.json(what) for what in ("customers", "invoices", "tasks")]
    facts = firm.json("show", "F-1")
    firm.ctl("import", *files, at="2026-03-05T10:00")
    assert before == [firm.json(what) for what in ("customers", "invoices", "tasks")]
    assert facts == firm.json("show", "F-1")


def test_files_may_be_given_in_any_order_and_named_anyhow(firm):
    firm.ctl("import", firm.csv("payments", [{"id": "P-1", "invoice": "F-1", "date": "2026-03-01",
                                              "amount": "200", "currency": "EUR",
                                              "kind": "payment"}], "a.txt"),
             firm.csv("invoices", [firms.invoice()], "b"),
             firm.csv("customers", [firms.customer()], "invoices.csv"), at=AT)
    [got] = firm.json("explain", "F-1", at=AT)
    assert got["open"] == "1000.00"


def test_a_row_in_error_is_named_and_the_others_count(firm):
    firm.load([firms.customer()], at=AT)
    done = firm.load(invoices=[firms.invoice("F-1"), firms.invoice("F-2", due="02/03/2026"),
                               firms.invoice("F-3", amount="12.345"),
                               firms.invoice("F-4", "C-9"), firms.invoice("F-5")],
                     at=AT, status=1)
    for line, word in ((3, "02/03/2026"), (4, "12.345"), (5, "C-9")):
        assert re.search(rf"invoices-\d+\.csv:{line}: .*{re.escape(word)}", done.stderr), done.stderr
    assert {each["invoice"] if "invoice" in each else each["number"]
            for each in firm.json("invoices")} == {"F-1", "F-5"}


def test_a_payment_by_hand_counts(firm):
    one_late_invoice(firm)
    firm.ctl("pay", "F-1", "1200.00", at="2026-03-04T10:00")
    firm.wake(AT)
    assert firm.log() == []


# What commands answer

@pytest.mark.parametrize("arguments, status", [
    (["explain", "F-404"], 3), (["show", "F-404"], 3), (["pay", "F-404", "1.00"], 3),
    (["hold", "F-404"], 3), (["hold", "customer:C-404"], 3), (["contact", "C-404", "--email", "a@b.c"], 3),
    (["explain"], 2), (["dance"], 2), (["pay", "F-1"], 2), (["log", "--sate", "sent"], 2), ([], 2),
    (["pay", "F-1", "much"], 1), (["pay", "F-1", "-5.00"], 1),
    (["pay", "F-1", "1.00", "--date", "soon"], 1), (["import", "/nonexistent.csv"], 1),
])
def test_commands_answer_with_the_documented_status(firm, arguments, status):
    one_late_invoice(firm)
    done = firm.ctl(*arguments, status=None)
    assert done.stderr.strip() and done.returncode == status, (done.returncode, done.stderr)


@pytest.mark.parametrize("command", ["status", "invoices", "customers", "notices", "tasks", "log"])
def test_lists_are_tables_for_people_and_lines_for_programs(firm, command):
    firm.load([firms.customer(), firms.customer("C-2", "Garage Petit", email="")],
              [firms.invoice(), firms.invoice("F-2", "C-2")], at=AT)
    firm.wake(AT)
    assert firm.ctl(command).stdout.strip()
    assert all(isinstance(each, dict) for each in firm.json(command))


def test_preview_shows_the_text_and_sends_nothing(firm):
    one_late_invoice(firm)
    shown = firm.ctl("preview", "F-1", at=AT).stdout
    assert "F-1" in shown and "Atelier Dumont" in shown
    assert firm.log() == [] and firm.files("email") == {}


def test_send_goes_now_but_not_at_night(firm):
    one_late_invoice(firm, due="2026-03-04")
    firm.ctl("send", "F-1", at="2026-03-05T20:00", status=1)
    assert firm.sent() == []
    firm.ctl("send", "F-1", at="2026-03-05T10:00")
    assert [notice["step"] for notice in firm.sent()] == ["reminder"]
    assert len(firm.files("email")) == 1
    firm.wake("2026-03-05T14:00")
    assert len(firm.sent()) == 1


def test_the_log_of_the_daemon_names_no_customer_address_or_amount(firm):
    one_late_invoice(firm)
    done = firm.wake(AT)
    for secret in ("Boulangerie Martin", "c-1@example.org", "1200.00", "1 200,00"):
        assert secret not in done.stderr
    assert "NOTICE=" in done.stderr and "CUSTOMER=C-1" in done.stderr


def test_a_message_id_is_ascii_whatever_the_creditors_domain(firm):
    firm.config["creditor"]["email"] = "compta@société.example"
    firm.write_config()
    firm.load([firms.customer()], [firms.invoice()], at="2026-03-05T08:00")
    firm.wake("2026-03-05T09:00")
    [text] = firm.files("email").values()
    [line] = [line for line in text.splitlines() if line.startswith("Message-ID: ")]
    assert line.isascii() and line.endswith("@localhost>")
