"""What lands from a topic is what lands from a file of the same lines, in whatever order and however often it comes."""

import json
from random import Random

import pytest

from pipelines.log.landings import total_at
from pipelines.runs.run import run
from tests.adapters.conftest import JULY
from tests.adapters.sample import SAMPLE
from tests.histories import TYPES, random_history
from tests.landing.lines import CLOCK, counts, events, file_of, line, quarantined, rows_of
from tests.releases.worlds import contents
from tests.servers.streams.topics import fill, grow, position, read_to, spread

pytestmark = pytest.mark.servers

POISON = [b"{poison", b"[]", b"\xff\xfe", b"null", b'{"event_id": "x"}', b"\xef\xbb\xbf{}"]


def unfit(lake):
    """The lines in quarantine with what is wrong, wherever they are from, each once."""
    return {(row["raw"], tuple(row["faults"])) for row in quarantined(lake)}


def drawn_lines(seed):
    """Lines of many random histories, and poison between them."""
    told = [event for n in range(1, 61) for event in random_history(seed * 1000 + n, types=TYPES, base=1000 * n)]
    lines = [json.dumps(event, ensure_ascii=False).encode() for event in told]
    for number, poison in enumerate(POISON):
        lines.insert(number * 100, poison)
    return lines


def records_of(lines, seed):
    """Lines as records, some with several of them: every record twice, in another order."""
    drawn, records = Random(seed), []
    while lines:
        count = drawn.choice((1, 1, 1, 2, 5))
        records.append(b"\n".join(lines[:count]))
        lines = lines[count:]
    records *= 2
    drawn.shuffle(records)
    return records


def test_what_is_there_lands_and_then_only_what_came_since(kafka, topic, lake, land):
    for first, behind in ((1, 100), (100, 150)):
        fill(kafka, topic, [line(f"e-{number}", actor_id=number) for number in range(first, behind)])
        assert counts(land(kafka.url(topic)))[:2] == (behind - first, behind - first)
        assert land(kafka.url(topic)).lines == 0
    assert {row["event_id"] for row in events(lake)} == {f"e-{number}" for number in range(1, 150)}


def test_twice_and_in_another_order_with_poison_between_all_is_as_from_a_file(
    kafka, topic, lake, other, land_in, engine, tmp_path, seed
):
    lines = drawn_lines(seed)
    records = records_of(lines, seed)
    for some in (records[: len(records) // 3], records[len(records) // 3 :]):
        spread(kafka, topic, some, 3, seed)
        land_in(lake, kafka.url(topic))
    assert land_in(other, file_of(tmp_path / "lines", *lines)).landed == len(lines) - len(POISON)
    assert total_at(lake.log) == total_at(other.log) != {}
    assert unfit(lake) == unfit(other)
    assert {raw for raw, _ in unfit(lake)} == set(POISON)
    for one in (lake, other):
        run(one, engine, clock=CLOCK)
    assert contents(lake) == contents(other)


def test_jetstream_lands_from_a_topic_as_from_a_file(kafka, topic, lake, other, land_in, seed):
    given = {"format_name": "jetstream", "clock": JULY}
    spread(kafka, topic, SAMPLE.read_bytes().splitlines(), 3, seed)
    done = [land_in(one, source, **given) for one, source in ((lake, kafka.url(topic)), (other, str(SAMPLE)))]
    assert counts(done[0]) == counts(done[1])
    assert (total_at(lake.log), unfit(lake)) == (total_at(other.log), unfit(other))
    assert rows_of(lake.identities, "id") == rows_of(other.identities, "id") != []


def test_lines_of_a_record_are_known_by_it_and_by_where_they_are_in_it(kafka, topic, lake, land):
    several = [b"[]", line("e-2"), b"", b"{more", b""]
    fill(kafka, topic, [line("e-1"), b"{poison", b"\n".join(several), line("e-3"), b"{last"], partition=2)
    done = land(kafka.url(topic))
    assert (done.landed, done.quarantined) == (3, 4)
    found = [(row["source"], row["line_number"], row["byte_offset"], row["raw"]) for row in quarantined(lake)]
    at, behind = f"{kafka.url(topic)}/2#", len(b"\n".join(several[:3])) + 1
    assert found[:2] == [(f"{at}1", 1, 0, b"{poison"), (f"{at}2", 1, 0, b"[]")]
    assert found[2:] == [(f"{at}2", 4, behind, b"{more"), (f"{at}4", 1, 0, b"{last")]


def test_conflicts_are_quarantined_by_their_records(kafka, topic, lake, land):
    fill(kafka, topic, [line("e-1"), line("e-2"), line("e-1", actor_id=6)], partition=0)
    land(kafka.url(topic))
    fill(kafka, topic, [line("e-2", actor_id=6), line("e-2")], partition=0)
    assert counts(land(kafka.url(topic))) == (2, 0, 1, 1, 1)
    assert [row["source"].rpartition("/")[2] for row in quarantined(lake)] == ["0#2", "0#3"]


def test_new_partitions_are_read_from_their_beginnings(kafka, topic, lake, land):
    fill(kafka, topic, [line("e-1"), line("e-2")], partition=2)
    land(kafka.url(topic))
    grow(kafka, topic, 5)
    fill(kafka, topic, [line("e-3"), line("e-4"), line("e-5")], partition=4)
    assert (land(kafka.url(topic)).landed, read_to(lake)) == (3, {0: 0, 1: 0, 2: 2, 3: 0, 4: 3})


def test_of_many_partitions_each_is_read_to_its_end(kafka, lake, land):
    kafka.create_topic("many", 50)
    for number in range(50):
        poison = [b"{" + str(number).encode()] * 12
        fill(kafka, "many", [*poison, line(f"e-{number}")], partition=number)
    assert counts(land(kafka.url("many"))) == (50 * 13, 50, 0, 50 * 12, 50 * 12)
    assert read_to(lake) == dict.fromkeys(range(50), 13)


def test_the_same_topic_twice_and_a_file_in_one_landing(kafka, topic, lake, land, tmp_path):
    fill(kafka, topic, [line("e-1"), b"{poison", line("e-2")], partition=1)
    again = kafka.url(topic).replace("127.0.0.1", "localhost")
    done = land(kafka.url(topic), file_of(tmp_path / "a", line("e-2"), line("e-3")), again)
    assert counts(done)[:3] == (8, 3, 3)
    assert read_to(lake) == {0: 0, 1: 3, 2: 0}
    assert sorted(row["source"] for row in quarantined(lake)) == [f"{url}/1#1" for url in (kafka.url(topic), again)]


def test_a_topic_without_records_makes_a_log_that_knows_it(kafka, topic, lake, land):
    for _ in range(2):
        assert counts(land(kafka.url(topic))) == (0, 0, 0, 0, 0)
    assert position(lake)["next"] == {"0": 0, "1": 0, "2": 0}
    assert events(lake) == []
