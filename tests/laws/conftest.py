"""The histories that all laws are tried on, and what the views say of them when nothing is special."""

from datetime import timedelta
from itertools import count
from random import Random

import pytest

from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.histories import micros
from tests.laws.worlds import CLOCK, drawn, land_events, released, together

HISTORIES = 360


@pytest.fixture(scope="session")
def histories(seed):
    return drawn(seed, HISTORIES)


@pytest.fixture(scope="session")
def new_lake(tmp_path_factory):
    """A function that gives a new lake each time."""
    folder, numbers = tmp_path_factory.mktemp("lakes"), count(1)
    return lambda: Lake.at(str(folder / f"lake{next(numbers)}"))


@pytest.fixture(scope="session")
def plainly(engine, new_lake):
    """The plain way: one landing in the order of the histories, one run."""

    def views_after(histories):
        lake = new_lake()
        land_events(lake, engine, together(histories))
        return released(lake, engine)

    return views_after


@pytest.fixture(scope="session")
def plain_views(plainly, histories):
    return plainly(histories)


@pytest.fixture(scope="session")
def landings(histories, seed):
    """The events of all histories in two parts, in any order."""
    events = Random(seed).sample(every := together(histories), len(every))
    return events[: len(events) // 2], events[len(events) // 2 :]


@pytest.fixture(scope="session")
def past(engine, new_lake, landings):
    """Each part in a landing of its own, a day apart, with a release of both."""
    made = new_lake()
    for part, clock in zip(landings, (CLOCK, CLOCK + timedelta(days=1)), strict=True):
        land_events(made, engine, part, clock)
    run(made, engine)
    return made


@pytest.fixture(scope="session")
def times(histories, seed):
    """Three times at which events happened."""
    return Random(seed).sample(sorted({micros(event["event_time"]) for event in together(histories)}), 3)
