"""What is answered out of the lake's own files, and how the server is."""

from pipelines.policy import REPLIES
from pipelines.serving.schemas.shapes import (
    COUNT,
    FLAG,
    ID,
    NUMBER,
    TEXT,
    TIME,
    Schema,
    many,
    mapping,
    maybe,
    one_of,
    record,
    ref,
)

EVENTS = many(ref("Event"))
CAUSE = record(what=TEXT, user_id=maybe(ID), events=EVENTS)
REASON = record(kind=TEXT, user_id=ID, at=TIME, events=EVENTS, lacks=many(CAUSE))


def schemas() -> dict[str, Schema]:
    """The answers by name, and what they have in common."""
    return {
        "Policy": record(cap=COUNT, own_posts=FLAG, replies=one_of(*REPLIES)),
        "Event": _event(),
        "Releases": record(releases=many(_release())),
        "Status": _status(),
        "Explanation": _explanation(),
        "Alive": record(alive=FLAG),
        "Ready": record(ready=FLAG, release=COUNT),
    }


def _release() -> Schema:
    table = record(version=NUMBER, rows=COUNT, content_hash=TEXT, projection=NUMBER)
    day: Schema = {"type": "array", "prefixItems": [COUNT, TEXT], "minItems": 2, "maxItems": 2}
    return record(
        number=COUNT,
        released_at=TIME,
        landing=COUNT,
        events=COUNT,
        policy=ref("Policy"),
        tables=mapping(table),
        certificate=mapping(mapping(day)) | {"description": "of each type and day, how many events, and their hash"},
        buckets=COUNT,
        code_version=TEXT,
        rolls_back_to=maybe(COUNT),
    )


def _status() -> Schema:
    release = record(
        number=COUNT,
        released_at=TIME,
        landing=COUNT,
        events=COUNT,
        rolls_back_to=maybe(COUNT),
        policy=ref("Policy"),
        rows=mapping(COUNT),
        behind=maybe(NUMBER) | {"description": "how many landings wait for the next release"},
        waiting_events=maybe(NUMBER),
        newest_event=maybe(TIME),
        gone=maybe(TEXT),
    )
    return record(
        landings=COUNT,
        events=COUNT,
        events_by_type=mapping(COUNT),
        newest_event=maybe(TIME),
        quarantined=COUNT,
        streams={"type": "object"},
        erasing=many(NUMBER),
        release=maybe(release),
    )


def _event() -> Schema:
    """An event in an explanation; what it is a part of, and what caused it, only where it says so."""
    event = record(event_id=TEXT, event_type=TEXT, event_time=TIME, actor_id=ID)
    return event | {"properties": event["properties"] | {"correlation_id": TEXT, "causation_id": TEXT}}


def _explanation() -> Schema:
    post = record(author_id=ID, posted_at=TIME, reply_to_post_id=maybe(ID), events=EVENTS)
    return record(
        release=COUNT,
        reader_id=ID,
        post_id=ID,
        shown=FLAG,
        position=maybe(COUNT),
        entered_at=maybe(TIME),
        policy=ref("Policy"),
        post=maybe(post),
        reasons=many(REASON),
        gone=many(CAUSE),
        hidden=many(CAUSE),
        missing=many(REASON),
        causes=EVENTS,
    )
