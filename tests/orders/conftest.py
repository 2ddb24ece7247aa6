import os
import time
from random import Random

import pytest

from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK, file_of
from tests.laws.worlds import in_small_files
from tests.orders.commands import MAINTAIN, Command, Turns
from tests.orders.turns import ROWS
from tests.releases.conftest import copied, copy, folder
from tests.releases.worlds import deeds

__all__ = ["copy", "folder"]

ORDERS = int(os.environ.get("ORDERS", "1"))
"""How many cases each test draws; all when there are fewer."""


@pytest.fixture(scope="package")
def turns():
    process = Turns()
    yield process
    process.close()


@pytest.fixture
def random(seed, request):
    return Random(f"{seed} {request.node.name}")


@pytest.fixture
def some(random):
    """A function that draws some of what there is."""
    return lambda found: random.sample(found, min(ORDERS, len(found)))


@pytest.fixture(scope="package")
def sources(folder):
    """What two landings bring, some of it both of them; each with a line that does not fit."""
    first, second = deeds(31, 10, 11), deeds(31, 11, 12)
    return [file_of(folder / "more-a", *first, b"bad"), file_of(folder / "more-b", *second, b"bad")]


@pytest.fixture
def of(turns, sources):
    """A function that gives a command with points; a landing is of one of the sources."""

    def command(what, stops=(), which=0):
        given = {"run": {}, "repair": {}, "land": {"sources": [sources[which]]}, "maintain": MAINTAIN}
        return Command(turns, what, stops, **given[what])

    return command


@pytest.fixture(scope="package")
def in_many_files():
    with pytest.MonkeyPatch.context() as patch:
        in_small_files(patch, ROWS)
        yield


@pytest.fixture(scope="package")
def worn(folder, engine, turns, in_many_files):
    """A lake of two releases and a landing more, with small files, and with what a killed run left."""
    lake = Lake.at(str(folder / "worn"))
    for number in range(3):
        land(lake, engine, [file_of(folder / f"worn-{number}", *deeds(30, number), b"bad")], clock=CLOCK)
        if number < 2:
            run(lake, engine)
    run_killed = Command(turns, "run", policy={"cap": 1}, kill=("record", 1, "before"))
    turns.take({**run_killed.job, "root": lake.root, "clock": CLOCK.isoformat()})
    time.sleep(1.1)  # so that what is there is older than every command that begins
    return lake


@pytest.fixture(scope="package")
def undisturbed(folder, engine, worn, sources):
    """That lake with both landings, and all made of the log."""
    lake = copied(worn, folder / "undisturbed")
    land(lake, engine, sources, clock=CLOCK)
    run(lake, engine, rebuild=True)
    return lake
