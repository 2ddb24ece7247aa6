"""What is done and undone where nothing stood before, and posts that are posted and deleted."""

from collections.abc import Iterator
from itertools import product
from random import Random

from tests.histories import Event
from tests.histories.trouble import INSTANTS, LONG_AGO
from tests.laws.worlds import Row, Views

# What is done, what undoes it, and the field that says whom or what it is about.
FACTS = {
    "followed": ("unfollowed", "followee_id"),
    "blocked": ("unblocked", "blocked_id"),
    "muted": ("unmuted", "muted_id"),
    "reposted": ("repost_undone", "post_id"),
    "liked": ("unliked", "post_id"),
    "deactivated": ("reactivated", None),
}
NEWCOMER, NEW_POST = 300, 310  # no history draws these numbers
Key = tuple[str, int, int | None]  # what is done, by whom, about whom or what


def done_and_undone(rng: Random, base: int, events: list[Event]) -> list[Event]:
    """The history with facts given and withdrawn by those in it and by a newcomer, wherever there was no word."""
    said = {(e["event_type"], e["actor_id"], e.get(field or "")) for e in events for _, field in FACTS.values()}
    added: list[Event] = []
    for done, keys in possible(base, events).items():
        undone = FACTS[done][0]
        fresh = [key for key in keys if key not in said and (undone, *key[1:]) not in said]
        for number, key in enumerate(rng.sample(fresh, min(4, len(fresh)))):
            added += given_and_withdrawn(rng, f"{base}=undone-{done}-{number}", *key)
    return events + added


def possible(base: int, events: list[Event]) -> dict[str, list[Key]]:
    """Every fact that there may be among the history's users, its posts and a newcomer, by kind."""
    users = sorted({event["actor_id"] for event in events} | {base + NEWCOMER})
    posts = sorted({event["post_id"] for event in events if "post_id" in event})
    abouts: dict[str | None, list[int] | list[None]] = {"post_id": posts, None: [None]}
    return {
        done: [(done, user, about) for user, about in product(users, abouts.get(field, users))]
        for done, (_, field) in FACTS.items()
    }


def given_and_withdrawn(rng: Random, event_id: str, done: str, user: int, about: int | None) -> Iterator[Event]:
    """A fact, and its withdrawal at the same time or later; at the same time the id decides."""
    undone, field = FACTS[done]
    payload = {field: about} if field else {}
    first, last = sorted(rng.choices((*LONG_AGO, *INSTANTS), k=2), key=(*LONG_AGO, *INSTANTS).index)
    for event_type, time, letter in ((done, first, "a"), (undone, last, "b")):
        common = {"event_id": event_id + letter, "event_type": event_type, "event_time": time, "actor_id": user}
        yield common | payload


def posted_and_deleted(rng: Random, base: int, events: list[Event]) -> list[Event]:
    """The history with three more posts and all that is said of them, which their authors delete."""
    users = sorted({event["actor_id"] for event in events} | {base + NEWCOMER})
    old = [event["post_id"] for event in events if "post_id" in event]
    added = [
        event
        for post in range(base + NEW_POST, base + NEW_POST + 3)
        for event in said_of_one(rng, post, rng.choice(users), users, [*old, post])
    ]
    times = rng.choices((*LONG_AGO, *INSTANTS), k=len(added))
    return events + [
        {"event_id": f"{base}=gone-{number}", "event_time": time, **event}
        for number, (time, event) in enumerate(zip(times, added, strict=True))
    ]


def said_of_one(rng: Random, post: int, author: int, users: list[int], parents: list[int]) -> Iterator[Event]:
    """A post, perhaps a reply or with mentions, its edit and deletion, and each user's like, repost or vain edit."""
    extras = {"reply_to_post_id": rng.choice(parents), "mentioned_ids": rng.choices(users, k=2)}
    given = {field: value for field, value in extras.items() if rng.random() < 0.5}
    yield {"event_type": "posted", "actor_id": author, "post_id": post, "text": "gone", **given}
    yield {"event_type": "post_edited", "actor_id": author, "post_id": post, "text": "still gone"}
    yield {"event_type": "post_deleted", "actor_id": author, "post_id": post}
    for user in users:
        said = rng.choice(("liked", "reposted", "post_edited"))
        text = {"text": "vain"} if said == "post_edited" else {}
        yield {"event_type": said, "actor_id": user, "post_id": post, **text}


def without_traces(found: Views, plain: Views) -> Views:
    """The views without what may remain: `daily_activity`, `last_active_at`, the empty profile of who only did that."""
    known = {row[0] for row in plain["profile"]}
    kept = [untimed(row) for row in found["profile"] if row[0] in known or not is_empty(row)]
    return {name: rows for name, rows in found.items() if name != "daily_activity"} | {"profile": kept}


def untimed(profile: Row) -> Row:
    """A profile row without `last_active_at`."""
    return (*profile[:7], *profile[8:])


def is_empty(profile: Row) -> bool:
    """Whether a profile says only that its user once acted."""
    return untimed(profile)[1:] == (None, None, None, None, True, None, 0, 0, 0, 0)
