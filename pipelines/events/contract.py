"""The shape of every event type: a name, a version, and a payload of typed fields."""

from dataclasses import dataclass

ID = "bigint"
IDS = "array<bigint>"
STRING = "string"


@dataclass(frozen=True)
class Field:
    """One field of a payload, as it may be given at the door.

    `type` is `bigint` (an id, > 0), `array<bigint>` (ids) or `string`;
    the lengths of a string are in characters (code points), `longest=None` sets no bound.
    """

    name: str
    type: str
    description: str
    required: bool = True
    shortest: int = 1
    longest: int | None = None


@dataclass(frozen=True)
class EventType:
    """One event type; `at_least_one` asks for one of the optional fields."""

    name: str
    description: str
    payload: tuple[Field, ...] = ()
    version: int = 1
    at_least_one: bool = False


def an_id(name: str, description: str, *, required: bool = True) -> Field:
    """A field with the id of a user or a post."""
    return Field(name, ID, description, required)


def a_name(name: str, description: str, *, required: bool = True) -> Field:
    """A field with a name of 1 to 200 characters."""
    return Field(name, STRING, description, required, longest=200)


def a_text(name: str, description: str, *, required: bool = True, longest: int | None = None) -> Field:
    """A field with a text, which may be empty."""
    return Field(name, STRING, description, required, shortest=0, longest=longest)


ENVELOPE = (
    Field("event_id", STRING, "unique for ever, made by the producer", longest=64),
    Field("event_type", STRING, "what happened, in the past tense"),
    Field("version", "int", "version of this type's payload; 1 when absent", required=False),
    Field("event_time", "timestamp", "when it happened, as the producer says (UTC)"),
    Field("actor_id", ID, "the user who did it"),
)

A_POST = (an_id("post_id", "the post"),)
