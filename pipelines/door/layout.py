"""The event contract as the arrays that compiled code reads: what stands where, and what each type allows."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

import numpy as np

from pipelines.door.hashing import seed_of
from pipelines.door.machine import Int64s, Words
from pipelines.door.names import Names, names_of
from pipelines.events import CONTRACT, PAYLOAD_FIELDS
from pipelines.events.contract import ENVELOPE, ID, IDS, STRING, EventType, Field

FIELDS = (*ENVELOPE, *PAYLOAD_FIELDS)
NAMES = tuple(field.name for field in FIELDS)
TYPES = tuple(CONTRACT.values())
MOST_FIELDS = 62
UNBOUNDED = 2**62

TEXT, NUMBER, LIST, TIME, TYPE = range(5)
STORED_AS = {TEXT: TEXT, NUMBER: NUMBER, LIST: LIST, TIME: NUMBER, TYPE: TYPE}
_KINDS = {STRING: TEXT, ID: NUMBER, "int": NUMBER, IDS: LIST, "timestamp": TIME}


class Layout(NamedTuple):
    """The contract: fields and types by number, sets of fields as bit masks."""

    names: Names
    types: Names
    kinds: Int64s  # of each field, one of the constants above
    places: Int64s  # of each field, its number among those of its storage (texts, lists, numbers)
    seeds: Words  # of each field, for its hash
    required: Int64s
    allowed: Int64s
    any_of: Int64s  # of each type, the fields of which one is needed, or 0
    newest: Int64s
    shortest: Int64s  # by type and field
    longest: Int64s
    version: int  # the number of the field `version`
    type: int  # the number of the field `event_type`


def kind_of(field: Field) -> int:
    """How a field's values are scanned and kept."""
    return TYPE if field.name == "event_type" else _KINDS[field.type]


def kept_as(storage: int) -> tuple[Field, ...]:
    """The fields that share a storage, in order: a field's place is its number among them."""
    return tuple(field for field in FIELDS if STORED_AS[kind_of(field)] == storage)


def _given_by(event: EventType) -> dict[str, Field]:
    """All the fields that an event of a type may have, by name."""
    return {field.name: field for field in (*ENVELOPE, *event.payload)}


def _each(number: Callable[[EventType], int]) -> Int64s:
    """One number of each type."""
    return np.array([number(event) for event in TYPES], np.int64)


def _mask(fields: Iterable[Field]) -> int:
    """A set of fields as bits."""
    return sum(1 << NAMES.index(field.name) for field in fields)


def _bounds() -> tuple[Int64s, Int64s]:
    """The least and the greatest number of characters of each field in each type."""
    shortest = np.zeros((len(TYPES), len(FIELDS)), np.int64)
    longest = np.full_like(shortest, UNBOUNDED)
    for number, event in enumerate(TYPES):
        given = _given_by(event)
        for place, field in enumerate(FIELDS):
            own = given.get(field.name)
            if own is not None and own.type == STRING:
                shortest[number, place] = own.shortest
                longest[number, place] = UNBOUNDED if own.longest is None else own.longest
    return shortest, longest


@cache
def layout() -> Layout:
    """The arrays of the contract as it stands."""
    if len(FIELDS) > MOST_FIELDS:
        raise ValueError(f"at most {MOST_FIELDS} fields fit the bits of a number, found {len(FIELDS)}")
    shortest, longest = _bounds()
    return Layout(
        names=names_of(NAMES),
        types=names_of([event.name for event in TYPES]),
        kinds=np.array([kind_of(field) for field in FIELDS], np.int64),
        places=np.array([kept_as(STORED_AS[kind_of(field)]).index(field) for field in FIELDS], np.int64),
        seeds=np.array([seed_of(name) for name in NAMES], np.uint64),
        required=_each(lambda event: _mask(f for f in _given_by(event).values() if f.required)),
        allowed=_each(lambda event: _mask(_given_by(event).values())),
        any_of=_each(lambda event: _mask(event.payload) if event.at_least_one else 0),
        newest=_each(lambda event: event.version),
        shortest=shortest,
        longest=longest,
        version=NAMES.index("version"),
        type=NAMES.index("event_type"),
    )
