"""Generations: where a table grows, which files of a bucket are written anew, so that few rows are written again.

A row that changed or went takes the file in which it is with it. New rows go to a file of their own, with the files
that are not larger than what is written anyway: so files of like size are merged, and a row is written again about as
often as history doubles. Files that are large enough stay as they are; where several generations of them, each with
rows of all owners, are of like size, these are merged. This is the tiered compaction of log-structured merge trees
(O'Neil, Cheng, Gawlick and O'Neil 1996).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, Int64s, flags, int64s, no_rows
from pipelines.differences import words
from pipelines.errors import NewsfeedError
from pipelines.hashing import row_hashes
from pipelines.ordering import in_order
from pipelines.owners import are_among
from pipelines.ranges import FileRange, Ranges, with_rows_of
from pipelines.sorting import grouped
from pipelines.tables import Table

SMALL = 16
"""Files with fewer than such a part of the rows that a file has are always merged: each costs more than its rows."""

LARGE = 2
"""Files with more than such a part of the rows that a file has are not merged with new ones."""

GENERATIONS = 4
"""So many generations of like size are merged."""

Open = Callable[[FileRange], pa.Table]


class Part(NamedTuple):
    """Rows in order that take the place of some files; without files, they come beside them."""

    files: Ranges
    rows: pa.Table


class NotThere(NewsfeedError):
    """Rows that a table should have had are in none of its files."""


def changes(table: Table, old: pa.Table, made: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The old rows that are not made, and the rows made that are not among the old ones; both as they stand there."""
    less, added = _without_same(table, old, made)
    return old.filter(flags(less)), added


def parts(table: Table, files: Ranges, withdrawn: pa.Table, added: pa.Table, rows: Open) -> list[Part]:
    """What takes the place of which files of a bucket, so that these lose some of their rows and have others.

    `rows` gives all rows of a file. Raises NotThere.
    """
    replaced, new = _replaced(table, files, withdrawn, added, rows)
    found = _with_new(table, files, replaced, new, rows)
    left = tuple(file for file in files if not any(file in part.files for part in found))
    for some in _generations(table, left) if new.num_rows else ():
        found.append(Part(some, in_order(table, pa.concat_tables(map(rows, some)))))
    return found


def _without_same(table: Table, some: pa.Table, others: pa.Table) -> tuple[Bools, pa.Table]:
    """Which rows are not among others, and the others that are not among them."""
    every = pa.concat_tables([some, others]).combine_chunks()
    hashes = np.concatenate([np.empty(0, np.int64), *(row_hashes(one).view(np.int64) for one in every.to_batches())])
    order, starts = grouped(*(word for name in table.key for word in words(every[name])), hashes)
    more = np.empty(every.num_rows, np.int64)
    more[order] = np.repeat(np.add.reduceat(np.where(order < some.num_rows, -1, 1), starts[:-1]), np.diff(starts))
    return more[: some.num_rows] < 0, others.filter(flags(more[some.num_rows :] > 0))


def _replaced(
    table: Table, files: Ranges, withdrawn: pa.Table, added: pa.Table, rows: Open
) -> tuple[list[Part], pa.Table]:
    """The files that lose rows, with such as are added of the same owners, and the other rows that are added."""
    found = list[Part]()
    for file in with_rows_of(files, np.unique(_owners(table, withdrawn))):
        gone, withdrawn = _gone(table, rows(file), withdrawn)
        if gone.any():
            beside = are_among(_owners(table, added), np.unique(_owners(table, rows(file))[gone]))
            left = [rows(file).filter(flags(~gone)), added.filter(flags(beside))]
            found.append(Part((file,), in_order(table, pa.concat_tables(left))))
            added = added.filter(flags(~beside))
    if withdrawn.num_rows:
        raise NotThere(f"{table.name}: {withdrawn.num_rows:,} rows are to go that are in none of its files")
    return found, added


def _gone(table: Table, rows: pa.Table, withdrawn: pa.Table) -> tuple[Bools, pa.Table]:
    """Which rows of a file are withdrawn, and the rows that are to be withdrawn from others."""
    gone = are_among(_owners(table, rows), np.unique(_owners(table, withdrawn)))
    stay, withdrawn = _without_same(table, rows.filter(flags(gone)), withdrawn)
    gone[gone] = ~stay
    return gone, withdrawn


def _owners(table: Table, rows: pa.Table) -> Int64s:
    return int64s(rows[str(table.owner)])


def _with_new(table: Table, files: Ranges, replaced: list[Part], new: pa.Table, rows: Open) -> list[Part]:
    """The parts, with new rows beside them, or together with files, and parts, that are no larger."""
    if not new.num_rows:
        return replaced
    by_file = {part.files[0]: part for part in replaced}
    every = [by_file.get(file) or Part((file,), no_rows(table.arrow)) for file in files]
    sizes = {part.files[0]: part.rows.num_rows if part.files[0] in by_file else part.files[0].rows for part in every}
    merged = [*like(table, sizes, new.num_rows)]
    together = [by_file[file].rows if file in by_file else rows(file) for file in merged]
    part = Part(tuple(merged), in_order(table, pa.concat_tables([new, *together])))
    return [one for one in replaced if one.files[0] not in merged] + [part]


def like(table: Table, sizes: dict[FileRange, int], rows: int) -> Iterator[FileRange]:
    """The files, by how many rows they would have, that are not larger than those that are written with new rows."""
    for file, size in sorted(sizes.items(), key=lambda one: (one[1], one[0])):
        if size * SMALL >= table.file_rows and (size > rows or size * LARGE >= table.file_rows):
            return
        rows += size
        yield file


def _generations(table: Table, files: Ranges) -> Iterator[Ranges]:
    """Large files, by range, of so many generations of like size that they are merged."""
    found: list[list[FileRange]] = []
    for file in (file for file in files if file.rows * LARGE >= table.file_rows):
        before = next((one for one in found if one[-1].last < file.first), None)
        found.append([file]) if before is None else before.append(file)
    like = defaultdict[int, list[list[FileRange]]](list)
    for one in found:
        like[(sum(file.rows for file in one) * LARGE // table.file_rows).bit_length() // 2].append(one)
    yield from (tuple(sorted(chain.from_iterable(some))) for some in like.values() if len(some) >= GENERATIONS)
