# SPDX-License-Identifier: MIT
"""A firm that sends text messages: from invoice to gateway, and what the store says of it after."""

import pytest

from firm import Firm, customer, default_config, invoice
from servers.gateway import CLOSE, Gateway, reply

AT = "2026-03-05T10:00"
PASSWORD = "canary-4711/ü&x"
N = 40


@pytest.fixture(name="firm")
def firm_fixture(tmp_path):
    config = default_config()
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    secret.chmod(0o600)
    config["channels"] = {"sms": {
        "module": "sms", "provider": "kannel", "url": "", "username": "relanced",
        "password": {"file": str(secret)}, "from": "Dumont", "in_flight": 16, "timeout_s": 10}}
    config["policies"] = {"standard": {"steps": [
        {"id": "reminder", "action": "remind", "after_due": 3, "send": ["sms"]}]}}
    config["assign"] = [{"policy": "standard"}]
    return Firm(tmp_path / "firm", config)


def start(firm, gateway, n=N):
    firm.config["channels"]["sms"]["url"] = gateway.url("/cgi-bin/sendsms")
    firm.write_config()
    firm.init()
    firm.load([customer(f"C-{i}", phone=f"+336123456{i:02d}") for i in range(n)],
              [invoice(f"F-{i}", f"C-{i}") for i in range(n)], at=AT)


def to_of(request):
    return request.query["to"]


def test_each_customer_gets_one_text_message(firm):
    with Gateway(lambda request: reply(202, "0: Accepted for delivery")) as gateway:
        start(firm, gateway)
        done = firm.wake(AT)
        assert sorted(map(to_of, gateway.requests)) == [f"+336123456{i:02d}" for i in range(N)]
        assert all(request.query["password"] == PASSWORD for request in gateway.requests)
        assert "1200" in "".join(filter(str.isdigit, gateway.requests[0].query["text"]))
        firm.wake("2026-03-05T11:00")
        assert len(gateway.requests) == N
    assert [notice["state"] for notice in firm.log()] == ["sent"] * N
    everything = done.stderr + done.stdout + "".join(map(str, firm.log()))
    for path in firm.state.rglob("*"):
        if path.is_file():
            everything += path.read_bytes().decode("utf-8", "replace")
    assert PASSWORD not in everything and "canary-4711" not in everything


def test_what_may_have_been_sent_is_uncertain_and_is_not_sent_again(firm):
    def answer(request):
        return [CLOSE] if to_of(request)[-1] == "3" else reply(202, "0: Accepted for delivery")

    with Gateway(answer) as gateway:
        start(firm, gateway)
        firm.wake(AT, status=None)
        firm.wake("2026-03-05T11:00", status=None)
        assert sorted(map(to_of, gateway.requests)) == [f"+336123456{i:02d}" for i in range(N)]
    states = {notice["to"]: notice["state"] for notice in firm.log()}
    assert {to for to, state in states.items() if state == "uncertain"} == {
        f"+336123456{i}3" for i in range(N // 10)}
    assert set(states.values()) == {"sent", "uncertain"}


def test_a_wrong_password_keeps_every_notice_for_later(firm):
    answers = [reply(403, "Authorization failed for sendsms"), reply(202, "0: Accepted")]
    with Gateway(lambda request: answers[0]) as gateway:
        start(firm, gateway, n=5)
        done = firm.wake(AT, status=None)
        assert {notice["state"] for notice in firm.log()} == {"pending"}
        assert PASSWORD not in done.stderr and "+336" not in done.stderr
        answers.pop(0)
        before = len(gateway.requests)
        firm.wake("2026-03-05T12:00")
        assert sorted(map(to_of, gateway.requests[before:])) == [
            f"+3361234560{i}" for i in range(5)]
    assert {notice["state"] for notice in firm.log()} == {"sent"}
