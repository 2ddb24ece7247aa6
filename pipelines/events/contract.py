"""The shape of every event type: a name, a version, and a payload of typed fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

ID = "bigint"
IDS = "array<bigint>"
STRING = "string"
STRINGS = "array<string>"

Changes = Mapping[str, "pa.Array"]
"""What an upcaster makes anew: columns by the names of fields."""


@dataclass(frozen=True)
class Field:
    """One field of a payload, as it may be given at the door.

    `type` is `bigint` (an id, > 0), `array<bigint>` (ids), `string` or `array<string>`; an empty list is as none;
    the lengths of a string are in characters (code points), `longest=None` sets no bound. What is
    `personal` goes with a person who is erased; that is no part of what fits.
    """

    name: str
    type: str
    description: str
    required: bool = True
    shortest: int = 1
    longest: int | None = None
    personal: bool = field(default=False, repr=False)


def no_changes(_: "pa.Table") -> Changes:
    """The upcaster to a version that only has more optional fields, or fewer fields."""
    return {}


@dataclass(frozen=True)
class Earlier:
    """An earlier version of a type: its payload, and the upcaster to the next version.

    An upcaster gives the fields that the next version has anew, or with another meaning, as columns made of those of
    events of this version. What both versions have stays as it is, what only the next one has is null unless given.
    """

    payload: tuple[Field, ...]
    upcast: Callable[["pa.Table"], Changes] = field(default=no_changes, repr=False)


@dataclass(frozen=True)
class EventType:
    """One event type with the payload of its newest version; `earlier` has the versions 1, 2, … before it.

    `at_least_one` asks for one of the optional fields.
    """

    name: str
    description: str
    payload: tuple[Field, ...] = ()
    at_least_one: bool = False
    earlier: tuple[Earlier, ...] = ()

    @cached_property
    def payloads(self) -> tuple[tuple[Field, ...], ...]:
        """The payloads of all versions, from 1 on."""
        return (*(one.payload for one in self.earlier), self.payload)

    @cached_property
    def version(self) -> int:
        """The newest version."""
        return len(self.payloads)


def an_id(name: str, description: str, *, required: bool = True) -> Field:
    """A field with the id of a user or a post."""
    return Field(name, ID, description, required)


def a_name(name: str, description: str, *, required: bool = True) -> Field:
    """A field with a person's name of 1 to 200 characters."""
    return Field(name, STRING, description, required, longest=200, personal=True)


def a_text(name: str, description: str, *, required: bool = True, longest: int | None = None) -> Field:
    """A field with what a person says, which may be empty."""
    return Field(name, STRING, description, required, shortest=0, longest=longest, personal=True)


ENVELOPE = (
    Field("event_id", STRING, "unique for ever, made by the producer", longest=64),
    Field("event_type", STRING, "what happened, in the past tense"),
    Field("version", "int", "version of this type's payload; 1 when absent", required=False),
    Field("event_time", "timestamp", "when it happened, as the producer says (UTC)"),
    Field("actor_id", ID, "the user who did it"),
    Field("correlation_id", STRING, "what all events of one undertaking share", required=False, longest=64),
    Field("causation_id", STRING, "the `event_id` of the event that caused it", required=False, longest=64),
)
"""The fields of events of all types and versions. More may come, none of which is required: then none is changed."""

A_POST = (an_id("post_id", "the post"),)
