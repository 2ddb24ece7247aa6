"""The histories that all laws are tried on, and what the views say of them when nothing is special."""

from itertools import count

import pytest

from pipelines.storage.lake import Lake
from tests.laws.worlds import drawn, land_events, released, together

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
