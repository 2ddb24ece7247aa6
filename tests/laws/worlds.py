"""Many random histories in one lake, each among its own users, and what the views then say of each."""

import json
from bisect import bisect
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from pipelines import owners
from pipelines.events import EVENT_TYPES
from pipelines.landing.land import land
from pipelines.reading.reader import Reader
from pipelines.runs import choosing
from pipelines.runs.publishing import projections
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from pipelines.views import VIEWS, load_views
from tests.histories import Event, micros, random_history
from tests.reference import Policy, views
from tests.reference.views import utc_date

CORE = frozenset(EVENT_TYPES)
CLOCK = datetime(2024, 6, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MANY = 1 << 40

Histories = Mapping[int, list[Event]]  # by base: a history's ids lie within base + 1 … base + 999
Row = tuple[Any, ...]
Views = dict[str, list[Row]]


def drawn(seed: int, count: int) -> Histories:
    """Random histories; the last 60 have the greatest ids below 2^32, 2^53 and 2^63."""
    bases = [1000 * n for n in range(1, count - 59)]
    bases += [top - 1000 * n for top in (2**32, 2**53, 2**63) for n in range(20, 0, -1)]
    return {base: random_history(1000 * seed + n, types=CORE, base=base) for n, base in enumerate(bases)}


def together(histories: Histories) -> list[Event]:
    """The events of all histories, one history after another."""
    return list(chain.from_iterable(histories.values()))


def known(histories: Histories, until: int, first: list[Event] | None = None) -> Histories:
    """The events of histories up to a time, of all landings or of the first."""
    ids = None if first is None else {event["event_id"] for event in first}
    return {
        base: [one for one in events if micros(one["event_time"]) <= until and (ids is None or one["event_id"] in ids)]
        for base, events in histories.items()
    }


def land_events(lake, engine, events, clock=CLOCK):
    """One landing of one file with these events, in this order."""
    file = Path(f"{lake.root}-{uuid4().hex}.jsonl")
    file.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), "utf-8")
    return land(lake, engine, [str(file)], clock=clock)


def in_small_files(patch: pytest.MonkeyPatch, rows: int, most: float = MANY) -> None:
    """Data files of about so many rows, so that batches leave most of them as they are.

    A view is made anew where more owners than `most` a row of what it is made of are touched: none is by default; where
    that is 0, the newsfeeds of a bucket are where most of its readers are touched, however few.
    """
    patch.setattr(choosing, "MOST", most)
    patch.setattr(owners, "FEW", owners.FEW if most else 0)
    for projection in projections().values():
        patch.setitem(vars(projection.table), "file_rows", rows)


def released(lake, engine, policy: Policy = Policy()) -> Views:
    """The views after a run under a policy."""
    return views_of(lake, run(lake, engine, policy=vars(policy)).release.number)


def views_of(lake: Lake, release: int | None = None) -> Views:
    """All rows of all views of a release, in their order; the last one when None."""
    reader = Reader.of(lake, release)
    return {name: rows_of(reader, name) for name in VIEWS}


def rows_of(reader: Reader, view: str) -> list[Row]:
    """All rows of a view, in its order; times in microseconds, as in the reference."""
    table = load_views()[view].table
    rows = reader.rows(f"SELECT {', '.join(table.names)} FROM {view} ORDER BY {table.order_by}", view)
    return [tuple(plain(row[name]) for name in table.names) for row in rows]


def plain(value: Any) -> Any:
    """The value as the reference has it."""
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    return tuple(value) if isinstance(value, list) else value


def modelled(histories: Histories, policy: Policy = Policy()) -> Views:
    """The views as the reference has them."""
    each = [views(events, policy) for events in histories.values()]
    rows = {name: list(chain.from_iterable(one[name] for one in each)) for name in VIEWS}
    return rows | {"user_directory": sorted(rows["user_directory"]), "daily_activity": summed(rows["daily_activity"])}


def summed(activity: list[Row]) -> list[Row]:
    """The activity of histories that share no user and no event, as one row a date."""
    counts: dict[date, list[int]] = {}
    for day, *more in activity:
        counts[day] = [sum(pair) for pair in zip(more, counts.get(day, [0] * len(more)), strict=True)]
    return [(day, *counts[day]) for day in sorted(counts)]


def differing(histories: Histories, found: Views, expected: Views) -> list[int]:
    """The bases of the histories of which the two say, or may say, different things."""
    changed = [(name, row) for name in found for row in set(found[name]) ^ set(expected[name])]
    return sorted({base for name, row in changed for base in told_by(histories, name, row)})


def told_by(histories: Histories, view: str, row: Row) -> list[int]:
    """The base of the history that a row's first id comes from; without ids, those with events on the row's date."""
    names = load_views()[view].table.names
    ids = [value for name, value in zip(names, row, strict=True) if name.endswith("_id")]
    if not ids:
        return [base for base, events in histories.items() if any(utc_date(event) == row[0] for event in events)]
    bases = sorted(histories)
    return [bases[max(0, bisect(bases, ids[0]) - 1)]]
