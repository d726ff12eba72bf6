# SPDX-License-Identifier: MIT
"""The gateways that channels/sms/gateways.conf describes: the requests they get, as their own
documentation wants them, and what their documented answers are taken for."""

import base64
import re

import pytest

from drive import drive
from servers.gateway import Gateway, reply
from servers.prism import Prism
from servers.process import REPOSITORY

TO, TEXT = "+33612345678", 'Il reste 10 € & "5 %" à régler\n+ merci'
SECRET = "t0ken/&+ü\"x"

TOKEN = re.compile(r'\s*(?:#[^\n]*\s*)*(?:"((?:[^"\\]|\\.)*)"|([\w-]+)|([={};,\[\]]))')


def read(text):
    """The groups of a libconfig file: names → texts, lists and groups."""
    tokens = [match.groups() for match in TOKEN.finditer(text)]

    def value():
        string, word, sign = tokens.pop(0)
        if sign == "{":
            return group()
        if sign == "[":
            items = []
            while tokens[0][2] != "]":
                items.append(value())
                if tokens[0][2] == ",":
                    tokens.pop(0)
            tokens.pop(0)
            return items
        if string is None:
            return word
        while tokens[0][0] is not None:
            string += tokens.pop(0)[0]
        return string.replace('\\"', '"')

    def group():
        members = {}
        while tokens and tokens[0][2] != "}":
            name = tokens.pop(0)[1]
            tokens.pop(0)
            members[name] = value()
            if tokens[0][2] == ";":
                tokens.pop(0)
        if tokens:
            tokens.pop(0)
        return members

    return group()


GATEWAYS = read((REPOSITORY / "channels/sms/gateways.conf").read_text(encoding="utf-8"))


def options(name, host, **more):
    """As the worker gets them, but for the place."""
    given = {**GATEWAYS[name], **more}
    return {key: "\n".join(value) if isinstance(value, list)
                 else SECRET if isinstance(value, dict)
                 else re.sub("^https://[^/]*", host, value) if key == "url" else value
            for key, value in given.items() if key not in ("module", "address")}


def send(name, host, texts=(TEXT,), **more):
    run = drive("sms", options(name, host, **more),
                [{"notice": n, "to": TO, "text": text} for n, text in enumerate(texts, 1)])
    assert not run.crashed and run.stderr == "" and run.fault is None, (run.fault, run.stderr)
    assert SECRET not in " ".join(map(str, run.events))
    return [run.outcomes[n + 1] for n in range(len(texts))]


REQUESTS = {
    "twilio": ("POST", "/2010-04-01/Accounts/ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/Messages.json",
               "form", {"To": TO, "From": "+33644600000", "Body": TEXT}),
    "vonage": ("POST", "/sms/json", "form",
               {"api_key": "abcd1234", "api_secret": SECRET, "from": "Dumont", "to": TO[1:],
                "text": TEXT, "type": "text", "client-ref": "1"}),
    "brevo": ("POST", "/v3/transactionalSMS/send", "json",
              {"sender": "Dumont", "recipient": TO[1:], "content": TEXT, "type": "transactional",
               "tag": "1", "unicodeEnabled": False}),
    "ovh": ("GET", "/cgi-bin/sms/http2sms.cgi", "query",
            {"account": "sms-xx11111-1", "login": "relanced", "password": SECRET, "from": "Dumont",
             "to": "0033612345678", "message": TEXT, "noStop": "1", "SMSencoding": "1", "tag": "1",
             "contentType": "text/json"}),
}
UNICODE = {"vonage": ("type", "unicode"), "brevo": ("unicodeEnabled", True),
           "ovh": ("SMSencoding", "2")}


@pytest.mark.parametrize("name", GATEWAYS)
def test_a_gateway_gets_the_request_that_it_documents(name):
    method, path, place, parameters = REQUESTS[name]
    with Gateway(lambda request: reply(503)) as gateway:
        send(name, gateway.url("")), send(name, gateway.url(""), ["Un œuf"])
        first, second = gateway.requests
    assert (first.method, first.path) == (method, path)
    assert getattr(first, place) == parameters
    if name in UNICODE:
        key, value = UNICODE[name]
        assert getattr(second, place)[key] == value
    if name == "twilio":
        pair = f"ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:{SECRET}".encode()
        assert first.headers["authorization"] == "Basic " + base64.b64encode(pair).decode()
    if name == "brevo":
        assert first.headers["api-key"].encode("latin-1").decode() == SECRET
        assert first.headers["content-type"] == "application/json"


def vonage(*statuses):
    return reply(200, {"message-count": str(len(statuses)), "messages": [
        {"to": TO[1:], "message-id": "0C01", "status": status} if status == "0" else
        {"status": status, "error-text": "No"} for status in statuses]})


def brevo(status, code):
    return reply(status, {"code": code, "message": "No"})


def twilio(status, code):
    return reply(status, {"code": code, "message": "No", "status": status,
                          "more_info": f"https://www.twilio.com/docs/errors/{code}"})


def ovh(status):
    return reply(200, {"status": status, "message": "No"})


BREVO_ID = 9007199254740993  # no double holds it
# gateway, answer → kind, reference
ANSWERS = [
    ("twilio", reply(201, {"sid": "SM1", "status": "queued", "error_code": None}), "sent", "SM1"),
    ("twilio", reply(201, {"sid": "SM1", "status": "accepted"}), "sent", "SM1"),
    ("twilio", reply(201, {"sid": "SM1", "status": "failed", "error_code": None}), "uncertain", ""),
    ("twilio", reply(201, {"status": "queued"}), "uncertain", ""),
    ("twilio", twilio(401, 20003), "channel-down", ""),
    ("twilio", twilio(404, 20404), "channel-down", ""),
    ("twilio", twilio(400, 21211), "refused-address", ""),
    ("twilio", twilio(400, 21614), "refused-address", ""),
    ("twilio", twilio(400, 21610), "refused-address", ""),
    ("twilio", twilio(400, 21606), "channel-down", ""),
    ("twilio", twilio(400, 21655), "refused-message", ""),
    ("twilio", twilio(429, 20429), "retry", ""),
    ("twilio", twilio(400, 63038), "retry 86400", ""),
    ("twilio", twilio(400, 99999), "refused-message", ""),
    ("twilio", twilio(500, 20500), "uncertain", ""),
    ("vonage", vonage("0"), "sent", "0C01"),
    ("vonage", vonage("0", "0", "0"), "sent", "0C01"),
    ("vonage", vonage("1"), "retry", ""),
    ("vonage", vonage("1", "1"), "retry", ""),
    ("vonage", vonage("1", "5"), "retry", ""),
    ("vonage", vonage("0", "1"), "uncertain", ""),  # a part of it has left
    ("vonage", vonage("1", "0"), "uncertain", ""),
    ("vonage", vonage("1", "7"), "uncertain", ""),
    ("vonage", vonage("2"), "refused-message", ""),
    ("vonage", vonage("4"), "channel-down", ""),
    ("vonage", vonage("7"), "refused-address", ""),
    ("vonage", vonage("9"), "channel-down", ""),
    ("vonage", vonage("98"), "uncertain", ""),
    ("vonage", vonage(), "uncertain", ""),
    ("brevo", reply(201, {"reference": "ab", "messageId": BREVO_ID, "smsCount": 1,
                          "usedCredits": 0.7}), "sent", str(BREVO_ID)),
    ("brevo", reply(201, {"reference": "ab", "messageId": 1.5}), "uncertain", ""),
    ("brevo", brevo(400, "invalid_parameter"), "refused-message", ""),
    ("brevo", brevo(402, "not_enough_credits"), "channel-down", ""),
    ("brevo", brevo(401, "unauthorized"), "channel-down", ""),
    ("brevo", brevo(400, "account_under_validation"), "channel-down", ""),
    ("brevo", brevo(400, "duplicate_request"), "uncertain", ""),
    ("brevo", brevo(429, "too_many_requests"), "retry", ""),
    ("brevo", brevo(500, "internal"), "uncertain", ""),
    ("ovh", reply(200, {"status": 100, "creditLeft": "1987", "SmsIds": ["10867690"]}), "sent",
     "10867690"),
    ("ovh", reply(200, {"status": 101, "SmsIds": ["1"]}), "sent", "1"),
    ("ovh", ovh(201), "refused-message", ""),
    ("ovh", ovh(202), "refused-message", ""),
    ("ovh", ovh(401), "channel-down", ""),
    ("ovh", ovh(403), "uncertain", ""),
]


@pytest.mark.parametrize("name", GATEWAYS)
def test_a_gateways_documented_answers_are_taken_for_what_they_are(name):
    cases = [case for case in ANSWERS if case[0] == name]
    with Gateway(lambda request: cases[int(request.query["case"])][1]) as gateway:
        url = options(name, gateway.url(""))["url"]
        url += ("&" if "?" in url else "?") + "case={{text}}"
        outcomes = send(name, gateway.url(""), range(len(cases)), url=url)
        assert len(gateway.requests) == len(cases)
    for (_, answer, wanted, reference), outcome in zip(cases, outcomes):
        kind, _, seconds = wanted.partition(" ")
        assert (outcome.kind, outcome.reference, outcome.retry_after_s) == (
            kind, reference, int(seconds or 0)), (answer, outcome)
        assert outcome.kind == "sent" or "No" in outcome.detail or answer.startswith(
            (b"HTTP/1.1 201", b"HTTP/1.1 200"))
        is_ruled = "as outcomes says" in outcome.detail
        assert is_ruled or outcome.kind == "sent" or "judged by this alone" in outcome.detail


@pytest.fixture(scope="module", name="prism")
def prism_fixture(tmp_path_factory):
    with Prism(tmp_path_factory.mktemp("prism"), "twilio_api_v2010.json") as prism:
        yield prism


def test_twilios_own_description_accepts_the_request(prism):
    outcome, = send("twilio", prism.url, timeout_s=60)
    assert outcome.kind == "sent" and outcome.reference.startswith("SM"), outcome


BAD_AT_TWILIO = {
    "no credentials": {"headers": "Content-Type: application/x-www-form-urlencoded"},
    "an account that is none": {"username": "AC123"},
    "an impossible time": {"body": "To={{to}}&From={{from}}&Body={{text}}&ValidityPeriod=x"},
}


@pytest.mark.parametrize("name", BAD_AT_TWILIO)
def test_twilios_own_description_refuses_what_is_wrong(prism, name):
    outcome, = send("twilio", prism.url, timeout_s=60, **BAD_AT_TWILIO[name])
    assert outcome.kind in ("refused-message", "channel-down"), outcome


# An answer in words: what is configured → an answer, and what it is taken for
PLAIN = {"success": "word.0 = OK ID", "reference": "word.1", "error": "word.1",
         "outcomes": "114 = refused-address\n100-199 = channel-down\n* = sent"}
WORDS = [
    ("ID: 4f2a", {"outcomes": ""}, "sent", "4f2a"),
    ("OK|4f2a|1.00", {"outcomes": ""}, "sent", "4f2a"),
    ("ERR: 114, cannot route", {}, "refused-address", ""),
    ("ERR: 101", {}, "channel-down", ""),
    ("ERR: 200", {"outcomes": "114 = retry"}, "uncertain", ""),
    ("status=OK&id=7", {"success": "word.1 = OK", "reference": "word.3", "error": ""}, "sent", "7"),
    ("OK", {"error": ""}, "uncertain", ""),
    ("", {"error": ""}, "uncertain", ""),
]


@pytest.mark.parametrize("answer, more, kind, reference", WORDS)
def test_an_answer_in_words_is_read(answer, more, kind, reference):
    with Gateway(lambda request: reply(200, answer)) as gateway:
        run = drive("sms", {"provider": "http", "url": gateway.url(), "body": "t={{text}}",
                            **PLAIN, **more}, [{"notice": 1, "to": TO, "text": "x"}])
    assert (run.outcomes[1].kind, run.outcomes[1].reference) == (kind, reference)


FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
# options → what is said of them
FAULTS = [
    ({"body": "{{tex}}"}, "{{tex}} is no placeholder: did you mean {{text}}?"),
    ({"url": "https://a.example/{{nothing_like_it}}"}, "{{nothing_like_it}} is no placeholder"),
    ({"url": "https://a.example/{{to"}, "a {{ is not closed"),
    ({"headers": "X: {{text}}"}, "{{text}} may not stand in a header"),
    ({"headers": "X {{to}}"}, 'is not of the form "Name: value"'),
    ({"headers": "X\u00e9: 1"}, 'is not of the form "Name: value"'),
    ({"headers": "host: evil.example"}, "Host is set by relanced itself"),
    ({"headers": "Accept-Encoding: gzip"}, "Accept-Encoding is set by relanced itself"),
    ({"headers": JSON, "body": "{\"a\": {{text}}"}, "body is not JSON"),
    ({"headers": "Content-Type: text/xml", "body": "<a>{{text}}</a>"}, "Content-Type"),
    ({"method": "PUT"}, "method must be POST or GET"),
    ({"method": "GET", "body": "x"}, "a GET has none"),
    ({"success": ""}, "success must say"),
    ({"success": "http"}, '"http" is not of the form'),
    ({"success": "http ="}, '"http =" is not of the form'),
    ({"reference": "a b"}, '"a b" is not a place'),
    ({"error": "a..b"}, '"a..b" is not a place'),
    ({"outcomes": "1 = perhaps"}, "with a KIND of sent, retry"),
    ({"outcomes": "= retry"}, "with a KIND of"),
    ({"outcomes": "1 = retry soon"}, "with a KIND of"),
    ({"ca_file": "ca.pem"}, "ca_file: ca.pem: must be an absolute path"),
    ({"ca_file": "/nowhere/ca.pem"}, "ca_file: /nowhere/ca.pem: No such file"),
    ({"smsc": "main"}, 'smsc means nothing with provider = "http"'),
]


@pytest.mark.parametrize("more, fault", FAULTS)
def test_a_description_that_cannot_work_does_not_open(more, fault):
    run = drive("sms", {"provider": "http", "url": "https://a.example/", **more})
    assert fault in (run.fault or "it opened")


HOSTILE = 'a"b\\c\r\n{{to}}&x=1 %41 +{"}\u2028é😀'


def test_a_hostile_text_stays_a_text():
    bodies = {JSON: '{"t": "{{text}}", "n": {{notice}}, "x": {"y": {{unicode?[1]:[]}}}}',
              FORM: "t={{text}}&n={{notice}}"}
    for header, body in bodies.items():
        with Gateway(lambda request: reply(200)) as gateway:
            drive("sms", {"provider": "http", "url": gateway.url("/{{to}}?q={{text}}"),
                          "headers": header, "body": body},
                  [{"notice": 7, "to": TO, "text": HOSTILE}])
            request, = gateway.requests
        assert request.query == {"q": HOSTILE} and request.path == "/%2B33612345678"
        if header == JSON:
            assert request.json == {"t": HOSTILE, "n": 7, "x": {"y": [1]}}
        else:
            assert request.form == {"t": HOSTILE, "n": "7"}
