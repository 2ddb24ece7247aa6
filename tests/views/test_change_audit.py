"""The audit of what a batch changed in counts: a batch whose new counts are wrong is refused, with the rows named."""

import shutil
from dataclasses import replace
from itertools import product
from operator import itemgetter

import numpy as np
import pyarrow as pa
import pytest

from pipelines.checks import AuditError
from pipelines.projections import no_more, none_unknown
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.posts import POSTS
from pipelines.releases.release import all_releases
from pipelines.runs import choosing
from pipelines.runs.plans import Mode
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from pipelines.views import post_stats, profile
from tests.histories import History
from tests.laws.worlds import CLOCK, MANY, land_events

VIEWS = {"profile": profile, "post_stats": post_stats}
MERGES = {name: view.VIEW.merge for name, view in VIEWS.items()}
BOB, CAROL, DORA = 2, 3, 4
LIKED, DELETED, UNSEEN, NOBODY = 101, 102, 555, 777


def none_of(*tables):
    """Of these tables, no owners."""
    return lambda *_: dict.fromkeys(tables, np.empty(0, np.int64))


@pytest.fixture(scope="module")
def batch(engine, tmp_path_factory):
    """A released lake, and a landing in which Carol, whom others followed, does her first deeds.

    She likes a post and posts what Bob answered before, Bob deletes what was liked and answered; Dora is gone.
    """
    lake, history = Lake.at(str(tmp_path_factory.mktemp("lakes") / "batch")), History()
    alice, bob, carol, dora, erin = history.users("alice", "bob", "carol", "dora", "erin")
    for follower, followee in ((alice, bob), (alice, carol), (erin, carol), (dora, bob), (alice, dora)):
        follower.follows(followee)
    for post in (bob.posts(), bob.posts()):
        alice.likes(post)
    for post in (UNSEEN, DELETED):
        bob.replies(post)
    land_events(lake, engine, history.events)
    run(lake, engine, clock=CLOCK)
    carol.likes(LIKED)
    carol.posts(post_id=UNSEEN)
    bob.deletes(DELETED)
    dora.deactivates()
    bob.follows(NOBODY)
    bob.replies(NOBODY)
    land_events(lake, engine, history.events)
    return lake


@pytest.fixture
def told(batch, engine, tmp_path, monkeypatch):
    """What is said of the batch, check by check, where a view is made otherwise; nothing when it is published."""
    lake = Lake.at(shutil.copytree(batch.root, str(tmp_path / "lake")))
    monkeypatch.setattr(choosing, "MOST", MANY)  # no view is made anew

    def of(view, **changes):
        monkeypatch.setattr(VIEWS[view], "VIEW", replace(VIEWS[view].VIEW, **changes))
        try:
            assert run(lake, engine, clock=CLOCK).modes[f"views/{view}"] == Mode.MERGED
        except AuditError as error:
            assert all_releases(lake) == all_releases(batch)
            first, *found = str(error).splitlines()
            return sorted(found) or [first]
        return []

    return of


def counted(view, *faults):
    """The `merge` of a view that counts more in some columns of some owners' rows."""

    def merge(bucket, inputs):
        for made in MERGES[view](bucket, inputs):
            rows = made.to_pylist()
            for (column, owner, more), row in product(faults, rows):
                row[column] += more if row[VIEWS[view].VIEW.table.bucket_by] == owner else 0
            yield pa.RecordBatch.from_pylist(rows, made.schema)

    return merge


def undeleted(bucket, inputs):
    """The `merge` that makes a row of the post that was deleted too."""
    for made in MERGES["post_stats"](bucket, inputs):
        gone = {"post_id": DELETED, "author_id": BOB, "likes": 1, "reposts": 0, "replies": 1}
        rows = sorted([*made.to_pylist(), gone], key=itemgetter("post_id"))
        yield pa.RecordBatch.from_pylist(rows, made.schema)


def wrong(column, *rows):
    return f"  {column} is the number of its facts: {len(rows)} rows do not, for instance {'; '.join(rows)}"


@pytest.mark.parametrize("view", VIEWS)
def test_right_counts_pass(told, view):
    assert told(view) == []


@pytest.mark.parametrize(
    ("view", "faults"),
    [
        (
            "profile",
            [("likes_received", BOB, 1), ("followers", CAROL, -1), ("followees", DORA, 1), ("posts", CAROL, 1)],
        ),
        ("profile", [("followers", BOB, 1), ("followees", CAROL, 1), ("posts", BOB, -1)]),
        ("post_stats", [("likes", LIKED, 1), ("reposts", UNSEEN, 1), ("replies", UNSEEN, -1)]),
        ("post_stats", [("likes", UNSEEN, 1), ("replies", LIKED, 1)]),
    ],
)
def test_new_counts_that_are_wrong_by_one_are_told_with_their_keys(told, view, faults):
    key = VIEWS[view].VIEW.table.bucket_by
    found = sorted(wrong(column, f"{key} {owner}") for column, owner, _ in faults)
    assert told(view, merge=counted(view, *faults)) == found


@pytest.mark.parametrize(
    ("view", "lost", "found"),
    [
        (
            "profile",
            {"senders": none_of(FOLLOWS), "by_row": ()},
            [wrong("followees", "user_id 1", "user_id 2", "user_id 4"), wrong("followers", "user_id 2", "user_id 4")],
        ),
        ("profile", {"toward": none_of(FOLLOWS)}, [wrong("followers", "user_id 3")]),
        ("profile", {"unknown": none_unknown}, [wrong("followers", "user_id 3")]),
        ("post_stats", {"toward": none_of(POSTS)}, [wrong("replies", "post_id 555")]),
        ("post_stats", {"unknown": none_unknown}, [wrong("replies", "post_id 555")]),
    ],
)
def test_what_is_not_sent_again_is_missed_in_the_row_that_counts_it(told, view, lost, found):
    sent = VIEWS[view].VIEW.exchange
    assert told(view, exchange=replace(sent, resending=replace(sent.resending, **lost))) == found


def test_owners_whose_rows_are_not_made_anew_are_missed(told):
    assert told("post_stats", touched=no_more)[:1] == [wrong("likes", "post_id 101", "post_id 102")]


def test_a_row_that_stays_though_its_post_is_deleted_is_told(told):
    assert told("post_stats", merge=undeleted) == [wrong(column, "post_id 102") for column in ("likes", "replies")]
