"""Releases: one record names the exact version of every relation and view, and what they were made of.

Only who reads through a record sees all views of one state: the newest version of a table may be unreleased.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipelines.errors import NewsfeedError
from pipelines.policy import Policy
from pipelines.releases.expiries import expiry_of
from pipelines.storage import delta, places, query
from pipelines.storage.lake import Lake


class NoRelease(NewsfeedError):
    """There is no such release, or nothing was released yet."""


class ExpiredRelease(NoRelease):
    """The release was expired, as it was older than what is kept."""


class NothingReleased(NoRelease):
    """Nothing was released yet."""


class NoLake(NothingReleased):
    """There is no lake at that place."""


def require_lake(lake: Lake) -> None:
    """Raise NoLake unless something was landed there."""
    if not places.exists(lake.root):
        raise NoLake(f"there is no lake at {lake.root}: land events there first")


@dataclass(frozen=True)
class Released:
    """One table of a release: its Delta version, what is in it, and the version of its projection."""

    version: int
    rows: int
    content_hash: str
    projection: int


@dataclass(frozen=True)
class Release:
    """The record of a release; `tables` is keyed by `relations/NAME` and `views/NAME`.

    Where it was rolled back to an earlier one, it has the rows of that, made of the log as that was.
    """

    number: int
    released_at: datetime
    landing: int
    events: int
    policy: Policy
    tables: dict[str, Released]
    certificate: str
    buckets: int
    code_version: str
    rolls_back_to: int | None = None

    @property
    def made_as(self) -> int:
        """The number of the release as which its rows were made."""
        return self.rolls_back_to or self.number

    def as_dict(self) -> dict[str, Any]:
        """The release as JSON-ready facts."""
        facts = asdict(self)
        return {**facts, "released_at": self.released_at.isoformat(), "certificate": json.loads(self.certificate)}


def all_releases(lake: Lake) -> list[Release]:
    """Every release, the first one first. Raises NoLake."""
    require_lake(lake)
    handle = delta.find(lake.releases)
    return [] if handle is None else records(handle)


def last_of(handle: delta.Handle) -> Release | None:
    """The last release that a version of the table holds; reads no other record."""
    from pipelines.storage.keyed import KeyedFile, dicts

    number, place = delta.greatest(handle, "release"), places.absolute(str(handle.table_uri))
    if number is None:
        return None
    files = delta.facts_of_files(handle, ("path", "max.release"))
    last = next(path for path, greatest in files if greatest == number)
    (row,) = dicts(KeyedFile(places.join(place, last), "release").rows([number], None))
    return _release(row)


def last_release(lake: Lake) -> Release | None:
    """The last release, None when nothing was released yet."""
    handle = delta.find(lake.releases)
    return None if handle is None else last_of(handle)


def last_landing(lake: Lake, last: Release | None) -> int:
    """The last landing that any release covers, 0 before the first; the last one may cover fewer, by a rollback."""
    if last is None or last.rolls_back_to is None:
        return 0 if last is None else last.landing
    return max(one.landing for one in all_releases(lake))


def has_same_rows(one: Release | None, other: Release | None) -> bool:
    """Whether two releases, or none, have the same rows of the same events: one may be the other, merged."""
    return _content(one) == _content(other)


def _content(one: Release | None) -> object:
    if one is None:
        return None
    tables = {name: (table.rows, table.content_hash, table.projection) for name, table in one.tables.items()}
    return one.landing, one.events, one.policy, one.certificate, tables


def says_the_same(one: Release, other: Release) -> bool:
    """Whether two releases have the very same tables of the same events, made by the same code."""
    said = ("landing", "events", "policy", "tables", "certificate", "buckets", "code_version")
    return all(getattr(one, name) == getattr(other, name) for name in said)


def records(handle: delta.Handle) -> list[Release]:
    """The releases that a version of the table holds, the first one first."""
    rows = query.rows({"releases": handle}, "SELECT * FROM releases ORDER BY release")
    return [_release(row) for row in rows]


def release(lake: Lake, number: int | None = None) -> Release:
    """A release by number, the last one when None. Raises NoRelease, ExpiredRelease, NoLake."""
    found = all_releases(lake)
    if not found:
        raise NothingReleased(f"nothing was released at {lake.root} yet: `newsfeed run` publishes the first release")
    by_number = {one.number: one for one in found}
    if number is not None and number not in by_number:
        expiry = expiry_of(lake, number)
        if expiry is not None:
            raise ExpiredRelease(f"release {number} was {expiry}: the oldest one is {found[0].number}")
        raise NoRelease(f"there is no release {number}: the last one is {found[-1].number}")
    return found[-1] if number is None else by_number[number]


def _release(row: dict[str, Any]) -> Release:
    tables = {name: Released(**facts) for name, facts in json.loads(row["tables"]).items()}
    policy = Policy(**json.loads(row["policy"]))
    kept = ("released_at", "landing", "events", "certificate", "buckets", "code_version")
    facts = {name: row[name] for name in kept}
    return Release(row["release"], policy=policy, tables=tables, rolls_back_to=row.get("rolls_back_to"), **facts)
