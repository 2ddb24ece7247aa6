"""Generations that batches left are merged in a release of its own, which has the same rows in fewer files."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from pipelines.landing.land import land
from pipelines.maintenance import merging
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import GENERATIONS, RELEASES, maintain
from pipelines.ranges import apart
from pipelines.releases.release import release
from pipelines.runs import run as running
from pipelines.runs.publishing import place_of, projections
from pipelines.runs.run import run
from pipelines.storage import delta, parquet
from pipelines.storage.commits import Conflict
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of
from tests.laws.worlds import in_small_files
from tests.releases.worlds import contents, deeds, releases, served

TABLES = [name for name, projection in projections().items() if projection.table.grows]
BATCHES = 6


@pytest.fixture(scope="session")
def ragged(folder, engine):
    """A lake of some small batches, with files of a few rows."""
    lake = Lake.at(str(folder / "ragged"))
    with pytest.MonkeyPatch.context() as patch:
        in_small_files(patch, 16)
        for number in range(BATCHES):
            land(lake, engine, [file_of(folder / f"ragged-{number}", *deeds(20, number, number + 11))], clock=CLOCK)
            run(lake, engine, clock=CLOCK)
    return lake


@pytest.fixture
def grown(ragged, copy, monkeypatch):
    """A copy of it."""
    in_small_files(monkeypatch, 16)
    return copy(ragged)


def parts(lake):
    """By table, how many files stand apart, and how many there are."""
    found = {}
    for name in TABLES:
        place, last = place_of(lake, name), release(lake)
        files = delta.ranges(place, delta.find(place, last.tables[name].version), projections()[name].table.owner)
        found[name] = len([*apart(files)]), len(files)
    return found


def test_it_leaves_no_owner_in_two_files_and_every_row_as_it_was(grown, engine):
    before, rows, left = contents(grown), served(grown), parts(grown)
    assert any(some < files for some, files in left.values())
    assert maintain(grown, Limits(), execute=True).steps[GENERATIONS].count > 0
    assert (releases(grown)[-1], contents(grown), served(grown)) == (BATCHES + 1, before, rows)
    assert all(some == files <= left[name][1] for name, (some, files) in parts(grown).items())
    assert not run(grown, engine, clock=CLOCK).published


def test_it_says_beforehand_how_many_files_it_would_merge_and_then_there_is_nothing_to_do(grown):
    said = maintain(grown, Limits()).steps[GENERATIONS]
    done = maintain(grown, Limits(), execute=True).steps[GENERATIONS]
    assert said.count == done.count > 0
    assert [maintain(grown, Limits(), execute=True).steps[GENERATIONS].count, releases(grown)[-1]] == [0, BATCHES + 1]


def test_each_file_that_is_merged_is_opened_once(grown, monkeypatch):
    verify, opened = parquet.open_verified, []
    monkeypatch.setattr(parquet, "open_verified", lambda place: opened.append(place) or verify(place))
    found = {file.place for group in merging.groups(grown, release(grown)) for file in group.files}
    merging.merge(grown, CLOCK)
    assert sorted(place for place in opened if place in found) == sorted(found)


@pytest.mark.parametrize("limits", [Limits(1), Limits(3), Limits(keep_days=0)], ids=str)
def test_it_says_beforehand_how_many_releases_expire_beside_that_of_the_merged(grown, limits):
    said, done = (maintain(grown, limits, execute=execute).steps[RELEASES] for execute in (False, True))
    assert (said, releases(grown)[-1]) == (done, BATCHES + 1)


def test_batches_go_on_from_merged_generations(grown, engine, tmp_path):
    maintain(grown, Limits(1), execute=True, clock=datetime.now(UTC))
    land(grown, engine, [file_of(tmp_path / "more", *deeds(20, 3, 30))], clock=CLOCK)
    assert run(grown, engine, clock=CLOCK).release.number == BATCHES + 2
    found = contents(grown)
    run(grown, engine, rebuild=True)
    assert contents(grown) == found


def test_killed_in_the_middle_the_last_release_serves_and_the_next_one_merges(grown, killed):
    before, rows = contents(grown), served(grown)
    killed(grown, "maintain", ("commit", 2, "after"), keep=20, grace=0)
    assert (contents(grown), served(grown)) == (before, rows)
    maintain(grown, Limits(), execute=True)
    assert (contents(grown), served(grown)) == (before, rows)
    assert all(some == files for some, files in parts(grown).values())


@pytest.fixture
def first(monkeypatch):
    """A function that has something done, once, before a function of a module goes on."""

    def do(module, name, work):
        there = getattr(module, name)

        def after(*given, **more):
            monkeypatch.setattr(module, name, there)
            work()
            return there(*given, **more)

        monkeypatch.setattr(module, name, after)

    return do


def test_a_run_that_publishes_before_what_is_merged_is_followed_by_it(grown, engine, first):
    first(merging, "roll_back", lambda: run(grown, engine, policy={"cap": 2}, clock=CLOCK))
    assert maintain(grown, Limits(), execute=True, clock=CLOCK).faults == []
    assert (releases(grown), release(grown, BATCHES + 1).policy.cap) == ([*range(1, BATCHES + 3)], 2)
    assert release(grown).policy.cap == 2
    assert run(grown, engine, rebuild=True, clock=CLOCK).reason == "rebuild: the same again"


@pytest.mark.parametrize(("module", "name"), [(running, "_context"), (running, "publish"), (running, "record")])
def test_a_run_starts_again_when_generations_are_merged_first(grown, engine, first, tmp_path, module, name):
    land(grown, engine, [file_of(tmp_path / "new", *deeds(20, 10, 21))], clock=CLOCK)
    first(module, name, lambda: maintain(grown, Limits(), execute=True, clock=CLOCK))
    assert run(grown, engine, clock=CLOCK).release.number == BATCHES + 2
    assert (releases(grown)[-2:], contents(grown, -3) == contents(grown, -2)) == ([BATCHES + 1, BATCHES + 2], True)
    assert run(grown, engine, rebuild=True, clock=CLOCK).reason == "rebuild: the same again"


def test_a_run_reads_no_file_that_maintenance_took_away_before_it_could_know_of_the_run(grown, engine, first, tmp_path):
    for number in (21, 22):
        land(grown, engine, [file_of(tmp_path / f"new-{number}", *deeds(20, number))], clock=CLOCK)
    tidy = partial(maintain, grown, Limits(1), grace=timedelta(0), execute=True)
    first(Lake, "scratch", tidy)
    assert run(grown, engine, clock=CLOCK).published
    assert run(grown, engine, rebuild=True, clock=CLOCK).reason == "rebuild: the same again"


def test_a_run_that_another_one_came_before_says_so(grown, engine, first, tmp_path):
    land(grown, engine, [file_of(tmp_path / "new", *deeds(20, 10, 21))], clock=CLOCK)
    first(running, "publish", lambda: run(grown, engine, policy={"cap": 2}, clock=CLOCK))
    with pytest.raises(Conflict, match="another process committed to"):
        run(grown, engine, clock=CLOCK)
    assert (releases(grown)[-1], release(grown).policy.cap) == (BATCHES + 1, 2)
