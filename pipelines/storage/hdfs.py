"""HDFS as fsspec's other file systems are: its files can be sought in and told of as Python's can."""

import io
from functools import partial
from os import SEEK_CUR, SEEK_END
from typing import IO, TYPE_CHECKING, Any, cast

from hdfs_native.fsspec import HdfsFileSystem, ViewfsFileSystem

from pipelines.storage.waiting import PIECE, within

if TYPE_CHECKING:
    from hdfs_native import FileReader, FileWriter
    from typing_extensions import Buffer

CLIENTS = list[Any]()
"""All clients that there are: one that ends in a forked process waits for threads which only its parent has."""
BUFFER = 64 * 1024
"""How many bytes are asked for at least: a request takes longer than these."""


class Read(io.RawIOBase):
    """A file to read, of which the client knows the length from the beginning."""

    def __init__(self, file: "FileReader") -> None:
        super().__init__()
        self._file, self._place = file, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a byte, also behind the last, where there is nothing to read."""
        self._place = offset + {SEEK_CUR: self._place, SEEK_END: len(self._file)}.get(whence, 0)
        return self._place

    def tell(self) -> int:
        """The byte that is read next."""
        return self._place

    def readinto(self, buffer: "Buffer") -> int:
        """Read as many bytes as fit and are there, and one call asks for. Raises TimeoutError, OSError."""
        into = memoryview(buffer)
        size = max(0, min(len(into), len(self._file) - self._place, PIECE))
        if size:
            into[:size] = within(self._file.read_range, self._place, size)
            self._place += size
        return size


class Written(io.RawIOBase):
    """A file to write, which is whole once it is closed."""

    def __init__(self, file: "FileWriter") -> None:
        super().__init__()
        self._file, self._size = file, 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def write(self, data: "Buffer") -> int:
        """Write all bytes. Raises TimeoutError, OSError."""
        given = memoryview(data).cast("B")
        for start in range(0, given.nbytes, PIECE):
            within(self._file.write, bytes(given[start : start + PIECE]))
        self._size += given.nbytes
        return given.nbytes

    def close(self) -> None:
        """Close the file, once; what was written is there then. Raises TimeoutError, OSError."""
        if not self.closed:
            super().close()
            within(self._file.close)


class Bounded:
    """A client whose calls all have bounds."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return partial(within, getattr(self._client, name))


class _Files:
    """What both kinds of file systems of Hadoop have in common."""

    def __init__(self, *address: Any, **options: Any) -> None:
        super().__init__(*address, **options)
        CLIENTS.append(self.client)  # type: ignore[has-type]
        self.client = Bounded(self.client)  # type: ignore[has-type]

    def _open(self, path: str, mode: str = "rb", **options: Any) -> IO[bytes]:
        """A file to read, or a new one to write, in place of one that is there."""
        file = super()._open(path, mode, **options)  # type: ignore[misc]
        if mode == "rb":
            return io.BufferedReader(Read(file), BUFFER)
        return cast("IO[bytes]", Written(file))


class Hdfs(_Files, HdfsFileSystem):  # type: ignore[misc]
    """The files of one cluster."""


class Viewfs(_Files, ViewfsFileSystem):  # type: ignore[misc]
    """The files of several clusters, as Hadoop's configuration mounts them."""
