# SPDX-License-Identifier: MIT
"""What a channel's module is told, of itself and of a message, and what the check says of a channel
that is configured wrongly. The module is tests/integration/teller.c."""

import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys

import firm as firms
import pytest

HERE = pathlib.Path(__file__).resolve().parent
AT, LATER = "2026-03-05T09:00", "2026-03-05T10:00"
SECRET = "hunter2-canary"


@pytest.fixture(scope="session")
def module(tmp_path_factory):
    if not shutil.which("cc"):
        pytest.skip("needs a compiler")
    path = tmp_path_factory.mktemp("module") / "teller.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-Wall", "-fPIC", "-shared", f"-I{firms.REPOSITORY}",
                    HERE / "teller.c", "-o", path], check=True)
    return path


@pytest.fixture
def told(firm, module):
    """A firm of which the channels email and whatsapp tell what they are told."""
    for name in ("email", "whatsapp"):
        firm.config["channels"][name] = {"module": str(module), "address": name,
                                         "out": str(firm.folder / f"{name}.told")}
    firm.write_config()
    return firm


def parts(firm, channel):
    """What was told as (name, value) pairs in order."""
    text = (firm.folder / f"{channel}.told").read_text(encoding="utf-8")
    return [tuple(line.split("=", 1)) for line in re.split(r"\n(?! )", text) if line]


def options(firm, channel):
    pairs = parts(firm, channel)
    end = next(i for i, (name, _) in enumerate(pairs) if name == "message")
    return dict(pairs[:end])


def attempts(firm, channel):
    """Of each attempt, its pairs: those of options come between them, a worker may be a new one."""
    found, names = [], options(firm, channel)
    for name, value in parts(firm, channel):
        if name == "message":
            found.append([])
        if found and name not in names:
            found[-1].append((name, value))
    return found


def test_options_come_from_the_channel_the_creditor_and_the_module(told):
    told.config["creditor"]["copy_to"] = "archive@atelier-dumont.example"
    told.config["channels"]["email"].update(
        server="mail.example", timeout_s=7, in_flight=3, from_name="La compta",
        headers=["X-One: 1", "X-Two: =email"])
    secret = told.folder / "smtp"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    secret.chmod(0o600)
    text = firms.config_text(told.config).replace(
        'server = "mail.example";', 'server = "mail.example"; password = { file = "smtp"; };')
    told.write_config(text)
    told.load([firms.customer()], [firms.invoice()], at=AT)
    done = told.wake(AT)
    assert options(told, "email") == {
        "server": "mail.example", "headers": "X-One: 1\n X-Two: =email", "password": SECRET,
        "from": "compta@atelier-dumont.example", "from_name": "La compta",
        "copy_to": "archive@atelier-dumont.example", "phone": "+33 1 23 45 67 89",
        "country": "FR", "timeout_s": "7", "in_flight": "3"}
    assert SECRET not in done.stdout + done.stderr


def test_what_nobody_says_has_its_default(told):
    told.config["creditor"].pop("phone")
    told.write_config()
    told.load([firms.customer()], [firms.invoice()], at=AT)
    told.wake(AT)
    assert options(told, "email") == {
        "server": "localhost", "headers": "A: b\n C: d", "password": "",
        "from": "compta@atelier-dumont.example", "from_name": "Atelier Dumont", "copy_to": "",
        "phone": "", "country": "FR", "timeout_s": "60", "in_flight": "8"}


def test_a_message_tells_its_template_and_whatsapp_its_fields_the_same_at_each_attempt(told):
    told.config["policies"]["standard"]["steps"][1].update(
        send=["email", "whatsapp"], template="soft", attach="own")
    told.config["templates"] = "texts"
    told.write_config()
    for form in ("email", "whatsapp"):
        path = told.folder / "texts/fr/soft" / f"{form}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Subject: {{numbers}}\n\n{{total}}\n" if form == "email" else "{{total}}\n",
                        encoding="utf-8")
    (told.folder / "documents/F-1.pdf").write_bytes(b"%PDF-1.4\n")
    told.load([firms.customer(name="A = \"B\"\\", whatsapp="+33612345679",
                              whatsapp_opt_in="2026-01-01")],
              [firms.invoice(document="F-1.pdf")], at=AT)
    told.wake(AT)
    told.wake(LATER)
    for channel in ("email", "whatsapp"):
        first, second = attempts(told, channel)
        assert first[0][1].endswith("attempt 1") and second[0][1].endswith("attempt 2")
        assert first[1:] == second[1:]
        told_once = dict(first)
        assert told_once["template"] == "soft"
        assert told_once["attachment"] == "F-1.pdf"
        fields = {name.removeprefix("field "): value for name, value in first
                  if name.startswith("field ")}
        if channel == "email":
            assert not fields
            continue
        expected = {"event": "remind", "total": "1\u202f200,00\u00a0€", "numbers": "F-1",
                    "number": "F-1", "first_document": "F-1.pdf", "credit": "", "deadline": "",
                    "is_remind": "true", "is_deadline": "", "customer.name": 'A = "B"\\',
                    "customer.contact_name": "", "customer.addressee": 'A = "B"\\',
                    "creditor.name": "Atelier Dumont"}
        assert {name: fields.get(name) for name in expected} == expected
    assert {notice["state"] for notice in told.log()} == {"sent"}


def test_a_document_that_changed_between_two_attempts_does_not_go(told):
    """What was decided could not be sent any more: it is decided afresh, and a person is told."""
    told.config["policies"]["standard"]["steps"][1].update(send=["whatsapp"], attach="own")
    told.write_config()
    document = told.folder / "documents/F-1.pdf"
    document.write_bytes(b"%PDF-1.4\n")
    told.load([firms.customer(whatsapp="+33612345679", whatsapp_opt_in="2026-01-01")],
              [firms.invoice(document="F-1.pdf")], at=AT)
    told.wake(AT)
    document.write_bytes(b"%PDF-1.5\n")
    told.wake(LATER)
    told.wake(LATER)
    first, *others = [dict(attempt) for attempt in attempts(told, "whatsapp")]
    assert first["attachment"] == "F-1.pdf"
    assert others and all("attachment" not in attempt for attempt in others)
    assert [task["kind"] for task in told.json("tasks")] == ["document"]


# Secrets

def check(firm, option):
    """What the check says of the channel email with that option, and nothing of the secret."""
    text = firms.config_text(firm.config).replace('address = "email";',
                                                  f'address = "email";\n{option}')
    firm.write_config(text)
    done = firm.relanced("--check", status=None)
    assert SECRET not in done.stdout + done.stderr
    return done


def line_of(firm, part):
    lines = firm.path.read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, 1) if part in line)


PLAIN = [f'password = "{SECRET}";', "password = 12345;", "password = true;",
         f'password = [ "{SECRET}" ];']


@pytest.mark.parametrize("option", PLAIN)
def test_a_secret_in_the_configuration_is_refused_with_what_to_write(told, option):
    done = check(told, option)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"{told.path}:{line_of(told, 'password')}: channel email: password must not stand in this "
        'file: write password = { credential = "NAME"; }; or password = { file = "PATH"; };')


# name → how the file is made, what is said after its path
PLACES = {
    "readable by others": (lambda path: path.chmod(0o644),
                           "mode 0644, owner {me}: must be closed to group and others: chmod 600"),
    "readable by the group": (lambda path: path.chmod(0o640),
                              "mode 0640, owner {me}: must be closed to group and others: chmod 600"),
    "writable by the group": (lambda path: path.chmod(0o620),
                              "mode 0620, owner {me}: must be closed to group and others: chmod 600"),
    "of somebody else": (lambda path: os.chown(path, 65534, -1),
                         "mode 0600, owner nobody: must be owned by root or by the user that "
                         "relanced runs as: chown"),
    "a link": (lambda path: (path.rename(path.with_suffix(".real")),
                             path.symlink_to(path.with_suffix(".real"))),
               "mode 0777, owner {me}: is a symbolic link: name the file that it leads to"),
    "a pipe": (lambda path: (path.unlink(), os.mkfifo(path, 0o600)),
               "mode 0600, owner {me}: is a pipe, not a file"),
    "a folder": (lambda path: (path.unlink(), path.mkdir(0o700)),
                 "mode 0700, owner {me}: is a folder, not a file"),
    "empty": (lambda path: path.write_bytes(b""), "mode 0600, owner {me}: is empty"),
    "with a NUL": (lambda path: path.write_bytes(SECRET.encode() + b"\0x"),
                   "mode 0600, owner {me}: holds a NUL byte"),
    "of two lines": (lambda path: path.write_text(f"{SECRET}\n{SECRET}\n", encoding="utf-8"),
                     "mode 0600, owner {me}: holds more than one line, or a control character"),
    "too large": (lambda path: path.write_bytes(b"x" * 16385),
                  "mode 0600, owner {me}: is too large for a secret"),
    "missing": (lambda path: path.unlink(), "No such file or directory"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secrets_file_that_is_not_closed_is_refused_with_path_and_mode(told, place):
    path = told.folder / "smtp"
    path.write_text(SECRET, encoding="utf-8")
    path.chmod(0o600)
    make, expected = PLACES[place]
    if place == "of somebody else" and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    make(path)
    done = check(told, 'password = { file = "smtp"; };')
    assert done.returncode == 1
    said = f"{told.path}:{line_of(told, 'password')}: channel email: password: {path}: "
    assert done.stderr.strip() == said + expected.format(me=told.path.owner())


def test_a_closed_file_and_a_credential_are_taken(told):
    path = told.folder / "smtp"
    path.write_text(SECRET, encoding="utf-8")
    path.chmod(0o400)
    assert check(told, f'password = {{ file = "{path}"; }};').returncode == 0
    told.environment["CREDENTIALS_DIRECTORY"] = str(told.folder)
    assert check(told, 'password = { credential = "smtp"; };').returncode == 0
    assert "there is no credential sub/smtp" in check(
        told, 'password = { credential = "sub/smtp"; };').stderr
    told.environment.pop("CREDENTIALS_DIRECTORY")
    assert "there is no credential smtp" in check(
        told, 'password = { credential = "smtp"; };').stderr


@pytest.mark.parametrize("config, folder", [("relanced.conf", "credentials"), ("garage.conf", "garage.credentials")])
def test_a_check_by_hand_knows_the_credentials_that_the_unit_will_load(told, config, folder):
    told.path = told.folder / config
    assert f"{told.folder / folder}," in check(told, 'password = { credential = "smtp"; };').stderr
    (told.folder / folder).mkdir(mode=0o700)
    (told.folder / folder / "smtp").write_text(SECRET, encoding="utf-8")
    assert check(told, 'password = { credential = "smtp"; };').returncode == 0


def test_one_run_finds_every_mistake_of_every_channel(told, module):
    told.config["channels"]["email"].update(serv="x", headers=[1, 2], password=SECRET,
                                            timeout_s=700)
    told.config["channels"]["whatsapp"].pop("out")
    told.config["channels"]["sms"] = {"module": "nosuch"}
    told.config["channels"]["hook"]["delay_ms"] = "soon"
    told.write_config()
    done = told.relanced("--check", status=1)
    said = re.sub(r"(?m)^.*relanced\.conf:\d+: ", "", done.stderr).splitlines()
    assert said == [
        "channels.email.headers[1] must be a text in quotes, not a number",
        "channels.email.headers[2] must be a text in quotes, not a number",
        "channel email: the module " + str(module) + " has no option serv, did you mean server?",
        'channel email: password must not stand in this file: write password = { credential = '
        '"NAME"; }; or password = { file = "PATH"; };',
        "channel email: timeout_s must be between 1 and 600",
        "channel sms: there is no module 'nosuch'",
        "channel whatsapp: its module needs the option out: the file",
        "channel hook: delay_ms must be a whole number",
    ]
    assert SECRET not in done.stdout + done.stderr


# The shipped configuration

SHIPPED = (firms.REPOSITORY / "config/relanced.conf").read_text(encoding="utf-8")
CREDENTIALS = ("smtp", "kannel", "gateway", "whatsapp")


def examples():
    """The channels that relanced.conf shows, without their #: (name and first line of what is said
    of it, text)."""
    block = SHIPPED[SHIPPED.index("\nchannels = {"):]
    block = block[:block.index("\n};")]
    found, text = [], []
    for line in block.splitlines():
        if not re.match(r"  #(?! \S)", line):
            continue
        text.append(line.replace("#", "", 1))
        if re.match(r"  #(\w+ = \{.*)?\};", line):
            found.append("\n".join(text))
            text = []
    assert not text
    return found


def module_of(text):
    return re.search(r'module = "(\w+)"', text).group(1)


def test_relanced_conf_shows_each_module():
    assert {module_of(text) for text in examples()} == {"email", "sms", "whatsapp", "hook"}


@pytest.mark.parametrize("text", examples(), ids=lambda text: text.split()[0] + "-" + str(len(text)))
def test_each_example_of_relanced_conf_is_right(bare_firm, text):
    name = module_of(text)
    if not (firms.BUILD / "channels" / name / f"{name}.so").exists():
        pytest.skip(f"there is no module {name}")
    credentials = bare_firm.folder / "credentials"
    credentials.mkdir()
    for credential in CREDENTIALS:
        (credentials / credential).write_text(SECRET, encoding="utf-8")
    bare_firm.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
    bare_firm.write_config('creditor = { name = "A"; email = "compta@atelier-dumont.example"; };\n'
                           "channels = {\n" + text.replace("/etc/relanced/hooks/service", "/bin/true") +
                           "\n};\npolicies = { standard = { steps = (); }; };\n")
    assert bare_firm.relanced("--check").stdout.strip() == "configuration is right"


class Option(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int), ("preset", ctypes.c_char_p),
                ("min", ctypes.c_int64), ("max", ctypes.c_int64), ("help", ctypes.c_char_p)]


class Channel(ctypes.Structure):
    _fields_ = [("abi", ctypes.c_uint32), ("name", ctypes.c_char_p), ("help", ctypes.c_char_p),
                ("form", ctypes.c_int), ("options", ctypes.POINTER(Option))]


def options_of(path):
    """In a process of its own: a module is not loaded into a test."""
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import test_options as t\n"
            "channel = t.Channel.in_dll(t.ctypes.CDLL(sys.argv[2]), 'relanced_channel')\n"
            "n = 0\n"
            "while channel.options[n].name:\n"
            "    print(channel.options[n].name.decode()); n += 1\n")
    done = subprocess.run([sys.executable, "-c", code, HERE, path], check=False, capture_output=True,
                          text=True)
    if "ASan" in done.stderr:
        pytest.skip("Python cannot load what needs a sanitizer")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


# What every channel has is shown once; the others hardly anybody needs.
NOT_SHOWN = {"workers", "in_flight", "rate_per_minute", "timeout_s", "dlr_url", "dlr_mask", "insecure"}


@pytest.mark.parametrize("name", ["email", "sms", "whatsapp", "hook"])
def test_relanced_conf_shows_each_option_of_a_module(name):
    path = firms.BUILD / "channels" / name / f"{name}.so"
    if not path.exists():
        pytest.skip(f"there is no module {name}")
    shown = "\n".join(text for text in examples() if module_of(text) == name)
    missing = [option for option in options_of(path)
               if option not in NOT_SHOWN and not re.search(rf"\b{option} =", shown)]
    assert not missing
