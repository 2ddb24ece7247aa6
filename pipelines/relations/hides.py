"""Whom a user is shown nothing of: a block in either direction, or a mute."""

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pyarrow as pa

from pipelines.arrays import Int64s, arrow, int64s
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection, Exchange
from pipelines.relations.arrays import numbers
from pipelines.relations.blocks import BLOCKS
from pipelines.relations.mutes import MUTES
from pipelines.sorting import grouped
from pipelines.tables import Column, Table

HIDES = Table(
    "hides",
    (
        Column("user_id", "bigint", "who is not shown"),
        Column("hidden_id", "bigint", "whose posts, reposts and doings"),
    ),
    key=("user_id", "hidden_id"),
    description="Every user and whom that user blocks, is blocked by, or mutes.",
    bucket_by="user_id",
)


def _hidden(bucket: int, inputs: BucketInputs) -> pa.Table:
    """Who is hidden from whom by the blocks and mutes of a bucket's users."""
    blocks, mutes = (_holding(inputs.read(facts, list(facts.names), bucket)) for facts in (BLOCKS, MUTES))
    return pa.concat_tables([blocks, _turned(blocks), mutes])


def _holding(rows: pa.Table) -> pa.Table:
    return rows.filter(rows["holds"]).select([0, 1]).rename_columns(HIDES.names)


def _turned(rows: pa.Table) -> pa.Table:
    """The rows the other way round."""
    return rows.select([1, 0]).rename_columns(HIDES.names)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """Each pair once, in order."""
    rows = inputs.received(bucket)
    order, starts = grouped(*(numbers(rows, name) for name in HIDES.key))
    yield from rows.take(arrow(order[starts[:-1]], pa.int32())).combine_chunks().to_batches(128 * 1024)


def _touched(bucket: int, inputs: BucketInputs) -> Int64s:
    """Who in a bucket may block, be blocked by, or mute others than before."""
    blocked, told = _blocked(inputs), [inputs.touched(facts.name, bucket) for facts in (BLOCKS, MUTES)]
    return np.unique(np.concatenate([blocked[blocked % inputs.buckets == bucket], *told]))


@lru_cache(maxsize=1)
def _blocked(inputs: BucketInputs) -> Int64s:
    """Whom users of all buckets block, or blocked, who may block others than before; found once in a process."""
    found = [np.empty(0, np.int64)]
    for bucket in range(inputs.buckets):
        blocks = inputs.choosing({BLOCKS: inputs.touched(BLOCKS.name, bucket)})
        found += [int64s(one.read(BLOCKS, [BLOCKS.key[1]], bucket)[0]) for one in (blocks, blocks.as_before())]
    return np.concatenate(found)


RELATION = BucketProjection(
    HIDES, ("blocks", "mutes"), _merge, exchange=Exchange(HIDES.arrow, _hidden), touched=_touched
)
