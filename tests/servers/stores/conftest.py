"""A server of each store, for the tests of a process that ask for it, and a store of its own for each test."""

from itertools import count

import pytest

from tests.landing.processes import at_once, killed, processes
from tests.servers.postgresql import PostgreSQL
from tests.servers.redis import Redis
from tests.stores.lakes import erased, expired, lakes, other

__all__ = ["at_once", "erased", "expired", "killed", "lakes", "other", "processes"]

NUMBERS = count(1)


def running(server):
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def redis(tmp_path_factory):
    yield from running(Redis(tmp_path_factory.mktemp("redis")))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    yield from running(PostgreSQL(tmp_path_factory.mktemp("postgresql")))


@pytest.fixture
def redis_url(redis):
    """A store of Redis without anything in it."""
    return f"{redis.url()}?prefix=store{next(NUMBERS)}"


@pytest.fixture
def postgresql_url(postgresql):
    """A store of PostgreSQL without anything in it."""
    return f"{postgresql.url()}?schema=store{next(NUMBERS)}"
