"""Checksums: what is read of a data file is what was written, or a DamagedFile says which file is not.

The name of a file of ours has the CRC-32 of all its bytes and of its footer, and each of its pages has one of its own.
Our readers compare the footer's and those of the pages that they read; before any other reader, all bytes are compared.
"""

import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from os import SEEK_END
from typing import IO

from pipelines.storage import places
from pipelines.storage.lake import remedy
from pipelines.storage.naming import checksums_in
from pipelines.storage.places import PlaceError

BLOCK = 1 << 20
TAIL = 8
"""The bytes behind a footer: its length, and what every Parquet file ends with."""


class DamagedFile(PlaceError):
    """A data file is not what was written, or is not there; the message says which, and what helps."""

    transient = False


def damaged(place: str, found: str) -> DamagedFile:
    """What to say of a data file that is not as it should be."""
    return DamagedFile(f"{place} is damaged: {found}; {remedy(place)}")


@contextmanager
def reading(place: str) -> Iterator[IO[bytes]]:
    """The bytes of a data file. Raises DamagedFile when it is missing, PlaceError when it cannot be read."""
    with _telling(place), places.reading(place) as file:
        yield file


@contextmanager
def _telling(place: str) -> Iterator[None]:
    """Tell of a data file that is missing as a DamagedFile."""
    try:
        yield
    except PlaceError as fault:
        if isinstance(fault.__cause__, FileNotFoundError):
            raise DamagedFile(f"{place} is missing; {remedy(place)}") from fault
        raise


class Summed:
    """A new file to write to, which adds up the checksum of its bytes; once that failed, nothing more is tried."""

    def __init__(self, place: str) -> None:
        self.whole, self.size, self._failed = 0, 0, False
        self._file = places.created(place)

    def write(self, data: bytes) -> int:
        """Write bytes behind those before."""
        self.whole, self.size = zlib.crc32(data, self.whole), self.size + len(data)
        with self._trying():
            self._file.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing: what is written is read only once the file is closed."""

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._file.closed

    def close(self) -> None:
        """Nothing: Arrow closes also what is left by a fault, which is not to be there then."""

    def end(self) -> None:
        """Close the file, which is there then."""
        with self._trying():
            self._file.close()

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """Raise what fails, but only once: Arrow tells of the rest on its own as it closes the file."""
        try:
            yield
        except OSError:
            if not self._failed:
                self._failed = True
                raise


def footer_checksum(place: str) -> int:
    """The checksum of a Parquet file's footer, with what ends the file. Raises DamagedFile when there is none."""
    with reading(place) as file:
        return _footer(place, file)


def _footer(place: str, file: IO[bytes]) -> int:
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - TAIL))
    length = int.from_bytes(file.read(4), "little")
    if size < length + TAIL:
        raise damaged(place, f"expected a Parquet file, found {size} bytes without a footer")
    file.seek(size - length - TAIL)
    return zlib.crc32(file.read())


def open_verified(place: str) -> IO[bytes]:
    """A data file, which its reader closes, whose footer has the checksum in its name, if there is one.

    Raises DamagedFile, also for a file that ends without a footer or is missing, and PlaceError.
    """
    with _telling(place):
        file = places.opened(place)
    try:
        with places.telling("read", place):
            expected, found = checksums_in(place), _footer(place, file)
            if expected is not None:
                _require(place, "footer", expected.footer, found)
    except BaseException:
        file.close()
        raise
    return file


def verify(place: str) -> None:
    """Compare all bytes of a data file with the checksum in its name; a file without is there and has a footer.

    Raises DamagedFile, PlaceError.
    """
    expected = checksums_in(place)
    if expected is None:
        footer_checksum(place)
        return
    with reading(place) as file:
        found = _whole(file)
    _require(place, "file", expected.whole, found)


def verify_all(files: Iterable[str]) -> None:
    """Verify data files, several at once."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(verify, files))


def faults(files: Iterable[tuple[str, int]]) -> dict[str, str]:
    """Of data files with the sizes that they should have, by place, those that are not as they were written.

    What is wrong with each is told in a line. Raises PlaceError.
    """
    with ThreadPoolExecutor() as pool:
        return {place: told for place, told in pool.map(_fault, files) if told is not None}


def _fault(file: tuple[str, int]) -> tuple[str, str | None]:
    place, size = file
    try:
        verify(place)
        found = places.size(place)
        if found != size:
            raise damaged(place, f"expected {size:,} bytes, found {found:,}")
    except DamagedFile as fault:
        return place, str(fault)
    return place, None


def are_whole(files: Iterable[tuple[str, int]]) -> bool:
    """Whether data files are there as they were written. Raises PlaceError when one cannot be read."""
    return not faults(files)


def _whole(file: IO[bytes]) -> int:
    found = 0
    while data := file.read(BLOCK):
        found = zlib.crc32(data, found)
    return found


def _require(place: str, part: str, expected: int, found: int) -> None:
    if expected != found:
        raise damaged(place, f"expected a {part} with the checksum {expected:08x}, found {found:08x}")
