"""The table of releases, and how a record is written: what makes a release visible."""

import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa

from pipelines.arrays import arrow, strings
from pipelines.checks import standard_checks
from pipelines.clock import micros
from pipelines.releases.release import Release
from pipelines.storage import commits, delta
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned
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
        Column("rolls_back_to", "bigint", "the release whose rows these are again", nullable=True),
    ),
    key=("release",),
    description="One row for each release.",
)


def record(lake: Lake, handle: delta.Handle, one: Release) -> None:
    """Publish a release: append its record on the version that the handle shows, or one in which but older expired.

    Raises Conflict when another release came first.
    """
    last = delta.greatest(handle, "release")
    try:
        _append(lake, handle, one)
    except commits.Conflict:
        newest = delta.find(lake.releases)
        if newest is None or delta.greatest(newest, "release") != last:
            raise
        _append(lake, newest, one)


def _append(lake: Lake, handle: delta.Handle, one: Release) -> None:
    row = {
        **{name: getattr(one, name) for name in RELEASES.names if name != "release"},
        "release": one.number,
        "released_at": micros(one.released_at),
        "policy": json.dumps(one.policy.as_dict()),
        "tables": json.dumps({name: asdict(table) for name, table in one.tables.items()}),
    }
    columns = [_column(row[field.name], field.type) for field in RELEASES.arrow]
    with owned({lake.releases: handle}) as mark:
        writer = FileWriter(lake.releases, RELEASES, 0, standard_checks(RELEASES), mark=mark)
        writer.write(pa.record_batch(columns, RELEASES.arrow))
        commits.commit(handle, RELEASES, commits.Commit((writer.close(),), (), APPLICATION, one.number, {}, {}))


def _column(value: str | int | None, kind: pa.DataType) -> pa.Array:
    """A value as a column."""
    if value is None:
        return pa.nulls(1, kind)
    return strings([value]) if isinstance(value, str) else arrow(np.array([value], f"i{kind.bit_width // 8}"), kind)
