"""The runs of an index: those that there are and that can be read."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from pipelines.errors import NewsfeedError
from pipelines.landing.id_words import Kind
from pipelines.storage import folders, places
from pipelines.storage.hash_runs import DamagedRun, Run, is_run
from pipelines.storage.places import PlaceError

T = TypeVar("T")

TRIES = 10


class Runs:
    """The runs in a folder; those that are damaged, cannot be read, or are of another kind are left aside.

    `left_aside` says why, by place; `was_missing` whether there was no such folder when it was first looked at.
    """

    def __init__(self, folder: str, kind: Kind) -> None:
        self.folder, self._kind = folder, kind
        self.left_aside: dict[str, str] = {}
        self._known: dict[str, Run] = {}
        self.was_missing = self._names() is None

    def each(self, work: Callable[[Run], T]) -> list[tuple[Run, T]]:
        """The runs that there are with what work on each gives.

        Landings merge runs, and take those away that were merged: when one is gone, it is looked again.
        """
        for _ in range(TRIES):
            there = self._there()
            opened = {place: self._tried(place, partial(self._opened, place)) for place in there}
            self._known = {place: run for place, run in opened.items() if run is not None}
            found = [(run, self._tried(place, partial(work, run))) for place, run in list(self._known.items())]
            if all(place in self._known or place in self.left_aside for place in there):
                break
        return [(run, result) for run, result in found if result is not None]

    def _there(self) -> list[str]:
        found = sorted(places.join(self.folder, name) for name in self._names() or () if is_run(name))
        return [place for place in found if place not in self.left_aside]

    def _names(self) -> list[str] | None:
        """The names in the folder, none where it cannot be read; None when there is no such folder."""
        try:
            return folders.names(self.folder) if places.exists(self.folder) else None
        except PlaceError as fault:
            self.left_aside[self.folder] = str(fault)
            return []

    def _opened(self, place: str) -> Run:
        run = self._known.get(place) or Run(place)
        if run.facts.kind != self._kind.name:
            raise DamagedRun(place, f"expected hashes of {self._kind.name}, found {run.facts.kind}")
        return run

    def _tried(self, place: str, work: Callable[[], T]) -> T | None:
        """What work on a run gives; None when the run is damaged, which leaves it aside, or gone."""
        try:
            return work()
        except DamagedRun as fault:
            self.leave_aside(fault)
        except PlaceError as fault:
            if not isinstance(fault.__cause__, FileNotFoundError):
                self.left_aside[place] = str(fault)
        self._known.pop(place, None)
        return None

    def leave_aside(self, fault: NewsfeedError) -> None:
        """Use a run no more that is damaged, if that is the fault."""
        if isinstance(fault, DamagedRun):
            self.left_aside[fault.place] = str(fault)
