"""Sail, embedded in this process: tasks are threads, the session starts on first use."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

from pyspark.sql import SparkSession

from pipelines.engines.base import Engine, Item, Result


class SailEngine(Engine):
    """Sail in this process. It runs Python tasks in threads of the process too, so `run` needs no session."""

    def __init__(self) -> None:
        self._server: Any = None

    @cached_property
    def session(self) -> SparkSession:
        """A session of a Sail server on loopback."""
        os.environ.setdefault("RUST_LOG", "off")
        from pysail.spark import SparkConnectServer

        self._server = SparkConnectServer(ip="127.0.0.1", port=0)
        self._server.start(background=True)
        _, port = self._server.listening_address
        session: SparkSession = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        return session

    @property
    def slots(self) -> int:
        """One task a core."""
        return len(os.sched_getaffinity(0))

    def run(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run the tasks in threads: what counts in them releases the interpreter's lock."""
        with ThreadPoolExecutor(self.slots) as pool:
            return list(pool.map(task, items))

    def close(self) -> None:
        """Stop the session before the server."""
        if "session" in self.__dict__:
            self.session.stop()
            self._server.stop()
