"""Long lines that do not fit: each is a file of its own in the lake, called as its SHA-256."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from pipelines.storage import folders, places
from pipelines.storage.checksums import damaged, reading

INLINE = 16 * 1024 * 1024
"""The longest line, in bytes, that the quarantine's table keeps itself."""
PIECE = 4 * 1024 * 1024


@dataclass(frozen=True)
class RawLines:
    """Where long lines are kept, and where a file is written before it gets its name."""

    folder: str
    staging: str

    def place(self, digest: str) -> str:
        """Where the line with this SHA-256, in hexadecimal, is kept."""
        return places.join(self.folder, digest)

    def keep(self, raw: bytes | memoryview) -> str:
        """Keep a line; its SHA-256. One that is there whole is not written again."""
        digest = hashlib.sha256(raw).hexdigest()
        place, size = self.place(digest), memoryview(raw).nbytes
        if not places.exists(place) or places.size(place) != size:
            beside = self._beside()
            with places.writing(beside) as file:
                file.write(raw)
            self._name(beside, digest)
        return digest

    def keep_from(self, file: IO[bytes], size: int) -> str:
        """Keep the next bytes of a file, which are never held all at once; their SHA-256."""
        digest, beside = hashlib.sha256(), self._beside()
        with places.writing(beside) as kept:
            for piece in pieces(file, size):
                digest.update(piece)
                kept.write(piece)
        self._name(beside, digest.hexdigest())
        return digest.hexdigest()

    def pieces(self, digest: str) -> Iterator[bytes]:
        """The bytes of a line that is kept, some at a time; at the end DamagedFile when they are not those of the line.

        Raises DamagedFile, too, when it is not there.
        """
        place, found = self.place(digest), hashlib.sha256()
        with reading(place) as file:
            for piece in pieces(file, places.size(place)):
                found.update(piece)
                yield piece
        if found.hexdigest() != digest:
            raise damaged(place, f"expected the SHA-256 that is its name, found {found.hexdigest()}")

    def _beside(self) -> str:
        return places.join(self.staging, f"raw-{uuid.uuid4().hex}")

    def _name(self, beside: str, digest: str) -> None:
        folders.make(self.folder)
        places.rename(beside, self.place(digest))


def pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    """The next bytes of a file, some at a time."""
    while size > 0 and (piece := file.read(min(PIECE, size))):
        yield piece
        size -= len(piece)
