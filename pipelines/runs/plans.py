"""Plans: from which release and which landings a run starts, and how it makes each table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipelines.log.landings import Landed
from pipelines.policy import Policy
from pipelines.projections import AnyProjection
from pipelines.releases.release import Release
from pipelines.runs.publishing import projections
from pipelines.storage import delta
from pipelines.storage.lake import Lake


@dataclass(frozen=True)
class Request:
    """What is asked of a run: changes of the policy, a rebuild of everything, or of one view from the last release.

    `accept_log` is to take the log as it is, whatever it has lost; of tables that are `damaged` just these are made
    again, of the events that the last release covers.
    """

    policy: Mapping[str, Any]
    rebuild: bool = False
    view: str | None = None
    accept_log: bool = False
    damaged: frozenset[str] = frozenset()

    @property
    def is_of_last(self) -> bool:
        """Whether just tables of the last release are made again, of the events that it covers."""
        return self.view is not None or bool(self.damaged)


@dataclass(frozen=True)
class Start:
    """What a run finds: the log, its last landing, and the releases so far."""

    lake: Lake
    log: delta.Handle
    newest: Landed
    last: Release | None


class Mode(StrEnum):
    """How a table of the next release is made."""

    KEPT = "kept"
    MERGED = "merged"
    DERIVED = "made anew"
    REBUILT = "rebuilt"


@dataclass(frozen=True)
class Plan:
    """What a run starts from, the last landing that it will cover, and why it makes which tables how.

    - kept: as the last release has it;
    - merged: of what it was in the last release, which covers the landing `since`, and of what changed since;
    - made anew: of relations, if one of those that it reads turns out to have changed; so are in the end those that
      were to be merged, where that would take longer;
    - rebuilt: of all events, or of relations.

    `accepted` says whether the log is taken as it is read.
    """

    start: Start
    policy: Policy
    landed: Landed
    reason: str | None
    modes: Mapping[str, Mode]
    since: Landed | None = None
    accepted: bool = False

    def of(self, *modes: Mode) -> dict[str, AnyProjection]:
        """The projections that are made in some of these ways, in order."""
        return {name: one for name, one in projections().items() if self.modes.get(name, Mode.KEPT) in modes}

    @property
    def stale(self) -> dict[str, AnyProjection]:
        """The projections that are not simply kept."""
        return self.of(Mode.MERGED, Mode.DERIVED, Mode.REBUILT)

    @property
    def kept(self) -> bool:
        """Whether some tables are made of what the last release has."""
        return len(self.of(Mode.REBUILT)) < len(projections())

    @property
    def reads_all(self) -> bool:
        """Whether a table is rebuilt of all events."""
        return any("events" in one.reads for one in self.of(Mode.REBUILT).values())

    @property
    def reads(self) -> frozenset[str]:
        """The log, as `events`, and the relations that the stale tables are made of."""
        return frozenset(read for one in self.stale.values() for read in one.reads)
