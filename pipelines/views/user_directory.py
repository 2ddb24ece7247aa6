"""The names of active users in neither upper nor lower case: to search by prefix is to read a range."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, repeated, strings
from pipelines.characters import folded
from pipelines.inputs import BucketInputs
from pipelines.projections import BucketProjection
from pipelines.relations import touched
from pipelines.relations.standing import active_in, inactive_users
from pipelines.relations.users import USERS
from pipelines.tables import Column, Table

FIELDS = ("username", "first_name", "last_name")

USER_DIRECTORY = Table(
    "user_directory",
    (
        Column("term", "string", "a whole name with case folded away: upper-cased, then case-folded, then NFC"),
        Column("user_id", "bigint", "whose name"),
        Column("field", "string", "which name: username, first_name or last_name"),
    ),
    key=("term", "user_id", "field"),
    description="The names of active users, by name.",
    bucket_by="user_id",
)


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    users = inputs.read(USERS, ["user_id", *FIELDS], bucket)
    users = active_in(users, inactive_users(inputs), "user_id")
    rows = pa.concat_tables([_terms(users, field) for field in FIELDS])
    yield from rows.sort_by([(name, "ascending") for name in USER_DIRECTORY.order]).combine_chunks().to_batches()


def _terms(users: pa.Table, field: str) -> pa.Table:
    """One name of each user who gave it."""
    named = users.filter(pc.is_valid(users[field]))
    terms = strings([folded(name) for name in named[field].to_pylist()])
    fields = repeated(field, len(terms))
    return pa.Table.from_arrays([terms, named["user_id"], fields], schema=USER_DIRECTORY.arrow)


def _touched(bucket: int, inputs: BucketInputs) -> Int64s:
    """The users whose names changed, or who are active and were not, or were."""
    return np.union1d(inputs.changed(USERS, bucket, FIELDS), touched.gone_or_back_in(bucket, inputs))


VIEW = BucketProjection(
    USER_DIRECTORY, ("users", "deactivations"), _merge, version=2, touched=_touched, beside=(USERS,)
)
