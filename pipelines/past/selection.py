"""Selection: those events of the log that name some ids, found column by column, so that little else is read."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Bools, Int64s, arrow, bools, flags, int64s, repeated
from pipelines.cores import cores
from pipelines.inputs import EVENT_ID, EVENT_TIME
from pipelines.log.events import Fields
from pipelines.past.pieces import Piece, Pieces

Found = TypeVar("Found")


class Naming(NamedTuple):
    """Events of some types that name one of these ids in a column, which may have lists of them."""

    types: tuple[str, ...]
    column: str
    ids: Int64s


class Selection:
    """Events of a log, more and more of them."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._chosen: dict[Piece, Bools] = {}

    def add(self, *wanted: Naming) -> None:
        """Add what names these ids, in one pass over the log."""
        log = self._pieces.log

        def fields(event_type: str) -> list[str]:
            names = [one.column for one in wanted if event_type in one.types]
            return [*names, *log.bounded_by] if names else []

        def naming(place: str) -> Iterator[tuple[Piece, Bools]]:
            for piece, events in self._pieces.of(place, fields):
                asked = (one for one in wanted if piece.event_type in one.types)
                chosen = np.logical_or.reduce([_names(events[one.column], one.ids) for one in asked])
                if chosen.any():
                    yield piece, chosen & log.has(events)

        for piece, chosen in self._of_each_file(naming):
            before = self._chosen.get(piece)
            self._chosen[piece] = chosen if before is None else before | chosen

    def ids(self, types: tuple[str, ...], *columns: str) -> Int64s:
        """The ids that events of some types that were added name in these columns, ascending."""
        found = self._rows(lambda event_type: columns if event_type in types else ())
        named = [int64s(events[name].drop_null()) for events in found.values() for name in columns]
        return np.unique(np.concatenate([np.empty(0, np.int64), *named]))

    def events(self, fields: Fields) -> dict[str, pa.Table]:
        """These fields of the events that were added, by type; of those types of which any field is asked for."""
        return _by_type(self._rows(fields))

    def events_of_facts(self, fields: Fields) -> dict[str, pa.Table]:
        """The same to fold facts of: of events that alone happened at their time, whose ids decide nothing, no ids."""
        rows = self._rows(lambda event_type: [name for name in fields(event_type) if name != EVENT_ID])
        folded = {piece: events for piece, events in rows.items() if EVENT_ID in fields(piece.event_type)}
        tied = _tied({piece: int64s(events[EVENT_TIME]) for piece, events in folded.items()})
        ids = self._rows(lambda event_type: [EVENT_ID] if event_type in {piece.event_type for piece in tied} else ())
        for piece, events in folded.items():
            known = ids[piece][EVENT_ID] if piece in tied else repeated("", events.num_rows)
            rows[piece] = events.append_column(EVENT_ID, known)
        return _by_type(rows)

    def _rows(self, fields: Fields) -> dict[Piece, pa.Table]:
        """These fields of the events that were added, piece by piece."""
        chosen = {(piece.place, piece.event_type) for piece in self._chosen}

        def rows(place: str) -> Iterator[tuple[Piece, pa.Table]]:
            found = self._pieces.of(place, lambda kind: fields(kind) if (place, kind) in chosen else ())
            for piece, events in found:
                if piece in self._chosen:
                    yield piece, events.filter(flags(self._chosen[piece]))

        return dict(self._of_each_file(rows))

    def _of_each_file(self, task: Callable[[str], Iterator[Found]]) -> Iterator[Found]:
        with ThreadPoolExecutor(cores()) as threads:
            yield from chain.from_iterable(threads.map(lambda place: list(task(place)), self._pieces.places))


def _by_type(rows: Mapping[Piece, pa.Table]) -> dict[str, pa.Table]:
    pieces = defaultdict(list)
    for piece, events in rows.items():
        pieces[piece.event_type].append(events)
    return {event_type: pa.concat_tables(events) for event_type, events in pieces.items()}


def _tied(times: Mapping[Piece, Int64s]) -> set[Piece]:
    """The pieces with events of which others happened at the very time."""
    found, numbers = np.unique(np.concatenate([np.empty(0, np.int64), *times.values()]), return_counts=True)
    several = found[numbers > 1]
    return {piece for piece, some in times.items() if np.isin(some, several).any()}


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
