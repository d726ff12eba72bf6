# SPDX-License-Identifier: MIT
"""To whom a channel that speaks HTTP says anything at all over TLS."""

import ssl
import warnings

import pytest

from drive import drive
from servers.certificate import WEAK_KEY, Authority
from servers.gateway import CLOSE, Gateway, Together, reply

OLD, GOOD, NEW = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

# server's certificate, host asked, trusts the authority, versions → kind, detail
CASES = {
    "good": ("good", "localhost", True, None, "sent", ""),
    "good, by its address": ("good", "127.0.0.1", True, None, "sent", ""),
    "good, TLS 1.2": ("good", "localhost", True, (GOOD, GOOD), "sent", ""),
    "good, TLS 1.3": ("good", "localhost", True, (NEW, NEW), "sent", ""),
    "of an authority that nobody trusts": ("good", "localhost", False, None, "channel-down",
                                           "unable to get local issuer certificate"),
    "expired": ("expired", "localhost", True, None, "channel-down", "certificate has expired"),
    "of another host": ("other", "localhost", True, None, "channel-down",
                        "no alternative certificate subject name matches target host name"),
    "signed by itself": ("self", "localhost", True, None, "channel-down", "self-signed"),
    "of a weak key": ("weak", "localhost", True, None, "channel-down", "too weak"),
    "old TLS": ("good", "localhost", True, (OLD, OLD), "retry", ""),
}


@pytest.fixture(scope="module", name="authority")
def authority_fixture(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("certificates"))
    authority.certificates = {
        "good": authority.issue("good"),
        "expired": authority.issue("expired", days=-1),
        "other": authority.issue("other", names="DNS:gateway.example"),
        "weak": authority.issue("weak", key=WEAK_KEY),
    }
    itself = Authority(authority.folder, "itself")
    authority.certificates["self"] = authority.folder / "itself-both.pem"
    authority.certificates["self"].write_text(itself.file.read_text() + itself.key.read_text())
    return authority


def send(url, ca_file, texts=("one",), **more):
    return drive("sms", {"provider": "http", "url": url, "body": "t={{text}}", "timeout_s": 10,
                         "ca_file": ca_file, **more},
                 [{"notice": n, "to": "+33612345678", "text": text}
                  for n, text in enumerate(texts, 1)])


@pytest.mark.parametrize("name", CASES)
def test_only_a_server_that_proves_who_it_is_gets_the_message(authority, name):
    certificate, host, is_trusted, versions, kind, detail = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        gateway = Gateway(lambda request: reply(200, "ok"), authority.certificates[certificate],
                          versions=versions)
    with gateway:
        run = send(gateway.url("/", host), authority.file if is_trusted else "")
        assert len(gateway.requests) == (kind == "sent")
    assert run.outcomes[1].kind == kind and detail in run.outcomes[1].detail, run.outcomes
    assert run.begun == ([1] if kind == "sent" else [])


def test_many_messages_share_connections_and_none_is_lost_when_one_breaks(authority):
    def answer(request):
        return [CLOSE] if request.form["t"] in ("7", "23") else reply(200, "ok")

    with Gateway(answer, authority.certificates["good"]) as gateway:
        run = send(gateway.url("/", "localhost"), authority.file, range(100), in_flight=4)
        assert sorted(int(request.form["t"]) for request in gateway.requests) == list(range(100))
        # One replaces each that broke, one more libcurl opens to try again: it may not.
        assert len(gateway.connections) <= 4 + 2 * 2
    uncertain = [n - 1 for n, outcome in run.outcomes.items() if outcome.kind == "uncertain"]
    assert sorted(uncertain) == [7, 23]


def test_an_answer_too_many_is_not_taken_for_that_of_the_next_message(authority):
    def answer(request):
        twice = Together((reply(200, "ok"),) * 2)
        return [twice] if request.form["t"] == "1" else reply(400, "no")

    with Gateway(answer, authority.certificates["good"]) as gateway:
        run = send(gateway.url("/", "localhost"), authority.file, "123", in_flight=1)
        assert [request.form["t"] for request in gateway.requests] == ["1", "3"]
    assert [run.outcomes[n].kind for n in (1, 2, 3)] == ["sent", "retry", "refused-message"]


def test_a_file_of_certificates_that_cannot_be_read_stops_the_channel(authority, tmp_path):
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("not a certificate\n")
    with Gateway(lambda request: reply(200), authority.certificates["good"]) as gateway:
        run = send(gateway.url("/", "localhost"), garbage)
        assert run.outcomes[1].kind == "channel-down", run.outcomes
        run = send(gateway.url("/", "localhost"), tmp_path / "missing.pem")
        assert "missing.pem: No such file" in run.fault
        assert gateway.requests == []
