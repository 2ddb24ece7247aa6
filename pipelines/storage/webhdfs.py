"""HDFS over HTTP (WebHDFS): what putting files into it needs. Files are read from their beginning on only.

A file's bytes go to and come from a DataNode, whose address the NameNode gives. One that is cut off while it is written
looks whole, so it is for who writes to compare its length.
"""

import getpass
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from pipelines.storage.filesystems import FileSystem

if TYPE_CHECKING:
    from typing_extensions import Buffer

PATIENCE = 9
"""Seconds that a server has to answer."""
FAULTS = {
    "FileNotFoundException": FileNotFoundError,
    "FileAlreadyExistsException": FileExistsError,
    "AccessControlException": PermissionError,
    "SecurityException": PermissionError,
}
KINDS = {"FILE": "file", "DIRECTORY": "directory"}
HTTP_FAILED = 400
REDIRECTED = 307


class WebHdfs(FileSystem):
    """The files of one cluster, at the HTTP port of its NameNode."""

    protocol = "webhdfs"

    def __init__(self, host: str, port: int, **options: Any) -> None:
        super().__init__(host, port, **options)
        self._address = f"{host}:{port}"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return f"/{path.partition('://')[2].partition('/')[2]}" if "://" in path else path

    @staticmethod
    def _get_kwargs_from_urls(path: str) -> dict[str, Any]:
        url = urlsplit(path)
        return {"host": url.hostname or "localhost", "port": url.port or 9870}

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """What is at a path."""
        return _entry(path, self._told("GET", path, "GETFILESTATUS")["FileStatus"])

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: FBT001, FBT002 (fsspec's shape)
        """What is in a folder, or the file at the path."""
        found = self._told("GET", path, "LISTSTATUS")["FileStatuses"]["FileStatus"]
        entries = [_entry(f"{path.rstrip('/')}/{one['pathSuffix']}".rstrip("/"), one) for one in found]
        return entries if detail else [entry["name"] for entry in entries]

    def modified(self, path: str) -> datetime:
        """When a file was written last."""
        return datetime.fromtimestamp(self.info(path)["modification_time"] / 1000, UTC)

    def makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 (fsspec's shape)
        """Make a folder and those above it."""
        self._told("PUT", path, "MKDIRS")

    def mv(self, path1: str, path2: str, *, overwrite: bool = False, **_: Any) -> None:
        """Give a file another name; FileExistsError where another has it, unless that is to be replaced."""
        self._told("PUT", path1, "RENAME", destination=path2, renameoptions="OVERWRITE" if overwrite else "NONE")

    def rm(self, path: str, recursive: bool = False, **_: Any) -> None:  # noqa: FBT001, FBT002 (fsspec's shape)
        """Take a file away, or a folder with all that is in it."""
        self._told("DELETE", path, "DELETE", recursive=str(recursive).lower())

    def _open(self, path: str, mode: str = "rb", **_: Any) -> IO[bytes]:
        if mode == "wb":
            return Written(self._redirected("PUT", path, "CREATE", overwrite="true"))  # type: ignore[return-value]
        return io.BufferedReader(Read(self._redirected("GET", path, "OPEN")))

    def _told(self, method: str, path: str, operation: str, **options: str) -> Any:
        with _asking(self._address, method, self._target(path, operation, options)) as answer:
            return json.loads(_whole(answer) or b"{}")

    def _redirected(self, method: str, path: str, operation: str, **options: str) -> tuple[str, str]:
        """The DataNode that reads or writes a file, and what to ask it for."""
        with _asking(self._address, method, self._target(path, operation, options)) as answer:
            _whole(answer)
            place = urlsplit(answer.headers["Location"] or "")
        return place.netloc, f"{place.path}?{place.query}"

    def _target(self, path: str, operation: str, options: dict[str, str]) -> str:
        asked = {"op": operation, "user.name": os.environ.get("HADOOP_USER_NAME") or getpass.getuser(), **options}
        return f"/webhdfs/v1{quote(path)}?{urlencode(asked)}"


def _entry(path: str, status: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": path,
        "size": status["length"],
        "type": KINDS.get(status["type"], "other"),
        "modification_time": status["modificationTime"],
    }


@contextmanager
def _asking(address: str, method: str, target: str) -> Iterator[HTTPResponse]:
    """The answer of a server, which may be a redirection. Raises OSError."""
    connection = HTTPConnection(address, timeout=PATIENCE)
    try:
        with _telling():
            connection.request(method, target)
            yield connection.getresponse()
    finally:
        connection.close()


@contextmanager
def _telling() -> Iterator[None]:
    """Tell of an answer that is none as an OSError."""
    try:
        yield
    except (HTTPException, ValueError, KeyError) as fault:
        raise OSError(f"expected an answer of WebHDFS, found {type(fault).__name__}: {fault}") from fault


def _whole(answer: HTTPResponse) -> bytes:
    """All of an answer. Raises what it says is wrong."""
    body = answer.read()
    if answer.status < HTTP_FAILED:
        return body
    try:
        said = json.loads(body)["RemoteException"]
        kind, words = said["exception"], said["message"].partition("\n")[0]
    except (ValueError, KeyError, TypeError):
        raise OSError(f"HTTP {answer.status} {answer.reason}") from None
    raise FAULTS.get(kind, OSError)(words)


class Read(io.RawIOBase):
    """A file as a DataNode gives it, from its beginning on."""

    def __init__(self, place: tuple[str, str]) -> None:
        super().__init__()
        self._connection = HTTPConnection(place[0], timeout=PATIENCE)
        self._answer = self._asked(place[1])

    def _asked(self, target: str) -> HTTPResponse:
        with _telling():
            self._connection.request("GET", target)
            answer = self._connection.getresponse()
            if answer.status >= HTTP_FAILED:
                _whole(answer)
            return answer

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "Buffer") -> int:
        """Read as many bytes as fit and are there."""
        with _telling():
            return self._answer.readinto(memoryview(buffer))

    def close(self) -> None:
        """Leave what was not read."""
        self._connection.close()
        super().close()


class Written(io.RawIOBase):
    """A new file that a DataNode takes, there once it is closed."""

    def __init__(self, place: tuple[str, str]) -> None:
        super().__init__()
        self._size = 0
        self._connection = HTTPConnection(place[0], timeout=PATIENCE)
        with _telling():
            self._connection.putrequest("PUT", place[1])
            self._connection.putheader("Transfer-Encoding", "chunked")
            self._connection.endheaders()

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def write(self, data: "Buffer") -> int:
        """Write all bytes."""
        some = bytes(data)
        if some:
            self._connection.send(b"%x\r\n%b\r\n" % (len(some), some))
            self._size += len(some)
        return len(some)

    def close(self) -> None:
        """Have the file there, once. Raises OSError."""
        if self.closed:
            return
        super().close()
        try:
            with _telling():
                self._connection.send(b"0\r\n\r\n")
                _whole(self._connection.getresponse())
        finally:
            self._connection.close()
