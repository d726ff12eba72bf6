# SPDX-License-Identifier: MIT
"""A channel module of somebody else's: built from the installed header and pkg-config file alone,
named in the configuration by its path."""

import re
import shutil

import firm as firms
import pytest
from outside import build, pkg_config

AT = "2026-03-05T09:00"

PIGEON = r"""
#include <stdio.h>
#include <relanced/channel.h>

static const char *loft;

static int pigeon_open(const struct relanced_value *values, void **state, const char **error)
{
        (void)error;
        loft = values[0].value;
        *state = NULL;
        return 0;
}

static int pigeon_deliver(void *state, struct relanced_host *host)
{
        const struct relanced_message *message;

        (void)state;
        while (host->next(host, &message, -1) > 0) {
                struct relanced_outcome outcome = { RELANCED_RETRY, 0, NULL, NULL };
                if (host->begin(host, message) == 0) {
                        FILE *file = fopen(loft, "a");
                        fprintf(file, "%s\n", message->to);
                        outcome.kind = fclose(file) == 0 ? RELANCED_SENT : RELANCED_UNCERTAIN;
                        outcome.reference = "coo";
                }
                host->finish(host, message, &outcome);
        }
        return 0;
}

static const struct relanced_option options[] = {
        { "loft", RELANCED_TEXT, NULL, 0, 0, "where it comes home to" },
        { NULL, RELANCED_TEXT, NULL, 0, 0, NULL },
};

RELANCED_CHANNEL = { RELANCED_CHANNEL_ABI, "pigeon", "by air", RELANCED_ANY, options, pigeon_open,
        NULL, pigeon_deliver, NULL, NULL, NULL };
"""


@pytest.mark.parametrize("compiler, suffix", [(["cc", "-std=c99", "-pedantic"], "c"),
                                              (["c++", "-std=c++11", "-pedantic"], "cc")])
def test_a_module_from_outside_delivers(firm, installed, tmp_path, compiler, suffix):
    if not shutil.which(compiler[0]):
        pytest.skip(f"there is no {compiler[0]}")
    module = build(installed, tmp_path, compiler, PIGEON, suffix)
    loft = tmp_path / "loft"
    firm.config["channels"]["email"] = {"module": str(module), "loft": str(loft), "address": "email"}
    firm.write_config()
    firm.relanced("--check")
    firm.load([firms.customer()], [firms.invoice()], at=AT)
    firm.wake(AT)
    assert loft.read_text(encoding="utf-8") == "c-1@example.org\n"
    [notice] = firm.log()
    assert notice["state"] == "sent" and notice["reference"] == "coo"


def test_what_only_a_module_can_judge_is_told_by_the_check(firm, installed, tmp_path):
    """Without a channel's folder it is not opened: the check makes none."""
    source = PIGEON.replace("loft = values[0].value;", """loft = values[0].value;
        if (*loft != '/') {
                *error = "the loft must be a path from the root";
                return -1;
        }""")
    module = build(installed, tmp_path, ["cc"], source, "c")
    firm.config["channels"]["email"] = {"module": str(module), "loft": "nest"}
    firm.config["channels"]["sms"] = {"module": str(module), "loft": "/nest"}
    firm.config["channels"]["whatsapp"]["delay_ms"] = -1
    firm.config["channels"]["hook"]["path"] = "elsewhere"
    firm.write_config()
    (firm.folder / "elsewhere").rmdir()
    said = firm.relanced("--check", status=1).stderr.splitlines()
    assert len(said) == 2
    assert said[0].endswith("channel email: the loft must be a path from the root")
    assert re.match(r".*relanced\.conf:\d+: channel whatsapp: delay_ms must be between", said[1])
    assert not (firm.folder / "elsewhere").exists()


def test_a_module_that_dies_when_it_is_opened_is_told_by_the_check(firm, installed, tmp_path):
    source = PIGEON.replace("loft = values[0].value;", "(void)values; abort();")
    module = build(installed, tmp_path, ["cc"], "#include <stdlib.h>\n" + source, "c")
    firm.config["channels"]["email"] = {"module": str(module), "loft": "nest"}
    firm.write_config()
    said = firm.relanced("--check", status=1).stderr
    assert "channel email: its module ended while it was opened" in said


def test_a_module_of_another_abi_is_named_and_stops_no_other(firm, installed, tmp_path):
    source = re.sub(r"RELANCED_CHANNEL_ABI", "RELANCED_CHANNEL_ABI + 1", PIGEON)
    module = build(installed, tmp_path, ["cc"], source, "c")
    firm.config["channels"]["sms"] = {"module": str(module), "loft": "x", "address": "phone"}
    firm.config["policies"]["standard"]["steps"][1]["send"] = ["email", "sms"]
    firm.write_config()
    said = firm.relanced("--check", status=1).stderr
    assert "ABI 4" in said and "channel sms" in said
    firm.load([firms.customer(phone="+33612345678")], [firms.invoice()], at=AT)
    firm.relanced("--once", "--at", AT, status=1)
    assert sorted((notice["channel"], notice["state"]) for notice in firm.log()) == [
        ("email", "sent"), ("sms", "pending")]


def test_the_package_says_where_modules_belong(installed):
    [folder] = pkg_config(installed, "--variable=moduledir")
    assert folder.endswith("/relanced/channels")
