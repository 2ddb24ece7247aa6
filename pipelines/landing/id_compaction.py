"""Compaction: a new run of the index takes in those that are not larger than all before, so that there are few.

Each word is written again as often as the log doubles.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from pipelines.arrays import Int64s
from pipelines.landing.id_words import UPPER, FileWords
from pipelines.packing import PARTS, Words, merged
from pipelines.storage.hash_runs import Covered, Run, write_run

AT_ONCE = 1 << 18
"""How many words are merged at once, about: they stay near the core."""


@dataclass(frozen=True)
class Kept:
    """A run, and which of its files are still of the log and in no larger run, by number."""

    run: Run
    files: tuple[int, ...]

    @property
    def parts(self) -> int:
        """How many parts these files have."""
        return sum(self.run.facts.files[number][1] for number in self.files)

    @property
    def covered(self) -> list[Covered]:
        """These files."""
        return [self.run.facts.files[number] for number in self.files]


def chosen(runs: Sequence[Kept], size: int, parts: int) -> list[Kept]:
    """The runs to be merged with so many new words of so many parts, and those most of whose files are gone."""
    found: list[Kept] = []
    for one in sorted(runs, key=lambda kept: kept.run.facts.count):
        facts = one.run.facts
        is_due = facts.count <= size or one.parts * 2 <= facts.firsts[-1]
        if (is_due and parts + one.parts <= PARTS) or not one.files:
            found.append(one)
            size, parts = size + facts.count, parts + one.parts
    return found


def write_merged(place: str, kind: str, files: Sequence[FileWords], runs: Sequence[Kept]) -> None:
    """Write a run of the words of files, and of those of runs. Raises DamagedRun, PlaceError."""
    runs = [one for one in runs if one.files]
    about = sum(len(file.words) for file in files) + sum(one.run.facts.count for one in runs)
    bits = (about // AT_ONCE).bit_length()
    first, streams = 0, list[Iterator[Words]]()
    for file in files:
        streams.append(_raised(_cut(file.words, bits), first))
        first += file.groups
    for one in runs:
        streams.append(_renumbered(_slices(one.run, bits), _numbers(one, first)))
        first += one.parts
    covered = [(file.path, file.groups) for file in files]
    slices = map(merged, zip(*streams, strict=True))
    write_run(place, kind, [*covered, *chain.from_iterable(one.covered for one in runs)], about, slices)


def _cut(words: Words, bits: int) -> list[Words]:
    """Ascending words in slices by their highest bits."""
    ends = np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits) if bits else np.empty(0, np.uint64)
    return np.split(words, np.searchsorted(words, ends))


def _slices(run: Run, bits: int) -> Iterable[Words]:
    """The words of a run in slices by their highest bits."""
    more = run.facts.bits - bits
    if more < 0:
        return _cut(run.words(0, 1 << run.facts.bits), bits)
    return (run.words(number << more, (number + 1) << more) for number in range(1 << bits))


def _numbers(one: Kept, first: int) -> Int64s:
    """For each part of a run its number in the merged one, PARTS where its file is not kept."""
    firsts, numbers = one.run.facts.firsts, np.full(one.run.facts.firsts[-1], PARTS)
    for number in one.files:
        groups = one.run.facts.files[number][1]
        numbers[firsts[number] : firsts[number] + groups] = np.arange(first, first + groups)
        first += groups
    return numbers


def _raised(slices: Iterable[Words], first: int) -> Iterator[Words]:
    """The words with their parts numbered from the first on."""
    return (words + np.uint64(first) for words in slices)


def _renumbered(slices: Iterable[Words], numbers: Int64s) -> Iterator[Words]:
    """The words whose parts are kept, with their parts' new numbers."""
    for words in slices:
        to = numbers[(words & ~UPPER).astype(np.int64)].astype(np.uint64)
        yield (words & UPPER | to)[to < np.uint64(PARTS)]
