# SPDX-License-Identifier: MIT
"""SpamAssassin's opinion of many mails, asked at once: the package's own rules, no network, nothing
learnt, and nothing gained by mails that only ever were on this machine."""

import concurrent.futures
import pathlib
import re
import shutil
import subprocess

import mail
from servers.process import program

MARK = b"From a Thu Mar  5 09:00:00 2026\n"  # before each mail of a file of mails
AT_ONCE = 2
TIMEOUT_S = 900
SPAM = b"""\
Received: from unknown (HELO localhost) (203.0.113.9) by mail.example.net; Thu, 05 Mar 2026 09:00:00 +0000
From: "compta@bank.example" <win@203.0.113.9>
To: undisclosed-recipients:;
Subject: YOUR PAYMENT OF $10,500,000.00 USD
Content-Type: text/html

<html><body><font size=7 color=white>Dear Beneficiary, I am Barrister James, next of kin of a late
foreign customer. The sum of TEN MILLION UNITED STATES DOLLARS lies dormant; contact me urgently
for your inheritance fund. Viagra, 100% guaranteed, click here!</font></body></html>
"""


def judge(mails, folder):
    """[(score, the rules it hit)] of mails that differ in their Message-ID; its own folder."""
    assassin = program("spamassassin")
    for path in pathlib.Path("/etc/spamassassin").glob("*.pre"):
        shutil.copy(path, folder)
    (folder / "local.cf").write_text("use_bayes 0\nscore ALL_TRUSTED 0\n", encoding="ascii")
    size = -(-len(mails) // AT_ONCE)
    parts = [mails[start:start + size] for start in range(0, len(mails), size)]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        judged = pool.map(lambda part: judge_part(assassin, part, folder), parts)
    verdicts = {key: value for part in judged for key, value in part.items()}
    assert len(verdicts) == len(mails)
    return [verdicts[mail.parse(each)["Message-ID"]] for each in mails]


def judge_part(assassin, mails, folder):
    """By Message-ID: the mails come back in an order of its own."""
    done = subprocess.run([assassin, "--local", "--test-mode", "--nocreate-prefs", "--mbox",
                           f"--siteconfigpath={folder}", "--configpath=/usr/share/spamassassin"],
                          input=b"".join(MARK + each + b"\n" for each in mails),
                          capture_output=True, check=True, timeout=TIMEOUT_S,
                          env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C"})
    judged = map(mail.parse, done.stdout.split(MARK)[1:])
    found = {each["Message-ID"]: verdict(each) for each in judged}
    assert len(found) == len(mails), done.stderr.decode(errors="replace")
    return found


def verdict(judged):
    score, rules = re.search(r"score=(\S+) .*tests=(.*?)\s+autolearn", judged["X-Spam-Status"],
                             re.S).groups()
    return float(score), re.sub(r"\s", "", rules)
