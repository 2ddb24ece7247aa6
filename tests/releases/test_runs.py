"""What a run publishes, and when it publishes nothing."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from deltalake import DeltaTable

from pipelines.checks import AuditError, at_most
from pipelines.errors import UsageError
from pipelines.landing.land import land
from pipelines.merge.audit import NewsfeedAudit
from pipelines.merge.updates import updated
from pipelines.releases.release import NoRelease, release
from pipelines.runs.planning import NothingLanded
from pipelines.runs.plans import Request
from pipelines.runs.preview import preview
from pipelines.runs.publishing import place_of
from pipelines.runs.run import run
from pipelines.storage import delta
from pipelines.storage.lake import Lake
from pipelines.views import UnknownView, newsfeed, newsfeed_updates, post_stats
from tests.landing.lines import CLOCK, file_of, line, rows_of
from tests.releases.worlds import TABLES, contents, deeds, newest, releases, require_restored, served, tables


@pytest.fixture
def projections(monkeypatch):
    """A function that changes how one table is made."""

    def change(name, **changes):
        module = import_module(f"pipelines.{name.replace('/', '.')}")
        declared = "VIEW" if name.startswith("views/") else "RELATION"
        monkeypatch.setattr(module, declared, replace(getattr(module, declared), **changes))

    return change


def on_disk(lake, below="."):
    """How many data files there are, committed or not."""
    return len(list(Path(lake.root, below).rglob("*.parquet")))


def made(done):
    """The tables that a run made."""
    return [step for step in done.seconds if "/" in step]


def test_the_first_release_has_every_table_with_its_rows(released):
    found = {name: one["rows"] for name, one in tables(released).items()}
    assert list(found) == TABLES
    assert (found["relations/users"], found["relations/follows"], found["views/posts"]) == (15, 5, 10)
    assert {name: len(rows) for name, rows in served(released).items()}.items() <= found.items()


def test_a_record_says_what_the_release_covers(undisturbed):
    (first, second) = rows_of(undisturbed.releases, "release")
    assert [(one["release"], one["landing"], one["events"], one["buckets"]) for one in (first, second)] == [
        (1, 1, 80, 1), (2, 2, 112, 1),
    ]  # fmt: skip
    assert second["policy"] == '{"cap": 800, "own_posts": true, "replies": "followed"}'
    assert second["released_at"] == CLOCK


def test_a_landing_that_touches_everything_changes_every_table(undisturbed):
    before, after = contents(undisturbed, 0), contents(undisturbed, 1)
    assert [name for name in TABLES if before[name] == after[name]] == ["relations/amendments"]


def test_what_no_event_concerns_is_not_made_again(undisturbed, engine, copy, tmp_path):
    lake = copy(undisturbed)
    land(lake, engine, [file_of(tmp_path / "like", line("like", "liked", actor_id=1, post_id=101))], clock=CLOCK)
    relations = [f"relations/{name}" for name in ("users", "active_days", "likes")]
    views = [f"views/{name}" for name in ("profile", "post_stats", "notifications", "daily_activity")]
    assert made(run(lake, engine, clock=CLOCK)) == [*relations, *views]


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
    assert changed == [
        "relations/users", "relations/likes", "views/profile", "views/post_stats", "views/daily_activity",
    ]  # fmt: skip


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
    assert run(lake, engine).reason == "changed: views/profile"
    versions = {name: one["projection"] for name, one in tables(undisturbed).items()}
    assert {name: one["projection"] for name, one in tables(lake).items()} == versions | {"views/profile": 2}
    assert run(lake, engine).reason == "nothing new"


def test_what_is_rebuilt_beside_what_is_new_is_told_and_foretold(released, undisturbed, engine, copy, projections):
    lake = copy(released)
    projections("views/profile", version=2)
    found = preview(lake, Request({}))
    done = run(lake, engine)
    assert (found.reason, done.reason) == ("landing 2 is new; changed: views/profile",) * 2
    assert contents(lake) == contents(undisturbed)


def test_a_changed_view_is_made_anew_alone(undisturbed, engine, copy, projections):
    lake = copy(undisturbed)
    projections("views/profile", version=2)
    assert made(run(lake, engine)) == ["views/profile"]
    assert contents(lake) == contents(undisturbed)


def test_a_changed_relation_is_made_anew_with_all_that_depends_on_it(undisturbed, engine, copy, projections):
    lake = copy(undisturbed)
    projections("relations/mutes", version=2)
    done = run(lake, engine)
    assert done.reason == "changed: relations/mutes, relations/hides, views/newsfeed, views/notifications"
    assert made(done) == ["relations/mutes", "relations/hides", "views/newsfeed", "views/notifications"]
    assert contents(lake) == contents(undisturbed)


def test_a_run_of_one_view_makes_it_of_what_the_last_release_covers(undisturbed, released, engine, copy, projections):
    lake = copy(released)  # in which a landing waits
    for view in ("daily_activity", "posts"):
        projections(f"views/{view}", version=2)
        done = run(lake, engine, view=view)
        assert (made(done), done.reason, done.release.landing) == ([f"views/{view}"], f"view {view}", 1)
    assert run(lake, engine, view="posts").published is False
    assert contents(lake) == contents(released)
    assert run(lake, engine).reason == "landing 2 is new"
    assert contents(lake) == contents(undisturbed)


def test_a_run_of_one_view_makes_the_relations_that_it_lacks_and_no_other(undisturbed, engine, copy, projections):
    lake = copy(undisturbed)
    for name in ("relations/users", "relations/deactivations", "relations/likes"):
        projections(name, version=9)
    done = run(lake, engine, view="user_directory")
    assert made(done) == ["relations/users", "relations/deactivations", "views/user_directory"]


def test_one_view_needs_a_release_a_known_name_and_the_policy_as_it_is(landed, undisturbed, engine, copy):
    with pytest.raises(NoRelease, match="nothing was released at .* yet: `newsfeed run` publishes the first release"):
        run(copy(landed), engine, view="posts")
    with pytest.raises(UnknownView, match="there is no view 'post': expected one of newsfeed, user_timeline, "):
        run(undisturbed, engine, view="post")
    with pytest.raises(UsageError, match="one view alone keeps the policy of the last release"):
        run(undisturbed, engine, view="posts", policy={"cap": 3})


def test_a_wrong_count_stops_the_release_and_names_the_rows(released, engine, copy, projections):
    lake = copy(released)
    counts = post_stats.VIEW.counts

    def fewer(bucket, inputs):
        facts = counts.facts(bucket, inputs)
        return facts | {"likes": facts["likes"][~np.isin(facts["likes"], (103, 112))]}

    projections("views/post_stats", counts=replace(counts, facts=fewer))
    with pytest.raises(AuditError, match="likes is the number of its facts: 2 rows do not, .*post_id 103") as raised:
        run(lake, engine)
    assert "post_id 112" in str(raised.value)
    assert (releases(lake), served(lake)) == ([1], served(released))


def test_an_entry_without_a_reason_stops_the_release(released, engine, copy, monkeypatch):
    lake = copy(released)
    everyone = np.arange(1, 6), np.ones(5, np.int64)
    monkeypatch.setattr(
        newsfeed,
        "_audits",
        lambda bucket, inputs: NewsfeedAudit(
            lambda _: newsfeed.index(inputs)[1], newsfeed.relations(bucket, inputs)[0], everyone, inputs.policy
        ).checks(),
    )
    monkeypatch.setattr(newsfeed, "VIEW", replace(newsfeed.VIEW, audits=newsfeed._audits))
    with pytest.raises(AuditError, match=r"neither author nor reposter is hidden from the reader: \d+ rows do not"):
        run(lake, engine, rebuild=True)
    assert releases(lake) == [1]


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
    assert run(lake, engine).release.events == 8
    assert len(served(lake)["views/posts"]) == 1


def test_the_newest_version_may_be_unreleased_but_its_record_names_the_one_that_is(undisturbed, engine, copy):
    lake = copy(undisturbed)
    table = DeltaTable(lake.view("newsfeed"))
    table.delete("reader_id = 1")
    assert served(lake) == served(undisturbed)
    assert run(lake, engine).reason == "nothing new"
    require_restored(lake)


def test_what_is_new_in_a_newsfeed_that_was_there_is_audited(released, engine, copy, monkeypatch):
    def wrong(*given):
        for found in updated(*given):
            found.entries.author[found.is_new] += 1
            yield found

    monkeypatch.setattr(newsfeed_updates, "updated", wrong)
    lake = copy(released)
    with pytest.raises(AuditError, match="newsfeed fails its checks"):
        run(lake, engine)
    assert releases(lake) == [1]


def test_a_run_opens_no_table_again_that_it_opened_to_commit_on(released, engine, copy, monkeypatch):
    lake, opened, find = copy(released), [], delta.find
    monkeypatch.setattr(delta, "find", lambda place, version=None: opened.append(place) or find(place, version))
    assert run(lake, engine).published
    assert lake.log in opened
    assert not {place_of(lake, name) for name in TABLES} & set(opened)
