"""The few events of a long history that are enough to make a test fail."""

from collections.abc import Callable

from .sentences import Event


def shrink(events: list[Event], fails: Callable[[list[Event]], bool]) -> list[Event]:
    """A sub-history that still fails, and no longer does without any one of its events."""
    size = max(1, len(events) // 2)
    while True:
        kept = without_pieces(events, size, fails)
        if size == 1 and len(kept) == len(events):
            return kept
        events, size = kept, max(1, size // 2)


def without_pieces(events: list[Event], size: int, fails: Callable[[list[Event]], bool]) -> list[Event]:
    """The events without every piece of that size that the failure does not need."""
    start = 0
    while start < len(events):
        fewer = events[:start] + events[start + size :]
        if fewer and fails(fewer):
            events = fewer
        else:
            start += size
    return events
