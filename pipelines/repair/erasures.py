"""The records of erasures: where files or commits of theirs are damaged, they are written again as others say them."""

from collections.abc import Iterator
from itertools import chain

from pipelines.log.erasing import commit, said_by_commits
from pipelines.log.erasures import Erasures, LostErasures, Record, as_they_are, fault_of, in_file, said
from pipelines.storage import delta, places, walking
from pipelines.storage.checksums import faults
from pipelines.storage.lake import Lake


def write_damaged_again(lake: Lake) -> list[str]:
    """Write the records again if any is damaged or lost; what was wrong. Raises LostErasures, Conflict."""
    handle = delta.find(lake.erasures)
    if handle is None:
        return []
    told = faults(delta.sizes(lake.erasures, handle))
    fault = None if told else fault_of(lake, as_they_are(lake))
    if not told and fault is None:
        return []
    kept = [one for place in delta.uris(lake.erasures, handle) if place not in told for one in in_file(place)]
    commit(lake, handle, _whole(lake, handle, [*said_by_commits(lake), *kept]).records)
    return [*told.values(), *([f"{lake.erasures}: {fault}"] if fault else [])]


def _whole(lake: Lake, handle: delta.Handle, found: list[Record]) -> Erasures:
    """All records, of which some were found; each lost commit named a file of others. Raises LostErasures."""
    total, lost = said(lake)
    others = list(_beside(lake, handle)) if lost else []
    by_number = {one.number: one for one in [*found, *chain.from_iterable(others)]}
    made = Erasures(tuple(by_number[number] for number in sorted(by_number)))
    if len(others) < lost or len(made.records) < (total or 0) or made.broken() is not None:
        raise LostErasures(f"records of erasures are lost: put back a copy of {lake.erasures}")
    return made


def _beside(lake: Lake, handle: delta.Handle) -> Iterator[list[Record]]:
    """The records of each whole file that no commit names: a lost one did."""
    named = {*delta.paths(handle)}
    files = {places.join(lake.erasures, path): size for path, size in walking.data_files(lake.erasures).items()}
    others = {place: size for place, size in files.items() if place.rsplit("/", 1)[-1] not in named}
    damaged = faults(others.items())
    yield from (in_file(place) for place in others if place not in damaged)
