import shutil
from itertools import count

import pytest

from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of
from tests.landing.processes import at_once, ended, killed, processes
from tests.releases.worlds import deeds

__all__ = ["at_once", "ended", "killed", "processes"]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lakes")


@pytest.fixture(scope="session")
def landed(folder, engine):
    """A lake of one landing, without a release."""
    lake = Lake.at(str(folder / "landed"))
    land(lake, engine, [file_of(folder / "first", *deeds(30, *range(10)))], clock=CLOCK)
    return lake


@pytest.fixture(scope="session")
def released(folder, engine, landed):
    """That lake with its first release, and a second landing that no release covers."""
    lake = copied(landed, folder / "released")
    run(lake, engine, clock=CLOCK)
    land(lake, engine, [file_of(folder / "second", *deeds(31, *range(10, 14)))], clock=CLOCK)
    return lake


@pytest.fixture(scope="session")
def undisturbed(folder, engine, released):
    """That lake with its second release, where nothing went wrong."""
    lake = copied(released, folder / "undisturbed")
    run(lake, engine, clock=CLOCK)
    return lake


def copied(lake, place):
    shutil.copytree(lake.root, place)
    return Lake.at(str(place))


@pytest.fixture
def copy(tmp_path):
    """A function that gives a copy of a lake."""
    numbers = count()
    return lambda lake: copied(lake, tmp_path / f"copy{next(numbers)}")
