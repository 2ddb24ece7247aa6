"""What must hold before a table is published: each check finds what breaks it, and a run publishes all or nothing."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.checks import AuditError, Findings, at_most, audit, in_order, not_null, numbered, ordered, require_clean
from pipelines.merge.newsfeeds import newsfeeds
from pipelines.policy import Policy
from pipelines.projections import BucketProjection, Projection
from pipelines.releases.release import all_releases
from pipelines.runs.materialize import materialize_buckets, materialize_frame
from pipelines.runs.run import run
from pipelines.runs.staged import BuildContext
from pipelines.storage import declaring, delta
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned
from pipelines.tables import Column, ContractError, Table
from pipelines.views import daily_activity, newsfeed, newsfeed_updates
from tests.histories import History
from tests.laws.worlds import CLOCK, in_small_files, land_events, views_of

COLUMNS = ("owner", "position", "time")
FEED = Table("feed", tuple(Column(name, "bigint", name) for name in COLUMNS), key=("owner", "position"))


def failing(check, *rows):
    """The (owner, position) of the rows that fail a check, when each row follows the one before it."""
    all_rows = pa.RecordBatch.from_arrays(
        [pa.array(column, pa.int64()) for column in zip((None,) * 3, *rows, strict=True)], schema=FEED.arrow
    )
    findings = Findings()
    audit((check,), FEED.key, all_rows.slice(0, len(rows)), all_rows.slice(1), findings)
    assert sum(findings.counts.values()) == len(findings.samples.get(check.name, []))
    return findings.samples.get(check.name, [])


def test_a_null_is_found_where_none_has_a_meaning():
    assert failing(not_null("time"), (1, 1, 5), (1, 2, None), (2, 1, 0)) == ["owner 1, position 2"]


def test_rows_out_of_order_and_keys_given_twice_are_found():
    check = ordered(FEED)
    assert failing(check, (1, 1, 5), (1, 2, 5), (2, 1, 5)) == []
    assert failing(check, (1, 2, 5), (1, 1, 5)) == ["owner 1, position 1"]
    assert failing(check, (1, 1, 5), (1, 1, 6)) == ["owner 1, position 1"]
    assert failing(check, (2, 1, 5), (1, 2, 5)) == ["owner 1, position 2"]


def test_a_gap_in_the_positions_and_a_first_one_that_is_not_1_are_found():
    check = numbered("owner")
    assert failing(check, (1, 1, 5), (1, 2, 5), (2, 1, 5)) == []
    assert failing(check, (1, 1, 5), (1, 3, 5), (2, 2, 5)) == ["owner 1, position 3", "owner 2, position 2"]
    assert failing(check, (1, 2, 5)) == ["owner 1, position 2"]


def test_entries_of_one_owner_that_do_not_come_newest_first_are_found():
    check = in_order("owner", "-time", "-position")
    assert failing(check, (1, 2, 5), (1, 1, 5), (1, 1, 4), (2, 1, 9)) == []
    assert failing(check, (1, 1, 5), (1, 2, 6)) == ["owner 1, position 2"]
    assert failing(check, (1, 1, 5), (1, 2, 5)) == ["owner 1, position 2"]


def test_a_position_above_the_cap_is_found():
    assert failing(at_most("position", 2), (1, 2, 5), (1, 3, 5)) == ["owner 1, position 3"]


def test_an_error_tells_each_check_with_its_count_and_five_keys():
    findings = Findings()
    findings.add("time is given", 9, ["owner 1", "owner 2", "owner 3"])
    findings.add("time is given", 4, ["owner 4", "owner 5", "owner 6"])
    with pytest.raises(AuditError) as raised:
        require_clean("feed", findings)
    assert str(raised.value).splitlines() == [
        "feed fails its checks, nothing is published:",
        "  time is given: 13 rows do not, for instance owner 1; owner 2; owner 3; owner 4; owner 5",
    ]


def context(engine, tmp_path, buckets, mark=None):
    return BuildContext(Lake.at(str(tmp_path)), engine, Policy(), buckets, 1 << 30, mark)


@pytest.fixture
def place(tmp_path):
    """Where the table is."""
    declaring.ensure(str(tmp_path / "feed"), FEED)
    return str(tmp_path / "feed")


def test_a_frame_with_equal_keys_is_refused_and_leaves_no_file(engine, tmp_path, place):
    rows = [(owner, 1, 5) for owner in (1, 2, 3, 4, 5, 6, 7)] * 2
    twice = Projection(FEED, (), lambda _: engine.session.createDataFrame(rows, FEED.ddl))
    with pytest.raises(AuditError) as raised, owned({place: delta.find(place)}) as mark:
        materialize_frame(twice, {}, place, context(engine, tmp_path, 1, mark))
    owners = "; ".join(f"owner {owner}, position 1" for owner in (1, 2, 3, 4, 5))
    assert str(raised.value).splitlines()[1:] == [
        f"  rows ascend strictly by owner, position: 7 rows do not, for instance {owners}"
    ]
    assert list(Path(place).glob("*.parquet")) == []


def test_what_breaks_between_two_batches_of_a_bucket_is_found(engine, tmp_path, place):
    def batches(bucket, _):
        for position in (1, 2, 2):
            yield pa.RecordBatch.from_pylist([{"owner": bucket, "position": position, "time": 5}], FEED.arrow)

    broken = BucketProjection(FEED, (), batches, lambda _: (numbered("owner"),))
    told = r"1, 2, 3 …: 2 rows do not, for instance owner 0, position 2; owner 1, pos"
    with pytest.raises(AuditError, match=told), owned({place: delta.find(place)}) as mark:
        materialize_buckets(broken, {}, place, context(engine, tmp_path, 2, mark))
    assert list(Path(place).glob("*.parquet")) == []


def test_a_frame_with_other_columns_than_declared_is_refused_with_all_faults(engine, tmp_path):
    frame = engine.session.createDataFrame([(1, "2", 3)], "owner bigint, position string, extra int")
    with pytest.raises(ContractError) as raised:
        materialize_frame(Projection(FEED, (), lambda _: frame), {}, str(tmp_path), context(engine, tmp_path, 1))
    assert str(raised.value).splitlines() == [
        "feed breaks its contract:",
        "  time: expected bigint, found no such column",
        "  position: expected bigint, found string",
        "  extra: not in the contract, found int",
    ]


def all_twice(projection):
    """A projection that makes every row twice."""

    def merge(bucket, inputs):
        yield from (*projection.merge(bucket, inputs), *projection.merge(bucket, inputs))

    return replace(projection, merge=merge)


def test_a_run_whose_check_fails_publishes_nothing_and_the_next_good_run_does(lake, engine, monkeypatch):
    history = History()
    (alice,) = history.users("alice")
    alice.posts()
    land_events(lake, engine, history.events)
    first, served = run(lake, engine, clock=CLOCK).release, views_of(lake)
    alice.posts("more")
    land_events(lake, engine, history.events)
    with monkeypatch.context() as patch:
        patch.setattr(daily_activity, "VIEW", all_twice(daily_activity.VIEW))
        with pytest.raises(AuditError, match="rows ascend strictly by date"):
            run(lake, engine)
    assert (all_releases(lake), views_of(lake)) == ([first], served)
    assert run(lake, engine).published
    assert [len(views_of(lake, number)["posts"]) for number in (1, 2)] == [1, 2]


MERGE = newsfeed.VIEW.merge


def under(policy):
    """A projection of newsfeeds as they are under another policy than the run's."""

    def merge(bucket, inputs):
        return MERGE(bucket, replace(inputs, policy=replace(inputs.policy, **policy)))

    return replace(newsfeed.VIEW, merge=merge)


@pytest.mark.parametrize(
    ("other", "check"),
    [
        (
            {"replies": "all"},
            "its reason holds, by the policy and at that time: 1 rows do not, for instance reader_id 1, ",
        ),
        ({"cap": 2}, "position is at most 1: 1 rows do not, for instance reader_id 3, position 2"),
    ],
)
def test_a_newsfeed_against_the_policy_is_not_published(lake, engine, monkeypatch, other, check):
    history = History()
    alice, bob, carol = history.users("alice", "bob", "carol")
    alice.follows(bob)
    bob.replies(carol.posts())
    carol.posts()
    land_events(lake, engine, history.events)
    monkeypatch.setattr(newsfeed, "VIEW", under(other))
    with pytest.raises(AuditError, match=check):
        run(lake, engine, policy={"cap": 1})
    assert all_releases(lake) == []
    assert run(lake, engine, policy={"cap": 1} | other).published


def under_all(timelines, readers, policy, *more):
    """Newsfeeds as they are where all replies are shown."""
    return newsfeeds(timelines, readers, replace(policy, replies="all"), *more)


def test_a_batch_of_newsfeeds_against_the_policy_is_not_published(lake, engine, monkeypatch):
    history = History()
    alice, bob, carol = history.users("alice", "bob", "carol")
    alice.follows(bob)
    post = carol.posts()
    land_events(lake, engine, history.events)
    first = run(lake, engine).release
    bob.replies(post)
    land_events(lake, engine, history.events)
    in_small_files(monkeypatch, 4)
    monkeypatch.setattr(newsfeed_updates, "newsfeeds", under_all)
    with pytest.raises(AuditError, match="its reason holds, by the policy and at that time: 1 rows do not"):
        run(lake, engine)
    assert all_releases(lake) == [first]
