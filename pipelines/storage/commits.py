"""Changes of Delta tables, committed by exclusive transactions."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, CommitProperties, PostCommitHookProperties, RemoveAction, Transaction

from pipelines.errors import NewsfeedError, reason
from pipelines.storage import deltalog, places
from pipelines.storage.delta import Handle, paths
from pipelines.storage.naming import new_mark
from pipelines.storage.places import PlaceError
from pipelines.storage.waiting import of_table

if TYPE_CHECKING:
    from pipelines.tables import Table

T = TypeVar("T")

TRIES = 20
MARK = "mark"
"""Under which name a commit of ours has a word that no other has."""


class Conflict(NewsfeedError):
    """Another process committed first."""

    transient = True


class GaveUp(NewsfeedError):
    """Other processes committed first, however often it was tried: nobody above is to try it all again."""

    transient = True


class Unsettled(PlaceError):
    """A commit failed at a URL, where it may come about yet."""


class File(Protocol):
    """What a commit says of a file that it adds."""

    @property
    def path(self) -> str:
        """Where it is, below the table's place."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    @property
    def stats(self) -> str:
        """Delta's statistics of its rows, as JSON."""


@dataclass(frozen=True)
class Commit:
    """What one commit does: files added, files removed (paths), whose transaction it is, and what it says.

    `rearranges` says that the rows are the same as before, in other files. A value of the partition that is None is
    what the path of each file says, as `NAME=VALUE`.
    """

    add: tuple[File, ...]
    remove: tuple[str, ...]
    application: str
    number: int
    metadata: dict[str, Any]
    partition: dict[str, str | None]
    rearranges: bool = False


def commit(handle: Handle, table: "Table", change: Commit) -> int:
    """Commit on top of exactly the version that the handle shows; the new version's number.

    Where all its rows are replaced, a table has just the declared columns from then on. Raises Conflict when another
    process committed the same transaction, or removed the same files, first; PlaceError, and Unsettled at a URL.
    """
    place = places.absolute(str(handle.table_uri))
    now, changes, mark = int(time.time() * 1000), not change.rearranges, new_mark()
    added = [AddAction(f.path, f.size, _partition_of(change, f.path), now, changes, f.stats) for f in change.add]
    removed = [RemoveAction(path, changes, now) for path in change.remove]
    sheds = _sheds(handle, table, change)  # then what goes is everything, which Delta itself removes
    properties = CommitProperties(
        custom_metadata={**change.metadata, deltalog.ACTIONS: str(len(added) + len(removed)), MARK: mark},
        app_transactions=[Transaction(change.application, change.number)],
    )
    while True:
        try:
            with places.telling("write", place):
                of_table(
                    place,
                    handle.create_write_transaction,
                    [*added] if sheds else [*removed, *added],
                    "overwrite" if sheds else "append",
                    table.arrow,
                    partition_by=list(change.partition),
                    commit_properties=properties,
                    post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
                )
        except CommitFailedError as fault:
            if places.is_url(place) and _came_about(handle, place, mark):
                return _version_of(handle, change)
            again = _created_again(handle)
            if again is None:
                raise Conflict(f"another process committed to {place} first") from fault
            with places.telling("read", place):
                of_table(place, handle.load_as_version, again)
        except (PlaceError, DeltaError, OSError) as fault:
            if places.is_url(place):
                raise Unsettled(f"cannot write {place}: {reason(fault)}") from fault
            raise
        else:
            return _version_of(handle, change)


def _partition_of(change: Commit, path: str) -> dict[str, str | None]:
    """The values of a file's partition."""
    said = dict(part.split("=", 1) for part in path.split("/") if "=" in part)
    return {name: said.get(name) if value is None else value for name, value in change.partition.items()}


def _came_about(handle: Handle, place: str, mark: str) -> bool:
    """Whether a commit that failed is there all the same: its answer was lost, and its client tried again."""
    return mark.encode() in deltalog.said_since(place, int(handle.version()))


def require_newest(handle: Handle) -> None:
    """Raise Conflict when a handle does not show its table's newest version, as another process committed since."""
    place = places.absolute(str(handle.table_uri))
    if max(deltalog.commits(place), default=0) > int(handle.version()):
        raise Conflict(f"another process committed to {place} first")


def _sheds(handle: Handle, table: "Table", change: Commit) -> bool:
    """Whether a commit replaces all rows of a table that has columns which are not declared any more.

    The log, which is partitioned, keeps those that a newer contract gave it.
    """
    known = {field.name for field in handle.schema().fields}
    replaces = not change.partition and not change.rearranges and set(change.remove) == set(paths(handle))
    return replaces and not known <= set(table.names)


def _created_again(handle: Handle) -> int | None:
    """The newest version, if all that came after the handle's is the same table once more; None if not.

    Of two processes that create a table at once, Delta lets the second commit its creation on top of the first.
    """
    place = places.absolute(str(handle.table_uri))
    later = [version for version in deltalog.commits(place) if version > int(handle.version())]
    created = later and all(deltalog.entry(place, version).operation == "CREATE TABLE" for version in later)
    return later[-1] if created else None


def _version_of(handle: Handle, change: Commit) -> int:
    """The version that a commit made, to which the handle is moved; others may have followed already.

    Raises PlaceError.
    """
    added, removed = {file.path for file in change.add}, set(change.remove)
    version = int(handle.version()) + 1
    with places.telling("read", places.absolute(str(handle.table_uri))):
        of_table(handle.table_uri, handle.update_incremental)  # going to a version would read all of it again
        while True:
            if int(handle.version()) != version:
                of_table(handle.table_uri, handle.load_as_version, version)
            found = set(paths(handle))
            if added <= found and not removed & found:
                return version
            version += 1


def until_committed(attempt: Callable[[], T], is_worth_it: Callable[[], bool] = lambda: True) -> T:
    """Try again, from a fresh look at the table, while other processes commit first. Raises GaveUp.

    Raises Conflict when one did and it is not worth it to try again.
    """
    fault = None
    for tries in range(TRIES):
        try:
            return attempt()
        except Conflict as found:
            if not is_worth_it():
                raise
            fault = found
            time.sleep(0.02 * tries)
    raise GaveUp(str(fault)) from fault
