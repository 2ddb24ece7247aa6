"""Which notifications a batch changes: who and what may notify others than before, and who is not told all again."""

from functools import lru_cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, arrow, flags, int64s, or_zero, strings
from pipelines.differences import NUMBER, are_in, difference
from pipelines.inputs import BucketInputs
from pipelines.merge.notification_order import RANKS
from pipelines.projections import Chosen, Resending
from pipelines.relations import touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.hides import HIDES
from pipelines.relations.members import among
from pipelines.relations.posts import POSTS
from pipelines.relations.timelines import TIMELINES
from pipelines.tables import Table
from pipelines.views.notifications_sent import ANSWER, GIVEN, KINDS, SENT


def resending(table: Table) -> Resending:
    """How just the notifications that changed are sent, of which the table has the newest."""
    return Resending(
        _changed,
        partial(_stood, table),
        partial(_unknown, table),
        _toward,
        by_row=(FOLLOWS, *GIVEN, TIMELINES),
    )


def _changed(bucket: int, inputs: BucketInputs) -> Chosen:
    """Who and which posts may notify others than before."""
    posts = touched.posts_in(bucket, inputs, *GIVEN)
    given = dict.fromkeys(GIVEN, touched.otherwise_in(bucket, inputs, *GIVEN))
    followers = touched.following_gone_or_back(bucket, inputs)
    return {POSTS: posts, **given, FOLLOWS: followers, TIMELINES: posts[:0]}


def _stood(table: Table, bucket: int, inputs: BucketInputs) -> pa.Table:
    """The newest notifications as they were, as they had been sent."""
    rows = inputs.own_before(table, ["user_id", "kind", "actor_id", "post_id", "notified_at"], bucket)
    kinds = int64s(pc.index_in(rows["kind"], strings(KINDS)).cast(pa.int64()))
    ranks = arrow(kinds - RANKS * int64s(rows["notified_at"]), pa.int64())
    posts = arrow(or_zero(rows["post_id"]), pa.int64())
    return pa.table([rows["user_id"], ranks, rows["actor_id"], posts], SENT)


def _unknown(table: Table, bucket: int, inputs: BucketInputs) -> Int64s:
    """The users who are shown more than before, or lose one of as many as are kept.

    Also those who lose an answer: a mention by the same post may have given way to it.
    """
    rows, hides = inputs.received(bucket), _hides(bucket, inputs)
    lost, more = (rows.filter(flags(side)) for side in (int64s(rows[NUMBER]) < 0, int64s(rows[NUMBER]) > 0))
    shown, hidden = (hides.filter(flags(side)) for side in (int64s(hides[NUMBER]) < 0, int64s(hides[NUMBER]) > 0))
    answers = _answers(more)
    anew = answers.filter(flags(among(int64s(answers["post_id"]), _answering_anew(inputs))))
    losing = _losing(table, bucket, inputs, lost, anew, hidden)
    found = [int64s(one["user_id"]) for one in (losing, _answers(lost), shown)]
    return np.unique(np.concatenate([*found, touched.gone_or_back_in(bucket, inputs)]))


def _losing(
    table: Table, bucket: int, inputs: BucketInputs, lost: pa.Table, answers: pa.Table, hidden: pa.Table
) -> pa.Table:
    """What is lost, hidden, or gives way to answers, of lists of as many as are kept."""
    users = np.unique(np.concatenate([int64s(rows["user_id"]) for rows in (lost, answers, hidden)]))
    before = inputs.choosing({table: users}).own_before(table, ["user_id"], bucket)
    users, counts = np.unique(int64s(before["user_id"]), return_counts=True)
    stood = _stood(table, bucket, inputs.choosing({table: users[counts == inputs.policy.cap]}))
    mentions = answers.set_column(1, "rank", arrow(int64s(answers["rank"]) - 1, pa.int64()))
    by_hidden = hidden.rename_columns({"hidden_id": "actor_id"})
    going = lost.select(SENT.names), mentions.select(SENT.names), by_hidden.select(["user_id", "actor_id"])
    return pa.concat_tables(stood.filter(flags(are_in(stood, rows))) for rows in going)


@lru_cache(maxsize=1)
def _answering_anew(inputs: BucketInputs) -> Int64s:
    """The posts of all buckets of which an entry came, and one went: they may answer other users than before."""
    every = pa.concat_tables(inputs.differences(TIMELINES.name, bucket) for bucket in range(inputs.buckets))
    came, went = (int64s(every["post_id"])[int64s(every[NUMBER]) == number] for number in (1, -1))
    return np.intersect1d(came, went)


def _answers(rows: pa.Table) -> pa.Table:
    return rows.filter(flags(int64s(rows["rank"]) & (RANKS - 1) == ANSWER))


def _hides(bucket: int, inputs: BucketInputs) -> pa.Table:
    """Whom users hide who did not, with the number 1, and whom they hid, with -1."""
    chosen = inputs.choosing({HIDES: hiding(bucket, inputs)})
    return difference(*(one.read(HIDES, list(HIDES.names), bucket) for one in (chosen.as_before(), chosen)))


def hiding(bucket: int, inputs: BucketInputs) -> Int64s:
    """The users who may hide others than before."""
    return inputs.touched(HIDES.name, bucket)


def _toward(bucket: int, inputs: BucketInputs, users: Int64s) -> Chosen:
    """Who follows, and which posts are by, mention, or answer, some users."""
    rows = inputs.read(POSTS, ["post_id", "author_id", "mentioned_ids"], bucket)
    mentioned = among(int64s(pc.list_flatten(rows["mentioned_ids"])), users)
    mentioning = np.zeros(rows.num_rows, np.bool_)
    mentioning[int64s(pc.list_parent_indices(rows["mentioned_ids"]))[mentioned]] = True
    posts = int64s(rows["post_id"])[among(int64s(rows["author_id"]), users) | mentioning]
    given = dict.fromkeys((POSTS, *GIVEN), posts)
    return {**given, FOLLOWS: touched.following(bucket, inputs, users), TIMELINES: _answering(bucket, inputs, users)}


def _answering(bucket: int, inputs: BucketInputs, users: Int64s) -> Int64s:
    """Who in a bucket answers some users."""
    every = (inputs.open(place, ["user_id", "parent_author_id"]) for place in inputs.of(TIMELINES, bucket))
    found = [int64s(rows["user_id"])[among(or_zero(rows["parent_author_id"]), users)] for rows in every]
    return np.unique(np.concatenate([users[:0], *found]))
