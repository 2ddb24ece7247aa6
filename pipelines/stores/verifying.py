"""Verifying: all rows of a release as a store gives them, compared with those of the lake."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from pipelines.reading.reader import Reader
from pipelines.storage.keyed import dicts
from pipelines.storage.lake import Lake
from pipelines.stores.base import OWNERS, Change, Row, Snapshot, Store, StoreError, shown
from pipelines.stores.changes import Difference, served_of

DIRECTORY = "user_directory"
AT_ONCE = 1000
"""Of how many owners rows are compared at once."""
SEARCHED = 20
"""How many terms are searched for in each piece of the directory."""


def verify(lake: Lake, store: Store) -> int:
    """How many rows of the release that a store serves were compared, which are those of the lake.

    Raises StoreError for the first that is not, or where nothing is served, NoRelease, LostView, DamagedFile.
    """
    with store.reading() as snapshot:
        stored = snapshot.stored
        reader = Reader.of(lake, stored.release)
        expected = served_of(reader, store.views)
        if stored != expected:
            raise StoreError(
                f"{shown(store.url)}: what it serves as release {stored.release} is not that of {lake.root}"
            )
        changes = Difference(reader, None, tuple(expected.views)).changes()
        return sum(_compared(shown(store.url), snapshot, change) for change in changes)


def _compared(url: str, snapshot: Snapshot, change: Change) -> int:
    """How many rows of some owners were compared. Raises StoreError."""
    owner = OWNERS[change.view]
    expected = by_owner(owner, dicts(change.rows))
    owners = iter(expected)
    while some := list(islice(owners, AT_ONCE)):
        found = by_owner(owner, snapshot.of_ids(change.view, owner, some))
        for one in some:
            if found.get(one) != expected[one]:
                raise StoreError(
                    f"{url}: {change.view} of {owner} {one}: expected the {len(expected[one]):,} rows of "
                    f"{snapshot.told}, found {len(found.get(one, ())):,}, or others"
                )
    if change.view == DIRECTORY:
        _search(url, snapshot, [row for rows in expected.values() for row in rows])
    return int(change.rows.num_rows)


def _search(url: str, snapshot: Snapshot, rows: Sequence[Row]) -> None:
    """Search for some of the rows by their terms. Raises StoreError where one is not found."""
    for row in rows[:: len(rows) // SEARCHED + 1]:
        named = snapshot.people(row["term"], len(rows) + AT_ONCE)
        if row not in named and len(named) < len(rows) + AT_ONCE:
            raise StoreError(f"{url}: {DIRECTORY} of {snapshot.told}: user {row['user_id']} is not found by a name")


def by_owner(owner: str, rows: Sequence[Row]) -> dict[int, list[Row]]:
    """The rows of each owner, in their order."""
    found = defaultdict[int, list[Row]](list)
    for row in rows:
        found[row[owner]].append(row)
    return found
