"""A server of each stream, for the tests of a process that ask for it."""

import re
import shutil
from functools import partial

import pytest

from pipelines.landing import land as landing
from pipelines.storage.lake import Lake
from tests.landing.lines import CLOCK
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


@pytest.fixture
def topic(kafka, request):
    """A new topic of three partitions; its name."""
    name = re.sub(r"[^\w.-]", "-", request.node.name)[:100]
    kafka.create_topic(name, 3)
    return name


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """A function that writes the file of settings; its name."""

    def write(text):
        (tmp_path / "settings").write_text(text)
        monkeypatch.setenv("NEWSFEED_KAFKA", str(tmp_path / "settings"))
        return tmp_path / "settings"

    return write


@pytest.fixture
def land_in(engine):
    """Land sources in a lake, at CLOCK unless told otherwise."""

    def landed(lake, *sources, clock=CLOCK, **given):
        return landing.land(lake, engine, sources, clock=clock, **given)

    return landed


@pytest.fixture
def land(land_in, lake):
    """Land sources in the test's lake."""
    return partial(land_in, lake)


@pytest.fixture
def other(tmp_path):
    """Another lake, in which files land."""
    return Lake.at(str(tmp_path / "other"))


@pytest.fixture(scope="session")
def kinesalite(tmp_path_factory):
    yield from running(Kinesalite(tmp_path_factory.mktemp("kinesalite")), "npm")


@pytest.fixture(scope="session")
def kinesis_local(tmp_path_factory):
    yield from running(KinesisLocal(tmp_path_factory.mktemp("kinesis-local")), "npm")


@pytest.fixture
def stream(kinesalite, monkeypatch, request):
    """The name of a new stream of three shards."""
    for name, value in kinesalite.env.items():
        monkeypatch.setenv(name, value)
    kinesalite.create_stream(request.node.name[:100], 3)
    return request.node.name[:100]
