"""Objects of a store as files: read by blocks, written by parts, there whole once they are closed."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOENT
from typing import Any, Self

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

AHEAD = 256 * 1024
"""How many bytes one request asks for, at least: a file is often read on from where it was read."""
NO_BUCKET = "NoSuchBucket"
"""How S3 says that there is no bucket."""
NO_END = ("NotPartial", " 416 ", "NotSupported")
"""How stores say that an object has no end to be asked for: it is empty, or they (Azure) know none."""
PART = 8 * 1024 * 1024
"""How many bytes one request writes at most."""


@contextmanager
def telling(key: str) -> Iterator[None]:
    """Raise what the client tells of as the system would."""
    try:
        yield
    except FileNotFoundError as fault:
        if NO_BUCKET in str(fault):
            raise OSError(str(fault)) from fault
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT), key) from fault
    except (PermissionDeniedError, UnauthenticatedError) as fault:
        raise PermissionError(str(fault)) from fault
    except BaseError as fault:
        raise OSError(str(fault)) from fault


class Reader(io.RawIOBase):
    """An object to read, of which one request asks for a block; the end, with what ends a Parquet file, is one."""

    def __init__(self, store: Any, key: str) -> None:
        """Raises FileNotFoundError, OSError."""
        super().__init__()
        self._store, self._key, self._at = store, key, 0
        with telling(key):
            self.size, self._block = _ending(store, key)
        self._start = self.size - len(self._block)

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The byte at which it is read on."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Read on at another byte."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence])
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """The next bytes, fewer only at the end. Raises OSError."""
        start = self._at
        end = self.size if size is None or size < 0 else min(self.size, start + size)
        if start >= end:
            return b""
        if start < self._start or end > self._start + len(self._block):
            self._fetch(start, end)
        self._at = end
        return self._block[start - self._start : end - self._start]

    def readall(self) -> bytes:
        """All bytes that follow. Raises OSError."""
        return self.read()

    def readinto(self, buffer: Any) -> int:
        """Put the next bytes into a buffer; how many. Raises OSError."""
        into = memoryview(buffer).cast("B")
        found = self.read(len(into))
        into[: len(found)] = found
        return len(found)

    def readline(self, _: int | None = -1) -> bytes:
        """The next line, with what ends it, however long it is. Raises OSError."""
        line = bytearray()
        while piece := self.read(max(0, self._start + len(self._block) - self._at) or AHEAD):
            end = piece.find(b"\n") + 1
            line += piece[:end] if end else piece
            if end:
                self._at -= len(piece) - end
                break
        return bytes(line)

    def _fetch(self, start: int, end: int) -> None:
        last = max(0, self.size - AHEAD)
        start, end = (last, self.size) if start >= last else (start, min(self.size, max(end, start + AHEAD)))
        with telling(self._key):
            self._start, self._block = start, bytes(obstore.get_range(self._store, self._key, start=start, end=end))


def _ending(store: Any, key: str) -> tuple[int, bytes]:
    """The size of an object, and the bytes at its end, which one request tells unless it is empty."""
    try:
        found = obstore.get(store, key, options={"range": {"suffix": AHEAD}})
        return int(found.meta["size"]), bytes(found.bytes())
    except BaseError as fault:
        if not any(why in str(fault) for why in NO_END):
            raise
    return int(obstore.head(store, key)["size"]), b""


class Writer(io.RawIOBase):
    """A new object, which is there once it is closed; one that is left by a fault, or not closed, never is."""

    def __init__(self, store: Any, key: str) -> None:
        super().__init__()
        self._key, self._at = key, 0
        self._file: Any = obstore.open_writer(store, key, buffer_size=PART)

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._at

    def write(self, data: Any) -> int:
        """Write bytes behind those before. Raises OSError."""
        written = memoryview(data).cast("B")
        with telling(self._key):
            self._file.write(written)
        self._at += written.nbytes
        return written.nbytes

    def close(self) -> None:
        """Have the object there. Raises OSError."""
        file, self._file = self._file, None
        super().close()
        if file is not None:
            with telling(self._key):
                file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._file = None
        self.close()

    def __del__(self) -> None:
        """Leave what was not closed, which the base would close."""
        self._file = None
