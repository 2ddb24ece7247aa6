"""Build state: what the tables of a run are built of, and what is known of those that were built so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.engines.base import Engine
from pipelines.ranges import Ranges
from pipelines.runs.frames import frame_of, frame_of_log
from pipelines.runs.history import History
from pipelines.runs.plans import Mode, Plan
from pipelines.runs.publishing import Tables
from pipelines.runs.updating import Touched
from pipelines.storage.checksums import verify
from pipelines.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass
class BuildState:
    """What tables are built of: the log, what was extracted, the relations so far, and those of the last release.

    `touched` says of which owners rows changed since, `owners` of how many, None where that is not known; `modes` how
    tables were made, and `reasons` why those were made anew that would have been merged.
    """

    history: History
    earlier: Mapping[str, Ranges]
    folder: str
    tables: dict[str, Table] = field(default_factory=dict)
    places: dict[str, Ranges] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    touched: dict[str, Touched] = field(default_factory=dict)
    owners: dict[str, int | None] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def add(self, table: Table, found: Ranges) -> None:
        """Add a relation, which later tables may read."""
        self.tables[table.name], self.places[table.name] = table, found

    def told_anew(self, name: str, why: str) -> None:
        """Say of a table that it is made anew, and why."""
        self.modes[name], self.reasons[name] = Mode.DERIVED, why

    def frame(self, name: str, engine: Engine) -> "DataFrame":
        """The rows of a relation, or of the log as `events`, in files that are verified, as engines do not."""
        log = self.history.log
        if name == "events" and log is not None:
            engine.run(verify, [place for place, _ in log.files])
            return frame_of_log(engine.session, engine.slots, log)
        files = [file.place for file in self.places[name]]
        engine.run(verify, files)
        return frame_of(engine.session, engine.slots, self.tables[name], files)


def earlier_ranges(plan: Plan, tables: Tables) -> dict[str, Ranges]:
    """By name where the files of those tables are that tables may be made of, as the last release has them."""
    read = {f"relations/{name}" for name in plan.reads} & set(plan.of(Mode.KEPT, Mode.DERIVED, Mode.MERGED))
    return {name: tables.ranges(plan.start.lake, name) for name in {*read, *plan.of(Mode.DERIVED, Mode.MERGED)}}


def relations_of(earlier: Mapping[str, Ranges]) -> dict[str, Ranges]:
    """Of such files those of relations, by what these are called among themselves."""
    return {name.removeprefix("relations/"): files for name, files in earlier.items() if name.startswith("relations/")}
