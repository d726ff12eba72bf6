# SPDX-License-Identifier: MIT
"""The module whatsapp: what it asks Meta for, and what it makes of every answer. The double of the
Cloud API is servers/cloud.py; EXPECTED says what each code means for the firm."""

import hashlib
import json
import socket

import pytest

from drive import drive, outcome
from servers.cloud import Cloud, accepted, error

TOKEN = "EAAG-canary-7f3b"
PHONE_ID = "106540352242922"
TEMPLATES = ["remind = payment_reminder(customer.name, numbers, total)",
             "resend = invoice_again(customer.name, total) with document",
             "thanks = thank_you"]
FIELDS = {"customer.name": "Boulangerie Martin", "numbers": "F-1 et F-2", "total": "1 200,00 €"}
REMIND = {"to": "+33612345678", "language": "fr", "template": "remind", "fields": FIELDS}


def options(url, templates=TEMPLATES, **more):
    return {"phone_id": PHONE_ID, "token": TOKEN, "url": url, "timeout_s": 5, "in_flight": 16,
            "templates": "\n".join(templates), **more}


def number(index):
    return f"336{index:08d}"


def drive_all(tmp_path, answers, message=REMIND, **more):
    """One message for each answer, all at once: (outcome, copies that arrived) of each."""
    with Cloud(tmp_path, {number(i): answer for i, answer in enumerate(answers)}) as cloud:
        run = drive("whatsapp", options(cloud.url, **more),
                    [{**message, "notice": i + 1, "to": "+" + number(i)}
                     for i in range(len(answers))])
        assert not run.crashed and not run.is_asked_twice, (run.status, run.stderr)
        asked = [each["to"] for each in cloud.messages()]
    assert TOKEN not in repr(run.events)
    return [(run.outcomes[i + 1], asked.count(number(i))) for i in range(len(answers))]


# Meta's code, the HTTP status it comes with, what it means for the message, and after how many
# seconds at least it may be tried again.
EXPECTED = [
    (0, 401, "channel-down", 0), (190, 401, "channel-down", 0),
    (3, 500, "channel-down", 0), (10, 403, "channel-down", 0),
    (200, 403, "channel-down", 0), (230, 403, "channel-down", 0), (299, 403, "channel-down", 0),
    (131005, 403, "channel-down", 0),
    (368, 403, "channel-down", 0), (131031, 403, "channel-down", 0),
    (130497, 403, "channel-down", 0),
    (131042, 400, "channel-down", 0), (131045, 500, "channel-down", 0),
    (133010, 400, "channel-down", 0), (133016, 400, "channel-down", 0),
    (131030, 400, "channel-down", 0), (131048, 400, "channel-down", 3600),
    (1, 400, "retry", 0), (2, 503, "retry", 0), (131000, 500, "retry", 0),
    (131016, 500, "retry", 0), (133004, 503, "retry", 0), (131057, 500, "retry", 0),
    (4, 400, "retry", 60), (80007, 429, "retry", 60), (130429, 429, "retry", 1),
    (131056, 400, "retry", 6), (131049, 400, "retry", 86400),
    (130472, 400, "refused-message", 0),
    (131026, 400, "refused-address", 0), (131050, 400, "refused-address", 0),
    (131021, 400, "refused-address", 0),
    (131047, 400, "refused-message", 0),
    (33, 400, "refused-message", 0), (100, 400, "refused-message", 0),
    (131008, 400, "refused-message", 0), (131009, 400, "refused-message", 0),
    (131051, 400, "refused-message", 0),
    (131052, 400, "retry", 0), (131053, 400, "retry", 0),
    (132000, 400, "refused-message", 0), (132001, 404, "refused-message", 0),
    (132005, 400, "refused-message", 0), (132007, 400, "refused-message", 0),
    (132012, 400, "refused-message", 0),
    (132015, 400, "refused-message", 0), (132016, 400, "refused-message", 0),
]


def test_every_code_of_the_table_means_what_it_should(tmp_path):
    found = drive_all(tmp_path, [{"status": status, "body": error(code, details=f"about {code}")}
                                 for code, status, _, _ in EXPECTED])
    for (code, status, kind, least), (result, copies) in zip(EXPECTED, found):
        assert (result.kind, copies) == (kind, 1), (code, result)
        assert result.retry_after_s >= least, (code, result)
        assert f"code {code}:" in result.detail and f"about {code}" in result.detail
        assert result.reference == "", code


def test_the_code_decides_and_not_the_http_status_it_comes_with(tmp_path):
    cases = [(131026, 500, "refused-address"), (131000, 400, "retry"), (190, 400, "channel-down"),
             (132001, 503, "refused-message")]
    found = drive_all(tmp_path, [{"status": status, "body": error(code)}
                                 for code, status, _ in cases])
    assert [result.kind for result, _ in found] == [kind for _, _, kind in cases]


def test_a_code_that_is_not_known_is_judged_by_its_http_status_and_said_to_be(tmp_path):
    cases = [(400, "refused-message"), (401, "channel-down"), (403, "channel-down"),
             (404, "channel-down"), (409, "refused-message"), (422, "refused-message"),
             (429, "retry"), (503, "retry"), (500, "uncertain"), (502, "uncertain")]
    found = drive_all(tmp_path, [{"status": status, "body": error(999999, "strange news")}
                                 for status, _ in cases])
    for (status, kind), (result, _) in zip(cases, found):
        assert result.kind == kind, (status, result)
        for words in ("999999", "not known here", "HTTP status alone", "strange news"):
            assert words in result.detail


def test_a_document_that_was_not_taken_has_two_more_chances(tmp_path):
    with Cloud(tmp_path, {number(0): {"status": 400, "body": error(131053)}}) as cloud:
        run = drive("whatsapp", options(cloud.url), [
            {**REMIND, "to": "+" + number(0), "notice": attempt, "attempt": attempt}
            for attempt in (1, 2, 3)])
    kinds = [run.outcomes[attempt].kind for attempt in (1, 2, 3)]
    assert kinds == ["retry", "retry", "refused-message"]


RETRY_AFTER = [
    # Meta's code or none, Retry-After → seconds
    (None, "30", 30), (None, "0", 0), (None, "-1", 0), (None, "soon", 0), (None, "1000000000", 86400),
    (None, "Wed, 21 Oct 2015 07:28:00 GMT", 0),
    (130429, "300", 300), (130429, "1", 60), (131049, "30", 86400), (190, "120", 120),
    (131026, "30", 0),
]


def test_retry_after_is_honoured_within_bounds(tmp_path):
    found = drive_all(tmp_path, [
        {"status": 429, "headers": {"Retry-After": value}, "body": error(code) if code else ""}
        for code, value, _ in RETRY_AFTER])
    for (code, value, seconds), (result, _) in zip(RETRY_AFTER, found):
        assert result.retry_after_s == seconds, (code, value, result)


ANSWERS = [
    # an answer → the kind; each message arrived once and is never said to be refused in vain
    ({"body": accepted(status="accepted")}, "sent"),
    ({"body": accepted(status="held_for_quality_assessment")}, "sent"),
    ({"body": accepted(status="paused")}, "uncertain"),
    ({"body": accepted(status="rejected_by_the_moon")}, "uncertain"),
    ({"body": {**accepted(), "messages": [{"id": "wamid.1", "message_status": 7}]}}, "uncertain"),
    ({"body": {**accepted(), "news": [None, {"a": 1}]}}, "sent"),
    ({"body": ""}, "uncertain"),
    ({"body": "OK"}, "uncertain"),
    ({"body": "<html><body>Welcome</body></html>"}, "uncertain"),
    ({"body": "\udcff\udcfe\x00\x01"}, "uncertain"),
    ({"body": "null"}, "uncertain"),
    ({"body": []}, "uncertain"),
    ({"body": {}}, "uncertain"),
    ({"body": {"messages": []}}, "uncertain"),
    ({"body": {"messages": {}}}, "uncertain"),
    ({"body": {"messages": ["wamid.1"]}}, "uncertain"),
    ({"body": {"messages": [{"id": ""}]}}, "uncertain"),
    ({"body": {"messages": [{"id": 7}]}}, "uncertain"),
    ({"body": {"messages": [{"id": " "}]}}, "uncertain"),
    ({"body": {"messages": [{"id": "wamid.\u001b[2J"}]}}, "uncertain"),
    ({"body": {"messages": [{"id": None}]}}, "uncertain"),
    ({"body": json.dumps(accepted())[:-1]}, "uncertain"),
    ({"body": json.dumps(accepted()) + "}"}, "uncertain"),
    ({"body": '{"messages": [{"id": "a", "id": "b"}]}'}, "uncertain"),
    ({"body": '{"messages": [{"id": "a\\u0000b"}]}'}, "uncertain"),
    ({"body": "[" * 500000}, "uncertain"),
    ({"body": '{"messages": ' * 50000}, "uncertain"),
    ({"body": {**accepted(), **error(131026)}}, "uncertain"),
    ({"body": error(131026)}, "uncertain"),
    ({"body": {**accepted(), "error": "?"}}, "uncertain"),
    ({"status": 400, "body": accepted()}, "uncertain"),
    ({"status": 201, "body": accepted()}, "sent"),
    ({"status": 204, "body": ""}, "uncertain"),
    ({"status": 400, "body": {"error": {"code": "131026"}}}, "refused-message"),
    ({"status": 400, "body": {"error": {"message": "no code"}}}, "refused-message"),
    ({"status": 400, "body": {"error": "131026"}}, "refused-message"),
    ({"status": 400, "body": {"error": {"code": 1e300}}}, "refused-message"),
    ({"status": 400, "body": '{"error": {"code": 99999999999999999999}}'}, "refused-message"),
    ({"status": 400, "body": '{"error": {"code": 1, "code": 131026}}'}, "refused-message"),
    ({"status": 401, "body": ""}, "channel-down"),
    ({"status": 500, "body": "<h1>Oops</h1>"}, "uncertain"),
    ({"status": 502, "body": "<h1>Bad gateway</h1>"}, "uncertain"),
    ({"status": 504, "body": ""}, "uncertain"),
    ({"status": 503, "body": ""}, "retry"),
    ({"status": 408, "body": ""}, "retry"),
    ({"status": 451, "body": ""}, "refused-message"),
    ({"status": 301, "headers": {"Location": "http://127.0.0.1:1/"}, "body": ""}, "channel-down"),
    ({"status": 307, "headers": {"Location": "file:///etc/passwd"}, "body": ""}, "channel-down"),
    ({"status": 200, "headers": {"Content-Encoding": "gzip"}}, "uncertain"),
    ({"act": "close"}, "uncertain"),
    ({"act": "reset"}, "uncertain"),
    ({"act": "stop-in-body"}, "uncertain"),
    ({"act": "stop-in-body", "status": 500}, "uncertain"),
    ({"act": "huge"}, "uncertain"),
    ({"act": "endless"}, "uncertain"),
    ({"act": "drip"}, "uncertain"),
    ({"act": "hang"}, "uncertain"),
]


# What ends when patience ends: on its own, so that the others may have all the time they need.
ENDLESS = ("huge", "endless", "drip", "hang")
PATIENCE_S = {"ends": 30, "is endless": 2}


def those_of(cases, which):
    return [case for case in cases if (case[0].get("act") in ENDLESS) == (which == "is endless")]


@pytest.mark.parametrize("which", PATIENCE_S)
def test_what_an_answer_says_is_believed_only_as_far_as_it_says_it(tmp_path, which):
    cases = those_of(ANSWERS, which)
    found = drive_all(tmp_path, [answer for answer, _ in cases], timeout_s=PATIENCE_S[which],
                      in_flight=64)
    for (answer, kind), (result, copies) in zip(cases, found):
        case = repr(answer)[:120]
        assert (result.kind, copies) == (kind, 1), (case, result)
        assert result.detail and len(result.detail) <= 240, case
        assert result.reference == "" or kind in ("sent", "uncertain"), case


def test_an_id_is_kept_to_its_last_letter(tmp_path):
    longest = "wamid." + "A" * 122
    [(result, _)] = drive_all(tmp_path, [{"body": accepted(wamid=longest)}])
    assert (result.kind, result.reference) == ("sent", longest)


def test_the_id_of_a_message_is_its_reference_and_a_held_one_says_so(tmp_path):
    found = drive_all(tmp_path, [{"body": accepted(wamid="wamid.HBgL=", status=status)} for status in
                                 (None, "held_for_quality_assessment", "paused")])
    assert [result.reference for result, _ in found] == ["wamid.HBgL="] * 3
    assert "holds it back" in found[1][0].detail
    assert "paused" in found[2][0].detail


def test_nobody_there_is_tried_again_and_nothing_has_begun():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # does not listen
        run = drive("whatsapp", options(f"http://127.0.0.1:{nobody.getsockname()[1]}/v23.0"),
                    [{**REMIND, "notice": 1}])
    assert run.outcomes[1].kind == "retry"
    assert run.begun == []


def test_a_connection_that_breaks_under_the_request_is_uncertain(tmp_path):
    with Cloud(tmp_path, {"*": {"act": "reset-early"}}) as cloud:
        result = outcome("whatsapp", options(cloud.url), REMIND)
    assert result.kind == "uncertain"


def test_a_kept_connection_that_is_closed_silently_leaves_one_copy(tmp_path):
    script = {number(i): {"act": "drop-reused"} for i in range(4)}
    with Cloud(tmp_path, script) as cloud:
        run = drive("whatsapp", options(cloud.url, in_flight=1),
                    [{**REMIND, "notice": i + 1, "to": "+" + number(i)} for i in range(4)])
        asked = cloud.messages()
    assert [run.outcomes[i].kind for i in range(1, 5)] == ["sent", "uncertain", "sent", "uncertain"]
    assert [each["to"] for each in asked] == [number(i) for i in range(4)]
    first, second, third, fourth = (each["connection"] for each in asked)
    assert first == second != third == fourth


def test_what_may_not_begin_does_not_leave(tmp_path):
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url), [{**REMIND, "notice": 7}], refuse=7)
        assert cloud.requests() == []
    assert run.outcomes[7].kind == "retry"


# --- what is asked for


def asked_for(tmp_path, message, **more):
    """The one message that was asked for."""
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url, **more), [message])
        assert run.outcomes[message["notice"]].kind == "sent", run.outcomes
        (request,) = cloud.messages()
    return request


def test_a_message_is_asked_for_in_exactly_these_words(tmp_path):
    request = asked_for(tmp_path, {**REMIND, "notice": 18446744073709551615})
    assert request["path"] == f"/v23.0/{PHONE_ID}/messages"
    assert request["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert request["headers"]["content-type"] == "application/json"
    assert request["body"] == (
        '{"messaging_product":"whatsapp","recipient_type":"individual","to":"33612345678",'
        '"type":"template","biz_opaque_callback_data":"18446744073709551615",'
        '"template":{"name":"payment_reminder","language":{"policy":"deterministic","code":"fr"},'
        '"components":[{"type":"body","parameters":[{"type":"text","text":"Boulangerie Martin"},'
        '{"type":"text","text":"F-1 et F-2"},{"type":"text","text":"1 200,00 €"}]}]}}')


def test_a_template_without_fields_has_no_components(tmp_path):
    body = json.loads(asked_for(tmp_path, {**REMIND, "notice": 1, "template": "thanks"})["body"])
    assert body["template"] == {"name": "thank_you",
                                "language": {"policy": "deterministic", "code": "fr"}}


NAMES = [
    # a customer's name → as it stands in the message
    ('Café "Le \\ Zinc" </script>', 'Café "Le \\ Zinc" </script>'),
    ("O'Neill {{1}} %s", "O'Neill {{1}} %s"),
    ("🥖 Boulangerie 👩‍🍳", "🥖 Boulangerie 👩‍🍳"),
    ("مخبز مارتن", "مخبز مارتن"), ("\u202eמאפייה", "\u202eמאפייה"),
    ("  one\ntwo\t\tthree     four  ", "one two three four"),
    ("n" * 10000, "n" * 10000),
    ("1\u202f200,00\u00a0€", "1\u202f200,00\u00a0€"),
]


def test_any_name_arrives_as_it_is_but_on_one_line(tmp_path):
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url, in_flight=1), [
            {**REMIND, "notice": i + 1, "fields": {**FIELDS, "customer.name": name}}
            for i, (name, _) in enumerate(NAMES)])
        assert {each.kind for each in run.outcomes.values()} == {"sent"}
        texts = [json.loads(each["body"])["template"]["components"][0]["parameters"][0]["text"]
                 for each in cloud.messages()]
    assert texts == [text for _, text in NAMES]


LANGUAGES = [
    # the language of a message → (template, code)
    ("fr", ("reminder", "fr")), ("en", ("reminder_en", "en_GB")), ("en-IE", ("reminder_en", "en_GB")),
    ("de", ("reminder", "de")), ("pt", ("reminder", "pt_PT")), ("pt-BR", ("reminder", "pt_BR")),
    ("es", ("reminder", "es_ES")), ("es-MX", ("reminder", "es_ES")), ("enx", ("reminder", "enx")),
]


def test_the_language_chooses_the_template_and_its_code(tmp_path):
    templates = ["remind = reminder(total)", "remind@en=reminder_en[en_GB](total)"]
    languages = "pt = pt_PT\npt-BR = pt_BR\nes = es_ES"
    with Cloud(tmp_path) as cloud:
        drive("whatsapp", options(cloud.url, templates, languages=languages, in_flight=1),
              [{**REMIND, "notice": i + 1, "language": language}
               for i, (language, _) in enumerate(LANGUAGES)])
        asked = [json.loads(each["body"])["template"] for each in cloud.messages()]
    assert [(each["name"], each["language"]["code"]) for each in asked] == [
        wanted for _, wanted in LANGUAGES]


REFUSED = [
    # what is wrong with a message, its template, and words of the sentence about it
    ({"template": "deadline"}, ["no template", "deadline", "fr", '"deadline = ']),
    ({"fields": {**FIELDS, "total": ""}}, ["total is empty", "payment_reminder", "{{3}}"]),
    ({"fields": {**FIELDS, "total": " \n\t "}}, ["total is empty"]),
    ({"fields": {"total": "1", "numbers": "F-1"}}, ["no field customer.name", "{{1}}"]),
    ({"fields": {}}, ["no field customer.name"]),
    ({"template": "resend"}, ["wants a document", "no PDF"]),
]


def test_a_message_that_would_leave_a_hole_goes_to_the_next_channel_and_says_why(tmp_path):
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url), [
            {**REMIND, **message, "notice": i + 1} for i, (message, _) in enumerate(REFUSED)])
        assert cloud.requests() == []
    assert run.begun == []
    for i, (message, words) in enumerate(REFUSED):
        result = run.outcomes[i + 1]
        assert result.kind == "refused-message", (message, result)
        assert all(word in result.detail for word in words), result.detail


def test_a_test_is_a_plain_text_unless_a_template_is_mapped_for_it(tmp_path):
    message = {**REMIND, "template": "test", "text": "Ceci est un essai\nde relanced"}
    with Cloud(tmp_path) as cloud:
        plain = outcome("whatsapp", options(cloud.url), message)
        mapped = outcome("whatsapp", options(cloud.url, ["test = hello_world[en_US]"]), message)
        bodies = [json.loads(each["body"]) for each in cloud.messages()]
    assert plain.kind == mapped.kind == "sent"
    assert "24 hours" in plain.detail and "24 hours" not in mapped.detail
    assert bodies[0]["type"] == "text" and "biz_opaque_callback_data" not in bodies[0]
    assert bodies[0]["text"] == {"body": "Ceci est un essai\nde relanced", "preview_url": False}
    assert bodies[1]["template"]["name"] == "hello_world"


# --- who has just written


CHAT = {**REMIND, "may_chat": 1, "text": "Bonjour,\nil reste 1 200,00 € 🥖"}


def test_who_has_just_written_gets_free_text_whether_a_template_is_mapped_or_not(tmp_path):
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url, in_flight=1), [
            {**CHAT, "notice": 1}, {**CHAT, "notice": 2, "template": "deadline", "fields": {}}])
        bodies = [each["body"] for each in cloud.messages()]
    assert [run.outcomes[i].kind for i in (1, 2)] == ["sent", "sent"], run.outcomes
    assert "24 hours" not in run.outcomes[1].detail
    assert bodies == [
        '{"messaging_product":"whatsapp","recipient_type":"individual","to":"33612345678",'
        '"type":"text","text":{"body":"Bonjour,\\nil reste 1 200,00 € 🥖","preview_url":false}}'] * 2


def test_a_document_goes_with_the_free_text_under_it(tmp_path, invoice):
    with Cloud(tmp_path) as cloud:
        result = outcome("whatsapp", options(cloud.url), {**CHAT, "attach": [invoice]})
        (_,), (message,) = cloud.uploads(), cloud.messages()
    assert result.kind == "sent"
    body = json.loads(message["body"])
    assert (body["type"], body["document"]) == ("document", {
        "id": "media-F-1.pdf", "filename": "F-1.pdf", "caption": CHAT["text"]})


LONG_CHATS = [
    # length of the text, with a document → the type of the message, None: refused
    (4096, False, "remind", "text"), (4097, False, "remind", "template"), (4097, False, "deadline", None),
    (1024, True, "remind", "document"), (1025, True, "resend", "template"), (1025, True, "deadline", None),
]


@pytest.mark.parametrize("length, has_document, template, kind", LONG_CHATS)
def test_free_text_is_never_cut(tmp_path, invoice, length, has_document, template, kind):
    message = {**CHAT, "text": "🥖" + "x" * (length - 2), "template": template,
               "attach": [invoice] if has_document else []}
    with Cloud(tmp_path) as cloud:
        result = outcome("whatsapp", options(cloud.url), message)
        types = [json.loads(each["body"])["type"] for each in cloud.messages()]
    assert types == ([kind] if kind else [])
    assert result.kind == ("sent" if kind else "refused-message")


def test_what_may_not_be_said_freely_any_more_is_said_by_its_template_next_time(tmp_path):
    refusal = {"status": 400, "body": error(131047)}
    with Cloud(tmp_path, {number(0): refusal, number(1): refusal}) as cloud:
        run = drive("whatsapp", options(cloud.url, in_flight=1), [
            {**CHAT, "notice": 1, "to": "+" + number(0)},
            {**CHAT, "notice": 2, "to": "+" + number(1), "template": "deadline"},
            {**CHAT, "notice": 3, "attempt": 2}])
        types = [json.loads(each["body"])["type"] for each in cloud.messages()]
    assert [run.outcomes[i].kind for i in (1, 2, 3)] == ["retry", "refused-message", "sent"]
    assert "its template goes instead" in run.outcomes[1].detail
    assert types == ["text", "text", "template"]


# --- documents


@pytest.fixture
def invoice(tmp_path):
    path = tmp_path / "F-1.pdf"
    path.write_bytes(b"%PDF-1.4\r\n--boundary\r\n\x00\xff" * 4000)
    return path


def resend(*documents):
    return {**REMIND, "template": "resend", "attach": documents}


def test_a_document_is_uploaded_once_and_becomes_the_header(tmp_path, invoice):
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url), [{**resend(invoice), "notice": 1}])
        (upload,), (message,) = cloud.uploads(), cloud.messages()
    assert run.outcomes[1].kind == "sent"
    assert upload["path"] == f"/v23.0/{PHONE_ID}/media"
    assert upload["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert upload["form"]["messaging_product"] == "whatsapp"
    assert (upload["name"], upload["type"]) == ("F-1.pdf", "application/pdf")
    assert upload["sha256"] == hashlib.sha256(invoice.read_bytes()).hexdigest()
    template = json.loads(message["body"])["template"]
    assert template["name"] == "invoice_again"
    assert template["components"][0] == {"type": "header", "parameters": [
        {"type": "document", "document": {"id": "media-F-1.pdf", "filename": "F-1.pdf"}}]}
    assert [each["type"] for each in template["components"]] == ["header", "body"]


def test_of_several_documents_the_first_goes_along_and_this_is_said(tmp_path, invoice):
    second = tmp_path / "F-2.pdf"
    second.write_bytes(b"%PDF-1.4 two")
    with Cloud(tmp_path) as cloud:
        result = outcome("whatsapp", options(cloud.url), resend(invoice, second))
        assert [each["name"] for each in cloud.uploads()] == ["F-1.pdf"]
    assert result.kind == "sent" and "only the first document" in result.detail


UPLOADS = [
    # what an upload meets → the kind; nothing may be sent then
    ({"status": 400, "body": error(131053)}, "retry"),
    ({"status": 401, "body": error(190)}, "channel-down"),
    ({"status": 429, "body": error(130429)}, "retry"),
    ({"status": 400, "body": error(100)}, "refused-message"),
    ({"status": 400, "body": error(131026)}, "refused-message"),
    ({"status": 400, "body": error(999999)}, "refused-message"),
    ({"status": 500, "body": error(999999)}, "retry"),
    ({"status": 413, "body": ""}, "refused-message"),
    ({"status": 500, "body": "<h1>Oops</h1>"}, "retry"),
    ({"status": 503, "body": ""}, "retry"),
    ({"body": ""}, "retry"), ({"body": "{}"}, "retry"), ({"body": {"id": 7}}, "retry"),
    ({"body": {"id": ""}}, "retry"), ({"body": {"id": "9" * 500}}, "retry"),
    ({"body": '{"id": "a", "id": "b"}'}, "retry"), ({"body": {**error(131016), "id": "1"}}, "retry"),
    ({"status": 307, "headers": {"Location": "/elsewhere"}, "body": ""}, "channel-down"),
    ({"act": "close"}, "retry"), ({"act": "reset"}, "retry"), ({"act": "stop-in-body"}, "retry"),
    ({"act": "huge"}, "retry"), ({"act": "endless"}, "retry"), ({"act": "drip"}, "retry"),
    ({"act": "hang"}, "retry"),
]


@pytest.mark.parametrize("which", PATIENCE_S)
def test_an_upload_that_fails_sends_nothing(tmp_path, which):
    cases = those_of(UPLOADS, which)
    paths = [tmp_path / f"F-{i}.pdf" for i in range(len(cases))]
    for path in paths:
        path.write_bytes(b"%PDF-1.4")
    with Cloud(tmp_path, {path.name: answer for path, (answer, _) in zip(paths, cases)}) as cloud:
        run = drive("whatsapp", options(cloud.url, timeout_s=PATIENCE_S[which], in_flight=64),
                    [{**resend(path), "notice": i + 1} for i, path in enumerate(paths)])
        assert cloud.messages() == []
    assert run.begun == []
    for i, (answer, kind) in enumerate(cases):
        assert run.outcomes[i + 1].kind == kind, (answer, run.outcomes[i + 1])


def test_after_an_upload_begin_may_still_say_no(tmp_path, invoice):
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url), [{**resend(invoice), "notice": 3}], refuse=3)
        assert len(cloud.uploads()) == 1 and cloud.messages() == []
    assert run.outcomes[3].kind == "retry"


def test_a_document_that_is_empty_or_too_large_is_not_uploaded(tmp_path):
    paths = [tmp_path / "empty.pdf", tmp_path / "large.pdf"]
    paths[0].touch()
    with open(paths[1], "wb") as large:
        large.truncate(16 * 1024 * 1024 + 1)
    with Cloud(tmp_path) as cloud:
        run = drive("whatsapp", options(cloud.url), [
            {**resend(path), "notice": i + 1} for i, path in enumerate(paths)])
        assert cloud.requests() == []
    assert [run.outcomes[i].kind for i in (1, 2)] == ["refused-message"] * 2
    assert "empty" in run.outcomes[1].detail and "16 MiB" in run.outcomes[2].detail


# --- options, addresses, secrets

FAULTS = [
    # an option that is wrong → words of what is said about it
    ({"provider": "twilio"}, ["provider", "cloud"]),
    ({"phone_id": ""}, ["phone_id"]), ({"phone_id": "+33612345678"}, ["phone_id", "digits"]),
    ({"phone_id": "1/../2"}, ["phone_id"]),
    ({"token": "two words"}, ["token"]), ({"token": "a\r\nX-Header: 1"}, ["token"]),
    ({"url": "http://graph.example/v23.0"}, ["url", "https://"]),
    ({"url": "ftp://graph.example"}, ["url", "https://"]),
    ({"url": "https://graph.example/v23.0?x=1"}, ["url"]),
    ({"ca_file": "ca.pem"}, ["ca_file", "absolute path"]),
    ({"ca_file": "/nowhere/ca.pem"}, ["ca_file", "No such file"]),
    ({"templates": "remind = a(total)\nremind payment"}, ["templates", "line 2", "=", "remind payment"]),
    ({"templates": "remind = a(custmer.name)"}, ["custmer.name", "did you mean customer.name?"]),
    ({"templates": "remind = a(total) with documents"}, ["with document"]),
    ({"templates": "remind = a(total\n"}, ["line 1", ")"]),
    ({"templates": "remind = a(total,)"}, ["field"]),
    ({"templates": "remind = Payment(total)"}, ["small letters"]),
    ({"templates": "remind = a[english_language](total)"}, ["code"]),
    ({"templates": "remind@ = a"}, ["remind@en"]),
    ({"templates": "remind = a\nremind = b"}, ["line 2", "before"]),
    ({"templates": "= a"}, ["line 1"]),
    ({"languages": "en"}, ["languages", "line 1", "="]),
    ({"languages": "en = en_US\nen = en_GB"}, ["languages", "line 2", "before"]),
]


@pytest.mark.parametrize("option, words", FAULTS, ids=lambda each: repr(each)[:40])
def test_a_wrong_option_is_named_when_the_channel_is_opened(option, words):
    run = drive("whatsapp", {**options("https://graph.example/v23.0"), **option})
    assert run.fault and not run.outcomes, run.events
    assert all(word in run.fault for word in words), run.fault
    assert TOKEN not in run.fault


@pytest.mark.parametrize("address, verdict", [
    ("+33612345678", "good"), ("+16505551234", "good"), ("+4915112345678", "good"),
    ("33612345678", "bad"), ("0612345678", "bad"), ("", "bad"), ("+", "bad"), ("+33", "bad"),
    ("+0612345678", "bad"), ("+33 6 12 34 56 78", "bad"), ("+3361234567890123", "bad"),
    ("+33612345678;ext=1", "bad"), ("marie@martin.example", "bad"), ("+3361234567a", "bad"),
])
def test_a_number_is_a_whole_international_one(address, verdict):
    run = drive("whatsapp", options("https://graph.example"), check=address)
    assert ("address", verdict) in run.events


def test_a_token_that_meta_repeats_is_in_no_text_that_leaves(tmp_path):
    said = f"token Bearer {TOKEN} has expired"
    with Cloud(tmp_path, {number(0): {"status": 401, "body": error(190, said)},
                          number(1): {"status": 500, "body": said}}) as cloud:
        run = drive("whatsapp", options(cloud.url), [
            {**REMIND, "notice": i + 1, "to": "+" + number(i)} for i in range(2)])
    assert run.outcomes[1].kind == "channel-down" and "has expired" in run.outcomes[1].detail
    assert TOKEN not in repr(run.events) and TOKEN not in run.stderr


def test_the_log_names_no_customer_above_debug_level(tmp_path, invoice):
    with Cloud(tmp_path, {number(1): {"status": 400, "body": error(131026)}}) as cloud:
        run = drive("whatsapp", options(cloud.url), [
            {**resend(invoice), "notice": i + 1, "to": "+" + number(i)} for i in range(2)])
    assert [level for level, _ in run.logs if level < 7] == []
    assert any("invoice_again (fr)" in text for _, text in run.logs)
    assert not any("Martin" in text or TOKEN in text for _, text in run.logs)
