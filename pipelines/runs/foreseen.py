"""Foreseen: for each table, in order, what a run would read and write, before anything is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

import numpy as np

from pipelines.arrays import Int64s
from pipelines.log.certificate import Certificate, counted, of_types
from pipelines.owners import are_most
from pipelines.projections import AnyProjection, BucketProjection
from pipelines.releases.release import Release
from pipelines.runs import costs
from pipelines.runs.amounts import Amount, Stored, hit, stored, total
from pipelines.runs.caps import PROFILES, with_cap
from pipelines.runs.choosing import MOST_TOUCHED, why_anew
from pipelines.runs.plans import Mode, Plan
from pipelines.runs.publishing import place_of, projections
from pipelines.storage import delta

NOTHING = Amount()


@dataclass(frozen=True)
class Work:
    """What would be done with a table, and why: whose rows (None: not known before), what is read, what is written."""

    mode: Mode
    reason: str
    owners: int | None = None
    read: Amount = NOTHING
    written: Amount = NOTHING


@dataclass
class Foresight:
    """What is known before a run, which makes tables in so many buckets.

    `named` has by extract whom the new events name, None when these are too many. Of the tables gone through, `counts`
    has of about how many owners rows change, `owners` of which where that is known, `changed` the files that would be
    written.
    """

    planned: Plan
    buckets: int
    new: Certificate
    named: Mapping[str, Int64s] | None
    counts: dict[str, int] = field(default_factory=dict)
    owners: dict[str, Int64s] = field(default_factory=dict)
    changed: dict[str, Amount] = field(default_factory=dict)

    def work(self, name: str) -> Work:
        """What would be done with a table, of which those that it is made of were asked before."""
        projection, mode = projections()[name], self.planned.modes.get(name, Mode.KEPT)
        found = Work(Mode.KEPT, "it stays as it is")
        if mode == Mode.MERGED and isinstance(projection, BucketProjection):
            found = self._merged(name, projection)
        elif mode != Mode.KEPT:
            reason = "if what it is made of changes" if mode == Mode.DERIVED else self.planned.reason or ""
            found = Work(mode, reason, None, self._inputs(projection), self._anew(name, projection))
        if name.startswith("relations/"):
            self.changed[projection.table.name] = found.written
        return found

    def whole(self, name: str) -> Amount:
        """All of a table: as the last release has it, or about as the first one would."""
        last, table = self.planned.start.last, projections()[name].table
        if last is None or name not in last.tables:
            return costs.first(name, counted(self.planned.landed.total or {}), table.in_buckets(self.buckets).file_rows)
        return self._stored(name).whole

    def _anew(self, name: str, projection: AnyProjection) -> Amount:
        """What is written of a table that is made of all: about what it has, or would have with another cap."""
        last, cap = self.planned.start.last, self.planned.policy.cap
        column = projection.capped if isinstance(projection, BucketProjection) else None
        if column is None or last is None or name not in last.tables or cap == last.policy.cap:
            return self.whole(name)
        return with_cap(name, column, self._stored(name), self._stored(PROFILES), (last.policy.cap, cap))

    def _stored(self, name: str) -> Stored:
        last, place = self.planned.start.last, place_of(self.planned.start.lake, name)
        table = projections()[name].table
        handle = delta.find(place, last.tables[name].version) if last is not None and name in last.tables else None
        if last is None or handle is None:
            return Stored(table, (), 1)
        return stored(place, handle, table, last.buckets)

    def _inputs(self, projection: AnyProjection) -> Amount:
        return total(self.whole(f"relations/{read}") for read in projection.reads if read != "events")

    def _merged(self, name: str, projection: BucketProjection) -> Work:
        """A table that is made of what it was, and of new events or of what changed in relations."""
        count, last = self._touched(projection), self.planned.start.last
        if not count:
            return Work(Mode.KEPT, "no new event says anything of it")
        if last is not None and (why := self._why_anew(name, projection, count, last)) is not None:
            return Work(Mode.DERIVED, why, None, self._inputs(projection), self.whole(name))
        files, known = self._stored(name), self.owners.get(projection.table.name)
        own = files.about(count) if known is None else files.of(known)
        changed = [self.changed.get(one, NOTHING) for one in projection.reads]
        told = count if projection.extracts and files.table.bucket_by is not None else None
        read = total(changed if projection.row_by_row else [own, *changed])
        return Work(Mode.MERGED, "joined with what is new", told, read, _written(files, count, known, own))

    def _why_anew(self, name: str, projection: BucketProjection, count: int, last: Release) -> str | None:
        """Why a table is sooner made anew than merged with so many changes, of any owners; None when it is not."""
        if (why := why_anew(name, projection, self.counts, last)) is not None or projection.update is None:
            return why
        users = last.tables["relations/users"].rows
        return MOST_TOUCHED if are_most(round(hit(users, count)) // self.buckets, users // self.buckets) else None

    def _touched(self, projection: BucketProjection) -> int:
        """Of how many owners rows are made: exactly if events name them, or about as many as changed in relations."""
        table = projection.table.name
        if projection.extracts and self.named is not None:
            beside = (self.owners[one.name] for one in projection.beside if one.name in self.owners)
            named = (self.named[one.name] for one in projection.extracts)
            self.owners[table] = reduce(np.union1d, [*beside, *named])
            self.counts[table] = len(self.owners[table])
        elif projection.extracts:
            types = {kind for one in projection.extracts for kind in one.types or self.new}
            self.counts[table] = counted(of_types(self.new, types))
        elif (known := self._of_the_same(projection)) is not None:
            self.owners[table], self.counts[table] = known, len(known)
        else:
            last = self.planned.start.last
            each = ((self.counts.get(read, 0), costs.reach(read, table, last)) for read in projection.reads)
            self.counts[table] = sum(count * reach for count, reach in each)
        return self.counts[table]

    def _of_the_same(self, projection: BucketProjection) -> Int64s | None:
        """The owners of whom something changes in tables of the same owners, if all is known that changes."""
        beside = {one.name for one in projection.beside}
        changed = {read for read in projection.reads if self.counts.get(read)}
        known = changed and changed <= beside & set(self.owners)
        return reduce(np.union1d, [self.owners[one] for one in changed]) if known else None


def _written(files: Stored, count: int, owners: Int64s | None, own: Amount) -> Amount:
    """What is written where so many owners' rows change: the files that have these, or new rows where the table grows.

    Of one that has a row for each owner, rows change where there is one; of others, they come.
    """
    table = files.table
    if not table.grows or (owners is None and table.key == (table.owner,)):
        return own
    if owners is None or table.key != (table.owner,):
        return files.grown(count)
    standing, new = files.standing(owners)
    return standing + files.grown(new)
