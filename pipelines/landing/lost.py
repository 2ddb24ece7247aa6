"""What a table beside the log lost, and how a landing commits what comes again in its stead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.events.log import IDENTITIES, QUARANTINE
from pipelines.storage import delta, places, totals
from pipelines.storage.datafiles import NO_ROWS, Content, DataFile
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class Lost:
    """Of a version of a table the damaged files, by their paths, and what it lacks of its total, None: not known."""

    version: int = -1
    paths: frozenset[str] = frozenset()
    content: Content | None = NO_ROWS

    def of(self, handle: delta.Handle) -> "Lost":
        """What a version of the table lost: nothing, if it is another one."""
        return self if int(handle.version()) == self.version else NOTHING

    def is_settled_by(self, files: Sequence[DataFile]) -> bool:
        """Whether there is something to commit: what came, or that nothing more comes, where no file is damaged."""
        return bool(files) or (not self.paths and self.content != NO_ROWS)

    def total(self, handle: delta.Handle, files: Sequence[DataFile]) -> dict[str, str]:
        """What a commit of files on a version of the table says of its total then.

        While less came than was lost, what is missing stays part of it, until nothing more comes.
        """
        came, gone = totals.of(files), self.content
        if gone is not None and 0 < came.rows < gone.rows:
            gone = came
        return totals.after(places.absolute(str(handle.table_uri)), handle, files, gone)


NOTHING = Lost()


@dataclass(frozen=True)
class Lacking:
    """What the tables beside the log lost."""

    quarantine: Lost = NOTHING
    identities: Lost = NOTHING


NOTHING_LOST = Lacking()


class Kind(NamedTuple):
    """A table beside the log: what a row of it is, what several are, by which columns they are known, where it is."""

    one: str
    several: str
    columns: tuple[str, ...]
    place: Callable[[Lake], str]


KINDS = {
    "quarantine": Kind("line in quarantine", "lines in quarantine", QUARANTINE.key, lambda lake: lake.quarantine),
    "identities": Kind("name behind an id", "names behind ids", tuple(IDENTITIES.names), lambda lake: lake.identities),
}
