#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times a wake with nothing due beside sqlite3 reading the same columns of the same tables. A fifth
of the invoices are late and were reminded, and of many a person has said something (fill-store).

    decide.py --relanced PROGRAM --fill PROGRAM --work FOLDER
              [--customers N] [--instalments N] [--rounds N]

The store is filled once and kept in FOLDER. Both are run in turns, so that a busy machine slows
both; the medians, their ratio and the wake's peak resident memory are printed. Exit status 1: a
goal is missed.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time

GOAL_RATIO = 2.0
GOAL_RESIDENT_KIB = 64 * 1024
AT = "2026-03-05T09:00"

CONFIG = """
creditor = { name = "Atelier Dumont"; country = "FR"; timezone = "Europe/Paris";
  language = "fr"; currency = "EUR"; address = [ "12 rue des Lilas", "69003 Lyon" ];
  email = "compta@atelier-dumont.example"; };
state = "state"; documents = "documents";
limits = { payments_max_age_days = 30; };
channels = {
  paper = { module = "file"; path = "letters"; address = "email"; };
  sms = { module = "file"; path = "letters"; address = "phone"; };
};
policies = {
  standard = {
    tolerance = ( { currency = "EUR"; amount = "1.00"; } );
    steps = (
      { id = "courtesy"; action = "courtesy"; before_due = 3; send = [ "paper" ]; },
      { id = "reminder"; action = "remind"; after_due = 3; send = [ "paper|sms" ];
         min_total = ( { currency = "EUR"; amount = "5.00"; } ); },
      { id = "resend"; action = "resend"; after_due = 10; send = [ "paper" ]; },
      { id = "offer"; action = "remind"; after_due = 15; send = [ "paper", "sms" ];
         offer = { percent = 2; valid_days = 4; }; },
      { id = "deadline"; action = "deadline"; after_due = 20; deadline_days = 8;
         send = [ "paper" ]; charges = true; },
      { id = "call"; action = "call"; after_due = 35; },
      { id = "agency"; action = "agency"; after_due = 45; },
      { id = "legal"; action = "legal"; after_due = 75; } );
  };
  subscription = { steps = (
    { id = "courtesy"; action = "courtesy"; before_due = 3; send = [ "paper" ]; },
    { id = "reminder"; action = "remind"; after_due = 2; send = [ "sms|paper" ]; },
    { id = "deadline"; action = "deadline"; after_due = 10; deadline_days = 5;
       send = [ "paper" ]; },
    { id = "cut"; action = "suspend"; after_due = 20; send = [ "paper" ]; approve = true; } );
  };
  plan = { steps = (
    { id = "before"; action = "courtesy"; before_due = 3; send = [ "paper" ]; },
    { id = "late"; action = "remind"; after_due = 1; send = [ "paper" ]; } ); };
};
assign = (
  { when = { relation = "service"; amount = "100.00"; }; policy = "subscription"; },
  { policy = "standard"; } );
charges = { business = "auto"; public = "auto"; consumer = "none"; };
agency = { name = "Agence"; email = ""; };
"""

# Columns that only a notice needs stand after those a wake reads; a task's words are for persons.
COLD = {"customer": {"contact_name", "cc", "address", "postcode", "city", "registration", "is_held",
                     "held_until"},
        "task": {"sentence", "commands", "since", "closed_at"}}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--relanced", required=True)
    parser.add_argument("--fill", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--instalments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    for name in ("relanced", "fill", "work"):
        setattr(arguments, name, os.path.abspath(getattr(arguments, name)))
    return arguments


def wake_command(arguments, folder, *more):
    return [arguments.relanced, "--config", os.path.join(folder, "relanced.conf"), "--once",
            "--at", AT, *more]


def prepare(arguments):
    """A folder with a configuration and a filled store that has had its first wake; made in another
    and renamed."""
    name = f"decide-told-{arguments.customers}-{arguments.instalments}"
    folder = os.path.join(arguments.work, name)
    if not os.path.exists(folder):
        fresh = folder + ".new"
        shutil.rmtree(fresh, ignore_errors=True)
        os.makedirs(os.path.join(fresh, "documents"))
        os.makedirs(os.path.join(fresh, "letters"))
        state = os.path.join(fresh, "state")
        print(f"filling a store: {arguments.customers} customers, "
            f"{arguments.instalments} instalments …", flush=True)
        subprocess.run([arguments.fill, state, os.path.join(state, "cache"),
            str(arguments.customers), str(arguments.instalments), "told"], check=True)
        with open(os.path.join(fresh, "relanced.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIG)
        with open(os.path.join(fresh, "first-wake.log"), "w", encoding="utf-8") as log:
            subprocess.run(wake_command(arguments, fresh), check=True, stdout=log, stderr=log)
        os.rename(fresh, folder)
    return folder


def scan_statement(database):
    """Every column that a wake reads, summed up, one select for each table. A sum with NULL in it
    is NULL, but all of its columns are read."""
    selects = []
    for table in ("customer", "account", "instalment", "done", "terms", "task", "opt_out"):
        listed = subprocess.run(["sqlite3", database, f"pragma table_info({table})"],
            check=True, capture_output=True, text=True).stdout
        columns = [line.split("|")[1:3] for line in listed.splitlines()]
        terms = [f"length({name})" if kind == "TEXT" else name
            for name, kind in columns if name not in COLD.get(table, ())]
        selects.append(f"select count(*), sum({' + '.join(terms)}) from {table};")
    return " ".join(selects)


def run(command):
    """Seconds, peak resident KiB; what it said when it failed."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {child.returncode}\n{said}")
    return seconds, usage.ru_maxrss


def main():
    arguments = parse_arguments()
    if shutil.which("sqlite3") is None:
        sys.exit("decide.py: sqlite3 is needed: apt-get install sqlite3")
    folder = prepare(arguments)
    database = "file:" + os.path.join(folder, "state", "relanced.db") + "?immutable=1"
    wake = wake_command(arguments, folder, "--dry-run")
    scan = ["sqlite3", database, scan_statement(database)]
    wakes, scans, resident = [], [], 0
    for command in (scan, wake):
        run(command)
    for _ in range(arguments.rounds):
        scans.append(run(scan)[0])
        seconds, kib = run(wake)
        wakes.append(seconds)
        resident = max(resident, kib)
    ratio = statistics.median(w / s for w, s in zip(wakes, scans))
    print(f"{arguments.instalments} open instalments of {arguments.customers} customers, "
        "nothing due")
    print(f"wake     {statistics.median(wakes):7.3f} s")
    print(f"sqlite3  {statistics.median(scans):7.3f} s")
    print(f"ratio    {ratio:7.2f}     goal {GOAL_RATIO:.1f}")
    print(f"resident {resident / 1024:7.1f} MiB goal {GOAL_RESIDENT_KIB // 1024}")
    sys.exit(0 if ratio <= GOAL_RATIO and resident <= GOAL_RESIDENT_KIB else 1)


if __name__ == "__main__":
    main()
