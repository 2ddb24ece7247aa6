import shutil
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.landing.land import land
from pipelines.maintenance.expiry import Limits
from pipelines.maintenance.maintain import maintain
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of
from tests.landing.processes import at_once, killed, processes
from tests.maintenance.lakes import kept
from tests.releases.conftest import copy, folder
from tests.releases.worlds import deeds

__all__ = ["at_once", "copy", "folder", "killed", "processes"]

LANDINGS, EACH = 20, 2
"""So many small landings, and a run after each second."""


@pytest.fixture(scope="session")
def worn(folder, engine):
    """A lake of many small landings and ten releases."""
    lake = Lake.at(str(folder / "worn"))
    for number in range(LANDINGS):
        clock = CLOCK + timedelta(minutes=number)
        land(lake, engine, [file_of(folder / f"worn-{number}", *deeds(30, number))], clock=clock)
        if number % EACH == EACH - 1:
            run(lake, engine, clock=clock)
    return lake


@pytest.fixture
def tidy():
    """A function that keeps the last three releases of a lake, some hours from now, and then once more after that."""

    def execute(lake, *hours, **given):
        for hour in hours or (0, 2):
            clock = datetime.now(UTC) + timedelta(hours=hour)
            report = maintain(lake, Limits(3), execute=True, clock=clock, **given)
            assert report.faults == []
        return report.steps

    return execute


@pytest.fixture(scope="session")
def tidied(folder, worn):
    """That lake, maintained twice, two hours apart, with three releases left."""
    shutil.copytree(worn.root, folder / "tidied")
    lake = Lake.at(str(folder / "tidied"))
    for hour in (0, 2):
        maintain(lake, Limits(3), execute=True, clock=datetime.now(UTC) + timedelta(hours=hour))
    return lake


@pytest.fixture(scope="session")
def right(worn):
    """What the last three releases hold and serve, and the whole log."""
    return kept(worn)
