"""Data files belong to who writes them until a commit names them: those of a commit that does not come about go."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from pipelines.storage import deltalog, folders, places
from pipelines.storage.commits import Unsettled
from pipelines.storage.delta import Handle
from pipelines.storage.naming import has_mark, new_mark


@contextmanager
def owned(tables: Mapping[str, Handle], folder: str = "") -> Iterator[str]:
    """A mark for the names of new files, in a folder of each of the tables, given by place.

    Whatever ends what is done with them early, those files go that no commit after the handles' versions names. All
    stay where a commit may come about yet, or commits cannot be read.
    """
    mark, versions = new_mark(), {place: int(handle.version()) for place, handle in tables.items()}
    try:
        yield mark
    except Unsettled:
        raise
    except BaseException:
        for place, version in versions.items():
            with suppress(Exception):  # what ended it early is told, not what is left behind
                _remove(place, folder, mark, version)
        raise


def _remove(place: str, folder: str, mark: str, version: int) -> None:
    """Remove the files with a mark that no commit after a version names."""
    below = places.join(place, folder) if folder else place
    found = [name for name in folders.sizes(below) if has_mark(name, mark)]
    said = deltalog.said_since(place, version) if found else b""
    for name in found:
        if name.encode() not in said:
            places.remove(places.join(below, name))
