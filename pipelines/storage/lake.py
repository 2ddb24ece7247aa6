"""Where a lake keeps its tables."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from pipelines.errors import UsageError
from pipelines.storage import folders, places, servers
from pipelines.storage.scratch import in_use, living, scratch

MISREAD = re.compile(r"[*?\[\]{}#\\\x00-\x1f\x7f\ud800-\udfff]|%[0-9A-Fa-f]{2}")
"""What Delta or an engine reads in the path of a file as something else."""
MISREAD_IN_URL = re.compile(rf"""{MISREAD.pattern}|[ "<>`?]|[^\x00-\x7f]|//|/\.\.?(?=/|$)""")
"""The same for what follows the scheme of a URL, of which Delta makes another one."""


def remedy(place: str) -> str:
    """What helps when a data file of a lake is damaged or gone."""
    *_, above, folder, _ = ["", "", *place.split("/")]
    if above in {"relations", "views"}:
        return "`newsfeed repair` makes it again from the log"
    if folder in {"releases", "erasures"}:
        return "`newsfeed repair` writes it again"
    if above == "log" or folder in {"quarantine", "quarantine_raw", "identities"}:
        return "`newsfeed repair` tells what was lost, and with --from lands that again from its source"
    return "`newsfeed check FILE.sql` keeps it again" if folder == "checks" else "put it back from a copy"


@dataclass(frozen=True)
class Lake:
    """A root, a local path or a URL, and the places below it."""

    root: str

    @classmethod
    def at(cls, root: str) -> "Lake":
        """The lake at a root; a local path, also one given as `file://`, is made absolute.

        Raises UsageError for a path that Delta or an engine would take wrongly, and PlaceError where a server should
        be that does not answer.
        """
        if not root.strip():
            raise UsageError(f"--root: expected a local path or a URL, found {root!r}")
        place = places.absolute(root)
        is_url = places.is_url(place)
        misread = MISREAD_IN_URL.search(place.partition("://")[2]) if is_url else MISREAD.search(place)
        if misread is not None:
            kind = "URL" if is_url else "path"
            raise UsageError(f"--root: expected a {kind} without {misread[0]!a}, found {place!a}")
        if is_url:
            servers.require_answer(place)
        return cls(place)

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
    def erasures(self) -> str:
        """The record of each person who was erased."""
        return places.join(self.root, "erasures")

    @property
    def ids(self) -> str:
        """The index of the events' ids."""
        return places.join(self.root, "ids")

    @property
    def records(self) -> str:
        """The index of the records that foreign events are of."""
        return places.join(self.root, "records")

    @property
    def metrics(self) -> str:
        """What landings and runs measured."""
        return places.join(self.root, "metrics")

    @property
    def releases(self) -> str:
        """The record of each release."""
        return places.join(self.root, "releases")

    @property
    def checks(self) -> str:
        """The queries of the user's own that each release is asked."""
        return places.join(self.root, "checks")

    def relation(self, name: str) -> str:
        """A relation folded from the log."""
        return places.join(self.root, "relations", name)

    def view(self, name: str) -> str:
        """A view that is served."""
        return places.join(self.root, "views", name)

    @contextmanager
    def scratch(self, *, is_local: bool = False) -> Iterator[str]:
        """A new folder for what only the command that makes it needs, gone when it is done; others see it until then.

        With `is_local`, only this process needs what is in it: where the root is a URL, that is on its machine's disk.
        """
        with scratch(self._scratch) as shared:
            if is_local and places.is_url(self.root):
                with self.staging(is_local=True) as own:
                    yield own
            else:
                yield shared

    def staging(self, *, is_local: bool) -> AbstractContextManager[str]:
        """As `scratch`, for a command that has one: of this folder others see nothing where it is not at the root."""
        return scratch(folders.of_this_machine() if is_local and places.is_url(self.root) else self._scratch)

    def is_in_use(self) -> bool:
        """Whether a command, also of another process, has a scratch folder here, or may have one."""
        return in_use(self._scratch)

    def living(self, but: str = "") -> list[datetime]:
        """When the commands began that have a scratch folder here, but for one, and live, or may live."""
        return living(self._scratch, but)

    @property
    def _scratch(self) -> str:
        return places.join(self.root, "_scratch")
