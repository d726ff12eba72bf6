# SPDX-License-Identifier: MIT
"""A firm in a folder: its configuration, files of facts and file channels, and the real programs
run on it through the command line. Shared by the integration tests, the scenarios and the kill
test; the standard library alone."""

import copy
import csv
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RELANCED_BUILD", REPOSITORY / "build")).resolve()
RELANCED = BUILD / "relanced"
RELANCECTL = BUILD / "relancectl"

# A command that takes longer than this hangs (sanitizers on a busy machine included).
TIMEOUT_S = 120

COLUMNS = {
    "customers": "id,name,kind,relation,language,timezone,country,email,phone,whatsapp,policy,"
                 "tags,contact_name,cc,address,postcode,city,registration,whatsapp_opt_in",
    "invoices": "number,customer,issued,due,amount,currency,document,payment_url,contract,"
                "delivered,method,status,policy,discount_percent,discount_until",
    "payments": "id,invoice,customer,date,amount,currency,kind,reference",
}


def default_config():
    """The configuration of the manual with `file` channels. The guards that look at the time since
    the last wake, and at the age of what comes in, are off: tests jump through the calendar."""
    channels = {
        "email": {"module": "file", "path": "out/email", "address": "email"},
        "sms": {"module": "file", "path": "out/sms", "address": "phone"},
        "whatsapp": {"module": "file", "path": "out/whatsapp", "address": "whatsapp"},
        "hook": {"module": "file", "path": "out/hook"},
    }
    standard = {
        "tolerance": [{"currency": "EUR", "amount": "1.00"}],
        "steps": [
            {"id": "courtesy", "action": "courtesy", "before_due": 3, "send": ["email"]},
            {"id": "reminder", "action": "remind", "after_due": 3, "send": ["email"]},
            {"id": "resend", "action": "resend", "after_due": 10,
             "send": ["email", "whatsapp|sms"]},
            {"id": "deadline", "action": "deadline", "after_due": 20, "deadline_days": 8,
             "send": ["email", "sms"]},
            {"id": "suspend", "action": "suspend", "after_deadline": 1, "send": ["hook"]},
            {"id": "agency", "action": "agency", "after_due": 45},
            {"id": "legal", "action": "legal", "after_due": 75},
        ],
    }
    subscription = {
        "steps": [
            {"id": "reminder", "action": "remind", "after_due": 2, "send": ["email"]},
            {"id": "deadline", "action": "deadline", "after_due": 10, "deadline_days": 5,
             "send": ["email", "sms"]},
            {"id": "suspend", "action": "suspend", "after_deadline": 1, "send": ["hook"]},
        ],
    }
    return {
        "creditor": {
            "name": "Atelier Dumont", "country": "FR", "timezone": "Europe/Paris",
            "language": "fr", "currency": "EUR",
            "address": ["12 rue des Lilas", "69003 Lyon"],
            "registration": "RCS Lyon 812 345 678", "vat": "FR12812345678",
            "iban": "FR7630006000011234567890189", "email": "compta@atelier-dumont.example",
            "phone": "+33 1 23 45 67 89",
        },
        "state": "state",
        "documents": "documents",
        "store": "sqlite",
        "wake": {"days": "mon-sun", "at": ["09:00", "14:00"]},
        "sending": {"days": "mon-fri", "from": "09:00", "to": "18:00", "holidays": "FR"},
        "limits": {"contact_gap_days": 3, "adopt_max_age_days": 0, "stale_after_days": 0,
                   "payments_max_age_days": 0, "clock_jump_hours": 0, "uncertain_hours": 24,
                   "reply_pause_days": 5},
        "channels": channels,
        "policies": {"standard": standard, "subscription": subscription, "none": {"steps": []}},
        "assign": [{"when": {"relation": "service"}, "policy": "subscription"},
                   {"policy": "standard"}],
    }


def libconfig(value, depth=0):
    """A value as libconfig writes it."""
    indent = "  " * (depth + 1)
    if isinstance(value, dict):
        body = "".join(f"{indent}{k} = {libconfig(v, depth + 1)};\n" for k, v in value.items())
        return "{\n" + body + "  " * depth + "}"
    if isinstance(value, list):
        items = ", ".join(libconfig(item, depth + 1) for item in value)
        is_array = value and not any(isinstance(item, (dict, list)) for item in value)
        return f"[ {items} ]" if is_array else f"( {items} )"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def config_text(config):
    return "".join(f"{key} = {libconfig(value)};\n" for key, value in config.items())


def memory_folder():
    """Where there is room in memory, or None: hundreds of stores that sync are slow on a disk."""
    memory = "/dev/shm"
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < 512 * 1024 * 1024:
        return None
    return memory


def is_sanitized():
    """Whether the build has sanitizers, which want to be loaded before anything else."""
    with open(BUILD / "meson-info/intro-buildoptions.json", encoding="utf-8") as file:
        return any(each["name"] == "b_sanitize" and each["value"] != "none"
                   for each in json.load(file))


def scratch_folder(purpose):
    """A new folder, in memory if possible."""
    return pathlib.Path(tempfile.mkdtemp(prefix=f"relanced-{purpose}-", dir=memory_folder()))


class CommandFailed(AssertionError):
    """A command ended with another status than the test wants."""


class Firm:
    """One firm in a folder of its own."""

    def __init__(self, folder, config=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "documents").mkdir(exist_ok=True)
        self.config = copy.deepcopy(config) if config else default_config()
        self.path = self.folder / "relanced.conf"
        self.environment = {key: value for key, value in os.environ.items()
                            if key not in ("CACHE_DIRECTORY", "STATE_DIRECTORY", "JOURNAL_STREAM",
                                           "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY")}
        self.environment["LC_ALL"] = "C.UTF-8"
        self.environment["TZ"] = "UTC"
        self.imports = 0
        self.write_config()

    @property
    def state(self):
        return self.folder / self.config["state"]

    def write_config(self, text=None):
        for channel in self.config["channels"].values():
            if "path" in channel and not (self.folder / channel["path"]).exists():
                (self.folder / channel["path"]).mkdir(parents=True)
        self.path.write_text(text if text is not None else config_text(self.config),
                             encoding="utf-8")

    # Commands

    def run(self, program, *arguments, status=0, **options):
        """The finished process; status None: any."""
        command = [str(program), "--config", str(self.path), *map(str, arguments)]
        options.setdefault("env", self.environment)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="replace", timeout=TIMEOUT_S, check=False, **options)
        if status is not None and done.returncode != status:
            raise CommandFailed(f"{' '.join(command)}\nended with {done.returncode}, not {status}\n"
                                f"{done.stdout}{done.stderr}")
        for mark in ("ERROR: AddressSanitizer", "runtime error:", "LeakSanitizer"):
            if mark in done.stderr:
                raise CommandFailed(f"{' '.join(command)}\n{done.stderr}")
        return done

    def relanced(self, *arguments, **options):
        return self.run(RELANCED, *arguments, **options)

    def ctl(self, *arguments, at=None, **options):
        return self.run(RELANCECTL, *(["--at", at] if at else []), *arguments, **options)

    def json(self, *arguments, at=None, **options):
        """The objects that a command prints with --json, one a line."""
        done = self.ctl("--json", *arguments, at=at, **options)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def init(self):
        return self.relanced("--init")

    def wake(self, at, **options):
        return self.relanced("--once", "--at", at, **options)

    def log(self, *filters):
        return self.json("log", *filters)

    def sent(self):
        return [notice for notice in self.log() if notice["state"] == "sent"]

    # Files of facts

    def csv(self, kind, rows, name=None):
        """A file of facts with the rows (dicts, missing columns empty); its path."""
        self.imports += 1
        path = self.folder / (name or f"{kind}-{self.imports}.csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[kind].split(","), restval="",
                                    lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def load(self, customers=(), invoices=(), payments=(), at=None, status=0):
        """Imports rows of facts in one command."""
        files = [self.csv(kind, rows) for kind, rows in
                 (("customers", customers), ("invoices", invoices), ("payments", payments)) if rows]
        return self.ctl("import", *files, at=at, status=status)

    # What left

    def files(self, channel):
        """The messages that a file channel wrote, by name; never one that is still written."""
        folder = self.folder / self.config["channels"][channel]["path"]
        return {path.name: path.read_text(encoding="utf-8", errors="replace")
                for path in sorted(folder.iterdir())
                if path.is_file() and not path.name.startswith(".")}


def customer(code="C-1", name="Boulangerie Martin", **columns):
    row = {"id": code, "name": name, "email": f"{code.lower()}@example.org"}
    row.update(columns)
    return row


def invoice(number="F-1", code="C-1", **columns):
    row = {"number": number, "customer": code, "issued": "2026-02-01", "due": "2026-03-02",
           "amount": "1200.00", "currency": "EUR"}
    row.update(columns)
    return row
