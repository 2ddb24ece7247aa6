"""Runs: immutable files of sorted words of 64 bits, of which the pages that are asked for are read, and verified.

A word is the upper 48 bits of a hash with the number of a part of a table: a row group of one of its data files, which
the run names. Behind the packed pages and their directory stand, as JSON, the facts of the run, and their checksum.
"""

import json
import struct
import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.arrays import Bools, Int64s
from pipelines.errors import NewsfeedError
from pipelines.packing import DAMAGED, PARTS, ROW, Words, begin, pack, probe, unpack
from pipelines.storage import places
from pipelines.storage.windows import Window

MAGIC = b"hashrun1"
TRAILER = struct.Struct("<8sII")
"""What ends a run: MAGIC, and how many bytes the facts have, with their checksum."""
LAST = struct.Struct("<II")
"""What ends the directory: how many words there are, and nothing."""
PAGE = 64
"""How many words a page has at most, about; at least half as many."""
FACTS = 1 << 16
"""How many bytes of facts are read at once with what ends the run."""

Covered = tuple[str, int]
"""A data file that a run covers: its path below the table's place, and how many row groups it has."""


class DamagedRun(NewsfeedError):
    """A run is not what was written."""

    def __init__(self, place: str, found: str) -> None:
        super().__init__(f"{place} is damaged: {found}")
        self.place = place


@dataclass(frozen=True)
class Facts:
    """What a run says of itself: what its hashes are of, the files that it covers, how many words it has.

    And how many of its words' bits are the number of their page.
    """

    kind: str
    files: tuple[Covered, ...]
    count: int
    bits: int

    @property
    def size(self) -> int:
        """The bytes before the facts."""
        return self.count * (8 - self.bits // 8) + ROW * ((1 << self.bits) + 1)

    @cached_property
    def firsts(self) -> Int64s:
        """The number of the first part of each file, and how many parts there are."""
        return np.cumsum([0, *(groups for _, groups in self.files)])


class Run:
    """A run that is read."""

    def __init__(self, place: str) -> None:
        """Raises DamagedRun, PlaceError."""
        self.place = place
        self._window = Window(place)
        self.facts = self._facts()

    def _facts(self) -> Facts:
        size = len(self._window.data)
        ends = size - TRAILER.size
        magic, length, checksum = TRAILER.unpack(self._bytes(ends, size)) if ends >= 0 else (b"", 0, 0)
        if magic != MAGIC or length > ends:
            raise DamagedRun(self.place, "it does not end as a run does")
        text = self._bytes(ends - length, ends)
        if zlib.crc32(text) != checksum:
            raise DamagedRun(self.place, f"expected facts with the checksum {checksum:08x}")
        said = json.loads(text)
        facts = Facts(
            said["kind"], tuple((path, groups) for path, groups in said["files"]), said["count"], said["bits"]
        )
        if facts.size == ends - length and self._bytes(facts.size - ROW, facts.size) != LAST.pack(facts.count, 0):
            raise DamagedRun(self.place, "its directory does not end as one does")
        if facts.size != ends - length:
            raise DamagedRun(self.place, f"expected {facts.size} bytes of pages, found {ends - length}")
        return facts

    def _bytes(self, start: int, end: int) -> bytes:
        self._window.need(np.array([max(0, min(start, end - FACTS))]), np.array([end]))
        return self._window.data[start:end].tobytes()

    def parts(self, hashes: Words) -> Bools:
        """Which parts may have one of these ascending hashes. Raises DamagedRun, PlaceError."""
        facts, found = self.facts, np.zeros(PARTS, np.bool_)
        if not self._window.is_whole:
            self._need(np.unique(hashes >> np.uint64(64 - facts.bits)).astype(np.int64))
        self._require(probe(self._window.data, facts.count, facts.bits, hashes, found))
        return found[: facts.firsts[-1]]

    def words(self, first: int, end: int) -> Words:
        """The words of some pages, ascending. Raises DamagedRun, PlaceError."""
        starts, ends = self._need(np.arange(first, end))
        into = np.empty(max(0, int(ends[-1] - starts[0])), np.uint64)
        self._require(unpack(self._window.data, self.facts.count, self.facts.bits, first, end, into) - len(into))
        return into

    def _need(self, pages: Int64s) -> tuple[Int64s, Int64s]:
        """Have ascending pages in memory: with which words they begin and end."""
        facts = self.facts
        width = 8 - facts.bits // 8
        rows = facts.count * width + ROW * pages
        self._window.need(rows, rows + 2 * ROW)
        numbers = self._window.data[facts.count * width : facts.size].view("<u4")[::2]
        starts, ends = numbers[pages].astype(np.int64), numbers[pages + 1].astype(np.int64)
        if (ends < starts).any() or (ends > facts.count).any():
            self._require(DAMAGED)
        self._window.need(starts * width, ends * width)
        return starts, ends

    def _require(self, found: int) -> None:
        if found:
            raise DamagedRun(self.place, "a page is not what was written")


def is_run(name: str) -> bool:
    """Whether a file is called as runs are."""
    return name.startswith("run-")


def new_name() -> str:
    """A name that no other run has."""
    return f"run-{uuid.uuid4().hex}"


def bits_for(count: int) -> int:
    """How many bits number the pages of so many words."""
    return max(1, (count // PAGE).bit_length())


def write_run(place: str, kind: str, files: Sequence[Covered], about: int, slices: Iterable[Words]) -> int:
    """Write slices of ascending words, about so many, to a new run; how many they were. Raises PlaceError."""
    bits, written = bits_for(about), 0
    counts, sums = np.zeros(1 << bits, np.int64), np.empty(1 << bits, np.uint64)
    begin(sums)
    with places.writing(place) as file:
        for words in slices:
            into = np.empty(len(words) * (8 - bits // 8) + 8, np.uint8)
            pack(words, bits, into, counts, sums)
            file.write(into[:-8].data)
            written += len(words)
        starts = np.append(0, np.cumsum(counts)).astype("<u4")
        directory = np.stack([starts[:-1], (sums >> np.uint64(32)).astype("<u4")], axis=1)
        text = json.dumps({"kind": kind, "files": files, "count": written, "bits": bits}).encode()
        file.write(directory.tobytes() + LAST.pack(written, 0))
        file.write(text + TRAILER.pack(MAGIC, len(text), zlib.crc32(text)))
    return written
