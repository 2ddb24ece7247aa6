"""Sifting: one pass over the log makes of each event what is asked of it, and brings that to its bucket.

A task holds the events of each type until they are many, so that it sorts and writes large pieces.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

import pyarrow as pa

from pipelines.engines.base import Engine
from pipelines.projections import Sift
from pipelines.runner.log import Log
from pipelines.runner.scattering import ROWS, Piece, Pieces, by_bucket, by_target, gathered, targets
from pipelines.storage import places
from pipelines.storage.stages import write_table

HELD = 4 * ROWS
"""How many rows of all types a task holds at most."""

Sifts = Sequence[Sift]


@dataclass(frozen=True)
class Sifted:
    """By sift and bucket, where the rows are that were made of the log, in a folder for each sift."""

    folder: str = ""
    pieces: Mapping[str, Mapping[int, Pieces]] = field(default_factory=dict)

    def rows(self, one: Sift, bucket: int) -> pa.Table:
        """The rows that a sift brought to a bucket."""
        pieces = self.pieces[one.name].get(bucket)
        return gathered(pieces).combine_chunks() if pieces else one.schema.empty_table()

    def of(self, sifts: Sifts) -> "Sifted":
        """What just these sifts made."""
        return Sifted(self.folder, {one.name: self.pieces[one.name] for one in sifts})

    def remove(self, sifts: Iterable[Sift]) -> None:
        """Take away what these sifts made, which nothing needs any more."""
        for one in sifts:
            places.remove_folder(places.join(self.folder, one.name))


def sift(engine: Engine, log: Log, sifts: Sifts, buckets: int, folder: str) -> Sifted:
    """What the sifts make of the log's events, in new files of the folder."""
    for one in sifts:
        places.make_folder(places.join(folder, one.name))
    told = chain.from_iterable(engine.run(partial(_sift, log, sifts, buckets, folder), log.shares(engine.slots)))
    pieces: dict[str, list[tuple[int, Piece]]] = {one.name: [] for one in sifts}
    for name, bucket, piece in told:
        pieces[name].append((bucket, piece))
    return Sifted(folder, {name: by_target(found) for name, found in pieces.items()})


def _sift(log: Log, sifts: Sifts, buckets: int, folder: str, share: Sequence[str]) -> list[tuple[str, int, Piece]]:
    """The task that sifts the events of some files: the pieces that it wrote, in a file for each sift."""
    told, name = [], uuid.uuid4().hex
    at = {one.name: places.join(folder, one.name, name) for one in sifts}
    with ExitStack() as stack:
        files = {one: stack.enter_context(places.writing(place)) for one, place in at.items()}
        read = chain.from_iterable(log.events(place, partial(_fields, sifts)) for place in share)
        for event_type, events in _many(read):
            for one in _asking(sifts, event_type):
                rows = one.rows(event_type, events.select(one.fields))
                for bucket, of_bucket in by_bucket(targets(rows, one.by, buckets), rows):
                    told.append((one.name, bucket, (at[one.name], write_table(files[one.name], of_bucket))))
    return told


def _asking(sifts: Sifts, event_type: str) -> list[Sift]:
    """The sifts that take events of a type."""
    return [one for one in sifts if not one.types or event_type in one.types]


def _fields(sifts: Sifts, event_type: str) -> list[str]:
    """What is asked of events of a type, each field once."""
    return list(dict.fromkeys(chain.from_iterable(one.fields for one in _asking(sifts, event_type))))


def _many(read: Iterable[tuple[str, pa.Table]]) -> Iterator[tuple[str, pa.Table]]:
    """The events by type, many at a time."""
    held: dict[str, list[pa.Table]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for event_type, events in read:
        held[event_type].append(events)
        counts[event_type] += events.num_rows
        if sum(counts.values()) >= HELD:
            most = max(counts, key=counts.__getitem__)
            yield most, pa.concat_tables(held.pop(most))
            del counts[most]
    for event_type, count in counts.items():
        if count:
            yield event_type, pa.concat_tables(held[event_type])
