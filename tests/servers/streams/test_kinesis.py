"""What lands from a stream of Kinesis is what lands from a file of the same lines."""

import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.landing.land import land, positions_of
from pipelines.log.landings import move_on, newest
from pipelines.sources.base import Lost
from pipelines.sources.kinesis import opened
from pipelines.storage import delta
from pipelines.storage.places import PlaceError
from tests.landing.lines import CLOCK, events, file_of, line, quarantined
from tests.servers.kinesis import Kinesalite
from tests.servers.streams.shards import fill, in_parts, lines_of, merge, network, shards, split
from tests.servers.streams.worlds import world

pytestmark = pytest.mark.servers
FIRST, SECOND = (f"shardId-{number:012}" for number in range(2))


@pytest.fixture
def forge(lake):
    """Let the log say something else of how far a stream is read."""

    def change(**said):
        log = delta.find(lake.log)
        before = newest(lake.log, log)
        ((name, position),) = before.positions.items()
        move_on(log, before, {name: {**position, **said}})

    return change


def position_of(lake):
    (position,) = positions_of(lake).values()
    return position


def records_of(kinesis, stream, shard):
    """The records of a shard."""
    asked = {"StreamName": stream, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.client.get_shard_iterator(**asked)["ShardIterator"]
    return kinesis.client.get_records(ShardIterator=iterator)["Records"]


def test_what_is_there_lands_and_then_only_what_came_since(
    kinesalite, stream, lake, other, engine, tmp_path, seed, monkeypatch
):
    monkeypatch.setattr("pipelines.sources.kinesis_shard.PAGE", 70)
    lines = network(seed)
    for part in in_parts(lines, 2):
        fill(kinesalite, stream, part)
        assert land(lake, engine, [kinesalite.url(stream)], clock=CLOCK).lines == len(part)
        assert land(lake, engine, [kinesalite.url(stream)], clock=CLOCK).lines == 0
    land(other, engine, [file_of(tmp_path / "a", *lines)], clock=CLOCK)
    assert events(lake) == events(other)
    assert world(lake, engine) == world(other, engine)


def test_large_streams_land_in_several_commits(kinesalite, stream, lake, engine, monkeypatch):
    monkeypatch.setattr("pipelines.sources.kinesis_shard.PAGE", 20)
    monkeypatch.setattr("pipelines.sources.kinesis_reader.TOGETHER", 2000)
    fill(kinesalite, stream, lines_of(1, 300))
    assert land(lake, engine, [kinesalite.url(stream)], clock=CLOCK).landed == 299
    assert newest(lake.log, delta.find(lake.log)).number >= 4


def test_what_is_read_in_part_is_whole_until_the_last_record_that_was(kinesalite, stream, monkeypatch, tmp_path):
    monkeypatch.setattr("pipelines.sources.kinesis_shard.PAGE", 20)
    monkeypatch.setattr("pipelines.sources.kinesis_reader.TOGETHER", 1000)
    url = kinesalite.create_stream("in-part", 1)
    fill(kinesalite, "in-part", lines_of(1, 50))
    batch = opened(url, accept_loss=False).read(str(tmp_path), {})
    ((_, position),) = batch.moves.values()
    last = records_of(kinesalite, "in-part", FIRST)[19]
    assert not batch.is_all
    assert position["shards"][FIRST] == last["SequenceNumber"]
    assert datetime.fromisoformat(position["whole_until"]) == last["ApproximateArrivalTimestamp"]


def test_one_that_was_never_read_whole_lands_what_is_left(kinesalite, stream, lake, engine, forge):
    fill(kinesalite, stream, lines_of(1, 99))
    land(lake, engine, [kinesalite.url(stream)])
    forge(whole_until=None, shards=dict.fromkeys(shards(kinesalite, stream)))
    assert land(lake, engine, [kinesalite.url(stream)]).duplicates == 98


def test_where_nothing_came_nothing_is_committed_for_an_hour(kinesalite, stream, lake, engine, forge):
    fill(kinesalite, stream, lines_of(1, 9))
    land(lake, engine, [kinesalite.url(stream)])
    for minutes, commits in [(50, 0), (70, 1)]:
        forge(whole_until=(datetime.now(UTC) - timedelta(minutes=minutes)).isoformat())
        version = delta.find(lake.log).version()
        land(lake, engine, [kinesalite.url(stream)])
        assert delta.find(lake.log).version() == version + commits


def test_poison_is_quarantined_by_shard_and_sequence_number(kinesalite, stream, lake, engine):
    fill(kinesalite, stream, [line("e-1"), b"{poison", b"[]\n{more", line("e-2")], half=1)
    done = land(lake, engine, [kinesalite.url(stream)], clock=CLOCK)
    assert (done.landed, done.quarantined) == (2, 3)
    _, poison, more, _ = (record["SequenceNumber"] for record in records_of(kinesalite, stream, SECOND))
    found = [(row["source"], row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)]
    at = f"kinesis://{stream}/{SECOND}?region=us-east-1#"
    assert found == [(f"{at}{poison}", 1, 0, b"{poison"), (f"{at}{more}", 1, 0, b"[]"), (f"{at}{more}", 2, 3, b"{more")]


def test_children_are_read_behind_their_parents(kinesis_local, monkeypatch, lake, other, engine, tmp_path, seed):
    for name, value in kinesis_local.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("pipelines.sources.kinesis_shard.PAGE", 70)
    url, lines = kinesis_local.create_stream("resharded"), network(seed)
    first, second, third, fourth = in_parts(lines, 4)
    fill(kinesis_local, "resharded", first)
    assert land(lake, engine, [url], clock=CLOCK).lines == len(first)
    split(kinesis_local, "resharded", FIRST)
    fill(kinesis_local, "resharded", second)
    merge(kinesis_local, "resharded", *shards(kinesis_local, "resharded")[1:])
    fill(kinesis_local, "resharded", third)
    assert land(lake, engine, [url], clock=CLOCK).lines == len(second) + len(third)
    merged = shards(kinesis_local, "resharded")[-1]
    split(kinesis_local, "resharded", merged)
    fill(kinesis_local, "resharded", fourth)
    assert land(lake, engine, [url], clock=CLOCK).lines == len(fourth)
    assert land(lake, engine, [url], clock=CLOCK).lines == 0
    ends = [last for last in position_of(lake)["shards"].values() if last == "end"]
    assert len(ends) == 4
    land(other, engine, [file_of(tmp_path / "a", *lines)], clock=CLOCK)
    assert world(lake, engine) == world(other, engine)


def test_of_the_same_id_what_a_parent_has_stands(kinesis_local, monkeypatch, lake, engine):
    for name, value in kinesis_local.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("pipelines.sources.kinesis_shard.PAGE", 10)
    monkeypatch.setattr("pipelines.sources.kinesis_reader.TOGETHER", 1000)
    url = kinesis_local.create_stream("ordered", 1)
    fill(kinesis_local, "ordered", [*lines_of(2, 40), line("e-1", actor_id=1)])
    split(kinesis_local, "ordered", FIRST)
    for half in range(2):
        fill(kinesis_local, "ordered", [line("e-1", actor_id=2)], half)
    assert land(lake, engine, [url], clock=CLOCK).quarantined == 2
    assert events(lake)[0]["actor_id"] == 1


def test_shards_that_are_read_whole_and_listed_no_more_are_forgotten(kinesalite, stream, lake, engine, forge):
    fill(kinesalite, stream, lines_of(1, 9))
    land(lake, engine, [kinesalite.url(stream)])
    forge(shards={**position_of(lake)["shards"], "shardId-000000000007": "end"})
    fill(kinesalite, stream, lines_of(9, 20))
    assert land(lake, engine, [kinesalite.url(stream)]).landed == 11
    assert list(position_of(lake)["shards"]) == shards(kinesalite, stream)


def test_a_shard_that_is_gone_before_it_was_read_stops_until_that_is_accepted(kinesalite, stream, lake, engine, forge):
    fill(kinesalite, stream, lines_of(1, 9))
    land(lake, engine, [kinesalite.url(stream)])
    forge(shards={**position_of(lake)["shards"], "shardId-000000000007": "49"})
    gone = "shardId-000000000007 is gone with what had not landed of it (it had landed up to 49)"
    with pytest.raises(Lost) as lost:
        land(lake, engine, [kinesalite.url(stream)])
    assert gone in str(lost.value)
    assert gone in land(lake, engine, [kinesalite.url(stream)], accept_loss=True).warnings[0]
    assert position_of(lake)["lost"] == [{"shard": "shardId-000000000007", "last": "49"}]
    assert land(lake, engine, [kinesalite.url(stream)]).warnings == ()


def test_what_may_have_gone_by_the_retention_stops_until_that_is_accepted(kinesalite, stream, lake, engine, forge):
    fill(kinesalite, stream, lines_of(1, 9))
    land(lake, engine, [kinesalite.url(stream)])
    forge(whole_until="2026-01-01T00:00:00+00:00")
    fill(kinesalite, stream, lines_of(9, 20))
    with pytest.raises(Lost, match="what arrived between 2026-01-01T00:00:00.00:00 and .* may be gone"):
        land(lake, engine, [kinesalite.url(stream)])
    done = land(lake, engine, [kinesalite.url(stream)], accept_loss=True)
    assert (done.landed, len(done.warnings)) == (11, 1)
    assert land(lake, engine, [kinesalite.url(stream)]).warnings == ()


def test_a_stream_that_was_made_again_stops_until_that_is_accepted(kinesalite, stream, lake, engine):
    fill(kinesalite, stream, lines_of(1, 9))
    land(lake, engine, [kinesalite.url(stream)])
    kinesalite.client.delete_stream(StreamName=stream)
    time.sleep(1.1)  # the stand-in says to the second when a stream was made
    with pytest.raises(PlaceError, match="there is no such stream"):
        land(lake, engine, [kinesalite.url(stream)])
    kinesalite.client.create_stream(StreamName=stream, ShardCount=1)
    with pytest.raises(Lost, match="was deleted and made again"):
        land(lake, engine, [kinesalite.url(stream)])
    fill(kinesalite, stream, lines_of(5, 20))
    done = land(lake, engine, [kinesalite.url(stream)], accept_loss=True)
    assert (done.landed, done.duplicates) == (11, 4)
    assert land(lake, engine, [kinesalite.url(stream)]).lines == 0


class Slow(Kinesalite):
    """One in which streams take a while to be made, and to be deleted."""

    def command(self):
        return [part.replace("StreamMs=50", "StreamMs=4000") for part in super().command()]


@pytest.mark.skipif(shutil.which("npm") is None, reason="it needs npm, which is not on the path")
def test_a_stream_that_is_being_made_is_waited_for_and_one_being_deleted_is_not(tmp_path, monkeypatch, lake, engine):
    server = Slow(tmp_path)
    try:
        server.start()
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        server.client.create_stream(StreamName="made", ShardCount=1)
        assert land(lake, engine, [server.url("made")]).lines == 0
        server.client.delete_stream(StreamName="made")
        with pytest.raises(PlaceError, match="the stream is being deleted"):
            land(lake, engine, [server.url("made")])
    finally:
        server.stop()
