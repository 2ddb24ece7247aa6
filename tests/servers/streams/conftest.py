"""A server of each stream, for the tests of a process that ask for it."""

import shutil

import pytest

from pipelines.storage.lake import Lake
from tests.landing.processes import at_once, killed, processes
from tests.servers.kafka import Kafka
from tests.servers.kinesis import Kinesalite, KinesisLocal

__all__ = ["at_once", "killed", "processes"]


def running(server, needs):
    """A server while it runs, where what it needs is on the path."""
    if shutil.which(needs) is None:
        pytest.skip(f"it needs {needs}, which is not on the path")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    yield from running(Kafka(tmp_path_factory.mktemp("kafka")), "java")


@pytest.fixture(scope="session")
def kinesalite(tmp_path_factory):
    yield from running(Kinesalite(tmp_path_factory.mktemp("kinesalite")), "npm")


@pytest.fixture(scope="session")
def kinesis_local(tmp_path_factory):
    yield from running(KinesisLocal(tmp_path_factory.mktemp("kinesis-local")), "npm")


@pytest.fixture
def other(tmp_path):
    """A lake to compare with."""
    return Lake.at(str(tmp_path / "other"))
