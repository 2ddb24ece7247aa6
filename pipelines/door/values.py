"""What a field's value must be, the strict way."""

import re
from dataclasses import dataclass

from pipelines.door.shown import shown
from pipelines.door.times import NoTime, micros_of
from pipelines.events.contract import ID, IDS, STRING, STRINGS, EventType, Field

GREATEST = 2**63 - 1
EXPECTED = {
    STRING: "a string",
    ID: f"an id (1 to {GREATEST})",
    IDS: f"a list of ids (1 to {GREATEST})",
    STRINGS: "a list of strings",
    "int": "an integer from 1 on",
    "timestamp": "a time as a string",
}
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class InvalidValue(ValueError):
    """A value is not what its field asks for."""

    expected: str
    found: str


def value_of(field: Field, value: object, event: EventType | None, latest: int) -> object:
    """The decoded value of a field of an event (None: of unknown type) that is given; else InvalidValue."""
    kind = field.type
    if kind == ID:
        if type(value) is int and 1 <= value <= GREATEST:
            return value
        raise InvalidValue(EXPECTED[ID], shown(value))
    if kind == STRING:
        return _text(field, value)
    if kind == "timestamp":
        return _time(value, latest)
    if kind == IDS:
        return _ids(value)
    if kind == STRINGS:
        return _texts(field, value)
    return _version(value, event)


def surrogate(text: str) -> str | None:
    """Where a text has half a surrogate pair, if it has one."""
    found = None if text.isascii() else SURROGATE.search(text)
    return f"a lone surrogate at character {found.start() + 1}" if found else None


def _version(value: object, event: EventType | None) -> int:
    """An integer from 1 to the newest version of the event's type."""
    if not (type(value) is int and 1 <= value <= GREATEST):
        raise InvalidValue(EXPECTED["int"], shown(value))
    if event is not None and value > event.version:
        raise InvalidValue(f"at most {event.version}", shown(value))
    return value


def _ids(value: object) -> list[int]:
    """A list of ids."""
    if not isinstance(value, list):
        raise InvalidValue(EXPECTED[IDS], shown(value))
    for number, one in enumerate(value, 1):
        if not (type(one) is int and 1 <= one <= GREATEST):
            raise InvalidValue(EXPECTED[IDS], f"{'null' if one is None else shown(one)} as number {number}")
    return value


def _texts(field: Field, value: object) -> list[str]:
    """A list of strings as its field asks for."""
    if not isinstance(value, list):
        raise InvalidValue(EXPECTED[STRINGS], shown(value))
    for number, one in enumerate(value, 1):
        try:
            _text(field, one)
        except InvalidValue as fault:
            expected = fault.expected if isinstance(one, str) else EXPECTED[STRINGS]
            raise InvalidValue(expected, f"{'null' if one is None else fault.found} as number {number}") from None
    return value


def _time(value: object, latest: int) -> int:
    """UTC microseconds."""
    if not isinstance(value, str):
        raise InvalidValue(EXPECTED["timestamp"], shown(value))
    try:
        return micros_of(value, latest)
    except NoTime as fault:
        raise InvalidValue(str(fault), shown(value)) from None


def _text(field: Field, value: object) -> str:
    """A string with as many characters as its field asks for."""
    if not isinstance(value, str):
        raise InvalidValue(EXPECTED[STRING], shown(value))
    half = surrogate(value)
    if half:
        raise InvalidValue("Unicode text", half)
    if len(value) < field.shortest:
        raise InvalidValue(f"at least {field.shortest} character{'s' * (field.shortest > 1)}", shown(value))
    if field.longest is not None and len(value) > field.longest:
        raise InvalidValue(f"at most {field.longest} characters", f"{len(value)}")
    return value
