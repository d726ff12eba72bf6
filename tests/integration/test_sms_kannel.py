# SPDX-License-Identifier: MIT
"""The sms module and a real Kannel: what it answers, what we say of it, what its operator gets."""

import urllib.parse

import pytest

from drive import drive
from servers.gateway import CLOSE, Gateway, reply
from servers.kannel import PASSWORD, SMPP, USER, Kannel
from servers.process import wait_until
from servers.smpp import HANGS_UP_ONCE, REFUSED, TAKEN, THROTTLED, THROTTLED_ONCE, Operator

TO = "+33612345678"


def options(url, **more):
    return {"provider": "kannel", "url": url, "username": USER, "password": PASSWORD,
            "from": "Dumont", "timeout_s": 10, **more}


def send(url, texts=("Bonjour",), to=TO, **more):
    run = drive("sms", options(url, **more),
                [{"notice": n, "to": to, "text": text} for n, text in enumerate(texts, 1)])
    assert not run.crashed and run.stderr == ""
    told = " ".join(map(str, run.events))
    for secret in (PASSWORD, urllib.parse.quote(PASSWORD, safe="")):
        assert secret not in told
    return [run.outcomes[n + 1] for n in range(len(texts))]


@pytest.fixture(scope="module", name="kannel")
def kannel_fixture(tmp_path_factory):
    with Kannel(tmp_path_factory.mktemp("kannel")) as kannel:
        yield kannel


def test_each_text_reaches_the_operator_once_and_whole(kannel):
    texts = ["Il reste 10 € à régler", "Un œuf", "q" * 459, "ê" * 160,
             "Un & un = ? %41 +"]
    before = len(kannel.received())
    outcomes = send(kannel.url, texts)
    assert {outcome.kind for outcome in outcomes} == {"sent"}
    assert all("0: Accepted for delivery" in outcome.detail for outcome in outcomes)
    wait_until(lambda: len(kannel.received()) >= before + 9, "nine parts at the operator")
    parts = kannel.received()[before:]
    assert len(parts) == 9
    assert all(f"<Dumont {TO} " in part for part in parts)
    for whole in ("Il reste 10 € à régler", "ucs-2 %00U%00n%00+%01S%00u%00f>", "+>"):
        assert sum(whole in part for part in parts) == 1, whole
    assert sum(part.count("q") for part in parts) == 459
    assert sum(part.count("%00%EA") for part in parts) == 160


WRONG = {
    "another password": ({"password": "wrong"}, "channel-down", "Authorization failed"),
    "another user": ({"username": "nobody"}, "channel-down", "Authorization failed"),
    "a number that is none": ({"to": "hello"}, "refused-address", "denied"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_kannel_refuses(kannel, name):
    more, kind, detail = WRONG[name]
    outcome, = send(kannel.url, **more)
    assert (outcome.kind, outcome.reference) == (kind, "")
    assert detail in outcome.detail


def test_another_path_is_for_a_person_to_correct(kannel):
    outcome, = send(kannel.url + "x")
    assert outcome.kind == "channel-down" and "Unknown request" in outcome.detail


def test_a_text_that_kannel_would_cut_or_send_empty_is_refused_before(kannel):
    before = len(kannel.received())
    outcomes = send(kannel.url, ["x" * 900, " \n ", "", "x"], max_parts=5)
    assert [outcome.kind for outcome in outcomes] == ["refused-message"] * 3 + ["sent"]
    assert "needs 6 parts, 5 at most" in outcomes[0].detail
    assert "empty" in outcomes[1].detail
    wait_until(lambda: len(kannel.received()) > before, "the last text at the operator")
    assert len(kannel.received()) == before + 1


def test_a_stopped_operator_and_a_stopped_smsbox_take_nothing(tmp_path):
    with Kannel(tmp_path) as kannel:
        kannel.ask("suspend")
        assert send(kannel.url)[0].kind == "sent"  # Kannel keeps it
        kannel.ask("resume")
        wait_until(lambda: len(kannel.received()) == 1, "what Kannel kept")
        kannel.ask("stop-smsc", smsc="main")
        kannel.wait_for_state("dead")
        outcome, = send(kannel.url)
        assert outcome.kind == "channel-down" and "Not routable" in outcome.detail
        kannel.smsbox.stop()
        assert send(kannel.url)[0].kind == "retry"
        assert len(kannel.received()) == 1


def test_an_operator_that_fails_is_kannels_to_deal_with_and_gets_nothing_twice_from_us(tmp_path):
    operator = Operator(tmp_path)
    numbers = ["+3360000000" + digit for digit in (TAKEN, THROTTLED, THROTTLED_ONCE, REFUSED,
                                                   HANGS_UP_ONCE)]
    with Kannel(tmp_path, SMPP.format(port=operator.port)) as kannel:
        outcome, = send(kannel.url, ["early"], to=numbers[0])
        assert outcome.kind == "sent" and "3: Queued for later delivery" in outcome.detail
        with operator:
            kannel.wait_for_state("online")
            run = drive("sms", options(kannel.url), [
                {"notice": n, "to": number, "text": "Déjà\nvu"}
                for n, number in enumerate(numbers, 1)])
            assert {outcome.kind for outcome in run.outcomes.values()} == {"sent"}

            def taken():
                return sorted(message["to"] for message in operator.messages()
                              if message["status"] == "ESME_ROK")

            wanted = sorted(["33600000001"] * 2 + ["33600000003", "33600000005"])
            wait_until(lambda: len(taken()) >= len(wanted), f"what Kannel repeats, {operator.log}")
            assert taken() == wanted
            assert {message["ton"] for message in operator.messages()} == {1}  # international
            assert {message["text"] for message in operator.messages()} == {"early", "Déjà\nvu"}


ANSWERS = {
    (202, "0: Accepted for delivery"): "sent",
    (202, "3: Queued for later delivery"): "sent",
    (202, "3: "): "sent",
    (202, "1: something new"): "uncertain",
    (202, ""): "uncertain",
    (202, "<html>Welcome to the hotel's network</html>"): "uncertain",
    (200, "0: Accepted for delivery"): "uncertain",
    (400, "Missing receiver number, rejected"): "refused-address",
    (400, "Number(s) has/have been denied by white- and/or black-lists."): "refused-address",
    (400, "Something else"): "refused-message",
    (403, "Not routable. Do not try again."): "channel-down",
    (403, "Authorization failed for sendsms"): "channel-down",
    (403, "?"): "channel-down",
    (404, "Unknown request."): "channel-down",
    (503, "Temporal failure, try again later."): "retry",
    (500, ""): "uncertain",
    (502, "Bad gateway"): "uncertain",
}


def test_the_table_of_kannels_answers():
    cases = list(ANSWERS)

    def answer(request):
        status, text = cases[int(request.query["text"])]
        return reply(status, text, Retry_After="7")

    with Gateway(answer) as gateway:
        outcomes = send(gateway.url("/cgi-bin/sendsms"), range(len(cases)))
        assert len(gateway.requests) == len(cases)
    for case, outcome in zip(cases, outcomes):
        assert outcome.kind == ANSWERS[case], (case, outcome)
        assert outcome.retry_after_s == (7 if outcome.kind == "retry" or case[1] == "?" else 0)


def test_the_request_names_sender_route_and_where_to_report():
    with Gateway(lambda request: reply(202, "0: Accepted for delivery")) as gateway:
        send(gateway.url("/cgi-bin/sendsms"), ["Été & co", "œ"], smsc="main", dlr_mask=19,
             dlr_url="http://127.0.0.1:9/dlr?notice={{notice}}&state=%d&id=%F")
        first, second = sorted((request.query for request in gateway.requests),
                               key=lambda query: query["coding"])
    assert first == {
        "charset": "UTF-8", "coding": "0", "username": USER, "password": PASSWORD,
        "from": "Dumont", "to": TO, "text": "Été & co", "smsc": "main", "dlr-mask": "19",
        "dlr-url": "http://127.0.0.1:9/dlr?notice=1&state=%d&id=%F"}
    assert (second["coding"], second["text"]) == ("2", "œ")


def test_what_is_not_asked_for_is_not_in_the_request():
    with Gateway(lambda request: [reply(202, "0: Accepted for delivery"), CLOSE]) as gateway:
        send(gateway.url("/cgi-bin/sendsms"), **{"from": ""})
        assert gateway.requests[0].query.keys() == {"charset", "coding", "username", "password",
                                                    "to", "text"}
        assert gateway.requests[0].method == "GET"


FAULTS = {
    "no password": ({"password": ""}, "needs username and password"),
    "no user": ({"username": ""}, "needs username and password"),
    "a query in url": ({"url": "http://127.0.0.1/x?a=b"}, "url must end with the path"),
    "another provider": ({"provider": "carrier-pigeon"}, "kannel or http"),
    "an option of http": ({"body": "x"}, 'body means nothing with provider = "kannel"'),
    "an unknown placeholder": ({"dlr_url": "http://x/{{notce}}"}, "did you mean {{notice}}?"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_channel_that_cannot_work_does_not_open(name):
    more, fault = FAULTS[name]
    run = drive("sms", {**options("http://127.0.0.1/cgi-bin/sendsms"), **more})
    assert fault in (run.fault or "it opened")


ADDRESSES = {
    "+33612345678": True, "+12025550123": True, "+1234567": True, "+123456789012345": True,
    "+123456": False, "+1234567890123456": False, "33612345678": False, "0612345678": False,
    "+0612345678": False, "+33 612345678": False, "+3361234567a": False, "": False, "+": False,
    "+33612345678\n": False, "++33612345678": False, "me@firm.example": False,
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_international_numbers_are_addresses(address):
    run = drive("sms", options("http://127.0.0.1/"), check=address)
    assert ("address", "good" if ADDRESSES[address] else "bad") in run.events
