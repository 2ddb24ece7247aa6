"""Ids in JSON: numbers of up to 63 bits, which readers that keep numbers as floats round above 2^53."""

import re
from typing import Any

ID = re.compile(r"(?:^|_)ids?(?:_\d+)?$")
"""How the names of fields end that hold an id or a list of ids, also where a number tells columns of one name apart."""


def as_strings(facts: Any, *, of_id: bool = False) -> Any:
    """The facts with the ids in them as strings, however deep; only names tell what is an id."""
    if isinstance(facts, dict):
        return {name: as_strings(value, of_id=ID.search(name) is not None) for name, value in facts.items()}
    if isinstance(facts, list):
        return [as_strings(value, of_id=of_id) for value in facts]
    return str(facts) if of_id and isinstance(facts, int) and not isinstance(facts, bool) else facts
