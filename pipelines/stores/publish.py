"""Publishing: a release comes to stores, to each just what it must be told, and is served there all at once."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter

from pipelines.reading.reader import LostView, Reader
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.lake import Lake
from pipelines.stores.base import Change, Store, Stored, StoreError, Writing, shown
from pipelines.stores.changes import difference, plan_of, served_of

TRIES = 5


@dataclass
class Written:
    """How many owners and rows of a view were written, and how many rows the release has."""

    owners: int = 0
    rows: int = 0
    of: int = 0


@dataclass
class Published:
    """What became of a store: the release that it serves, that before, and what was written of which view.

    `parts` are told one after another; of these `there` were written by a publish that was killed.
    """

    store: str
    release: int
    before: int | None
    whole: bool = False
    newer: bool = False
    parts: int = 0
    there: int = 0
    views: dict[str, Written] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def published(self) -> bool:
        """Whether the store serves another release than before."""
        return bool(self.views)


class Overtaken(StoreError):
    """Another publish came first."""


def publish(lake: Lake, stores: Sequence[Store], number: int | None = None) -> list[Published]:
    """Bring a release, the last one when None, to stores; they serve it one right after another once all have it.

    A store that has a newer release keeps it unless a number is given. Raises NoRelease, LostView, DamagedFile,
    PlaceError, StoreError; what a store served before is then served on, but by such as were ready before it.
    """
    whole = False
    for _ in range(TRIES):
        try:
            return _publish(Reader.of(lake, number), stores, is_chosen=number is not None, whole=whole)
        except Overtaken as fault:
            overtaken = fault
        except (LostView, DamagedFile):
            if whole:
                raise
            whole = True  # what is gone may be of the release that a store has, which then is not needed
    raise overtaken


def _publish(reader: Reader, stores: Sequence[Store], *, is_chosen: bool, whole: bool) -> list[Published]:
    done = []
    with ExitStack() as committing:
        for store in stores:
            start = perf_counter()
            one = _prepare(reader, store, committing, is_chosen=is_chosen, whole=whole)
            one.seconds = perf_counter() - start
            done.append(one)
        start = perf_counter()
    committed = perf_counter() - start
    for one in done:
        one.seconds += committed / max(1, sum(other.published for other in done)) if one.published else 0.0
    return done


def _prepare(reader: Reader, store: Store, committing: ExitStack, *, is_chosen: bool, whole: bool) -> Published:
    """Write to a store all that it must be told, which is served once the stack ends."""
    before, after = store.stored(), served_of(reader, store.views)
    here = None if before is None else before.release
    if before == after:
        return Published(store.url, after.release, here)
    if not is_chosen and before is not None and not is_behind(before, after):
        return Published(store.url, before.release, here, newer=True)
    found = difference(reader, None if whole else before, store.views)
    parts = tuple(found.parts())
    writing = committing.enter_context(
        store.publishing(after, whole=found.is_whole, plan=plan_of(before, after, found, parts))
    )
    if store.stored() != before:
        raise Overtaken(f"{shown(store.url)}: another publish came first, {TRIES} times", transient=True)
    one = Published(
        store.url, after.release, here, found.is_whole, False, len(parts), writing.done, _none_written(after)
    )
    for part in parts[writing.done :]:
        _write(found.change(part), writing, one.views[part.view])
    return one


def is_behind(there: Stored | None, last: Stored) -> bool:
    """Whether a store that serves this lacks the last release: not where it has that, or a newer one of the lake."""
    if there is None or there.lake != last.lake:
        return True
    return there.release <= last.release and there != last


def _none_written(stored: Stored) -> dict[str, Written]:
    return {view: Written(of=content.rows) for view, content in stored.views.items()}


def _write(change: Change, writing: Writing, counted: Written) -> None:
    writing.write(change)
    counted.owners += len(change.owners)
    counted.rows += change.rows.num_rows
