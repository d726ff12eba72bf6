# SPDX-License-Identifier: MIT
"""What the sources must keep to: one generator of findings for each check."""

import os
import re
import shutil
import subprocess

from tree import Finding, without_comments

# Which layers a layer may include, beside itself (DESIGN 6). "sys" serves all but core and base.
BELOW_ENGINE = ("compose", "store", "config", "core", "base", "sys")
LAYERS = {
    "base": (),
    "core": ("base",),
    "sys": ("core", "base"),
    "config": ("core", "base", "sys"),
    "store": ("core", "base", "sys"),
    "compose": ("store", "config", "core", "base", "sys"),
    "intake": BELOW_ENGINE,
    "engine": BELOW_ENGINE + ("channels",),
    "api": ("engine", "intake") + BELOW_ENGINE,
    "paper": ("compose", "core", "base", "sys"),
    "ctl": ("core", "base"),
    "manual": ("ctl", "engine") + BELOW_ENGINE,  # of the build alone
    "channels": ("base",),
    "main": ("api", "engine", "intake") + BELOW_ENGINE,
    "relanced.c": ("main", "api", "engine", "intake") + BELOW_ENGINE,
    "relanced-web.c": ("core", "base", "sys"),
    "relancectl.c": ("ctl", "core", "base"),
    "relanced-paper.c": ("paper",),
}

# A library's headers, and the only places that know them.
OWNERS = {
    "sqlite3.h": ("daemon/store/",),
    "libconfig.h": ("config/",),
    "curl/": ("daemon/ctl/", "channels/"),
    "libesmtp.h": ("channels/email/",),
    "auth-client.h": ("channels/email/session.c",),  # libESMTP's AUTH
    "openssl/": ("channels/email/tls.c",),
    "qrencode.h": ("channels/email/qr.c", "daemon/ctl/code.c"),
    "png.h": ("channels/email/qr.c",),
    "microhttpd.h": ("daemon/api/",),
    "gmime/": ("channels/email/", "daemon/intake/"),
    "libxml/": ("daemon/intake/",),
    "unicode/": ("daemon/compose/", "channels/email/mailbox.c",),
    "libsmartcols": ("daemon/ctl/",),
    "csv.h": ("daemon/intake/",),
    "phonenumbers/": ("daemon/intake/e164.cc",),
    "jansson.h": (
        "daemon/api/", "daemon/ctl/", "daemon/engine/shape.h", "daemon/paper/read.c",
        "daemon/paper/verify.c", "daemon/paper/proof.",
        "channels/http/", "channels/whatsapp/"),
    "cairo-pdf.h": ("daemon/paper/sheet.c",),
    "pango/": ("daemon/paper/sheet.c",),
    "fontconfig/": ("daemon/paper/sheet.c",),
    "archive.h": ("daemon/paper/bundle.c", "daemon/paper/unbundle.c"),
    "archive_entry.h": ("daemon/paper/bundle.c", "daemon/paper/unbundle.c"),
    "systemd/sd-journal.h": ("daemon/sys/log.c",),
    "systemd/sd-daemon.h": ("daemon/main/",),
    "systemd/sd-id128.h": ("daemon/engine/flight.c", "daemon/sys/clock.c"),
    "systemd/sd-event.h": (
        "daemon/engine/", "daemon/intake/", "daemon/api/", "daemon/main/", "daemon/sys/turn.c"),
    "glib.h": ("daemon/sys/zone.c", "daemon/sys/file.c"),  # GTimeZone; GChecksum
}

# base/ and core/ are pure: text, memory and numbers of libc, no time, file, process or locale.
PURE_HEADERS = {name + ".h" for name in (
    "assert ctype errno float inttypes limits math stdalign stdarg stdbool stddef stdint stdio "
    "stdlib string strings unistd").split()}
LIBC_HEADERS = PURE_HEADERS | {name + ".h" for name in (
    "dirent dlfcn endian err fcntl fnmatch ftw getopt glob grp libgen langinfo locale netdb poll "
    "pthread pwd sched search semaphore setjmp signal spawn stdatomic stdnoreturn sysexits syslog "
    "termios threads time uchar utime wchar wctype").split()}
CXX_HEADERS = {"cstring", "exception", "new", "string"}  # of a shim: no more C++ than it needs
LIBC_FOLDERS = ("sys/", "netinet/", "arpa/", "linux/", "net/")

BANNED_CALLS = re.compile(
    r"\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|strtok|atoi|atol|atoll|atof|strtol"
    r"|strtoll|strtoul|strtoull|strtod|localtime|gmtime|mktime|ctime|asctime|gets|alloca)\s*\(")
SHELL_CALLS = re.compile(r"\b(system|popen)\s*\(")
CLOCK_CALLS = re.compile(r"\b(time|gettimeofday|clock_gettime|clock|ftime)\s*\(")

# Callbacks whose parameters a library dictates.
FOREIGN_SIGNATURES = {
    "on_request": "MHD_AccessHandlerCallback",
    "on_form_data": "MHD_PostDataIterator",
}

LINES_MAX = {".c": 600, ".cc": 150, ".h": 150}
WHOLE_PAGES = {"channels/channel.h": 160}  # what a module's author reads, alone
FUNCTION_LINES_MAX = 60
PARAMETERS_MAX = 6
COLUMNS_MAX = 100

PRODUCT = ("daemon/", "channels/", "config/")
MESSAGE_ID = re.compile(r"\b[0-9a-f]{32}\b")
SPDX = "SPDX-License-Identifier: MIT"


def layer_of(path):
    """"daemon/core/x.h" and "core/x.h" → core, "daemon/relanced.c" → relanced.c."""
    parts = path.split("/")
    return parts[1] if parts[0] == "daemon" else parts[0]


def check_layers(tree):
    """includes go down the layers only, written from the root"""
    for source in tree.c_files(*PRODUCT):
        own = layer_of(source.path)
        for include in source.includes():
            if include.is_system:
                continue
            target = layer_of(include.name)
            if "/" not in include.name or target not in LAYERS or include.name.startswith("daemon/"):
                yield source.finding(include.line, f'"{include.name}" is not written from the root')
            elif own not in LAYERS:
                yield source.finding(include.line, f"{own} is no layer that is known")
            elif target != own and target not in LAYERS[own]:
                yield source.finding(include.line, f"{own} must not include {include.name}")
            elif target == "channels" != own and include.name != "channels/channel.h":
                yield source.finding(include.line, f"{include.name} belongs to its module alone")


def owners_of(name):
    for library, owners in OWNERS.items():
        if name == library or name.startswith(library.rstrip("/") + "/"):
            return owners
    return None


def is_standard(name, path):
    if path.endswith(".cc") and name in CXX_HEADERS:
        return True
    return name in LIBC_HEADERS or name.startswith(LIBC_FOLDERS)


def check_headers(tree):
    """each library's header stands only in the files that own it"""
    for source in tree.c_files(*PRODUCT):
        is_pure = layer_of(source.path) in ("core", "base")
        for include in source.includes():
            if not include.is_system:
                continue
            owners = owners_of(include.name)
            if is_pure and include.name not in PURE_HEADERS:
                yield source.finding(include.line, f"<{include.name}> in pure code")
            elif owners and not source.path.startswith(owners):
                yield source.finding(
                    include.line, f"<{include.name}> belongs to {' and '.join(owners)}")
            elif not owners and not is_standard(include.name, source.path):
                yield source.finding(
                    include.line, f"<{include.name}> has no owner in tests/check/rules.py")


def is_neighbour(include, path):
    return not include.is_system and os.path.dirname(include.name) == os.path.dirname(path)


def check_includes(tree):
    """own header first, then <system> sorted, then "root/relative.h" sorted"""
    for source in tree.c_files(*PRODUCT):
        includes = list(source.includes())
        header = os.path.splitext(source.path)[0] + ".h"
        own = header.removeprefix("daemon/")
        if source.path != header and tree.find(header):
            if not includes or includes[0].name != own:
                yield source.finding(includes[0].line if includes else 1, f'"{own}" is not first')
                continue
            includes = includes[1:]
        elif includes and is_neighbour(includes[0], own):
            includes = includes[1:]  # one of several files behind a header
        wanted = sorted(includes, key=lambda i: (not i.is_system, i.name))
        for found, right in zip(includes, wanted):
            if found != right:
                yield source.finding(found.line, f"{right.name} should stand here")
                break


def check_lengths(tree):
    """files, functions, lines and lists of parameters stay short"""
    for source in tree.c_files():
        most = WHOLE_PAGES.get(source.path, LINES_MAX[os.path.splitext(source.path)[1]])
        if len(source.lines) > most and source.path.startswith(PRODUCT):
            yield source.finding(most + 1, f"{len(source.lines)} lines, {most} at most")
        for number, line in enumerate(source.lines, 1):
            if len(line) > COLUMNS_MAX:
                yield source.finding(number, f"{len(line)} columns, {COLUMNS_MAX} at most")
        for function in source.functions():
            lines = function.end - function.line + 1
            # Tests carry their tables of cases within.
            if lines > FUNCTION_LINES_MAX and source.path.startswith(PRODUCT):
                yield source.finding(function.line,
                    f"{function.name}() has {lines} lines, {FUNCTION_LINES_MAX} at most")
            is_foreign = function.name in FOREIGN_SIGNATURES
            if function.parameters > PARAMETERS_MAX and not is_foreign:
                yield source.finding(function.line,
                    f"{function.name}() has {function.parameters} parameters, "
                    f"{PARAMETERS_MAX} at most")


def matches(source, pattern):
    for number, line in enumerate(source.code.splitlines(), 1):
        for match in pattern.finditer(line):
            yield number, match.group(1)


def check_calls(tree):
    """no call that the style rules out, one reader of clocks, no floating point in core"""
    for source in tree.c_files():
        for line, name in matches(source, BANNED_CALLS):
            yield source.finding(line, f"{name}() is not to be used")
    for source in tree.c_files(*PRODUCT):
        if source.path != "daemon/sys/clock.c":
            for line, name in matches(source, CLOCK_CALLS):
                yield source.finding(line, f"{name}() reads a clock: sys/clock.h does")
        for line, name in matches(source, SHELL_CALLS):
            yield source.finding(line, f"{name}() runs a shell")
    for source in tree.c_files("daemon/core/", "daemon/base/"):
        for line, name in matches(source, re.compile(r"\b(float|double)\b")):
            yield source.finding(line, f"{name}: amounts and days are whole numbers")


def check_heads(tree):
    """SPDX first, a head comment in each source, guards, no #if within a function"""
    for source in tree.sources:
        is_script = source.text.startswith("#!")
        first = "\n".join(source.lines[:2] if is_script else source.lines[:1])
        if needs_licence(source) and SPDX not in first:
            yield source.finding(1, "does not begin with its SPDX line")
        for number, line in enumerate(source.lines, 1):
            if re.search(r"(?<![\w./])/(home|root)/", line):
                yield source.finding(number, "names a folder of one machine")
    for source in tree.c_files():
        if not source.path.endswith(".h") and not source.text.split("\n", 1)[1].startswith("/*"):
            yield source.finding(2, "has no head comment: what it owns, never does, how it fails")
        if source.path.endswith(".h") and not re.search(r"^#ifndef RELANCED_\w+_H$", source.text,
                re.MULTILINE):
            yield source.finding(1, "has no include guard RELANCED_…_H")
        yield from conditions_within_functions(source)


def needs_licence(source):
    name = os.path.basename(source.path)
    return name.endswith((".c", ".cc", ".h", ".py", ".sql", ".sh", ".build", ".catalog")) or name in (
        "dev", "run", "meson_options.txt")


def conditions_within_functions(source):
    bodies = [f for f in source.functions() if f.is_defined]
    for number, line in enumerate(source.code.splitlines(), 1):
        if re.match(r"\s*#\s*if", line) and any(f.line < number < f.end for f in bodies):
            yield source.finding(number, "#if within a function: let meson choose the file")


def check_listed(tree):
    """each file of tests is run: meson, which looks for none by itself, names it"""
    for folder, pattern in (("tests/unit", r"test-([\w-]+)\.c"),
                            ("tests/integration", r"test_(\w+)\.py")):
        build = tree.find(f"{folder}/meson.build")
        for source in tree.sources:
            name = re.fullmatch(f"{folder}/{pattern}", source.path)
            if name and not (build and f"'{name[1]}'" in build.text):
                yield source.finding(1, f"is not named in {folder}/meson.build")


def check_catalog(tree):
    """each MESSAGE_ID has an entry in the catalog, and the other way round"""
    header = tree.find("daemon/sys/message-ids.h")
    catalog = tree.find("units/relanced.catalog")
    if not header or not catalog:
        yield Finding("units/relanced.catalog", 1, "is missing, or daemon/sys/message-ids.h is")
        return
    wanted, found = {}, {}
    for number, line in enumerate(without_comments(header.text, True).splitlines(), 1):
        for name in MESSAGE_ID.findall(line):
            if name in wanted:
                yield header.finding(number, f"{name} is given twice")
            wanted[name] = number
    for number, line in enumerate(catalog.lines, 1):
        if not line.startswith("-- "):
            continue
        name = line[3:].split()[0]
        if name in found:
            yield catalog.finding(number, f"{name} has two entries")
        if name not in wanted:
            yield catalog.finding(number, f"{name} is in no message of message-ids.h")
        if not "\n".join(catalog.lines[number:number + 1]).startswith("Subject: "):
            yield catalog.finding(number, f"{name} has no Subject")
        found[name] = number
    for name, number in wanted.items():
        if name not in found:
            yield header.finding(number, f"{name} has no entry in units/relanced.catalog")


class Skipped(Exception):
    """The check cannot be made on this machine."""


def check_format(tree):
    """clang-format changes nothing"""
    program = shutil.which("clang-format")
    if not program:
        raise Skipped("clang-format is not installed")
    paths = [source.path for source in tree.c_files()]
    result = subprocess.run([program, "--dry-run", *paths], cwd=tree.root, text=True,
        stderr=subprocess.PIPE, check=False)
    seen = set()
    for match in re.finditer(r"^(\S+?):(\d+):\d+: warning: .*-Wclang-format", result.stderr, re.M):
        if match.group(1) not in seen:
            seen.add(match.group(1))
            yield Finding(match.group(1), int(match.group(2)), "is not as clang-format writes it")
