"""What is asked of the log's events is brought, each event once, to its bucket, however its files are laid out."""

import pickle
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import functions as F

from pipelines.events import EVENT_TYPES
from pipelines.events.log import LOG_FILE
from pipelines.inputs import Extract
from pipelines.log.events import SHARE, Log
from pipelines.projections import Projection
from pipelines.runs import extraction
from pipelines.runs.extraction import extract
from pipelines.runs.run import run
from pipelines.views import daily_activity
from tests.laws.worlds import drawn as histories
from tests.laws.worlds import land_events, together

FIELDS = ("event_id", "actor_id", "post_id")
TOLD = pa.schema([("type", pa.string()), *(LOG_FILE.arrow.field(name) for name in FIELDS)])


def told(event_type, events):
    return pa.table([pa.repeat(event_type, len(events)), *events.columns], TOLD)


ALL = Extract("all", TOLD, FIELDS, told, by="actor_id")
LIKES = Extract("likes", TOLD, FIELDS, told, types=("liked", "unliked"), by="post_id")
TOGETHER = Extract("together", TOLD, FIELDS, told, types=("posted",))


def drawn(rng, count):
    """Events of any types and versions in any order."""
    return [
        {
            "event_id": f"e{number}",
            "event_type": rng.choice(EVENT_TYPES),
            "version": 1,
            "actor_id": rng.randint(1, 2**63 - 1),
            "post_id": rng.randint(1, 9),
            "landing": rng.randint(1, 3),
        }
        for number in range(count)
    ]


def log_of(folder, rng, events, upto=None):
    """The events in three files with row groups of seven events, each with its types one after another or not."""
    files = []
    for number in range(3):
        rows = events[number::3]
        place = folder / f"{number}.parquet"
        in_order = sorted(rows, key=lambda row: row["event_type"]) if rng.random() < 0.5 else rows
        pq.write_table(pa.Table.from_pylist(in_order, LOG_FILE.arrow), place, row_group_size=7)
        files.append((str(place), place.stat().st_size))
    return Log(tuple(files), upto)


def brought(extracted, one, buckets):
    """By bucket, what an extract brought there."""
    rows = {bucket: extracted.rows(one, bucket).to_pylist() for bucket in range(buckets)}
    return {bucket: sorted(tuple(row.values()) for row in found) for bucket, found in rows.items()}


def expected(events, types, buckets, target):
    rows = [(row["event_type"], *(row[name] for name in FIELDS)) for row in events if row["event_type"] in types]
    return {bucket: sorted(row for row in rows if target(row) % buckets == bucket) for bucket in range(buckets)}


@pytest.mark.parametrize(("buckets", "upto"), [(1, None), (3, None), (4, 2)])
def test_every_event_is_brought_once_to_its_bucket(engine, tmp_path, monkeypatch, seed, buckets, upto):
    monkeypatch.setattr(extraction, "HELD", 20)
    rng = Random(f"{seed}-{buckets}")
    events = drawn(rng, 300)
    extracted = extract(
        engine, log_of(tmp_path, rng, events, upto), [ALL, LIKES, TOGETHER], buckets, str(tmp_path / "to")
    )
    covered = [event for event in events if upto is None or event["landing"] <= upto]
    assert brought(extracted, ALL, buckets) == expected(covered, EVENT_TYPES, buckets, lambda row: row[2])
    assert brought(extracted, LIKES, buckets) == expected(covered, LIKES.types, buckets, lambda row: row[3])
    assert brought(extracted, TOGETHER, buckets) == expected(covered, ["posted"], buckets, lambda _: 0)


def test_what_is_known_of_what_was_brought_does_not_grow_with_the_buckets(engine, tmp_path):
    log = log_of(tmp_path, Random(1), drawn(Random(1), 300))
    many, more = (extract(engine, log, [ALL], buckets, str(tmp_path / f"{buckets}")) for buckets in (64, 256))
    assert len(pickle.dumps(more.sent)) <= 1.1 * len(pickle.dumps(many.sent))


def test_what_nothing_needs_any_more_is_gone(engine, tmp_path):
    log = log_of(tmp_path, Random(1), drawn(Random(1), 30))
    extracted = extract(engine, log, [ALL, LIKES], 2, str(tmp_path / "to"))
    extracted.remove([ALL])
    assert [folder.name for folder in (tmp_path / "to").iterdir()] == ["likes"]


def test_shares_have_each_file_once_and_about_the_same_size(seed):
    rng = Random(seed)
    sizes = {f"file {number}": rng.randint(1, SHARE // 4) for number in range(200)}
    shares = Log(tuple(sizes.items())).shares(2)
    assert sorted(place for share in shares for place in share) == sorted(sizes)
    of_shares = [sum(sizes[place] for place in share) for share in shares]
    assert max(of_shares) - min(of_shares) <= SHARE // 4
    assert max(of_shares) <= SHARE + SHARE // 4
    assert Log(()).shares(2) == []


def by_frames(frames):
    """The view `daily_activity`, made of all events by a DataFrame."""
    counted = (F.count(F.when(F.col("event_type") == name, 1)).alias(name) for name in daily_activity.COUNTED)
    users, events = F.countDistinct("actor_id").alias("active_users"), F.count("*").alias("events")
    return frames["events"].groupBy(F.to_date("event_time").alias("date")).agg(users, events, *counted)


def test_a_view_made_by_a_frame_of_all_events_has_the_same_rows(lake, engine, monkeypatch, seed):
    land_events(lake, engine, together(histories(seed, 61)))
    extracted = run(lake, engine).release.tables["views/daily_activity"]
    framed = Projection(daily_activity.DAILY_ACTIVITY, ("events",), by_frames, version=2)
    monkeypatch.setattr(daily_activity, "VIEW", framed)
    done = run(lake, engine)
    assert done.reason == "changed: views/daily_activity"
    found = done.release.tables["views/daily_activity"]
    assert (found.rows, found.content_hash) == (extracted.rows, extracted.content_hash)
