"""Redis: `redis://HOST:PORT/NUMBER[?prefix=NAME]`, the views of which many rows of one owner are read at a time.

The rows of an owner are one value, packed, in a hash that has it under the number of the publish that brought it: those
who read take the newest of a publish up to the one that is served. What a publish replaces stays until the next begins,
so that those who began to read before go on with what they have; who reads for longer is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from redis import Redis as Client

from pipelines.stores.about import About, PackedSnapshot
from pipelines.stores.base import NothingPublished, Row, Snapshot, Stored, StoreError, Writing
from pipelines.stores.redis_client import Place, client, place_of, telling

VIEWS = ("newsfeed", "notifications")
TOGETHER = 500
"""Of how many owners values are asked, or written, at a time."""


@dataclass(frozen=True)
class Served(About):
    """What is served, by which publish it came, and where its keys are."""

    serial: int
    generation: int


def opened(url: str) -> "Redis":
    """The store that a URL names. Raises UsageError."""
    place = place_of(url)
    return Redis(url, place)


@dataclass
class Redis:
    """A prefix of a database; nothing is opened before it is needed."""

    url: str = field(repr=False)
    place: Place = field(repr=False)
    views: tuple[str, ...] = VIEWS
    _about: tuple[bytes, Served] | None = None

    @property
    def shown(self) -> str:
        """Its URL without a password."""
        return self.place.shown

    @cached_property
    def _client(self) -> Client:
        return client(self.place.told)

    def key(self, *parts: object) -> str:
        """A key of this store."""
        return ":".join(map(str, (self.place.prefix, *parts)))

    def stored(self) -> Stored | None:
        """Which release it serves; None when nothing was published there. Raises StoreError."""
        with telling(self.shown, "read"):
            about = self.about(self._client)
        return None if about is None else about.stored

    @contextmanager
    def publishing(self, stored: Stored, *, whole: bool, plan: str) -> Iterator[Writing]:
        """Write changes, all of which are served, as this release, once the block ends; none if it raises, or dies.

        Raises StoreError, also where what is read back is not what the release has.
        """
        from pipelines.stores.redis_writing import Writer

        with Writer(self, stored, plan, whole=whole) as writer:
            yield writer
            writer.finish()

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """Read what is served. Raises StoreError."""
        with telling(self.shown, "read"):
            about = self.about(self._client)
        if about is None:
            raise NothingPublished(self.shown)
        yield RedisSnapshot(about, self, self._client)

    def close(self) -> None:
        """Let go of it."""
        self._client.close()

    def about(self, asked: Any) -> Served | None:
        """What is served, as a client tells, or a pipeline. Raises StoreError."""
        raw = asked.get(self.key("served"))
        if raw is None:
            return None
        known = self._about
        if known is None or known[0] != raw:
            known = self._about = raw, Served.of_bytes(raw, self.shown, "with another prefix")
        return known[1]


def newest(fields: Mapping[bytes, bytes], serial: int) -> bytes:
    """The value of the newest publish up to one; nothing where there is none."""
    found = max((number for number in map(int, fields) if number <= serial), default=None)
    return b"" if found is None else fields[str(found).encode()]


@dataclass(frozen=True)
class RedisSnapshot(PackedSnapshot):
    """What a store has of one release."""

    _about: Served
    _store: Redis
    _client: Client

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[Row]:
        """The rows of a view with these ids, in the column that says whose they are; all columns if none is named."""
        read, found, owners = self._layout(view).reader(key, columns), list[Row](), sorted(set(ids))
        for first in range(0, len(owners), TOGETHER):
            some = owners[first : first + TOGETHER]
            for owner, value in zip(some, self._values(view, some), strict=True):
                found += read(owner, value) if value else []
        return found

    def page(self, view: str, owner: int, limit: int, behind: Row | None = None) -> list[Row]:
        """The first rows of an owner in the order of PAGED, of those that stand behind a row, which need not be there.

        Of that row just the columns of this order are asked.
        """
        (value,) = self._values(view, [owner])
        return self._layout(view).rows.page(owner, value, limit, behind) if value else []

    def people(self, prefix: str, limit: int) -> list[Row]:
        """Raises StoreError: such a store has no names of people."""
        raise StoreError(f"{self.told} has no view 'user_directory' in this store, to find {limit} of {prefix!r}")

    def _values(self, view: str, owners: Sequence[int]) -> list[bytes]:
        """The packed rows of owners, all as of one moment. Raises StoreError where a later publish took some away."""
        keys = [self._store.key(self._about.generation, view, owner) for owner in owners]
        with telling(self._store.shown, "read"), self._client.pipeline(transaction=True) as pipeline:
            pipeline.get(self._store.key("floor"))
            for key in keys:
                pipeline.hgetall(key)
            floor, *found = pipeline.execute()
        if floor is None or int(floor) > self._about.serial:
            raise StoreError(f"{self._store.shown}: {self.told} was taken away while it was read", transient=True)
        return [newest(fields, self._about.serial) for fields in found]
