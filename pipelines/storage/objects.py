"""Object stores (S3, Google's, Azure's) as a file system: objects by key in a bucket, whole once they are there.

They have no folders: one is there while there is an object below it. They rename by a copy.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOENT
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import from_url

from pipelines.storage import stores
from pipelines.storage.filesystems import FileSystem

AHEAD = 256 * 1024
"""How many bytes one request asks for, at least: a file is often read on from where it was read."""
NO_BUCKET = "NoSuchBucket"
"""How S3 says that there is no bucket."""
NO_END = ("NotPartial", " 416 ", "NotSupported")
"""How stores say that an object has no end to be asked for: it is empty, or they (Azure) know none."""
PART = 8 * 1024 * 1024
"""How many bytes one request writes at most."""


@contextmanager
def _telling(key: str) -> Iterator[None]:
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


class ObjectStore(FileSystem):
    """The objects of one bucket; a path is a key behind a slash."""

    root_marker = "/"

    def __init__(self, bucket: str, **options: Any) -> None:
        """The bucket is given by its URL, without a path. Raises OSError."""
        super().__init__(**options)
        with _telling(bucket):
            self._store = from_url(bucket, **stores.for_files(bucket))

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        return "/" + (urlsplit(path).path if "://" in path else path).strip("/")

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, str]:
        url = urlsplit(path)
        return {"bucket": f"{url.scheme}://{url.netloc}"}

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What is at a path. Raises FileNotFoundError, OSError."""
        key = _key(path)
        with _telling(path):
            try:
                return _file(obstore.head(self._store, key)) if key else _folder("")
            except FileNotFoundError:
                if next(iter(obstore.list(self._store, key, chunk_size=1)), None):
                    return _folder(key)
                raise

    def ls(self, path: str, **options: Any) -> list[Any]:
        """What is directly below a path: nothing where there is nothing. Raises OSError."""
        with _telling(path):
            found = obstore.list_with_delimiter(self._store, _key(path))
        entries = [*map(_folder, found["common_prefixes"]), *map(_file, found["objects"])]
        return entries if options.get("detail", True) else [entry["name"] for entry in entries]

    def find(self, path: str, **options: Any) -> Any:
        """All objects below a path. Raises OSError."""
        if options.get("withdirs") or options.get("maxdepth") is not None:
            return super().find(path, **options)
        with _telling(path):
            files = [_file(one) for some in obstore.list(self._store, _key(path)) for one in some]
        found = {file["name"]: file for file in files}
        return found if options.get("detail") else list(found)

    def modified(self, path: str) -> Any:
        """When an object was written. Raises FileNotFoundError, OSError."""
        return self.info(path)["mtime"]

    def makedirs(self, path: str, **_: Any) -> None:
        """Nothing: there are no folders."""

    def mv(self, path1: str, path2: str, **_: Any) -> None:
        """Copy an object and remove it. Raises FileNotFoundError, OSError."""
        with _telling(path1):
            obstore.rename(self._store, _key(path1), _key(path2))

    def put_file(self, lpath: str, rpath: str, **_: Any) -> None:
        """Bring a local file here. Raises OSError."""
        with _telling(rpath):
            obstore.put(self._store, _key(rpath), Path(lpath))

    def rm(self, path: str, *, recursive: bool = False, **_: Any) -> None:
        """Remove an object, or all below a path; what is not there is no fault. Raises OSError."""
        keys = list(map(_key, self.find(path))) if recursive else [_key(path)]
        with _telling(path):
            obstore.delete(self._store, keys)

    def open(self, path: str, mode: str = "rb", **_: Any) -> "Reader | Writer":
        """An object to read, or a new one to write. Raises FileNotFoundError, OSError."""
        return Reader(self._store, _key(path)) if mode == "rb" else Writer(self._store, _key(path))


def _key(path: str) -> str:
    return path.strip("/")


def _file(about: Any) -> dict[str, Any]:
    return {"name": f"/{about['path']}", "type": "file", "size": about["size"], "mtime": about["last_modified"]}


def _folder(key: str) -> dict[str, Any]:
    return {"name": f"/{key}", "type": "directory", "size": 0}


class Reader(io.RawIOBase):
    """An object to read, of which one request asks for a block; the end, with what ends a Parquet file, is one."""

    def __init__(self, store: Any, key: str) -> None:
        """Raises FileNotFoundError, OSError."""
        super().__init__()
        self._store, self._key, self._at = store, key, 0
        with _telling(key):
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
        with _telling(self._key):
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
        with _telling(self._key):
            self._file.write(written)
        self._at += written.nbytes
        return written.nbytes

    def close(self) -> None:
        """Have the object there. Raises OSError."""
        file, self._file = self._file, None
        super().close()
        if file is not None:
            with _telling(self._key):
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
