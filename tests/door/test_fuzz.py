from random import Random

import pytest

from pipelines.door.strict import canonical, strict
from tests.door.mutations import mutated
from tests.door.reading import decode, events_of, judged, scanned
from tests.door.samples import CLOCK, line
from tests.door.twin import content_hash

SEEDS = range(4)
LINES = 6_000


def drawn(seed):
    """Lines at random, and what the strict way says of each that is not blank."""
    print(f"seed {seed}")  # shown when the test fails
    random = Random(seed)
    lines = [mutated(random) for _ in range(LINES)]
    return lines, {at: judged(raw) for at, raw in enumerate(lines) if raw.strip(b" \t\r")}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_block_is_what_the_strict_way_says_line_by_line(seed):
    lines, verdicts = drawn(seed)
    block = b"\n".join(lines)
    decoded = decode(block, CLOCK)
    good = {at: fields for at, fields in verdicts.items() if isinstance(fields, dict)}
    events, hashes = events_of(decoded)
    assert dict(zip(decoded.lines.tolist(), events, strict=True)) == good
    assert hashes == [content_hash(fields) for fields in good.values()]
    bad = {at: faults for at, faults in verdicts.items() if at not in good}
    assert {one.line: one.faults for one in decoded.faulty} == bad
    assert all(block[one.start : one.end] == lines[one.line] for one in decoded.faulty)


@pytest.mark.parametrize("digits", [b"9876543210987654321"[:count] for count in range(20)])
def test_digits_end_at_any_byte_as_the_strict_way_says(digits):
    ends = [digits + bytes([end]) for end in range(256) if end != ord("\n")]
    found = [line().replace(b" 5,", one + b",") for one in ends] + [
        line().replace(b"00Z", b"00." + one) for one in ends
    ]
    good = [number for number, raw in enumerate(found) if isinstance(judged(raw), dict)]
    assert decode(b"\n".join(found), CLOCK).lines.tolist() == good


@pytest.mark.parametrize("seed", SEEDS)
def test_most_lines_that_fit_go_the_fast_way_and_both_kinds_are_drawn(seed):
    lines, verdicts = drawn(seed)
    found = scanned(b"\n".join(lines))
    taken = set(found.columns.lines[: found.rows].tolist())
    good = {at for at, fields in verdicts.items() if isinstance(fields, dict)}
    assert taken <= good
    assert len(taken) > 0.85 * len(good)
    assert 0.3 * LINES < len(good) < 0.8 * LINES


@pytest.mark.parametrize("seed", SEEDS)
def test_the_fast_way_takes_every_canonical_line(seed):
    good = [fields for fields in drawn(seed)[1].values() if isinstance(fields, dict)]
    lines = [canonical(fields) for fields in good]
    found = scanned(b"\n".join(lines))
    assert found.rows == len(good)
    assert [strict(raw, CLOCK) for raw in lines] == good
