# SPDX-License-Identifier: MIT
"""The manual as a reader has it, on a terminal: what it shows can be typed, compiled and run."""

import re
import shlex
import shutil
import subprocess
import textwrap

import firm as firms
import pytest
from outside import build

PAGES = firms.BUILD / "daemon" / "manual"
READERS = {
    "mandoc": ["mandoc", "-T", "utf8", "-O", "width=80"],
    "groff": ["groff", "-K", "utf8", "-mdoc", "-T", "utf8", "-P-c", "-rLL=80n"],
}
AT = "2026-03-05T09:00"


def shown(page, reader):
    """The page as plain text."""
    if not shutil.which(reader):
        pytest.skip(f"{reader} is not installed")
    done = subprocess.run([*READERS[reader], PAGES / page], check=True, capture_output=True)
    return re.sub(".\b", "", done.stdout.decode("utf-8"))


def section(text, title):
    return re.search(rf"^{title}\n(.*?)(?=^\S)", text, re.MULTILINE | re.DOTALL).group(1)


def example(text, begin, end):
    """The lines of an example from one that begins so to one that ends so."""
    found = re.search(rf"^ *{re.escape(begin)}.*?{re.escape(end)}$", text, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(found.group()) + "\n"


def any_reader():
    return "mandoc" if shutil.which("mandoc") else "groff"


@pytest.mark.parametrize("reader", READERS)
def test_the_module_of_the_page_is_compiled_as_it_stands_there_and_delivers(firm, installed, tmp_path,  # noqa: F811
                                                                            reader):
    text = section(shown("relanced-channel.3", reader), "EXAMPLES")
    source = example(text, "#include <errno.h>", "letters_close, NULL };")
    module = build(installed, tmp_path, ["cc", "-std=c99", "-pedantic", "-Wno-missing-field-initializers",
                                         "-D_POSIX_C_SOURCE=200809L"], source, "c")
    firm.config["channels"]["email"] = {"module": str(module), "folder": "letters", "address": "email"}
    firm.write_config()
    firm.relanced("--check")
    firm.load([firms.customer()], [firms.invoice()], at=AT)
    firm.wake(AT)
    written = (firm.folder / "letters" / "letters.txt").read_text(encoding="utf-8")
    assert written.startswith("To: c-1@example.org\n\n") and "F-1" in written
    assert [notice["state"] for notice in firm.log()] == ["sent"]


# The first and the last line of an example, and what must stand beside it.
CONFIGURATIONS = {
    "the smallest one": ("creditor = {", 'tls = "none"; }; };', ""),
    "the ladders": ("policies = {", 'policy = "standard"; }\n );', """
        creditor = { name = "Atelier Dumont"; };
        channels = { email = { module = "file"; path = "a"; }; sms = { module = "file"; path = "b"; };
                     hook = { module = "file"; path = "c"; }; };
        """),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_configuration_of_the_page_is_right_as_it_stands_there(bare_firm, name):
    begin, end, beside = CONFIGURATIONS[name]
    text = re.sub(r"\n +\);", "\n );", section(shown("relanced.conf.5", any_reader()), "EXAMPLES"))
    bare_firm.write_config(beside + example(text, begin, end))
    bare_firm.relanced("--check")


def test_the_play_of_the_page_can_be_played(bare_firm):
    """The last example of relanced(8), typed line by line in a folder with files of facts."""
    folder = bare_firm.folder
    (folder / "my").mkdir()
    shutil.copytree(firms.REPOSITORY / "config" / "example" / "documents", folder / "documents",
                    dirs_exist_ok=True)
    for name in ("customers.csv", "invoices.csv"):
        shutil.copy(firms.REPOSITORY / "config" / "example" / name, folder / "my")
    bare_firm.path.rename(folder / "my.conf")
    text = section(shown("relanced.8", any_reader()), "EXAMPLES")
    commands = re.findall(r"^ +(relance(?:d|ctl) --config my\.conf (?!.*dry-run).*)$", text, re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        done = subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, text=True,
                              env={**bare_firm.environment, "PATH": f"{firms.BUILD}:/usr/bin:/bin"})
        assert done.returncode == 0, f"{command}: {done.stderr}"
    assert "sent" in done.stdout


def typed_in(text):
    """The command lines of relancectl in a page or the README: set off, or quoted within a sentence."""
    for line in re.findall(r"^(?: {10,}|\$ )(relancectl .*)$", text, re.MULTILINE):
        yield re.split(r" [#|] |  ", line)[0]
    for quoted in re.findall(r"[‘`](relancectl [^’`]*)", text):
        yield " ".join(quoted.split())


def command_and_options(line):
    """"relancectl --json log --since X" → log, [--since]."""
    words = shlex.split(line)[1:]
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in ("--config", "--socket", "--at") else 1:]
    return words[0] if words else "help", [word.split("=")[0] for word in words if word.startswith("--")]


def options_of(command):
    """None: there is no such command."""
    done = [subprocess.run([firms.RELANCECTL, "help", *words], capture_output=True, text=True, check=False)
            for words in ([command], [])]
    if done[0].returncode != 0:
        return None
    return set(re.findall(r"--[a-z-]+", done[0].stdout + done[1].stdout))


def test_every_command_that_the_papers_name_is_one():
    papers = {page: shown(page, any_reader()) for page in
              ("relanced.8", "relancectl.1", "relanced.conf.5", "relanced-dossier.5",
               "relanced-templates.5", "relanced-channel.3")}
    papers["README.md"] = (firms.REPOSITORY / "README.md").read_text(encoding="utf-8")
    known, seen = {}, 0
    for paper, text in papers.items():
        for line in typed_in(text):
            command, options = command_and_options(line)
            if command not in known and not re.search("[A-Z]", command):
                known[command] = options_of(command)
            assert known.get(command, set()) is not None, f"{paper}: {line}"
            assert set(options) <= known.get(command, set(options)), f"{paper}: {line}"
            seen += 1
    assert seen > 30


def test_every_command_that_the_catalog_names_is_one():
    text = (firms.REPOSITORY / "units" / "relanced.catalog").read_text(encoding="utf-8")
    commands = set(re.findall(r"\brelancectl ([a-z-]+)", text))
    assert len(commands) > 4
    assert [each for each in commands if options_of(each) is None] == []


def test_the_programs_name_their_manual():
    for program, argument, pages in ((firms.RELANCED, "--help", ["relanced(8)", "relanced.conf(5)"]),
                                     (firms.RELANCECTL, "help", ["relancectl(1)"])):
        done = subprocess.run([program, argument], capture_output=True, text=True, check=True)
        for page in pages:
            assert page in done.stdout, page


def test_every_page_is_installed_where_man_looks(tmp_path):
    if not shutil.which("meson"):
        pytest.skip("meson is not installed")
    subprocess.run(["meson", "install", "-C", firms.BUILD, "--no-rebuild", "--quiet", "--tags", "man",
                    "--destdir", tmp_path], check=True, capture_output=True)
    found = sorted("/".join(path.parts[-2:]) for path in tmp_path.rglob("man*/*") if path.is_file())
    assert found == ["man1/relancectl.1", "man3/relanced-channel.3",
                     "man5/relanced-dossier.5", "man5/relanced-templates.5",
                     "man5/relanced.conf.5", "man8/relanced.8"]
