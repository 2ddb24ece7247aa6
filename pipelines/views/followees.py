"""Whom each user follows."""

from collections.abc import Iterator

import pyarrow as pa

from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection
from pipelines.relations import touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.standing import follows_in
from pipelines.tables import Column, Table

FOLLOWEES = Table(
    "followees",
    (
        Column("user_id", "bigint", "who follows"),
        Column("followee_id", "bigint", "who is followed"),
        Column("since", "timestamp", "time of the last `followed`"),
    ),
    key=("user_id", "followee_id"),
    description="The standing follows, by who follows.",
    bucket_by="user_id",
    grows=True,
)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The relation's rows, which stand in the view's order."""
    yield from (
        follows_in(bucket, inputs).rename_columns(FOLLOWEES.names).combine_chunks().to_batches(max_chunksize=512 * 1024)
    )


VIEW = BucketProjection(
    FOLLOWEES, ("follows", "deactivations"), _merge, touched=touched.followers_in, beside=(FOLLOWS,)
)
