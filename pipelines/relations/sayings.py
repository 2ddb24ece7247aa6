"""What is said of posts: that they are posted, edited, deleted; and what of that is not in effect, as it was before."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import arrow, repeated, with_columns
from pipelines.events.log import LOG
from pipelines.inputs import BucketInputs, Extract
from pipelines.tables import Column, Table

POSTED, EDITED, DELETED = range(3)
TYPES = {"posted": POSTED, "post_edited": EDITED, "post_deleted": DELETED}

AMENDMENTS = Table(
    "amendments",
    (
        Column("post_id", "bigint", "the post"),
        Column("user_id", "bigint", "who edited or deleted it"),
        Column("edited_at", "timestamp", "when this user last edited it", nullable=True),
        Column("text", "string", "what it would say since; null when this user also deleted it", nullable=True),
        Column("deleted", "boolean", "whether this user deleted it"),
    ),
    key=("post_id", "user_id"),
    description="What users said of posts that is not in effect: the post was not seen yet, is another's, or is later.",
    bucket_by="post_id",
    grows=True,
)

TIME = AMENDMENTS.arrow.field("edited_at").type

SAID = pa.schema(
    [
        ("post_id", pa.int64()),
        ("author_id", pa.int64()),
        ("event_time", TIME),
        ("event_id", pa.string()),
        *((name, LOG.arrow.field(name).type) for name in ("text", "languages", "reply_to_post_id", "mentioned_ids")),
        ("kind", pa.int8()),
    ]
)
NEVER = arrow(np.full(1, -1, np.int64), TIME)[0]
"""The time of a deletion that was known before: no event has it, and none is asked of a deletion."""


def _said(event_type: str, events: pa.Table) -> pa.Table:
    """The rows that events of one type give on posts."""
    return pa.table([*events.columns, _kinds(TYPES[event_type], events.num_rows)], SAID)


def _kinds(kind: int, times: int) -> pa.Array:
    return arrow(np.full(times, kind, np.int8), pa.int8())


SAYINGS = Extract(
    "posts",
    SAID,
    ("post_id", "actor_id", "event_time", "event_id", "text", "languages", "reply_to_post_id", "mentioned_ids"),
    _said,
    types=tuple(TYPES),
    by="post_id",
)


def said(rows: pa.Table, kind: int, event_id: str = "") -> pa.Table:
    """Rows on posts as if events of a kind, all with this id, had said them; without a time they are of NEVER."""
    same = {"kind": _kinds(kind, rows.num_rows), "event_id": repeated(event_id, rows.num_rows)}
    same |= {} if "event_time" in rows.schema.names else {"event_time": pa.repeat(NEVER, rows.num_rows)}
    for name, column in same.items():
        rows = rows.append_column(name, column)
    return with_columns(rows, SAID)


def amended_before(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The amendments as they were, as events; of one time, an edit is before what is in effect."""
    rows = inputs.before(AMENDMENTS, list(AMENDMENTS.names), bucket)
    rows = rows.rename_columns({"user_id": "author_id", "edited_at": "event_time"})
    edits = rows.filter(pc.is_valid(rows["event_time"])).drop_columns(["deleted"])
    deletions = rows.filter(rows["deleted"]).select(["post_id", "author_id"])
    return pa.concat_tables([said(edits, EDITED), said(deletions, DELETED)])
