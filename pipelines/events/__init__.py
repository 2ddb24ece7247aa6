"""The event contract: one file each type; a new type is one file and its name in EVENT_TYPES."""

import hashlib
from importlib import import_module
from itertools import chain

from pipelines.events.contract import ENVELOPE, EventType, Field

EVENT_TYPES = (
    "registered",
    "profile_changed",
    "deactivated",
    "reactivated",
    "followed",
    "unfollowed",
    "blocked",
    "unblocked",
    "muted",
    "unmuted",
    "posted",
    "post_edited",
    "post_deleted",
    "reposted",
    "repost_undone",
    "liked",
    "unliked",
)


def _load(name: str) -> EventType:
    event: EventType = import_module(f"pipelines.events.{name}").EVENT
    return event


CONTRACT: dict[str, EventType] = {name: _load(name) for name in EVENT_TYPES}


def _payload_fields() -> tuple[Field, ...]:
    """Every field of every version once, in the order in which it is first named; a name keeps its type for ever."""
    fields: dict[str, Field] = {}
    for event in CONTRACT.values():
        for field in chain.from_iterable(event.payloads):
            if fields.setdefault(field.name, field).type != field.type:
                raise TypeError(f"{event.name}.{field.name}: {field.type} here, {fields[field.name].type} elsewhere")
    return tuple(fields.values())


PAYLOAD_FIELDS = _payload_fields()
PERSONAL = tuple(field for field in PAYLOAD_FIELDS if field.personal)
"""What goes with a person who is erased: names, and what the person says of himself or herself, and in posts."""
CONTRACT_VERSION = hashlib.sha256(repr((ENVELOPE, CONTRACT)).encode()).hexdigest()[:12]
