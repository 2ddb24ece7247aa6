"""Fields that the contract does not know: where the fast way says what is wrong, the strict way says the same."""

import json
from random import Random

import pytest

from pipelines.door.columns import UNKNOWN
from pipelines.door.unknown import LONGEST
from pipelines.events import CONTRACT
from tests.door.mutations import NO_IDS, NO_TEXTS, NUMBERS, TEXTS, mutated
from tests.door.reading import decode, judged, scanned
from tests.door.samples import CLOCK, event, line, samples
from tests.door.spelling import Raw, spelled

AT_BOUNDS = ["c" * size for size in (7, 8, 9, 15, 16, 17, 31, 32, 33, 59, 60, 61, 100, 101, LONGEST, 5000)]
NAMES = ["colour", "", "Actor_id", "actor_id ", "actor_id\0", 'a"b', "a\\", "\x7f", "\x1f", "é", "\ud800", *AT_BOUNDS]
VALUES = [*NO_IDS, *map(Raw, NUMBERS), *TEXTS, *NO_TEXTS, *AT_BOUNDS, 1, 17, 10**18, 2**63 - 1, False, [1], {"a": 1}]
PLAIN = ["1", "9223372036854775807", '""', '"red"', '"\x7f {}[]:,"', "true", "false", '"%s"' % ("c" * (LONGEST - 11))]
NOT_PLAIN = ["0", "-1", "1.5", "1e3", "9223372036854775808", "null", "[]", "{}", "tru", "truE", "fals", "True", "'a'"]
NOT_PLAIN += ['"\\n"', '"é"', '"\t"', '"', '"red', "", '"%s"' % ("c" * (LONGEST - 10)), "01", "1 2", "true1", "nul"]


def with_unknown_fields(random):
    """A line without a newline: one that fits, or is near that, with one or two such fields at any place."""
    pairs = list(random.choice(samples()).items())
    for _ in range(random.choice([1, 1, 1, 2])):
        name = random.choice([*NAMES, *["colour"] * 20])
        pairs.insert(random.randrange(len(pairs) + 1), (name, random.choice(VALUES)))
    if random.random() < 0.1:
        pairs.pop(random.randrange(len(pairs)))
    return spelled(pairs, random).encode("utf-8", "surrogatepass").replace(b"\n", b" ")


def faults_of(lines):
    """What is told of each line that does not fit, by its place among lines without newlines."""
    block = b"\n".join(lines)
    faulty = decode(block, CLOCK).faulty
    assert all(block[one.start : one.end] == lines[one.line] for one in faulty)
    return {one.line: one.faults for one in faulty}


def strict_faults_of(lines):
    said = {at: judged(raw) for at, raw in enumerate(lines) if raw.strip(b" \t\r")}
    return {at: faults for at, faults in said.items() if isinstance(faults, tuple)}


def are_told_by_the_fast_way(lines):
    """How many lines are said to have nothing wrong but an unknown field."""
    return int((scanned(b"\n".join(lines)).declined[:, UNKNOWN] != 0).sum())


@pytest.mark.parametrize("seed", range(4))
def test_of_lines_with_unknown_fields_it_is_said_what_the_strict_way_says(seed):
    random = Random(seed)
    lines = [(with_unknown_fields if random.random() < 0.9 else mutated)(random) for _ in range(6_000)]
    assert faults_of(lines) == strict_faults_of(lines)
    assert 0.1 * len(lines) < are_told_by_the_fast_way(lines) < 0.9 * len(lines)


@pytest.mark.parametrize("raw", [line(colour="red"), b'{"c" :true ,' + line()[1:], line(colour=17, text="a")])
def test_any_byte_may_be_another_one(raw):
    lines = [raw[:at] + bytes([other]) + raw[at + 1 :] for at in range(len(raw)) for other in range(256)]
    lines = [one for one in lines if b"\n" not in one]
    assert faults_of(lines) == strict_faults_of(lines)


@pytest.mark.parametrize("value", ["red", "c" * 40, 17, True, False])
def test_a_line_may_be_cut_off_anywhere_at_the_end_of_a_block(value):
    whole = line(colour=value)
    for end in range(1, len(whole) + 1):
        assert faults_of([line(), whole[:end]]) == {1: judged(whole[:end])}


@pytest.mark.parametrize(
    ("event_type", "version"),
    [(name, number + 1) for name, declared in CONTRACT.items() for number in range(declared.version)],
)
def test_the_fault_names_type_and_version(event_type, version):
    values = {"bigint": 7, "string": "a", "array<bigint>": [7], "array<string>": ["en"]}
    payload = {field.name: values[field.type] for field in CONTRACT[event_type].payloads[version - 1]}
    envelope = {name: event()[name] for name in ("event_id", "event_time", "actor_id")}
    raw = json.dumps({"event_type": event_type, **payload, "colour": 1, **envelope, "version": version}).encode()
    assert are_told_by_the_fast_way([raw]) == 1
    assert faults_of([raw]) == {0: judged(raw)}


@pytest.mark.parametrize("written", PLAIN)
@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_plain_unknown_field_is_told_by_the_fast_way(written, place):
    fields = [f"{json.dumps(name)}:{json.dumps(value)}" for name, value in event().items()]
    raw = b"{" + ",".join([*fields[:place], f'"colour":{written}', *fields[place:]]).encode() + b"}"
    assert are_told_by_the_fast_way([raw]) == 1
    assert faults_of([raw]) == {0: judged(raw)}


@pytest.mark.parametrize("written", NOT_PLAIN)
def test_any_other_one_goes_the_strict_way(written):
    raw = line(colour="HERE").replace(b'"HERE"', written.encode())
    assert are_told_by_the_fast_way([raw]) == 0
    assert faults_of([raw]) == strict_faults_of([raw])


@pytest.mark.parametrize(
    "raw",
    [
        line(colour=1, size=2),
        line(colour=1)[:-1] + b', "colour": 1}',
        line(colour=1, followee_id=0),
        line(colour=1, actor_id=...),
        line(colour=1, text="a"),
        line(colour=1, version=2),
        line("profile_changed", colour=1, bio=...),
        line("nope", colour=1),
        line(colour=1) + b",",
        line(colour=1)[:-1],
        b'{"colour": 1}',
    ],
)
def test_what_has_more_faults_goes_the_strict_way(raw):
    assert are_told_by_the_fast_way([raw]) == 0
    assert faults_of([raw]) == {0: judged(raw)}
