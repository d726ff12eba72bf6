# SPDX-License-Identifier: MIT
"""A firm that chases by WhatsApp: from its invoices to what Meta is asked for, and what becomes of
a notice that Meta refuses."""

import json

import firm as firms
import pytest

from servers.cloud import Cloud, accepted, error

TOKEN = "EAAG-canary-51c2"
WAKE = "2026-03-12T10:00"
TEMPLATES = ["remind = payment_reminder(customer.name, numbers, total)",
             "remind@en = payment_reminder_en[en_GB](customer.name, numbers, total, due)",
             "resend = invoice_again(customer.name, total) with document"]


LONGEST_ID = "wamid." + "A" * 122


def number(index):
    return f"3361200000{index}"


# Customers by number, what their message meets at Meta, and how the notice must end.
SCRIPT = {
    number(1): {"status": 400, "body": error(131026, details="Message undeliverable")},
    number(2): {"status": 400, "body": error(132015)},
    number(3): {"body": accepted(wamid="wamid.paused", status="paused")},
    number(4): {"status": 503, "body": error(131016)},
    number(6): {"body": accepted(wamid=LONGEST_ID)},
}


def make_firm(bare_firm, url, action="remind", **more):
    """Seven customers: 5 has no opt-in, 6 speaks English."""
    firm = bare_firm
    secret = firm.folder / "token"
    secret.write_text(TOKEN + "\n")
    secret.chmod(0o600)
    firm.config["channels"]["whatsapp"] = {
        "module": "whatsapp", "phone_id": "1065", "url": url, "templates": TEMPLATES,
        "token": {"file": "token"}, **more}
    firm.config["policies"]["standard"] = {"steps": [
        {"id": "first", "action": action, "after_due": 3, "send": ["whatsapp|sms"]}]}
    firm.write_config()
    firm.init()
    (firm.folder / "documents/F.pdf").write_bytes(b"%PDF-1.4 an invoice")
    firm.load([firms.customer(f"C-{i}", f"Client {i}", phone="+" + number(i),
                              whatsapp="+" + number(i), language="en" if i == 6 else "fr",
                              whatsapp_opt_in="" if i == 5 else "2026-01-15") for i in range(7)],
              [firms.invoice(f"F-{i}", f"C-{i}") for i in range(7)], at="2026-03-02T08:00")
    return firm


def by_customer(firm):
    found = {}
    for notice in firm.log():
        found.setdefault(notice["account"]["customer"], {})[notice["channel"]] = notice
    return found


@pytest.fixture
def cloud(tmp_path):
    with Cloud(tmp_path, SCRIPT) as server:
        yield server


def test_each_customer_is_written_to_once_and_by_the_channel_that_can(bare_firm, cloud):
    firm = make_firm(bare_firm, cloud.url)
    firm.wake(WAKE, status=None)
    found = by_customer(firm)
    states = {code: {channel: notice["state"] for channel, notice in notices.items()}
              for code, notices in found.items()}
    assert states == {
        "C-0": {"whatsapp": "sent"}, "C-1": {"whatsapp": "failed", "sms": "sent"},
        "C-2": {"whatsapp": "failed", "sms": "sent"}, "C-3": {"whatsapp": "uncertain"},
        "C-4": {"whatsapp": "pending"}, "C-5": {"sms": "sent"}, "C-6": {"whatsapp": "sent"}}
    asked = {each["to"]: json.loads(each["body"]) for each in cloud.messages()}
    assert len(cloud.messages()) == len(asked) == 6 and number(5) not in asked
    notice, body = found["C-0"]["whatsapp"], asked[number(0)]
    assert notice["reference"].startswith("wamid.")
    assert found["C-6"]["whatsapp"]["reference"] == LONGEST_ID
    assert body["biz_opaque_callback_data"] == str(notice["notice"])
    texts = [each["text"] for each in body["template"]["components"][0]["parameters"]]
    assert texts[:2] == ["Client 0", "F-0"] and texts[2].replace("\u202f", " ").startswith("1 200")
    english = asked[number(6)]["template"]
    assert (english["name"], english["language"]["code"]) == ("payment_reminder_en", "en_GB")
    assert TOKEN not in json.dumps(firm.log())


def test_a_notice_that_waits_goes_later_with_the_same_words(bare_firm, cloud):
    firm = make_firm(bare_firm, cloud.url)
    firm.wake(WAKE, status=None)
    cloud.stop()
    cloud.script_path.write_text("{}")
    cloud.start()
    firm.wake("2026-03-12T15:00", status=None)
    asked = [each["body"] for each in cloud.messages() if each["to"] == number(4)]
    assert len(asked) == 2 and asked[0] == asked[1]
    assert by_customer(firm)["C-4"]["whatsapp"]["state"] == "sent"


def test_a_message_without_a_template_goes_by_the_next_channel(bare_firm, cloud):
    firm = make_firm(bare_firm, cloud.url, action="courtesy")
    firm.wake(WAKE, status=None)
    assert cloud.requests() == []
    assert {code: set(notices) for code, notices in by_customer(firm).items()} == {
        f"C-{i}": {"sms"} if i == 5 else {"whatsapp", "sms"} for i in range(7)}


def test_a_resend_brings_the_invoice(bare_firm, cloud):
    firm = make_firm(bare_firm, cloud.url, action="resend")
    firm.load(invoices=[firms.invoice("F-0", "C-0", document="F.pdf")], at="2026-03-02T09:00")
    firm.wake(WAKE, status=None)
    [upload], [message] = cloud.uploads(), cloud.messages()
    assert upload["size"] == len(b"%PDF-1.4 an invoice") and message["to"] == number(0)
    header = json.loads(message["body"])["template"]["components"][0]
    assert header["parameters"][0]["document"]["filename"] == upload["name"]


def test_a_token_that_has_expired_holds_everything_back_until_it_is_renewed(bare_firm, tmp_path):
    expired = {number(i): {"status": 401, "body": error(190, f"Bearer {TOKEN} has expired")}
               for i in range(7)}
    with Cloud(tmp_path, expired) as cloud:
        firm = make_firm(bare_firm, cloud.url)
        done = firm.wake(WAKE, status=None)
        assert done.returncode != 0 and TOKEN not in done.stdout + done.stderr
        assert {notices["whatsapp"]["state"] for code, notices in by_customer(firm).items()
                if code != "C-5"} == {"pending"}
        [task] = [each for each in firm.json("tasks") if each["kind"] == "channel-down"]
        assert "190" in task["sentence"] and TOKEN not in json.dumps(firm.json("tasks"))
        cloud.stop()
        cloud.script_path.write_text("{}")
        cloud.start()
        firm.wake("2026-03-12T15:00", status=None)
        assert {notices["whatsapp"]["state"] for code, notices in by_customer(firm).items()
                if code != "C-5"} == {"sent"}


def test_the_check_finds_a_slip_in_the_notation(bare_firm):
    firm = make_firm(bare_firm, "https://graph.example/v23.0")
    firm.config["channels"]["whatsapp"]["templates"] = [
        "remind = payment_reminder(customer.nam)"]
    firm.write_config()
    done = firm.relanced("--check", status=None)
    assert done.returncode != 0
    assert "did you mean customer.name?" in done.stdout + done.stderr


def test_who_has_just_written_is_answered_in_free_text(bare_firm, cloud):
    firm = make_firm(bare_firm, cloud.url, action="deadline")
    firm.config["limits"]["reply_pause_days"] = 0
    firm.write_config()
    firm.ctl("reply", "C-0", "--channel", "whatsapp", at="2026-03-11T19:00")
    for named, template in (("F-0", None), ("F-6", "deadline")):
        assert firm.json("preview", named, at=WAKE)[0]["template"] == template
        shown = firm.ctl("preview", named, at=WAKE).stdout
        assert ("in the place of these words" in shown) == (template is not None)
    firm.wake(WAKE, status=None)
    [asked] = [json.loads(each["body"]) for each in cloud.messages()]
    assert asked["to"] == number(0) and asked["type"] == "text"
    assert "F-0" in asked["text"]["body"] and "1\u202f200,00" in asked["text"]["body"]
    assert by_customer(firm)["C-0"]["whatsapp"]["state"] == "sent"
    assert by_customer(firm)["C-6"]["whatsapp"]["reason"], "without a template nobody else is"
