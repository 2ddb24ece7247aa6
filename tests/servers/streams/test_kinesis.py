"""What lands from a stream of Kinesis is what lands from a file of the same lines, whatever happens between."""

import pytest

from pipelines.landing.land import land
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, events, file_of, line, quarantined
from tests.servers.streams.shards import fill, merge, shards, split

pytestmark = pytest.mark.servers


@pytest.fixture
def stream(kinesalite, monkeypatch, request):
    """The name of a new stream of three shards."""
    for name, value in kinesalite.env.items():
        monkeypatch.setenv(name, value)
    name = request.node.name.partition("[")[0][:100]
    kinesalite.create_stream(name, 3)
    return name


@pytest.fixture
def other(tmp_path):
    return Lake.at(str(tmp_path / "other"))


def lines_of(first, last):
    return [line(f"e-{number}", actor_id=number) for number in range(first, last)]


def test_what_is_there_lands_and_then_only_what_came_since(kinesalite, stream, lake, other, engine, tmp_path):
    first, second = lines_of(1, 100), lines_of(100, 150)
    for lines in (first, second):
        fill(kinesalite, stream, lines)
        assert land(lake, engine, [kinesalite.url(stream)], clock=CLOCK).landed == len(lines)
        assert land(lake, engine, [kinesalite.url(stream)], clock=CLOCK).lines == 0
    land(other, engine, [file_of(tmp_path / "a", *first, *second)], clock=CLOCK)
    assert events(lake) == events(other)


def test_poison_is_quarantined_by_shard_and_sequence_number(kinesalite, stream, lake, engine):
    fill(kinesalite, stream, [line("e-1"), b"{poison", b"[]\n{more", line("e-2")], half=1)
    done = land(lake, engine, [kinesalite.url(stream)], clock=CLOCK)
    assert (done.landed, done.quarantined) == (2, 3)
    asked = {"StreamName": stream, "ShardId": "shardId-000000000001", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesalite.client.get_shard_iterator(**asked)["ShardIterator"]
    numbers = [record["SequenceNumber"] for record in kinesalite.client.get_records(ShardIterator=iterator)["Records"]]
    found = [(row["source"], row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)]
    at = f"kinesis://{stream}/shardId-000000000001?region=us-east-1#"
    poison, more = numbers[1:3]
    assert found == [(f"{at}{poison}", 1, 0, b"{poison"), (f"{at}{more}", 1, 0, b"[]"), (f"{at}{more}", 2, 3, b"{more")]


def test_children_are_read_behind_their_parents(kinesis_local, monkeypatch, lake, engine):
    for name, value in kinesis_local.env.items():
        monkeypatch.setenv(name, value)
    url = kinesis_local.create_stream("resharded")
    fill(kinesis_local, "resharded", lines_of(1, 20))
    split(kinesis_local, "resharded", shards(kinesis_local, "resharded")[0])
    fill(kinesis_local, "resharded", [b"poison of a child", *lines_of(20, 40)])
    merge(kinesis_local, "resharded", *shards(kinesis_local, "resharded")[1:])
    fill(kinesis_local, "resharded", lines_of(40, 60))
    done = land(lake, engine, [url], clock=CLOCK)
    assert (done.landed, done.quarantined) == (59, 1)
    assert land(lake, engine, [url], clock=CLOCK).lines == 0
