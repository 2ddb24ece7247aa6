"""A table's Delta log, file by file: whether what a version is read from is there and whole, and what a commit says.

Of an empty commit Delta's readers say nothing: the version is there, without what it did.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipelines.errors import NewsfeedError
from pipelines.storage import folders, places

COMMIT = re.compile(r"(\d{20})\.json")
CHECKPOINT = re.compile(r"(\d{20})\.checkpoint\.(?:.*\.)?(?:parquet|json)")
PART = re.compile(r"(\d{20})\.checkpoint\.\d{10}\.(\d{10})\.parquet")
"""A part of a checkpoint of so many parts, which is none until all are there."""
REMEDY = "`newsfeed repair` makes the rest readable"
ACTIONS = "actions"
"""Under which name a commit of ours says how many files it adds and removes."""

Actions = list[tuple[str, Any]]
"""What a commit does: of each action its kind, and what it says."""
LOST = "LOST"
"""The operation of a commit that a repair puts where one was lost."""


class DamagedLog(NewsfeedError):
    """A file of a table's Delta log is missing, empty or cut off."""


class LostVersion(DamagedLog):
    """A version of a table was lost, and a repair said so."""


@dataclass(frozen=True)
class Entry:
    """What a commit does, and says of itself."""

    version: int
    actions: Actions

    @property
    def info(self) -> dict[str, Any]:
        """What it says of itself."""
        return _info(self.actions)

    @property
    def operation(self) -> str:
        """What kind of a commit it is, such as `WRITE` or `RESTORE`."""
        return str(self.info.get("operation", ""))

    @property
    def is_lost(self) -> bool:
        """Whether it stands where a commit was lost, as a repair says."""
        return self.operation == LOST

    def paths(self, action: str) -> set[str]:
        """The paths of the files of an action, `add` or `remove`."""
        return {str(said["path"]) for kind, said in self.actions if kind == action}


def folder(place: str) -> str:
    """Where the Delta log of a table is."""
    return places.join(place, "_delta_log")


def name_of(version: int) -> str:
    """The name of a commit's file."""
    return f"{version:020}.json"


def entry(place: str, version: int) -> Entry:
    """What a commit says. Raises DamagedLog when its file is not whole, PlaceError when it cannot be read."""
    return Entry(version, _read(place, version)[1])


def _read(place: str, version: int) -> tuple[bytes, Actions]:
    """The text of a commit, and what it does. Raises DamagedLog when its file is not whole."""
    with places.reading(places.join(folder(place), name_of(version))) as file:
        text = file.read()
    fault, actions = _examine(text)
    if fault is not None:
        raise damaged(place, name_of(version), fault)
    return text, actions


def fault_of(place: str, version: int) -> str | None:
    """What is wrong with a commit's file, None where nothing is. Raises PlaceError when it cannot be read."""
    with places.reading(places.join(folder(place), name_of(version))) as file:
        return _examine(file.read())[0]


def _examine(text: bytes) -> tuple[str | None, Actions]:
    """What is wrong with the text of a commit, if anything, and what it does."""
    if not text:
        return "is empty", []
    try:
        actions = [next(iter(json.loads(line).items())) for line in text.splitlines()]
    except (ValueError, AttributeError, StopIteration):
        return "is cut off", []
    kinds = Counter(kind for kind, _ in actions)
    expected = _info(actions).get(ACTIONS)
    whole = expected is None or (kinds["add"] + kinds["remove"] == int(expected) and kinds["txn"] > 0)
    return None if whole else "is cut off", actions


def _info(actions: Actions) -> dict[str, Any]:
    """What a commit that does so says of itself."""
    return next((said for kind, said in actions if kind == "commitInfo"), {})


def commits(place: str) -> list[int]:
    """The versions of which there are commits, ascending."""
    return sorted(_versions(COMMIT, folders.sizes(folder(place)), None))


def checkpoints(place: str) -> dict[int, list[str]]:
    """The names of the files of each checkpoint that is there with all its parts, by version, ascending."""
    found: dict[int, list[str]] = {}
    for name in sorted(_checkpoints(folders.sizes(folder(place)))):
        found.setdefault(int(name[:20]), []).append(name)
    return found


def said_since(place: str, version: int) -> bytes:
    """The text of all commits after a version. Raises DamagedLog unless that one and they are there and whole."""
    found = [one for one in commits(place) if one >= version]
    if found != list(range(version, version + max(1, len(found)))):
        raise damaged(place, name_of(version), "or one after it is missing")
    return b"".join(_read(place, one)[0] for one in found[1:])


def require_whole(place: str, version: int | None = None) -> None:
    """Raise DamagedLog unless all that a version (the newest when None) is read from is there and not empty.

    The last of these commits is read whole: each was the last one once. A version that was lost is told of too.
    """
    found = segment(place, version)
    if found.faults:
        raise damaged(place, *found.faults[0])
    if found.last is not None:
        last = entry(place, found.last)
        if version is not None and last.is_lost:
            raise LostVersion(f"version {version} of {place} was lost as its commit was not whole")


@dataclass(frozen=True)
class Segment:
    """The files that a version is read from: a checkpoint and the commits behind it; `last` is the last commit."""

    checkpoints: tuple[str, ...]
    commits: tuple[int, ...]
    faults: tuple[tuple[str, str], ...]

    @property
    def last(self) -> int | None:
        """The last commit, None when there is none."""
        return self.commits[-1] if self.commits else None


def segment(place: str, version: int | None = None) -> Segment:
    """What a version, the newest when None, is read from, and which of these files are missing or empty."""
    sizes = folders.sizes(folder(place))
    commits = _versions(COMMIT, sizes, version)
    known = _checkpoints(sizes)
    at = max(_versions(CHECKPOINT, known, version), default=-1)
    checkpoints = tuple(sorted(name for name in known if int(name[:20]) == at))
    end = max(commits, default=-1) if version is None else version
    behind = tuple(one for one in range(at + 1, end + 1) if one in commits)
    faults = [(name, "is empty") for name in checkpoints if sizes[name] == 0]
    first = at + 1 if version is None else max(at + 1, min(commits, default=0))
    for one in range(first, max(commits, default=-1) + 1):
        if one not in commits:
            faults.append((name_of(one), "is missing"))
        elif sizes[name_of(one)] == 0:
            faults.append((name_of(one), "is empty"))
    return Segment(checkpoints, behind or tuple(one for one in commits if one == at), tuple(faults))


def _checkpoints(sizes: dict[str, int]) -> dict[str, int]:
    """The files of checkpoints, without the parts of those of which other parts are missing."""
    parts = Counter(match.groups() for name in sizes if (match := PART.fullmatch(name)))
    missing = {(version, count) for (version, count), found in parts.items() if found < int(count)}
    return {
        name: size
        for name, size in sizes.items()
        if CHECKPOINT.fullmatch(name) and not ((match := PART.fullmatch(name)) and match.groups() in missing)
    }


def _versions(pattern: re.Pattern[str], names: dict[str, int], upto: int | None) -> set[int]:
    """The versions of the files with such names, up to one."""
    found = {int(match[1]) for name in names if (match := pattern.fullmatch(name))}
    return {one for one in found if upto is None or one <= upto}


def damaged(place: str, name: str, fault: str) -> DamagedLog:
    """What to say of a damaged file, and what to do."""
    path = places.join(folder(place), name)
    return DamagedLog(f"{path} {fault}, so what was committed there is lost: {REMEDY}")
