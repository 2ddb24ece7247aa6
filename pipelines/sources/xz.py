"""What an xz file holds, and not a byte less: the standard library's reader ends in silence at what is no xz."""

import io
import lzma
from typing import IO, Any

PIECE = 1024 * 1024


class Xz(io.RawIOBase):
    """The bytes within an xz file of any number of streams."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._stream = file, lzma.LZMADecompressor()

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill memory with what comes next; 0 at the end. Raises EOFError when the file is cut off, LZMAError."""
        data = b""
        while not data:
            compressed = self._next()
            if compressed is None:
                return 0
            data = self._stream.decompress(compressed, len(into))
        into[: len(data)] = data
        return len(data)

    def _next(self) -> bytes | None:
        """The compressed bytes to go on with, none when more of the last ones is to come; None at the end."""
        if self._stream.eof:
            compressed = self._stream.unused_data or self._file.read(PIECE)
            if not compressed:
                return None
            self._stream = lzma.LZMADecompressor()
            return compressed
        if not self._stream.needs_input:
            return b""
        compressed = self._file.read(PIECE)
        if not compressed:
            raise EOFError("it ends within a stream")
        return compressed
