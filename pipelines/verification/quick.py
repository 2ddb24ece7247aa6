"""Quick verification: every byte is what was written, and counts and hashes are those that were committed.

Nothing is made again. So what was wrong already when it was written is not found, nor is a row of another tool's.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from pipelines.cores import cores
from pipelines.log.certificate import counted, differences, total_of
from pipelines.log.continuity import gone, log_gone
from pipelines.log.events import Log, certificate_of
from pipelines.log.landings import landings, newest
from pipelines.releases.release import Release, Released, all_releases
from pipelines.storage import checksums, datafiles, delta, places
from pipelines.storage.checksums import DamagedFile
from pipelines.storage.datafiles import total
from pipelines.storage.deltalog import DamagedLog
from pipelines.storage.lake import Lake
from pipelines.verification.findings import Finding
from pipelines.verification.released import files_of, otherwise

Files = Iterable[tuple[str, int]]


def verify(lake: Lake, release: Release) -> list[Finding]:
    """What is found of the log, of the tables beside it, and of each table of a release. Raises PlaceError."""
    beside = {"quarantine": lake.quarantine, "identities": lake.identities, "releases": lake.releases}
    return [
        verify_log(lake, [release, *(one for one in all_releases(lake) if one.number != release.number)]),
        *(_beside(name, place) for name, place in beside.items() if places.exists(place)),
        *(verify_table(lake, name, released) for name, released in release.tables.items()),
    ]


def verify_table(lake: Lake, name: str, released: Released) -> Finding:
    """What is found of a table of a release, by its files. Raises PlaceError."""
    try:
        files = files_of(lake, name, released)
    except DamagedLog as fault:
        return Finding(name, None, (str(fault),))
    faults = _faults_of(files)
    if faults:
        return Finding(name, None, faults)
    with ThreadPoolExecutor(cores()) as threads:
        found = total(threads.map(datafiles.content, [place for place, _ in files]))
    return Finding(name, found.rows, otherwise(released, found))


def verify_log(lake: Lake, releases: Iterable[Release]) -> Finding:
    """What is found of the log: its files, what landed by its certificates, whether releases were made of it.

    Raises PlaceError.
    """
    try:
        log = delta.find(lake.log)
        if log is None:
            return Finding("log", None, (log_gone(lake.log, next(iter(releases), None)),))
        files = delta.sizes(lake.log, log)
        told = [gone(lake.log, log, release) for release in releases]
        faults = (*_faults_of(files), *(one for one in told if one is not None), *_uncertified(lake.log, log))
    except DamagedLog as fault:
        return Finding("log", None, (str(fault),))
    found = certificate_of(Log(tuple(file for file in files if _fault_of(file) is None)))
    expected = newest(lake.log, log).total
    wrong = differences(expected, found) if expected is not None else ["no commit says any more what landed"]
    return Finding("log", counted(found), (*faults, *(one.strip() for one in wrong)))


def _beside(name: str, place: str) -> Finding:
    """What is found of a table that no release names."""
    try:
        handle = delta.find(place)
        files = [] if handle is None else delta.sizes(place, handle)
    except DamagedLog as fault:
        return Finding(name, None, (str(fault),))
    faults = _faults_of(files)
    return Finding(name, None if faults or handle is None else int(handle.count()), faults)


def _faults_of(files: Files) -> tuple[str, ...]:
    """What is wrong with data files: those that are gone, have another size, or other bytes."""
    with ThreadPoolExecutor(cores()) as threads:
        return tuple(told for told in threads.map(_fault_of, files) if told is not None)


def _fault_of(file: tuple[str, int]) -> str | None:
    place, size = file
    try:
        checksums.verify(place)
        found = places.size(place)
    except DamagedFile as fault:
        return str(fault)
    return None if found == size else f"{place} is damaged: expected {size:,} bytes, found {found:,}"


def _uncertified(place: str, log: delta.Handle) -> Iterator[str]:
    """Which landings with events say another total than that of all before them with their own."""
    for later, before in pairwise(landings(place, log)):
        known = later.total is not None and before.total is not None
        if known and later.own and total_of([before.total or {}, later.own]) != later.total:
            yield f"landing {later.number} says another total than that of the landings before it and its own"
