"""What newsfeeds are made of: all timelines, indexed once, and of a bucket who follows and hides whom."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import int64s
from pipelines.merge.facts import Facts, facts_of
from pipelines.merge.readers import Pairs
from pipelines.merge.timelines import COLUMNS, Timelines, index_timelines
from pipelines.projections import BucketInputs
from pipelines.relations.hides import HIDES
from pipelines.relations.standing import follows_in
from pipelines.relations.timelines import TIMELINES

Indexed = tuple[Timelines, Facts]

ENTRY_BYTES = 224
"""What a row of the timelines takes while they are indexed for the merge and for the audit."""

_indexing, _reading = Lock(), Lock()
_indexed: dict[tuple[str, ...], Indexed] = {}
_read: dict[tuple[str, ...], dict[str, pa.Table]] = {}


def fits(inputs: BucketInputs) -> bool:
    """Whether the tasks of a process may hold all timelines in common."""
    return inputs.rows(TIMELINES) * ENTRY_BYTES <= inputs.shared


def index(inputs: BucketInputs) -> Indexed | None:
    """All timelines, if they fit, indexed once in each process and shared by its tasks; data files never change."""
    if not fits(inputs):
        return None
    places = inputs.of(TIMELINES)
    with _indexing:
        if places not in _indexed:
            _indexed.clear()
            rows = inputs.read(TIMELINES, COLUMNS)
            with ThreadPoolExecutor(1) as beside:
                facts = beside.submit(facts_of, rows)
                _indexed[places] = index_timelines(rows), facts.result()
        return _indexed[places]


def reading_once(inputs: BucketInputs) -> BucketInputs:
    """The same, in which each file of the timelines is read once in a process for all its tasks, if they fit."""
    return replace(inputs, open=partial(_opened, inputs)) if fits(inputs) else inputs


def _opened(inputs: BucketInputs, place: str, columns: list[str]) -> pa.Table:
    """Columns of a file of the timelines, all of which stay in memory."""
    places = inputs.of(TIMELINES)
    with _reading:
        if places not in _read:
            _read.clear()
            _read[places] = {}
        files = _read[places]
        if place not in files:
            files[place] = inputs.open(place, COLUMNS)
        return files[place].select(columns)


def pieces(inputs: BucketInputs) -> Iterator[pa.Table]:
    """All timelines, a bucket at a time."""
    return (inputs.read(TIMELINES, COLUMNS, bucket) for bucket in range(inputs.buckets))


def facts_on(inputs: BucketInputs, posts: pa.Array) -> Facts:
    """The standing posts of these ids, and their reposts."""
    return facts_of(pa.concat_tables(rows.filter(pc.is_in(rows["post_id"], posts)) for rows in pieces(inputs)))


def relations(bucket: int, inputs: BucketInputs) -> tuple[Pairs, Pairs]:
    """Whom the bucket's readers follow, and who is hidden from them."""
    return _pairs(follows_in(bucket, inputs)), _pairs(inputs.read(HIDES, ["user_id", "hidden_id"], bucket))


def _pairs(rows: pa.Table) -> Pairs:
    """The first two columns."""
    return int64s(rows.columns[0]), int64s(rows.columns[1])
