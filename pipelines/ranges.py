"""Ranges: the data files of a bucket, each with the rows of some owners in a row.

No owner's rows are in two files, unless the table grows.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipelines.arrays import Int64s

LEAST, GREATEST = -(2**63), 2**63 - 1


class FileRange(NamedTuple):
    """A data file: its bucket, the least and the greatest owner of its rows, where it is, and how many rows it has.

    Files of tables whose rows are not in the order of owners may have rows of any.
    """

    bucket: int
    first: int
    last: int
    place: str
    rows: int = 0


Ranges = tuple[FileRange, ...]
"""All files of a table, by bucket and range."""


def in_bucket(files: Ranges, bucket: int) -> Ranges:
    """The files of one bucket."""
    return tuple(file for file in files if file.bucket == bucket)


def with_rows_of(files: Iterable[FileRange], owners: "Int64s") -> Iterator[FileRange]:
    """The files that may have rows of any of these owners, who ascend."""
    for file in files:
        at = bisect_left(owners, file.first)
        if at < len(owners) and owners[at] <= file.last:
            yield file


def are_apart(files: Ranges) -> bool:
    """Whether no two files of one bucket may have rows of the same owner; the files are by bucket and range."""
    return all(len(part) == 1 for part in apart(files))


def apart(files: Ranges) -> Iterator[Ranges]:
    """The files, by bucket and range, in parts; no owner's rows are in two of these, but in several files of one."""
    part, last = list[FileRange](), LEAST
    for file in files:
        if part and (part[-1].bucket != file.bucket or last < file.first):
            yield tuple(part)
            part, last = [], LEAST
        part.append(file)
        last = max(last, file.last)
    if part:
        yield tuple(part)
