"""Ranges: the data files of a bucket, each with the rows of some owners in a row; no owner's rows are in two files."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipelines.arrays import Int64s

LEAST, GREATEST = -(2**63), 2**63 - 1


class FileRange(NamedTuple):
    """A data file: its bucket, the least and the greatest owner of its rows, and where it is.

    Files of tables whose rows are not in the order of owners may have rows of any.
    """

    bucket: int
    first: int
    last: int
    place: str


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


def are_apart(files: Sequence[FileRange]) -> bool:
    """Whether no two files of one bucket may have rows of the same owner; the files are by bucket and range."""
    return all(one.bucket != other.bucket or one.last < other.first for one, other in pairwise(files))
