"""Lines that are not as one hopes: each lands, or goes to quarantine with all that is known of it."""

import hashlib

import pytest

from pipelines.events import CONTRACT_VERSION
from tests.landing.lines import counts, events, file_of, ids, line, quarantined

GOOD = line("good")
AFTER = line("after")
JSON = "line: expected JSON, found "
ID = "(1 to 9223372036854775807)"
NO_OBJECT = [
    ("not JSON", b"bad", f"{JSON}Expecting value at character 1"),
    ("not UTF-8", GOOD.replace(b"good", b"\xff"), "line: expected UTF-8, found 0xff at byte 15"),
    ("a raw NUL", GOOD.replace(b"good", b"\0"), f"{JSON}Invalid control character at at character 15"),
    ("only a NUL", b"\0", f"{JSON}Expecting value at character 1"),
    ("a list", b"[" + GOOD + b"]", "line: expected an object, found a list of 1"),
    ("deep nesting", b"[" * 100_000, "line: expected one flat object, found it nested too deep"),
    ("deep objects", b'{"a":' * 100_000, "line: expected one flat object, found it nested too deep"),
]
NO_EVENT = [
    ("beyond int64", line(actor_id=2**63), f"actor_id: expected an id {ID}, found 9223372036854775808"),
    ("far beyond int64", line(actor_id=10**60), f"actor_id: expected an id {ID}, found 1{'0' * 58}…"),
    ("a fraction", line(followee_id=7.0), f"followee_id: expected an id {ID}, found 7.0"),
    (
        "a lone surrogate",
        line("e-1", "posted", text="S").replace(b'"S"', b'"\\ud800"'),
        "text: expected Unicode text, found a lone surrogate at character 1",
    ),
    (
        "10 MB in one line",
        line("e-1", "posted", text="x" * 10_000_000),
        "text: expected at most 65536 characters, found 10000000",
    ),
]
FITTING = [
    ("blank lines", b"\n \t\r\n\n" + GOOD + b"\n\n\r\n", 6),
    ("a byte-order mark", b"\xef\xbb\xbf" + GOOD + b"\n", 1),
    ("carriage returns", GOOD + b"\r\n", 1),
    ("no newline at the end", GOOD, 1),
    ("spaces around", b"  " + GOOD + b"\t \n", 1),
]


def cases(named):
    return {"argvalues": [case[1:] for case in named], "ids": [case[0] for case in named]}


@pytest.mark.parametrize(("raw", "fault"), **cases(NO_OBJECT + NO_EVENT))
def test_a_line_that_does_not_fit_is_quarantined_and_stops_nothing(land, lake, tmp_path, raw, fault):
    source = file_of(tmp_path / "a.jsonl", GOOD, b"", raw, AFTER)
    assert counts(land(source)) == (4, 2, 0, 1, 1)
    assert ids(lake) == ["after", "good"]
    assert quarantined(lake) == [
        {
            "source": source, "byte_offset": len(GOOD) + 2, "raw_sha256": hashlib.sha256(raw).hexdigest(),
            "line_number": 3, "raw": raw, "format": "events", "faults": [fault], "contract_version": CONTRACT_VERSION,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(("data", "lines"), **cases(FITTING))
def test_how_lines_are_set_apart_is_no_fault(land, lake, tmp_path, data, lines):
    (tmp_path / "a.jsonl").write_bytes(data)
    assert counts(land(str(tmp_path / "a.jsonl"))) == (lines, 1, 0, 0, 0)
    assert ids(lake) == ["good"]


def test_every_fault_of_a_line_is_told(land, lake, tmp_path):
    landing = land(file_of(tmp_path / "a.jsonl", line("", actor_id=0, colour="red"), line(actor_id=-3)))
    assert [row["faults"] for row in quarantined(lake)] == [
        [
            'event_id: expected at least 1 character, found ""',
            f"actor_id: expected an id {ID}, found 0",
            '"colour": expected no such field in followed, found "red"',
        ],
        [f"actor_id: expected an id {ID}, found -3"],
    ]
    assert landing.faults[f"actor_id: expected an id {ID}"] == 2


def test_after_a_byte_order_mark_offsets_are_still_those_of_the_file(land, lake, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbfbad\r\n" + GOOD + b"\nworse")
    land(str(tmp_path / "a.jsonl"))
    found = [(row["byte_offset"], row["line_number"], row["raw"]) for row in quarantined(lake)]
    assert found == [(3, 1, b"bad\r"), (9 + len(GOOD), 3, b"worse")]


def test_a_byte_order_mark_later_in_the_file_is_a_fault(land, lake, tmp_path):
    land(file_of(tmp_path / "a.jsonl", line("e-1"), b"\xef\xbb\xbf" + line("e-2")))
    assert ids(lake) == ["e-1"]
    assert quarantined(lake)[0]["raw"] == b"\xef\xbb\xbf" + line("e-2")


def test_nothing_but_a_byte_order_mark_is_no_line(land, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xef\xbb\xbf")
    assert counts(land(str(tmp_path / "a.jsonl")))[1:] == (0, 0, 0, 0)


def test_an_escaped_nul_and_other_odd_characters_land_as_they_are(land, lake, tmp_path):
    land(file_of(tmp_path / "a.jsonl", line("e-1", "posted", text="a\0b\u2028🌏\x7f")))
    assert events(lake)[0]["text"] == "a\0b\u2028🌏\x7f"


def test_ten_megabytes_that_fit_land(land, lake, tmp_path):
    land(file_of(tmp_path / "a.jsonl", line("e-1", "registered", bio="x" * 10_000_000), line("e-2")))
    assert [len(row.get("bio", "")) for row in events(lake)] == [10_000_000, 0]


def test_the_greatest_numbers_land(land, lake, tmp_path):
    land(file_of(tmp_path / "a.jsonl", line(actor_id=2**63 - 1, followee_id=1)))
    assert (events(lake)[0]["actor_id"], events(lake)[0]["followee_id"]) == (9223372036854775807, 1)


def test_a_lines_faults_are_counted_without_what_was_found(land, tmp_path):
    landing = land(file_of(tmp_path / "a.jsonl", b"bad", b"{", line(version=2), line(version=3)))
    assert landing.faults == {"line: expected JSON": 2, "version: expected at most 1": 2}
