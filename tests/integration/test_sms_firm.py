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


LONG, SHORT = "Bonjour {{customer.name}}, " + "x" * 160, "{{customer.name}} : {{total}}"
TEXTS = [
    # sms.txt, sms-short.txt → what leaves, None: nothing does
    (LONG, SHORT, "Lodz et frères : 1 200,00 €"),
    (LONG, LONG, None),
    ("Merci, {{customer.name}}", LONG, "Merci, Lodz et frères"),
]


@pytest.mark.parametrize("whole, short, left", TEXTS, ids=["short", "none", "whole"])
def test_a_text_that_is_too_long_gives_way_to_a_shorter_and_is_never_cut(firm, whole, short, left):
    folder = firm.folder / "texts/fr/remind"
    folder.mkdir(parents=True)
    (folder / "sms.txt").write_text(whole, encoding="utf-8")
    (folder / "sms-short.txt").write_text(short, encoding="utf-8")
    firm.config["templates"] = "texts"
    firm.config["channels"]["sms"].update(max_parts=1, transliterate=True)
    with Gateway(lambda request: reply(202, "0: Accepted for delivery")) as gateway:
        firm.config["channels"]["sms"]["url"] = gateway.url("/cgi-bin/sendsms")
        firm.write_config()
        firm.init()
        firm.load([customer(name="Łódź et frères", phone="+33612345678")], [invoice()], at=AT)
        firm.wake(AT, status=None)
        assert [request.query["text"] for request in gateway.requests] == ([left] if left else [])
    [notice] = firm.log()
    assert notice["state"] == ("sent" if left else "failed")
    if not left:
        assert "max_parts" in str(firm.json("show", "F-1"))
        assert firm.json("tasks")


SUSPENDED = {"fr": "suspendu", "en": "stops", "de": "ruht", "es": "se suspende", "it": "si sospende",
             "nl": "ligt de dienst stil"}


def test_the_shortest_deadline_says_that_the_service_would_stop(firm):
    """Without it nobody may be cut off (R16)."""
    firm.config["channels"]["sms"]["max_parts"] = 1
    firm.config["policies"]["standard"]["steps"][0].update(action="deadline", deadline_days=8)
    with Gateway(lambda request: reply(202, "0: Accepted for delivery")) as gateway:
        firm.config["channels"]["sms"]["url"] = gateway.url("/cgi-bin/sendsms")
        firm.write_config()
        firm.init()
        firm.load([customer(f"C-{language}", relation="service", language=language,
                            phone=f"+336123456{i:02d}") for i, language in enumerate(SUSPENDED)],
                  [invoice(f"F-{language}", f"C-{language}",
                           payment_url="https://pay.example/" + "x" * 30)
                   for language in SUSPENDED], at=AT)
        firm.wake(AT)
        texts = {to_of(request)[-1]: request.query["text"] for request in gateway.requests}
    assert [word for i, word in enumerate(SUSPENDED.values()) if word not in texts[str(i)]] == []
    assert all(len(text) <= 160 and "/" + "x" * 30 in text for text in texts.values())
