"""The strict way: one line at a time, in plain Python, every fault named; what it says is the contract."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.door.lines import NoObject, Pairs, pairs_of
from pipelines.door.shown import quoted, short, shown
from pipelines.door.times import latest_at, written
from pipelines.door.values import EXPECTED, InvalidValue, surrogate, value_of
from pipelines.events import CONTRACT, PAYLOAD_FIELDS
from pipelines.events.contract import ENVELOPE, IDS, STRINGS, EventType, Field

Given = dict[str, object]


class Faults(ValueError):
    """A line does not fit the contract; `faults` has all that is wrong with it, at least one."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def strict(line: bytes | memoryview, clock: int) -> dict[str, object]:
    """The fields of a line that fits: no null, no empty list, always a version, and the time in UTC microseconds.

    Raises Faults, each like `followee_id: expected an id (1 to 9223372036854775807), found "7"`;
    what stands before `, found` says of which kind it is.
    """
    try:
        pairs = pairs_of(line)
    except NoObject as fault:
        raise Faults((_fault("line", fault.expected, fault.found),)) from None
    given = {name: value for name, value in pairs if value is not None and not (name in LISTS and value == [])}
    shape = _shape_of(given)
    decoded: dict[str, object] = {}
    faults = [*_faults_of_names(pairs), *_decode(given, shape, latest_at(clock), decoded), *_unknown(given, shape)]
    if faults:
        raise Faults(tuple(faults))
    return decoded


def canonical(decoded: dict[str, object]) -> bytes:
    """The decoded fields as a line, without a newline, that both ways accept; its hash is that of the first line."""
    time = decoded["event_time"]
    if not isinstance(time, int):
        raise TypeError(f"event_time: expected UTC microseconds, found {time!r}")
    return json.dumps(decoded | {"event_time": written(time)}, ensure_ascii=False).encode()


def _fault(where: str, expected: str, found: str) -> str:
    """One fault as it is told."""
    return f"{where}: expected {expected}, found {found}"


@dataclass(frozen=True)
class Shape:
    """What a type asks for in a version: its fields, those of the payload, and how it is called."""

    event: EventType | None
    fields: tuple[Field, ...]
    payload: tuple[Field, ...]
    known: frozenset[str]
    of: str


@cache
def _shape(event_type: str | None, version: int) -> Shape:
    """The shape of a known type; of an unknown one, which has no version, all fields that there are."""
    event = None if event_type is None else CONTRACT[event_type]
    payload = PAYLOAD_FIELDS if event is None else event.payloads[version - 1]
    fields = (*ENVELOPE, *payload)
    of = "" if event is None else f" in {event.name}" + f" version {version}" * (event.version > 1)
    return Shape(event, fields, payload, frozenset(field.name for field in fields), of)


def _shape_of(given: Given) -> Shape:
    """The shape of the event's type in its version, the newest when there is no such."""
    name, version = given.get("event_type"), given.get("version", 1)
    if not (isinstance(name, str) and name in CONTRACT):
        return _shape(None, 0)
    newest = CONTRACT[name].version
    return _shape(name, version if type(version) is int and 1 <= version <= newest else newest)


def _faults_of_names(pairs: Pairs) -> Iterator[str]:
    """The faults of names given twice, and of those that are no text."""
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names) and "".join(names).isascii():
        return
    for name, times in Counter(names).items():
        half = surrogate(name)
        if half:
            yield _fault(_printable(name), "a name in Unicode", half)
        if times > 1:
            yield _fault(_printable(name), "this field once", f"{times} times")


def _decode(given: Given, shape: Shape, latest: int, decoded: dict[str, object]) -> Iterator[str]:
    """The faults of the fields that the contract knows; those that fit go to `decoded`."""
    event = shape.event
    for field in shape.fields:
        value = given.get(field.name, 1 if field.name == "version" else None)
        if field.name == "event_type" and event is None:
            yield _fault(field.name, f"one of {', '.join(CONTRACT)}", shown(value))
        elif value is not None:
            try:
                decoded[field.name] = value_of(field, value, event, latest)
            except InvalidValue as fault:
                yield _fault(field.name, fault.expected, fault.found)
        elif field.required and (event is not None or field in ENVELOPE):
            yield _fault(field.name, EXPECTED[field.type], "nothing")


def _unknown(given: Given, shape: Shape) -> Iterator[str]:
    """The faults of fields that this version has not, and of a type that wants one of its fields and has none."""
    if not given.keys() <= shape.known:
        for name, value in given.items():
            if name not in shape.known:
                yield _fault(_printable(name), f"no such field{shape.of}", shown(value))
    event = shape.event
    if event and event.at_least_one and not any(field.name in given for field in shape.payload):
        yield _fault(event.name, f"at least one of {', '.join(field.name for field in shape.payload)}", "none")


def _printable(name: str) -> str:
    """A name that anybody may have made up, as a fault quotes it."""
    return name if name in KNOWN else short(quoted(name[:100]))


KNOWN = {field.name for field in (*ENVELOPE, *PAYLOAD_FIELDS)}
LISTS = {field.name for field in PAYLOAD_FIELDS if field.type in {IDS, STRINGS}}
