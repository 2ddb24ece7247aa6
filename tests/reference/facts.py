"""The facts that stand at the end of a history of events."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]
Pair = tuple[int, int]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(event_time: str) -> int:
    """Microseconds since 1970."""
    return (datetime.fromisoformat(event_time) - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True)
class Post:
    """A post as its first `posted` made it, with the text of its author's last edit."""

    post_id: int
    author_id: int
    text: str
    languages: tuple[str, ...] | None
    reply_to_post_id: int | None
    mentioned_ids: frozenset[int]
    posted_at: int
    edited_at: int | None


@dataclass(frozen=True)
class Facts:
    """Everything that stands; a fact between two ids maps the pair (doer first) to its time."""

    history: list[Event]
    inactive: set[int]
    seen: dict[int, Post]  # every post that ever was, also those that no longer stand
    posts: dict[int, Post]
    follows: dict[Pair, int]
    blocks: dict[Pair, int]
    mutes: dict[Pair, int]
    reposts: dict[Pair, int]
    likes: dict[Pair, int]

    def parent_author(self, post: Post) -> int | None:
        """Whose post this one replies to, if that post was ever seen."""
        parent = self.seen.get(post.reply_to_post_id or 0)
        return parent.author_id if parent else None

    def hides(self, user: int, other: int) -> bool:
        """Whether `user` is shown nothing by `other`: a block either way, or a mute."""
        blocked = (user, other) in self.blocks or (other, user) in self.blocks
        return blocked or (user, other) in self.mutes


def facts_of(events: list[Event]) -> Facts:
    """The facts that the events leave, whatever their order and repetition."""
    history = in_order(events)
    inactive = inactive_users(history)
    seen = every_post(history)
    gone = deleted_posts(history, seen)
    posts = {i: p for i, p in seen.items() if i not in gone and p.author_id not in inactive}

    def between_users(done: str, undone: str, whom: str) -> dict[Pair, int]:
        said = last_word(history, done, undone, whom)
        return {(user, other): time for (user, other), time in said.items() if user != other}

    def on_posts(done: str, undone: str) -> dict[Pair, int]:
        said = last_word(history, done, undone, "post_id")
        return {(u, p): time for (u, p), time in said.items() if p in posts and u not in inactive}

    follows = between_users("followed", "unfollowed", "followee_id")
    return Facts(
        history=history,
        inactive=inactive,
        seen=seen,
        posts=posts,
        follows={pair: time for pair, time in follows.items() if not inactive & set(pair)},
        blocks=between_users("blocked", "unblocked", "blocked_id"),
        mutes=between_users("muted", "unmuted", "muted_id"),
        reposts=on_posts("reposted", "repost_undone"),
        likes=on_posts("liked", "unliked"),
    )


def in_order(events: list[Event]) -> list[Event]:
    """Each event once, by (event_time, event_id): so the last one met is the one that decides."""
    once = {event["event_id"]: event for event in reversed(events)}  # the first given stands
    return sorted(once.values(), key=lambda event: (micros(event["event_time"]), event["event_id"]))


def last_word(history: list[Event], done: str, undone: str, whom: str) -> dict[Pair, int]:
    """Each (actor, whom) whose last event is `done`, with the time of that event."""
    last = {(e["actor_id"], e[whom]): e for e in history if e["event_type"] in (done, undone)}
    return {pair: micros(e["event_time"]) for pair, e in last.items() if e["event_type"] == done}


def inactive_users(history: list[Event]) -> set[int]:
    """Users whose last word on it is `deactivated`."""
    words = ("deactivated", "reactivated")
    last = {e["actor_id"]: e["event_type"] for e in history if e["event_type"] in words}
    return {user for user, word in last.items() if word == "deactivated"}


def every_post(history: list[Event]) -> dict[int, Post]:
    """Every post id ever posted; the first `posted` of an id makes the post."""
    first: dict[int, Event] = {}
    for event in history:
        if event["event_type"] == "posted":
            first.setdefault(event["post_id"], event)
    return {post_id: post_of(posted, history) for post_id, posted in first.items()}


def post_of(posted: Event, history: list[Event]) -> Post:
    """The post, with the last text among its `posted` and its author's edits."""
    texts = [e for e in history if e is posted or is_by_author(e, "post_edited", posted)]
    last = texts[-1]
    languages = (posted.get("language"), *(posted.get("languages") or ()))  # of version 1, of version 2
    return Post(
        post_id=posted["post_id"],
        author_id=posted["actor_id"],
        text=last["text"],
        languages=tuple(filter(None, languages)) or None,
        reply_to_post_id=posted.get("reply_to_post_id"),
        mentioned_ids=frozenset(posted.get("mentioned_ids") or ()),
        posted_at=micros(posted["event_time"]),
        edited_at=None if last is posted else micros(last["event_time"]),
    )


def is_by_author(event: Event, event_type: str, posted: Event) -> bool:
    """Whether the event is of that type, on that post, by who posted it."""
    return event["event_type"] == event_type and all(event[field] == posted[field] for field in ("post_id", "actor_id"))


def deleted_posts(history: list[Event], seen: dict[int, Post]) -> set[int]:
    """Posts deleted by their author, at whatever time."""
    deletions = {(e["post_id"], e["actor_id"]) for e in history if e["event_type"] == "post_deleted"}
    return {post_id for post_id, post in seen.items() if (post_id, post.author_id) in deletions}
