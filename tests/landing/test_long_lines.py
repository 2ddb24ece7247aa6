"""Long lines are read by themselves and land as others do; one that is too long goes to quarantine, never held."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.landing import long_lines, rejects
from pipelines.landing.long_lines import last_line, next_line
from pipelines.landing.readmission import readmit
from pipelines.sources import pieces
from tests.landing.lines import CLOCK, counts, file_of, ids, line, quarantined

LONG = line("e-long", "registered", bio="x" * 5000)
TOO_LONG = line("e-too-long", "registered", bio="x" * 20_000)
FAULT = f"line: expected at most 10000 bytes, found {len(TOO_LONG)}"
ENDS = [b"\n", b""]
NAMES = ["a", "a.gz"]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Blocks of 1,000 bytes; lines of more than 2,000 are long, and of more than 10,000 too long."""
    monkeypatch.setattr(pieces, "BLOCK", 1000)
    monkeypatch.setattr(long_lines, "LONG", 2000)
    monkeypatch.setattr(long_lines, "LONGEST", 10_000)
    monkeypatch.setattr(long_lines, "PIECE", 300)


@pytest.fixture
def a_file(tmp_path):
    def make(name, data):
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(tmp_path / name)

    return make


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("before", range(0, 12, 3))
def test_lines_around_long_ones_land_and_are_where_they_are(land, lake, a_file, name, end, before):
    lines = [*(line(f"e-{n}") for n in range(before)), LONG, b"bad", TOO_LONG, LONG, b"", line("e-1"), TOO_LONG]
    source = a_file(name, b"\n".join(lines) + end)
    assert counts(land(source)) == (before + 7, before + (1 if before > 1 else 2), 2 if before > 1 else 1, 3, 3)
    starts = [sum(len(one) + 1 for one in lines[:n]) for n in range(len(lines))]
    found = [(row["line_number"], row["byte_offset"], row["faults"]) for row in quarantined(lake)]
    assert [(number, offset) for number, offset, _ in found] == [
        (number, starts[number - 1]) for number in (before + 2, before + 3, before + 7)
    ]
    assert [faults for _, _, faults in found][1:] == [[FAULT], [FAULT]]


@pytest.mark.parametrize("name", NAMES)
def test_a_line_that_is_too_long_is_kept_and_stays_when_it_is_tried_again(land, lake, engine, a_file, name):
    land(a_file(name, TOO_LONG + b"\n" + line("e-1")))
    before = quarantined(lake)
    assert Path(lake.quarantine_raw, before[0]["raw_sha256"]).read_bytes() == TOO_LONG
    assert [counts(one) for one in readmit(lake, engine, CLOCK)] == [(1, 0, 0, 1, 0)]
    assert quarantined(lake) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_long_line_behind_a_byte_order_mark_lands(land, lake, a_file, name):
    assert counts(land(a_file(name, b"\xef\xbb\xbf" + LONG))) == (1, 1, 0, 0, 0)
    assert ids(lake) == ["e-long"]


def test_long_lines_that_conflict_are_found_again(land, lake, tmp_path):
    other = LONG.replace(b"xx", b"xy", 1)
    land(file_of(tmp_path / "a", line("e-1"), LONG, other), file_of(tmp_path / "b.gz", other))
    assert [row["raw"] for row in quarantined(lake)] == [other, other]


def test_a_fault_while_a_long_line_is_decoded_does_not_stop_the_next(land, lake, tmp_path, monkeypatch):
    monkeypatch.setattr(rejects, "INLINE", 100)
    Path(lake.root).mkdir()
    Path(lake.quarantine_raw).touch()
    with pytest.raises(Exception, match="quarantine_raw"):
        land(file_of(tmp_path / "a", *[LONG.replace(b"bio", b"boi")] * 3))
    Path(lake.quarantine_raw).unlink()
    assert counts(land(str(tmp_path / "a"))) == (3, 0, 0, 3, 3)


@pytest.mark.parametrize("data", [b"", b"\n", b"ab", b"ab\ncd\n", b"\n\nab\n\n" + b"c" * 1000 + b"\nd"])
def test_where_lines_begin(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    begins = [0, *(at + 1 for at, byte in enumerate(data) if byte == ord("\n"))]
    with (tmp_path / "a").open("rb") as file:
        for at in range(len(data) + 1):
            expected = min([one for one in begins if one >= at], default=len(data))
            assert next_line(file, at) == expected
            assert next_line(file, at, at + 1) in {expected, at + 1} or at == 0
            if at and data[at - 1] != ord("\n"):
                assert last_line(file, 0, at) == max(one for one in begins if one < at)


HELD = """
import resource, sys
from pipelines.landing import long_lines
from pipelines.engines import open_engine
from pipelines.landing.land import land
from pipelines.storage.lake import Lake
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
long_lines.LONGEST = 1 << 20
with open_engine("sail") as engine:
    landing = land(Lake.at(sys.argv[1]), engine, [sys.argv[2]])
print(landing.quarantined, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000)
"""


def test_a_line_that_is_too_long_is_never_held(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        file.truncate(600 << 20)
    command = [sys.executable, "-c", HELD, str(tmp_path / "lake"), str(tmp_path / "a")]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2], timeout=300
    )
    (kept,) = (tmp_path / "lake" / "quarantine_raw").iterdir()
    assert (done.stdout, kept.stat().st_size) == ("1 True\n", 600 << 20)
    kept.unlink()
