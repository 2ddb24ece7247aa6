"""Acting: the event that a form asks for."""

import json
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
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
SAID = ("action", "target", "text", "username", "first_name", "last_name", "bio")
"""What a user says by a form, which makes one event, however often it is sent."""
SECOND = 1 << 30
"""About so many ids there are in a second."""
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


def made_once(form: Mapping[str, str], actor: int | None) -> dict[str, Any]:
    """The id of an event, and that of the post or the user that it makes: the same each time that a form is sent.

    A form brings an id that nobody had when it was shown; another text, sent by it, has others.
    """
    try:
        shown = id_of(form.get("once", ""))
    except UsageError:
        shown = new_id()
    said = json.dumps([actor, shown, [form.get(name) for name in SAID]])
    digest = sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    return {"event_id": f"page-{digest[:48]}", "id": shown + int(digest[48:], 16) % SECOND}


def event_of(form: Mapping[str, str], actor: int | None, find: Find) -> dict[str, Any]:
    """The event that a form of a user asks for. Raises UsageError."""
    kind, made = form.get("action", ""), made_once(form, actor)
    if kind == "registered":
        given = {name: form.get(name, "").strip() for name in (*NAMES, "bio")}
        said = {name: text for name, text in given.items() if text}
        return {"event_id": made["event_id"], "event_type": kind, "actor_id": made["id"], **said}
    if actor is None:
        raise UsageError("you act as nobody: sign in as a user, or register")
    event: dict[str, Any] = {"event_type": kind, "actor_id": actor}
    if kind in ON_USERS:
        return event | {ON_USERS[kind]: id_of(form.get("target", ""))}
    if kind in ON_POSTS:
        return event | {"post_id": id_of(form.get("target", ""))}
    if kind != "posted":
        raise UsageError("action: expected what a user can do here")
    text = form.get("text", "").strip()
    if not text:
        raise UsageError("text: expected some words")
    answered = {"reply_to_post_id": id_of(form["target"])} if form.get("target") else {}
    mentioned = _mentioned(text, find)
    named = {"mentioned_ids": mentioned} if mentioned else {}
    return event | {"event_id": made["event_id"], "post_id": made["id"], "text": text} | answered | named


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
