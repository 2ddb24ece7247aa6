"""Sail, embedded in this process: tasks are threads, the session starts on first use."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelines.cores import cores
from pipelines.engines.base import Engine, Item, Result
from pipelines.memory import reuse_freed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

POOL = "SAIL_RUNTIME__MEMORY_POOL__GREEDY__MAX_SIZE"


class SailEngine(Engine):
    """Sail in this process. It runs Python tasks in threads of the process too, so `run` needs no session.

    What its DataFrames hold at once can be limited to `memory` bytes.
    """

    def __init__(self, *, verbose: bool = False, memory: int | None = None) -> None:
        self._log = "info" if verbose else "off"
        self._memory = memory
        reuse_freed()

    @cached_property
    def _server(self) -> Any:
        """A server on loopback, at a free port."""
        os.environ.setdefault("RUST_LOG", self._log)
        os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")  # what Sail frees goes back to the system: a third less
        if self._memory is not None:
            os.environ |= {"SAIL_RUNTIME__MEMORY_POOL__TYPE": "greedy", POOL: str(self._memory)}
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer(ip="127.0.0.1", port=0)
        server.start(background=True)
        return server

    @cached_property
    def session(self) -> "SparkSession":
        """A session of the server."""
        from pipelines.engines.connect import connect

        _, port = self._server.listening_address
        return connect(f"sc://127.0.0.1:{port}")

    @property
    def slots(self) -> int:
        """One task a core."""
        return cores()

    @property
    def shares_memory(self) -> bool:
        """Tasks are threads."""
        return True

    def run(self, task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Run the tasks in threads: what counts in them releases the interpreter's lock."""
        with ThreadPoolExecutor(self.slots) as pool:
            return list(pool.map(task, items))

    def close(self) -> None:
        """Stop the session before the server."""
        if "session" in self.__dict__:
            self.session.stop()
            del self.session
        if "_server" in self.__dict__:
            self._server.stop()
            del self._server
