import json

import pytest

from pipelines.door.strict import Faults, canonical, strict
from pipelines.events import CONTRACT
from tests.door.reading import judged
from tests.door.samples import CLOCK, event, line, samples

IDS = "(1 to 9223372036854775807)"
TYPES = (
    "registered, profile_changed, deactivated, reactivated, followed, unfollowed, blocked, unblocked, muted, unmuted, "
    "posted, post_edited, post_deleted, reposted, repost_undone, liked, unliked"
)
TIME = "event_time: expected "

FITTING = [
    ("followed", {"version": 1}),
    ("followed", {"version": None, "text": None, "no_such_field": None}),
    ("followed", {"event_id": "é" * 64}),
    ("followed", {"followee_id": 2**63 - 1, "actor_id": 1}),
    ("posted", {"text": "", "language": ..., "reply_to_post_id": None, "mentioned_ids": []}),
    ("posted", {"languages": []}),
    ("followed", {"mentioned_ids": [], "languages": []}),
    ("posted", {"text": "🌏" * 65_536}),
    ("posted", {"text": "\0\x1f\x7f\u2028"}),
    ("registered", {"username": "u" * 200, "bio": "b" * 70_000}),
    ("profile_changed", {"bio": ""}),
    ("posted", {"version": 2, "languages": ["en", "pt-BR", "en"]}),
    ("posted", {"version": 2, "languages": []}),
    ("posted", {"version": 2, "language": None, "languages": None}),
    ("registered", {"version": 2, "invited_by_id": 5}),
    ("registered", {"version": 2}),
    ("deactivated", {"correlation_id": "c", "causation_id": "e-0"}),
    ("posted", {"version": 2, "correlation_id": "🌏" * 64}),
    ("followed", {"correlation_id": None, "causation_id": "é" * 64}),
]

REJECTS = [
    ("followed", {"followee_id": "7"}, f'followee_id: expected an id {IDS}, found "7"'),
    ("followed", {"followee_id": 7.0}, f"followee_id: expected an id {IDS}, found 7.0"),
    ("followed", {"followee_id": True}, f"followee_id: expected an id {IDS}, found true"),
    ("followed", {"followee_id": 0}, f"followee_id: expected an id {IDS}, found 0"),
    ("followed", {"followee_id": -1}, f"followee_id: expected an id {IDS}, found -1"),
    ("followed", {"followee_id": 2**63}, f"followee_id: expected an id {IDS}, found 9223372036854775808"),
    ("followed", {"followee_id": {"id": 1}}, f"followee_id: expected an id {IDS}, found an object"),
    ("followed", {"followee_id": float("nan")}, f"followee_id: expected an id {IDS}, found NaN"),
    ("followed", {"followee_id": None}, f"followee_id: expected an id {IDS}, found nothing"),
    ("followed", {"followee_id": ...}, f"followee_id: expected an id {IDS}, found nothing"),
    ("followed", {"event_id": ""}, 'event_id: expected at least 1 character, found ""'),
    ("followed", {"event_id": "e" * 65}, "event_id: expected at most 64 characters, found 65"),
    ("followed", {"event_id": 5}, "event_id: expected a string, found 5"),
    ("followed", {"correlation_id": ""}, 'correlation_id: expected at least 1 character, found ""'),
    ("followed", {"correlation_id": "c" * 65}, "correlation_id: expected at most 64 characters, found 65"),
    ("posted", {"causation_id": "e" * 65}, "causation_id: expected at most 64 characters, found 65"),
    ("posted", {"causation_id": 5}, "causation_id: expected a string, found 5"),
    ("posted", {"causation_id": []}, "causation_id: expected a string, found a list of 0"),
    ("followed", {"version": 2}, "version: expected at most 1, found 2"),
    ("followed", {"version": 0}, "version: expected an integer from 1 on, found 0"),
    ("followed", {"version": "1"}, 'version: expected an integer from 1 on, found "1"'),
    ("followed", {"text": "x"}, 'text: expected no such field in followed, found "x"'),
    ("followed", {"followee_id": []}, f"followee_id: expected an id {IDS}, found a list of 0"),
    ("followed", {"event_id": []}, "event_id: expected a string, found a list of 0"),
    ("followed", {"colour": []}, '"colour": expected no such field in followed, found a list of 0'),
    ("followed", {"mentioned_ids": [3]}, "mentioned_ids: expected no such field in followed, found a list of 1"),
    ("followed", {"colour": [1, 2]}, '"colour": expected no such field in followed, found a list of 2'),
    ("followed", {"event_time": 5}, f"{TIME}a time as a string, found 5"),
    ("followed", {"event_time": ...}, f"{TIME}a time as a string, found nothing"),
    ("posted", {"text": "t" * 65_537}, "text: expected at most 65536 characters, found 65537"),
    ("posted", {"language": []}, "language: expected a string, found a list of 0"),
    ("posted", {"mentioned_ids": [[]]}, f"mentioned_ids: expected a list of ids {IDS}, found a list of 0 as number 1"),
    ("posted", {"language": ""}, 'language: expected at least 1 character, found ""'),
    ("posted", {"mentioned_ids": 3}, f"mentioned_ids: expected a list of ids {IDS}, found 3"),
    ("posted", {"mentioned_ids": [3, None]}, f"mentioned_ids: expected a list of ids {IDS}, found null as number 2"),
    ("posted", {"mentioned_ids": ["3"]}, f'mentioned_ids: expected a list of ids {IDS}, found "3" as number 1'),
    ("posted", {"languages": ["en"]}, "languages: expected no such field in posted version 1, found a list of 1"),
    ("posted", {"version": 2, "language": "en"}, 'language: expected no such field in posted version 2, found "en"'),
    ("posted", {"version": 2, "languages": "en"}, 'languages: expected a list of strings, found "en"'),
    ("posted", {"version": 2, "languages": ["en", 5]}, "languages: expected a list of strings, found 5 as number 2"),
    ("posted", {"version": 2, "languages": [None]}, "languages: expected a list of strings, found null as number 1"),
    (
        "posted",
        {"version": 2, "languages": ["en", ""]},
        'languages: expected at least 1 character, found "" as number 2',
    ),
    ("registered", {"invited_by_id": 5}, "invited_by_id: expected no such field in registered version 1, found 5"),
    ("registered", {"version": 2, "invited_by_id": 0}, f"invited_by_id: expected an id {IDS}, found 0"),
    ("registered", {"username": "u" * 201}, "username: expected at most 200 characters, found 201"),
    (
        "profile_changed",
        {"bio": ...},
        "profile_changed: expected at least one of username, first_name, last_name, bio, found none",
    ),
    ("flew", {}, f'event_type: expected one of {TYPES}, found "flew"'),
    (7, {}, f"event_type: expected one of {TYPES}, found 7"),
    (None, {"followee_id": 3}, f"event_type: expected one of {TYPES}, found nothing"),
]

NO_OBJECTS = [
    (b"[1, 2]", "line: expected an object, found a list of 2"),
    (b"null", "line: expected an object, found null"),
    (b'"text"', 'line: expected an object, found "text"'),
    (b"{} {}", "line: expected JSON, found Extra data at character 4"),
    (b'{"event_id": 01}', "line: expected JSON, found Expecting ',' delimiter at character 15"),
    (b'{"a": "\xff"}', "line: expected UTF-8, found 0xff at byte 8"),
    (b'{"a": "\xed\xa0\x80"}', "line: expected UTF-8, found 0xed at byte 8"),
    (b'{"a": "\x00"}', "line: expected JSON, found Invalid control character at at character 8"),
    (b"[" * 100_000, "line: expected one flat object, found it nested too deep"),
    (b'{"a":' * 100_000, "line: expected one flat object, found it nested too deep"),
]


@pytest.mark.parametrize(("event_type", "changes"), FITTING)
def test_what_fits(event_type, changes):
    expected = event(event_type, **changes) | {"event_time": 1_767_175_200_000_000}
    given = {name: value for name, value in expected.items() if value not in (None, [])}
    assert judged(line(event_type, **changes)) == {"version": 1} | given


@pytest.mark.parametrize(("event_type", "changes", "fault"), REJECTS)
def test_what_does_not_fit(event_type, changes, fault):
    assert judged(line(event_type, **changes)) == (fault,)


@pytest.mark.parametrize(("raw", "fault"), NO_OBJECTS)
def test_what_is_no_object(raw, fault):
    assert judged(raw) == (fault,)


def test_a_version_newer_than_known_is_judged_as_the_newest_too():
    known = CONTRACT["registered"].version
    newer, unknown = judged(line("registered", version=known + 1, colour="red"))
    assert newer == f"version: expected at most {known}, found {known + 1}"
    assert unknown == f'"colour": expected no such field in registered version {known}, found "red"'


def test_every_fault_is_told():
    raw = b'{"event_id": "", "event_id": "", "event_type": "posted", "actor_id": 0, "\\ud800": 1, "followee_id": 1}'
    assert [fault.partition(":")[0] for fault in judged(raw)] == [
        "event_id", '"\\ud800"', "event_id", "event_time", "actor_id", "post_id", "text", '"\\ud800"', "followee_id",
    ]  # fmt: skip


def test_a_field_twice_is_a_fault_even_when_equal_or_null():
    twice = line().replace(b"{", b'{"followee_id": null, ')
    assert judged(twice) == ("followee_id: expected this field once, found 2 times",)


@pytest.mark.parametrize("where", ["\\ud83d", "ab\\ude00", "\\ud83d\\u0041", "\\ude00\\ud83d"])
def test_half_a_surrogate_pair_is_a_fault(where):
    (fault,) = judged(line("posted", text="HERE").replace(b"HERE", where.encode()))
    assert fault.startswith("text: expected Unicode text, found a lone surrogate at character ")


def test_a_huge_number_is_quoted_in_short():
    (fault,) = judged(line(followee_id="HUGE").replace(b'"HUGE"', b"9" * 10_000))
    assert fault == f"followee_id: expected an id {IDS}, found {'9' * 59}…"


def test_faults_are_one_printable_line_each():
    (fault,) = judged(line(**{"\n\u202e" * 500: "\0\n" * 500}))
    assert fault.isprintable()
    assert len(fault) < 200


@pytest.mark.parametrize("fields", samples())
def test_the_canonical_line_says_the_same(fields):
    decoded = strict(json.dumps(fields).encode(), CLOCK)
    assert strict(canonical(decoded), CLOCK) == decoded


def test_the_exception_tells_all_faults():
    with pytest.raises(Faults, match=r"(?s)event_id.*followee_id"):
        strict(line(event_id=5, followee_id=5.5), CLOCK)
