"""Where a lake keeps its tables."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.errors import UsageError
from pipelines.storage import places

PATTERN = set("*?[]{}")
"""What engines read as a pattern in the path of a file."""


def remedy(place: str) -> str:
    """What helps when a data file of a lake is damaged or gone."""
    derived = place.split("/")[-3:-2] in (["relations"], ["views"])
    return "`newsfeed run --rebuild` makes it anew from the log" if derived else "put it back from a copy"


@dataclass(frozen=True)
class Lake:
    """A root, a local path or a URL, and the places below it."""

    root: str

    @classmethod
    def at(cls, root: str) -> "Lake":
        """The lake at a root; a local path is made absolute. Raises UsageError for a path that engines take wrongly."""
        if PATTERN & set(root):
            raise UsageError(f"--root: expected a path without {' '.join(sorted(PATTERN))}, found {root!r}")
        return cls(places.absolute(root))

    @property
    def log(self) -> str:
        """The log of all events."""
        return places.join(self.root, "log")

    @property
    def quarantine(self) -> str:
        """The lines that did not fit."""
        return places.join(self.root, "quarantine")

    @property
    def quarantine_raw(self) -> str:
        """The lines that did not fit and are too long for a table."""
        return places.join(self.root, "quarantine_raw")

    @property
    def identities(self) -> str:
        """The names behind the ids that adapters made."""
        return places.join(self.root, "identities")

    @property
    def releases(self) -> str:
        """The record of each release."""
        return places.join(self.root, "releases")

    def relation(self, name: str) -> str:
        """A relation folded from the log."""
        return places.join(self.root, "relations", name)

    def view(self, name: str) -> str:
        """A view that is served."""
        return places.join(self.root, "views", name)

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """A new folder for what only the command that makes it needs, gone when it is done."""
        folder = places.join(self.root, "_scratch", uuid.uuid4().hex)
        places.make_folder(folder)
        try:
            yield folder
        finally:
            places.remove_folder(folder)
