"""Generations: where a table grows, which files of a bucket are written anew, so that few rows are written again.

A row that changed or went takes the file in which it is with it. New rows go to a file of their own, with the files
that are not larger than what is written anyway: so files of like size are merged, and a row is written again about as
often as history doubles. Files that are large enough stay as they are; where several generations of them, each with
rows of all owners, are of like size, these are merged. This is the tiered compaction of log-structured merge trees
(O'Neil, Cheng, Gawlick and O'Neil 1996).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pipelines.arrays import Bools, flags, int64s, no_rows
from pipelines.differences import words
from pipelines.hashing import row_hashes
from pipelines.ordering import in_order
from pipelines.owners import are_among
from pipelines.ranges import FileRange, Ranges
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


def parts(
    table: Table, files: Ranges, old: Sequence[tuple[FileRange, Bools]], made: pa.Table, rows: Open
) -> list[Part]:
    """What takes the place of which files of a bucket, so that these have, instead of some of their rows, those made.

    `old` has the files that may have such rows, and which of a file's rows they are; `rows` gives all of a file's.
    """
    withdrawn, added = _changes(table, [rows(file).filter(flags(here)) for file, here in old], made)
    replaced, new = _replaced(table, old, withdrawn, added, rows)
    found = _with_new(table, files, replaced, new, rows)
    left = tuple(file for file in files if not any(file in part.files for part in found))
    for some in _generations(table, left) if new.num_rows else ():
        found.append(Part(some, in_order(table, pa.concat_tables(map(rows, some)))))
    return found


def _changes(table: Table, old: Sequence[pa.Table], made: pa.Table) -> tuple[Bools, pa.Table]:
    """Which old rows, one table's after another's, are not made, and the rows made that are not among them."""
    before = sum(one.num_rows for one in old)
    every = pa.concat_tables([no_rows(table.arrow), *old, made]).combine_chunks()
    hashes = np.concatenate([np.empty(0, np.int64), *(row_hashes(one).view(np.int64) for one in every.to_batches())])
    order, starts = grouped(*(word for name in table.key for word in words(every[name])), hashes)
    more = np.empty(every.num_rows, np.int64)
    more[order] = np.repeat(np.add.reduceat(np.where(order < before, -1, 1), starts[:-1]), np.diff(starts))
    return more[:before] < 0, made.filter(flags(more[before:] > 0))


def _replaced(
    table: Table, old: Sequence[tuple[FileRange, Bools]], withdrawn: Bools, added: pa.Table, rows: Open
) -> tuple[list[Part], pa.Table]:
    """The files that lose rows, with such as are added of the same owners, and the other rows that are added."""
    found, at = list[Part](), 0
    for file, here in old:
        gone = np.zeros(len(here), np.bool_)
        gone[here], at = withdrawn[at : at + int(here.sum())], at + int(here.sum())
        if gone.any():
            owners = np.unique(int64s(rows(file)[str(table.owner)])[gone])
            beside = are_among(int64s(added[str(table.owner)]), owners)
            left = rows(file).filter(flags(~gone))
            found.append(Part((file,), in_order(table, pa.concat_tables([left, added.filter(flags(beside))]))))
            added = added.filter(flags(~beside))
    return found, added


def _with_new(table: Table, files: Ranges, replaced: list[Part], new: pa.Table, rows: Open) -> list[Part]:
    """The parts, with new rows beside them, or together with files, and parts, that are no larger."""
    if not new.num_rows:
        return replaced
    by_file = {part.files[0]: part for part in replaced}
    every = [by_file.get(file) or Part((file,), no_rows(table.arrow)) for file in files]
    sizes = {part.files[0]: part.rows.num_rows if part.files[0] in by_file else part.files[0].rows for part in every}
    merged = [*_like(table, sizes, new.num_rows)]
    together = [by_file[file].rows if file in by_file else rows(file) for file in merged]
    part = Part(tuple(merged), in_order(table, pa.concat_tables([new, *together])))
    return [one for one in replaced if one.files[0] not in merged] + [part]


def _like(table: Table, sizes: dict[FileRange, int], rows: int) -> Iterator[FileRange]:
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
