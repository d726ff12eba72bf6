# SPDX-License-Identifier: MIT
"""What a channel that speaks HTTP says of every way in which a gateway answers or fails to, and how
often the gateway saw the message. Through the sms module with a gateway described by options."""

import base64
import contextlib
import email.utils
import gzip
import itertools
import json
import socket
import time
import urllib.parse

import pytest

from drive import drive
from servers.gateway import (CLOSE, RESET, Gateway, Together, closed_port, endless, head, later,
                             reply, then)

TIMEOUT_S = 2  # of what hangs
PATIENCE_S = 50  # with what answers, on the busiest machine
SECRET = "s3cr3t&/pass wörd"
TO = "+33612345678"


def options(url, **more):
    return {"provider": "http", "url": url + "?text={{text}}", "method": "GET",
            "headers": "Authorization: Bearer {{token}}", "token": SECRET, "success": "http = 200",
            "reference": "id", "timeout_s": PATIENCE_S, "in_flight": 64, **more}


def messages(texts):
    return [{"notice": n, "to": TO, "text": text} for n, text in enumerate(texts, 1)]


def run_one(gateway, **more):
    run = drive("sms", options(gateway.url(), **more), messages(["one"]))
    assert not run.crashed and run.stderr == "", (run.status, run.stderr)
    return run.outcomes[1]


GOOD = reply(200, {"id": "m-1"})

# what the gateway does → what is told of it, and a part of the detail
ANSWERS = {
    "accepts": (GOOD, "sent", "taken"),
    "accepts in small chunks": (
        head(200, Transfer_Encoding="chunked") + b"4\r\n{\"id\r\n8\r\n\":\"m-1\"}\r\n0\r\n\r\n",
        "sent", "taken"),
    "accepts, with a hint before": (b"HTTP/1.1 103 Early Hints\r\n\r\n" + GOOD, "sent", "taken"),
    "accepts with a number as its id": (reply(200, {"id": 1511882900176220}), "sent", "taken"),
    "accepts, and closes instead of giving a length": (
        then(head(200, Connection="close"), b'{"id": "m-1"}', CLOSE), "sent", "taken"),
    # Said nothing, or not all
    "reads, then closes": ([CLOSE], "uncertain", "closed without an answer"),
    "reads, then resets": ([RESET], "uncertain", "reset"),
    "never answers": (later(3600), "uncertain", "timed out"),
    "half a status line": ([b"HTTP/1.1 20", CLOSE], "uncertain", ""),
    "resets before the body": ([head(200, 13), 0.05, RESET], "uncertain", ""),
    "closes within the body": ([head(200, 13), b'{"id":', CLOSE], "uncertain", ""),
    "closes within a chunk": ([head(200, Transfer_Encoding="chunked"), b"d\r\n{\"id\"", CLOSE],
                              "uncertain", ""),
    "drips": (then(head(200, 4000), endless(b" ", 0.1)), "uncertain", "timed out"),
    "drips its headers": (then(b"HTTP/1.1 200 OK\r\nX: ", endless(b"x", 0.1)), "uncertain",
                          "timed out"),
    "refuses, and breaks off": ([head(400, 4000), b"{", CLOSE], "retry", "HTTP 400"),
    "is busy, and breaks off": ([head(503, 4000), b"{", RESET], "retry", "HTTP 503"),
    # Said what nobody understands
    "garbage": ([b"\x00\xff\xfe what?\r\n\r\n", CLOSE], "uncertain", ""),
    "an empty answer": (reply(200), "uncertain", "HTTP 200, judged by this alone"),
    "no content": (head(204), "uncertain", "HTTP 204, judged by this alone"),
    "a page": (reply(200, "<html><head><title>Welcome!</title></head></html>"), "uncertain",
               "Welcome!"),
    "half a document": (reply(200, '{"id": "m-1"'), "uncertain", "not understood"),
    "a document of another shape": (reply(200, [1, 2]), "uncertain", "not understood"),
    "an id of another type": (reply(200, {"id": {"a": 1}}), "uncertain", "not understood"),
    "an id twice": (reply(200, '{"id": "m-1", "id": "m-2"}'), "uncertain", "not understood"),
    "an id of 30 digits": (reply(200, '{"id": 123456789012345678901234567890}'), "uncertain",
                           "not understood"),
    "a NUL": (reply(200, b'{"id": "m-1"}\0'), "uncertain", "not understood"),
    "bytes that are no UTF-8": (reply(200, b'{"id": "\xff\xfe"}'), "uncertain", "{\"id\": \"??"),
    "a document a million deep": (reply(200, "[" * 1000000), "uncertain", "not understood"),
    "another status": (reply(299, "?"), "uncertain", "HTTP 299"),
    # Too much
    "a gigabyte": (then(head(200, 1 << 30), endless(b"x" * 65536)), "uncertain", "1 MiB"),
    "chunks without end": (
        then(head(200, Transfer_Encoding="chunked"), endless(b"400\r\n" + b"x" * 1024 + b"\r\n")),
        "uncertain", "1 MiB"),
    "headers without end": (then(b"HTTP/1.1 200 OK\r\n", endless(b"X-Y: " + b"z" * 990 + b"\r\n")),
                            "uncertain", "headers"),
    "a header without end": (then(b"HTTP/1.1 200 OK\r\nX-Y: ", endless(b"z" * 1000)), "uncertain",
                             ""),
    "hints without end": (endless(b"HTTP/1.1 100 Continue\r\n\r\n" * 64), "uncertain", "headers"),
    "a gzip bomb": (
        reply(200, gzip.compress(b" " * (64 << 20)), Content_Encoding="gzip"), "uncertain",
        "compressed"),
    "a gzip bomb on the way": (
        then(head(200, Transfer_Encoding="gzip", Connection="close"),
             gzip.compress(b" " * (64 << 20)), CLOSE), "uncertain", ""),
    "compressed, though it is small": (
        reply(200, gzip.compress(b'{"id": "m-1"}'), Content_Encoding="gzip"), "uncertain",
        "compressed"),
}


HANGING = [name for name, (_, _, detail) in ANSWERS.items() if detail == "timed out"]
ANSWERING = [name for name in ANSWERS if name not in HANGING]


@pytest.fixture(scope="module", name="answered")
def answered_fixture():
    """Every answer at once, each on a connection of its own; those that never end by a channel that
    waits less."""
    with Gateway(lambda request: ANSWERS[request.query["text"]][0]) as gateway:
        runs = [drive("sms", options(gateway.url()), messages(ANSWERING)),
                drive("sms", options(gateway.url(), timeout_s=TIMEOUT_S), messages(HANGING))]
        yield runs, [request.query["text"] for request in gateway.requests]


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_taken_for_what_it_is(answered, name):
    runs, _ = answered
    names = HANGING if name in HANGING else ANSWERING
    outcome = runs[name in HANGING].outcomes[1 + names.index(name)]
    _, kind, detail = ANSWERS[name]
    assert outcome.kind == kind and detail in outcome.detail, outcome
    assert ("timed out" in outcome.detail) == (name in HANGING)
    assert outcome.detail.isprintable() and len(outcome.detail.encode()) < 240
    if kind == "sent":
        assert outcome.reference == ("1511882900176220" if "number" in name else "m-1")


def test_no_answer_makes_a_channel_send_twice_or_crash(answered):
    runs, texts = answered
    assert sorted(texts) == sorted(ANSWERS)
    for run in runs:
        assert not run.crashed and run.stderr == ""
        assert not run.is_asked_twice or all(
            run.outcomes[int(notice)].kind == "uncertain"
            for word, notice in run.events if word == "twice")


# faults.md 20, and what a proxy in front of a gateway says
STATUSES = {
    301: "channel-down", 302: "uncertain", 303: "uncertain", 304: "uncertain", 307: "channel-down",
    308: "channel-down", 400: "refused-message", 401: "channel-down", 402: "channel-down",
    403: "channel-down", 404: "channel-down", 405: "channel-down", 408: "retry",
    409: "refused-message", 410: "channel-down", 413: "refused-message", 422: "refused-message",
    425: "retry", 426: "channel-down", 429: "retry", 451: "refused-message", 499: "refused-message",
    500: "uncertain", 501: "channel-down", 502: "uncertain", 503: "retry", 504: "uncertain",
    507: "uncertain", 520: "uncertain", 599: "uncertain", 600: "uncertain", 999: "uncertain",
}


def test_a_status_alone_says_whether_anything_was_taken():
    def answer(request):
        return reply(int(request.query["text"]), "<h1>Oops</h1>")

    with Gateway(answer) as gateway:
        run = drive("sms", options(gateway.url()), messages(STATUSES))
        assert {status: run.outcomes[n].kind for n, status in enumerate(STATUSES, 1)} == STATUSES
        assert len(gateway.requests) == len(STATUSES)
    for n, status in enumerate(STATUSES, 1):
        assert f"HTTP {status}, judged by this alone: " in run.outcomes[n].detail
        assert status == 304 or run.outcomes[n].detail.endswith(": Oops")


def http_date(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


RETRY_AFTER = {
    "0": 0, "1": 1, "120": 120, "86400": 86400, "86401": 86400, "1000000000": 86400,
    "99999999999999999999999999": 86400, "-1": 0, "1e9": 0, "1.5": 0, "soon": 0, "": 0, "+5": 0,
    "12 34": 0, "Fri, 31 Dec 1999 23:59:59 GMT": 0, "tomorrow": (0,),
    "in an hour": range(3000, 3601), "in a year": 86400,
}


@pytest.mark.parametrize("status", (429, 503))
def test_retry_after_is_honoured_within_bounds(status):
    def answer(request):
        value = {"in an hour": http_date(3600), "in a year": http_date(86400 * 365)}.get(
            request.query["text"], request.query["text"])
        return reply(status, "busy", Retry_After=value)

    names = [name for name in RETRY_AFTER if name]
    with Gateway(answer) as gateway:
        run = drive("sms", options(gateway.url()), messages(names))
    for n, name in enumerate(names, 1):
        wanted = RETRY_AFTER[name]
        wanted = wanted if isinstance(wanted, (tuple, range)) else (wanted,)
        assert run.outcomes[n].kind == "retry"
        assert run.outcomes[n].retry_after_s in wanted, name


REDIRECTS = (301, 302, 303, 307, 308)


def test_a_redirect_leads_nowhere():
    with Gateway(lambda request: GOOD) as other:
        places = [other.url("/"), "file:///etc/passwd", "http://127.0.0.2:80/", "//evil.example/",
                  "gopher://127.0.0.1:70/_x", "/elsewhere"]
        cases = list(itertools.product(REDIRECTS, places))

        def answer(request):
            status, place = cases[int(request.query["text"])]
            return reply(status, "moved", Location=place)

        with Gateway(answer) as gateway:
            run = drive("sms", options(gateway.url()), messages(range(len(cases))))
            assert {outcome.kind for outcome in run.outcomes.values()} == {
                "channel-down", "uncertain"}
            assert {request.path for request in gateway.requests} == {"/"}
            assert len(gateway.requests) == len(cases)
        assert other.requests == []


def test_a_kept_connection_that_is_closed_without_an_answer_is_no_reason_to_send_twice():
    def answer(request):
        return GOOD if request.query["text"] != "3" else [CLOSE]

    with Gateway(answer) as gateway:
        run = drive("sms", options(gateway.url(), in_flight=1), messages("12345"))
        assert [request.query["text"] for request in gateway.requests] == list("12345")
        assert gateway.requests[0].connection == gateway.requests[2].connection
    assert [run.outcomes[n].kind for n in range(1, 6)] == ["sent", "sent", "uncertain", "sent",
                                                           "sent"]
    assert run.begun == [1, 2, 3, 4, 5]
    assert not run.is_asked_twice


def test_a_kept_connection_that_was_closed_before_is_replaced(tmp_path):
    closed = tmp_path / "closed"
    with Gateway(lambda request: [Together((GOOD, CLOSE))], closed=closed.touch) as gateway:
        run = drive("sms", options(gateway.url(), in_flight=1, text="x"), messages("12"),
                    begin_when=closed)
        assert len(gateway.requests) == 2
    assert {outcome.kind for outcome in run.outcomes.values()} == {"sent"}


@pytest.mark.parametrize("spoils", [GOOD, CLOSE, RESET])
def test_a_kept_connection_that_spoils_before_it_is_used_again_is_not(tmp_path, spoils):
    spoilt = tmp_path / "spoilt"

    def answer(request):
        return [GOOD, 0.03, spoils, spoilt.touch] if request.query["text"] == "1" else reply(400, "no")

    with Gateway(answer, closed=spoilt.touch) as gateway:
        run = drive("sms", options(gateway.url(), in_flight=1), messages("123"), begin_when=spoilt)
        assert [request.query["text"] for request in gateway.requests] == ["1", "3"]
    assert [run.outcomes[n].kind for n in (1, 2, 3)] == ["sent", "retry", "refused-message"]
    assert run.outcomes[2].retry_after_s == 1


def test_connections_are_kept():
    with Gateway(lambda request: GOOD) as gateway:
        run = drive("sms", options(gateway.url(), in_flight=4), messages(range(200)))
        assert len(gateway.requests) == 200
        assert len(gateway.connections) <= 4
    assert {outcome.kind for outcome in run.outcomes.values()} == {"sent"}


def test_what_begin_refuses_does_not_leave():
    with Gateway(lambda request: GOOD) as gateway:
        run = drive("sms", options(gateway.url()), messages("123"), refuse=2)
        assert sorted(request.query["text"] for request in gateway.requests) == ["1", "3"]
    assert run.outcomes[2].kind == "retry"


@contextlib.contextmanager
def deaf_port():
    """A port where connections are never accepted: its queue is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        crowd = []
        for _ in range(4):
            crowd.append(socket.socket())
            crowd[-1].setblocking(False)
            crowd[-1].connect_ex(("127.0.0.1", port))
        yield port
        for each in crowd:
            each.close()


def test_what_never_connected_was_surely_not_sent():
    with deaf_port() as deaf, closed_port() as closed:
        urls = {"refused": f"http://127.0.0.1:{closed}/", "deaf": f"http://127.0.0.1:{deaf}/",
                "unknown": "https://gateway.invalid/"}
        for name, url in urls.items():
            run = drive("sms", options(url, timeout_s=TIMEOUT_S), messages("1"))
            assert run.outcomes[1].kind == "retry", (name, run.outcomes)
            assert run.begun == [], name


def test_a_gateway_that_does_not_speak_tls_gets_nothing():
    with Gateway(lambda request: GOOD) as gateway:
        run = drive("sms", options(gateway.url().replace("http:", "https:"), timeout_s=TIMEOUT_S),
                    messages("1"))
        assert gateway.requests == []
    assert (run.outcomes[1].kind, run.begun) == ("retry", [])


def test_a_reset_before_the_answer_is_uncertain_because_the_request_may_be_there():
    with Gateway(lambda request: GOOD, accept=[RESET]) as gateway:
        outcome = run_one(gateway)
    assert outcome.kind in ("uncertain", "retry")


URLS = {
    "http://127.0.0.1:1/": None,
    "http://127.9.8.7/": None,
    "http://localhost/": None,
    "http://[::1]:8080/": None,
    "https://gateway.example/": None,
    "HTTPS://gateway.example/": None,
    "http://gateway.example/": "must begin with https://",
    "http://127.0.0.1.example/": "must begin with https://",
    "http://localhost.example/": "must begin with https://",
    "http://128.0.0.1/": "must begin with https://",
    "http://[::2]/": "must begin with https://",
    "http://localhost@gateway.example/": "user name",
    "https://user:pass@gateway.example/": "user name",
    "ftp://127.0.0.1/": "must begin with https://",
    "file:///etc/passwd": "is no URL",
    "gateway.example/send": "must begin with https://",
    "https://": "is no URL",
    "https:// gateway.example/": "is no URL",
    "https://{{to}}/": "is no URL",
    "https://a.{{to}}.example/": "is no URL",
    "": "must begin with https://",
}


@pytest.mark.parametrize("url", URLS)
def test_only_https_or_this_machine_is_asked(url):
    run = drive("sms", {**options("https://x"), "url": url})
    if URLS[url] is None:
        assert run.fault is None
    else:
        assert URLS[url] in (run.fault or "it was accepted")


def test_insecure_allows_http_to_another_machine_and_nothing_else():
    for url, is_good in (("http://gateway.example/", True), ("ftp://gateway.example/", False)):
        run = drive("sms", {**options("https://x"), "url": url, "insecure": "true"})
        assert (run.fault is None) == is_good


def test_no_secret_and_no_number_is_told_of_an_answer_that_echoes_the_request():
    def answer(request):
        header = request.headers["authorization"].encode("latin-1")
        echo = {"1": f"{TO} {TO[1:]} ".encode() + header, "2": b"x" * 100 + header,
                "3": request.target.encode(),
                "4": urllib.parse.urlencode({"token": SECRET}).encode(),
                "5": json.dumps({"token": SECRET}, ensure_ascii=False).encode()}
        return reply(400, echo[request.query["text"]])

    with Gateway(answer) as gateway:
        run = drive("sms", options(gateway.url() + "{{token}}/{{basic}}/{{to}}",
                                   username="me", password=SECRET), messages("12345"))
    told = " ".join([outcome.detail for outcome in run.outcomes.values()] +
                    [text for _, text in run.logs])
    for secret in (SECRET, urllib.parse.quote(SECRET, safe=""), urllib.parse.quote_plus(SECRET), "s3cr3t", TO[1:],
                   base64.b64encode(f"me:{SECRET}".encode()).decode()):
        assert secret not in told, told
    assert "***" in told
    assert all("Authorization" not in text and "?" not in text.split(": answered")[0]
               for _, text in run.logs)


def test_the_environment_and_the_home_folder_change_nothing(monkeypatch, tmp_path):
    with Gateway(lambda request: GOOD) as proxy, Gateway(lambda request: GOOD) as gateway:
        (tmp_path / ".netrc").write_text("default login a password b\n")
        (tmp_path / ".curlrc").write_text(f"proxy = {proxy.url()}\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        for name in ("http_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url())
        assert run_one(gateway, headers="").kind == "sent"
        assert proxy.requests == []
        assert "authorization" not in gateway.requests[0].headers
        assert "accept-encoding" not in gateway.requests[0].headers
