"""Kinds of trouble that a history may hold: each kind is a question that one history answers with yes or no."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

from tests.reference import Policy
from tests.reference.facts import Facts, facts_of, micros
from tests.reference.feeds import newsfeed, reasons

from .sentences import Event
from .trouble import UNDOES

Question = Callable[[list[Event]], bool]
ABOUT = ("followee_id", "blocked_id", "muted_id", "post_id")


def of_type(events: list[Event], *types: str) -> list[Event]:
    return [event for event in events if event["event_type"] in types]


def key_of(event: Event) -> tuple[object, ...]:
    """What the event has a word about: events with one key contradict or confirm one another."""
    kind = UNDOES.get(event["event_type"], event["event_type"])
    return (kind, event["actor_id"], *(event.get(field) for field in ABOUT))


def with_one_key(events: list[Event]) -> Iterator[tuple[Event, Event]]:
    """Every two events with one key, the first to arrive first."""
    return ((a, b) for a, b in combinations(events, 2) if key_of(a) == key_of(b))


def comes_late(events: list[Event]) -> bool:
    return any(is_late(a, b) for a, b in pairwise(events))


def is_late(first: Event, second: Event) -> bool:
    """Whether the one that arrives second happened before."""
    return micros(second["event_time"]) < micros(first["event_time"])


def a_tie_decides(events: list[Event]) -> bool:
    """A fact and its end at one time."""
    return any(
        a["event_type"] != b["event_type"] and micros(a["event_time"]) == micros(b["event_time"])
        for a, b in with_one_key(events)
    )


def ids_order_otherwise(events: list[Event]) -> bool:
    """Event ids of which the last part has another order as a number."""
    ends = [event["event_id"].split("-", 1)[1] for event in events]
    numbers = [end for end in ends if end.isdigit()]
    return any((a < b) != (int(a) < int(b)) for a, b in combinations(numbers, 2))


def ids_order_otherwise_in_utf16(events: list[Event]) -> bool:
    ids = [event["event_id"] for event in events]
    return sorted(ids) != sorted(ids, key=lambda text: text.encode("utf-16-be"))


def undone_before_done(events: list[Event]) -> bool:
    return any(a["event_type"] in UNDOES and b["event_type"] not in UNDOES for a, b in with_one_key(events))


def about_oneself(*types: str) -> Question:
    """Whether someone follows, blocks or mutes oneself."""
    return lambda events: any(e["actor_id"] in [e[f] for f in ABOUT if f in e] for e in of_type(events, *types))


def by_another(event_type: str) -> Question:
    """Whether someone edits or deletes the post of another."""

    def asked(events: list[Event]) -> bool:
        seen = facts_of(events).seen
        done = of_type(events, event_type)
        return any(e["post_id"] in seen and seen[e["post_id"]].author_id != e["actor_id"] for e in done)

    return asked


def two_posted_by_two_authors(events: list[Event]) -> bool:
    posted = of_type(events, "posted")
    return any(a["post_id"] == b["post_id"] and a["actor_id"] != b["actor_id"] for a, b in combinations(posted, 2))


def a_late_posted_takes_over(events: list[Event]) -> bool:
    posted = of_type(events, "posted")
    return any(a["post_id"] == b["post_id"] and is_late(a, b) for a, b in combinations(posted, 2))


def acts_before_and_after_deactivation(events: list[Event]) -> bool:
    for at, event in enumerate(events):
        if event["event_type"] == "deactivated":
            others = ({e["actor_id"] for e in some} for some in (events[:at], events[at + 1 :]))
            if all(event["actor_id"] in actors for actors in others):
                return True
    return False


def never_registered(events: list[Event]) -> bool:
    return bool({e["actor_id"] for e in events} - {e["actor_id"] for e in of_type(events, "registered")})


def of_facts(question: Callable[[Facts], bool]) -> Question:
    """A question about what stands at the end."""
    return lambda events: question(facts_of(events))


def deleted(facts: Facts) -> set[int]:
    """Posts that were seen and are deleted, rather than of a deactivated author."""
    return {i for i, post in facts.seen.items() if i not in facts.posts and post.author_id not in facts.inactive}


def replies_to(facts: Facts, *, own: bool = False, unseen: bool = False, gone: bool = False) -> bool:
    """Whether a standing post replies to such a post."""
    wanted = [p for p in facts.posts.values() if p.reply_to_post_id is not None]
    return any(
        (own and facts.parent_author(p) == p.author_id and p.reply_to_post_id != p.post_id)
        or (unseen and p.reply_to_post_id not in facts.seen)
        or (gone and p.reply_to_post_id in deleted(facts))
        for p in wanted
    )


def chain_of_replies(facts: Facts) -> bool:
    """Whether a standing reply answers a standing reply to another post."""
    parents = {post.post_id: post.reply_to_post_id for post in facts.posts.values() if post.reply_to_post_id}
    return any(parents.get(parent) not in (None, parent, post) for post, parent in parents.items() if post != parent)


def mentions_the_hidden(facts: Facts) -> bool:
    return any(facts.hides(user, post.author_id) for post in facts.posts.values() for user in post.mentioned_ids)


def a_hidden_followee_reposts(facts: Facts) -> bool:
    """Whether a reposter is hidden from a follower from whom the author is not."""
    return any(
        not facts.hides(reader, facts.posts[post].author_id)
        for reader, followee in facts.follows
        if facts.hides(reader, followee)
        for reposter, post in facts.reposts
        if reposter == followee
    )


def reasons_of_one_time(facts: Facts) -> bool:
    """Whether the earliest reason of some entry is not the only one of its time."""
    times = Counter((reader, post.post_id, time) for reader, post, time, _ in reasons(facts, Policy()))
    return any(times[reader, post, time] > 1 for reader, _, post, _, _, time in newsfeed(facts, Policy()))


def cut_between_equal_times(cap: int) -> Callable[[Facts], bool]:
    """Whether a cap cuts some newsfeed between two entries of one time."""

    def asked(facts: Facts) -> bool:
        times = {(reader, position): time for reader, position, _, _, _, time in newsfeed(facts, Policy())}
        return any(p == cap and times.get((reader, cap + 1)) == time for (reader, p), time in times.items())

    return asked
