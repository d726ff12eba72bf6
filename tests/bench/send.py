#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times how fast notices leave, each with a durable outcome, beside programs that only send.

    send.py --work FOLDER [--emails N] [--texts N] [--rounds N]

E-mails of 10 KiB go to smtp-sink over four workers, beside smtp-source with four sessions (a new
connection for each message, as it does by itself, and kept ones), Python's smtplib on one
connection, and Postfix's own queue between smtp-source and the same sink. SMS go to a gateway that
answers after 200 ms, 64 under way, beside curl --parallel. All run in turns, so that a busy machine
slows all; medians are printed. Sending is timed from the first message that begins to the last; the
whole of `relanced --once`, which decides, composes and queues them first, stands beside it.
Exit status 1: a goal is missed.
"""

import argparse
import datetime
import pathlib
import shutil
import smtplib
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from firm import Firm, RELANCED, customer, default_config, invoice  # noqa: E402
from servers.postfix import Postfix  # noqa: E402
from servers.process import Server, free_port, program  # noqa: E402

BODY_BYTES = 10 * 1024
WORKERS = 4
LATENCY_MS = 200
IN_FLIGHT = 64
GOALS = {"smtp-source": 0.5, "Postfix's queue": 5.0, "curl": 0.9}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--emails", type=int, default=10_000)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


# A firm whose every customer is due one notice

def firm_config(channel):
    """One step by one channel, at any hour of any day: it runs in real time."""
    config = default_config()
    config["sending"] = {"days": "mon-sun", "from": "00:00", "to": "24:00", "holidays": "none"}
    config["templates"] = "templates"
    config["channels"] = {channel["module"]: channel}
    config["policies"] = {"standard": {"steps": [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": [channel["module"]]}]}}
    config["assign"] = [{"policy": "standard"}]
    return config


def noon_zone():
    """A time zone where it is about noon: an SMS never leaves at night, whatever the hour here."""
    ahead = 12 - datetime.datetime.now(datetime.timezone.utc).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def fill(folder, channel, n):
    """The firm, its store filled, nothing sent yet."""
    shutil.rmtree(folder, ignore_errors=True)
    firm = Firm(folder, firm_config(channel))
    texts = folder / "templates" / "fr" / "remind"
    texts.mkdir(parents=True)
    line = "Nous vous remercions de votre attention et restons à votre disposition.\n"
    (texts / "email.txt").write_text(
        "Subject: Facture {{numbers}}\n\n{{total}}\n\n" + line * (BODY_BYTES // len(line.encode())),
        encoding="utf-8")
    (folder / "password").touch(mode=0o600)
    (folder / "password").write_text("secret\n", encoding="utf-8")
    zone, due = noon_zone(), str(datetime.date.today() - datetime.timedelta(days=5))
    firm.init()
    firm.load(
        customers=[customer(f"C{i}", phone=f"+336{i:08d}", timezone=zone) for i in range(n)],
        invoices=[invoice(f"F{i}", f"C{i}", issued=due, due=due) for i in range(n)])
    return firm


def chase(firm, n):
    """One wake on a copy of the filled firm: (seconds of sending, seconds of all)."""
    copy = firm.folder.with_name(firm.folder.name + "-run")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(firm.folder, copy)
    start = time.perf_counter()
    with open(copy / "relanced.log", "wb") as log:
        status = subprocess.run([RELANCED, "--config", copy / "relanced.conf", "--once"],
                                env=firm.environment, stderr=log, check=False).returncode
    seconds = time.perf_counter() - start
    with sqlite3.connect(copy / "state" / "relanced.db") as database:
        states = dict(database.execute("select state, count(*) from notice group by state"))
        first, last = database.execute("select min(begun_at), max(begun_at) from notice").fetchone()
        sent = database.execute(
            "select count(*) from notice where reference is not null").fetchone()[0]
    if status != 0 or sum(states.values()) != n or len(states) != 1:
        sys.exit(f"relanced ended with {status}; notices by state: {states}, {sent} with reference;"
                 f" see {copy / 'relanced.log'}")
    return (last - first) / 1e6, seconds


# What it is measured beside

def timed(command, **options):
    start = time.perf_counter()
    subprocess.run([str(each) for each in command], check=True, stdout=subprocess.DEVNULL,
                   **options)
    return time.perf_counter() - start


def smtp_source(port, n, *switches):
    return timed([program("smtp-source"), "-s", WORKERS, "-m", n, "-l", BODY_BYTES, *switches,
                  "-f", "compta@atelier-dumont.example", "-t", "client@example.org",
                  f"127.0.0.1:{port}"])


def python_smtplib(port, n):
    text = "Subject: Facture\r\n\r\n" + ("x" * 70 + "\r\n") * (BODY_BYTES // 72)
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for _ in range(n):
            client.sendmail("compta@atelier-dumont.example", ["client@example.org"], text)
    return time.perf_counter() - start


def postfix_queue(folder, sink_port, n):
    """From the first message it is given to the last one the sink took from it."""
    with Postfix(f"smtp:[127.0.0.1]:{sink_port}", home=folder) as postfix:
        start = time.perf_counter()
        smtp_source(postfix.port, n, "-d")
        while postfix.mail_log().count("status=sent") < n:
            time.sleep(0.1)
        return time.perf_counter() - start


def curl(folder, port, n):
    """The same requests from a configuration file, quiet, 64 at once."""
    config = folder / "curl.conf"
    config.write_text("".join(
        f'url = "http://127.0.0.1:{port}/cgi-bin/sendsms?to=336{i:08d}"\noutput = "/dev/null"\n'
        for i in range(n)))
    return timed(["curl", "--silent", "--parallel", "--parallel-max", IN_FLIGHT, "--config",
                  config], stderr=subprocess.DEVNULL)


# The two tables

def report(title, rows, n):
    print(f"\n{title}")
    for name, seconds in rows.items():
        print(f"  {name:34s} {seconds:8.2f} s {n / seconds:9.0f} /s", flush=True)


def judge(name, ratio):
    met = ratio >= GOALS[name]
    print(f"  ratio to {name:25s} {ratio:8.2f}     goal {GOALS[name]}{'' if met else '  MISSED'}")
    return met


def medians(rounds):
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


def bench_emails(arguments):
    n, rounds = arguments.emails, []
    sink_port = free_port()
    firm = fill(arguments.work / "emails", {
        "module": "email", "server": "127.0.0.1", "port": sink_port, "tls": "none",
        "workers": WORKERS, "in_flight": IN_FLIGHT}, n)
    sink = [program("smtp-sink"), "-u", "nobody", f"127.0.0.1:{sink_port}", "1000"]
    with Server(sink, arguments.work, sink_port):
        for _ in range(arguments.rounds):
            sending, whole = chase(firm, n)
            rounds.append({
                "relanced, sending": sending,
                "relanced --once, all of it": whole,
                "smtp-source -s 4": smtp_source(sink_port, n),
                "smtp-source -s 4 -d (kept)": smtp_source(sink_port, n, "-d"),
                "smtplib, one connection": python_smtplib(sink_port, n),
                "Postfix's queue": postfix_queue(arguments.work / "postfix", sink_port, n),
            })
    row = medians(rounds)
    report(f"{n} e-mails of 10 KiB to smtp-sink, {WORKERS} workers", row, n)
    return [judge("smtp-source", row["smtp-source -s 4"] / row["relanced, sending"]),
            judge("Postfix's queue", row["Postfix's queue"] / row["relanced, sending"])]


def bench_texts(arguments):
    n, rounds, port = arguments.texts, [], free_port()
    firm = fill(arguments.work / "texts", {
        "module": "sms", "provider": "kannel", "url": f"http://127.0.0.1:{port}/cgi-bin/sendsms",
        "username": "relanced", "password": {"file": "password"}, "in_flight": IN_FLIGHT}, n)
    gateway = [sys.executable, pathlib.Path(__file__).with_name("slow-gateway.py"), port,
               LATENCY_MS]
    with Server(gateway, arguments.work, port):
        for _ in range(arguments.rounds):
            sending, whole = chase(firm, n)
            rounds.append({
                "relanced, sending": sending,
                "relanced --once, all of it": whole,
                f"curl --parallel-max {IN_FLIGHT}": curl(arguments.work, port, n),
            })
    row = medians(rounds)
    report(f"{n} SMS to a gateway that answers after {LATENCY_MS} ms, {IN_FLIGHT} under way", row, n)
    return [judge("curl", row[f"curl --parallel-max {IN_FLIGHT}"] / row["relanced, sending"])]


def main():
    arguments = parse_arguments()
    arguments.work.mkdir(parents=True, exist_ok=True)
    met = bench_emails(arguments) if arguments.emails else []
    met += bench_texts(arguments) if arguments.texts else []
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
