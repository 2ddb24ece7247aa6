"""Looks at a lake: what its readers see, and what state it is in."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pipelines.errors import NewsfeedError
from pipelines.landing import quarantine
from pipelines.log.certificate import by_type
from pipelines.log.landings import newest
from pipelines.reading.reader import Reader, newsfeed
from pipelines.releases.release import last_release
from pipelines.storage import delta, folders, places
from pipelines.storage.lake import Lake
from pipelines.verification import quick
from pipelines.views import load_views

READERS: Final = (1, 2, 3)
"""Users whose newsfeeds are looked at."""


def read(root: str) -> dict[str, Any]:
    """What readers see: the last release's number, and of all views' rows a hash; why not, where they are told that."""
    try:
        reader = Reader.of(Lake.at(root))
        seen = [newsfeed(reader, user, 20) for user in READERS]
        for view, projection in load_views().items():
            sql = f"SELECT * FROM {view} ORDER BY {projection.table.order_by}"  # noqa: S608 (our own names)
            seen.append(reader.rows(sql, view))
    except NewsfeedError as fault:
        return {"told": str(fault)}
    return {"release": reader.release.number, "rows": hashlib.sha256(repr(seen).encode()).hexdigest()}


def state(root: str) -> dict[str, Any]:
    """What a lake holds, by hashes and certificates; what is wrong with its files; and what commands left behind."""
    lake = Lake.at(root)
    last, log = last_release(lake), delta.find(lake.log)
    total = {} if log is None else newest(lake.log, log).total
    rows = [row for batch in quarantine.rows_of(lake, ["source", "byte_offset"]) for row in batch.to_pylist()]
    scratch = places.join(lake.root, "_scratch")
    names = delta.find(lake.identities)
    return {
        "tables": {} if last is None else {n: [one.rows, one.content_hash] for n, one in last.tables.items()},
        "events": by_type(total or {}),
        "quarantine": sorted([Path(row["source"]).name, row["byte_offset"]] for row in rows),
        "names": 0 if names is None else names.count(),
        "wrong": [] if last is None else [told for one in quick.verify(lake, last) for told in one.faults],
        "scratch": sorted(folders.names(scratch)) if places.exists(scratch) else [],
    }


LOOKS: Final[Mapping[str, Callable[[str], dict[str, Any]]]] = {"read": read, "state": state}
