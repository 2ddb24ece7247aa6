"""The views that are read newest first; positions, of those that have a cap, start at 1."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from .facts import Facts, Post

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Policy:
    """What a release may choose about newsfeeds."""

    cap: int = 800
    own_posts: bool = True
    replies: str = "followed"  # or "all", or "none"


def newsfeed(facts: Facts, policy: Policy) -> list[Row]:
    """Each standing post that has a reason and that nothing hides, at its earliest reason."""
    earliest: dict[tuple[int, int], tuple[int, int]] = {}
    for reader, post, time, reposter in reasons(facts, policy):
        if not facts.hides(reader, post.author_id):
            reason = (time, reposter or 0)  # ids are above 0: no reposter comes first
            key = (reader, post.post_id)
            earliest[key] = min(reason, earliest.get(key, reason))
    entries = [
        (reader, post_id, facts.posts[post_id].author_id, reposter or None, time)
        for (reader, post_id), (time, reposter) in earliest.items()
    ]
    return with_positions(entries, order=lambda e: (-e[4], -e[1]), cap=policy.cap)


def reasons(facts: Facts, policy: Policy) -> Iterator[tuple[int, Post, int, int | None]]:
    """Every (reader, post, time, reposter) that could bring a post into a newsfeed."""
    if policy.own_posts:
        for post in facts.posts.values():
            yield post.author_id, post, post.posted_at, None
    for reader, followee in facts.follows:
        for post in facts.posts.values():
            if post.author_id == followee and follow_shows(facts, policy, reader, post):
                yield reader, post, post.posted_at, None
        for (reposter, post_id), time in facts.reposts.items():
            if reposter == followee and not facts.hides(reader, reposter):
                yield reader, facts.posts[post_id], time, reposter


def follow_shows(facts: Facts, policy: Policy, reader: int, post: Post) -> bool:
    """Whether following its author shows this post: always, unless it is a reply."""
    if post.reply_to_post_id is None or policy.replies == "all":
        return True
    if policy.replies == "none":
        return False
    answered = facts.parent_author(post)
    return answered in (reader, post.author_id) or (reader, answered) in facts.follows


def user_timeline(facts: Facts, policy: Policy) -> list[Row]:
    """What each user posted, replied and reposted; `author_id` is whose timeline it is."""
    written = [
        (p.author_id, p.post_id, "post" if p.reply_to_post_id is None else "reply", p.posted_at)
        for p in facts.posts.values()
    ]
    reposted = [(user, post, "repost", time) for (user, post), time in facts.reposts.items()]
    return sorted(written + reposted, key=lambda e: (e[0], -e[3], -e[1], e[2]))


def notifications(facts: Facts, policy: Policy) -> list[Row]:
    """What others did to a user, except from oneself and from whom a block or mute hides."""
    entries = [
        (user, kind, actor, post_id, time)
        for user, kind, actor, post_id, time in doings(facts)
        if user != actor and user not in facts.inactive and not facts.hides(user, actor)
    ]
    return with_positions(entries, order=lambda e: (-e[4], e[1], e[2], -(e[3] or 0)), cap=policy.cap)


def doings(facts: Facts) -> Iterator[tuple[int, str, int, int | None, int]]:
    """Every (user, kind, actor, post_id, time) that concerns a user, welcome or not."""
    for (follower, followee), time in facts.follows.items():
        yield followee, "followed", follower, None, time
    for (liker, post_id), time in facts.likes.items():
        yield facts.posts[post_id].author_id, "liked", liker, post_id, time
    for (reposter, post_id), time in facts.reposts.items():
        yield facts.posts[post_id].author_id, "reposted", reposter, post_id, time
    for post in facts.posts.values():
        answered = facts.parent_author(post)
        if answered is not None:
            yield answered, "replied", post.author_id, post.post_id, post.posted_at
        for mentioned in post.mentioned_ids - {answered}:
            yield mentioned, "mentioned", post.author_id, post.post_id, post.posted_at


def with_positions(entries: list[Row], order: Callable[[Row], Row], cap: int) -> list[Row]:
    """Each owner's entries (the owner comes first) in order, numbered from 1, at most `cap`."""
    ordered = sorted(entries, key=lambda entry: (entry[0], order(entry)))
    rows: list[Row] = []
    for owner, mine in groupby(ordered, key=lambda entry: entry[0]):
        rows += [(owner, n, *rest) for n, (_, *rest) in enumerate(islice(mine, cap), start=1)]
    return rows
