"""Small random networks, their rows in the relation `timelines`, and what a naive merge makes of them."""

from dataclasses import dataclass, field
from itertools import groupby, islice
from random import Random
from typing import Any

import pyarrow as pa

from pipelines.policy import Policy
from pipelines.relations.timelines import TIMELINES

Pair = tuple[int, int]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Post:
    """A standing post; `parent_author` of a reply is None when the parent was never seen."""

    post_id: int
    author: int
    time: int
    is_reply: bool = False
    parent_author: int | None = None


@dataclass(frozen=True)
class Network:
    """Who follows whom, the posts, when whom reposted what, and from whom who is hidden (reader first)."""

    follows: set[Pair]
    posts: list[Post]
    reposts: dict[Pair, int]
    hides: set[Pair] = field(default_factory=set)

    def timelines(self, buckets: int = 1) -> pa.Table:
        """The rows of the relation, bucket by bucket, each in the relation's order."""
        by_id = {post.post_id: post for post in self.posts}
        rows = [(p.author, p.time, "reply" if p.is_reply else "post", p) for p in self.posts]
        rows += [(user, time, "repost", by_id[post]) for (user, post), time in self.reposts.items()]
        rows.sort(key=lambda row: (row[0] % buckets, row[0], -row[1], -row[3].post_id, row[2]))
        columns = [
            (user, time, p.post_id, kind, p.author, p.time, p.is_reply, p.parent_author) for user, time, kind, p in rows
        ]
        return pa.table(
            [pa.array([row[n] for row in columns], field.type) for n, field in enumerate(TIMELINES.arrow)],
            schema=TIMELINES.arrow,
        )


def drawn(random: Random) -> Network:
    """A network of few users, few posts and few instants, so that ties are ordinary."""
    users = random.sample((1, 2, 3, 7, 8, 16, 1000, 2**40, 2**63 - 1), random.randint(1, 7))
    ids = random.sample((1, 2, 3, 9, 10, 11, 400, 2**50, 2**63 - 2), random.randint(0, 7))
    instants = range(random.choice((1, 2, 5, 30)))
    density = random.choice((0.0, 0.3, 0.7, 1.0))
    posts = []
    for post_id in ids:
        is_reply = random.random() < 0.4
        parent = random.choice([*users, None, 5]) if is_reply else None
        posts.append(Post(post_id, random.choice(users), random.choice(instants), is_reply, parent))
    pairs = {(one, other) for one in users for other in [*users, 5] if one != other}
    follows = {pair for pair in sorted(pairs) if random.random() < density}
    reposts = {(u, p): random.choice(instants) for u in users for p in ids if random.random() < density * 0.6}
    hidden = random.choice((0.0, 0.0, 0.2, 0.6))
    hides = {pair for pair in sorted(pairs) if random.random() < hidden}
    return Network(follows, posts, reposts, hides)


def naive(network: Network, policy: Policy) -> list[Row]:
    """Every reason of every post for every reader, then the earliest of each, then the newest entries."""
    earliest: dict[Pair, tuple[int, int]] = {}
    by_id = {post.post_id: post for post in network.posts}

    def reason(reader, post, time, reposter=0):
        if {(reader, post.author), (reader, reposter)} & network.hides:
            return
        known = earliest.get((reader, post.post_id), (time, reposter))
        earliest[reader, post.post_id] = min(known, (time, reposter))

    for post in network.posts:
        if policy.own_posts:
            reason(post.author, post, post.time)
        for reader, followee in network.follows:
            if followee == post.author and shows(network, policy, reader, post):
                reason(reader, post, post.time)
    for (reposter, post_id), time in network.reposts.items():
        for reader, followee in network.follows:
            if followee == reposter:
                reason(reader, by_id[post_id], time, reposter)
    return numbered([(reader, by_id[p], *said) for (reader, p), said in earliest.items()], policy.cap)


def shows(network: Network, policy: Policy, reader: int, post: Post) -> bool:
    """Whether following its author is a reason for the post."""
    if not post.is_reply or policy.replies == "all":
        return True
    followed = (reader, post.parent_author) in network.follows
    return policy.replies == "followed" and (followed or post.parent_author in (reader, post.author))


def numbered(entries: list[Row], cap: int) -> list[Row]:
    """The newest entries of each reader, as rows of the view."""
    entries.sort(key=lambda entry: (entry[0], -entry[2], -entry[1].post_id))
    return [
        (reader, position, post.post_id, post.author, reposter or None, time)
        for reader, mine in groupby(entries, key=lambda entry: entry[0])
        for position, (_, post, time, reposter) in enumerate(islice(mine, cap), start=1)
    ]
