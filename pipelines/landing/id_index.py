"""The index of the log's ids: which row groups may have an event, by runs of hashes. It only saves reading.

A run says of some data files of the log which hashes their events have. What no run covers is read: files of a landing
that was killed, of an older lake, of a run that is missing or damaged. They are added once the landing is committed.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import numpy as np

from pipelines.arrays import Bools
from pipelines.engines.base import Engine
from pipelines.landing.id_compaction import Kept, chosen, write_merged
from pipelines.landing.id_runs import Runs
from pipelines.landing.id_words import FileWords, Kind, fitting, words_of
from pipelines.packing import PARTS, Words
from pipelines.storage import delta, folders, places
from pipelines.storage.hash_runs import DamagedRun, Run, new_name
from pipelines.storage.places import PlaceError

AT_ONCE = 1 << 24
"""How many events are added at once, about: their words are in memory."""
MOST = PARTS >> 6
"""How many files are added at once at most."""
KILLED = 2
"""Of how many commits the files may be that an index lacks, without a word: a landing adds its own after its commit."""


class RowGroups(NamedTuple):
    """Row groups of a data file, by number; all when None."""

    place: str
    numbers: list[int] | None = None


class File(NamedTuple):
    """A data file of the log: its path, how many events it has, and when it was committed; None: not known."""

    path: str
    events: int | None
    committed: int | None = None


def files_of(log: delta.Handle) -> list[File]:
    """The data files of a version of the log."""
    return [File(*facts) for facts in delta.facts_of_files(log, ("path", "num_records", "modification_time"))]


class Index:
    """An index of a kind, for the files of one version of the log; what it lacks is known once it is asked."""

    def __init__(self, folder: str, kind: Kind, table: str, files: Sequence[File]) -> None:
        self.kind = kind
        self._folder, self._table, self._files = folder, table, files
        self._runs: Runs | None = None
        self._lacks: list[File] = []

    def candidates(self, hashes: Words) -> list[RowGroups]:
        """What to read of the log to find all events with these ascending hashes. Raises PlaceError."""
        self._runs = Runs(self._folder, self.kind)
        with suppress(PlaceError):
            if not self._files:
                folders.make(self._folder)
        found = self._runs.each(lambda run: run.parts(hashes))
        kept = _kept([run for run, _ in found], {file.path for file in self._files})
        covered = {path for one in kept for path, _ in one.covered}
        self._lacks = [file for file in self._files if file.path not in covered]
        parts = {run.place: hit for run, hit in found}
        hit = [RowGroups(self._at(path), numbers) for one in kept for path, numbers in _hit(one, parts[one.run.place])]
        return [*(RowGroups(self._at(file.path)) for file in self._lacks), *hit]

    def add(self, engine: Engine, committed: Sequence[FileWords], staging: str) -> tuple[str, ...]:
        """Add files that were committed, and those that the index lacks, if it was asked; what is to be said of it."""
        if self._runs is None:
            return ()
        own = {words.path: words for words in committed}
        try:
            for files in _in_portions([*self._lacks, *(File(words.path, len(words.words)) for words in committed)]):
                lacked = [file.path for file in files if file.path not in own]
                read = engine.run(partial(words_of, table=self._table, kind=self.kind), lacked)
                self._write(self._runs, [*read, *(own[file.path] for file in files if file.path in own)], staging)
        except PlaceError as fault:
            return (f"the index {self._folder} is behind, the next landing adds to it what has landed: {fault}",)
        for place in filter(lambda place: place != self._folder, self._runs.left_aside):
            with suppress(PlaceError):
                places.remove(place)
        return self._told(self._runs)

    def _told(self, runs: Runs) -> tuple[str, ...]:
        """What is to be said of an index that was damaged, missing, or lacked more than killed landings leave."""
        told = [f"{fault}; its files are indexed again" for fault in runs.left_aside.values()]
        is_more = len({file.committed for file in self._lacks}) > KILLED
        is_odd = (runs.was_missing or is_more) if self.kind.by_all else (runs.was_missing and is_more)
        if self._lacks and is_odd and not told:
            count = f"{len(self._lacks):,} of the log's {len(self._files):,} files"
            told.append(f"the index {self._folder} lacked {count}: it is made again from the log")
        return tuple(told)

    def _write(self, runs: Runs, files: Sequence[FileWords], staging: str) -> None:
        """Write a run of files, merged with those that are not larger. Raises PlaceError."""
        files = fitting(files)
        staged, name = places.join(staging, new_name()), new_name()
        others = self._others(runs, {file.path for file in files})
        due = chosen(others, sum(len(file.words) for file in files), sum(file.groups for file in files))
        try:
            write_merged(staged, self.kind.name, files, due)
        except (DamagedRun, PlaceError) as fault:
            runs.leave_aside(fault)
            due = []
            write_merged(staged, self.kind.name, files, due)
        folders.make(self._folder)
        places.rename(staged, places.join(self._folder, name))
        for one in due:
            places.remove(one.run.place)

    def _others(self, runs: Runs, new: Collection[str]) -> list[Kept]:
        """The runs that there are, without files that a new one covers, and without those that the log has no more."""
        there = [run for run, _ in runs.each(lambda _: True)]
        live = {file.path for file in self._files}
        if not all(path in live or path in new for run in there for path, _ in run.facts.files):
            log = delta.find(self._table)  # a run that is there was written after the commit of its files
            live |= set() if log is None else set(delta.paths(log))
        return _kept(there, live.difference(new))

    def _at(self, path: str) -> str:
        return places.join(self._table, path)


def _in_portions(files: Sequence[File]) -> Iterator[list[File]]:
    """The files in portions that are added at once."""
    portion, size = list[File](), 0
    for file in files:
        events = AT_ONCE if file.events is None else file.events
        if portion and (size + events > AT_ONCE or len(portion) == MOST):
            yield portion
            portion, size = [], 0
        portion.append(file)
        size += events
    if portion:
        yield portion


def _kept(runs: Sequence[Run], live: Collection[str]) -> list[Kept]:
    """Of each run the files that are live and that no larger run covers, too."""
    taken, kept = set[str](), list[Kept]()
    for run in sorted(runs, key=lambda run: (-run.facts.count, run.place)):
        own = [n for n, (path, _) in enumerate(run.facts.files) if path in live and path not in taken]
        taken |= {run.facts.files[n][0] for n in own}
        kept.append(Kept(run, tuple(own)))
    return kept


def _hit(one: Kept, parts: Bools) -> Iterator[tuple[str, list[int]]]:
    """The files of a run that are kept and have some of these parts, with the numbers of their row groups."""
    firsts = one.run.facts.firsts
    for number in one.files:
        path, groups = one.run.facts.files[number]
        found = np.flatnonzero(parts[firsts[number] : firsts[number] + groups]).tolist()
        if found:
            yield path, found
