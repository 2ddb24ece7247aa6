"""What landings and runs measured: a JSON record of each by its number, in the lake's folder `metrics`.

Of each stream there is the last one, by a hash of its name.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pipelines.storage import folders, places
from pipelines.storage.lake import Lake

STREAM = "stream"


def keep(lake: Lake, kind: str, number: int | str, facts: Mapping[str, Any]) -> None:
    """Write the record of a landing, a release or a stream, at once or not at all. Raises PlaceError."""
    place, new = _place(lake, kind, number), f"{_place(lake, kind, number)}.{uuid.uuid4().hex}"
    folders.make(lake.metrics)
    try:
        with places.writing(new) as file:
            file.write(json.dumps(facts, indent=2, ensure_ascii=False).encode())
        places.rename(new, place)
    except places.PlaceError:
        with suppress(places.PlaceError):
            places.remove(new)
        raise


def find(lake: Lake, kind: str, number: int | str) -> dict[str, Any] | None:
    """The record of a landing, a release or a stream, None where there is none that can be read."""
    try:
        with places.reading(_place(lake, kind, number)) as file:
            facts = json.loads(file.read())
    except (places.PlaceError, ValueError):
        return None
    return facts if isinstance(facts, dict) else None


def of_stream(name: str) -> str:
    """By what the record of a stream is called: its name may have what no file's name has."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _place(lake: Lake, kind: str, number: int | str) -> str:
    return places.join(lake.metrics, f"{kind}-{number}.json")
