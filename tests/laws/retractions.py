"""What is done and undone where nothing stood before, and posts that are posted and deleted."""

from collections.abc import Iterator
from itertools import product
from random import Random

from tests.histories import Event
from tests.histories.trouble import INSTANTS, LONG_AGO
from tests.laws.worlds import Row, Views

PAIRS = {"followed": "unfollowed", "reposted": "repost_undone", "liked": "unliked"}
NEWCOMER, NEW_POST = 300, 310  # no history draws these numbers


def done_and_undone(rng: Random, base: int, events: list[Event]) -> list[Event]:
    """The history with facts given and withdrawn by those in it and by a newcomer, wherever there was no word."""
    users = sorted({event["actor_id"] for event in events} | {base + NEWCOMER})
    posts = sorted({event["post_id"] for event in events if "post_id" in event})
    said = {(event["event_type"], event["actor_id"], whom(event)) for event in events}
    keys = [("followed", user, other) for user, other in product(users, users)]
    keys += [(name, user, post) for name in ("reposted", "liked") for user, post in product(users, posts)]
    fresh = [key for key in keys if key not in said and (PAIRS[key[0]], *key[1:]) not in said]
    chosen = rng.sample(fresh, min(15, len(fresh)))
    return events + [event for n, key in enumerate(chosen) for event in given_and_withdrawn(rng, base, n, *key)]


def whom(event: Event) -> int | None:
    """Whom or what the event is about."""
    found: int | None = event.get("followee_id", event.get("post_id"))
    return found


def given_and_withdrawn(rng: Random, base: int, number: int, name: str, user: int, other: int) -> Iterator[Event]:
    """A fact, and its withdrawal at the same time or later; at the same time the id decides."""
    field = "followee_id" if name == "followed" else "post_id"
    first, last = sorted(rng.choices((*LONG_AGO, *INSTANTS), k=2), key=(*LONG_AGO, *INSTANTS).index)
    for event_type, time, letter in ((name, first, "a"), (PAIRS[name], last, "b")):
        event_id = f"{base}=undone-{number}{letter}"
        yield {"event_id": event_id, "event_type": event_type, "event_time": time, "actor_id": user, field: other}


def posted_and_deleted(rng: Random, base: int, events: list[Event]) -> list[Event]:
    """The history with three more posts, replies among them, which others like and repost and their authors delete."""
    users = sorted({event["actor_id"] for event in events} | {base + NEWCOMER})
    old = [event["post_id"] for event in events if "post_id" in event]
    added: list[Event] = []
    for post in range(base + NEW_POST, base + NEW_POST + 3):
        author = rng.choice(users)
        parent = {"reply_to_post_id": rng.choice([*old, post])} if rng.random() < 0.5 else {}
        added.append({"event_type": "posted", "actor_id": author, "post_id": post, "text": "gone", **parent})
        added += [{"event_type": "post_deleted", "actor_id": author, "post_id": post}]
        added += [{"event_type": rng.choice(("liked", "reposted")), "actor_id": u, "post_id": post} for u in users]
    times = rng.choices((*LONG_AGO, *INSTANTS), k=len(added))
    return events + [
        {"event_id": f"{base}=gone-{number}", "event_time": time, **event}
        for number, (time, event) in enumerate(zip(times, added, strict=True))
    ]


def without_traces(found: Views, plain: Views) -> Views:
    """The views without what may remain: `last_active_at`, and the empty profile of who did nothing else."""
    known = {row[0] for row in plain["profile"]}
    kept = [untimed(row) for row in found["profile"] if row[0] in known or not is_empty(row)]
    return {**found, "profile": kept}


def untimed(profile: Row) -> Row:
    """A profile row without `last_active_at`."""
    return (*profile[:7], *profile[8:])


def is_empty(profile: Row) -> bool:
    """Whether a profile says only that its user once acted."""
    return untimed(profile)[1:] == (None, None, None, None, True, None, 0, 0, 0, 0)
