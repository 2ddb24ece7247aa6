"""What the log is asked again: the events before that are of the same moments as new ones.

Tables keep no ids of events. Where a new event is of the moment of one that decided before, their ids decide, which
only the log has; all events of that moment are then told once more, and what was made of them gives way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import flags
from pipelines.inputs import BucketInputs, Extract
from pipelines.moments import NO_MOMENTS, Moments, among, moments
from pipelines.projections import BucketProjection
from pipelines.ranges import Ranges, in_bucket, with_rows_of
from pipelines.runs.exchange import receivers
from pipelines.runs.extraction import Extracted
from pipelines.runs.materialize import inputs_of
from pipelines.runs.plans import Mode, Plan
from pipelines.runs.staged import BuildContext
from pipelines.storage.keyed import around


def asked_again(
    plan: Plan, extracts: Sequence[Extract], extracted: Extracted, earlier: Mapping[str, Ranges], context: BuildContext
) -> list[Extract]:
    """Extracts of just those moments of which new rows are and something was known before."""
    asked = _asked(plan, extracted, earlier, context)
    return [replace(one, rows=partial(_of_moments, one, asked[one.name])) for one in extracts if one.name in asked]


def _asked(
    plan: Plan, extracted: Extracted, earlier: Mapping[str, Ranges], context: BuildContext
) -> dict[str, Moments]:
    """By extract, the moments of new events of which something was known before."""
    told = [
        (one, replace(inputs_of(projection, {}, context), earlier=earlier, extracted=extracted.rows))
        for projection in plan.of(Mode.MERGED).values()
        if isinstance(projection, BucketProjection)
        for one in projection.extracts
    ]
    items = [
        (number, bucket)
        for number, (one, _) in enumerate(told)
        for bucket in receivers(extracted.sent[one.name], context.buckets)
    ]
    asked: dict[str, list[Moments]] = {}
    for (number, _), found in zip(items, context.engine.run(partial(_same_moments, told), items), strict=True):
        asked.setdefault(told[number][0].name, []).append(found)
    every = {name: np.unique(np.concatenate(found)) for name, found in asked.items()}
    return {name: found for name, found in every.items() if len(found)}


def _same_moments(told: Sequence[tuple[Extract, BucketInputs]], item: tuple[int, int]) -> Moments:
    """The task: the moments of new rows, of an extract in a bucket, at which something came about before."""
    number, bucket = item
    one, inputs = told[number]
    new = one.moments(inputs.extracted(one, bucket))
    found = [NO_MOMENTS]
    for table, time in inputs.states[one.name].times if len(new) else ():
        for file in with_rows_of(in_bucket(inputs.earlier.get(table.name, ()), bucket), np.unique(new["id"])):
            rows = around(file.place, str(table.bucket_by), time, new)
            old = moments(*rows.filter(pc.is_valid(rows[time])).columns)
            found.append(new[among(new, old)])
    return np.concatenate(found)


def _of_moments(one: Extract, wanted: Moments, event_type: str, events: pa.Table) -> pa.Table:
    """The rows that events give an extract, of these moments."""
    rows = one.rows(event_type, events)
    return rows.filter(flags(among(one.moments(rows), wanted)))
