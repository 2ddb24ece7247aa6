"""Values as a fault quotes them: short, printable, spelled as in the line."""

import json
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii as quoted

LONGEST = 60

__all__ = ["Spelled", "quoted", "short", "shown"]


@dataclass(frozen=True)
class Spelled:
    """A number that is no integer, or one far too long, as it was written."""

    text: str


def short(text: str) -> str:
    """The text, cut to LONGEST characters."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def shown(value: object) -> str:
    """A value of JSON (an object is a tuple of pairs) as a fault quotes it."""
    if type(value) is int:
        return short(str(value))
    if isinstance(value, Spelled):
        return short(value.text)
    if isinstance(value, str):
        return short(quoted(value[: LONGEST + 1]))
    if isinstance(value, tuple):
        return "an object"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return "nothing" if value is None else json.dumps(value)
