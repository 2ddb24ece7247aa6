import json
import threading

import numpy as np
import pyarrow as pa
import pytest

from pipelines.door.buffers import Buffers
from pipelines.door.strict import strict
from pipelines.events import CONTRACT
from pipelines.events.log import CONTENT_HASH, GIVEN
from pipelines.tables import ARROW_TYPES
from tests.door.reading import Faulty, decode, decoded_lines, events_of, is_fast, judged
from tests.door.samples import CLOCK, event, line, samples

GOOD = line()
SLOW = GOOD.replace(b'"actor_id"', b'"\\u0061ctor_id"')
BAD = b'{"event_id": 1}'
VALUES = {"bigint": 7, "string": "é", "array<bigint>": [7, 8], "array<string>": ["é", "pt-BR"]}


def test_columns_are_those_of_the_log():
    types = {column.name: ARROW_TYPES[column.type] for column in (*GIVEN, CONTENT_HASH)}
    declared = list((types | {"event_type": pa.dictionary(pa.int32(), pa.string())}).items())
    assert decode(GOOD, CLOCK).events.schema == pa.schema(declared)
    assert decode(b"", CLOCK).events.schema == pa.schema(declared)


def test_columns_are_sound():
    events = decode(b"\n".join([*(line(**fields) for fields in samples() * 20), SLOW, BAD]), CLOCK).events
    events.validate(full=True)
    assert events.num_rows == 20 * len(samples()) + 1


@pytest.mark.parametrize("block", [b"", b"\n", b"\n\n", b" \t\r\n\n ", b"\r\n"])
def test_blank_lines_are_no_events_and_no_faults(block):
    decoded = decode(block, CLOCK)
    assert (decoded.events.num_rows, decoded.faulty) == (0, ())
    assert decoded.line_count == len(block.split(b"\n")) - (block[-1:] in {b"", b"\n"})


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n\n", b" \r\n", b"\t"])
def test_lines_end_as_they_like(end):
    assert decoded_lines(GOOD + b"\r\n\n" + GOOD + end) == ([0, 2], [])


def test_source_order_is_kept():
    block = b"\n".join([SLOW, GOOD, b"", BAD, SLOW, BAD, GOOD, SLOW])
    decoded = decode(block, CLOCK)
    assert decoded.lines.tolist() == [0, 1, 4, 6, 7]
    assert decoded.offsets.tolist() == [sum(len(x) + 1 for x in block.split(b"\n")[:n]) for n in (0, 1, 4, 6, 7)]
    assert [block[offset : offset + 2] for offset in decoded.offsets] == [b'{"'] * 5
    assert [(one.line, block[one.start : one.end]) for one in decoded.faulty] == [(3, BAD), (5, BAD)]
    assert len(set(events_of(decoded)[1])) == 1


def test_a_faulty_line_is_told_with_place_and_bytes():
    faulty = decode(b"\n" + BAD + b"\r\n" + GOOD, CLOCK).faulty
    assert faulty == (Faulty(1, 1, 2 + len(BAD), judged(BAD)),)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda raw: np.frombuffer(raw, np.uint8)])
def test_blocks_come_as_any_bytes(kind):
    assert decode(kind(GOOD), CLOCK).events.num_rows == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"e-1", b"e-\xff"),
        GOOD.replace(b"e-1", b"e-\xc0\x80"),
        GOOD.replace(b"e-1", b"e-\xf4\x90\x80\x80"),
        GOOD.replace(b"e-1", b"e-\xe2\x82"),
        GOOD.replace(b"e-1", b"e-\\ud83d"),
        GOOD.replace(b"e-1", b"e-\\ud83d\\udb3d"),
        GOOD.replace(b"e-1", b"e-\\ud83d\\ue000"),
        GOOD.replace(b"e-1", b"e-\\udf0f\\udc00"),
        GOOD.replace(b"e-1", b"e-\0"),
        GOOD.replace(b"7", b"9223372036854775808"),
        GOOD.replace(b"7", b"9" * 5_000),
        GOOD.replace(b"7", b"7e0"),
        GOOD.replace(b"7", b"[" * 100_000),
        GOOD[:-1],
        GOOD + b",",
        GOOD + GOOD,
        b"{}",
        b"{" + GOOD,
    ],
)
def test_damage_is_a_fault_of_its_line_alone(raw):
    assert decoded_lines(GOOD + b"\n" + raw + b"\n" + GOOD) == ([0, 2], [1])


@pytest.mark.parametrize(
    ("event_type", "version"),
    [(name, number + 1) for name, declared in CONTRACT.items() for number in range(declared.version)],
)
def test_every_version_of_every_type_goes_the_fast_way_and_says_the_same(event_type, version):
    payload = {field.name: VALUES[field.type] for field in CONTRACT[event_type].payloads[version - 1]}
    envelope = {name: event()[name] for name in ("event_id", "event_time", "actor_id")} | {"causation_id": "e-0"}
    raw = json.dumps({"event_type": event_type, **payload, **envelope, "version": version}).encode()
    assert is_fast(raw)
    assert events_of(decode(raw, CLOCK))[0] == [strict(raw, CLOCK)]


@pytest.mark.parametrize("fields", samples())
def test_a_line_may_be_cut_off_anywhere(fields):
    whole = line(**fields)
    for end in range(1, len(whole)):
        assert [one.faults for one in decode(whole[:end], CLOCK).faulty] == [judged(whole[:end])]


def test_lists_of_strings_keep_every_item_beside_their_neighbours():
    lists = [["en"], [], ..., ["é" * 9, "b"], ["\0", '"', "🌏"], [], ["en"] * 100, ...]
    lines = [line("posted", version=2, languages=one, event_id=f"e-{n}") for n, one in enumerate(lists)]
    mixed = [raw for one in lines for raw in (one, one[:-9], line("posted", version=2, languages=["x", 1]))]
    assert all(is_fast(one) for one in lines)
    expected = [None if one in (..., []) else one for one in lists]
    assert decode(b"\n".join(mixed), CLOCK).events["languages"].to_pylist() == expected


@pytest.mark.parametrize("written", ["[]", "[ \t]"])
@pytest.mark.parametrize(
    ("field", "event_type", "version"),
    [("mentioned_ids", "posted", 1), ("languages", "posted", 2), ("languages", "posted", 1), ("languages", "liked", 1)],
)
def test_an_empty_list_is_as_none_also_on_the_fast_way(written, field, event_type, version):
    without = line(event_type, version=version, **{field: ..., "post_id": 9})
    raw = line(event_type, version=version, **{field: "HERE", "post_id": 9}).replace(b'"HERE"', written.encode())
    assert is_fast(raw)
    assert events_of(decode(raw, CLOCK)) == events_of(decode(without, CLOCK))


@pytest.mark.parametrize("written", ["[]", "[ \t]", '["a","b"]', '[ "a" ,\t"b"\r]', '[ "\\u00e9"]'])
def test_lists_of_strings_go_the_fast_way_however_they_are_spaced(written):
    raw = line("posted", version=2, languages="HERE").replace(b'"HERE"', written.encode())
    assert is_fast(raw)
    assert events_of(decode(raw, CLOCK))[0] == [strict(raw, CLOCK)]


@pytest.mark.parametrize(
    "written", ["]", "[", "[,]", '["a",]', '[,"a"]', '["a" "b"]', '["a","b"', '["a"}', '"a"]', "[null]", '["a",["b"]]']
)
def test_what_is_no_list_of_strings_is_a_fault(written):
    raw = line("posted", version=2, languages="HERE").replace(b'"HERE"', written.encode())
    assert decoded_lines(GOOD + b"\n" + raw + b"\n" + GOOD) == ([0, 2], [1])


def test_a_nul_that_is_escaped_is_a_character():
    assert events_of(decode(GOOD.replace(b"e-1", b"\\u0000"), CLOCK))[0][0]["event_id"] == "\0"


def test_one_line_of_ten_megabytes():
    long = line("registered", bio="é\n🌏a" * 2_500_000)
    decoded = decode(b"\n".join([GOOD, long, GOOD]), CLOCK)
    assert decoded.events["bio"][1].as_py() == "é\n🌏a" * 2_500_000


@pytest.mark.parametrize(
    "text", ['\\u00e9\\ud83c\\udf0f\\"\\\\\\/\\b\\f\\n\\r\\t', "é🌏ab", "\\u0041\\u07ff\\u0800\\uffff"]
)
def test_escapes_and_wide_characters_go_the_fast_way(text):
    raw = line("posted", text="HERE").replace(b"HERE", text.encode())
    assert is_fast(raw)
    assert events_of(decode(raw, CLOCK))[0] == [strict(raw, CLOCK)]


def test_the_clock_is_the_callers():
    assert decoded_lines(GOOD, CLOCK - 38 * 3600 * 1_000_000) == ([0], [])
    assert decoded_lines(GOOD, CLOCK - 38 * 3600 * 1_000_000 - 1) == ([], [0])


def test_threads_decode_at_once():
    block = b"\n".join(line(**event(actor_id=number + 1)) for number in range(2_000))
    found = []
    threads = [threading.Thread(target=lambda: found.append(decode(block, CLOCK).events)) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(one.equals(found[0]) for one in found)
    assert found[0]["actor_id"].to_pylist() == list(range(1, 2_001))


def test_a_room_that_was_used_makes_no_difference():
    buffers, blocks = (
        Buffers(),
        [b"\n".join(line(**fields) for fields in part) for part in (samples() * 9, samples(), [{}])],
    )
    for block in [*blocks, b"", *reversed(blocks)]:
        reused, fresh = decode(block, CLOCK, buffers), decode(block, CLOCK)
        assert (reused.events, reused.lines.tolist()) == (fresh.events, fresh.lines.tolist())
