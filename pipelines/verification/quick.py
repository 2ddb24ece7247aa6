"""Quick verification: every byte is what was written, and counts and hashes are those that were committed.

Nothing is made again. So what was wrong already when it was written is not found, nor is a row of another tool's.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from pipelines.cores import cores
from pipelines.landing.lost import KINDS
from pipelines.log.certificate import counted, differences, total_of
from pipelines.log.continuity import gone, log_gone
from pipelines.log.erasures import as_they_are, fault_of
from pipelines.log.events import Log, certificate_of
from pipelines.log.landings import landings, newest, with_others
from pipelines.releases.release import Release, Released, all_releases
from pipelines.storage import checksums, datafiles, delta, places, totals
from pipelines.storage.datafiles import total
from pipelines.storage.deltalog import DamagedLog
from pipelines.storage.lake import Lake
from pipelines.verification.findings import Finding
from pipelines.verification.released import files_of, otherwise, unlike


def verify(lake: Lake, release: Release) -> list[Finding]:
    """What is found of the log, of the tables beside it, and of each table of a release. Raises PlaceError."""
    beside = {"quarantine": lake.quarantine, "identities": lake.identities, "releases": lake.releases}
    return [
        verify_log(lake, [release, *(one for one in all_releases(lake) if one.number != release.number)]),
        *(_beside(name, place) for name, place in beside.items() if places.exists(place)),
        *(_erasures(lake) if places.exists(lake.erasures) else ()),
        *(verify_table(lake, name, released) for name, released in release.tables.items()),
    ]


def verify_table(lake: Lake, name: str, released: Released) -> Finding:
    """What is found of a table of a release, by its files. Raises PlaceError."""
    try:
        files = files_of(lake, name, released)
    except DamagedLog as fault:
        return Finding(name, None, (str(fault),))
    faults = checksums.faults(files)
    if faults:
        return Finding(name, None, tuple(faults.values()))
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
        damaged = checksums.faults(files)
        faults = (*damaged.values(), *(one for one in told if one is not None), *_uncertified(lake.log, log))
    except DamagedLog as fault:
        return Finding("log", None, (str(fault),))
    found = certificate_of(Log(tuple(file for file in files if file[0] not in damaged)))
    expected = newest(lake.log, log).total
    wrong = differences(expected, found) if expected is not None else ["no commit says any more what landed"]
    return Finding("log", counted(found), (*faults, *(one.strip() for one in wrong)))


def _beside(name: str, place: str) -> Finding:
    """What is found of a table that no release names: its files and, where commits say its total, its rows."""
    try:
        handle = delta.find(place)
        files = [] if handle is None else delta.sizes(place, handle)
    except DamagedLog as fault:
        return Finding(name, None, (str(fault),))
    faults = checksums.faults(files)
    if faults or handle is None:
        return Finding(name, None, tuple(faults.values()))
    expected = totals.said(place, handle) if name in KINDS else None
    if expected is None:
        return Finding(name, int(handle.count()))
    found = totals.of_files((file for file, _ in files), KINDS[name].columns)
    return Finding(name, found.rows, unlike(expected, found))


def _erasures(lake: Lake) -> Iterator[Finding]:
    """What is found of the records of erasures."""
    found = _beside("erasures", lake.erasures)
    broken = None if found.faults else fault_of(lake, as_they_are(lake))
    yield found if broken is None else Finding("erasures", found.rows, (broken,))


def _uncertified(place: str, log: delta.Handle) -> Iterator[str]:
    """Which landings with events, or erasures, say another total than that of all before them with their own."""
    for later, before in pairwise(landings(place, log)):
        known = later.total is not None and before.total is not None
        taken, put = later.erased or ({}, {})
        expected = with_others(total_of([before.total or {}, later.own]), taken, put)
        if known and (later.own or later.erased) and expected != later.total:
            yield f"landing {later.number} says another total than that of the landings before it and its own"
