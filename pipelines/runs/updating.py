"""Updating: a table of which some rows are made anew, and what later tables are told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, int64s, no_rows
from pipelines.differences import times
from pipelines.inputs import BucketInputs
from pipelines.invariants import checks_of
from pipelines.projections import BucketProjection
from pipelines.runs.making import Making
from pipelines.runs.materialize import staged_beside
from pipelines.runs.rewriting import OWNER, Rewriting
from pipelines.runs.sending import Resent, is_resendable, resent, with_sent
from pipelines.runs.staged import BuildContext, Staged
from pipelines.storage.datafiles import Content
from pipelines.storage.staging import tables_in
from pipelines.tables import Table

Touched = Mapping[int, str]
"""By bucket of a table, the file of the owners of whom something may have changed."""


@dataclass(frozen=True)
class Updated:
    """A table of which some rows were made anew, the owners of those, and how many these are.

    `is_whole` says whether in a bucket all were made, as most of its owners were touched.
    """

    staged: Staged
    touched: Touched
    owners: int
    is_whole: bool


def owners_touched(by_table: Mapping[str, Touched], table: str, bucket: int) -> Int64s:
    """The owners in a bucket of a table of whom something may have changed."""
    place = by_table.get(table, {}).get(bucket)
    return np.empty(0, np.int64) if place is None else int64s(next(tables_in(place))[OWNER])


def differences(by_table: Mapping[str, Touched], tables: Mapping[str, Table], table: str, bucket: int) -> pa.Table:
    """The rows of a bucket of a table that grows that came, with the number 1, and that went, with -1; in order."""
    place = by_table.get(table, {}).get(bucket)
    if place is None:
        return times(no_rows(tables[table].arrow), 1)
    _, rows = tables_in(place)
    return rows


def update_buckets(
    projection: BucketProjection,
    inputs: BucketInputs,
    place: str,
    context: BuildContext,
    before: Content,
    folder: str,
) -> Updated:
    """Stage a projection of what it was, and of what changed since in what it is made of. Raises AuditError.

    `inputs` have what was and what is, `before` is what is known of the table as it was; a folder gets the owners.
    """
    with context.staging() as sent:
        sending = _sending(projection, inputs, sent, context)
        checks = checks_of(projection, context.policy)
        task = Rewriting(Making(projection, sending), place, checks, context.mark, folder)
        done = context.engine.run(task, range(context.buckets))
    replaced = dict(chain.from_iterable(one.replaced.items() for one in done))
    made = staged_beside(projection.table, place, (one.written for one in done), inputs.own, replaced, before)
    touched = {bucket: one.touched for bucket, one in enumerate(done) if one.touched is not None}
    return Updated(made, touched, sum(one.owners for one in done), any(one.is_whole for one in done))


def _sending(
    projection: BucketProjection, inputs: BucketInputs, folder: str, context: BuildContext
) -> "BucketInputs | Resent":
    """The inputs with what is sent, all of it or what changed."""
    if projection.exchange is None:
        return inputs
    if is_resendable(projection.exchange):
        return resent(projection.exchange, projection.table.bucket_by, inputs, folder, context)
    return with_sent(projection.exchange, projection.table.bucket_by, inputs, folder, context)
