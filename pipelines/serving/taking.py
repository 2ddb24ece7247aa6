"""Taking events: the intake of a server, and what lands beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pipelines.errors import NewsfeedError, UsageError, reason
from pipelines.serving.intake.clearing import Clearing
from pipelines.serving.intake.follower import Follower, command_of
from pipelines.serving.intake.intake import Intake
from pipelines.serving.intake.landed import Landed
from pipelines.storage import places
from pipelines.storage.lake import Lake

INBOX, DONE = "inbox", "done"
OLDEST = 1.0
"""The seconds after which a segment is sealed at the latest."""


WEEK = 7 * 86400.0


@dataclass(frozen=True)
class Pace:
    """The seconds from one landing to the next, and from one run to the next; None: none, others do it.

    For `keep` seconds a segment is kept that landed.
    """

    land: float | None = None
    run: float | None = None
    keep: float = WEEK


def inbox_of(lake: Lake, given: str | None) -> str:
    """The local folder of segments, by default beside the log. Raises UsageError."""
    place = places.join(lake.root, INBOX) if given is None else places.absolute(given)
    if places.is_url(place):
        raise UsageError(f"--inbox: expected a local folder, as what is taken is to be durable at once, found {place}")
    return place


@contextmanager
def taking(lake: Lake, inbox: str, pace: Pace) -> Iterator[Intake]:
    """Take events into an inbox, and land and release them at a pace, until the end.

    Raises NewsfeedError where the inbox cannot be written, or another server has it.
    """
    oldest = OLDEST if pace.land is None else min(OLDEST, pace.land / 2)
    try:
        intake = Intake(lake, inbox, oldest)
    except OSError as fault:
        raise NewsfeedError(f"cannot write {inbox}: {reason(fault)}") from fault
    beside: list[Follower | Clearing] = []
    try:
        if pace.land is not None:
            done = places.join(inbox, DONE)
            beside.append(Follower(command_of(inbox, done, lake.root, pace.land, pace.run)))
            beside.append(Clearing(Landed(lake, inbox, done, pace.keep), pace.keep))
        yield intake
    finally:
        try:
            intake.close()
        finally:
            for one in beside:
                one.end()
