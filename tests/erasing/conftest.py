import pytest

from pipelines.erasing.erase import erase
from pipelines.landing import rejects
from pipelines.storage.lake import Lake
from tests.erasing.worlds import FOREIGN, LONG, PERSON, lived_in, sources
from tests.landing.processes import ended, killed, processes
from tests.releases.conftest import copied, copy, folder

__all__ = ["copy", "ended", "folder", "killed", "processes"]


@pytest.fixture(scope="package")
def patch():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rejects, "INLINE", LONG)
        yield patch


@pytest.fixture(scope="package")
def given(folder):
    """The sources of what landed."""
    return sources(folder)


@pytest.fixture(scope="package")
def before(folder, engine, patch, given):
    """A lake in which persons left something everywhere."""
    lake = Lake.at(str(folder / "before"))
    lived_in(lake, engine, patch, given)
    return lake


@pytest.fixture(scope="package")
def erased(folder, engine, before):
    """That lake, in which both persons were erased, and what the erasure says that it did."""
    lake = copied(before, folder / "erased")
    return lake, erase(lake, engine, [PERSON, FOREIGN], "ticket 1")
