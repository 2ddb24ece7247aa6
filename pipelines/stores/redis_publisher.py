"""Who publishes to Redis: one at a time, known by a number, and by a connection for as long as it lives.

A publish takes a number, writes it down as that of who publishes, and does nothing once another number stands there.
"""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from redis.exceptions import NoPermissionError, WatchError

from pipelines.stores.base import StoreError
from pipelines.stores.redis_client import client
from pipelines.stores.turns import in_turn

if TYPE_CHECKING:
    from pipelines.stores.redis import Redis

EVICTS = "allkeys"
"""What policies begin with that take away keys of which nobody said that they may go."""


@contextmanager
def closed_by_fault(publisher: "Publisher") -> Iterator[None]:
    """Let a publisher go where it cannot go on, so that nobody waits for it."""
    try:
        yield
    except BaseException:
        publisher.close()
        raise


class Publisher:
    """One who publishes, until it is closed, or another one takes over."""

    def __init__(self, store: "Redis") -> None:
        self._store = store
        self._name = f"newsfeed-publish-{os.getpid()}-{secrets.token_hex(4)}"
        self.client = client(store.place.told, self._name)
        with closed_by_fault(self):
            self._require_no_eviction()
            self._run = self._run_id(self.client)
            self.number = in_turn(self._number, store.shown)

    def close(self) -> None:
        """Let go of the connection, by which others see that nobody publishes any more."""
        self.client.close()

    def do(self, *commands: tuple[Any, ...]) -> None:
        """Do commands all at once, unless another one took over. Raises WatchError."""
        self._do(commands)

    def end(self, *commands: tuple[Any, ...]) -> None:
        """Do the last commands. Raises WatchError, StoreError when what was done before may be lost."""
        self._do((*commands, ("DEL", self._store.key("publisher"))), is_last=True)

    def fields(self, keys: Iterable[Any]) -> list[dict[bytes, bytes]]:
        """What there is under some keys, by the numbers of publishes."""
        with self.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hgetall(key)
            return pipeline.execute()

    def _do(self, commands: tuple[tuple[Any, ...], ...], *, is_last: bool = False) -> None:
        key = self._store.key("publisher")
        with self.client.pipeline() as pipeline:
            pipeline.watch(key)
            if pipeline.get(key) != self._me(self.number):
                raise WatchError
            if is_last and self._run_id(pipeline) != self._run:
                raise StoreError(
                    f"cannot write {self._store.shown}: the server was started anew meanwhile", transient=True
                )
            pipeline.multi()
            for command in commands:
                pipeline.execute_command(*command)
            pipeline.execute()

    def _me(self, number: int) -> bytes:
        return f"{number} {self._name}".encode()

    def _number(self) -> int | None:
        """The number of this publish, None when another one is under way."""
        key = self._store.key("publisher")
        with self.client.pipeline() as pipeline:
            pipeline.watch(key)
            other: Any = pipeline.get(key)
            if other is not None and self._is_there(other.decode().partition(" ")[2]):
                return None
            number = int(pipeline.execute_command("INCR", self._store.key("serial")))
            pipeline.multi()
            pipeline.set(key, self._me(number))
            pipeline.sadd(self._store.key("attempts"), number)
            try:
                pipeline.execute()
            except WatchError:
                return None
            return number

    def _is_there(self, name: str) -> bool:
        """Whether a client of this name is connected, as far as one is told."""
        with client(self._store.place.told) as other:
            try:
                return any(one["name"] == name for one in other.client_list())
            except NoPermissionError:
                return False

    def _run_id(self, asked: Any) -> str:
        """Which start of the server this is."""
        return str(asked.info("server")["run_id"])

    def _require_no_eviction(self) -> None:
        """Raise StoreError where the server may take keys away: an owner whose are gone seems to have no rows."""
        memory: Any = self.client.info("memory")
        policy = str(memory.get("maxmemory_policy", ""))
        if memory.get("maxmemory") and policy.startswith(EVICTS):
            raise StoreError(
                f"cannot write {self._store.shown}: expected the maxmemory-policy noeviction, found {policy}, "
                "by which rows that are served would go"
            )
