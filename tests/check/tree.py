# SPDX-License-Identifier: MIT
"""The source tree as the checks see it: files, text without comments, includes, functions."""

import os
import re
from collections import namedtuple

FOLDERS = ("daemon", "channels", "config", "units", "tests")
SKIPPED_FOLDERS = ("__pycache__", "corpus", ".pytest_cache")

Include = namedtuple("Include", "line name is_system")
Function = namedtuple("Function", "name line end parameters is_defined")
Finding = namedtuple("Finding", "path line what")

COMMENT_OR_LITERAL = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]')
NAME_BEFORE = re.compile(r"(\w+)\s*$")


def blank(text):
    """As many characters on as many lines, all of them spaces."""
    return re.sub(r"[^\n]", " ", text)


def without_comments(text, keeps_literals=False):
    def replace(match):
        is_literal = match.group()[0] in "\"'"
        return match.group() if keeps_literals and is_literal else blank(match.group())
    return COMMENT_OR_LITERAL.sub(replace, text)


class Source:
    """One file; its path is relative to the root."""

    def __init__(self, root, path):
        self.path = path
        with open(os.path.join(root, path), encoding="utf-8", errors="surrogateescape") as file:
            self.text = file.read()
        self.lines = self.text.splitlines()

    @property
    def code(self):
        """C without comments and literals, line for line."""
        return without_comments(self.text)

    def includes(self):
        lines = without_comments(self.text, keeps_literals=True).splitlines()
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield Include(number, match.group(2), match.group(1) == "<")

    def functions(self):
        return list(find_functions(DIRECTIVE.sub(lambda m: blank(m.group()), self.code)))

    def finding(self, line, what):
        return Finding(self.path, line, what)


class Tree:
    """All files of the project that are written by hand, in the order of their names."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.sources = [Source(self.root, path) for path in self._paths()]

    def _paths(self):
        for name in sorted(os.listdir(self.root)):
            if name in ("meson.build", "meson_options.txt", "dev"):
                yield name
            elif name in FOLDERS:
                yield from self._below(name)
            elif name == ".ci":
                yield from self._below(name)

    def _below(self, folder):
        for name in sorted(os.listdir(os.path.join(self.root, folder))):
            path = folder + "/" + name
            if os.path.isdir(os.path.join(self.root, path)):
                if name not in SKIPPED_FOLDERS:
                    yield from self._below(path)
            elif is_text(path):
                yield path

    def c_files(self, *folders):
        """C, its headers, and the C++ that stands behind one of them."""
        for source in self.sources:
            if source.path.endswith((".c", ".cc", ".h")) and source.path.startswith(folders or ("",)):
                yield source

    def find(self, path):
        return next((source for source in self.sources if source.path == path), None)


def is_text(path):
    return not path.endswith((".pdf", ".png", ".gz", ".o", ".so", ".pyc"))


def groups_of(statement):
    """(name, offset of the name, arguments) of each outermost "name(arguments)"."""
    depth, start = 0, 0
    for offset, char in enumerate(statement):
        if char == "(":
            if depth == 0:
                start = offset
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                name = NAME_BEFORE.search(statement[:start])
                if name and not name.group(1).startswith("_"):  # _printf_, __attribute__
                    yield name.group(1), name.start(1), statement[start + 1:offset]


def count_parameters(arguments):
    depth, count = 0, 1
    for char in arguments:
        depth += (char in "([{") - (char in ")]}")
        count += char == "," and depth == 0
    return 0 if arguments.strip() in ("", "void") else count


def find_functions(code):
    """Definitions and prototypes at file scope."""
    start, depth, parens, current = 0, 0, 0, None
    for offset, char in enumerate(code):
        parens += (char == "(") - (char == ")")
        statement = code[start:offset]
        if char == "{" and depth == 0 and statement.strip() == "extern":
            start = offset + 1  # extern "C" { … }: its contents are at file scope
        elif char == "{":
            if depth == 0:
                current = function_of(code, statement, start)
            depth += 1
        elif char == "}" and depth > 0:
            depth -= 1
            if depth == 0 and current:
                yield current._replace(end=code.count("\n", 0, offset) + 1, is_defined=True)
                start, current = offset + 1, None
        elif char == "}" or (char == ";" and depth == 0 and parens == 0):
            found = function_of(code, statement, start)
            if found and char == ";" and "{" not in statement:
                yield found
            start = offset + 1


def function_of(code, statement, start):
    groups = list(groups_of(statement))
    if not groups or "=" in re.sub(r"\([^()]*\)", "", statement) or "typedef" in statement:
        return None
    name, offset, arguments = groups[-1]
    line = code.count("\n", 0, start + offset) + 1
    return Function(name, line, line, count_parameters(arguments), False)
