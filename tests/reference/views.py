"""Every view as one function of the facts that stand; rows in the view's order."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date

from .facts import Event, Facts, facts_of, micros
from .feeds import Policy, Row, newsfeed, notifications, user_timeline

NAMES = ("username", "first_name", "last_name")


def views(events: list[Event], policy: Policy = Policy()) -> dict[str, list[Row]]:
    """The rows of every view, from the events alone."""
    facts = facts_of(events)
    return {name: view(facts, policy) for name, view in VIEWS.items()}


def profile(facts: Facts, policy: Policy) -> list[Row]:
    """One row for everyone who ever acted, with counts of standing facts."""
    followers = Counter(followee for _, followee in facts.follows)
    followees = Counter(follower for follower, _ in facts.follows)
    posts = Counter(post.author_id for post in facts.posts.values())
    likes = Counter(facts.posts[post_id].author_id for _, post_id in facts.likes)
    rows: list[Row] = []
    for user in sorted({e["actor_id"] for e in facts.history}):
        mine = [e for e in facts.history if e["actor_id"] == user]
        names = [last_given(mine, field) for field in (*NAMES, "bio")]
        joined = [micros(e["event_time"]) for e in mine if e["event_type"] == "registered"]
        last_active = micros(mine[-1]["event_time"])
        dates = (user not in facts.inactive, joined[0] if joined else None, last_active)
        rows.append((user, *names, *dates, followers[user], followees[user], posts[user], likes[user]))
    return rows


def last_given(mine: list[Event], field: str) -> str | None:
    """The last value that the user gave for a name or the bio, or None."""
    given = [e[field] for e in mine if e.get(field) is not None]
    return given[-1] if given else None


def followers(facts: Facts, policy: Policy) -> list[Row]:
    """The standing follows, by who is followed."""
    return sorted((followee, follower, since) for (follower, followee), since in facts.follows.items())


def followees(facts: Facts, policy: Policy) -> list[Row]:
    """The standing follows, by who follows."""
    return sorted((follower, followee, since) for (follower, followee), since in facts.follows.items())


def posts(facts: Facts, policy: Policy) -> list[Row]:
    """The standing posts with their texts."""
    return [
        (p.post_id, p.author_id, p.text, p.languages, p.reply_to_post_id, p.posted_at, p.edited_at)
        for _, p in sorted(facts.posts.items())
    ]


def post_stats(facts: Facts, policy: Policy) -> list[Row]:
    """How often each standing post is liked, reposted and replied to."""
    likes = Counter(post_id for _, post_id in facts.likes)
    reposts = Counter(post_id for _, post_id in facts.reposts)
    replies = Counter(p.reply_to_post_id for p in facts.posts.values())
    return [
        (post_id, post.author_id, likes[post_id], reposts[post_id], replies[post_id])
        for post_id, post in sorted(facts.posts.items())
    ]


def user_directory(facts: Facts, policy: Policy) -> list[Row]:
    """The names of active users with case folded away, by name."""
    rows = []
    for user in {e["actor_id"] for e in facts.history} - facts.inactive:
        mine = [e for e in facts.history if e["actor_id"] == user]
        given = [(last_given(mine, field), field) for field in NAMES]
        rows += [(term(name), user, field) for name, field in given if name is not None]
    return sorted(rows)


def term(name: str) -> str:
    """A name as it is searched for: upper-cased, then case-folded, then NFC."""
    return unicodedata.normalize("NFC", name.upper().casefold())


def daily_activity(facts: Facts, policy: Policy) -> list[Row]:
    """What happened on each UTC date, retracted later or not."""
    counted = ("registered", "posted", "reposted", "liked", "followed")
    rows: list[Row] = []
    for day in sorted({utc_date(e) for e in facts.history}):
        events = [e for e in facts.history if utc_date(e) == day]
        types = Counter(e["event_type"] for e in events)
        actors = {e["actor_id"] for e in events}
        rows.append((day, len(actors), len(events), *(types[t] for t in counted)))
    return rows


def utc_date(event: Event) -> date:
    """The UTC date of the event's time."""
    return date.fromordinal(date(1970, 1, 1).toordinal() + micros(event["event_time"]) // 86_400_000_000)


FEEDS = (newsfeed, user_timeline, notifications)
TABLES = (profile, followers, followees, posts, post_stats, user_directory, daily_activity)
VIEWS: dict[str, Callable[[Facts, Policy], list[Row]]] = {view.__name__: view for view in FEEDS + TABLES}
