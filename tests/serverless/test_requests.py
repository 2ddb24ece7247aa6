"""HTTP requests: one that fits is in the inbox before the answer, and of one that does not every fault is told."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.door import bodies
from pipelines.events import CONTRACT_VERSION
from pipelines.serverless import handler, requests
from pipelines.serverless import lines as limits
from tests.landing.lines import line
from tests.serverless.calls import http, rest, said

ONE, TWO = line("e-1"), line("e-2", "posted", text="Grüße")
ID = "(1 to 9223372036854775807)"
PRETTY = json.dumps(json.loads(ONE), indent=2).encode()


@pytest.mark.parametrize("form", [http, rest, lambda body: http(body, base64_encoded=True)])
def test_lines_that_fit_are_one_object_as_they_came(lines, form):
    status, told = said(handler(form(ONE + b"\r\n\n" + TWO)))
    assert (status, told["taken"], lines()) == (202, 2, [[ONE + b"\r", TWO]])


def test_the_answer_names_the_object(inbox):
    _, told = said(handler(http(ONE)))
    assert [file.name for file in inbox.iterdir()] == [told["object"]]


def test_the_same_request_again_is_the_same_object(inbox):
    assert handler(http(ONE)) == handler(http(ONE))
    assert len(list(inbox.iterdir())) == 1
    handler(http(TWO))
    assert len(list(inbox.iterdir())) == 2


def test_one_object_on_several_lines_is_one_event(lines):
    assert said(handler(http(PRETTY)))[1]["taken"] == 1
    assert lines() == [[PRETTY.replace(b"\n", b" ")]]


def test_a_body_by_gzip_and_a_mark_of_byte_order_are_taken(lines):
    handler(http(gzip.compress(b"\xef\xbb\xbf" + ONE), base64_encoded=True))
    assert lines() == [[ONE]]


def test_of_a_request_with_a_line_that_does_not_fit_nothing_is_taken_and_every_fault_is_told(lines):
    answer = handler(http(b"\n".join([ONE, line("", actor_id=0, colour="red"), b"", b"[", TWO])))
    assert said(answer) == (
        422,
        {
            "error": "lines that do not fit: 2 of 4; nothing was taken",
            "lines": [
                {
                    "line": 2,
                    "faults": [
                        'event_id: expected at least 1 character, found ""',
                        f"actor_id: expected an id {ID}, found 0",
                        '"colour": expected no such field in followed, found "red"',
                    ],
                },
                {"line": 4, "faults": ["line: expected JSON, found Expecting value at character 2"]},
            ],
        },
    )
    assert (answer["headers"]["content-type"], lines()) == ("application/json", [])


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"[" * 100_000, "line: expected one flat object, found it nested too deep"),
        (b'{"a":' * 100_000, "line: expected one flat object, found it nested too deep"),
        (b"[" + ONE + b"]", "line: expected an object, found a list of 1"),
    ],
)
def test_what_is_no_flat_object_is_told_as_such(lines, body, fault):
    status, told = said(handler(http(body)))
    assert (status, told["lines"][0]["faults"], lines()) == (422, [fault], [])


def test_half_a_surrogate_pair_is_no_text():
    status, told = said(handler(http() | {"body": "\ud800"}))
    assert (status, told["lines"][0]["faults"]) == (422, ["line: expected UTF-8, found 0xed at byte 1"])


def test_an_event_more_than_a_day_ahead_of_the_clock_does_not_fit(lines):
    ahead = datetime.now(UTC) + timedelta(hours=25)
    status, told = said(handler(http(line(event_time=ahead.isoformat().replace("+00:00", "Z")))))
    assert (status, lines()) == (422, [])
    assert told["lines"][0]["faults"][0].startswith("event_time: expected a time up to ")


def test_faults_that_have_no_room_are_counted(lines, monkeypatch):
    monkeypatch.setattr(bodies, "LONGEST", 200)
    _, told = said(handler(http(b"\n".join([b"{}", ONE, b"x"]))))
    assert [one["line"] for one in told["lines"]] == [1]
    assert (len(told["lines"][0]["faults"]), told["untold_faults"]) == (1, 4)


def test_a_line_that_is_too_long_does_not_fit_and_the_next_is_still_the_next(monkeypatch):
    monkeypatch.setattr(limits, "LONGEST", 1000)
    monkeypatch.setattr(limits, "PIECE", 100)
    _, told = said(handler(http(b"x" * 1001 + b"\n" + b"y" * 12_345 + b"\n" + ONE + b"\nz")))
    long = ["line: expected at most 1000 bytes, found more"]
    assert [(one["line"], one["faults"]) for one in told["lines"][:2]] == [(1, long), (2, long)]
    assert [one["line"] for one in told["lines"]] == [1, 2, 4]


@pytest.mark.parametrize(
    ("call", "status", "error"),
    [
        (http(b""), 400, "expected events by POST: one JSON object, or one a line, found nothing"),
        (rest(b""), 400, "expected events by POST: one JSON object, or one a line, found nothing"),
        (http(b" \n\r\n"), 400, "expected events by POST: one JSON object, or one a line, found nothing"),
        (http(ONE, "PUT"), 405, "expected events by POST: one JSON object, or one a line, found PUT"),
        (rest(ONE, "DELETE"), 405, "expected events by POST: one JSON object, or one a line, found DELETE"),
    ],
)
def test_a_request_without_events_is_refused(lines, call, status, error):
    answer = handler(call)
    assert (said(answer), lines()) == ((status, {"error": error}), [])
    assert answer["headers"].get("allow") == ("GET, HEAD, POST" if status == 405 else None)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("!", "body: expected base64, found something else"),
        ("é", "body: expected base64, found something else"),
        ("H4sIAAAA", "body: expected lines, or a whole file by gzip of them, found it damaged"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(lines, body, error):
    status, told = said(handler(http() | {"body": body, "isBase64Encoded": True}))
    assert (status, told["error"].partition(" (")[0], lines()) == (400, error, [])


def test_a_body_that_is_no_text_is_refused():
    answer = said(handler(http() | {"body": {"event_id": "e-1"}}))
    assert answer == (400, {"error": "body: expected a text, found dict"})


@pytest.mark.parametrize("body", [b"x" * 101, gzip.compress(b"x" * 101)], ids=["plain", "packed"])
def test_a_body_that_is_too_large_also_once_it_is_unpacked_is_refused(monkeypatch, body):
    monkeypatch.setattr(requests, "LARGEST", 100)
    answer = said(handler(http(body, base64_encoded=True)))
    assert answer == (413, {"error": "body: expected at most 100 bytes, found more"})


@pytest.mark.parametrize("form", [http, rest])
def test_get_says_what_the_function_takes(lines, form):
    told = {"takes": "events by POST: one JSON object, or one a line", "contract": CONTRACT_VERSION}
    assert (said(handler(form(method="GET"))), lines()) == ((200, told), [])
