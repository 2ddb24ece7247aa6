"""What all tests share: an engine, a lake of their own, and the seed of what is drawn at random."""

import os

import pytest

from pipelines.engines import open_engine
from pipelines.storage.lake import Lake

SEED = int(os.environ.get("SEED", "1"))


@pytest.fixture(scope="session")
def seed():
    return SEED


@pytest.fixture(scope="session")
def engine():
    with open_engine("sail") as opened:
        yield opened


@pytest.fixture
def lake(tmp_path):
    return Lake.at(str(tmp_path / "lake"))


def pytest_terminal_summary(terminalreporter):
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"random cases came from seed {SEED}; SEED=n draws others")
