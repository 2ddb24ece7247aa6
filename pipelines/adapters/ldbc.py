"""LDBC Social Network Benchmark files, snapshot and update streams, as events.

A person is `registered`, a friendship is `followed` both ways, a post or comment is `posted`, a like is `liked`.
Forums and their members are left out. Fields are separated by `|`, without quoting.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.adapters import FIRST, Adapted, AdapterFault, OtherLayout

Event = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def adapt(source: str, line: bytes) -> Adapted:
    """The event lines of one line of an LDBC file, whose name says what it holds; none for headers and forums."""
    name = source.rsplit("/", 1)[-1]
    try:
        fields = line.decode("utf-8").rstrip("\r\n").split("|")
    except UnicodeDecodeError as fault:
        raise AdapterFault(f"not UTF-8 at byte {fault.start}") from fault
    kind = _kind_of(name)
    if kind == UPDATE_STREAM:
        return _lines(_update(name, fields))
    if kind in WITHOUT_EVENTS:
        return Adapted(left_out=f"{kind} files")
    if kind not in SNAPSHOT:
        raise AdapterFault(f"{name}: not an LDBC file that holds events")
    header, read = SNAPSHOT[kind]
    if fields[0] == header.partition("|")[0]:
        return Adapted()
    return _lines(read(_of_length(name, fields, header.count("|") + 1), _time))


def people(line: bytes) -> Iterator[int]:
    """The ids that a line has, of whatever they are: a line that cannot be read does not say which are of persons."""
    for text in re.split(rb"[|;\s]", line):
        if text.isdigit():
            yield int(text)


def check(source: str, first: Sequence[bytes]) -> None:
    """Raise OtherLayout for a name or a header that files of this layout do not have."""
    kind = _kind_of(source.rsplit("/", 1)[-1])
    if kind not in {*SNAPSHOT, *WITHOUT_EVENTS, UPDATE_STREAM}:
        raise OtherLayout(f"expected a file named as {', '.join(SNAPSHOT)} or {UPDATE_STREAM}, found another name")
    lines = [line.decode("utf-8", "replace").rstrip("\r\n") for line in first]
    if kind == UPDATE_STREAM and len(lines) == FIRST and not any(UPDATE.match(line) for line in lines):
        raise OtherLayout(f"expected lines as time|time|operation from 1 to 8|…, found {lines[0]:.80}")
    if kind in SNAPSHOT and lines and not NUMBER.match(lines[0]) and lines[0] != SNAPSHOT[kind][0]:
        raise OtherLayout(f"expected the columns {SNAPSHOT[kind][0]}, found {lines[0]:.200}")


def _kind_of(name: str) -> str:
    """What a file holds: its name up to the numbers of its part."""
    found = KIND.match(name)
    return found[0] if found else ""


def _lines(events: Iterator[Event]) -> Adapted:
    try:
        return Adapted([json.dumps(event, ensure_ascii=False).encode() for event in events])
    except (ValueError, OverflowError) as fault:
        raise AdapterFault(f"not a number where one is expected: {fault}") from fault


def _of_length(name: str, fields: list[str], count: int) -> list[str]:
    if len(fields) != count:
        raise AdapterFault(f"{name}: expected {count} fields, found {len(fields)}")
    return fields


def _time(text: str) -> str:
    """Milliseconds, or 2010-06-27T23:36:57.962+0000 with a colon in the offset."""
    return _from_millis(text) if text.isdecimal() else f"{text[:-2]}:{text[-2:]}"


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

SNAPSHOT: dict[str, tuple[str, Read]] = {
    "person": ("id|firstName|lastName|gender|birthday|creationDate|locationIP|browserUsed|place", _person),
    "person_knows_person": ("Person.id|Person.id|creationDate", _friendship),
    "person_likes_post": ("Person.id|Post.id|creationDate", _like),
    "person_likes_comment": ("Person.id|Comment.id|creationDate", _like),
    "post": (
        "id|imageFile|creationDate|locationIP|browserUsed|language|content|length|creator|Forum.id|place",
        _post,
    ),
    "comment": (
        "id|creationDate|locationIP|browserUsed|content|length|creator|place|replyOfPost|replyOfComment",
        _comment,
    ),
}
"""The header of each kind of file that holds events, and what reads its other lines."""
WITHOUT_EVENTS = (
    *("forum", "forum_hasMember_person", "forum_hasTag_tag", "comment_hasTag_tag", "post_hasTag_tag"),
    *("person_email_emailaddress", "person_hasInterest_tag", "person_speaks_language"),
    *("person_studyAt_organisation", "person_workAt_organisation", "organisation", "place", "tag", "tagclass"),
)
"""The other kinds of files of the layout."""
UPDATE_STREAM = "updateStream"
KIND = re.compile("[A-Za-z]+(?:_[A-Za-z]+)*")
NUMBER = re.compile(r"\d+\|")
UPDATE = re.compile(r"\d+\|\d+\|[1-8]\|")

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
