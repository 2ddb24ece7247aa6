"""Adapters: from foreign lines to event lines. A new format is one file and its name in FORMATS."""

from collections.abc import Callable
from importlib import import_module

from pipelines.errors import UsageError

Adapter = Callable[[str, bytes], list[bytes]]

EVENTS = "events"
FORMATS = (EVENTS, "ldbc")


class AdapterFault(ValueError):
    """A foreign line that the adapter cannot read; the message says what is wrong with it."""


def load_adapter(name: str) -> Adapter | None:
    """The function from (source, line) to event lines, which raises AdapterFault; None when lines are events already.

    Raises UsageError for an unknown format.
    """
    if name not in FORMATS:
        raise UsageError(f"format: expected one of {', '.join(FORMATS)}, found {name!r}")
    if name == EVENTS:
        return None
    adapter: Adapter = import_module(f"pipelines.adapters.{name}").adapt
    return adapter
