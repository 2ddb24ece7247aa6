from types import SimpleNamespace

import pytest

from pipelines.landing.land import land
from pipelines.runs.run import run
from pipelines.storage.lake import Lake
from tests.cli.conftest import FIRST, SECOND, call  # noqa: F401
from tests.landing.lines import CLOCK, file_of
from tests.serving.servers import Serving


@pytest.fixture(scope="session")
def told(tmp_path_factory, engine):
    """A lake with two releases."""
    folder = tmp_path_factory.mktemp("served")
    lake = Lake.at(str(folder / "lake"))
    for name, lines in (("first", FIRST), ("second", SECOND)):
        land(lake, engine, [file_of(folder / name, *lines)], clock=CLOCK)
        run(lake, engine, clock=CLOCK)
    return SimpleNamespace(lake=lake, root=lake.root)


@pytest.fixture(scope="session")
def server(told):
    """A server of the lake with two releases."""
    with Serving(told.root) as serving:
        yield serving
