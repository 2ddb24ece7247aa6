"""The table of releases, and how a record is written: what makes a release visible."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.arrays import arrow, strings
from pipelines.checks import standard_checks
from pipelines.clock import micros
from pipelines.releases.release import Release
from pipelines.storage import commits, delta, deltalog
from pipelines.storage.datafiles import DataFile
from pipelines.storage.file_writer import FileWriter
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned
from pipelines.tables import Column, Table

APPLICATION = "release"
RECORD = "record"
"""Under which name the commit of a record says it, so that it is known also where its file is damaged."""

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
    with owned({lake.releases: handle}) as mark:
        said = {RECORD: json.dumps(row)}
        change = commits.Commit((_written(lake, [row], mark),), (), APPLICATION, one.number, said, {})
        commits.commit(handle, RELEASES, change)


def write_again(lake: Lake, damaged: Mapping[str, range]) -> list[int]:
    """Write damaged files of the table again, in which may be the records of such releases, by what commits say.

    Which releases no commit says the record of; then nothing is written. Raises Conflict.
    """
    handle, known = delta.find(lake.releases), dict(_said(lake))
    if handle is None:
        return []
    numbers = sorted({number for some in damaged.values() for number in some})
    rows = [known[number] for number in numbers if number in known]
    if len(rows) == len(numbers):
        with owned({lake.releases: handle}) as mark:
            change = commits.Commit((_written(lake, rows, mark),), tuple(damaged), APPLICATION, numbers[-1], {}, {})
            commits.commit(handle, RELEASES, change)
    return [number for number in numbers if number not in known]


def _said(lake: Lake) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records that commits of the table say, by number."""
    for version in deltalog.commits(lake.releases):
        said = deltalog.entry(lake.releases, version).info.get(RECORD)
        if said is not None:
            row = json.loads(said)
            yield int(row["release"]), row


def _written(lake: Lake, rows: Sequence[Mapping[str, Any]], mark: str) -> DataFile:
    """A new file with these records."""
    writer = FileWriter(lake.releases, RELEASES, 0, standard_checks(RELEASES), mark=mark)
    for row in rows:
        columns = [_column(row.get(field.name), field.type) for field in RELEASES.arrow]
        writer.write(pa.record_batch(columns, RELEASES.arrow))
    return writer.close()


def _column(value: str | int | None, kind: pa.DataType) -> pa.Array:
    """A value as a column."""
    if value is None:
        return pa.nulls(1, kind)
    return strings([value]) if isinstance(value, str) else arrow(np.array([value], f"i{kind.bit_width // 8}"), kind)
