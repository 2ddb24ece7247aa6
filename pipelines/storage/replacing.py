"""Files that take the place of others only when they are whole."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from pipelines.storage import places
from pipelines.storage.places import PlaceError


@contextmanager
def replacing(place: str) -> Iterator[IO[bytes]]:
    """A file that is written beside the place and, once it is whole and on disk, takes that place.

    Until then what was there stays, and it stays when writing fails. Raises PlaceError.
    """
    if places.is_stream(place):
        with places.writing(place) as file:
            yield file
        return
    target = place if places.is_url(place) else os.path.realpath(place)
    beside = places.join(target.rpartition("/")[0], f".{uuid.uuid4().hex}.tmp")
    try:
        with places.writing(beside) as file:
            yield file
            _settle(file, target)
        places.rename(beside, target)
    except BaseException as fault:
        with suppress(PlaceError):
            places.remove(beside)
        if isinstance(fault, OSError):
            raise PlaceError(f"cannot write {place}: {fault.strerror or fault}") from fault
        if isinstance(fault, PlaceError):
            raise PlaceError(str(fault).replace(beside, place)) from fault
        raise


def _settle(file: IO[bytes], target: str) -> None:
    """Bring a local file to disk, with the permissions of the one whose place it takes."""
    if not places.is_url(target):
        file.flush()
        os.fsync(file.fileno())
        if Path(target).exists():
            shutil.copymode(target, file.name)
