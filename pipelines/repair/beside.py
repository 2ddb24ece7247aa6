"""Damage beside the log: of lines in quarantine, and of names behind ids, of which only their sources tell again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow.compute as pc

from pipelines.landing.erasing import is_erased
from pipelines.landing.lost import KINDS, Lost
from pipelines.landing.raw_lines import RawLines
from pipelines.storage import datafiles, delta, places, totals
from pipelines.storage.checksums import DamagedFile, faults
from pipelines.storage.datafiles import Content
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class Damage:
    """What is damaged of a table beside the log: files, long lines, with what is wrong in a line each, by place.

    `rows` were in them, of `sources`, the first and the last by name where these are known; `left` is what the other
    files have.
    """

    files: Mapping[str, str]
    lost: Lost
    rows: int
    left: Content
    sources: tuple[str, ...] = ()
    long_lines: Mapping[str, str] = field(default_factory=dict)

    def is_back(self, now: Content) -> bool:
        """Whether just what was lost came again, where the table has that now."""
        came = totals.without(now, self.left)
        return came.rows == self.rows if self.lost.content is None else came == self.lost.content


def of(lake: Lake) -> dict[str, Damage]:
    """By name the tables beside the log that are damaged. Raises DamagedLog, PlaceError."""
    found = {name: _of_table(KINDS[name].place(lake), KINDS[name].columns) for name in KINDS}
    long_lines = dict(_long_lines(lake, found["quarantine"]))
    if long_lines:
        there = found["quarantine"] or Damage({}, Lost(), 0, left_of(lake, "quarantine"))
        found["quarantine"] = Damage(**vars(there) | {"long_lines": long_lines})
    return {name: one for name, one in found.items() if one is not None}


def left_of(lake: Lake, name: str) -> Content:
    """What a table has that is whole. Raises DamagedFile, PlaceError."""
    place = KINDS[name].place(lake)
    handle = delta.find(place)
    return totals.of_files([] if handle is None else delta.uris(place, handle), KINDS[name].columns)


def _of_table(place: str, columns: tuple[str, ...]) -> Damage | None:
    handle = delta.find(place)
    if handle is None:
        return None
    facts = delta.facts_of_files(handle, ("path", "size_bytes", "num_records", "min.source", "max.source"))
    of_path = {places.join(place, str(path)): (str(path), *told) for path, *told in facts}
    found, said = faults((one, size) for one, (_, size, *_) in of_path.items()), totals.said(place, handle)
    left = totals.of_files((one for one in of_path if one not in found), columns)
    content = None if said is None else totals.without(said, left)
    if not found and (content is None or content.rows <= 0):
        return None
    damaged = [of_path[one] for one in found]
    rows = sum(rows or 0 for _, _, rows, *_ in damaged) if content is None else content.rows
    sources = {source for _, _, _, *told in damaged for source in told if source is not None}
    lost = Lost(int(handle.version()), frozenset(path for path, *_ in damaged), content)
    return Damage(found, lost, rows, left, tuple(sorted({min(sources), max(sources)})) if sources else ())


def _long_lines(lake: Lake, damage: Damage | None) -> Iterator[tuple[str, str]]:
    """The long lines, of which a row that can be read tells, that are not there as they were, and what is wrong."""
    handle, kept = delta.find(lake.quarantine), RawLines(lake.quarantine_raw, lake.quarantine_raw)
    files = [] if handle is None else delta.uris(lake.quarantine, handle)
    for place in files:
        if damage is None or place not in damage.files:
            for digest in _digests_of_long_lines(place):
                try:
                    for _ in kept.pieces(digest):
                        pass
                except DamagedFile as fault:
                    yield kept.place(digest), str(fault)


def _digests_of_long_lines(place: str) -> Iterator[str]:
    """Of the lines that are no bytes of a row, and were not erased."""
    for batch in datafiles.batches(place, ["raw_sha256", "raw", "faults"]):
        rows = batch.filter(pc.is_null(batch["raw"]))
        told = zip(rows["raw_sha256"].to_pylist(), rows["faults"].to_pylist(), strict=True)
        yield from (digest for digest, faults in told if not is_erased(faults))


def take_long_lines_away(damage: Damage | None) -> None:
    """Take damaged long lines away, as those that are there are not kept again. Raises PlaceError."""
    for place in {} if damage is None else damage.long_lines:
        if places.exists(place):
            places.remove(place)
