"""What runs of the index hold: words of the events of the log's files, by what is looked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.hashing import row_hashes
from pipelines.packing import PARTS, Words, ascending
from pipelines.storage import datafiles, places

UPPER = np.uint64(2**64 - PARTS)
"""The bits of a word that are those of the hash."""


@dataclass(frozen=True)
class Kind:
    """What events are looked for by: their ids, or as many characters of these, of those ids that begin so.

    An index is of one kind; all landings add to it if `by_all`, else those that look for something in it.
    """

    name: str
    begin: str = ""
    length: int | None = None
    by_all: bool = True


IDS = Kind("event_id")


@dataclass(frozen=True)
class FileWords:
    """A data file's path, how many row groups it has, and the ascending words of its events, parts from 0 on."""

    path: str
    groups: int
    words: Words


def hashes_of(texts: pa.Array) -> Words:
    """The hashes by which ids, or keys, are looked for, in their order."""
    return row_hashes(pa.record_batch([texts], ["event_id"]))


class GroupWords:
    """The words of a file, of which one row group after another is given."""

    def __init__(self, kind: Kind) -> None:
        self._kind, self._found = kind, list[Words]()

    def add(self, ids: pa.Array) -> None:
        """Take in the ids of the next row group."""
        self._found.append(hashes_of(_looked_for(ids, self._kind)) & UPPER | np.uint64(len(self._found)))

    def of(self, path: str) -> FileWords:
        """What a run says of the file with these row groups."""
        words = ascending(np.concatenate([np.empty(0, np.uint64), *self._found]))
        return FileWords(path, len(self._found), words)


def words_of(path: str, table: str, kind: Kind) -> FileWords:
    """The task: what a run says of a file of the log. Raises DamagedFile, PlaceError."""
    words = GroupWords(kind)
    for rows in datafiles.by_group(places.join(table, path), ["event_id"]):
        words.add(pa.concat_arrays([pa.nulls(0, pa.string()), *rows["event_id"].chunks]))
    return words.of(path)


def _looked_for(ids: pa.Array, kind: Kind) -> pa.Array:
    """The ids, or the keys in them."""
    if kind.length is None:
        return ids
    begun = ids.filter(pc.starts_with(ids, kind.begin))
    return pc.utf8_slice_codeunits(begun, 0, kind.length)


def fitting(files: Sequence[FileWords]) -> list[FileWords]:
    """The first files, as many as words have numbers for the parts of: a run cannot cover more."""
    ends = np.cumsum([file.groups for file in files])
    return [file for file, end in zip(files, ends, strict=True) if end <= PARTS]
