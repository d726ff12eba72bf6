# SPDX-License-Identifier: MIT
"""A received mail, judged: every reason to call it malformed, as two parsers that share no code see
it (Python's email, which notes each defect, and reformime of the maildrop package) and as the RFCs
have it of the bytes themselves."""

import email
import email.policy
import re
import subprocess

from servers.process import program

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted",
        "Content-Type")
LINE_MAX = 998  # RFC 5322, without the line's end


def parse(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def leaves(message):
    return [part for part in message.walk() if not part.is_multipart()]


def bytes_faults(raw):
    """Of the bytes: what no relay may be asked to carry."""
    for number, line in enumerate(raw.split(b"\n"), 1):
        if len(line) > LINE_MAX:
            yield f"line {number} has {len(line)} bytes"
        if b"\r" in line or b"\0" in line:
            yield f"line {number} has a control character"
        if any(byte > 0x7e for byte in line):
            yield f"line {number} is not ASCII"


def header_faults(message):
    for name in ONCE:
        if len(message.get_all(name, ())) != 1:
            yield f"{name} is there {len(message.get_all(name, ()))} times"
    for part in message.walk():
        for name, value in part.items():
            yield from (f"{name}: {defect!r}" for defect in value.defects)
    date = message["Date"]
    if not (date and date.datetime and date.datetime.tzinfo):
        yield f"Date is {date}"
    if not re.fullmatch(r"<[\w.+-]+@[\w.-]+>", message["Message-ID"] or ""):
        yield f"Message-ID is {message['Message-ID']}"


def part_faults(message):
    for part in leaves(message):
        content = part.get_payload(decode=True)
        try:
            if part.get_content_maintype() == "text":
                content.decode(part.get_content_charset("us-ascii"))
        except (LookupError, UnicodeError) as fault:
            yield f"{part.get_content_type()} cannot be read: {fault}"
    for part in message.walk():
        yield from (repr(defect) for defect in part.defects)


def reformime(raw, *arguments):
    done = subprocess.run([program("reformime"), *arguments], input=raw, capture_output=True,
                          check=False)
    return done.stdout + done.stderr


def second_opinion(raw):
    """[(type, charset, content)] of the leaves, as reformime reads them."""
    found = []
    for section in reformime(raw, "-i").decode(errors="replace").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in section.splitlines() if ": " in line)
        kind = fields.get("content-type", "")
        if kind and not kind.startswith("multipart/"):
            found.append((kind, fields["charset"].lower(),
                          reformime(raw, "-e", "-s", fields["section"])))
    return found


def first_opinion(message):
    return [(part.get_content_type(), part.get_content_charset("utf-8"),
             part.get_payload(decode=True)) for part in leaves(message)]


def faults(raw):
    """All that is wrong with a mail, in words; empty: nothing."""
    message = parse(raw)
    found = [*bytes_faults(raw), *header_faults(message), *part_faults(message)]
    one, other = first_opinion(message), second_opinion(raw)
    if one != other:
        found.append(f"two readers see different things: {one} and {other}")
    return found
