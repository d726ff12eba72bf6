#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows that each check finds what it is for, and nothing in what is right, on small trees."""

import os
import shutil
import subprocess
import tempfile
import unittest

import manual
import rules
import symbols
from tree import Source, Tree

LICENCE = "/* SPDX-License-Identifier: MIT */\n"
HEAD = LICENCE + "/* Owns nothing. */\n\n"


def header(text=""):
    return LICENCE + "#ifndef RELANCED_X_H\n#define RELANCED_X_H\n\n" + text + "\n#endif\n"


class TreeCase(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="relanced-check-")
        self.addCleanup(shutil.rmtree, self.root)

    def put(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        return full

    def found(self, check):
        """The findings as "path:line", each once."""
        return sorted({f"{f.path}:{f.line}" for f in check(Tree(self.root))})

    def assert_found(self, check, *places):
        self.assertEqual(self.found(check), sorted(places))


class Layers(TreeCase):
    def test_an_include_may_go_down_but_not_up(self):
        for path, include in (
                ("daemon/base/a.c", "core/date.h"), ("daemon/core/a.c", "sys/clock.h"),
                ("daemon/sys/a.c", "store/store.h"), ("daemon/store/a.c", "compose/compose.h"),
                ("daemon/store/b.c", "config/config.h"), ("config/a.c", "store/store.h"),
                ("daemon/compose/a.c", "engine/engine.h"), ("daemon/engine/a.c", "intake/intake.h"),
                ("daemon/intake/a.c", "engine/engine.h"), ("daemon/intake/b.c", "channels/channel.h"),
                ("daemon/engine/b.c", "api/api.h"), ("daemon/api/a.c", "main/modes.h"), ("daemon/ctl/a.c", "sys/clock.h"),
                ("daemon/ctl/b.c", "store/store.h"), ("channels/file/a.c", "core/money.h"),
                ("daemon/relancectl.c", "engine/engine.h"), ("daemon/relanced.c", "ctl/table.h")):
            self.put(path, HEAD + f'#include "{include}"\n')
        self.assert_found(rules.check_layers, *(f"{s.path}:4" for s in Tree(self.root).sources))

    def test_what_the_design_allows_is_not_found(self):
        for path, include in (
                ("daemon/core/a.c", "base/arena.h"), ("daemon/sys/a.c", "core/date.h"),
                ("daemon/compose/a.c", "store/outbox.h"), ("daemon/engine/a.c", "channels/channel.h"),
                ("daemon/api/a.c", "intake/intake.h"), ("channels/file/a.c", "channels/channel.h"),
                ("channels/email/a.c", "channels/email/mime.h"), ("daemon/relanced.c", "api/api.h"),
                ("daemon/main/a.c", "api/api.h"), ("daemon/relanced.c", "main/modes.h"),
                ("daemon/ctl/a.c", "ctl/table.h"), ("config/a.c", "config/config.h"),
                ("tests/unit/test-a.c", "engine/engine.h")):
            self.put(path, HEAD + f'#include "{include}"\n')
        self.assert_found(rules.check_layers)

    def test_an_include_is_written_from_the_root(self):
        self.put("daemon/core/a.c", HEAD + '#include "date.h"\n#include "daemon/core/date.h"\n'
            '/* #include "x.h" */\n#include "nowhere/x.h"\n')
        self.assert_found(rules.check_layers,
            "daemon/core/a.c:4", "daemon/core/a.c:5", "daemon/core/a.c:7")


class Headers(TreeCase):
    def test_a_library_has_one_owner(self):
        self.put("daemon/engine/a.c", HEAD + "#include <sqlite3.h>\n#include <glib.h>\n"
            "#include <curl/curl.h>\n#include <openssl/ssl.h>\n#include <sys/stat.h>\n")
        self.put("daemon/store/a.c", HEAD + "#include <sqlite3.h>\n")
        self.put("daemon/sys/file.c", HEAD + "#include <glib.h>\n")
        self.put("daemon/sys/log.c", HEAD + "#include <glib.h>\n#include <systemd/sd-journal.h>\n")
        self.assert_found(rules.check_headers, "daemon/engine/a.c:4", "daemon/engine/a.c:5",
            "daemon/engine/a.c:6", "daemon/engine/a.c:7", "daemon/sys/log.c:4")

    def test_a_shim_has_its_library_and_little_else_of_c_plus_plus(self):
        shim = "#include <new>\n#include <phonenumbers/phonenumberutil.h>\n#include <string>\n"
        self.put("daemon/intake/e164.cc", HEAD + shim + "#include <iostream>\n")
        self.put("daemon/intake/a.cc", HEAD + shim)
        self.put("daemon/intake/b.c", HEAD + "#include <string>\n")
        self.assert_found(rules.check_headers, "daemon/intake/a.cc:5", "daemon/intake/b.c:4",
            "daemon/intake/e164.cc:7")

    def test_pure_code_knows_no_time_and_no_file(self):
        self.put("daemon/core/a.c", HEAD + "#include <string.h>\n#include <time.h>\n")
        self.put("daemon/base/a.h", header("#include <sys/stat.h>"))
        self.assert_found(rules.check_headers, "daemon/core/a.c:5", "daemon/base/a.h:5")


class Includes(TreeCase):
    def test_own_then_system_then_project_each_sorted(self):
        self.put("daemon/core/a.h", header())
        self.put("daemon/core/a.c", HEAD + '#include "core/a.h"\n\n#include <errno.h>\n'
            '#include <stdio.h>\n\n#include "base/parse.h"\n#include "core/date.h"\n')
        self.put("daemon/core/b.h", header())
        self.put("daemon/core/b.c", HEAD + '#include <errno.h>\n#include "core/b.h"\n')
        self.put("daemon/core/c.c", HEAD + "#include <stdio.h>\n#include <errno.h>\n")
        self.put("daemon/core/d.c", HEAD + '#include "core/a.h"\n\n#include <errno.h>\n')
        self.put("daemon/core/f.h", header())
        self.put("daemon/core/f.cc", HEAD + '#include <new>\n#include "core/f.h"\n')
        self.put("daemon/core/e.c", HEAD + '#include <errno.h>\n#include "core/b.h"\n'
            '#include "base/parse.h"\n')
        self.assert_found(rules.check_includes,
            "daemon/core/b.c:4", "daemon/core/c.c:4", "daemon/core/e.c:5",
            "daemon/core/f.cc:4")


class Lengths(TreeCase):
    def test_files_and_lines(self):
        self.put("daemon/core/long.c", HEAD + "int x;\n" * 598)
        self.put("daemon/core/fits.c", HEAD + "int x;\n" * 597)
        self.put("daemon/core/long.cc", HEAD + "int x;\n" * 148)
        self.put("daemon/core/long.h", header("int x;\n" * 150))
        self.put("daemon/core/wide.c", HEAD + "/* " + "é" * 98 + "*/\n/* " + "é" * 95 + "*/\n")
        self.assert_found(rules.check_lengths,
            "daemon/core/long.c:601", "daemon/core/long.cc:151", "daemon/core/long.h:151", "daemon/core/wide.c:4")

    def test_functions_of_more_than_sixty_lines(self):
        def function(name, n):
            return f"static int {name}(void)\n{{\n" + "        x();\n" * n + "}\n\n"
        self.put("daemon/core/a.c", HEAD + function("fits", 57) + function("long_one", 58) +
            "static const int list[] = {\n" + "        1,\n" * 80 + "};\n")
        self.assert_found(rules.check_lengths, "daemon/core/a.c:65")

    def test_functions_of_more_than_six_parameters(self):
        self.put("daemon/core/a.h", header(
            "int fits(int a, int b, int c, int d, int e, int (*f)(int x, int y));\n"
            "int many(int a, int b, int c, int d, int e, int f,\n        int g) _printf_(1, 2);\n"
            "typedef int (*Callback)(int a, int b, int c, int d, int e, int f, int g);\n"))
        self.put("daemon/core/a.c", HEAD +
            "void _printf_(1, 2) many(int a, int b, int c, int d, int e, int f, ...)\n{\n}\n")
        self.assert_found(rules.check_lengths, "daemon/core/a.h:6", "daemon/core/a.c:4")

    def test_definitions_are_told_from_everything_else(self):
        path = self.put("a.c", 'DEFINE(A, b)\nstatic inline int one(void)\n{\n        if (x) {\n'
            '                call("}", \'{\'); /* { */\n        }\n        return 0;\n}\n'
            "struct s {\n        int (*f)(int);\n};\n#define M(x) \\\n        { (x) }\n"
            'extern "C" {\nint two(int a, int b);\n}\nstruct s v = { .f = one };\n')
        functions = Source(self.root, os.path.basename(path)).functions()
        self.assertEqual([(f.name, f.line, f.end, f.parameters, f.is_defined) for f in functions],
            [("one", 2, 8, 0, True), ("two", 15, 15, 2, False)])


class Calls(TreeCase):
    def test_calls_that_are_ruled_out(self):
        self.put("daemon/engine/a.c", HEAD + "x = atoi(text);\ny = strtok_r(a, b, c);\n"
            "/* strcpy(a, b) */\nz = \"sprintf(\";\nsprintf (a, b);\nsnprintf(a, n, b);\n"
            "system(x);\n")
        self.put("daemon/engine/b.cc", HEAD + "strcpy(a, b);\n")
        self.put("tests/unit/test-a.c", HEAD + "strcat(a, b);\nsystem(x);\n")
        self.assert_found(rules.check_calls, "daemon/engine/a.c:4", "daemon/engine/a.c:8",
            "daemon/engine/a.c:10", "daemon/engine/b.cc:4", "tests/unit/test-a.c:4")

    def test_one_file_reads_clocks_and_core_has_no_floats(self):
        self.put("daemon/engine/a.c", HEAD + "now = time(NULL);\nclock_now(&clock);\n")
        self.put("daemon/sys/clock.c", HEAD + "clock_gettime(id, &now);\n")
        self.put("daemon/core/a.c", HEAD + "double rate; /* no float here */\n")
        self.assert_found(rules.check_calls, "daemon/engine/a.c:4", "daemon/core/a.c:4")


class Heads(TreeCase):
    def test_licence_head_comment_guard(self):
        self.put("daemon/core/right.c", HEAD)
        self.put("daemon/core/right.h", header())
        self.put("daemon/core/bare.c", "int x;\n")
        self.put("daemon/core/no-head.c", LICENCE + "#include <errno.h>\n")
        self.put("daemon/core/no-head.cc", LICENCE + "#include <new>\n")
        self.put("daemon/core/bare.cc", "/* none */\n/* none */\n")
        self.put("daemon/core/no-guard.h", LICENCE + "int x;\n")
        self.put("tests/run.py", "#!/usr/bin/env python3\n# SPDX-License-Identifier: MIT\n")
        self.put("tests/other.py", "print()\n")
        self.assert_found(rules.check_heads, "daemon/core/bare.c:1", "daemon/core/bare.c:2",
            "daemon/core/no-head.c:2",
            "daemon/core/no-head.cc:2", "daemon/core/bare.cc:1", "daemon/core/no-guard.h:1", "tests/other.py:1")

    def test_no_condition_within_a_function_and_no_path_of_one_machine(self):
        self.put("daemon/core/a.c", HEAD + "#if 1\nint x;\n#endif\nint f(void)\n{\n#ifdef X\n"
            "        x();\n#endif\n        return 0;\n}\n/* see /" "home/me */\n")
        self.assert_found(rules.check_heads, "daemon/core/a.c:9", "daemon/core/a.c:14")


class Listed(TreeCase):
    def test_a_test_that_meson_does_not_know_is_found(self):
        self.put("tests/unit/meson.build", "unit_tests = ['arena']\n")
        for path in ("tests/unit/test-arena.c", "tests/unit/test-lost.c", "tests/unit/firm.h",
                     "tests/integration/test_lost.py", "tests/integration/firm.py"):
            self.put(path, "")
        self.assert_found(rules.check_listed, "tests/unit/test-lost.c:1",
            "tests/integration/test_lost.py:1")


class Catalog(TreeCase):
    ids = [f"{n:032x}" for n in range(4)]

    def test_messages_and_entries_match(self):
        self.put("daemon/sys/message-ids.h", header("".join(
            f'#define MESSAGE_{n} "{self.ids[n]}"\n' for n in (0, 1, 2))))
        self.put("units/relanced.catalog", "".join(
            f"-- {self.ids[n]}\n{subject}\n\n" for n, subject in
            ((0, "Subject: x"), (1, "Subject: x"), (1, "Subject: x"), (3, "no subject"))))
        self.assert_found(rules.check_catalog, "daemon/sys/message-ids.h:7",
            "units/relanced.catalog:7", "units/relanced.catalog:10")

    def test_a_missing_catalog_is_found(self):
        self.put("daemon/sys/message-ids.h", header())
        self.assert_found(rules.check_catalog, "units/relanced.catalog:1")


class Manual(TreeCase):
    """A program and its manual, both whole; then each thing is taken out of the manual in turn."""

    sources = {
        "daemon/main/arguments.c": '{ "once", no_argument, NULL, 1 },\n'
            '{ "worker", required_argument, NULL, 2 },\nx = getenv("SPEED");\n',
        "daemon/main/arguments.h": "enum { EXIT_DONE = 0, EXIT_LOCKED = 4 };\n",
        "daemon/main/service.c": "sigaddset(&mask, SIGHUP); /* SIGUSR1 */\n",
        "daemon/ctl/commands.h": "enum { EXIT_NOT_FOUND = 3 };\n",
        "daemon/ctl/run.c": 'x = getenv("SOCKET");\n',
        "daemon/intake/columns.c": 'x[A] = "due",\n',
        "daemon/sys/message-ids.h": f'#define MESSAGE_A "{7:032x}"\n',
        "channels/channel.h": "enum kind { RELANCED_SENT };\nint (*begin)(struct host *host);\n",
    }
    names = ("key\tlimits.gap_days\nmodule\tpigeon\noption\tpigeon loft\ncommand\tlog\n"
        "variable\tinvoices.due\nflag\tlog since\nglobal\tjson\nreason\tcontact-gap\n")
    pages = {
        "relanced.8": [".Sh OPTIONS", ".It Fl \\-once", ".Sh FACTS", ".Ql due", ".Sh LOG",
            f".It Li {7:032x}", ".Sh SIGNALS", ".It Dv SIGHUP", ".Sh ENVIRONMENT", ".It Ev SPEED",
            ".Sh EXIT STATUS", ".It 0", ".It 4"],
        "relancectl.1": [".Sh OPTIONS", ".It Fl \\-json", ".Sh COMMANDS",
            ".It Cm log Oo Fl \\-since Ar TIME Oc", ".Sh REASONS", ".It Cm contact\\-gap",
            ".Sh ENVIRONMENT", ".It Ev SOCKET", ".Sh EXIT STATUS", ".It 3"],
        "relanced.conf.5": [".Sh GUARDS", ".It Ic limits.gap_days Pq x", ".Sh CHANNELS",
            ".Ss pigeon", ".It Ic loft Pq x"],
        "relanced-templates.5": [".Sh VARIABLES", ".It Va invoices.due Pq x"],
        "relanced-channel.3": [".Fn begin", ".It Dv RELANCED_SENT"],
    }

    def found_in(self, pages):
        for path, text in self.sources.items():
            self.put(path, HEAD + text)
        program = self.put("build/daemon/manual/manual",
            "#!/bin/sh\nprintf '%s' '" + self.names + "'\n")
        os.chmod(program, 0o755)
        for page, lines in pages.items():
            self.put(f"build/daemon/manual/{page}", "\n".join(lines) + "\n")
        build = os.path.join(self.root, "build")
        return [f.what for f in manual.check_names(Tree(self.root), build, self.names)]

    def test_a_whole_manual_is_whole(self):
        self.assertEqual(self.found_in(self.pages), [])

    def test_whatever_is_missing_is_found(self):
        for page, lines in self.pages.items():
            for i, line in enumerate(lines):
                if line.startswith(".Sh "):
                    continue
                found = self.found_in({**self.pages, page: lines[:i] + lines[i + 1:]})
                self.assertTrue(found, f"nothing is said without {line} in {page}")
                self.assertTrue(all(what.endswith(f"is not in {page}") for what in found), found)

    def test_a_word_in_another_section_or_a_part_of_a_word_is_not_it(self):
        for page, line, other in (
                ("relancectl.1", ".It Cm contact\\-gap", ".It Cm contact\\-gap\\-days"),
                ("relancectl.1", ".It Cm log Oo Fl \\-since Ar TIME Oc", ".It Cm log\n.It Fl \\-since"),
                ("relanced.conf.5", ".It Ic limits.gap_days Pq x", ".It Ic old.limits.gap_days"),
                ("relanced.conf.5", ".It Ic loft Pq x", ".Ss email\n.It Ic loft Pq x"),
                ("relanced.8", ".It 4", ".It 40"), ("relanced.8", ".Ql due", "due")):
            lines = [other if each == line else each for each in self.pages[page]]
            self.assertEqual(len(self.found_in({**self.pages, page: lines})), 1, line)

    def test_a_page_that_is_not_built_is_found(self):
        pages = {name: lines for name, lines in self.pages.items() if name != "relanced.8"}
        self.assertEqual(self.found_in(pages), ["is not built"])

    def test_without_a_build_the_check_says_that_it_was_skipped(self):
        with self.assertRaises(rules.Skipped):
            list(manual.check_manual(Tree(self.root), self.root))

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_what_mandoc_complains_of_and_what_is_too_wide_is_found(self):
        head = ".Dd March 5, 2026\n.Dt X 1\n.Os x\n.Sh NAME\n.Nm x\n.Nd y\n.Sh DESCRIPTION\nText.\n"
        def found(text):
            return list(manual.check_page(self.put("x.1", head + text), "x.1"))
        self.assertEqual(found(""), [])
        self.assertTrue(found(".Bl -tag -width Ds\n.It x\nText.\n"))
        self.assertIn("columns, 80 at most", found(".Bd -literal\n" + "x" * 76 + "\n.Ed\n")[0].what)


class Links(TreeCase):
    def test_a_link_leads_to_a_file_and_a_heading(self):
        self.put("CONTRIBUTING.md", "# Build and check\n\n[a](README.md#what-it-isnt)\n"
            "[b](README.md#elsewhere) [c](https://example.org/x)\n")
        self.put("README.md", "# x\n\n## What it isn't\n[d](CONTRIBUTING.md) [e](LICENSE)\n[f](#x)\n")
        self.assert_found(manual.check_links, "CONTRIBUTING.md:4", "README.md:4")


@unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
class Format(TreeCase):
    def test_what_clang_format_would_change_is_found(self):
        self.put(".clang-format", "BasedOnStyle: LLVM\nIndentWidth: 8\n")
        self.put("daemon/core/a.c", HEAD + "int f(void) { return 0; }\n")
        self.put("daemon/core/b.c", HEAD + "int f(void) {return 0;}\n")
        self.assert_found(rules.check_format, "daemon/core/b.c:4")


@unittest.skipUnless(shutil.which("cc") and shutil.which("ar"), "there is no compiler")
class Symbols(TreeCase):
    def compile(self, path, code, *options):
        source = self.put("source.c", code)
        output = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(output), exist_ok=True)
        subprocess.run(["cc", *options, "-o", output, source], check=True)
        return output

    def test_core_may_use_nothing_but_pure_functions_of_libc(self):
        code = ("#include <string.h>\n#include <time.h>\n#include <stdio.h>\nint helper(int);\n"
            "int helper(int x) { return x; }\n"
            "int f(char *t) { return helper((int)strlen(t)) + (int)time(0) + puts(t); }\n")
        member = self.compile("a.o", code, "-c", "-O0", "-fno-builtin")
        subprocess.run(["ar", "rcs", os.path.join(self.root, "libcore.a"), member], check=True)
        self.assertEqual([f.what for f in symbols.check_symbols(self.root)],
            ["core or base uses puts, which is not pure",
                "core or base uses time, which is not pure"])

    def test_a_module_shows_its_channel_and_nothing_else(self):
        member = self.compile("a.o", "int f(void) { return 0; }\n", "-c")
        subprocess.run(["ar", "rcs", os.path.join(self.root, "libcore.a"), member], check=True)
        self.compile("channels/right/right.so", "const int relanced_channel = 1;\n"
            "static int hidden(void) { return 0; }\nint (*const f)(void)"
            " __attribute__((visibility(\"hidden\"))) = hidden;\n", "-shared", "-fPIC")
        self.compile("channels/wrong/wrong.so", "int deliver(void) { return 0; }\n",
            "-shared", "-fPIC")
        found = [(os.path.basename(f.path), f.what) for f in symbols.check_symbols(self.root)]
        self.assertEqual(found, [("wrong.so", "does not export relanced_channel"),
            ("wrong.so", "exports deliver; only relanced_channel is to be seen")])

    def test_without_a_build_the_check_says_that_it_was_skipped(self):
        with self.assertRaises(rules.Skipped):
            list(symbols.check_symbols(self.root))


if __name__ == "__main__":
    unittest.main()
