"""Reading what one wrote: which release covers an event, and whether that is served."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from pipelines.errors import NewsfeedError
from pipelines.releases.release import NothingReleased, last_release
from pipelines.serving.intake.intake import Covered
from pipelines.serving.intake.log import Log
from pipelines.serving.reading import Reading
from pipelines.storage.lake import Lake

PAUSE = 0.1
Where = Callable[[str], Covered]
"""Says where an event is, by its id."""


class UnknownEvent(NewsfeedError):
    """Nobody sent an event with that id."""


class NotCovered(NewsfeedError):
    """No release that is served covers an event yet; `facts` say how far it came."""

    def __init__(self, message: str, facts: dict[str, Any]) -> None:
        super().__init__(message)
        self.facts = facts


def in_log(lake: Lake) -> Where:
    """Says by which landing an event came into the log."""
    log = Log(lake)

    def where(event_id: str) -> Covered:
        found = log.look([event_id]).standing.get(event_id)
        return Covered() if found is None else Covered(landing=found.landing)

    return where


@dataclass(frozen=True)
class Covering:
    """Waits for what is served to cover events, unless the server is told to end."""

    reading: Reading
    where: Where
    is_ending: Callable[[], bool] = lambda: False

    def wait(self, event_id: str, seconds: float) -> None:
        """Wait until the release that is served covers an event. Raises UnknownEvent, NotCovered."""
        until = monotonic() + seconds
        while True:
            left = self.lacks(event_id)
            if left is None:
                return
            if monotonic() + PAUSE > until or self.is_ending():
                raise left
            sleep(PAUSE)

    def lacks(self, event_id: str) -> NotCovered | None:
        """What is to come before an event is served. Raises UnknownEvent."""
        found = self.where(event_id)
        if found.landing is None and not found.waits:
            raise UnknownEvent(f"there is no event {event_id}")
        last, served = last_release(self.reading.lake), self._served()
        number, upto = (0, 0) if last is None else (last.number, last.landing)
        facts: dict[str, Any] = {"event_id": event_id, "landing": found.landing, "serves": served}
        if found.landing is None:
            return NotCovered("the event waits to be landed", facts | {"release": None})
        if found.landing > upto:
            return NotCovered("the event landed and waits to be released", facts | {"release": number + 1})
        if served is not None and served >= number:
            return None
        return NotCovered("the release that covers the event is being published", facts | {"release": number})

    def _served(self) -> int | None:
        try:
            return self.reading.check()
        except NothingReleased:
            return None
