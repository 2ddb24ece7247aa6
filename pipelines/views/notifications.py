"""What others did that concerns a user, newest first."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, arrow, arrow_where, flags, int64s, is_text, or_zero, strings
from pipelines.checks import Check, at_most, in_order, numbered
from pipelines.differences import NUMBER, are_in, difference
from pipelines.inputs import BucketInputs
from pipelines.merge.notification_order import RANKS, Notifications
from pipelines.merge.notifications import newest
from pipelines.policy import Policy
from pipelines.projections import BucketProjection, Chosen, Exchange, Resending
from pipelines.relations import touched
from pipelines.relations.follows import FOLLOWS
from pipelines.relations.hides import HIDES
from pipelines.relations.likes import LIKES
from pipelines.relations.matching import values_of
from pipelines.relations.members import Members, among, leave_out
from pipelines.relations.posts import POSTS
from pipelines.relations.reposts import REPOSTS
from pipelines.relations.standing import follows_in, given_in, inactive_users, posts_in
from pipelines.relations.timelines import TIMELINES
from pipelines.sorting import grouped
from pipelines.tables import Column, Table

KINDS = ("followed", "liked", "mentioned", "replied", "reposted")  # in alphabetical order, as they are sorted
ANSWER = KINDS.index("replied")
GIVEN = (LIKES, REPOSTS)
NEWEST_FIRST = ("-notified_at", "kind", "actor_id", "-post_id")

NOTIFICATIONS = Table(
    "notifications",
    (
        Column("user_id", "bigint", "who is notified"),
        Column("position", "int", "1 is the newest"),
        Column("kind", "string", "followed, liked, mentioned, replied or reposted"),
        Column("actor_id", "bigint", "who did it"),
        Column("post_id", "bigint", "the reply, or the post liked, reposted or with the mention", nullable=True),
        Column("notified_at", "timestamp", "when it was done"),
    ),
    key=("user_id", "position"),
    description="What others did that concerns a user, newest first, at most `cap` entries.",
    bucket_by="user_id",
)


def _checks(policy: Policy) -> tuple[Check, ...]:
    return (numbered("user_id"), in_order("user_id", *NEWEST_FIRST), at_most("position", policy.cap))


SENT = pa.schema([(name, pa.int64()) for name in ("user_id", "rank", "actor_id", "post_id")])
"""Notifications, as the merge takes them; a kind is its place in KINDS, no post is 0."""


class Done(NamedTuple):
    """What was done, of one kind: to whom (0: to nobody), by whom, with which post, when."""

    kind: str
    users: Int64s
    actors: Int64s
    posts: Int64s
    times: Int64s


def _sent(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The notifications of what a bucket's users did and of what was done to its posts."""
    posts = posts_in(bucket, inputs, "posted_at", "mentioned_ids")
    done = (
        _followed(bucket, inputs),
        _given("liked", LIKES, posts, bucket, inputs),
        _mentioned(posts),
        _replied(bucket, inputs),
        _given("reposted", REPOSTS, posts, bucket, inputs),
    )
    notifications = (_notifications(one, inactive_users(inputs)) for one in done)
    return pa.concat_tables(pa.table([arrow(column, pa.int64()) for column in one], SENT) for one in notifications)


def _notifications(done: Done, inactive: Members) -> Notifications:
    """The notifications of what was done to another user who is not deactivated."""
    notified = (done.users != done.actors) & (done.users != 0)
    leave_out(inactive, done.users, notified)
    notifications = Notifications(done.users, KINDS.index(done.kind) - RANKS * done.times, done.actors, done.posts)
    return notifications if notified.all() else Notifications(*(column[notified] for column in notifications))


def _followed(bucket: int, inputs: BucketInputs) -> Done:
    actors, users, times = map(int64s, follows_in(bucket, inputs).columns)
    return Done("followed", users, actors, np.zeros(len(users), np.int64), times)


def _given(kind: str, facts: Table, posts: pa.Table, bucket: int, inputs: BucketInputs) -> Done:
    on, actors, times = map(int64s, given_in(bucket, inputs, facts).columns)
    return Done(kind, values_of(int64s(posts["post_id"]), int64s(posts["author_id"]), on), actors, on, times)


def _mentioned(posts: pa.Table) -> Done:
    """Each mention once, however often a post mentions a user."""
    mentioned = posts["mentioned_ids"]
    users, rows = int64s(pc.list_flatten(mentioned)), int64s(pc.list_parent_indices(mentioned))
    order, starts = grouped(rows, users)
    each = order[starts[:-1]]
    by_post = posts.select(["author_id", "post_id", "posted_at"]).take(arrow(rows[each], pa.int64()))
    return Done("mentioned", users[each], *map(int64s, by_post.columns))


def _replied(bucket: int, inputs: BucketInputs) -> Done:
    """The replies themselves: a repost of one, which stands only where the reply does, says no more."""
    rows = inputs.read(TIMELINES, ["parent_author_id", "author_id", "post_id", "posted_at", "kind"], bucket)
    told = rows.filter(pc.and_(pc.is_valid(rows["parent_author_id"]), is_text(rows["kind"], "reply")))
    return Done("replied", *map(int64s, told.drop_columns(["kind"]).columns))


def _merge(bucket: int, inputs: BucketInputs) -> Iterator[pa.RecordBatch]:
    """The newest notifications of each user, numbered, with the names of their kinds."""
    notifications, hides = inputs.received(bucket), inputs.read(HIDES, ["user_id", "hidden_id"], bucket)
    pairs = int64s(hides["user_id"]), int64s(hides["hidden_id"])
    rows = newest(Notifications(*map(int64s, notifications.columns)), pairs, ANSWER, inputs.policy.cap)
    columns = {
        "user_id": arrow(rows.users, pa.int64()),
        "position": arrow(rows.positions, pa.int32()),
        "kind": strings(KINDS).take(arrow(rows.kinds, pa.int8())),
        "actor_id": arrow(rows.actors, pa.int64()),
        "post_id": arrow_where(rows.posts != 0, rows.posts, pa.int64()),
        "notified_at": arrow(rows.times, NOTIFICATIONS.arrow.field("notified_at").type),
    }
    yield from pa.table(columns, NOTIFICATIONS.arrow).combine_chunks().to_batches(512 * 1024)


def _changed(bucket: int, inputs: BucketInputs) -> Chosen:
    """Who and which posts may notify others than before."""
    posts = touched.posts_in(bucket, inputs, *GIVEN)
    given = dict.fromkeys(GIVEN, touched.otherwise_in(bucket, inputs, *GIVEN))
    followers = touched.following_gone_or_back(bucket, inputs)
    return {POSTS: posts, **given, FOLLOWS: followers, TIMELINES: posts[:0]}


def _stood(bucket: int, inputs: BucketInputs) -> pa.Table:
    """The newest notifications as they were, as they had been sent."""
    rows = inputs.own_before(NOTIFICATIONS, ["user_id", "kind", "actor_id", "post_id", "notified_at"], bucket)
    kinds = int64s(pc.index_in(rows["kind"], strings(KINDS)).cast(pa.int64()))
    ranks = arrow(kinds - RANKS * int64s(rows["notified_at"]), pa.int64())
    posts = arrow(or_zero(rows["post_id"]), pa.int64())
    return pa.table([rows["user_id"], ranks, rows["actor_id"], posts], SENT)


def _unknown(bucket: int, inputs: BucketInputs) -> Int64s:
    """The users who are shown more than before, or lose one of as many as are kept.

    Also those who lose an answer: a mention by the same post may have given way to it.
    """
    rows, hides = inputs.received(bucket), _hides(bucket, inputs)
    lost, more = (rows.filter(flags(side)) for side in (int64s(rows[NUMBER]) < 0, int64s(rows[NUMBER]) > 0))
    shown, hidden = (hides.filter(flags(side)) for side in (int64s(hides[NUMBER]) < 0, int64s(hides[NUMBER]) > 0))
    answers = _answers(more)
    anew = answers.filter(flags(among(int64s(answers["post_id"]), _answering_anew(inputs))))
    losing = _losing(bucket, inputs, lost, anew, hidden)
    found = [int64s(one["user_id"]) for one in (losing, _answers(lost), shown)]
    return np.unique(np.concatenate([*found, touched.gone_or_back_in(bucket, inputs)]))


def _losing(bucket: int, inputs: BucketInputs, lost: pa.Table, answers: pa.Table, hidden: pa.Table) -> pa.Table:
    """What is lost, hidden, or gives way to answers, of lists of as many as are kept."""
    users = np.unique(np.concatenate([int64s(rows["user_id"]) for rows in (lost, answers, hidden)]))
    before = inputs.choosing({NOTIFICATIONS: users}).own_before(NOTIFICATIONS, ["user_id"], bucket)
    users, counts = np.unique(int64s(before["user_id"]), return_counts=True)
    stood = _stood(bucket, inputs.choosing({NOTIFICATIONS: users[counts == inputs.policy.cap]}))
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
    chosen = inputs.choosing({HIDES: _hiding(bucket, inputs)})
    return difference(*(one.read(HIDES, list(HIDES.names), bucket) for one in (chosen.as_before(), chosen)))


def _hiding(bucket: int, inputs: BucketInputs) -> Int64s:
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


VIEW = BucketProjection(
    NOTIFICATIONS,
    ("follows", "posts", "likes", "reposts", "timelines", "hides", "deactivations"),
    _merge,
    _checks,
    exchange=Exchange(
        SENT, _sent, resending=Resending(_changed, _stood, _unknown, _toward, by_row=(FOLLOWS, *GIVEN, TIMELINES))
    ),
    touched=_hiding,
    beside=(HIDES,),
    capped="position",
)
