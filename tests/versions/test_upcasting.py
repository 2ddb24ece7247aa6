"""Every event is read in the newest version of its type, on both engines, also from files older than a column."""

from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.events import CONTRACT
from pipelines.events.contract import Earlier, EventType, a_text, an_id
from pipelines.events.log import LOG_FILE
from pipelines.events.upcasting import given_up, needed, newest
from pipelines.inputs import Extract
from pipelines.log.events import Log
from pipelines.runs.extraction import extract
from pipelines.runs.frames import frame_of_log
from pipelines.storage.lake import Lake

OLD = [
    {"event_id": "1", "event_type": "posted", "version": 1, "post_id": 1, "language": "en", "content_hash": 7},
    {"event_id": "2", "event_type": "posted", "version": 1, "post_id": 2},
    {"event_id": "3", "event_type": "registered", "version": 1, "username": "ada"},
    {"event_id": "4", "event_type": "followed", "version": 1, "followee_id": 5},
]
NEW = [
    {"event_id": "5", "event_type": "posted", "version": 2, "post_id": 3, "languages": ["de", "pt-BR"]},
    {"event_id": "6", "event_type": "posted", "version": 2, "post_id": 4, "languages": []},
    {"event_id": "7", "event_type": "registered", "version": 2, "username": "bob", "invited_by_id": 1},
]
SEEN = ("event_id", "post_id", "languages", "username", "invited_by_id", "followee_id", "content_hash")
READ = [
    ("1", 1, ["en"], None, None, None, 7),
    ("2", 2, None, None, None, None, None),
    ("3", None, None, "ada", None, None, None),
    ("4", None, None, None, None, 5, None),
    ("5", 3, ["de", "pt-BR"], None, None, None, None),
    ("6", 4, [], None, None, None, None),
    ("7", None, None, "bob", 1, None, None),
]


def written(place, rows, gained=()):
    """A data file of the log, from before it gained some columns."""
    schema = pa.schema([field for field in LOG_FILE.arrow if field.name not in gained])
    pq.write_table(pa.Table.from_pylist(rows, schema), place)
    return str(place)


SEEN_ALL = pa.schema([LOG_FILE.arrow.field(name) for name in (*SEEN, "event_type", "version")])
SEEN_EVENTS = Extract("seen", SEEN_ALL, tuple(SEEN_ALL.names), lambda _, events: events)


def newest_of(engine, files):
    """The columns and rows of these files of the log on an engine, in the newest versions, as a frame and extracted."""
    log = Log(tuple((file, 1) for file in files))
    frame = frame_of_log(engine.session, 2, log)
    with Lake.at(f"{files[0]}-lake").scratch() as folder:
        extracted = extract(engine, log, [SEEN_EVENTS], 1, folder).rows(SEEN_EVENTS, 0)
    rows = sorted(map(tuple, frame.select(*SEEN_ALL.names).collect()))
    assert rows == sorted(tuple(row.values()) for row in extracted.to_pylist())
    return frame.columns, [row[:-2] for row in rows], [row[-2:] for row in rows]


@pytest.fixture
def files(tmp_path):
    """A data file from before the second versions, and one of today."""
    old = written(tmp_path / "old.parquet", OLD, gained=("languages", "invited_by_id"))
    return [old, written(tmp_path / "new.parquet", NEW)]


def test_events_of_any_version_are_read_in_the_newest_one(engine, files):
    columns, rows, versions = newest_of(engine, files)
    assert columns == [name for name in LOG_FILE.names if name != "language"]
    assert rows == READ
    assert all(version == CONTRACT[event_type].version for event_type, version in versions)


def test_both_engines_read_the_same(engine, files, on_spark):
    assert on_spark(newest_of, files) == newest_of(engine, files)


def first(events):
    """The upcaster from version 1."""
    return {"size": pc.add(pc.multiply(events["size"], 10), 1), "name": pc.utf8_upper(events["mark"])}


def second(events):
    """The upcaster from version 2."""
    return {"size": pc.add(pc.multiply(events["size"], 10), 2)}


NAME, SIZE, MARK = a_text("name", "a name"), an_id("size", "a size"), a_text("mark", "a mark")
MADE_UP = {
    "grown": EventType(
        "grown",
        "It has grown by one twice.",
        (SIZE, NAME),
        earlier=(Earlier((SIZE, MARK), first), Earlier((SIZE, NAME), second)),
    ),
    "kept": EventType("kept", "It stays as it is.", (SIZE, MARK)),
    "emptied": EventType("emptied", "It has no fields any more.", earlier=(Earlier((SIZE, MARK, NAME)),)),
}
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("event_type", pa.string()),
        ("version", pa.int32()),
        ("size", pa.int64()),
        ("mark", pa.string()),
        ("name", pa.string()),
    ]
)
GIVEN = [
    ("1", "grown", 1, 5, "a", None),
    ("2", "grown", 2, 5, None, "b"),
    ("3", "grown", 3, 5, None, "c"),
    ("4", "kept", 1, 5, "d", None),
    ("5", "emptied", 1, 5, "e", "f"),
    ("6", "emptied", 2, None, None, None),
    ("7", "grown", 4, 5, None, "d"),
]


def test_upcasters_are_applied_one_after_another_to_the_events_of_their_version(seed):
    rows = Random(seed).sample(GIVEN, len(GIVEN))
    events = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)
    found = [newest(event, events.filter(pc.field("event_type") == name)) for name, event in MADE_UP.items()]
    assert sorted(tuple(row.values()) for row in pa.concat_tables(found).to_pylist()) == [
        ("1", "grown", 3, 512, None, "A"),
        ("2", "grown", 3, 52, None, "b"),
        ("3", "grown", 3, 5, None, "c"),
        ("4", "kept", 1, 5, "d", None),
        ("5", "emptied", 2, None, None, None),
        ("6", "emptied", 2, None, None, None),
        ("7", "grown", 4, 5, None, "d"),
    ]


def test_upcasting_needs_the_version_and_what_older_ones_say():
    every = ["event_id", "version", "size", "mark", "name"]
    assert [needed(event, every) for event in MADE_UP.values()] == [
        ["version", "size", "mark", "name"], [], ["version", "size", "mark", "name"],
    ]  # fmt: skip


def test_upcasting_needs_nothing_where_it_changes_nothing_that_is_asked():
    grown = MADE_UP["grown"]
    assert [bool(needed(grown, [name])) for name in ("event_id", "version", "size", "mark", "name")] == [
        False, True, True, True, True,
    ]  # fmt: skip
    assert needed(CONTRACT["posted"], ["post_id", "text", "event_time"]) == []


def test_what_only_older_versions_have_is_given_up():
    assert given_up([MADE_UP["grown"]]) == {"mark"}
    assert given_up(MADE_UP.values()) == set()
