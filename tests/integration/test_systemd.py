# SPDX-License-Identifier: MIT
"""The service under a real systemd, from `meson install` to its removal: one machine, a firm of its
own for each thing that is shown. Forbidden system calls kill in here, so that none goes unseen."""

import base64
import json
import re
import signal
import ssl
import subprocess

import firm as firms
import pytest

from servers import certificate, kannel
from servers import machine as machines
from servers.cloud import Cloud
from servers.postfix import Postfix
from servers.process import wait_until
from servers.scripted_smtp import ScriptedSmtp
from servers.service import CLERK, MIDDAY, Service, day

USERS = {CLERK: "relanced-operate", "watcher": "relanced-read", "dropper": "relanced-report",
         "stranger": ""}
SECRET = "canary-7731 é"
NOTICE_FIELDS = {"NOTICE", "CUSTOMER", "CHANNEL", "STEP", "STATE", "MESSAGE_ID"}

PATIENCE_S = 180  # a message that surely did not leave gets another try after a minute

# What each test may do to a unit without waiting for what an administrator would wait for.
QUICK = """
[Service]
RestartSec=100ms
SystemCallErrorNumber=kill
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What `meson install` puts into a bare root."""
    machines.require()
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(["meson", "install", "-C", firms.BUILD, "--no-rebuild", "--quiet",
                    "--destdir", folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def machine(installed, tmp_path_factory):
    """The machine after the installation, which tells systemd what it brings; and its users."""
    with machines.boot(tmp_path_factory.mktemp("machines"), [installed]) as machine:
        for name, group in USERS.items():
            machine.write(f"/etc/sysusers.d/{name}.conf",
                          f"u {name} -\n" + (f"m {name} {group}\n" if group else ""))
        for unit in ("relanced.service", "relanced@.service"):
            machine.write(f"/run/systemd/system/{unit}.d/quick.conf", QUICK)
        script = firms.REPOSITORY / "units/installed.sh"
        machine.write("/tmp/installed.sh", script.read_text(encoding="utf-8"), 0o755)
        machine.run("env", "MESON_INSTALL_PREFIX=/usr", "/tmp/installed.sh")
        machine.run("systemd-sysusers")
        yield machine


@pytest.fixture(scope="module")
def mail():
    with Postfix() as server:
        yield server


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with kannel.Kannel(tmp_path_factory.mktemp("kannel")) as server:
        yield server


def email_channel(server, **more):
    return {"module": "email", "server": "127.0.0.1", "port": server.port, "tls": "none",
            "from": "compta@atelier.example", **more}


@pytest.fixture(scope="module")
def firm(machine, mail, gateway):
    """The firm of relanced.service, with e-mail and text messages."""
    firm = Service(machine)
    firm.channel("email", **email_channel(mail))
    firm.channel("sms", module="sms", provider="kannel", url=gateway.url, username=kannel.USER,
                 password={"credential": "kannel"})
    firm.ladder("email", "sms")
    firm.write_credential("kannel", kannel.PASSWORD)
    firm.write_credential("unused", SECRET)
    return firm.start()


@pytest.fixture(scope="module")
def reminded(firm, mail, gateway):
    """The same once a customer was reminded; her notices."""
    firm.load(1, "Dupont", phone="+33612345678")
    firm.wake()
    return firm.await_states("sent", "sent")


# Installed

def test_installing_makes_the_user_the_groups_and_the_folders(machine):
    assert machine.run("id", "-Gn", "relanced").stdout.split() == ["relanced", "relanced-report"]
    found = machine.run("stat", "-c", "%A %U %G %n", "/etc/relanced", "/etc/relanced/credentials",
                        "/var/lib/relanced", "/var/lib/relanced/inbox", "/var/cache/relanced")
    assert found.stdout.splitlines() == [
        "drwxr-xr-x root root /etc/relanced",
        "drwx------ root root /etc/relanced/credentials",
        "drwx--x--x relanced relanced /var/lib/relanced",
        "drwxrws--T relanced relanced-report /var/lib/relanced/inbox",
        "drwx------ relanced relanced /var/cache/relanced"]


def test_the_first_configuration_is_right_and_is_never_put_back(machine):
    machine.run("relanced", "--check")
    path = machine.path("/etc/relanced/relanced.conf")
    shipped = path.read_text(encoding="utf-8")
    path.write_text("mine", encoding="utf-8")
    machine.run("systemd-tmpfiles", "--create")
    assert path.read_text(encoding="utf-8") == "mine"
    path.write_text(shipped, encoding="utf-8")


def test_installing_starts_nothing(machine):
    units = machine.run("systemctl", "list-unit-files", "--no-legend", "relanced*").stdout
    assert len(units.splitlines()) == 8 and "enabled " not in units.replace("disabled ", "")
    assert machine.run("systemctl", "list-units", "--all", "--no-legend", "relanced*").stdout == ""


def test_without_a_store_it_says_what_to_type(machine):
    firm = Service(machine, "storeless")
    firm.write_config()
    firm.systemctl("start", status=1)
    firm.systemctl("stop")
    assert "relanced --init" in firm.journal()


def test_a_daemon_that_cannot_start_tells_who_asks_and_starts_once_it_can(machine):
    """However often: a question that stays unanswered would have systemd start it in vain until it
    starts it no more."""
    firm = Service(machine, "early")
    firm.write_config()
    firm.systemctl("start", status=1)
    for _ in range(3):
        done = firm.ctl("status", status=4)
        assert "relanced --init" in done.stderr and len(done.stderr.splitlines()) == 1
    machine.run("relanced", "--config", firm.path, "--init")
    firm.systemctl("start")
    assert firm.problems() == []
    firm.systemctl("stop")


def test_a_second_firm_needs_a_folder_of_its_own(machine):
    firm = Service(machine, "second")
    del firm.config["state"]
    firm.write_config()
    done = machine.run("relanced", "--config", firm.path, "--check", status=1)
    assert 'state = "/var/lib/relanced/second";' in done.stderr


# At work

def test_a_reminder_leaves_by_postfix_and_by_kannel(firm, reminded, mail, gateway):
    assert firm.is_active()
    [text] = mail.await_messages(1)
    assert b"F-Dupont-1" in text
    wait_until(gateway.received, "the text message")
    assert {notice["channel"] for notice in reminded} == {"email", "sms"}
    firm.wake()
    assert firm.states() == ["sent", "sent"]


def test_the_journal_has_a_field_for_each_thing_one_looks_for(firm, reminded):
    records = [each for each in firm.records() if each.get("STATE") == "sent"]
    assert {each["NOTICE"] for each in records} == {str(each["notice"]) for each in reminded}
    for record in records:
        assert NOTICE_FIELDS <= set(record)
        assert (record["CUSTOMER"], record["STEP"]) == ("Dupont-1", "reminder")
        assert record["SYSLOG_IDENTIFIER"] == "relanced"
    [by_number] = firm.records("NOTICE=" + records[0]["NOTICE"], "STATE=sent")
    assert by_number["CHANNEL"] == records[0]["CHANNEL"]


def test_the_journal_explains_each_message(firm, reminded):
    shown = firm.journal("--catalog", "--output=short")
    assert "Nothing is to be done." in shown
    for notice in reminded:
        assert f"Notice {notice['notice']} was sent by channel {notice['channel']}" in shown
    known = firm.machine.run("journalctl", "--list-catalog").stdout
    for record in firm.records():
        if record.get("_SYSTEMD_UNIT") == "relanced.service" and "MESSAGE_ID" in record:
            assert record["MESSAGE_ID"] in known, record["MESSAGE"]


def test_the_journal_names_nobody(firm, reminded):
    shown = firm.journal("--output=json")
    for private in ("@example.org", "+33612345678", "1200.00", "Client Dupont", "Bonjour"):
        assert private not in shown


def test_systemctl_tells_what_it_is_at(firm):
    assert re.search(r"wake \d{4}-\d\d-\d\d \d\d:\d\d", firm.machine.show("relanced", "StatusText"))


# Who may what

def test_each_right_is_a_group(firm):
    def may(user, *arguments):
        return firm.ctl(*arguments, user=user, status=None).returncode == 0

    facts = firm.file("customers", [firms.customer("Group-1")])
    assert may("watcher", "customers") and may("watcher", "status")
    assert not may("watcher", "import", facts) and not may("watcher", "wake")
    assert may(CLERK, "customers") and may(CLERK, "import", facts)
    assert not may("stranger", "status") and not may("stranger", "import", facts)
    socket = f"{firm.sockets}/report.sock"
    assert may("dropper", "--socket", socket, "import", facts)
    assert not may("dropper", "--socket", socket, "customers")
    assert not may("dropper", "--socket", f"{firm.sockets}/operate.sock", "customers")
    assert not may("watcher", "--socket", socket, "import", facts)


def test_a_request_on_the_wrong_socket_is_told_so(firm):
    done = firm.ctl("--socket", f"{firm.sockets}/read.sock", "wake", user="watcher", status=1)
    assert "operate" in done.stderr


def test_what_is_dropped_into_the_inbox_is_imported(firm):
    inbox = f"{firm.state}/inbox"
    facts = firm.file("customers", [firms.customer("Dropped-1", timezone=MIDDAY)])
    # Whoever drops files sees neither the store nor what others have dropped before.
    firm.machine.run("sh", "-c", f"umask 027; cp {facts} {inbox}/new.csv", user="dropper")
    wait_until(lambda: any(each["customer"] == "Dropped-1" for each in firm.json("customers")),
               "the dropped customer")
    wait_until(lambda: firm.machine.path(f"{inbox}/done").is_dir() and
               list(firm.machine.path(f"{inbox}/done").iterdir()), "the file to be put away")
    firm.machine.run("sh", "-c", f"umask 027; echo nonsense >{inbox}/bad.csv", user="dropper")
    wait_until(lambda: list(firm.machine.path(f"{inbox}/failed").glob("*.problems.txt")),
               "the reason beside the file")
    firm.machine.run("sh", "-c", f"cat {inbox}/failed/*.problems.txt", user="dropper")
    firm.machine.run("cat", f"{firm.state}/relanced.db", user="dropper", status=1)
    firm.machine.run("ls", firm.state, user="dropper", status=2)


# Secrets

def test_a_credential_is_seen_by_the_service_alone(firm, reminded):
    pid = firm.main_pid()
    assert firm.machine.path(f"/run/credentials/relanced.service/relanced_unused").read_text(
        encoding="utf-8") == SECRET + "\n"
    everywhere = [firm.machine.run("systemctl", "show", "relanced").stdout,
                  firm.machine.run("systemctl", "cat", "relanced").stdout,
                  firm.journal("--output=json"), firm.ctl("status", status=None).stdout]
    for name in ("environ", "cmdline"):
        everywhere.append(firm.machine.path(f"/proc/{pid}/{name}").read_text(errors="replace"))
    for secret in (SECRET, kannel.PASSWORD):
        assert not [text for text in everywhere if secret in text]
    firm.machine.run("cat", f"{firm.credentials}/kannel", user=CLERK, status=1)
    firm.machine.run("ls", "/run/credentials/relanced.service", user=CLERK, status=2)


# Every way out, in the sandbox

HOOK = """#!/bin/sh
cat >"/var/lib/relanced/ways/told.$$"
"""


def test_every_channel_module_works_in_the_sandbox(machine, tmp_path):
    """E-mail by TLS with a password, WhatsApp with a document, a program, files."""
    authority = certificate.Authority(tmp_path)
    word = base64.b64encode(f"\0compta\0{SECRET}".encode()).decode()

    def log_in(_, line):
        return "235 2.7.0 welcome" if line == f"AUTH PLAIN {word}" else "535 5.7.8 no"

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.issue("mail"))
    offers = ("PIPELINING", "8BITMIME", "STARTTLS", "AUTH PLAIN")
    firm = Service(machine, "ways")
    with ScriptedSmtp({"AUTH": log_in}, offers, context) as smtp, Cloud(tmp_path) as cloud:
        machine.write("/etc/hosts", "127.0.0.1 localhost\n")
        machine.write("/etc/relanced/ca.pem", authority.file.read_text(encoding="ascii"))
        machine.write("/etc/relanced/hooks/service", HOOK, 0o755)
        firm.write_credential("smtp", SECRET)
        firm.write_credential("whatsapp", "token")
        firm.channel("email", module="email", server="localhost", port=smtp.port, tls="starttls",
                     ca_file="/etc/relanced/ca.pem", username="compta",
                     password={"credential": "smtp"})
        firm.channel("whatsapp", module="whatsapp", phone_id="1065", url=cloud.url,
                     token={"credential": "whatsapp"},
                     templates=["resend = again(customer.name) with document"])
        firm.channel("hook", module="hook", run="/etc/relanced/hooks/service")
        firm.ladder("email", "whatsapp", "hook", "letters", action="resend", attach="own")
        firm.start()
        machine.write(f"{firm.state}/documents/F-1.pdf", "%PDF-1.4 an invoice")
        firm.ctl("import", firm.file("customers", [firms.customer(
            whatsapp="+33612345678", whatsapp_opt_in=day(-90), timezone=MIDDAY)]))
        firm.ctl("import", firm.file("invoices", [firms.invoice(
            issued=day(-40), due=day(-10), document="F-1.pdf")]))
        firm.wake()
        firm.await_states(*["sent"] * 4)
        assert [mail.is_accepted for mail in smtp.mails] == [True]
        assert len(cloud.uploads()) == len(cloud.messages()) == 1
        [told] = machine.path(firm.state).glob("told.*")
        assert json.loads(told.read_text(encoding="utf-8"))
        assert len(list(machine.path(f"{firm.state}/letters").glob("*.txt"))) == 1
        fences = [path.name for path in machine.path("/var/cache/relanced/ways").iterdir()]
        assert "fence" in fences
    firm.systemctl("stop")


# Reload

def test_a_good_reload_counts_from_now_on(machine):
    firm = Service(machine, "reloading").start()
    pid = firm.main_pid()
    firm.channel("copies", module="file", path=f"{firm.state}/copies", address="email")
    firm.ladder("copies")
    firm.write_config()
    firm.systemctl("reload")
    wait_until(lambda: "copies" in firm.ctl("channels").stdout, "the new channel")
    firm.load()
    firm.wake()
    [notice] = firm.await_states("sent")
    assert notice["channel"] == "copies" and firm.main_pid() == pid


def test_a_bad_reload_keeps_what_was_and_says_where_it_is_wrong(machine):
    firm = Service(machine, "reloaded").start()
    pid = firm.main_pid()
    firm.write_config(firms.config_text(firm.config) + "\nlimits = 5;\nlimit = { };\n")
    firm.systemctl("reload")
    wait_until(lambda: re.search(r"reloaded\.conf:\d+: ", firm.journal()), "the mistake to be told")
    assert re.search(r"reloaded\.conf:\d+: ", firm.ctl("status", status=None).stdout)
    firm.load()
    firm.wake()
    firm.await_states("sent")
    assert firm.main_pid() == pid and firm.is_active()
    firm.write_config()
    firm.systemctl("reload")
    wait_until(lambda: "reloaded.conf:" not in firm.ctl("status", status=None).stdout,
               "the mistake to be over")


# Started, stopped, broken

def test_a_client_starts_it(machine):
    firm = Service(machine, "asked").start()
    firm.systemctl("stop")
    wait_until(lambda: not list(machine.path(firm.sockets).glob("*.sock")), "its sockets to end")
    machine.run("systemctl", "start", "relanced-read@asked.socket", "relanced-operate@asked.socket",
                "relanced-report@asked.socket")
    assert not firm.is_active()
    firm.json("customers", user="watcher")
    assert firm.is_active()
    firm.load()
    firm.wake()
    firm.await_states("sent")


def check_once(firm, mail, before, n):
    """So many notices: each left once, but for those of which the firm itself says that nobody
    knows."""
    states = []

    def are_settled():
        states[:] = firm.states()
        return len(states) == n and not set(states) - {"sent", "uncertain"}

    wait_until(are_settled, f"{n} notices to leave", PATIENCE_S)
    accepted = mail.accepted() - before
    assert not [each for each, times in accepted.items() if times > 1]
    assert states.count("sent") <= len(accepted) <= n
    return states.count("uncertain")


def test_a_hung_daemon_is_ended_and_started_again_and_sends_nothing_twice(machine, mail):
    firm = Service(machine, "hung")
    firm.channel("email", **email_channel(mail))
    firm.ladder("email")
    firm.drop_in("[Service]", "WatchdogSec=4s", "TimeoutAbortSec=2s")
    firm.start()
    firm.load(20, "Hung")
    before = mail.accepted()
    firm.wake()
    machine.run("systemctl", "kill", "--signal=STOP", "--kill-whom=main", firm.unit)
    wait_until(lambda: firm.restarts() >= 1, "the watchdog")
    firm.await_active()
    check_once(firm, mail, before, 20)
    assert "watchdog" in firm.journal().lower()


def load(machine, mail, name, n):
    """A firm with so many notices on their way; how many each message had been taken on before."""
    firm = Service(machine, name)
    firm.channel("email", **email_channel(mail, workers=2, in_flight=8))
    firm.ladder("email")
    firm.start()
    firm.load(n, name.capitalize())
    before, there = mail.accepted(), mail.n_messages()
    firm.wake()
    wait_until(lambda: mail.n_messages() > there + n // 10, "notices to leave")
    return firm, before


def test_stopped_while_400_notices_leave_it_loses_and_repeats_none(machine, mail):
    firm, before = load(machine, mail, "busy", 400)
    firm.systemctl("stop")
    assert machine.show(firm.unit, "Result") == "success"
    assert "does not end in time" not in firm.journal()
    there = sum((mail.accepted() - before).values())
    assert there < 400, "it was stopped in the middle"
    firm.systemctl("start")
    firm.wake()
    assert check_once(firm, mail, before, 400) == 0


@pytest.mark.parametrize("how, whom", [("KILL", "main"), ("KILL", "all"), ("SEGV", "main")])
def test_killed_while_notices_leave_it_comes_back_and_repeats_none(machine, mail, how, whom):
    name = f"killed{how}{whom}".lower()
    firm, before = load(machine, mail, name, 100)
    machine.run("systemctl", "kill", f"--signal={how}", f"--kill-whom={whom}", firm.unit)
    wait_until(lambda: firm.restarts() == 1, "the daemon to be started again")
    firm.await_active()
    firm.wake()
    assert check_once(firm, mail, before, 100) <= 16


def test_ten_crashes_in_a_row_are_for_a_person_to_look_at(machine):
    firm = Service(machine, "crashing").start()
    for crashes in range(1, 11):
        machine.run("systemctl", "kill", "--signal=SEGV", "--kill-whom=main", firm.unit)
        wait_until(lambda: firm.restarts() == crashes and firm.is_active() or firm.has_failed(),
                   "systemd to see it")
        assert firm.has_failed() == (crashes == 10)
    firm.systemctl("reset-failed")
    firm.systemctl("start")
    assert firm.json("customers") == []


def test_what_only_a_person_can_put_right_is_not_tried_again(machine):
    firm = Service(machine, "wrong")
    firm.write_config(firms.config_text(firm.config) + "\nlimit = { };\n")
    firm.systemctl("start", status=1)
    assert firm.has_failed() and firm.restarts() == 0
    assert re.search(r"wrong\.conf:\d+: unknown key limit;", firm.journal())


def test_a_service_that_is_stopped_is_not_well(machine):
    firm = Service(machine, "halted")
    firm.channel("letters", module="file", path=f"{firm.state}/letters", address="email")
    firm.start()
    firm.load()
    firm.wake()
    firm.await_states("sent")
    firm.systemctl("stop")
    told = firm.ctl("status", user=None, status=1).stdout
    assert "the service does not run" in told and "relanced@halted" in told
    assert "the service does not run" in firm.ctl("status", status=4).stderr


# Two firms

LOOK_AROUND = """#!/bin/sh
exec >"$0.seen" 2>&1
cat >/dev/null
ls /var/lib/relanced /var/cache/relanced
cat /var/lib/relanced/*/relanced.lock
for process in /proc/[0-9]*; do
  ls "$process/root/var/lib/relanced" && head -c 4096 "$process/environ"
done
ls /run/relanced /run/relanced/*
exit 0
"""


def test_two_firms_side_by_side_see_nothing_of_each_other(machine):
    """Each has a program of its own look around, as the user that both are."""
    pair = [Service(machine, name) for name in ("east", "west")]
    for firm in pair:
        program = f"{firm.state}/look"
        firm.channel("hook", module="hook", run=program)
        firm.ladder("letters", "hook")
        firm.write_config()
        machine.run("relanced", "--config", firm.path, "--init")
        machine.write(program, LOOK_AROUND, 0o755)
        machine.run("systemctl", "enable", "--now", firm.unit)
    for firm in pair:
        firm.load(2, firm.name.capitalize())
        firm.wake()
    for firm, other in (pair, pair[::-1]):
        notices = firm.await_states(*["sent"] * 4)
        assert {each["account"]["customer"] for each in notices} == {
            f"{firm.name.capitalize()}-{i}" for i in (1, 2)}
        seen = machine.path(f"{firm.state}/look.seen").read_text(encoding="utf-8", errors="replace")
        assert firm.name in seen and other.name not in seen, seen
    machine.run("systemctl", "disable", "--now", pair[0].unit)
    assert pair[1].is_active() and not pair[0].is_active()


# A file that is handed over

def test_a_file_that_is_handed_over_has_a_dossier_made_in_the_sandbox(machine, mail):
    firm = Service(machine, "dossiers")
    firm.config["channels"] = {"email": email_channel(mail)}
    firm.config["policies"]["standard"]["steps"] = [
        {"id": "agency", "action": "agency", "after_due": 3}]
    firm.config["agency"] = {"name": "Recouvrement Central", "email": "agency@example.org"}
    firm.start().load(1, "Unpaid")
    firm.wake()
    wait_until(lambda: ["dossier" in task for task in firm.json("tasks")] == [True], "the dossier")
    [task] = firm.json("tasks")
    assert "3 files" in machine.run("relancectl", "dossier", "--verify", task["dossier"]).stdout
    firm.ctl("dossier", "F-Unpaid-1", "-o", "/tmp/asked.zip")
    machine.run("relancectl", "dossier", "--verify", "/tmp/asked.zip", user=CLERK)
    n = mail.n_messages()
    firm.ctl("approve", task["task"])
    firm.wake()
    firm.await_states("sent")
    assert any(b"F-Unpaid-1.zip" in message for message in mail.await_messages(n + 1))


# A backup

def test_a_backup_that_is_put_back_sends_nothing_until_a_person_resumes(machine):
    firm = Service(machine, "restored").start()
    firm.load(1, "Early")
    firm.wake()
    firm.await_states("sent")
    backup = "/srv/clerk/backup.db"
    machine.run("install", "-d", "-o", CLERK, "/srv/clerk")
    firm.ctl("backup", backup)
    firm.load(1, "Late")
    firm.wake()
    firm.await_states("sent", "sent")
    firm.systemctl("stop")
    machine.run("sh", "-c", f"cd {firm.state}; rm relanced.db*; "
                            f"install -o relanced -g relanced -m 600 {backup} relanced.db")
    by_hand = machine.run("relanced", "--config", firm.path, "--once")
    assert "restored" in by_hand.stderr
    firm.systemctl("start")
    assert "the store is a backup that was put back" in firm.ctl("status", status=1).stdout
    firm.load(1, "Late")
    firm.wake()
    assert firm.states() == ["sent"]
    # As the manual says: the journal knows what left.
    left = machine.run("journalctl", "MESSAGE_ID=a4d1c0d2f1a84f3e9b1a7c5e60b1f002",
                       "--output=json").stdout
    late, = {(record["INVOICE"], record["STEP"]) for line in left.splitlines()
             if "Late" in (record := json.loads(line))["CUSTOMER"]}
    firm.ctl("skip", *late, "--note", "sent before the backup was put back")
    firm.ctl("resume")
    assert firm.problems() == []
    firm.wake()
    assert firm.states() == ["sent"]


# At last

def test_nothing_was_killed_for_a_forbidden_system_call(machine, firm, reminded):
    whole = machine.run("journalctl", "--quiet", "--no-pager", "--output=short").stdout
    assert not [line for line in whole.splitlines()
                if re.search(r"SIGSYS|status=31|signal 31|Bad system call", line)]
    assert signal.SIGSYS == 31


def test_removing_the_program_leaves_the_data(machine, installed, firm, reminded):
    kept = ("/var/lib/relanced/relanced.db", "/etc/relanced/relanced.conf",
            "/etc/relanced/credentials/kannel")
    machine.run("systemctl", "disable", "--now", "relanced", "relanced@west")
    machine.run("systemctl", "stop", "relanced*")
    before = [machine.path(path).read_bytes() for path in kept]
    for path in installed.rglob("*"):
        if not path.is_dir():
            machine.path(path.relative_to(installed)).unlink()
    machine.run("systemctl", "daemon-reload")
    machine.run("sh", "-c", "rm -r /run/systemd/system/relanced*.d; systemctl daemon-reload; "
                            "systemctl reset-failed")
    assert [machine.path(path).read_bytes() for path in kept] == before
    assert machine.run("systemctl", "list-unit-files", "--no-legend", "relanced*",
                       status=None).stdout == ""
    assert machine.run("systemctl", "list-units", "--all", "--no-legend", "relanced*").stdout == ""
