"""What a run makes of damage: of the log it publishes nothing, and what is made of the log it makes anew."""

import os
import shutil
from pathlib import Path

import pytest

from pipelines.landing.land import land
from pipelines.log.events import Log
from pipelines.ranges import GREATEST, LEAST, FileRange
from pipelines.reading.reader import Reader, newsfeed
from pipelines.relations.follows import FOLLOWS
from pipelines.releases.release import all_releases, release
from pipelines.runs.build_state import BuildState
from pipelines.runs.history import History
from pipelines.runs.run import run
from pipelines.storage import delta
from pipelines.storage.checksums import DamagedFile
from tests.damage.conftest import file_of_table
from tests.damage.flips import outcomes
from tests.landing.lines import CLOCK, file_of
from tests.releases.worlds import deeds


def test_a_rebuild_of_a_damaged_log_is_refused_or_the_same(copy, engine):
    before = release(copy)
    read = lambda: run(copy, engine, rebuild=True).release  # noqa: E731
    found = outcomes(file_of_table(copy, "log"), 24, read)
    assert found["told"] > 12
    assert all_releases(copy) == [before]


def test_what_may_repeat_an_event_of_a_damaged_file_of_the_log_does_not_land(copy, engine, tmp_path):
    file = file_of_table(copy, "log")
    os.truncate(file, file.stat().st_size - 100)
    with pytest.raises(DamagedFile, match=file.name):
        land(copy, engine, [file_of(tmp_path / "more", *deeds(31, 11), *deeds(30, 9))], clock=CLOCK)
    assert delta.number(delta.find(copy.log), "land") == 1


def test_without_an_index_nothing_lands_on_a_damaged_log(copy, engine, tmp_path):
    shutil.rmtree(copy.ids)
    file = file_of_table(copy, "log")
    os.truncate(file, file.stat().st_size - 100)
    with pytest.raises(DamagedFile, match=file.name):
        land(copy, engine, [file_of(tmp_path / "more", *deeds(31, 11))], clock=CLOCK)
    assert delta.number(delta.find(copy.log), "land") == 1


def flip(file):
    """Change a bit, and no size."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("harm", [Path.unlink, flip])
@pytest.mark.parametrize("table", ["views/newsfeed", "views/posts", "relations/users"])
def test_a_rebuild_makes_a_damaged_table_anew(copy, undamaged, engine, table, harm):
    harm(file_of_table(copy, table))
    made = run(copy, engine, rebuild=True, clock=CLOCK)
    assert made.published
    kept = {name: (one.rows, one.content_hash) for name, one in made.release.tables.items()}
    assert kept == {name: (one.rows, one.content_hash) for name, one in release(undamaged).tables.items()}
    assert newsfeed(Reader.of(copy), 2, 5) == newsfeed(Reader.of(undamaged), 2, 5)
    assert run(copy, engine, rebuild=True).reason == "rebuild: the same again"


def test_a_frame_is_made_of_files_as_they_were_written(copy, engine):
    log = Log(tuple(delta.sizes(copy.log, delta.find(copy.log))))
    file = file_of_table(copy, "relations/follows")
    state = BuildState(History(log), {}, "")
    state.add(FOLLOWS, (FileRange(0, LEAST, GREATEST, str(file)),))
    assert (state.frame("follows", engine).count(), state.frame("events", engine).count()) == (5, 80)
    for table, name in [("relations/follows", "follows"), ("log", "events")]:
        os.truncate(file_of_table(copy, table), 1000)
        with pytest.raises(DamagedFile):
            state.frame(name, engine)
