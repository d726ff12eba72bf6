# SPDX-License-Identifier: MIT
"""`meson install` into a folder: the installed programs find there all that belongs to them."""

import shutil
import subprocess

import firm as firms
import pytest

AT = "2026-03-05T09:00"

CHANNELS = {
    "email": {"module": "email", "server": "localhost", "tls": "none"},
    "sms": {"module": "sms", "provider": "kannel", "url": "http://localhost:1/cgi-bin/sendsms",
            "username": "a", "password": {"file": "secret"}},
    "whatsapp": {"module": "whatsapp", "phone_id": "1065", "token": {"file": "secret"},
                 "templates": ["remind = late_invoice(customer.addressee)"]},
    "hook": {"module": "hook", "run": "/bin/true"},
    "paper": {"module": "file", "path": "out/paper", "address": "email"},
}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    if not shutil.which("meson"):
        pytest.skip("meson is not installed")
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["meson", "install", "-C", firms.BUILD, "--no-rebuild", "--quiet",
                    "--destdir", root], check=True, capture_output=True)
    [relanced] = root.rglob("sbin/relanced")
    return relanced.parent.parent


@pytest.fixture
def programs(prefix, monkeypatch):
    """The commands of a firm are the installed ones."""
    monkeypatch.setattr(firms, "RELANCED", prefix / "sbin/relanced")
    monkeypatch.setattr(firms, "RELANCECTL", prefix / "bin/relancectl")


def test_every_channel_module_that_is_built_is_installed(prefix):
    installed = {path.name for path in prefix.glob("lib*/**/relanced/channels/*.so")}
    built = {path.name for path in (firms.BUILD / "channels").glob("*/*.so")}
    assert built == installed == {f"{each['module']}.so" for each in CHANNELS.values()}


def test_the_installed_programs_find_modules_templates_and_telephone_numbers(bare_firm, programs):
    firm = bare_firm
    secret = firm.folder / "secret"
    secret.write_text("hush", encoding="ascii")
    secret.chmod(0o600)
    firm.config["channels"] = CHANNELS
    firm.config["policies"]["standard"]["steps"][1]["send"] = ["paper"]
    firm.write_config()
    firm.relanced("--check")
    firm.init()
    firm.load([firms.customer(phone="06 12 34 56 78")], [firms.invoice()], at=AT)
    [customer] = firm.json("customers")
    assert customer["phone"] == "+33612345678"
    firm.wake(AT)
    [text] = firm.files("paper").values()
    assert "F-1" in text
