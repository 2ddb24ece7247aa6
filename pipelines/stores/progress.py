"""What stores that pack rows keep of a publish that is not served yet: which it is, and how much of it is there."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from pipelines.stores.about import About
from pipelines.stores.base import Content


@dataclass(frozen=True)
class Progress:
    """A publish, by its plan and what it will serve: another one does not go on with what there is of it."""

    plan: str
    about: About

    def as_bytes(self, done: int, contents: Mapping[str, Content]) -> bytes:
        """How many changes are there, and what there is of each view with them, as it is kept."""
        return msgspec.msgpack.encode([self.plan, self.about.as_bytes(), done, contents])

    def of_bytes(self, raw: bytes | None) -> tuple[int, Mapping[str, Content]] | None:
        """What such bytes say; None where they are of another publish, or there are none."""
        try:
            plan, about, done, contents = msgspec.msgpack.decode(raw or b"")
        except (msgspec.DecodeError, ValueError, TypeError):
            return None
        if [plan, about] != [self.plan, self.about.as_bytes()]:
            return None
        return done, {view: Content(*content) for view, content in contents.items()}
