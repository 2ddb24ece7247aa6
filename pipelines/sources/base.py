"""What a source is to a landing: something that gives lines, some at a time, and where it stands then."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from pipelines.errors import NewsfeedError
from pipelines.sources.pieces import Chunk, Sized, in_chunks

Position = Mapping[str, Any]
"""How far a stream is read, as its source writes it; JSON holds it."""
Positions = Mapping[str, Position]
"""How far streams are read, by the names under which the log knows them."""

Loss = Mapping[str, Any]
"""What a stream lost, as the log keeps it."""
ACCEPT = "`--accept-loss` lands what is left, and the log keeps what was lost"
"""What can be done about records that are lost."""


class Lost(NewsfeedError):
    """A stream no longer has records that never landed; `--accept-loss` goes on without them."""


def losses(position: Position | None) -> list[Loss]:
    """All that a stream lost so far, as its position says."""
    return list((position or {}).get("lost", []))


class Move(NamedTuple):
    """Where a stream stood before some of its records were read, None: at its beginning, and where behind them."""

    before: Position | None
    after: Position


@dataclass
class Batch:
    """Lines to land together, and how far streams are read with them.

    `not_read` counts entries of folders that are no files to read, `left_out` records that say nothing, both by what
    they are. `behind` is how many records streams have behind these, None where a stream does not say; `is_all` whether
    there is nothing behind what was asked for. `warnings` are lines for whoever lands them.
    """

    pieces: list[Sized] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    moves: dict[str, Move] = field(default_factory=dict)
    behind: int | None = 0
    is_all: bool = True
    warnings: list[str] = field(default_factory=list)

    @property
    def chunks(self) -> list[Chunk]:
        """The lines, cut for tasks."""
        return list(in_chunks(self.pieces))


class Source(Protocol):
    """Something that gives lines to land."""

    def read(self, scratch: str, positions: Positions, /) -> Batch:
        """The next lines, of a stream those behind where it stands; copies of what can be read but once go to scratch.

        Raises PlaceError for what cannot be read, Lost for records that are gone.
        """


def joined(batches: Iterable[Batch]) -> Batch:
    """Batches as one, in their order."""
    whole = Batch()
    for batch in batches:
        first = 1 + max((piece.number for piece, _ in whole.pieces), default=-1)
        whole.pieces += [(replace(piece, number=first + piece.number), size) for piece, size in batch.pieces]
        whole.not_read.update(batch.not_read)
        whole.left_out.update(batch.left_out)
        whole.moves |= batch.moves
        whole.behind = summed([whole.behind, batch.behind])
        whole.is_all &= batch.is_all
        whole.warnings += batch.warnings
    return whole


def summed(counts: Iterable[int | None]) -> int | None:
    """The sum of counts, None where one is not known."""
    known = list(counts)
    return None if None in known else sum(count or 0 for count in known)
