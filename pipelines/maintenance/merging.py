"""Merging: generations that batches left become one, in a release with the same rows as the one before.

Runs merge generations of like size as they come; this merges all, so that tables lie as a rebuild lays them out. A run
at the same time publishes, or this does: who comes second starts again.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby

import pyarrow as pa

from pipelines.cores import cores
from pipelines.errors import NewsfeedError
from pipelines.invariants import checks_of
from pipelines.ordering import in_order
from pipelines.projections import in_buckets
from pipelines.ranges import Ranges, apart, in_bucket
from pipelines.releases.records import APPLICATION, RELEASES, record
from pipelines.releases.release import Release, Released, last_of
from pipelines.runs.generations import LARGE
from pipelines.runs.materialize import BATCH_ROWS, Written, staged_beside
from pipelines.runs.publishing import Tables, is_as_before, place_of, projections, roll_back
from pipelines.runs.staged import Staged
from pipelines.storage import commits, datafiles, declaring, delta
from pipelines.storage.bucket_files import write_buckets
from pipelines.storage.datafiles import Content
from pipelines.storage.lake import Lake
from pipelines.storage.uncommitted import owned
from pipelines.tables import Table


class OtherRows(NewsfeedError):
    """What was written has not the rows that were read."""


@dataclass(frozen=True)
class Group:
    """Files of a bucket of a table that become one generation, and how many bytes they have."""

    table: str
    files: Ranges
    size: int


@dataclass(frozen=True)
class Merged:
    """A group, what was in each of its files, and the new ones."""

    group: Group
    old: Mapping[str, Content]
    new: list[Written]


def groups(lake: Lake, last: Release | None) -> list[Group]:
    """The files of a release that are to be merged, table by table and bucket by bucket."""
    if last is None:
        return []
    names = (name for name, one in projections().items() if one.table.grows and name in last.tables)
    return [group for name in names for group in _groups(lake, last, name)]


def _groups(lake: Lake, last: Release, name: str) -> Iterator[Group]:
    place, table = place_of(lake, name), projections()[name].table.in_buckets(last.buckets)
    handle = delta.find(place, last.tables[name].version)
    if handle is None:
        return
    sizes, files = dict(delta.sizes(place, handle)), delta.ranges(place, handle, table.owner)
    for bucket in range(last.buckets):
        for is_ragged, parts in groupby(apart(in_bucket(files, bucket)), partial(_is_ragged, table)):
            some = tuple(file for part in parts for file in part)
            if is_ragged and len(some) > 1:
                yield Group(name, some, sum(sizes[file.place] for file in some))


def _is_ragged(table: Table, files: Ranges) -> bool:
    """Whether files have owners in common, or are a small one."""
    return len(files) > 1 or files[0].rows * LARGE < table.file_rows


def merge(lake: Lake, clock: datetime) -> list[tuple[Group, int]]:
    """Merge all generations of the last release in a new one; the groups with the bytes that each became.

    Raises GaveUp, DamagedFile, PlaceError, OtherRows; the last release serves on then.
    """

    def attempt() -> list[tuple[Group, int]]:
        if delta.find(lake.releases) is None:
            return []
        releases = declaring.ensure(lake.releases, RELEASES)
        last = last_of(releases)
        found = groups(lake, last)
        if not found or last is None:
            return []
        tables = roll_back(lake, last)
        with owned(tables.by_place(lake)) as mark:
            with ThreadPoolExecutor(cores()) as pool:
                written = list(pool.map(partial(_merged, lake, last, mark), found))
            released = _committed(lake, tables, last, written)
            made = replace(last, number=last.number + 1, released_at=clock, tables={**last.tables, **released})
            record(lake, releases, made)
        return [(one.group, sum(file.size for file, _ in one.new)) for one in written]

    return commits.until_committed(attempt)


def _merged(lake: Lake, last: Release, mark: str, group: Group) -> Merged:
    """New files with the rows of a group's."""
    projection = in_buckets(projections()[group.table], last.buckets)
    rows, old = _read(projection.table, group.files)
    batches = rows.combine_chunks().to_batches(BATCH_ROWS)
    of_bucket = ((group.files[0].bucket, batch) for batch in batches)
    checks = checks_of(projection, last.policy)
    new = list(write_buckets(place_of(lake, group.table), projection.table, checks, of_bucket, mark))
    return Merged(group, old, new)


def _read(table: Table, files: Ranges) -> tuple[pa.Table, dict[str, Content]]:
    """The rows of files in the table's order, and what is in each file."""
    found = [datafiles.with_content(file.place, list(table.names)) for file in files]
    old = {file.place: content for file, (_, content) in zip(files, found, strict=True)}
    return in_order(table, pa.concat_tables(rows for rows, _ in found)), old


def _committed(lake: Lake, tables: Tables, last: Release, merged: list[Merged]) -> dict[str, Released]:
    """The tables' new versions, committed once all are seen to have the rows that they had. Raises OtherRows."""
    by_table = groupby(merged, lambda one: one.group.table)  # as they come, table by table
    files = {name: _staged(lake, tables, name, last, list(some)) for name, some in by_table}
    for name, one in files.items():
        if not is_as_before(one, last, name):
            raise OtherRows(f"merging {one.place} changed its rows, nothing is published")
    released = {}
    for name, one in files.items():
        handle = tables.handles[name]
        change = commits.Commit(
            one.files, one.replaced(delta.paths(handle)), APPLICATION, last.number + 1, {}, {}, rearranges=True
        )
        released[name] = replace(last.tables[name], version=commits.commit(handle, one.table, change))
    return released


def _staged(lake: Lake, tables: Tables, name: str, last: Release, merged: list[Merged]) -> Staged:
    """A table of merged files, and of those that stay."""
    replaced = {place: content for one in merged for place, content in one.old.items()}
    before = Content(last.tables[name].rows, int(last.tables[name].content_hash))
    written = (one.new for one in merged)
    table = projections()[name].table
    return staged_beside(table, place_of(lake, name), written, tables.ranges(lake, name), replaced, before)
