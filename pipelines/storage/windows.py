"""Windows on files: their bytes as an array, of which only what is asked for is read."""

import mmap

import numpy as np
import numpy.typing as npt

from pipelines.arrays import Int64s
from pipelines.storage import places

Bytes = npt.NDArray[np.uint8]

NEAR = 256 * 1024
"""How far apart at a URL the bytes are that one request asks for: what lies between is read too."""


class Window:
    """The bytes of a file: a local one is mapped into memory and `is_whole`; at a URL they are read when asked for."""

    def __init__(self, place: str) -> None:
        """Raises PlaceError."""
        self._place, self.is_whole = place, not places.is_url(place)
        with places.telling("read", place):
            self.data = _mapped(place) if self.is_whole else np.zeros(places.size(place), np.uint8)

    def need(self, starts: Int64s, ends: Int64s) -> None:
        """Have the bytes of these ascending ranges in `data`. Raises PlaceError."""
        if not self.is_whole and len(starts):
            apart = np.flatnonzero(starts[1:] - np.maximum.accumulate(ends)[:-1] > NEAR) + 1
            firsts, lasts = starts[np.append(0, apart)], np.maximum.reduceat(ends, np.append(0, apart))
            with places.reading(self._place) as file:
                for start, end in zip(firsts.tolist(), lasts.tolist(), strict=True):
                    file.seek(start)
                    found = file.read(end - start)
                    self.data[start : start + len(found)] = np.frombuffer(found, np.uint8)


def _mapped(place: str) -> Bytes:
    with places.opened(place) as file:
        if places.size(place) == 0:
            return np.empty(0, np.uint8)
        return np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), np.uint8)
