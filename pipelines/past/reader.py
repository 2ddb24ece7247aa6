"""Reading the past: the rows of some owners of a view as of a time, as the log tells, whatever was released."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow
from pipelines.log.continuity import events_of
from pipelines.log.events import Log, as_of
from pipelines.past.bearing import BEARING, of_names
from pipelines.past.making import fields, make
from pipelines.past.pieces import Pieces
from pipelines.past.selection import Selection
from pipelines.policy import Policy
from pipelines.releases.release import Release, last_release
from pipelines.storage.keyed import dicts
from pipelines.storage.lake import Lake

NAMES = {"user_id", "username", "first_name", "last_name", "bio"}
"""The columns of profiles that are known of users by what names them."""


@dataclass(frozen=True)
class PastReader:
    """Reads the views of some owners as they would be if there were just the events of a log."""

    log: Log
    policy: Policy

    @classmethod
    def of(cls, lake: Lake, until: datetime, known_at: datetime | None = None) -> Self:
        """What was so at a time, by all that landed, or had landed then, under the policy of the last release.

        Raises NoLog, NoLake.
        """
        last, log = last_release(lake), as_of(lake, until, known_at)
        return cls(log, Policy() if last is None else last.policy)

    @classmethod
    def of_release(cls, lake: Lake, release: Release) -> Self:
        """What a release says, by the events that it was made of, under its policy. Raises OtherLog, GivenUp."""
        return cls(events_of(lake, release), release.policy)

    @property
    def told(self) -> str:
        """In words what is read, such as `as of 2026-01-31T12:00:00Z`."""
        return self.log.told

    @cached_property
    def pieces(self) -> Pieces:
        """The events, of which what was read is kept."""
        return Pieces(self.log)

    def of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> list[dict[str, Any]]:
        """The rows of a view with these ids, in a column that says whose they are; all columns if none is named."""
        return dicts(self.table_of_ids(view, key, ids, *columns))

    def table_of_ids(self, view: str, key: str, ids: Iterable[int], *columns: str) -> pa.Table:
        """The same rows as a table."""
        wanted, bearing = np.unique(np.fromiter(ids, np.int64)), BEARING[view]
        if key != bearing.owner:
            raise AssertionError(f"the rows of {view} are chosen by {bearing.owner}, not by {key}")
        events = Selection(self.pieces)
        add = of_names if view == "profile" and columns and NAMES.issuperset(columns) else bearing.add
        add(events, wanted)
        rows = make(view, events.events_of_facts(partial(asked, view)), self.policy)
        told = list(dict.fromkeys((key, *columns))) if columns else rows.column_names
        return rows.filter(pc.is_in(rows[key], arrow(wanted, pa.int64()))).select(told)


def asked(view: str, event_type: str) -> list[str]:
    """The fields that are read of events of a type for some rows of a view."""
    return [name for name in fields(view, event_type) if name not in BEARING[view].without]
