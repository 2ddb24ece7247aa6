"""Duplicates are told by ids, not by the hashes that find them: so it is also when hashes collide."""

from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.landing import deduplication
from pipelines.landing.blocks import Span
from pipelines.landing.deduplication import deduplicate
from pipelines.landing.id_index import File, Index
from pipelines.landing.id_words import IDS
from pipelines.landing.partitions import Partition, Stage
from pipelines.sources.pieces import Piece
from pipelines.storage.staging import write_stage
from tests.door.twin import content_hash

POST = {"event_type": "posted", "post_id": 9, "text": "hello", "version": 2}
LISTED = {"mentioned_ids": [3], "languages": ["en"]}


@pytest.fixture(autouse=True)
def _colliding(monkeypatch):
    monkeypatch.setattr(deduplication, "row_hashes", lambda batch: hashed(batch["event_id"].to_pylist()))


def hashed(ids):
    """A hash that many ids share: their length."""
    return np.array([len(one) for one in ids], np.uint64)


def table(events):
    ids, contents = zip(*events, strict=True) if events else ((), ())
    columns = {"event_id": pa.array(ids, pa.string()), "content_hash": pa.array(contents, pa.int64())}
    return pa.table(columns)


def partition(path, events, lines=None):
    """A partition of (id, content) pairs that stand in its file as given, but in the source by these lines."""
    write_stage(str(path), [table(events)])
    contents = np.array([content for _, content in events], np.int64)
    order = np.array(range(len(events)) if lines is None else lines, np.int64)
    hashes = hashed([event_id for event_id, _ in events])
    return Partition(
        (Span(Piece("a", "a"), 0),),
        Stage(str(path), (("any", len(events)),)),
        hashes,
        contents,
        order,
        order,
        (),
        len(events),
    )


def in_log(folder, *paths):
    """An index, that has no runs yet, of these files of a folder."""
    return Index(str(folder / "ids"), IDS, str(folder), [File(path, None) for path in paths])


def told(deduplicated):
    """For each partition a letter for each event: stands (.), duplicate, conflict."""
    flags = zip(deduplicated.duplicate, deduplicated.conflict, strict=True)
    return ["".join("d" if d else "c" if c else "." for d, c in zip(*both, strict=True)) for both in flags]


def test_ids_of_one_hash_are_told_apart(engine, tmp_path):
    one = partition(tmp_path / "1", [("a", 1), ("b", 2), ("a", 1), ("b", 3), ("cc", 1), ("c", 1)])
    assert told(deduplicate(engine, [one], in_log(tmp_path))) == ["..dc.."]


def test_the_first_line_of_the_source_stands_whatever_the_order_of_the_file(engine, tmp_path):
    one = partition(tmp_path / "1", [("a", 1), ("a", 2), ("b", 1), ("a", 2)], lines=[5, 0, 1, 9])
    assert told(deduplicate(engine, [one], in_log(tmp_path))) == ["c..d"]


def test_parts_come_in_their_order(engine, tmp_path):
    partitions = [
        partition(tmp_path / str(number), [("a", number), ("b", 0)], lines=[9 - number, 3]) for number in range(3)
    ]
    assert told(deduplicate(engine, partitions, in_log(tmp_path))) == ["..", "cd", "cd"]


def test_what_is_in_the_log_stands_before_all(engine, tmp_path):
    pq.write_table(table([("b", 2), ("dd", 1)]), tmp_path / "log")
    partitions = [partition(tmp_path / "1", [("a", 1), ("b", 1), ("b", 2)]), partition(tmp_path / "2", [])]
    assert told(deduplicate(engine, partitions, in_log(tmp_path, "log"))) == [".cd", ""]


def test_an_event_that_landed_when_an_empty_list_was_more_than_none_is_the_same_event(engine, tmp_path):
    lists = [{name: [] for name in names} for names in ([], ["mentioned_ids"], ["languages"], list(LISTED))]
    of_before = [(f"e-{number}", content_hash(POST | given)) for number, given in enumerate(lists)]
    pq.write_table(table(of_before), tmp_path / "log")
    again = partition(tmp_path / "1", [(event_id, content_hash(POST)) for event_id, _ in of_before])
    other = partition(tmp_path / "2", [(event_id, content_hash(POST | LISTED)) for event_id, _ in of_before])
    assert told(deduplicate(engine, [again, other], in_log(tmp_path, "log"))) == ["dddd", "cccc"]


def naively(history, partitions):
    """What deduplication gives, by a dict of what stands."""
    stands, letters = dict(history), [""] * len(partitions)
    for number, events in enumerate(partitions):
        for event_id, content in events:
            again = event_id in stands
            letters[number] += "." if not again else "d" if stands[event_id] == content else "c"
            stands.setdefault(event_id, content)
    return letters


@pytest.mark.parametrize("salt", range(40))
def test_any_events_are_deduplicated_as_by_a_dict(engine, tmp_path, seed, salt):
    rng = Random(f"{seed}-{salt}")
    names = [letter * times for letter in "abc" for times in (1, 2)]

    def drawn(size):
        return [(rng.choice(names), rng.randint(1, 2)) for _ in range(rng.randint(0, size))]

    history, events = dict(drawn(3)), [drawn(8) for _ in range(3)]
    pq.write_table(table(list(history.items())), tmp_path / "log")
    partitions = [partition(tmp_path / str(number), one) for number, one in enumerate(events)]
    assert told(deduplicate(engine, partitions, in_log(tmp_path, "log"))) == naively(history, events)
