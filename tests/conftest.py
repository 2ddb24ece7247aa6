"""What all tests share: an engine, a lake of their own, the seed of what is drawn at random, and the processes."""

import gc
import os
import shutil
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from pipelines.engines import open_engine
from pipelines.storage.lake import Lake
from tests.spark_process import spark_process

pytest_plugins = ["tests.scenarios.fixtures"]

SEED = int(os.environ.get("SEED", "1"))
IN_MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""Where files of tests lie if there is so much room: they are many, small and soon gone."""
TESTS = Path(__file__).parent
LONGEST_FIRST = (
    "test_production.py",
    "test_airflow.py",
    "test_cluster.py",
    "test_hdfs.py",
    "object_stores/test_delays.py",
    "object_stores/test_mending.py",
    "object_stores/test_faults.py",
    "releases",
    "laws",
    "maintenance",
    "views",
    "cli",
    "serving",
    "dags",
    "stores",
    "erasing",
    "merge",
    "damage",
    "test_readme.py",
    "faults",
    "landing",
    "orders",
    "verification",
    "test_compiled.py",
    "door",
    "test_wheel.py",
    "storage",
)
LIKE = {"adapters": "laws", "benchmarks": "laws", "test_ldbc.py": "laws", "versions": "laws", "scenarios": "views"}
"""Parts that are run with another one: they share the laws' Spark, and the lakes of all stories."""


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


@pytest.fixture(scope="session")
def on_spark():
    """Calls a function of a test module with an engine `spark`, in a process apart, and with arguments."""
    with spark_process() as call:
        yield call


def pytest_make_parametrize_id(val, argname):
    """Bytes are told by the argument's name: packed ones say when they were packed, and all processes must agree."""
    return argname if isinstance(val, bytes) else None


def pytest_configure():
    if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free >= ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is collected stays: to look for garbage in it takes a fifth of the time, and more at each later look."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_terminal_summary(terminalreporter):
    if terminalreporter.stats.get("failed"):
        terminalreporter.write_line(f"random cases came from seed {SEED}; SEED=n draws others")


def part_of(nodeid):
    """What a test is run together with: its folder, or another one; each file of servers' tests is one for itself."""
    part, _, file = nodeid.partition("::")[0].removeprefix(f"{TESTS.name}/").partition("/")
    if part == "servers":
        return file
    return LIKE.get(part, part)


def pytest_collection_modifyitems(items):
    """Mark the tests with Spark; put the longest parts first, so that no process ends long after the others."""
    for item in items:
        if "on_spark" in item.fixturenames:
            item.add_marker("spark")
        if item.get_closest_marker("spark") and shutil.which("java") is None:
            item.add_marker(pytest.mark.skip(reason="Spark needs java, which is not on the path"))
    places = {part: place for place, part in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(part_of(item.nodeid), len(places)))


class ByPart(LoadScopeScheduling):
    """With `-n`, a part runs in one process: its tests share what is dear to make."""

    def _split_scope(self, nodeid):
        return part_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return ByPart(config, log)
