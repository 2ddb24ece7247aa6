"""What all tests share: an engine, a lake of their own, and the seed of what is drawn at random."""

import os
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from pipelines.engines import open_engine
from pipelines.storage.lake import Lake

pytest_plugins = ["tests.scenarios.fixtures"]

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


@pytest.fixture
def in_own_process(monkeypatch):
    """Runs a function of a test module in a new process, for Spark: one process can have one kind of session.

    Its Java compiles in haste, since it does not live long.
    """
    if shutil.which("java") is None:
        pytest.skip("the engine 'spark' needs java, which is not on the path")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield lambda task, *arguments: process.submit(task, *arguments).result()


def pytest_terminal_summary(terminalreporter):
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"random cases came from seed {SEED}; SEED=n draws others")
