"""What a run publishes, and when it publishes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from deltalake import DeltaTable

from pipelines.checks import AuditError, at_most
from pipelines.errors import UsageError
from pipelines.runner import publishing, runs
from pipelines.runner.landing import land
from pipelines.runner.releases import NoRelease, release
from pipelines.runner.runs import NothingLanded, run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of, line, rows_of
from tests.releases.worlds import TABLES, contents, deeds, newest, releases, require_restored, served, tables


@pytest.fixture
def projections(monkeypatch):
    """A function that changes how one table is made."""

    def change(name, **changes):
        found = publishing.projections()
        found[name] = replace(found[name], **changes)
        for module in (publishing, runs):
            monkeypatch.setattr(module, "projections", lambda: found)

    return change


def on_disk(lake, below="."):
    """How many data files there are, committed or not."""
    return len(list(Path(lake.root, below).rglob("*.parquet")))


def test_the_first_release_has_every_table_with_its_rows(released):
    found = {name: one["rows"] for name, one in tables(released).items()}
    assert list(found) == TABLES
    assert (found["relations/users"], found["relations/follows"], found["views/posts"]) == (5, 5, 10)
    assert {name: len(rows) for name, rows in served(released).items()}.items() <= found.items()


def test_a_record_says_what_the_release_covers(undisturbed):
    (first, second) = rows_of(undisturbed.releases, "release")
    assert [(one["release"], one["landing"], one["events"], one["buckets"]) for one in (first, second)] == [
        (1, 1, 50, 1), (2, 2, 70, 1),
    ]  # fmt: skip
    assert second["policy"] == '{"cap": 800, "own_posts": true, "replies": "followed"}'
    assert second["released_at"] == CLOCK


def test_a_landing_that_touches_everything_changes_every_table(undisturbed):
    before, after = contents(undisturbed, 0), contents(undisturbed, 1)
    assert [name for name in TABLES if before[name] == after[name]] == []


def test_an_old_release_reads_as_before(released, undisturbed):
    assert served(undisturbed, 0) == served(released)
    assert served(undisturbed, 0) != served(undisturbed, 1)


def test_a_run_with_nothing_new_publishes_nothing(undisturbed, engine, copy):
    lake = copy(undisturbed)
    done = run(lake, engine)
    assert (done.published, done.reason, done.release.number) == (False, "nothing new", 2)
    assert (newest(lake), releases(lake)) == (newest(undisturbed), [1, 2])


def test_a_rebuild_that_gives_the_same_publishes_nothing(undisturbed, engine, copy):
    lake = copy(undisturbed)
    done = run(lake, engine, rebuild=True)
    assert (done.published, done.reason) == (False, "rebuild: the same again")
    assert (newest(lake), releases(lake), on_disk(lake)) == (newest(undisturbed), [1, 2], on_disk(undisturbed))


def test_only_tables_that_change_get_a_new_version(undisturbed, engine, copy, tmp_path):
    lake = copy(undisturbed)
    liked = line("e-1", "liked", event_time="2025-12-31T23:00:00Z", actor_id=1, post_id=100)
    land(lake, engine, [file_of(tmp_path / "a", liked)], clock=CLOCK)
    assert run(lake, engine).reason == "landing 3 is new"
    changed = [name for name, version in newest(lake).items() if version != newest(undisturbed)[name]]
    assert changed == ["relations/users", "relations/likes", "views/profile"]


def test_a_policy_is_remembered_and_a_change_of_it_published(undisturbed, engine, copy):
    lake = copy(undisturbed)
    changed = run(lake, engine, policy={"cap": 2, "own_posts": False})
    assert changed.reason == "policy changed: cap 800 → 2, own_posts True → False"
    assert run(lake, engine).reason == "nothing new"
    assert run(lake, engine, policy={"replies": "none"}).release.policy.as_dict() == {
        "cap": 2, "own_posts": False, "replies": "none",
    }  # fmt: skip
    assert max(row["position"] for row in rows_of(lake.view("newsfeed"), "reader_id")) == 2


def test_a_new_version_of_a_view_is_published(undisturbed, engine, copy, projections):
    lake = copy(undisturbed)
    projections("views/profile", version=2)
    assert run(lake, engine).reason == "tables or their versions changed"
    assert [(name, one["projection"]) for name, one in tables(lake).items() if one["projection"] != 1] == [
        ("views/profile", 2)
    ]
    assert run(lake, engine).reason == "nothing new"


def test_a_view_that_fails_its_checks_stops_the_release(released, engine, copy, projections):
    lake = copy(released)
    projections("views/newsfeed", checks=lambda _: (at_most("position", 1),))
    with pytest.raises(AuditError, match=r"(?s)newsfeed fails its checks.*position is at most 1: \d+ rows do not"):
        run(lake, engine)
    assert (releases(lake), newest(lake), served(lake)) == ([1], newest(released), served(released))
    assert on_disk(lake, "views/newsfeed") == on_disk(released, "views/newsfeed")


@pytest.mark.parametrize("lines", [None, [b"bad"]])
def test_where_nothing_landed_there_is_nothing_to_run(lake, engine, tmp_path, lines):
    if lines:
        land(lake, engine, [file_of(tmp_path / "a", *lines)])
    with pytest.raises(NothingLanded, match="nothing landed at .*lake yet: `newsfeed land SOURCE` lands events"):
        run(lake, engine)


def test_releases_that_do_not_exist_are_told_of(undisturbed, landed, lake):
    with pytest.raises(NoRelease, match="there is no release 3: the last one is 2"):
        release(undisturbed, 3)
    with pytest.raises(NoRelease, match="nothing was released at .*landed yet: `newsfeed run` publishes"):
        release(landed)
    with pytest.raises(NoRelease, match="there is no lake at .*lake: land events there first"):
        release(lake)


@pytest.mark.parametrize("name", ["lake[1]", "lake*", "lake?", "{lake}"])
def test_a_lake_may_not_look_like_a_pattern(tmp_path, name):
    with pytest.raises(UsageError, match="--root: expected a path without"):
        Lake.at(str(tmp_path / name))


@pytest.mark.parametrize("name", ["my lake", "50%", "k=v", "läke"])
def test_a_lake_may_have_any_name(engine, tmp_path, name):
    lake = Lake.at(str(tmp_path / name))
    land(lake, engine, [file_of(tmp_path / "a", *deeds(30, 1))], clock=CLOCK)
    assert run(lake, engine).release.events == 5
    assert len(served(lake)["views/posts"]) == 1


def test_the_newest_version_may_be_unreleased_but_its_record_names_the_one_that_is(undisturbed, engine, copy):
    lake = copy(undisturbed)
    table = DeltaTable(lake.view("newsfeed"))
    table.delete("reader_id = 1")
    assert served(lake) == served(undisturbed)
    assert run(lake, engine).reason == "nothing new"
    require_restored(lake)
