# SPDX-License-Identifier: MIT
"""The module whatsapp judged by Meta's own description of its API, which Prism reads."""

import json
import urllib.error
import urllib.request

import pytest

from drive import drive
from servers.prism import Prism

TEMPLATES = ["remind = payment_reminder(customer.name, numbers, total)",
             "resend = invoice_again(customer.name, total) with document",
             "thanks = thank_you[en_US]"]
FIELDS = {"customer.name": 'Café "Le Zinc" 🥖', "numbers": "F-1", "total": "1 200,00 €"}
MESSAGE = {"notice": 1, "to": "+33612345678", "language": "fr", "fields": FIELDS}


@pytest.fixture(scope="module")
def prism(tmp_path_factory):
    with Prism(tmp_path_factory.mktemp("prism"), "whatsapp-cloud-v23.0.yaml") as server:
        yield server


def send(prism, message, token="EAAB.token-1"):
    run = drive("whatsapp", {"phone_id": "106540352242922", "token": token, "timeout_s": 60,
                             "templates": "\n".join(TEMPLATES), "url": f"{prism.url}/v23.0"},
                [{**MESSAGE, **message}], timeout=120)
    return run.outcomes[1]


def post(prism, body):
    request = urllib.request.Request(
        f"{prism.url}/v23.0/106540352242922/messages", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": "Bearer EAAB",
         "User-Agent": "relanced/0.1.0"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_the_judge_refuses_what_meta_does_not_describe(prism):
    template = {"name": "payment_reminder", "language": {"policy": "deterministic", "code": "fr"}}
    body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": "33612345678",
            "type": "template", "template": template}
    assert post(prism, body) == 200
    assert post(prism, {**body, "template": {**template, "language": {"code": "fr"}}}) == 422
    assert post(prism, {**body, "type": "letter"}) == 422
    assert post(prism, {key: value for key, value in body.items() if key != "recipient_type"}) == 422


@pytest.mark.parametrize("template", ["remind", "thanks", "test"])
def test_a_message_is_as_meta_describes_it(prism, template):
    result = send(prism, {"template": template, "text": "Ceci est un essai"})
    assert result.kind == "sent", result
    assert result.reference.startswith("wamid.")


def test_a_document_and_its_message_are_as_meta_describes_them(prism, tmp_path):
    (tmp_path / "F-1.pdf").write_bytes(b"%PDF-1.4 an invoice")
    result = send(prism, {"template": "resend", "attach": [tmp_path / "F-1.pdf"]})
    assert result.kind == "sent", result


@pytest.mark.parametrize("documents", [[], ["F-1.pdf"]])
def test_free_text_to_who_has_just_written_is_as_meta_describes_it(prism, tmp_path, documents):
    (tmp_path / "F-1.pdf").write_bytes(b"%PDF-1.4 an invoice")
    result = send(prism, {"template": "remind", "may_chat": 1, "text": "Bonjour,\nil reste 12 €",
                          "attach": [tmp_path / name for name in documents]})
    assert result.kind == "sent", result


def test_what_meta_would_not_take_is_told_as_refused(prism):
    result = send(prism, {"template": "remind"}, token="!!!")
    assert result.kind == "refused-message" and "422" in result.detail, result
