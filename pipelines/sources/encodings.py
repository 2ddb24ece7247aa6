"""Encodings: by its first bytes a file is lines, lines that are compressed, or something else, which is refused."""

import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa

from pipelines.sources.xz import Xz
from pipelines.storage import places

HEAD = 512
"""How many bytes tell what a file is: the name of a tar archive stands at its byte 257."""


@dataclass(frozen=True)
class Encoding:
    """What a file can be: how it begins, or goes on at a byte, and what gives the bytes within, if anything does."""

    name: str
    marks: tuple[bytes, ...]
    at: int = 0
    open: Callable[[Any], Any] | None = None

    def is_in(self, head: bytes) -> bool:
        """Whether a file that begins so is one of these."""
        return head[self.at :].startswith(self.marks)


def _by_arrow(codec: str) -> Callable[[Any], Any]:
    return lambda file: io.BufferedReader(pa.CompressedInputStream(pa.PythonFile(file, mode="r"), codec))


SKIPPED = tuple(bytes((first, 0x2A, 0x4D, 0x18)) for first in range(0x50, 0x60))
"""How frames of zstd begin that only tell of others."""
BZ2 = tuple(b"BZh%d%b" % (size, kind) for size in range(1, 10) for kind in (b"1AY&SY", b"\x17rE8P\x90"))
ENCODINGS = (
    Encoding("gzip", (b"\x1f\x8b",), open=gzip.open),
    Encoding("zstd", (b"\x28\xb5\x2f\xfd", *SKIPPED), open=_by_arrow("zstd")),
    Encoding("bz2", BZ2, open=_by_arrow("bz2")),
    Encoding("xz", (b"\xfd7zXZ\0",), open=lambda file: io.BufferedReader(Xz(file))),
    Encoding("lz4", (b"\x04\x22\x4d\x18",), open=_by_arrow("lz4")),
    Encoding("a zip archive", (b"PK\x03\x04", b"PK\x05\x06")),
    Encoding("a tar archive", (b"ustar",), 257),
    Encoding("a 7z archive", (b"7z\xbc\xaf\x27\x1c",)),
    Encoding("a RAR archive", (b"Rar!\x1a\x07",)),
    Encoding("a file of frames by snappy", (b"\xff\x06\0\0sNaPpY",)),
    Encoding("a file by compress", (b"\x1f\x9d",)),
    Encoding("a Parquet file", (b"PAR1",)),
    Encoding("an Avro file", (b"Obj\x01",)),
    Encoding("an ORC file", (b"ORC",)),
    Encoding("an Arrow file", (b"ARROW1\0\0",)),
    Encoding("a SQLite database", (b"SQLite format 3\0",)),
    Encoding("text in UTF-32", (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"{\0\0\0", b"\0\0\0{")),
    Encoding("text in UTF-16", (b"\xff\xfe", b"\xfe\xff", b"{\0", b"\0{")),
)
"""What is read, and what is refused."""
READ = "gzip, zstd, bz2, xz and lz4"


def encoding_of(head: bytes) -> Encoding | None:
    """What a file is that begins so; None when it is lines as they are."""
    return next((one for one in ENCODINGS if one.is_in(head)), None)


def is_plain(place: str, source: str) -> bool:
    """Whether a place's lines are there as they are, to be read from any byte on. Raises PlaceError as `lines_in`."""
    with places.reading(place) as raw:
        file = _with_peek(raw)
        return _require_lines(source, file) is None and file.seekable()


@contextmanager
def lines_in(place: str, source: str) -> Iterator[IO[bytes]]:
    """A place's lines from the first one on, decompressed; only reading may go on within.

    Raises PlaceError, which names the source, for what cannot be read, is no lines, or is cut off or damaged.
    """
    with places.reading(place) as raw:
        file = _with_peek(raw)
        encoding = _require_lines(source, file)
        if encoding is None or encoding.open is None:
            yield file
            return
        try:
            with encoding.open(file) as lines:
                inner = _require_lines(f"what is in {source}", lines)
                if inner is not None:
                    raise _refused(f"what is in {source}", inner)
                yield lines
        except (EOFError, OSError, zlib.error, lzma.LZMAError) as fault:
            raise places.PlaceError(f"cannot read {source}: not a whole {encoding.name} file ({fault})") from fault


def _with_peek(file: Any) -> Any:
    return file if hasattr(file, "peek") else io.BufferedReader(file)


def _require_lines(source: str, file: Any) -> Encoding | None:
    """How the lines of a file are compressed, None when they are not. Raises PlaceError when it holds no lines."""
    encoding = encoding_of(file.peek(HEAD)[:HEAD])
    if encoding is not None and encoding.open is None:
        raise _refused(source, encoding)
    return encoding


def _refused(source: str, encoding: Encoding) -> places.PlaceError:
    return places.PlaceError(
        f"cannot read {source}: expected lines of UTF-8, as they are or by {READ}; it begins like {encoding.name}"
    )
