"""Extraction: one pass over the log makes the rows of all extracts, by bucket.

A task buffers the events of each type, so that it sorts and writes large pieces.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s
from pipelines.engines.base import Engine
from pipelines.inputs import Extract
from pipelines.log.events import Log
from pipelines.runs.exchange import ROWS, Sent, by_bucket, fetch, targets, written_to
from pipelines.storage import folders, places
from pipelines.storage.staging import writing_buckets

HELD = 4 * ROWS
"""How many rows of all types a task holds at most."""

Extracts = Sequence[Extract]


@dataclass(frozen=True)
class Extracted:
    """The files with the rows of each extract; each extract has a folder of its own.

    The rows of a bucket lie in portions, each with all rows of some owners: its task need not hold them all at once.
    """

    folder: str = ""
    sent: Mapping[str, tuple[Sent, ...]] = field(default_factory=dict)
    buckets: int = 1
    portions: range = range(1)

    def rows(self, one: Extract, bucket: int) -> pa.Table:
        """The rows that an extract brought to a bucket."""
        of_all = (fetch(self.sent[one.name], bucket + self.buckets * portion, one.schema) for portion in self.portions)
        return pa.concat_tables(of_all).combine_chunks()

    def by_portion(self) -> list["Extracted"]:
        """The rows of each portion."""
        return [replace(self, portions=range(portion, portion + 1)) for portion in self.portions]

    def has(self, extracts: Extracts) -> bool:
        """Whether events gave rows to any of these extracts."""
        return any(self.sent[one.name] for one in extracts)

    def of(self, extracts: Extracts) -> "Extracted":
        """The rows of just these extracts."""
        return replace(self, sent={one.name: self.sent[one.name] for one in extracts})

    def and_more(self, others: "Extracted") -> "Extracted":
        """These rows, and those of others, in as many buckets and portions."""
        return replace(self, sent={name: (*sent, *others.sent.get(name, ())) for name, sent in self.sent.items()})

    def remove(self, extracts: Iterable[Extract]) -> None:
        """Delete the rows of these extracts, which nothing needs any more."""
        for one in extracts:
            folders.remove(places.join(self.folder, one.name))


def extract(engine: Engine, log: Log, extracts: Extracts, buckets: int, folder: str, portions: int = 1) -> Extracted:
    """Run the extracts over the log's events, into new files of the folder."""
    for one in extracts:
        folders.make(places.join(folder, one.name))
    told = engine.run(partial(_extract, log, extracts, buckets * portions, folder), log.shares(engine.slots))
    sent = {one.name: tuple(share[one.name] for share in told if one.name in share) for one in extracts}
    return Extracted(folder, sent, buckets, range(portions))


def _extract(log: Log, extracts: Extracts, buckets: int, folder: str, share: Sequence[str]) -> dict[str, Sent]:
    """The task: run the extracts over the events of some files; by extract the file that it wrote, if it has rows."""
    name = uuid.uuid4().hex
    with ExitStack() as stack:
        stages = {
            one.name: stack.enter_context(writing_buckets(places.join(folder, one.name, name))) for one in extracts
        }
        read = chain.from_iterable(log.events(place, partial(_fields, extracts)) for place in share)
        for event_type, events in _many(read):
            for one in _asking(extracts, event_type):
                rows = one.rows(event_type, events.select(one.fields))
                for bucket, of_bucket in by_bucket(targets(rows, one.by, buckets), rows):
                    stages[one.name].write(bucket, of_bucket)
    told = {one: written_to(stage) for one, stage in stages.items()}
    return {one: sent for one, sent in told.items() if sent is not None}


def owners_named(log: Log, extracts: Extracts) -> dict[str, Int64s]:
    """By extract whom the events name, ascending: the values of its column `by`, 0 without one; nothing is written."""
    named: dict[str, list[Int64s]] = {one.name: [np.empty(0, np.int64)] for one in extracts}
    read = chain.from_iterable(log.events(place, partial(_fields, extracts)) for place, _ in log.files)
    for event_type, events in _many(read):
        for one in _asking(extracts, event_type):
            rows = one.rows(event_type, events.select(one.fields))
            named[one.name].append(np.unique(int64s(rows[one.by])) if one.by else np.zeros(1, np.int64))
    return {name: np.unique(np.concatenate(ids)) for name, ids in named.items()}


def _asking(extracts: Extracts, event_type: str) -> list[Extract]:
    """The extracts that take events of a type."""
    return [one for one in extracts if not one.types or event_type in one.types]


def _fields(extracts: Extracts, event_type: str) -> list[str]:
    """The fields that the extracts take of events of a type, each once."""
    return list(dict.fromkeys(chain.from_iterable(one.fields for one in _asking(extracts, event_type))))


def _many(read: Iterable[tuple[str, pa.Table]]) -> Iterator[tuple[str, pa.Table]]:
    """The events by type, in large tables."""
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
