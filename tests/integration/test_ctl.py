# SPDX-License-Identifier: MIT
"""relancectl as a black box: its command line, its answers, its exit codes."""

import json
import os
import signal
import socket
import stat
import subprocess

import pytest

import firm as firms
from servers.process import wait_until

AT = "2026-03-05T09:00"


@pytest.fixture
def ctl(firm):
    """Commands on a firm with some facts, at one instant; gives the finished process."""
    firm.load([firms.customer(phone="+33612345678"), firms.customer("C-2", "Garage Petit", email="")],
              [firms.invoice(), firms.invoice("F-2", due="2026-03-20", amount="50.00"),
               firms.invoice("F-2", due="2026-04-20", amount="50.00"),
               firms.invoice("F-3", "C-2")], at=AT)
    return lambda *arguments, status=0: firm.ctl(*arguments, at=AT, status=status)


def lines(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


# The command line

def run(*arguments, **options):
    return subprocess.run([str(firms.RELANCECTL), *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=firms.TIMEOUT_S, check=False,
                          **options)


def commands():
    done = run("help")
    assert done.returncode == 0
    body = done.stdout.split("\n\n")[1]
    return [line.split()[0] for line in body.splitlines()]


def test_help_lists_the_commands_of_the_manual():
    assert set(commands()) >= {
        "status", "import", "invoices", "customers", "notices", "tasks", "show", "explain",
        "preview", "pay", "hold", "release", "dispute", "contact", "send", "log", "check",
        "backup", "channels", "test"}


def test_each_command_has_a_help_of_its_own():
    for command in commands():
        for arguments in (["help", command], [command, "--help"], ["--help", command]):
            done = run(*arguments)
            assert done.returncode == 0 and f"relancectl {command}" in done.stdout


def test_the_version_is_told():
    done = run("--version")
    assert done.returncode == 0 and done.stdout.startswith("relancectl ")


@pytest.mark.parametrize("arguments, word", [
    ([], "command is missing"), (["explian", "F-1"], "explain"), (["statsu"], "status"),
    (["log", "--sate", "sent"], "--state"), (["pay", "F-1"], "AMOUNT"), (["import"], "FILE"),
    (["status", "now"], "now"), (["log", "--state", "gone"], "uncertain"),
    (["dispute", "F-1"], "--reason"), (["help", "nothing"], "nothing"), (["explain", ""], "INVOICE"),
    (["--at", AT, "--socket", "/x", "status"], "--at"),
])
def test_a_wrong_command_line_is_explained(arguments, word):
    done = run(*arguments)
    assert done.returncode == 2 and word in done.stderr and done.stdout == ""


def test_a_time_that_is_none_is_a_wrong_command_line(firm):
    done = firm.ctl("status", at="2026-13-01", status=2)
    assert "2026-13-01" in done.stderr


def complete(line):
    """What bash would offer for the last word of the line."""
    words = line.split(" ")
    script = run("completion", "bash").stdout + f"""
COMP_WORDS=({' '.join(repr(word) for word in words)})
COMP_CWORD={len(words) - 1}
compopt() {{ :; }}
_relancectl
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-u"], input=script, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_completion_knows_commands_options_and_values():
    assert "explain" in complete("relancectl e") and "status" not in complete("relancectl e")
    assert complete("relancectl log --sta") == ["--state"]
    assert complete("relancectl --json log --state un") == ["uncertain"]
    assert "write-off" in complete("relancectl pay F-1 5 --kind ")
    assert "customers" in complete("relancectl help cus")
    assert complete("relancectl completion b") == ["bash"]


# No daemon, no store

def test_a_socket_where_nobody_answers_is_unreachable(tmp_path):
    assert run("--socket", str(tmp_path / "none"), "status").returncode == 4
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "left"))
    listener.close()
    assert run("--socket", str(tmp_path / "left"), "status").returncode == 4
    (tmp_path / "file").write_text("x")
    assert run("--socket", str(tmp_path / "file"), "status").returncode == 4


def test_a_configuration_that_is_missing_or_wrong_is_told(tmp_path, firm):
    done = run("--config", str(tmp_path / "none.conf"), "status")
    assert done.returncode == 1 and "none.conf" in done.stderr
    firm.write_config("nonsense = 1;\n")
    done = firm.ctl("status", status=1)
    assert "nonsense" in done.stderr and done.stdout == ""
    assert "nonsense" in firm.ctl("check", status=1).stderr


def test_check_takes_another_file(firm, tmp_path):
    other = tmp_path / "other.conf"
    other.write_text("colour = \"red\";\n", encoding="utf-8")
    firm.ctl("check")
    assert "colour" in firm.ctl("check", other, status=1).stderr


def test_a_question_leaves_nothing_behind(ctl, firm, tmp_path):
    firm.environment["TMPDIR"] = str(tmp_path / "scratch")
    ctl("status", status=4)  # there it would have put something
    (tmp_path / "scratch").mkdir()
    ctl("status")
    assert not any((tmp_path / "scratch").iterdir())


def test_a_full_disk_under_the_answer_is_a_failure(ctl, firm):
    with open("/dev/full", "w", encoding="utf-8") as full:
        for arguments in (["invoices"], ["--json", "invoices"], ["--json", "status"]):
            done = subprocess.run([str(firms.RELANCECTL), "--config", str(firm.path), "--at", AT,
                                   *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                                  env=firm.environment, check=False, timeout=firms.TIMEOUT_S)
            assert done.returncode == 1 and done.stderr.strip()


# Answers

def test_lists_name_everything_once(ctl):
    assert [(row["invoice"], row["instalment"]) for row in lines(ctl("--json", "invoices"))] == [
        ("F-1", 1), ("F-2", 1), ("F-2", 2), ("F-3", 1)]
    assert [row["customer"] for row in lines(ctl("--json", "customers"))] == ["C-1", "C-2"]
    text = ctl("invoices").stdout
    assert "F-1" in text and "1200.00 EUR" in text and "2026-03-02" in text


def test_invoices_have_their_shape(ctl):
    assert lines(ctl("--json", "invoices"))[0] == {
        "invoice": "F-1", "instalment": 1, "customer": "C-1", "currency": "EUR",
        "issued": lines(ctl("--json", "invoices"))[0]["issued"], "due": "2026-03-02",
        "amount": "1200.00", "open": "1200.00", "status": "open", "policy": None,
        "last_step": None, "held": False, "disputed": False}


def test_status_is_one_screen(ctl):
    text = ctl("status").stdout
    assert "Atelier Dumont" in text and len(text.splitlines()) <= 24
    [row] = lines(ctl("--json", "status"))
    assert row["ok"] is True and row["customers"] == 2 and row["open_instalments"] == 4


def test_explain_is_told_in_sentences(ctl):
    text = ctl("explain", "F-2").stdout
    assert "instalment 1" in text and "instalment 2" in text and "2026-04-17" in text


def test_the_page_of_an_invoice_has_all_of_it(ctl):
    ctl("pay", "F-1", "200")
    ctl("hold", "F-1", "--note", "sees the bank")
    text = ctl("show", "F-1").stdout
    for word in ("Boulangerie Martin", "1000.00 EUR", "200.00", "sees the bank", "held", "C-1"):
        assert word in text
    [page] = lines(ctl("--json", "show", "F-1"))
    assert page["open"] == "1000.00" and page["instalments"][0]["held"] is True
    assert {"invoice", "payment", "hold"} <= {fact["kind"] for fact in page["facts"]}


def test_a_preview_can_be_of_another_step_and_channel(ctl):
    [row] = lines(ctl("--json", "preview", "F-1", "--step", "deadline", "--channel", "sms"))
    assert row["step"] == "deadline" and row["channel"] == "sms" and row["deadline"] == "2026-03-13"
    assert row["to"] == "+33612345678" and row["text"]
    assert "deadline" in ctl("preview", "F-1", "--step", "nope", status=3).stderr
    assert "sms" in ctl("preview", "F-1", "--channel", "fax", status=3).stderr
    assert lines(ctl("--json", "log")) == []


def test_what_is_paid_is_not_previewed(ctl):
    ctl("pay", "F-1", "1200.00")
    done = ctl("preview", "F-1", status=1)
    assert done.stderr.strip() and done.stdout == ""


# Facts

def test_a_payment_tells_what_is_left(ctl):
    assert "1000.00 EUR" in ctl("pay", "F-1", "200,00").stdout
    [row] = lines(ctl("--json", "pay", "F-1", "100", "--date", "2026-03-01", "--kind", "credit"))
    assert row["open"] == "900.00" and row["kind"] == "credit" and row["date"] == "2026-03-01"
    ctl("pay", "F-1", "100")
    assert lines(ctl("--json", "explain", "F-1"))[0]["open"] == "800.00"


def test_the_same_payment_twice_counts_twice(ctl):
    first, second = (lines(ctl("--json", "pay", "F-1", "100"))[0] for _ in range(2))
    assert first["id"] != second["id"] and second["open"] == "1000.00"


def test_a_hold_keeps_quiet_and_a_release_tells_what_it_ended(ctl):
    ctl("hold", "F-1", "--until", "2026-03-20")
    [held] = lines(ctl("--json", "explain", "F-1"))
    assert held["reason"] == "held" and "2026-03-20" in held["sentence"]
    [row] = lines(ctl("--json", "release", "F-1"))
    assert row["ended"] == [{"invoice": "F-1", "instalment": 1, "what": "hold"}]
    assert row["free_from"] == "2026-03-06"
    assert lines(ctl("--json", "release", "F-1"))[0]["ended"] == []
    ctl("promise", "F-1", "2026-03-20")
    assert [each["what"] for each in lines(ctl("--json", "release", "F-1"))[0]["ended"]] == [
        "promise"]
    assert lines(ctl("--json", "release", "F-1"))[0]["ended"] == []


def test_a_customer_can_be_held_whole(ctl):
    ctl("hold", "customer:C-1")
    for invoice in ("F-1", "F-2"):
        assert {row["reason"] for row in lines(ctl("--json", "explain", invoice))} == {"held"}
    assert "F-2" in ctl("release", "customer:C-1").stdout


def test_a_dispute_needs_a_known_reason(ctl):
    ctl("dispute", "F-1", "--reason", "ugly", status=2)
    ctl("dispute", "F-1", "--reason", "quality", "--note", "Kratzer")
    assert lines(ctl("--json", "explain", "F-1"))[0]["reason"] == "disputed"


@pytest.mark.parametrize("option, value", [
    ("--email", "nobody"), ("--email", "a@b.example\r\nBcc: x@y.example"), ("--email", "a b@c.example"),
    ("--email", "a@b.example,c@d.example"), ("--phone", "call me"), ("--whatsapp", "123"),
    ("--email", "prénom@b.example"), ("--phone", "06 12 34 56 7"), ("--phone", "06 12 34 56 78 #4"),
])
def test_an_address_that_is_none_is_refused(ctl, option, value):
    before = ctl("--json", "customers").stdout
    done = ctl("contact", "C-1", option, value, status=1)
    assert option[2:] in done.stderr and "\r" not in done.stderr
    assert ctl("--json", "customers").stdout == before


def test_an_address_can_be_given_and_taken_away(ctl):
    ctl("contact", "C-2", "--email", "garage@société.example", "--phone", "06 99 88 77 66")
    assert lines(ctl("--json", "customers"))[1]["email"] == "garage@société.example"
    ctl("contact", "C-2", "--email", "")
    assert lines(ctl("--json", "customers"))[1]["email"] is None
    assert ctl("contact", "C-2", status=1).stderr.strip()
    assert ctl("contact", "C-9", "--email", "a@b.example", status=3).stderr.strip()


def test_a_number_is_kept_as_an_import_would_keep_it(firm):
    firm.load([firms.customer(country="BE"), firms.customer("C-2")], at=AT)
    given = [("C-1", "0471 12 34 56", "+32471123456"), ("C-2", "06.12.34.56.78", "+33612345678"),
             ("C-2", "+44 (0)20 7946 0958", "+442079460958")]
    for code, text, kept in given:
        for column in ("phone", "whatsapp"):
            [said] = firm.json("contact", code, f"--{column}", text, at=AT)
            assert said[column] == kept
            shown = {each["customer"]: each[column] for each in firm.json("customers")}
            assert shown[code] == kept


# Names from strangers

@pytest.mark.parametrize("number", ["2026/003", "..", "F 1?a=b&c%2F#", "Facture n° 12 – été", "-F", "+1",
                                    "customer:C-1"])
def test_any_number_can_be_asked_for(ctl, firm, number):
    firm.load(invoices=[firms.invoice(number)], at=AT)
    [row] = lines(ctl("--json", "explain", "--", number))
    assert row["invoice"] == number
    ctl("pay", "--", number, "1.00")
    assert lines(ctl("--json", "explain", "--", number))[0]["open"] == "1199.00"


def test_a_name_cannot_steer_the_terminal(ctl, firm):
    firm.load([firms.customer("C-3", "a\u202etxt.exe\u200b")], at=AT)
    text = ctl("customers").stdout
    assert "\u202e" not in text and "\\u202e" in text
    assert lines(ctl("--json", "customers"))[2]["name"] == "a\u202etxt.exe\u200b"


# Import

def test_the_good_files_of_an_import_count(firm, tmp_path):
    good = firm.csv("customers", [firms.customer()])
    done = firm.ctl("import", tmp_path / "none.csv", tmp_path, good, at=AT, status=1)
    assert "none.csv" in done.stderr and str(tmp_path) in done.stderr
    assert "1 row, 1 added" in done.stdout
    assert len(firm.json("customers", at=AT)) == 1


def test_an_import_tells_programs_what_it_did(firm):
    files = [firm.csv("customers", [firms.customer()]),
             firm.csv("invoices", [firms.invoice(), firms.invoice("F-2", due="soon")])]
    done = firm.ctl("--json", "import", *files, at=AT, status=1)
    rows = lines(done)
    [problem] = [row for row in rows if "problem" in row]
    assert f"{files[1]}:3: " in problem["problem"] or "invoices-2.csv:3: " in problem["problem"]
    assert problem["warning"] is False
    results = {row["kind"]: row for row in rows if "file" in row}
    assert results["customers"]["added"] == 1 and results["invoices"]["errors"] == 1
    assert results["invoices"]["rows"] == 2 and results["invoices"]["added"] == 1
    again = lines(firm.ctl("--json", "import", *files[:1], at=AT))
    assert again[0]["same"] == 1 and again[0]["added"] == 0


def test_a_file_of_any_name_can_be_imported(firm, tmp_path):
    good = firm.csv("customers", [firms.customer()])
    for name in ('a"b.csv', "a;b\\c.csv", "été 100%.csv", "%22.csv"):
        path = tmp_path / name
        path.write_bytes(good.read_bytes())
        firm.ctl("import", path, at=AT)


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n--", b"--", b"\0" * 10, b"\r" * 200000],
                         ids=["empty", "newline", "boundary", "dashes", "nul", "large"])
def test_a_file_that_is_none_of_ours_is_told(firm, tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert "x.csv" in firm.ctl("import", path, at=AT, status=1).stderr


def test_many_rows_and_many_files_go_in_one_command(firm):
    customers = [firm.csv("customers", [firms.customer(f"C-{i}")]) for i in range(50)]
    invoices = firm.csv("invoices", [firms.invoice(f"F-{i}", f"C-{i % 50}") for i in range(20000)])
    firm.ctl("import", *customers, invoices, at=AT)
    assert len(firm.json("invoices", at=AT)) == 20000


# Backup

def test_a_backup_is_for_its_owner_alone_and_replaces_nothing(ctl, tmp_path):
    path = tmp_path / "copy.db"
    [row] = lines(ctl("--json", "backup", path))
    assert row == {"file": str(path), "bytes": path.stat().st_size} and row["bytes"] > 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    assert "copy.db" in ctl("backup", path, status=1).stderr and path.read_bytes() == before
    ctl("backup", tmp_path / "no" / "folder.db", status=1)


def test_a_backup_that_fails_leaves_no_file(firm, tmp_path):
    firm.write_config("nonsense = 1;\n")
    firm.ctl("backup", tmp_path / "copy.db", status=1)
    assert not (tmp_path / "copy.db").exists()


# The socket

class Daemon:
    """relanced serving a socket that we made, as long as a client is there."""

    def __init__(self, firm, path):
        self.path = str(path)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen(64)
        command = ["bash", "-c", 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "-",
                   str(listener.fileno()), str(firms.RELANCED), "--config", str(firm.path),
                   "--private", "--at", AT]
        self.process = subprocess.Popen(command, pass_fds=[listener.fileno()], env=firm.environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        listener.close()
        self.first = self.connect()

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(firms.TIMEOUT_S)
        connection.connect(self.path)
        return connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.first.close()
        assert self.process.wait(timeout=firms.TIMEOUT_S) == 0


def ask(daemon, target):
    """The status and content of one answer, after which the connection is closed."""
    with daemon.connect() as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: relanced\r\n\r\n".encode())
        stream = connection.makefile("rb")
        status = int(stream.readline().split()[1])
        headers = dict(line.decode().strip().lower().split(": ", 1)
                       for line in iter(stream.readline, b"\r\n"))
        content = stream.read()
    assert headers["connection"] == "close" and len(content) == int(headers["content-length"])
    return status, content.decode()


def test_json_is_what_the_daemon_answers(ctl, firm, tmp_path):
    told = {name: ctl("--json", name).stdout for name in ("invoices", "customers", "tasks", "log")}
    told["explain/F-1"] = ctl("--json", "explain", "F-1").stdout
    with Daemon(firm, tmp_path / "socket") as daemon:
        for name, text in told.items():
            assert ask(daemon, f"/v1/{name}") == (200, text)
        assert ask(daemon, "/v1/nothing")[0] == 404


def test_a_daemon_that_runs_is_asked_at_its_socket(ctl, firm, tmp_path):
    told = ctl("--json", "invoices").stdout
    with Daemon(firm, tmp_path / "socket") as daemon:
        done = run("--socket", daemon.path, "--json", "invoices")
        assert done.returncode == 0 and done.stdout == told
        assert run("--socket", daemon.path, "explain", "F-404").returncode == 3


def test_clients_that_mean_no_good_harm_nobody(ctl, firm, tmp_path):
    with Daemon(firm, tmp_path / "socket") as daemon:
        for garbage in (b"", b"\r\n\r\n", os.urandom(5000), b"GET /" + b"x" * 300000,
                        b"GET /v1/log HTTP/1.1\r\n" + b"A: b\r\n" * 50000,
                        b"POST /v1/import HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz",
                        b"POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{"):
            with daemon.connect() as connection:
                try:
                    connection.sendall(garbage)
                except OSError:
                    pass
        assert ask(daemon, "/v1/status")[0] == 200


# Sending

def test_send_tells_what_became_of_it(ctl, firm):
    [row] = lines(ctl("--json", "send", "F-1"))
    assert row["state"] == "sent" and row["step"] == "reminder" and row["attempts"] == 1
    assert len(firm.files("email")) == 1
    assert "today" in ctl("send", "F-1", status=1).stderr and len(firm.files("email")) == 1
    assert {row["step"] for row in lines(ctl("--json", "send", "F-1", "--step", "deadline"))} == {
        "deadline"}


def test_send_at_night_is_refused_with_the_rule_s_sentence(firm):
    firm.load([firms.customer()], [firms.invoice()], at=AT)
    done = firm.ctl("send", "F-1", at="2026-03-05T22:00", status=1)
    assert done.stderr.strip().endswith(".") and firm.files("email") == {}


def test_send_fails_with_its_channel(ctl, firm):
    folder = firm.folder / "out/email"
    folder.rmdir()
    folder.write_text("a file\n", encoding="utf-8")
    done = ctl("send", "F-1", status=1)
    assert done.stderr.strip()
    assert lines(ctl("--json", "log"))[0]["state"] in ("pending", "failed")


def test_a_sending_outlives_the_one_who_asked(ctl, firm):
    firm.config["channels"]["email"]["delay_ms"] = 1000
    firm.write_config()
    asking = subprocess.Popen([str(firms.RELANCECTL), "--config", str(firm.path), "--at", AT, "send",
                               "F-1"], env=firm.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: any((firm.folder / "out/email").iterdir()), "the sending to begin")
    asking.send_signal(signal.SIGKILL)
    asking.wait()
    wait_until(lambda: ctl("status", status=None).returncode != 4, "it to end")
    log = lines(ctl("--json", "log"))
    assert [row["state"] for row in log] == ["sent"] and len(firm.files("email")) == 1


def test_a_preview_needs_no_opening_and_writes_nothing(ctl, firm):
    """Sunday night, and by every route of the step."""
    done = firm.ctl("--json", "preview", "F-1", "--step", "resend", at="2026-03-08T23:00")
    assert [row["channel"] for row in lines(done)] == ["email", "sms"]
    assert lines(ctl("--json", "notices")) == []
