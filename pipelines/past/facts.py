"""Facts, event by event: what stands, and the events that say so, by the rules of the design in plain Python.

It shares no code with what makes views, so what it says of an entry and what a newsfeed has are two opinions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.clock import micros
from pipelines.storage.keyed import dicts

TARGETS = {
    "followed": "followee_id",
    "unfollowed": "followee_id",
    "blocked": "blocked_id",
    "unblocked": "blocked_id",
    "muted": "muted_id",
    "unmuted": "muted_id",
    "reposted": "post_id",
    "repost_undone": "post_id",
    "post_deleted": "post_id",
    "posted": "post_id",
    "deactivated": None,
    "reactivated": None,
}
"""The column in which an event names another user or a post, by type; None: it names its actor alone."""


TOLD = ("event_id", "event_time", "actor_id", "correlation_id", "causation_id")
"""What tells events of a type apart, and connects them."""


class Event(NamedTuple):
    """An event that says something: its id, type and time (microseconds since 1970), and who did it.

    And, where it says so, what it is a part of, and the id of the event that caused it.
    """

    event_id: str
    event_type: str
    event_time: int
    actor_id: int
    correlation_id: str | None = None
    causation_id: str | None = None


@dataclass(frozen=True)
class Said:
    """Whether a fact holds, and the events that say so: all since it was last withdrawn, or the last withdrawal.

    There are none where nothing was ever said.
    """

    holds: bool
    events: tuple[Event, ...] = ()

    @property
    def time(self) -> int:
        """When the event happened that decides, 0 where there is none."""
        return self.events[-1].event_time if self.events else 0


@dataclass(frozen=True)
class Post:
    """A post as its first `posted` says, and what its author did to delete it."""

    post_id: int
    author_id: int
    posted_at: int
    reply_to_post_id: int | None
    posted: Event
    deletions: tuple[Event, ...]


class Facts:
    """What some events say."""

    def __init__(self, events: Mapping[str, pa.Table]) -> None:
        self._events = events

    def follow(self, follower: int, followee: int) -> Said:
        """Whether one follows the other; either may be deactivated."""
        return self._between("followed", "unfollowed", follower, followee)

    def block(self, user: int, blocked: int) -> Said:
        """Whether one blocks the other."""
        return self._between("blocked", "unblocked", user, blocked)

    def mute(self, user: int, muted: int) -> Said:
        """Whether one mutes the other."""
        return self._between("muted", "unmuted", user, muted)

    def repost(self, user: int, post: int) -> Said:
        """Whether a user reposts a post, which may not stand."""
        return self._last("reposted", "repost_undone", user, post)

    def deactivation(self, user: int) -> Said:
        """Whether a user is deactivated."""
        return self._last("deactivated", "reactivated", user, None)

    def reposters(self, post: int) -> list[int]:
        """Who ever reposted a post, ascending."""
        return sorted({event.actor_id for event in self._of("reposted", None, post)})

    def post(self, post: int) -> Post | None:
        """A post, None where no `posted` of it was seen."""
        rows = dicts(_where(self._events["posted"], "post_id", post)) if "posted" in self._events else []
        if not rows:
            return None
        first = min(rows, key=lambda row: (row["event_time"], row["event_id"]))
        event = event_of("posted", first)
        deletions = self._of("post_deleted", first["actor_id"], post)
        return Post(post, first["actor_id"], event.event_time, first["reply_to_post_id"], event, tuple(deletions))

    def _between(self, given: str, withdrawn: str, user: int, other: int) -> Said:
        return Said(holds=False) if user == other else self._last(given, withdrawn, user, other)

    def _last(self, given: str, withdrawn: str, actor: int, target: int | None) -> Said:
        events = [*self._of(given, actor, target), *self._of(withdrawn, actor, target)]
        events.sort(key=attrgetter("event_time", "event_id"))
        if not events:
            return Said(holds=False)
        if events[-1].event_type == withdrawn:
            return Said(holds=False, events=(events[-1],))
        behind = max((n for n, event in enumerate(events, 1) if event.event_type == withdrawn), default=0)
        return Said(holds=True, events=tuple(events[behind:]))

    def _of(self, event_type: str, actor: int | None, target: int | None) -> list[Event]:
        """The events of a type by an actor that name a target, whoever and whatever these are where None."""
        rows, target_column = self._events.get(event_type), TARGETS[event_type]
        if rows is None:
            return []
        rows = rows if actor is None else _where(rows, "actor_id", actor)
        rows = rows if target is None or target_column is None else _where(rows, target_column, target)
        return [event_of(event_type, row) for row in dicts(rows)]


def _where(rows: pa.Table, column: str, value: int) -> pa.Table:
    return rows.filter(pc.equal(rows[column], value))


def event_of(event_type: str, row: dict[str, Any]) -> Event:
    """The event of a type that a row with TOLD is."""
    return Event(
        event_type=event_type, **{name: row[name] for name in TOLD} | {"event_time": micros(row["event_time"])}
    )
