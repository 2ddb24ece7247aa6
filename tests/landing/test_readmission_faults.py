"""What cannot be read of the quarantine stays there and is told, and files of long lines go when their lines do."""

from datetime import timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.landing import rejects
from pipelines.landing.readmission import UnreadableLines, readmit
from tests.landing.lines import CLOCK, counts, file_of, ids, line, quarantined

LATER = CLOCK + timedelta(days=30)
DAMAGE = {
    "missing": Path.unlink,
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "changed": lambda file: file.write_bytes(file.read_bytes().replace(b"x", b"y", 1)),
}


def late(event_id, bio="x" * 300, **changes):
    return line(event_id, "registered", event_time="2026-01-03T00:00:00Z", bio=bio, **changes)


LONG, OTHER, SHORT, BAD = late("e-1"), late("e-2"), late("e-3", bio="x"), late("e-4", actor_id=0)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A line of more than 300 bytes is a file of its own."""
    monkeypatch.setattr(rejects, "INLINE", 300)


@pytest.fixture
def try_again(lake, engine):
    """Try again when all times have come; what is told, and the counts of each landing."""

    def readmitted():
        try:
            told, landings = "", readmit(lake, engine, LATER)
        except UnreadableLines as fault:
            told, landings = str(fault), fault.landings
        return told, [counts(one) for one in landings]

    return readmitted


def files(lake):
    """The files of long lines, by what they have."""
    return {file.read_bytes(): file for file in Path(lake.quarantine_raw).iterdir()}


@pytest.mark.parametrize("how", DAMAGE)
def test_of_a_long_line_that_is_damaged_one_line_tells_and_all_others_land(land, lake, tmp_path, try_again, how):
    land(file_of(tmp_path / "a", LONG, OTHER, SHORT, BAD))
    file = files(lake)[LONG]
    DAMAGE[how](file)
    told, landings = try_again()
    assert told.startswith(f"not tried again, and still in quarantine: {file} is ")
    assert (told.count("\n"), landings, ids(lake)) == (0, [(3, 2, 0, 1, 0)], ["e-2", "e-3"])
    file.write_bytes(LONG)
    assert try_again() == ("", [(2, 1, 0, 1, 0)])
    assert (ids(lake), list(files(lake))) == (["e-1", "e-2", "e-3"], [BAD])


def test_of_a_data_file_that_is_damaged_one_line_tells_and_those_of_others_land(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", SHORT))
    (first,) = DeltaTable(lake.quarantine).file_uris()
    land(file_of(tmp_path / "b", OTHER))
    whole = Path(first).read_bytes()
    Path(first).write_bytes(whole[:-100])
    told, landings = try_again()
    assert told.startswith(f"not tried again, and still in quarantine: {first} is damaged")
    assert (told.count("\n"), landings, list(files(lake))) == (0, [(1, 1, 0, 0, 0)], [OTHER])
    Path(first).write_bytes(whole)
    assert try_again() == ("", [(1, 1, 0, 0, 0)])
    assert (quarantined(lake), files(lake)) == ([], {})


def test_the_file_of_a_long_line_goes_with_the_last_line_that_is_the_same(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", LONG, LONG, BAD))
    try_again()
    assert (ids(lake), list(files(lake))) == (["e-1"], [BAD])


def test_no_file_goes_while_another_command_may_be_about_to_need_it(land, lake, tmp_path, try_again):
    land(file_of(tmp_path / "a", LONG))
    with lake.scratch():
        try_again()
    assert (quarantined(lake), list(files(lake))) == ([], [LONG])
    try_again()
    assert files(lake) == {}


@pytest.mark.parametrize(
    "kill", [("commit", 1, "after"), ("take away", 1, "before"), ("take away", 1, "after")], ids=str
)
def test_killed_and_repeated_no_line_is_lost_and_its_file_goes(land, lake, killed, tmp_path, try_again, kill):
    land(file_of(tmp_path / "a", LONG, BAD))
    killed(lake, "readmit", kill, clock=LATER.isoformat())
    assert set(files(lake)) == {LONG, BAD}
    try_again()
    assert (ids(lake), list(files(lake))) == (["e-1"], [BAD])
