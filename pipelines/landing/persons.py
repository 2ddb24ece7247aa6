"""Whose lines are in quarantine: of lines that did not fit it is told which persons they are of, by their bytes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType

from pipelines.adapters import EVENTS, load_people, unescaped
from pipelines.clock import micros

TIME = re.compile(rb'"event_time"\s*:\s*"([^"]*)"')
OVERLAP = 4096
"""How many bytes of a piece are looked at again with the next one: more than a name or an id has."""
NONE: Mapping[bytes, int] = MappingProxyType({})


class Persons:
    """Persons by id, up to when their events are theirs, and by the ids of their events, and names, if these are known.

    A line is a person's if it names the person as its actor, or one of the person's events by its id; one of another
    network if it has the person's name, wherever that is in it.
    """

    def __init__(
        self, until: Mapping[int, int], events: Mapping[bytes, int] = NONE, names: Mapping[bytes, int] = NONE
    ) -> None:
        self._until, self._events, self._names = until, events, names

    def of(self, pieces: Iterable[bytes], format_name: str) -> set[int]:
        """The persons whose line it is, which is given in pieces."""
        return {person for part in _overlapping(pieces) for person in self._in(part, format_name)}

    def of_later(self, line: bytes, format_name: str) -> set[int]:
        """The same of a line that came later: not if it is of a time of which their events are not erased."""
        found = self.of([line], format_name)
        time = _time_of(line) if found and format_name == EVENTS else None
        return found if time is None else {person for person in found if time <= self._until[person]}

    def _in(self, part: bytes, format_name: str) -> Iterator[int]:
        yield from self._until.keys() & set(load_people(format_name)(part))
        if self._events:
            yield from (self._events[one] for one in self._events.keys() & set(unescaped(part).split(b'"')))
        for name, person in self._names.items():
            if name in part:
                yield person


def _overlapping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, each behind the end of the one before."""
    before = b""
    for piece in pieces:
        part = before + piece
        yield part
        before = part[-OVERLAP:]


def _time_of(line: bytes) -> int | None:
    """The earliest time that a line says it is of, in microseconds; None where that cannot be read."""
    times = []
    for text in TIME.findall(line):
        with suppress(ValueError, OverflowError, TypeError):
            times.append(micros(datetime.fromisoformat(text.decode())))
    return min(times, default=None)
