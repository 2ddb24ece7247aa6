"""Acting: the event that a form asks for."""

import re
from collections.abc import Callable, Mapping
from secrets import randbelow
from typing import Any

from pipelines.clock import micros
from pipelines.errors import UsageError
from pipelines.reading.users import UnknownUser, id_of
from pipelines.releases.release import NoRelease

ON_USERS = {
    "followed": "followee_id",
    "unfollowed": "followee_id",
    "muted": "muted_id",
    "unmuted": "muted_id",
    "blocked": "blocked_id",
    "unblocked": "blocked_id",
}
ON_POSTS = ("liked", "unliked", "reposted", "repost_undone")
NAMES = ("username", "first_name", "last_name")
MENTION = re.compile(r"@([^\s@]{1,200}?)(?=[.,:;!?)]*(?:\s|@|$))")
MENTIONS = 20
"""How many users a text mentions at most."""
Find = Callable[[str], int]
"""The id of a user by `@username`; raises UnknownUser."""


def new_id() -> int:
    """An id of a post or a user that nobody has: the microsecond, and chance."""
    return micros(None) * 1024 + randbelow(1024)


def event_of(form: Mapping[str, str], actor: int | None, find: Find) -> dict[str, Any]:
    """The event that a form of a user asks for. Raises UsageError."""
    kind = form.get("action", "")
    if kind == "registered":
        given = {name: form.get(name, "").strip() for name in (*NAMES, "bio")}
        return {"event_type": kind, "actor_id": new_id(), **{name: text for name, text in given.items() if text}}
    if actor is None:
        raise UsageError("you act as nobody: sign in as a user, or register")
    event: dict[str, Any] = {"event_type": kind, "actor_id": actor}
    if kind in ON_USERS:
        return event | {ON_USERS[kind]: id_of(form.get("target", ""))}
    if kind in ON_POSTS:
        return event | {"post_id": id_of(form.get("target", ""))}
    if kind != "posted":
        raise UsageError("action: expected what a user can do here")
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        raise UsageError("text: expected some words")
    answered = {"reply_to_post_id": id_of(form["target"])} if form.get("target") else {}
    mentioned = _mentioned(text, find)
    named = {"mentioned_ids": mentioned} if mentioned else {}
    return event | {"post_id": new_id(), "text": text} | answered | named


def _mentioned(text: str, find: Find) -> list[int]:
    """The users whom a text mentions, once each; a name that is nobody's, or several users', is a word."""
    found = list[int]()
    for name in list(dict.fromkeys(MENTION.findall(text)))[:MENTIONS]:
        try:
            found.append(find(f"@{name}"))
        except (UnknownUser, NoRelease):
            continue
    return list(dict.fromkeys(found))


def shown_at(kind: str, target: int) -> str:
    """The page on which one sees what an action did."""
    return f"/page/posts/{target}" if kind == "posted" or kind in ON_POSTS else f"/page/users/{target}"


def target_of(event: Mapping[str, Any]) -> int:
    """The post or the user that an event is about."""
    name = ON_USERS.get(event["event_type"], "actor_id" if event["event_type"] == "registered" else "post_id")
    return int(event[name])
