# SPDX-License-Identifier: MIT
"""The manual: whatever a person can type, set, read or send is in it, and every page renders."""

import glob
import os
import re
import shutil
import subprocess
from collections import namedtuple

from rules import MESSAGE_ID, Skipped
from tree import Finding, without_comments

PAGES = {
    "relanced.8": "daemon/relanced.8",
    "relancectl.1": "daemon/relancectl.1",
    "relanced.conf.5": "config/relanced.conf.5",
    "relanced-templates.5": "config/relanced-templates.5",
    "relanced-channel.3": "channels/relanced-channel.3",
}
COLUMNS_MAX = 80

# How relanced starts itself; not for people.
PRIVATE_OPTIONS = {"join", "private", "worker"}

# One line of a page that begins an entry or names something, and where it stands.
Line = namedtuple("Line", "section subsection text")

# What must be somewhere in a page: in lines of that section (None: any) and subsection, as a word.
Wanted = namedtuple("Wanted", "page what word section subsection begins", defaults=(None, None, ""))


def unescaped(text):
    return text.replace("\\&", "").replace("\\-", "-").replace("\\(dq", '"').replace("\\e", "\\")


def read_page(path):
    """The lines that name things: of requests that mark a word as one, not of prose."""
    section = subsection = None
    with open(path, encoding="utf-8") as file:
        for text in map(unescaped, file.read().splitlines()):
            if text.startswith(".Sh "):
                section, subsection = text[4:], None
            elif text.startswith(".Ss "):
                subsection = text[4:]
            if re.match(r"\.(It|Sh|Ss|Ql|Dv|Ev|Fn|Fa|Va|Ic|Cm|Fl|Li)\b", text):
                yield Line(section, subsection, text)


def has_word(text, word):
    return re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", text) is not None


def is_answered(wanted, lines):
    return any(has_word(line.text, wanted.word) and line.text.startswith(wanted.begins)
        for line in lines
        if wanted.section in (None, line.section) and wanted.subsection in (None, line.subsection))


def from_tables(names):
    """What `manual names` lists: the tables that the program itself works by."""
    for line in names.splitlines():
        kind, name = line.split("\t")
        of, _, option = name.rpartition(" ")
        if kind == "key":
            yield Wanted("relanced.conf.5", f"the key {name}", name,
                begins=f".It Ic {name}")
        elif kind == "calendar":
            yield Wanted("relanced.conf.5", f"the calendar {name}", name, begins=f".It Li {name}")
        elif kind == "module":
            yield Wanted("relanced.conf.5", f"the module {name}", name, "CHANNELS", begins=".Ss")
        elif kind == "option":
            yield Wanted("relanced.conf.5", f"the option {option} of {of}", option, "CHANNELS", of,
                f".It Ic {option}")
        elif kind == "variable":
            yield Wanted("relanced-templates.5", f"the variable {name}", name, "VARIABLES",
                begins=f".It Va {name} ")
        elif kind == "command":
            yield Wanted("relancectl.1", f"the command {name}", name, "COMMANDS",
                begins=f".It Cm {name}")
        elif kind == "flag":
            yield Wanted("relancectl.1", f"the option --{option} of {of}", "-" + option, "COMMANDS",
                begins=f".It Cm {of} ")
        elif kind == "global":
            yield Wanted("relancectl.1", f"the option --{name}", "-" + name, "OPTIONS",
                begins=".It Fl")
        elif kind == "reason":
            yield Wanted("relancectl.1", f"the reason {name}", name, "REASONS", begins=".It Cm")


def texts_below(tree, *folders):
    for source in tree.c_files(*folders):
        yield source.path, without_comments(source.text, keeps_literals=True)


def text_of(tree, path):
    source = tree.find(path)
    return without_comments(source.text, keeps_literals=True) if source else ""


def from_sources(tree):
    """What no table has: read from the sources where it is used."""
    for name in re.findall(r'\{ "([a-z-]+)", (?:no|required)_argument',
            text_of(tree, "daemon/main/arguments.c")):
        if name not in PRIVATE_OPTIONS:
            yield Wanted("relanced.8", f"the option --{name}", "-" + name, "OPTIONS", begins=".It")
    for page, path in (("relanced.8", "daemon/main/arguments.h"),
            ("relancectl.1", "daemon/ctl/commands.h")):
        for number in re.findall(r"\bEXIT_\w+ = (\d+)", text_of(tree, path)):
            yield Wanted(page, f"the exit status {number}", number, "EXIT STATUS", begins=".It")
    for path, text in texts_below(tree, "daemon/", "channels/", "config/"):
        page = "relancectl.1" if path.startswith("daemon/ctl/") else "relanced.8"
        for name in re.findall(r'\bgetenv\("(\w+)"\)', text):
            yield Wanted(page, f"the environment variable {name}", name, "ENVIRONMENT",
                begins=".It Ev")
    for _, text in texts_below(tree, "daemon/main/"):
        for name in re.findall(r"(?:sigaddset\([^,]+, |\{ )(SIG[A-Z0-9]+)\b", text):
            yield Wanted("relanced.8", f"the signal {name}", name, "SIGNALS", begins=".It Dv")
    for name in re.findall(r'= "([a-z_]+)"', text_of(tree, "daemon/intake/columns.c")):
        yield Wanted("relanced.8", f"the column {name}", name, "FACTS", begins=".Ql")
    header = text_of(tree, "daemon/sys/message-ids.h")
    for line in header.splitlines():
        for name in MESSAGE_ID.findall(line):
            yield Wanted("relanced.8", f"the MESSAGE_ID {name}", name, "LOG", begins=".It")
    border = text_of(tree, "channels/channel.h")
    for name in sorted(set(re.findall(r"\bRELANCED_(?!CHANNEL_H\b)[A-Z_]+\b", border))):
        yield Wanted("relanced-channel.3", name, name)
    for name in re.findall(r"\(\*(\w+)\)\(", border):
        yield Wanted("relanced-channel.3", f"{name}()", name.split("->")[-1])


def check_names(tree, build, names):
    pages = {}
    for page, source in PAGES.items():
        path = os.path.join(build, "daemon", "manual", page)
        if not os.path.exists(path):
            yield Finding(source, 1, "is not built")
            return
        pages[page] = list(read_page(path))
    for wanted in dict.fromkeys((*from_tables(names), *from_sources(tree))):
        if not is_answered(wanted, pages[wanted.page]):
            yield Finding(PAGES[wanted.page], 1, f"{wanted.what} is not in {wanted.page}")


def run(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return result.stdout.decode("utf-8", "replace"), result.stderr.decode("utf-8", "replace")


def rendered(text):
    """What overstriking makes of bold and underlined letters, undone."""
    return re.sub(".\b", "", text)


def check_page(path, source):
    """mandoc and groff, those that are there, take the page without a word and keep to 80 columns."""
    text = ""
    if shutil.which("mandoc"):
        for complaint in run("mandoc", "-T", "lint", "-W", "warning", path)[0].splitlines():
            yield Finding(source, 1, re.sub(r"^mandoc: .*?(?=\d+:\d+: )", "", complaint))
        text += run("mandoc", "-T", "utf8", "-O", f"width={COLUMNS_MAX}", path)[0]
    if shutil.which("groff"):
        shown, complaints = run(
            "groff", "-K", "utf8", "-mdoc", "-ww", "-T", "utf8", "-P-c", f"-rLL={COLUMNS_MAX}n", path)
        for complaint in complaints.splitlines():
            yield Finding(source, 1, complaint)
        text += shown
    for line in dict.fromkeys(rendered(text).splitlines()):
        if len(line) > COLUMNS_MAX:
            yield Finding(source, 1, f"{len(line)} columns, {COLUMNS_MAX} at most: {line.strip()}")


def check_manual(tree, build):
    """all that a person can type, set, read or send is in the manual, and its pages render"""
    program = os.path.join(build, "daemon", "manual", "manual")
    if not os.path.exists(program):
        raise Skipped(f"{program} is not built")
    modules = sorted(glob.glob(os.path.join(build, "channels", "*", "*.so")))
    result = subprocess.run([program, "names", "/dev/null", "/dev/null", *modules], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if result.returncode != 0:
        yield Finding("daemon/manual/page.c", 1, result.stderr.strip())
        return
    yield from check_names(tree, build, result.stdout)
    for page, source in PAGES.items():
        path = os.path.join(build, "daemon", "manual", page)
        if os.path.exists(path):
            yield from check_page(path, source)


LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(text):
    """As GitHub makes them of headings."""
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def check_links(tree):
    """what the README and CONTRIBUTING link to is there"""
    for name in ("README.md", "CONTRIBUTING.md"):
        path = os.path.join(tree.root, name)
        if not os.path.exists(path):
            yield Finding(name, 1, "is missing")
            continue
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        for number, line in enumerate(lines, 1):
            for link in LINK.findall(line):
                if not link.startswith(("http://", "https://")):
                    yield from check_link(tree, Finding(name, number, link))


def check_link(tree, link):
    target, _, anchor = link.what.partition("#")
    path = os.path.join(tree.root, target or link.path)
    if not os.path.exists(path):
        yield link._replace(what=f"{target} is not there")
    elif anchor:
        with open(path, encoding="utf-8") as file:
            if anchor not in anchors(file.read()):
                yield link._replace(what=f"{target or link.path} has no heading #{anchor}")
