"""A repair finds what is damaged and makes just that again, with the rows and hashes of the release."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.landing.land import land
from pipelines.log.continuity import OtherLog
from pipelines.reading.reader import LostView, Reader
from pipelines.releases.records import record
from pipelines.releases.release import all_releases, last_release
from pipelines.repair import damage, relanding
from pipelines.repair.deltalogs import set_aside
from pipelines.repair.indexes import take_damaged_away
from pipelines.repair.records import write_damaged_again
from pipelines.repair.relanding import land_again
from pipelines.runs.publishing import damaged_tables, projections
from pipelines.runs.run import MadeOtherwise, run
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from tests.damage.conftest import file_of_table
from tests.landing.lines import CLOCK, file_of
from tests.laws.worlds import in_small_files
from tests.releases.worlds import deeds, served


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


HARMS = {
    "flipped": flip,
    "cut off": lambda path: os.truncate(path, 100),
    "empty": lambda path: os.truncate(path, 0),
    "gone": Path.unlink,
}


def content(release):
    return {name: (one.rows, one.content_hash) for name, one in release.tables.items()}


@pytest.mark.parametrize(
    ("table", "harm"),
    [
        ("relations/follows", "flipped"),
        ("relations/timelines", "gone"),
        ("views/newsfeed", "cut off"),
        ("views/posts", "empty"),
    ],
)
def test_a_damaged_table_is_made_again_and_no_other(copy, undamaged, engine, table, harm):
    path = file_of_table(copy, table)
    HARMS[harm](path)
    before = last_release(copy)
    found = damage.of_tables(copy, before)
    assert (list(found), len(found[table])) == ([table], 1)
    assert str(path) in found[table][0]
    land(copy, engine, [file_of(Path(copy.root).parent / "more", *deeds(31, 20))], clock=CLOCK)
    made = run(copy, engine, damaged=frozenset(found))
    assert made.release.number == before.number + 1
    assert (content(made.release), made.release.landing) == (content(before), before.landing)
    assert {name for name in before.tables if made.release.tables[name] != before.tables[name]} == {table}
    assert damage.of_tables(copy, made.release) == {}
    assert served(copy) == served(undamaged)
    assert run(copy, engine).published


def test_all_tables_at_once_are_made_again(copy, undamaged, engine):
    for name in projections():
        for path in (Path(place) for place in delta.files(delta.find(f"{copy.root}/{name}"))):
            flip(path)
    found = damage.of_tables(copy, last_release(copy))
    made = run(copy, engine, damaged=frozenset(found))
    assert content(made.release) == content(last_release(undamaged))
    assert damage.of_tables(copy, made.release) == {}


def test_what_has_other_rows_than_the_release_is_not_published(copy, engine):
    last = last_release(copy)
    tables = last.tables | {"views/followers": replace(last.tables["views/followers"], content_hash="7")}
    record(copy, delta.find(copy.releases), replace(last, number=2, tables=tables))
    flip(file_of_table(copy, "views/followers"))
    with pytest.raises(MadeOtherwise, match="views/followers .* nothing is published: `newsfeed run --rebuild`"):
        run(copy, engine, damaged=frozenset({"views/followers"}))
    assert last_release(copy).number == 2


def test_of_a_damaged_file_of_the_log_it_is_told_what_was_in_it_and_what_is_made_of_it(copy, engine, tmp_path):
    first = file_of_table(copy, "log")
    land(copy, engine, [file_of(tmp_path / "more", *deeds(31, 20))], clock=CLOCK)
    assert damage.of_log(copy) is None
    flip(first)
    found = damage.of_log(copy)
    assert list(found.files) == [str(first)]
    landed = delta.find(copy.log, 1)
    assert sum(count for days in found.lost.values() for count, _ in days.values()) == landed.count() == 80
    assert {"relations/follows", "views/newsfeed", "views/daily_activity"} <= set(found.rests)


SOURCE = deeds(30, *range(10))


@pytest.mark.parametrize("harm", ["flipped", "gone"])
def test_what_damaged_files_of_the_log_had_lands_again_from_its_source(copy, undamaged, engine, tmp_path, harm):
    HARMS[harm](file_of_table(copy, "log"))
    found = land_again(copy, engine, damage.of_log(copy), {}, [file_of(tmp_path / "source", *SOURCE)], "events")
    assert (found.missing, found.landing.landed, found.landing.duplicates) == ({}, 80, 0)
    assert damage.of_log(copy) is None
    assert run(copy, engine).reason == "nothing new"
    rebuilt = run(copy, engine, rebuild=True)
    assert content(rebuilt.release) == content(last_release(undamaged))
    assert served(copy) == served(undamaged)


@pytest.mark.parametrize("more", [1, 11])
def test_where_other_landings_came_since_the_release_they_are_published_too(copy, engine, tmp_path, more):
    more, other = file_of(tmp_path / "more", *deeds(31, *range(20, 20 + more))), Lake.at(str(tmp_path / "other"))
    source = file_of(tmp_path / "source", *SOURCE)
    first = file_of_table(copy, "log")
    land(copy, engine, [more], clock=CLOCK)
    flip(first)
    found = land_again(copy, engine, damage.of_log(copy), {}, [source], "events")
    assert found.missing == {}
    assert run(copy, engine).published
    for file in (source, more):
        land(other, engine, [file], clock=CLOCK)
    run(other, engine)
    assert content(last_release(copy)) == content(last_release(other))
    assert served(copy) == served(other)


def test_what_is_not_in_the_source_stays_lost_and_nothing_is_published_until_it_is_back(copy, engine, tmp_path):
    flip(file_of_table(copy, "log"))
    half, rest = SOURCE[: len(SOURCE) // 2], SOURCE[len(SOURCE) // 2 :]
    found = land_again(copy, engine, damage.of_log(copy), {}, [file_of(tmp_path / "half", *half)], "events")
    assert found.missing
    with pytest.raises(OtherLog, match="land their sources again"):
        run(copy, engine)
    land(copy, engine, [file_of(tmp_path / "rest", *rest)])
    assert run(copy, engine).reason == "nothing new"


def test_the_rest_of_the_sources_brings_back_the_rest_as_its_certificate_says(copy, engine, tmp_path):
    flip(file_of_table(copy, "log"))
    for part, is_back in ((SOURCE[::2], False), (SOURCE[1::2], True)):
        found = damage.of_log(copy)
        done = land_again(copy, engine, found, {}, [file_of(tmp_path / f"part-{is_back}", *part)], "events")
        assert done.is_whole is is_back
    assert damage.of_log(copy) is None
    assert run(copy, engine).reason == "nothing new"


@pytest.mark.parametrize("since", [0, 1])
def test_what_a_killed_repair_took_out_of_the_log_the_next_one_lands(copy, engine, tmp_path, monkeypatch, since):
    first, source = file_of_table(copy, "log"), file_of(tmp_path / "source", *SOURCE)
    if since:
        land(copy, engine, [file_of(tmp_path / "more", *deeds(31, 20))], clock=CLOCK)
    flip(first)
    with monkeypatch.context() as patch:
        patch.setattr(relanding, "land", killed)
        with pytest.raises(KeyboardInterrupt):
            land_again(copy, engine, damage.of_log(copy), {}, [source], "events")
    found = damage.of_log(copy)
    assert (found.files, sum(count for days in found.lost.values() for count, _ in days.values())) == ({}, 80)
    assert land_again(copy, engine, found, {}, [source], "events").is_whole
    assert damage.of_log(copy) is None
    assert run(copy, engine).published == bool(since)


def killed(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("harm", ["flipped", "empty"])
def test_damaged_records_of_releases_are_written_again(copy, engine, tmp_path, harm):
    for number in (20, 21):
        land(copy, engine, [file_of(tmp_path / f"more-{number}", *deeds(31, number))], clock=CLOCK)
        run(copy, engine)
    before = all_releases(copy)
    for place in delta.files(delta.find(copy.releases))[:2]:
        HARMS[harm](Path(place))
    assert len(write_damaged_again(copy)) == 2
    assert (all_releases(copy), write_damaged_again(copy)) == (before, [])
    assert run(copy, engine).reason == "nothing new"


def test_a_table_that_lost_commits_is_damaged_though_all_its_files_are_whole(lake, engine, tmp_path, monkeypatch):
    in_small_files(monkeypatch, 2)
    for number in (1, 2, 3):
        land(lake, engine, [file_of(tmp_path / f"{number}", *deeds(31, number))], clock=CLOCK)
        before = run(lake, engine).release
    os.truncate(sorted(Path(lake.view("posts"), "_delta_log").glob("*.json"))[-2], 0)
    assert len(set_aside(lake)) == 1
    with pytest.raises(LostView, match=f"view 'posts' of release 3 is gone, commits of {lake.view('posts')} are lost"):
        Reader.of(lake).tables("posts")
    ((told,),) = damage.of_tables(lake, before).values()
    assert "lost commits: expected 3 rows, found " in told
    assert damaged_tables(lake, before) == {"views/posts"}
    made = run(lake, engine, damaged=frozenset({"views/posts"}))
    assert (content(made.release), damage.of_tables(lake, made.release)) == (content(before), {})


@pytest.mark.parametrize("harm", ["flipped", "cut off"])
def test_damaged_runs_of_an_index_go_and_the_next_landing_makes_them_again(copy, engine, tmp_path, harm):
    (path,) = Path(copy.ids).glob("run-*")
    HARMS[harm](path)
    (told,) = take_damaged_away(copy)
    assert (told.startswith(f"{path} is damaged: "), path.exists()) == (True, False)
    again = land(copy, engine, [file_of(tmp_path / "again", *SOURCE, *deeds(31, 20))], clock=CLOCK)
    assert (again.duplicates, again.landed) == (80, 8)
    assert take_damaged_away(copy) == []
