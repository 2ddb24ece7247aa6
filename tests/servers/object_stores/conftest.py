"""A store for the tests of a process, a lake for each, and what a small lake has on a disk."""

import pytest

from tests.servers import s3
from tests.servers.commands import Commands
from tests.servers.object_stores.lakes import rows, small
from tests.servers.processes import free_port


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    server = s3.trial(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def lake(store, request):
    """Commands on a lake of the test's own."""
    return Commands(f"{store.root}/{request.node.name.partition('[')[0]}-{free_port()}", store.env)


@pytest.fixture(scope="session")
def events(tmp_path_factory):
    return small(tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="session")
def expected(tmp_path_factory, events):
    """The rows of the small events, on a disk."""
    disk = Commands(str(tmp_path_factory.mktemp("disk") / "lake"))
    disk.work("land", events)
    disk.work("run")
    return rows(disk)
