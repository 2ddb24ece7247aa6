"""Segments that landed: which of them go, as their age says, or that somebody was erased since.

Their events are in the log. They are kept for a while, as what a damaged log is repaired from.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pipelines.log.erasures import erasures
from pipelines.serving.intake.log import Newest
from pipelines.serving.intake.segments import BEGIN, HIDDEN
from pipelines.storage.lake import Lake

NAME = re.compile(rf"{re.escape(HIDDEN)}?{BEGIN}(\d{{13}})-[0-9a-f]{{12}}\.jsonl(?:\.\d+)?")
"""The name of a segment, with the milliseconds at which it was begun; with a number where two would have one name."""
ACTOR = re.compile(rb'"actor_id": ?(\d+)')
SHARE = 100
"""Once in such a share of the time for which segments are kept it is looked for old ones."""


class Landed:
    """The segments of an inbox that lie in a folder since they landed, kept for some seconds after they were begun."""

    def __init__(self, lake: Lake, inbox: str, done: str, keep: float, clock: Callable[[], float] = time.time) -> None:
        self._lake, self._inbox, self._done = lake, Path(inbox), Path(done)
        self._keep, self._clock, self._due = keep, clock, 0.0
        self._erasures = Newest(lake.erasures)
        self._is_new, self._is_settled = True, False

    def clear(self) -> None:
        """Take away those that go. Raises LostErasures, DamagedFile, DamagedLog, PlaceError, OSError."""
        self._remove_old()
        self._remove_erased()

    def _remove_old(self) -> None:
        now = self._clock()
        if now >= self._due:
            self._remove(lambda _, begun: begun < now - self._keep)
            self._due = now + self._keep / SHARE

    def _remove_erased(self) -> None:
        """Look once for what a new erasure concerns, and once more when all that was begun before it landed."""
        if self._erasures.look():
            self._is_new, self._is_settled = True, False
        if self._is_settled:
            return
        erased = {one.user_id: one.recorded_at / 1e6 for one in erasures(self._lake).records}
        last = max(erased.values(), default=0.0)
        waits = any(begun < last for _, begun in _segments(self._inbox))
        if self._is_new or not waits:
            self._remove(lambda segment, begun: _concerns(erased, segment, begun))
            self._is_new, self._is_settled = False, not waits

    def _remove(self, goes: Callable[[Path, float], bool]) -> None:
        for segment, begun in _segments(self._done):
            if goes(segment, begun):
                segment.unlink(missing_ok=True)


def _concerns(erased: Mapping[int, float], segment: Path, begun: float) -> bool:
    """Whether a segment has events of persons who were erased since it was begun."""
    persons = {person for person, recorded_at in erased.items() if begun < recorded_at}
    return bool(persons) and any(int(found) in persons for found in ACTOR.findall(segment.read_bytes()))


def _segments(folder: Path) -> Iterator[tuple[Path, float]]:
    """The segments in a folder, with the seconds at which they were begun."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        found = NAME.fullmatch(path.name)
        if found is not None:
            yield path, int(found[1]) / 1000
