"""A lake in which a person left something in every place that there is, and a search of every byte of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake

from pipelines.adapters.atproto import id_of
from pipelines.landing import rejects
from pipelines.landing.land import land
from pipelines.runs.run import run
from tests.adapters.bluesky import ADA, POST, create, message
from tests.landing.lines import file_of, line

CLOCK = datetime(2026, 9, 1, tzinfo=UTC)
PERSON, OTHER = 42, 7
FOREIGN = id_of(ADA)
MARK = "Xyzzy"
"""What is in each of the person's names and texts, and in nothing else."""
KEPT = "Plugh"
"""What is in another person's."""
LONG = 2000
"""The bytes from which a line is a file of its own here."""


def names(mark, number=0):
    return {"username": f"{mark}user{number}", "first_name": f"{mark}first{number}", "last_name": f"{mark}last{number}"}


def first():
    """What a landing brings: what two persons say, and lines of both that do not fit."""
    for actor, mark in ((PERSON, MARK), (OTHER, KEPT)):
        yield line(f"e{actor}-name", "registered", actor_id=actor, **names(mark), bio=f"{mark}bio")
        yield line(f"e{actor}-post", "posted", actor_id=actor, post_id=actor, text=f"{mark}text", mentioned_ids=[9])
        yield line(f"e{actor}-edit", "post_edited", actor_id=actor, post_id=actor, text=f"{mark}edited")
        yield line(f"e{actor}-follow", actor_id=actor, followee_id=OTHER + PERSON - actor)
        yield from faulty(actor, mark)


def faulty(actor, mark):
    """Lines that do not fit, each told to be a person's in another way."""
    yield line(f"e{actor}-odd", "posted", actor_id=actor, post_id=1, text=f"{mark}unfit", color="red")
    yield line(f"e{actor}-text", "posted", actor_id=str(actor), post_id=1, text=f"{mark}quoted")
    yield line(
        f"e{actor}-far", "posted", actor_id=actor, post_id=1, text=f"{mark}far", event_time="2099-01-01T00:00:00Z"
    )
    yield line(f"e{actor}-post", "posted", actor_id=actor, post_id=actor, text=f"{mark}conflict")
    yield line(f"e{actor}-long", "posted", actor_id=actor, post_id=1, text=f"{mark}{'x' * LONG}", color="red")
    yield b'{"event_id": "e%d-post", "text": "%s is torn' % (actor, f"{mark}torn".encode())
    yield b'{"actor\\u005fid": %d, "text": "%sescaped", "event_id": 5}' % (actor, mark.encode())


def foreign():
    """What another network tells of an account, and of another that likes its post."""
    yield create("profile", displayName=f"{MARK}display", description=f"{MARK}description")
    yield create("post", text=f"{MARK}foreign")
    yield create("like", did="did:plc:bbbbbbbbbbbbbbbbbbbbbbbb", subject={"uri": f"at://{ADA}/app.bsky.feed.post/k1"})
    yield create("like", "k2", did=ADA, subject={"uri": POST})
    yield message("identity", {"handle": 5, "text": f"{MARK}handle"})


def later():
    """What a second landing brings."""
    yield line("e42-again", "profile_changed", actor_id=PERSON, **names(MARK, 2))
    yield line("e42-more", "posted", actor_id=PERSON, post_id=43, text=f"{MARK}more")
    yield line("e7-like", "liked", actor_id=OTHER, post_id=43)


def sources(folder):
    """The sources of three landings, with the format of each."""
    given = {"first": (first(), "events"), "foreign": (foreign(), "jetstream"), "later": (later(), "events")}
    return {name: (file_of(folder / name, *lines), form) for name, (lines, form) in given.items()}


def lived_in(lake, engine, patch, given):
    """A lake with what the sources bring, two releases, a late file of another tool and a checkpoint of the log."""
    patch.setattr(rejects, "INLINE", LONG)
    for name in ("first", "foreign"):
        land_one(lake, engine, given[name])
    run(lake, engine, clock=CLOCK)
    land_one(lake, engine, given["later"])
    add_late(lake)
    DeltaTable(lake.log).create_checkpoint()
    run(lake, engine, clock=CLOCK)
    DeltaTable(lake.view("posts")).create_checkpoint()


def land_one(lake, engine, source):
    return land(lake, engine, [source[0]], format_name=source[1], clock=CLOCK)


def add_late(lake, event_id="e42-late", mark=MARK):
    """Let another tool add a file to the log, with its statistics of texts."""
    table = DeltaTable(lake.log)
    rows = table.to_pyarrow_table().filter(pa.compute.equal(table.to_pyarrow_table()["event_id"], "e42-more"))
    for name, value in (("event_id", event_id), ("text", f"{mark}late")):
        rows = rows.set_column(rows.schema.get_field_index(name), name, pa.array([value]))
    write_deltalake(lake.log, rows, mode="append")


def told(lake, *words) -> Iterator[str]:
    """The files of a lake that say one of the words, in their bytes, their rows or their statistics."""
    for file in sorted(Path(lake.root).rglob("*")):
        if file.is_file() and any(word in text for text in texts(file) for word in words):
            yield str(file.relative_to(lake.root))


def texts(file) -> Iterator[str]:
    """What a file says: its bytes, and those of a Parquet file also decoded."""
    yield file.name + file.read_bytes().decode("utf-8", "replace")
    if file.suffix == ".parquet":
        found = pq.ParquetFile(file)
        yield repr(found.read().to_pylist())
        yield repr(found.metadata.to_dict()) + repr(found.metadata.metadata)


def rows_of_log(lake):
    """The log's rows by id."""
    return {row["event_id"]: row for row in DeltaTable(lake.log).to_pyarrow_table().to_pylist()}


def commits_of(place):
    return [json.loads(text) for file in sorted(Path(place, "_delta_log").glob("*.json")) for text in file.open()]
