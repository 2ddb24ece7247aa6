"""One lake in which many histories happen at once, each among its own users and on its own days."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import pytest

from pipelines.reading.reader import Reader
from pipelines.runs.plans import Mode
from pipelines.runs.run import run
from pipelines.runs.staged import BYTES_PER_EVENT
from pipelines.views import load_views
from tests.histories import Event
from tests.laws.worlds import Row, in_small_files, land_events, rows_of
from tests.reference import Policy

LATER = datetime(2200, 1, 1, tzinfo=UTC)  # the landing's clock: the last history happens long after the first
IDS, DAYS = 1000, timedelta(days=30)  # how far apart histories are
FILE_ROWS = 20  # about as many as a data file has at most
BUCKETS = 4  # in how many buckets tables are, where there are so many histories


def key_of(events: list[Event]) -> str:
    """What two histories that say the same have in common."""
    return json.dumps(events)


class Place:
    """Where a history happens: how much is added to its ids and times, and put before its event ids."""

    def __init__(self, number: int) -> None:
        self.base = IDS * number
        self.later = DAYS * number

    def there(self, event: Event) -> Event:
        """The event as it lands."""
        return {field: self.value_there(field, value) for field, value in event.items()}

    def value_there(self, field: str, value):
        """The value of a field as it lands."""
        if field == "event_id":
            return f"{self.base}-{value}"
        if field == "event_time":
            return (datetime.fromisoformat(value) + self.later).isoformat()
        if field == "mentioned_ids":
            return [self.base + user for user in value]
        if field.endswith("_id"):
            assert 0 < value < IDS, f"{field} {value}: a story's ids are below {IDS}"
            return self.base + value
        return value

    def back(self, row: Row, kinds: tuple[str, ...]) -> Row:
        """The row as the history itself would have it."""
        before = {"id": self.base, "timestamp": self.later // timedelta(microseconds=1), "date": self.later}
        return tuple(v - before[k] if k in before and v is not None else v for k, v in zip(kinds, row, strict=True))


class Stage:
    """Histories, landed together in a new lake at the first question; then one run for each policy asked about."""

    def __init__(self, new_lake, engine, asked: Iterable[tuple[list[Event], Policy]]) -> None:
        self.new_lake, self.engine = new_lake, engine
        self.asked = [(key_of(events), policy) for events, policy in asked if events]
        told = {key: json.loads(key) for key, _ in self.asked}
        self.places = {key: Place(number) for number, key in enumerate(told, start=1)}
        self.landed = {key: [self.places[key].there(event) for event in events] for key, events in told.items()}
        self.readers: dict[Policy, Reader] = {}
        self.rows: dict[tuple[str, Policy], dict[int, list[Row]]] = {}

    @cached_property
    def lake(self):
        """The lake in which everything landed."""
        lake = self.new_lake()
        land_events(lake, self.engine, [event for events in self.landed.values() for event in events], clock=LATER)
        return lake

    def ask(self, events: list[Event], view: str, policy: Policy) -> list[Row]:
        """What the pipeline says of one of the histories."""
        place = self.places[key_of(events)]
        if (view, policy) not in self.rows:
            self.rows[view, policy] = self.apart(view, self.released(policy))
        return [place.back(row, kinds_of(view)) for row in self.rows[view, policy].get(place.base, [])]

    def released(self, policy: Policy) -> Reader:
        """Who reads the release under a policy, of a run that happens at the first question."""
        if policy not in self.readers:
            number = run(self.lake, self.engine, policy=vars(policy)).release.number
            self.readers[policy] = Reader.of(self.lake, number)
        return self.readers[policy]

    def apart(self, view: str, reader: Reader) -> dict[int, list[Row]]:
        """The rows of a view by the base of the history that they speak of."""
        kinds, found = kinds_of(view), defaultdict(list)
        for row in rows_of(reader, view):
            base = row[kinds.index("id")] // IDS * IDS if "id" in kinds else self.base_of_day[row[0]]
            found[base].append(row)
        return found

    @cached_property
    def base_of_day(self) -> dict[date, int]:
        """The base of the history that happens on a day."""
        days: dict[date, int] = {}
        for key, events in self.landed.items():
            base = self.places[key].base
            for event in events:
                day = datetime.fromisoformat(event["event_time"]).astimezone(UTC).date()
                assert days.setdefault(day, base) == base, f"two histories happen on {day}"
        return days


class StageOfBatches(Stage):
    """The same, in a lake for each policy, of the histories that are asked about under it.

    A run is between the last event of each history and all before it. The next one makes anew only the rows of whom
    that event concerns, in some buckets of many files.
    """

    def released(self, policy: Policy) -> Reader:
        """Who reads the second release under a policy."""
        if policy not in self.readers:
            told = {key: self.landed[key] for key, under in self.asked if under == policy}
            with pytest.MonkeyPatch.context() as patch:
                in_small_files(patch, min(FILE_ROWS, len(told)))
                self.readers[policy] = self.released_twice(policy, [*told.values()])
        return self.readers[policy]

    def released_twice(self, policy: Policy, histories: list[list[Event]]) -> Reader:
        """Who reads the second release of some histories, each of a landing of its own."""
        batches = [events[:-1] for events in histories], [events[-1:] for events in histories]
        lake, buckets = self.new_lake(), min(BUCKETS, len(histories))
        share = max(1, -(-sum(map(len, batches[0])) // buckets))
        for batch in batches:
            land_events(lake, self.engine, [event for events in batch for event in events], clock=LATER)
            made = run(lake, self.engine, policy=vars(policy), memory=share * BYTES_PER_EVENT * self.engine.slots)
        assert {Mode.REBUILT, Mode.DERIVED}.isdisjoint(made.modes.values())
        return Reader.of(lake, made.release.number)


def kinds_of(view: str) -> tuple[str, ...]:
    """The type of each column of a view, `id` for ids."""
    return tuple("id" if column.name.endswith("_id") else column.type for column in load_views()[view].table.columns)
