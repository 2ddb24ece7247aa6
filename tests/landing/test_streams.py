"""A landing commits how far streams are read with their events, whatever comes between."""

import random

import pytest

from pipelines.landing.land import land as land_in
from pipelines.landing.land import positions_of
from pipelines.landing.readmission import readmit
from pipelines.runs.run import run
from pipelines.sources import streams
from pipelines.storage import commits
from pipelines.storage.lake import Lake
from tests.landing import memory_stream
from tests.landing.lines import CLOCK, counts, events, file_of, ids, line, quarantined
from tests.landing.memory_stream import RECORDS

URL = "memory://events"


@pytest.fixture(autouse=True)
def came(monkeypatch):
    """What came to the stream."""
    monkeypatch.setitem(streams.STREAMS, "memory", (memory_stream.__name__, "json"))
    monkeypatch.setitem(RECORDS, "events", [])
    return RECORDS["events"]


@pytest.fixture
def read_to(lake):
    """A function that gives how many records of the stream are read, as the log says."""
    return lambda: positions_of(lake).get(URL, {"next": None})["next"]


@pytest.fixture
def beside(monkeypatch, land):
    """A function that lets another landing come right before the next commit."""

    def come(*sources):
        commit = commits.commit

        def overtake(*args):
            monkeypatch.setattr(commits, "commit", commit)
            land(*sources)
            return commit(*args)

        monkeypatch.setattr(commits, "commit", overtake)

    return come


def test_what_came_lands_in_as_many_commits_as_it_takes_and_then_only_what_comes(land, lake, came, read_to):
    came += [line(f"e-{number}") for number in range(25)]
    assert (counts(land(URL)), read_to()) == ((25, 25, 0, 0, 0), 25)
    assert (counts(land(URL)), read_to()) == ((0, 0, 0, 0, 0), 25)
    came.append(line("e-25"))
    assert (land(URL).number, len(ids(lake)), read_to()) == (4, 26, 26)


def test_records_without_an_event_move_the_stream_on_and_are_no_landing(land, lake, engine, came, read_to):
    came += [line("e-1")]
    land(URL)
    run(lake, engine)
    came += [line("e-1"), b"poison"]
    done = land(URL)
    assert (done.number, counts(done), read_to()) == (None, (2, 0, 1, 1, 1), 3)
    assert run(lake, engine).reason == "nothing new"


def test_where_nothing_but_poison_came_nothing_landed_yet(land, lake, engine, came, read_to):
    came.append(b"poison")
    assert (land(URL).number, land(URL).lines, read_to()) == (None, 0, 1)
    came.append(line("e-1"))
    assert (land(URL).number, run(lake, engine).release.events) == (1, 1)


def test_a_landing_of_files_says_again_how_far_streams_are_read(land, came, read_to, tmp_path):
    came += [line("e-1")]
    land(URL)
    land(file_of(tmp_path / "a", line("e-2")))
    assert (read_to(), land(URL).lines) == (1, 0)


def test_of_two_at_once_the_second_reads_what_the_first_left(land, lake, came, read_to, beside):
    came += [line(f"e-{number}") for number in range(25)]
    came[3] = b"poison"
    beside(URL)
    assert (counts(land(URL)), read_to(), len(ids(lake))) == ((0, 0, 0, 0, 0), 25, 24)
    assert [row["source"] for row in quarantined(lake)] == [f"{URL}#3"]


def test_a_landing_of_files_that_comes_between_keeps_neither(land, lake, came, read_to, beside, tmp_path):
    came += [line("e-1")]
    beside(file_of(tmp_path / "a", line("e-1"), line("e-2")))
    assert (counts(land(URL)), read_to(), ids(lake)) == ((1, 0, 1, 0, 0), 1, ["e-1", "e-2"])


def test_any_cut_of_any_stream_lands_what_a_file_of_its_lines_does(
    land, lake, engine, came, seed, tmp_path, monkeypatch
):
    """Records of several lines, events twice, poison between; landings, and batches, of any size."""
    rng, other = random.Random(seed), Lake.at(str(tmp_path / "other"))
    lines = [line(f"e-{rng.randrange(60)}") if rng.random() < 0.9 else b"poison %d" % at for at in range(200)]
    while lines:
        monkeypatch.setattr(memory_stream, "TOGETHER", rng.randint(1, 9))
        for _ in range(rng.randint(1, 20)):
            size = rng.choice([1, 1, 1, 2, 3])
            came.append(b"\n".join(lines[:size]) + rng.choice([b"", b"\n"]))
            del lines[:size]
        land(URL)
    land_in(other, engine, [file_of(tmp_path / "a", *came)], clock=CLOCK)
    assert events(lake) == events(other)
    assert raws(lake) == raws(other) != []


def raws(lake):
    return sorted(row["raw"] for row in quarantined(lake))


def test_a_line_of_a_record_is_quarantined_and_tried_again_under_its_name(land, lake, engine, came):
    came += [line("e-1"), b"[]\n{}", *[b"poison"] * 12]
    land(URL)
    found = [(row["source"], row["line_number"], row["byte_offset"]) for row in quarantined(lake)]
    assert found[:2] == [(f"{URL}#1", 1, 0), (f"{URL}#1", 2, 3)]
    assert sorted(name for name, *_ in found[2:]) == sorted(f"{URL}#{number}" for number in range(2, 14))
    assert [counts(one)[:4] for one in readmit(lake, engine, CLOCK)] == [(14, 0, 0, 14)]
    assert [(row["source"], row["line_number"], row["byte_offset"]) for row in quarantined(lake)] == found
