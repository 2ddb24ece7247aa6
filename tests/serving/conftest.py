from types import SimpleNamespace

import pytest

from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.cli.conftest import FIRST, SECOND, call  # noqa: F401
from tests.landing.lines import CLOCK, file_of
from tests.serving.intakes import Taking
from tests.serving.servers import Forked


@pytest.fixture
def taking(lake, engine, tmp_path):
    """An intake of a lake, with what calls it."""
    made = Taking(lake, engine, tmp_path / "inbox")
    yield made
    made.intake.close()


@pytest.fixture
def land_file(lake, engine, tmp_path):
    """A function that lands lines as a file, which the server knows nothing of."""
    return lambda *lines: land(lake, engine, [file_of(tmp_path / "file.jsonl", *lines)])


@pytest.fixture(scope="session")
def told(tmp_path_factory, engine):
    """A lake with two releases."""
    folder = tmp_path_factory.mktemp("served")
    lake = Lake.at(str(folder / "lake"))
    for name, lines in (("first", FIRST), ("second", SECOND)):
        land(lake, engine, [file_of(folder / name, *lines)], clock=CLOCK)
        run(lake, engine, clock=CLOCK)
    return SimpleNamespace(lake=lake, root=lake.root)


@pytest.fixture(scope="session", params=["lake", "lmdb"])
def server(told, request, tmp_path_factory):
    """A server of the lake with two releases: from its files, and from a store that the server publishes to."""
    store = "lake" if request.param == "lake" else f"lmdb:{tmp_path_factory.mktemp('store')}/served"
    with Forked(told.root, "--store", store) as serving:
        serving.wait_until_ready()
        yield serving
