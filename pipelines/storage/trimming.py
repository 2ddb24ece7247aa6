"""A table's Delta log kept short: checkpoints from which it opens quickly, and entries that no version needs gone.

The first commit stays, which is the table without rows; so does the commit of the checkpoint, which says what it was.
An entry goes only once a checkpoint of before a time serves in its stead: who opened the table since then reads that.
"""

from datetime import datetime

from pipelines.storage import delta, deltalog, folders, places
from pipelines.storage.waiting import of_table
from pipelines.storage.walking import is_before

BEHIND = 20
"""How many commits behind a checkpoint are read one by one."""


def due(place: str, versions: list[int]) -> list[int]:
    """Those of some versions of a table that are so far behind a checkpoint that they need one, ascending."""
    there, found = deltalog.checkpoints(place), list[int]()
    for version in sorted(set(versions)):
        if version - max((one for one in [*there, *found] if one <= version), default=0) >= BEHIND:
            found.append(version)
    return found


def write_checkpoint(place: str, version: int) -> int:
    """Write the checkpoint of a version; its size in bytes. Raises PlaceError, DamagedLog."""
    handle = delta.find(place, version)
    if handle is None:
        return 0
    with places.telling("write", place):
        of_table(place, handle.create_checkpoint)
    sizes = folders.sizes(deltalog.folder(place))
    return sum(size for name, size in sizes.items() if name in deltalog.checkpoints(place).get(version, ()))


def unneeded(place: str, oldest: int, time: datetime) -> dict[str, int]:
    """The files, with their sizes, of a table's Delta log that no version from `oldest` on needs, the oldest first."""
    folder = deltalog.folder(place)
    there = deltalog.checkpoints(place)
    serving = [
        version
        for version, names in there.items()
        if version <= oldest and all(is_before(places.join(folder, name), time) for name in names)
    ]
    first = max(serving, default=0)
    names = [deltalog.name_of(version) for version in deltalog.commits(place) if 0 < version < first]
    names += [name for version, found in sorted(there.items()) if version < first for name in found]
    sizes = folders.sizes(folder)
    return {places.join(folder, name): sizes[name] for name in names if name in sizes}
