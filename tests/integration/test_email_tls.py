# SPDX-License-Identifier: MIT
"""The module email and TLS: nothing is said to a server that does not show who it is, and no
password to one that may not have it."""

import base64
import ssl

import pytest
from drive import drive, outcome
from servers import certificate
from servers.scripted_smtp import CLOSE, ScriptedSmtp
from test_email import HANGING, MESSAGE, check_run, messages

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion")

OFFERS = ("PIPELINING", "8BITMIME", "STARTTLS")


class Certificates:
    """An authority to trust, one that nobody trusts, and what they issued."""

    def __init__(self, folder):
        self.good = certificate.Authority(folder)
        self.other = certificate.Authority(folder, "stranger")
        issue = self.good.issue
        self.files = {
            "good": issue("good"),
            "address alone": issue("address", "IP:127.0.0.1"),
            "wildcard": issue("wildcard", "DNS:*.localhost"),
            "other name": issue("mail.elsewhere.example", "DNS:mail.elsewhere.example"),
            "expired": issue("expired", days=-1),
            "weak": issue("weak", key=certificate.WEAK_KEY),
            "stranger's": self.other.issue("localhost"),
        }

    def context(self, name, **settings):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        for key, value in settings.items():
            setattr(context, key, value)
        context.load_cert_chain(self.files[name])
        return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


def options(server, ca_file="", host="localhost", **more):
    return {"server": host, "port": server.port, "from": "compta@atelier.example",
            "from_name": "Atelier Dumont", "timeout_s": 50, "ca_file": ca_file, **more}


def secure(certificates, name="good", script=None, offers=OFFERS, **settings):
    return ScriptedSmtp(script, offers, certificates.context(name, **settings))


@pytest.mark.parametrize("name, host", [("good", "localhost"), ("good", "127.0.0.1"),
                                        ("address alone", "127.0.0.1")])
def test_a_good_certificate(certificates, name, host):
    with secure(certificates, name) as server:
        run = drive("email", options(server, certificates.good.file, host),
                    messages(3, template="test"))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}, run.outcomes[1]
    assert len(server.accepted) == 3
    assert any(text.startswith("TLS: TLSv1.3, the certificate of CN = ") for _, text in run.logs)


# The certificate, the server's name, what is trusted; what is said of it.
@pytest.mark.parametrize("name, host, trusted, said", [
    ("expired", "localhost", "good", "certificate has expired (the certificate of CN = expired, "
                                     "issued by CN = ca, valid until 20"),
    ("other name", "localhost", "good", "hostname mismatch (the certificate of CN = mail.elsewhere"),
    ("other name", "127.0.0.1", "good", "IP address mismatch"),
    ("wildcard", "localhost", "good", "hostname mismatch"),
    ("stranger's", "localhost", "good", "unable to get local issuer certificate"),
    ("good", "localhost", None, "unable to get local issuer certificate"),
    ("weak", "localhost", "good", "key too"),
])
def test_a_bad_certificate_stops_the_channel(certificates, name, host, trusted, said):
    ca_file = certificates.good.file if trusted else ""
    with secure(certificates, name) as server:
        run = drive("email", options(server, ca_file, host), messages(2))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"channel-down"}
    assert f"the TLS certificate of {host} did not pass" in run.outcomes[1].detail
    assert said in run.outcomes[1].detail
    assert "MAIL" not in server.verbs() and not run.begun


def test_a_self_signed_certificate_passes_only_if_it_is_trusted(certificates, tmp_path):
    pem = tmp_path / "self.pem"
    certificate.openssl("req", "-x509", *certificate.KEY, "-keyout", tmp_path / "self.key", "-out",
                        tmp_path / "self.crt", "-days", 2, "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost",
                        "-addext", "basicConstraints=critical,CA:FALSE")
    pem.write_text((tmp_path / "self.crt").read_text() + (tmp_path / "self.key").read_text())
    certificates.files["self-signed"] = pem
    with secure(certificates, "self-signed") as server:
        found = outcome("email", options(server), MESSAGE)
        assert found.kind == "channel-down" and "self-signed certificate" in found.detail
        assert outcome("email", options(server, tmp_path / "self.crt"), MESSAGE).kind == "sent"
    assert len(server.accepted) == 1


@pytest.mark.parametrize("script, offers, kind, said", [
    ({}, ("PIPELINING",), "channel-down", "does not offer TLS"),                      # stripped
    ({"EHLO": "502 what?"}, (), "channel-down", "does not offer TLS"),
    ({"STARTTLS": "454 4.7.0 not now"}, OFFERS, "channel-down", "454 4.7.0 not now"),
    ({"STARTTLS": "502 5.5.1 no"}, OFFERS, "channel-down", "502 5.5.1 no"),
    ({"STARTTLS": "421 4.3.2 later"}, OFFERS, "retry", "421 4.3.2 later"),
    ({"STARTTLS": CLOSE}, OFFERS, "retry", "was lost"),
    ({"STARTTLS": [b"220 go\r\n", CLOSE]}, OFFERS, "retry", "was lost"),
    ({"STARTTLS": [b"220 go\r\n250 injected\r\n"]}, OFFERS, "retry", "not asked"),
    ({"STARTTLS": [b"220 go\r\n", 0.2, b"not TLS at all\r\n", 1]}, OFFERS, "channel-down", "no TLS 1.2"),
    ({"STARTTLS": [b"220 go\r\n", 30]}, OFFERS, "retry", "no answer within"),
])
def test_no_tls_no_mail(certificates, script, offers, kind, said):
    with secure(certificates, script=script, offers=offers) as server:
        found = outcome("email", options(server, certificates.good.file,
                                         **HANGING if "within" in said else {}), MESSAGE)
    assert found.kind == kind and said in found.detail, found
    assert "MAIL" not in server.verbs() and not server.mails


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_no_tls(certificates, version):
    with secure(certificates, maximum_version=version) as server:
        found = outcome("email", options(server, certificates.good.file), MESSAGE)
    assert found.kind == "channel-down" and "no TLS 1.2 or newer" in found.detail, found
    assert "MAIL" not in server.verbs()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_many_sessions_of_one_process(certificates, version):
    with secure(certificates, minimum_version=version, maximum_version=version) as server:
        run = drive("email", options(server, certificates.good.file), messages(250))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}
    assert server.n_connections == 3 and len(server.accepted) == 250


def test_the_server_is_named_in_the_handshake(certificates):
    names = []
    with secure(certificates, sni_callback=lambda socket, name, context: names.append(name)) as server:
        outcome("email", options(server, certificates.good.file), MESSAGE)
    assert names == ["localhost"]


@pytest.mark.parametrize("script, kind", [({"DOT": CLOSE}, "uncertain"), ({"RCPT": CLOSE}, "retry"),
                                          ({"RCPT": "550 5.1.1 who?"}, "refused-address"),
                                          ({"DOT": "451 4.3.0 later"}, "retry")])
def test_outcomes_are_the_same_over_tls(certificates, script, kind):
    with secure(certificates, script=script, offers=(*OFFERS, "CHUNKING")) as server:
        run = drive("email", options(server, certificates.good.file), messages(2))
    check_run(run)
    assert run.outcomes[1].kind == kind
    assert "BDAT" not in server.verbs()


# AUTH

SECRET = "s3cr3t-éà"


def plain(session, line):
    word = line.split(" ")[2] if line.count(" ") == 2 else ""
    return "235 2.7.0 welcome" if base64.b64decode(word).decode() == f"\0compta\0{SECRET}" else \
        "535 5.7.8 no"


def login(session, line):
    user = line.partition("LOGIN")[2]
    if not user:
        session.step("334 VXNlcm5hbWU6")
        user = session.readline()
    user = base64.b64decode(user).decode()
    session.step("334 UGFzc3dvcmQ6")
    password = base64.b64decode(session.readline()).decode()
    return "235 2.7.0 welcome" if (user, password) == ("compta", SECRET) else "535 5.7.8 no"


def either(session, line):
    return login(session, line) if "LOGIN" in line else plain(session, line)


@pytest.mark.parametrize("offer", ["AUTH PLAIN", "AUTH LOGIN", "AUTH NTLM CRAM-MD5 LOGIN PLAIN",
                                   "AUTH CRAM-MD5 PLAIN", "AUTH GSSAPI XOAUTH2 LOGIN"])
def test_logging_in(certificates, offer):
    with secure(certificates, script={"AUTH": either}, offers=(*OFFERS, offer)) as server:
        run = drive("email", options(server, certificates.good.file, username="compta",
                                     password=SECRET), messages(150, template="test"))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {"sent"}, run.outcomes[1]
    assert server.verbs().count("AUTH") == 2
    for secret in (SECRET, base64.b64encode(f"\0compta\0{SECRET}".encode()).decode(),
                   base64.b64encode(SECRET.encode()).decode()):
        assert all(secret not in text for _, text in run.logs) and secret not in run.stderr


@pytest.mark.parametrize("answer, kind, said", [
    ("535 5.7.8 wrong", "channel-down", "535 5.7.8 wrong"),
    ("534 5.7.9 too weak", "channel-down", "534 5.7.9"),
    ("530 5.7.0 TLS first", "channel-down", "530"),
    ("538 5.7.11 TLS first", "channel-down", "538"),
    ("454 4.7.0 not now", "retry", "454 4.7.0 not now"),
    ("421 4.3.2 later", "retry", "421"),
    (CLOSE, "retry", "was lost at the user name"),
])
def test_a_login_that_fails(certificates, answer, kind, said):
    with secure(certificates, script={"AUTH": answer}, offers=(*OFFERS, "AUTH PLAIN LOGIN")) as server:
        run = drive("email", options(server, certificates.good.file, username="compta",
                                     password=SECRET), messages(3))
    check_run(run)
    assert {each.kind for each in run.outcomes.values()} == {kind}
    assert said in run.outcomes[1].detail
    assert server.verbs().count("AUTH") == 1, "a wrong password is not tried twice"
    assert "MAIL" not in server.verbs() and not run.begun


@pytest.mark.parametrize("offers", [OFFERS, (*OFFERS, "AUTH GSSAPI"), (*OFFERS, "AUTH NTLM")])
def test_no_mail_without_the_login_that_is_configured(certificates, offers):
    with secure(certificates, offers=offers) as server:
        found = outcome("email", options(server, certificates.good.file, username="compta",
                                         password=SECRET), MESSAGE)
    assert found.kind == "channel-down" and "no way to log in" in found.detail
    assert "MAIL" not in server.verbs()


def test_a_login_in_clear_text_on_this_machine_alone():
    with ScriptedSmtp({"AUTH": either}, ("AUTH PLAIN",)) as server:
        found = outcome("email", options(server, tls="none", username="compta", password=SECRET),
                        MESSAGE)
    assert found.kind == "sent"
