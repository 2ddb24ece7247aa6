"""Causes: which events caused some others, as these say, one behind another."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.cores import cores
from pipelines.log.events import Log
from pipelines.past.facts import TOLD, Event, event_of
from pipelines.storage.keyed import dicts

MOST = 8
"""How many causes are looked for behind an event at most: each is a pass over the log's event ids."""


def causes(log: Log, events: Iterable[Event]) -> dict[str, Event]:
    """What caused some events, what caused that, and so on, by id, as far as a log has it; at most MOST behind one."""
    known = {event.event_id: event for event in events}
    wanted, found = _named(known.values()), dict[str, Event]()
    for _ in range(MOST):
        known |= _with_ids(log, wanted - known.keys())
        new = {name: known[name] for name in wanted & known.keys() - found.keys()}
        if not new:
            break
        found |= new
        wanted = _named(new.values())
    return found


def chain_of(event: Event, found: dict[str, Event]) -> Iterator[Event]:
    """What caused an event, and what caused that, of what was found; none twice, should they say they go round."""
    seen = {event.event_id}
    while event.causation_id in found and event.causation_id not in seen:
        event = found[event.causation_id]
        seen.add(event.event_id)
        yield event


def _named(events: Iterable[Event]) -> set[str]:
    """The ids of what caused events."""
    return {event.causation_id for event in events if event.causation_id is not None}


def _with_ids(log: Log, ids: set[str]) -> dict[str, Event]:
    """The events of a log with these ids."""
    if not ids:
        return {}
    asked = pa.array(sorted(ids))

    def those(place: str) -> list[Event]:
        found = ((kind, some.filter(pc.is_in(some["event_id"], asked))) for kind, some in log.events(place, _told))
        return [event_of(kind, row) for kind, some in found for row in dicts(some)]

    with ThreadPoolExecutor(cores()) as threads:
        found = chain.from_iterable(threads.map(those, [place for place, _ in log.files]))
        return {event.event_id: event for event in found}


def _told(_: str) -> tuple[str, ...]:
    return TOLD
