"""What lands from a topic is what lands from a file of the same lines, whatever happens between."""

import pytest

from pipelines.landing.land import land
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, events, file_of, line, quarantined
from tests.servers.streams.topics import fill

pytestmark = pytest.mark.servers


@pytest.fixture
def topic(kafka, request):
    """A new topic of three partitions; its name."""
    name = request.node.name[:100]
    kafka.create_topic(name, 3)
    return name


def test_what_is_there_lands_and_then_only_what_came_since(kafka, topic, lake, engine, tmp_path):
    other = Lake.at(str(tmp_path / "other"))
    first = [line(f"e-{number}", actor_id=number) for number in range(1, 100)]
    second = [line(f"e-{number}", actor_id=number) for number in range(100, 150)]
    for lines in (first, second):
        fill(kafka, topic, lines)
        assert land(lake, engine, [kafka.url(topic)], clock=CLOCK).landed == len(lines)
        assert land(lake, engine, [kafka.url(topic)], clock=CLOCK).lines == 0
    land(other, engine, [file_of(tmp_path / "a", *first, *second)], clock=CLOCK)
    assert events(lake) == events(other)


def test_poison_is_quarantined_by_topic_partition_and_offset(kafka, topic, lake, engine):
    fill(kafka, topic, [line("e-1"), b"{poison", b"[]\n{more", line("e-2")], partition=2)
    done = land(lake, engine, [kafka.url(topic)], clock=CLOCK)
    assert (done.landed, done.quarantined) == (2, 3)
    found = [(row["source"], row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)]
    at = f"{kafka.url(topic)}/2#"
    assert found == [(f"{at}1", 1, 0, b"{poison"), (f"{at}2", 1, 0, b"[]"), (f"{at}2", 2, 3, b"{more")]
