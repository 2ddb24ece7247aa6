import pytest

from pipelines.runs.run import run
from tests.cli.conftest import call
from tests.releases.conftest import copied, copy, folder, landed, released, undisturbed

__all__ = ["call", "copy", "folder", "landed", "released", "undisturbed"]


@pytest.fixture(scope="session")
def served(folder, landed, engine):
    """A lake with one release."""
    lake = copied(landed, folder / "served")
    run(lake, engine)
    return lake


@pytest.fixture
def lake(served, copy):
    return copy(served)
