"""An inbox: folders into which others put files. What is whole lands, then goes to a folder of its own.

Killed anywhere and repeated, or done by two at once, it ends as if it had happened once: a file that landed and was not
moved lands again, as duplicates, and only a file that is as it was read is moved.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from pipelines.errors import UsageError
from pipelines.landing.report import Landing
from pipelines.storage import folders, places, states
from pipelines.storage.listing import FOLDER, list_files
from pipelines.storage.places import PlaceError
from pipelines.storage.states import State

HALF_WRITTEN = (".tmp", ".part", ".partial", "._COPYING_")
"""How names of files end that are still being copied; names that begin with a dot or an underscore are none either."""
MOST = 10
"""How often files may be gone before they are read: another landing takes them."""


@dataclass(frozen=True)
class Inbox:
    """Folders, where their files go once they landed, and for how many seconds nobody wrote in a file that is whole."""

    folders: tuple[str, ...]
    done: str
    settled: float

    @classmethod
    def at(cls, folders: Sequence[str], done: str, settled: float) -> "Inbox":
        """The inbox of folders, local ones from wherever the process is."""
        return cls(tuple(places.absolute(folder) for folder in folders), places.absolute(done), settled)

    def land(self, land: Callable[[Sequence[str]], Landing]) -> tuple[Landing, int]:
        """Land the files that are whole, by a function that is given them, then move them: the landing, how many moved.

        Raises UsageError for a folder that is none, PlaceError when files cannot be read, or not be moved, which
        changes nothing of what landed.
        """
        folders.make(self.done)
        for tries in count(1):
            found = self._found()
            try:
                landing = land(list(found.whole))
            except PlaceError:
                if tries == MOST or all(places.exists(file) for file in found.whole):
                    raise
                continue
            moved = sum(_move(file, state, self.done) for file, state in found.whole.items())
            return replace(landing, not_read=dict(+found.left)), moved
        raise AssertionError

    def _found(self) -> "_Found":
        """The files that are whole, with their states, and how many entries are left, by what they are."""
        found = _Found()
        latest = datetime.now(UTC) - timedelta(seconds=self.settled)
        for folder in self.folders:
            if not folders.is_folder(folder):
                raise UsageError(f"SOURCES: expected a folder beside --done, found {folder}")
            listing = list_files(folder)
            found.left.update(listing.not_read)
            if places.parent(self.done) == folder.rstrip("/"):
                found.left[FOLDER] -= 1
            for file in listing.files:
                found.take(file.place, latest)
        return found


@dataclass
class _Found:
    """What there is to land, and what is left."""

    whole: dict[str, State] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)

    def take(self, file: str, latest: datetime) -> None:
        """Take a file if it is whole: not of a name of half written ones, not empty, and not just written."""
        state = states.state_of(file)
        if state is None:
            return
        if file.endswith(HALF_WRITTEN) or state.size == 0 or state.modified > latest:
            self.left["file that is still written" if state.size else "empty file"] += 1
        else:
            self.whole[file] = state


def _move(file: str, state: State, folder: str) -> bool:
    """Move a file that is as it was read into a folder, under a name that no other has there; whether it was moved.

    What took its place at the last moment is given back.
    """
    if states.state_of(file) != state:
        return False
    name = file.rstrip("/").rsplit("/", 1)[-1]
    free = _free(folder, name)
    try:
        places.move(file, free)
    except PlaceError:
        if states.state_of(file) is not None:
            raise
        return False
    if states.is_other(state, free):
        places.move(free, _free(places.parent(file), name))
        return False
    return True


def _free(folder: str, name: str) -> str:
    """A place in a folder where nothing is, of a name or one made of it."""
    names = (name if number == 1 else f"{name}.{number}" for number in count(1))
    return next(place for place in (places.join(folder, one) for one in names) if not places.exists(place))
