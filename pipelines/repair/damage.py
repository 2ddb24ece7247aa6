"""Damage: the files of the last release's tables, and of the log, that are not what was written."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.log.certificate import Certificate, by_type, without
from pipelines.log.continuity import gone
from pipelines.log.events import Log, certificate_of
from pipelines.log.landings import newest, since_taken_out
from pipelines.projections import AnyProjection, BucketProjection
from pipelines.releases.release import Release, Released, last_release
from pipelines.runs.publishing import place_of, projections
from pipelines.storage import datafiles, delta, deltalog
from pipelines.storage.checksums import faults
from pipelines.storage.datafiles import Content, total
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class LogDamage:
    """Files of the log that are damaged, with what is wrong, in a line each; none where all were taken out before.

    `lost` are the events that were in them, None where that is not known; `left` those in the others; `rests` has the
    relations and views that are made of events of the types that are lost.
    """

    files: Mapping[str, str]
    lost: Certificate | None
    left: Certificate
    rests: tuple[str, ...]


def of_tables(lake: Lake, release: Release) -> Mapping[str, list[str]]:
    """By name those tables of a release that are damaged, and what is wrong with them, a line for each file."""
    made = [name for name in projections() if name in release.tables]
    found = {name: _of_version(place_of(lake, name), release.tables[name]) for name in made}
    return {name: told for name, told in found.items() if told}


def _of_version(place: str, released: Released) -> list[str]:
    version = released.version
    try:
        handle = delta.find(place, version)
    except deltalog.DamagedLog as fault:
        return [str(fault)]
    if handle is None:
        return [f"version {version} of {place} is gone"]
    files = delta.sizes(place, handle)
    return [*faults(files).values()] or _otherwise(f"version {version} of {place}", released, files)


def _otherwise(what: str, released: Released, files: list[tuple[str, int]]) -> list[str]:
    """What to say of files that are whole, but not those of a release, as commits are lost."""
    said = Content(released.rows, int(released.content_hash))
    found = total(datafiles.content(place) for place, _ in files)
    return [] if found == said else [f"{what} lost commits: expected {said.rows:,} rows, found {found.rows:,}"]


def of_log(lake: Lake) -> LogDamage | None:
    """What is damaged of the log, None where nothing is."""
    handle = delta.find(lake.log)
    files = [] if handle is None else delta.sizes(lake.log, handle)
    found = faults(files)
    if handle is None or not found:
        return None if handle is None else _taken_out(lake, handle)
    total, whole = newest(lake.log, handle).total, Log(tuple(one for one in files if one[0] not in found))
    left = certificate_of(whole)
    lost = None if total is None else without(total, left)
    return LogDamage(found, lost, left, _resting_on(lost or {}))


def _taken_out(lake: Lake, log: delta.Handle) -> LogDamage | None:
    """What a repair took out of the log that is not back; None where nothing is."""
    if gone(lake.log, log, last_release(lake)) is None or (found := since_taken_out(lake.log, log)) is None:
        return None
    lost, back = map(by_type, found)
    missing = without(lost, back)
    return LogDamage({}, missing, newest(lake.log, log).total or {}, _resting_on(missing))


def _resting_on(types: Certificate) -> tuple[str, ...]:
    """The tables that are made of events of some types, or of tables that are."""
    found: list[str] = []
    for name, one in projections().items():
        if _takes(one, types) or any(f"relations/{read}" in found for read in one.reads):
            found.append(name)
    return tuple(found)


def _takes(projection: AnyProjection, types: Certificate) -> bool:
    """Whether a table is made of events of some types."""
    if not isinstance(projection, BucketProjection):
        return "events" in projection.reads
    return any(not one.types or not types.keys().isdisjoint(one.types) for one in projection.extracts)
