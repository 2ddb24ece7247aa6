"""What others did that concerns a user, as it is sent to the user's bucket."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.arrays import Int64s, arrow, int64s, is_text
from pipelines.inputs import BucketInputs
from pipelines.merge.notification_order import RANKS, Notifications
from pipelines.relations.likes import LIKES
from pipelines.relations.matching import values_of
from pipelines.relations.members import Members, leave_out
from pipelines.relations.reposts import REPOSTS
from pipelines.relations.standing import follows_in, given_in, inactive_users, posts_in
from pipelines.relations.timelines import TIMELINES
from pipelines.sorting import grouped
from pipelines.tables import Table

KINDS = ("followed", "liked", "mentioned", "replied", "reposted")  # in alphabetical order, as they are sorted
ANSWER = KINDS.index("replied")
GIVEN = (LIKES, REPOSTS)

SENT = pa.schema([(name, pa.int64()) for name in ("user_id", "rank", "actor_id", "post_id")])
"""Notifications, as the merge takes them; a kind is its place in KINDS, no post is 0."""


class Done(NamedTuple):
    """What was done, of one kind: to whom (0: to nobody), by whom, with which post, when."""

    kind: str
    users: Int64s
    actors: Int64s
    posts: Int64s
    times: Int64s


def sent(bucket: int, inputs: BucketInputs) -> pa.Table:
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
