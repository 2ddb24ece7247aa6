"""Adapters: from foreign lines to event lines.

A new format is one file, with the functions `adapt` and `check`, and its name in FORMATS.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple

from pipelines.errors import NewsfeedError, UsageError

EVENTS = "events"
FORMATS = (EVENTS, "ldbc", "jetstream")
NO_NAMES: Mapping[str, int] = MappingProxyType({})


class Retraction(NamedTuple):
    """An event that lacks its subject: what an earlier event of the same record says in the field `subject`.

    The ids of a record's events begin with `record`, which has one length in a format, and sort in their order.
    """

    event: dict[str, Any]
    record: str
    subject: str


class RecordIds(NamedTuple):
    """How the ids of a format's events that are of a record begin, and how many characters of them are its key."""

    begin: str
    length: int


class Adapted(NamedTuple):
    """What an adapter makes of a line: event lines, or an event whose subject is to be found.

    `names` has the id that was made of each foreign name; `left_out` says what the line is when it means nothing here.
    """

    events: Sequence[bytes] = ()
    names: Mapping[str, int] = NO_NAMES
    retraction: Retraction | None = None
    left_out: str | None = None


Adapter = Callable[[str, bytes], Adapted]
Check = Callable[[str, Sequence[bytes]], None]


People = Callable[[bytes], Iterable[int]]


class OtherLayout(NewsfeedError):
    """A source is not of the format that it is said to be; the message says what was expected of it and found."""


class AdapterFault(ValueError):
    """A foreign line that the adapter cannot read; the message says what is wrong with it."""


ACTOR = re.compile(rb'"actor_id"\s*:\s*"?\s*([0-9][0-9.eE+]*)')
ESCAPED = re.compile(rb"\\u00([0-7][0-9a-fA-F])")
FIRST = 100
"""By how many of its first lines, none of them blank, a source is told to be of a format."""


def load_adapter(name: str) -> Adapter | None:
    """The function that reads a line of a source, and raises AdapterFault; None when lines are events already.

    Raises UsageError for an unknown format.
    """
    if name not in FORMATS:
        raise UsageError(f"format: expected one of {', '.join(FORMATS)}, found {name!r}")
    if name == EVENTS:
        return None
    adapter: Adapter = import_module(f"pipelines.adapters.{name}").adapt
    return adapter


def load_record_ids(name: str) -> RecordIds | None:
    """How a format's ids tell the record that an event is of; None when it has no retractions."""
    if load_adapter(name) is None:
        return None
    found: RecordIds | None = getattr(import_module(f"pipelines.adapters.{name}"), "RECORD_IDS", None)
    return found


def load_people(name: str) -> People:
    """The function that gives the ids of the persons whom a line may name, also one that cannot be read.

    For lines that are events already it is `actors`. Raises UsageError for an unknown format.
    """
    if load_adapter(name) is None:
        return actors
    people: People = import_module(f"pipelines.adapters.{name}").people
    return people


def load_person_of(name: str) -> Callable[[str], int] | None:
    """The function that gives the id of the person whom a name of a format is of; None where there are no names."""
    found: Callable[[str], int] | None = None
    if load_adapter(name) is not None:
        found = getattr(import_module(f"pipelines.adapters.{name}"), "person_of", None)
    return found


def actors(line: bytes) -> Iterator[int]:
    """The ids of those whom a line of JSON, or a part of one, names as actors."""
    for digits in ACTOR.findall(unescaped(line)):
        with suppress(ValueError, OverflowError):
            yield int(digits) if digits.isdigit() else int(float(digits))


def unescaped(line: bytes) -> bytes:
    """A line of JSON with those characters of ASCII as they are that it has by number."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), line).replace(rb"\/", b"/") if b"\\" in line else line


def load_check(name: str) -> Check | None:
    """What raises OtherLayout for a source whose name and first lines, up to FIRST, show that it is not of the format.

    Some lines that cannot be read show nothing. None when lines are events already. Raises UsageError for an unknown
    format.
    """
    if load_adapter(name) is None:
        return None
    check: Check = import_module(f"pipelines.adapters.{name}").check
    return check
