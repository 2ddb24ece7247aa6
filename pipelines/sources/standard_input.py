"""Standard input, which can be read but once."""

import sys

from pipelines.sources.base import Batch, Positions
from pipelines.sources.copies import copy_of
from pipelines.sources.files import pieces_of
from pipelines.storage.places import PlaceError

NAME = "-"


class StandardInput:
    """What other commands write to this one."""

    def read(self, scratch: str, _: Positions) -> Batch:
        """All its lines, up to its end. Raises PlaceError."""
        if sys.stdin is None:
            raise PlaceError("cannot read standard input: it is closed")
        return Batch(pieces_of(NAME, copy_of(sys.stdin.buffer, "standard input", scratch), 0))
