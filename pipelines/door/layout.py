"""The event contract as the arrays that compiled code reads: what stands where, and what each type allows."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

import numpy as np

from pipelines.door.hashing import seed_of
from pipelines.door.names import Names, names_of
from pipelines.events import CONTRACT, PAYLOAD_FIELDS
from pipelines.events.contract import ENVELOPE, ID, IDS, STRING, STRINGS, EventType, Field
from pipelines.machine import Int64s, Words

FIELDS = (*ENVELOPE, *PAYLOAD_FIELDS)
NAMES = tuple(field.name for field in FIELDS)
TYPES = tuple(CONTRACT.values())
SHAPES = tuple((event, payload) for event in TYPES for payload in event.payloads)
MOST_FIELDS = 62
UNBOUNDED = 2**62

NUMBER, TIME, TYPE, TEXT, LIST, TEXTS = range(6)
_KINDS = {STRING: TEXT, STRINGS: TEXTS, ID: NUMBER, "int": NUMBER, IDS: LIST, "timestamp": TIME}


class Layout(NamedTuple):
    """The contract: fields, types and shapes (a version of a type) by number, sets of fields as bit masks."""

    names: Names
    types: Names
    kinds: Int64s  # of each field, one of the constants above
    numbers: Int64s  # of each field, its place among those that are kept as a number, or -1
    texts: Int64s  # among those that have text
    lists: Int64s  # among those that have items
    seeds: Words  # of each field, for its hash
    first: Int64s  # of each type, the shape of its version 1; those of the next versions follow
    newest: Int64s  # of each type, its newest version
    required: Int64s  # of each shape
    allowed: Int64s
    any_of: Int64s  # the fields of which one is needed, or 0
    shortest: Int64s  # by shape and field
    longest: Int64s
    version: int  # the number of the field `version`
    type: int  # the number of the field `event_type`


def kind_of(field: Field) -> int:
    """How a field's values are scanned and kept."""
    return TYPE if field.name == "event_type" else _KINDS[field.type]


def _of_kinds(*kinds: int) -> tuple[Field, ...]:
    """The fields of these kinds, in order: a field's place is its number among them."""
    return tuple(field for field in FIELDS if kind_of(field) in kinds)


NUMBERS = _of_kinds(NUMBER, TIME)
WITH_TEXT = _of_kinds(TEXT, TEXTS)
WITH_ITEMS = _of_kinds(LIST, TEXTS)


def _places(among: tuple[Field, ...]) -> Int64s:
    """The place of each field among some, or -1."""
    return np.array([among.index(field) if field in among else -1 for field in FIELDS], np.int64)


def _each(number: Callable[[EventType, tuple[Field, ...]], int]) -> Int64s:
    """One number of each shape, by type and payload."""
    return np.array([number(event, payload) for event, payload in SHAPES], np.int64)


def _mask(fields: Iterable[Field]) -> int:
    """A set of fields as bits."""
    return sum(1 << NAMES.index(field.name) for field in fields)


def _bounds() -> tuple[Int64s, Int64s]:
    """The least and the greatest number of characters of each field in each shape."""
    shortest = np.zeros((len(SHAPES), len(FIELDS)), np.int64)
    longest = np.full_like(shortest, UNBOUNDED)
    for number, (_, payload) in enumerate(SHAPES):
        for field in (*ENVELOPE, *payload):
            if field.type in {STRING, STRINGS}:
                place = NAMES.index(field.name)
                shortest[number, place] = field.shortest
                longest[number, place] = UNBOUNDED if field.longest is None else field.longest
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
        numbers=_places(NUMBERS),
        texts=_places(WITH_TEXT),
        lists=_places(WITH_ITEMS),
        seeds=np.array([seed_of(name) for name in NAMES], np.uint64),
        first=np.cumsum([0, *(event.version for event in TYPES)])[:-1].astype(np.int64),
        newest=np.array([event.version for event in TYPES], np.int64),
        required=_each(lambda _, payload: _mask(field for field in (*ENVELOPE, *payload) if field.required)),
        allowed=_each(lambda _, payload: _mask((*ENVELOPE, *payload))),
        any_of=_each(lambda event, payload: _mask(payload) if event.at_least_one else 0),
        shortest=shortest,
        longest=longest,
        version=NAMES.index("version"),
        type=NAMES.index("event_type"),
    )
