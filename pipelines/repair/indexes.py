"""The indexes of ids: runs that are damaged go, and the next landing makes them again from the log."""

from collections.abc import Iterator

from pipelines.storage import folders, places
from pipelines.storage.hash_runs import PAGE, DamagedRun, Run, is_run
from pipelines.storage.lake import Lake

AT_ONCE = (1 << 22) // PAGE
"""How many pages are read at once: 32 MB of words."""


def take_damaged_away(lake: Lake) -> list[str]:
    """Take the damaged runs of a lake's indexes away; what was wrong, a line for each. Raises PlaceError."""
    return [told for folder in (lake.ids, lake.records) for told in _of(folder)]


def _of(folder: str) -> Iterator[str]:
    for name in folders.names(folder) if places.exists(folder) else ():
        if not is_run(name):
            continue
        try:
            _verify(Run(places.join(folder, name)))
        except DamagedRun as fault:
            places.remove(fault.place)
            yield str(fault)


def _verify(run: Run) -> None:
    """Read all words of a run. Raises DamagedRun."""
    pages = 1 << run.facts.bits
    for first in range(0, pages, AT_ONCE):
        run.words(first, min(first + AT_ONCE, pages))
