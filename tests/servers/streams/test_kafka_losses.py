"""Records that are gone before they landed stop a landing, until their loss is accepted, which the log then keeps."""

import pytest

from pipelines.landing.land import positions_of
from pipelines.sources import kafka_reader
from pipelines.sources.base import Lost
from pipelines.sources.opening import source_of
from pipelines.storage.places import PlaceError
from tests.cli.conftest import call
from tests.landing.lines import ids, line
from tests.servers.streams.topics import fill, grow, lose, position, producing, read_to

__all__ = ["call"]

pytestmark = pytest.mark.servers

ACCEPT = "`--accept-loss` lands what is left, and the log keeps what was lost"
GONE = "up to {} records are gone that had not landed: "


def lines(first, behind):
    return [line(f"e-{number:02}") for number in range(first, behind)]


@pytest.fixture
def url(kafka, topic, land):
    """The URL of a topic of which ten records landed, five of each of two partitions, and ten others came since."""
    for first in (0, 10):
        fill(kafka, topic, lines(first, first + 5), partition=0)
        fill(kafka, topic, lines(first + 5, first + 10), partition=1)
        if first == 0:
            land(kafka.url(topic))
    return kafka.url(topic)


def test_what_landed_may_go(kafka, topic, url, lake, land):
    lose(kafka, topic, {0: 5, 1: 3})
    assert (land(url).landed, len(ids(lake)), "lost" in position(lake)) == (10, 20, False)


def test_what_was_lost_is_told_by_offset_and_what_is_left_lands_once_that_is_accepted(
    kafka, topic, url, lake, land, call
):
    lose(kafka, topic, {0: 8, 1: 6})
    before = position(lake)
    told = f"{GONE.format(4)}of partition 0 the offsets 5 to 7, of partition 1 the offset 5"
    for _ in range(2):
        said = call("land", url, "--root", lake.root)
        assert (said.code, said.err) == (1, f"error: cannot read {url}: {told}; {ACCEPT}\n")
    assert (position(lake), len(ids(lake))) == (before, 10)
    said = call("land", url, "--root", lake.root, "--accept-loss")
    assert (said.code, said.err) == (0, f"warning: {url}: {told}\n")
    assert (len(ids(lake)), read_to(lake)) == (16, {0: 10, 1: 10, 2: 0})
    lost = [{"partition": 0, "wanted": 5, "found": 8}, {"partition": 1, "wanted": 5, "found": 6}]
    assert position(lake)["lost"] == lost
    fill(kafka, topic, lines(20, 21), partition=2)
    done = land(url)
    assert (done.landed, done.warnings, position(lake)["lost"]) == (1, (), lost)


def test_of_a_partition_that_came_since_and_lost_records_they_count_as_lost(kafka, topic, url, land):
    land(url)
    grow(kafka, topic, 4)
    fill(kafka, topic, lines(20, 22), partition=3)
    lose(kafka, topic, {3: 1})
    with pytest.raises(Lost, match=f"{GONE.format(1)}of partition 3 the offset 0;"):
        land(url)


def test_what_was_gone_before_the_first_landing_is_not_missed(kafka, topic, lake, land):
    fill(kafka, topic, lines(0, 3), partition=0)
    lose(kafka, topic, {0: 2})
    assert (land(kafka.url(topic)).landed, ids(lake)) == (1, ["e-02"])


def test_a_topic_that_was_made_again_is_known_by_its_id_and_read_whole(kafka, topic, url, lake, land):
    was = position(lake)
    kafka.delete_topic(topic)
    kafka.create_topic(topic, 2)
    fill(kafka, topic, lines(30, 50), partition=0)
    told = f"the topic was deleted and made again since (its id was {was['topic']}), with what had not landed of it"
    with pytest.raises(Lost) as raised:
        land(url)
    assert str(raised.value) == f"cannot read {url}: {told}; {ACCEPT}"
    done = land(url, accept_loss=True)
    assert (done.landed, done.warnings) == (20, (f"{url}: {told}",))
    assert (position(lake)["lost"], read_to(lake)) == ([{"topic": was["topic"], "next": was["next"]}], {0: 20, 1: 0})
    assert position(lake)["topic"] != was["topic"]


def test_a_topic_that_is_made_again_while_it_is_read_brings_nothing(kafka, topic, url, lake, land, monkeypatch):
    read = kafka_reader.Reader.read

    def read_then_make_again(reader):
        read(reader)
        kafka.delete_topic(topic)
        kafka.create_topic(topic, 3)

    monkeypatch.setattr(kafka_reader.Reader, "read", read_then_make_again)
    with pytest.raises(PlaceError, match="the topic was deleted and made again while it was read"):
        land(url)
    assert len(ids(lake)) == 10


def test_what_goes_while_it_is_read_is_told_of_when_the_rest_has_landed(
    kafka, topic, lake, land, monkeypatch, tmp_path
):
    (tmp_path / "settings").write_text("queued.min.messages=1\nfetch.message.max.bytes=500\nfetch.max.bytes=1000000\n")
    monkeypatch.setenv("NEWSFEED_KAFKA", str(tmp_path / "settings"))
    monkeypatch.setattr(kafka_reader, "AT_ONCE", 1)
    with producing(kafka, topic, 0, settings={"batch.num.messages": 1}) as put:
        for value in lines(0, 100):
            put(value)
    take = kafka_reader.Reader._take

    def take_and_lose(reader, messages):
        if reader.next[0] == 0:
            lose(kafka, topic, {0: 90})
        return take(reader, messages)

    monkeypatch.setattr(kafka_reader.Reader, "_take", take_and_lose)
    with pytest.raises(Lost) as raised:
        land(kafka.url(topic))
    landed = read_to(lake)[0]
    assert 0 < landed < 90
    assert f"{GONE.format(90 - landed)}of partition 0 the offsets {landed} to 89;" in str(raised.value)
    done = land(kafka.url(topic), accept_loss=True)
    assert (done.landed, read_to(lake)[0], len(ids(lake))) == (10, 100, landed + 10)


def test_a_partition_that_ends_before_what_was_read_of_it_lost_what_landed(url, lake, tmp_path):
    (stream,) = positions_of(lake)
    known = {stream: position(lake) | {"next": {"0": 5, "1": 50, "2": 0}}}
    with pytest.raises(Lost, match="partition 1 ends at offset 10, though it was read up to 50: it lost what landed"):
        source_of(url).read(str(tmp_path), known)
    batch = source_of(url, accept_loss=True).read(str(tmp_path), known)
    assert (batch.moves[stream].after["next"], batch.behind) == ({"0": 10, "1": 10, "2": 0}, 0)
