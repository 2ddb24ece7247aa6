"""What is taken away of Redis before a publish: what the last one replaced, and what others left that did not end.

Doing it again, or only the rest of it, ends the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipelines.stores.redis import TOGETHER, Served
from pipelines.stores.redis_publisher import Publisher

if TYPE_CHECKING:
    from pipelines.stores.redis import Redis


def clean(store: "Redis", publisher: Publisher, served: Served | None, half: int) -> None:
    """Leave what is served, and what there is of one publish, by its number.

    First it is said that who reads what came before what is served can no more. Raises WatchError.
    """
    serial, generation = (0, 0) if served is None else (served.serial, served.generation)
    publisher.do(("SET", store.key("floor"), serial))
    for attempt in _numbers(store, publisher, "attempts"):
        if attempt != half:
            _clean_written(store, publisher, attempt, serial)
    for other in _numbers(store, publisher, "generations"):
        if other not in {generation, half}:
            _clean_generation(store, publisher, other)


def _numbers(store: "Redis", publisher: Publisher, name: str) -> list[int]:
    return sorted(map(int, publisher.client.smembers(store.key(name))))


def _clean_written(store: "Redis", publisher: Publisher, attempt: int, serial: int) -> None:
    """Leave of each key to which a publish wrote the newest value up to the one that is served."""
    written, at = store.key("written", attempt), 0
    while keys := publisher.client.lrange(written, at, at + TOGETHER - 1):
        _leave_newest(publisher, keys, serial)
        at += TOGETHER
    publisher.do(("DEL", written), ("SREM", store.key("attempts"), attempt))


def _leave_newest(publisher: Publisher, keys: Sequence[Any], serial: int) -> None:
    """Leave of each key the newest value up to a publish, and nothing where that one is empty."""
    gone = []
    for key, fields in zip(keys, publisher.fields(keys), strict=True):
        stays = max((number for number in map(int, fields) if number <= serial), default=None)
        is_empty = stays is None or not fields[str(stays).encode()]
        some = [field for field in fields if is_empty or int(field) != stays]
        gone += [("HDEL", key, *some)] if some else []
    if gone:
        publisher.do(*gone)


def _clean_generation(store: "Redis", publisher: Publisher, generation: int) -> None:
    """Take all keys of a generation away."""
    for keys in _together(publisher.client.scan_iter(store.key(generation, "*"), 1000)):
        publisher.do(("UNLINK", *keys))
    publisher.do(("SREM", store.key("generations"), generation))


def _together(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Keys, some at a time."""
    every = iter(keys)
    while some := list(islice(every, TOGETHER)):
        yield some
