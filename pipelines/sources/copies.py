"""Copies of what can be read but once, in the scratch folder."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from io import UnsupportedOperation
from select import POLLIN, poll
from typing import IO

from pipelines.storage import places
from pipelines.storage.listing import FILE, Entry

PIECE = 1024 * 1024
"""How many bytes are read at once at most."""
HEARD_WITHIN = 500
"""The milliseconds after which it is looked whether a signal came."""


def copy_of(stream: IO[bytes], source: str, scratch: str) -> Entry:
    """A new file with all that a stream of bytes gives. Raises PlaceError, which names the source."""
    place = places.join(scratch, f"copy-{uuid.uuid4().hex}")
    with places.writing(place) as file:
        for data in _all_of(source, stream):
            file.write(data)
    return Entry(place, FILE, places.size(place))


def _all_of(source: str, stream: IO[bytes]) -> Iterator[bytes]:
    """What a stream gives, as it comes."""
    with places.telling("read", source):
        while data := _next(stream):
            yield data


def _next(stream: IO[bytes]) -> bytes:
    """The next bytes, none at the end; a signal that comes right before the system waits for them is heard soon."""
    with suppress(UnsupportedOperation):  # what stands for a stream in this process does not wait
        waiting = poll()
        waiting.register(stream.fileno(), POLLIN)
        while not waiting.poll(HEARD_WITHIN):
            pass
    data: bytes = stream.read1(PIECE)  # type: ignore[attr-defined]
    return data
