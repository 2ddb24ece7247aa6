"""Records of a queue, or objects of a notice: what fits of them is taken, and which of them failed is told."""

import io
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from pipelines.door.unpacking import unpacked
from pipelines.errors import NewsfeedError
from pipelines.serverless.batch import Batch
from pipelines.serverless.lines import judged

LOGGER = logging.getLogger(__name__)
LONGEST = 16 * 1024
"""So many characters are told of a record."""


class UnknownCallError(NewsfeedError):
    """The function is called with what it does not know."""


@dataclass(frozen=True)
class Record:
    """Lines that came together: who sent them knows them by the identifier, who reads of them by the name.

    `open` gives their bytes, or raises a NewsfeedError.
    """

    identifier: str
    name: str
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Failure:
    """A record that has a line which does not fit, or that cannot be read, and what is wrong with it."""

    record: Record
    told: str


def take(records: Iterable[Record], latest: int) -> list[Failure]:
    """Put the lines that fit into the inbox, as one object; the records that failed, which are logged too.

    A line is taken whatever stands beside it: one that comes again with its record is a duplicate. Events are of the
    latest time (UTC microseconds) at most. Raises InboxError, so that all records come again.
    """
    with Batch() as batch:
        failures = [failure for record in records if (failure := _failure(record, batch, latest))]
        batch.put()
    for failure in failures:
        LOGGER.warning("%s does not fit: %s", failure.record.name, failure.told)
    return failures


def _failure(record: Record, batch: Batch, latest: int) -> Failure | None:
    """Add the lines of a record that fit to a batch; what is wrong with the record, if anything is."""
    told, size = list[str](), 0
    for fault in _faults(record, batch, latest):
        size += len(fault)
        if size <= LONGEST:
            told.append(fault)
        elif told[-1] != "…":
            told.append("…")
    return Failure(record, " | ".join(told)) if told else None


def _faults(record: Record, batch: Batch, latest: int) -> Iterator[str]:
    """The faults of a record; the lines that fit go to the batch."""
    try:
        with record.open() as file, unpacked(file) as lines:
            for line in judged(lines, latest):
                if line.faults:
                    yield from (f"line {line.number}: {fault}" for fault in line.faults)
                else:
                    batch.add(line.raw)
    except NewsfeedError as fault:
        yield str(fault)


def unreadable(identifier: str, name: str, fault: NewsfeedError) -> Record:
    """A record of which it is known already that it cannot be read, and why."""

    def fail() -> IO[bytes]:
        raise fault

    return Record(identifier, name, fail)


def in_memory(data: bytes) -> IO[bytes]:
    """Bytes as a file."""
    return io.BytesIO(data)


def text_of(given: object, *path: str) -> str:
    """The text at a path of names within what a function is called with. Raises UnknownCallError when it is none."""
    found = given
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str):
        told = "nothing" if found is None else type(found).__name__
        raise UnknownCallError(f"{'.'.join(path)}: expected a text, found {told}")
    return found
