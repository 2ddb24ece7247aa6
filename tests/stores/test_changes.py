"""What a store is told: no more than what differs, and everything where nothing can be compared."""

from dataclasses import replace

import pyarrow as pa
import pytest

from pipelines.landing.land import land
from pipelines.reading.reader import Reader
from pipelines.runs.run import run
from pipelines.storage import datafiles, delta, places
from pipelines.stores.base import OWNERS
from pipelines.stores.changes import difference, served_of
from pipelines.stores.publish import publish
from pipelines.views import load_view
from tests.landing.lines import CLOCK, file_of, line
from tests.stores.contract import opened
from tests.stores.lakes import copied

VIEWS = tuple(OWNERS)


def told(lake, before, after, change=lambda stored: stored):
    """What a store that has a release, or something else, is told of another one."""
    stored = None if before is None else change(served_of(Reader.of(lake, before), VIEWS))
    return difference(Reader.of(lake, after), stored, VIEWS)


def test_one_profile_that_changes_is_one_owner_of_one_view_and_few_files_are_read(lakes, engine, tmp_path, monkeypatch):
    lake = copied(lakes.last, tmp_path / "lake")
    user = Reader.of(lake).rows("SELECT user_id FROM profile WHERE is_active LIMIT 1", "profile")[0]["user_id"]
    change = line("new", "profile_changed", event_time="2024-05-31T23:59:59Z", actor_id=user, bio="new")
    land(lake, engine, [file_of(tmp_path / "a", change)], clock=CLOCK)
    number = run(lake, engine).release.number
    found = told(lake, number - 1, number)
    read, really = [], datafiles.read
    monkeypatch.setattr(datafiles, "read", lambda place, *more: read.append(place) or really(place, *more))
    changes = list(found.changes())
    assert [(one.view, one.owners.tolist(), one.rows["bio"].to_pylist()) for one in changes] == [
        ("profile", [user], ["new"])
    ]
    assert len(read) == 2


@pytest.mark.parametrize("before", [None, 1, 5])
def test_owners_ascend_and_have_all_their_rows_in_order(lakes, before):
    for change in told(lakes.last, before, 4).changes():
        owner, table = OWNERS[change.view], load_view(change.view).table
        assert change.rows.schema.equals(table.arrow)
        owners = change.owners.tolist()
        assert owners == sorted(set(owners))
        assert set(change.rows[owner].to_pylist()) <= set(owners)
        keys = [(name.lstrip("-"), "descending" if name.startswith("-") else "ascending") for name in table.order]
        order = pa.compute.sort_indices(change.rows, sort_keys=list(dict([(owner, "ascending"), *keys]).items()))
        assert order.to_pylist() == list(range(change.rows.num_rows))


def test_nothing_is_told_of_the_same_rows_in_other_buckets(lakes):
    assert Reader.of(lakes.last, 2).release.buckets < Reader.of(lakes.last, 7).release.buckets
    before, after = (Reader.of(lakes.last, number).release.tables["views/posts"] for number in (5, 7))
    changed = {change.view for change in told(lakes.last, 5, 7).changes()}
    assert (before.content_hash == after.content_hash) == ("posts" not in changed)


@pytest.mark.parametrize(
    "change",
    [
        lambda stored: replace(stored, lake="another"),
        lambda stored: replace(stored, release=999),
        lambda stored: replace(stored, views={**stored.views, "trends": stored.views["posts"]}),
        lambda stored: with_content(stored, projection=99),
        lambda stored: with_content(stored, content_hash="7"),
        lambda stored: with_content(stored, rows=7),
    ],
    ids=["another lake", "no such release", "a view more", "another version", "another hash", "other rows"],
)
def test_what_cannot_be_compared_is_told_whole(lakes, change):
    assert not told(lakes.last, 1, 2).is_whole
    assert told(lakes.last, 1, 2, change).is_whole


def with_content(stored, **other):
    return replace(stored, views={**stored.views, "posts": stored.views["posts"]._replace(**other)})


def test_where_a_file_of_the_release_that_a_store_has_is_gone_all_is_published(lakes, tmp_path):
    lake = copied(lakes.last, tmp_path / "lake")
    before, after = (set(delta.files(Reader.of(lake, n).tables("newsfeed")["newsfeed"])) for n in (1, 3))
    with opened(f"lmdb:{tmp_path / 'served.lmdb'}") as store:
        publish(lake, [store], 1)
        places.remove(min(before - after))
        (done,) = publish(lake, [store], 3)
        assert (done.release, done.whole) == (3, True)
