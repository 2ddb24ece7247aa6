"""Globs: what there is at local paths that match a pattern, each folder gone through once whatever links lead to it."""

import os
from collections import deque
from collections.abc import Iterator
from errno import ELOOP, ENOENT, ENOTDIR
from fnmatch import fnmatchcase
from glob import has_magic
from stat import S_ISDIR

DOUBLED = "**"
"""What stands in a pattern for a folder and all below it."""
NOT_THERE = {ENOENT, ENOTDIR, ELOOP}
"""How the system says that a path leads to nothing, or to no folder."""
Seen = set[tuple[int, int, int]]
"""The folders that a part of the pattern went through, by how many parts follow, device and number."""


def matches(pattern: str) -> Iterator[str]:
    """The places that match an absolute pattern; `*` and `**` match no name that begins with a dot. Raises OSError."""
    return _matching("/", [part for part in pattern.split("/") if part], set())


def _matching(folder: str, parts: list[str], seen: Seen) -> Iterator[str]:
    """What is below a folder, or the folder itself, that matches these parts of a pattern."""
    if not parts:
        yield folder
        return
    first, *others = parts
    if first == DOUBLED:
        for found in _through(folder, len(others), seen):
            yield from _matching(found, others or ["*"], seen)
    elif has_magic(first):
        for name in _names(folder):
            if fnmatchcase(name, first) and (first.startswith(".") or not name.startswith(".")):
                yield from _matching(os.path.join(folder, name), others, seen)
    elif _found(os.path.join(folder, first)):
        yield from _matching(os.path.join(folder, first), others, seen)


def _through(folder: str, others: int, seen: Seen) -> Iterator[str]:
    """The folder and all below it, the nearest first, that were not gone through."""
    waiting = deque([folder])
    while waiting:
        folder = waiting.popleft()
        found = _found(folder)
        if found is None or not S_ISDIR(found.st_mode) or (others, found.st_dev, found.st_ino) in seen:
            continue
        seen.add((others, found.st_dev, found.st_ino))
        yield folder
        waiting += [os.path.join(folder, name) for name in _names(folder) if not name.startswith(".")]


def _found(place: str) -> os.stat_result | None:
    """What is at a place, at the end of all links or else the link; None when nothing is."""
    for look in (os.stat, os.lstat):
        try:
            return look(place)
        except OSError as fault:
            if fault.errno not in NOT_THERE:
                raise
    return None


def _names(folder: str) -> list[str]:
    """The names in a folder; none when it is no folder."""
    try:
        return sorted(os.listdir(folder))
    except OSError as fault:
        if fault.errno not in NOT_THERE:
            raise
        return []
