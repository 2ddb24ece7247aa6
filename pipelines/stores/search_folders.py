"""The folders of a search index: a link says which one is served, and the one with the next number is being published.

Files of an index are never written again, but for two that are replaced; so a folder begins with those of the one that
is served, under second names, and takes no room for what both have.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pipelines.stores.search_index import MANAGED, META

LINK = "served"
LOCK = "publishing"
PREFIX = "index-"


@dataclass(frozen=True)
class Folders:
    """The folders in one."""

    place: Path

    @property
    def served(self) -> Path | None:
        """The folder that is served; None where none is. Raises OSError."""
        try:
            return self.place / (self.place / LINK).readlink()
        except FileNotFoundError:
            return None

    def mark(self) -> tuple[int, int] | None:
        """What is another one whenever another folder is served, also where one of its name was; None where none is.

        Raises OSError.
        """
        try:
            found = (self.place / LINK).lstat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    @property
    def next(self) -> Path:
        """The folder that will be served. Raises OSError."""
        served = self.served
        number = 0 if served is None else int(served.name.removeprefix(PREFIX))
        return self.place / f"{PREFIX}{number + 1}"

    def make(self) -> Path:
        """Make the place, and give the file that is locked by who publishes. Raises OSError."""
        self.place.mkdir(parents=True, exist_ok=True)
        lock = self.place / LOCK
        lock.touch()
        return lock

    def begin(self, base: Path | None) -> None:
        """Begin the next folder, empty, or as another one is. Raises OSError."""
        self.drop()
        self.next.mkdir()
        for file in () if base is None else base.iterdir():
            if file.name in {META, MANAGED}:
                shutil.copy2(file, self.next)
            elif not file.name.endswith(".lock"):
                os.link(file, self.next / file.name)

    def drop(self) -> None:
        """Take away what there is of the next folder. Raises OSError."""
        if self.next.exists():
            shutil.rmtree(self.next)

    def serve(self) -> None:
        """Serve the next folder, and take the others away. Raises OSError."""
        chosen, link = self.next, self.place / f"{LINK}.new"
        link.unlink(missing_ok=True)
        link.symlink_to(chosen.name)
        link.replace(self.place / LINK)
        place = os.open(self.place, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)
        self.clean()

    def clean(self) -> None:
        """Leave the folder that is served, and the next, of all that publishes made. Raises OSError."""
        for folder in self.place.glob(f"{PREFIX}*"):
            if folder not in {self.served, self.next}:
                shutil.rmtree(folder)
        self._clean_earlier()

    def _clean_earlier(self) -> None:
        """Take away the index of an earlier version, which was directly in the place."""
        managed = self.place / MANAGED
        if managed.exists():
            for name in [*json.loads(managed.read_text("utf-8")), META, MANAGED]:
                (self.place / Path(name).name).unlink(missing_ok=True)
            for lock in self.place.glob(".tantivy-*.lock"):
                lock.unlink()
