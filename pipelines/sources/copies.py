"""Copies of what can be read but once, in the scratch folder."""

import uuid
from collections.abc import Iterator
from typing import IO

from pipelines.sources import pieces
from pipelines.storage import places
from pipelines.storage.listing import FILE, Entry


def copy_of(stream: IO[bytes], source: str, scratch: str) -> Entry:
    """A new file with all that a stream of bytes gives. Raises PlaceError, which names the source."""
    place = places.join(scratch, f"copy-{uuid.uuid4().hex}")
    with places.writing(place) as file:
        for data in _all_of(source, stream):
            file.write(data)
    return Entry(place, FILE, places.size(place))


def _all_of(source: str, stream: IO[bytes]) -> Iterator[bytes]:
    with places.telling("read", source):
        while data := stream.read(pieces.BLOCK):
            yield data
