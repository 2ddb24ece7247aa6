"""A landing that another one overtakes looks again, and then tells the truth."""

from itertools import count
from pathlib import Path

import pytest

from pipelines.landing import land as landing
from pipelines.storage import commits
from tests.landing.lines import CLOCK, counts, events, file_of, ids, line, quarantined


@pytest.fixture
def overtaken(monkeypatch, lake, engine):
    """A function that lets another landing commit right before the n-th commit that is to come."""

    def by(source, before):
        turns, commit = count(1), commits.commit

        def overtake(*args):
            if next(turns) == before:
                landing.land(lake, engine, [source], clock=CLOCK)
            return commit(*args)

        monkeypatch.setattr(commits, "commit", overtake)

    return by


def test_what_the_other_landed_meanwhile_is_a_duplicate(land, lake, tmp_path, overtaken):
    land(file_of(tmp_path / "first", line("e-0")))
    overtaken(file_of(tmp_path / "b", line("e-2"), line("e-3")), before=1)
    done = land(file_of(tmp_path / "a", line("e-1"), line("e-2")))
    assert (done.number, counts(done)) == (3, (2, 1, 1, 0, 0))
    assert ids(lake) == ["e-0", "e-1", "e-2", "e-3"]
    assert len(list(Path(lake.log).rglob("*.parquet"))) == 3


def test_what_contradicts_the_other_is_quarantined(land, lake, tmp_path, overtaken):
    overtaken(file_of(tmp_path / "b", line("e-1", actor_id=6)), before=1)
    done = land(file_of(tmp_path / "a", line("e-1")))
    assert (done.number, counts(done)) == (None, (1, 0, 0, 1, 1))
    assert [row["actor_id"] for row in events(lake)] == [6]
    assert [row["raw"] for row in quarantined(lake)] == [line("e-1")]


def test_quarantine_is_written_once_whoever_comes_between(land, lake, tmp_path, overtaken):
    overtaken(file_of(tmp_path / "b", b"worse"), before=1)
    assert counts(land(file_of(tmp_path / "a", b"bad"))) == (1, 0, 0, 1, 1)
    assert [row["raw"] for row in quarantined(lake)] == [b"bad", b"worse"]


def test_lines_that_it_quarantined_itself_are_new_also_at_its_second_try(land, tmp_path, overtaken):
    overtaken(file_of(tmp_path / "b", line("e-2")), before=2)
    assert counts(land(file_of(tmp_path / "a", line("e-1"), b"bad"))) == (2, 1, 0, 1, 1)
