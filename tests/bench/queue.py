#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times a wake that composes and queues a notice for every account, durably, beside sqlite3
inserting the same rows into the same tables, a page of accounts at a time as the wake does.

    queue.py --relanced PROGRAM --fill PROGRAM --work FOLDER [--notices N] [--rounds N]

The only channel is down, so that nothing but the wake takes time: what it queues stays queued.
Both are run in turns, so that a busy machine slows both; the medians and their ratio are printed.
Exit status 1: the goal is missed.
"""

import argparse
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

GOAL_RATIO = 4.0
AT = "2026-03-05T09:00"
DUE_DAYS = "-4"
# A row of each for a notice here, in the order of these.
TABLES = {"contact": "id", "contact_line": "contact", "notice": "id", "notice_line": "notice",
          "body": "notice"}
PAGE = 256  # accounts

CONFIG = """
creditor = {{ name = "Atelier Dumont"; country = "FR"; timezone = "Europe/Paris";
  language = "fr"; currency = "EUR"; address = [ "12 rue des Lilas", "69003 Lyon" ];
  email = "compta@atelier-dumont.example"; }};
state = "state"; cache = "cache"; documents = "documents";
limits = {{ adopt_max_age_days = 0; }};
channels = {{ paper = {{ module = "file"; path = "{letters}"; address = "email"; }}; }};
policies = {{ standard = {{ steps = (
  {{ id = "reminder"; action = "remind"; after_due = 3; send = [ "paper" ]; }} ); }}; }};
assign = ( {{ policy = "standard"; }} );
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--relanced", required=True)
    parser.add_argument("--fill", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--notices", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    for name in ("relanced", "fill", "work"):
        setattr(arguments, name, os.path.abspath(getattr(arguments, name)))
    return arguments


def prepare(arguments, folder):
    """A firm whose letters cannot be written: their folder is a file."""
    subprocess.run([arguments.fill, os.path.join(folder, "state"), os.path.join(folder, "cache"),
                    str(arguments.notices), str(arguments.notices), DUE_DAYS], check=True)
    os.mkdir(os.path.join(folder, "documents"))
    with open(os.path.join(folder, "relanced.conf"), "w", encoding="utf-8") as file:
        file.write(CONFIG.format(letters=file.name))


def wake(arguments, firm, folder):
    """Seconds of a wake in a fresh copy of the firm; its store is left in folder."""
    shutil.copytree(firm, folder)
    os.sync()
    start = time.perf_counter()
    ended = subprocess.run([arguments.relanced, "--config", os.path.join(folder, "relanced.conf"),
                            "--once", "--at", AT], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    database = os.path.join(folder, "state", "relanced.db")
    with sqlite3.connect(database) as store:
        queued, = store.execute("select count(*) from notice where state = 0").fetchone()
    store.close()
    if queued != arguments.notices:
        sys.exit(f"{queued} of {arguments.notices} notices were queued\n{ended.stderr[-1000:]}")
    return seconds, database


def quoted(value):
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "null" if value is None else str(value)


def statements(database):
    """What the wake has queued, as sqlite3 is told to insert it: a transaction for each page."""
    with sqlite3.connect(database) as store:
        rows = {table: store.execute(f"select {key}, * from {table} order by 1").fetchall()
                for table, key in TABLES.items()}
    store.close()
    text = ["pragma journal_mode = wal;", "pragma synchronous = full;"]
    for first in range(0, len(rows["contact"]), PAGE):
        text.append("begin;")
        for table in TABLES:
            page = rows[table][first:first + PAGE]
            text += [f"insert into {table} values ({','.join(map(quoted, row[1:]))});"
                     for row in page]
        text.append("commit;")
    return "\n".join(text)


def insert(firm, source, folder):
    """Seconds of sqlite3 inserting what the wake has queued into a copy of the firm's store."""
    os.mkdir(folder)
    target = os.path.join(folder, "copy.db")
    shutil.copy(os.path.join(firm, "state", "relanced.db"), target)
    script = os.path.join(folder, "queued.sql")
    with open(script, "w", encoding="utf-8") as file:
        file.write(statements(source))
    os.sync()
    start = time.perf_counter()
    with open(script, encoding="utf-8") as file:
        subprocess.run(["sqlite3", "-bail", target], stdin=file, check=True, capture_output=True)
    return time.perf_counter() - start


def main():
    arguments = parse_arguments()
    if shutil.which("sqlite3") is None:
        sys.exit("queue.py: sqlite3 is needed: apt-get install sqlite3")
    os.makedirs(arguments.work, exist_ok=True)
    wakes, inserts = [], []
    with tempfile.TemporaryDirectory(dir=arguments.work, prefix="queue-") as work:
        firm = os.path.join(work, "firm")
        os.mkdir(firm)
        prepare(arguments, firm)
        for n in range(arguments.rounds):
            folder = os.path.join(work, str(n))
            seconds, database = wake(arguments, firm, folder)
            wakes.append(seconds)
            inserts.append(insert(firm, database, folder + "-copy"))
            shutil.rmtree(folder)
            shutil.rmtree(folder + "-copy")
    ratio = statistics.median(w / i for w, i in zip(wakes, inserts))
    print(f"{arguments.notices} notices due, composed and queued durably")
    print(f"wake     {statistics.median(wakes):7.3f} s")
    print(f"sqlite3  {statistics.median(inserts):7.3f} s")
    print(f"ratio    {ratio:7.2f}     goal {GOAL_RATIO:.1f}")
    sys.exit(0 if ratio <= GOAL_RATIO else 1)


if __name__ == "__main__":
    main()
