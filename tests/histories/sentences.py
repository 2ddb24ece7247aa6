"""Histories told in sentences: `alice.follows(bob)` appends one event.

The n-th event happens n minutes after midnight unless `at` says when ("12:30" on the same day,
or a whole event_time); so the default times strictly increase.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Self

Event = dict[str, Any]

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_time(at: str) -> str:
    """ "12:30", with seconds or not, on the day of the history; a whole event_time as it is."""
    return at if "T" in at else f"{MIDNIGHT.date()}T{at}{'' if at.count(':') == 2 else ':00'}Z"


def micros(at: str) -> int:
    """Microseconds since 1970 of "12:30" on the day of the history, or of a whole event_time."""
    return (datetime.fromisoformat(event_time(at)) - EPOCH) // timedelta(microseconds=1)


class History:
    """Events in the order told; users are 1, 2, 3 …, posts 101, 102 …"""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._users = 0
        self._posts = 100

    def users(self, *names: str) -> "tuple[User, ...]":
        """New users, who have not done anything yet."""
        first = self._users + 1
        self._users += len(names)
        return tuple(User(self, first + n, name) for n, name in enumerate(names))

    def lines(self) -> list[bytes]:
        """One JSON object a line, as they come to the door."""
        return [json.dumps(event, ensure_ascii=False).encode() for event in self.events]

    def next_post_id(self) -> int:
        """An id that no post has yet."""
        self._posts += 1
        return self._posts

    def tell(self, event_type: str, actor_id: int, at: str | None, event_id: str | None, **payload: Any) -> Event:
        """The event, appended; a field that is None is left out."""
        number = len(self.events) + 1
        clock = f"{MIDNIGHT + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"
        event = {
            "event_id": event_id or f"e{number:04}",
            "event_type": event_type,
            "event_time": event_time(at) if at else clock,
            "actor_id": actor_id,
        }
        event |= {field: value for field, value in payload.items() if value is not None}
        self.events.append(event)
        return event


class User(int):
    """A user's id that can act: each verb appends one event.

    Verbs give the event, but `posts` and `replies` give the post's id. Every verb takes `at` and
    `event_id`.
    """

    history: History
    name: str

    def __new__(cls, history: History, user_id: int, name: str) -> Self:
        user = super().__new__(cls, user_id)
        user.history = history
        user.name = name
        return user

    def _does(self, event_type: str, at: str | None = None, event_id: str | None = None, **payload: Any) -> Event:
        return self.history.tell(event_type, int(self), at, event_id, **payload)

    def registers(self, **given: Any) -> Event:
        """Registers as `name`, First name Name, Last name Doe, unless other names are given."""
        names = {"username": self.name, "first_name": self.name.capitalize(), "last_name": "Doe"}
        return self._does("registered", **(names | given))

    def changes_profile(self, **given: Any) -> Event:
        return self._does("profile_changed", **given)

    def deactivates(self, **when: Any) -> Event:
        return self._does("deactivated", **when)

    def reactivates(self, **when: Any) -> Event:
        return self._does("reactivated", **when)

    def follows(self, user: int, **when: Any) -> Event:
        return self._does("followed", followee_id=int(user), **when)

    def unfollows(self, user: int, **when: Any) -> Event:
        return self._does("unfollowed", followee_id=int(user), **when)

    def blocks(self, user: int, **when: Any) -> Event:
        return self._does("blocked", blocked_id=int(user), **when)

    def unblocks(self, user: int, **when: Any) -> Event:
        return self._does("unblocked", blocked_id=int(user), **when)

    def mutes(self, user: int, **when: Any) -> Event:
        return self._does("muted", muted_id=int(user), **when)

    def unmutes(self, user: int, **when: Any) -> Event:
        return self._does("unmuted", muted_id=int(user), **when)

    def posts(self, text: str = "hello", *, post_id: int | None = None, **given: Any) -> int:
        """Posts the text; `given` may hold language (with version=2 languages), reply_to_post_id and mentioned_ids."""
        if given.get("mentioned_ids") is not None:
            given["mentioned_ids"] = [int(user) for user in given["mentioned_ids"]]
        post_id = post_id or self.history.next_post_id()
        return int(self._does("posted", post_id=post_id, text=text, **given)["post_id"])

    def replies(self, post: int, text: str = "indeed", **given: Any) -> int:
        return self.posts(text, reply_to_post_id=post, **given)

    def edits(self, post: int, text: str, **when: Any) -> Event:
        return self._does("post_edited", post_id=post, text=text, **when)

    def deletes(self, post: int, **when: Any) -> Event:
        return self._does("post_deleted", post_id=post, **when)

    def reposts(self, post: int, **when: Any) -> Event:
        return self._does("reposted", post_id=post, **when)

    def undoes_repost(self, post: int, **when: Any) -> Event:
        return self._does("repost_undone", post_id=post, **when)

    def likes(self, post: int, **when: Any) -> Event:
        return self._does("liked", post_id=post, **when)

    def unlikes(self, post: int, **when: Any) -> Event:
        return self._does("unliked", post_id=post, **when)
