"""Releases: one record names the exact version of every relation and view, and what they were made of.

Only who reads through a record sees all views of one state: the newest version of a table may be unreleased.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from pipelines.policy import Policy
from pipelines.storage import datafiles, delta, places
from pipelines.storage.datafiles import FileWriter, standard_checks
from pipelines.storage.lake import Lake
from pipelines.tables import Column, Table

APPLICATION = "release"

RELEASES = Table(
    "releases",
    (
        Column("release", "bigint", "number of the release, from 1"),
        Column("released_at", "timestamp", "when it was published"),
        Column("landing", "bigint", "it covers the events of all landings up to this one"),
        Column("events", "bigint", "how many events those are"),
        Column("policy", "string", "the newsfeed's policy, as JSON"),
        Column("tables", "string", "by table: Delta version, rows, content hash, version of its projection, as JSON"),
        Column("certificate", "string", "number and hash of the events by type and ingestion date, as JSON"),
        Column("buckets", "int", "into how many buckets the tables are cut"),
        Column("code_version", "string", "the version of the software"),
    ),
    key=("release",),
    description="One row for each release.",
)


class NoRelease(LookupError):
    """There is no such release, or nothing was released yet."""


@dataclass(frozen=True)
class Released:
    """One table of a release: its Delta version, what is in it, and the version of its projection."""

    version: int
    rows: int
    content_hash: str
    projection: int


@dataclass(frozen=True)
class Release:
    """The record of a release; `tables` is keyed by `relations/NAME` and `views/NAME`."""

    number: int
    released_at: datetime
    landing: int
    events: int
    policy: Policy
    tables: dict[str, Released]
    certificate: str
    buckets: int
    code_version: str

    def as_dict(self) -> dict[str, Any]:
        """The release as JSON-ready facts."""
        facts = asdict(self)
        return {**facts, "released_at": self.released_at.isoformat(), "certificate": json.loads(self.certificate)}


def find_releases(lake: Lake) -> DeltaTable | None:
    """The table of releases, None when there is none."""
    return delta.find(lake.releases)


def all_releases(lake: Lake) -> list[Release]:
    """Every release, the first one first."""
    handle = find_releases(lake)
    return [] if handle is None else records(lake, handle)


def records(lake: Lake, handle: DeltaTable) -> list[Release]:
    """The releases that a version of the table holds, the first one first."""
    tables = [datafiles.read(place, list(RELEASES.names)) for place in delta.uris(lake.releases, handle)]
    rows = pa.concat_tables([*tables, RELEASES.arrow.empty_table()]).sort_by("release").to_pylist()
    return [_release(row) for row in rows]


def release(lake: Lake, number: int | None = None) -> Release:
    """A release by number, the last one when None. Raises NoRelease."""
    found = all_releases(lake)
    if not found:
        if not places.exists(lake.root):
            raise NoRelease(f"there is no lake at {lake.root}: land events there first")
        raise NoRelease(f"nothing was released at {lake.root} yet: `newsfeed run` publishes the first release")
    by_number = {one.number: one for one in found}
    if number is not None and number not in by_number:
        raise NoRelease(f"there is no release {number}: the last one is {found[-1].number}")
    return found[-1] if number is None else by_number[number]


def _release(row: dict[str, Any]) -> Release:
    tables = {name: Released(**facts) for name, facts in json.loads(row["tables"]).items()}
    policy = Policy(**json.loads(row["policy"]))
    kept = ("released_at", "landing", "events", "certificate", "buckets", "code_version")
    return Release(number=row["release"], policy=policy, tables=tables, **{name: row[name] for name in kept})


def record(lake: Lake, handle: DeltaTable, one: Release) -> None:
    """Publish a release: append its record on the version that the handle shows. Raises Conflict."""
    row = {
        **{name: getattr(one, name) for name in RELEASES.names if name != "release"},
        "release": one.number,
        "policy": json.dumps(one.policy.as_dict()),
        "tables": json.dumps({name: asdict(table) for name, table in one.tables.items()}),
    }
    writer = FileWriter(lake.releases, RELEASES, 0, standard_checks(RELEASES))
    writer.write(pa.RecordBatch.from_pylist([row], RELEASES.arrow))
    delta.commit(handle, RELEASES, delta.Commit((writer.close(),), (), APPLICATION, one.number, {}, {}))
