"""What a store that packs rows says that it serves: which release that is, and how the rows of its views are packed."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import msgspec

from pipelines.stores.base import Content, Row, Stored, StoreError
from pipelines.stores.packing import Layout

FORMAT = 1
KEPT = 50_000
"""Of how many owners of a view rows are kept at most: some 25 megabytes."""


@dataclass(frozen=True)
class About:
    """What is served, and how its rows are packed. What a kind of store adds are numbers by which it finds them."""

    stored: Stored
    layouts: Mapping[str, Layout]

    def kept(self, view: str, columns: tuple[str, ...]) -> dict[int, list[Row]]:
        """Some rows of a view with these columns, by owner, that were read already; here more may be kept."""
        found = self._kept.setdefault((view, columns), {})
        if len(found) >= KEPT:
            found.clear()
        return found

    @cached_property
    def _kept(self) -> dict[tuple[str, tuple[str, ...]], dict[int, list[Row]]]:
        return {}

    def as_bytes(self) -> bytes:
        """What is served as it is kept."""
        numbers = [getattr(self, one.name) for one in fields(self)[len(fields(About)) :]]
        views = {view: list(content) for view, content in self.stored.views.items()}
        layouts = [layout.as_facts() for layout in self.layouts.values()]
        return msgspec.msgpack.encode([FORMAT, *numbers, self.stored.lake, self.stored.release, views, layouts])

    @classmethod
    def of_bytes(cls, raw: bytes, url: str, elsewhere: str) -> Self:
        """What such bytes say. Raises StoreError for others, which says where else one may publish."""
        try:
            form, *facts = msgspec.msgpack.decode(raw)
            if form == FORMAT:
                return cls._of(*facts)
        except (msgspec.DecodeError, ValueError, TypeError) as fault:
            raise StoreError(f"{url}: it is no store of `newsfeed publish`") from fault
        raise StoreError(f"{url}: expected the form {FORMAT} of stores, found {form}: publish {elsewhere}")

    @classmethod
    def _of(cls, *facts: Any) -> Self:
        *numbers, lake, release, views, layouts = facts
        stored = Stored(lake, release, {view: Content(*content) for view, content in views.items()})
        return cls(stored, {one[0]: Layout.of_facts(one) for one in layouts}, *numbers)


@dataclass(frozen=True)
class PackedSnapshot:
    """What is known of a release that a store has, before any of its rows are read."""

    _about: About

    @property
    def stored(self) -> Stored:
        """Which release that is."""
        return self._about.stored

    @property
    def told(self) -> str:
        """In words what is read, such as `release 3`."""
        return f"release {self.stored.release}"

    def _layout(self, view: str) -> Layout:
        try:
            return self._about.layouts[view]
        except KeyError:
            raise StoreError(f"{self.told} has no view {view!r} in this store") from None
