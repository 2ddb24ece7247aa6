"""Released tables: their files, and what a release's record says of them."""

from pipelines.releases.release import Released
from pipelines.runs.publishing import place_of
from pipelines.storage import delta
from pipelines.storage.datafiles import Content
from pipelines.storage.deltalog import DamagedLog
from pipelines.storage.lake import Lake


def files_of(lake: Lake, name: str, released: Released) -> list[tuple[str, int]]:
    """The places of a released table's files, with the sizes that they should have. Raises DamagedLog."""
    place = place_of(lake, name)
    handle = delta.find(place, released.version)
    if handle is None:
        raise DamagedLog(f"version {released.version} of {place} is gone")
    return delta.sizes(place, handle)


def otherwise(released: Released, found: Content) -> tuple[str, ...]:
    """What to say of a table with another content than the release's record says; nothing if it is the same."""
    return unlike(Content(released.rows, int(released.content_hash)), found)


def unlike(said: Content, found: Content) -> tuple[str, ...]:
    """What to say of another content than a commit or a record says; nothing if it is the same."""
    if said == found:
        return ()
    return (f"expected {said.rows:,} rows (hash {said.hash}), found {found.rows:,} (hash {found.hash})",)
