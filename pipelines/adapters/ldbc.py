"""LDBC Social Network Benchmark files, snapshot and update streams, as events.

A person is `registered`, a friendship is `followed` both ways, a post or comment is `posted`, a like is `liked`.
Forums and their members are left out. Fields are separated by `|`, without quoting.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.adapters import Adapted, AdapterFault

Event = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def adapt(source: str, line: bytes) -> Adapted:
    """The event lines of one line of an LDBC file, whose name says what it holds; none for headers and forums."""
    name = source.rsplit("/", 1)[-1]
    try:
        fields = line.decode("utf-8").rstrip("\r\n").split("|")
    except UnicodeDecodeError as fault:
        raise AdapterFault(f"not UTF-8 at byte {fault.start}") from fault
    for prefix, (count, header, read) in SNAPSHOT.items():
        if name.startswith(prefix):
            if fields[0] == header:
                return Adapted()
            return _lines(read(_of_length(name, fields, count), _iso))
    if name.startswith("updateStream"):
        return _lines(_update(name, fields))
    raise AdapterFault(f"{name}: not an LDBC file that holds events")


def _lines(events: Iterator[Event]) -> Adapted:
    try:
        return Adapted([json.dumps(event, ensure_ascii=False).encode() for event in events])
    except (ValueError, OverflowError) as fault:
        raise AdapterFault(f"not a number where one is expected: {fault}") from fault


def _of_length(name: str, fields: list[str], count: int) -> list[str]:
    if len(fields) != count:
        raise AdapterFault(f"{name}: expected {count} fields, found {len(fields)}")
    return fields


def _iso(text: str) -> str:
    """2010-06-27T23:36:57.962+0000 with a colon in the offset."""
    return f"{text[:-2]}:{text[-2:]}"


def _from_millis(text: str) -> str:
    return (EPOCH + timedelta(milliseconds=int(text))).isoformat(timespec="milliseconds")


Time = Callable[[str], str]


def _event(event_type: str, key: str, time: str, actor: str, **payload: Any) -> Event:
    event = {"event_id": f"ldbc-{event_type}-{key}", "event_type": event_type, "event_time": time}
    return {**event, "actor_id": int(actor), **{name: value for name, value in payload.items() if value is not None}}


def _person(fields: list[str], time: Time) -> Iterator[Event]:
    user, first, last, _, _, created = fields[:6]
    names = {"username": f"{first}{user}".replace(" ", ""), "first_name": first, "last_name": last}
    yield _event("registered", user, time(created), user, **names)


def _friendship(fields: list[str], time: Time) -> Iterator[Event]:
    one, other, created = fields[:3]
    yield _event("followed", f"{one}-{other}", time(created), one, followee_id=int(other))
    yield _event("followed", f"{other}-{one}", time(created), other, followee_id=int(one))


def _like(fields: list[str], time: Time) -> Iterator[Event]:
    user, post, created = fields[:3]
    yield _event("liked", f"{user}-{post}", time(created), user, post_id=int(post))


def _post(fields: list[str], time: Time) -> Iterator[Event]:
    """A post's text is its content, or the name of its image when it has none."""
    post, image, created, _, _, language, content, _, author = fields[:9]
    payload = {"post_id": int(post), "text": content or image, "language": language or None}
    yield _event("posted", post, time(created), author, **payload)


def _comment(fields: list[str], time: Time) -> Iterator[Event]:
    comment, created, _, _, content, _, author, _, post, parent = fields[:10]
    answered = int(parent if post in ("", "-1") else post)
    payload = {"post_id": int(comment), "text": content, "reply_to_post_id": answered}
    yield _event("posted", comment, time(created), author, **payload)


Read = Callable[[list[str], Time], Iterator[Event]]

SNAPSHOT: dict[str, tuple[int, str, Read]] = {
    "person_knows_person": (3, "Person.id", _friendship),
    "person_likes_": (3, "Person.id", _like),
    "person": (9, "id", _person),
    "post": (11, "id", _post),
    "comment": (10, "id", _comment),
}

UPDATES: dict[str, tuple[int, Read]] = {
    "1": (14, _person),
    "2": (3, _like),
    "3": (3, _like),
    "6": (12, _post),
    "7": (11, _comment),
    "8": (3, _friendship),
}
FORUM_OPERATIONS = ("4", "5")


def _update(name: str, fields: list[str]) -> Iterator[Event]:
    operation = fields[2] if len(fields) > 2 else None
    if operation in FORUM_OPERATIONS:
        return iter(())
    if operation not in UPDATES:
        raise AdapterFault(f"{name}: expected an operation from 1 to 8 in field 3, found {operation!r}")
    count, read = UPDATES[operation]
    payload = fields[3:]
    if len(payload) < count:
        raise AdapterFault(f"{name}: expected {count + 3} fields, found {len(fields)}")
    return read(payload, _from_millis)
