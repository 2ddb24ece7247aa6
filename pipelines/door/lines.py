"""A line as JSON, the strict way: names and values, nothing lost that the contract must judge."""

import json
from dataclasses import dataclass

from pipelines.door.shown import Spelled, shown

LONGEST_INT = 20
MARK = "\ufeff"

Pairs = tuple[tuple[str, object], ...]


@dataclass
class NoObject(ValueError):
    """A line is not one JSON object; what was expected and what was found."""

    expected: str
    found: str


def pairs_of(line: bytes | memoryview) -> Pairs:
    """The names and values of the object that a line is, in order; objects within are tuples of pairs too.

    Raises NoObject, with places counted from 1.
    """
    try:
        value = _parse(str(line, "utf-8"))
    except UnicodeDecodeError as fault:
        raise NoObject("UTF-8", f"0x{line[fault.start]:02x} at byte {fault.start + 1}") from None
    except json.JSONDecodeError as fault:
        raise NoObject("JSON", f"{fault.msg} at character {fault.pos + 1}") from None
    except RecursionError:
        raise NoObject("one flat object", "it nested too deep") from None
    if not isinstance(value, tuple):
        raise NoObject("an object", "null" if value is None else shown(value))
    return value


def _parse(text: str) -> object:
    """The value that a text of JSON stands for; numbers that no field can have are Spelled, NaN too."""
    try:
        if text.startswith("{"):
            value, end = _DECODER.raw_decode(text)
            if end == len(text):
                return value
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        if text.startswith(MARK):
            json.loads(text)  # refuses a mark, in its words
        raise
    except ValueError:  # a number that is too long for Python
        return _SPELLING.decode(text)


def _integer(text: str) -> object:
    """A number without fraction and exponent; one that is longer than any int64 is Spelled."""
    return int(text) if len(text) <= LONGEST_INT else Spelled(text)


_DECODER = json.JSONDecoder(object_pairs_hook=tuple, parse_float=Spelled, parse_constant=Spelled)
_SPELLING = json.JSONDecoder(object_pairs_hook=tuple, parse_int=_integer, parse_float=Spelled, parse_constant=Spelled)
