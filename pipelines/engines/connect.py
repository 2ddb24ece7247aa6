"""A Spark Connect server that somebody else runs: Apache Spark's, or Sail's."""

import os
import socket
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import cast
from urllib.parse import urlsplit

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.session import SparkSession as RemoteSession

from pipelines.engines.base import CONF, Engine, EngineError, Item, Result
from pipelines.engines.tasks import run_in_workers

CONNECT_MODE = "SPARK_CONNECT_MODE_ENABLED"  # PySpark's sign that `functions` build columns for a Connect server
DIRECTLY = [("grpc.enable_http_proxy", 0)]


def connect(url: str) -> SparkSession:
    """A new session of the server at a `sc://` address, in UTC; it is no other session's, and shares no setting.

    No proxy stands between: it would not reach this machine's own servers, and the client would wait for ever.

    Raises EngineError at once when no server answers: the client alone would try for ten minutes.
    """
    server = urlsplit(url)
    try:
        socket.create_connection((server.hostname or "", server.port or 15002), timeout=10).close()
        os.environ[CONNECT_MODE] = "1"
        channel = DefaultChannelBuilder(url, DIRECTLY)
        session = cast("SparkSession", RemoteSession.builder.channelBuilder(channel).create())
        for key, value in CONF.items():
            session.conf.set(key, value)
    except (OSError, ValueError, PySparkException) as fault:
        raise EngineError(f"no Spark Connect server answers at {url}: {fault}") from fault
    return session


class ConnectEngine(Engine):
    """A session of a Spark Connect server; its workers need this package, as those of any cluster do."""

    def __init__(self, url: str) -> None:
        self._url = url

    @cached_property
    def session(self) -> SparkSession:
        """A session of the server."""
        return connect(self._url)

    @property
    def slots(self) -> int:
        """As many as the server makes partitions of a shuffle: a client is told nothing better."""
        return int(self.session.conf.get("spark.sql.shuffle.partitions", "2") or 2)

    @property
    def shares_memory(self) -> bool:
        """Tasks are workers of the server."""
        return False

    def run(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run each task as a task of the server."""
        return run_in_workers(self.session, task, items)

    def close(self) -> None:
        """Stop the session; the server goes on."""
        if "session" in self.__dict__:
            self.session.stop()
            del self.session
