"""What a command that failed tells the program that started it: JSON, in a file that this one named."""

import json
from collections.abc import Mapping
from typing import Any

from pipelines.storage import places


def leave(place: str, facts: Mapping[str, Any]) -> None:
    """Write what went wrong. Raises PlaceError."""
    with places.writing(place) as file:
        file.write(json.dumps(facts, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def found(place: str) -> dict[str, Any] | None:
    """What a command left at a place, None when it ended without a word, as a killed one does."""
    try:
        with places.reading(place) as file:
            facts = json.loads(file.read())
    except (places.PlaceError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None
