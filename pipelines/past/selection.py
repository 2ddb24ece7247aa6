"""Selection: those events of the log that name some ids, found column by column, so that little else is read."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, Int64s, arrow, bools, flags, int64s
from pipelines.cores import cores
from pipelines.log.events import Fields, Log

Found = TypeVar("Found")


class Naming(NamedTuple):
    """Events of some types that name one of these ids in a column, which may have lists of them."""

    types: tuple[str, ...]
    column: str
    ids: Int64s


class Piece(NamedTuple):
    """Which events of a file these are: the n-th that are read of a type."""

    place: str
    event_type: str
    number: int


class Selection:
    """Events of a log, more and more of them."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._chosen: dict[Piece, Bools] = {}

    def add(self, *wanted: Naming) -> None:
        """Add what names these ids, in one pass over the log."""

        def fields(event_type: str) -> list[str]:
            return list(dict.fromkeys(one.column for one in wanted if event_type in one.types))

        for found in self._of_each_file(partial(self._naming, wanted, fields)):
            for piece, chosen in found.items():
                before = self._chosen.get(piece)
                self._chosen[piece] = chosen if before is None else before | chosen

    def _naming(self, wanted: Sequence[Naming], fields: Fields, place: str) -> dict[Piece, Bools]:
        found = {}
        for piece, events in self._pieces(place, fields):
            asked = (one for one in wanted if piece.event_type in one.types)
            chosen = np.logical_or.reduce([_names(events[one.column], one.ids) for one in asked])
            if chosen.any():
                found[piece] = chosen
        return found

    def ids(self, types: tuple[str, ...], *columns: str) -> Int64s:
        """The ids that events of some types that were added name in these columns, ascending."""
        found = self.events(lambda event_type: columns if event_type in types else ())
        named = [int64s(events[name].drop_null()) for events in found.values() for name in columns]
        return np.unique(np.concatenate([np.empty(0, np.int64), *named]))

    def events(self, fields: Fields) -> dict[str, pa.Table]:
        """These fields of the events that were added, by type; of those types of which any field is asked for."""
        pieces = defaultdict(list)
        for of_file in self._of_each_file(partial(self._events, fields)):
            for event_type, events in of_file:
                pieces[event_type].append(events)
        return {event_type: pa.concat_tables(events) for event_type, events in pieces.items()}

    def _events(self, fields: Fields, place: str) -> list[tuple[str, pa.Table]]:
        of_file = {piece.event_type for piece in self._chosen if piece.place == place}
        asked = self._pieces(place, lambda event_type: fields(event_type) if event_type in of_file else ())
        chosen = ((piece, events, self._chosen.get(piece)) for piece, events in asked)
        return [(piece.event_type, events.filter(flags(rows))) for piece, events, rows in chosen if rows is not None]

    def _pieces(self, place: str, fields: Fields) -> Iterator[tuple[Piece, pa.Table]]:
        """The events of a file, some at a time; which these are does not depend on what is asked of them."""
        numbers: dict[str, int] = defaultdict(int)
        for event_type, events in self._log.events(place, fields):
            yield Piece(place, event_type, numbers[event_type]), events
            numbers[event_type] += 1

    def _of_each_file(self, task: Callable[[str], Found]) -> list[Found]:
        with ThreadPoolExecutor(cores()) as threads:
            return list(threads.map(task, [place for place, _ in self._log.files]))


def _names(column: pa.ChunkedArray, ids: Int64s) -> Bools:
    """Which values of a column, or lists of them, name one of the ids."""
    wanted = arrow(ids, pa.int64())
    if not pa.types.is_list(column.type):
        return bools(pc.is_in(column, wanted))
    lists = column.combine_chunks()
    named = bools(pc.is_in(pc.list_flatten(lists), wanted))
    found = np.zeros(len(lists), np.bool_)
    found[int64s(pc.list_parent_indices(lists))[named]] = True
    return found
