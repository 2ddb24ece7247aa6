"""Pieces: the log's events, some of a file and type at a time, whose ids and times are kept once they were read.

Who looks for what some events name asks for the same few columns over and over.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa

from pipelines.events import CONTRACT
from pipelines.log.events import Fields, Log, every_event

MOST = 512 << 20
"""How many bytes of columns are kept at most."""


class Piece(NamedTuple):
    """Which events of a file these are: the n-th that are read of a type."""

    place: str
    event_type: str
    number: int


class Pieces:
    """The events of a log's files, of whichever landings and times."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._kept: dict[tuple[str, str, str], list[pa.ChunkedArray]] = {}
        self._size = 0

    @property
    def places(self) -> list[str]:
        """The files."""
        return [place for place, _ in self.log.files]

    def of(self, place: str, fields: Fields) -> Iterator[tuple[Piece, pa.Table]]:
        """The events of a file with these fields; none of those types of which none is asked for."""
        asked = {event_type: names for event_type in CONTRACT if (names := tuple(dict.fromkeys(fields(event_type))))}
        columns = self._columns(place, asked)
        for event_type, names in asked.items():
            of_each = zip(*(columns[event_type, name] for name in names), strict=True)
            for number, values in enumerate(of_each):
                yield Piece(place, event_type, number), pa.table(dict(zip(names, values, strict=True)))

    def _columns(self, place: str, asked: dict[str, tuple[str, ...]]) -> dict[tuple[str, str], list[pa.ChunkedArray]]:
        """By type and name the columns of a file, piece by piece: those that are kept, and those that are read now."""
        wanted = {(event_type, name) for event_type, names in asked.items() for name in names}
        found = {one: self._kept[place, *one] for one in wanted if (place, *one) in self._kept}
        lacking = wanted - found.keys()
        if lacking:
            read = self._read(place, lacking)
            self._keep(place, read)
            found |= read
        return found

    def _read(self, place: str, lacking: set[tuple[str, str]]) -> dict[tuple[str, str], list[pa.ChunkedArray]]:
        read: dict[tuple[str, str], list[pa.ChunkedArray]] = {one: [] for one in lacking}

        def names(event_type: str) -> list[str]:
            return sorted(name for kind, name in lacking if kind == event_type)

        for event_type, events in every_event(place, names):
            for name in events.column_names:
                read[event_type, name].append(events[name])
        return read

    def _keep(self, place: str, read: dict[tuple[str, str], list[pa.ChunkedArray]]) -> None:
        """Keep columns of numbers and times, as long as there is room."""
        for one, values in read.items():
            size = sum(value.nbytes for value in values)
            if _are_numbers(values) and self._size + size <= MOST:
                self._kept[place, *one] = values
                self._size += size


def _are_numbers(values: Iterable[pa.ChunkedArray]) -> bool:
    return all(pa.types.is_primitive(value.type) for value in values)
