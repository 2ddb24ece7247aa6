"""The strict way: one line at a time, in plain Python, every fault named; what it says is the contract."""

import json
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache

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
    decoded, faults = decoded_or_faults(line, latest_at(clock))
    if faults:
        raise Faults(faults)
    return decoded


def decoded_or_faults(line: bytes | memoryview, latest: int) -> tuple[dict[str, object], tuple[str, ...]]:
    """The fields of a line as of `strict`, and its faults, if there are any; events are of the latest time at most."""
    try:
        pairs = pairs_of(line)
    except NoObject as fault:
        return {}, (fault_of(fault),)
    return fields_or_faults(pairs, latest)


def fault_of(no_object: NoObject) -> str:
    """The fault of a line that is no object."""
    return _fault("line", no_object.expected, no_object.found)


def fields_or_faults(pairs: Pairs, latest: int) -> tuple[dict[str, object], tuple[str, ...]]:
    """The same of the names and values of a line."""
    decoded: dict[str, object] = {}
    given = _given(pairs)
    shape = _shape_of(given)
    faults = _decode(given, shape, latest, decoded)
    if len(given) != len(pairs) or not given.keys() <= shape.known:
        faults = _faults_of_names(pairs) + faults + _unknown(given, shape)
    if shape.choice and given.keys().isdisjoint(shape.choice):
        faults.append(_fault(shape.name, f"at least one of {', '.join(shape.choice)}", "none"))
    return decoded, tuple(faults)


@lru_cache(maxsize=4096)
def faults_of_unknown(event_type: str, version: int, field: bytes) -> tuple[str, ...]:
    """The faults of an event in which nothing is wrong but a field, given as name and value, that this version lacks.

    The field is not null; it is held for a while, so it should not be long.
    """
    ((name, value),) = pairs_of(b"{%b}" % field)
    return (_no_such_field(name, value, _shape(event_type, version)),)


def canonical(decoded: dict[str, object]) -> bytes:
    """The decoded fields as a line, without a newline, that both ways accept; its hash is that of the first line."""
    time = decoded["event_time"]
    if not isinstance(time, int):
        raise TypeError(f"event_time: expected UTC microseconds, found {time!r}")
    return json.dumps(decoded | {"event_time": written(time)}, ensure_ascii=False).encode()


def _fault(where: str, expected: str, found: str) -> str:
    """One fault as it is told."""
    return f"{where}: expected {expected}, found {found}"


def _given(pairs: Pairs) -> Given:
    """The values that are given by name: a null and an empty list are as none."""
    given = dict(pairs)
    values = given.values()
    if len(given) == len(pairs) and None not in values and [] not in values:
        return given
    return {name: value for name, value in pairs if value is not None and not (name in LISTS and value == [])}


@dataclass(frozen=True)
class Shape:
    """What a type asks for in a version: its fields, one of which it wants at least, and how it is called.

    The fields of a type that is unknown are all that there are, none of which it asks for.
    """

    name: str
    event: EventType | None
    fields: tuple[tuple[Field, bool], ...]
    known: frozenset[str]
    choice: tuple[str, ...]
    of: str


@cache
def _shape(event_type: str | None, version: int) -> Shape:
    """The shape of a known type; an unknown one has no version."""
    event = None if event_type is None else CONTRACT[event_type]
    payload = PAYLOAD_FIELDS if event is None else event.payloads[version - 1]
    fields = [(field, field.required and (event is not None or field in ENVELOPE)) for field in (*ENVELOPE, *payload)]
    of = "" if event is None else f" in {event.name}" + f" version {version}" * (event.version > 1)
    choice = tuple(field.name for field in payload) if event is not None and event.at_least_one else ()
    return Shape(event_type or "", event, tuple(fields), frozenset(field.name for field, _ in fields), choice, of)


def _shape_of(given: Given) -> Shape:
    """The shape of the event's type in its version, the newest when there is no such."""
    name, version = given.get("event_type"), given.get("version", 1)
    if not (isinstance(name, str) and name in CONTRACT):
        return _shape(None, 0)
    newest = CONTRACT[name].version
    return _shape(name, version if type(version) is int and 1 <= version <= newest else newest)


def _faults_of_names(pairs: Pairs) -> list[str]:
    """The faults of names given twice, and of those that are no text."""
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names) and "".join(names).isascii():
        return []
    faults = []
    for name, times in Counter(names).items():
        half = surrogate(name)
        if half:
            faults.append(_fault(_printable(name), "a name in Unicode", half))
        if times > 1:
            faults.append(_fault(_printable(name), "this field once", f"{times} times"))
    return faults


def _decode(given: Given, shape: Shape, latest: int, decoded: dict[str, object]) -> list[str]:
    """The faults of the fields that the contract knows; those that fit go to `decoded`."""
    event, faults = shape.event, []
    for field, required in shape.fields:
        name = field.name
        value = given.get(name, 1 if name == "version" else None)
        if event is None and name == "event_type":
            faults.append(_fault(name, f"one of {', '.join(CONTRACT)}", shown(value)))
        elif value is not None:
            try:
                decoded[name] = value_of(field, value, event, latest)
            except InvalidValue as fault:
                faults.append(_fault(name, fault.expected, fault.found))
        elif required:
            faults.append(_fault(name, EXPECTED[field.type], "nothing"))
    return faults


def _unknown(given: Given, shape: Shape) -> list[str]:
    """The faults of fields that this version has not."""
    return [_no_such_field(name, given[name], shape) for name in given if name not in shape.known]


def _no_such_field(name: str, value: object, shape: Shape) -> str:
    return f"{_printable(name)}: expected no such field{shape.of}, found {shown(value)}"


def _printable(name: str) -> str:
    """A name that anybody may have made up, as a fault quotes it."""
    return name if name in KNOWN else short(quoted(name[:100]))


KNOWN = {field.name for field in (*ENVELOPE, *PAYLOAD_FIELDS)}
LISTS = {field.name for field in PAYLOAD_FIELDS if field.type in {IDS, STRINGS}}
