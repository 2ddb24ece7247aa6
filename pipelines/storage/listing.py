"""Listing: the files that a source names, and how many entries of its folders are none that can be read."""

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from glob import has_magic
from typing import Any

from pipelines.errors import UsageError
from pipelines.storage import places, servers, urls
from pipelines.storage.globs import DOUBLED, NOT_THERE, matches
from pipelines.storage.places import PlaceError

FILE, FOLDER, BROKEN, GONE = "file", "folder", "broken link", "vanished file"
KINDS = {
    stat.S_IFREG: FILE,
    stat.S_IFDIR: FOLDER,
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}
REMOTE_KINDS = {"directory": FOLDER}


@dataclass(frozen=True)
class Entry:
    """What is at a place: a file, or what else; its size in bytes, if that is known."""

    place: str
    kind: str = FILE
    size: int | None = None


@dataclass
class Listing:
    """The files that a source names, by name, and the entries that are not read, counted by what they are."""

    files: list[Entry] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)


def list_files(source: str) -> Listing:
    """The files that a source names: a file, every file directly in a folder, or a glob; a file wins over a glob.

    Links are followed; names that begin with a dot or an underscore are not data. Raises PlaceError when there is no
    such place, or it cannot be read, UsageError for a name that is empty.
    """
    if not source:
        raise UsageError("SOURCES: expected a file, a folder, a glob, a URL or -, found ''")
    with places.telling("read", source):
        local = urls.local(source)
        return _remote(source) if local is None else _local(local)


def _listing(entries: Iterable[Entry]) -> Listing:
    listing = Listing()
    for entry in sorted(entries, key=lambda one: one.place):
        hidden = entry.place.rsplit("/", 1)[-1].startswith((".", "_"))
        if hidden or entry.kind != FILE:
            listing.not_read["hidden name" if hidden else entry.kind] += 1
        else:
            listing.files.append(entry)
    return listing


def _nothing(source: str) -> PlaceError:
    return PlaceError(f"cannot read {source}: no such file or folder, and no file matches it")


def _local(place: str) -> Listing:
    whole = os.path.abspath(place)
    entry = _entry(whole)
    if entry.kind == FOLDER:
        return _listing(_entry(os.path.join(whole, name)) for name in os.listdir(whole))
    if entry.kind not in {BROKEN, GONE}:
        return Listing([entry])
    found = _listing(_matching(whole)) if has_magic(whole) else Listing()
    if not found.files:
        raise _nothing(place)
    return found


def _matching(pattern: str) -> Iterator[Entry]:
    """What matches a pattern, but for the folders that it goes through."""
    for place in matches(pattern):
        entry = _entry(place)
        if entry.kind != FOLDER or DOUBLED not in pattern:
            yield entry


def _entry(place: str) -> Entry:
    """What is at a local place, at the end of all links."""
    try:
        found = os.stat(place)
    except OSError as fault:
        if fault.errno not in NOT_THERE:
            raise
        return Entry(place, BROKEN if os.path.islink(place) else GONE)
    kind = KINDS[stat.S_IFMT(found.st_mode)]
    return Entry(place, kind, found.st_size if kind == FILE else None)


def _remote(url: str) -> Listing:
    servers.require_answer(url)
    filesystem, path = urls.remote(url)
    try:
        one = filesystem.info(path)
    except FileNotFoundError:
        found = filesystem.glob(path, detail=True).values() if has_magic(path) else []
        listing = _listing(_remote_entry(urls.beside(url, path, one["name"]), one) for one in found)
        if not listing.files:
            raise _nothing(url) from None
        return listing
    if one["type"] != "directory":
        return Listing([Entry(url, FILE, one.get("size"))])
    below = [entry for entry in filesystem.ls(path, detail=True) if entry["name"].rstrip("/") != path.rstrip("/")]
    return _listing(_remote_entry(urls.beside(url, path, entry["name"]), entry) for entry in below)


def _remote_entry(place: str, entry: dict[str, Any]) -> Entry:
    return Entry(place, REMOTE_KINDS.get(entry["type"], entry["type"]), entry.get("size"))
